"""What finite differences cannot show: elements that are zero, and members that are equal."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from srcad import runtime as rt
from srcad.rules import calling


def gradient(function, *args, d_out, **kwargs):
    """The cotangent of the first argument."""
    _out, pull = calling.pullback(function, args, kwargs, rt.unbroadcast)
    return next(iter(pull(d_out).values()))


@pytest.mark.parametrize(("trim", "expected"), [("fb", [0, 0, 1, 2, 3, 0]), ("f", [0, 0, 1, 2, 3, 4])])
def test_what_was_trimmed_gets_zero(trim, expected):
    filt = np.array([0.0, 0.0, 1.5, 0.0, 2.0, 0.0])
    d_out = np.arange(1.0, 1.0 + np.trim_zeros(filt, trim).size)
    found = srcad.grad(lambda filt: np.sum(np.trim_zeros(filt, trim) * d_out))(filt)
    np.testing.assert_array_equal(found, expected)


def test_equal_elements_share_the_cotangent_of_their_member():
    d = gradient(np.unique, np.array([2.0, 1.0, 2.0]), d_out=np.array([1.0, 10.0]))
    np.testing.assert_array_equal(d, [5.0, 1.0, 5.0])


def of_members(x, function):
    a, b = x[:3], np.append(x[1:3], 2.0 * x[3])  # two elements are in both
    return np.sum(function(a, b) ** 2)


@pytest.mark.parametrize("function", [np.union1d, np.intersect1d])
def test_elements_of_two_sets_move_together(function):
    x = np.array([0.5, -1.0, 2.0, 0.3])
    found = srcad.grad(of_members)(x, function)
    in_result = [1.0, 1.0, 1.0, 4.0] if function is np.union1d else [0.0, 1.0, 1.0, 0.0]
    np.testing.assert_allclose(found, 2.0 * x * in_result)


def test_intersection_with_places():
    def of_common(x):
        common, first, second = np.intersect1d(x * x, x[1:] ** 2, return_indices=True)
        return np.sum(common * x[first] * (second + 1))

    x = np.array([0.5, -1.0, 2.0])
    np.testing.assert_allclose(srcad.grad(of_common)(x), [0.0, 3.0, 24.0])


def test_a_part_that_is_not_used_counts_as_zero():
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(srcad.grad(lambda x: np.sum(np.unstack(x)[1]))(x), [[0, 0, 0], [1, 1, 1]])
    np.testing.assert_array_equal(srcad.grad(lambda x: np.sum(np.split(x, 2)[1]))(x), [[0, 0, 0], [1, 1, 1]])
    d = srcad.grad(lambda x: np.sum(np.broadcast_arrays(x, np.ones((3, 1, 3)))[0]))(x)
    np.testing.assert_array_equal(d, np.full((2, 3), 3.0))
