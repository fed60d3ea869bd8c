"""`scipy.linalg`: Cholesky and LU factors, and solutions from them, whose derivatives use the same factors again.

The cotangent of a packed factorisation is that of its triangles; the places that LAPACK leaves as they were pass theirs
on.  The formulas are those of M. Giles, An extended collection of matrix derivative results (2008).
"""

from __future__ import annotations

import numpy as np
import scipy
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple
from srcad.rules.axes import as_array, items_of, value_of
from srcad.rules.linear_algebra import adjointed, definite, regular, through_cholesky, transposed
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array

IN_PLACE = ("overwrite_a", "overwrite_b")


def refuse_stacks(a, what):
    """Raises UnsupportedError for stacks of matrices."""
    if np.ndim(a) != 2:
        raise UnsupportedError(f"{what} of a stack of matrices has no rule", "call it for each of the matrices")


constant(refuse_stacks, pure=False)


def of_one_matrix(a, fact):
    """A fact that holds of the factors of one matrix; SciPy gives those of a stack of matrices in a list."""
    return fact if as_array(a).ndim == 2 else UNKNOWN


def double(dtype):
    """The dtype of a factorisation, where it is that of the matrix."""
    return dtype if dtype in ("float32", "float64", "complex64", "complex128") else None


# --------------------------------------------------------------------------------------------------------- Cholesky

COPIES = float(tuple(map(int, scipy.__version__.split(".")[:2])) < (1, 18))
"""1.0 if the other triangle of what `cho_factor` returns is that of the matrix, 0.0 if it is zero."""


@adjoint(
    linalg.cho_factor,
    "a",
    refuses=IN_PLACE[:1],
    samples=[
        sample(definite(3, 3)),
        sample(definite(3, 3), True),
        sample(definite(3, 3, dtype="complex128"), lower=True),
        sample(definite(3, 3, dtype="complex128")),
        sample(definite(3, 3, dtype="float32"), lower=True),
    ],
)
def _(d_out, out, a, lower=False, overwrite_a=False, check_finite=True):
    refuse_stacks(a, "scipy.linalg.cho_factor")
    d = d_out[0]
    if lower:
        return through_cholesky(np.tril(d), np.tril(out[0])) + COPIES * np.triu(d, 1)
    return adjointed(through_cholesky(adjointed(np.triu(d)), adjointed(np.triu(out[0])))) + COPIES * np.tril(d, -1)


@facts(linalg.cho_factor)
def _(a, lower=False, overwrite_a=False, check_finite=True):
    factor = Array(double(as_array(a).dtype), as_array(a).shape)
    return of_one_matrix(a, Tuple((factor, UNKNOWN)))  # some versions return `lower` as an array


