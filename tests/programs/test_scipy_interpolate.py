"""Splines of `scipy.interpolate`: at places that carry a derivative, and through values that do."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along

import srcad
from srcad.errors import DifferentiationError

interpolate = pytest.importorskip("scipy.interpolate", reason="SciPy is not installed")

T = np.array([0.0, 0.4, 1.0, 1.7, 2.1, 3.0])
Y = np.sin(T) + 0.1 * T**2
X = np.array([0.3, 1.2, 2.7])
AT = np.array([0.1, 0.5, 1.3, 2.9, 3.3])

cubic = interpolate.CubicSpline(T, Y)
pair = interpolate.CubicSpline(T, np.stack((Y, Y**2)), axis=1)
basis = interpolate.make_interp_spline(T, Y)
monotone = interpolate.PchipInterpolator(T, Y)
akima = interpolate.Akima1DInterpolator(T, Y)
smooth = interpolate.UnivariateSpline(T, Y, s=0)
knots = interpolate.splrep(T, Y)

AT_PLACES = {
    "a cubic spline": lambda x: np.sum(cubic(x) ** 2),
    "its derivative": lambda x: np.sum(cubic(x, 1) ** 2) + np.sum(cubic.derivative()(x)),
    "its integral": lambda x: np.sum(cubic.antiderivative()(x) ** 2) + cubic.integrate(x[0], x[1]) ** 2,
    "at one place after another": lambda x: sum([cubic(x[i]) * cubic(x[0]) for i in range(3)]),
    "two at once": lambda x: np.sum(pair(x)[1] ** 2),
    "in a basis": lambda x: np.sum(basis(x) ** 2) + basis.integrate(x[0], x[1]) + np.sum(basis.derivative(2)(x)),
    "monotone": lambda x: np.sum(monotone(x) ** 2),
    "Akima's": lambda x: np.sum(akima(x) ** 2),
    "FITPACK's": lambda x: np.sum(smooth(x) ** 2) + smooth.integral(x[0], x[1]) ** 2,
    "FITPACK's functions": lambda x: np.sum(interpolate.splev(x, knots) ** 2) + interpolate.splint(x[0], x[1], knots),
    "made inside": lambda x: np.sum(interpolate.make_interp_spline(T, Y)(x) ** 2),
    "cubic, made inside": lambda x: interpolate.CubicSpline(T, Y).integrate(x[0], x[2]) ** 2,
    "monotone, made inside": lambda x: np.sum(interpolate.PchipInterpolator(T, Y)(x) ** 2),
}


@pytest.mark.parametrize("name", AT_PLACES)
def test_at_places(name):
    function = AT_PLACES[name]
    assert srcad.value_and_grad(function)(X)[0] == function(X)
    srcad.check_grads(function, (X,))


THROUGH_VALUES = {
    "not a knot": lambda y: np.sum(interpolate.CubicSpline(T, y)(AT) ** 2),
    "natural": lambda y: np.sum(interpolate.CubicSpline(T, y, bc_type="natural")(AT) ** 2),
    "clamped": lambda y: np.sum(interpolate.CubicSpline(T, y, bc_type="clamped")(AT) ** 2),
    "three values": lambda y: np.sum(interpolate.CubicSpline(T[:3], y[:3])(AT) ** 2),
    "two values": lambda y: np.sum(interpolate.CubicSpline(T[:2], y[:2])(AT) ** 2),
    "two values, natural": lambda y: np.sum(interpolate.CubicSpline(T[:2], y[:2], bc_type="natural")(AT) ** 2),
    "its derivative": lambda y: np.sum(interpolate.CubicSpline(T, y).derivative()(AT) ** 2),
    "its second derivative": lambda y: np.sum(interpolate.CubicSpline(T, y)(AT, 2) ** 2),
    "its integral": lambda y: interpolate.CubicSpline(T, y).integrate(0.1 * y[0], 2.0) ** 2,
    "knots and places, too": lambda y: np.sum(interpolate.CubicSpline(T + 0.01 * y, y)(AT * y[:5]) ** 2),
    "with given slopes": lambda y: np.sum(interpolate.CubicHermiteSpline(T, y, y**2)(AT) ** 2),
    "in a loop": lambda y: sum([interpolate.CubicSpline(T, y)(0.3 * i) * y[i] for i in range(3)]),
    "polynomials": lambda y: np.sum(interpolate.PPoly(np.outer(y[:3], y), np.append(T, 4.0))(AT) ** 2),
    "its coefficients": lambda y: np.sum(interpolate.CubicSpline(T, y).c ** 2),
}


@pytest.mark.parametrize("name", THROUGH_VALUES)
def test_through_values(name):
    function = THROUGH_VALUES[name]
    assert srcad.value_and_grad(function)(Y)[0] == function(Y)
    srcad.check_grads(function, (Y,), rtol=1e-5)


@pytest.mark.parametrize("function", [AT_PLACES["a cubic spline"], AT_PLACES["in a basis"]])
def test_second_derivatives_at_places(function):
    srcad.check_grads(along(function, (X,)), (X,), rtol=1e-4)


def test_second_derivatives_through_values():
    function = THROUGH_VALUES["not a knot"]
    srcad.check_grads(along(function, (Y,)), (Y,), rtol=1e-4)


REFUSED = {
    "of several axes": (lambda y: np.sum(interpolate.CubicSpline(T, np.outer(y, y))(AT)), "CubicSpline"),
    "Akima's": (lambda y: np.sum(interpolate.Akima1DInterpolator(T, y)(AT)), "Akima1DInterpolator"),
    "in a basis": (lambda y: np.sum(interpolate.make_interp_spline(T, y)(AT)), "BSpline"),
    "periodic": (lambda y: np.sum(interpolate.CubicSpline(T, y * (y - y), bc_type="periodic")(AT)), "CubicSpline"),
    "whole": (lambda y: np.sum(interpolate.CubicSpline(T, y).roots()), "PPoly"),
    "constant outside": (lambda y: np.sum(interpolate.splev(y, knots, ext=3)), "ext=3"),
    "lines": (lambda y: np.sum(interpolate.interp1d(T, y)(AT)), "interp1d"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    function, words = REFUSED[name]
    with pytest.raises(DifferentiationError, match=words):
        srcad.grad(function)(Y)


def test_errors_are_those_of_scipy():
    def energy(y):
        return np.sum(interpolate.CubicSpline(T[::-1], y)(AT) ** 2)

    for function in (energy, srcad.grad(energy)):
        with pytest.raises(ValueError, match="strictly increasing"):
            function(Y)
