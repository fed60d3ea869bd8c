"""Derivatives of whole functions, where wrong numbers were found or are easily had.

Expected values are worked out by hand or by central differences.
"""

import math

import numpy as np
import pytest

from srcad import grad, value_and_grad

X = np.array([1.2, -0.7, 0.4])


def differences(f, x, step=1e-6):
    """The gradient by central differences."""
    x = np.array(x, float)
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i] += step
        minus[i] -= step
        found[i] = (f(plus if x.shape else plus[()]) - f(minus if x.shape else minus[()])) / (2 * step)
    return found


# -------------------------------------------------------------------------------------- loops, nested functions


def same_value_carried_and_read(x):
    def power(s, k):
        for _ in range(3):
            s = s * k
        return s

    return power(x, x)


def same_value_in_two_carried(x):
    def both(a, b):
        for _ in range(3):
            a, b = a * b, b + x
        return a * b

    return both(x, x)


def same_value_in_a_branch(x):
    def pick(a, b):
        if b > 0:
            c = a * b
        else:
            c = a
        return c * b + a

    return pick(x, x)


def no_trip(x):
    def power(s, k, n):
        for _ in range(n):
            s = s * k
        return s

    return power(x, x, 0)


def while_with_the_same(x):
    def grow(s, k):
        while s < 100.0:
            s = s * k + x
        return s

    return grow(x, x)


@pytest.mark.parametrize(
    "f",
    [same_value_carried_and_read, same_value_in_two_carried, same_value_in_a_branch, no_trip, while_with_the_same],
)
@pytest.mark.parametrize("x", [3.0, 1.5])
def test_one_value_in_two_roles(f, x):
    assert grad(f)(x) == pytest.approx(differences(f, x))


# ------------------------------------------------------------------------------------------ what is returned


def writes_and_returns(x):
    y = np.sin(x)
    for _ in range(3):
        y *= x
        y[0] = y[1] * y[2]
    return np.sum(y * y), y


def keeps_a_history(x):
    history = []
    y = x * 1.0
    for i in range(3):
        y[i] = np.sum(x) * i
        history.append(y)
        y = y * x
    return np.sum(y), history


def swaps(x):
    state = {"y": x * 2.0}
    state["y"][0] = 5.0
    state["y"] *= x
    return np.sum(state["y"]), state


@pytest.mark.parametrize("f", [writes_and_returns, keeps_a_history, swaps])
def test_the_reverse_sweep_leaves_what_is_returned_alone(f):
    expected, aux = f(X)
    (value, found), gradient = value_and_grad(f, has_aux=True)(X)
    assert value == expected
    assert str(found) == str(aux)
    assert gradient == pytest.approx(differences(lambda x: f(x)[0], X), abs=1e-8)
    again, found = grad(f, has_aux=True)(X)
    assert np.array_equal(again, gradient)
    assert str(found) == str(aux)


def test_a_value_that_is_a_view_of_what_is_written():
    def f(x):
        y = np.sin(x)
        t = y[0:1]
        y *= x
        y[:] = y * y
        return t

    value, gradient = value_and_grad(f)(X)
    assert value == pytest.approx([(1.2 * math.sin(1.2)) ** 2])
    assert gradient == pytest.approx([2 * 1.2 * math.sin(1.2) * (math.sin(1.2) + 1.2 * math.cos(1.2)), 0.0, 0.0])


# --------------------------------------------------------------------------------------------------- effects

LOG: list = []
COUNTS = {"calls": 0}
BUFFER = np.zeros(3)


def with_effects(x):
    COUNTS["calls"] += 1
    for i in range(2):
        LOG.append(i)
        BUFFER[i] = i + 1
        x = x * BUFFER[i]
    return x


def test_effects_outside_happen_once(capsys):
    LOG.clear()
    COUNTS["calls"] = 0
    BUFFER[:] = 0
    assert grad(with_effects)(3.0) == 2.0
    assert LOG == [0, 1]
    assert COUNTS == {"calls": 1}
    assert np.array_equal(BUFFER, [1.0, 2.0, 0.0])

    def prints(x):
        print("at", x)  # noqa: T201
        return x * x

    assert grad(prints)(3.0) == 6.0
    assert capsys.readouterr().out == "at 3.0\n"


# --------------------------------------------------------------------------------------- complex in between


def modulus(x):
    z = x * 1j
    return np.sum(np.abs(np.exp(z) + x) ** 2)


def quotient(x):
    z = np.exp(1j * x) / (1 + 2j * x)
    return np.sum(np.real(z) ** 2 + np.imag(z)) + np.sum(np.angle(z))


def product(x):
    z = (x + 1j * x**2) * (1 - 2j)
    return np.sum(np.real(z) * np.imag(z)) + np.sum(np.real(z * np.conj(z)))


def in_an_array(x):
    z = np.zeros(3, complex)
    z[0] = x[0] * 1j
    z[1:] = x[1:] ** 2
    return np.sum(np.abs(z) ** 2)


def matrix(x):
    a = np.array([[1.0, 2j, 0.5], [1 + 1j, 0.0, 2.0], [3.0, -1j, 1.0]])
    z = a @ (x * (1 + 2j))
    return np.sum(np.abs(z)) + np.real(z[0]) * np.imag(z[1])


def branches(x):
    z = np.sqrt(x + 0j)
    return np.sum(np.real(z) + 2 * np.imag(z))


@pytest.mark.parametrize("f", [modulus, quotient, product, in_an_array, matrix, branches])
def test_complex_values_in_between(f):
    gradient = grad(f)(X)
    assert gradient.dtype == np.float64
    assert gradient == pytest.approx(differences(f, X))


def test_a_complex_number_in_between():
    def f(x):
        z = x * 1j
        return np.abs(np.exp(z) * x) ** 2  # x squared

    assert grad(f)(1.5) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("f", "expected"), [(lambda x: x * 3.0, 3.0), (lambda x: (x * 2.0) * 3.0, 6.0), (lambda x: x * x, 3.0)]
)
def test_the_gradient_of_an_array_without_axes_is_one(f, expected):
    gradient = grad(f)(np.array(1.5))
    assert isinstance(gradient, np.ndarray) and gradient.shape == () and gradient == expected
