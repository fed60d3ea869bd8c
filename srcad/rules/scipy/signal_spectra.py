"""`scipy.signal`: periodograms of windowed segments, responses of sections, and the strength of phases.

A periodogram averages products of the spectra of segments.  Its cotangent makes one of each segment's spectrum, goes
back through the transform, the window and the trend, and is added up where segments overlap.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.lib import stride_tricks
from scipy import signal

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple
from srcad.rules.axes import as_array
from srcad.rules.fourier import to_real
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear, partials, undifferentiated
from srcad.rules.samples import array
from srcad.rules.scipy.common import real_like

# --------------------------------------------------------------------------------------------------------- segments


def segments(x, length, step):
    """The overlapping segments of signals along the last axis."""
    return stride_tricks.sliding_window_view(x, length, axis=-1)[..., ::step, :].copy()


def overlapped(d, n, step):
    """The cotangent of n values from that of their segments."""
    whole = np.zeros((*np.shape(d)[:-2], n), dtype=d.dtype)
    length = np.shape(d)[-1]
    for i in range(np.shape(d)[-2]):
        whole[..., i * step : i * step + length] += d[..., i, :]
    return whole


@linear(segments, "x", samples=[sample(array(2, 7), 3, 2), sample(array(6), 4, 1)])
def _(d_out, x, length, step):
    return overlapped(d_out, np.shape(x)[-1], step)


@linear(overlapped, "d", samples=[sample(array(2, 3, 3), 8, 2)])
def _(d_out, d, n, step):
    return segments(d_out, np.shape(d)[-1], step)


@facts(segments)
def _(x, length, step):
    return Array(as_array(x).dtype, None)


@facts(overlapped)
def _(d, n, step):
    return Array(as_array(d).dtype, None)


def window_of(window, length, n):
    """The window of a periodogram of n values."""
    if isinstance(window, (str, tuple)):
        return signal.get_window(window, min(256 if length is None else length, n))
    return np.asarray(window)


def scales(win, fs, scaling, bins):
    """What the products of spectra with so many values each are multiplied with: those inside count twice."""
    size = fs * np.sum(win * win) if scaling == "density" else np.sum(win) ** 2
    twice = np.full(bins // 2 + 1, 2.0 / size)
    twice[0] = 1.0 / size
    if bins % 2 == 0:
        twice[-1] = 1.0 / size
    return twice


def check_form(x, y, detrend, return_onesided, average):
    """Raises UnsupportedError for forms of periodograms that have no rule."""
    plain = detrend in (False, "constant", "linear") and return_onesided and average == "mean"
    if np.iscomplexobj(x) or np.iscomplexobj(y) or np.shape(x) != np.shape(y) or not plain:
        raise UnsupportedError(
            "this form of a periodogram has no rule", "use real signals of one shape, one-sided spectra and their mean"
        )


undifferentiated(window_of, [sample("hann", 4, 9), sample(("kaiser", 2.0), None, 9)])
undifferentiated(scales, [sample(np.array([0.3, 1.0, 0.7]), 2.0, "density", 4)])
constant(check_form, pure=False)


def spectra(x, win, step, bins, detrend):
    """The spectra of the windowed segments of signals along the last axis."""
    pieces = segments(x, np.size(win), step)
    if detrend:
        pieces = signal.detrend(pieces, -1, detrend)
    return np.fft.rfft(pieces * win, bins)


def through_spectra(d, win, n, step, bins, detrend):
    """The cotangent of n values from that of the spectra of their segments."""
    pieces = to_real(d, bins, -1, None)[..., : np.size(win)] * win
    if detrend:
        pieces = signal.detrend(pieces, -1, detrend)
    return overlapped(pieces, n, step)


def through_products(d_out, x, y, fs, window, nperseg, noverlap, nfft, detrend, scaling, axis):
    """The cotangents of two signals from that of the mean product of their segments' spectra, the first conjugated."""
    first, second = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    n = np.shape(first)[-1]
    win = window_of(window, nperseg, n)
    step = np.size(win) - (np.size(win) // 2 if noverlap is None else noverlap)
    bins = np.size(win) if nfft is None else nfft
    one, other = spectra(first, win, step, bins, detrend), spectra(second, win, step, bins, detrend)
    d = np.moveaxis(d_out, axis, -1) * (scales(win, fs, scaling, bins) / np.shape(one)[-2])
    d = np.expand_dims(d, -2)
    d_one = through_spectra(np.conj(d * other), win, n, step, bins, detrend)
    d_other = through_spectra(d * np.conj(one), win, n, step, bins, detrend)
    return np.moveaxis(d_one, -1, axis), np.moveaxis(d_other, -1, axis)


FORMS = [
    {"nperseg": 4},
    {"nperseg": 5, "noverlap": 1, "nfft": 8},
    {"nperseg": 6, "scaling": "spectrum", "detrend": "linear", "fs": 2.5},
    {"window": np.array([0.3, 1.0, 0.7]), "detrend": False},
]


@adjoint(
    signal.csd,
    "x",
    "y",
    samples=[
        *(sample(array(9), array(9, seed=1), **form) for form in FORMS),
        sample(array(9, 2), array(9, 2, seed=1), nperseg=4, axis=0),
    ],
)
def _(
    d_out,
    out,
    x,
    y,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    average="mean",
):
    check_form(x, y, detrend, return_onesided, average)
    return through_products(d_out[1], x, y, fs, window, nperseg, noverlap, nfft, detrend, scaling, axis)


@adjoint(
    signal.welch,
    "x",
    samples=[*(sample(array(9), **form) for form in FORMS), sample(array(9, 2), nperseg=4, axis=0)],
)
def _(
    d_out,
    out,
    x,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    average="mean",
):
    check_form(x, x, detrend, return_onesided, average)
    one, other = through_products(d_out[1], x, x, fs, window, nperseg, noverlap, nfft, detrend, scaling, axis)
    return one + other


@adjoint(
    signal.periodogram,
    "x",
    samples=[
        sample(array(6)),
        sample(array(7), 2.0, "hamming", 10),
        sample(array(6, 2), detrend="linear", scaling="spectrum", axis=0),
    ],
)
def _(
    d_out,
    out,
    x,
    fs=1.0,
    window="boxcar",
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
):
    check_form(x, x, detrend, return_onesided, "mean")
    n = np.shape(x)[axis]
    check_length(n, nfft)
    shape = "boxcar" if window is None else window
    one, other = through_products(d_out[1], x, x, fs, shape, n, 0, nfft, detrend, scaling, axis)
    return one + other


def check_length(n, nfft):
    """Raises UnsupportedError where a periodogram leaves values out."""
    if nfft is not None and nfft < n:
        raise UnsupportedError("scipy.signal.periodogram with nfft below the length has no rule", "cut the signal off")


constant(check_length, pure=False)


@facts(signal.csd)
def _(
    x,
    y,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    return_onesided=True,
    scaling="density",
    axis=-1,
    average="mean",
):
    return Tuple((Array(None, None), Array(None, None)))


@facts(signal.welch, partly=True)
def _(x):
    return Tuple((Array(None, None), Array("float64" if as_array(x).dtype == "float64" else None, None)))


@facts(signal.periodogram, partly=True)
def _(x):
    return Tuple((Array(None, None), Array("float64" if as_array(x).dtype == "float64" else None, None)))


# ------------------------------------------------------------------------------------------- responses of sections


def through_section_responses(d, h, sos, basis):
    """The cotangent of the sections of a filter from that of its response h, the product of theirs."""
    below, above = basis @ np.transpose(sos[:, 3:]), basis @ np.transpose(sos[:, :3])
    d_h = np.expand_dims(d * h, 1)
    d_sos = np.concatenate((np.transpose(d_h / above) @ basis, -np.transpose(d_h / below) @ basis), axis=1)
    return real_like(d_sos, sos)


RESPONSES = [sample(np.array([[2, 1, 0, 1, 0, 0], [1, -1, 1, 1, 0, 0]]), 5)]


def register_responses(function):
    """Registers the rule of `sosfreqz`, and of the same under its name since SciPy 1.15."""

    @adjoint(function, "sos", samples=RESPONSES)
    def _(d_out, out, sos, worN=512, whole=False, fs=2 * np.pi):  # noqa: N803 (SciPy's own names)
        basis = np.exp(-2j * np.pi / fs * np.expand_dims(out[0], 1) * np.arange(3))
        return through_section_responses(d_out[1], out[1], sos, basis)

    @facts(function)
    def _(sos, worN=512, whole=False, fs=2 * np.pi):  # noqa: N803
        return Tuple((Array(None, None), Array("complex128", None)))


register_responses(signal.sosfreqz)
if hasattr(signal, "freqz_sos"):
    register_responses(signal.freqz_sos)


# ------------------------------------------------------------------------------------------------- shapes and phases


@adjoint(signal.gauss_spline, "x", samples=[sample(array(4), 3), sample(array(2, 2), 1)])
def _(d_out, out, x, n):
    return -12.0 / (n + 1.0) * d_out * x * out


@facts(signal.gauss_spline)
def _(x, n):
    return Array("float64" if as_array(x).dtype == "float64" else None, as_array(x).shape)


@partials(
    signal.sawtooth,
    "t",
    "width",
    samples=[
        sample(array(4)),
        sample(array(5, low=-9.0, high=9.0), 0.3),
        sample(array(3), array(3, low=0.2, high=0.8)),
    ],
)
def _(out, t, width=1):
    turn = np.mod(t, 2.0 * math.pi)
    rising = turn < 2.0 * math.pi * width
    up, down = math.pi * np.where(rising, width, 1.0), math.pi * np.where(rising, 1.0, 1.0 - width)
    d_width = np.where(rising, -turn / (up * up), (2.0 * math.pi - turn) / (down * down))
    return np.where(rising, 1.0 / up, -1.0 / down), math.pi * d_width


@facts(signal.sawtooth, partly=True)
def _(t):
    return UNKNOWN


@adjoint(
    signal.vectorstrength, "events", "period", samples=[sample(array(5), 1.5), sample(array(5), array(3, low=1.0))]
)
def _(d_out, out, events, period):
    turns = 2.0 * math.pi / np.expand_dims(period, -1)
    phases, d_size, d_phase = turns * events, np.expand_dims(d_out[0], -1), np.expand_dims(d_out[1], -1)
    size, mean = np.expand_dims(out[0], -1), np.expand_dims(out[1], -1)
    across = np.sin(mean - phases) * d_size + np.cos(mean - phases) * d_phase / size
    d_phases = across / np.size(events)
    d_events = np.sum(np.reshape(d_phases * turns, (-1, np.size(events))), axis=0)
    return d_events, -np.sum(d_phases * phases, axis=-1) / period


@facts(signal.vectorstrength)
def _(events, period):
    return UNKNOWN
