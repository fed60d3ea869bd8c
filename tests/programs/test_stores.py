"""Functions and methods that write into an array."""

import numpy as np
import pytest
from programs.checking import Programs, check

import srcad

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


@programs.on((V,))
def ufuncs_at_elements_named_once(x):
    y = x * x
    np.sin.at(y, slice(1, 3))
    np.exp.at(y, y > 1)
    np.multiply.at(y, (Ellipsis, 0), x[1])
    np.hypot.at(y, 2, x[0])
    return weigh(y)


@programs.on((V,), (V[:3],))
def ufuncs_at_elements_named_again(x):
    y = np.outer(x, x) + 6.0
    np.log.at(y, ([0, 1, 0], slice(None)))
    np.divide.at(y, ([[0], [0]], [2, 1]), x[:2] + 4.0)
    np.logaddexp.at(y[:, 1], [2, 2, 0], x[0])
    np.sqrt.at(y.T, [-1, 2])
    return weigh(y)


@programs.on((V, 3))
def ufuncs_at_in_a_loop(x, n):
    y = np.outer(x, x)
    for k in range(n):
        if x[k] < 0.5:
            np.sin.at(y, (k, [0, 0, 1]))
        else:
            np.minimum.at(y, ([k, 0, k], 1), x[k] * y[0, :3])
    return weigh(y)


@programs.on((V,))
def comparison_at(x):
    y = x * x
    np.greater.at(y, [0, 0, 3], 1.0)
    np.sin.at(y, np.array([], int))
    return weigh(y)


@programs.on((V,))
def integers_at(x):
    order = np.zeros(3, int)
    np.add.at(order, [0, 0, 1], 1)
    np.bitwise_or.at(order, [2, 1], 2)
    total = 0.0
    for k in range(3):
        total += x[order[k]] * x[k]
        np.right_shift.at(order, [0, 1], 1)
        np.negative.at(order, [2])
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def multiplied_by_a_number_of_double_precision(x):
    y = x * x
    np.multiply.at(y, [0], 0.1)
    np.multiply.at(y, slice(1, 2), 0.1)
    return np.sum(y)


def test_a_number_given_to_at_is_one_of_double_precision():
    x = np.array([0.3, 0.7, 1.3], np.float32)
    value, gradient = srcad.value_and_grad(multiplied_by_a_number_of_double_precision)(x)
    assert value == multiplied_by_a_number_of_double_precision(x)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, 2 * x * [0.1, 0.1, 1.0], rtol=1e-6)
