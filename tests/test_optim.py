"""Optimisers against closed formulas and against plain loops over single numbers."""

import math
import typing

import numpy as np
import pytest
from standin import xp

from srcad import errors, optim


class Layer(typing.NamedTuple):
    w: typing.Any
    b: typing.Any


def run(opt, params, gradient, steps):
    state = opt.init(params)
    for _ in range(steps):
        params, state = opt.update(params, gradient(params), state)
    return params


# ------------------------------------------------------------------------------------ closed formulas


def test_sgd_on_a_parabola_shrinks_geometrically():
    # p' = p - η a p: after n steps p (1 - η a)^n
    assert run(optim.sgd(0.1), 5.0, lambda p: 3.0 * p, 20) == pytest.approx(5.0 * 0.7**20, rel=1e-13)


def test_momentum_under_a_constant_gradient():
    # v_n = (1 - μ^n) / (1 - μ), p_n = -η Σ v_k
    mu, rate, n = 0.8, 0.25, 12
    expected = -rate * sum((1 - mu**k) / (1 - mu) for k in range(1, n + 1))
    assert run(optim.momentum(rate, mu), 0.0, lambda p: 1.0, n) == pytest.approx(expected, rel=1e-13)


def test_nesterov_under_a_constant_gradient():
    # g + μ v_n = v_{n+1} for a constant gradient of 1
    mu, rate, n = 0.8, 0.25, 12
    expected = -rate * sum((1 - mu**k) / (1 - mu) for k in range(2, n + 2))
    assert run(optim.nesterov(rate, mu), 0.0, lambda p: 1.0, n) == pytest.approx(expected, rel=1e-13)


def test_nesterov_is_momentum_seen_from_a_lookahead():
    # Sutskever: v' = μ v - η ∇f(p + μ v), p' = p + v'; our parameter is p + μ v
    def gradient(p):
        return 2.0 * p

    p, v, mu, rate = 3.0, 0.0, 0.9, 0.1
    for _ in range(10):
        v = mu * v - rate * gradient(p + mu * v)
        p += v
    assert run(optim.nesterov(rate, mu), 3.0, gradient, 10) == pytest.approx(p + mu * v, rel=1e-12)


def test_adagrad_under_a_constant_gradient():
    # s_n = n g², so each step is η / √n
    expected = -0.5 * sum(1 / math.sqrt(k) for k in range(1, 8))
    assert run(optim.adagrad(0.5, epsilon=0.0), 0.0, lambda p: 7.0, 7) == pytest.approx(expected, rel=1e-13)


def test_rmsprop_under_a_constant_gradient():
    # s_n = (1 - ρ^n) g²
    expected = -0.5 * sum(1 / math.sqrt(1 - 0.9**k) for k in range(1, 8))
    assert run(optim.rmsprop(0.5, 0.9, epsilon=0.0), 0.0, lambda p: 7.0, 7) == pytest.approx(expected, rel=1e-13)


def test_adam_under_a_constant_gradient_steps_by_the_learning_rate():
    # both means are unbiased: m̂ = g, ŝ = g²
    assert run(optim.adam(0.5, epsilon=0.0), 0.0, lambda p: -7.0, 9) == pytest.approx(4.5, rel=1e-12)


def test_adam_step_by_step():
    p, m, s = 1.0, 0.0, 0.0
    for t in range(1, 6):
        g = math.cos(p)
        m = 0.9 * m + 0.1 * g
        s = 0.99 * s + 0.01 * g * g
        p -= 0.3 * (m / (1 - 0.9**t)) / (math.sqrt(s / (1 - 0.99**t)) + 1e-3)
    assert run(optim.adam(0.3, 0.9, 0.99, 1e-3), 1.0, math.cos, 5) == pytest.approx(p, rel=1e-13)


# ------------------------------------------------------------------------------- what holds for each

OPTIMISERS = {
    "sgd": optim.sgd(0.1),
    "momentum": optim.momentum(0.1),
    "nesterov": optim.nesterov(0.1),
    "adagrad": optim.adagrad(0.1),
    "rmsprop": optim.rmsprop(0.1),
    "adam": optim.adam(0.1),
}


@pytest.fixture(params=OPTIMISERS)
def opt(request):
    return OPTIMISERS[request.param]


