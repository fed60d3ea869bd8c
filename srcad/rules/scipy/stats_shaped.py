"""`scipy.stats`: distributions with shapes, discrete ones, and the normal one of vectors.

Each rule has the slopes of the logarithm of the standard density, in its argument and in its shapes; where the density
is zero, so are they.  In distribution functions and quantiles, shapes have no derivative here: they are refused.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN
from srcad.rules.eigen import one_triangle
from srcad.rules.linear_algebra import definite
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, partials
from srcad.rules.samples import array
from srcad.rules.scipy.stats import elementwise

# ----------------------------------------------------------------------------------------------- slopes of one shape


def gamma_slopes(y, a):
    """The slopes of the logarithm of a gamma density."""
    return (a - 1.0) / y - 1.0, np.log(y) - special.psi(a)


def inverse_gamma_slopes(y, a):
    """Those of the density of the reciprocal."""
    return (1.0 / y - a - 1.0) / y, -np.log(y) - special.psi(a)


def chi2_slopes(y, df):
    """Those of a chi-squared density."""
    return (0.5 * df - 1.0) / y - 0.5, 0.5 * (np.log(0.5 * y) - special.psi(0.5 * df))


def student_slopes(y, df):
    """Those of Student's density."""
    square = y * y / df
    both = special.psi(0.5 * (df + 1.0)) - special.psi(0.5 * df) - 1.0 / df
    d_df = 0.5 * (both - np.log1p(square) + (df + 1.0) / df * square / (1.0 + square))
    return -(df + 1.0) / df * y / (1.0 + square), d_df


def lognormal_slopes(y, s):
    """Those of a lognormal density."""
    logarithm = np.log(y)
    return -(1.0 + logarithm / (s * s)) / y, (logarithm * logarithm / (s * s) - 1.0) / s


def weibull_slopes(y, c):
    """Those of a Weibull density."""
    power = np.power(y, c)
    return (c - 1.0 - c * power) / y, 1.0 / c + (1.0 - power) * np.log(y)


def pareto_slopes(y, b):
    """Those of a Pareto density."""
    return -(b + 1.0) / y, 1.0 / b - np.log(y)


def power_slopes(y, a):
    """Those of the density of a power of a uniform number."""
    return (a - 1.0) / y, 1.0 / a + np.log(y)


def gompertz_slopes(y, c):
    """Those of a Gompertz density."""
    return 1.0 - c * np.exp(y), 1.0 / c - np.expm1(y)


def nakagami_slopes(y, nu):
    """Those of a Nakagami density."""
    square = y * y
    return (2.0 * nu - 1.0) / y - 2.0 * nu * y, np.log(nu) + 1.0 - special.psi(nu) + 2.0 * np.log(y) - square


def fisk_slopes(y, c):
    """Those of a log-logistic density."""
    power, logarithm = np.power(y, c), np.log(y)
    share = power / (1.0 + power)
    return (c - 1.0 - 2.0 * c * share) / y, 1.0 / c + logarithm - 2.0 * logarithm * share


def lomax_slopes(y, c):
    """Those of a Pareto density that begins at zero."""
    return -(c + 1.0) / (1.0 + y), 1.0 / c - np.log1p(y)


def inverse_gauss_slopes(y, mu):
    """Those of the density of the time of a first passage."""
    square = mu * mu
    return -1.5 / y - 0.5 / square + 0.5 / (y * y), (y - mu) / (square * mu)


def loggamma_slopes(y, c):
    """Those of the density of the logarithm of a gamma variable."""
    return c - np.exp(y), y - special.psi(c)


def outside(y, low, high):
    """Where a density is zero."""
    return (y < low) | (y > high)


constant(outside)


