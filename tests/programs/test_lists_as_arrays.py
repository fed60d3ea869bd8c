"""Lists and tuples that meet arrays in arithmetic, where NumPy makes arrays of them."""

import numpy as np
import pytest
from programs.checking import Programs, check

X = np.array([0.5, 0.7, 1.2])
programs = Programs()


@programs.on((X,))
def divided_by_a_list(x):
    return np.sum(x / [1.0, 2.0, 3.0])


@programs.on((X,))
def raised_to_a_list(x):
    return np.sum(x ** [1.0, 2.0, 3.0])


@programs.on((X,))
def divided_by_a_tuple_of_constants(x):
    return np.sum(np.divide(x, (1.0, 2.0, 3.0)))


@programs.on((X,))
def its_own_list(x):
    return np.sum(x / x.tolist() + x * x.tolist())


@programs.on((X,))
def angle_of_a_list(x):
    return np.sum(np.arctan2([x[0], 2.0, 3.0], x))


@programs.on((X,))
def list_that_grew(x):
    z = [x[0], x[1]]
    z.append(x[2])
    return np.sum(x / z)


@programs.on((X,))
def nested_list(x):
    return np.sum(np.divide(x, [[x[0], 2.0, x[1]], x]))


@programs.on((X,))
def in_place(x):
    y = np.ones((2, 3))
    y *= [x, x * 2]
    y[0] /= (x[0], 1.0, 2.0)
    z = x * 1.0
    z /= x.tolist()
    return np.sum(y * x) + np.sum(z * x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
