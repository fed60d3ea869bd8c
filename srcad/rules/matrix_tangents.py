"""How tangents pass through factorisations of matrices.

A tangent of a factorisation solves the differential of its equations; the sources are those of the adjoint rules
(`linear_algebra`, `eigen`, `least_squares`).  What equations leave open is held still: the phases of complex vectors,
the vectors of one eigenvalue among each other, and vectors that complete a basis, which turn as the others make them.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.eigen import gaps, refuse_complex_vectors, vectors_of
from srcad.rules.least_squares import divided, refuse_form
from srcad.rules.linear_algebra import adjointed, transposed
from srcad.rules.register import tangent


def diagonal(a):
    """The diagonals of a stack of matrices."""
    return np.diagonal(a, axis1=-2, axis2=-1)


@tangent(np.linalg.slogdet, "a")
def _(dot_a, out, a):
    relative = np.trace(np.linalg.solve(a, dot_a), axis1=-2, axis2=-1)
    if np.iscomplexobj(a):
        return 1j * relative.imag * out[0], relative.real
    return np.zeros_like(out[0]), relative


# -------------------------------------------------------------------------------------------------------- eigenvalues


def whole(dot_a, uplo):
    """The tangent of a Hermitian matrix of which one triangle is read."""
    half = np.triu(dot_a, 1) if uplo == "U" or uplo == "u" else np.tril(dot_a, -1)
    return half + adjointed(half) + dot_a.real * np.eye(np.shape(dot_a)[-1], dtype=dot_a.dtype)


def along_eigh(whole_dot, w, v):
    """The tangents of the eigenvalues and eigenvectors of a Hermitian matrix, from that of the whole matrix."""
    inner = adjointed(v) @ whole_dot @ v
    return diagonal(inner).real, v @ (inner * gaps(w))


@tangent(np.linalg.eigh, "a")
def _(dot_a, out, a, UPLO="L"):  # noqa: N803 (NumPy's own names)
    return along_eigh(whole(dot_a, UPLO), out[0], out[1])


@tangent(np.linalg.eigvalsh, "a")
def _(dot_a, out, a, UPLO="L"):  # noqa: N803
    v = np.linalg.eigh(a, UPLO)[1]
    return np.sum(np.conj(v) * (whole(dot_a, UPLO) @ v), axis=-2).real


@tangent(np.linalg.eig, "a")
def _(dot_a, out, a):
    w, v = out
    inner = np.linalg.solve(v, dot_a @ v)
    turned = v @ (inner * gaps(w))
    return diagonal(inner), turned - v * np.sum(np.conj(v) * turned, axis=-2, keepdims=True).real


@tangent(np.linalg.eigvals, "a")
def _(dot_a, out, a):
    v = vectors_of(a, out)
    return diagonal(np.linalg.solve(v, dot_a @ v))


# ---------------------------------------------------------------------------------------------------- singular values


def of_singular_values(dot_a, u, v):
    """The tangent of singular values, from their vectors."""
    return np.sum(np.conj(u) * (dot_a @ v), axis=-2).real


def beyond(vectors, more):
    """The part of vectors that is orthogonal to an orthonormal set."""
    return more - vectors @ (adjointed(vectors) @ more)


def completed(dot, vectors, rank):
    """The tangent of a whole orthonormal basis, from that of its first vectors."""
    if np.shape(vectors)[-1] == rank:
        return dot
    rest = vectors[..., rank:]
    return np.concatenate((dot, -vectors[..., :rank] @ (adjointed(dot) @ rest)), axis=-1)


def along_svd(dot_a, u, s, vh):
    """The tangents of the factors of a singular value decomposition, of a real matrix."""
    rank = np.shape(s)[-1]
    left, right = u[..., :rank], adjointed(vh)[..., :rank]
    columns, rows = np.expand_dims(s, -2), np.expand_dims(s, -1)
    inner = adjointed(left) @ dot_a @ right
    apart = gaps(s * s)
    dot_u = left @ (apart * (inner * columns + rows * adjointed(inner))) + beyond(left, dot_a @ right) / columns
    outer = beyond(right, adjointed(dot_a) @ left) / columns
    dot_v = right @ (apart * (rows * inner + adjointed(inner) * columns)) + outer
    return completed(dot_u, u, rank), diagonal(inner).real, adjointed(completed(dot_v, adjointed(vh), rank))


@tangent(np.linalg.svd, "a")
def _(dot_a, out, a, full_matrices=True, compute_uv=True, hermitian=False):
    if not compute_uv:
        u, _s, vh = np.linalg.svd(a, full_matrices=False)
        return of_singular_values(dot_a, u, adjointed(vh))
    if np.iscomplexobj(a):
        refuse_complex_vectors(a)
    return along_svd(dot_a, out[0], out[1], out[2])


@tangent(np.linalg.svdvals, "x")
def _(dot_x, out, x):
    u, _s, vh = np.linalg.svd(x, full_matrices=False)
    return of_singular_values(dot_x, u, adjointed(vh))


# ----------------------------------------------------------------------------------------- QR, pseudo-inverses


def along_qr(dot_a, q, r):
    """The tangents of the factors of a QR decomposition, of which q may complete its basis."""
    width = min(np.shape(q)[-2], np.shape(r)[-1])
    first, square = q[..., :width], r[..., :width, :width]
    quotient = divided_by(dot_a[..., :width], square)
    below = np.tril(transposed(first) @ quotient, -1)
    turn = below - transposed(below)
    dot_first = first @ turn + beyond(first, quotient)
    dot_r = transposed(first) @ dot_a - turn @ r[..., :width, :]
    if np.shape(r)[-2] > width:
        dot_r = np.concatenate((dot_r, np.zeros_like(r[..., width:, :])), axis=-2)
    return completed(dot_first, q, width), np.triu(dot_r)


def divided_by(x, r):
    """x @ inv(r)."""
    return divided(x, transposed(r))


@tangent(np.linalg.qr, "a")
def _(dot_a, out, a, mode="reduced"):
    if np.iscomplexobj(a) or mode not in ("reduced", "complete", "r"):
        refuse_form(a, mode)
    if mode == "r":
        q, r = np.linalg.qr(a)
        return along_qr(dot_a, q, r)[1]
    return along_qr(dot_a, out[0], out[1])


def along_pinv(dot_a, p, a):
    """The tangent of a pseudo-inverse p, where the rank of the matrix stays."""
    back = adjointed(dot_a)
    rows = p @ (adjointed(p) @ back)
    columns = (back @ adjointed(p)) @ p
    return rows - (rows @ a) @ p + columns - p @ (a @ columns) - p @ dot_a @ p


@tangent(np.linalg.pinv, "a")
def _(dot_a, out, a, rcond=None, hermitian=False, *, rtol=None):
    return along_pinv(dot_a, out, a)


@tangent(np.linalg.lstsq, "a", "b")
def _(dot_a, dot_b, out, a, b, rcond=None):
    columns, x = np.reshape(b, (np.shape(b)[0], -1)), np.reshape(out[0], (np.shape(a)[1], -1))
    p = np.linalg.pinv(a)
    rest = columns - a @ x
    of_a, of_b = along_pinv(dot_a, p, a) @ columns, p @ np.reshape(dot_b, np.shape(columns))
    from_a = -2.0 * np.sum(np.conj(rest) * (dot_a @ x), axis=0).real
    from_b = 2.0 * np.sum(np.conj(rest) * np.reshape(dot_b, np.shape(columns)), axis=0).real
    u, _s, vh = np.linalg.svd(a, full_matrices=False)
    dot_s = of_singular_values(dot_a, u, adjointed(vh))
    shape, count = np.shape(out[0]), np.size(out[1])
    return (
        (np.reshape(of_a, shape), from_a[:count], 0, dot_s),
        (np.reshape(of_b, shape), from_b[:count], 0, np.zeros_like(dot_s)),
    )
