"""`scipy.linalg`: eigenvalues, singular values and orthogonal factors; the formulas are those of `srcad.rules.eigen`.

Of A v = w B v with v^H B v = 1, the cotangent of B is that of A times the eigenvalues, and the lengths' part: where A
and B change, v^H (dA - w dB) v is the change of w.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Known, Tuple
from srcad.rules.axes import as_array, value_of
from srcad.rules.eigen import (
    SPREAD,
    TURNING,
    gaps,
    leading,
    on_diagonals,
    one_triangle,
    refuse_complex_vectors,
    refuse_phases,
    singular_values,
    through_svd,
    through_vectors,
)
from srcad.rules.linear_algebra import adjointed, definite, transposed
from srcad.rules.primitives import sample
from srcad.rules.reductions import real_dtype
from srcad.rules.register import adjoint, constant, facts, lookup
from srcad.rules.samples import array
from srcad.rules.scipy.common import real_like
from srcad.rules.scipy.linalg_factors import IN_PLACE, double, of_one_matrix

PARTS = ("subset_by_index", "subset_by_value")

# ----------------------------------------------------------------------------------------------- Hermitian matrices


def triangle_read(lower):
    """The name of the triangle that is read."""
    return "L" if lower else "U"


def refuse_complex_pencil(a, b):
    """Raises UnsupportedError for the generalised problem of complex matrices."""
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        raise UnsupportedError(
            "scipy.linalg.eigh of two complex matrices has no rule", "use the factor of the second: c^-1 a c^-H"
        )


constant(triangle_read, folds=True)
constant(refuse_complex_pencil, pure=False)


def through_eigh(d_w, d_v, w, v, b, lower):
    """The cotangents of a matrix, and of b if it is given, from those of eigenvalues and eigenvectors."""
    columns = np.expand_dims(d_w + 0.0 * w, -2) * np.conj(v)
    if np.ndim(d_v) == 0:
        d_a = columns @ transposed(v)
        if b is None:
            return one_triangle(d_a, triangle_read(lower)), None
        d_b = -(columns * np.expand_dims(w, -2)) @ transposed(v)
        return one_triangle(d_a, triangle_read(lower)), one_triangle(d_b, triangle_read(lower))
    products = transposed(v) @ d_v
    refuse_phases(products, "eigh")
    inner = products * gaps(w) + on_diagonals(d_w + 0.0 * w)
    d_a = one_triangle(np.conj(v) @ inner @ transposed(v), triangle_read(lower))
    if b is None:
        return d_a, None
    refuse_complex_pencil(v, b)
    lengths = 0.5 * products * np.eye(np.shape(v)[-1])
    d_b = -v @ (inner * np.expand_dims(w, -2) + lengths) @ transposed(v)
    return d_a, one_triangle(d_b, triangle_read(lower))


SYMMETRIC = [
    sample(SPREAD),
    sample(array(3, 3), lower=False),
    sample(array(3, 3), definite(3, 3, seed=1).astype(int)),
    sample(definite(3, 3, dtype="float32")),
]


@adjoint(
    linalg.eigh,
    "a",
    "b",
    refuses=(*IN_PLACE, *PARTS, "type"),
    samples=[*SYMMETRIC, sample(array(3, 3), eigvals_only=True)],
)
def _(
    d_out,
    out,
    a,
    b=None,
    *,
    lower=True,
    eigvals_only=False,
    overwrite_a=False,
    overwrite_b=False,
    type=1,
    check_finite=True,
    subset_by_index=None,
    subset_by_value=None,
    driver=None,
):
    if eigvals_only:
        w, v = linalg.eigh(a, b, lower=lower)
        return through_eigh(d_out, 0.0, w, v, b, lower)
    return through_eigh(d_out[0], d_out[1], out[0], out[1], b, lower)


@adjoint(
    linalg.eigvalsh,
    "a",
    "b",
    refuses=(*IN_PLACE, *PARTS, "type"),
    samples=[*SYMMETRIC, sample(array(3, 3, dtype="complex128"))],
)
def _(
    d_out,
    out,
    a,
    b=None,
    *,
    lower=True,
    overwrite_a=False,
    overwrite_b=False,
    type=1,
    check_finite=True,
    subset_by_index=None,
    subset_by_value=None,
    driver=None,
):
    w, v = linalg.eigh(a, b, lower=lower)
    return through_eigh(d_out, 0.0, w, v, b, lower)


def spectrum(a, b):
    """The facts of eigenvalues and eigenvectors of a Hermitian matrix, if b is not given."""
    a = as_array(a)
    if b != Known(None):
        return Array(None, None), Array(None, None)
    return Array(real_dtype(double(a.dtype)), a.shape and a.shape[:-1]), Array(double(a.dtype), a.shape)


@facts(linalg.eigh, partly=True)
def _(a, b, eigvals_only, subset_by_index, subset_by_value):
    if value_of(subset_by_index) is not None or value_of(subset_by_value) is not None:
        return UNKNOWN
    if value_of(eigvals_only) is True:
        return spectrum(a, b)[0]
    return of_one_matrix(a, Tuple(spectrum(a, b))) if value_of(eigvals_only) is False else UNKNOWN


@facts(linalg.eigvalsh, partly=True)
def _(a, b, subset_by_index, subset_by_value):
    return spectrum(a, b)[0] if value_of(subset_by_index) is None is value_of(subset_by_value) else Array(None, None)


# ---------------------------------------------------------------------------------------------- general matrices


@adjoint(
    linalg.eig,
    "a",
    refuses=(*IN_PLACE, "b", "left", "homogeneous_eigvals"),
    samples=[sample(SPREAD), sample(SPREAD, right=False), sample(TURNING, right=False)],
)
def _(
    d_out,
    out,
    a,
    b=None,
    left=False,
    right=True,
    overwrite_a=False,
    overwrite_b=False,
    check_finite=True,
    homogeneous_eigvals=False,
):
    if right:
        return real_like(through_vectors(d_out[0] + 0.0 * out[0], d_out[1], out[0], out[1], a), a)
    w, v = linalg.eig(a)
    return real_like(through_vectors(d_out, 0.0, w, v, a), a)


@adjoint(
    linalg.eigvals,
    "a",
    refuses=("overwrite_a", "b", "homogeneous_eigvals"),
    samples=[sample(SPREAD), sample(TURNING), sample(array(3, 3, dtype="complex128"))],
)
def _(d_out, out, a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False):
    w, v = linalg.eig(a)
    refuse_other_order(w, out)
    return real_like(through_vectors(d_out, 0.0, w, v, a), a)


def refuse_other_order(w, values):
    """Raises UnsupportedError where LAPACK finds eigenvalues in another order once vectors are asked for."""
    if not np.allclose(w, values):
        raise UnsupportedError("scipy.linalg.eigvals found eigenvalues in another order than eig", "use eig")


constant(refuse_other_order, pure=False)


@facts(linalg.eig, partly=True)
def _(a, b, left, right, homogeneous_eigvals):
    known = as_array(a)
    plain = value_of(left) is False and b == Known(None) and value_of(homogeneous_eigvals) is False
    if not plain or not isinstance(value_of(right), bool):
        return UNKNOWN
    values = Array(None, known.shape and known.shape[:-1])
    return of_one_matrix(a, Tuple((values, Array(None, known.shape)))) if value_of(right) else values


@facts(linalg.eigvals)
def _(a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False):
    return UNKNOWN


# ------------------------------------------------------------------------------------------------ singular values


@adjoint(
    linalg.svd,
    "a",
    refuses=IN_PLACE[:1],
    samples=[
        sample(array(3, 3)),
        sample(array(4, 2), full_matrices=False),
        sample(array(2, 4), full_matrices=False),
        sample(array(3, 4), compute_uv=False),
        sample(array(3, 3, dtype="complex128"), compute_uv=False),
        sample(array(3, 2, dtype="float32"), False),
    ],
)
def _(d_out, out, a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    if not compute_uv:
        return through_values(d_out, a)
    d_u, d_s, d_vh = d_out
    u, s, vh = out
    if np.ndim(d_u) > 0 or np.ndim(d_vh) > 0:
        refuse_complex_vectors(a)
    rank = np.shape(s)[-1]
    u, d_u = leading(u, d_u, rank)
    v, d_v = leading(adjointed(vh), d_vh if np.ndim(d_vh) == 0 else transposed(d_vh), rank)
    return through_svd(d_u, d_s, d_v, u, s, v)


def through_values(d_s, a):
    """The cotangent of a matrix from that of its singular values."""
    u, _s, vh = np.linalg.svd(a, full_matrices=False)
    return np.conj(u * np.expand_dims(d_s, -2)) @ np.conj(vh)


@adjoint(
    linalg.svdvals,
    "a",
    refuses=IN_PLACE[:1],
    samples=[sample(array(3, 4)), sample(array(3, 3, dtype="complex128"))],
)
def _(d_out, out, a, overwrite_a=False, check_finite=True):
    return through_values(d_out, a)


@facts(linalg.svd)
def _(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd"):
    known = lookup(np.linalg.svd).facts(a, full_matrices, compute_uv, Known(False))
    if as_array(a).dtype not in ("float64", "float32", "complex128"):
        return UNKNOWN
    return of_one_matrix(a, Tuple(known.items)) if isinstance(known, Tuple) else known


@facts(linalg.svdvals)
def _(a, overwrite_a=False, check_finite=True):
    return singular_values(Array(double(as_array(a).dtype), as_array(a).shape))
