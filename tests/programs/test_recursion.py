"""Functions that call themselves: one definition for each set of active arguments, or a derivative made at run time."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

import srcad

V = np.array([0.3, -1.1, 0.7, 1.9, 0.4])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7], [-0.9, 1.1, 0.6]])
LEVELS = []
programs = Programs()
unresolved = Programs()


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


# ---------------------------------------------------------------------------------------- nested functions


@programs.on((1.3,))
def of_a_nested_function(x):
    def go(n):
        if n == 0:
            return 1.0
        return x * go(n - 1)

    return go(3) + go(2)


@programs.on((1.3,))
def of_a_nested_function_on_integers(x):
    def factorial(n):
        return 1 if n == 0 else n * factorial(n - 1)

    return x * factorial(4)


@programs.on((0.7, 2.0))
def adaptive(x, end):
    def integral(low, high, depth):
        middle = 0.5 * (low + high)
        whole = (high - low) * np.sin(x * middle)
        if depth == 0:
            return whole
        return integral(low, middle, depth - 1) + integral(middle, high, depth - 1)

    return integral(0.0, end, 3)


@programs.on((1.1,))
def nested_and_used_as_a_value(x):
    def go(n):
        if n == 0:
            return x
        return sum([go(k) for k in range(n)]) * x

    functions = [go, lambda n: x * n]
    return functions[0](3) + functions[1](2)


@programs.on((1.2,))
def lambda_that_calls_itself(x):
    product = lambda n: x if n == 0 else product(n - 1) * (x + n)
    return product(3)


@unresolved.on((1.1,))
def nested_functions_that_call_each_other(x):
    def even(n, y):
        if n == 0:
            return y
        return odd(n - 1, y * x)

    def odd(n, y):
        if n == 0:
            return y * y
        return even(n - 1, y + x)

    return even(3, x)


@unresolved.on((1.3,))
def name_bound_to_another_function_later(x):
    def go(n):
        return 1.0 if n == 0 else x * go(n - 1)

    y = go(2)

    def go(n):
        return x + n

    return y + go(3)


@unresolved.on((1.3,))
def nested_function_made_on_each_trip(x):
    s = 0.0
    for i in range(3):

        def go(n):
            if n == 0:
                return x * i
            return go(n - 1) * x

        s += go(2)
    return s


@unresolved.on((1.3, True), (1.3, False))
def nested_function_made_in_a_branch(x, c):
    if c:
        z = x * x

        def go(n):
            if n == 0:
                return z
            return go(n - 1) * x
    else:

        def go(n):
            return x

    return go(2)


@unresolved.on((1.2,))
def default_that_carries_a_derivative(x):
    def go(n, y=x):
        if n == 0:
            return y
        return go(n - 1, y * x)

    return go(3) + go(1, 2.0)


def scaled_copies(y, n):
    if n == 0:
        return np.sum(y * y * y)
    return sum([scaled_copies(y * (k + 1.0), n - 1) for k in range(2)])


@programs.on((np.array([0.3, 0.7, 1.1]),))
def argument_overwritten_after_the_call(x):
    y = x * 2.0
    t = scaled_copies(y, 2)
    y[0] = x[1] * t
    y[1:] *= x[0]
    t += scaled_copies(y, 1)
    y[...] = 0.5
    return t * x[0]


@pytest.mark.parametrize(("function", "args"), unresolved.cases)
def test_functions_that_need_each_other_or_are_made_anew_are_refused(function, args):
    refused(function, args, "known at run time only")


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


def test_nothing_is_left_of_a_nested_function_that_was_given_a_definition():
    source = srcad.grad(of_a_nested_function).source_for(1.3)
    assert "def go_forward(x, n):" in source
    assert source.count("def go") == 2
    assert "cell" not in source
