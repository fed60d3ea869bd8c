"""The gamma function and its kin, error functions, exponential integrals, and elementary functions of `scipy.special`.

The formulas are those of the NIST Digital Library of Mathematical Functions (DLMF): 5.2 and 5.12 of the gamma and beta
functions, 8.8 and 8.17 of the incomplete ones, 7.2 to 7.10 of error functions, 6.2 and 8.19 of exponential integrals.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Tuple
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, partials
from srcad.rules.samples import array
from srcad.rules.scipy.common import at, of_ufuncs, on
from srcad.rules.ufunc_facts import array_or_scalar

ROOT_PI = math.sqrt(math.pi)
DEGREE = math.pi / 180.0

# -------------------------------------------------------------------------------------------------- gamma and beta


@partials(special.gamma, "z", samples=on((0.5, 4.0), complex=True) + on((-0.8, -0.2)))
def _(out, z):
    return out * special.psi(z)


@partials(special.gammaln, "x", samples=on((0.5, 4.0)))
def _(out, x):
    return special.psi(x)


@partials(special.loggamma, "z", samples=on((0.5, 4.0), complex=True))
def _(out, z):
    return special.psi(z)


@partials(special.rgamma, "z", samples=on((0.5, 4.0), complex=True))
def _(out, z):
    return -out * special.psi(z)


def trigamma(z):
    """The derivative of the digamma function."""
    return special.zeta(2.0, z)


@partials(special.psi, "z", samples=on((0.5, 4.0)))
def _(out, z):
    return trigamma(z)


@partials(special.polygamma, "x", samples=[sample(1, array(3, low=0.5)), sample(2, 1.5), sample(0, array(3, low=0.5))])
def _(out, n, x):
    return special.polygamma(n + 1, x)


@partials(special.zeta, "q", samples=at(2.5, domain=(0.5, 3.0)))
def _(out, x, q):
    return -x * special.zeta(x + 1.0, q)


@partials(special.poch, "z", "m", samples=on((0.5, 2.0), (0.5, 2.0)))
def _(out, z, m):
    return out * (special.psi(z + m) - special.psi(z)), out * special.psi(z + m)


@partials(special.beta, "a", "b", samples=on((0.5, 3.0), (0.5, 3.0)))
def _(out, a, b):
    both = special.psi(a + b)
    return out * (special.psi(a) - both), out * (special.psi(b) - both)


@partials(special.betaln, "a", "b", samples=on((0.5, 3.0), (0.5, 3.0)))
def _(out, a, b):
    both = special.psi(a + b)
    return special.psi(a) - both, special.psi(b) - both


@partials(special.binom, "x", "y", samples=on((3.2, 5.8), (0.6, 2.8)))
def _(out, x, y):
    rest = special.psi(x - y + 1.0)
    return out * (special.psi(x + 1.0) - rest), out * (rest - special.psi(y + 1.0))


@partials(special.multigammaln, "a", samples=[sample(array(3, low=2.5, high=4.0), 3), sample(2.5, 2)])
def _(out, a, d):
    return np.sum(special.psi(np.expand_dims(a, -1) - 0.5 * np.arange(d)), axis=-1)


def gamma_density(a, x):
    """The derivative of the regularised lower incomplete gamma function."""
    return np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


@partials(special.gammainc, "x", samples=at(1.5, domain=(0.5, 3.0)))
def _(out, a, x):
    return gamma_density(a, x)


@partials(special.gammaincc, "x", samples=at(1.5, domain=(0.5, 3.0)))
def _(out, a, x):
    return -gamma_density(a, x)


@partials(special.gammaincinv, "y", samples=at(1.5, domain=(0.2, 0.8)))
def _(out, a, y):
    return 1.0 / gamma_density(a, out)


@partials(special.gammainccinv, "y", samples=at(1.5, domain=(0.2, 0.8)))
def _(out, a, y):
    return -1.0 / gamma_density(a, out)


def beta_density(a, b, x):
    """The derivative of the regularised incomplete beta function."""
    return np.exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))


@partials(special.betainc, "x", samples=at(1.5, 2.5, domain=(0.2, 0.8)))
def _(out, a, b, x):
    return beta_density(a, b, x)


@partials(special.betaincc, "x", samples=at(1.5, 2.5, domain=(0.2, 0.8)))
def _(out, a, b, x):
    return -beta_density(a, b, x)


@partials(special.betaincinv, "y", samples=at(1.5, 2.5, domain=(0.2, 0.8)))
def _(out, a, b, y):
    return 1.0 / beta_density(a, b, out)


@partials(special.betainccinv, "y", samples=at(1.5, 2.5, domain=(0.2, 0.8)))
def _(out, a, b, y):
    return -1.0 / beta_density(a, b, out)


# -------------------------------------------------------------------------------------------------- error functions


@partials(special.erf, "z", samples=on((-2.0, 2.0), complex=True))
def _(out, z):
    return 2.0 / ROOT_PI * np.exp(-z * z)


@partials(special.erfc, "x", samples=on((-2.0, 2.0), complex=True))
def _(out, x):
    return -2.0 / ROOT_PI * np.exp(-x * x)


@partials(special.erfcx, "x", samples=on((-1.0, 2.0), complex=True))
def _(out, x):
    return 2.0 * x * out - 2.0 / ROOT_PI


@partials(special.erfi, "z", samples=on((-1.0, 1.0), complex=True))
def _(out, z):
    return 2.0 / ROOT_PI * np.exp(z * z)


@partials(special.dawsn, "x", samples=on((-2.0, 2.0), complex=True))
def _(out, x):
    return 1.0 - 2.0 * x * out


@partials(special.wofz, "z", samples=on((-2.0, 2.0), complex=True))
def _(out, z):
    return 2.0j / ROOT_PI - 2.0 * z * out


@partials(special.erfinv, "y", singular=True, samples=on((-0.8, 0.8)))
def _(out, y):
    return 0.5 * ROOT_PI * np.exp(out * out)


@partials(special.erfcinv, "y", singular=True, samples=on((0.2, 1.8)))
def _(out, y):
    return -0.5 * ROOT_PI * np.exp(out * out)


@adjoint(special.fresnel, "z", samples=on((-1.5, 1.5), complex=True))
def _(d_out, out, z):
    angle = 0.5 * math.pi * z * z
    return d_out[0] * np.sin(angle) + d_out[1] * np.cos(angle)


def refuse_negative(x):
    """Raises UnsupportedError for negative numbers, at which SciPy's values are those of another function."""
    if np.any(np.asarray(x) < 0.0):
        raise UnsupportedError("modified Fresnel integrals of negative numbers have no rule", "use fresnel")


