"""Eigenvalues, eigenvectors and singular values of matrices and stacks of them.

With g the conjugate of a cotangent, the derivatives are those of M. Giles, An extended collection of matrix derivative
results (2008), of J. Townsend, Differentiating the singular value decomposition (2016), and for general matrices of
C. Boeddeker et al., On the computation of complex-valued gradients (2017).  Vectors that belong to one eigenvalue (or
singular value) are determined only together: what tells them apart has no derivative, and counts as 0.  Complex vectors
are determined up to a phase; a function that depends on the phase LAPACK chose is refused.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.axes import MISSING, as_array, value_of
from srcad.rules.linear_algebra import adjointed, definite, inexact, transposed
from srcad.rules.primitives import sample
from srcad.rules.reductions import real_dtype
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array

# -------------------------------------------------------------------------------------------- Hermitian matrices


def one_triangle(d, uplo):
    """The cotangent of the triangle of a Hermitian matrix that is read, from that of the whole."""
    whole = d + adjointed(d)
    middle = d.real * np.eye(np.shape(d)[-1], dtype=d.dtype)
    if uplo == "U" or uplo == "u":
        return np.triu(whole, 1) + middle
    return np.tril(whole, -1) + middle


def gaps(values):
    """One over the differences of values, j's less i's; 0 where they are equal."""
    differences = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    return (differences != 0) / (differences + (differences == 0))


def refuse_phases(products, what):
    """Raises UnsupportedError where a function depends on the phases of complex vectors."""
    if not np.iscomplexobj(products):
        return
    own = np.diagonal(products, axis1=-2, axis2=-1)
    if np.any(np.abs(own.imag) > 1e-6 * np.maximum(1.0, np.abs(products).max(axis=(-2, -1), keepdims=True)[..., 0])):
        raise UnsupportedError(
            f"a function of complex vectors of np.linalg.{what} depends on their phases, which are arbitrary",
            "use what does not depend on them, such as the outer products of vectors with themselves",
        )


constant(refuse_phases, pure=False)


def on_diagonals(values):
    """A stack of diagonal matrices."""
    return np.expand_dims(values, -1) * np.eye(np.shape(values)[-1])


SYMMETRIC = [
    sample(definite(3, 3)),
    sample(array(4, 4)),
    sample(array(3, 3), "U"),
    sample(array(2, 3, 3)),
    sample(array(2, 3, 3), UPLO="U"),
    sample(array(1, 1)),
    sample(definite(3, 3, dtype="float32")),
]


@adjoint(np.linalg.eigh, "a", samples=SYMMETRIC)
def _(d_out, out, a, UPLO="L"):  # noqa: N803 (NumPy's own names)
    d_w, d_v = d_out
    w, v = out
    if np.ndim(d_v) == 0:
        return one_triangle((np.conj(v) * np.expand_dims(d_w, -2)) @ transposed(v), UPLO)
    products = transposed(v) @ d_v
    refuse_phases(products, "eigh")
    inner = products * gaps(w) if np.ndim(d_w) == 0 else products * gaps(w) + on_diagonals(d_w)
    return one_triangle(np.conj(v) @ inner @ transposed(v), UPLO)


@facts(np.linalg.eigh)
def _(a, UPLO="L"):  # noqa: N803
    a = as_array(a)
    values = Array(real_dtype(a.dtype), a.shape and a.shape[:-1])
    return Tuple((values, Array(inexact(a.dtype), a.shape)), type(np.linalg.eigh(np.eye(1))))


@adjoint(np.linalg.eigvalsh, "a", samples=[*SYMMETRIC, sample(array(3, 3, dtype="complex128"))])
def _(d_out, out, a, UPLO="L"):  # noqa: N803
    v = np.linalg.eigh(a, UPLO)[1]
    return one_triangle((np.conj(v) * np.expand_dims(d_out, -2)) @ transposed(v), UPLO)


@facts(np.linalg.eigvalsh)
def _(a, UPLO="L"):  # noqa: N803
    a = as_array(a)
    return Array(real_dtype(a.dtype), a.shape and a.shape[:-1])


# ---------------------------------------------------------------------------------------------- general matrices

SPREAD = np.diag(np.arange(1.0, 4.0)) + 0.1 * array(3, 3)
TURNING = np.array([[0.3, 1.2, 0.1], [-0.9, 0.2, 0.4], [0.2, -0.1, 1.5]])


def have_phases(a, w):
    """Which eigenvectors are determined up to a phase: those of real eigenvalues of a real matrix are real."""
    return np.expand_dims(np.logical_or(np.iscomplexobj(a), np.imag(w) != 0), -2)


constant(have_phases)


def through_vectors(d_w, d_v, w, v, a):
    """The cotangent of a matrix from those of its eigenvalues and eigenvectors of length one."""
    left = transposed(v)
    if np.ndim(d_v) == 0:
        return np.linalg.solve(left, np.expand_dims(d_w, -1) * left)
    products = left @ d_v
    refuse_phases(products * have_phases(a, w), "eig")
    lengths = np.expand_dims(np.diagonal(products, axis1=-2, axis2=-1).real, -2)
    inner = (products - left @ np.conj(v) * lengths) * gaps(w)
    if np.ndim(d_w) > 0:
        inner = inner + on_diagonals(d_w)
    return np.linalg.solve(left, inner @ left)


@adjoint(
    np.linalg.eig,
    "a",
    samples=[sample(SPREAD), sample(np.stack((SPREAD, SPREAD + 0.2))), sample(SPREAD.astype("float32"))],
)
def _(d_out, out, a):
    d_a = through_vectors(d_out[0], d_out[1], out[0], out[1], a)
    return d_a if np.iscomplexobj(a) else d_a.real


@facts(np.linalg.eig)
def _(a):
    a = as_array(a)
    values = Array(None, a.shape and a.shape[:-1])  # real or complex: the values decide
    return Tuple((values, Array(None, a.shape)), type(np.linalg.eig(np.eye(1))))


def vectors_of(a, values):
    """The eigenvectors that belong to eigenvalues, in their order."""
    w, v = np.linalg.eig(a)
    if not np.allclose(w, values):
        raise UnsupportedError("np.linalg.eigvals found eigenvalues in another order than np.linalg.eig", "use eig")
    return v


@adjoint(
    np.linalg.eigvals,
    "a",
    samples=[
        sample(SPREAD),
        sample(TURNING),
        sample(np.stack((SPREAD, SPREAD + 0.2))),
        sample(array(3, 3, dtype="complex128")),
        sample(SPREAD.astype("float32")),
    ],
)
def _(d_out, out, a):
    d_a = through_vectors(d_out, 0.0, out, vectors_of(a, out), a)
    return d_a if np.iscomplexobj(a) else d_a.real


@facts(np.linalg.eigvals)
def _(a):
    a = as_array(a)
    return Array(None, a.shape and a.shape[:-1])


# ------------------------------------------------------------------------------------------------ singular values


def refuse_complement(d, rank, what):
    """Raises UnsupportedError where a function depends on vectors that only complete a basis, which are arbitrary."""
    if np.any(d[..., rank:]):
        raise UnsupportedError(
            f"vectors of np.linalg.{what} that complete a basis are arbitrary, and have no derivative",
            "use full_matrices=False, or mode='reduced'",
        )


constant(refuse_complement, pure=False)


def turned(vectors, d, s):
    """How the cotangent of vectors turns those of equal rank among each other: symmetric, and small for large gaps."""
    products = adjointed(vectors) @ np.conj(d)
    inner = products * gaps(s * s)
    return inner + adjointed(inner)


def outside(vectors, d):
    """The part of the conjugate cotangent of vectors that is orthogonal to all of them."""
    g = np.conj(d)
    return g - vectors @ (adjointed(vectors) @ g)


def through_svd(d_u, d_s, d_v, u, s, v):
    """The cotangent of a matrix from those of `u`, `s` and `v` in u @ diag(s) @ v^H, all of as many columns."""
    columns = np.expand_dims(s, -2)
    inner = on_diagonals(d_s + 0.0 * s)
    g = np.zeros_like(u @ adjointed(v))
    if np.ndim(d_u) > 0:
        inner = inner + turned(u, d_u, s) * columns
        g = g + (outside(u, d_u) / columns) @ adjointed(v)
    if np.ndim(d_v) > 0:
        inner = inner + np.expand_dims(s, -1) * turned(v, d_v, s)
        g = g + u @ adjointed(outside(v, d_v) / columns)
    return np.conj(g + u @ inner @ adjointed(v))


def leading(vectors, d, rank):
    """The vectors of singular values, and their cotangents, without those that complete a basis."""
    if np.ndim(d) == 0:
        return vectors[..., :rank], 0.0
    refuse_complement(d, rank, "svd")
    return vectors[..., :rank], d[..., :rank]


def refuse_complex_vectors(a):
    """Raises UnsupportedError for the vectors of complex matrices."""
    if np.iscomplexobj(a):
        raise UnsupportedError("the vectors of np.linalg.svd have no rule for complex matrices", "use np.linalg.eigh")


constant(refuse_complex_vectors, pure=False)


@adjoint(
    np.linalg.svd,
    "a",
    refuses=("hermitian",),
    samples=[
        sample(array(3, 3)),
        sample(array(3, 3), False),
        sample(array(4, 2), full_matrices=False),
        sample(array(2, 4), full_matrices=False),
        sample(array(2, 4, 2), full_matrices=False),
        sample(array(3, 4), compute_uv=False),
        sample(array(2, 3, 2), True, False),
        sample(array(3, 3, dtype="complex128"), compute_uv=False),
        sample(array(3, 2, dtype="float32"), full_matrices=False),
    ],
)
def _(d_out, out, a, full_matrices=True, compute_uv=True, hermitian=False):
    if not compute_uv:
        u, _s, vh = np.linalg.svd(a, full_matrices=False)
        return np.conj(u * np.expand_dims(d_out, -2)) @ np.conj(vh)
    d_u, d_s, d_vh = d_out
    u, s, vh = out
    if np.ndim(d_u) > 0 or np.ndim(d_vh) > 0:
        refuse_complex_vectors(a)
    rank = np.shape(s)[-1]
    u, d_u = leading(u, d_u, rank)
    v, d_v = leading(adjointed(vh), d_vh if np.ndim(d_vh) == 0 else transposed(d_vh), rank)
    return through_svd(d_u, d_s, d_v, u, s, v)


@facts(np.linalg.svd)
def _(a, full_matrices=True, compute_uv=True, hermitian=False):
    a, full = as_array(a), value_of(full_matrices)
    dtype, real = inexact(a.dtype), real_dtype(a.dtype)
    if value_of(compute_uv) is False:
        return singular_values(a)
    if value_of(compute_uv) is not True or full is MISSING or a.shape is None or len(a.shape) < 2:
        return UNKNOWN
    m, n = a.shape[-2:]
    k = singular_values(a).shape[-1]
    rows, columns = ((m, m), (n, n)) if full is True else ((m, k), (k, n))
    stack = a.shape[:-2]
    parts = (Array(dtype, (*stack, *rows)), Array(real, (*stack, k)), Array(dtype, (*stack, *columns)))
    return Tuple(parts, type(np.linalg.svd(np.eye(1))))


def singular_values(a):
    """The fact of the singular values of a matrix: as many as its shorter axis is long."""
    if a.shape is None or len(a.shape) < 2:
        return Array(real_dtype(a.dtype), None)
    m, n = a.shape[-2:]
    shorter = m if m == n or m.one else n if n.one else some_dim()
    return Array(real_dtype(a.dtype), (*a.shape[:-2], shorter))


@adjoint(
    np.linalg.svdvals,
    "x",
    samples=[sample(array(3, 4)), sample(array(2, 3, 2)), sample(array(3, 3, dtype="complex128"))],
)
def _(d_out, out, x):
    u, _s, vh = np.linalg.svd(x, full_matrices=False)
    return np.conj(u * np.expand_dims(d_out, -2)) @ np.conj(vh)


@facts(np.linalg.svdvals)
def _(x):
    return singular_values(as_array(x))
