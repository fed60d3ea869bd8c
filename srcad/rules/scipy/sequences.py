"""Functions of `scipy.special` that return several orders, or slopes, at once, in their argument.

Where a function comes with its slope, its differential equation gives the slope's (DLMF 10.51, 12.2, 14.2, 30.2);
Legendre functions take the number of derivatives they are to return.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------ Legendre functions


def through_orders(d_out, higher, z):
    """The cotangent of the argument from those of derivatives, and the derivatives of the next order."""
    return rt.unbroadcast(np.sum(d_out * higher[1:], axis=0), z)


POINTS = (array(3, low=-0.8, high=0.8), 0.3)


def register_legendre():
    """The functions that SciPy has since 1.15."""

    @adjoint(special.legendre_p, "z", samples=[*(sample(3, z) for z in POINTS), sample(3, POINTS[0], diff_n=1)])
    def _(d_out, out, n, z, *, diff_n=0):
        return through_orders(d_out, special.legendre_p(n, z, diff_n=diff_n + 1), z)

    @adjoint(special.legendre_p_all, "z", samples=[*(sample(3, z) for z in POINTS), sample(3, POINTS[0], diff_n=1)])
    def _(d_out, out, n, z, *, diff_n=0):
        return through_orders(d_out, special.legendre_p_all(n, z, diff_n=diff_n + 1), z)

    @adjoint(special.assoc_legendre_p, "z", samples=[*(sample(3, 1, z) for z in POINTS), sample(2, 1, 0.3, diff_n=1)])
    def _(d_out, out, n, m, z, *, branch_cut=2, norm=False, diff_n=0):
        higher = special.assoc_legendre_p(n, m, z, branch_cut=branch_cut, norm=norm, diff_n=diff_n + 1)
        return through_orders(d_out, higher, z)

    @adjoint(
        special.assoc_legendre_p_all, "z", samples=[*(sample(3, 1, z) for z in POINTS), sample(2, 2, 0.3, norm=True)]
    )
    def _(d_out, out, n, m, z, *, branch_cut=2, norm=False, diff_n=0):
        higher = special.assoc_legendre_p_all(n, m, z, branch_cut=branch_cut, norm=norm, diff_n=diff_n + 1)
        return through_orders(d_out, higher, z)

    @adjoint(special.sph_legendre_p, "theta", samples=[sample(3, 1, z) for z in POINTS])
    def _(d_out, out, n, m, theta, *, diff_n=0):
        return through_orders(d_out, special.sph_legendre_p(n, m, theta, diff_n=diff_n + 1), theta)

    @adjoint(special.sph_legendre_p_all, "theta", samples=[sample(3, 1, z) for z in POINTS])
    def _(d_out, out, n, m, theta, *, diff_n=0):
        return through_orders(d_out, special.sph_legendre_p_all(n, m, theta, diff_n=diff_n + 1), theta)

    @adjoint(
        special.sph_harm_y,
        "theta",
        "phi",
        refuses=("diff_n",),
        samples=[sample(3, 1, z, 0.7) for z in POINTS] + [sample(2, -1, 0.4, POINTS[0])],
    )
    def _(d_out, out, n, m, theta, phi, *, diff_n=0):
        slopes = special.sph_harm_y(n, m, theta, phi, diff_n=1)[1]
        d_theta, d_phi = np.real(d_out * slopes[..., 0]), np.real(d_out * slopes[..., 1])
        return rt.unbroadcast(d_theta, theta), rt.unbroadcast(d_phi, phi)

    @adjoint(
        special.sph_harm_y_all, "theta", "phi", refuses=("diff_n",), samples=[sample(2, 1, z, 0.7) for z in POINTS]
    )
    def _(d_out, out, n, m, theta, phi, *, diff_n=0):
        slopes = special.sph_harm_y_all(n, m, theta, phi, diff_n=1)[1]
        d_theta, d_phi = np.real(d_out * slopes[..., 0]), np.real(d_out * slopes[..., 1])
        return rt.unbroadcast(d_theta, theta), rt.unbroadcast(d_phi, phi)

    @facts(special.legendre_p, special.legendre_p_all, partly=True)
    @facts(special.assoc_legendre_p, special.assoc_legendre_p_all, partly=True)
    @facts(special.sph_legendre_p, special.sph_legendre_p_all, partly=True)
    @facts(special.sph_harm_y, special.sph_harm_y_all, partly=True)
    def _(n):
        return UNKNOWN


if hasattr(special, "legendre_p"):
    register_legendre()


# ------------------------------------------------------------------------------- values and slopes of all orders


def through_both(d_out, slopes, curvatures):
    """The cotangent of a number from those of values and slopes of several orders."""
    return np.real(np.sum(d_out[0] * slopes) + np.sum(d_out[1] * curvatures))


@adjoint(special.riccati_jn, "x", samples=[sample(3, 1.5), sample(1, 0.7)])
def _(d_out, out, n, x):
    orders = np.arange(len(out[0]))
    return through_both(d_out, out[1], (orders * (orders + 1) / (x * x) - 1.0) * out[0])


@adjoint(special.riccati_yn, "x", samples=[sample(3, 1.5), sample(1, 0.7)])
def _(d_out, out, n, x):
    orders = np.arange(len(out[0]))
    return through_both(d_out, out[1], (orders * (orders + 1) / (x * x) - 1.0) * out[0])


@adjoint(special.lmbda, "x", samples=[sample(3, 1.5), sample(1.5, 0.7)])
def _(d_out, out, v, x):
    orders = np.arange(len(out[0])) + v % 1
    return through_both(d_out, out[1], -out[0] - (2.0 * orders + 1.0) / x * out[1])


@adjoint(special.lqn, "z", samples=[sample(3, 0.4), sample(2, -0.3)])
def _(d_out, out, n, z):
    orders = np.arange(np.shape(out[0])[0])
    curvatures = (2.0 * z * out[1] - orders * (orders + 1) * out[0]) / (1.0 - z * z)
    return through_both(d_out, out[1], curvatures)


def register_lqmn():
    """The associated functions of the second kind, all orders and degrees."""

    @adjoint(special.lqmn, "z", samples=[sample(2, 3, 0.4), sample(1, 2, -0.3)])
    def _(d_out, out, m, n, z):
        rest = 1.0 - z * z
        rows, degrees = np.expand_dims(np.arange(m + 1), 1), np.arange(np.shape(out[0])[1])
        curvatures = (2.0 * z * out[1] - (degrees * (degrees + 1) - rows * rows / rest) * out[0]) / rest
        return through_both(d_out, out[1], curvatures)

    @facts(special.lqmn, partly=True)
    def _(n):
        return Tuple((Array("float64", (some_dim(), some_dim())),) * 2)


if hasattr(special, "lqmn"):
    register_lqmn()


@adjoint(special.pbdv_seq, "x", samples=[sample(2.5, 0.7), sample(1.5, -0.4)])
def _(d_out, out, v, x):
    orders = np.arange(len(out[0])) + v % 1
    return through_both(d_out, out[1], (0.25 * x * x - orders - 0.5) * out[0])


@adjoint(special.pbvv_seq, "x", samples=[sample(2.5, 0.7), sample(1.5, -0.4)])
def _(d_out, out, v, x):
    orders = np.arange(len(out[0])) + v % 1
    return through_both(d_out, out[1], (0.25 * x * x - orders - 0.5) * out[0])


@facts(special.riccati_jn, special.riccati_yn, special.lqn, partly=True)
@facts(special.lmbda, special.pbdv_seq, special.pbvv_seq, partly=True)
def _():
    return Tuple((Array("float64", (some_dim(),)),) * 2)
