"""Views that show elements several times or otherwise: windows, arrays of any strides, complex numbers as pairs.

Cotangents add up where elements are shown again.  Of `as_strided` it is known which elements are shown if the array
lies in memory without gaps, which is checked.
"""

from __future__ import annotations

import numpy as np
from numpy.lib import stride_tricks

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import ONE, UNKNOWN, Array, some_dim
from srcad.rules.axes import MISSING, as_array, dtype_from, length, shape_from, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import checks, constant, facts, linear
from srcad.rules.samples import array
from srcad.wengert import Method


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


checks(stride_tricks.as_strided, rt.check_strides)


@facts(stride_tricks.as_strided)
def _(x, shape=None, strides=None, subok=False, writeable=True):
    a = as_array(x)
    return Array(a.dtype, a.shape if value_of(shape) is None else shape_from(shape))


def refuse_bits(have, want):
    """Raises UnsupportedError unless a view shows complex numbers as pairs of floats, or the other way round."""
    if np.dtype(have).char.upper() != np.dtype(want).char.upper() or np.dtype(want).kind not in "fc":
        raise UnsupportedError(
            "the bits of numbers, shown as those of another dtype, have no derivative", "use astype to convert numbers"
        )


constant(refuse_bits, pure=False)


@linear(
    Method("view"),
    "a",
    refuses=("type",),
    shares="a",
    always=True,
    samples=[
        sample(array(3)),
        sample(array(2, 4), complex),
        sample(array(3, dtype="complex128"), float),
        sample(array(2, 3, dtype="complex128"), dtype=np.float64),
        sample(array(3), np.float64),
    ],
)
def _(d_out, a, dtype=None, type=None):
    if dtype is None:
        return d_out
    if np.dtype(dtype) == a.dtype:
        return d_out
    refuse_bits(a.dtype, dtype)
    if np.iscomplexobj(a):
        return np.conj(np.ascontiguousarray(d_out).view(a.dtype))
    return np.conj(np.ascontiguousarray(d_out)).view(a.dtype)


@facts(Method("view"))
def _(a, dtype=None, type=None):
    if not isinstance(a, Array):
        return UNKNOWN
    name = dtype_from(dtype, a.dtype)
    shape = a.shape if value_of(dtype) is None or name == a.dtype or not a.shape else (*a.shape[:-1], some_dim())
    if name is None or np.dtype(name).kind not in "fc":
        return Array(None, shape)  # of which it is not known that it carries no derivative: the rule is asked
    return Array(name, shape)
