"""Methods of arrays and containers that are read first and called later, or called by the names of operators."""

import operator

import numpy as np
import pytest
from programs.checking import Programs, check, refused

X = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


@programs.on((X,))
def append_that_is_read_once(x):
    kept = []
    add = kept.append
    for e in x:
        add(e * e)
    return sum(kept) * kept[0]


@programs.on((X,))
def setter_of_a_dict_that_is_mapped(x):
    found = {}
    list(map(found.__setitem__, "ab", x))
    return found["a"] * found["b"]


@programs.on((X,))
def setter_of_an_array(x):
    y = np.zeros(4)
    put = y.__setitem__
    put(0, x[0] * 2.0)
    put(slice(1, 3), x[2:])
    return np.sum(y * x)


@programs.on((X,))
def operators_as_methods(x):
    y = x.__mul__(2.0)
    y.__setitem__(0, x[1])
    y.__iadd__(x)
    return np.sum(y.__getitem__(slice(None, 3))) * y.__neg__().__getitem__(3)


@programs.on((X,))
def store_in_an_expression(x):
    y = [x[0], x[1]]
    k = operator.setitem(y, 0, x[2]) or 3.0
    return y[0] * y[1] * k


@programs.on((X,))
def reduction_that_is_read_once(x):
    total = x.sum
    return total() * total() + x.max()


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize("name", ["__array_interface__", "ctypes", "data"])
def test_the_bytes_of_an_array_are_refused(name):
    def through_bytes(x):
        y = np.zeros(4)
        z = np.frombuffer(getattr(y, name))
        z[:] = x
        return np.sum(y * x)

    refused(through_bytes, (X,), f"{name!r} of an array leads to its bytes")
