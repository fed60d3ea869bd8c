"""Views that show elements several times: windows, and arrays of any strides.

Cotangents add up where elements are shown again.  Of `as_strided` it is known which elements are shown if the array
lies in memory without gaps, which is checked.
"""

from __future__ import annotations

import numpy as np
from numpy.lib import stride_tricks

from srcad import runtime as rt
from srcad.facts import ONE, Array, some_dim
from srcad.rules.axes import MISSING, as_array, length, shape_from, value_of
from srcad.rules.register import checks, constant, facts, linear, sample
from srcad.rules.samples import array


def window_numbers(shape, window_shape, axis):
    """The number of the element that stands at each place of the windows."""
    numbers = np.reshape(np.arange(int(np.prod(shape))), shape)
    return stride_tricks.sliding_window_view(numbers, window_shape, axis)


def strided_numbers(shape, strides, size):
    """The number of the element that stands at each place of an array of these strides, elements of this size."""
    numbers = np.zeros((), int)
    for i in range(len(shape)):
        numbers = np.expand_dims(numbers, -1) + np.arange(shape[i]) * strides[i] // size
    return numbers


constant(window_numbers, strided_numbers)


@linear(
    stride_tricks.sliding_window_view,
    "x",
    refuses=("subok", "writeable"),
    shares="x",
    always=True,
    samples=[
        sample(array(5), 3),
        sample(array(3, 4), (2, 2)),
        sample(array(3, 4), 2, axis=1),
        sample(array(3, 4), (2,), axis=(0,)),
        sample(array(3, 4), (2, 2), axis=(1, -1)),
    ],
)
def _(d_out, x, window_shape, axis=None, *, subok=False, writeable=False):
    d_flat = np.zeros_like(x, shape=np.size(x))
    np.add.at(d_flat, window_numbers(np.shape(x), window_shape, axis), d_out)
    return np.reshape(d_flat, np.shape(x))


@facts(stride_tricks.sliding_window_view)
def _(x, window_shape, axis=None, *, subok=False, writeable=False):
    a, windows, along = as_array(x), value_of(window_shape), value_of(axis)
    if a.shape is None or windows is MISSING or along is MISSING:
        return Array(a.dtype, None)
    windows = windows if isinstance(windows, (tuple, list)) else (windows,)
    shape = [ONE if dim.one else some_dim() for dim in a.shape]
    return Array(a.dtype, (*shape, *map(length, windows)))


@linear(
    stride_tricks.as_strided,
    "x",
    refuses=("subok",),
    shares="x",
    always=True,
    samples=[
        sample(array(6), (3, 2), (16, 8)),
        sample(array(6), shape=(4, 3), strides=(8, 8)),
        sample(array(5), (3,), (16,), writeable=False),
        sample(array(3), (2, 3), (0, 8)),
        sample(array(2, 3), (3, 2), (8, 24)),
        sample(array(3, dtype="complex128"), (2, 2), (16, 16)),
        sample(array(3)),
    ],
)
def _(d_out, x, shape=None, strides=None, subok=False, writeable=True):
    d_flat = np.zeros_like(x, shape=np.size(x))
    lengths = np.shape(x) if shape is None else shape
    np.add.at(d_flat, strided_numbers(lengths, x.strides if strides is None else strides, x.itemsize), d_out)
    return np.reshape(d_flat, np.shape(x))


checks(stride_tricks.as_strided, rt.check_without_gaps)


@facts(stride_tricks.as_strided)
def _(x, shape=None, strides=None, subok=False, writeable=True):
    a = as_array(x)
    return Array(a.dtype, a.shape if value_of(shape) is None else shape_from(shape))
