"""Functions of which nothing is known, given memory: what they could store there is no derivative silently lost."""

import functools

import numpy as np
import pytest
from programs.checking import Programs, check, refused, refused_with

from srcad import DifferentiationError, grad, jvp, value_and_grad

X = np.array([0.3, -1.1, 0.7, 1.9])
KEPT = 0
hidden = Programs()
programs = Programs()


def sort_by_swaps(a, low, high):
    if low >= high:
        return
    for j in range(low, high):
        if a[j] > a[high]:
            t = a[j] * 1.0
            a[j] = a[high]
            a[high] = t
    sort_by_swaps(a, low, high - 1)


def multiply_up(a, n):
    if n > 0:
        multiply_up(a, n - 1)
    a[n] = a[n] * a[n - 1]


def square_each(a):
    if len(a) == 0:
        return
    a[0] = a[0] ** 2
    square_each(a[1:])


def noted(a):
    global KEPT
    KEPT = len(a)
    a[0] = a[0] * 5.0


def said(a):
    global KEPT
    KEPT = len(a)


@functools.singledispatch
def doubled(a):
    a[0] *= 2.0


@programs.on((X,))
def sorted_by_a_recursion(x):
    y = x.copy()
    sort_by_swaps(y, 0, len(y) - 1)
    return np.sum(y * np.arange(4.0))


@programs.on((X,))
def multiplied_by_a_recursion(x):
    y = x.copy()
    multiply_up(y, 3)
    return np.sum(y)


@programs.on((X,))
def squared_through_views(x):
    y = x.copy()
    square_each(y)
    return np.sum(y)


@hidden.on((X,))
def changed_by_what_has_no_list(x):
    y = x.copy()
    noted(y)
    return np.sum(y)


@hidden.on((X,))
def number_stored_by_what_has_no_list(x):
    y = np.ones(4)
    held = {"y": y}
    KEEPERS[0](held, x[0])
    return np.sum(y)


def keep(held, value):
    global KEPT
    KEPT = 1
    held["y"][0] = value


KEEPERS = [keep]


@programs.on((X,))
def copy_for_a_function_that_only_reads(x):
    said(x.copy())
    return np.sum(x * x)


@pytest.mark.parametrize(("function", "args"), hidden.cases)
def test_what_could_be_stored_unseen_is_refused(function, args):
    refused(function, args, "how is not known")


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_a_function_that_dispatches_is_refused():
    def changed(x):
        y = x.copy()
        doubled(y)
        return np.sum(y)

    refused_with(lambda: grad(changed)(X), "how is not known")


@pytest.mark.parametrize(("function", "args"), hidden.cases)
def test_forward_mode_is_right_or_refused(function, args):
    try:
        value, dot = jvp(function, args, (np.array([1.0, -0.5, 0.3, 0.2]),))
    except DifferentiationError:
        return
    step = 1e-6 * np.array([1.0, -0.5, 0.3, 0.2])
    quotient = (function(args[0] + step) - function(args[0] - step)) / 2e-6
    assert value == function(*args)
    assert abs(dot - quotient) < 1e-6


# What carries no derivative may be changed, too: counts, lists that grow.

counting = Programs()


class Counted:
    """A layer that counts its calls."""

    def __init__(self, weight):
        self.weight, self.calls, self.seen = weight, 0, []

    def __call__(self, x):
        self.calls += 1
        return x * self.weight

    def noted(self, x):
        self.seen.append(1.0)
        return x * self.weight

    def read(self, x):
        return x * self.weight


class Activation:
    """A layer of another class."""

    def __call__(self, x):
        return np.tanh(x)


@counting.on((2.0, 0.3))
def object_known_at_run_time(weight, x):
    counted, other = Counted(weight), Activation()
    layer = counted if weight > x else other
    return np.sum(layer(x)) * counted.calls


@counting.on((2.0, 0.3))
def method_known_at_run_time(weight, x):
    counted = Counted(weight)
    method = counted.noted if weight > x else counted.read
    return np.sum(method(x)) * len(counted.seen)


def appended_to(x, items):
    items.append(1)
    return x * x


def left_alone(x, items):
    return x + len(items)


@counting.on((2.0, 0.3))
def list_given_to_functions_of_a_list(weight, x):
    items = []
    for function in [appended_to, left_alone][int(x) :]:
        x = function(x, items)
    return np.sum(x) * len(items) * weight


@counting.on((2.0, 0.3))
def variable_of_two_functions(weight, x):
    calls = 0

    def counted(v):
        nonlocal calls
        calls += 1
        return v * weight

    function = counted if x < weight else np.sin
    return np.sum(function(x)) * calls


@counting.on((2.0, 0.3))
def list_given_to_a_partial(weight, x):
    items = [0.0]
    before = items[0]
    function = functools.partial(added, 2.0) if weight > 1 else functools.partial(appended_to, 2.0)
    function(items)
    return weight * (items[0] - before)


def added(number, items):
    items[0] += number


@counting.on((2.0, 0.3))
def method_of_a_list(weight, x):
    items = [1, 2]
    before = len(items)
    method = items.append if weight > 1 else items.remove
    method(1)
    return weight * (len(items) - before)


@counting.on((2.0, 0.3))
def method_of_dicts(weight, x):
    held = {"n": 1}
    before = held["n"]
    method = dict.update if weight > 1 else dict.get
    method(held, {"n": 5})
    return weight * (held["n"] - before)


@counting.on((2.0, 0.3))
def array_read_before_and_after(weight, x):
    held = np.zeros(2)
    before = held[0]
    for function in [added_to_array, appended_to][int(x) :]:
        function(held, 2.0) if function is added_to_array else None
    return weight * (2.0 * held[0] - before)


def added_to_array(array, number):
    array[0] += number


@pytest.mark.parametrize(("function", "args"), counting.cases)
def test_counts_are_right_or_refused(function, args):
    expected = function(*args)
    for derivative in (lambda: value_and_grad(function)(*args), lambda: jvp(function, args, (1.0, 0.0))):
        try:
            value, slope = derivative()
        except DifferentiationError:
            continue
        assert value == expected
        assert abs(slope - (function(2.0 + 1e-6, 0.3) - function(2.0 - 1e-6, 0.3)) / 2e-6) < 1e-6


def test_counts_known_at_run_time_are_refused_in_forward_mode():
    refused_with(lambda: jvp(object_known_at_run_time, (2.0, 0.3), (1.0, 0.0)), "writes to its argument self")
    refused_with(lambda: jvp(list_given_to_functions_of_a_list, (2.0, 0.3), (1.0, 0.0)), "writes to its argument items")
