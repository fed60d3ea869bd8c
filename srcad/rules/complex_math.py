"""The `cmath` module: functions of Python's complex numbers, with partials that call `cmath` again.

The functions are holomorphic, so that one complex number is the partial derivative.  `cmath.phase` and `polar` are not:
their cotangents follow the convention du/dx - i du/dy.
"""

from __future__ import annotations

import cmath
import math

from srcad.facts import BOOL, COMPLEX, FLOAT, Fact, Tuple
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, partials

LOG_10 = math.log(10.0)
SAMPLES = [sample(0.7 + 0.3j), sample(-0.4 + 0.6j), sample(0.3 - 0.2j), sample(0.6)]
ANYWHERE = [*SAMPLES, sample(-0.4), sample(2)]


@partials(cmath.sqrt, "z", singular=True, samples=SAMPLES)
def _(out, z):
    return 0.5 / out


@partials(cmath.exp, "z", samples=ANYWHERE)
def _(out, z):
    return out


@partials(cmath.log, "z", "base", singular=True, samples=[*SAMPLES, sample(0.7 + 0.3j, 2.5), sample(0.6, 1.5 + 1j)])
def _(out, z, base=None):
    if base is None:
        return 1.0 / z, 0.0
    return 1.0 / (z * cmath.log(base)), -out / (base * cmath.log(base))


@partials(cmath.log10, "z", singular=True, samples=SAMPLES)
def _(out, z):
    return 1.0 / (z * LOG_10)


@partials(cmath.sin, "z", samples=ANYWHERE)
def _(out, z):
    return cmath.cos(z)


@partials(cmath.cos, "z", samples=ANYWHERE)
def _(out, z):
    return -cmath.sin(z)


@partials(cmath.tan, "z", samples=ANYWHERE)
def _(out, z):
    return 1.0 + out * out


@partials(cmath.asin, "z", singular=True, samples=SAMPLES)
def _(out, z):
    return 1.0 / cmath.sqrt(1.0 - z * z)


@partials(cmath.acos, "z", singular=True, samples=SAMPLES)
def _(out, z):
    return -1.0 / cmath.sqrt(1.0 - z * z)


@partials(cmath.atan, "z", samples=ANYWHERE)
def _(out, z):
    return 1.0 / (1.0 + z * z)


@partials(cmath.sinh, "z", samples=ANYWHERE)
def _(out, z):
    return cmath.cosh(z)


@partials(cmath.cosh, "z", samples=ANYWHERE)
def _(out, z):
    return cmath.sinh(z)


@partials(cmath.tanh, "z", samples=ANYWHERE)
def _(out, z):
    return 1.0 - out * out


@partials(cmath.asinh, "z", samples=ANYWHERE)
def _(out, z):
    return 1.0 / cmath.sqrt(1.0 + z * z)


@partials(cmath.acosh, "z", singular=True, samples=[*SAMPLES[:3], sample(1.5)])
def _(out, z):
    return 1.0 / (cmath.sqrt(z - 1.0) * cmath.sqrt(z + 1.0))  # the product of roots has the right branch


@partials(cmath.atanh, "z", singular=True, samples=SAMPLES)
def _(out, z):
    return 1.0 / (1.0 - z * z)


# ------------------------------------------------------------------------------------- polar coordinates


@partials(cmath.phase, "z", singular=True, samples=[sample(0.7 + 0.3j), sample(-0.4 + 0.6j), sample(1.5)])
def _(out, z):
    return -1.0j / z


@adjoint(cmath.polar, "z", singular=True, samples=[sample(0.7 + 0.3j), sample(-0.4 + 0.6j), sample(1.5)])
def _(d_out, out, z):
    d_radius, d_phase = d_out
    d_z = d_radius * out[0] / z - 1.0j * d_phase / z
    return d_z if isinstance(z, complex) else d_z.real


@partials(cmath.rect, "r", "phi", samples=[sample(1.5, 0.7), sample(0.5, -2.0), sample(2, 0.3)])
def _(out, r, phi):
    return cmath.rect(1.0, phi), 1.0j * out


# ---------------------------------------------------------------------------------------- tests and facts

constant(cmath.isnan, cmath.isinf, cmath.isfinite, samples=ANYWHERE)
constant(cmath.isclose, samples=[sample(0.7 + 0.3j, 0.7)])


@facts(
    *(cmath.sqrt, cmath.exp, cmath.log10, cmath.sin, cmath.cos, cmath.tan, cmath.asin, cmath.acos, cmath.atan),
    *(cmath.sinh, cmath.cosh, cmath.tanh, cmath.asinh, cmath.acosh, cmath.atanh),
)
def _(z: Fact) -> Fact:
    return COMPLEX


@facts(cmath.log)
def _(z: Fact, base=None) -> Fact:
    return COMPLEX


@facts(cmath.rect)
def _(r: Fact, phi: Fact) -> Fact:
    return COMPLEX


@facts(cmath.phase)
def _(z: Fact) -> Fact:
    return FLOAT


@facts(cmath.polar)
def _(z: Fact) -> Fact:
    return Tuple((FLOAT, FLOAT))


@facts(cmath.isnan, cmath.isinf, cmath.isfinite)
def _(z: Fact) -> Fact:
    return BOOL


@facts(cmath.isclose)
def _(a: Fact, b: Fact, *, rel_tol=1e-09, abs_tol=0.0) -> Fact:
    return BOOL
