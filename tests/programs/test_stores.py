"""Functions and methods that write into an array."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def filled(x):
    y = x * x
    y.fill(x[0])
    y[1:].fill(2.0)
    return weigh(y)


@programs.on((V,))
def diagonal_filled(x):
    m = np.outer(x, x)
    np.fill_diagonal(m, x[0])
    return weigh(m)


@programs.on((V,))
def diagonal_filled_with_an_array(x):
    m = np.outer(x, x)[:3]
    np.fill_diagonal(m, x[:2])
    return weigh(m)


@programs.on((V,))
def put(x):
    y = x * x
    np.put(y, [0, -1], x[1:3])
    return weigh(y)


@programs.on((V,))
def put_again_from_the_first(x):
    m = np.outer(x, x)
    np.put(m, [0, 5, 7, 2], [x[0], x[1]])
    m.put([3], x[2])
    return weigh(m)


@programs.on((V,))
def put_twice(x):
    y = x * x
    np.put(y, [0, 1, 0], x[1:])
    return weigh(y)


@programs.on((V,))
def placed(x):
    y = x * x
    np.place(y, y > 0.1, [x[0], x[1]])
    return weigh(y)


@programs.on((V,))
def one_value_placed(x):
    y = x * x
    np.place(y, y > 0.4, x[0])
    return weigh(y)


@programs.on((V,))
def put_by_a_mask(x):
    y = x * x
    np.putmask(y, y > 0.4, x * 3)
    np.putmask(y, y < 0.1, x[0])
    return weigh(y)


@programs.on((V,))
def put_by_a_mask_again_from_the_first(x):
    y = x * x
    np.putmask(y, y > 0.4, [x[0], x[1], x[2]])
    return weigh(y)


@programs.on((V,))
def put_along_an_axis(x):
    m = np.outer(x, x)
    np.put_along_axis(m, np.argmax(m, axis=1)[:, None], x[:, None] * 5, 1)
    return weigh(m)


@programs.on((V,))
def sorted_in_place(x):
    y = x * x
    y.sort()
    return weigh(y)


@programs.on((V,))
def sorted_along_axes(x):
    m = np.outer(x, x)
    m.sort(axis=0)
    m[0].sort()
    return weigh(m)


@programs.on((V,))
def partitioned(x):
    y = x * x
    y.partition(2)
    return weigh(y)


@programs.on((V,))
def multiplied_at(x):
    y = x * 1
    np.multiply.at(y, [0, 1, 0], x[1:])
    return weigh(y)


@programs.on((V,))
def maximum_at(x):
    y = x * 1
    np.maximum.at(y, np.array([0, 1, 0]), x[1:] * 2)
    return weigh(y)


@programs.on((V,))
def multiplied_at_by_a_number(x):
    y = x * 1
    np.multiply.at(y, [0, 1, 0], x[0])
    return weigh(y)


@programs.on((V,))
def ellipsis(x):
    m = np.outer(x, x)
    m[...] = x
    m.T[1, ...] = 2 * x
    return weigh(m)


@programs.on((V,))
def written_at_a_mask(x):
    y = x * 1
    np.multiply.at(y, x > 0.5, 2.0)
    np.maximum.at(y, np.array([True, False, True, False]), x[:2])
    return weigh(y)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
