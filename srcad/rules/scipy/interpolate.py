"""`scipy.interpolate`: values of splines at places that carry a derivative, and integrals between them.

The derivative of a spline is a spline of lower degree, which SciPy evaluates itself (`nu`).  Splines are constants
here: of those that are made of values which carry a derivative, the library has cubic ones; others are refused.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Instance, Known, some_dim
from srcad.rules.axes import as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear

KNOTS = np.array([0.0, 0.4, 1.0, 1.3, 2.0, 2.9])
VALUES = np.sin(2.0 * KNOTS) + KNOTS
PAIRS = np.stack((VALUES, VALUES**2), axis=1)
PLACES = np.array([0.2, 0.7, 1.7, 2.6])
CUBIC = interpolate.CubicSpline(KNOTS, VALUES)
QUINTIC = interpolate.make_interp_spline(KNOTS, VALUES, k=5)

evaluated = interpolate.PPoly.__call__
integrated = interpolate.PPoly.integrate
of_basis = interpolate.BSpline.__call__
basis_integrated = interpolate.BSpline.integrate
smoothed = interpolate.UnivariateSpline.__call__
smoothed_integral = interpolate.UnivariateSpline.integral

# ------------------------------------------------------------------------------------------- piecewise polynomials


def through_places(d_values, slopes, x, axis):
    """The cotangent of places from that of values whose own axes stand before and after those of the places."""
    product = d_values * slopes
    own = (*range(axis), *range(axis + np.ndim(x), np.ndim(product)))
    return np.sum(product, axis=own)


SPLINES = [
    CUBIC,
    interpolate.CubicSpline(KNOTS, PAIRS),
    interpolate.CubicSpline(KNOTS, PAIRS.T, axis=1),
    interpolate.PchipInterpolator(KNOTS, VALUES),
    interpolate.Akima1DInterpolator(KNOTS, VALUES),
    interpolate.PPoly(np.array([[1.0, 2.0], [0.5, -1.0], [0.3, 0.7]]), np.array([0.0, 1.0, 3.0])),
]
BASES = [QUINTIC, interpolate.make_interp_spline(KNOTS, PAIRS), interpolate.BSpline.basis_element([0, 1, 2, 3])]


def calls(splines):
    """Samples of places of several shapes."""
    at_all = [sample(spline, PLACES) for spline in splines]
    return [*at_all, sample(splines[0], 0.7), sample(splines[1], np.reshape(PLACES, (2, 2)), 1)]


@adjoint(evaluated, "x", samples=calls(SPLINES))
def _(d_out, out, self, x, nu=0, extrapolate=None):
    return through_places(d_out, evaluated(self, x, nu + 1, extrapolate), x, self.axis)


@adjoint(of_basis, "x", samples=calls(BASES))
def _(d_out, out, self, x, nu=0, extrapolate=None):
    return through_places(d_out, of_basis(self, x, nu + 1, extrapolate), x, self.axis)


LIMITS = [(0.2, 1.7), (2.6, 0.7), (-0.3, 3.2)]


@adjoint(integrated, "a", "b", samples=[sample(spline, *ends) for spline in SPLINES[:2] for ends in LIMITS])
def _(d_out, out, self, a, b, extrapolate=None):
    return (
        -np.sum(d_out * evaluated(self, a, 0, extrapolate)),
        np.sum(d_out * evaluated(self, b, 0, extrapolate)),
    )


@adjoint(basis_integrated, "a", "b", samples=[sample(spline, *ends) for spline in BASES[:2] for ends in LIMITS])
def _(d_out, out, self, a, b, extrapolate=None):
    return (
        -np.sum(d_out * of_basis(self, a, 0, extrapolate)),
        np.sum(d_out * of_basis(self, b, 0, extrapolate)),
    )


def own_axes(spline):
    """How many axes the values of a spline have, and before how many of them stand those of the places."""
    if not isinstance(spline, Known):
        return None
    coefficients = spline.value.c
    return np.ndim(coefficients) - (2 if isinstance(spline.value, interpolate.PPoly) else 1), spline.value.axis


@facts(evaluated, of_basis)
def _(self, x, nu=0, extrapolate=None):
    places, own = as_array(x).shape, own_axes(self)
    if own is None or places is None:
        return Array("float64", None)
    count, axis = own
    dims = [some_dim() for _ in range(count)]
    return Array("float64", (*dims[:axis], *places, *dims[axis:]))


@facts(integrated, basis_integrated)
def _(self, a, b, extrapolate=None):
    own = own_axes(self)
    return Array("float64", None if own is None else tuple(some_dim() for _ in range(own[0])))


# ---------------------------------------------------------------------------------------- splines made of splines

PIECEWISE = (interpolate.PPoly.derivative, interpolate.PPoly.antiderivative)
OF_BASES = (interpolate.BSpline.derivative, interpolate.BSpline.antiderivative)
constant(*PIECEWISE, *OF_BASES)


@facts(*PIECEWISE)
def _(self, nu=1):
    return Instance(interpolate.PPoly)


@facts(*OF_BASES)
def _(self, nu=1):
    return Instance(interpolate.BSpline)


DATA = [sample(KNOTS, VALUES)]


@linear(interpolate.CubicSpline, samples=DATA)  # of which the library has a program for vectors
def _(d_out, x, y, axis=0, bc_type="not-a-knot", extrapolate=None):
    return ()


@linear(interpolate.PchipInterpolator, samples=DATA)
def _(d_out, x, y, axis=0, extrapolate=None):
    return ()


@linear(interpolate.Akima1DInterpolator, samples=DATA)
def _(d_out, x, y, axis=0, *, method="akima", extrapolate=None):
    return ()


@linear(interpolate.BSpline, samples=[sample(np.arange(6.0), np.arange(4.0), 1)])
def _(d_out, t, c, k, extrapolate=True, axis=0):
    return ()


@linear(interpolate.make_interp_spline, samples=DATA)
def _(d_out, x, y, k=3, t=None, bc_type=None, axis=0, check_finite=True):
    return ()


@facts(interpolate.CubicSpline, partly=True)
def _(x):
    return Instance(interpolate.CubicSpline)


@facts(interpolate.PchipInterpolator, partly=True)
def _(x):
    return Instance(interpolate.PchipInterpolator)


@facts(interpolate.Akima1DInterpolator, partly=True)
def _(x):
    return Instance(interpolate.Akima1DInterpolator)


@facts(interpolate.BSpline, partly=True)
def _(t):
    return Instance(interpolate.BSpline)


@facts(interpolate.make_interp_spline, partly=True)
def _(x):
    return Instance(interpolate.BSpline)


# --------------------------------------------------------------------------------------------------------- FITPACK

CONSTANT_ENDS = (3, "const")


def refuse_constant_ends(ext):
    """Raises UnsupportedError for splines that go on as a constant, of whose derivative FITPACK says otherwise."""
    if ext in CONSTANT_ENDS:
        raise UnsupportedError("splines with ext=3 have no rule", "clip the places: spline(np.clip(x, a, b))")


constant(refuse_constant_ends, pure=False)
SMOOTH = interpolate.UnivariateSpline(KNOTS, VALUES, s=0.01)
EXACT = interpolate.InterpolatedUnivariateSpline(KNOTS, VALUES)


@adjoint(
    smoothed,
    "x",
    samples=[sample(SMOOTH, PLACES), sample(EXACT, 0.7), sample(EXACT, np.reshape(PLACES, (2, 2)), 1, 1)],
)
def _(d_out, out, self, x, nu=0, ext=None):
    refuse_constant_ends(self.ext if ext is None else ext)
    return d_out * smoothed(self, x, nu + 1, ext)


@adjoint(smoothed_integral, "a", "b", samples=[sample(SMOOTH, *ends) for ends in LIMITS])
def _(d_out, out, self, a, b):
    return -d_out * float(smoothed(self, a, 0, 1)), d_out * float(smoothed(self, b, 0, 1))


@facts(smoothed)
def _(self, x, nu=0, ext=None):
    return Array("float64", as_array(x).shape)


TCK = interpolate.splrep(KNOTS, VALUES)


@adjoint(interpolate.splev, "x", samples=[sample(PLACES, TCK), sample(0.7, TCK, 1), sample(PLACES + 1.0, TCK, 0, 1)])
def _(d_out, out, x, tck, der=0, ext=0):
    refuse_constant_ends(ext)
    return d_out * interpolate.splev(x, tck, der + 1, ext)


@adjoint(interpolate.splint, "a", "b", refuses=("full_output",), samples=[sample(*ends, TCK) for ends in LIMITS])
def _(d_out, out, a, b, tck, full_output=0):
    return -d_out * interpolate.splev(a, tck, 0, 1), d_out * interpolate.splev(b, tck, 0, 1)


@facts(interpolate.splev)
def _(x, tck, der=0, ext=0):
    curve = value_of(tck)
    known = isinstance(curve, tuple) and isinstance(curve[1], np.ndarray) and curve[1].ndim == 1
    return Array("float64", as_array(x).shape) if known else UNKNOWN
