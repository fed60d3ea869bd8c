"""What finite differences cannot show of reductions: ties, zeros, and degenerate spreads."""

from __future__ import annotations

import numpy as np
import pytest

from srcad import runtime as rt
from srcad.rules import calling


def gradient(function, *args, d_out=1.0, **kwargs):
    """The cotangent of the first argument."""
    _out, pull = calling.pullback(function, args, kwargs, rt.unbroadcast)
    return next(iter(pull(d_out).values()))


@pytest.mark.parametrize("function", [np.max, np.min, np.amax, np.amin])
def test_ties_share_equally(function):
    np.testing.assert_allclose(gradient(function, np.ones(4)), np.full(4, 0.25))


def test_ties_share_along_an_axis():
    a = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])
    d = gradient(np.max, a, axis=1, d_out=np.array([1.0, 5.0]))
    np.testing.assert_allclose(d, [[0.0, 0.5, 0.5], [5.0, 0.0, 0.0]])


def test_range_of_equal_numbers_has_no_derivative():
    np.testing.assert_array_equal(gradient(np.ptp, np.ones(3)), np.zeros(3))


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ([2.0, 0.0, 5.0], [0.0, 10.0, 0.0]),
        ([0.0, 0.0, 5.0], [0.0, 0.0, 0.0]),
        ([0.0], [1.0]),
        ([-2.0, 3.0], [3.0, -2.0]),
    ],
)
def test_products_with_zeros(factors, expected):
    np.testing.assert_array_equal(gradient(np.prod, np.array(factors)), expected)


def test_cumulative_products_with_zeros():
    a = np.array([2.0, 0.0, 3.0])  # a0, a0 a1, a0 a1 a2
    np.testing.assert_array_equal(gradient(np.cumprod, a, d_out=np.array([1.0, 10.0, 100.0])), [1.0, 620.0, 0.0])


def test_standard_deviation_of_equal_numbers_has_derivative_zero():
    np.testing.assert_array_equal(gradient(np.std, np.full(3, 2.0)), np.zeros(3))
    np.testing.assert_array_equal(gradient(np.var, np.full(3, 2.0)), np.zeros(3))


@pytest.mark.parametrize("size", [4, 5])
def test_median_shares_between_the_two_in_the_middle(size):
    d = gradient(np.median, np.arange(float(size)))
    assert np.sum(d) == 1.0
    assert np.count_nonzero(d) == (2 if size % 2 == 0 else 1)
