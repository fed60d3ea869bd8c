"""Derivatives that users say themselves: rules for their own functions, cotangents stopped and replaced.

Rules that differ from the truth on purpose show which of the two was used.
"""

import numpy as np
import pytest

import srcad
from srcad import grad, on_cotangent, stop_gradient, value_and_grad, vjp
from srcad.rules import register

X = np.array([0.5, -1.2, 0.8])


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(register, "_registry", dict(register._registry))


# ------------------------------------------------------------------------------------------------------ rules


def cube(x, scale=1.0):
    return scale * x**3


def rounded(x):
    return float(int(x * 10)) / 10


def solve_by_iteration(a, b):
    x = b * 1.0
    for _ in range(200):
        x = x + 0.3 * (b - a @ x)
    return x


def triple(x):
    return x + x + x


def straight_through():
    @srcad.partials(rounded, "x")
    def _(out, x):
        return 1.0


def test_partials_of_ones_own_function_win_over_its_source():
    @srcad.partials(cube, "x", "scale")
    def _(out, x, scale=1.0):
        return 100.0 * x, 7.0

    assert value_and_grad(cube)(2.0) == (8.0, 200.0)
    assert grad(cube, "scale")(2.0, scale=3.0) == 7.0
    assert grad(lambda x: cube(x) + cube(x, 2.0))(2.0) == 400.0
    assert np.array_equal(grad(lambda x: np.sum(cube(x)))(X), 100.0 * X)


def test_a_rule_is_used_in_loops_in_helpers_and_through_containers():
    straight_through()

    def helper(x):
        y = rounded(x)
        return y * y

    def f(x, steps):
        total = 0.0
        for step in steps:
            total += step(x)
        for k in range(2):
            if x > k:
                total += helper(x)
        return total

    assert grad(rounded)(1.26) == 1.0
    assert grad(f)(1.26, [rounded, np.sin]) == pytest.approx(1.0 + np.cos(1.26) + 4 * 1.2)
    assert grad(lambda x: max(map(rounded, [x, 2 * x])))(1.26) == 2.0


def test_a_rule_with_an_adjoint():
    @srcad.adjoint(solve_by_iteration, "a", "b")
    def _(d_out, out, a, b):
        d_b = np.linalg.solve(a.T, d_out)
        return -np.outer(d_b, out), d_b

    a = np.array([[2.0, 0.5], [0.3, 1.5]])
    b = np.array([1.0, -2.0])
    value, (d_a, d_b) = value_and_grad(lambda a, b: np.sum(solve_by_iteration(a, b) ** 2), (0, 1))(a, b)
    x = np.linalg.solve(a, b)
    assert value == pytest.approx(np.sum(x * x))
    assert np.allclose(d_b, 2 * np.linalg.solve(a.T, x))
    assert np.allclose(d_a, -np.outer(d_b, x))
    source = grad(lambda b: np.sum(solve_by_iteration(a, b))).source_for(b)
    assert "solve_by_iteration(a, b)" in source and "np.linalg.solve" in source and "for " not in source


def test_a_linear_rule():
    @srcad.linear(triple, "x")
    def _(d_out, x):
        return 3.0 * d_out

    assert grad(lambda x: np.sum(triple(x) ** 2))(2.0) == 36.0
    assert np.array_equal(vjp(triple, X)[1](np.ones(3))[0], np.full(3, 3.0))


def test_rules_are_differentiated_again():
    @srcad.partials(cube, "x")
    def _(out, x, scale=1.0):
        return 3.0 * scale * x**2

    assert grad(grad(cube))(2.0) == 12.0


def test_a_rule_that_is_registered_later_is_used_from_then_on():
    def f(x):
        return cube(x) * 2.0

    derivative = grad(f)
    assert derivative(2.0) == 24.0
    pull = vjp(f, 2.0)[1]

    @srcad.partials(cube, "x")
    def _(out, x, scale=1.0):
        return 1.0

    assert derivative(2.0) == 2.0
    assert pull(1.0) == (24.0,)
    assert vjp(f, 2.0)[1](1.0) == (2.0,)
    srcad.constant(cube)
    assert grad(lambda x: x + stop_gradient(x))(1.0) == 1.0


def test_a_constant_function_of_ones_own():
    def noise(x):
        return x * 0.1

    srcad.constant(noise)
    assert grad(lambda x: x * noise(x))(2.0) == 0.2
    assert grad(noise)(2.0) == 0.0


def test_a_parameter_without_a_derivative_in_the_rule_is_refused():
    @srcad.partials(cube, "x")
    def _(out, x, scale=1.0):
        return 1.0

    with pytest.raises(srcad.DifferentiationError, match="with respect to its argument scale"):
        grad(cube, "scale")(2.0, 3.0)


def test_a_rule_for_what_is_no_function_or_has_other_parameters_is_refused():
    with pytest.raises(srcad.DifferentiationError, match="no callable"):

        @srcad.partials(3.0, "x")
        def _(out, x):
            return 1.0

    with pytest.raises(srcad.DifferentiationError, match="no parameter 'y'"):

        @srcad.partials(cube, "y")
        def _(out, x):
            return 1.0


