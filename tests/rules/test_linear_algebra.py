"""Norms at zero, and forms of products that have no samples."""

from __future__ import annotations

import numpy as np
import pytest

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.rules import calling


def gradient(function, *args, d_out=1.0, **kwargs):
    _out, pull = calling.pullback(function, args, kwargs, rt.unbroadcast)
    return next(iter(pull(d_out).values()))


@pytest.mark.parametrize("order", [None, 2, 1, 3, 1.5, np.inf])
def test_a_norm_has_derivative_zero_at_zero(order):
    np.testing.assert_array_equal(gradient(np.linalg.norm, np.zeros(3), order), np.zeros(3))


def test_a_norm_along_an_axis_has_derivative_zero_at_zero():
    d = gradient(np.linalg.norm, np.array([[0.0, 0.0], [3.0, 4.0]]), axis=1, d_out=np.ones(2))
    np.testing.assert_allclose(d, [[0.0, 0.0], [0.6, 0.8]])


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: gradient(np.linalg.qr, np.eye(2) * 1j, d_out=(0.0, np.eye(2))), "qr has no rule for complex"),
        (lambda: gradient(np.linalg.qr, np.eye(2), "raw", d_out=(0.0, 1.0)), "mode='raw' has no rule"),
        (lambda: gradient(np.pad, np.ones(3), 1, "mean", d_out=np.ones(5)), "mode='mean' has no rule"),
        (lambda: gradient(np.ravel, np.ones((2, 2)), "K", d_out=np.ones(4)), "order='K' reads the elements"),
        (lambda: gradient(np.einsum, np.ones(2), [0], d_out=1.0), "subscripts as a string"),
    ],
)
def test_refusals_name_the_way_out(call, reason):
    with pytest.raises(UnsupportedError, match=reason) as caught:
        call()
    assert caught.value.remedy
