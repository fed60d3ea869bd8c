"""The `math` module: functions of Python floats, with partials that call `math` again.

So code on plain numbers stays plain code: no NumPy call, no NumPy scalar, and the speed of Python floats.
`gamma` and `lgamma` have no rule, since their derivative, the digamma function, is not in the standard library.
"""

from __future__ import annotations

import math

import numpy as np

from srcad.facts import BOOL, FLOAT, INT, UNKNOWN, Fact, Number, Tuple, widen
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, partials
from srcad.rules.samples import array

LOG_2 = math.log(2.0)
LOG_10 = math.log(10.0)
SAMPLES = [sample(0.7), sample(0.3)]
SIGNED = [*SAMPLES, sample(-0.6), sample(1)]
PAIRS = [sample(0.7, 0.4), sample(1.7, 0.4), sample(2, 0.9), sample(0.7, 2)]
SIGNED_PAIRS = [*PAIRS, sample(-0.7, 0.4), sample(1.7, -0.4), sample(-0.7, -0.4)]

# ------------------------------------------------------------------------------- powers and logarithms


@partials(math.sqrt, "x", singular=True, samples=SAMPLES)
def _(out, x):
    return 0.5 / out


@partials(math.exp, "x", samples=SIGNED)
def _(out, x):
    return out


@partials(math.expm1, "x", samples=SIGNED)
def _(out, x):
    return out + 1.0


@partials(math.log2, "x", singular=True, samples=SAMPLES)
def _(out, x):
    return 1.0 / (x * LOG_2)


@partials(math.log10, "x", singular=True, samples=SAMPLES)
def _(out, x):
    return 1.0 / (x * LOG_10)


@partials(math.log1p, "x", singular=True, samples=[*SAMPLES, sample(-0.6)])
def _(out, x):
    return 1.0 / (1.0 + x)


@partials(math.log, "x", "base", singular=True, samples=[*SAMPLES, *PAIRS, sample(0.7, 10)])
def _(out, x, base=None):
    if base is None:
        return 1.0 / x, 0.0
    return 1.0 / (x * math.log(base)), -out / (base * math.log(base))


@partials(math.pow, "x", "y", singular=True, samples=[*PAIRS, sample(-0.7, 3), sample(0.7, 0)])
def _(out, x, y):
    d_x = y * math.pow(x, y - 1) if y != 0 else 0.0 if x == 0 else y / x
    d_y = out * math.log(x) if x > 0 else 0.0
    return d_x, d_y


@partials(math.exp2, "x", samples=SIGNED)
def _(out, x):
    return out * LOG_2


@partials(math.cbrt, "x", singular=True, samples=SIGNED)
def _(out, x):
    return 1.0 / (3.0 * out * out)


# -------------------------------------------------------------------------- trigonometric, hyperbolic


@partials(math.sin, "x", samples=SIGNED)
def _(out, x):
    return math.cos(x)


@partials(math.cos, "x", samples=SIGNED)
def _(out, x):
    return -math.sin(x)


@partials(math.tan, "x", samples=SIGNED)
def _(out, x):
    return 1.0 + out * out


@partials(math.asin, "x", singular=True, samples=[*SAMPLES, sample(-0.6)])
def _(out, x):
    return 1.0 / math.sqrt(1.0 - x * x)


@partials(math.acos, "x", singular=True, samples=[*SAMPLES, sample(-0.6)])
def _(out, x):
    return -1.0 / math.sqrt(1.0 - x * x)


@partials(math.atan, "x", samples=SIGNED)
def _(out, x):
    return 1.0 / (1.0 + x * x)


@partials(math.atan2, "y", "x", singular=True, samples=SIGNED_PAIRS)
def _(out, y, x):
    square = x * x + y * y
    return x / square, -y / square


@partials(math.sinh, "x", samples=SIGNED)
def _(out, x):
    return math.cosh(x)


@partials(math.cosh, "x", samples=SIGNED)
def _(out, x):
    return math.sinh(x)


@partials(math.tanh, "x", samples=SIGNED)
def _(out, x):
    return 1.0 - out * out


@partials(math.asinh, "x", samples=SIGNED)
def _(out, x):
    return 1.0 / math.sqrt(1.0 + x * x)


@partials(math.acosh, "x", singular=True, samples=[sample(1.3), sample(2)])
def _(out, x):
    return 1.0 / math.sqrt(x * x - 1.0)


@partials(math.atanh, "x", singular=True, samples=[*SAMPLES, sample(-0.6)])
def _(out, x):
    return 1.0 / (1.0 - x * x)


@partials(math.degrees, "x", samples=SIGNED)
def _(out, x):
    return 180.0 / math.pi


@partials(math.radians, "x", samples=SIGNED)
def _(out, x):
    return math.pi / 180.0


# ------------------------------------------------------------------------ distances, signs, remainders


@partials(math.hypot, "x", "y", "z", samples=[sample(-0.6), *SIGNED_PAIRS, sample(0.7, 0.4, -0.3)])
def _(out, x, y=0.0, z=0.0):
    length = out if out != 0 else 1.0  # at the origin: 0, like every norm
    return x / length, y / length, z / length


