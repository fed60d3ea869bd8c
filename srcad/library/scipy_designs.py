"""Filters that `scipy.signal` designs from prototypes: Butterworth, Chebyshev, Bessel and elliptic ones.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.  The coefficients are
differentiated in the frequencies, and in what ripples a Chebyshev filter may have.
"""

import numpy as np
from scipy import signal

from srcad.facts import Known
from srcad.library.kinds import varies
from srcad.library.register import implements
from srcad.library.scipy_sections import in_sections
from srcad.library.scipy_systems import without_band
from srcad.rules.primitives import sample
from srcad.rules.register import constant, undifferentiated

NAMES = {
    "low": ("low", "lowpass", "lp", "l"),
    "high": ("high", "highpass", "hp", "h"),
    "band": ("band", "bandpass", "bp", "pass"),
    "stop": ("stop", "bandstop", "bs"),
}


def a_form(fact):
    """The name of the form of a filter: two polynomials, zeros, poles and a gain, or sections."""
    return fact in (Known("ba"), Known("zpk"), Known("sos"))


def kind_of(name):
    """What passes a filter."""
    for kind, names in NAMES.items():
        if name.lower() in names:
            return kind
    raise ValueError(f"'{name}' is an invalid bandtype for filter.")


def check_frequencies(frequencies, analog):
    """Raises ValueError for frequencies that no filter can have."""
    if np.any(np.asarray(frequencies) <= 0):
        raise ValueError("filter critical frequencies must be greater than 0")
    if not analog and np.any(np.asarray(frequencies) >= 1):
        raise ValueError("Digital filter critical frequencies must be 0 < Wn < 1")


constant(kind_of, folds=True)
constant(check_frequencies, pure=False)


def designed(prototype, frequencies, name, analog, output, fs):
    """The filter that a prototype becomes at these frequencies."""
    z, p, k = prototype
    if isinstance(frequencies, (list, tuple)):
        frequencies = np.asarray(frequencies, dtype=float)
    wn = frequencies if fs is None else 2 * frequencies / fs
    check_frequencies(wn, analog)
    warped = wn if analog else 4.0 * np.tan(np.pi * wn / 2.0)
    kind = kind_of(name)
    if kind == "low":
        z, p, k = signal.lp2lp_zpk(z, p, k, wo=warped)
    elif kind == "high":
        z, p, k = signal.lp2hp_zpk(z, p, k, wo=warped)
    else:
        middle, width = np.sqrt(warped[0] * warped[1]), warped[1] - warped[0]
        if kind == "band":
            z, p, k = signal.lp2bp_zpk(z, p, k, wo=middle, bw=width)
        else:
            z, p, k = without_band(z, p, k, middle, width)
    if not analog:
        z, p, k = signal.bilinear_zpk(z, p, k, fs=2.0)
    if output == "sos":
        return in_sections(z, p, k, None, analog)
    return (z, p, k) if output == "zpk" else (k * np.poly(z), np.atleast_1d(np.poly(p)))


def butterworth(order):
    """The prototype of a Butterworth filter."""
    return signal.buttap(order)


def bessel(order, norm):
    """The prototype of a Bessel filter."""
    return signal.besselap(order, norm=norm)


def elliptic(order, rp, rs):
    """The prototype of an elliptic filter."""
    return signal.ellipap(order, rp, rs)


undifferentiated(butterworth, [sample(3)])
undifferentiated(bessel, [sample(3, "phase")])
undifferentiated(elliptic, [sample(3, 1.0, 40.0)])


@implements(signal.butter, when=varies("Wn", "fs"))
def _(N, Wn, btype="low", analog=False, output: a_form = "ba", fs=None):  # noqa: N803 (SciPy's own names)
    return designed(butterworth(N), Wn, btype, analog, output, fs)


@implements(signal.cheby1, when=varies("rp", "Wn", "fs"))
def _(N, rp, Wn, btype="low", analog=False, output: a_form = "ba", fs=None):  # noqa: N803
    return designed(signal.cheb1ap(N, rp), Wn, btype, analog, output, fs)


@implements(signal.cheby2, when=varies("rs", "Wn", "fs"))
def _(N, rs, Wn, btype="low", analog=False, output: a_form = "ba", fs=None):  # noqa: N803
    return designed(signal.cheb2ap(N, rs), Wn, btype, analog, output, fs)


@implements(signal.bessel, when=varies("Wn", "fs"))
def _(N, Wn, btype="low", analog=False, output: a_form = "ba", norm="phase", fs=None):  # noqa: N803
    return designed(bessel(N, norm), Wn, btype, analog, output, fs)


@implements(signal.ellip, when=varies("rp", "rs", "Wn", "fs"))
def _(N, rp, rs, Wn, btype="low", analog=False, output: a_form = "ba", fs=None):  # noqa: N803
    return designed(elliptic(N, rp, rs), Wn, btype, analog, output, fs)
