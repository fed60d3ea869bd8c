"""Derivatives with respect to complex arguments: du/dx - i du/dy of a real function, f' of a holomorphic one.

Expected values come from central differences along the real and the imaginary axis.
"""

import cmath
from typing import NamedTuple

import numpy as np
import pytest

from srcad import DifferentiationError, check_grads, grad, value_and_grad
from srcad.errors import ArgumentError, ResultError

Z = np.array([0.8 - 0.3j, -0.4 + 0.6j, 0.3 + 1.1j])
NUMBER = 0.7 - 0.4j
STEP = 1e-6


def moved(z, i, step):
    if not isinstance(z, np.ndarray):
        return z + step
    z = z.copy()
    z[i] += step
    return z


def slope(f, z, i, step):
    """The central difference quotient along a direction, which may be imaginary."""
    return (f(moved(z, i, step)) - f(moved(z, i, -step))) / (2 * abs(step))


def by_differences(f, z):
    """du/dx - i du/dy of a real function of a number or an array."""
    found = np.array([slope(f, z, i, STEP) - 1j * slope(f, z, i, 1j * STEP) for i in np.ndindex(np.shape(z))])
    return found.reshape(np.shape(z))


# --------------------------------------------------------------------------------------- real functions


def modulus(z):
    return np.sum(abs(z) ** 2)


def parts(z):
    return np.sum(z.real**2 * z.imag + np.angle(z))


def conjugated(z):
    return np.sum((z * np.conj(z) * np.exp(z)).real)


def with_loop_and_branch(z):
    w = z
    for k in range(4):
        w = w * w + z if abs(w) < 2.0 else w / (k + 1)
    return abs(w)


def writes(z):
    w = z * 1.0
    for i in range(1, 3):
        w[i] = w[i - 1] * z[i] + w[i]
    w[0] = 2j
    return np.sum(abs(w))


def in_a_list(z):
    found = []
    for i in range(3):
        found.append(z[i] * found[-1] if found else z[i])
    return found[2].real - found[1].imag


@pytest.mark.parametrize("f", [modulus, parts, conjugated])
@pytest.mark.parametrize("z", [Z, np.array(NUMBER), np.complex128(NUMBER), Z.reshape(3, 1)])
def test_real_functions_of_arrays_and_numbers(f, z):
    value, gradient = value_and_grad(f)(z)
    assert value == f(z)
    assert np.shape(gradient) == np.shape(z) and np.asarray(gradient).dtype == np.complex128
    assert np.allclose(gradient, by_differences(f, z), atol=1e-7)


@pytest.mark.parametrize("f", [writes, in_a_list])
def test_real_functions_that_keep_and_overwrite(f):
    given = Z.copy()
    assert np.allclose(grad(f)(given), by_differences(f, Z), atol=1e-7)
    assert np.array_equal(given, Z)
    check_grads(f, (Z,))


@pytest.mark.parametrize("f", [with_loop_and_branch, abs, lambda z: z.imag, lambda z: (1j * z * z).real])
def test_real_functions_of_a_complex_number(f):
    gradient = grad(f)(NUMBER)
    assert isinstance(gradient, complex)
    assert gradient == pytest.approx(complex(by_differences(f, NUMBER)), abs=1e-7)


def test_the_real_part_has_the_gradient_one_and_the_imaginary_part_minus_i():
    assert grad(lambda z: z.real)(NUMBER) == 1.0
    assert grad(lambda z: z.imag)(NUMBER) == -1j
    assert grad(lambda z: 3.0)(NUMBER) == 0j
    assert isinstance(grad(lambda z: 3.0)(NUMBER), complex)


class Wave(NamedTuple):
    amplitude: complex
    rate: float


