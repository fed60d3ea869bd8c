"""`scipy.integrate`: integrals of samples, and initial value problems by the adjoint method.

Integrals of samples are weighted sums.  The cotangent of the solution of y' = f(y, t, ...) obeys the equation
l' = -l df/dy, solved backwards in time, with the cotangents of the results added where they were asked for; that of a
parameter is the integral of l df/dp (R. Chen et al., Neural ordinary differential equations, 2018).  The solution is
begun anew at each of its results, so that it cannot drift away.  What the right-hand side captured is refused where it
carries a derivative: it is a parameter, and goes into `args`.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import BOOL, INT, UNKNOWN, Array, Instance, List, Tuple, some_dim, widen
from srcad.rules.axes import array_or_number, as_array, items_of, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear, lookup, undifferentiated
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------- integrals of samples

trapezoid_rule = lookup(np.trapezoid).rule.body


@adjoint(integrate.trapezoid, "y", "x", "dx", samples=lookup(np.trapezoid).samples)
def _(d_out, out, y, x=None, dx=1.0, axis=-1):
    return trapezoid_rule(d_out, out, y, x, dx, axis)


@facts(integrate.trapezoid)
def _(y, x=None, dx=1.0, axis=-1):
    return UNKNOWN if as_array(y).dtype != "float64" else lookup(np.trapezoid).facts(y, x, dx, axis)


def panel_weights(x, n):
    """The weights of Simpson's rule of n values at coordinates x, or at distances x: SciPy's for an even n as well."""
    h = np.full(n - 1, float(x)) if np.ndim(x) == 0 else np.diff(x)
    weights = np.zeros(n)
    if n == 2:
        return np.full(2, 0.5 * h[0])
    odd = n if n % 2 else n - 1
    first, second = h[: odd - 1 : 2], h[1 : odd - 1 : 2]
    both = (first + second) / 6.0
    weights[: odd - 1 : 2] += both * (2.0 - second / first)
    weights[1:odd:2] += both * (first + second) ** 2 / (first * second)
    weights[2:odd:2] += both * (2.0 - first / second)
    if n % 2 == 0:
        before, last = h[-2], h[-1]
        weights[-1] += (2.0 * last**2 + 3.0 * before * last) / (6.0 * (before + last))
        weights[-2] += (last**2 + 3.0 * before * last) / (6.0 * before)
        weights[-3] -= last**3 / (6.0 * before * (before + last))
    return weights


def refuse_many_coordinates(x):
    """Raises UnsupportedError for coordinates of several axes."""
    if np.ndim(x) > 1:
        raise UnsupportedError("scipy.integrate.simpson with coordinates of several axes has no rule", "pass a vector")


constant(panel_weights)
constant(refuse_many_coordinates, pure=False)


@linear(
    integrate.simpson,
    "y",
    samples=[
        *(sample(array(n)) for n in (2, 3, 4, 5, 8)),
        sample(array(5, 2), axis=0, dx=0.5),
        sample(array(2, 6), x=np.array([0.0, 0.3, 1.0, 1.7, 2.0, 3.1])),
        sample(array(5), x=np.array([0.0, 0.3, 1.0, 1.7, 2.0])),
    ],
)
def _(d_out, y, x=None, *, dx=1.0, axis=-1):
    refuse_many_coordinates(x)
    weights = panel_weights(dx if x is None else x, np.shape(y)[axis])
    return np.moveaxis(np.expand_dims(d_out, -1) * weights, -1, axis)


@facts(integrate.simpson)
def _(y, x=None, *, dx=1.0, axis=-1):
    y, place = as_array(y), value_of(axis)
    if y.shape is None or len(y.shape) < 2 or normalized(place, len(y.shape)) is None:
        return UNKNOWN
    places = normalized(place, len(y.shape))
    return array_or_number(None, tuple(dim for i, dim in enumerate(y.shape) if i not in places))


@linear(
    integrate.cumulative_trapezoid,
    "y",
    samples=[
        sample(array(5)),
        sample(array(4, 3), dx=0.5, axis=0),
        sample(array(2, 4), np.array([0.0, 0.3, 1.0, 1.7]), initial=0),
    ],
)
def _(d_out, y, x=None, dx=1.0, axis=-1, initial=None):
    refuse_many_coordinates(x)
    d = np.moveaxis(d_out, axis, -1)
    if initial is not None:
        d = d[..., 1:]
    widths = 0.5 * (dx if x is None else np.diff(x))
    parts = np.flip(np.cumsum(np.flip(d, -1), axis=-1), -1) * widths
    edge = np.zeros_like(parts[..., :1])
    return np.moveaxis(np.concatenate((parts, edge), axis=-1) + np.concatenate((edge, parts), axis=-1), -1, axis)


@facts(integrate.cumulative_trapezoid)
def _(y, x=None, dx=1.0, axis=-1, initial=None):
    return Array("float64" if as_array(y).dtype == "float64" else None, None)


undifferentiated(integrate.cumulative_simpson, [sample(array(5))])

# --------------------------------------------------------------------------------------------- initial value problems


def flat(values):
    """Cotangents as one vector."""
    return np.concatenate([np.ravel(np.asarray(value, dtype=float)) for value in values])


def is_parameter(value):
    """Whether an argument of the right-hand side has a cotangent."""
    return isinstance(value, float) or getattr(getattr(value, "dtype", None), "kind", "") == "f"


def through_equation(d_out, out, func, t, args, tfirst, rtol, atol):
    """The cotangents of the initial values and of the further arguments, from that of the solution."""
    n, places = np.shape(out)[1], [i for i, value in enumerate(args) if is_parameter(value)]

    def backwards(state, time):
        given = (time, state[:n]) if tfirst else (state[:n], time)
        slope, pull = rt.pullback(func, *given, *args)
        d_slope = -state[n : 2 * n]
        cotangents = pull(list(d_slope) if isinstance(slope, (list, tuple)) else np.reshape(d_slope, np.shape(slope)))
        parts = [cotangents[2 + i] for i in places]
        parts = [np.zeros_like(args[i]) if d is None else d for i, d in zip(places, parts, strict=True)]
        d_state = cotangents[1 if tfirst else 0]
        return np.concatenate((np.ravel(slope), flat([np.zeros(n) if d_state is None else d_state, *parts])))

    d_state, d_parameters = np.array(d_out[-1], dtype=float), flat([[], *(np.zeros_like(args[i]) for i in places)])
    for i in range(len(t) - 1, 0, -1):
        if t[i] == t[i - 1]:
            d_state = d_state + d_out[i - 1]
            continue
        start = np.concatenate((out[i], d_state, d_parameters))
        end = integrate.odeint(backwards, start, [t[i], t[i - 1]], rtol=rtol, atol=atol)[-1]
        d_state, d_parameters = end[n : 2 * n] + d_out[i - 1], end[2 * n :]
    d_args, first = [None] * len(args), 0
    for i in places:
        part = d_parameters[first : first + np.size(args[i])]
        d_args[i] = np.reshape(part, np.shape(args[i])) if np.ndim(args[i]) else float(part[0])
        first += np.size(args[i])
    return d_state, d_args


@facts(through_equation)
def _(d_out, out, func, t, args, tfirst, rtol, atol):
    parameters = tuple(widen(one) for one in items_of(args) or ())
    return UNKNOWN if items_of(args) is None else Tuple((Array("float64", None), List(parameters)))


def decay(y, t, rates, level):
    """An equation to test with."""
    return -rates * y + level * np.sin(t)


def pendulum(t, y, damping):
    """Another one, the time first."""
    return [y[1], -np.sin(y[0]) - damping * y[1]]


TIMES = np.array([0.0, 0.3, 1.0, 1.4])
TIGHT = {"rtol": 1e-11, "atol": 1e-12}
REFUSED = ("Dfun", "full_output", "ml", "mu")


@adjoint(
    integrate.odeint,
    "y0",
    "args",
    refuses=REFUSED,
    samples=[
        sample(decay, array(2), TIMES, (np.array([0.5, 1.2]), 0.7), **TIGHT),
        sample(pendulum, array(2), TIMES, (0.3,), tfirst=True, **TIGHT),
    ],
)
def _(
    d_out,
    out,
    func,
    y0,
    t,
    args=(),
    Dfun=None,  # noqa: N803 (SciPy's own name)
    col_deriv=0,
    full_output=0,
    ml=None,
    mu=None,
    rtol=None,
    atol=None,
    tcrit=None,
    h0=0.0,
    hmax=0.0,
    hmin=0.0,
    ixpr=0,
    mxstep=0,
    mxhnil=0,
    mxordn=12,
    mxords=5,
    printmessg=0,
    tfirst=False,
):
    d_y0, d_args = through_equation(d_out, out, func, t, args, tfirst, rtol, atol)
    return np.reshape(d_y0, np.shape(y0)), d_args


def trajectory(fun, t_span, y0, method, t_eval, args, rtol, atol, max_step, first_step):
    """The solution of an initial value problem at given times, a column each, and what `solve_ivp` reports besides."""
    found = integrate.solve_ivp(
        fun,
        t_span,
        y0,
        method=method,
        t_eval=t_eval,
        args=args,
        rtol=rtol,
        atol=atol,
        max_step=max_step,
        first_step=first_step,
    )
    return found.y, (found.t, *of_calls(found))


def refuse_complex_problem(y):
    """Raises UnsupportedError for complex equations."""
    if np.iscomplexobj(y):
        raise UnsupportedError(
            "initial value problems of complex values have no rule", "use the real and imaginary part"
        )


constant(refuse_complex_problem, pure=False)
SETTINGS = (1e-10, 1e-12, np.inf, None)


@adjoint(
    trajectory,
    "y0",
    "args",
    samples=[
        sample(pendulum, (0.0, 1.4), array(2), "RK45", TIMES, (0.3,), *SETTINGS),
        sample(pendulum, (0.0, 1.4), array(2), "DOP853", TIMES[2:], (0.3,), *SETTINGS),
        sample(pendulum, (1.0, 0.0), array(2), "LSODA", TIMES[1:3][::-1], (0.3,), *SETTINGS),
    ],
)
def _(d_out, out, fun, t_span, y0, method, t_eval, args, rtol, atol, max_step, first_step):
    y, report = out
    refuse_complex_problem(y)
    times, states = np.concatenate((t_span[:1], report[0])), np.concatenate((np.expand_dims(y0, 0), y.T))
    d_states = np.concatenate((np.zeros((1, len(y0))), d_out[0].T))
    return through_equation(d_states, states, fun, times, args, True, rtol, atol)


@facts(trajectory)
def _(fun, t_span, y0, method, t_eval, args, rtol, atol, max_step, first_step):
    known = as_array(y0).dtype == "float64"
    report = Tuple((Array("float64", (some_dim(),)), INT, INT, INT, INT, Instance(str), BOOL))
    return Tuple((Array("float64", (some_dim(), some_dim())) if known else UNKNOWN, report))


def solve_ivp_without_t_eval_or_with_events(fun, t_span, y0, method, args, form):
    """What `solve_ivp` reports at times that it chooses, which depend on the equation, or in other forms."""
    found = integrate.solve_ivp(fun, t_span, y0, method, args=args or None, **form)
    return found.y, (found.t, found.sol, found.t_events, found.y_events, *of_calls(found))


def of_calls(found):
    """What a solver says of its work."""
    calls = int(found.nfev), int(found.njev), int(found.nlu)  # LSODA counts in integers of C
    return *calls, found.status, found.message, found.success


LATER = {"t_eval": None, "dense_output": False, "events": None, "vectorized": False}
undifferentiated(solve_ivp_without_t_eval_or_with_events, [sample(pendulum, (0, 1), array(2), "RK45", (0.3,), LATER)])


@facts(solve_ivp_without_t_eval_or_with_events)
def _(fun, t_span, y0, method, args, form):
    of_work = (INT, INT, INT, INT, Instance(str), BOOL)
    report = Tuple((Array("float64", (some_dim(),)), UNKNOWN, UNKNOWN, UNKNOWN, *of_work))
    return Tuple((Array("float64" if as_array(y0).dtype == "float64" else None, (some_dim(), some_dim())), report))


@facts(integrate.odeint, partly=True)
def _(full_output):
    return Array("float64", None) if value_of(full_output) in (0, False) else UNKNOWN