# ----------------------------------------------------------------------------------------------- stop_gradient


def test_no_derivative_passes_through():
    assert grad(lambda x: x * stop_gradient(x * x))(3.0) == 9.0
    assert np.array_equal(grad(lambda x: np.sum(stop_gradient(x) * x))(X), X)
    assert grad(lambda x: stop_gradient(x) ** 2)(3.0) == 0.0
    assert grad(grad(lambda x: x**2 * stop_gradient(x)))(3.0) == 6.0


def test_values_and_structures_pass_through_as_copies():
    given = {"a": X, "b": (1.0, [2])}
    found = stop_gradient(given)
    assert found["b"] == (1.0, [2]) and np.array_equal(found["a"], X) and found["a"] is not X

    def f(p):
        q = stop_gradient(p)
        return np.sum(q["a"] * p["a"]) * q["b"][0]

    assert np.array_equal(grad(f)({"a": X, "b": (2.0, ["name"])})["a"], 2 * X)


def test_what_is_written_later_is_seen_in_neither_direction():
    def f(x):
        y = x * 1.0
        kept = stop_gradient(y)
        y[0] = 5.0 * x[1]
        kept[1] = 7.0
        return np.sum(y * kept)

    # y = (5 x1, x1, x2) times the constants (x0, 7, x2)
    value, gradient = value_and_grad(f)(X)
    assert value == pytest.approx(5 * X[1] * X[0] + 7 * X[1] + X[2] ** 2)
    assert np.allclose(gradient, [0.0, 5 * X[0] + 7.0, X[2]])


def test_in_loops_and_branches():
    def f(x, n):
        y = x
        for k in range(n):
            y = y * x if k % 2 else stop_gradient(y) * x
        return y

    # each odd number of factors is held fixed: x, then x², then (x²) fixed times x, ...
    assert grad(f)(3.0, 1) == 3.0
    assert grad(f)(3.0, 2) == 18.0  # 3 x²
    assert grad(f)(3.0, 3) == 27.0


# ------------------------------------------------------------------------------------------------ on_cotangent


def clip(d):
    return np.clip(d, -1.0, 1.0)


def clipped(x):
    h = np.tanh(x)
    h = on_cotangent(h, clip)
    return np.sum(5.0 * h * h)


def test_a_cotangent_is_replaced_and_the_replacement_stands_in_the_source():
    h = np.tanh(X)
    assert np.allclose(grad(clipped)(X), np.clip(10.0 * h, -1, 1) * (1 - h * h))
    assert "np.clip(d_h, -1.0, 1.0)" in grad(clipped).source_for(X)


recorded = []


def test_a_cotangent_is_recorded_in_the_order_of_the_reverse_sweep():
    def f(x):
        for _ in range(3):
            x = on_cotangent(x * x, recorded.append)
        return x

    recorded.clear()
    gradient = grad(f)(1.5)
    assert gradient == pytest.approx(8 * 1.5**7)
    assert recorded == pytest.approx([1.0, 2 * 1.5**4, 4 * 1.5**6])


def test_recorded_arrays_stay_what_they_were():
    def f(x):
        y = x * 1.0
        for k in range(2):
            y[k] = y[k] * y[k + 1]
            y = on_cotangent(y, recorded.append)
            y[2] = y[0]
        return np.sum(y * X)

    recorded.clear()
    grad(f)(X)
    kept = [d.copy() for d in recorded]
    grad(f)(X)
    assert len(recorded) == 4 and all(np.array_equal(a, b) for a, b in zip(kept, recorded, strict=False))
    assert np.array_equal(recorded[0], recorded[2]) and np.array_equal(recorded[1], recorded[3])
    # after the last store, y[2] is y[0]: its cotangent goes there
    assert np.allclose(recorded[0], [X[0] + X[2], X[1], 0.0])


def test_a_cotangent_is_printed(capsys):
    assert grad(lambda x: on_cotangent(x * x, lambda d: print("d =", d)) * 3.0)(2.0) == 12.0  # noqa: T201
    assert capsys.readouterr().out == "d = 3.0\n"


def test_nothing_is_called_where_no_derivative_passes_or_nobody_differentiates():
    recorded.clear()
    assert on_cotangent(3.0, recorded.append) == 3.0
    assert grad(lambda x, y: x * on_cotangent(y, recorded.append))(2.0, 3.0) == 3.0
    assert recorded == []


def test_in_place_writes_beside_it():
    def f(x):
        y = x * 2.0
        z = on_cotangent(y, clip)
        z[0] = x[1] * x[1]
        return np.sum(y) * 10.0 + np.sum(z) * 3.0

    # y has cotangent 10 + clip((0, 3, 3))
    assert np.allclose(grad(f)(X), [20.0, 2 * 11.0 + 6 * X[1], 22.0])
