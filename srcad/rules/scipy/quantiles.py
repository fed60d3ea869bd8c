"""More distribution functions and quantiles of `scipy.special`, scaled Bessel functions, means and elliptic integrals.

A distribution function has its density as derivative, a quantile one over it.  Of discrete distributions the derivative
is that in the probability or the mean (DLMF 8.17, 8.4).  Carlson's integrals are DLMF 19.16 and 19.18.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad.rules.primitives import sample
from srcad.rules.register import partials
from srcad.rules.samples import array
from srcad.rules.scipy.common import at, of_ufuncs, on
from srcad.rules.scipy.distributions import ROOT_2_PI
from srcad.rules.scipy.gamma import DEGREE, beta_density, gamma_density
from srcad.rules.scipy.hypergeometric import slope_of_k

PROBABILITY = (0.2, 0.8)

# ----------------------------------------------------------------------------- distributions of counts, and ratios


@partials(special.bdtr, "p", samples=at(2.0, 5, domain=PROBABILITY))
def _(out, k, n, p):
    return -beta_density(n - np.floor(k), np.floor(k) + 1.0, 1.0 - p)


@partials(special.bdtrc, "p", samples=at(2.0, 5, domain=PROBABILITY))
def _(out, k, n, p):
    return beta_density(n - np.floor(k), np.floor(k) + 1.0, 1.0 - p)


@partials(special.bdtri, "y", samples=at(2.0, 5, domain=PROBABILITY))
def _(out, k, n, y):
    return -1.0 / beta_density(n - np.floor(k), np.floor(k) + 1.0, 1.0 - out)


@partials(special.nbdtr, "p", samples=at(2, 5, domain=PROBABILITY))
def _(out, k, n, p):
    return beta_density(n, k + 1.0, p)


@partials(special.nbdtrc, "p", samples=at(2, 5, domain=PROBABILITY))
def _(out, k, n, p):
    return -beta_density(n, k + 1.0, p)


@partials(special.nbdtri, "y", samples=at(2, 5, domain=PROBABILITY))
def _(out, k, n, y):
    return 1.0 / beta_density(n, k + 1.0, out)


@partials(special.pdtri, "y", samples=at(2, domain=PROBABILITY))
def _(out, k, y):
    return -1.0 / gamma_density(k + 1.0, out)


def ratio_density(dfn, dfd, x):
    """The density of the F distribution."""
    whole = dfd + dfn * x
    return beta_density(0.5 * dfn, 0.5 * dfd, dfn * x / whole) * dfn * dfd / (whole * whole)


@partials(special.fdtr, "x", samples=at(3.5, 4.5, domain=(0.3, 3.0)))
def _(out, dfn, dfd, x):
    return ratio_density(dfn, dfd, x)


@partials(special.fdtrc, "x", samples=at(3.5, 4.5, domain=(0.3, 3.0)))
def _(out, dfn, dfd, x):
    return -ratio_density(dfn, dfd, x)


@partials(special.fdtri, "x", samples=at(3.5, 4.5, domain=PROBABILITY))
def _(out, dfn, dfd, x):
    return 1.0 / ratio_density(dfn, dfd, out)


@partials(special.chdtri, "p", samples=at(3.5, domain=PROBABILITY))
def _(out, v, p):
    return -2.0 / gamma_density(0.5 * v, 0.5 * out)


@partials(special.stdtrit, "p", samples=at(3.5, domain=PROBABILITY))
def _(out, df, p):
    half = 0.5 * (df + 1.0)
    size = special.gammaln(half) - special.gammaln(0.5 * df) - 0.5 * np.log(df * math.pi)
    return np.exp(half * np.log1p(out * out / df) - size)


@partials(special.gdtrix, "p", samples=at(1.5, 2.5, domain=PROBABILITY))
def _(out, a, b, p):
    return 1.0 / (a * gamma_density(b, a * out))


@partials(special.gdtria, "p", "x", samples=[sample(array(3, low=0.2, high=0.8), 2.5, array(3, low=0.5, seed=1))])
def _(out, p, b, x):
    return 1.0 / (x * gamma_density(b, out * x)), -out / x


def noncentral_density(x, df, nc):
    """The density of the noncentral chi-squared distribution."""
    gap = np.sqrt(x) - np.sqrt(nc)
    return 0.5 * np.exp(-0.5 * gap * gap) * (x / nc) ** (0.25 * df - 0.5) * special.ive(0.5 * df - 1.0, np.sqrt(nc * x))


CENTRES = [sample(array(3, low=0.5, high=4.0), 3.5, array(3, low=0.5, high=2.0, seed=1)), sample(1.5, 2.5, 0.7)]
CENTRE_QUANTILES = [sample(array(3, low=0.2, high=0.8), 3.5, 1.5), sample(0.4, 2.5, 0.7)]


@partials(special.chndtr, "x", "nc", samples=CENTRES)
def _(out, x, df, nc):
    return noncentral_density(x, df, nc), 0.5 * (special.chndtr(x, df + 2.0, nc) - out)


@partials(special.chndtrix, "p", samples=CENTRE_QUANTILES)
def _(out, p, df, nc):
    return 1.0 / noncentral_density(out, df, nc)


# --------------------------------------------------------------------------------------------- other distributions

QUANTILE = array(3, low=0.6, high=0.8)


@partials(
    special.nrdtrimn, "p", "std", "x", samples=[sample(0.3, 1.5, 0.7), sample(array(3, low=0.2, high=0.8), 2.0, 1.0)]
)
def _(out, p, std, x):
    quantile = special.ndtri(p)
    return -std * ROOT_2_PI * np.exp(0.5 * quantile * quantile), -quantile, 1.0


@partials(
    special.nrdtrisd, "mn", "p", "x", samples=[sample(0.7, 0.3, 0.2), sample(0.2, array(3, low=0.6, high=0.8), 1.0)]
)
def _(out, mn, p, x):
    quantile = special.ndtri(p)
    slope = ROOT_2_PI * np.exp(0.5 * quantile * quantile)
    return -1.0 / quantile, -out * slope / quantile, 1.0 / quantile


@partials(special.tklmbda, "x", samples=[sample(array(3, low=-0.8, high=0.8), 0.5), sample(0.3, 1.5)])
def _(out, x, lmbda):
    return 1.0 / (out ** (lmbda - 1.0) + (1.0 - out) ** (lmbda - 1.0))


def kolmogorov_slope(y):
    """The derivative of the survival function of Kolmogorov's distribution, by one of two series."""
    y = np.expand_dims(y, -1)
    odd, whole = np.arange(1.0, 20.0, 2.0), np.arange(1.0, 11.0)
    near, far = np.minimum(np.maximum(y, 1e-2), 1.0), np.maximum(y, 1.0)
    places = (odd * math.pi / (2.0 * near)) ** 2
    small = -ROOT_2_PI * (places - 1.0) / near**2 * np.exp(-0.5 * places)
    large = 8.0 * far * (-1.0) ** whole * whole**2 * np.exp(-2.0 * (whole * far) ** 2)
    return np.sum(np.where(y < 1.0, small, large), axis=-1)


