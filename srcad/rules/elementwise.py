"""Arithmetic, powers, remainders and rounding of NumPy: the partial derivatives, elementwise.

Partials are written as a person would write them, in terms of `out` where that is shorter, with Python numbers
as constants, so that float32 stays float32.  They hold for numbers and arrays, and may be differentiated again.
Powers are right at a base of 0 and an exponent of 0, and for negative bases.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Fact, Tuple
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts, partials
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import binary_facts, ufunc_fact, unary_facts

# ------------------------------------------------------------------------------------------- arithmetic


@partials(np.add, "x", "y", samples=elementwise((-2, 2), (-2, 2), complex=True))
def _(out, x, y):
    return 1.0, 1.0


@partials(np.subtract, "x", "y", samples=elementwise((-2, 2), (-2, 2), complex=True))
def _(out, x, y):
    return 1.0, -1.0


@partials(np.multiply, "x", "y", samples=elementwise((-2, 2), (-2, 2), complex=True))
def _(out, x, y):
    return y, x


@partials(np.divide, "x", "y", singular=True, samples=elementwise((-2, 2), (0.5, 2), complex=True))
def _(out, x, y):
    return 1.0 / y, -out / y


@partials(np.positive, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return 1.0


@partials(np.negative, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return -1.0


@partials(np.reciprocal, "x", singular=True, samples=elementwise((0.5, 2), complex=True))
def _(out, x):
    return -out * out


@partials(np.square, "x", samples=elementwise((-2, 2), complex=True))
def _(out, x):
    return 2.0 * x


# ------------------------------------------------------------------------------------- powers and roots


def power_base(x, y):
    """The partial derivative of x ** y in x, which is 0 at x = y = 0."""
    if np.ndim(y) == 0 and y != 0:
        return y * x ** (y - 1)
    return y * np.where((x == 0) & (y == 0), 1.0, x) ** (y - 1)


def power_exponent(out, x):
    """The partial derivative of x ** y in y; of a base that is not positive, where it is not defined, 0."""
    if np.iscomplexobj(out):
        return out * np.log(np.where(x == 0, 1.0, x) + 0j)
    if np.ndim(x) == 0 and x > 0:
        return out * np.log(x)
    return out * np.log(np.where(x > 0, x, 1.0))


BASES_AND_EXPONENTS = elementwise((0.5, 2), (0.5, 2), complex=True) + elementwise((0.5, 2), (-2, -0.1))[4:-2]
POWERS = BASES_AND_EXPONENTS + [
    sample(array(3), 2),
    sample(array(3, dtype="f4"), 2),
    sample(array(2, 3), -1),
    sample(array(3), 1),
    sample(array(3), 0),
    sample(array(3), np.array([2, 3, -1])),
    sample(array(3), np.array([0, 1, 2])),
    sample(-1.5, 3),
    sample(-1.5, np.array([3, -2])),
    sample(1.5, 0.3),
    sample(1.5, -1),
    sample(0.7, 0),
    sample(2.0, array(3)),
    sample(2, array(3)),
    sample(2, array(3, dtype="f4")),
]


@partials(np.power, "x", "y", singular=True, samples=POWERS)
def _(out, x, y):
    return power_base(x, y), power_exponent(out, x)


@partials(np.float_power, "x", "y", singular=True, samples=POWERS)
def _(out, x, y):
    return power_base(x, y), power_exponent(out, x)


@partials(np.sqrt, "x", singular=True, samples=elementwise((0.5, 2), complex=True))
def _(out, x):
    return 0.5 / out


@partials(np.cbrt, "x", singular=True, samples=elementwise((0.5, 2)) + [sample(array(3, low=-2, high=-1))])
def _(out, x):
    return 1.0 / (3.0 * out * out)


@partials(np.hypot, "x", "y", samples=elementwise((-2, 2), (0.5, 2)))
def _(out, x, y):
    length = np.where(out == 0, 1.0, out)  # at the origin: 0, like every norm
    return x / length, y / length


# ----------------------------------------------------------------------------------- remainders, rounding


@partials(
    np.remainder, "x", "y", singular=True, samples=elementwise((-2, 2), (0.5, 2)) + elementwise((-2, 2), (-2, -0.5))
)
def _(out, x, y):
    return 1.0, -(x // y)


@partials(np.fmod, "x", "y", singular=True, samples=elementwise((-2, 2), (0.5, 2)) + elementwise((-2, 2), (-2, -0.5)))
def _(out, x, y):
    return 1.0, -np.trunc(x / y)


@adjoint(np.divmod, "x", "y", singular=True, samples=elementwise((-2, 2), (0.5, 2)))
def _(d_out, out, x, y):
    d_remainder = d_out[1]
    return rt.unbroadcast(d_remainder, x), rt.unbroadcast(-d_remainder * out[0], y)


@adjoint(np.modf, "x", samples=elementwise((-2, 2)))
def _(d_out, out, x):
    return d_out[0]


@partials(
    np.ldexp, "x", samples=[sample(array(3), 2), sample(array(3, dtype="f4"), np.array([-1, 0, 3])), sample(0.5, 3)]
)
def _(out, x, i):
    return 2.0**i


# ---------------------------------------------------------------------------------------------- angles


@partials(np.degrees, "x", samples=elementwise((-2, 2)))
def _(out, x):
    return 180.0 / np.pi


@partials(np.radians, "x", samples=elementwise((-90, 90)))
def _(out, x):
    return np.pi / 180.0


@partials(np.rad2deg, "x", samples=elementwise((-2, 2)))
def _(out, x):
    return 180.0 / np.pi


@partials(np.deg2rad, "x", samples=elementwise((-90, 90)))
def _(out, x):
    return np.pi / 180.0


# ----------------------------------------------------------------------------------------------- facts

unary_facts(np.positive, np.negative, np.reciprocal, np.square, np.sqrt, np.cbrt)
unary_facts(np.degrees, np.radians, np.rad2deg, np.deg2rad)
binary_facts(np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.hypot)
binary_facts(np.remainder, np.fmod, np.ldexp)


@facts(np.divmod)
def _(x: Fact, y: Fact) -> Fact:
    parts = ufunc_fact(np.floor_divide, x, y), ufunc_fact(np.remainder, x, y)
    return UNKNOWN if UNKNOWN in parts else Tuple(parts)


@facts(np.modf)
def _(x: Fact) -> Fact:
    part = ufunc_fact(np.modf, x)
    return UNKNOWN if part == UNKNOWN else Tuple((part, part))
