"""Splines of `scipy.interpolate` that are made of values which carry a derivative: piecewise polynomials as objects.

Guarantee: the steps are those of SciPy, in its order, so that coefficients are the same bit for bit.  Of such an object
there are its values, integrals, derivatives, coefficients and breakpoints; all else is refused.
"""

import numpy as np
from scipy import interpolate, linalg

from srcad.facts import Known
from srcad.library.kinds import a_double_array, a_vector, exactly, varies
from srcad.library.register import implements, stands_for
from srcad.rules.register import constant
from srcad.rules.scipy.interpolate_pieces import integral, values


@stands_for(interpolate.PPoly)
class Piecewise:
    """Polynomials between breakpoints."""

    def __init__(self, c, x, extrapolate=True):
        self.c = c
        self.x = x
        self.extrapolate = extrapolate
        self.axis = 0

    def __call__(self, x, nu=0, extrapolate=None):
        return values(self.c, self.x, x, nu, self.extrapolate if extrapolate is None else extrapolate)

    def derivative(self, nu=1):
        c = self.c
        for _ in range(nu):
            c = c[:-1] * np.reshape(np.arange(len(c) - 1.0, 0.0, -1.0), (-1, *[1] * (np.ndim(c) - 1)))
        return Piecewise(c, self.x, self.extrapolate)

    def integrate(self, a, b, extrapolate=None):
        return integral(self.c, self.x, a, b, self.extrapolate if extrapolate is None else extrapolate)


def a_double_vector(fact):
    """A vector of double-precision numbers."""
    return a_vector(fact) and a_double_array(fact)


def an_end(fact):
    """What a spline does at its ends, of which SciPy's steps are written here."""
    return fact in (Known("not-a-knot"), Known("natural"), Known("clamped"))


def check_data(x, y):
    """Raises ValueError for data that no spline goes through."""
    if len(x) < 2:
        raise ValueError("`x` must contain at least 2 elements.")
    if len(x) != len(y):
        raise ValueError("The length of `y` along `axis`=0 doesn't match the length of `x`")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y))):
        raise ValueError("`x` and `y` must contain only finite values.")
    if np.any(np.diff(x) <= 0):
        raise ValueError("`x` must be strictly increasing sequence.")


constant(check_data, pure=False)


def through(x, y, slopes):
    """The cubic polynomials with these values and slopes at the breakpoints."""
    widths = np.diff(x)
    means = np.diff(y) / widths
    bend = (slopes[:-1] + slopes[1:] - 2 * means) / widths
    return np.stack((bend / widths, (means - slopes[:-1]) / widths - bend, slopes[:-1], y[:-1]))


@implements(interpolate.CubicSpline, when=varies("y"))
def _(
    x: a_double_vector,
    y: a_double_vector,
    axis: exactly(0) = 0,
    bc_type: an_end = "not-a-knot",
    extrapolate: exactly(None) = None,
):
    check_data(x, y)
    return Piecewise(through(x, y, slopes_at(x, y, bc_type)), x)


@implements(interpolate.CubicHermiteSpline, when=varies("y"))
def _(
    x: a_double_vector,
    y: a_double_vector,
    dydx: a_double_vector,
    axis: exactly(0) = 0,
    extrapolate: exactly(None) = None,
):
    check_data(x, y)
    return Piecewise(through(x, y, dydx), x)


def slopes_at(x, y, ends):
    """The slopes at the breakpoints of the cubic spline through values: those with a continuous second derivative."""
    n, widths = len(x), np.diff(x)
    means = np.diff(y) / widths
    if n == 2 and ends == "not-a-knot":
        return np.array([means[0], means[0]])
    if n == 3 and ends == "not-a-knot":
        return slopes_of_parabola(widths, means)
    band, right = np.zeros((3, n)), np.zeros(n)
    band[1, 1:-1] = 2 * (widths[:-1] + widths[1:])
    band[0, 2:] = widths[:-1]
    band[2, :-2] = widths[1:]
    right[1:-1] = 3 * (widths[1:] * means[:-1] + widths[:-1] * means[1:])
    if ends == "not-a-knot":
        first, last = x[2] - x[0], x[-1] - x[-3]
        band[1, 0], band[0, 1] = widths[1], first
        right[0] = ((widths[0] + 2 * first) * widths[1] * means[0] + widths[0] ** 2 * means[1]) / first
        band[1, -1], band[2, -2] = widths[-2], last
        right[-1] = (widths[-1] ** 2 * means[-2] + (2 * last + widths[-1]) * widths[-2] * means[-1]) / last
    elif ends == "natural":
        band[1, 0], band[0, 1] = 2 * widths[0], widths[0]
        right[0] = -0.5 * 0.0 * widths[0] ** 2 + 3 * (y[1] - y[0])
        band[1, -1], band[2, -2] = 2 * widths[-1], widths[-1]
        right[-1] = 0.5 * 0.0 * widths[-1] ** 2 + 3 * (y[-1] - y[-2])
    else:
        band[1, 0], band[1, -1] = 1.0, 1.0
        band[0, 1], band[2, -2] = 0.0, 0.0
    return linalg.solve_banded((1, 1), band, right, check_finite=False)


def slopes_of_parabola(widths, means):
    """The slopes of the parabola through three values."""
    matrix = np.zeros((3, 3))
    matrix[0, :2], matrix[2, 1:] = 1.0, 1.0
    matrix[1, 0], matrix[1, 1], matrix[1, 2] = widths[1], 2 * (widths[0] + widths[1]), widths[0]
    right = np.zeros(3)
    right[0], right[2] = 2 * means[0], 2 * means[1]
    right[1] = 3 * (widths[0] * means[1] + widths[1] * means[0])
    return linalg.solve(matrix, right, check_finite=False)
