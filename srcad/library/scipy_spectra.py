"""Spectra of overlapping segments, and coefficients of splines, in `scipy.signal`.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.
"""

import math

import numpy as np
from scipy import signal

from srcad.library.kinds import a_vector, exactly, not_none
from srcad.library.register import implements
from srcad.rules.scipy.signal_spectra import scales, segments, window_of


def windowed_spectra(x, win, step, bins):
    """The spectra of the segments of a signal, each under a window."""
    return np.fft.rfft(win * segments(x, len(win), step), n=bins)


def count_missing(n, length, step):
    """How many zeros make whole segments of n values."""
    return (-(n - length) % step) % length


@implements(signal.stft)
def _(
    x: a_vector,
    fs=1.0,
    window="hann",
    nperseg: not_none = 256,
    noverlap=None,
    nfft=None,
    detrend: exactly(False) = False,
    return_onesided: exactly(True) = True,
    boundary: exactly("zeros") = "zeros",
    padded: exactly(True) = True,
    axis: exactly(-1) = -1,
    scaling: exactly("spectrum") = "spectrum",
):
    win = window_of(window, nperseg, len(x))
    length, half = len(win), len(win) // 2
    step = length - (half if noverlap is None else noverlap)
    bins = length if nfft is None else nfft
    n = len(x) + 2 * half
    n = n + count_missing(n, length, step)
    whole = np.concatenate((np.zeros(half), x, np.zeros(n - len(x) - half)))
    found = windowed_spectra(whole, win, step, bins) * np.sqrt(1.0 / np.sum(win) ** 2)
    times = np.arange(length / 2, n - length / 2 + 1, step) / float(fs)
    return np.fft.rfftfreq(bins, 1 / fs), times - (length / 2) / fs, found.T


@implements(signal.spectrogram)
def _(
    x: a_vector,
    fs=1.0,
    window=("tukey", 0.25),
    nperseg: not_none = 256,
    noverlap=None,
    nfft=None,
    detrend: exactly("constant") = "constant",
    return_onesided: exactly(True) = True,
    scaling: exactly("density") = "density",
    axis: exactly(-1) = -1,
    mode: exactly("psd") = "psd",
):
    win = window_of(window, nperseg, len(x))
    length = len(win)
    step = length - (length // 8 if noverlap is None else noverlap)
    bins = length if nfft is None else nfft
    pieces = signal.detrend(segments(x, length, step), type="constant", axis=-1)
    found = np.fft.rfft(win * pieces, n=bins)
    density = np.real(np.conjugate(found) * found) * scales(win, fs, "density", bins)
    times = np.arange(length / 2, len(x) - length / 2 + 1, step) / float(fs)
    return np.fft.rfftfreq(bins, 1 / fs), times, density.T


# ----------------------------------------------------------------------------------------------------------- splines


@implements(signal.cspline1d)
def _(signal: a_vector, lamb: exactly(0.0) = 0.0):
    return spline_coefficients(signal, -2 + math.sqrt(3), 6.0)


@implements(signal.qspline1d)
def _(signal: a_vector, lamb: exactly(0.0) = 0.0):
    return spline_coefficients(signal, -3 + 2 * math.sqrt(2.0), 8.0)


def spline_coefficients(x, root, scale):
    """The coefficients of a spline through values, by a filter with this root forwards and backwards."""
    start = np.sum(root ** np.arange(len(x)) * x)
    if len(x) == 1:
        return np.atleast_1d(root / (root - 1) * (x[0] + root * start))
    turned = np.array([1.0, -root])
    there, _end = signal.lfilter(np.ones(1), turned, x, zi=np.atleast_1d(root * start))
    last = root / (root - 1) * there[-1]
    back, _end = signal.lfilter(np.array([-root]), turned, there[-2::-1], zi=np.atleast_1d(root * last))
    return np.concatenate((back[::-1], np.atleast_1d(last))) * scale
