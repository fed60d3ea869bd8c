"""`take` and its like: reading elements along an axis.

As with indices, the cotangents go back to where the elements came from; where one was read twice, they add.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array, some_dim
from srcad.rules.axes import MISSING, array_or_number, as_array, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array


def along(axis, indices):
    """The index that reads `indices` of one axis."""
    if axis >= 0:
        return (slice(None),) * axis + (indices,)
    return (Ellipsis, indices) + (slice(None),) * (-1 - axis)


def inside(indices, n, mode):
    """Indices as `np.take` reads them outside of 0 ... n - 1."""
    if mode == "wrap":
        return np.mod(indices, n)
    return np.clip(indices, 0, n - 1)


def grid_along(indices, shape, axis):
    """The index arrays that read `indices` along an axis, every other axis in step."""
    axes = [
        np.reshape(np.arange(n), tuple(-1 if j == i else 1 for j in range(len(shape)))) for i, n in enumerate(shape)
    ]
    axes[axis] = indices
    return tuple(axes)


constant(along, inside, grid_along)


def add_along(d_a, axis, indices, d_out):
    """Adds cotangents to the elements that were read."""
    if axis == 0:
        np.add.at(d_a, indices, d_out)
    elif axis == 1:
        np.add.at(d_a, (slice(None), indices), d_out)
    else:
        np.add.at(d_a, along(axis, indices), d_out)


@linear(
    np.take,
    "a",
    arrays=("indices",),
    refuses=("out",),
    samples=[
        sample(array(4), np.array([0, 3, 3])),
        sample(array(4), 2),
        sample(array(2, 3), [1, 1, 5]),
        sample(array(2, 3), np.array([1, 1]), axis=0),
        sample(array(2, 3), np.array([[0, 2], [2, 1]]), 1),
        sample(array(2, 3), np.array([0, -1]), axis=-1),
        sample(array(2, 3, 2), 1, axis=1),
        sample(array(4), np.array([-1, 5, 4]), mode="wrap"),
        sample(array(2, 3), np.array([-1, 5, 2]), axis=1, mode="clip"),
        sample(array(4, dtype="float32"), np.array([1, 1])),
    ],
)
def _(d_out, a, indices, axis=None, out=None, mode="raise"):
    if axis is None and np.ndim(a) != 1:
        d_flat = np.zeros_like(a, shape=np.size(a))
        np.add.at(d_flat, indices if mode == "raise" else inside(indices, np.size(a), mode), d_out)
        return np.reshape(d_flat, np.shape(a))
    d_a = np.zeros_like(a)
    along_axis = 0 if axis is None else axis
    add_along(d_a, along_axis, indices if mode == "raise" else inside(indices, np.shape(a)[along_axis], mode), d_out)
    return d_a


@facts(np.take)
def _(a, indices, axis=None, out=None, mode="raise"):
    a, taken, axis = as_array(a), as_array(indices).shape, value_of(axis)
    if taken is None or axis is MISSING:
        return UNKNOWN
    if axis is None:
        return array_or_number(a.dtype, taken)
    if a.shape is None or normalized(axis, len(a.shape)) is None:
        return UNKNOWN
    at = axis % len(a.shape)
    return array_or_number(a.dtype, (*a.shape[:at], *taken, *a.shape[at + 1 :]))


@linear(
    np.take_along_axis,
    "arr",
    arrays=("indices",),
    samples=[
        sample(array(4), np.array([3, 0, 0]), 0),
        sample(array(2, 3), np.array([[2], [2]]), axis=1),
        sample(array(2, 3), np.array([[0, 1, 1], [1, 1, 0]]), axis=0),
        sample(array(2, 3), np.array([[0, 0, 1]]), axis=0),
        sample(array(2, 3, dtype="float32"), np.array([[2, 2], [0, 1]]), axis=-1),
        sample(array(2, 3), np.array([5, 0, 0]), axis=None),
    ],
)
def _(d_out, arr, indices, axis=-1):
    if axis is None:
        d_flat = np.zeros_like(arr, shape=np.size(arr))
        np.add.at(d_flat, indices, d_out)
        return np.reshape(d_flat, np.shape(arr))
    d_arr = np.zeros_like(arr)
    np.add.at(d_arr, grid_along(indices, np.shape(arr), axis), d_out)
    return d_arr


@facts(np.take_along_axis)
def _(arr, indices, axis=-1):
    return Array(as_array(arr).dtype, None)


@linear(
    np.compress,
    "a",
    refuses=("out",),
    samples=[
        sample(np.array([True, False, True]), array(3)),
        sample(np.array([True, False, True]), array(2, 3), axis=1),
        sample([False, True], array(2, 3), 0),
        sample([True, False, False, True], array(2, 3)),
    ],
)
def _(d_out, condition, a, axis=None, out=None):
    if axis is None:
        d_flat = np.zeros_like(a, shape=np.size(a))
        d_flat[np.flatnonzero(condition)] = d_out
        return np.reshape(d_flat, np.shape(a))
    d_a = np.zeros_like(a)
    d_a[along(axis, np.flatnonzero(condition))] = d_out
    return d_a


@facts(np.compress)
def _(condition, a, axis=None, out=None):
    a, axis = as_array(a), value_of(axis)
    if axis is None:
        return Array(a.dtype, (some_dim(),))
    if a.shape is None or axis is MISSING or normalized(axis, len(a.shape)) is None:
        return Array(a.dtype, None)
    return Array(a.dtype, tuple(some_dim() if i == axis % len(a.shape) else n for i, n in enumerate(a.shape)))


@linear(
    np.extract,
    "arr",
    samples=[
        sample(np.array([True, False, True]), array(3)),
        sample(np.array([[True, False], [True, True]]), array(2, 2)),
    ],
)
def _(d_out, condition, arr):
    d_flat = np.zeros_like(arr, shape=np.size(arr))
    d_flat[np.flatnonzero(condition)] = d_out
    return np.reshape(d_flat, np.shape(arr))


@facts(np.extract)
def _(condition, arr):
    return Array(as_array(arr).dtype, (some_dim(),))
