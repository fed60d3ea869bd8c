"""Equal elements of a sorted array share their cotangents."""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.rules import calling


def gradient(function, *args, d_out, **kwargs):
    _out, pull = calling.pullback(function, args, kwargs, rt.unbroadcast)
    return next(iter(pull(d_out).values()))


def test_equal_elements_share():
    d = gradient(np.sort, np.array([3.0, 1.0, 3.0, 0.0]), d_out=np.array([1.0, 2.0, 4.0, 8.0]))
    np.testing.assert_array_equal(d, [6.0, 2.0, 6.0, 1.0])


def test_equal_elements_of_different_rows_do_not_share():
    d = gradient(np.sort, np.array([[1.0, 1.0], [1.0, 0.0]]), d_out=np.array([[2.0, 4.0], [1.0, 7.0]]))
    np.testing.assert_array_equal(d, [[3.0, 3.0], [7.0, 1.0]])


def test_interpolation_is_constant_beyond_the_ends():
    xp, fp = np.array([0.0, 1.0]), np.array([2.0, 5.0])
    x = np.array([-1.0, 0.5, 2.0])
    np.testing.assert_array_equal(gradient(np.interp, x, xp, fp, d_out=np.ones(3)), [0.0, 3.0, 0.0])
