"""Distribution functions, logistic functions, entropies and losses of `scipy.special`.

A distribution function has its density as derivative, an inverse one over it at the quantile.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad.rules.register import adjoint, partials
from srcad.rules.scipy.common import at, of_ufuncs, on
from srcad.rules.scipy.gamma import gamma_density

ROOT_2_PI = math.sqrt(2.0 * math.pi)


@partials(special.ndtr, "x", samples=on((-2.0, 2.0)))
def _(out, x):
    return np.exp(-0.5 * x * x) / ROOT_2_PI


@partials(special.log_ndtr, "x", samples=on((-3.0, 2.0)))
def _(out, x):
    return np.exp(-0.5 * x * x - out) / ROOT_2_PI


@partials(special.ndtri, "y", singular=True, samples=on((0.1, 0.9)))
def _(out, y):
    return ROOT_2_PI * np.exp(0.5 * out * out)


@partials(special.ndtri_exp, "y", singular=True, samples=on((-3.0, -0.2)))
def _(out, y):
    return ROOT_2_PI * np.exp(y + 0.5 * out * out)


@partials(special.stdtr, "t", samples=at(3.5, domain=(-2.0, 2.0)))
def _(out, df, t):
    half = 0.5 * (df + 1.0)
    size = special.gammaln(half) - special.gammaln(0.5 * df) - 0.5 * np.log(df * math.pi)
    return np.exp(size - half * np.log1p(t * t / df))


@partials(special.chdtr, "x", samples=at(3.5, domain=(0.5, 4.0)))
def _(out, v, x):
    return 0.5 * gamma_density(0.5 * v, 0.5 * x)


@partials(special.chdtrc, "x", samples=at(3.5, domain=(0.5, 4.0)))
def _(out, v, x):
    return -0.5 * gamma_density(0.5 * v, 0.5 * x)


@partials(special.gdtr, "x", samples=at(1.5, 2.5, domain=(0.5, 3.0)))
def _(out, a, b, x):
    return a * gamma_density(b, a * x)


@partials(special.gdtrc, "x", samples=at(1.5, 2.5, domain=(0.5, 3.0)))
def _(out, a, b, x):
    return -a * gamma_density(b, a * x)


@partials(special.pdtr, "m", samples=at(2.0, domain=(0.5, 4.0)))
def _(out, k, m):
    return -gamma_density(np.floor(k) + 1.0, m)


@partials(special.pdtrc, "m", samples=at(2.0, domain=(0.5, 4.0)))
def _(out, k, m):
    return gamma_density(np.floor(k) + 1.0, m)


@partials(special.owens_t, "h", "a", samples=on((-2.0, 2.0), (-2.0, 2.0)))
def _(out, h, a):
    square = 1.0 + a * a
    d_h = -np.exp(-0.5 * h * h) * special.erf(a * h / math.sqrt(2.0)) / (2.0 * ROOT_2_PI)
    return d_h, np.exp(-0.5 * h * h * square) / (2.0 * math.pi * square)


# ---------------------------------------------------------------------------------------------------------- logistic


@partials(special.expit, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return out * (1.0 - out)


@partials(special.logit, "x", singular=True, samples=on((0.1, 0.9)))
def _(out, x):
    return 1.0 / (x * (1.0 - x))


@partials(special.log_expit, "x", samples=on((-3.0, 3.0)))
def _(out, x):
    return special.expit(-x)


def _register_softplus() -> None:
    """`scipy.special.softplus`, which SciPy has since 1.15."""

    @adjoint(special.softplus, "x", samples=on((-3.0, 3.0)))
    def _(d_out, out, x):
        return d_out * special.expit(x)


if hasattr(special, "softplus"):
    _register_softplus()

# -------------------------------------------------------------------------------------------------- entropies, losses


@partials(special.entr, "x", singular=True, samples=on((0.2, 2.0)))
def _(out, x):
    return -np.log(x) - 1.0


@partials(special.rel_entr, "x", "y", singular=True, samples=on((0.2, 2.0), (0.3, 3.0)))
def _(out, x, y):
    return np.log(x / y) + 1.0, -x / y


@partials(special.kl_div, "x", "y", singular=True, samples=on((0.2, 2.0), (0.3, 3.0)))
def _(out, x, y):
    return np.log(x / y), 1.0 - x / y


@partials(special.xlogy, "x", "y", singular=True, samples=on((-2.0, 2.0), (0.3, 3.0), complex=True))
def _(out, x, y):
    return np.log(y), x / y


@partials(special.xlog1py, "x", "y", singular=True, samples=on((-2.0, 2.0), (-0.5, 3.0), complex=True))
def _(out, x, y):
    return np.log1p(y), x / (1.0 + y)


@partials(special.huber, "delta", "r", samples=on((0.5, 1.5), (-3.0, 4.0)))
def _(out, delta, r):
    return np.maximum(np.abs(r) - delta, 0.0), np.clip(r, -delta, delta)


@partials(special.pseudo_huber, "delta", "r", samples=on((0.5, 1.5), (-3.0, 3.0)))
def _(out, delta, r):
    root = np.sqrt(1.0 + (r / delta) ** 2)
    return 2.0 * delta * (root - 1.0) - r * r / (delta * root), r / root


@partials(special.boxcox, "x", "lmbda", samples=on((0.5, 3.0), (0.3, 2.0)))
def _(out, x, lmbda):
    linear = lmbda == 0
    power, logarithm = np.power(x, lmbda), np.log(x)
    slope = (power * logarithm - out) / np.where(linear, 1.0, lmbda)
    return np.power(x, lmbda - 1.0), np.where(linear, 0.5 * logarithm * logarithm, slope)


@partials(special.boxcox1p, "x", "lmbda", samples=on((-0.5, 3.0), (0.3, 2.0)))
def _(out, x, lmbda):
    linear = lmbda == 0
    power, logarithm = np.power(1.0 + x, lmbda), np.log1p(x)
    slope = (power * logarithm - out) / np.where(linear, 1.0, lmbda)
    return np.power(1.0 + x, lmbda - 1.0), np.where(linear, 0.5 * logarithm * logarithm, slope)


@partials(special.inv_boxcox, "y", samples=on((0.5, 2.0), (0.3, 2.0)))
def _(out, y, lmbda):
    return np.power(out, 1.0 - lmbda)


@partials(special.inv_boxcox1p, "y", samples=on((0.5, 2.0), (0.3, 2.0)))
def _(out, y, lmbda):
    return np.power(1.0 + out, 1.0 - lmbda)


of_ufuncs(
    special.ndtr, special.log_ndtr, special.ndtri, special.ndtri_exp, special.stdtr, special.chdtr, special.chdtrc
)
of_ufuncs(special.gdtr, special.gdtrc, special.pdtr, special.pdtrc, special.owens_t, special.expit, special.logit)
of_ufuncs(special.log_expit, special.entr, special.rel_entr, special.kl_div, special.xlogy, special.xlog1py)
of_ufuncs(
    special.huber, special.pseudo_huber, special.boxcox, special.boxcox1p, special.inv_boxcox, special.inv_boxcox1p
)
