"""Second derivatives by what mathematics says of them, and what a derivative of a derivative shows and refuses."""

import math
import pickle

import numpy as np
import pytest

from srcad import errors, grad, value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
U = np.array([0.8, 0.4, -0.5, 1.2])


def power(x, n):
    return x**n


def logsumexp(x):
    return np.log(np.sum(np.exp(x)))


def twisted(x):
    return np.sum(np.sin(x) * x**2) * np.prod(x)


def product(f, x, v):
    """The Hessian of f at x times a vector."""
    return grad(lambda y: np.sum(grad(f)(y) * v))(x)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, -2])
def test_powers(n):
    x = 1.3
    assert math.isclose(grad(grad(power))(x, n), n * (n - 1) * x ** (n - 2), rel_tol=1e-12, abs_tol=1e-12)
    third = grad(grad(grad(power)))
    assert math.isclose(third(x, n), n * (n - 1) * (n - 2) * x ** (n - 3), rel_tol=1e-12, abs_tol=1e-12)


def test_the_hessian_of_logsumexp():
    p = np.exp(V) / np.sum(np.exp(V))
    hessian = np.diag(p) - np.outer(p, p)
    found = np.array([product(logsumexp, V, row) for row in np.eye(4)])
    np.testing.assert_allclose(found, hessian, rtol=1e-12, atol=1e-15)


def test_hessians_are_symmetric():
    assert math.isclose(np.sum(U * product(twisted, V, V)), np.sum(V * product(twisted, V, U)), rel_tol=1e-12)


def test_mixed_derivatives_commute():
    def f(x, y):
        return np.sin(x * y) * y

    d_xy = grad(grad(f, argnums=0), argnums=1)
    d_yx = grad(grad(f, argnums=1), argnums=0)
    assert math.isclose(d_xy(0.7, 1.3), d_yx(0.7, 1.3), rel_tol=1e-14)
    assert math.isclose(d_xy(0.7, 1.3), 2 * 1.3 * math.cos(0.91) - 0.7 * 1.3**2 * math.sin(0.91), rel_tol=1e-14)


def test_value_and_gradient_of_a_gradient():
    value, d = value_and_grad(grad(power))(1.5, 3)
    assert (value, d) == (3 * 1.5**2, 6 * 1.5)


def test_names_signatures_and_pickles_of_derivatives_of_derivatives():
    second = grad(grad(power))
    assert "def power_grad_grad(x, n):" in second.source_for(1.5, 3)
    assert "def power_grad_grad(x, n):" in grad(grad(power)).source
    assert pickle.loads(pickle.dumps(second))(2.0, 3) == 12.0


def refusal(call, kind):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.site is not None and caught.value.remedy
    return str(caught.value)


def test_an_integer_given_to_an_inner_derivative():
    assert "carries no derivative" in refusal(lambda: grad(grad(power))(2, 3), errors.ArgumentError)

    def outer(x):
        return x * grad(power, argnums=1)(x, 3)

    assert "the argument n of power is an int" in refusal(lambda: grad(outer)(1.5), errors.ArgumentError)


def test_an_inner_function_without_a_scalar_result():
    def outer(x):
        return np.sum(grad(lambda y: y * 2.0)(x) * x)

    assert "returns one number" in refusal(lambda: grad(outer)(V), errors.ResultError)

    def whole(x):
        return x * grad(lambda y: int(y))(x)

    assert "returns a float" in refusal(lambda: grad(whole)(1.5), errors.ResultError)


def test_argnums_that_name_no_parameter():
    def outer(x):
        return x * grad(lambda y: x * y, argnums=2)(x)

    assert "argnums=2" in refusal(lambda: grad(outer)(1.5), errors.ArgnumsError)


def test_a_function_that_calls_its_own_derivative():
    text = refusal(lambda: grad(endless)(1.5), errors.DifferentiationError)
    assert "own derivative" in text


def endless(x):
    return x * endless_slope(x)


endless_slope = grad(endless)


def multiplied_up(a, n):
    if n > 0:
        multiplied_up(a[:-1], n - 1)
        a[-1] *= a[-2]


def sum_of_products(x):
    y = x.copy()
    for _ in range(2):
        multiplied_up(y, len(y) - 1)
        y[0] = x[0]
    return np.sum(y)


def test_a_recursion_that_writes_through_views_in_a_loop():
    # y[n] is x[0] ** (n + 1) * x[1] ** n * ... * x[n], twice multiplied up
    def hessian_of(powers):
        term = np.prod(V**powers)
        found = np.outer(powers, powers) * term / np.outer(V, V)
        return found - np.diag(powers * term / V**2)

    wanted = sum(hessian_of(np.maximum(np.arange(n + 1, n - 3, -1), 0)) for n in range(1, 4))
    np.testing.assert_allclose(product(sum_of_products, V, U), wanted @ U, rtol=1e-12)
    source = grad(lambda y: np.sum(grad(sum_of_products)(y) * U)).source_for(V)
    assert "pullback" not in source
