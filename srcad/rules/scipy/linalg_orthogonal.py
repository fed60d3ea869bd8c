"""`scipy.linalg`: orthogonal and polar factors, pseudo-inverses, least squares and norms.

The formulas are those of `srcad.rules.least_squares`.  A polar factor p solves p p = a^T a, whose derivative is a
Sylvester equation.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Number, Tuple, some_dim
from srcad.rules.axes import as_array, value_of
from srcad.rules.eigen import (
    one_triangle,
    refuse_complement,
)
from srcad.rules.least_squares import through_pinv, through_qr
from srcad.rules.linear_algebra import adjointed, definite, norm_rule, regular, transposed
from srcad.rules.primitives import sample
from srcad.rules.reductions import real_dtype, reduced
from srcad.rules.register import adjoint, constant, facts, lookup
from srcad.rules.samples import array
from srcad.rules.scipy.linalg_factors import IN_PLACE, double, of_one_matrix, refuse_stacks
from srcad.rules.scipy.linalg_spectral import through_values, triangle_read


def refuse_qr_form(a, mode, pivoting):
    """Raises UnsupportedError for forms of `scipy.linalg.qr` whose results have no derivative here."""
    if mode not in ("full", "economic", "r") or pivoting:
        raise UnsupportedError(
            f"scipy.linalg.qr with mode={mode!r}, pivoting={pivoting} has no rule", "use mode='economic'"
        )
    if np.iscomplexobj(a):
        raise UnsupportedError("scipy.linalg.qr has no rule for complex matrices", "use scipy.linalg.cholesky of a^H a")


constant(refuse_qr_form, pure=False)


@adjoint(
    linalg.qr,
    "a",
    refuses=IN_PLACE[:1],
    samples=[
        sample(array(3, 3)),
        sample(array(4, 2), mode="economic"),
        sample(array(2, 4), mode="economic"),
        sample(array(2, 4)),
        sample(array(4, 2), mode="r"),
        sample(array(4, 2, dtype="float32"), mode="economic"),
    ],
)
def _(d_out, out, a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    refuse_qr_form(a, mode, pivoting)
    width = min(np.shape(a)[-2], np.shape(a)[-1])
    if mode == "r":
        q, r = linalg.qr(a, mode="economic")
        return through_qr(np.zeros_like(q), d_out[0][..., :width, :], q, r, a)
    q, r = out[0][..., :width], out[1][..., :width, :]
    d_q, d_r = d_out
    if np.ndim(d_q) == 0:
        d_q = np.zeros_like(q)
    else:
        refuse_complement(d_q, width, "qr")
        d_q = d_q[..., :width]
    d_r = np.zeros_like(r) if np.ndim(d_r) == 0 else d_r[..., :width, :]
    return through_qr(d_q, d_r, q, r, a)


@facts(linalg.qr)
def _(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    factor = Array(double(as_array(a).dtype), None)
    if value_of(pivoting) is not False or value_of(mode) not in ("full", "economic", "r"):
        return UNKNOWN
    return of_one_matrix(a, Tuple((factor,)) if value_of(mode) == "r" else Tuple((factor, factor)))


def refuse_rq_form(a, mode):
    """Raises UnsupportedError for forms of `scipy.linalg.rq` whose results have no derivative here."""
    if mode not in ("full", "economic") or np.iscomplexobj(a):
        raise UnsupportedError(f"scipy.linalg.rq with mode={mode!r} has no rule", "use mode='economic', real matrices")
    if np.shape(a)[0] > np.shape(a)[1] or mode == "full" and np.shape(a)[0] != np.shape(a)[1]:
        raise UnsupportedError("scipy.linalg.rq of this matrix has no rule", "use a wide matrix, and mode='economic'")


constant(refuse_rq_form, pure=False)


@adjoint(
    linalg.rq,
    "a",
    refuses=IN_PLACE[:1],
    samples=[sample(array(3, 3)), sample(array(2, 4), mode="economic"), sample(array(3, 3, dtype="float32"))],
)
def _(d_out, out, a, overwrite_a=False, lwork=None, mode="full", check_finite=True):
    refuse_stacks(a, "scipy.linalg.rq")
    refuse_rq_form(a, mode)
    r, q = out  # turned round and transposed, these are the factors q and r of the matrix turned round and transposed
    d_r, d_q = d_out[0] + np.zeros_like(r), d_out[1] + np.zeros_like(q)
    turned = through_qr(d_q.T[:, ::-1], d_r.T[::-1, ::-1], q.T[:, ::-1], r.T[::-1, ::-1], a.T[:, ::-1])
    return turned[:, ::-1].T


@facts(linalg.rq, partly=True)
def _(a, mode):
    factor = Array(double(as_array(a).dtype), None)
    return of_one_matrix(a, Tuple((factor, factor))) if value_of(mode) in ("full", "economic") else UNKNOWN


@adjoint(
    linalg.orthogonal_procrustes,
    "A",
    "B",
    samples=[sample(array(4, 2), array(4, 2, seed=1)), sample(regular(3, 3), array(3, 3, seed=1))],
)
def _(d_out, out, A, B, check_finite=True):  # noqa: N803 (SciPy's own names)
    refuse_complex_procrustes(A, B)
    turn, _scale = out  # the polar factor of m = A^T B, and the trace of the positive one
    product = A.T @ B
    positive = turn.T @ product
    d_product = through_polar(
        d_out[0] + np.zeros_like(turn), d_out[1] * np.eye(np.shape(A)[1]), turn, positive, product
    )
    return B @ d_product.T, A @ d_product


def refuse_complex_procrustes(a, b):
    """Raises UnsupportedError for complex matrices."""
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        raise UnsupportedError("scipy.linalg.orthogonal_procrustes has no rule for complex matrices", "use real ones")


constant(refuse_complex_procrustes, pure=False)


@facts(linalg.orthogonal_procrustes, partly=True)
def _(A, B):  # noqa: N803
    known = as_array(A).dtype == as_array(B).dtype == "float64"
    return Tuple((Array("float64", (some_dim(), some_dim())), Number("float64"))) if known else UNKNOWN


def refuse_polar(a, side):
    """Raises UnsupportedError where the positive factor of a matrix is singular or complex."""
    m, n = np.shape(a)
    if np.iscomplexobj(a) or (m < n if side == "right" else m > n):
        raise UnsupportedError(
            f"scipy.linalg.polar of this matrix with side={side!r} has no rule", "use real matrices, the other side"
        )


constant(refuse_polar, pure=False)


def through_polar(d_u, d_p, u, p, a):
    """The cotangent of a = u @ p from those of an orthogonal and a positive factor."""
    quotient = transposed(np.linalg.solve(p, transposed(d_u)))
    d_positive = d_p - transposed(u) @ quotient
    return quotient + 2.0 * a @ linalg.solve_sylvester(p, p, 0.5 * (d_positive + transposed(d_positive)))


@adjoint(linalg.polar, "a", samples=[sample(regular(3, 3)), sample(array(4, 2)), sample(array(2, 4), "left")])
def _(d_out, out, a, side="right"):
    refuse_stacks(a, "scipy.linalg.polar")
    refuse_polar(a, side)
    u, p = out
    d_u, d_p = d_out[0] + np.zeros_like(u), d_out[1] + np.zeros_like(p)
    if side == "left":
        return transposed(through_polar(transposed(d_u), transposed(d_p), transposed(u), transposed(p), transposed(a)))
    return through_polar(d_u, d_p, u, p, a)


@facts(linalg.polar)
def _(a, side="right"):
    factor = Array(double(as_array(a).dtype), None)
    return of_one_matrix(a, Tuple((factor, factor)))


@adjoint(
    linalg.pinv,
    "a",
    refuses=("return_rank",),
    samples=[
        sample(regular(3, 3)),
        sample(array(4, 2)),
        sample(array(2, 4), rtol=1e-3),
        sample(array(3, 2, dtype="complex128")),
    ],
)
def _(d_out, out, a, *, atol=None, rtol=None, return_rank=False, check_finite=True):
    return through_pinv(d_out, out, a)


@adjoint(
    linalg.pinvh,
    "a",
    refuses=("return_rank",),
    samples=[sample(definite(3, 3)), sample(definite(3, 3, dtype="complex128"), lower=False)],
)
def _(d_out, out, a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True):
    whole = np.tril(a) + adjointed(np.tril(a, -1)) if lower else np.triu(a) + adjointed(np.triu(a, 1))
    return one_triangle(through_pinv(d_out, out, whole), triangle_read(lower))


@facts(linalg.pinv)
def _(a, *, atol=None, rtol=None, return_rank=False, check_finite=True):
    a = as_array(a)
    return Array(double(a.dtype), None) if value_of(return_rank) is False else UNKNOWN


@facts(linalg.pinvh)
def _(a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True):
    a = as_array(a)
    return Array(double(a.dtype), a.shape) if value_of(return_rank) is False else UNKNOWN


@adjoint(
    linalg.lstsq,
    "a",
    "b",
    refuses=IN_PLACE,
    samples=[
        sample(array(4, 2), array(4, seed=1)),
        sample(array(4, 2), array(4, 3, seed=1)),
        sample(array(2, 4), array(2, seed=1)),
        sample(regular(3, 3), array(3, 2, seed=1)),
        sample(array(4, 2, dtype="complex128"), array(4, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None):
    refuse_stacks(a, "scipy.linalg.lstsq")
    columns, x = np.reshape(b, (np.shape(b)[0], -1)), np.reshape(out[0], (np.shape(a)[1], -1))
    p = linalg.pinv(a)
    d_solution = np.reshape(d_out[0] + np.zeros_like(out[0]), np.shape(x))
    d_columns = transposed(p) @ d_solution
    d_a = through_pinv(d_solution @ transposed(columns), p, a)
    if np.size(out[1]) > 0:
        # the sums of squares are real, also where they come as complex numbers
        slopes = 2.0 * np.real(d_out[1] + np.zeros_like(out[1])) * np.conj(columns - a @ x)
        d_columns = d_columns + slopes
        d_a = d_a - slopes @ transposed(x)
    return d_a + through_values(d_out[3] + np.zeros_like(out[3]), a), np.reshape(d_columns, np.shape(b))


@facts(linalg.lstsq)
def _(a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None):
    return UNKNOWN


@adjoint(
    linalg.norm,
    "a",
    samples=[one for one in lookup(np.linalg.norm).samples if np.size(one.args[0]) > 0],
)
def _(d_out, out, a, ord=None, axis=None, keepdims=False, check_finite=True):
    return norm_rule(d_out, out, a, ord, axis, keepdims)


@facts(linalg.norm)
def _(a, ord=None, axis=None, keepdims=False, check_finite=True):
    dtype = real_dtype(as_array(a).dtype)
    known = reduced(a, axis, keepdims, dtype if value_of(ord) in (None, 1, 2, "fro") else None)
    return known if isinstance(known, Array) else UNKNOWN
