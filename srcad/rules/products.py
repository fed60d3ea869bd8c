"""Products of vectors, matrices and stacks of them.

For vectors and matrices the derivatives are the two products of the textbook, without any broadcasting to
undo.  A stack of matrices times one matrix is one large product.  Only stacks on both sides, which NumPy may
broadcast, go through `rt.unbroadcast`.  No conjugates are taken for complex operands (see the conventions).
"""

from __future__ import annotations

import operator

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Dim, Fact, broadcast, is_numeric, promote
from srcad.rules.axes import array_or_number, as_array, flattened, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, alias, constant, facts, shares, writes
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------ matmul


def through_left(d_out, x, y):
    """The cotangent of x in x @ y."""
    if np.ndim(y) == 1:
        if np.ndim(x) == 1:
            return d_out * y
        if np.ndim(x) == 2:
            return np.outer(d_out, y)
        return np.expand_dims(d_out, -1) * y
    if np.ndim(y) == 2:
        return d_out @ y.T
    if np.ndim(x) == 1:
        rows = np.matmul(y, np.expand_dims(d_out, -1))
        return np.sum(rows, axis=tuple(range(np.ndim(y) - 2)) + (-1,))
    return rt.unbroadcast(d_out @ np.swapaxes(y, -1, -2), x)


def through_right(d_out, x, y):
    """The cotangent of y in x @ y."""
    if np.ndim(x) == 1:
        if np.ndim(y) == 1:
            return d_out * x
        if np.ndim(y) == 2:
            return np.outer(x, d_out)
        return np.expand_dims(x, -1) * np.expand_dims(d_out, -2)
    if np.ndim(x) == 2 and np.ndim(y) < 3:
        return x.T @ d_out
    if np.ndim(y) < 3:
        leading = tuple(range(np.ndim(x) - 1))
        return np.tensordot(x, d_out, axes=(leading, leading))
    return rt.unbroadcast(np.swapaxes(x, -1, -2) @ d_out, y)


MATRICES = [
    sample(array(3), array(3, seed=1)),
    sample(array(2, 3), array(3, seed=1)),
    sample(array(3), array(3, 2, seed=1)),
    sample(array(2, 3), array(3, 4, seed=1)),
    sample(array(1, 3), array(3, 1, seed=1)),
    sample(array(2, 2, 3), array(3, seed=1)),
    sample(array(2, 2, 3), array(3, 4, seed=1)),
    sample(array(2, 3, dtype="float32"), array(3, 4, dtype="float32", seed=1)),
    sample(array(2, 3, dtype="float32"), array(3, 4, seed=1)),
    sample(array(0, 3), array(3, 4, seed=1)),
    sample(array(2, 0), array(0, 3, seed=1)),
    sample(array(2, 3, dtype="complex128"), array(3, 4, dtype="complex128", seed=1)),
    sample(array(3, dtype="complex128"), array(3, 4, seed=1)),
]
STACKS = [
    sample(array(3), array(2, 3, 4, seed=1)),
    sample(array(4, 3), array(2, 3, 2, seed=1)),
    sample(array(2, 4, 3), array(2, 3, 2, seed=1)),
    sample(array(1, 4, 3), array(2, 3, 2, seed=1)),
    sample(array(2, 4, 3), array(1, 3, 2, seed=1)),
    sample(array(2, 1, 4, 3), array(3, 3, 2, seed=1)),
    sample(array(3, 4, 3, dtype="float32"), array(1, 3, 2, dtype="float32", seed=1)),
]


@adjoint(np.matmul, "x1", "x2", refuses=("out_",), samples=MATRICES + STACKS)
def _(d_out, out, x1, x2, out_=None):
    return through_left(d_out, x1, x2), through_right(d_out, x1, x2)


@facts(np.matmul)
def _(x1, x2, out=None):
    dtype, x, y = product_dtype(x1, x2), as_array(x1).shape, as_array(x2).shape
    if x is None or y is None or not x or not y:
        return UNKNOWN
    stack = broadcast(x[:-2], y[:-2])
    rows = x[-2:-1]
    columns = y[-1:] if len(y) > 1 else ()
    return array_or_number(dtype, (*stack, *rows, *columns))


def product_dtype(x: Fact, y: Fact) -> str | None:
    """The dtype of a product; operands that are lists are made arrays first."""
    return promote(*(f if is_numeric(f) else as_array(f) for f in (x, y)))


alias(operator.matmul, np.matmul)
alias(operator.imatmul, np.matmul, samples=[sample(array(2, 3), array(3, 3, seed=1))])
shares(operator.imatmul, "x1", always=True)
writes(operator.imatmul, "x1")


# ----------------------------------------------------------------------------------- dot, inner, vdot, outer


