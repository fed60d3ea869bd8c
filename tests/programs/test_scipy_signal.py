"""Programs of the library that stand for functions of `scipy.signal`: the same value, derivatives of both orders."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along

import srcad

signal = pytest.importorskip("scipy.signal", reason="SciPy is not installed")

X = np.sin(np.linspace(0.5, 2.0, 30) ** 2)
B, A = np.array([0.2, 0.3, 0.1]), np.array([1.0, -0.4])


def check_program(function, *args):
    value, _gradient = srcad.value_and_grad(function)(*args)
    assert value == function(*args)
    srcad.check_grads(function, args)
    srcad.check_grads(along(function, args), args, rtol=1e-5)


@pytest.mark.parametrize(("padtype", "padlen"), [("odd", None), ("even", 4), ("constant", 2), (None, None)])
def test_filters_forwards_and_backwards(padtype, padlen):
    def energy(x, b, a):
        return np.sum(signal.filtfilt(b, a, x, 0, padtype, padlen)[1] ** 2)

    check_program(energy, X.reshape(15, 2), B, A)


def test_sections_forwards_and_backwards():
    def energy(x):
        return np.sum(signal.sosfiltfilt(signal.butter(3, 0.3, output="sos"), x) ** 2)

    check_program(energy, X)


def test_too_short_a_signal_is_the_error_of_scipy():
    def energy(x):
        return np.sum(signal.filtfilt(B, A, x) ** 2)

    with pytest.raises(ValueError, match="must be greater than padlen, which is 9"):
        srcad.grad(energy)(X[:5])


@pytest.mark.parametrize(("b", "a"), [(B, A), (A, np.array([2.0, 0.3, 0.5, 0.1]))])
def test_a_steady_state(b, a):
    def size(b, a):
        return np.sum(signal.lfilter_zi(b, a) ** 2)

    check_program(size, b, a)


def test_the_steady_states_of_sections():
    def size(x):
        sos = np.array([[x[0], x[1], 0.3, 1.0, x[2], 0.1], [1.0, 0.5, 0.2, 1.0, 0.3, 0.2]])
        return np.sum(signal.sosfilt_zi(sos) ** 2)

    check_program(size, X[:3])


def test_a_quotient_of_polynomials():
    def size(dividend, divisor):
        quotient, rest = signal.deconvolve(dividend, divisor)
        return np.sum(quotient**2) + np.sum(rest[:3])

    check_program(size, X[:6], B)


@pytest.mark.parametrize(("up", "down"), [(3, 2), (2, 6), (4, 2), (2, 2)])
def test_other_rates(up, down):
    def energy(x):
        return np.sum(signal.resample_poly(x, up, down, axis=1) ** 2)

    check_program(energy, X.reshape(2, 15))


def test_a_filter_of_ones_own_for_other_rates():
    def energy(x):
        return np.sum(signal.resample_poly(x, 2, 3, window=np.array([0.2, 0.5, 1.0, 0.5, 0.2])) ** 2)

    check_program(energy, X)


def test_every_third_value():
    def energy(x):
        return np.sum(signal.decimate(x, 3) ** 2)

    check_program(energy, X)


def test_sections_that_change():
    def energy(x, c):
        sos = np.array([[c[0], c[1], 0.3, 1.0, c[2], 0.1], [1.0, 0.5, c[3], 1.0, 0.3, 0.2]])
        y, end = signal.sosfilt(sos, x, zi=np.ones((2, 2)) * c[0])
        return np.sum(y**2) + np.sum(end * c[1]) + np.sum(signal.sosfilt(sos, x))

    srcad.check_grads(energy, (X[:8], X[3:7]))


def test_the_coherence_of_two_signals():
    def shared(x, y):
        return np.sum(signal.coherence(x, y, nperseg=8)[1][1:-1] ** 2)

    y = np.cos(3.0 * X) + X**2
    assert srcad.value_and_grad(shared)(X, y)[0] == shared(X, y)
    srcad.check_grads(shared, (X, y))
