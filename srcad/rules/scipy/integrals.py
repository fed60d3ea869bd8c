"""Functions of `scipy.special` that are integrals, or that solve differential equations of second order.

The derivative of an integral in its limit is the integrand; that of a solution's slope follows from the equation.  The
equations are DLMF 10.61 (Kelvin functions), 28.2 and 28.20 (Mathieu functions), 12.2 and 12.14 (parabolic cylinder
functions), and 14.10 (Legendre functions).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, partials
from srcad.rules.samples import array
from srcad.rules.scipy.common import of_ufuncs, on

POSITIVE = on((0.5, 3.0))

# -------------------------------------------------------------------------------------------------------- integrals


@adjoint(special.iti0k0, "x", samples=POSITIVE)
def _(d_out, out, x):
    return d_out[0] * special.i0(x) + d_out[1] * special.k0(x)


@adjoint(special.itj0y0, "x", samples=POSITIVE)
def _(d_out, out, x):
    return d_out[0] * special.j0(x) + d_out[1] * special.y0(x)


@adjoint(special.it2i0k0, "x", samples=POSITIVE)
def _(d_out, out, x):
    return (d_out[0] * (special.i0(x) - 1.0) - d_out[1] * special.k0(x)) / x


@adjoint(special.it2j0y0, "x", samples=POSITIVE)
def _(d_out, out, x):
    return (d_out[0] * (1.0 - special.j0(x)) - d_out[1] * special.y0(x)) / x


@partials(special.itstruve0, "x", samples=POSITIVE)
def _(out, x):
    return special.struve(0.0, x)


@partials(special.it2struve0, "x", samples=POSITIVE)
def _(out, x):
    return -special.struve(0.0, x) / x


@partials(special.itmodstruve0, "x", samples=POSITIVE)
def _(out, x):
    return special.modstruve(0.0, x)


@partials(special.besselpoly, "a", samples=[sample(array(3, low=0.5), 1.0, 2.0), sample(1.2, 0.5, 1.5)])
def _(out, a, lmb, nu):
    return special.besselpoly(a, lmb + 1.0, nu - 1.0) - special.besselpoly(a, lmb + 1.0, nu + 1.0)


# ------------------------------------------------------------------------------------------------- Kelvin functions


@partials(special.ber, "x", samples=POSITIVE)
def _(out, x):
    return special.berp(x)


@partials(special.bei, "x", samples=POSITIVE)
def _(out, x):
    return special.beip(x)


@partials(special.ker, "x", singular=True, samples=POSITIVE)
def _(out, x):
    return special.kerp(x)


@partials(special.kei, "x", samples=POSITIVE)
def _(out, x):
    return special.keip(x)


@partials(special.berp, "x", samples=POSITIVE)
def _(out, x):
    return -special.bei(x) - out / x


@partials(special.beip, "x", samples=POSITIVE)
def _(out, x):
    return special.ber(x) - out / x


@partials(special.kerp, "x", singular=True, samples=POSITIVE)
def _(out, x):
    return -special.kei(x) - out / x


@partials(special.keip, "x", singular=True, samples=POSITIVE)
def _(out, x):
    return special.ker(x) - out / x


@adjoint(special.kelvin, "x", samples=POSITIVE[:3])
def _(d_out, out, x):
    d = d_out[0] * out[2] + d_out[1] * out[3]
    return np.real(d + d_out[2] * (1j * out[0] - out[2] / x) + d_out[3] * (1j * out[1] - out[3] / x))


# ------------------------------------------------------------------------------------------------ Mathieu functions

DEGREE = math.pi / 180.0
ANGLES = [sample(2, 1.5, array(3, low=10.0, high=80.0)), sample(1, 0.7, 30.0)]
RADII = [sample(2, 1.5, array(3, low=0.2, high=1.0)), sample(1, 0.7, 0.4)]


def through_angle(d_out, out, a, q, x):
    """The cotangent of an angle in degrees from those of a Mathieu function and its slope."""
    return d_out[0] * out[1] * DEGREE - d_out[1] * (a - 2.0 * q * np.cos(2.0 * DEGREE * x)) * out[0] * DEGREE


def through_radius(d_out, out, a, q, x):
    """The cotangent of the argument from those of a modified Mathieu function and its slope."""
    return d_out[0] * out[1] + d_out[1] * (a - 2.0 * q * np.cosh(2.0 * x)) * out[0]


@adjoint(special.mathieu_cem, "x", samples=ANGLES)
def _(d_out, out, m, q, x):
    return through_angle(d_out, out, special.mathieu_a(m, q), q, x)


@adjoint(special.mathieu_sem, "x", samples=ANGLES)
def _(d_out, out, m, q, x):
    return through_angle(d_out, out, special.mathieu_b(m, q), q, x)


@adjoint(special.mathieu_modcem1, "x", samples=RADII)
def _(d_out, out, m, q, x):
    return through_radius(d_out, out, special.mathieu_a(m, q), q, x)


@adjoint(special.mathieu_modcem2, "x", samples=RADII)
def _(d_out, out, m, q, x):
    return through_radius(d_out, out, special.mathieu_a(m, q), q, x)


@adjoint(special.mathieu_modsem1, "x", samples=RADII)
def _(d_out, out, m, q, x):
    return through_radius(d_out, out, special.mathieu_b(m, q), q, x)


@adjoint(special.mathieu_modsem2, "x", samples=RADII)
def _(d_out, out, m, q, x):
    return through_radius(d_out, out, special.mathieu_b(m, q), q, x)


# ---------------------------------------------------------------------------- parabolic cylinders, Legendre, spheroids

CYLINDERS = [sample(1.5, array(3, low=0.3)), sample(0.7, 1.2)]


@adjoint(special.pbdv, "x", samples=CYLINDERS)
def _(d_out, out, v, x):
    return d_out[0] * out[1] + d_out[1] * (0.25 * x * x - v - 0.5) * out[0]


@adjoint(special.pbvv, "x", samples=CYLINDERS)
def _(d_out, out, v, x):
    return d_out[0] * out[1] + d_out[1] * (0.25 * x * x - v - 0.5) * out[0]


@adjoint(special.pbwa, "x", samples=CYLINDERS)
def _(d_out, out, a, x):
    return d_out[0] * out[1] + d_out[1] * (a - 0.25 * x * x) * out[0]


@partials(special.lpmv, "x", samples=[sample(1, 2.0, array(3, low=-0.8, high=0.8)), sample(0, 3.0, 0.4)])
def _(out, m, v, x):
    return (v * x * out - (v + m) * special.lpmv(m, v - 1.0, x)) / (x * x - 1.0)


SPHEROIDS = [sample(1, 2, 1.5, array(3, low=0.1, high=0.8)), sample(0, 1, 0.7, 0.4)]
OUTSIDE = [sample(1, 2, 1.5, array(3, low=1.2, high=2.0)), sample(0, 1, 0.7, 1.4)]


@adjoint(special.pro_ang1, "x", samples=SPHEROIDS)
def _(d_out, out, m, n, c, x):
    rest, value = 1.0 - x * x, special.pro_cv(m, n, c)
    curvature = (2.0 * x * out[1] - (value - c * c * x * x - m * m / rest) * out[0]) / rest
    return d_out[0] * out[1] + d_out[1] * curvature


@adjoint(special.obl_ang1, "x", samples=SPHEROIDS)
def _(d_out, out, m, n, c, x):
    rest, value = 1.0 - x * x, special.obl_cv(m, n, c)
    curvature = (2.0 * x * out[1] - (value + c * c * x * x - m * m / rest) * out[0]) / rest
    return d_out[0] * out[1] + d_out[1] * curvature


def through_prolate_radius(d_out, out, m, n, c, x):
    """The cotangent of the argument from those of a prolate radial function and its slope (DLMF 30.11)."""
    rest, value = x * x - 1.0, special.pro_cv(m, n, c)
    curvature = ((value - c * c * x * x + m * m / rest) * out[0] - 2.0 * x * out[1]) / rest
    return d_out[0] * out[1] + d_out[1] * curvature


def through_oblate_radius(d_out, out, m, n, c, x):
    """The cotangent of the argument from those of an oblate radial function and its slope."""
    rest, value = x * x + 1.0, special.obl_cv(m, n, c)
    curvature = ((value - c * c * x * x - m * m / rest) * out[0] - 2.0 * x * out[1]) / rest
    return d_out[0] * out[1] + d_out[1] * curvature


@adjoint(special.pro_rad1, "x", samples=OUTSIDE)
def _(d_out, out, m, n, c, x):
    return through_prolate_radius(d_out, out, m, n, c, x)


@adjoint(special.obl_rad1, "x", samples=OUTSIDE)
def _(d_out, out, m, n, c, x):
    return through_oblate_radius(d_out, out, m, n, c, x)


of_ufuncs(special.iti0k0, special.itj0y0, special.it2i0k0, special.it2j0y0, special.itstruve0)
of_ufuncs(special.it2struve0, special.itmodstruve0, special.besselpoly, special.ber, special.bei, special.ker)
of_ufuncs(special.kei, special.berp, special.beip, special.kerp, special.keip, special.mathieu_cem)
of_ufuncs(special.mathieu_sem, special.mathieu_modcem1, special.mathieu_modcem2, special.mathieu_modsem1)
of_ufuncs(special.mathieu_modsem2, special.kelvin, special.pbdv, special.pbvv, special.pbwa, special.lpmv)
of_ufuncs(special.pro_ang1, special.obl_ang1, special.pro_rad1, special.obl_rad1)
