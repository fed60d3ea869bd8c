"""Solving, inverting and factorising matrices, and stacks of them.

A derivative of a solution is another solution: `solve` is undone by a solve with the transposed matrix, never
by an inverse.  A norm has the derivative 0 at 0.

NumPy has no factors that both solves could share, and those of SciPy are another library's: the value is to be that of
`np.linalg.solve` bit for bit.  For small matrices, of which programs solve many, they would cost more besides: for 3,
30 and 300 unknowns, `lu_factor` and two `lu_solve` take 2.2, 1.3 and 0.6 times as long as two `np.linalg.solve`.
Who solves large systems calls `scipy.linalg.lu_factor` or `cho_factor`: the derivatives of solutions from these use the
same factors again.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Tuple, broadcast, promote
from srcad.rules.axes import array_or_number, as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.reductions import expanded, mean_dtype, real_dtype, reduced, shared_among
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array


def regular(*shape, dtype="float64", seed=0):
    """A sample matrix, or a stack of them, that is far from singular."""
    return array(*shape, dtype=dtype, seed=seed) + 4.0 * np.eye(shape[-1], dtype=dtype)


def definite(*shape, dtype="float64", seed=0):
    """A sample matrix, or a stack of them, that is symmetric and positive definite."""
    a = array(*shape, dtype=dtype, seed=seed)
    return a @ np.conj(np.swapaxes(a, -1, -2)) + np.diag(np.arange(2.0, 2.0 + shape[-1]).astype(dtype))


def transposed(a):
    """The transposed matrix, or the stack of them."""
    if np.ndim(a) == 2:
        return a.T
    return np.swapaxes(a, -1, -2)


def adjointed(a):
    """The conjugate of the transposed matrix, or the stack of them."""
    if np.iscomplexobj(a):
        return np.conj(transposed(a))
    return transposed(a)


# -------------------------------------------------------------------------------------------------- norms


def norm_rule(d_out, out, x, ord, axis, keepdims):
    """The cotangent of x from that of its norm."""
    if isinstance(axis, tuple) and len(axis) == 1:
        return vector_norm(d_out, out, x, ord, axis[0], keepdims)
    if isinstance(axis, tuple) or (axis is None and ord is not None and np.ndim(x) > 1):
        return matrix_norm(d_out, out, x, ord, axis, keepdims)
    return vector_norm(d_out, out, x, ord, axis, keepdims)


def vector_norm(d_out, out, x, ord, axis, keepdims):
    """The cotangent of vectors from that of their norm."""
    d = expanded(d_out, x, axis, keepdims)
    norm = expanded(out, x, axis, keepdims)
    if ord is None or ord == 2:
        return along_unit(d, norm, x)
    if ord == 1:
        return d * sign_of(x)
    if ord == np.inf or ord == -np.inf:
        return shared_among(d_out, out, np.abs(x), axis, keepdims) * sign_of(x)
    if ord == 0:
        return np.zeros_like(x)
    size = np.abs(x)
    return d * sign_of(x) * ((size + (size == 0)) / (norm + (norm == 0))) ** (ord - 1.0) * (size != 0)


def along_unit(d, norm, x):
    """The cotangent of x where `norm` is its Euclidean norm: along x, or 0 where that is 0."""
    if np.iscomplexobj(x):
        return d / (norm + (norm == 0)) * np.conj(x)
    return d / (norm + (norm == 0)) * x


def sign_of(x):
    """The derivative of |x|, which is 0 at 0."""
    if np.iscomplexobj(x):
        return np.conj(np.sign(x))
    return np.sign(x)


def matrix_norm(d_out, out, x, ord, axis, keepdims):
    """The cotangent of matrices from that of their norm."""
    if ord is None or ord == "fro":
        return along_unit(expanded(d_out, x, axis, keepdims), expanded(out, x, axis, keepdims), x)
    rows, columns = (0, 1) if axis is None else axis
    if ord in (1, -1, np.inf, -np.inf):
        if abs(ord) == np.inf:
            rows, columns = columns, rows
        sums = np.sum(np.abs(x), axis=rows, keepdims=True)
        best = np.max(sums, axis=columns, keepdims=True) if ord > 0 else np.min(sums, axis=columns, keepdims=True)
        at = sums == best
        return np.reshape(d_out, np.shape(best)) * at / np.sum(at, axis=columns, keepdims=True) * sign_of(x)
    if ord not in (2, -2, "nuc"):
        raise UnsupportedError(f"np.linalg.norm with ord={ord!r} has no rule for matrices", "use ord=None, 1 or np.inf")
    u, s, vt = np.linalg.svd(np.moveaxis(x, (rows, columns), (-2, -1)), full_matrices=False)
    d = np.reshape(d_out, (*np.shape(s)[:-1], 1))
    if ord == "nuc":
        d_s = d * (s != 0)
    else:
        at = s == (s[..., :1] if ord > 0 else s[..., -1:])
        d_s = d * at / np.sum(at, axis=-1, keepdims=True)
    d_x = np.conj((u * np.expand_dims(d_s, -2)) @ vt)
    return np.moveaxis(d_x, (-2, -1), (rows, columns))


@adjoint(
    np.linalg.norm,
    "x",
    samples=[
        sample(array(4)),
        sample(np.zeros(0)),
        sample(array(2, 3)),
        sample(array(2, 3, 2)),
        sample(array(4), 2),
        sample(array(4), 1),
        sample(array(4), np.inf),
        sample(array(4), -np.inf),
        sample(array(4), 3),
        sample(array(4), 0.5),
        sample(array(2, 3), "fro"),
        sample(array(2, 3), 1),
        sample(array(2, 3), -1),
        sample(array(2, 3), ord=np.inf),
        sample(array(2, 3), ord=2),
        sample(array(2, 3), ord=-2, keepdims=True),
        sample(array(2, 3), ord="nuc"),
        sample(array(2, 3), axis=1),
        sample(array(2, 3), axis=0, keepdims=True),
        sample(array(2, 3), 1, axis=1),
        sample(array(2, 3), np.inf, 0),
        sample(array(2, 3), 1, axis=(1,)),
        sample(array(2, 3), axis=(-1,), keepdims=True),
        sample(array(2, 3), 3, axis=-1, keepdims=True),
        sample(array(2, 3), keepdims=True),
        sample(array(2, 3, 4), axis=(0, 2)),
        sample(array(2, 3, 4), 1, axis=(2, 0), keepdims=True),
        sample(array(2, 3, 4), "nuc", axis=(2, 0)),
        sample(array(2, 3, 4), axis=-1),
        sample(array(4, dtype="float32")),
        sample(array(2, 3, dtype="float32"), axis=1),
        sample(array(3, dtype="complex128")),
        sample(array(2, 3, dtype="complex128"), 1, axis=1),
    ],
)
def _(d_out, out, x, ord=None, axis=None, keepdims=False):
    return norm_rule(d_out, out, x, ord, axis, keepdims)


@facts(np.linalg.norm)
def _(x, ord=None, axis=None, keepdims=False):
    dtype = real_dtype(as_array(x).dtype)
    return reduced(x, axis, keepdims, dtype if value_of(ord) in (None, 1, 2, "fro") else None)


# --------------------------------------------------------------------------------------- solve, inv and det


@adjoint(
    np.linalg.solve,
    "a",
    "b",
    samples=[
        sample(regular(3, 3), array(3)),
        sample(regular(3, 3), array(3, 2)),
        sample(regular(2, 3, 3), array(2, 3, 2)),
        sample(regular(2, 3, 3), array(3, 2)),
        sample(regular(2, 3, 3), array(3)),
        sample(regular(3, 3), array(2, 3, 2)),
        sample(regular(3, 3, dtype="float32"), array(3, dtype="float32")),
        sample(regular(3, 3, dtype="complex128"), array(3, dtype="complex128")),
        sample(regular(1, 1), array(1)),
    ],
)
def _(d_out, out, a, b):
    if np.ndim(b) == 1:
        if np.ndim(a) == 2:
            d_b = np.linalg.solve(a.T, d_out)
            return -np.outer(d_b, out), d_b
        d_b = np.linalg.solve(transposed(a), np.expand_dims(d_out, -1))
        return -d_b * np.expand_dims(out, -2), rt.unbroadcast(d_b[..., 0], b)
    d_b = np.linalg.solve(transposed(a), d_out)
    return rt.unbroadcast(-d_b @ transposed(out), a), rt.unbroadcast(d_b, b)


@facts(np.linalg.solve)
def _(a, b):
    x, y = as_array(a), as_array(b)
    dtype = inexact(promote(x, y))
    if x.shape is None or y.shape is None or len(x.shape) < 2:
        return Array(dtype, None)
    if len(y.shape) == 1:
        return Array(dtype, (*x.shape[:-2], *y.shape))
    return Array(dtype, (*broadcast(x.shape[:-2], y.shape[:-2]), *y.shape[-2:]))


def inexact(dtype: str | None) -> str | None:
    """The dtype in which matrices of this dtype are factorised."""
    return mean_dtype(dtype)


@adjoint(
    np.linalg.inv,
    "a",
    samples=[
        sample(regular(3, 3)),
        sample(regular(2, 3, 3)),
        sample(regular(3, 3, dtype="float32")),
        sample(regular(3, 3, dtype="complex128")),
    ],
)
def _(d_out, out, a):
    return -transposed(out) @ d_out @ transposed(out)


@facts(np.linalg.inv)
def _(a):
    a = as_array(a)
    return Array(inexact(a.dtype), a.shape)


DETERMINANTS = [
    sample(regular(3, 3)),
    sample(array(2, 2)),
    sample(regular(2, 3, 3)),
    sample(regular(3, 3, dtype="float32")),
]


@adjoint(np.linalg.det, "a", samples=[*DETERMINANTS, sample(regular(3, 3, dtype="complex128"))])
def _(d_out, out, a):
    if np.ndim(a) == 2:
        return d_out * out * np.linalg.inv(a).T
    return np.expand_dims(d_out * out, (-2, -1)) * transposed(np.linalg.inv(a))


@facts(np.linalg.det)
def _(a):
    a = as_array(a)
    return array_or_number(inexact(a.dtype), a.shape and a.shape[:-2])


@adjoint(np.linalg.slogdet, "a", samples=[*DETERMINANTS, sample(regular(3, 3, dtype="complex128"))])
def _(d_out, out, a):
    inverse = transposed(np.linalg.inv(a))
    if np.iscomplexobj(a):
        return np.expand_dims(d_out[1] + 1j * np.imag(d_out[0] * out[0]), (-2, -1)) * inverse
    if np.ndim(a) == 2:
        return d_out[1] * inverse
    return np.expand_dims(d_out[1], (-2, -1)) * inverse


@facts(np.linalg.slogdet)
def _(a):
    a = as_array(a)
    shape = a.shape and a.shape[:-2]
    sign, size = array_or_number(inexact(a.dtype), shape), array_or_number(real_dtype(a.dtype), shape)
    return Tuple((sign, size), type(np.linalg.slogdet(np.eye(1))))


# ------------------------------------------------------------------------------------------ factorisations


@adjoint(
    np.linalg.cholesky,
    "a",
    samples=[
        sample(definite(3, 3)),
        sample(definite(2, 3, 3)),
        sample(definite(3, 3, dtype="float32")),
        sample(definite(3, 3), upper=True),
        sample(definite(2, 3, 3), upper=True),
        sample(definite(3, 3, dtype="complex128")),
        sample(definite(3, 3, dtype="complex128"), upper=True),
    ],
)
def _(d_out, out, a, *, upper=False):
    if upper:
        return adjointed(through_cholesky(adjointed(d_out), adjointed(out)))
    return through_cholesky(d_out, out)


def through_cholesky(d_out, factor):
    """The cotangent of the lower half of a matrix, the only one that is read, from that of its lower factor."""
    inner = np.tril(transposed(factor) @ d_out)
    eye = np.eye(np.shape(factor)[-1], dtype=factor.dtype)
    inner = np.tril(inner, -1) + 0.5 * inner.real * eye  # the diagonal of a factor is real
    middle = np.linalg.solve(transposed(factor), inner)
    d_a = transposed(np.linalg.solve(adjointed(factor), transposed(middle)))
    whole = d_a + adjointed(d_a)
    return np.tril(whole, -1) + 0.5 * whole * eye


@facts(np.linalg.cholesky)
def _(a, *, upper=False):
    a = as_array(a)
    return Array(inexact(a.dtype), a.shape)