constant(refuse_negative, pure=False)


@adjoint(special.modfresnelm, "x", samples=on((0.2, 1.5))[:3])
def _(d_out, out, x):
    refuse_negative(x)
    slope = 2.0j * x * out[1] - np.exp(0.25j * math.pi) / ROOT_PI
    return np.real(-d_out[0] * np.exp(-1j * x * x) + d_out[1] * slope)


@adjoint(special.modfresnelp, "x", samples=on((0.2, 1.5))[:3])
def _(d_out, out, x):
    refuse_negative(x)
    slope = -2.0j * x * out[1] - np.exp(-0.25j * math.pi) / ROOT_PI
    return np.real(-d_out[0] * np.exp(1j * x * x) + d_out[1] * slope)


@facts(special.modfresnelm, special.modfresnelp, partly=True)
def _(x):
    known = array_or_scalar("complex128", x) if as_array(x).dtype == "float64" else UNKNOWN
    return Tuple((known, known))


# -------------------------------------------------------------------------------------------- exponential integrals


@partials(special.exp1, "z", singular=True, samples=on((0.5, 3.0), complex=True))
def _(out, z):
    return -np.exp(-z) / z


@partials(special.expi, "x", singular=True, samples=on((0.5, 3.0), complex=True))
def _(out, x):
    return np.exp(x) / x


@partials(special.expn, "x", samples=at(2, domain=(0.5, 3.0)) + at(1, domain=(0.5, 3.0)))
def _(out, n, x):
    of_zero = np.exp(-x) * (1.0 + 1.0 / x) / x  # E_0(x) is exp(-x) / x, and there is no E_-1 in SciPy
    return -np.where(n == 0, of_zero, special.expn(np.maximum(n - 1, 0), x))


