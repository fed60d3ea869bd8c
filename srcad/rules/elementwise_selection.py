"""NumPy's extremes, selections, signs, and the parts of complex numbers.

Where two operands of an extreme are equal, each gets half of the cotangent.  `abs` has the derivative 0 at 0.
`clip` passes the cotangent on to the array wherever it lies within the bounds, ends included.

Cotangents of complex values follow the convention du/dx - i du/dy for a real u of x + iy, as in JAX.  So the
partial derivative of `abs` is conj(x) / abs(x), of `imag` it is -i, and a real operand of a complex result
receives the real part.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Fact, Known, Number, broadcast, dtype_of, is_numeric, promote, shape_of, widen
from srcad.rules.primitives import sample
from srcad.rules.register import facts, linear, partials, shares
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import array_or_scalar, binary_facts, ufunc_dtype, unary_facts

# -------------------------------------------------------------------------------------------- extremes


@partials(np.maximum, "x", "y", samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return np.where(x == y, 0.5, x > y), np.where(x == y, 0.5, x < y)


@partials(np.minimum, "x", "y", samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return np.where(x == y, 0.5, x < y), np.where(x == y, 0.5, x > y)


NANS = [sample(np.array([1.0, np.nan, -1.0]), np.array([np.nan, 2.0, -3.0]))]


@partials(np.fmax, "x", "y", samples=elementwise((-2, 2), (-2, 2)) + NANS)
def _(out, x, y):
    return np.where(x == y, 0.5, (x > y) | np.isnan(y)), np.where(x == y, 0.5, (x < y) | np.isnan(x))


@partials(np.fmin, "x", "y", samples=elementwise((-2, 2), (-2, 2)) + NANS)
def _(out, x, y):
    return np.where(x == y, 0.5, (x < y) | np.isnan(y)), np.where(x == y, 0.5, (x > y) | np.isnan(x))


binary_facts(np.maximum, np.minimum, np.fmax, np.fmin)


@partials(
    np.clip,
    "a",
    "a_min",
    "a_max",
    samples=[
        sample(array(2, 3), -0.5, 0.5),
        sample(array(2, 3), None, 0.5),
        sample(array(2, 3), -0.5, None),
        sample(array(2, 3), -0.5, a_max=0.5),
        sample(array(2, 3, dtype="f4"), -0.5, 0.5),
        sample(array(2, 3, dtype="f4"), array(3, low=-1, high=0), 0.5),
        sample(array(4), array(3, 1, low=-1, high=0), array(4, low=0, high=1, seed=1)),
        sample(array(4), array(4, seed=1), array(4, seed=2)),
        sample(array(), -0.5, 0.5),
        sample(0.3, -0.5, 0.5),
        sample(0.7, -0.5, 0.5),
        sample(-0.7, -0.5, 0.5),
        sample(np.float32(0.7), -0.5, 0.5),
        sample(np.arange(5), 1, 3),
        sample(np.arange(5), 1.5, 3),
        sample(np.zeros((0, 2)), -0.5, 0.5),
    ],
)
def _(out, a, a_min=None, a_max=None):
    if a_max is None:
        return a >= a_min, a < a_min, 0.0
    if a_min is None:
        return a <= a_max, 0.0, a > a_max
    return (a >= a_min) & (a <= a_max), (a < a_min) & (a_min <= a_max), np.maximum(a, a_min) > a_max


@facts(np.clip)
def _(a: Fact, a_min=None, a_max=None) -> Fact:
    bounds = tuple(bound for bound in (a_min, a_max) if bound != Known(None))
    if UNKNOWN in bounds or not bounds or not all(map(is_numeric, (a, *bounds))):
        return UNKNOWN
    dtype = ufunc_dtype(np.maximum, a, bounds[0])
    if len(bounds) == 2:
        dtype = promote(a, *bounds)
    return array_or_scalar(dtype, a, *bounds)


# ------------------------------------------------------------------------------------------- selection


@linear(
    np.where,
    "x",
    "y",
    samples=[
        sample(array(3) > 0, array(3), array(3, seed=1)),
        sample(array(3) > 0, array(3), 0.0),
        sample(array(3) > 0, 1.5, array(3)),
        sample(array(3, 1) > 0, array(4), array(3, 1)),
        sample(array(3) > 0, array(2, 3, dtype="f4"), 0.0),
        sample(array(3) > 0, array(3, dtype="f4"), array(3)),
        sample(array(2, 3) > 0, 1.5, 2.5),
        sample(True, array(3), 2.5),
        sample(False, 1.5, 2.5),
        sample(array(3) > 0, array(3, dtype="c16"), array(3)),
        sample(array(3) > 0, np.arange(3), array(3)),
        sample(array(3), array(3), 0.0),
        sample(np.zeros(0, bool), np.zeros(0), 1.0),
    ],
)
def _(d_out, condition, x=None, y=None):
    d_x = rt.unbroadcast(np.where(condition, d_out, 0.0), x)
    d_y = rt.unbroadcast(np.where(condition, 0.0, d_out), y)
    return d_x, d_y


@facts(np.where)
def _(condition: Fact, x=None, y=None) -> Fact:
    if not all(map(is_numeric, (condition, x, y))):
        return UNKNOWN
    return Array(promote(x, y), broadcast(*map(shape_of, (condition, x, y))))


@partials(
    np.nan_to_num,
    "x",
    refuses=["copy"],
    samples=elementwise((-2, 2), complex=True) + [sample(np.array([1.0, np.nan, np.inf])), sample(array(3), nan=1.0)],
)
def _(out, x, copy=True, nan=0.0, posinf=None, neginf=None):
    return np.isfinite(x)


@facts(np.nan_to_num)
def _(x: Fact, copy=True, nan=0.0, posinf=None, neginf=None):
    return array_or_scalar(dtype_of(x), x) if copy == Known(True) else UNKNOWN


@partials(np.heaviside, "x", "y", samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return 0.0, x == 0


@partials(np.copysign, "x", "y", samples=elementwise((-2, 2), (-2, 2)))
def _(out, x, y):
    return np.sign(x) * np.sign(out), 0.0


binary_facts(np.heaviside, np.copysign)

# ---------------------------------------------------------------------------- magnitudes, complex numbers


@partials(np.absolute, "x", samples=elementwise((0.2, 2), complex=True) + elementwise((-2, -0.2)))
def _(out, x):
    if np.iscomplexobj(x):
        return np.conj(x) / np.where(out == 0, 1.0, out)
    return np.sign(x)


@partials(np.fabs, "x", samples=elementwise((0.2, 2)) + elementwise((-2, -0.2)))
def _(out, x):
    return np.sign(x)


unary_facts(np.absolute, np.fabs)


@linear(np.conjugate, "x", samples=elementwise((-2, 2), complex=True))
def _(d_out, x):
    return np.conj(d_out)


unary_facts(np.conjugate)


@linear(np.real, "val", samples=elementwise((-2, 2), complex=True))
def _(d_out, val):
    return rt.unbroadcast(d_out, val)


@linear(np.imag, "val", samples=elementwise((-2, 2), complex=True))
def _(d_out, val):
    if np.iscomplexobj(val):
        return rt.unbroadcast(-1j * d_out, val)
    return rt.unbroadcast(0.0 * d_out, val)


shares(np.real, "val", always=True)
shares(np.imag, "val")


@facts(np.real, np.imag)
def _(val: Fact) -> Fact:
    match widen(val):
        case Number(dtype="bool", weak=True):
            return Number("int64", True)
        case Number(dtype=dtype, weak=weak):
            return Number(real_dtype(dtype), weak)
        case Array(dtype=dtype, shape=shape):
            return Array(real_dtype(dtype), shape)
    return UNKNOWN


def real_dtype(dtype: str | None) -> str | None:
    """The dtype of the real part of values of this dtype."""
    return None if dtype is None else np.zeros((), dtype).real.dtype.name


@partials(np.real_if_close, "a", samples=elementwise((-2, 2), complex=True)[3:] + [sample(array(3) + 0j)])
def _(out, a, tol=100):
    return 1.0


shares(np.real_if_close, "a")


@facts(np.real_if_close)
def _(a: Fact, tol=100) -> Fact:
    if not is_numeric(a):
        return UNKNOWN
    dtype = dtype_of(a)
    known = dtype is not None and np.dtype(dtype).kind != "c"  # whether a complex array is real, its values say
    return Array(dtype if known else None, shape_of(a))


@partials(
    np.angle,
    "z",
    singular=True,
    samples=elementwise((0.2, 2), complex=True) + [sample(array(3, dtype="c16"), deg=True)],
)
def _(out, z, deg=False):
    if not np.iscomplexobj(z):
        return 0.0
    if deg:
        return -180.0j / (np.pi * z)
    return -1j / z


@facts(np.angle)
def _(z: Fact, deg=False) -> Fact:
    if not is_numeric(z):
        return UNKNOWN
    dtype = dtype_of(z)
    if dtype is None or deg != Known(False):
        return array_or_scalar(None, z)
    if np.dtype(dtype).kind != "c":
        return array_or_scalar(ufunc_dtype(np.arctan2, Number("int64", True), z), z)
    return array_or_scalar(real_dtype(dtype), z)
