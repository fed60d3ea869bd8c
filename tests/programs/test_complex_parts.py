"""Stores into the real and the imaginary parts of arrays."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

X = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()
hidden = Programs()


@programs.on((X,))
def filled_by_parts(x):
    y = np.zeros(4, complex)
    y.real = x
    y.imag = x**2
    return np.sum(np.abs(y) ** 2 * x)


@programs.on((X,))
def part_by_part(x):
    y = x * (1 + 2j)
    y.imag = x**2
    z = y * y
    z.imag[1] = x[0] * x[2]
    z.imag[2:] = z.real[:2]
    return np.sum(np.abs(z) ** 2) + np.sum(y.imag * x)


@programs.on((X,))
def real_part_updated(x):
    y = x * (1 + 2j)
    y.real = x**2
    y.real *= x
    part = y.real
    part[1] = x[0]
    return np.sum(np.abs(y) ** 2) + np.sum(y.imag * x)


@programs.on((X,))
def element_by_element(x):
    y = x * (1 + 2j)
    for k in range(4):
        y.imag[k] = y.real[k] * x[3 - k]
        y[k] *= y[k - 1]
    return np.sum((y * y).real) + np.sum(y.imag**2)


@programs.on((X,))
def overwritten_in_a_loop(x):
    y = x * (1 + 2j)
    for _ in range(2):
        y.real = y.imag * x
        y *= y
    return np.sum(np.abs(y) ** 2)


@programs.on((X,))
def parts_of_a_view(x):
    y = x * (1 + 2j)
    backwards = y[::-1]
    backwards.imag[0] = backwards.imag[1] * x[0]
    backwards[1:].imag = backwards.real[:3] ** 2
    return np.sum(np.abs(y**2))


@programs.on((X,))
def one_number_for_all(x):
    y = x * (1 + 2j)
    y.imag = x[0] * x[1]
    z = y * x
    z.imag = 0.0
    return np.sum(np.abs(y) ** 2) + np.sum(np.abs(z) ** 3)


@programs.on((X,))
def real_part_of_a_real_array(x):
    y = x * 2.0
    y.real = x**2
    y.real[1:] = 3.0
    return np.sum(y**2)


@hidden.on((X,))
def imaginary_part_updated(x):
    y = x * (1 + 2j)
    part = y.imag
    part[1:] *= 2
    return np.sum(np.abs(y) ** 2)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize(("function", "args"), hidden.cases)
def test_an_update_of_the_imaginary_part_is_refused(function, args):
    refused(function, args, "its cotangent cannot")
