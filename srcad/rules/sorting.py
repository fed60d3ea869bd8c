"""Sorting, searching and interpolation.

A sorted array has the elements of its argument in another order, and the derivative puts the cotangents back
in the first one.  Equal elements stand in no particular order, so they share their cotangents equally.  What
only searches (argsort, searchsorted, unique, histogram) returns positions and counts and carries no derivative.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import array_or_number, as_array, flattened, is_none
from srcad.rules.primitives import sample
from srcad.rules.reductions import AXES, mean_dtype, reduced
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.taking import grid_along

# --------------------------------------------------------------------------------------------------- sort


def among_equals(d, values):
    """Cotangents along the last axis with those of equal neighbours replaced by their mean."""
    same = values[..., 1:] == values[..., :-1]
    if not np.any(same):
        return d
    starts = np.concatenate((np.ones((*np.shape(values)[:-1], 1), dtype=bool), ~same), axis=-1)
    groups = np.cumsum(np.reshape(starts, -1)) - 1
    sums = np.zeros(groups[-1] + 1, dtype=np.result_type(d))
    np.add.at(sums, groups, np.reshape(d, -1))
    return np.reshape((sums / np.bincount(groups))[groups], np.shape(d))


@linear(
    among_equals,
    "d",
    shares="d",
    describes=("values",),  # which are equal is constant piecewise
    samples=[
        sample(array(4), np.array([1.0, 2.0, 2.0, 3.0])),
        sample(array(2, 3), np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 2.0]])),
        sample(array(3), np.array([1.0, 2.0, 3.0])),
    ],
)
def _(d_out, d, values):
    return among_equals(d_out, values)  # means over groups are their own transpose


@facts(among_equals)
def _(d, values):
    return d if isinstance(d, Array) else UNKNOWN


SORTS = [
    sample(array(5)),
    sample(array(3, 4)),
    sample(array(3, 4), 0),
    sample(array(3, 4), axis=None),
    sample(array(2, 3, 2), axis=1),
    sample(array(5, dtype="float32")),
    sample(array(0)),
]


@adjoint(np.sort, "a", refuses=("order",), samples=[*SORTS, sample(array(5), kind="stable")])
def _(d_out, out, a, axis=-1, kind=None, order=None, *, stable=None):
    if axis is None:
        d_flat = np.zeros(np.size(a), dtype=out.dtype)
        d_flat[np.argsort(np.reshape(a, -1))] = among_equals(d_out, out)
        return np.reshape(d_flat, np.shape(a))
    if np.ndim(a) == 1:
        d_a = np.zeros_like(a)
        d_a[np.argsort(a)] = among_equals(d_out, out)
        return d_a
    d_sorted = np.moveaxis(among_equals(np.moveaxis(d_out, axis, -1), np.moveaxis(out, axis, -1)), -1, axis)
    d_a = np.zeros_like(a)
    d_a[grid_along(np.argsort(a, axis=axis), np.shape(a), axis)] = d_sorted
    return d_a


@facts(np.sort)
def _(a, axis=-1, kind=None, order=None, *, stable=None):
    a = as_array(a)
    if a.ndim == 1 or is_none(axis) is False:
        return a
    return Array(a.dtype, (flattened(a.shape),) if is_none(axis) else None)


@adjoint(
    np.partition,
    "a",
    refuses=("order",),
    samples=[sample(array(5), 2), sample(array(3, 4), 1), sample(array(3, 4), 1, axis=0), sample(array(5), (1, 3))],
)
def _(d_out, out, a, kth, axis=-1, kind="introselect", order=None):
    if axis is None:
        d_flat = np.zeros(np.size(a), dtype=d_out.dtype)
        d_flat[np.argpartition(np.reshape(a, -1), kth)] = d_out
        return np.reshape(d_flat, np.shape(a))
    d_a = np.zeros_like(a)
    d_a[grid_along(np.argpartition(a, kth, axis=axis), np.shape(a), axis)] = d_out
    return d_a


@facts(np.partition)
def _(a, kth, axis=-1, kind="introselect", order=None):
    a = as_array(a)
    if a.ndim == 1 or is_none(axis) is False:
        return a
    return Array(a.dtype, (flattened(a.shape),) if is_none(axis) else None)


@adjoint(np.median, "a", refuses=("out_", "overwrite_input"), samples=[*AXES, sample(array(3, 5), axis=1)])
def _(d_out, out, a, axis=None, out_=None, overwrite_input=False, keepdims=False):
    if axis is None:
        lanes = np.reshape(a, -1)
        d_lanes = np.reshape(d_out, 1)
    elif isinstance(axis, tuple):
        last = tuple(range(-len(axis), 0))
        moved = np.moveaxis(a, axis, last)
        lanes = np.reshape(moved, (*np.shape(moved)[: np.ndim(a) - len(axis)], -1))
        d_lanes = np.reshape(d_out, (*np.shape(lanes)[:-1], 1))
    else:
        lanes = np.moveaxis(a, axis, -1)
        d_lanes = np.reshape(d_out, (*np.shape(lanes)[:-1], 1))
    order = np.argsort(lanes, axis=-1)
    length = np.shape(lanes)[-1]
    middle = order[..., (length - 1) // 2 : length // 2 + 1]
    d = np.zeros_like(lanes)
    d[grid_along(middle, np.shape(lanes), -1)] = d_lanes / np.shape(middle)[-1]
    if axis is None:
        return np.reshape(d, np.shape(a))
    if isinstance(axis, tuple):
        return np.moveaxis(np.reshape(d, np.shape(moved)), last, axis)
    return np.moveaxis(d, -1, axis)


@facts(np.median)
def _(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return reduced(a, axis, keepdims, mean_dtype(as_array(a).dtype))


# ------------------------------------------------------------------------------------------- interpolation


def bracket(x, xp):
    """The interval of `xp` in which each x lies, and how far along it: 0 to 1, constant beyond the ends."""
    left = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, np.size(xp) - 2)
    return left, np.clip((x - xp[left]) / (xp[left + 1] - xp[left]), 0.0, 1.0)


@adjoint(
    np.interp,
    "x",
    "fp",
    arrays=("xp",),
    refuses=("left", "right", "period"),
    samples=[
        sample(1.2, np.array([0.0, 1.0, 3.0]), array(3)),
        sample(np.array([0.3, 2.5, -1.0, 4.0, 1.7]), np.array([0.0, 1.0, 3.0]), array(3)),
        sample(np.array([[0.3, 2.5], [1.5, 1.7]]), np.array([0.0, 1.0, 3.0]), array(3)),
    ],
)
def _(d_out, out, x, xp, fp, left=None, right=None, period=None):
    at, share = bracket(x, xp)
    inside = (x >= xp[0]) & (x < xp[-1])
    d_x = d_out * inside * (fp[at + 1] - fp[at]) / (xp[at + 1] - xp[at])
    d_fp = np.zeros_like(fp)
    np.add.at(d_fp, at, d_out * (1.0 - share))
    np.add.at(d_fp, at + 1, d_out * share)
    return d_x, d_fp


@facts(np.interp)
def _(x, xp, fp, left=None, right=None, period=None):
    dtype = as_array(fp).dtype
    name = None if dtype is None else "complex128" if np.dtype(dtype).kind == "c" else "float64"
    return array_or_number(name, as_array(x).shape)


# ---------------------------------------------------------------------------------------- what only searches

constant(
    np.argsort,
    samples=[sample(array(3)), sample(array(2, 3), 0), sample(array(2, 3), axis=None)],
)
constant(np.searchsorted, samples=[sample(array(3), 0.5), sample(array(3), array(2, 2))])
constant(np.digitize, samples=[sample(0.5, np.array([0.0, 1.0])), sample(array(2, 2), np.array([0.0, 1.0]))])
constant(np.argpartition, samples=[sample(array(4), 2), sample(array(2, 3), 1, axis=0), sample(array(4), (0, 2), None)])
constant(np.lexsort, np.isin)


@facts(np.argsort)
def _(a, axis=-1, kind=None, order=None, *, stable=None):
    a = as_array(a)
    if a.ndim == 1 or is_none(axis) is False:
        return Array("int64", a.shape)
    return Array("int64", (flattened(a.shape),) if is_none(axis) else None)


@facts(np.argpartition)
def _(a, kth, axis=-1, kind="introselect", order=None):
    a = as_array(a)
    return Array("int64", a.shape if a.ndim == 1 or is_none(axis) is False else None)


@facts(np.searchsorted)
def _(a, v, side="left", sorter=None):
    return array_or_number("int64", as_array(v).shape)


@facts(np.digitize)
def _(x, bins, right=False):
    return array_or_number("int64", as_array(x).shape)
