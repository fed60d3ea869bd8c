"""`scipy.integrate.quad` as a program: a sum over the intervals that SciPy chose, in which all of the integrand counts.

Guarantee: the value is SciPy's, bit for bit.  Its derivative is that of a Gauss-Legendre sum on the intervals at which
SciPy stopped; where this sum is not SciPy's value, because only an extrapolation converges, the integral is refused.
"""

import math

import numpy as np
from scipy import integrate

from srcad.errors import UnsupportedError
from srcad.facts import FLOAT, List, Tuple
from srcad.library.register import implements
from srcad.rules.register import constant, facts

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


@implements(integrate.quad)
def _(func, a, b, args=()):
    value, error, places, weights, known = intervals(func, a, b, args)
    start, width = a, 1.0
    if math.isinf(a):
        start = 0.0 if math.isinf(b) else b
    elif not math.isinf(b):
        width = b - a
    total = 0.0
    for place, weight in zip(places, weights):
        total += weight * func(start + width * place, *args)
    return value + (width * total - known), error


def intervals(func, a, b, args):
    """SciPy's integral and its error; the places and weights of a sum that is the integral; and this sum.

    Places are counted in widths from the start, as the program does it.
    """
    value, error, info = integrate.quad(func, a, b, args=args, full_output=1)[:3]
    starts, ends = info["alist"][: info["last"]], info["blist"][: info["last"]]
    middle, half = 0.5 * (starts + ends), 0.5 * (ends - starts)
    places = np.ravel(np.expand_dims(middle, 1) + np.expand_dims(half, 1) * NODES)
    weights = np.ravel(np.expand_dims(half, 1) * WEIGHTS)
    start, width = float(a), 1.0
    if math.isinf(a) or math.isinf(b):
        if a > b:
            raise UnsupportedError("scipy.integrate.quad from a higher to a lower limit", "exchange the limits")
        places, weights = (1.0 - places) / places, weights / places**2  # SciPy's variable for infinite intervals
        if math.isinf(a):
            start = 0.0 if math.isinf(b) else float(b)
            both = math.isinf(b)
            places = np.concatenate((places, -places)) if both else -places
            weights = np.concatenate((weights, weights)) if both else weights
    elif a != b:
        width = float(b) - float(a)
        places, weights = (places - start) / width, weights / abs(width)
    known = 0.0
    for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
        known += weight * func(start + width * place, *args)
    known = width * known
    if not abs(known - value) <= max(10.0 * error, 1e-9 * abs(value)):
        raise UnsupportedError(
            "scipy.integrate.quad converged by extrapolation only, and such an integral has no derivative here",
            "split the interval at the singularity, or substitute a variable that removes it",
        )
    return value, error, places.tolist(), weights.tolist(), float(known)


constant(intervals)


@facts(intervals)
def _(func, a, b, args):
    return Tuple((FLOAT, FLOAT, List(None, FLOAT), List(None, FLOAT), FLOAT))
