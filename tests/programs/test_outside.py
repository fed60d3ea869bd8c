"""What lives outside the function: what changes it is seen, or refused; nothing is read as it was before by mistake."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused_with

from srcad import grad, jvp

programs = Programs()

LIST = [1.0, 2.0]
DICT = {"a": 1.0}
ARRAY = np.zeros(3)
NUMBER = 1.0


class Settings:
    """An object and a class that programs change."""

    rate = 1.0


SETTINGS = Settings()


@programs.on((2.0,))
def item_of_a_list(w):
    LIST[0] = 1.0
    LIST[0] += 1.0
    return w * LIST[0]


@programs.on((2.0,))
def length_of_a_list(w):
    LIST.append(3.0)
    n = len(LIST)
    LIST.pop()
    return w * n * len(LIST)


@programs.on((2.0,))
def item_of_a_dict(w):
    DICT["a"] = 1.0
    DICT["a"] += 4.0
    return w * DICT["a"]


@programs.on((2.0,))
def elements_of_an_array(w):
    ARRAY[0] = 0.0
    ARRAY[0] += 4.0
    ARRAY[1:] = ARRAY[0]
    return w * ARRAY.sum()


@programs.on((2.0,))
def attribute_of_an_object(w):
    SETTINGS.rate = 0.5
    SETTINGS.rate += 2.0
    return w * SETTINGS.rate


def first_changed():
    LIST[0] = LIST[0] + 1.0


@programs.on((2.0,))
def item_changed_by_a_helper(w):
    LIST[0] = 0.0
    before = LIST[0]
    first_changed()
    return w * (LIST[0] - before)


def nothing():
    return len(DICT)


@programs.on((2.0,))
def helper_that_changes_nothing(w):
    nothing()
    return w * NUMBER


def is_positive():
    return ARRAY.sum() > 0


@programs.on((np.array([1.0, 2.0]),))
def helper_that_only_reads(w):
    ARRAY[:] = 1.0
    return np.sum(w * ARRAY[:2]) * is_positive()


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# ------------------------------------------------------------------------------------------------- refused


def class_changed(w):
    Settings.rate += 1.0
    return w * Settings.rate


def module_changed(w):
    np.this_rate = 1.0
    return w


def noted(v, seen=[]):
    seen.append(1)
    return v * len(seen)


def default_changed(w):
    return noted(w) + noted(w) * w


def function_changed(w):
    noted.calls = 1
    return w * noted.calls


CONSTANTS = [class_changed, module_changed, default_changed, function_changed]


@pytest.mark.parametrize("function", CONSTANTS)
def test_constants_that_are_changed_are_refused(function):
    for derivative in (lambda: grad(function)(2.0), lambda: jvp(function, (2.0,), (1.0,))):
        refused_with(derivative, "takes for constant")


def assigned():
    global NUMBER
    NUMBER = NUMBER + 1.0


def assigned_further_in():
    return assigned()


def read_after_an_assignment(w):
    assigned_further_in()
    return w * NUMBER


def class_assigned():
    Settings.rate = 9.0


def read_after_a_change_of_a_class(w):
    class_assigned()
    return w * Settings.rate


@pytest.mark.parametrize("function", [read_after_an_assignment, read_after_a_change_of_a_class])
def test_variables_that_a_helper_assigns_are_refused(function):
    for derivative in (lambda: grad(function)(2.0), lambda: jvp(function, (2.0,), (1.0,))):
        refused_with(derivative, "read here as it was when the call began")


def cell_assigned(w):
    k = 1.0

    def assign():
        nonlocal k
        k = k + 1.0

    def f(v):
        assign()
        return v * k

    return f


def test_cells_that_a_helper_assigns():
    f = cell_assigned(1.0)
    refused_with(lambda: grad(f)(2.0), "assign assigns 'k'")


def all_increased():
    ARRAY[:] += 1.0


def array_changed_between(w):
    total = np.sum(w * ARRAY[:2])
    all_increased()
    return np.sum(w * ARRAY[:2]) + total


def test_what_the_reverse_sweep_reads_is_not_changed_by_a_helper():
    refused_with(lambda: grad(array_changed_between)(np.ones(2)), "earlier contents the gradient needs")
