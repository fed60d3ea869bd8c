"""Products, and cumulative sums and products.

A product is right at zeros too, and to every order: where a factor is 0, dividing the result by it would not
give the product of the others, so that product is then built from both ends.  Where none is 0 the derivative
costs one division.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import Array, some_dim
from srcad.rules.axes import as_array, dtype_from, flattened, is_none, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.reductions import AXES, COMPLEX, EMPTY, MASKED, expanded, masked, sum_dtype
from srcad.rules.register import adjoint, facts, linear
from srcad.rules.samples import array

WITH_ZEROS = [
    sample(np.array([2.0, 0.0, -3.0, 0.5])),
    sample(np.array([2.0, 0.0, -3.0, 0.0])),
    sample(np.array([[2.0, 0.0, -3.0], [0.0, 0.0, 1.5]]), axis=1),
    sample(np.array([[2.0, 0.0, -3.0], [0.0, 0.5, 1.5]]), axis=0),
]


def product_of_others(a):
    """For each element the product of all others along the last axis, without a division."""
    first = np.ones_like(a[..., :1])
    before = np.cumprod(np.concatenate((first, a[..., :-1]), axis=-1), axis=-1)
    after = np.cumprod(np.concatenate((first, a[..., :0:-1]), axis=-1), axis=-1)
    return before * after[..., ::-1]


def through_product(d_out, out, a, axis, keepdims):
    """The cotangent of factors from that of their product."""
    d_out = expanded(d_out, a, axis, keepdims)
    if np.all(a):
        return d_out * expanded(out, a, axis, keepdims) / a
    if np.ndim(a) == 1:
        return d_out * product_of_others(a)
    if axis is None:
        return d_out * np.reshape(product_of_others(np.reshape(a, -1)), np.shape(a))
    if isinstance(axis, tuple):
        last = tuple(range(-len(axis), 0))
        moved = np.moveaxis(a, axis, last)
        others = product_of_others(np.reshape(moved, (*np.shape(moved)[: -len(axis)], -1)))
        return d_out * np.moveaxis(np.reshape(others, np.shape(moved)), last, axis)
    return d_out * np.moveaxis(product_of_others(np.moveaxis(a, axis, -1)), -1, axis)


@adjoint(
    np.prod,
    "a",
    "initial",
    refuses=("out_",),
    samples=[
        *AXES,
        *EMPTY,
        *COMPLEX,
        *WITH_ZEROS,
        *MASKED,
        sample(np.array([[2.0, 0.0, -3.0], [0.0, 0.5, 1.5]]), axis=(0, 1), keepdims=True),
        sample(np.array([[2.0, 0.0, -3.0], [0.0, 0.5, 1.5]]), 1, where=np.array([True, True, False])),
        sample(array(3), initial=1.5),
        sample(np.array([2.0, 0.0, 3.0]), initial=1.5),
        sample(array(2, 3), 0, initial=0.0, keepdims=True),
        sample(array(2, 3), 0, initial=2.5, where=np.array([True, True, False])),
    ],
)
def _(d_out, out, a, axis=None, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    if initial is None and where is None:
        return through_product(d_out, out, a, axis, keepdims), None
    factors = a if where is None else np.where(where, a, 1.0)
    product = np.prod(factors, axis=axis, keepdims=keepdims)
    if initial is None:
        return masked(through_product(d_out, product, factors, axis, keepdims), a, where), None
    d_a = masked(through_product(d_out * initial, product, factors, axis, keepdims), a, where)
    return d_a, np.sum(d_out * product)


# -------------------------------------------------------------------------------------------- cumulative

CUMULATIVE = [
    sample(array(4)),
    sample(array(2, 3)),
    sample(array(2, 3), 0),
    sample(array(2, 3), axis=-1),
    sample(array(2, 3, 2), axis=1),
    sample(array(4, dtype="float32"), axis=0),
    sample(array(3, dtype="complex128")),
    sample(array(0)),
]


def sum_from_end(d, axis):
    """The cumulative sum, taken from the end of the axis."""
    return np.flip(np.cumsum(np.flip(d, axis), axis=axis), axis)


@linear(np.cumsum, "a", refuses=("out",), samples=CUMULATIVE)
def _(d_out, a, axis=None, dtype=None, out=None):
    if np.ndim(a) == 1:
        return np.cumsum(d_out[::-1])[::-1]
    if axis is None:
        return np.reshape(np.cumsum(d_out[::-1])[::-1], np.shape(a))
    return sum_from_end(d_out, axis)


def through_products(d, a, out):
    """The cotangent of `a` from that of its cumulative product along the last axis."""
    if np.all(a):
        return sum_from_end(d * out, -1) / a
    rest = d.copy()
    for i in range(np.shape(a)[-1] - 2, -1, -1):
        rest[..., i] += a[..., i + 1] * rest[..., i + 1]
    rest[..., 1:] *= out[..., :-1]
    return rest


@adjoint(np.cumprod, "a", refuses=("out_",), samples=CUMULATIVE + WITH_ZEROS)
def _(d_out, out, a, axis=None, dtype=None, out_=None):
    if np.ndim(a) == 1:
        return through_products(d_out, a, out)
    if axis is None:
        return np.reshape(through_products(d_out, np.reshape(a, -1), out), np.shape(a))
    moved = through_products(np.moveaxis(d_out, axis, -1), np.moveaxis(a, axis, -1), np.moveaxis(out, axis, -1))
    return np.moveaxis(moved, -1, axis)


@facts(np.cumsum, np.cumprod)
def _(a, axis=None, dtype=None, out=None):
    a = as_array(a)
    dtype = dtype_from(dtype, sum_dtype(a.dtype))
    if a.ndim == 1 or is_none(axis) is False:
        return Array(dtype, a.shape)
    return Array(dtype, (flattened(a.shape),) if is_none(axis) else None)


# ------------------------------------------------------------------------------------------- differences


def undo_diff(d, axis):
    """The cotangent of an array from that of its first difference."""
    d = np.moveaxis(d, axis, 0)
    edge = np.zeros((1,) + np.shape(d)[1:], d.dtype)
    return np.moveaxis(np.concatenate((edge, d)) - np.concatenate((d, edge)), 0, axis)


def through_diff(d, a, axis):
    """The cotangent of an array from that of its first difference, each element of which is one less another."""
    d_a = np.zeros_like(a)
    if axis == 0 or np.ndim(a) == 1:
        d_a[1:] = d
        d_a[:-1] -= d
        return d_a
    if axis == -1:
        d_a[..., 1:] = d
        d_a[..., :-1] -= d
        return d_a
    rows, d_rows = np.moveaxis(d_a, axis, 0), np.moveaxis(d, axis, 0)
    rows[1:] = d_rows
    rows[:-1] -= d_rows
    return d_a


def undo_diffs(d, n, axis):
    """The cotangent of an array from that of its n-th difference."""
    for _k in range(n):
        d = undo_diff(d, axis)
    return d


def extent(edge, axis):
    """How many elements along an axis something adds that is put before or after an array."""
    if edge is None:
        return 0
    return 1 if np.ndim(edge) == 0 else np.shape(edge)[axis]


def cotangent_of_edge(d, edge):
    """The cotangent of what was put before or after an array, of which a number was repeated."""
    if edge is None:
        return None
    return np.sum(d) if np.ndim(edge) == 0 else d


@linear(
    np.diff,
    "a",
    "prepend",
    "append",
    shares="a",
    samples=[
        sample(array(4)),
        sample(array(4), 2),
        sample(array(4), n=0),
        sample(array(2, 3), 2, 0),
        sample(array(1, 3), axis=0),
        sample(array(3, 4), axis=0),
        sample(array(3, 4), 2, 1),
        sample(array(2, 3, 2), axis=-2),
        sample(array(4, dtype="float32")),
        sample(array(4), prepend=1.5),
        sample(array(4), append=array(2, seed=1)),
        sample(array(3, 4), 2, prepend=0.5, append=array(3, 1, seed=1)),
        sample(array(3, 4), axis=0, prepend=array(2, 4, seed=1), append=0.5),
    ],
)
def _(d_out, a, n=1, axis=-1, prepend=None, append=None):
    if prepend is None and append is None:
        return through_diff(d_out, a, axis) if n == 1 else undo_diffs(d_out, n, axis), None, None
    d = np.moveaxis(undo_diffs(d_out, n, axis), axis, 0)
    first = extent(prepend, axis)
    last = np.shape(d)[0] - extent(append, axis)
    d_prepend = cotangent_of_edge(np.moveaxis(d[:first], 0, axis), prepend)
    d_append = cotangent_of_edge(np.moveaxis(d[last:], 0, axis), append)
    return np.moveaxis(d[first:last], 0, axis), d_prepend, d_append


@facts(np.diff)
def _(a, n=1, axis=-1, prepend=None, append=None):
    a = as_array(a)
    if a.shape is None:
        return Array(a.dtype, None)
    axes = normalized(value_of(axis), len(a.shape))
    shape = tuple(some_dim() if axes is None or i in axes else dim for i, dim in enumerate(a.shape))
    return Array(None if a.dtype == "bool" else a.dtype, shape)
