"""The logistic function and its siblings: the derivative a person writes, where it is that."""

import math

import numpy as np
import pytest
from programs.checking import check

import srcad

X = np.linspace(-2.0, 2.0, 5)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def straight(x):
    return np.sum(sigmoid(x) * x)


def the_other_way_round(x):
    s = 1 / (np.exp(-2.0 * x) + 1)
    return np.sum(s)


def of_numbers(x):
    return 1.0 / (1.0 + math.exp(-x)) * x


def in_a_loop(x, steps):
    h = x
    for _ in range(steps):
        h = sigmoid(h * x) + h * sigmoid(x - h)
    return np.sum(h * h)


def in_a_branch(x, steps):
    h = x
    for k in range(steps):
        if k % 2:
            h = sigmoid(h) * x
        else:
            h = h * x
    return np.sum(h)


def another_numerator(x):
    return np.sum(2.0 / (1.0 + np.exp(-x)))


def another_sum(x):
    return np.sum(1.0 / (2.0 + np.exp(-x)))


def another_factor(x, y):
    e = np.exp(-x)
    return np.sum(y / (1.0 + e) * np.exp(x * y))


def not_of_this(x, y):
    t = 1.0 + np.exp(y)
    return np.sum(1.0 / t * np.exp(x))


def not_an_exponential(x):
    e = x * x
    return np.sum(1.0 / (1.0 + e))


def written_later(x, steps):
    e = np.exp(-x)
    total = 0.0
    for _ in range(steps):
        t = 1.0 + e
        s = 1.0 / t
        e[1:] *= s[:-1]
        total += np.sum(s * e)
    return total


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (straight, (X,)),
        (straight, (X[:1],)),
        (the_other_way_round, (X,)),
        (of_numbers, (0.7,)),
        (of_numbers, (-3.0,)),
        (in_a_loop, (X, 3)),
        (in_a_loop, (X, 0)),
        (in_a_branch, (X, 4)),
        (another_numerator, (X,)),
        (another_sum, (X,)),
        (another_factor, (X, X + 0.5)),
        (not_of_this, (X, X + 0.5)),
        (not_an_exponential, (X,)),
        (written_later, (X, 3)),
    ],
)
def test_gradients(program, args):
    check(program, args)


def test_the_source_is_what_a_person_writes():
    source = srcad.grad(the_other_way_round).source_for(X)
    assert "s * (1.0 - s)" in source
    assert "np.exp" not in source.split("# s =")[1].splitlines()[1]


def test_one_value_of_a_gate_is_recorded():
    source = srcad.grad(in_a_loop).source_for(X, 3)
    forward, _, backward = source.partition("# return")
    assert forward.count("1.0 / (1.0 + np.exp(") == 2
    assert backward.count("* (1.0 - ") == 2


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_there_is_a_derivative_where_the_exponential_overflows(dtype):
    x = np.array([-2000.0, -50.0, 0.0, 50.0, 2000.0], dtype)
    with np.errstate(over="ignore"):
        gradient = srcad.grad(lambda x: np.sum(sigmoid(x)))(x)
    assert gradient.dtype == dtype
    expected = [0.0, math.exp(-50.0), 0.25, math.exp(-50.0), 0.0]
    np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-15)
