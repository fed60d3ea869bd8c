"""Derivatives called inside differentiated functions: values like others, whatever they are derivatives of."""

import functools

import numpy as np
import pytest
from programs.checking import Programs, check

from srcad import grad, value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
W = np.array([0.8, 0.4, -0.5, 1.2])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7], [-0.9, 1.1, 0.6]])
programs = Programs()


def energy(x):
    return np.sum(np.sin(x) * x**2)


def weighted(x, w, scale=2.0):
    return scale * np.sum(np.tanh(x * w))


def with_aux(x):
    return np.sum(x**3), {"norm": np.sum(x * x)}


def of_parts(p, k):
    return np.sum(p["w"] ** 3) * p["b"] + k * p["b"] ** 2


def looping(x, n):
    y = np.tanh(x)
    for i in range(n):
        y[1:] *= 0.5 + y[:-1]
        y[0] += x[i] * y[-1]
    return np.sum(y * y)


def writing(x):
    x[0] = x[1] * x[2]
    x[1:3] *= x[0]
    return np.sum(x**2)


def newton(a):
    x = 1.0
    while abs(x * x - a) > 1e-10:
        x = 0.5 * (x + a / x)
    return x


def energy_of_one(x):
    return np.sin(x) * x**2


slope = grad(energy)
both = value_and_grad(weighted, argnums=(0, 1))
with_extra = grad(with_aux, has_aux=True)
by_name = grad(weighted, argnums="w")
of_parts_slope = grad(of_parts, argnums=(0, 1))
second = grad(grad(energy_of_one))


# ------------------------------------------------------------------------------------- derivatives by name


@programs.on((V,))
def called_once(x):
    return np.sum(slope(x) ** 2)


@programs.on((V,))
def called_twice(x):
    return np.sum(slope(x) * slope(x * 2.0))


@programs.on((V,))
def called_on_its_own_result(x):
    return np.sum(slope(slope(x) * 0.1))


@programs.on((V, W))
def value_and_both_gradients(x, w):
    value, (d_x, d_w) = both(x, w, scale=1.5)
    return value * np.sum(d_x * d_w)


@programs.on((V, W))
def argument_by_name(x, w):
    return np.sum(by_name(x, w=w) ** 2)


@programs.on((V,))
def auxiliary_value(x):
    d, aux = with_extra(x)
    return np.sum(d) * aux["norm"]


@programs.on((V, 0.7, 1.3))
def structures(x, b, k):
    d, d_k = of_parts_slope({"w": x, "b": b}, k)
    return np.sum(d["w"] * x) + d["b"] * d_k


@programs.on((V, 3))
def through_a_tape(x, n):
    return np.sum(grad(looping)(x, n) * W)


@programs.on((V,))
def through_writes(x):
    return np.sum(grad(writing)(x) * W) + x[0]


@programs.on((2.0,), (0.3,))
def through_a_while_loop(a):
    return grad(newton)(a) * a


@programs.on((2.0,))
def a_second_derivative(a):
    return second(a) + a * a


@programs.on((V, 3))
def in_a_loop(x, n):
    y = x
    for _ in range(n):
        y = y - 0.1 * slope(y)
    return np.sum(y * y)


@programs.on((V,), (-V,))
def in_a_branch(x):
    if x[0] > 0:
        return np.sum(slope(x))
    return energy(x)


@programs.on((V,))
def until_it_is_small(x):
    y = x
    steps = 0
    while np.sum(slope(y) ** 2) > 1.0:
        y = y - 0.05 * slope(y)
        steps += 1
        if steps > 5:
            break
    return np.sum(y)


@programs.on((V,))
def in_a_comprehension(x):
    return sum([slope_of_cube(x[i]) * x[i] for i in range(4)])


slope_of_cube = grad(lambda t: t**3)


def descended(x, rate):
    for _ in range(2):
        x = x - rate * slope(x)
    return x


@programs.on((V, 0.1))
def in_a_helper(x, rate):
    y = descended(x, rate)
    return np.sum(y * descended(y, rate))


@programs.on((V, W))
def fixed_by_a_partial(x, w):
    return np.sum(functools.partial(grad(weighted), w=w)(x)) + np.sum(grad(functools.partial(weighted, x))(w) * x)


@programs.on((1.2,))
def of_a_ufunc(x):
    return grad(np.sin)(x) * x


@programs.on((V,))
def into_memory(x):
    y = np.zeros(4)
    y[1:] = slope(x)[:-1]
    y *= x
    return np.sum(y * y)


@programs.on((V,))
def result_is_written(x):
    d = slope(x)
    d *= x
    d[0] = 0.5 * d[1]
    return np.sum(d * d)


@programs.on((V,))
def result_that_is_the_other_argument(x):
    d = grad(lambda a, b: np.sum(a * b))(x, x)
    d += 1.0
    return np.sum(d * x)


# --------------------------------------------------------------------------- derivatives of nested functions


@programs.on((1.5,))
def perturbations_stay_apart(x):
    return x * grad(lambda y: x + y)(1.0)


@programs.on((1.5,))
def captured_and_given(x):
    return grad(lambda y: x * y * y)(x)


@programs.on((1.5,))
def three_levels(x):
    return grad(lambda y: y * grad(lambda z: x * y * z**3)(y))(x)


@programs.on((V, 3))
def made_in_a_loop(x, n):
    total = 0.0
    for i in range(n):
        total += x[i] * grad(lambda y, i=i: x[i] * y**3 + x[i + 1] * y)(x[i + 1])
    return total


@programs.on((1.5,), (-1.5,))
def made_in_a_branch(x):
    if x > 0:
        d = grad(lambda y: x * y**2)(2.0)
    else:
        d = grad(lambda y: x**2 * y**3)(0.5)
    return d * x


@programs.on((V, W))
def step_of_an_inner_loss(w, x):
    def loss(v):
        return np.sum((np.tanh(v * x) - 0.5) ** 2)

    w = w - 0.1 * grad(loss)(w)
    w = w - 0.1 * grad(loss)(w)
    return loss(w)


@programs.on((V, W))
def nested_function_that_calls_another(w, x):
    def model(v):
        return np.tanh(v * x)

    def loss(v):
        return np.sum((model(v) - w) ** 2)

    return np.sum(grad(loss)(w) * x)


@programs.on((V,))
def decorated(x):
    @grad
    def d(y):
        return np.sum(x * y**3)

    @value_and_grad(argnums=1)
    def v(a, b):
        return a * b**2

    value, g = v(x[0], x[1])
    return np.sum(d(x)) + value * g


@programs.on((V,))
def derivative_passed_to_a_helper(x):
    return at_two_places(grad(lambda y: np.sum(x * y**3)), x)


def at_two_places(f, x):
    return np.sum(f(x) * f(x + 1.0))


@programs.on((V, W))
def function_passed_to_a_helper(x, w):
    return np.sum(slope_at(lambda y: np.sum(np.sin(y * w)), x))


def slope_at(f, x):
    return grad(f)(x)


@programs.on((V, W))
def function_among_the_arguments(x, w):
    def scaled(y):
        return y * w

    return np.sum(grad(applied, argnums=1)(scaled, x) * x)


def applied(f, x):
    return np.sum(f(x) ** 3)


@programs.on((1.3,))
def powers(x):
    d = grad(lambda y: y**5)
    dd = grad(d)
    return d(x) + dd(x) * grad(dd)(x)


@programs.on((V,))
def captured_array_is_written_before(x):
    y = x * 2.0
    y[0] = 0.5
    return np.sum(grad(lambda z: np.sum(y * z**3))(x))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
