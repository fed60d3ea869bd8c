"""Medians, percentiles and quantiles, of all elements or of those that are numbers.

A quantile is a sorted array read at a place between two of its elements, and linear in both.  NumPy itself says where:
the quantile of 0, 1, 2, ... by the same method is that place.  Equal elements share their cotangents, as in `sort`.
The methods are those of Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996).
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, shape_of
from srcad.rules.axes import array_or_number, as_array, value_of
from srcad.rules.nan_reductions import HOLES
from srcad.rules.primitives import sample
from srcad.rules.reductions import AXES, mean_dtype, reduced
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array
from srcad.rules.sorting import among_equals
from srcad.rules.taking import grid_along


def to_lanes(a, axis):
    """The elements that a reduction takes together, in the rows of a matrix."""
    if axis is None:
        return np.reshape(a, (1, -1))
    if isinstance(axis, (tuple, list)):
        moved = np.moveaxis(a, axis, tuple(range(-len(axis), 0)))
        return np.reshape(moved, (-1, int(np.prod(np.shape(moved)[np.ndim(a) - len(axis) :]))))
    return np.reshape(np.moveaxis(a, axis, -1), (-1, np.shape(a)[axis]))


def from_lanes(d, a, axis):
    """The inverse of `to_lanes`, for an array of the shape of `a`."""
    if axis is None:
        return np.reshape(d, np.shape(a))
    if isinstance(axis, (tuple, list)):
        last = tuple(range(-len(axis), 0))
        return np.moveaxis(np.reshape(d, np.shape(np.moveaxis(a, axis, last))), last, axis)
    return np.moveaxis(np.reshape(d, np.shape(np.moveaxis(a, axis, -1))), -1, axis)


def places(values, q, method):
    """Where in sorted rows (with nan at their ends) the quantiles are read: below, above, how far between.

    >>> places(np.array([[1.0, 2.0, 4.0]]), 0.25, "linear")
    (array([[0]]), array([[1]]), array([[0.5]]))
    """
    ranks = np.where(np.isnan(values), np.nan, np.arange(np.shape(values)[-1]))
    at = np.reshape(np.nanquantile(ranks, q, axis=-1, method=method), (np.size(q), -1))
    below, above = np.floor(at).astype(int), np.ceil(at).astype(int)
    return below, above, (at - below).astype(values.dtype)


constant(places)


def quantile_rule(d_out, a, q, axis, method):
    """The cotangent of `a` from that of its quantiles."""
    lanes = to_lanes(a, axis)
    order = np.argsort(lanes, axis=-1)
    values = np.take_along_axis(lanes, order, axis=-1)
    below, above, share = places(values, q, method)
    d = np.reshape(d_out, np.shape(below))
    rows = np.arange(np.shape(lanes)[0])
    d_sorted = np.zeros_like(lanes)
    np.add.at(d_sorted, (rows, below), d * (1.0 - share))
    np.add.at(d_sorted, (rows, above), d * share)
    d_lanes = np.zeros_like(lanes)
    d_lanes[grid_along(order, np.shape(lanes), -1)] = among_equals(d_sorted, values)
    return from_lanes(d_lanes, a, axis)


METHODS = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull"),
    *("median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest"),
)
QUANTILES = [
    sample(array(5), 0.3),
    sample(array(4), 0.0),
    sample(array(4), 1.0),
    sample(array(3, 4), 0.4),
    sample(array(3, 4), 0.4, 0),
    sample(array(3, 4), 0.4, axis=-1, keepdims=True),
    sample(array(3, 4), [0.2, 0.7], axis=1),
    sample(array(3, 4), np.array([[0.2, 0.7], [0.5, 0.9]]), axis=1, keepdims=True),
    sample(array(2, 3, 4), 0.6, axis=(0, 2)),
    sample(array(2, 3, 4), [0.6, 0.1], axis=(2, 1), keepdims=True),
    sample(array(3, 4), 0.4, axis=[1]),
    sample(array(3, 4), 0.4, axis=()),
    *(sample(array(5), 0.33, method=method) for method in METHODS),
]
PERCENTILES = [sample(one.args[0], 100.0 * np.asarray(one.args[1]), *one.args[2:], **one.kwargs) for one in QUANTILES]
WITH_NANS = [sample(HOLES, 0.4), sample(HOLES, 0.4, 1), sample(HOLES, [0.2, 0.7], axis=0, keepdims=True)]


@adjoint(np.quantile, "a", refuses=("out_", "overwrite_input", "weights"), samples=QUANTILES)
@adjoint(np.nanquantile, "a", refuses=("out_", "overwrite_input", "weights"), samples=QUANTILES + WITH_NANS)
def _(d_out, out, a, q, axis=None, out_=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantile_rule(d_out, a, q, axis, method)


@adjoint(np.percentile, "a", refuses=("out_", "overwrite_input", "weights"), samples=PERCENTILES)
@adjoint(
    np.nanpercentile,
    "a",
    refuses=("out_", "overwrite_input", "weights"),
    samples=[*PERCENTILES, sample(HOLES, 40.0), sample(HOLES, [20.0, 70.0], axis=0)],
)
def _(d_out, out, a, q, axis=None, out_=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantile_rule(d_out, a, np.true_divide(q, 100.0), axis, method)


@facts(np.quantile, np.nanquantile, np.percentile, np.nanpercentile)
def _(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    outer, inner = as_array(q).shape, reduced(a, axis, keepdims, None)
    dtype = mean_dtype(as_array(a).dtype)
    shape = shape_of(inner)
    if outer is None or shape is None or value_of(method) != "linear":
        return UNKNOWN
    return array_or_number(dtype if not outer and dtype == "float64" else None, (*outer, *shape))


@adjoint(
    np.nanmedian,
    "a",
    refuses=("out_", "overwrite_input"),
    samples=[*AXES[:-1], sample(HOLES), sample(HOLES, 0), sample(HOLES, axis=1, keepdims=True)],
)
def _(d_out, out, a, axis=None, out_=None, overwrite_input=False, keepdims=False):
    return quantile_rule(d_out, a, 0.5, axis, "linear")


@facts(np.nanmedian)
def _(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return reduced(a, axis, keepdims, mean_dtype(as_array(a).dtype))
