"""Jacobians and Hessians called inside differentiated functions, of every kind and with every mix."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, hessian, jacfwd, jacobian, jacrev, jvp, vjp

V = np.array([0.3, -1.1, 0.7])
W = np.array([0.8, 0.4, -0.5])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
programs = Programs()


def layer(x, w, scale=1.0):
    return scale * np.tanh(w @ x)


def energy(x):
    return np.sum(np.sin(x) * x**2)


def writing(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i] * y[i - 1] + np.sin(x[i])
    y[1:] *= y[0]
    return y


def with_aux(x):
    return x * x[0], np.sum(x)


rows = jacrev(layer)
both = jacfwd(layer, (1, 0))
by_name = jacobian(layer, argnums="w")
curvature = hessian(energy)
extra = jacrev(with_aux, has_aux=True)


@programs.on((V, A))
def by_reverse_mode(x, w):
    return np.sum(rows(x, w) ** 2)


@programs.on((V, A))
def by_forward_mode_to_two_arguments(x, w):
    d_w, d_x = both(x, w)
    return np.sum(d_w**2) * np.sum(d_x**3)


@programs.on((V, A))
def argument_by_name_and_keyword(x, w):
    return np.sum(by_name(x, w=w, scale=x[0]) ** 2)


@programs.on((V,))
def second_derivatives(x):
    return np.sum(curvature(x) ** 2)


@programs.on((V,))
def determinant_of_a_hessian(x):
    return np.linalg.det(hessian(energy)(x) + 3.0 * np.eye(3))


@programs.on((V,))
def of_writes(x):
    return np.sum(jacrev(writing)(x) * x) + np.sum(jacfwd(writing)(x) ** 2)


@programs.on((V, W))
def of_a_closure(x, w):
    def f(v):
        return np.outer(np.sin(v), v * w)

    return np.sum(jacrev(f)(x) ** 2) + np.sum(jacfwd(f)(w) * w)


@programs.on((1.3, V))
def of_a_number(t, x):
    return np.sum(jacfwd(lambda s: np.sin(s * x))(t) * jacrev(lambda s: s**2 * x)(t))


@programs.on((V,))
def of_a_scalar_function(x):
    return np.sum(jacrev(energy)(x) * jacfwd(energy)(x))


@programs.on((V,))
def with_an_auxiliary_value(x):
    m, total = extra(x)
    return np.sum(m * m) * total


@programs.on((V, 2))
def newtons_method(x, n):
    for _ in range(n):
        x = x - np.linalg.solve(jacfwd(writing)(x) + 2.0 * np.eye(3), writing(x))
    return np.sum(x * x)


@programs.on((V,), (-V,))
def in_a_branch(x):
    if x[0] > 0:
        return np.sum(jacrev(writing)(x))
    return np.sum(jacfwd(writing)(x) ** 2)


@programs.on((V,))
def decorated(x):
    @jacrev
    def d(v):
        return v * v * x

    @jacfwd(argnums=(1,))
    def e(u, v):
        return u * np.exp(v)

    return np.sum(d(x) ** 2) + np.sum(e(x, x)[0] * d(x))


@programs.on((V,))
def a_jacobian_of_a_jacobian(x):
    return np.sum(jacfwd(jacrev(lambda v: np.sin(v) * v[0]))(x) ** 2)


@programs.on((V,))
def a_pullback_of_a_jacobian(x):
    m, pull = vjp(jacfwd(lambda v: np.sin(v) * v[0]), x)
    return np.sum(pull(m)[0] * x)


@programs.on((V, W))
def a_tangent_of_a_jacobian(x, w):
    return np.sum(jvp(jacrev(lambda v: np.sin(v) * v[0]), (x,), (w,))[1] ** 2)


@programs.on((V,))
def a_gradient_of_a_trace(x):
    return np.sum(grad(lambda v: np.trace(jacrev(writing)(v)))(x) * x)


@programs.on((1.5,))
def levels_stay_apart(x):
    return x * jacfwd(lambda y: x * y)(1.0) * jacrev(lambda y: x + y)(1.0)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# ------------------------------------------------------------------------------------ by mathematics


def test_third_derivatives_of_a_polynomial():
    """All third derivatives of x0 x1 x2 + x0^3, as a Jacobian of a Hessian, and as a Hessian of a gradient's item."""

    def f(x):
        return x[0] * x[1] * x[2] + x[0] ** 3

    want = np.zeros((3, 3, 3))
    for i, j, k in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]:
        want[i, j, k] = 1.0
    want[0, 0, 0] = 6.0
    for make in (jacrev, jacfwd):
        np.testing.assert_allclose(make(hessian(f))(V), want, atol=1e-13)
        np.testing.assert_allclose(make(lambda x: hessian(f)(x))(V), want, atol=1e-13)
        np.testing.assert_allclose(make(make(make(f)))(V), want, atol=1e-13)


