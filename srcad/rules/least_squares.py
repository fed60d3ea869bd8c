"""QR, pseudo-inverses, least squares, powers and chains of matrices, and equations of tensors.

The cotangent of a factor of Q R is that of S. Walter and L. Lehmann, Algorithmic differentiation of linear algebra
functions (2010), for wide matrices that of H.-J. Liao et al., Differentiable programming tensor networks (2019).  That
of a pseudo-inverse is that of G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973): it holds where the rank does not
change.  The derivative of a matrix power is a block of the power of a block matrix (R. Mathias, SIAM J. Matrix Anal.
Appl. 17 (1996)), and so costs as few products as the power.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.axes import array_or_number, as_array, items_of, value_of
from srcad.rules.eigen import refuse_complement, singular_values
from srcad.rules.linear_algebra import adjointed, inexact, norm_rule, regular, transposed
from srcad.rules.primitives import sample
from srcad.rules.products import product_dtype
from srcad.rules.reductions import real_dtype
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array

# ----------------------------------------------------------------------------------------------------------- QR


def refuse_form(a, mode):
    """Raises UnsupportedError for forms of `np.linalg.qr` whose results have no derivative."""
    if mode not in ("reduced", "complete", "r"):
        raise UnsupportedError(f"np.linalg.qr with mode={mode!r} has no rule", "use mode='reduced'")
    if np.iscomplexobj(a):
        raise UnsupportedError("np.linalg.qr has no rule for complex matrices", "use np.linalg.cholesky of a^H a")


constant(refuse_form, pure=False)


def divided(x, r):
    """x @ inv(r)^T."""
    return transposed(np.linalg.solve(r, transposed(x)))


def through_square(d_q, d_r, q, r):
    """The cotangent of a matrix that is no wider than tall, from those of its factors."""
    inner = r @ transposed(d_r) - transposed(d_q) @ q
    both = np.tril(inner) + transposed(np.tril(inner, -1))
    return divided(d_q + q @ both, r)


def through_qr(d_q, d_r, q, r, a):
    """The cotangent of a matrix from those of its factors, of which q is as wide as r is tall."""
    m, n = np.shape(a)[-2:]
    if m >= n:
        return through_square(d_q, d_r, q, r)
    d_first = through_square(d_q + a[..., m:] @ transposed(d_r[..., m:]), d_r[..., :m], q, r[..., :m])
    return np.concatenate((d_first, q @ d_r[..., m:]), axis=-1)


@adjoint(
    np.linalg.qr,
    "a",
    samples=[
        sample(array(3, 3)),
        sample(array(4, 2)),
        sample(array(2, 4)),
        sample(array(2, 4, 3)),
        sample(array(4, 2), "r"),
        sample(array(2, 4), mode="r"),
        sample(array(3, 3), "complete"),
        sample(array(2, 4), "complete"),
        sample(array(4, 2, dtype="float32")),
    ],
)
def _(d_out, out, a, mode="reduced"):
    refuse_form(a, mode)
    if mode == "r":
        q, r = np.linalg.qr(a)
        return through_qr(np.zeros_like(q), d_out, q, r, a)
    width = min(np.shape(a)[-2], np.shape(a)[-1])
    q, r = out[0][..., :width], out[1][..., :width, :]
    d_q, d_r = d_out
    if np.ndim(d_q) == 0:
        d_q = np.zeros_like(q)
    else:
        refuse_complement(d_q, width, "qr")
        d_q = d_q[..., :width]
    d_r = np.zeros_like(r) if np.ndim(d_r) == 0 else d_r[..., :width, :]
    return through_qr(d_q, d_r, q, r, a)


@facts(np.linalg.qr)
def _(a, mode="reduced"):
    a = as_array(a)
    dtype = inexact(a.dtype)
    if a.shape is None or len(a.shape) < 2 or value_of(mode) not in ("reduced", "r"):
        return UNKNOWN
    width = singular_values(a).shape[-1]
    r = Array(dtype, (*a.shape[:-2], width, a.shape[-1]))
    if value_of(mode) == "r":
        return r
    return Tuple((Array(dtype, (*a.shape[:-1], width)), r), type(np.linalg.qr(np.eye(1))))


# ------------------------------------------------------------------------------------ pseudo-inverses, least squares


def through_pinv(d, p, a):
    """The cotangent of a matrix from that of its pseudo-inverse p."""
    g, h = np.conj(d), adjointed(p)
    rows = adjointed(g) @ p @ h
    columns = h @ p @ adjointed(g)
    return np.conj(-h @ g @ h + rows - a @ (p @ rows) + columns - (columns @ p) @ a)


@adjoint(
    np.linalg.pinv,
    "a",
    samples=[
        sample(regular(3, 3)),
        sample(array(4, 2)),
        sample(array(2, 4)),
        sample(array(2, 3, 2)),
        sample(array(3, 2), rcond=1e-3),
        sample(array(3, 2, dtype="complex128")),
        sample(array(3, 2, dtype="float32")),
    ],
    refuses=("hermitian",),
)
def _(d_out, out, a, rcond=None, hermitian=False, *, rtol=None):
    return through_pinv(d_out, out, a)


@facts(np.linalg.pinv)
def _(a, rcond=None, hermitian=False, *, rtol=None):
    a = as_array(a)
    return Array(inexact(a.dtype), a.shape and (*a.shape[:-2], a.shape[-1], a.shape[-2]))


@adjoint(
    np.linalg.lstsq,
    "a",
    "b",
    samples=[
        sample(array(4, 2), array(4, seed=1)),
        sample(array(4, 2), array(4, 3, seed=1), rcond=None),
        sample(array(2, 4), array(2, seed=1)),
        sample(regular(3, 3), array(3, 2, seed=1)),
        sample(array(4, 2, dtype="complex128"), array(4, dtype="complex128", seed=1)),
        sample(array(4, 2, dtype="float32"), array(4, dtype="float32", seed=1)),
    ],
)
def _(d_out, out, a, b, rcond=None):
    d_x, d_residuals, d_s = d_out[0], d_out[1], d_out[3]
    columns, x = np.reshape(b, (np.shape(b)[0], -1)), np.reshape(out[0], (np.shape(a)[1], -1))
    d_a, d_columns = np.zeros_like(a @ x[:, :1] + a), np.zeros_like(columns)
    if np.ndim(d_x) > 0:
        p = np.linalg.pinv(a)
        d_solution = np.reshape(d_x, np.shape(x))
        d_columns = transposed(p) @ d_solution
        d_a = through_pinv(d_solution @ transposed(columns), p, a)
    if np.ndim(d_residuals) > 0 and np.size(d_residuals) > 0:
        slopes = 2.0 * d_residuals * np.conj(columns - a @ x)
        d_columns = d_columns + slopes
        d_a = d_a - slopes @ transposed(x)
    if np.ndim(d_s) > 0:
        u, _s, vh = np.linalg.svd(a, full_matrices=False)
        d_a = d_a + np.conj((u * d_s) @ vh)
    return d_a, np.reshape(d_columns, np.shape(b))


@facts(np.linalg.lstsq)
def _(a, b, rcond=None):
    x, y = as_array(a), as_array(b)
    dtype = inexact(product_dtype(a, b))
    if x.ndim != 2 or y.shape is None or dtype is None:
        return UNKNOWN
    residuals = Array(real_dtype(dtype), (some_dim(),))
    return Tuple((Array(dtype, (x.shape[1], *y.shape[1:])), residuals, UNKNOWN, singular_values(Array(dtype, x.shape))))


@adjoint(
    np.linalg.cond,
    "x",
    samples=[
        sample(regular(3, 3)),
        sample(array(4, 2)),
        sample(array(2, 3, 2), 2),
        sample(array(3, 3), -2),
        sample(regular(3, 3), 1),
        sample(regular(3, 3), p=np.inf),
        sample(regular(3, 3), "fro"),
        sample(regular(2, 3, 3), "nuc"),
        sample(regular(3, 3, dtype="complex128")),
    ],
)
def _(d_out, out, x, p=None):
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        over, under = (-1, 0) if p == -2 else (0, -1)
        d_over = np.expand_dims(d_out / s[..., under], (-2, -1))
        d_under = d_over * np.expand_dims(out, (-2, -1))
        return np.conj(dyad(u, vh, over)) * d_over - np.conj(dyad(u, vh, under)) * d_under
    inverse = np.linalg.inv(x)
    axes = (-2, -1)
    size, inverse_size = np.linalg.norm(x, p, axes), np.linalg.norm(inverse, p, axes)
    d_x = norm_rule(d_out * inverse_size, size, x, p, axes, False)
    d_inverse = norm_rule(d_out * size, inverse_size, inverse, p, axes, False)
    return d_x - transposed(inverse) @ d_inverse @ transposed(inverse)


def dyad(u, vh, i):
    """The product of the i-th left and right singular vectors."""
    return np.expand_dims(u[..., i], -1) * np.expand_dims(vh[..., i, :], -2)


@facts(np.linalg.cond)
def _(x, p=None):
    a = as_array(x)
    return array_or_number(real_dtype(a.dtype) if value_of(p) is None else None, a.shape and a.shape[:-2])


# --------------------------------------------------------------------------------------------- powers and chains


@adjoint(
    np.linalg.matrix_power,
    "a",
    samples=[
        sample(array(3, 3), 3),
        sample(array(3, 3), 1),
        sample(array(3, 3), 0),
        sample(array(2, 3, 3), 4),
        sample(regular(3, 3), -2),
        sample(array(2, 2, dtype="complex128"), 3),
        sample(array(2, 2, dtype="float32"), 2),
    ],
    shares="a",
)
def _(d_out, out, a, n):
    if n == 0:
        return np.zeros_like(a)
    if n == 1:
        return d_out
    if n == 2:
        return d_out @ transposed(a) + transposed(a) @ d_out
    size = np.shape(a)[-1]
    above = np.concatenate((transposed(a), d_out), axis=-1)
    below = np.concatenate((np.zeros_like(a), transposed(a)), axis=-1)
    return np.linalg.matrix_power(np.concatenate((above, below), axis=-2), n)[..., :size, size:]


@facts(np.linalg.matrix_power)
def _(a, n):
    a = as_array(a)
    return Array(a.dtype if a.dtype is not None and np.dtype(a.dtype).kind in "fc" else None, a.shape)


@adjoint(
    np.linalg.multi_dot,
    "arrays",
    lists=("arrays",),
    refuses=("out_",),
    samples=[
        sample([array(2, 3), array(3, 4, seed=1)]),
        sample([array(2, 3), array(3, 4, seed=1), array(4, 2, seed=2)]),
        sample((array(3), array(3, 4, seed=1), array(4, 2, seed=2))),
        sample([array(2, 3), array(3, 4, seed=1), array(4, seed=2)]),
        sample([array(3), array(3, 4, seed=1), array(4, seed=2)]),
        sample([array(2, 3), array(3, 2, seed=1), array(2, 3, seed=2), array(3, 2, seed=3)]),
        sample([array(3), array(3, seed=1)]),
    ],
)
def _(d_out, out, arrays, *, out_=None):
    first, last = arrays[0], arrays[-1]
    left = np.reshape(first, (1, -1)) if np.ndim(first) == 1 else first
    right = np.reshape(last, (-1, 1)) if np.ndim(last) == 1 else last
    matrices = [left, *arrays[1:-1], right]
    d = np.reshape(d_out, (np.shape(left)[0], np.shape(right)[1]))
    return [np.reshape(between(d, matrices[:i], matrices[i + 1 :]), np.shape(arrays[i])) for i in range(len(matrices))]


def between(d, before, after):
    """The cotangent of one matrix of a chain, from that of the product, the matrices before it and those after it."""
    for matrix in before:
        d = matrix.T @ d
    for matrix in after[::-1]:
        d = d @ matrix.T
    return d


@facts(np.linalg.multi_dot)
def _(arrays, *, out=None):
    rows = [as_array(item) for item in items_of(arrays) or ()]
    if not rows or any(row.shape is None or row.dtype is None for row in rows):
        return UNKNOWN
    dtype = np.result_type(*(row.dtype for row in rows)).name
    return array_or_number(dtype, (*rows[0].shape[:-1], *rows[-1].shape[1:]))


# ------------------------------------------------------------------------------------------- equations of tensors


def unknowns_last(a, axes):
    """A tensor with the axes of the unknowns of `np.linalg.tensorsolve` last."""
    if axes is None:
        return a
    return np.moveaxis(a, axes, tuple(range(-len(axes), 0)))


@adjoint(
    np.linalg.tensorsolve,
    "a",
    "b",
    samples=[
        sample(np.reshape(regular(6, 6), (2, 3, 6)), array(2, 3, seed=1)),
        sample(np.reshape(regular(6, 6), (6, 2, 3)), array(6, seed=1)),
        sample(np.reshape(regular(4, 4), (2, 4, 2)), array(2, 2, seed=1), axes=(1,)),
    ],
)
def _(d_out, out, a, b, axes=None):
    moved = unknowns_last(a, axes)
    matrix = np.reshape(moved, (np.size(b), np.size(out)))
    d_b = np.linalg.solve(matrix.T, np.reshape(d_out, -1))
    d_moved = np.reshape(-np.outer(d_b, out), np.shape(moved))
    d_a = d_moved if axes is None else np.moveaxis(d_moved, tuple(range(-len(axes), 0)), axes)
    return d_a, np.reshape(d_b, np.shape(b))


@facts(np.linalg.tensorsolve)
def _(a, b, axes=None):
    a, b, axes = as_array(a), as_array(b), value_of(axes)
    known = axes is None and a.shape is not None and b.shape is not None
    return Array(inexact(product_dtype(a, b)), a.shape[len(b.shape) :] if known else None)


@adjoint(
    np.linalg.tensorinv,
    "a",
    samples=[sample(np.reshape(regular(6, 6), (2, 3, 6)), 2), sample(np.reshape(regular(6, 6), (6, 3, 2)), ind=1)],
)
def _(d_out, out, a, ind=2):
    size = int(np.prod(np.shape(a)[:ind]))
    inverse = np.reshape(out, (size, size)).T
    return np.reshape(-inverse @ np.reshape(d_out, (size, size)) @ inverse, np.shape(a))


@facts(np.linalg.tensorinv)
def _(a, ind=2):
    a, ind = as_array(a), value_of(ind)
    known = a.shape is not None and isinstance(ind, int)
    return Array(inexact(a.dtype), (*a.shape[ind:], *a.shape[:ind]) if known else None)
