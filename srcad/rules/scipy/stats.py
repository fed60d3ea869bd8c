"""`scipy.stats`: densities and distribution functions, as methods of the distributions.

Each distribution is one of a family with a location and a scale: with y = (x - loc) / scale, a density is g(y) / scale,
and a distribution function G(y).  So one score, the derivative of log g in y, gives the derivatives of all.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from srcad.facts import UNKNOWN
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import facts, partials
from srcad.rules.samples import array
from srcad.rules.ufunc_facts import array_or_scalar

# ------------------------------------------------------------------------------------------ the logarithm's slopes


def normal_score(y):
    """The derivative of the logarithm of the normal density."""
    return -y


def exponential_score(y):
    """That of the exponential density, inside."""
    return np.where(y < 0.0, 0.0, -1.0)


def logistic_score(y):
    """That of the logistic density."""
    return -np.tanh(0.5 * y)


def laplace_score(y):
    """That of the Laplace density."""
    return -np.sign(y)


def cauchy_score(y):
    """That of the Cauchy density."""
    return -2.0 * y / (1.0 + y * y)


def gumbel_score(y):
    """That of the Gumbel density of largest values."""
    return np.exp(-y) - 1.0


def uniform_score(y):
    """That of the uniform density, which is constant."""
    return 0.0 * y


def half_normal_score(y):
    """That of the normal density's half, inside."""
    return np.where(y < 0.0, 0.0, -y)


def gumbel_l_score(y):
    """That of the Gumbel density of smallest values."""
    return 1.0 - np.exp(y)


def rayleigh_score(y):
    """That of the density of the length of a normal vector with two numbers."""
    return np.where(y > 0.0, 1.0 / np.where(y > 0.0, y, 1.0) - y, 0.0)


def maxwell_score(y):
    """That of the density of the length of a normal vector with three numbers."""
    return np.where(y > 0.0, 2.0 / np.where(y > 0.0, y, 1.0) - y, 0.0)


def hyperbolic_score(y):
    """That of the density of the hyperbolic secant."""
    return -np.tanh(y)


def elementwise(*operands):
    """The fact of a density, where all of its arguments are numbers or arrays in double precision, or integers."""
    known = all(as_array(operand).dtype in ("float64", "int64") for operand in operands)
    return array_or_scalar("float64", *operands) if known else UNKNOWN


def register_family(distribution, score, low, high):
    """Registers the methods of a distribution without shapes; samples lie between `low` and `high`."""
    samples = [
        sample(array(3, low=low, high=high)),
        sample(array(2, 2, low=low, high=high), 0.1 * low, 1.5),
        sample(0.3 * low + 0.7 * high, loc=0.05 * high, scale=1.3),
        sample(array(3, low=low, high=high), 0.0, np.array([1.2, 1.5, 1.1])),
    ]
    _register_facts(distribution)
    _register_densities(distribution, score, samples)
    _register_probabilities(distribution, samples)
    _register_logarithms(distribution, samples)
    _register_quantiles(distribution)


def _register_facts(distribution):
    """What is known of results."""

    @facts(distribution)  # so that it is known for what it is where a program names it
    def _(loc=0, scale=1):
        return UNKNOWN

    @facts(distribution.pdf, distribution.logpdf, distribution.cdf, distribution.sf)
    @facts(distribution.logcdf, distribution.logsf)
    def _(x, loc=0, scale=1):
        return elementwise(x, loc, scale)

    @facts(distribution.ppf, distribution.isf)
    def _(q, loc=0, scale=1):
        return elementwise(q, loc, scale)


def _register_densities(distribution, score, samples):
    """Densities and their logarithms."""

    @partials(distribution.pdf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        y = (x - loc) / scale
        slope = out * score(y) / scale
        return slope, -slope, -out / scale - y * slope

    @partials(distribution.logpdf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        y = (x - loc) / scale
        slope = score(y) / scale
        return slope, -slope, -1.0 / scale - y * slope


def _register_probabilities(distribution, samples):
    """Distribution functions, whose slope is the density."""

    @partials(distribution.cdf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        density = distribution.pdf(x, loc, scale)
        return density, -density, -(x - loc) / scale * density

    @partials(distribution.sf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        density = distribution.pdf(x, loc, scale)
        return -density, density, (x - loc) / scale * density


def _register_logarithms(distribution, samples):
    """The logarithms of distribution functions."""

    @partials(distribution.logcdf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        slope = np.exp(distribution.logpdf(x, loc, scale) - out)
        return slope, -slope, -(x - loc) / scale * slope

    @partials(distribution.logsf, "x", "loc", "scale", samples=samples)
    def _(out, x, loc=0, scale=1):
        slope = -np.exp(distribution.logpdf(x, loc, scale) - out)
        return slope, -slope, -(x - loc) / scale * slope


def _register_quantiles(distribution):
    """Quantiles, whose slope is one over the density."""
    quantiles = [sample(array(3, low=0.1, high=0.9)), sample(array(3, low=0.2, high=0.8), 0.3, 1.5)]

    @partials(distribution.ppf, "q", "loc", "scale", samples=quantiles)
    def _(out, q, loc=0, scale=1):
        return 1.0 / distribution.pdf(out, loc, scale), 1.0, (out - loc) / scale

    @partials(distribution.isf, "q", "loc", "scale", samples=quantiles)
    def _(out, q, loc=0, scale=1):
        return -1.0 / distribution.pdf(out, loc, scale), 1.0, (out - loc) / scale


register_family(stats.norm, normal_score, -2.0, 2.0)
register_family(stats.logistic, logistic_score, -2.0, 2.0)
register_family(stats.cauchy, cauchy_score, -2.0, 2.0)
register_family(stats.gumbel_r, gumbel_score, -1.0, 2.0)
register_family(stats.laplace, laplace_score, 0.3, 2.0)
register_family(stats.expon, exponential_score, 0.3, 2.0)
register_family(stats.uniform, uniform_score, 0.2, 0.8)
register_family(stats.halfnorm, half_normal_score, 0.3, 2.0)
register_family(stats.halfcauchy, cauchy_score, 0.3, 2.0)
register_family(stats.gumbel_l, gumbel_l_score, -1.0, 1.0)
register_family(stats.rayleigh, rayleigh_score, 0.3, 2.0)
register_family(stats.maxwell, maxwell_score, 0.3, 2.0)
register_family(stats.hypsecant, hyperbolic_score, -1.5, 1.5)