def register_shaped(distribution, slopes, low, high, shape, support=(0.0, np.inf)):
    """Registers the methods of a distribution with one shape; samples lie between `low` and `high`."""
    samples = [
        sample(array(3, low=low, high=high), shape),
        sample(array(2, 2, low=low, high=high), shape, 0.05 * low, 1.1),
        sample(0.3 * low + 0.7 * high, shape, scale=0.9),
        sample(array(3, low=low, high=high), shape * np.array([1.0, 1.2, 0.9])),
    ]
    _register_facts(distribution)
    _register_densities(distribution, slopes, support, samples)
    _register_probabilities(distribution, samples)
    _register_logarithms(distribution, samples)
    _register_quantiles(distribution, shape)


def _register_facts(distribution):
    """What is known of results."""

    @facts(distribution)
    def _(shape, loc=0, scale=1):
        return UNKNOWN

    @facts(distribution.pdf, distribution.logpdf, distribution.cdf, distribution.sf)
    @facts(distribution.logcdf, distribution.logsf)
    def _(x, shape, loc=0, scale=1):
        return elementwise(x, shape, loc, scale)

    @facts(distribution.ppf, distribution.isf)
    def _(q, shape, loc=0, scale=1):
        return elementwise(q, shape, loc, scale)


def _register_densities(distribution, slopes, support, samples):
    """Densities and their logarithms."""
    first, last = support

    @partials(distribution.logpdf, "x", "shape", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        y = (x - loc) / scale
        none = outside(y, first, last)
        y = np.where(none, 1.0, y)
        score, d_shape = slopes(y, shape)
        slope = np.where(none, 0.0, score / scale)
        return slope, np.where(none, 0.0, d_shape), -slope, np.where(none, 0.0, -1.0 / scale) - y * slope

    @partials(distribution.pdf, "x", "shape", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        y = (x - loc) / scale
        y = np.where(outside(y, first, last), 1.0, y)
        score, d_shape = slopes(y, shape)
        slope = out * score / scale
        return slope, out * d_shape, -slope, -out / scale - y * slope


def _register_probabilities(distribution, samples):
    """Distribution functions, whose slope in the argument is the density."""

    @partials(distribution.cdf, "x", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        density = distribution.pdf(x, shape, loc, scale)
        return density, -density, -(x - loc) / scale * density

    @partials(distribution.sf, "x", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        density = distribution.pdf(x, shape, loc, scale)
        return -density, density, (x - loc) / scale * density


def _register_logarithms(distribution, samples):
    """The logarithms of distribution functions."""

    @partials(distribution.logcdf, "x", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        slope = np.exp(distribution.logpdf(x, shape, loc, scale) - out)
        return slope, -slope, -(x - loc) / scale * slope

    @partials(distribution.logsf, "x", "loc", "scale", samples=samples)
    def _(out, x, shape, loc=0, scale=1):
        slope = -np.exp(distribution.logpdf(x, shape, loc, scale) - out)
        return slope, -slope, -(x - loc) / scale * slope


def _register_quantiles(distribution, shape):
    """Quantiles, whose slope is one over the density."""
    quantiles = [sample(array(3, low=0.1, high=0.9), shape), sample(array(3, low=0.2, high=0.8), shape, 0.3, 1.5)]

    @partials(distribution.ppf, "q", "loc", "scale", samples=quantiles)
    def _(out, q, shape, loc=0, scale=1):
        return 1.0 / distribution.pdf(out, shape, loc, scale), 1.0, (out - loc) / scale

    @partials(distribution.isf, "q", "loc", "scale", samples=quantiles)
    def _(out, q, shape, loc=0, scale=1):
        return -1.0 / distribution.pdf(out, shape, loc, scale), 1.0, (out - loc) / scale


register_shaped(stats.gamma, gamma_slopes, 0.3, 3.0, 2.3)
register_shaped(stats.invgamma, inverse_gamma_slopes, 0.3, 3.0, 2.3)
register_shaped(stats.chi2, chi2_slopes, 0.5, 4.0, 3.5)
register_shaped(stats.t, student_slopes, -2.0, 2.0, 3.5, (-np.inf, np.inf))
register_shaped(stats.lognorm, lognormal_slopes, 0.3, 3.0, 0.8)
register_shaped(stats.weibull_min, weibull_slopes, 0.3, 2.0, 1.7)
register_shaped(stats.pareto, pareto_slopes, 1.5, 4.0, 2.3, (1.0, np.inf))
register_shaped(stats.powerlaw, power_slopes, 0.2, 0.8, 1.7, (0.0, 1.0))
register_shaped(stats.gompertz, gompertz_slopes, 0.2, 2.0, 0.7)
register_shaped(stats.nakagami, nakagami_slopes, 0.3, 2.0, 1.4)
register_shaped(stats.fisk, fisk_slopes, 0.3, 3.0, 2.1)
register_shaped(stats.lomax, lomax_slopes, 0.3, 3.0, 1.9)
register_shaped(stats.invgauss, inverse_gauss_slopes, 0.3, 3.0, 0.8)
register_shaped(stats.loggamma, loggamma_slopes, -1.5, 1.0, 1.4, (-np.inf, np.inf))

# ---------------------------------------------------------------------------------------------------------- the beta


@facts(stats.beta)
def _(a, b, loc=0, scale=1):
    return UNKNOWN


@facts(stats.beta.pdf, stats.beta.logpdf, stats.beta.cdf, stats.beta.sf)
def _(x, a, b, loc=0, scale=1):
    return elementwise(x, a, b, loc, scale)


def beta_slopes(y, a, b):
    """The slopes of the logarithm of a beta density, in its argument and in both shapes."""
    both = special.psi(a + b)
    return (
        (a - 1.0) / y - (b - 1.0) / (1.0 - y),
        np.log(y) - special.psi(a) + both,
        np.log1p(-y) - special.psi(b) + both,
    )


BETAS = [
    sample(array(3, low=0.2, high=0.8), 1.5, 2.5),
    sample(array(3, low=0.2, high=0.8), 2.5, b=np.array([1.5, 2.0, 0.7]), scale=1.1),
    sample(0.3, 1.5, 2.5, 0.1, 0.9),
]


@partials(stats.beta.logpdf, "x", "a", "b", "loc", "scale", samples=BETAS)
def _(out, x, a, b, loc=0, scale=1):
    y = (x - loc) / scale
    none = outside(y, 0.0, 1.0)
    y = np.where(none, 0.5, y)
    score, d_a, d_b = beta_slopes(y, a, b)
    slope, d_scale = np.where(none, 0.0, score / scale), np.where(none, 0.0, -1.0 / scale)
    return slope, np.where(none, 0.0, d_a), np.where(none, 0.0, d_b), -slope, d_scale - y * slope


@partials(stats.beta.pdf, "x", "a", "b", "loc", "scale", samples=BETAS)
def _(out, x, a, b, loc=0, scale=1):
    y = (x - loc) / scale
    y = np.where(outside(y, 0.0, 1.0), 0.5, y)
    score, d_a, d_b = beta_slopes(y, a, b)
    slope = out * score / scale
    return slope, out * d_a, out * d_b, -slope, -out / scale - y * slope


@partials(stats.beta.cdf, "x", "loc", "scale", samples=BETAS)
def _(out, x, a, b, loc=0, scale=1):
    density = stats.beta.pdf(x, a, b, loc, scale)
    return density, -density, -(x - loc) / scale * density


@partials(stats.beta.sf, "x", "loc", "scale", samples=BETAS)
def _(out, x, a, b, loc=0, scale=1):
    density = stats.beta.pdf(x, a, b, loc, scale)
    return -density, density, (x - loc) / scale * density


# ---------------------------------------------------------------------------------------------------- discrete ones

COUNTS = np.array([0, 2, 3])


@facts(stats.poisson, stats.bernoulli, stats.geom)
def _(mu, loc=0):
    return UNKNOWN


@facts(stats.binom, stats.nbinom)
def _(n, p, loc=0):
    return UNKNOWN


@partials(stats.poisson.logpmf, "mu", samples=[sample(COUNTS, 1.5), sample(COUNTS + 1, array(3, low=0.5), 1)])
def _(out, k, mu, loc=0):
    return np.where(out == -np.inf, 0.0, (k - loc) / mu - 1.0)


@partials(stats.poisson.pmf, "mu", samples=[sample(COUNTS, 1.5), sample(2, 0.7)])
def _(out, k, mu, loc=0):
    return out * ((k - loc) / mu - 1.0)


@partials(stats.binom.logpmf, "p", samples=[sample(COUNTS, 5, 0.3), sample(2, 4, array(3, low=0.2, high=0.8))])
def _(out, k, n, p, loc=0):
    return np.where(out == -np.inf, 0.0, (k - loc) / p - (n - k + loc) / (1.0 - p))


@partials(stats.binom.pmf, "p", samples=[sample(COUNTS, 5, 0.3), sample(2, 4, 0.7)])
def _(out, k, n, p, loc=0):
    return out * ((k - loc) / p - (n - k + loc) / (1.0 - p))


@partials(stats.bernoulli.logpmf, "p", samples=[sample(np.array([0, 1, 1]), 0.3), sample(1, 0.7)])
def _(out, k, p, loc=0):
    return np.where(out == -np.inf, 0.0, (k - loc) / p - (1.0 - k + loc) / (1.0 - p))


@partials(stats.geom.logpmf, "p", samples=[sample(COUNTS + 1, 0.3), sample(2, array(3, low=0.2, high=0.8))])
def _(out, k, p, loc=0):
    return np.where(out == -np.inf, 0.0, 1.0 / p - (k - loc - 1.0) / (1.0 - p))


@partials(stats.nbinom.logpmf, "p", samples=[sample(COUNTS, 5, 0.3), sample(2, 4, array(3, low=0.2, high=0.8))])
def _(out, k, n, p, loc=0):
    return np.where(out == -np.inf, 0.0, n / p - (k - loc) / (1.0 - p))


@facts(stats.poisson.logpmf, stats.poisson.pmf, partly=True)
def _(k, mu):
    return elementwise(k, mu)


@facts(stats.binom.logpmf, stats.binom.pmf, stats.nbinom.logpmf, partly=True)
def _(k, n, p):
    return elementwise(k, n, p)


@facts(stats.bernoulli.logpmf, stats.geom.logpmf, partly=True)
def _(k, p):
    return elementwise(k, p)


# -------------------------------------------------------------------------------------------------------- of vectors


def refuse_covariance(x, mean, cov):
    """Raises UnsupportedError unless a covariance is a matrix, a mean is a vector, and points have an axis for it."""
    if np.ndim(cov) != 2 or np.ndim(mean) != 1 or np.ndim(x) == 0 or np.shape(x)[-1] != np.shape(mean)[0]:
        raise UnsupportedError(
            "this form of multivariate_normal.logpdf has no rule", "pass points of n numbers, n means and a matrix"
        )


constant(refuse_covariance, pure=False)


@facts(stats.multivariate_normal)
def _(mean=None, cov=1, allow_singular=False, seed=None):
    return UNKNOWN


@adjoint(
    stats.multivariate_normal.logpdf,
    "x",
    "mean",
    "cov",
    refuses=("allow_singular",),
    samples=[
        sample(array(3), array(3, seed=1), definite(3, 3)),
        sample(array(4, 3), array(3, seed=1), cov=definite(3, 3)),
    ],
)
def _(d_out, out, x, mean, cov, allow_singular=False):
    refuse_covariance(x, mean, cov)
    whole = np.tril(cov) + np.tril(cov, -1).T  # SciPy reads this triangle only
    inverse = np.linalg.inv(whole)
    weighted = (x - mean) @ inverse
    d = np.expand_dims(d_out, -1)
    pairs = np.expand_dims(d * weighted, -1) * np.expand_dims(weighted, -2)
    d_cov = 0.5 * (rt.unbroadcast(pairs, cov) - np.sum(d_out) * inverse)
    return -d * weighted, rt.unbroadcast(d * weighted, mean), one_triangle(d_cov, "L")


@facts(stats.multivariate_normal.logpdf, partly=True)
def _(x):
    return UNKNOWN
