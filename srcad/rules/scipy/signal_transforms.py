"""`scipy.signal`: transforms along time that are linear in the signal.

Each cotangent is the transposed transform: of a projection the projection itself, of a multiplication of the spectrum
the same one, of a sampling at another rate the sampling back.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import as_array, value_of
from srcad.rules.fourier import fitted, one_axis, to_real, to_spectrum
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.common import real_like
from srcad.rules.scipy.ndimage_filters import through_line, turned_origin

# ---------------------------------------------------------------------------------- analytic signals, z-transforms


def analytic(n, ndim, axis):
    """What the frequencies of an analytic signal are multiplied with: positive ones are doubled, negative ones go."""
    factors = np.zeros(n)
    factors[0] = 1.0
    factors[1 : (n + 1) // 2] = 2.0
    if n % 2 == 0:
        factors[n // 2] = 1.0
    return np.reshape(factors, tuple(-1 if i == axis % ndim else 1 for i in range(ndim)))


constant(analytic)


@linear(
    signal.hilbert,
    "x",
    samples=[
        sample(array(5)),
        sample(array(6)),
        sample(array(2, 5), 4),
        sample(array(5, 2), N=8, axis=0),
        sample(array(6, dtype="float32")),
    ],
)
def _(d_out, x, N=None, axis=-1):  # noqa: N803 (SciPy's own names)
    factors = analytic(np.shape(d_out)[axis], np.ndim(d_out), axis)
    d_x = np.fft.fft(factors * np.fft.ifft(d_out, axis=axis), axis=axis)
    return d_x.real if N is None else fitted(d_x.real, np.shape(x))


@facts(signal.hilbert)
def _(x, N=None, axis=-1):  # noqa: N803
    x = as_array(x)
    return Array("complex128" if x.dtype == "float64" else None, one_axis(x.shape, N, axis))


def analytic_plane(n, m):
    """What the frequencies of an analytic signal of two dimensions are multiplied with: those of a single one."""
    single = np.zeros((n, m))
    single[0, 0] = 1.0
    return np.fft.fft2(signal.hilbert2(single)).real


constant(analytic_plane)


@linear(
    signal.hilbert2,
    "x",
    refuses=("N", "axes"),
    samples=[sample(array(4, 5)), sample(array(3, 2)), sample(array(6, 6))],
)
def _(d_out, x, N=None, axes=(-2, -1)):  # noqa: N803
    return np.fft.fft2(analytic_plane(*np.shape(x)[-2:]) * np.fft.ifft2(d_out)).real


@facts(signal.hilbert2, partly=True)
def _(x):
    return Array("complex128" if as_array(x).dtype == "float64" else None, as_array(x).shape)


def powers(base, n, ndim, axis):
    """The powers of a number, from the 0th on, along an axis."""
    values = np.asarray(base, dtype=complex) ** np.arange(n)
    return np.reshape(values, tuple(-1 if i == axis % ndim else 1 for i in range(ndim)))


constant(powers)


def ratio(w, m):
    """The ratio of neighbouring points of a chirp z-transform."""
    return np.exp(-2j * np.pi / m) if w is None else w


def zoomed(fn, fs, m, endpoint):
    """The ratio of neighbouring points, and the first point, of `scipy.signal.zoom_fft`."""
    first, last = (0.0, fn) if np.ndim(fn) == 0 else (fn[0], fn[1])
    step = (last - first) / (m - 1 if endpoint else m)
    return np.exp(-2j * np.pi * step / fs), np.exp(2j * np.pi * first / fs)


constant(ratio, zoomed)


@linear(
    signal.czt,
    "x",
    samples=[
        sample(array(5)),
        sample(array(5), 3),
        sample(array(2, 4), 6, np.exp(-0.3j), 1.1 + 0.2j),
        sample(array(4, 2, dtype="complex128"), axis=0),
    ],
)
def _(d_out, x, m=None, w=None, a=1 + 0j, *, axis=-1):
    n = np.shape(x)[axis]
    points = ratio(w, np.shape(d_out)[axis])
    return real_like(signal.czt(d_out, n, points, axis=axis) * powers(1.0 / a, n, np.ndim(x), axis), x)


@linear(
    signal.zoom_fft,
    "x",
    samples=[
        sample(array(5), 0.7),
        sample(array(5), [0.2, 0.7], 4, endpoint=True),
        sample(array(4, 2), np.array([0.2, 0.7]), 3, fs=3.0, axis=0),
    ],
)
def _(d_out, x, fn, m=None, *, fs=2, endpoint=False, axis=-1):
    n = np.shape(x)[axis]
    points, a = zoomed(fn, fs, np.shape(d_out)[axis], endpoint)
    return real_like(signal.czt(d_out, n, points, axis=axis) * powers(1.0 / a, n, np.ndim(x), axis), x)


@facts(signal.czt)
def _(x, m=None, w=None, a=1 + 0j, *, axis=-1):
    x = as_array(x)
    return Array("complex128" if x.dtype == "float64" else None, one_axis(x.shape, m, axis))


@facts(signal.zoom_fft)
def _(x, fn, m=None, *, fs=2, endpoint=False, axis=-1):
    x = as_array(x)
    return Array("complex128" if x.dtype == "float64" else None, one_axis(x.shape, m, axis))


# -------------------------------------------------------------------------------------------- trends and smoothing


@linear(
    signal.detrend,
    "data",
    refuses=("overwrite_data",),
    samples=[
        sample(array(6)),
        sample(array(6, 2), 0),
        sample(array(2, 6), type="constant"),
        sample(array(8), bp=[3, 5]),
        sample(array(5, dtype="float32")),
    ],
)
def _(d_out, data, axis=-1, type="linear", bp=0, overwrite_data=False):
    return signal.detrend(d_out, axis, type, bp)


@facts(signal.detrend)
def _(data, axis=-1, type="linear", bp=0, overwrite_data=False):
    known = as_array(data)
    return Array("float64" if known.dtype == "float64" else None, known.shape)


def edges_of(n, polyorder, deriv, delta):
    """The matrices that fit a polynomial to the first n values and take it at the first half, and likewise the last."""
    half = n // 2
    fits = signal.savgol_filter(np.eye(n), n, polyorder, deriv, delta, axis=0)
    return fits[:half], fits[n - half :]


constant(edges_of)


def through_savgol(d, n, polyorder, deriv, delta, axis, mode):
    """The cotangent of a signal from that of the polynomials fitted to windows of n of its values."""
    weights = np.flip(signal.savgol_coeffs(n, polyorder, deriv, delta))
    origin = turned_origin(0, n)
    if mode != "interp":
        return through_line(d, weights, axis, mode, origin)
    half, lines = n // 2, np.moveaxis(d, axis, 0)
    first, last = edges_of(n, polyorder, deriv, delta)
    count = np.shape(lines)[0]
    inside = np.zeros_like(lines)
    inside[half : count - half] = lines[half : count - half]
    d_x = through_line(inside, weights, 0, "constant", origin)
    d_x[:n] += np.tensordot(first.T, lines[:half], 1)
    d_x[count - n :] += np.tensordot(last.T, lines[count - half :], 1)
    return np.moveaxis(d_x, 0, axis)


@linear(
    through_savgol,
    "d",
    samples=[sample(array(8), 5, 2, 0, 1.0, -1, "interp"), sample(array(8), 5, 2, 1, 0.5, 0, "wrap")],
)
def _(d_out, d, n, polyorder, deriv, delta, axis, mode):
    return signal.savgol_filter(d_out, n, polyorder, deriv, delta, axis, mode)


@facts(through_savgol)
def _(d, n, polyorder, deriv, delta, axis, mode):
    return Array("float64" if as_array(d).dtype == "float64" else None, as_array(d).shape)


@adjoint(
    signal.savgol_filter,
    "x",
    samples=[
        sample(array(8), 5, 2),
        sample(array(2, 7), 3, 1, mode="nearest"),
        sample(array(7, 2), 3, 1, 1, 0.5, 0, "interp"),
        sample(array(7), 5, 3, deriv=1, mode="mirror"),
        sample(array(7), 5, 3, mode="constant", cval=1.5),
        sample(array(6), 4, 2, mode="wrap"),
        sample(array(8, dtype="float32"), 5, 2),
    ],
)
def _(d_out, out, x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0):
    return through_savgol(d_out, window_length, polyorder, deriv, delta, axis, mode)


@facts(signal.savgol_filter, partly=True)
def _(x):
    return Array("float64" if as_array(x).dtype == "float64" else None, as_array(x).shape)


# ------------------------------------------------------------------------------------------------------ other rates


def refuse_resampling(x, window, domain):
    """Raises UnsupportedError for forms of `scipy.signal.resample` other than of real signals without a window."""
    if np.iscomplexobj(x) or window is not None or domain != "time":
        raise UnsupportedError(
            "scipy.signal.resample has a rule for real signals without a window",
            "resample the real and the imaginary part",
        )


constant(refuse_resampling, pure=False)


def resampled_back(d, n, count):
    """The cotangent of n values along the last axis from that of the `count` values they were resampled to."""
    m = min(n, count)
    d_spectrum = to_spectrum(d, -1, None)[..., : m // 2 + 1] * (count / n)
    if m % 2 == 0 and n != count:
        d_spectrum[..., m // 2] *= 2.0 if count < n else 0.5
    whole = np.zeros_like(d_spectrum, shape=(*np.shape(d)[:-1], n // 2 + 1))
    whole[..., : m // 2 + 1] = d_spectrum
    return to_real(whole, n, -1, None)


@linear(resampled_back, "d", samples=[sample(array(2, 6), 4, 6), sample(array(3), 5, 3)])
def _(d_out, d, n, count):
    return signal.resample(d_out, count, axis=-1)


@facts(resampled_back)
def _(d, n, count):
    return Array("float64" if as_array(d).dtype == "float64" else None, None)


@linear(
    signal.resample,
    "x",
    refuses=("t",),
    samples=[
        *(sample(array(n), m) for n, m in ((6, 4), (4, 6), (5, 3), (5, 8), (4, 4), (6, 3))),
        sample(array(6, 2), 4),
        sample(array(2, 6), 9, axis=1),
        sample(array(6, dtype="float32"), 4),
    ],
)
def _(d_out, x, num, t=None, axis=0, window=None, domain="time"):
    refuse_resampling(x, window, domain)
    d = np.moveaxis(d_out, axis, -1)
    return np.moveaxis(resampled_back(d, np.shape(x)[axis], np.shape(d)[-1]), -1, axis)


@facts(signal.resample)
def _(x, num, t=None, axis=0, window=None, domain="time"):
    if value_of(t) is not None:
        return UNKNOWN
    known = as_array(x)
    return Array("float64" if known.dtype == "float64" else None, one_axis(known.shape, num, axis))


def flipped_filter(h, up):
    """A filter turned round, after as many zeros as make its end meet a value of the signal; and which value."""
    lacking = -(np.size(h) - 1) % up
    return np.concatenate((np.zeros(lacking, dtype=h.dtype), h[::-1])), (np.size(h) - 1 + lacking) // up


constant(flipped_filter)


def refuse_borders(mode, cval):
    """Raises UnsupportedError where a signal is continued by anything but zeros."""
    if mode != "constant" or cval != 0:
        raise UnsupportedError(f"scipy.signal.upfirdn with mode={mode!r} has no rule", "use mode='constant', cval=0")


constant(refuse_borders, pure=False)


@linear(
    signal.upfirdn,
    "x",
    samples=[
        sample(np.array([1.0, 2.0, 0.5]), array(5)),
        sample(np.array([1.0, 2.0, 0.5, -1.0]), array(5), 3, 2),
        sample(np.array([1.0, 2.0]), array(2, 5), 2),
        sample(np.array([1.0, 2.0, 0.5]), array(5, 2), down=3, axis=0),
    ],
)
def _(d_out, h, x, up=1, down=1, axis=-1, mode="constant", cval=0):
    refuse_borders(mode, cval)
    h_back, first = flipped_filter(h, up)
    n = np.shape(x)[axis]
    d_lines = signal.upfirdn(h_back, np.moveaxis(d_out, axis, -1), down, up)[..., first : first + n]
    lacking = np.zeros_like(d_lines, shape=(*np.shape(d_lines)[:-1], n - np.shape(d_lines)[-1]))
    return np.moveaxis(np.concatenate((d_lines, lacking), axis=-1), -1, axis)


@facts(signal.upfirdn)
def _(h, x, up=1, down=1, axis=-1, mode="constant", cval=0):
    double = as_array(h).dtype == as_array(x).dtype == "float64"
    return Array("float64" if double else None, None)


# ------------------------------------------------------------------------------------- what has no derivative at all

constant(signal.argrelextrema, signal.argrelmax, signal.argrelmin, signal.choose_conv_method)
constant(signal.correlation_lags, signal.max_len_seq, signal.check_COLA, signal.check_NOLA, signal.unit_impulse)
