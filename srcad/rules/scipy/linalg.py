"""`scipy.linalg`: equations, inverses and determinants.

The derivative of a solution is the solution of the transposed equation, with what is known of its matrix: of one that
is symmetric or triangular, only the part that is read has a cotangent.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import array_or_number, as_array
from srcad.rules.eigen import one_triangle
from srcad.rules.linear_algebra import adjointed, definite, regular, through_cholesky, transposed
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array
from srcad.rules.scipy.linalg_factors import IN_PLACE, refuse_stacks

# -------------------------------------------------------------------------------------------------------- equations


SYMMETRIC = ("sym", "symmetric")
HERMITIAN = ("her", "hermitian", "pos", "positive definite")


def part_read(d, assume_a, lower):
    """The cotangent of the part of a matrix that is read, from that of the whole matrix."""
    if assume_a in HERMITIAN:
        return one_triangle(d, "L" if lower else "U")
    if assume_a in SYMMETRIC:
        whole = d + transposed(d)
        return (np.tril(whole, -1) if lower else np.triu(whole, 1)) + d * np.eye(np.shape(d)[-1])
    if assume_a == "upper triangular":
        return np.triu(d)
    if assume_a == "lower triangular":
        return np.tril(d)
    if assume_a == "diagonal":
        return d * np.eye(np.shape(d)[-1])
    if assume_a == "tridiagonal":
        return np.triu(np.tril(d, 1), -1)
    return d


def solve_transposed(a, b, lower, assume_a):
    """The solution of the transposed equation with a matrix of some structure."""
    if assume_a in SYMMETRIC:
        return linalg.solve(a, b, lower=lower, assume_a=assume_a)
    if assume_a in HERMITIAN:
        return np.conj(linalg.solve(a, np.conj(b), lower=lower, assume_a=assume_a))
    if assume_a == "upper triangular":
        return linalg.solve(transposed(a), b, assume_a="lower triangular")
    if assume_a == "lower triangular":
        return linalg.solve(transposed(a), b, assume_a="upper triangular")
    return linalg.solve(transposed(a), b, assume_a=assume_a)


EQUATIONS = [
    sample(regular(3, 3), array(3, seed=1)),
    sample(regular(3, 3), array(3, 2, seed=1)),
    sample(regular(3, 3, dtype="complex128"), array(3, dtype="complex128", seed=1)),
    *(sample(regular(3, 3), array(3, 2, seed=1), assume_a=one) for one in ("gen", "sym")),
    sample(definite(3, 3), array(3, seed=1), assume_a="pos"),
    sample(definite(3, 3), array(3, seed=1), lower=True, assume_a="pos"),
    sample(definite(3, 3, dtype="complex128"), array(3, 2, dtype="complex128", seed=1), assume_a="her"),
    sample(regular(3, 3, dtype="complex128"), array(3, dtype="complex128", seed=1), True, assume_a="sym"),
    sample(regular(3, 3), array(3, seed=1), transposed=True),
]


def has_structures():
    """Whether SciPy knows of triangular, diagonal and banded matrices, and solves stacks of equations (since 1.15)."""
    try:
        linalg.solve(np.eye(1), np.ones(1), assume_a="diagonal")
    except ValueError:
        return False
    return True


if has_structures():
    EQUATIONS += [
        *(sample(regular(3, 3), array(3, seed=1), assume_a=f"{one} triangular") for one in ("upper", "lower")),
        *(sample(regular(3, 3), array(3, 2, seed=1), assume_a=one) for one in ("diagonal", "tridiagonal", "banded")),
        sample(regular(2, 3, 3), array(3, 2, seed=1)),
        sample(regular(3, 3, 3), array(3, seed=1)),
    ]


@adjoint(linalg.solve, "a", "b", refuses=IN_PLACE, samples=EQUATIONS)
def _(
    d_out,
    out,
    a,
    b,
    lower=False,
    overwrite_a=False,
    overwrite_b=False,
    check_finite=True,
    assume_a=None,
    transposed=False,
):
    stack = np.ndim(b) == 1 and np.ndim(a) > 2
    d = np.expand_dims(d_out, -1) if stack else d_out
    d_b = linalg.solve(a, d) if transposed else solve_transposed(a, d, lower, assume_a)
    if stack:
        d_b = d_b[..., 0]
    left, right = (out, d_b) if transposed else (d_b, out)
    if np.ndim(b) == 1:
        d_a = -np.expand_dims(left, -1) * np.expand_dims(right, -2)
    else:
        d_a = rt.unbroadcast(-left @ np.swapaxes(right, -1, -2), a)
    return part_read(d_a, assume_a, lower), rt.unbroadcast(d_b, b)


@facts(linalg.solve, partly=True)
def _(a, b):
    one = as_array(a).ndim == 2
    return Array(solution(b, a).dtype, as_array(b).shape if one else None)


def refuse_conjugate(trans):
    """Raises UnsupportedError for equations with the conjugate of a matrix."""
    if trans in (2, "C"):
        raise UnsupportedError("solve_triangular with trans='C' has no rule", "pass the conjugate, and trans='T'")


constant(refuse_conjugate, pure=False)


def triangle(d, lower, unit_diagonal):
    """The part of a cotangent that belongs to the triangle which is read."""
    offset = 1 if unit_diagonal else 0
    return np.tril(d, -offset) if lower else np.triu(d, offset)


@adjoint(
    linalg.solve_triangular,
    "a",
    "b",
    refuses=IN_PLACE[1:],
    samples=[
        sample(regular(3, 3), array(3, seed=1)),
        sample(regular(3, 3), array(3, 2, seed=1), lower=True),
        sample(regular(3, 3), array(3, seed=1), "T"),
        sample(regular(3, 3), array(3, seed=1), 1, True),
        sample(regular(3, 3), array(3, 2, seed=1), trans=0, unit_diagonal=True),
    ],
)
def _(d_out, out, a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True):
    refuse_conjugate(trans)
    refuse_stacks(a, "scipy.linalg.solve_triangular")
    straight = trans == 0 or trans == "N"
    d_b = linalg.solve_triangular(a, d_out, 1 if straight else 0, lower, unit_diagonal)
    columns, solution = np.reshape(d_b, (np.shape(b)[0], -1)), np.reshape(out, (np.shape(b)[0], -1))
    d_a = -columns @ solution.T if straight else -solution @ columns.T
    return triangle(d_a, lower, unit_diagonal), d_b


@adjoint(
    linalg.solve_sylvester, "a", "b", "q", samples=[sample(regular(3, 3), regular(2, 2, seed=1), array(3, 2, seed=2))]
)
def _(d_out, out, a, b, q):
    d_q = linalg.solve_sylvester(a.T, b.T, d_out)
    return -d_q @ out.T, -out.T @ d_q, d_q


@adjoint(
    linalg.solve_continuous_lyapunov,
    "a",
    "q",
    samples=[
        sample(regular(3, 3), array(3, 3, seed=1)),
        sample(regular(3, 3, dtype="complex128"), array(3, 3, dtype="complex128")),
    ],
)
def _(d_out, out, a, q):
    d_q = linalg.solve_continuous_lyapunov(a.T, d_out)
    return -d_q @ out.T - np.conj(d_q.T @ out), d_q


@adjoint(
    linalg.solve_discrete_lyapunov,
    "a",
    "q",
    samples=[
        sample(0.2 * array(3, 3), array(3, 3, seed=1)),
        sample(0.2 * array(3, 3, dtype="complex128"), array(3, 3, dtype="complex128")),
    ],
)
def _(d_out, out, a, q, method=None):
    d_q = linalg.solve_discrete_lyapunov(a.T, d_out)
    return d_q @ np.conj(a) @ out.T + np.conj(d_q.T @ a @ out), d_q


def solution(like, *others):
    """The fact of a solution of the shape of one of the operands."""
    known = as_array(like)
    double = {known.dtype, *(as_array(other).dtype for other in others)} == {"float64"}
    return Array("float64" if double else None, known.shape)


@facts(linalg.solve_sylvester)
def _(a, b, q):
    return solution(q, a, b)


@facts(linalg.solve_continuous_lyapunov)
def _(a, q):
    return solution(q, a)


@facts(linalg.solve_discrete_lyapunov)
def _(a, q, method=None):
    return solution(q, a)


@adjoint(
    linalg.inv,
    "a",
    refuses=("overwrite_a", "assume_a"),
    samples=[sample(regular(3, 3)), sample(regular(3, 3, dtype="complex128"))],
)
def _(d_out, out, a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
    return -transposed(out) @ d_out @ transposed(out)


@adjoint(
    linalg.det,
    "a",
    refuses=IN_PLACE[:1],
    samples=[sample(regular(3, 3, 3)), sample(regular(3, 3)), sample(regular(3, 3, dtype="complex128"))],
)
def _(d_out, out, a, overwrite_a=False, check_finite=True):
    if np.ndim(a) == 2:
        return d_out * out * linalg.inv(a).T
    return np.expand_dims(d_out * out, (-2, -1)) * transposed(linalg.inv(a))


@adjoint(
    linalg.cholesky, "a", refuses=IN_PLACE[:1], samples=[sample(definite(3, 3)), sample(definite(3, 3), lower=True)]
)
def _(d_out, out, a, lower=False, overwrite_a=False, check_finite=True):
    if lower:
        return through_cholesky(d_out, out)
    return adjointed(through_cholesky(adjointed(d_out), adjointed(out)))


@facts(linalg.inv)
def _(a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
    a = as_array(a)
    return Array(a.dtype if a.dtype in ("float64", "complex128") else None, a.shape)


@facts(linalg.cholesky)
def _(a, lower=False, overwrite_a=False, check_finite=True):
    a = as_array(a)
    return Array(a.dtype if a.dtype in ("float64", "complex128") else None, a.shape)


@facts(linalg.det)
def _(a, overwrite_a=False, check_finite=True):
    return array_or_number(None, ()) if as_array(a).ndim == 2 and as_array(a).dtype == "float64" else UNKNOWN
