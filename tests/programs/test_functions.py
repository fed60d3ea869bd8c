"""Functions: helpers, recursion, closures, lambdas, nested functions, functions as values, arguments of every kind."""

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
N = np.array([-0.6, 0.4, -1.3, 0.2])
P = np.array([1.2, 0.5, 2.1, 0.9])
U = np.array([0.4, -0.2, 1.1])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0], [-0.9, 1.1, 0.6, -0.4]])
W = A.T * 0.5
SCALE = 1.7
TABLE = np.array([1.0, 2.0, 3.0, 4.0])
SETTINGS = {"rate": 0.5, "steps": 3}
programs = Programs()


# ------------------------------------------------------------------------------------------------ helpers


def branching(a, b=2.0):
    if a > 0:
        return a * b
    return a * a


@programs.on((1.5,), (-1.5,))
def helper_with_branches(x):
    return branching(x) + branching(-x, b=3.0)


def layer(h, p):
    w, b = p
    z = h @ w + b
    return z / (1 + np.exp(-z))


@programs.on(([(W, U), (W.T, V)], A))
def helper_in_a_loop(ps, x):
    for p in ps:
        x = layer(x, p)
    return np.sum(x)


def normalise(x):
    m = np.mean(x)
    s = np.sqrt(np.mean((x - m) ** 2))
    return (x - m) / s


def normalised_sum(x, w):
    y = normalise(x)
    return np.sum(y * w) + np.sum(normalise(w) * x)


@programs.on((V, P))
def helpers_of_helpers(x, w):
    a = normalised_sum(x, w)
    b = normalised_sum(w, x * 2)
    return a * b


def several(x, k):
    y = x * k
    z = np.sum(y)
    return y, z, k + 1


@programs.on((V,))
def helper_returns_a_tuple(x):
    y, z, k = several(x, 2)
    t = several(y, k)
    return np.sum(t[0]) * z + t[1]


def as_dict(x):
    y = np.tanh(x)
    return {"y": y, "s": np.sum(y)}


@programs.on((V,))
def helper_returns_a_dict(x):
    d = as_dict(x)
    e = as_dict(d["y"] * 2)
    return d["s"] * e["s"] + np.sum(e["y"])


def collect(x, n):
    out = []
    for i in range(n):
        out.append(x * i)
    return out


@programs.on((V,))
def helper_returns_a_list(x):
    xs = collect(x, 3)
    return np.sum(xs[1] * xs[2]) + sum(np.sum(v) for v in collect(x * x, 2))


def scale_in_place(y, k):
    y *= k
    y[0] = 0


@programs.on((A,))
def helper_writes_its_argument(x):
    scale_in_place(x[1], 2.0)
    scale_in_place(x[0], x[1, 1])
    return np.sum(x**2)


def first_half(y):
    n = len(y) // 2
    return y[:n]


@programs.on((V,))
def helper_returns_a_view(x):
    y = x * 1.0
    h = first_half(y)
    h *= y[2:]
    first_half(y)[1] += y[3]
    return np.sum(y * y)


def fill(out, x):
    for i in range(len(x)):
        out[i] = x[i] ** 2 + (out[i - 1] if i else 0.0)
    return out


@programs.on((V,))
def helper_fills_and_returns_its_argument(x):
    buf = np.zeros(4)
    y = fill(buf, x)
    y[0] *= 2
    return np.sum(buf * y)


def push(stack, v):
    stack.append(v * v)
    return len(stack)


@programs.on((V,))
def helper_appends_to_its_argument(x):
    stack = [x[0]]
    n = push(stack, x[1])
    n = push(stack, x[2] * n)
    return stack[1] * stack[2] + stack[0] * n


def copies_then_writes(y):
    y = y.copy()
    y[0] = y[1] * 3
    for i in range(2):
        y[i + 1] += y[i]
    return y


@programs.on((V,))
def helper_writes_a_copy(x):
    a = copies_then_writes(x)
    b = copies_then_writes(a)
    return np.sum(a * b * x)


def loops(x, n):
    s = x
    for i in range(n):
        if s > 2:
            break
        s = s * s + x
    return s


@programs.on((0.5, 3), (1.5, 3), (0.5, 0))
def helper_with_early_exits(x, n):
    return loops(x, n) * loops(x * 0.5, n + 1)


