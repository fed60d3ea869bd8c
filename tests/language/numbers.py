"""Numbers: their types, conversions and corners."""

import cmath
import math
import operator

import numpy as np

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])


@example((1.5, 2.5), (-1.5, 2.5), (1.5, -2.5), (-1.5, -2.5))
def remainder_and_floor(x, y):
    return x % y * (1 + x // y)


@example((1.5, 2.5), (2.0, -1.5))
def power(x, y):
    return x**y + x**2 + x**-1


@example((0.0,), (1.5,))
def power_zero(x):
    return x**0 + x


@example((1.5,))
def math_functions(x):
    return math.sin(x) * math.exp(x) + math.hypot(x, 2.0) + math.pi


@example((1.5,))
def cmath_functions(x):
    return abs(cmath.exp(complex(0.0, x)) + x)


@example((V,))
def complex_intermediate(x):
    z = np.exp(1j * x) * x
    return np.sum(np.abs(z * z[::-1] + 1)) + z[0].real


@example((1.5,), (-1.5,))
def integers(x):
    n = int(abs(x)) + 2
    return x**n * n // 1 + x * n


@example((V,))
def float_of_array_element(x):
    return float(x[0]) * x[1].item() + sum(x.tolist()) * x[2]


@example((V,))
def array_of_scalars(x):
    y = np.array([x[0] * x[1], x[2], 1.0])
    return np.sum(y * y)


@example((V,))
def astype_int(x):
    return np.sum(x.astype(int) * x)


@example((V,))
def float32_inside(x):
    return float(np.sum(x.astype(np.float32).astype(np.float64) * 0.0 + x * x))


@example((V * 0.0,), (0.0,))
def absolute_value_and_power_at_zero(x):
    return np.sum(np.abs(x) * 0.0 + x**0 + x**2)


@example((np.array(1.5),))
def zero_dimensional(x):
    return x * np.sin(x)


@example((V[:0],))
def empty_array(x):
    return np.sum(x * x) + 1.0


@example((np.ones((3, 1)) * 0.5, V))
def broadcasting(x, y):
    return np.sum(x * y + x**2)


@example((V,))
def guarded_by_where(x):
    return np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1.0)), 0.0))


@example((V,))
def norms(x):
    return np.linalg.norm(x) * np.max(np.abs(x))


@example((True, 1.5), (False, 1.5))
def booleans(flag, x):
    return x * flag + operator.mul(x, x)


@example((V,))
def constants_of_modules(x):
    return np.sum(x * np.pi) + math.e * x[0]