def test_structures_of_real_and_complex_numbers():
    def power(wave, p):
        z = wave.amplitude * cmath.exp(1j * wave.rate)
        return abs(z) ** 2 * p["scale"] + p["shift"][0].real

    found, other = grad(power, (0, 1))(Wave(1 + 2j, 0.5), {"scale": 3.0, "shift": [1j, 2j]})
    assert type(found) is Wave and isinstance(found.amplitude, complex) and not isinstance(found.rate, complex)
    assert found.amplitude == pytest.approx(6 - 12j)
    assert found.rate == pytest.approx(0.0)
    assert other["scale"] == pytest.approx(5.0)
    assert other["shift"] == [1.0, 0.0] and all(isinstance(d, complex) for d in other["shift"])


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_widths_are_kept(dtype):
    assert grad(modulus)(Z.astype(dtype)).dtype == dtype
    assert grad(lambda z: z.real)(dtype(1j)).dtype == dtype


# ---------------------------------------------------------------------------------- holomorphic functions


def polynomial(z):
    return np.sum(z**3 - 2j * z)


def iterated(z):
    for _ in range(3):
        z = z * z + 0.1j
    return z if abs(z) < 10 else 1 / z


def stepped(z):
    w = np.zeros(3, complex)
    for i in range(3):
        w[i] = np.exp(z[i]) * (w[i - 1] if i else 1.0)
    return np.sum(w)


@pytest.mark.parametrize(("f", "z"), [(polynomial, Z), (stepped, Z), (iterated, NUMBER), (cmath.sqrt, NUMBER)])
def test_holomorphic_functions(f, z):
    value, gradient = value_and_grad(f, holomorphic=True)(z)
    assert value == f(z)
    expected = np.array([slope(f, z, i, STEP) for i in np.ndindex(np.shape(z))]).reshape(np.shape(z))
    assert np.allclose(gradient, expected, atol=1e-7)
    assert type(gradient) is type(z)


def test_holomorphic_with_argnums_aux_and_as_a_decorator():
    @grad(("w", "z"), holomorphic=True, has_aux=True)
    def f(z, w):
        return z * w * w, abs(z)

    assert f(2j, 3 + 0j) == ((12j, 9 + 0j), 2.0)


def test_derivatives_of_holomorphic_derivatives():
    def first(z):
        return grad(lambda w: w**4, holomorphic=True)(z)

    def second(z):
        return abs(grad(polynomial, holomorphic=True)(z)[0]) ** 2

    assert grad(first, holomorphic=True)(NUMBER) == pytest.approx(12 * NUMBER**2)
    assert np.allclose(grad(second)(Z), by_differences(second, Z), atol=1e-6)


# -------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("z", [NUMBER, Z, Z[:1]])
def test_a_complex_result_needs_holomorphic(z):
    with pytest.raises(ResultError, match=r"returns .*complex(.|\n)*holomorphic=True"):
        grad(lambda z: z * z)(z)


@pytest.mark.parametrize(
    ("f", "arg", "kind", "words"),
    [
        (lambda z: z * z, 1.0, ArgumentError, r"the argument z of <lambda> is a float.*holomorphic(.|\n)*z \+ 0j"),
        (lambda z: z * z, np.ones(2), ArgumentError, "an array of dtype float64"),
        (lambda z: abs(z), 1j, ResultError, "a complex number; <lambda> returns a float(.|\n)*leave holomorphic=True"),
        (lambda z: z * z, Z, ResultError, "one number"),
        (lambda z: (z, z), 1j, ResultError, "returns a tuple"),
    ],
)
def test_what_is_not_holomorphic_is_refused(f, arg, kind, words):
    with pytest.raises(kind, match=words):
        grad(f, holomorphic=True)(arg)


def test_what_is_only_known_at_run_time_is_checked_then():
    def f(z, keep):
        return keep[0](z)

    with pytest.raises(DifferentiationError, match="complex"):
        grad(f)(1j, [lambda z: z * z])
    assert grad(f, holomorphic=True)(1j, [lambda z: z * z]) == 2j