def unused_argument(x, y):
    z = x * 2
    return z * z


@programs.on((1.5, 2.5))
def helper_with_unused_argument(x, y):
    return unused_argument(x, y) + unused_argument(y, x * 3)


@programs.on((V, 3))
def helper_called_in_nested_loops(x, n):
    t = 0.0
    for i in range(n):
        for j in range(i + 1):
            t = t + branching(x[i] * x[j]) * normalise(x)[j]
    return t


@programs.on((V, P))
def argument_of_a_helper_is_overwritten_later(x, w):
    y = x * 1.0
    a = normalised_sum(y, w)
    y[0] = 5.0 * a
    b = normalised_sum(y, w)
    y *= 0.0
    return a * b


@programs.on((V, P))
def argument_of_a_helper_is_overwritten_in_a_loop(x, w):
    y = x * 1.0
    t = 0.0
    for i in range(3):
        t = t + normalised_sum(y, w)
        y[i] = t * y[i + 1]
    return t


@programs.on((V,))
def result_of_a_helper_is_overwritten(x):
    y = normalise(x)
    s = np.sum(y * y * y)
    y[1] = s
    y *= y
    return np.sum(y * x)


def normalised_sum_of_one(x):
    return np.sum(normalise(x) ** 3)


def itself_or_double(x, double):
    if double:
        return x * 2
    return x


@programs.on((V, True), (V, False))
def helper_returns_its_argument(x, double):
    y = x * 1.0
    z = itself_or_double(y, double)
    z[0] = 3.0 * z[1]
    return np.sum(y * z)


# ---------------------------------------------------------------------------------------------- recursion


def factorial_like(x, n):
    if n <= 1:
        return x
    return x * factorial_like(x + 0.1, n - 1)


@programs.on((1.2,))
def recursion(x):
    return factorial_like(x, 5)


def even(x, n):
    return x if n == 0 else odd(x * 1.1, n - 1)


def odd(x, n):
    return x * x if n == 0 else even(math.sin(x), n - 1)


@programs.on((1.2, 4), (1.2, 5))
def mutual_recursion(x, n):
    return even(x, n)


def tree_sum(x, n):
    if n <= 1:
        return x[0] * x[0]
    h = n // 2
    return tree_sum(x[:h], h) * tree_sum(x[h:], n - h) + x[0]


@programs.on((V,))
def recursion_over_arrays(x):
    return tree_sum(x, 4)


@programs.on((1.3,))
def the_function_itself(x):
    if x > 5:
        return x
    return the_function_itself(x * x) + x


# --------------------------------------------------------------------------------- closures and functions


@programs.on((1.5,))
def closures(x):
    k = x * x

    def inner(y):
        return k * y

    g = lambda z: inner(z) + x
    return g(x) * g(2.0)


@programs.on((V,))
def closure_over_a_written_array(x):
    y = x * 1.0

    def update(i):
        y[i] = y[i] * y[i - 1]
        return y[i]

    a = update(1)
    y[0] = 3.0 * a
    b = update(2)
    return np.sum(y * y) + a * b


@programs.on((V,))
def closure_over_a_list(x):
    seen = []

    def note(v):
        seen.append(v * v)

    for v in x:
        note(v)
    return seen[0] * seen[3] + seen[1]


@programs.on((1.5,))
def lambdas_on_one_line(x):
    f, g = lambda a: a * x, lambda a: a + x
    return f(g(x)) * g(f(2.0))


@programs.on((1.2,))
def functions_in_a_list(x):
    y = x
    for f in [math.sin, lambda z: z * z, np.exp]:
        y = f(y)
    return y


@programs.on((1.2, "square"), (1.2, "sine"))
def functions_in_a_dict(x, name):
    table = {"square": lambda z: z * z, "sine": math.sin}
    return table[name](x) * x


def twice(f, x):
    return f(f(x)) + f(2 * x)


@programs.on((1.2,))
def functions_as_arguments(x):
    return twice(lambda z: z * z * x, x) + twice(math.sin, x)


def power(n):
    def f(x):
        return x**n

    return f


@programs.on((1.2,))
def functions_as_results(x):
    return power(3)(x) + power(2)(x * x)


@programs.on((1.2,), (-1.2,))
def one_of_two_functions(x):
    f = math.sin if x > 0 else math.cos
    return f(x) * x


