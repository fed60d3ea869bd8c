"""Matrices of blocks: `np.block` of a list of arrays, or of rows that are lists of arrays.

The cotangent of a block is the part of the cotangent where the block stands.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Known, List, Number, some_dim, widen
from srcad.rules.axes import as_array, items_of
from srcad.rules.joining import common_dtype
from srcad.rules.primitives import sample
from srcad.rules.register import facts, linear
from srcad.rules.samples import array


def side_by_side(d, row):
    """The cotangents of arrays that were put one after the other along the last axis."""
    if len(row) == 1:
        return [np.reshape(d, np.shape(row[0]))]
    if len(row) == 2:
        first, second = np.split(d, [width(row[0])], axis=-1)
        return [np.reshape(first, np.shape(row[0])), np.reshape(second, np.shape(row[1]))]
    parts = np.split(d, np.cumsum([width(block) for block in row])[:-1], axis=-1)
    return [np.reshape(part, np.shape(block)) for part, block in zip(parts, row, strict=True)]


def width(block):
    """How many columns a block has."""
    return np.shape(block)[-1] if np.ndim(block) > 0 else 1


def height(row):
    """How many rows the blocks of a row have."""
    if isinstance(row[0], list):
        raise UnsupportedError(
            "np.block of lists nested deeper than rows has no rule", "use np.concatenate or np.stack"
        )
    return np.shape(row[0])[-2] if np.ndim(row[0]) > 1 else 1


@linear(
    np.block,
    "arrays",
    lists=("arrays",),
    samples=[
        sample([array(3), 1.5, array(2, seed=1)]),
        sample([array(2, 3), array(2, 1, seed=1)]),
        sample([[array(2, 3), array(2, 1, seed=1)], [array(1, 3, seed=2), array(1, 1, seed=3)]]),
        sample([[array(3)], [array(3, seed=1)]]),
        sample([[array(2, 2, 3), array(2, 2, 1, seed=1)], [array(2, 1, 4, seed=2)]]),
        sample([[1.5, 2.5], [0.5, array(1)]]),
        sample([[array(2, 2), array(2, seed=1)[:, None], 2.5 * array(2, 1)]] * 3),
        sample([array(2, dtype="float32"), array(1, dtype="float32", seed=1)]),
        sample([array(2, dtype="complex128"), array(1, seed=1)]),
    ],
)
def _(d_out, arrays):
    if not isinstance(arrays, list):
        return d_out
    if not isinstance(arrays[0], list):
        return side_by_side(d_out, arrays)
    if len(arrays) == 1:
        return [side_by_side(d_out, arrays[0])]
    if len(arrays) == 2:
        upper, lower = np.split(d_out, [height(arrays[0])], axis=-2)
        return [side_by_side(upper, arrays[0]), side_by_side(lower, arrays[1])]
    parts = np.split(d_out, np.cumsum([height(row) for row in arrays])[:-1], axis=-2)
    return [side_by_side(part, row) for part, row in zip(parts, arrays, strict=True)]


@facts(np.block)
def _(arrays):
    rows = items_of(arrays)
    if not isinstance(widen(arrays), List) or not rows:
        return UNKNOWN
    deep = isinstance(widen(rows[0]), List)
    blocks = [block for row in rows for block in items_of(row) or (UNKNOWN,)] if deep else list(rows)
    if not all(isinstance(widen(block), (Array, Number)) for block in blocks):
        return UNKNOWN
    known = [as_array(block) for block in blocks]
    if any(block.shape is None for block in known):
        return Array(common_dtype(known, Known(None)), None)
    ndim = max(2 if deep else 1, *(len(block.shape or ()) for block in known))
    return Array(common_dtype(known, Known(None)), tuple(some_dim() for _axis in range(ndim)))
