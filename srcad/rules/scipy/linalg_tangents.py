"""`scipy.linalg`: how tangents pass through inverses, factorisations and functions of matrices.

The formulas are those of `srcad.rules.matrix_tangents`.  Of a function of a matrix, the tangent is a block of the same
function of a block matrix, as its cotangent is (`linalg_functions`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import linalg

from srcad.rules.linear_algebra import adjointed
from srcad.rules.matrix_tangents import along_pinv, along_qr, along_svd, of_singular_values
from srcad.rules.register import tangent
from srcad.rules.scipy import linalg as equations  # noqa: F401  registers what these tangents belong to
from srcad.rules.scipy.linalg_factors import refuse_oblong
from srcad.rules.scipy.linalg_functions import doubled
from srcad.rules.scipy.linalg_orthogonal import refuse_qr_form
from srcad.rules.scipy.linalg_spectral import refuse_complex_vectors

# ------------------------------------------------------------------------------------------------ inverses, factors


@tangent(linalg.inv, "a")
def _(dot_a, out, a, overwrite_a=False, check_finite=True, *, assume_a=None, lower=False):
    return -(out @ dot_a @ out)


@tangent(linalg.det, "a")
def _(dot_a, out, a, overwrite_a=False, check_finite=True):
    return out * np.trace(np.linalg.solve(a, dot_a), axis1=-2, axis2=-1)


def along_lu(dot_rows, lower, upper):
    """The tangents of triangular factors, of which the lower has ones on its diagonal, from that of their product."""
    half = linalg.solve_triangular(lower, dot_rows, lower=True, unit_diagonal=True)
    inner = linalg.solve_triangular(upper, half.T, "T").T
    return lower @ np.tril(inner, -1), np.triu(inner) @ upper


@tangent(linalg.lu, "a")
def _(dot_a, out, a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False):
    refuse_oblong(a, "scipy.linalg.lu")
    if permute_l:
        p, lower, upper = linalg.lu(a)
        dot_lower, dot_upper = along_lu(p.T @ dot_a, lower, upper)
        return p @ dot_lower, dot_upper
    p, lower, upper = out
    dot_lower, dot_upper = along_lu(p.T @ dot_a, lower, upper)
    return np.zeros_like(p), dot_lower, dot_upper


@tangent(linalg.qr, "a")
def _(dot_a, out, a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True):
    refuse_qr_form(a, mode, pivoting)
    if mode == "r":
        return (along_qr(dot_a, linalg.qr(a)[0], out[0])[1],)
    return along_qr(dot_a, out[0], out[1])


@tangent(linalg.pinv, "a")
def _(dot_a, out, a, *, atol=None, rtol=None, return_rank=False, check_finite=True):
    return along_pinv(dot_a, out, a)


# ---------------------------------------------------------------------------------------------------- singular values


@tangent(linalg.svd, "a")
def _(
    dot_a,
    out,
    a,
    full_matrices=True,
    compute_uv=True,
    overwrite_a=False,
    check_finite=True,
    lapack_driver="gesdd",
):
    if not compute_uv:
        u, _s, vh = linalg.svd(a, full_matrices=False)
        return of_singular_values(dot_a, u, adjointed(vh))
    if np.iscomplexobj(a):
        refuse_complex_vectors(a)
    return along_svd(dot_a, out[0], out[1], out[2])


@tangent(linalg.svdvals, "a")
def _(dot_a, out, a, overwrite_a=False, check_finite=True):
    u, _s, vh = linalg.svd(a, full_matrices=False)
    return of_singular_values(dot_a, u, adjointed(vh))


# ---------------------------------------------------------------------------------------------- functions of matrices


def _register_function(function: Callable) -> None:
    """The tangent of a function of a matrix."""

    @tangent(function, "A")
    def _(dot_A, out, A):  # noqa: N803 (SciPy's own names)
        n = np.shape(A)[-1]
        return function(doubled(A, dot_A))[..., :n, n:]


for _function in (linalg.expm, linalg.logm, linalg.sqrtm, linalg.sinm, linalg.cosm, linalg.sinhm, linalg.coshm):
    _register_function(_function)
for _function in (linalg.tanm, linalg.tanhm, linalg.signm):
    _register_function(_function)


@tangent(linalg.fractional_matrix_power, "A")
def _(dot_A, out, A, t):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.fractional_matrix_power(doubled(A, dot_A), t)[..., :n, n:]
