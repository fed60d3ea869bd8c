"""Functions of which nothing is known, given memory: what they could store there is no derivative silently lost."""

import functools

import numpy as np
import pytest
from programs.checking import Programs, check, refused, refused_with

from srcad import DifferentiationError, grad, jvp

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


@hidden.on((X,))
def sorted_by_a_recursion(x):
    y = x.copy()
    sort_by_swaps(y, 0, len(y) - 1)
    return np.sum(y * np.arange(4.0))


@hidden.on((X,))
def multiplied_by_a_recursion(x):
    y = x.copy()
    multiply_up(y, 3)
    return np.sum(y)


@hidden.on((X,))
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
