"""Diagonals and triangles of matrices.

The derivative of reading a diagonal writes one, in a matrix of zeros, and the reverse.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array, Fact, some_dim
from srcad.rules.axes import MISSING, array_or_number, as_array, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.reductions import sum_dtype
from srcad.rules.register import facts, linear
from srcad.rules.samples import array


def on_diagonal(d, shape, offset):
    """A matrix (a stack of them) with `d` on a diagonal and zeros elsewhere."""
    i = np.arange(np.shape(d)[-1])
    matrix = np.zeros(shape, dtype=d.dtype)
    matrix[..., i + max(-offset, 0), i + max(offset, 0)] = d
    return matrix


@linear(
    np.diag,
    "v",
    shares="v",
    samples=[
        sample(array(3)),
        sample(array(3), 1),
        sample(array(2), k=-2),
        sample(array(3, 3)),
        sample(array(2, 4)),
        sample(array(4, 2), -1),
        sample(array(3, 4), k=2),
        sample(array(3, dtype="float32")),
        sample(array(3, 3, dtype="float32")),
    ],
)
def _(d_out, v, k=0):
    if np.ndim(v) == 1:
        return np.diagonal(d_out, k)
    return on_diagonal(d_out, np.shape(v), k)


@facts(np.diag)
def _(v, k=0):
    v, k = as_array(v), value_of(k)
    if v.ndim == 1:
        dim = v.shape[0] if k == 0 and k is not MISSING else some_dim()
        return Array(v.dtype, (dim, dim))
    if v.ndim == 2:
        return Array(v.dtype, (v.shape[0] if k == 0 and v.shape[0] == v.shape[1] else some_dim(),))
    return Array(v.dtype, None)


@linear(
    np.diagonal,
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(3, 3)),
        sample(array(2, 4), 1),
        sample(array(4, 2), offset=-1),
        sample(array(2, 3, 3)),
        sample(array(2, 3, 4), 0, 1, 2),
        sample(array(2, 3, 4), 1, axis1=-1, axis2=0),
    ],
)
def _(d_out, a, offset=0, axis1=0, axis2=1):
    if np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return on_diagonal(d_out, np.shape(a), offset)
    moved = np.shape(np.moveaxis(np.broadcast_to(0.0, np.shape(a)), (axis1, axis2), (-2, -1)))
    return np.moveaxis(on_diagonal(d_out, moved, offset), (-2, -1), (axis1, axis2))


@facts(np.diagonal)
def _(a, offset=0, axis1=0, axis2=1):
    a = as_array(a)
    shape = off_diagonal(a, axis1, axis2)
    return Array(a.dtype, None if shape is None else (*shape, some_dim()))


def off_diagonal(a: Array, axis1: Fact, axis2: Fact):
    """The axes that are not those of the diagonal."""
    axes = (value_of(axis1), value_of(axis2))
    if a.shape is None or MISSING in axes or normalized(axes, len(a.shape)) is None:
        return None
    return tuple(dim for i, dim in enumerate(a.shape) if i not in normalized(axes, len(a.shape)))


@linear(
    np.trace,
    "a",
    refuses=("out",),
    samples=[
        sample(array(3, 3)),
        sample(array(2, 4)),
        sample(array(3, 4), 1),
        sample(array(4, 3), offset=-2),
        sample(array(4, 3), 1, 1, 0),
        sample(array(2, 3, 3)),
        sample(array(2, 3, 4), 0, 1, 2),
        sample(array(3, 3, dtype="float32")),
    ],
)
def _(d_out, a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    if np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return d_out * np.eye(np.shape(a)[0], np.shape(a)[1], offset, dtype=a.dtype)
    moved = np.shape(np.moveaxis(np.broadcast_to(0.0, np.shape(a)), (axis1, axis2), (-2, -1)))
    ones = np.eye(moved[-2], moved[-1], offset, dtype=a.dtype)
    return np.moveaxis(np.expand_dims(d_out, (-2, -1)) * ones, (-2, -1), (axis1, axis2))


@facts(np.trace)
def _(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    a = as_array(a)
    shape = off_diagonal(a, axis1, axis2)
    if value_of(dtype) is not None:
        return UNKNOWN
    return array_or_number(sum_dtype(a.dtype), shape)


TRIANGLES = [
    sample(array(3, 3)),
    sample(array(2, 4), 1),
    sample(array(4, 2), k=-1),
    sample(array(2, 3, 3)),
    sample(array(3)),
    sample(array(3, 3, dtype="float32")),
]


@linear(np.tril, "m", samples=TRIANGLES)
def _(d_out, m, k=0):
    if np.ndim(m) == 1:
        return np.sum(np.tril(d_out, k), axis=0)
    return np.tril(d_out, k)


@linear(np.triu, "m", samples=TRIANGLES)
def _(d_out, m, k=0):
    if np.ndim(m) == 1:
        return np.sum(np.triu(d_out, k), axis=0)
    return np.triu(d_out, k)


@facts(np.tril, np.triu)
def _(m, k=0):
    m = as_array(m)
    return Array(m.dtype, m.shape * 2 if m.ndim == 1 else m.shape)