def derivative_by_grad(f):
    return grad(f)


def derivative_by_value_and_pullback(f):
    return lambda x: vjp(f, x)[1](1.0)[0]


def derivative_by_tangent(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


WAYS = [grad, derivative_by_value_and_pullback, derivative_by_tangent, jacfwd, jacrev]


@pytest.mark.parametrize("outer", WAYS)
@pytest.mark.parametrize("inner", WAYS)
def test_perturbations_stay_apart_in_all_mixes(outer, inner):
    """d/dx of x * d/dy (x + y) is 1, of x * d/dy (x * y) at y = 2 is 2 x; who confuses the levels gets 2 and 3 x."""
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(3.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
    assert outer(lambda x: inner(lambda y: x * y * y)(x))(3.0) == 12.0


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("second", [grad, derivative_by_value_and_pullback, derivative_by_tangent])
@pytest.mark.parametrize("third", [grad, derivative_by_tangent, jacfwd])
def test_third_derivatives_in_all_mixes(first, second, third):
    """Of sin: -cos; of exp: exp; of x^5: 60 x^2."""
    x = 0.7
    assert third(second(first(lambda t: math.sin(t))))(x) == pytest.approx(-math.cos(x), rel=1e-14)
    assert third(second(first(lambda t: math.exp(t))))(x) == pytest.approx(math.exp(x), rel=1e-14)
    assert third(second(first(lambda t: t**5)))(x) == pytest.approx(60 * x**2, rel=1e-14)


def test_fourth_derivatives():
    x = 0.7
    for d, e in [(grad, derivative_by_tangent), (derivative_by_tangent, grad), (jacfwd, jacrev)]:
        assert d(e(d(e(lambda t: math.sin(t) * t))))(x) == pytest.approx(math.sin(x) * x - 4 * math.cos(x), rel=1e-13)


def test_a_loop_of_derivatives():
    """The n-th derivative of x^n in a loop that takes derivatives of a function which captured the last one."""

    def f(x):
        total = 0.0
        for k in range(3):
            total += grad(lambda y, k=k: x**k * y**3)(x)  # 3 x^(k + 2)
        return total

    assert grad(f)(2.0) == pytest.approx(sum(3 * (k + 2) * 2.0 ** (k + 1) for k in range(3)))


# ---------------------------------------------------------------------------------------- refusals


def of_a_structure(x):
    return np.sum(jacrev(lambda p: p["a"] * 2.0)({"a": x})["a"])


def to_a_structure(x):
    return np.sum(jacrev(lambda v: (v, v))(x)[0])


def complex_without_saying_so(x):
    return np.sum(np.abs(jacrev(lambda v: v * 1j)(x)))


@pytest.mark.parametrize(
    ("f", "words"),
    [(of_a_structure, "is not known to be a real number or array")],
)
def test_refused_with_the_line(f, words):
    refused(f, (V,), words)


@pytest.mark.parametrize("f", [to_a_structure, complex_without_saying_so])
def test_refused_when_the_program_runs(f):
    with pytest.raises(TypeError, match=r"a Jacobian (is one of|in a function)"):
        grad(f)(V)