def test_each_reaches_the_minimum_of_a_parabola(opt):
    assert abs(run(opt, 1.0, lambda p: 2.0 * (p - 0.5), 400) - 0.5) < 0.06


def test_nested_parameters_keep_structure_types_and_dtypes(opt):
    params = {
        "layers": [Layer(np.ones((2, 3), np.float32), np.ones(3)), (1.5, np.float32(2))],
        "zero_d": np.array(1.0, np.float32),
        "z": np.array([1 + 1j], np.complex64),
        "size": 3,
        "name": "net",
        "none": None,
    }
    gradient = {
        "layers": [Layer(np.ones((2, 3), np.float32), np.ones(3)), (1.0, np.float32(1))],
        "zero_d": np.array(1.0, np.float32),
        "z": np.array([1 + 0j], np.complex64),
        "size": None,
        "name": None,
        "none": None,
    }
    new, state = opt.update(params, gradient, opt.init(params))
    new, state = opt.update(new, gradient, state)
    assert state.step == 2
    layer, (number, scalar) = new["layers"]
    assert type(layer) is Layer and layer.w.dtype == np.float32 and layer.b.dtype == np.float64
    assert type(number) is float and type(scalar) is np.float32
    assert type(new["zero_d"]) is np.ndarray and new["zero_d"].dtype == np.float32 and new["zero_d"].shape == ()
    assert new["z"].dtype == np.complex64
    assert (new["size"], new["name"], new["none"]) == (3, "net", None)
    assert np.all(layer.w < 1) and number < 1.5 and scalar < 2


def test_nothing_passed_is_modified_and_nothing_is_shared(opt):
    params, gradient = [np.ones(3), np.ones(2)], [np.full(3, 2.0), np.full(2, 3.0)]
    start = opt.init(params)
    first, state = opt.update(params, gradient, start)
    kept = [leaf.copy() for leaf in first]
    second, _ = opt.update(first, gradient, state)
    assert params[0].tolist() == [1.0] * 3 and gradient[0].tolist() == [2.0] * 3
    assert all(np.array_equal(a, b) for a, b in zip(first, kept, strict=True))
    again, _ = opt.update(first, gradient, state)
    assert all(np.array_equal(a, b) for a, b in zip(second, again, strict=True))
    arrays = [*params, *gradient, *first, *second, *(a for tree in state[1:] if tree for a in tree)]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


def test_each_descends_on_complex_parameters(opt):
    # u = |z - w|² has du/dx - i du/dy = 2 conj(z - w)
    w = 0.5 - 0.25j
    assert abs(run(opt, np.array([1 + 1j]), lambda z: 2 * np.conj(z - w), 400)[0] - w) < 0.2


def test_arrays_of_another_module_stay_there_without_synchronisation(opt):
    params, gradient = (xp.ones(3, dtype=np.float32), 1.0), (xp.ones(3, dtype=np.float32), 1.0)
    before = xp.synchronisations
    new, state = opt.update(params, gradient, opt.init(params))
    new, state = opt.update(new, gradient, state)
    assert xp.synchronisations == before
    assert type(new[0]) is xp.ndarray and new[0].dtype == np.float32


def test_a_schedule_sees_the_number_of_updates_and_keeps_float32():
    seen = []

    def schedule(step):
        seen.append(step)
        return np.float64(1.0) / (step + 1)

    assert run(optim.sgd(schedule), np.float32(0), lambda p: np.float32(-6), 3) == np.float32(11)
    assert seen == [0, 1, 2]
    assert run(optim.sgd(schedule), np.zeros(1, np.float32), lambda p: p, 2).dtype == np.float32


def test_a_gradient_of_another_structure_is_refused(opt):
    with pytest.raises(errors.ArgumentError, match="a tuple of 2 against a leaf of type float"):
        opt.update((1.0, 2.0), 1.0, opt.init((1.0, 2.0)))


@pytest.mark.parametrize(
    "make", [lambda: optim.momentum(0.1, mu=1.0), lambda: optim.adam(beta2=-0.1), lambda: optim.rmsprop(rho=2)]
)
def test_impossible_decays_are_refused(make):
    with pytest.raises(errors.ArgumentError, match="is no decay"):
        make()
