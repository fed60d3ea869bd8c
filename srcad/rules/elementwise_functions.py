"""Exponentials, logarithms, trigonometric and hyperbolic functions of NumPy.

Partials use `out` wherever the derivative is a function of the value.  They hold on the complex plane too, with
NumPy's branch cuts.
"""

from __future__ import annotations

import math

import numpy as np

from srcad.facts import Fact, is_numeric, widen
from srcad.rules.primitives import sample
from srcad.rules.register import facts, partials
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import array_or_scalar, binary_facts, ufunc_dtype, unary_facts

# Python floats: NumPy's float64 would turn float32 into float64.
LOG_2 = math.log(2.0)
LOG_10 = math.log(10.0)

# --------------------------------------------------------------------------- exponentials and logarithms


@partials(np.exp, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return out


@partials(np.exp2, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return out * LOG_2


@partials(np.expm1, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return out + 1.0


@partials(np.log, "x", singular=True, samples=elementwise((0.5, 2), complex=True))
def _(out, x):
    return 1.0 / x


@partials(np.log2, "x", singular=True, samples=elementwise((0.5, 2), complex=True))
def _(out, x):
    return 1.0 / (x * LOG_2)


@partials(np.log10, "x", singular=True, samples=elementwise((0.5, 2), complex=True))
def _(out, x):
    return 1.0 / (x * LOG_10)


@partials(np.log1p, "x", singular=True, samples=elementwise((-0.5, 2), complex=True))
def _(out, x):
    return 1.0 / (1.0 + x)


@partials(np.logaddexp, "x", "y", singular=True, samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return np.exp(x - out), np.exp(y - out)


@partials(np.logaddexp2, "x", "y", singular=True, samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return np.exp2(x - out), np.exp2(y - out)


unary_facts(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p)
binary_facts(np.logaddexp, np.logaddexp2)

# --------------------------------------------------------------------------------------- trigonometric


@partials(np.sin, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return np.cos(x)


@partials(np.cos, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return -np.sin(x)


@partials(np.tan, "x", samples=elementwise((-1, 1), complex=True))
def _(out, x):
    return 1.0 + out * out


@partials(np.arcsin, "x", singular=True, samples=elementwise((-0.8, 0.8), complex=True))
def _(out, x):
    return 1.0 / np.sqrt(1.0 - x * x)


@partials(np.arccos, "x", singular=True, samples=elementwise((-0.8, 0.8), complex=True))
def _(out, x):
    return -1.0 / np.sqrt(1.0 - x * x)


@partials(np.arctan, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return 1.0 / (1.0 + x * x)


@partials(
    np.arctan2, "y", "x", singular=True, samples=elementwise((-2, 2), (0.5, 2)) + elementwise((0.5, 2), (-2, -0.5))
)
def _(out, y, x):
    square = x * x + y * y
    return x / square, -y / square


unary_facts(np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
binary_facts(np.arctan2)

# ------------------------------------------------------------------------------------------ hyperbolic


@partials(np.sinh, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return np.cosh(x)


@partials(np.cosh, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return np.sinh(x)


@partials(np.tanh, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return 1.0 - out * out


@partials(np.arcsinh, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return 1.0 / np.sqrt(1.0 + x * x)


@partials(np.arccosh, "x", singular=True, samples=elementwise((1.2, 3), complex=True))
def _(out, x):
    return 1.0 / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0))  # the product of roots has the right branch


@partials(np.arctanh, "x", singular=True, samples=elementwise((-0.8, 0.8), complex=True))
def _(out, x):
    return 1.0 / (1.0 - x * x)


unary_facts(np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh)

# ------------------------------------------------------------------------------------------------ sinc


@partials(
    np.sinc, "x", samples=elementwise((0.2, 2), complex=True) + [sample(0.0), sample(array(3, low=-0.009, high=0.009))]
)
def _(out, x):
    near = np.abs(x) < 0.01  # there the quotient would lose all digits, and the series has them all
    t = np.pi * np.pi * x * x
    series = np.pi * np.pi * x * (t / 30.0 - t * t / 840.0 - 1.0 / 3.0)
    return np.where(near, series, (np.cos(np.pi * x) - out) / np.where(near, 1.0, x))


@facts(np.sinc)
def _(x: Fact) -> Fact:
    x = widen(x)
    return array_or_scalar(ufunc_dtype(np.divide, x, x) if is_numeric(x) else None, x)