@partials(special.kolmogorov, "y", samples=on((0.4, 2.0)))
def _(out, y):
    return kolmogorov_slope(y)


@partials(special.kolmogi, "p", samples=on(PROBABILITY))
def _(out, p):
    return 1.0 / kolmogorov_slope(out)


@partials(
    special.voigt_profile,
    "x",
    "sigma",
    "gamma",
    samples=[sample(array(3), 1.5, 0.7), sample(0.5, array(3, low=0.5), array(3, low=0.3, seed=1))],
)
def _(out, x, sigma, gamma):
    z = (x + 1j * gamma) / (sigma * math.sqrt(2.0))
    slope = 2j / math.sqrt(math.pi) - 2.0 * z * special.wofz(z)
    scale = 1.0 / (2.0 * math.sqrt(math.pi) * sigma * sigma)
    return np.real(slope) * scale, -np.real(slope * z) * scale * math.sqrt(2.0) - out / sigma, -np.imag(slope) * scale


# ------------------------------------------------------------------------------------------ scaled Bessel functions


@partials(special.jve, "z", samples=at(1.5, domain=(0.5, 4.0)))
def _(out, v, z):
    return 0.5 * (special.jve(v - 1.0, z) - special.jve(v + 1.0, z))


@partials(special.yve, "z", singular=True, samples=at(1.5, domain=(0.5, 4.0)))
def _(out, v, z):
    return 0.5 * (special.yve(v - 1.0, z) - special.yve(v + 1.0, z))


@partials(special.ive, "z", samples=at(1.5, domain=(0.5, 4.0)) + at(2.0, domain=(-3.0, -0.5)))
def _(out, v, z):
    return 0.5 * (special.ive(v - 1.0, z) + special.ive(v + 1.0, z)) - np.sign(z) * out


@partials(special.hankel1e, "z", samples=at(1.5, domain=(0.5, 4.0), complex=True))
def _(out, v, z):
    return 0.5 * (special.hankel1e(v - 1.0, z) - special.hankel1e(v + 1.0, z)) - 1j * out


@partials(special.hankel2e, "z", samples=at(1.5, domain=(0.5, 4.0), complex=True))
def _(out, v, z):
    return 0.5 * (special.hankel2e(v - 1.0, z) - special.hankel2e(v + 1.0, z)) + 1j * out