@partials(math.fabs, "x", samples=[sample(0.7), sample(-0.6), sample(-1)])
def _(out, x):
    return math.copysign(1.0, x) if x != 0 else 0.0


@partials(math.copysign, "x", "y", samples=SIGNED_PAIRS)
def _(out, x, y):
    return out / x if x != 0 else 0.0, 0.0


@partials(math.fmod, "x", "y", singular=True, samples=SIGNED_PAIRS)
def _(out, x, y):
    return 1.0, -math.trunc(x / y)


@partials(math.remainder, "x", "y", singular=True, samples=SIGNED_PAIRS)
def _(out, x, y):
    return 1.0, -round((x - out) / y)


@partials(math.ldexp, "x", samples=[sample(0.7, 3), sample(-0.7, -2)])
def _(out, x, i):
    return math.ldexp(1.0, i)


@adjoint(math.modf, "x", samples=[sample(1.7), sample(-2.3)])
def _(d_out, out, x):
    return d_out[0]


# -------------------------------------------------------------------------------------- error functions


@partials(math.erf, "x", samples=SIGNED)
def _(out, x):
    return 2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@partials(math.erfc, "x", samples=SIGNED)
def _(out, x):
    return -2.0 / math.sqrt(math.pi) * math.exp(-x * x)


# ------------------------------------------------------------------------------------ sums and products


SEQUENCES = [
    sample([0.7, -0.4, 0.1]),
    sample((0.7, 0.4)),
    sample([]),
    sample([0.7, 0.0, 2.0]),
    sample(array(3)),
    sample(array(3, dtype="f4")),
]


def like_sequence(parts, sequence):
    """The cotangents of the items of a list, tuple or array, as a list, tuple or array."""
    if isinstance(sequence, np.ndarray):
        return np.array(parts, sequence.dtype)
    return tuple(parts) if isinstance(sequence, tuple) else parts


@adjoint(math.fsum, "seq", samples=SEQUENCES)
def _(d_out, out, seq):
    return like_sequence([d_out] * len(seq), seq)


@adjoint(math.prod, "iterable", samples=SEQUENCES)
def _(d_out, out, iterable):
    parts = []
    for i in range(len(iterable)):
        others = d_out
        for j in range(len(iterable)):
            if j != i:
                others = others * iterable[j]
        parts.append(others)
    return like_sequence(parts, iterable)


@adjoint(
    math.dist,
    "p",
    "q",
    samples=[sample([0.7, 0.4], [0.1, -0.3]), sample((0.7,), (0.4,)), sample(array(3), [1.0, 2.0, 0.5])],
)
def _(d_out, out, p, q):
    d_p = []
    d_q = []
    for i in range(len(p)):
        d = d_out * (p[i] - q[i]) / out if out != 0 else 0.0
        d_p.append(d)
        d_q.append(-d)
    return like_sequence(d_p, p), like_sequence(d_q, q)


# ------------------------------------------------------------------------------- what has no derivative

constant(math.floor, math.ceil, math.trunc, samples=SIGNED)
constant(math.isnan, math.isinf, math.isfinite, samples=SIGNED)
constant(math.isclose, samples=PAIRS)
constant(math.gcd, math.lcm, math.comb, math.perm, samples=[sample(6, 4)])
constant(math.factorial, math.isqrt, samples=[sample(6)])
constant(math.ulp, samples=SIGNED)


# ------------------------------------------------------------------------------------------------ facts


@facts(
    *(math.sqrt, math.exp, math.expm1, math.log2, math.log10, math.log1p, math.sin, math.cos, math.tan, math.asin),
    *(math.acos, math.atan, math.sinh, math.cosh, math.tanh, math.asinh, math.acosh, math.atanh, math.degrees),
    *(math.radians, math.fabs, math.erf, math.erfc, math.ulp, math.exp2, math.cbrt),
)
def _(x: Fact) -> Fact:
    return FLOAT


@facts(math.pow, math.copysign, math.fmod, math.remainder, math.ldexp, math.dist)
def _(x: Fact, y: Fact) -> Fact:
    return FLOAT


@facts(math.atan2)
def _(y: Fact, x: Fact) -> Fact:
    return FLOAT


@facts(math.log)
def _(x: Fact, base=None) -> Fact:
    return FLOAT


@facts(math.hypot)
def _(x: Fact, y=0.0, z=0.0) -> Fact:
    return FLOAT


@facts(math.fsum)
def _(seq: Fact) -> Fact:
    return FLOAT


@facts(math.modf)
def _(x: Fact) -> Fact:
    return Tuple((FLOAT, FLOAT))


@facts(math.floor, math.ceil, math.trunc)
def _(x: Fact) -> Fact:
    return INT if isinstance(widen(x), Number) else UNKNOWN  # a class may give what it likes


@facts(math.isnan, math.isinf, math.isfinite)
def _(x: Fact) -> Fact:
    return BOOL


@facts(math.isclose)
def _(a: Fact, b: Fact, rel_tol=1e-09, abs_tol=0.0) -> Fact:
    return BOOL


@facts(math.gcd, math.lcm, math.comb, math.perm)
def _(*integers: Fact) -> Fact:
    return INT


@facts(math.factorial, math.isqrt)
def _(x: Fact) -> Fact:
    return INT
