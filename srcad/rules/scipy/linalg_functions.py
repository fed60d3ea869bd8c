"""`scipy.linalg`: functions of matrices.

The derivative of a primary function of a matrix is a block of the same function of a block matrix (R. Mathias, SIAM J.
Matrix Anal. Appl. 17 (1996)): f([[A, E], [0, A]]) has the derivative of f at A along E in its corner.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.facts import UNKNOWN, Array, Tuple
from srcad.rules.axes import as_array, value_of
from srcad.rules.linear_algebra import transposed
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array


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


@adjoint(linalg.tanm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.tanm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.tanhm, "A", samples=MATRICES)
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.tanhm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.signm, "A", samples=[sample(np.diag([1.0, -2.0, 3.0]) + 0.1 * array(3, 3))])
def _(d_out, out, A):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.signm(doubled(transposed(A), d_out))[..., :n, n:]


@adjoint(linalg.fractional_matrix_power, "A", samples=[sample(np.diag([1.0, 2.0, 3.0]) + 0.1 * array(3, 3), 0.6)])
def _(d_out, out, A, t):  # noqa: N803
    n = np.shape(A)[-1]
    return linalg.fractional_matrix_power(doubled(transposed(A), d_out), t)[..., :n, n:]


@facts(linalg.tanm, linalg.tanhm, linalg.signm)
def _(A):  # noqa: N803
    return UNKNOWN


@facts(linalg.fractional_matrix_power)
def _(A, t):  # noqa: N803
    return UNKNOWN


@adjoint(
    linalg.expm_frechet,
    "A",
    "E",
    samples=[
        sample(0.5 * array(3, 3), array(3, 3, seed=1)),
        sample(0.5 * array(2, 2), array(2, 2, seed=1), compute_expm=False),
    ],
)
def _(d_out, out, A, E, method=None, compute_expm=True, check_finite=True):  # noqa: N803
    n = np.shape(A)[0]
    zero = np.zeros_like(A)
    d_exponential, d_along = (d_out[0] + zero, d_out[1] + zero) if compute_expm else (zero, d_out)
    d_block = linalg.expm(doubled(transposed(doubled(A, E)), above(d_exponential, d_along)))[: 2 * n, 2 * n :]
    return d_block[:n, :n] + d_block[n:, n:], d_block[:n, n:]


def above(left, right):
    """The block matrix [[left, right], [0, 0]]."""
    rows = np.concatenate((left, right), axis=1)
    return np.concatenate((rows, np.zeros_like(rows)))


@facts(linalg.expm_frechet)
def _(A, E, method=None, compute_expm=True, check_finite=True):  # noqa: N803
    a, e = as_array(A), as_array(E)
    one = Array("float64" if a.dtype == e.dtype == "float64" else None, a.shape)
    if value_of(compute_expm) is True:
        return Tuple((one, one))
    return one if value_of(compute_expm) is False else UNKNOWN