def register_log_wright_bessel():
    """A function that SciPy has since 1.14."""

    @partials(
        special.log_wright_bessel, "x", samples=[sample(1.5, 1.2, array(3, low=0.3, high=2.0)), sample(0.7, 1.0, 0.5)]
    )
    def _(out, a, b, x):
        return np.exp(special.log_wright_bessel(a, a + b, x) - out)

    of_ufuncs(special.log_wright_bessel)


if hasattr(special, "log_wright_bessel"):
    register_log_wright_bessel()


@partials(special.wright_bessel, "x", samples=[sample(1.5, 1.2, array(3, low=0.3, high=2.0)), sample(0.7, 1.0, 0.5)])
def _(out, a, b, x):
    return special.wright_bessel(a, a + b, x)


# ------------------------------------------------------------------------------------------ means, elliptic, angles


ALIKE = sample(np.array([1.5, 2.0]), np.array([1.5, 2.001]))
TRIPLES = [sample(array(3, low=0.5), 1.5, array(3, low=0.3, seed=1)), sample(0.7, 1.2, 2.0)]


@partials(special.agm, "a", "b", samples=[*on((0.5, 2.0), (0.5, 2.0)), ALIKE])
def _(out, a, b):
    m = 1.0 - (b / a) ** 2
    weight = math.pi / (2.0 * special.ellipk(m) ** 2) * slope_of_k(m) * 2.0 * b / a
    return out / a - weight * b / a, weight


@partials(
    special.elliprf,
    "x",
    "y",
    "z",
    samples=[sample(array(3, low=0.5), 1.5, array(3, low=0.3, seed=1)), sample(0.7, 1.2, 2.0)],
)
def _(out, x, y, z):
    return -special.elliprd(y, z, x) / 6.0, -special.elliprd(x, z, y) / 6.0, -special.elliprd(x, y, z) / 6.0


def slope_of_rd(value, x, y, z):
    """The derivative of R_D in x, from that of R_F (DLMF 19.18.4, 19.18.11); where x is z, by its degree."""
    near = np.abs(x - z) <= 1e-7 * np.abs(z)
    apart = (special.elliprd(y, z, x) - value) / (2.0 * np.where(near, 1.0, x - z))
    alike = np.abs(y - z) <= 1e-7 * np.abs(z)
    d_y = (special.elliprd(x, z, y) - value) / (2.0 * np.where(alike, 1.0, y - z))
    together = np.where(alike, -0.3 * value / z, (-1.5 * value - y * d_y) / (4.0 * z))
    return np.where(near, together, apart)


@partials(
    special.elliprd,
    "x",
    "y",
    "z",
    samples=[
        sample(array(3, low=0.5), 1.5, array(3, low=0.3, seed=1)),
        sample(0.7, 1.2, 2.0),
        sample(2.0, 1.2, 2.0),
        sample(1.2, 2.0, 2.0),
        sample(2.0, 2.0, 2.0),
    ],
)
def _(out, x, y, z):
    d_x, d_y = slope_of_rd(out, x, y, z), slope_of_rd(out, y, x, z)
    return d_x, d_y, (-1.5 * out - x * d_x - y * d_y) / z


def slope_of_rg(x, y, z):
    """The derivative of R_G in x."""
    return 0.25 * special.elliprf(x, y, z) - x * special.elliprd(y, z, x) / 12.0


@partials(special.elliprg, "x", "y", "z", samples=[sample(array(3, low=0.5), 1.5, array(3, low=0.3, seed=1))])
def _(out, x, y, z):
    return slope_of_rg(x, y, z), slope_of_rg(y, z, x), slope_of_rg(z, x, y)


@partials(special.elliprc, "x", "y", samples=on((0.5, 2.0), (0.5, 2.0)))
def _(out, x, y):
    return -special.elliprd(y, y, x) / 6.0, -special.elliprd(x, y, y) / 3.0


@partials(special.radian, "d", "m", "s", samples=[sample(10.0, 20.0, 30.5), sample(array(3), 1.5, 2.5)])
def _(out, d, m, s):
    return DEGREE, DEGREE / 60.0, DEGREE / 3600.0


of_ufuncs(special.bdtr, special.bdtrc, special.bdtri, special.nbdtr, special.nbdtrc, special.nbdtri, special.pdtri)
of_ufuncs(special.fdtr, special.fdtrc, special.fdtri, special.chdtri, special.stdtrit, special.gdtrix, special.gdtria)
of_ufuncs(special.chndtr, special.chndtrix, special.nrdtrimn, special.nrdtrisd, special.tklmbda, special.kolmogorov)
of_ufuncs(special.kolmogi, special.voigt_profile, special.jve, special.yve, special.ive, special.hankel1e)
of_ufuncs(special.hankel2e, special.wright_bessel, special.agm, special.elliprf, special.elliprc, special.radian)
of_ufuncs(special.elliprd, special.elliprg)
