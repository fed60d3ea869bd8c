"""What is not differentiated yet is refused: with the file, the line and a way out, never with a wrong number."""

import numpy as np
import pytest
from programs.checking import refused

V = np.array([0.3, -1.1, 0.7, 1.9])
cases = []


def refusing(*words):
    """Notes a function of a vector, and what its refusal says."""

    def note(function):
        cases.append(pytest.param(function, words, id=function.__name__))
        return function

    return note


@refusing("multiply", "writes to memory")
def output_argument(x):
    y = np.empty(4)
    np.multiply(x, x, out=y)
    return np.sum(y * x)


@refusing("copyto")
def copyto(x):
    y = np.zeros(4)
    np.copyto(y, x * 2)
    return np.sum(y * y)


@refusing(".fill")
def fill(x):
    y = x * 1.0
    y.fill(x[0])
    return np.sum(y * y * x)


@refusing(".sort")
def sort_in_place(x):
    y = x * 1.0
    y.sort()
    return np.sum(y * np.arange(4.0))


@refusing("delitem")
def item_deleted(x):
    s = [x[0], x[1], x[2]]
    del s[0]
    return s[0] * s[1]


@refusing(".reverse")
def list_reversed_in_place(x):
    s = [x[0], x[1], x[2]]
    s.reverse()
    return s[0] * s[0] * s[1]


@refusing("a slice of a list is replaced", "assign item by item")
def slice_of_a_list(x):
    s = [x[0], x[1], x[2]]
    s[1:] = [x[3] * x[0], x[2]]
    return s[0] * s[1] * s[2]


@refusing(".update")
def dict_update(x):
    d = {"a": x[0]}
    d.update({"c": x[2]})
    return d["a"] * d["c"]


@refusing(".pop")
def dict_pop(x):
    d = {"a": x[0], "b": x[1]}
    a = d.pop("a")
    return a * d["b"]


@refusing("A `global` statement")
def global_statement(x):
    global KEPT
    KEPT = x
    return np.sum(x)


@refusing("read-only view")
def rows_of_a_broadcast_array(x):
    y = x * 1.0
    t = 0.0
    for row in np.broadcast_to(y, (3, 4)):
        t = t + np.sum(row * row)
        y[0] = t
    return t


@refusing("which function is called here is known at run time only", "    total = total + power(i)")
def function_made_anew_on_each_trip(x):
    total = x[0]
    for i in range(3):

        def power(n):
            return x[0] if n == 0 else power(n - 1) * x[i]

        total = total + power(i)
    return total


@pytest.mark.parametrize(("function", "words"), cases)
def test_refused(function, words):
    refused(function, (V,), *words)
