"""Making arrays: from nothing, from numbers, and from other values.

What is made from nothing carries no derivative, but its facts are exact, because broadcasting is decided by
them: `np.zeros(n)` has the length that `n` is known to be of.  Copies and conversions pass the cotangent on;
a conversion to integers has the derivative 0, as every rounding.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import ONE, UNKNOWN, Array, Fact, Known, Number, Tuple, some_dim
from srcad.rules.axes import MISSING, as_array, dtype_from, length_of, normalized, shape_from, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------- from nothing

constant(
    np.zeros,
    np.ones,
    np.empty,
    samples=[sample(3), sample((2, 3)), sample([1, 2], dtype="float32"), sample((), int), sample(0)],
)
constant(
    np.zeros_like,
    np.ones_like,
    np.empty_like,
    samples=[sample(array(2, 3, dtype="float32")), sample(1.5), sample(array(3), dtype=int), sample(array(3), shape=2)],
)


@facts(np.zeros, np.ones, np.empty)
def _(shape, dtype=None, order="C", *, device=None, like=None):
    return Array(dtype_from(dtype, "float64"), shape_from(shape))


@facts(np.zeros_like, np.ones_like, np.empty_like)
def _(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
    a = as_array(a)
    return Array(dtype_from(dtype, a.dtype), a.shape if value_of(shape) is None else shape_from(shape))


def filled(d_out, fill_value):
    """The cotangent of a value that an array was filled with."""
    if np.ndim(fill_value) == 0:
        return np.sum(d_out)
    return rt.unbroadcast(d_out, fill_value)


@linear(
    np.full,
    "fill_value",
    samples=[
        sample(3, 1.5),
        sample((2, 3), np.float32(2.5)),
        sample((2, 3), array(3)),
        sample((2, 3), 1.5, dtype="float32"),
        sample(0, 1.5),
    ],
)
def _(d_out, shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    return filled(d_out, fill_value)


@facts(np.full)
def _(shape, fill_value, dtype=None, order="C", *, device=None, like=None):
    return Array(dtype_from(dtype, as_array(fill_value).dtype), shape_from(shape))


@linear(
    np.full_like,
    "fill_value",
    refuses=("shape",),
    describes=("a",),
    samples=[
        sample(array(2, 3), 1.5),
        sample(array(2, 3, dtype="float32"), 1.5),
        sample(array(2, 3), array(3)),
        sample(array(2), np.float32(1.5), dtype="float64"),
    ],
)
def _(d_out, a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    return filled(d_out, fill_value)


@facts(np.full_like)
def _(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    a = as_array(a)
    return Array(dtype_from(dtype, a.dtype), a.shape if value_of(shape) is None else shape_from(shape))


constant(np.eye, samples=[sample(3), sample(1), sample(2, 3), sample(2, k=1, dtype="float32")])
constant(np.identity, samples=[sample(3), sample(1, int)])
constant(np.tri, samples=[sample(3), sample(2, 3, -1)])


@facts(np.eye, np.tri)
def _(N, M=None, k=0, dtype=float, order="C", *, device=None, like=None):  # noqa: N803 (NumPy's own names)
    columns = length_of(N) if value_of(M) is None else length_of(M) if value_of(M) is not MISSING else some_dim()
    rows = length_of(N)
    return Array(dtype_from(dtype, "float64"), (rows, rows if value_of(M) is None else columns))


@facts(np.identity)
def _(n, dtype=None, *, like=None):
    rows = length_of(n)
    return Array(dtype_from(dtype, "float64"), (rows, rows))


# ---------------------------------------------------------------------------------- from values and arrays


def nested(d, value):
    """The cotangent of what an array was made of: of nested lists, nested in the same way."""
    if not isinstance(value, (list, tuple)):
        return d
    if len(value) == 1:
        return [item(d[0], value[0])]
    if len(value) == 2:
        return [item(d[0], value[0]), item(d[1], value[1])]
    if len(value) == 3:
        return [item(d[0], value[0]), item(d[1], value[1]), item(d[2], value[2])]
    return items(d, value)


def item(d, value):
    """The cotangent of an item of a list."""
    if isinstance(value, (list, tuple)):
        return items(d, value)
    return d


def items(d, value):
    """The cotangents of the items of a list of any length, and of lists in it."""
    if np.ndim(d) == 1:
        return list(d)
    return [item(d[i], value[i]) for i in range(len(value))]


VALUES = [
    sample(1.5),
    sample(array(3)),
    sample([1.5, 2.5]),
    sample((1.5, np.float64(2.5), 3)),
    sample([[1.5, 2.5], [0.5, 3.5]]),
    sample([array(3), array(3, seed=1)]),
    sample([(array(2), [1.5, 2.5]), (array(2, seed=1), array(2, seed=2))]),
    sample(array(2, 3, dtype="float32")),
    sample(array(3), dtype="float32"),
    sample([np.float32(1.5), np.float32(2.5)]),
    sample([1.5, 2j]),
]


@linear(
    np.array,
    "object",
    lists=("object",),
    refuses=("copy", "ndmin", "ndmax", "subok", "like"),
    samples=[*VALUES, sample([])],
)
def _(d_out, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, ndmax=0, like=None):
    return nested(d_out, object)


@linear(np.asarray, "a", lists=("a",), refuses=("like",), shares="a", samples=VALUES)
def _(d_out, a, dtype=None, order=None, *, device=None, copy=None, like=None):
    return nested(d_out, a)


@linear(np.asanyarray, "a", lists=("a",), refuses=("like",), shares="a", samples=VALUES)
def _(d_out, a, dtype=None, order=None, *, device=None, copy=None, like=None):
    return nested(d_out, a)


@linear(
    np.ascontiguousarray,
    "a",
    lists=("a",),
    refuses=("like",),
    shares="a",
    samples=[sample(array(3)), sample(array(2, 3).T)],
)
def _(d_out, a, dtype=None, *, like=None):
    return nested(d_out, a)


@facts(np.array)
def _(object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0, ndmax=0, like=None):
    made = as_array(object)
    return Array(dtype_from(dtype, made.dtype), made.shape if value_of(ndmin) == 0 else None)


@facts(np.asarray, np.asanyarray)
def _(a, dtype=None, order=None, *, device=None, copy=None, like=None):
    made = as_array(a)
    return Array(dtype_from(dtype, made.dtype), made.shape)


@facts(np.ascontiguousarray)
def _(a, dtype=None, *, like=None):
    made = as_array(a)
    return Array(dtype_from(dtype, made.dtype), (ONE,) if made.shape == () else made.shape)


@linear(np.copy, "a", samples=[sample(array(2, 3)), sample(1.5), sample(array(2, dtype="float32"))])
def _(d_out, a, order="K", subok=False):
    return d_out


@facts(np.copy)
def _(a, order="K", subok=False):
    return as_array(a)


@linear(
    np.astype,
    "x",
    shares="x",
    samples=[
        sample(array(3), np.dtype("float32")),
        sample(array(3, dtype="float32"), np.dtype("float64")),
        sample(array(3), np.dtype("float64"), copy=False),
        sample(array(3), np.dtype("complex128")),
        sample(array(3), np.dtype("int64")),
    ],
)
def _(d_out, x, dtype, *, copy=True, device=None):
    return converted_back(d_out, x, dtype)


def converted_back(d_out, x, dtype):
    """The cotangent of what was converted to a dtype: rounding to integers has the derivative 0."""
    if is_complex(dtype) and np.isrealobj(x):
        return np.real(d_out)
    if is_inexact(dtype):
        return d_out
    return np.zeros_like(d_out)


def is_complex(dtype):
    """Whether values of this dtype are complex."""
    return np.dtype(dtype).kind == "c"


def is_inexact(dtype):
    """Whether values of this dtype carry derivatives."""
    return np.dtype(dtype).kind in "fc"


constant(is_complex, is_inexact, folds=True)


@facts(np.astype)
def _(x, dtype, *, copy=True, device=None):
    x = as_array(x)
    return Array(dtype_from(dtype, None), x.shape)


def other_axes(i, n, indexing):
    """The axes along which the i-th of n grids repeats."""
    own = 1 - i if indexing == "xy" and i < 2 <= n else i
    return tuple(axis for axis in range(n) if axis != own)


constant(other_axes, folds=True)


@linear(
    np.meshgrid,
    "xi",
    refuses=("copy",),
    samples=[
        sample(array(3), array(2, seed=1)),
        sample(array(2), array(3, seed=1), array(4, seed=2)),
        sample(array(2), array(3, seed=1), array(4, seed=2), indexing="ij"),
        sample(array(3), array(2, seed=1), sparse=True),
        sample(array(3)),
        sample(1.5, array(2)),
    ],
)
def _(d_out, *xi, copy=True, sparse=False, indexing="xy"):
    sums = [np.sum(d_out[i], axis=other_axes(i, len(xi), indexing)) for i in range(len(xi))]
    return [np.reshape(sums[i], np.shape(xi[i])) for i in range(len(xi))]


@facts(np.meshgrid)
def _(*xi, copy=True, sparse=False, indexing="xy"):
    return Tuple(tuple(Array(as_array(x).dtype, None) for x in xi))


# ------------------------------------------------------------------------------------------- about arrays

constant(
    np.shape,
    np.ndim,
    samples=[sample(array(2, 3)), sample(1.5), sample([array(3), array(3)]), sample(array(1, 3))],
)
constant(np.size, samples=[sample(array(2, 3)), sample(1.5), sample(array(2, 3), 1), sample(array(1, 3), axis=0)])
constant(np.indices)


@facts(np.shape)
def _(a):
    return shape_fact(as_array(a))


def shape_fact(a: Array) -> Fact:
    """The fact of the shape of an array."""
    if a.shape is None:
        return UNKNOWN
    return Tuple(tuple(length_fact(dim) for dim in a.shape))


def length_fact(dim) -> Fact:
    """The fact of the length of an axis."""
    return Number("int64", True, dim)


@facts(np.ndim)
def _(a):
    a = as_array(a)
    return Number("int64", True) if a.shape is None else Known(len(a.shape))


@facts(np.size)
def _(a, axis=None):
    a, axis = as_array(a), value_of(axis)
    if a.shape is None or axis is MISSING:
        return Number("int64", True)
    places = normalized(axis, len(a.shape)) if axis is not None else None
    if places is not None and len(places) == 1:
        return length_fact(a.shape[places[0]])
    return Number("int64", True, a.shape[0]) if len(a.shape) == 1 else Number("int64", True)
