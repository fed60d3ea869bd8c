"""Counts in bins: linear in the weights, constant in what is counted.

A weight goes into the bin that its value falls into, so its cotangent is that of this bin.  The edges of bins that
NumPy places by itself span the values, and move with the smallest and the largest of them.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.accumulations import undo_diff
from srcad.rules.axes import is_none
from srcad.rules.primitives import sample
from srcad.rules.reductions import shared_among
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array


@linear(
    np.bincount,
    "weights",
    arrays=("x",),
    samples=[
        sample(np.array([0, 2, 2])),
        sample(np.array([0, 2, 2]), minlength=5),
        sample(np.array([0, 2, 2]), array(3)),
        sample(np.array([0, 2, 2]), weights=array(3, dtype="float32"), minlength=5),
    ],
)
def _(d_out, x, weights=None, minlength=0):
    return None if weights is None else d_out[x]


@facts(np.bincount)
def _(x, weights=None, minlength=0):
    name = "int64" if is_none(weights) else "float64" if is_none(weights) is False else None
    return Array(name, (some_dim(),))


def bin_numbers(values, edges):
    """The number of the bin each value falls into; the last bin holds its upper edge.  One past the end: into none."""
    found = np.searchsorted(edges, values, side="right") - 1
    found = np.where(values == edges[-1], np.size(edges) - 2, found)
    return np.where((found < 0) | (found > np.size(edges) - 2), np.size(edges) - 1, found)


constant(bin_numbers)


def through_edges(d_edges, a, bins, range):
    """The cotangent of values from that of the edges of bins that NumPy placed between the smallest and the largest."""
    if isinstance(bins, str):
        raise UnsupportedError(f"edges that bins={bins!r} placed have no rule", "pass the edges, or their number")
    if range is not None or np.ndim(bins) > 0 or np.size(a) == 0:
        return np.zeros_like(a)
    upper = np.linspace(0.0, 1.0, np.size(d_edges))
    d_high = np.sum(d_edges * upper)
    d_low = np.sum(d_edges) - d_high
    high, low = np.max(a), np.min(a)
    return shared_among(d_high, high, a, None, False) + shared_among(d_low, low, a, None, False)


EDGES = [
    sample(array(6), 3),
    sample(array(6), bins=4, range=(-1.0, 1.0)),
    sample(array(2, 3), 3),
    sample(array(6), np.array([-1.0, 0.0, 1.5])),
]


@adjoint(np.histogram_bin_edges, "a", shares="bins", samples=EDGES)
def _(d_out, out, a, bins=10, range=None, weights=None):
    return through_edges(d_out, a, bins, range)


@facts(np.histogram_bin_edges)
def _(a, bins=10, range=None, weights=None):
    return UNKNOWN


@adjoint(
    np.histogram,
    "a",
    "weights",
    shares="bins",
    samples=[
        *EDGES,
        sample(array(6), 3, density=True),
        sample(array(6), 3, weights=array(6, seed=1)),
        sample(array(6), np.array([-1.0, 0.0, 1.5]), weights=array(6, seed=1)),
        sample(array(2, 3), 3, (-1.5, 1.5), weights=array(2, 3, seed=1)),
        sample(array(6), 3, (-1.5, 1.5), True, array(6, seed=1) + 3.0),
    ],
)
def _(d_out, out, a, bins=10, range=None, density=None, weights=None):
    d_counts = d_out[0] + np.zeros(np.shape(out[0]))
    d_edges = d_out[1] + np.zeros(np.shape(out[1]))
    if density:
        widths = np.diff(out[1])
        d_edges = d_edges - undo_diff(d_counts * out[0] / widths, 0)
        d_counts = d_counts / widths - np.sum(d_counts * out[0])
    d_a = through_edges(d_edges, a, bins, range)
    if weights is None:
        return d_a, None
    inside = bin_numbers(a, out[1])
    d_weights = np.append(d_counts, 0.0)[inside]
    if density:
        return d_a, d_weights * (inside < np.size(d_counts)) / np.sum(weights * (inside < np.size(d_counts)))
    return d_a, d_weights


@facts(np.histogram)
def _(a, bins=10, range=None, density=None, weights=None):
    return Tuple((Array(None, (some_dim(),)), Array(None, (some_dim(),))))
