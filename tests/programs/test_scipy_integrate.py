"""`quad` and `solve_ivp` of `scipy.integrate`: the value bit for bit, derivatives in all that they are given."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rules.in_programs import along

import srcad
from srcad.errors import UnsupportedError

integrate = pytest.importorskip("scipy.integrate", reason="SciPy is not installed")


def gaussian(a):
    return integrate.quad(lambda x: np.exp(-a * x * x), 0, 1)[0]


def with_arguments(a, b):
    return integrate.quad(lambda x, c: math.sin(c * x), a, b, args=(a * b,))[0]


def over_all(a):
    return integrate.quad(lambda x: np.exp(-a * x * x), -np.inf, np.inf)[0]


def from_here_on(a):
    return integrate.quad(lambda x: np.exp(-a * x), a, np.inf)[0]


def until_here(a):
    return integrate.quad(lambda x: np.exp(a * x), -np.inf, a)[0]


def backwards(a):
    return integrate.quad(lambda x: math.cos(a * x), 1.0, 0.0)[0]


def parabola(x, p):
    return p[0] * x**2 + p[1]


def in_a_loop(p, b):
    total = 0.0
    for k in range(3):
        total += integrate.quad(parabola, 0.0, b * k, args=(p,))[0]
    return total


PROGRAMS = [
    (gaussian, (1.5,)),
    (with_arguments, (0.3, 1.7)),
    (over_all, (1.5,)),
    (from_here_on, (0.7,)),
    (until_here, (0.7,)),
    (backwards, (1.2,)),
    (in_a_loop, (np.array([1.0, 2.0]), 0.5)),
]


@pytest.mark.parametrize(("function", "args"), PROGRAMS, ids=[function.__name__ for function, _ in PROGRAMS])
def test_an_integral(function, args):
    value, _gradient = srcad.value_and_grad(function)(*args)
    assert value == function(*args)
    srcad.check_grads(function, args, rtol=1e-6)
    if function is not in_a_loop:  # whose second derivative is zero or refused
        srcad.check_grads(along(function, args), args, rtol=1e-5)


def test_the_derivative_of_a_known_integral():
    assert np.isclose(srcad.grad(over_all)(2.0), -0.5 * math.sqrt(math.pi) * 2.0**-1.5, rtol=1e-12)
    assert np.isclose(srcad.grad(srcad.grad(over_all))(2.0), 0.75 * math.sqrt(math.pi) * 2.0**-2.5, rtol=1e-12)


def test_an_integral_that_only_an_extrapolation_finds_is_refused():
    with pytest.raises(UnsupportedError, match="converged by extrapolation only"):
        srcad.grad(lambda a: integrate.quad(lambda x: a / np.sqrt(x), 0, 1)[0])(0.7)


def test_infinite_limits_the_other_way_round_are_refused():
    with pytest.raises(UnsupportedError, match="exchange the limits"):
        srcad.grad(lambda a: integrate.quad(lambda x: np.exp(-a * x), np.inf, 0.0)[0])(0.7)


# --------------------------------------------------------------------------------------------- initial value problems


def pendulum(t, y, stiffness, push):
    return [y[1], -stiffness * np.sin(y[0]) + push[0] * np.cos(push[1] * t)]


@pytest.mark.parametrize("method", ["RK45", "DOP853", "LSODA"])
def test_a_solution_at_given_times(method):
    def energy(start, stiffness, push):
        times = np.linspace(0.0, 2.0, 5)
        found = integrate.solve_ivp(
            pendulum, (0.0, 2.0), start, method, times, args=(stiffness, push), rtol=1e-10, atol=1e-12
        )
        if not found.success:
            raise ValueError(found.message)
        return np.sum(found.y[0] ** 2) + found.y[1, -1] * found.t[-1]

    args = (np.array([1.0, 0.3]), 1.7, np.array([0.5, 2.0]))
    value, _gradient = srcad.value_and_grad(energy)(*args)
    assert value == energy(*args)
    srcad.check_grads(energy, args, rtol=1e-5)


def test_a_solution_with_known_derivatives():
    def last(start, rate):
        found = integrate.solve_ivp(
            lambda t, y, r: -r * y, (0.0, 2.0), [start], t_eval=[0.5, 2.0], args=(rate,), rtol=1e-11, atol=1e-12
        )
        return found.y[0, 1] + 2.0 * found.y[0, 0]

    of_start, of_rate = srcad.grad(last, argnums=(0, 1))(1.5, 0.8)
    assert np.isclose(of_start, np.exp(-1.6) + 2.0 * np.exp(-0.4), rtol=1e-8)
    assert np.isclose(of_rate, -3.0 * np.exp(-1.6) - 1.5 * np.exp(-0.4), rtol=1e-8)


def test_times_that_the_solver_chooses_are_refused():
    def last(start):
        return integrate.solve_ivp(lambda t, y: -y, (0.0, 2.0), start).y[0, -1]

    with pytest.raises(srcad.DifferentiationError, match="without_t_eval"):
        srcad.grad(last)(np.array([1.0]))


def test_what_the_equation_captured_is_refused():
    def last(rate):
        return integrate.solve_ivp(lambda t, y: -rate * y, (0.0, 2.0), [1.0], t_eval=[2.0]).y[0, 0]

    with pytest.raises(srcad.DifferentiationError, match="with respect to its argument fun"):
        srcad.grad(last)(0.8)


def test_a_solution_that_ends_early_has_the_derivative_of_what_there_is():
    def first(start):
        return integrate.solve_ivp(lambda t, y: y * y, (0.0, 3.0), [start], t_eval=[0.5, 2.9], rtol=1e-10).y[0, 0]

    assert np.isclose(srcad.grad(first)(1.0), 4.0, rtol=1e-6)


def test_events_and_what_is_evaluated_later_are_refused():
    def last(rate, **options):
        return integrate.solve_ivp(lambda t, y, r: -r * y, (0.0, 2.0), [1.0], t_eval=[2.0], args=(rate,), **options).y[
            0, 0
        ]

    def with_events(rate):
        return last(rate, events=lambda t, y, r: y[0] - 0.5)

    def with_output(rate):
        return last(rate, dense_output=True)

    for function in (with_events, with_output):
        with pytest.raises(srcad.DifferentiationError):
            srcad.grad(function)(0.8)


def test_a_solution_at_times_of_its_own_may_be_a_constant():
    def scaled(x):
        return x * integrate.solve_ivp(lambda t, y: -y, (0.0, 2.0), [1.0]).y[0, -1]

    assert srcad.grad(scaled)(0.8) == scaled(1.0)


def test_an_integral_with_one_argument_and_tolerances():
    def area(a, b):
        return integrate.quad(lambda x, c: math.sin(c * x * x), a, b, args=a * b, epsabs=1e-10, limit=100)[0]

    srcad.check_grads(area, (0.3, 1.7), rtol=1e-6)
