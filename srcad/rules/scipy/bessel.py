"""Bessel, Hankel, Struve and Airy functions of `scipy.special`, in their argument; the order has no derivative here.

The formulas are DLMF 10.6, 10.29 (derivatives by neighbouring orders), 10.51 (spherical ones), 11.4 (Struve) and 9.2
(Airy).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, partials
from srcad.rules.samples import array
from srcad.rules.scipy.common import at, of_ufuncs, on

POSITIVE = (0.5, 4.0)


@partials(special.j0, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return -special.j1(x)


@partials(special.j1, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return 0.5 * (special.j0(x) - special.jv(2.0, x))


@partials(special.y0, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return -special.y1(x)


@partials(special.y1, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return special.y0(x) - out / x


@partials(special.jv, "z", samples=at(1.5, domain=POSITIVE, complex=True) + at(2.0, domain=(-3.0, 3.0)))
def _(out, v, z):
    return 0.5 * (special.jv(v - 1.0, z) - special.jv(v + 1.0, z))


@partials(special.yv, "z", singular=True, samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return 0.5 * (special.yv(v - 1.0, z) - special.yv(v + 1.0, z))


@partials(special.yn, "x", singular=True, samples=at(2, domain=POSITIVE))
def _(out, n, x):
    return 0.5 * (special.yv(n - 1.0, x) - special.yv(n + 1.0, x))


@partials(special.hankel1, "z", samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return 0.5 * (special.hankel1(v - 1.0, z) - special.hankel1(v + 1.0, z))


@partials(special.hankel2, "z", samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return 0.5 * (special.hankel2(v - 1.0, z) - special.hankel2(v + 1.0, z))


@partials(special.i0, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return special.i1(x)


@partials(special.i1, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return 0.5 * (special.i0(x) + special.iv(2.0, x))


@partials(special.k0, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return -special.k1(x)


@partials(special.k1, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return -special.k0(x) - out / x


@partials(special.iv, "z", samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return 0.5 * (special.iv(v - 1.0, z) + special.iv(v + 1.0, z))


@partials(special.kv, "z", singular=True, samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return -0.5 * (special.kv(v - 1.0, z) + special.kv(v + 1.0, z))


@partials(special.kn, "x", singular=True, samples=at(2, domain=POSITIVE))
def _(out, n, x):
    return -0.5 * (special.kv(n - 1.0, x) + special.kv(n + 1.0, x))


# ----------------------------------------------------------------------------------------------- scaled exponentially


@partials(special.i0e, "x", samples=on((0.5, 3.0)) + on((-3.0, -0.5)))
def _(out, x):
    return special.i1e(x) - np.sign(x) * out


@partials(special.i1e, "x", samples=on((0.5, 3.0)) + on((-3.0, -0.5)))
def _(out, x):
    return special.i0e(x) - out / x - np.sign(x) * out


@partials(special.k0e, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return out - special.k1e(x)


@partials(special.k1e, "x", singular=True, samples=on(POSITIVE))
def _(out, x):
    return out - special.k0e(x) - out / x


@partials(special.kve, "z", singular=True, samples=at(1.5, domain=POSITIVE, complex=True))
def _(out, v, z):
    return out - 0.5 * (special.kve(v - 1.0, z) + special.kve(v + 1.0, z))


# -------------------------------------------------------------------------------------------------------- spherical

ORDERS = [sample(0, array(3, low=0.5)), sample(2, array(2, 2, low=0.5)), sample(1, 1.5)]


@partials(special.spherical_jn, "z", refuses=("derivative",), samples=ORDERS)
def _(out, n, z, derivative=False):
    return n / z * out - special.spherical_jn(n + 1, z)


@partials(special.spherical_yn, "z", refuses=("derivative",), samples=ORDERS)
def _(out, n, z, derivative=False):
    return n / z * out - special.spherical_yn(n + 1, z)


@partials(special.spherical_in, "z", refuses=("derivative",), samples=ORDERS)
def _(out, n, z, derivative=False):
    return n / z * out + special.spherical_in(n + 1, z)


@partials(special.spherical_kn, "z", refuses=("derivative",), samples=ORDERS)
def _(out, n, z, derivative=False):
    return n / z * out - special.spherical_kn(n + 1, z)


# --------------------------------------------------------------------------------------------------- Struve and Airy


@partials(special.struve, "x", samples=at(1.5, domain=POSITIVE))
def _(out, v, x):
    power = np.power(0.5 * x, v) * special.rgamma(v + 1.5) / math.sqrt(math.pi)
    return 0.5 * (special.struve(v - 1.0, x) - special.struve(v + 1.0, x) + power)


@partials(special.modstruve, "x", samples=at(1.5, domain=POSITIVE))
def _(out, v, x):
    power = np.power(0.5 * x, v) * special.rgamma(v + 1.5) / math.sqrt(math.pi)
    return 0.5 * (special.modstruve(v - 1.0, x) + special.modstruve(v + 1.0, x) + power)


@adjoint(special.airy, "z", samples=on((-2.0, 2.0), complex=True))
def _(d_out, out, z):
    a, a_slope, b, b_slope = out
    return d_out[0] * a_slope + d_out[1] * z * a + d_out[2] * b_slope + d_out[3] * z * b


@adjoint(special.airye, "z", samples=[sample(1.5), sample(array(3, low=0.3, high=2.0))])
def _(d_out, out, z):
    a, a_slope, b, b_slope = out
    root = np.sqrt(z)  # of the scaling, whose exponent is 2/3 z^(3/2)
    d_a = d_out[0] * (a_slope + root * a) + d_out[1] * (z * a + root * a_slope)
    return d_a + d_out[2] * (b_slope - root * b) + d_out[3] * (z * b - root * b_slope)


@adjoint(special.itairy, "x", samples=on((-2.0, 2.0)))
def _(d_out, out, x):
    there, back = special.airy(x), special.airy(-x)
    return d_out[0] * there[0] + d_out[1] * there[2] + d_out[2] * back[0] + d_out[3] * back[2]


of_ufuncs(special.j0, special.j1, special.y0, special.y1, special.jv, special.yv, special.yn, special.hankel1)
of_ufuncs(special.hankel2, special.i0, special.i1, special.k0, special.k1, special.iv, special.kv, special.kn)
of_ufuncs(special.i0e, special.i1e, special.k0e, special.k1e, special.kve, special.struve, special.modstruve)
of_ufuncs(special.airy, special.airye, special.itairy)