@programs.on((1.2,))
def partial_of_a_helper(x):
    f = functools.partial(branching, b=2.5)
    return f(x) * x


@programs.on((V,))
def defaults_that_are_lambdas(x, f=lambda v: v * v):
    return np.sum(f(x))


# ---------------------------------------------------------------------------------------------- arguments


@programs.on((1.5,), (1.5, 2.5), (1.5, 2.5, 3))
def default_arguments(x, y=2.0, n=2):
    return x * y**n


@programs.on((V,))
def star_arguments(x):
    def f(*args, **kwargs):
        return args[0] * args[1] + kwargs["c"] * len(args)

    return f(x[0], x[1], c=x[2]) + f(*[x[3], x[0]], c=x[1])


@programs.on((V,))
def keyword_only_and_positional_only(x):
    def f(a, /, b, *, c=2.0):
        return a * b * c

    return f(x[0], b=x[1], c=x[2]) + f(x[2], x[3])


@programs.on((V,))
def module_constants(x):
    return np.sum(x * TABLE) * SCALE + SETTINGS["rate"] * x[0] * SETTINGS["steps"]


@programs.on((V,))
def module_constants_are_not_touched(x):
    y = TABLE * x
    y[0] = 3.0
    return np.sum(y * TABLE)


@programs.on((V,))
def annotated_and_documented(x: np.ndarray) -> float:
    """Squares."""
    total: float = 0.0
    for v in x:
        total += v**2
    return total


def decorated(f):
    @functools.wraps(f)
    def wrapper(*args):
        return 2.0 * f(*args)

    return wrapper


@decorated
def doubled(x):
    return x * x


@programs.on((1.5,))
def decorated_helper(x):
    return doubled(x) + doubled(x * 2)


def sine_times_exponential(v):
    y = math.sin(v)
    return y * math.exp(y)


def on_one_side(v):
    if v > 0:
        y = sine_times_exponential(v)
        z = y * y
    else:
        z = v**3
    return z * v


@programs.on((np.array([1.5, -0.5, 0.7, -2.0]),))
def helper_called_by_one_arm_of_a_helper(x):
    total = 0.0
    for v in x:
        total += on_one_side(v)
    return total


# --------------------------------------------------------------------------------- arguments that are spread


def banana(a, b):
    return (1 - a) ** 2 + 100 * (b - a * a) ** 2


def product(a, b, *, k=2.0):
    return a * b * k


@programs.on((np.array([0.3, -1.1]),))
def array_spread_over_parameters(p):
    return banana(*p) + product(*p, k=p[0]) + max(p[0], *[banana(*p), 2.0]) + np.hypot(*p)


@programs.on((np.array([0.3, -1.1]),))
def grown_list_spread_over_parameters(p):
    kept = []
    for e in p:
        kept.append(e * 2)
    return banana(*kept)


@programs.on((np.array([0.3, -1.1, 0.7, 1.9]),))
def rows_spread_over_parameters(p):
    return sum([banana(*row) for row in p.reshape(-1, 2)])


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Line:
    start: float
    end: float
    slope: float = 1.0


@programs.on((np.array([0.3, -1.1]),))
def array_spread_over_the_fields_of_a_class(p):
    point = Point(*(p * p))
    line = Line(*p, slope=point.y)
    return point.x * line.start + line.slope * line.end


def test_a_spread_of_unknown_length_over_a_variable_number_of_parameters_is_refused():
    def total(first, *rest):
        return first * sum(rest)

    def spread(p):
        return total(*p)

    refused(spread, (np.array([0.3, -1.1]),), "how many arguments are spread here")


def test_a_spread_of_another_length_raises():
    def spread(p):
        return banana(*p)

    with pytest.raises(ValueError, match="too many values"):
        value_and_grad(spread)(np.ones(3))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_helpers_are_printed_once():
    from srcad import grad

    source = grad(helper_in_a_loop).source_for([(W, U), (W.T, V)], A)
    assert source.count("def layer_forward") == source.count("def layer_backward") == 1


# ------------------------------------------------------------------------------------------- refusals


def argument_of_a_runtime_callee_is_overwritten(x):
    y = x * 1.0
    t = 0.0
    for f in [np.sum, lambda v: np.sum(v * v), normalised_sum_of_one]:
        t = t + f(y)
        y[0] = t
        y *= 0.5
    return t
