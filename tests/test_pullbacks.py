"""Functions that are known only when the program runs.  Expected values are worked out by hand."""

import functools
import math
import operator

import numpy as np
import pytest

import srcad
from srcad import grad
from srcad.errors import MissingRuleError, UnsupportedError
from srcad.pullbacks import make_pullback

X = np.array([1.0, 2.0, 4.0])


def square(x):
    return x * x


def scaled(x, k=3.0, *, shift=0.0):
    return x * k + shift


class Affine:
    """An object whose instances and methods are functions."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, x):
        return x * self.weight

    def method(self, x):
        return x * x * self.weight


# ------------------------------------------------------------------------------------- make_pullback itself


@pytest.mark.parametrize(
    ("callee", "args", "kwargs", "out", "cotangents"),
    [
        (square, (3.0,), {}, 9.0, (6.0,)),
        (np.sin, (0.0,), {}, 0.0, (1.0,)),
        (math.exp, (0.0,), {}, 1.0, (1.0,)),
        (operator.mul, (2.0, 3.0), {}, 6.0, (3.0, 2.0)),
        (scaled, (2.0,), {}, 6.0, (3.0,)),
        (scaled, (2.0, 5.0), {}, 10.0, (5.0, 2.0)),
        (scaled, (2.0,), {"shift": 1.0, "k": 4.0}, 9.0, (4.0, 1.0, 2.0)),
        (scaled, (), {"x": 2.0, "shift": 1.0}, 7.0, (3.0, 1.0)),
        (functools.partial(scaled, k=5.0), (2.0,), {}, 10.0, (5.0,)),
        (functools.partial(scaled, 5.0), (2.0,), {}, 10.0, (5.0,)),
        (functools.partial(operator.mul, 5.0), (2.0,), {}, 10.0, (5.0,)),
        (Affine(4.0), (3.0,), {}, 12.0, (4.0,)),
        (Affine(4.0).method, (3.0,), {}, 36.0, (24.0,)),
        (round, (2.3,), {}, 2, (None,)),
        (len, ([1.0],), {}, 1, (None,)),
        (lambda *xs: xs[0] * xs[1], (2.0, 3.0), {}, 6.0, (3.0, 2.0)),
        (lambda x, **k: x * k["a"], (2.0,), {"a": 3.0}, 6.0, (3.0, 2.0)),
        (lambda x, n: x * n, (2.0, 3), {}, 6.0, (3.0, None)),
        (lambda n: n + 1, (2,), {}, 3, (None,)),
    ],
)
def test_result_and_cotangents_in_the_order_given(callee, args, kwargs, out, cotangents):
    found, pull = make_pullback(callee, args, kwargs)
    assert found == out
    assert pull(1.0)[:-1] == cotangents


def test_a_pullback_can_be_used_again_and_keeps_its_own_record():
    _, first = make_pullback(square, (3.0,), {})
    _, second = make_pullback(square, (5.0,), {})
    assert (first(1.0), second(1.0), first(2.0)) == ((6.0, None), (10.0, None), (12.0, None))


def test_structures_pass_through():
    def f(p):
        return {"a": p["w"] * 2.0, "b": p["v"]}

    out, pull = make_pullback(f, ({"w": X, "v": 1.0},), {})
    assert np.array_equal(out["a"], 2 * X)
    found, _ = pull({"a": np.ones(3), "b": 5.0})
    assert np.array_equal(found["w"], [2.0, 2.0, 2.0])
    assert found["v"] == 5.0


# ------------------------------------------------------------------------ inside differentiated functions

FUNCTIONS = [np.sin, square, lambda t: t * 3.0, math.exp, functools.partial(scaled, k=4.0), Affine(5.0), abs]
SLOPES = [math.cos(0.5), 1.0, 3.0, math.exp(0.5), 4.0, 5.0, 1.0]


def test_functions_from_a_list():
    def f(x):
        total = 0.0
        for g in FUNCTIONS:
            total = total + g(x)
        return total

    assert math.isclose(grad(f)(0.5), sum(SLOPES))


@pytest.mark.parametrize("i", range(len(FUNCTIONS)))
def test_functions_from_a_list_by_an_index(i):
    def f(x, i):
        return FUNCTIONS[i](x) * 2.0

    assert math.isclose(grad(f)(0.5, i), 2 * SLOPES[i])


def test_functions_as_arguments_and_in_arguments():
    def f(x, g, table):
        return np.sum(table["outer"](g(x)))

    assert np.allclose(grad(f)(X, np.sin, {"outer": square}), 2 * np.sin(X) * np.cos(X))


def test_closures_over_what_is_constant():
    def f(x, n):
        steps = [(lambda t, k=k: t * k) for k in range(1, n)]
        for step in steps:
            x = step(x)
        return x

    assert grad(f)(2.0, 5) == 24.0


def test_recursion_through_an_argument():
    def repeat(g, x, n):
        return x if n == 0 else repeat(g, g(x), n - 1)

    assert grad(lambda x: repeat(square, x, 3))(1.5) == pytest.approx(8 * 1.5**7)
    assert grad(lambda x, g: repeat(g, x, 3))(1.5, square) == pytest.approx(8 * 1.5**7)


def test_a_closure_whose_variable_changes():
    k = 2.0
    table = {"f": lambda t: t * k}

    def f(x, name):
        return table[name](x)

    derivative = grad(f)
    assert derivative(1.0, "f") == 2.0
    k = 3.0
    assert derivative(1.0, "f") == 3.0
    k = np.float64(4.0)
    assert derivative(1.0, "f") == 4.0


def test_an_object_whose_attribute_changes():
    affine = Affine(2.0)

    def f(x, gs, i):
        return gs[i](x)

    derivative = grad(f)
    assert derivative(1.0, [affine, square], 0) == 2.0
    affine.weight = 3.0
    assert derivative(1.0, [affine, square], 0) == 3.0
    assert derivative(3.0, [affine.method, square], 0) == 18.0


def test_objects_that_call_themselves_equal_are_not_mixed_up():
    class Equal(Affine):
        def __eq__(self, other):
            return True

        def __hash__(self):
            return 0

    def f(x, gs):
        total = 0.0
        for g in gs:
            total = total + g(x)
        return total

    assert grad(f)(1.0, [Equal(2.0), Equal(5.0)]) == 7.0


# ------------------------------------------------- closures that hold active values: right or refused


def in_a_list(x, y):
    fs = [lambda z: z * x, lambda z: z + x]
    return fs[0](y) + fs[1](y)  # y x + y + x


def in_a_list_by_loop(x, y):
    fs = [lambda z: z * x, lambda z: z + x]
    total = 0.0
    for f in fs:
        total = total + f(y)
    return total


def in_a_dict(x, y):
    fs = {"a": lambda z: z * x, "b": lambda z: z + x}
    return sum([fs[k](y) for k in fs])


def in_a_branch(x, y):
    if y > 0:
        f = lambda z: z * x + z + x
    else:
        f = lambda z: z
    return f(y)


def as_default(x, y):
    fs = [lambda z, k=x: z * k, lambda z, k=x: z + k]
    return fs[0](y) + fs[1](y)


def returned(x, y):
    def make(a):
        return lambda z: z * a + z + a

    return make(x)(y)


def returned_and_stored(x, y):
    def make(a):
        return lambda z: z * a + z + a

    made = {"f": make(x)}
    name = "f" if y > 0 else "g"
    return made[name](y)


def grown(x, y):
    f = lambda z: z
    for _ in range(1):
        f = (lambda g: lambda z: g(z) * x + z + x)(f)  # noqa: PLC3002
    return f(y)


def partial_in_a_list(x, y):
    fs = [functools.partial(operator.mul, x), functools.partial(operator.add, x)]
    return fs[0](y) + fs[1](y)


def object_in_a_list(x, y):
    fs = [Affine(x)]
    return fs[0](y) + y + x


def method_of_an_object(x, y):
    return Affine(x).method(y) / y + y + x


def passed_on(x, y):
    def call(g, z):
        return g(z) + z

    table = [call]
    return table[0](lambda z: z * x + x, y)


def captured_array(x, y):
    box = np.zeros(1)
    box[0] = x
    fs = [lambda z: z * box[0] + z + box[0]]
    return fs[0](y)


def captured_list(x, y):
    box = [x]
    fs = [lambda z: z * box[0] + z + box[0]]
    return fs[0](y)


def mapped(x, y):
    return next(map(lambda z: z * x + z + x, [y]))


def reduced(x, y):
    return functools.reduce(lambda a, b: a * b + a + b, [x, y])


def captured_function(x, y):
    inner = lambda z: z * x
    outer = [lambda z: inner(z) + z + x]
    return outer[0](y)


@pytest.mark.parametrize(
    "f",
    [
        in_a_list, in_a_list_by_loop, in_a_dict, in_a_branch, as_default, returned, returned_and_stored, grown,
        partial_in_a_list, object_in_a_list, method_of_an_object, passed_on, captured_array, captured_list, mapped,
        reduced, captured_function,
    ],
)  # fmt: skip
@pytest.mark.parametrize("argnums", [0, 1, (0, 1)])
def test_a_derivative_with_respect_to_what_a_closure_holds_is_right_or_refused(f, argnums):
    assert f(2.0, 3.0) == 11.0
    try:
        found = grad(f, argnums)(2.0, 3.0)
    except srcad.DifferentiationError:
        return
    assert found == {0: 4.0, 1: 3.0, (0, 1): (4.0, 3.0)}[argnums]


# ----------------------------------------------------------------------------------------------- refusals


def test_a_function_that_writes_to_its_argument_is_refused():
    def double(t):
        t *= 2.0
        return t

    def f(x, g):
        y = x * 1.0
        return np.sum([g][0](y) + y)

    with pytest.raises(UnsupportedError, match="double writes to its argument t") as caught:
        make_pullback(double, (X.copy(),), {})
    assert "call it by name, or let it return a new array" in str(caught.value)
    try:
        assert np.array_equal(grad(f)(X, double), np.full(3, 4.0))
    except srcad.DifferentiationError:
        pass


def test_a_primitive_with_an_argument_its_rule_refuses_is_refused():
    with pytest.raises(UnsupportedError, match=r"this form of sin cannot be differentiated.*'out'"):
        make_pullback(np.sin, (X,), {"out": np.zeros(3)})


def test_a_compiled_function_without_a_rule_is_named():
    from _statistics import _normal_dist_inv_cdf

    def f(x):
        return {"a": _normal_dist_inv_cdf}["a"](x, 0.0, 1.0)

    with pytest.raises(MissingRuleError) as caught:
        grad(f)(1.0)
    assert "srcad.constant(_normal_dist_inv_cdf)" in str(caught.value)


def test_the_callees_own_errors_are_its_own():
    def fails(t):
        if t > 0:
            raise LookupError("mine")
        return t

    def f(x, gs):
        return gs[0](x)

    with pytest.raises(LookupError, match="mine"):
        grad(f)(1.0, [fails])
    assert grad(f)(-1.0, [fails]) == 1.0
