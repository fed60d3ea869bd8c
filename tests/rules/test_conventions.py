"""What derivatives are at kinks, at zeros and at ties, and what facts are where the type depends on the values."""

from __future__ import annotations

import builtins
import math
import operator

import numpy as np
import pytest

import srcad.rules  # noqa: F401  fills the registry
from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import FLOAT, INT, UNKNOWN, Array, Known, List, Number, Tuple
from srcad.rules import calling
from srcad.rules.testing_facts import mismatch
from srcad.transform.analyses.facts import registered_fact


def cotangents(callee, *args, d_out=1.0):
    _, pull = calling.pullback(callee, args, {}, rt.unbroadcast)
    return list(pull(d_out).values())


@pytest.mark.parametrize("callee", [np.maximum, np.minimum, np.fmax, np.fmin, builtins.max, builtins.min])
@pytest.mark.parametrize("value", [1.5, 0.0, math.inf, -math.inf])
def test_ties_share_equally(callee, value):
    assert cotangents(callee, value, value)[:2] == [0.5, 0.5]


def test_ties_of_many_share_equally():
    assert cotangents(builtins.max, [2.0, 1.0, 2.0])[:1] == [[0.5, 0.0, 0.5]]
    assert cotangents(builtins.max, 2.0, 1.0, 2.0) == [0.5, 0.0, 0.5]
    np.testing.assert_array_equal(cotangents(builtins.min, np.array([3.0, 1.0, 1.0]))[0], [0.0, 0.5, 0.5])


def test_the_number_wins_over_nan():
    assert cotangents(np.fmax, 1.5, math.nan) == [1.0, 0.0]
    assert cotangents(np.fmin, math.nan, 1.5) == [0.0, 1.0]


@pytest.mark.parametrize("callee", [np.abs, np.fabs, builtins.abs, operator.abs, math.fabs])
def test_magnitudes_have_zero_at_zero(callee):
    assert cotangents(callee, 0.0) == [0.0]
    assert cotangents(callee, -0.0) == [0.0]


def test_norms_have_zero_at_the_origin():
    assert cotangents(np.abs, 0j) == [0.0]
    assert cotangents(np.hypot, 0.0, 0.0) == [0.0, 0.0]
    assert cotangents(math.hypot, 0.0, 0.0)[:2] == [0.0, 0.0]
    assert cotangents(math.dist, [1.0], [1.0]) == [[0.0], [0.0]]


@pytest.mark.parametrize("power", [operator.pow, np.power, math.pow, builtins.pow, np.float_power])
def test_powers_at_zero(power):
    assert cotangents(power, 0.0, 0) == [0.0, 0.0]
    assert cotangents(power, 0.0, 0.0) == [0.0, 0.0]
    assert cotangents(power, 0.0, 1) == [1.0, 0.0]
    assert cotangents(power, 0.0, 2) == [0.0, 0.0]
    assert cotangents(power, 0.0, 3.0) == [0.0, 0.0]


@pytest.mark.parametrize("power", [operator.pow, np.power, math.pow])
def test_powers_of_negative_bases(power):
    assert cotangents(power, -2.0, 3.0) == [12.0, 0.0]
    assert cotangents(power, -2.0, -1.0) == [-0.25, 0.0]


def test_powers_of_arrays_at_zero():
    base, exponent = np.array([0.0, 0.0, 0.0, -2.0, 2.0]), np.array([0.0, 1.0, 2.0, 3.0, 0.0])
    d_base, d_exponent = cotangents(np.power, base, exponent)
    np.testing.assert_allclose(d_base, [0.0, 1.0, 0.0, 12.0, 0.0])
    np.testing.assert_allclose(d_exponent, [0.0, 0.0, 0.0, 0.0, math.log(2.0)])


def test_bounds_belong_to_the_interval():
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    d_x, d_low, d_high = cotangents(np.clip, x, 0.0, 1.0)
    np.testing.assert_array_equal(d_x, [0.0, 1.0, 1.0, 1.0, 0.0])
    assert (d_low, d_high) == (1.0, 1.0)


def test_crossed_bounds_give_the_upper_one():
    assert cotangents(np.clip, 0.5, 2.0, 1.0) == [0.0, 0.0, 1.0]


def test_remainders_count_the_quotient():
    for x in (1.7, -1.7):
        for y in (0.5, -0.5):
            assert cotangents(operator.mod, x, y) == [1.0, -(x // y)]
            assert cotangents(np.fmod, x, y) == [1.0, -math.trunc(x / y)]


def test_complex_cotangents_are_not_conjugated():
    z = 3.0 + 4.0j
    np.testing.assert_allclose(cotangents(np.abs, z), [(3.0 - 4.0j) / 5.0])
    assert cotangents(np.real, z) == [1.0]
    assert cotangents(np.imag, z) == [-1j]
    assert cotangents(np.multiply, 2.0, z, d_out=1.0)[0] == 3.0  # of a real operand, the real part
    assert cotangents(np.square, z) == [6.0 + 8.0j]


def test_sinc_is_smooth_at_zero():
    x = np.array([0.0, 1e-9, -1e-5, 0.0099999, 0.0100001])
    np.testing.assert_allclose(cotangents(np.sinc, x, d_out=np.ones(5))[0][:3], -(np.pi**2) / 3 * x[:3], rtol=1e-8)
    inside, outside = cotangents(np.sinc, x, d_out=np.ones(5))[0][3:]
    assert abs(inside - outside) < 1e-6


# ------------------------------------------------------------------------------------------------ facts


@pytest.mark.parametrize("x", [2.0, -8.0, 2, -8, True, np.float32(2.0), 2j], ids=repr)
@pytest.mark.parametrize("y", [2, -1, 0.5, 2.0, 1 / 3, False, np.float64(2.0)], ids=repr)
def test_facts_of_powers(x, y):
    value = x**y
    for of_x in (Known, fa.fact_of, lambda v: UNKNOWN):
        for of_y in (Known, fa.fact_of, lambda v: UNKNOWN):
            known = registered_fact(operator.pow, (of_x(x), of_y(y)), {})
            assert mismatch(known, value, {}) is None, f"{of_x(x)} ** {of_y(y)} is {known}, but is {value!r}"


def test_squares_of_floats_are_floats():
    assert registered_fact(operator.pow, (FLOAT, Known(2)), {}) == FLOAT
    assert registered_fact(operator.pow, (Known(2.0), FLOAT), {}) == FLOAT
    assert registered_fact(operator.pow, (FLOAT, FLOAT), {}) == Number(None, True)  # may be complex


def test_facts_of_sequences():
    pair, triple = Tuple((FLOAT, INT)), List((FLOAT, FLOAT), FLOAT)
    assert registered_fact(operator.add, (pair, pair), {}) == Tuple((FLOAT, INT, FLOAT, INT))
    assert registered_fact(operator.add, (triple, List((), UNKNOWN)), {}) == List(None, FLOAT)
    assert registered_fact(operator.mul, (triple, INT), {}) == List(None, FLOAT)
    assert registered_fact(operator.mul, (Known(2), pair), {}) == Tuple((FLOAT, INT, FLOAT, INT))
    assert registered_fact(operator.add, (triple, UNKNOWN), {}) == UNKNOWN


def test_in_place_operators_keep_the_array():
    x = Array("float32", (fa.some_dim(),))
    assert registered_fact(operator.iadd, (x, FLOAT), {}) == x
    assert registered_fact(operator.iadd, (x, Array("float64", x.shape)), {}) == x
    assert registered_fact(operator.iadd, (FLOAT, x), {}).dtype == "float32"
