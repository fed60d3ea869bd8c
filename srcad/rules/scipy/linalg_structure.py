"""`scipy.linalg`: matrices whose entries are those of vectors, and products and equations with them.

A constructor that only places entries is asked where it places which: given the numbers of the entries in place of
these, it returns the number at each place, and the cotangent of an entry is the sum over its places.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------ placing entries


def collected(d, places, n):
    """For each of n entries, numbered from 1, the sum of what stands in its places."""
    sums = np.zeros(n + 1, dtype=d.dtype)
    np.add.at(sums, places, d)
    return sums[1:]


def placed(entries, places):
    """What stands in each place, from entries numbered from 1; 0 where the number is 0."""
    return np.concatenate((np.zeros_like(entries, shape=1), entries))[places]


PLACES = np.array([[1, 2, 0], [3, 1, 2]])


@linear(collected, "d", samples=[sample(array(2, 3), PLACES, 3)])
def _(d_out, d, places, n):
    return placed(d_out, places)


@linear(placed, "entries", samples=[sample(array(3), PLACES)])
def _(d_out, entries, places):
    return collected(d_out, places, np.shape(entries)[0])


@facts(collected)
def _(d, places, n):
    return Array(as_array(d).dtype, None)


@facts(placed)
def _(entries, places):
    return Array(as_array(entries).dtype, as_array(places).shape)


def numbers(n, start=1):
    """The numbers of n entries."""
    return np.arange(start, n + start)


def after_first(n, start):
    """The numbers of n entries, the first of which is not placed."""
    return np.concatenate(([0], np.arange(start, n + start - 1)))


constant(numbers, after_first)


def refuse_stacked(*vectors):
    """Raises UnsupportedError for stacks of vectors."""
    if any(np.ndim(vector) > 1 for vector in vectors):
        raise UnsupportedError("matrices of a stack of vectors have no rule", "build them one by one")


constant(refuse_stacked, pure=False)


@linear(
    linalg.toeplitz,
    "c",
    "r",
    samples=[
        sample(array(3)),
        sample(array(3), array(4, seed=1)),
        sample(array(3, dtype="complex128"), array(2, dtype="complex128", seed=1)),
    ],
)
def _(d_out, c, r=None):
    refuse_stacked(c, r)
    n = np.size(c)
    m = n if r is None else np.size(r)
    both = collected(d_out, linalg.toeplitz(numbers(n), after_first(m, n + 1)), n + m - 1)
    d_r = np.concatenate((np.zeros_like(both[:1]), both[n:]))
    if r is None:  # the row is then the conjugate of the column
        return both[:n] + np.conj(d_r), None
    return both[:n], d_r


@linear(
    linalg.hankel,
    "c",
    "r",
    samples=[sample(array(3)), sample(array(3), array(4, seed=1)), sample(array(3, dtype="complex128"))],
)
def _(d_out, c, r=None):
    refuse_stacked(c, r)
    n = np.size(c)
    if r is None:
        return collected(d_out, linalg.hankel(numbers(n)), n), None
    m = np.size(r)
    both = collected(d_out, linalg.hankel(numbers(n), after_first(m, n + 1)), n + m - 1)
    return both[:n], np.concatenate((np.zeros_like(both[:1]), both[n:]))


@linear(linalg.circulant, "c", samples=[sample(array(3)), sample(array(4, dtype="complex128"))])
def _(d_out, c):
    refuse_stacked(c)
    return collected(d_out, linalg.circulant(numbers(np.size(c))), np.size(c))


@linear(
    linalg.convolution_matrix,
    "a",
    samples=[sample(array(3), 4), sample(array(3), 4, "same"), sample(array(3), 4, mode="valid")],
)
def _(d_out, a, n, mode="full"):
    refuse_stacked(a)
    return collected(d_out, linalg.convolution_matrix(numbers(np.size(a)), n, mode), np.size(a))


@linear(linalg.leslie, "f", "s", samples=[sample(array(3), array(2, seed=1))])
def _(d_out, f, s):
    refuse_stacked(f, s)
    n = np.size(f)
    both = collected(d_out, linalg.leslie(numbers(n), numbers(n - 1, n + 1)), 2 * n - 1)
    return both[:n], both[n:]


@linear(linalg.diagsvd, "s", samples=[sample(array(3), 3, 4), sample(array(3), 5, 3)])
def _(d_out, s, M, N):  # noqa: N803 (SciPy's own names)
    refuse_stacked(s)
    return collected(d_out, linalg.diagsvd(numbers(np.size(s)), M, N).astype(int), np.size(s))


@linear(
    linalg.block_diag, "arrs", samples=[sample(array(2, 2), array(1, 3, seed=1)), sample(array(2, 1), array(3, seed=1))]
)
def _(d_out, *arrs):
    parts = []
    row = column = 0
    for block in arrs:
        if np.ndim(block) > 2:
            raise UnsupportedError("scipy.linalg.block_diag of stacks has no rule", "call it for each of the matrices")
        rows = 1 if np.ndim(block) < 2 else np.shape(block)[0]
        columns = np.shape(block)[-1] if np.ndim(block) > 0 else 1
        parts.append(np.reshape(d_out[row : row + rows, column : column + columns], np.shape(block)))
        row, column = row + rows, column + columns
    return parts


@adjoint(linalg.companion, "a", samples=[sample(np.array([2.0, 0.5, -1.0, 3.0]))])
def _(d_out, out, a):
    refuse_stacked(a)
    row = d_out[0]
    return np.concatenate((np.reshape(-np.sum(row * out[0]) / a[0], 1), -row / a[0]))


@adjoint(linalg.fiedler, "a", samples=[sample(array(4))])
def _(d_out, out, a):
    refuse_stacked(a)
    signs = np.sign(np.expand_dims(a, 1) - a)
    return np.sum(signs * (d_out + d_out.T), axis=1)


@adjoint(linalg.khatri_rao, "a", "b", samples=[sample(array(2, 3), array(4, 3, seed=1))])
def _(d_out, out, a, b):
    d = np.reshape(d_out, (np.shape(a)[0], np.shape(b)[0], np.shape(a)[1]))
    return np.sum(d * b, axis=1), np.sum(d * np.expand_dims(a, 1), axis=0)


@facts(linalg.toeplitz, linalg.hankel)
def _(c, r=None):
    return UNKNOWN


@facts(linalg.circulant)
def _(c):
    return Array(as_array(c).dtype, None)


@facts(linalg.companion, linalg.fiedler)
def _(a):
    return UNKNOWN


@facts(linalg.block_diag)
def _(*arrs):
    return UNKNOWN


@facts(linalg.khatri_rao)
def _(a, b):
    return Array("float64" if as_array(a).dtype == as_array(b).dtype == "float64" else None, None)


constant(linalg.dft, linalg.hadamard, linalg.helmert, linalg.hilbert, linalg.invhilbert)
constant(linalg.pascal, linalg.invpascal, linalg.bandwidth, linalg.issymmetric, linalg.ishermitian)

# ------------------------------------------------------------------------------------- products and equations


def diagonal_sums(left, right):
    """The sums along the diagonals of the sum of outer products of columns: from the last row's to the last column's.

    >>> print(diagonal_sums(np.array([[1.0], [2.0]]), np.array([[3.0], [5.0]])))
    [ 5. 13.  6.]
    """
    return np.sum([np.convolve(x, y[::-1]) for x, y in zip(left.T, right.T, strict=True)], axis=0)


@adjoint(diagonal_sums, "left", "right", samples=[sample(array(4, 2), array(3, 2, seed=1))])
def _(d_out, out, left, right):
    m = np.shape(right)[0]
    row, column = d_out[m - 1 :: -1], d_out[m - 1 :]
    return linalg.toeplitz(column, row) @ right, linalg.toeplitz(column, row).T @ left


@facts(diagonal_sums)
def _(left, right):
    return Array("float64" if as_array(left).dtype == as_array(right).dtype == "float64" else None, None)


def column_and_row(c_or_cr):
    """The first column and the first row of a Toeplitz matrix, the two of them equal in their corner."""
    if isinstance(c_or_cr, tuple):
        c, r = c_or_cr
        return c, np.concatenate((c[:1], r[1:]))
    return c_or_cr, np.concatenate((c_or_cr[:1], np.conj(c_or_cr[1:])))


def through_column_and_row(sums, c_or_cr, m):
    """The cotangents of first column and row from those of the diagonals of a Toeplitz matrix with m columns."""
    d_c = sums[m - 1 :]
    d_r = np.concatenate((np.zeros_like(sums[:1]), sums[: m - 1][::-1]))
    if isinstance(c_or_cr, tuple):
        return [d_c, d_r]
    return d_c + np.conj(d_r)


def columns(x):
    """A vector or matrix as a matrix."""
    return np.reshape(x, (np.shape(x)[0], -1))


STRONG = np.array([5.0, 0.5, -1.0])


@adjoint(
    linalg.solve_toeplitz,
    "c_or_cr",
    "b",
    samples=[
        sample(STRONG, array(3, seed=1)),
        sample((STRONG, array(3, seed=2)), array(3, 2, seed=1)),
        sample(STRONG + 0.5j, array(3, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, c_or_cr, b, check_finite=True):
    c, r = column_and_row(c_or_cr)
    d_b = linalg.solve_toeplitz((r, c), d_out)
    sums = diagonal_sums(-columns(d_b), columns(out))
    return through_column_and_row(sums, c_or_cr, np.shape(out)[0]), d_b


@adjoint(
    linalg.matmul_toeplitz,
    "c_or_cr",
    "x",
    samples=[
        sample(array(3), array(3, seed=1)),
        sample((array(3), array(4, seed=2)), array(4, 2, seed=1)),
    ],
)
def _(d_out, out, c_or_cr, x, check_finite=False, workers=None):
    c, r = column_and_row(c_or_cr)
    sums = diagonal_sums(columns(d_out), columns(x))
    return through_column_and_row(sums, c_or_cr, np.shape(x)[0]), linalg.matmul_toeplitz((r, c), d_out)


@adjoint(
    linalg.solve_circulant,
    "c",
    "b",
    refuses=("caxis", "baxis", "outaxis", "tol"),
    samples=[sample(STRONG, array(3, seed=1)), sample(STRONG, array(3, 2, seed=1))],
)
def _(d_out, out, c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0):
    refuse_stacked(c)
    n = np.size(c)
    d_b = linalg.solve_circulant(np.concatenate((c[:1], c[:0:-1])), d_out)
    sums = diagonal_sums(-columns(d_b), columns(out))
    wrapped = np.concatenate((np.zeros_like(sums[:1]), sums[: n - 1]))
    return sums[n - 1 :] + wrapped, d_b


@facts(linalg.solve_toeplitz)
def _(c_or_cr, b, check_finite=True):
    return Array(None, as_array(b).shape)


@facts(linalg.matmul_toeplitz)
def _(c_or_cr, x, check_finite=False, workers=None):
    return Array(None, None)


@facts(linalg.solve_circulant)
def _(c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0):
    return Array(None, None)
