"""Forward derivatives called inside differentiated functions, to any mix and order: no level sees another's tangents.

The checks of the programs differentiate them by reverse mode, and `test_forward` by forward mode.
"""

import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, hvp, jvp, value_and_grad
from srcad.directional import derivative_along

V = np.array([0.3, -1.1, 0.7, 1.9])
W = np.array([0.8, 0.4, -0.5, 1.2])
programs = Programs()


def energy(x):
    return np.sum(np.sin(x) * x**2)


def looping(x, n):
    y = np.tanh(x)
    for i in range(n):
        y[1:] *= 0.5 + y[:-1]
        y[0] += x[i] * y[-1]
    return y


@programs.on((V, W))
def tangent_of_an_energy(x, v):
    y, dot = jvp(energy, (x,), (v,))
    return y * dot


@programs.on((V, W))
def tangent_of_writes_and_loops(x, v):
    y, dot = jvp(looping, (x, 3), (v, None))
    return np.sum(y * dot)


@programs.on((V, W))
def product_with_the_hessian(x, v):
    return np.sum(hvp(energy, (x,), (v,)) * v)


@programs.on((V, W))
def tangent_of_a_gradient(x, v):
    g, dot = jvp(grad(energy), (x,), (v * v,))
    return np.sum(g * dot)


@programs.on((V, W))
def tangent_of_a_function_with_a_default(x, v):
    def scaled(u, w, scale=1.5):
        return np.sum(u * u * w) * scale

    y, dot = jvp(scaled, (x, v), (v, x * v))
    return y * dot


@programs.on((V, W))
def tangent_of_structures(x, v):
    def of_parts(pair, named):
        return np.sum(pair[0] * named["a"]) * pair[1] * len(named["name"])

    primals = ((x, v[0]), {"a": v, "name": "length"})
    y, dot = jvp(of_parts, primals, ((v, x[0]), {"a": x, "name": None}))
    return y * dot


@programs.on((V, W))
def tangent_of_lists_of_unknown_length(x, v):
    def joint(parts, named):
        parts[0] = parts[0] * named[1]
        return sum([np.sum(p * p) for p in parts])

    rows, dots = [], []
    for k in range(3):
        rows.append(x * k + v)
        dots.append(v * x)
    return jvp(joint, (rows, {k: v[k] for k in range(2)}), (dots, {k: x[k] for k in range(2)}))[1]


@programs.on((V, W))
def gradient_of_a_tangent(x, v):
    def along(u):
        return jvp(energy, (u,), (v,))[1]

    return np.sum(grad(along)(x) ** 2)


@programs.on((V, W))
def tangents_of_tangents(x, v):
    def along(u):
        return jvp(lambda w: np.sum(np.tanh(w * x)), (u,), (v,))[1]

    return jvp(along, (x,), (v,))[1]


@programs.on((1.3,))
def third_derivative(x):
    return jvp(lambda y: jvp(lambda z: math.sin(z) * z**3 * x, (y,), (1.0,))[1], (x,), (1.0,))[1]


@programs.on((V,))
def in_a_loop(x):
    total = 0.0
    for i in range(len(x)):
        _, dot = jvp(lambda s: math.sin(s * x[0]) * i, (x[i],), (x[1],))
        total += dot
    return total


@programs.on((V,))
def in_a_branch(x):
    if x[0] > 0:
        y, dot = jvp(energy, (x,), (x * 2.0,))
    else:
        y, dot = jvp(np.sum, (x,), (x,))
    return y + dot


@programs.on((V, 0.7))
def of_a_closure(x, s):
    def f(u):
        return np.sum(u * u * s)

    return jvp(f, (x,), (x * s,))[1]


@programs.on((V, W))
def made_first_and_called_later(x, v):
    push = jvp(energy)
    return push((x,), (v,))[1] * push((v,), (x,))[0]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# --------------------------------------------------------------------------- perturbation confusion


def confused(x):
    """x * d/dy (x + y) is x, whose derivative is 1; 2 for who confuses the tangents of x and y."""
    return x * jvp(lambda y: x + y, (1.0,), (1.0,))[1]


def confused_by_grad(x):
    return x * grad(lambda y: x + y)(1.0)


