"""What would break forward mode if tangents were careless: about errors, sharing, order of memory, and iterators."""

import math

import numpy as np
import pytest
from programs.checking import Programs
from programs.forward import check_forward

from srcad import jvp
from srcad.errors import UnsupportedError

V = np.array([0.3, -1.1, 0.7, 1.9])
W = np.array([0.8, 0.4, -0.5, 1.2])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0]])
programs = Programs()


# -------------------------------------------------------------------------------------------------- sharing


@programs.on((V,))
def product_with_one_before_a_write(x):
    y = x * 1.0
    z = y + 0.0
    y[0] = z[1] * 2.0
    z[2] = y[0]
    return np.sum(y * z)


@programs.on((V,))
def sum_with_a_constant_before_a_write(x):
    y = x + np.ones(4)
    y *= y[::-1]
    x[1] = y[0]
    return np.sum(x * y)


@programs.on((V,))
def branches_that_alias(x):
    y = x * 2.0
    z = y if x[0] > 0 else np.ones(4)
    z[1] = x[2] ** 2
    return np.sum(y * z)


@programs.on((V, 3), (V, 0))
def carried_alias(x, n):
    y = np.zeros(4)
    z = y
    for i in range(n):
        z[i] = x[i] * x[i + 1]
        y, z = z, y
    return np.sum(np.sin(y)) + np.sum(z)


@programs.on((V, W))
def one_array_in_two_containers(x, w):
    a = np.zeros(4)
    held = {"a": a, "b": [a, w * 2.0]}
    held["b"][0][1:] += x[1:]
    held["b"][1] *= held["a"]
    return np.sum(a * x) + np.sum(held["b"][1])


@programs.on((A,))
def view_of_a_transpose(m):
    y = (m * 2.0).T.reshape(-1)
    t = np.ravel(m * 1.0)
    y[0] = t[3] ** 2
    t[1] *= y[2]
    return np.sum(y * t)


@programs.on((A,))
def written_through_a_reshape(m):
    y = m * 2.0
    flat = y.reshape(-1)
    flat[1:] *= flat[:-1]
    flat /= np.cosh(flat[0])
    return np.sum(y**2)


@programs.on((V,))
def scaled_by_its_own_view(x):
    y = np.tanh(x)
    y *= y[::-1]
    y[1:] /= 2.0 + y[:-1] ** 2
    y[[0, 2]] *= y[1]
    y **= 2
    return np.sum(y * x)


@programs.on((V,))
def repeated_places(x):
    y = x * 1.0
    y[[0, 0, 2]] *= x[1:]
    y[[3, 3]] = x[:2] ** 2
    np.add.at(y, [1, 1], x[2:])
    return np.sum(y**2)


# ------------------------------------------------------------------------------------------------ iterators


@programs.on((V, A))
def zip_of_enumerate_and_ranges(x, m):
    total = 0.0
    for (i, v), k, row in zip(enumerate(x, 2), range(5), m):
        total += v * i * k + np.sum(row) * v
    for i, (a, b) in enumerate(zip(x, reversed(x))):
        total += a * b * i
    return total


@programs.on((V,))
def iterator_that_two_loops_share(x):
    pairs = iter([v * k for k, v in enumerate(x)])
    total = 0.0
    for v in pairs:
        total += v
        if v > 0.1:
            break
    for v in pairs:
        total += v * v
    return total


@programs.on((V,))
def keys_of_all_kinds(x):
    d = dict(zip(range(4), x))
    e = dict([(1, x[0]), ("b", x[1])])
    e.update(zip(["c", (1, 2)], x[2:]))
    total = 0.0
    for k, v in d.items():
        total += v**2 * k
    for k, v in e.items():
        total = total * 0.5 + v * (2.0 if k == "b" else 1.0)
    return total + e.get("z", x[3]) * e.pop("c") * d[3] + sum(e.values())


@programs.on((V,))
def keys_that_are_numbers(x):
    d = {}
    for i in range(3):
        d[i] = x[i]
    total = 0.0
    for k in d:
        total += k * d[0] + k**2 * x[1]
    for k, i in zip(d, range(3)):
        total += k * d[i] ** 2
    for k in list(d.keys()):
        total += k * d.pop(k)
    d[5] = x[3]
    k, v = d.popitem()
    return total + k * v


# --------------------------------------------------------------------------------------------------- errors


@programs.on((V[2],), (-0.5,))
def caught_where_the_function_raises(x):
    try:
        y = math.log(x) * math.sqrt(x)
    except ValueError:
        y = x * x
    return y


@programs.on((V, 0), (V, 7))
def written_before_an_error(x, i):
    y = x * 2.0
    try:
        y[0] = x[1] ** 2
        y[1] = x[i] * y[0]
        y[2] = x[i] / (x[0] * 0.0 if i == 1 else x[0])
    except IndexError:
        y[3] = y[0] * x[2]
    finally:
        y *= x
    return np.sum(y)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check_forward(function, args)


def test_the_tangent_does_not_raise_what_the_function_catches():
    def f(x):
        try:
            y = math.sqrt(x)
        except ZeroDivisionError:
            y = -1.0
        return y

    with np.errstate(divide="ignore"):
        y, dot = jvp(f, (0.0,), (1.0,))
    assert (y, dot) == (0.0, math.inf)


def test_where_numpy_is_asked_to_raise_a_division_in_a_try_is_refused():
    def f(x):
        with np.errstate(all="raise"):
            try:
                y = np.sqrt(x)
            except FloatingPointError:
                y = -x
            return np.sum(y)

    with pytest.raises(UnsupportedError, match="may raise an error that the handler catches"):
        jvp(f, (V,), (W,))


def test_a_view_whose_tangent_has_another_order_in_memory():
    def f(x):
        y = x.reshape(-1)
        y[0] = 5.0
        return np.sum(x)

    x, v = np.ones((2, 3)), np.asfortranarray(np.arange(6.0).reshape(2, 3))
    assert jvp(f, (x,), (np.ascontiguousarray(v),)) == (10.0, 15.0)
    assert jvp(f, (x,), (v,)) == (10.0, 15.0)