@adjoint(
    linalg.cho_solve,
    "c_and_lower",
    "b",
    refuses=IN_PLACE[1:],
    samples=[
        sample((regular(3, 3), False), array(3, seed=1)),
        sample((regular(3, 3), True), array(3, 2, seed=1)),
        sample((regular(3, 3, dtype="complex128"), True), array(3, dtype="complex128", seed=1)),
        sample((regular(3, 3, dtype="complex128"), False), array(3, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, c_and_lower, b, overwrite_b=False, check_finite=True):
    c, lower = c_and_lower
    refuse_stacks(c, "scipy.linalg.cho_solve")
    n = np.shape(c)[0]
    d_b = np.conj(linalg.cho_solve((c, lower), np.conj(d_out)))
    d_matrix = -np.reshape(d_b, (n, -1)) @ np.reshape(out, (n, -1)).T
    both = adjointed(d_matrix) + d_matrix
    if lower:
        return [np.tril(both @ np.conj(np.tril(c))), None], d_b
    return [np.triu(np.conj(np.triu(c)) @ both), None], d_b


@facts(linalg.cho_solve)
def _(c_and_lower, b, overwrite_b=False, check_finite=True):
    return solved(c_and_lower, b)


def solved(factors, b):
    """The fact of a solution from factors, which stand first."""
    items, b = items_of(factors), as_array(b)
    known = {as_array(items[0]).dtype, b.dtype} == {"float64"} if items else False
    return Array("float64" if known else None, b.shape)


# --------------------------------------------------------------------------------------------------------------- LU


def through_lu(d_l, d_u, lower, upper):
    """The cotangent of l @ u from those of its triangular factors, of which l has ones on its diagonal."""
    inner = np.tril(transposed(lower) @ d_l, -1) + np.triu(d_u @ transposed(upper))
    left = linalg.solve_triangular(lower, inner, "T", True, True)
    return transposed(linalg.solve_triangular(upper, transposed(left)))


def unit_lower(lu):
    """The lower factor of a packed factorisation, with ones on its diagonal."""
    return np.tril(lu, -1) + np.eye(np.shape(lu)[0])


def order_of(piv):
    """The order in which an LU factorisation takes the rows of a matrix, from its exchanges."""
    order = np.arange(len(piv))
    for i, j in enumerate(piv):
        order[[i, j]] = order[[j, i]]
    return order


constant(order_of)


def refuse_oblong(a, what):
    """Raises UnsupportedError for matrices that are not square, and for stacks of them."""
    if np.ndim(a) != 2 or np.shape(a)[0] != np.shape(a)[1]:
        raise UnsupportedError(f"{what} has a rule for one square matrix only", "use scipy.linalg.qr")


constant(refuse_oblong, pure=False)


@adjoint(
    linalg.lu_factor,
    "a",
    refuses=IN_PLACE[:1],
    samples=[
        sample(array(3, 3)),
        sample(regular(4, 4)),
        sample(array(3, 3, dtype="complex128")),
        sample(array(3, 3, dtype="float32")),
    ],
)
def _(d_out, out, a, overwrite_a=False, check_finite=True):
    refuse_oblong(a, "scipy.linalg.lu_factor")
    lu, piv = out
    rows = through_lu(np.tril(d_out[0], -1), np.triu(d_out[0]), unit_lower(lu), np.triu(lu))
    return rows[np.argsort(order_of(piv))]


@facts(linalg.lu_factor)
def _(a, overwrite_a=False, check_finite=True):
    known = as_array(a)
    return of_one_matrix(
        a, Tuple((Array(double(known.dtype), known.shape), Array(None, known.shape and known.shape[1:])))
    )


PIVOTS = np.array([2, 2, 2])


@adjoint(
    linalg.lu_solve,
    "lu_and_piv",
    "b",
    refuses=IN_PLACE[1:],
    samples=[
        sample((regular(3, 3), PIVOTS), array(3, seed=1)),
        sample((regular(3, 3), PIVOTS), array(3, 2, seed=1), 1),
        sample((regular(3, 3, dtype="complex128"), PIVOTS), array(3, dtype="complex128", seed=1)),
        sample((regular(3, 3, dtype="complex128"), PIVOTS), array(3, 2, dtype="complex128", seed=1), trans=2),
    ],
)
def _(d_out, out, lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    lu, piv = lu_and_piv
    refuse_oblong(lu, "scipy.linalg.lu_solve")
    n = np.shape(lu)[0]
    if trans == 2:
        d_b = np.conj(linalg.lu_solve((lu, piv), np.conj(d_out)))
    else:
        d_b = linalg.lu_solve((lu, piv), d_out, 1 - trans)
    d, x = np.reshape(d_b, (n, -1)), np.reshape(out, (n, -1))
    if trans == 2:
        d_rows = -np.conj(x @ d.T)
    else:
        d_rows = -d @ x.T if trans == 0 else -x @ d.T
    inside = d_rows[order_of(piv)]
    d_lower = np.tril(inside @ transposed(np.triu(lu)), -1)
    return [d_lower + np.triu(transposed(unit_lower(lu)) @ inside), None], d_b


@facts(linalg.lu_solve)
def _(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    return solved(lu_and_piv, b)


@adjoint(
    linalg.lu,
    "a",
    refuses=("overwrite_a", "p_indices"),
    samples=[
        sample(array(3, 3)),
        sample(regular(4, 4)),
        sample(array(3, 3), True),
        sample(array(3, 3, dtype="complex128")),
    ],
)
def _(d_out, out, a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    refuse_oblong(a, "scipy.linalg.lu")
    if permute_l:
        p, lower, upper = linalg.lu(a)
        d_lower, d_upper = p.T @ (d_out[0] + 0.0 * upper), d_out[1]
    else:
        p, lower, upper = out
        d_lower, d_upper = d_out[1] + 0.0 * upper, d_out[2]
    return p @ through_lu(d_lower, d_upper + 0.0 * upper, lower, upper)


@facts(linalg.lu)
def _(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    dtype, p_indices = as_array(a).dtype, value_of(p_indices)
    factor = Array(double(dtype), None)
    if p_indices is not False:
        return UNKNOWN
    if value_of(permute_l) is False:
        return Tuple((Array(None, None), factor, factor))
    return Tuple((factor, factor)) if value_of(permute_l) is True else UNKNOWN