@adjoint(
    np.dot,
    "a",
    "b",
    refuses=("out_",),
    samples=[
        *MATRICES,
        sample(2.0, 3.0),
        sample(2.0, array(2, 3)),
        sample(array(2, 3), np.float64(3.0)),
        sample(array(3), array(2, 3, 4, seed=1)),
        sample(array(4, 3), array(2, 3, 2, seed=1)),
        sample(array(2, 4, 3), array(2, 3, 2, seed=1)),
    ],
)
def _(d_out, out, a, b, out_=None):
    if np.ndim(a) == 0:
        return np.sum(d_out * b), d_out * a
    if np.ndim(b) == 0:
        return d_out * b, np.sum(d_out * a)
    if np.ndim(b) < 3:
        return through_left(d_out, a, b), through_right(d_out, a, b)
    return through_tensordot(d_out, a, b, (-1, -2))


@facts(np.dot)
def _(a, b, out=None):
    dtype, x, y = product_dtype(a, b), as_array(a).shape, as_array(b).shape
    if x is None or y is None:
        return UNKNOWN
    if not x or not y:
        return array_or_number(dtype, x or y)
    return array_or_number(dtype, x[:-1] + (y[:-2] + y[-1:] if len(y) > 1 else ()))


@adjoint(
    np.inner,
    "a",
    "b",
    samples=[
        sample(array(3), array(3, seed=1)),
        sample(array(2, 3), array(3, seed=1)),
        sample(array(3), array(2, 3, seed=1)),
        sample(array(2, 3), array(4, 3, seed=1)),
        sample(array(2, 4, 3), array(2, 3, seed=1)),
        sample(2.0, array(3)),
        sample(array(2, 3), 3.0),
        sample(array(2, 3, dtype="float32"), array(4, 3, dtype="float32", seed=1)),
    ],
)
def _(d_out, out, a, b):
    if np.ndim(a) == 0:
        return np.sum(d_out * b), d_out * a
    if np.ndim(b) == 0:
        return d_out * b, np.sum(d_out * a)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return d_out * b, d_out * a
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return d_out @ b, d_out.T @ a
    return through_tensordot(d_out, a, b, (-1, -1))


@facts(np.inner)
def _(a, b):
    dtype, x, y = product_dtype(a, b), as_array(a).shape, as_array(b).shape
    if x is None or y is None:
        return UNKNOWN
    return array_or_number(dtype, x[:-1] + y[:-1] if x and y else x or y)


@adjoint(
    np.vdot,
    "a",
    "b",
    samples=[
        sample(array(3), array(3, seed=1)),
        sample(array(2, 3), array(2, 3, seed=1)),
        sample(array(2, 3), array(6, seed=1)),
        sample(array(3, dtype="complex128"), array(3, dtype="complex128", seed=1)),
        sample(array(3), array(3, dtype="complex128", seed=1)),
        sample(array(3, dtype="float32"), array(3, dtype="float32", seed=1)),
    ],
)
def _(d_out, out, a, b):
    d_a = d_out * np.reshape(b, np.shape(a))
    d_b = d_out * np.reshape(a, np.shape(b))
    if np.iscomplexobj(a):
        return np.conj(d_a), d_out * np.conj(np.reshape(a, np.shape(b)))
    return d_a, d_b


@facts(np.vdot)
def _(a, b):
    return array_or_number(product_dtype(a, b), ())