@pytest.mark.parametrize("f", [confused, confused_by_grad])
def test_levels_are_not_confused(f):
    assert jvp(f, (3.0,), (1.0,)) == (3.0, 1.0)
    assert grad(f)(3.0) == 1.0
    assert jvp(grad(f), (3.0,), (1.0,)) == (1.0, 0.0)


def test_a_tangent_that_depends_on_the_outer_argument():
    def f(x):
        return jvp(lambda y: y * y * x, (x,), (x,))[1]  # 2 x y * x at y = x: 2 x^3

    assert jvp(f, (2.0,), (1.0,)) == (16.0, 24.0)
    assert grad(f)(2.0) == 24.0
    assert grad(grad(f))(2.0) == 24.0
    assert jvp(lambda x: jvp(f, (x,), (1.0,))[1], (2.0,), (1.0,)) == (24.0, 24.0)


def test_all_mixes_of_second_order_agree():
    x, v = V, W
    want = jvp(grad(energy), (x,), (v,))[1]
    hessian = np.diag(-np.sin(x) * x**2 + 4 * x * np.cos(x) + 2 * np.sin(x))
    np.testing.assert_allclose(want, hessian @ v, rtol=1e-13)
    np.testing.assert_allclose(grad(lambda x: jvp(energy, (x,), (v,))[1])(x), want, rtol=1e-13)
    np.testing.assert_allclose(grad(derivative_along(energy, (x,), (0,), [v]))(x), want, rtol=1e-13)
    np.testing.assert_allclose(hvp(energy, (x,), (v,)), want, rtol=1e-13)
    _, twice = jvp(lambda x: jvp(energy, (x,), (v,))[1], (x,), (v,))
    np.testing.assert_allclose(twice, v @ want, rtol=1e-13)


def test_values_of_derivatives_are_those_of_plain_calls():
    def f(x):
        return value_and_grad(energy)(x)

    (value, gradient), (dot_value, dot_gradient) = jvp(f, (V,), (W,))
    assert value == energy(V)
    np.testing.assert_array_equal(gradient, grad(energy)(V))
    np.testing.assert_allclose(dot_value, gradient @ W)
    np.testing.assert_allclose(dot_gradient, hvp(energy, (V,), (W,)))


# ------------------------------------------------------------------------------------------- refusals


def cubed(v):
    return v * v * v


@programs.on((2.0, 0), (2.0, 1))
def tangent_of_one_of_two_functions(a, k):
    f = (cubed, np.sin)[k]
    return jvp(lambda x: f(x * a), (1.5,), (a,))[1] * a


@programs.on((2.0, 0), (2.0, 1))
def tangent_of_one_of_two_functions_that_capture(a, k):
    fs = [lambda v: v * v * a, lambda v: np.sin(v) * a]
    return jvp(lambda x: fs[k](x), (1.5,), (1.0,))[1] * a


def gradient_of_one_of_two_functions_that_capture(a, k):
    fs = [lambda v: v * v * a, lambda v: np.sin(v) * a]
    return grad(lambda x: fs[k](x))(1.5) * a


def test_what_a_function_captures_is_not_lost_where_it_is_pulled_back_at_run_time():
    refused(gradient_of_one_of_two_functions_that_capture, (2.0, 0), "a function that captures values")


def primals_of_unknown_number(x, v):
    return jvp(energy, x if v[0] > 0 else [x], (v,))[1]


def tangent_of_another_shape(x, v):
    return jvp(energy, (x,), (v[:2],))[1]


def integer_primal(x, v):
    return jvp(lambda n: np.sum(x) * n, (3,), (1.0,))[1]


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (primals_of_unknown_number, "how many primals there are is not known"),
        (integer_primal, "carries no derivative"),
    ],
)
def test_refused_with_the_line(f, words):
    refused(f, (V, W), words)


def test_a_tangent_of_another_structure_is_refused_when_the_program_runs():
    def f(x, v):
        return jvp(lambda p: np.sum(p[0]) * p[1], ((x, 2.0),), ((v,),))[1]

    with pytest.raises(TypeError, match="the tangent of a tuple has not its structure"):
        grad(f)(V, W)


def test_a_tangent_that_does_not_fit_is_refused_when_the_program_runs():
    with pytest.raises(TypeError, match=r"a tangent of shape \(2,\) for a primal of shape \(4,\)"):
        grad(tangent_of_another_shape)(V, W)
