"""`scipy.integrate` as programs: `quad`, a sum over the intervals that SciPy chose, and `solve_ivp` at given times.

Guarantee: the value is SciPy's, bit for bit; what `solve_ivp` reports is a tuple with the same attributes.  The
derivative of a solution is that of the adjoint method (`srcad.rules.scipy.integrate`); at times that the solver chooses
itself it is refused, for these depend on the equation, and so are events and what is to be evaluated later.  That
of an integral is that of a Gauss-Legendre sum on the intervals at which SciPy stopped; where this sum is not SciPy's
value, because only an extrapolation converges, the integral is refused.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from scipy import integrate

from srcad.errors import UnsupportedError
from srcad.facts import FLOAT, List, Tuple
from srcad.library.kinds import exactly, none, not_none
from srcad.library.register import implements
from srcad.rules.register import constant, facts
from srcad.rules.scipy.integrate import solve_ivp_without_t_eval_or_with_events, trajectory

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


@implements(integrate.quad)
def _(func, a, b, args=(), *, epsabs=1.49e-8, epsrel=1.49e-8, limit=50):
    if not isinstance(args, tuple):
        args = (args,)
    value, error, places, weights, known = intervals(func, a, b, args, epsabs, epsrel, limit)
    start, width = a, 1.0
    if math.isinf(a):
        start = 0.0 if math.isinf(b) else b
    elif not math.isinf(b):
        width = b - a
    total = 0.0
    for place, weight in zip(places, weights):
        total += weight * func(start + width * place, *args)
    return value + (width * total - known), error


def intervals(func, a, b, args, epsabs, epsrel, limit):
    """SciPy's integral and its error; the places and weights of a sum that is the integral; and this sum.

    Places are counted in widths from the start, as the program does it.
    """
    options = {"epsabs": epsabs, "epsrel": epsrel, "limit": limit, "full_output": 1}
    value, error, info = integrate.quad(func, a, b, args=args, **options)[:3]
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
def _(func, a, b, args, epsabs, epsrel, limit):
    return Tuple((FLOAT, FLOAT, List(None, FLOAT), List(None, FLOAT), FLOAT))


# --------------------------------------------------------------------------------------------- initial value problems


class Solution(NamedTuple):
    """What `solve_ivp` reports."""

    t: Any
    y: Any
    sol: Any
    t_events: Any
    y_events: Any
    nfev: int
    njev: int
    nlu: int
    status: int
    message: str
    success: bool


@implements(integrate.solve_ivp)
def _(
    fun,
    t_span,
    y0,
    method="RK45",
    t_eval: not_none = None,
    dense_output: exactly(False) = False,
    events: none = None,
    vectorized: exactly(False) = False,
    args=None,
    rtol=1e-3,
    atol=1e-6,
    max_step=math.inf,
    first_step=None,
):
    given = () if args is None else args
    y, report = trajectory(fun, t_span, np.asarray(y0), method, t_eval, given, rtol, atol, max_step, first_step)
    return Solution(report[0], y, None, None, None, *report[1:])


@implements(integrate.solve_ivp)
def _(
    fun,
    t_span,
    y0,
    method="RK45",
    t_eval=None,
    dense_output=False,
    events=None,
    vectorized=False,
    args=None,
    **options,
):
    form = {"t_eval": t_eval, "dense_output": dense_output, "events": events, "vectorized": vectorized, **options}
    given = () if args is None else args
    y, report = solve_ivp_without_t_eval_or_with_events(fun, t_span, np.asarray(y0), method, given, form)
    return Solution(report[0], y, *report[1:])
