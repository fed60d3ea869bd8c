"""What `numpy.linalg` repeats from `numpy` under the names and forms of the array API standard, and `np.vecdot`'s kin.

They work on the last axes, and take few arguments.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Known, broadcast
from srcad.rules import shaping  # noqa: F401 (it registers what has another name here)
from srcad.rules.axes import array_or_number, as_array, length, value_of, without
from srcad.rules.diagonals import on_diagonal
from srcad.rules.linear_algebra import matrix_norm, vector_norm
from srcad.rules.primitives import sample
from srcad.rules.products import product_dtype, through_tensordot
from srcad.rules.reductions import real_dtype, sum_dtype
from srcad.rules.register import adjoint, alias, facts, linear, lookup
from srcad.rules.samples import array
from srcad.rules.vectors import cross_rule

alias(np.linalg.matmul, np.matmul)
alias(np.linalg.matrix_transpose, np.matrix_transpose)

# ------------------------------------------------------------------------------------------------------ products

VECTORS = [
    sample(array(3), array(3, seed=1)),
    sample(array(2, 3), array(3, seed=1)),
    sample(array(2, 3), array(2, 3, seed=1)),
    sample(array(2, 1, 3), array(4, 3, seed=1)),
    sample(array(3, 2), array(3, 2, seed=1), axis=0),
    sample(array(3, dtype="complex128"), array(2, 3, dtype="complex128", seed=1)),
    sample(array(3), array(3, dtype="complex128", seed=1)),
    sample(array(3, dtype="float32"), array(3, dtype="float32", seed=1)),
]


def through_vecdot(d_out, x1, x2, axis):
    """The cotangents of the operands of `np.vecdot`, which takes the conjugate of the first."""
    d = np.expand_dims(d_out, axis)
    if np.iscomplexobj(x1):
        return rt.unbroadcast(np.conj(d) * np.conj(x2), x1), rt.unbroadcast(d * np.conj(x1), x2)
    return rt.unbroadcast(d * x2, x1), rt.unbroadcast(d * x1, x2)


@adjoint(np.linalg.vecdot, "x1", "x2", samples=VECTORS)
def _(d_out, out, x1, x2, *, axis=-1):
    return through_vecdot(d_out, x1, x2, axis)


@adjoint(
    np.vecdot,
    "x1",
    "x2",
    refuses=("out_", "axes", "dtype"),
    samples=[*VECTORS, sample(array(2, 3), array(2, 3, seed=1), keepdims=True)],
)
def _(d_out, out, x1, x2, out_=None, *, axes=None, axis=-1, keepdims=False, dtype=None):
    return through_vecdot(np.squeeze(d_out, axis) if keepdims else d_out, x1, x2, axis)


def contracted_fact(x1, x2, axis):
    """The fact of a product that sums over one axis of both operands."""
    x, y, axis = as_array(x1).shape, as_array(x2).shape, value_of(axis)
    shape = broadcast(x, y)
    if not shape or axis != -1:
        return UNKNOWN
    return array_or_number(product_dtype(x1, x2), shape[:-1])


@facts(np.linalg.vecdot)
def _(x1, x2, *, axis=-1):
    return contracted_fact(x1, x2, axis)


@facts(np.vecdot)
def _(x1, x2, out=None, *, axes=None, axis=-1, keepdims=False, dtype=None):
    plain = value_of(keepdims) is False and value_of(axes) is None and value_of(dtype) is None
    return contracted_fact(x1, x2, axis) if plain else UNKNOWN


def _register_matrix_products() -> None:
    """`np.matvec` and `np.vecmat`, which NumPy has since 2.2."""

    @adjoint(
        np.matvec,
        "x1",
        "x2",
        refuses=("out_", "axes", "dtype"),
        samples=[
            sample(array(2, 3), array(3, seed=1)),
            sample(array(4, 2, 3), array(3, seed=1)),
            sample(array(2, 3), array(4, 3, seed=1)),
            sample(array(2, 3, dtype="complex128"), array(3, dtype="complex128", seed=1)),
        ],
    )
    def _(d_out, out, x1, x2, out_=None, *, axes=None, dtype=None):
        d_x1 = np.expand_dims(d_out, -1) * np.expand_dims(x2, -2)
        d_x2 = np.expand_dims(d_out, -2) @ x1
        return rt.unbroadcast(d_x1, x1), rt.unbroadcast(d_x2[..., 0, :], x2)

    @adjoint(
        np.vecmat,
        "x1",
        "x2",
        refuses=("out_", "axes", "dtype"),
        samples=[
            sample(array(3), array(3, 2, seed=1)),
            sample(array(3), array(4, 3, 2, seed=1)),
            sample(array(4, 3), array(3, 2, seed=1)),
            sample(array(3, dtype="complex128"), array(3, 2, dtype="complex128", seed=1)),
        ],
    )
    def _(d_out, out, x1, x2, out_=None, *, axes=None, dtype=None):
        d_x2 = np.expand_dims(np.conj(x1), -1) * np.expand_dims(d_out, -2)
        d_x1 = np.conj((x2 @ np.expand_dims(d_out, -1))[..., 0])
        return rt.unbroadcast(d_x1, x1), rt.unbroadcast(d_x2, x2)

    @facts(np.matvec, np.vecmat)
    def _(x1, x2, out=None, *, axes=None, dtype=None):
        return UNKNOWN


if hasattr(np, "matvec"):
    _register_matrix_products()


@adjoint(
    np.linalg.outer,
    "x1",
    "x2",
    samples=[sample(array(3), array(2, seed=1)), sample(array(2, dtype="complex128"), array(3, seed=1))],
)
def _(d_out, out, x1, x2):
    return d_out @ x2, d_out.T @ x1


@facts(np.linalg.outer)
def _(x1, x2):
    x, y = as_array(x1), as_array(x2)
    return Array(product_dtype(x1, x2), (*x.shape, *y.shape)) if x.ndim == y.ndim == 1 else UNKNOWN


@adjoint(
    np.linalg.tensordot,
    "x1",
    "x2",
    samples=[
        sample(array(2, 3), array(3, 4, seed=1), axes=1),
        sample(array(2, 3, 4), array(4, 2, 3, seed=1), axes=((2, 0), (0, 1))),
        sample(array(2, 3, 4), array(3, 4, seed=1)),
    ],
)
def _(d_out, out, x1, x2, *, axes=2):
    return through_tensordot(d_out, x1, x2, axes)


@facts(np.linalg.tensordot)
def _(x1, x2, *, axes=2):
    return lookup(np.tensordot).facts(x1, x2, axes)


@adjoint(
    np.linalg.cross,
    "x1",
    "x2",
    samples=[
        sample(array(3), array(3, seed=1)),
        sample(array(2, 3), array(3, seed=1)),
        sample(array(3, 2), array(3, 2, seed=1), axis=0),
    ],
)
def _(d_out, out, x1, x2, *, axis=-1):
    return cross_rule(d_out, x1, x2, axis, axis, axis)


@facts(np.linalg.cross)
def _(x1, x2, *, axis=-1):
    return lookup(np.cross).facts(x1, x2, axis, axis, axis, Known(None))


# --------------------------------------------------------------------------------------------- diagonals and norms


OFFSETS = [sample(array(3, 3)), sample(array(2, 3, 4)), sample(array(2, 4), offset=1), sample(array(4, 2), offset=-1)]


@linear(
    np.linalg.diagonal,
    "x",
    shares="x",
    always=True,
    samples=[
        sample(array(3, 3)),
        sample(array(2, 3, 4)),
        sample(array(2, 4), offset=1),
        sample(array(4, 2), offset=-1),
    ],
)
def _(d_out, x, *, offset=0):
    return on_diagonal(d_out, np.shape(x), offset)


@facts(np.linalg.diagonal)
def _(x, *, offset=0):
    return UNKNOWN


@linear(
    np.linalg.trace,
    "x",
    samples=[
        sample(array(3, 3)),
        sample(array(2, 3, 4)),
        sample(array(2, 4), offset=1),
        sample(array(4, 2), offset=-1),
    ],
)
def _(d_out, x, *, offset=0, dtype=None):
    return np.expand_dims(d_out, (-2, -1)) * np.eye(np.shape(x)[-2], np.shape(x)[-1], offset, dtype=x.dtype)


@facts(np.linalg.trace)
def _(x, *, offset=0, dtype=None):
    x = as_array(x)
    if x.shape is None or len(x.shape) < 2 or value_of(dtype) is not None:
        return UNKNOWN
    return array_or_number(sum_dtype(x.dtype), x.shape[:-2])


@adjoint(
    np.linalg.matrix_norm,
    "x",
    samples=[
        sample(array(2, 3)),
        sample(array(2, 3, 2)),
        sample(array(2, 3), keepdims=True),
        sample(array(2, 3), ord=2),
        sample(array(2, 3), ord="nuc", keepdims=True),
        sample(array(2, 3, 4), ord=1),
        sample(array(2, 3), ord=-np.inf),
        sample(array(2, 3, dtype="complex128")),
    ],
)
def _(d_out, out, x, *, keepdims=False, ord="fro"):
    return matrix_norm(d_out, out, x, ord, (-2, -1), keepdims)


@facts(np.linalg.matrix_norm)
def _(x, *, keepdims=False, ord="fro"):
    a = as_array(x)
    if a.shape is None or len(a.shape) < 2 or value_of(keepdims) not in (True, False):
        return UNKNOWN
    ones = (length(1), length(1)) if value_of(keepdims) else ()
    return array_or_number(real_dtype(a.dtype) if value_of(ord) == "fro" else None, (*a.shape[:-2], *ones))


@adjoint(
    np.linalg.vector_norm,
    "x",
    samples=[
        sample(array(3)),
        sample(array(2, 3)),
        sample(array(2, 3), axis=1),
        sample(array(2, 3), axis=0, keepdims=True, ord=1),
        sample(array(2, 3), keepdims=True),
        sample(array(2, 3, 4), axis=(0, 2)),
        sample(array(2, 3, 4), axis=(0, 2), keepdims=True, ord=3),
        sample(array(2, 3), ord=np.inf),
        sample(array(2, 3), ord=0.5),
        sample(array(3, dtype="complex128")),
    ],
)
def _(d_out, out, x, *, axis=None, keepdims=False, ord=2):
    return vector_norm(d_out, out, x, ord, axis, keepdims)


@facts(np.linalg.vector_norm)
def _(x, *, axis=None, keepdims=False, ord=2):
    a = as_array(x)
    return array_or_number(real_dtype(a.dtype) if value_of(ord) == 2 else None, without(a.shape, axis, keepdims))
