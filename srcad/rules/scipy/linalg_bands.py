"""`scipy.linalg`: equations and eigenvalues of banded matrices, whose cotangents have the band only.

The band of a matrix is kept row by row: row r holds the elements j + r - u, j of the matrix, where u diagonals lie
above the main one.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple
from srcad.rules.axes import as_array, value_of
from srcad.rules.eigen import gaps, on_diagonals
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.linalg_factors import IN_PLACE
from srcad.rules.scipy.linalg_structure import columns

# --------------------------------------------------------------------------------------------------------- the band


def shifted(v, k):
    """The rows of an array from the k-th on, with zeros in place of those that do not exist.

    >>> print(shifted(np.array([1.0, 2.0, 3.0]), 1), shifted(np.array([1.0, 2.0, 3.0]), -2))
    [2. 3. 0.] [0. 0. 1.]
    """
    moved = np.zeros_like(v)
    n = len(v)
    moved[max(-k, 0) : n - max(k, 0)] = v[max(k, 0) : n - max(-k, 0)]
    return moved


@linear(shifted, "v", samples=[sample(array(4), 1), sample(array(3, 2), -2), sample(array(3), 0)])
def _(d_out, v, k):
    return shifted(d_out, -k)


@facts(shifted)
def _(v, k):
    return as_array(v)


def transposed_band(below, above, ab):
    """The band of the transposed matrix."""
    return np.array([shifted(ab[r], above - r) for r in range(below + above + 1)][::-1])


def band_of_product(left, right, below, above):
    """The band of left @ right^T."""
    return np.array([np.sum(shifted(left, r - above) * right, axis=1) for r in range(below + above + 1)])


BAND = np.array([[0.0, 0.5, -1.0, 0.3], [4.0, 5.0, 4.5, 6.0], [1.0, -0.5, 0.7, 0.0]])
WIDE = np.concatenate((BAND, [[0.3, -0.2, 0.0, 0.0]]))


@adjoint(
    linalg.solve_banded,
    "ab",
    "b",
    refuses=("overwrite_ab", "overwrite_b"),
    samples=[
        sample((1, 1), BAND, array(4, seed=1)),
        sample((2, 1), WIDE, array(4, 2, seed=1)),
        sample((1, 1), BAND + 0.2j, array(4, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    below, above = l_and_u
    d_b = linalg.solve_banded((above, below), transposed_band(below, above, ab), d_out)
    return -band_of_product(columns(d_b), columns(out), below, above), d_b


# ------------------------------------------------------------------------------------------------ symmetric bands


def refuse_complex_band(ab, what):
    """Raises UnsupportedError for complex Hermitian bands."""
    if np.iscomplexobj(ab):
        raise UnsupportedError(f"{what} has no rule for complex matrices", "use solve_banded with the whole band")


constant(refuse_complex_band, pure=False)


def symmetric_band(left, right, count, lower):
    """The band of a symmetric matrix that is read, from the sums of products of rows of the cotangent of the whole."""
    rows = [np.sum(left * right, axis=1)]
    for k in range(1, count):
        rows.append(np.sum(shifted(left, k) * right + left * shifted(right, k), axis=1))
    if lower:
        return np.array(rows)
    return np.array([shifted(rows[k], -k) for k in range(count)][::-1])


LOWER = np.array([[4.0, 5.0, 4.5, 6.0], [1.0, -0.5, 0.7, 0.0]])
UPPER = np.array([[0.0, 1.0, -0.5, 0.7], [4.0, 5.0, 4.5, 6.0]])


@adjoint(
    linalg.solveh_banded,
    "ab",
    "b",
    refuses=("overwrite_ab", "overwrite_b"),
    samples=[sample(UPPER, array(4, seed=1)), sample(LOWER, array(4, 2, seed=1), lower=True)],
)
def _(d_out, out, ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    refuse_complex_band(ab, "scipy.linalg.solveh_banded")
    d_b = linalg.solveh_banded(ab, d_out, lower=lower)
    return -symmetric_band(columns(d_b), columns(out), np.shape(ab)[0], lower), d_b


def times_factor(cb, lower, x):
    """The transposed lower factor, or the upper factor, that a band holds, times the columns of x."""
    count = np.shape(cb)[0]
    product = 0.0 * x
    for k in range(count):
        diagonal = cb[k] if lower else shifted(cb[count - 1 - k], k)
        product = product + np.expand_dims(diagonal, 1) * shifted(x, k)
    return product


@adjoint(
    linalg.cho_solve_banded,
    "cb_and_lower",
    "b",
    refuses=IN_PLACE[1:],
    samples=[sample((UPPER, False), array(4, seed=1)), sample((LOWER, True), array(4, 2, seed=1))],
)
def _(d_out, out, cb_and_lower, b, overwrite_b=False, check_finite=True):
    cb, lower = cb_and_lower
    refuse_complex_band(cb, "scipy.linalg.cho_solve_banded")
    d_b = linalg.cho_solve_banded((cb, lower), d_out)
    d, x = columns(d_b), columns(out)
    y, z = times_factor(cb, lower, x), times_factor(cb, lower, d)
    count = np.shape(cb)[0]
    rows = [-np.sum(shifted(d, k) * y + shifted(x, k) * z, axis=1) for k in range(count)]
    if lower:
        return [np.array(rows), None], d_b
    return [np.array([shifted(rows[k], -k) for k in range(count)][::-1]), None], d_b


@facts(linalg.solve_banded)
def _(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True):
    return solution(ab, b)


@facts(linalg.solveh_banded)
def _(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    return solution(ab, b)


@facts(linalg.cho_solve_banded)
def _(cb_and_lower, b, overwrite_b=False, check_finite=True):
    return Array(None, as_array(b).shape)


def solution(ab, b):
    """The fact of a solution of a banded equation."""
    b = as_array(b)
    return Array("float64" if as_array(ab).dtype == b.dtype == "float64" else None, b.shape)


# ------------------------------------------------------------------------------------------------------ eigenvalues


def inner_of(d_w, d_v, w, v):
    """The cotangent of a symmetric matrix with these eigenvectors, in their basis."""
    if np.ndim(d_v) == 0:
        return on_diagonals(d_w + 0.0 * w)
    return (v.T @ d_v) * gaps(w) + on_diagonals(d_w + 0.0 * w)


def through_tridiagonal(d_w, d_v, w, v):
    """The cotangents of both diagonals of a tridiagonal matrix."""
    left = v @ inner_of(d_w, d_v, w, v)
    return np.sum(left * v, axis=1), np.sum(left[1:] * v[:-1] + left[:-1] * v[1:], axis=1)


SELECTED = ("select", "select_range")
DIAGONALS = [sample(np.array([1.0, 2.5, 4.0, 0.3]), array(3))]


@adjoint(linalg.eigh_tridiagonal, "d", "e", refuses=SELECTED, samples=[*DIAGONALS, sample(array(3), array(2), True)])
def _(
    d_out,
    out,
    d,
    e,
    eigvals_only=False,
    select="a",
    select_range=None,
    check_finite=True,
    tol=0.0,
    lapack_driver="auto",
):
    if eigvals_only:
        w, v = linalg.eigh_tridiagonal(d, e)
        return through_tridiagonal(d_out, 0.0, w, v)
    return through_tridiagonal(d_out[0], d_out[1], out[0], out[1])


@adjoint(linalg.eigvalsh_tridiagonal, "d", "e", refuses=SELECTED, samples=DIAGONALS)
def _(d_out, out, d, e, select="a", select_range=None, check_finite=True, tol=0.0, lapack_driver="auto"):
    w, v = linalg.eigh_tridiagonal(d, e)
    return through_tridiagonal(d_out, 0.0, w, v)


@adjoint(
    linalg.eig_banded,
    "a_band",
    refuses=("overwrite_a_band", *SELECTED, "max_ev"),
    samples=[sample(UPPER), sample(LOWER, True), sample(UPPER, eigvals_only=True)],
)
def _(
    d_out,
    out,
    a_band,
    lower=False,
    eigvals_only=False,
    overwrite_a_band=False,
    select="a",
    select_range=None,
    max_ev=0,
    check_finite=True,
):
    refuse_complex_band(a_band, "scipy.linalg.eig_banded")
    w, v = linalg.eig_banded(a_band, lower) if eigvals_only else out
    d_w, d_v = (d_out, 0.0) if eigvals_only else d_out
    return symmetric_band(v @ inner_of(d_w, d_v, w, v), v, np.shape(a_band)[0], lower)


@adjoint(
    linalg.eigvals_banded,
    "a_band",
    refuses=("overwrite_a_band", *SELECTED),
    samples=[sample(UPPER), sample(LOWER, True)],
)
def _(d_out, out, a_band, lower=False, overwrite_a_band=False, select="a", select_range=None, check_finite=True):
    refuse_complex_band(a_band, "scipy.linalg.eigvals_banded")
    w, v = linalg.eig_banded(a_band, lower)
    return symmetric_band(v @ inner_of(d_out, 0.0, w, v), v, np.shape(a_band)[0], lower)


@facts(linalg.eigh_tridiagonal, partly=True)
def _(eigvals_only):
    return eigen(value_of(eigvals_only))


@facts(linalg.eig_banded, partly=True)
def _(eigvals_only):
    return eigen(value_of(eigvals_only))


def eigen(eigvals_only):
    """The fact of eigenvalues, with or without vectors."""
    if not isinstance(eigvals_only, bool):
        return UNKNOWN
    return Array(None, None) if eigvals_only else Tuple((Array(None, None), Array(None, None)))
