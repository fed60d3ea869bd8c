"""Changing shapes: reshaping, moving axes, adding and dropping them, and what of that NumPy does by copying.

Each derivative undoes the change and keeps nothing but a shape.  Which results are views of their argument is
declared beside each rule.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import ONE, Array, Dim, Fact
from srcad.rules.axes import MISSING, as_array, flattened, items_of, normalized, shape_from, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import alias, constant, facts, linear
from srcad.rules.samples import array

# ----------------------------------------------------------------------------------------------- reshape


def same_order(order):
    """The order in which the cotangent is read, for the same elements: one that does not ask for the layout."""
    if order not in ("C", "F"):
        raise UnsupportedError(
            f"order={order!r} reads the elements as they lie in memory, where their derivatives may lie otherwise",
            "use order='C' or order='F'",
        )
    return order


constant(same_order, folds=True)


@linear(
    np.reshape,
    "a",
    refuses=("copy",),
    shares="a",
    samples=[
        sample(array(6), (2, 3)),
        sample(array(2, 3), -1),
        sample(array(2, 3), (3, -1)),
        sample(array(2, 3), [6, 1]),
        sample(array(1), ()),
        sample(array(2, 3).T, 6),
        sample(array(2, 3), (3, 2), order="F"),
        sample(array(0, 3), (3, 0)),
        sample(array(6, dtype="float32"), (2, 3)),
    ],
)
def _(d_out, a, shape, order="C", copy=None):
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    return np.reshape(d_out, np.shape(a), order=same_order(order))


@facts(np.reshape)
def _(a, shape, order="C", copy=None):
    a = as_array(a)
    return Array(a.dtype, reshaped(a.shape, shape))


def reshaped(old: tuple[Dim, ...] | None, shape: Fact) -> tuple[Dim, ...] | None:
    """The axes after a reshape.  The one given as -1 is what the given ones leave of the old ones."""
    new = shape_from(shape)
    if new is None:
        return None
    given = [value_of(item) for item in items_of(shape) or (shape,)]
    inferred = [i for i, value in enumerate(given) if value == -1 and value is not MISSING]
    if old is None or len(inferred) != 1:
        return new
    rest = list(old)
    for i, dim in enumerate(new):
        if i not in inferred and dim.one is not True:
            if dim not in rest:
                return new
            rest.remove(dim)
    if any(dim.one is not False for i, dim in enumerate(new) if i not in inferred and dim.one is not True):
        return new
    return tuple(flattened(tuple(rest)) if i in inferred else dim for i, dim in enumerate(new))


@linear(
    np.ravel,
    "a",
    shares="a",
    samples=[
        sample(array(3)),
        sample(array(2, 3)),
        sample(array(2, 3).T),
        sample(array(2, 3), order="F"),
        sample(array(2, 3, dtype="float32")),
    ],
)
def _(d_out, a, order="C"):
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    return np.reshape(d_out, np.shape(a), order=same_order(order))


@facts(np.ravel)
def _(a, order="C"):
    a = as_array(a)
    return Array(a.dtype, (flattened(a.shape),))


# ------------------------------------------------------------------------------------------- order of axes


def inverse(axes):
    """The permutation that undoes this one.

    >>> inverse((1, -1, 0))
    (2, 0, 1)
    """
    return tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


constant(inverse, folds=True)


@linear(
    np.transpose,
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(3)),
        sample(array(2, 3)),
        sample(array(2, 3), (1, 0)),
        sample(array(2, 3, 4), (1, 2, 0)),
        sample(array(2, 3, 4), axes=(-1, 0, -2)),
        sample(array(2, 3, 4), [2, 0, 1]),
        sample(array(2, 3, dtype="float32")),
    ],
)
def _(d_out, a, axes=None):
    if axes is None:
        return np.transpose(d_out)
    return np.transpose(d_out, inverse(axes))


@facts(np.transpose)
def _(a, axes=None):
    a, axes = as_array(a), value_of(axes)
    if a.shape is None or axes is None:
        return Array(a.dtype, a.shape and a.shape[::-1])
    places = normalized(axes, len(a.shape)) if axes is not MISSING else None
    return Array(a.dtype, tuple(a.shape[i] for i in places) if places else None)


if np.permute_dims is not np.transpose:
    alias(np.permute_dims, np.transpose)


@linear(np.matrix_transpose, "x", shares="x", always=True, samples=[sample(array(2, 3)), sample(array(2, 3, 4))])
def _(d_out, x):
    return np.matrix_transpose(d_out)


@facts(np.matrix_transpose)
def _(x):
    x = as_array(x)
    return Array(x.dtype, x.shape and (*x.shape[:-2], x.shape[-1], x.shape[-2]) if x.ndim != 1 else None)


@linear(
    np.swapaxes,
    "a",
    shares="a",
    always=True,
    samples=[sample(array(2, 3), 0, 1), sample(array(2, 3, 4), -1, 0), sample(array(2, 3, 4), 1, 1)],
)
def _(d_out, a, axis1, axis2):
    return np.swapaxes(d_out, axis1, axis2)


@facts(np.swapaxes)
def _(a, axis1, axis2):
    a = as_array(a)
    return Array(a.dtype, shape_by_trial(a.shape, np.swapaxes, axis1, axis2))


def shape_by_trial(shape: tuple[Dim, ...] | None, function, *arguments: Fact) -> tuple[Dim, ...] | None:
    """The axes of `function(a, *arguments)` where it only moves axes: found by moving axes of known lengths."""
    values = [value_of(argument) for argument in arguments]
    if shape is None or any(value is MISSING for value in values):
        return None
    try:
        moved = function(np.broadcast_to(0.0, tuple(range(2, 2 + len(shape)))), *values)
    except (TypeError, ValueError, IndexError):
        return None
    return tuple(shape[n - 2] for n in moved.shape)


@linear(
    np.moveaxis,
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(2, 3, 4), 0, -1),
        sample(array(2, 3, 4), 2, 1),
        sample(array(2, 3, 4), (0, 1), (2, 0)),
        sample(array(2, 3, 4), [-1, 0], [0, 1]),
    ],
)
def _(d_out, a, source, destination):
    return np.moveaxis(d_out, destination, source)


@facts(np.moveaxis)
def _(a, source, destination):
    a = as_array(a)
    return Array(a.dtype, shape_by_trial(a.shape, np.moveaxis, source, destination))


@linear(
    np.rollaxis,
    "a",
    shares="a",
    always=True,
    samples=[sample(array(2, 3, 4), 2), sample(array(2, 3, 4), 0, 3), sample(array(2, 3, 4), 1, 1)],
)
def _(d_out, a, axis, start=0):
    return np.transpose(d_out, inverse(rolled(np.ndim(a), axis, start)))


def rolled(ndim, axis, start):
    """The permutation that `np.rollaxis` makes."""
    moved = np.rollaxis(np.broadcast_to(0.0, tuple(range(1, ndim + 1))), axis, start)
    return tuple(n - 1 for n in moved.shape)


constant(rolled, folds=True)


@facts(np.rollaxis)
def _(a, axis, start=0):
    a = as_array(a)
    return Array(a.dtype, shape_by_trial(a.shape, np.rollaxis, axis, start))


# ------------------------------------------------------------------------------------ axes of length one


@linear(
    np.expand_dims,
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(3), 0),
        sample(array(2, 3), -1),
        sample(array(2, 3), (0, -1)),
        sample(array(2, 3), axis=(0, 2)),
        sample(array(3, dtype="float32"), 1),
    ],
)
def _(d_out, a, axis):
    return np.reshape(d_out, np.shape(a))


@facts(np.expand_dims)
def _(a, axis):
    a, axis = as_array(a), value_of(axis)
    if a.shape is None or axis is MISSING:
        return Array(a.dtype, None)
    ndim = len(a.shape) + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    places = normalized(axis, ndim)
    if places is None:
        return Array(a.dtype, None)
    rest = iter(a.shape)
    return Array(a.dtype, tuple(ONE if i in places else next(rest) for i in range(ndim)))


@linear(
    np.squeeze,
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(1, 3, 1)),
        sample(array(1, 3, 1), 0),
        sample(array(1, 3, 1), axis=(0, -1)),
        sample(array(1, 1)),
        sample(array(2, 3)),
    ],
)
def _(d_out, a, axis=None):
    return np.reshape(d_out, np.shape(a))


@facts(np.squeeze)
def _(a, axis=None):
    a, axis = as_array(a), value_of(axis)
    if a.shape is None or axis is MISSING:
        return Array(a.dtype, None)
    if axis is None:
        certain = all(dim.one is not None for dim in a.shape)
        return Array(a.dtype, tuple(dim for dim in a.shape if not dim.one) if certain else None)
    places = normalized(axis, len(a.shape))
    return Array(a.dtype, None if places is None else tuple(d for i, d in enumerate(a.shape) if i not in places))


@linear(
    np.broadcast_to,
    "array",
    refuses=("subok",),
    shares="array",
    always=True,
    samples=[
        sample(array(3), (2, 3)),
        sample(array(2, 1), (2, 3)),
        sample(array(1, 3), (4, 2, 3)),
        sample(array(3), 3),
        sample(array(1), (0,)),
        sample(array(2, 1, dtype="float32"), (2, 3)),
    ],
)
def _(d_out, array, shape, subok=False):
    return rt.unbroadcast(d_out, array)


@facts(np.broadcast_to)
def _(array, shape, subok=False):
    a, new = as_array(array), shape_from(shape)
    if a.shape is None or new is None or len(a.shape) > len(new):
        return Array(a.dtype, new)
    own = (*(ONE,) * (len(new) - len(a.shape)), *a.shape)
    return Array(a.dtype, tuple(m if m.one is False else n for m, n in zip(own, new, strict=True)))


FEW_AXES = [
    sample(2.0),
    sample(np.float32(2.0)),
    sample(array(3)),
    sample(array(2, 3)),
    sample(array(2, 3, 2)),
    sample(array(2, 3, 2, 1)),
]


@linear(np.atleast_1d, "ary", shares="ary", samples=FEW_AXES)
@linear(np.atleast_2d, "ary", shares="ary", samples=FEW_AXES)
@linear(np.atleast_3d, "ary", shares="ary", samples=FEW_AXES)
def _(d_out, ary):
    return np.reshape(d_out, np.shape(ary))


def at_least(ary: Fact, ndim: int) -> Array:
    """The fact of an array with axes of length one added in front until there are `ndim`."""
    a = as_array(ary)
    return a if a.shape is None else Array(a.dtype, (*(ONE,) * (ndim - len(a.shape)), *a.shape))


@facts(np.atleast_1d)
def _(ary):
    return at_least(ary, 1)


@facts(np.atleast_2d)
def _(ary):
    return at_least(ary, 2)


@facts(np.atleast_3d)
def _(ary):
    a = as_array(ary)
    if a.ndim == 2:
        return Array(a.dtype, (*a.shape, ONE))
    if a.ndim == 1:
        return Array(a.dtype, (ONE, *a.shape, ONE))
    return at_least(ary, 3)
