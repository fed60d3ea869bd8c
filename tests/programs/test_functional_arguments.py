"""Functions given to functions that call themselves, which hand them on to their own calls."""

import functools
import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused_with

import srcad

programs = Programs()


def adaptive(f, a, b, eps, depth=0):
    m = (a + b) / 2
    one = (b - a) * (f(a) + f(b)) / 2
    two = (b - a) * (f(a) + 2 * f(m) + f(b)) / 4
    if abs(one - two) < eps or depth > 5:
        return two
    return adaptive(f, a, m, eps / 2, depth + 1) + adaptive(f, m, b, eps / 2, depth + 1)


@programs.on((0.2, 2.3, 1.7))
def lambda_of_a_parameter(a, b, k):
    return adaptive(lambda x: math.sin(k * x) * math.exp(-x), a, b, 1e-2)


@programs.on((0.2, 2.3, 1.7))
def function_that_captured_a_function(a, b, k):
    g = lambda x: k * x * x

    def h(x):
        return g(x) + a

    return adaptive(g, a, b, 1e-2) * adaptive(h, a, b, 1e-2)


def cubic(x, k, s=1.0):
    return s * x**3 - k * x


@programs.on((0.2, 2.3, 1.7))
def partials(a, b, k):
    one = adaptive(functools.partial(cubic, k=k), a, b, 1e-2)
    return one + adaptive(functools.partial(cubic, k=0.5, s=k), a, b, eps=1e-2)


@programs.on((0.2, 2.3))
def functions_from_outside(a, b):
    return adaptive(math.sin, a, b, 1e-2) + adaptive(np.exp, a, b, 1e-1) + adaptive(cubic_of_two, a, b, 1e-2)


def cubic_of_two(x):
    return cubic(x, 2.0)


@programs.on((0.4, 1.1))
def variable_that_changes_between_calls(a, k):
    f = lambda x: k * x * x
    k = k * 2
    one = adaptive(f, a, a + 1.0, 1e-1)
    k = k * a
    return one * adaptive(f, a, a + 1.0, 1e-1)


@programs.on((0.4, 1.1))
def made_in_a_loop(a, k):
    total = 0.0
    for i in range(3):
        k = k * 1.1
        total += adaptive(lambda x: k * x * x + i, a, a + 1.0, 1e-1)
    return total


def even(n, f, x):
    return x if n == 0 else odd(n - 1, f, f(x))


def odd(n, f, x):
    return 2.0 * x if n == 0 else even(n - 1, f, x * f(x))


@programs.on((0.3, 1.2))
def in_turns(x, k):
    return even(5, lambda v: math.tanh(k * v), x)


@programs.on((np.array([0.3, 1.2, 2.0]),))
def nested_function_that_calls_itself(w):
    def visit(f, i, acc):
        if i == len(w):
            return acc
        return visit(f, i + 1, acc + f(w[i]))

    return visit(lambda t: t * t * w[0], 0, 0.0)


def bisected(f, low, high, n):
    middle = (low + high) / 2
    if n == 0:
        return middle - f(middle) / 3.0
    return bisected(f, middle, high, n - 1) if f(middle) < 0 else bisected(f, low, middle, n - 1)


@programs.on((2.0,))
def bisection(c):
    return bisected(lambda x: x * x - c, 0.0, 3.0, 6)


def folded(f, acc, xs):
    return acc if len(xs) == 0 else folded(f, f(acc, xs[0]), xs[1:])


@programs.on((0.4, np.array([1.1, 0.2, 0.7])), (0.4, np.zeros(0)))
def fold(k, xs):
    return folded(lambda a, b: a * k + b, k, xs)


def settled(f, x, tolerance):
    y = f(x)
    return y if abs(y - x) < tolerance else settled(f, y, tolerance)


@programs.on((0.4,))
def fixed_point(k):
    return settled(lambda v: math.cos(v * k), 1.0, 1e-9)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def composed(f, n):
    return f(0.5) if n == 0 else composed(lambda x: f(f(x)) * 0.9, n - 1)


def grows(k):
    return composed(lambda x: math.sin(k + x), 2)


def counts(a, k):
    n = 0

    def f(x):
        nonlocal n
        n += 1
        return k * x * n

    return adaptive(f, a, a + 1.0, 1e-1) + n


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [(grows, (0.3,), "captures values which carry"), (counts, (0.4, 1.1), "changes what it captured")],
)
def test_refused(function, args, words):
    refused_with(lambda: srcad.grad(function)(*args), words)


def test_the_list_is_given_what_was_captured():
    source = srcad.grad(bisection).source_for(2.0)
    assert "def bisected_forward(c, low, high, n)" in source
    assert "value = middle - (middle * middle - c) / 3.0" in source
