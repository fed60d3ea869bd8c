"""Forms of linear filters in `scipy.signal`: polynomials, sections, zeros and poles, and changes of frequency.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.
"""

import math
import warnings

import numpy as np
from scipy import signal

from srcad.facts import List, Tuple, widen
from srcad.library.kinds import a_matrix, a_number, a_vector
from srcad.library.register import implements
from srcad.rules.register import constant


def coefficients(fact):
    """A vector, or a list or tuple of numbers."""
    known = widen(fact)
    if isinstance(known, Tuple):
        return all(map(a_number, known.items))
    return a_vector(fact) or isinstance(known, List) and a_number(known.element)


# ------------------------------------------------------------------------------------------------------- polynomials


def leading_zeros(values):
    """How many of the first values are zero, all but one at most."""
    found = np.flatnonzero(values)
    return int(found[0]) if len(found) > 0 else len(values) - 1


def too_small(values):
    """How many of the first coefficients of a numerator are next to zero, with SciPy's warning if there are any."""
    found = np.flatnonzero(np.abs(values) > 1e-14)
    count = int(found[0]) if len(found) > 0 else len(values)
    if count > 0:
        warnings.warn(
            "Badly conditioned filter coefficients (numerator): the results may be meaningless",
            signal.BadCoefficients,
            stacklevel=2,
        )
    return min(count, len(values) - 1)


constant(leading_zeros)
constant(too_small, pure=False)


def normalized(b, a):
    """Numerator and denominator with the first coefficient of the denominator one, without leading zeros."""
    if np.all(a == 0):
        raise ValueError("Denominator must have at least on nonzero element.")
    a = a[leading_zeros(a) :]
    b, a = b / a[0], a / a[0]
    return b[too_small(b) :], a


@implements(signal.normalize)
def _(b: coefficients, a: coefficients):
    return normalized(np.asarray(b), np.asarray(a))


@implements(signal.zpk2tf)
def _(z: coefficients, p: coefficients, k):
    return k * np.poly(np.asarray(z)), np.atleast_1d(np.poly(np.asarray(p)))


@implements(signal.tf2zpk)
def _(b: coefficients, a: coefficients):
    return zeros_and_poles(np.asarray(b), np.asarray(a))


def zeros_and_poles(b, a):
    """The zeros and poles of a quotient of polynomials, and its gain."""
    b, a = normalized(b, a)
    k = b[0]
    return np.roots(b / k), np.roots(a), k


@implements(signal.sos2tf)
def _(sos: a_matrix):
    b, a = np.ones(1), np.ones(1)
    for section in sos:
        b = np.convolve(b, section[:3])
        a = np.convolve(a, section[3:])
    return b, a


@implements(signal.sos2zpk)
def _(sos: a_matrix):
    zeros, poles, gain = [], [], 1.0
    for section in sos:
        z, p, k = zeros_and_poles(section[:3], section[3:])
        zeros.append(np.concatenate((z + 0j, np.zeros(2 - len(z)))))
        poles.append(np.concatenate((p + 0j, np.zeros(2 - len(p)))))
        gain = gain * k
    return np.concatenate(zeros), np.concatenate(poles), gain


# --------------------------------------------------------------------------------------------- changes of frequency


def powers(base, order):
    """The powers of a polynomial, from the one on."""
    found = [np.ones(1), base]
    for _ in range(order - 1):
        found.append(np.convolve(found[-1], base))
    return found


def mapped(values, order, below, above):
    """The polynomial with these coefficients, of (z - 1) / (z + 1), times the power of what stands below."""
    total = np.zeros(order + 1)
    for q in range(len(values)):
        total = total + np.convolve(values[len(values) - 1 - q] * below[order - q], above[q])
    return total[::-1]


@implements(signal.bilinear)
def _(b: coefficients, a: coefficients, fs=1.0):
    b, a = np.asarray(b), np.asarray(a)
    b, a = b[leading_zeros(b) :], a[leading_zeros(a) :]
    factor, order = np.sqrt(fs * 2), max(len(b), len(a)) - 1
    below, above = powers(np.array([1.0, 1.0]) / factor, order), powers(np.array([-1.0, 1.0]) * factor, order)
    return normalized(mapped(b, order, below, above), mapped(a, order, below, above))


