"""Every stage is a valid list that can be printed and run; the first ones return what the function returns."""

import copy

import numpy as np
import pytest

from srcad import facts as fa
from srcad.transform.emit import compile_program, emit
from srcad.transform.pipeline import Request, lowered, stages
from srcad.wengert import Function, validate


def polynomial(x):
    return 3.0 * x**3 - 2.0 * x + 1.0


def softplus(x, w):
    z = x @ w
    return np.sum(np.log(1.0 + np.exp(-np.abs(z))) + np.maximum(z, 0.0))


def branches(x):
    if x > 1.0:
        y = x * x
    elif x > 0.0:
        y = 2.0 * x
    else:
        return -x
    return y + 1.0


def summed(values):
    total = 0.0
    for v in values:
        if v < -1.0:
            continue
        if v > 1.5:
            break
        total += v * v
    return total


def bisected(a):
    low, high = 0.0, a
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        if middle * middle * middle > a:
            high = middle
        else:
            low = middle
    return low * a


def smoothed(u, times):
    for _ in range(times):
        u[1:-1] = 0.5 * (u[2:] + u[:-2])
    u[0] *= 2.0
    return np.sum(u * u)


def rows(x):
    y = x.copy()
    row = y[0]
    row += 1.0
    y[1:] *= row
    return np.sum(y**2)


def unpacked(params, x):
    (a, b), scale = params["inner"], params["scale"]
    parts = [np.sum(a * x), np.sum(b) * scale]
    return parts[0] * parts[1]


def closure(x):
    factor = np.sin(x)

    def scaled(y, power=2):
        return factor * y**power

    return scaled(x) + scaled(2.0 * x, power=3)


def doubled(x):
    return x * 2.0


def helper_calls(x):
    return np.sum(doubled(doubled(x)) * doubled(x))


def conditional(x, flag):
    y = np.exp(x) if flag else np.cos(x)
    assert y.ndim == 1, "a vector"
    return y.sum() / len(y)


RNG = np.random.default_rng(5)
CASES = [
    (polynomial, (1.7,), "x"),
    (softplus, (RNG.normal(size=(4, 3)), RNG.normal(size=3)), "w"),
    *((branches, (x,), "x") for x in (2.0, 0.5, -1.0)),
    (summed, (np.array([0.5, -2.0, 1.0, 2.0, 0.1]),), "values"),
    (bisected, (3.0,), "a"),
    (smoothed, (RNG.normal(size=7), 3), "u"),
    (rows, (RNG.normal(size=(3, 4)),), "x"),
    (unpacked, ({"inner": (RNG.normal(size=3), RNG.normal(size=2)), "scale": 1.5}, RNG.normal(size=3)), "params"),
    (closure, (0.8,), "x"),
    (helper_calls, (RNG.normal(size=3),), "x"),
    *((conditional, (RNG.normal(size=3), flag), "x") for flag in (True, False)),
]
NAMES = [f"{case[0].__name__}-{i}" for i, case in enumerate(CASES)]


def all_stages(function, args, wrt):
    primal = lowered(function)
    facts = {p.name: fa.fact_of(a, p.name) for p, a in zip(primal.params, args, strict=True)}
    return stages(primal, facts, Request((wrt,), True, False, False))


def run(stage, args):
    return compile_program(emit(stage))(*copy.deepcopy(args))


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=NAMES)
def test_the_lists_before_the_derivative_return_what_the_function_returns(function, args, wrt):
    found = dict(all_stages(function, args, wrt))
    expected = function(*copy.deepcopy(args))
    for name in ("lower", "specialise"):
        got = run(validate(found[name]), args)
        assert type(got) is type(expected)
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=NAMES)
def test_all_lists_of_the_derivative_return_the_gradient(function, args, wrt):
    found = all_stages(function, args, wrt)
    derived = found[-1][1]
    expected = derived.compile()(*copy.deepcopy(args))
    names = [name for name, stage in found if isinstance(stage, Function)]
    assert names == ["lower", "specialise", "reverse", "order", "accumulate", "own"]
    for name, stage in found:
        if isinstance(stage, Function) and name not in ("lower", "specialise"):
            same(run(validate(stage), args), expected)


def same(got, expected):
    if isinstance(expected, dict):
        assert got.keys() == expected.keys()
        for key in expected:
            same(got[key], expected[key])
    elif isinstance(expected, (tuple, list)):
        for a, b in zip(got, expected, strict=True):
            same(a, b)
    else:
        np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=NAMES)
def test_the_gradient_is_that_of_central_differences(function, args, wrt):
    if isinstance(args[0], dict):
        pytest.skip("nested arguments are tested in test_check")
    derivative = all_stages(function, args, wrt)[-1][1].compile()
    position = [p.name for p in lowered(function).params].index(wrt)
    d = RNG.normal(size=np.shape(args[position]))
    values = []
    for step in (1e-6, -1e-6):
        moved = list(copy.deepcopy(args))
        moved[position] = moved[position] + step * d
        values.append(function(*moved))
    slope = np.sum(derivative(*copy.deepcopy(args)) * d)
    np.testing.assert_allclose(slope, (values[0] - values[1]) / 2e-6, rtol=1e-6, atol=1e-7)
