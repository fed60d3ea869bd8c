"""Functions that call themselves: one definition for each set of active arguments, or a derivative made at run time."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check

import srcad

V = np.array([0.3, -1.1, 0.7, 1.9, 0.4])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7], [-0.9, 1.1, 0.6]])
LEVELS = []
programs = Programs()


@programs.on((1.3, 0), (1.3, 4), (-0.7, 3))
def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


@programs.on((1.2, 0), (1.2, 4))
def with_an_accumulator(x, n, total=1.0):
    if n == 0:
        return total
    return with_an_accumulator(x, n - 1, total * x + n)


@programs.on((1.1, 7), (1.1, 1))
def calls_itself_twice(x, n):
    if n < 2:
        return x
    return calls_itself_twice(x, n - 1) + calls_itself_twice(x * 0.9, n - 2) * 0.5


@programs.on((1.1, 5))
def calls_itself_in_a_loop(x, n):
    total = x * x
    for i in range(n):
        total = total + math.sin(calls_itself_in_a_loop(x + i, i))
    return total


def on_even(x, n):
    if n == 0:
        return x
    y = math.sin(x)
    return on_odd(y * x, n - 1) + y


def on_odd(x, n):
    if n == 0:
        return x * x
    return on_even(x + 1.0, n - 1) * x


@programs.on((0.3, 3), (0.3, 4), (0.3, 0))
def in_turns(x, n):
    return on_even(x, n) * on_odd(x, n)


@programs.on((V,), (V[:1],))
def halves(x):
    if len(x) == 1:
        return x[0] * 2.0
    middle = len(x) // 2
    return halves(x[:middle]) * np.sin(halves(x[middle:]))


def squares(x, n):
    if n == 0:
        return x * 1.0
    h = squares(x, n // 2)
    return np.tanh(h @ h) + x


@programs.on((A, 0), (A, 1), (A, 5))
def of_matrices(x, n):
    return np.sum(squares(x, n) * A)


def passed_through(x, n):
    if n == 0:
        return x
    return passed_through(x, n - 1) * 0.5 + x


@programs.on((A, 3))
def argument_returned(x, n):
    return np.sum(passed_through(x, n) ** 2)


def written(x, n):
    y = np.array(x)
    if n > 0:
        y[n] *= 2.0
        y[0] += np.sum(written(y, n - 1))
    return y * x


@programs.on((V, 0), (V, 3))
def writing_its_own_array(x, n):
    return np.sum(written(x, n))


def summed(tree):
    if isinstance(tree, list):
        total = 0.0
        for branch in tree:
            total = total + summed(branch)
        return total
    return tree * tree


@programs.on(([1.0, [2.0, 3.0], [[4.0]]],))
def nested_lists(tree):
    return summed(tree)


def noted(x, n):
    LEVELS.append(n)
    if n > 0:
        noted(x, n - 1)
    return x * n


@programs.on((1.5, 2))
def called_for_what_it_notes(x, n):
    return noted(x, n) * x


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_each_level_notes_itself_once():
    LEVELS.clear()
    assert srcad.grad(called_for_what_it_notes)(1.5, 2) == 6.0
    assert LEVELS == [2, 1, 0]


def test_no_derivative_is_left_to_run_time_where_the_types_are_known():
    source = srcad.grad(in_turns).source_for(0.3, 3)
    assert "pullback" not in source
    assert source.count("def on_even_forward(") == source.count("def on_odd_backward(") == 1


def test_arguments_that_become_active_have_a_definition_of_their_own():
    source = srcad.grad(with_an_accumulator).source_for(1.2, 4)
    assert "d_x, t = with_an_accumulator_backward(saved, d_out)" in source


def test_deep_recursion_raises_what_python_raises():
    with pytest.raises(RecursionError):
        srcad.grad(power)(1.0, 100_000)