@implements(signal.lp2lp)
def _(b: coefficients, a: coefficients, wo: a_number = 1.0):
    b, a = np.asarray(b), np.asarray(a)
    d, n = len(a), len(b)
    powers = wo ** np.arange(max(d, n) - 1.0, -1.0, -1.0)
    start = max(n - d, 0)
    return normalized(b * powers[start] / powers[max(d - n, 0) :], a * powers[start] / powers[start:])


@implements(signal.lp2hp)
def _(b: coefficients, a: coefficients, wo: a_number = 1.0):
    b, a = np.asarray(b), np.asarray(a)
    d, n = len(a), len(b)
    powers = wo ** np.arange(float(max(d, n)))
    above = np.concatenate((b[::-1] * powers[:n], np.zeros(max(d - n, 0))))
    return normalized(above, np.concatenate((a[::-1] * powers[:d], np.zeros(max(n - d, 0)))))


def to_band(values, order, wo, bw):
    """The polynomial with these coefficients, of (s^2 + wo^2) / (s bw), times s to the power of the order."""
    found, last = [], len(values) - 1
    for j in range(last + order + 1):
        total = 0.0
        for i in range(last + 1):
            k, odd = divmod(j - order + i, 2)
            if odd == 0 and 0 <= k <= i:
                total = total + math.comb(i, k) * values[last - i] * (wo * wo) ** (i - k) / bw**i
        found.append(total)
    return np.array(found[::-1])


@implements(signal.lp2bp)
def _(b: coefficients, a: coefficients, wo: a_number = 1.0, bw: a_number = 1.0):
    order = max(len(b), len(a)) - 1
    return normalized(to_band(np.asarray(b), order, wo, bw), to_band(np.asarray(a), order, wo, bw))


def beside_band(values, order, wo, bw):
    """The polynomial with these coefficients, of s bw / (s^2 + wo^2), times what is below to the power of the order."""
    found, last = [], len(values) - 1
    for j in range(2 * order + 1):
        total = 0.0
        for i in range(last + 1):
            k, odd = divmod(j - i, 2)
            if odd == 0 and 0 <= k <= order - i:
                total = total + math.comb(order - i, k) * values[last - i] * (wo * wo) ** (order - i - k) * bw**i
        found.append(total)
    return np.array(found[::-1])


@implements(signal.lp2bs)
def _(b: coefficients, a: coefficients, wo: a_number = 1.0, bw: a_number = 1.0):
    order = max(len(b), len(a)) - 1
    return normalized(beside_band(np.asarray(b), order, wo, bw), beside_band(np.asarray(a), order, wo, bw))


def around_stop(roots, wo, bw):
    """Where these zeros or poles go in a band that is left out."""
    middle = ((bw / 2) / np.asarray(roots)).astype(complex)
    beside = np.sqrt(middle**2 - wo**2)
    return np.concatenate((middle + beside, middle - beside))


def without_band(z, p, k, wo, bw):
    """The zeros, poles and gain of a filter that leaves out a band."""
    ends = 1j * wo * np.ones(len(p) - len(z))
    gain = k * np.real(np.prod(-np.asarray(z)) / np.prod(-np.asarray(p)))
    return np.concatenate((around_stop(z, wo, bw), ends, -ends)), around_stop(p, wo, bw), gain


@implements(signal.lp2bs_zpk)
def _(z: coefficients, p: coefficients, k, wo: a_number = 1.0, bw: a_number = 1.0):
    return without_band(z, p, k, wo, bw)


# -------------------------------------------------------------------------------------------------------- responses


@implements(signal.group_delay)
def _(system, w: a_vector, whole=False, fs=2 * math.pi):
    b, a = np.atleast_1d(system[0]), np.atleast_1d(system[1])
    c = np.convolve(b, np.conjugate(a[::-1]))
    z = np.exp(-1j * (2 * math.pi * w / fs))
    above, below = np.polyval((c * np.arange(len(c)))[::-1], z), np.polyval(c[::-1], z)
    check_delay(above, below)
    return 2 * math.pi * w / fs * (fs / (2 * math.pi)), np.real(above / below) - len(a) + 1


def check_delay(above, below):
    """Raises ZeroDivisionError where a group delay is singular, which has no derivative."""
    if np.any(below == 0):
        raise ZeroDivisionError("the group delay is singular at one of the frequencies")


constant(check_delay, pure=False)
