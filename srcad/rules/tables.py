"""Counts in the cells of a table of several dimensions: linear in the weights, as counts in bins are.

The edges of each dimension move with the smallest and the largest value if NumPy placed them.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, List, Tuple, some_dim
from srcad.rules.accumulations import undo_diff
from srcad.rules.counting import bin_numbers, through_edges
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array


def through_widths(d_table, table, edges, k):
    """The cotangent of the edges of one dimension of a density, which was divided by their distances."""
    lanes = np.reshape(np.moveaxis(d_table * table, k, 0), (np.size(edges) - 1, -1))
    return -undo_diff(np.sum(lanes, axis=1) / np.diff(edges), 0)


def bins_of(bins, k):
    """The bins of one of two dimensions: an array that is no pair of bins is for both."""
    return bins[k] if not isinstance(bins, int) and len(bins) == 2 else bins


def range_of(range, k):
    """The range of one of several dimensions."""
    return None if range is None else range[k]


@adjoint(
    np.histogram2d,
    "x",
    "y",
    "weights",
    shares="bins",
    samples=[
        sample(array(6), array(6, seed=1), 3),
        sample(array(6), array(6, seed=1), (2, 3), density=True),
        sample(array(6), array(6, seed=1), 3, weights=array(6, seed=2)),
        sample(array(6), array(6, seed=1), (2, 3), [(-1, 1), (-1, 1)], weights=array(6, seed=2)),
        sample(array(6), array(6, seed=1), np.array([-2.0, -0.5, 0.1, 2.0]), None, True, array(6, low=0.5, seed=2)),
        sample(array(6), array(6, seed=1), [np.array([-2.0, 0.1, 2.0]), 2], weights=array(6, seed=2)),
        sample(array(6), array(6, seed=1), 2, density=True, weights=array(6, low=0.5, seed=2)),
    ],
)
def _(d_out, out, x, y, bins=10, range=None, density=None, weights=None):
    d_table = d_out[0] + np.zeros(np.shape(out[0]))
    d_first = d_out[1] + np.zeros(np.shape(out[1]))
    d_second = d_out[2] + np.zeros(np.shape(out[2]))
    if density:
        d_first = d_first + through_widths(d_table, out[0], out[1], 0)
        d_second = d_second + through_widths(d_table, out[0], out[2], 1)
    d_x = through_edges(d_first, x, bins_of(bins, 0), range_of(range, 0))
    d_y = through_edges(d_second, y, bins_of(bins, 1), range_of(range, 1))
    if weights is None:
        return d_x, d_y, None
    rows, columns = bin_numbers(x, out[1]), bin_numbers(y, out[2])
    if not density:
        return d_x, d_y, np.pad(d_table, ((0, 1), (0, 1)))[rows, columns]
    inside = (rows < np.shape(d_table)[0]) & (columns < np.shape(d_table)[1])
    areas = np.outer(np.diff(out[1]), np.diff(out[2]))
    d_counts = d_table / areas - np.sum(d_table * out[0])
    return d_x, d_y, np.pad(d_counts, ((0, 1), (0, 1)))[rows, columns] * inside / np.sum(weights * inside)


@facts(np.histogram2d)
def _(x, y, bins=10, range=None, density=None, weights=None):
    edges = Array(None, (some_dim(),))
    return Tuple((Array(None, (some_dim(), some_dim())), edges, Array(None, (some_dim(),))))


def through_cells(d_table, out, columns, density, weights):
    """The cotangent of weights from that of the table they were counted in, each in the cell its values fall into."""
    table, edges = out
    d_cells = d_table
    inside = np.ones(np.shape(weights), bool)
    places = []
    for k, column in enumerate(columns):
        found = bin_numbers(column, edges[k])
        places.append(found)
        inside = inside & (found < np.shape(table)[k])
        if density:
            d_cells = np.moveaxis(np.moveaxis(d_cells, k, -1) / np.diff(edges[k]), -1, k)
    if density:
        d_cells = (d_cells - np.sum(d_table * table)) / np.sum(weights * inside)
    cells = np.ravel_multi_index(places, [n + 1 for n in np.shape(table)])
    return np.reshape(np.pad(d_cells, (0, 1)), -1)[cells]


@adjoint(
    np.histogramdd,
    "sample",
    "weights",
    lists=("sample",),
    shares="bins",
    samples=[
        sample(array(6, 2), 3),
        sample(array(6, 3), (2, 3, 2), density=True),
        sample(array(6, 2), 2, weights=array(6, seed=2)),
        sample(array(6, 2), (2, 3), [(-1, 1), (-1, 1)], weights=array(6, seed=2)),
        sample(array(6, 1), [np.array([-2.0, -0.5, 0.1, 2.0])], None, True, array(6, low=0.5, seed=2)),
        sample(array(6, 2), [np.array([-2.0, 0.1, 2.0]), 2], weights=array(6, seed=2)),
        sample(array(6, 2), 2, density=True, weights=array(6, low=0.5, seed=2)),
    ],
)
def _(d_out, out, sample, bins=10, range=None, density=None, weights=None):
    if isinstance(sample, (list, tuple)):
        raise UnsupportedError("np.histogramdd of a list of columns has no rule", "give it np.stack(columns, axis=1)")
    d_table = d_out[0] + np.zeros(np.shape(out[0]))
    d_edges = rt.project(d_out[1], out[1])
    d_sample = np.zeros_like(sample)
    for k, column in enumerate(sample.T):
        d_along = d_edges[k]
        if density:
            d_along = d_along + through_widths(d_table, out[0], out[1][k], k)
        own = bins if isinstance(bins, int) else bins[k]
        d_sample[:, k] = through_edges(d_along, column, own, range_of(range, k))
    if weights is None:
        return d_sample, None
    return d_sample, through_cells(d_table, out, sample.T, density, weights)


@facts(np.histogramdd)
def _(sample, bins=10, range=None, density=None, weights=None):
    return Tuple((Array(None, None), List(None, Array(None, None))))
