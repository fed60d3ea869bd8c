"""Pullbacks made and called inside differentiated functions: as often as one likes, and of functions that write."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, hvp, jvp, vjp

V = np.array([0.3, -1.1, 0.7, 1.9])
W = np.array([0.8, 0.4, -0.5, 1.2])
A = np.array([[0.5, -1.2, 0.8, 0.2], [1.4, 0.3, -0.7, -0.4]])
programs = Programs()


def waves(x):
    return np.sin(x) * x


def layer(x, w):
    return np.tanh(w @ x)


def writing(x):
    x[0] = x[1] * x[2]
    x[1:] *= x[0]
    return x * x


def looping(x, n):
    y = np.tanh(x)
    for i in range(n):
        y[1:] *= 0.5 + y[:-1]
        y[0] += x[i] * y[-1]
    return y


def with_aux(x):
    return x**3, {"norm": np.sum(x * x)}


def of_parts(p, k):
    return {"y": p["w"] ** 2 * k, "pair": (p["b"] * k, p["b"] ** 2)}


@programs.on((V,))
def pulled_back_once(x):
    y, pull = vjp(waves, x)
    (d,) = pull(y * y)
    return np.sum(d * d)


@programs.on((V, A))
def pulled_back_twice_to_two_arguments(x, w):
    y, pull = vjp(layer, x, w)
    d_x, d_w = pull(y)
    e_x, e_w = pull(np.cos(y))
    return np.sum(d_x * e_x) + np.sum(d_w * e_w * w)


@programs.on((V, W))
def of_writes(x, w):
    y, pull = vjp(writing, x)
    (d,) = pull(y)
    (e,) = pull(w * x)
    return np.sum(d * e) + x[0]


@programs.on((V, W))
def of_writes_in_a_loop(x, w):
    y, pull = vjp(lambda v: looping(v, 3), x)
    total = 0.0
    for i in range(4):
        e = np.zeros(4)
        e[i] = w[i]
        (d,) = pull(e)
        total += np.sum(d * d)
    return total + np.sum(y)


@programs.on((V,))
def arguments_are_written_before_the_pullback_runs(x):
    z = x * 2.0
    y, pull = vjp(waves, z)
    z *= 0.0
    (d,) = pull(y)
    return np.sum(d * x)


@programs.on((V,))
def captured_values_change_before_the_pullback_runs(x):
    s = x[0]
    y, pull = vjp(lambda v: v * v * s, x)
    s = x[1] * 3.0
    (d,) = pull(y)
    return np.sum(d) * s


@programs.on((V,))
def the_result_is_written_before_the_pullback_runs(x):
    y, pull = vjp(np.exp, x)
    y *= 0.5
    (d,) = pull(x)
    return np.sum(d * y)


@programs.on((V,))
def what_it_gives_is_written(x):
    _, pull = vjp(lambda v: v * x, x)
    (d,) = pull(x)
    d *= x
    (e,) = pull(d)
    return np.sum(e * d)


@programs.on((V,))
def with_an_auxiliary_value(x):
    y, pull, aux = vjp(with_aux, x, has_aux=True)
    return np.sum(pull(y)[0]) * aux["norm"]


@programs.on((V, 0.7, 1.3))
def of_structures(x, b, k):
    out, pull = vjp(of_parts, {"w": x, "b": b}, k)
    d, d_k = pull({"y": out["y"] * x, "pair": (1.0, out["pair"][0])})
    return np.sum(d["w"]) * d["b"] * d_k


@programs.on((V, 2.0))
def given_by_keyword(x, k):
    y, pull = vjp(layer, x, w=A * k)
    return np.sum(pull(y)[0])


@programs.on((1.5,))
def of_a_number(x):
    y, pull = vjp(lambda t: t**3 * x, x)
    return pull(y)[0] * pull(1.0)[0]


@programs.on((V,), (-V,))
def in_a_branch(x):
    if x[0] > 0:
        y, pull = vjp(waves, x)
        d = pull(y)[0]
    else:
        y, pull = vjp(np.tanh, x)
        d = pull(x)[0]
    return np.sum(y * d)


@programs.on((V, 3))
def in_a_loop(x, n):
    y = x
    for _ in range(n):
        value, pull = vjp(waves, y)
        y = y - 0.1 * pull(value)[0]
    return np.sum(y * y)


@programs.on((V, W))
def passed_to_a_helper(x, w):
    y, pull = vjp(waves, x)
    return np.sum(applied_twice(pull, w * y))


def applied_twice(pull, d):
    return pull(pull(d)[0])[0]


@programs.on((V, W))
def of_a_gradient(x, w):
    g, pull = vjp(grad(lambda v: np.sum(np.sin(v) * v**2)), x)
    return np.sum(pull(w * g)[0] * x)


@programs.on((V, W))
def of_a_tangent(x, w):
    dot, pull = vjp(lambda v: jvp(waves, (v,), (w,))[1], x)
    return np.sum(pull(dot)[0])


@programs.on((V, W))
def of_a_pullback(x, w):
    def pulled(v, d):
        return vjp(waves, v)[1](d)[0]

    y, pull = vjp(pulled, x, w)
    d_x, d_w = pull(y)
    return np.sum(d_x * d_w)


@programs.on((1.5,))
def levels_stay_apart(x):
    return x * vjp(lambda y: x + y, 1.0)[1](1.0)[0]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_a_pullback_is_that_of_the_point_where_it_was_made():
    """d/dx of x * (d/dy of x * y at 2) is 2 x; and a pullback gives what a product with a transpose gives."""
    assert grad(lambda x: x * vjp(lambda y: x * y, 2.0)[1](1.0)[0])(3.0) == 6.0

    def norm(x):
        y, pull = vjp(lambda v: A @ v, x)
        return np.sum(pull(y)[0] ** 2)

    m = A.T @ A
    np.testing.assert_allclose(grad(norm)(V), 2 * m @ m @ V, rtol=1e-13)
    np.testing.assert_allclose(hvp(norm, (V,), (W,)), 2 * m @ m @ W, rtol=1e-13)


def returns_a_list(x):
    y = np.zeros(4)
    z = [y, x]
    for i in range(3):
        y[i] = x[i] * y[i - 1] + x[3]
    return z


def pulls_a_list(x, w):
    y, pull = vjp(returns_a_list, x)
    return np.sum(pull([w * y[1], w])[0])


def one_of_two(x, w):
    if x[0] > 0:
        y, pull = vjp(waves, x)
    else:
        y, pull = vjp(np.tanh, x)
    return np.sum(pull(y)[0])


def no_primals(x, w):
    return np.sum(vjp(lambda: x)[0])


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (pulls_a_list, "reverse sweep changes a list or dict"),
        (no_primals, "vjp is called without primals"),
        (one_of_two, "it is not known which one it is"),
    ],
)
def test_refused_with_the_line(f, words):
    refused(f, (V, W), words)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.sum(vjp(waves, x)[1](x[:2])[0]), r"a tangent of shape \(2,\) for a primal of shape \(4,\)"),
    ],
)
def test_a_cotangent_that_does_not_fit_is_refused_when_the_program_runs(f, words):
    with pytest.raises(TypeError, match=words):
        grad(f)(V)