@adjoint(
    np.outer,
    "a",
    "b",
    refuses=("out_",),
    samples=[
        sample(array(3), array(2, seed=1)),
        sample(array(2, 3), array(2, 2, seed=1)),
        sample(2.0, array(3)),
        sample(array(3, dtype="float32"), array(2, dtype="float32", seed=1)),
        sample(array(3, dtype="complex128"), array(2, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, a, b, out_=None):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return d_out @ b, a @ d_out
    return np.reshape(d_out @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ d_out, np.shape(b))


@facts(np.outer)
def _(a, b, out=None):
    return Array(product_dtype(a, b), (flat_length(a), flat_length(b)))


def flat_length(a: Fact) -> Dim:
    """The axis of `np.ravel(a)`."""
    return flattened(as_array(a).shape)


# --------------------------------------------------------------------------------------- tensordot, kron


def contracted(axes, ndim_a, ndim_b):
    """The axes of both operands that `np.tensordot` sums over, counted from the front.

    >>> contracted(2, 3, 2), contracted((-1, 0), 2, 2)
    (((1, 2), (0, 1)), ((1,), (0,)))
    """
    if isinstance(axes, (int, np.integer)):
        return tuple(range(ndim_a - axes, ndim_a)), tuple(range(axes))
    of_a, of_b = axes
    of_a = (of_a,) if isinstance(of_a, (int, np.integer)) else of_a
    of_b = (of_b,) if isinstance(of_b, (int, np.integer)) else of_b
    return tuple(i % ndim_a for i in of_a), tuple(i % ndim_b for i in of_b)


def kept(axes, ndim):
    """The axes that are not summed over."""
    return tuple(i for i in range(ndim) if i not in axes)


def numbers(first, count):
    """So many axes, from the first on."""
    return tuple(range(first, first + count))


def back_in_place(first, last, partners):
    """The permutation that undoes `first` followed by `last`, those sorted by their `partners`."""
    moved = first + tuple(axis for _partner, axis in sorted(zip(partners, last, strict=True)))
    return tuple(int(i) for i in np.argsort(moved))


def is_in_place(order):
    """Whether a permutation leaves everything where it is."""
    return order == tuple(range(len(order)))


constant(contracted, kept, numbers, back_in_place, is_in_place, folds=True)


def permuted(d, order):
    """The array with its axes in another order."""
    if is_in_place(order):
        return d
    return np.transpose(d, order)


def through_tensordot(d_out, a, b, axes):
    """The cotangents of `a` and `b`, of which `axes` are summed over."""
    of_a, of_b = contracted(axes, np.ndim(a), np.ndim(b))
    kept_a = kept(of_a, np.ndim(a))
    kept_b = kept(of_b, np.ndim(b))
    rows = numbers(0, len(kept_a))
    columns = numbers(len(kept_a), len(kept_b))
    d_a = permuted(np.tensordot(d_out, b, axes=(columns, kept_b)), back_in_place(kept_a, of_a, of_b))
    d_b = permuted(np.tensordot(d_out, a, axes=(rows, kept_a)), back_in_place(kept_b, of_b, of_a))
    return d_a, d_b


@adjoint(
    np.tensordot,
    "a",
    "b",
    samples=[
        sample(array(2, 3, 4), array(3, 4, 2, seed=1)),
        sample(array(2, 3), array(3, 4, seed=1), 1),
        sample(array(2, 3), array(4, 2, seed=1), axes=0),
        sample(array(3), array(3, seed=1), axes=1),
        sample(array(2, 3, 4), array(4, 2, 3, seed=1), axes=([0, 1], [1, 2])),
        sample(array(2, 3, 4), array(4, 2, 3, seed=1), axes=((2, 0), (0, 1))),
        sample(array(2, 3, 4), array(4, 2, 3, seed=1), axes=((-1, -3), (-3, -2))),
        sample(array(2, 3, 4), array(3, seed=1), axes=(1, 0)),
        sample(array(2, 3), array(2, 3, seed=1), axes=2),
        sample(array(2, 3, dtype="float32"), array(3, 4, dtype="float32", seed=1), axes=1),
        sample(array(2, 3, dtype="complex128"), array(3, 4, dtype="complex128", seed=1), axes=1),
    ],
)
def _(d_out, out, a, b, axes=2):
    return through_tensordot(d_out, a, b, axes)


@facts(np.tensordot)
def _(a, b, axes=2):
    dtype, x, y, axes = product_dtype(a, b), as_array(a).shape, as_array(b).shape, value_of(axes)
    try:
        of_a, of_b = contracted(axes, len(x), len(y))
    except (TypeError, ValueError, ZeroDivisionError):
        return UNKNOWN
    if normalized(of_a, len(x)) is None or normalized(of_b, len(y)) is None:
        return UNKNOWN
    return Array(dtype, tuple(x[i] for i in kept(of_a, len(x))) + tuple(y[i] for i in kept(of_b, len(y))))


@adjoint(
    np.kron,
    "a",
    "b",
    samples=[
        sample(array(3), array(2, seed=1)),
        sample(array(2, 3), array(3, 2, seed=1)),
        sample(array(2, 3), array(2, seed=1)),
        sample(array(3), array(2, 2, seed=1)),
        sample(array(2, dtype="float32"), array(2, 2, dtype="float32", seed=1)),
    ],
)
def _(d_out, out, a, b):
    extra = np.ndim(out) - np.ndim(a), np.ndim(out) - np.ndim(b)
    x = np.reshape(a, (1,) * extra[0] + np.shape(a))
    y = np.reshape(b, (1,) * extra[1] + np.shape(b))
    blocks = np.reshape(d_out, np.reshape(np.stack((np.shape(x), np.shape(y)), axis=1), -1))
    outer = tuple(range(0, 2 * np.ndim(out), 2))
    inner = tuple(range(1, 2 * np.ndim(out), 2))
    own = tuple(range(np.ndim(out)))
    d_a = np.tensordot(blocks, y, axes=(inner, own))
    d_b = np.tensordot(blocks, x, axes=(outer, own))
    return np.reshape(d_a, np.shape(a)), np.reshape(d_b, np.shape(b))


@facts(np.kron)
def _(a, b):
    return UNKNOWN
