"""`scipy.linalg`: equations, functions of matrices, and matrices of structure.

The derivative of a primary function of a matrix is a block of the same function of a block matrix (R. Mathias, SIAM J.
Matrix Anal. Appl. 17 (1996)): f([[A, E], [0, A]]) has the derivative of f at A along E in its corner.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import array_or_number, as_array
from srcad.rules.linear_algebra import adjointed, definite, regular, through_cholesky, transposed
from srcad.rules.register import adjoint, constant, facts, linear, sample
from srcad.rules.samples import array

# -------------------------------------------------------------------------------------------------------- equations


@adjoint(
    linalg.solve,
    "a",
    "b",
    refuses=("assume_a", "transposed"),
    samples=[
        sample(regular(3, 3), array(3, seed=1)),
        sample(regular(3, 3), array(3, 2, seed=1)),
        sample(regular(3, 3, dtype="complex128"), array(3, dtype="complex128", seed=1)),
    ],
)
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
    d_b = linalg.solve(a.T, d_out)
    if np.ndim(b) == 1:
        return -np.outer(d_b, out), d_b
    return rt.unbroadcast(-d_b @ out.T, a), d_b


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


@adjoint(linalg.solve_continuous_lyapunov, "a", "q", samples=[sample(regular(3, 3), array(3, 3, seed=1))])
def _(d_out, out, a, q):
    d_q = linalg.solve_continuous_lyapunov(a.T, d_out)
    return -d_q @ out.T - d_q.T @ out, d_q


@adjoint(linalg.solve_discrete_lyapunov, "a", "q", samples=[sample(0.2 * array(3, 3), array(3, 3, seed=1))])
def _(d_out, out, a, q, method=None):
    d_q = linalg.solve_discrete_lyapunov(a.T, d_out)
    return d_q @ a @ out.T + d_q.T @ a @ out, d_q


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


@adjoint(linalg.inv, "a", samples=[sample(regular(3, 3)), sample(regular(3, 3, dtype="complex128"))])
def _(d_out, out, a, overwrite_a=False, check_finite=True):
    return -transposed(out) @ d_out @ transposed(out)


@adjoint(linalg.det, "a", samples=[sample(regular(3, 3)), sample(regular(3, 3, dtype="complex128"))])
def _(d_out, out, a, overwrite_a=False, check_finite=True):
    return d_out * out * np.linalg.inv(a).T


@adjoint(linalg.cholesky, "a", samples=[sample(definite(3, 3)), sample(definite(3, 3), lower=True)])
def _(d_out, out, a, lower=False, overwrite_a=False, check_finite=True):
    if lower:
        return through_cholesky(d_out, out)
    return adjointed(through_cholesky(adjointed(d_out), adjointed(out)))


@facts(linalg.inv)
def _(a, overwrite_a=False, check_finite=True):
    a = as_array(a)
    return Array(a.dtype if a.dtype in ("float64", "complex128") else None, a.shape)


@facts(linalg.cholesky)
def _(a, lower=False, overwrite_a=False, check_finite=True):
    a = as_array(a)
    return Array(a.dtype if a.dtype in ("float64", "complex128") else None, a.shape)


@facts(linalg.det)
def _(a, overwrite_a=False, check_finite=True):
    return array_or_number(None, ()) if as_array(a).ndim == 2 and as_array(a).dtype == "float64" else UNKNOWN


# --------------------------------------------------------------------------------------------- functions of matrices


def doubled(a, e):
    """The block matrix [[a, e], [0, a]]."""
    above = np.concatenate((a, e), axis=-1)
    return np.concatenate((above, np.concatenate((np.zeros_like(a), a), axis=-1)), axis=-2)


MATRICES = [sample(0.3 * array(3, 3) + np.eye(3)), sample(np.diag([1.0, 2.0, 3.0]) + 0.1 * array(3, 3))]


@adjoint(linalg.expm, "A", samples=[*MATRICES, sample(0.5 * array(2, 2, dtype="complex128")), sample(array(2, 2, 2))])
def _(d_out, out, A):  # noqa: N803 (SciPy's own names)
    n = np.shape(A)[-1]
    return linalg.expm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.logm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.logm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.sqrtm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.sqrtm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.sinm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.sinm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.cosm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.cosm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.sinhm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.sinhm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.coshm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.coshm(doubled(transposed(A), d_out))[..., :n, n:]


@facts(linalg.expm, linalg.sinm, linalg.cosm, linalg.sinhm, linalg.coshm)
def _(A):  # noqa: N803
    a = as_array(A)
    return Array(a.dtype if a.dtype in ("float64", "complex128") else None, a.shape)


# ------------------------------------------------------------------------------------------- matrices of structure


@linear(
    linalg.block_diag, "arrs", samples=[sample(array(2, 2), array(1, 3, seed=1)), sample(array(2, 1), array(3, seed=1))]
)
def _(d_out, *arrs):
    parts = []
    row = column = 0
    for block in arrs:
        rows = 1 if np.ndim(block) < 2 else np.shape(block)[0]
        columns = np.shape(block)[-1] if np.ndim(block) > 0 else 1
        parts.append(np.reshape(d_out[row : row + rows, column : column + columns], np.shape(block)))
        row, column = row + rows, column + columns
    return parts


@facts(linalg.block_diag)
def _(*arrs):
    return UNKNOWN


@linear(linalg.toeplitz, "c", "r", samples=[sample(array(3)), sample(array(3), array(4, seed=1))])
def _(d_out, c, r=None):
    d_c = np.array([np.trace(d_out, -k) for k in range(np.size(c))])
    if r is None:
        return d_c + np.array([0.0] + [np.trace(d_out, k) for k in range(1, np.size(c))]), None
    return d_c, np.array([0.0] + [np.trace(d_out, k) for k in range(1, np.size(r))])


@facts(linalg.toeplitz)
def _(c, r=None):
    return UNKNOWN
