"""Functions of `scipy.signal` that are small programs: filters forwards and backwards, quotients, other rates.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.
"""

import math

import numpy as np
from scipy import signal

from srcad.library.kinds import a_float_array, a_vector, an_array, exactly, none
from srcad.library.register import implements
from srcad.rules.primitives import sample
from srcad.rules.register import constant, undifferentiated
from srcad.rules.scipy.filters import continued, without_margins


@implements(signal.lfilter_zi)
def _(b: a_vector, a: a_vector):
    return steady_state(b, a)


def steady_state(b, a):
    """The state in which a filter answers a step with a constant."""
    b, a = b / a[0], a / a[0]  # which changes no bit where a[0] is 1
    count = max(len(a), len(b))
    if len(a) < count:
        a = np.concatenate((a, np.zeros(count - len(a))))
    elif len(b) < count:
        b = np.concatenate((b, np.zeros(count - len(b))))
    first_column = np.concatenate((np.reshape(1.0 + a[1:2], (1, 1)), np.reshape(a[2:], (-1, 1))))
    shift = np.eye(count - 1) - np.eye(count - 1, k=1)
    matrix = np.concatenate((first_column, shift[:, 1:]), axis=1)
    return np.linalg.solve(matrix, b[1:] - a[1:] * b[0])


@implements(signal.sosfilt_zi)
def _(sos: a_float_array):
    return steady_states(sos)


def steady_states(sos):
    """The states in which the sections of a filter answer a step with constants."""
    states, scale = [], 1.0
    for section in sos:
        states.append(scale * steady_state(section[:3], section[3:]))
        scale = scale * (np.sum(section[:3]) / np.sum(section[3:]))
    return np.array(states)


def margin(padtype, padlen, count):
    """By how many values signals are continued for a filter with so many coefficients."""
    if padtype not in ("even", "odd", "constant", None):
        raise ValueError(
            f"Unknown value '{padtype}' given to padtype. padtype must be 'even', 'odd', 'constant', or None."
        )
    if padtype is None:
        return 0
    return 3 * count if padlen is None else padlen


@implements(signal.filtfilt)
def _(
    b: an_array,
    a: an_array,
    x: a_float_array,
    axis=-1,
    padtype="odd",
    padlen=None,
    method: exactly("pad") = "pad",
    irlen=None,
):
    b, a = np.atleast_1d(b), np.atleast_1d(a)
    edge = margin(padtype, padlen, max(len(a), len(b)))
    lines = continued(np.moveaxis(x, axis, -1), edge, padtype)
    state = steady_state(b, a)
    there, _end = signal.lfilter(b, a, lines, zi=state * lines[..., :1])
    back, _end = signal.lfilter(b, a, there[..., ::-1], zi=state * there[..., -1:])
    return np.moveaxis(without_margins(back[..., ::-1], edge), -1, axis)


@implements(signal.sosfiltfilt)
def _(sos: a_float_array, x: a_float_array, axis=-1, padtype="odd", padlen=None):
    return both_ways(sos, x, axis, padtype, padlen)


def both_ways(sos, x, axis, padtype, padlen):
    """Signals filtered by sections forwards and backwards."""
    orders = 2 * len(sos) + 1 - min(np.sum(sos[:, 2] == 0), np.sum(sos[:, 5] == 0))
    edge = margin(padtype, padlen, int(orders))
    lines = continued(np.moveaxis(x, axis, -1), edge, padtype)
    states = np.reshape(steady_states(sos), (len(sos), *[1] * (np.ndim(x) - 1), 2))
    there, _end = signal.sosfilt(sos, lines, zi=states * lines[..., :1])
    back, _end = signal.sosfilt(sos, there[..., ::-1], zi=states * there[..., -1:])
    return np.moveaxis(without_margins(back[..., ::-1], edge), -1, axis)


@implements(signal.deconvolve)
def _(signal: a_vector, divisor: a_vector):
    return quotient(signal, divisor)


def quotient(dividend, divisor):
    """The quotient of two polynomials, and what is left."""
    n, m = len(dividend), len(divisor)
    if m > n:
        return [], dividend
    impulse = np.zeros(n - m + 1)
    impulse[0] = 1
    found = signal.lfilter(dividend, divisor, impulse)
    return found, dividend - signal.convolve(divisor, found, mode="full")


@implements(signal.resample_poly)
def _(
    x: a_float_array,
    up,
    down,
    axis=0,
    window=("kaiser", 5.0),
    padtype: exactly("constant") = "constant",
    cval: none = None,
):
    common = math.gcd(up, down)
    up, down = up // common, down // common
    if up == 1 and down == 1:
        return x.copy()
    lines = np.moveaxis(x, axis, -1)
    n = np.shape(lines)[-1]
    count = -(-n * up // down)
    h, first = resampling_filter(n, count, up, down, window, x.dtype)
    return np.moveaxis(signal.upfirdn(h, lines, up, down)[..., first : first + count], -1, axis)


def resampling_filter(n, count, up, down, window, dtype):
    """The filter of `resample_poly`, zeros before and after it, and which of its results is the first one asked for."""
    if isinstance(window, (list, np.ndarray)):
        h = np.array(window)
        half = (len(h) - 1) // 2
    else:
        half = 10 * max(up, down)
        h = signal.firwin(2 * half + 1, 1.0 / max(up, down), window=window).astype(dtype)
    before = down - half % down
    first = (half + before) // down
    after = 0
    while ((n - 1) * up + len(h) + before + after - 1) // down + 1 < count + first:
        after += 1
    return np.concatenate((np.zeros(before, dtype), h * up, np.zeros(after, dtype))), first


constant(margin)
undifferentiated(resampling_filter, [sample(5, 10, 2, 1, ("kaiser", 5.0), "float64")])


@implements(signal.decimate)
def _(x: a_float_array, q, n: none = None, ftype: exactly("iir") = "iir", axis=-1, zero_phase: exactly(True) = True):
    sos = signal.cheby1(8, 0.05, 0.8 / q, output="sos").astype(x.dtype)
    y = both_ways(sos, x, axis, "odd", None)
    return np.moveaxis(np.moveaxis(y, axis, 0)[::q], 0, axis)


@implements(signal.coherence)
def _(
    x: a_float_array,
    y: a_float_array,
    fs=1.0,
    window="hann",
    nperseg=None,
    noverlap=None,
    nfft=None,
    detrend="constant",
    axis=-1,
):
    form = {"fs": fs, "window": window, "nperseg": nperseg, "noverlap": noverlap, "nfft": nfft}
    frequencies, of_x = signal.welch(x, **form, detrend=detrend, axis=axis)
    _frequencies, of_y = signal.welch(y, **form, detrend=detrend, axis=axis)
    _frequencies, of_both = signal.csd(x, y, **form, detrend=detrend, axis=axis)
    return frequencies, np.abs(of_both) ** 2 / of_x / of_y