@adjoint(special.sici, "x", samples=on((0.5, 3.0), complex=True))
def _(d_out, out, x):
    return (d_out[0] * np.sin(x) + d_out[1] * np.cos(x)) / x


@adjoint(special.shichi, "x", samples=on((0.5, 3.0), complex=True))
def _(d_out, out, x):
    return (d_out[0] * np.sinh(x) + d_out[1] * np.cosh(x)) / x


@partials(special.spence, "z", samples=on((0.2, 0.8), complex=True) + on((1.3, 3.0)))
def _(out, z):
    near = z == 1.0
    return np.where(near, -1.0, np.log(z) / np.where(near, 1.0, 1.0 - z))


# ---------------------------------------------------------------------------------------------- elementary functions


@partials(special.exp10, "x", samples=on((-1.0, 1.0)))
def _(out, x):
    return out * math.log(10.0)


@partials(special.exp2, "x", samples=on((-1.0, 1.0)))
def _(out, x):
    return out * math.log(2.0)


@partials(special.expm1, "x", samples=on((-1.0, 1.0), complex=True))
def _(out, x):
    return out + 1.0


@partials(special.log1p, "x", singular=True, samples=on((-0.5, 1.0), complex=True))
def _(out, x):
    return 1.0 / (1.0 + x)


@partials(special.cosm1, "x", samples=on((-1.0, 1.0)))
def _(out, x):
    return -np.sin(x)


@partials(special.cbrt, "x", singular=True, samples=on((0.5, 2.0)))
def _(out, x):
    return 1.0 / (3.0 * out * out)


@partials(special.exprel, "x", samples=on((0.5, 2.0)) + [sample(np.array([0.0, 1e-7, -1e-3]))])
def _(out, x):
    near = np.abs(x) < 1e-2
    series = 0.5 + x / 3.0 + x * x / 8.0 + x * x * x / 30.0 + x * x * x * x / 144.0 + x * x * x * x * x / 840.0
    return np.where(near, series, (np.exp(x) - out) / np.where(near, 1.0, x))


@partials(special.sindg, "x", samples=on((-80.0, 80.0))[:3])
def _(out, x):
    return DEGREE * special.cosdg(x)


@partials(special.cosdg, "x", samples=on((-80.0, 80.0))[:3])
def _(out, x):
    return -DEGREE * special.sindg(x)


@partials(special.tandg, "x", samples=on((-60.0, 60.0))[:3])
def _(out, x):
    return DEGREE * (1.0 + out * out)


@partials(special.cotdg, "x", samples=on((20.0, 80.0))[:3])
def _(out, x):
    return -DEGREE * (1.0 + out * out)


@partials(special.powm1, "x", "y", samples=on((0.5, 2.0), (-1.0, 2.0)))
def _(out, x, y):
    return y * np.power(x, y - 1.0), (out + 1.0) * np.log(x)


@partials(
    special.lambertw, "z", samples=[sample(array(3, low=0.2)), sample(1.5), sample(array(3, dtype="complex128"), 1)]
)
def _(out, z, k=0, tol=1e-8):
    return np.exp(-out) / (1.0 + out)


@partials(special.wrightomega, "z", samples=on((-1.0, 2.0), complex=True))
def _(out, z):
    return out / (1.0 + out)


constant(special.gammasgn, special.round)

of_ufuncs(special.gamma, special.gammaln, special.loggamma, special.rgamma, special.psi, special.poch, special.beta)
of_ufuncs(special.betaln, special.binom, special.gammainc, special.gammaincc, special.gammaincinv, special.gammainccinv)
of_ufuncs(special.betainc, special.betaincc, special.betaincinv, special.betainccinv)
of_ufuncs(special.erf, special.erfc, special.erfcx, special.erfi, special.dawsn, special.wofz, special.erfinv)
of_ufuncs(special.erfcinv, special.fresnel, special.exp1, special.expi, special.expn, special.sici, special.shichi)
of_ufuncs(special.spence, special.exp10, special.exp2, special.expm1, special.log1p, special.cosm1, special.cbrt)
of_ufuncs(
    special.exprel, special.sindg, special.cosdg, special.tandg, special.cotdg, special.powm1, special.wrightomega
)
