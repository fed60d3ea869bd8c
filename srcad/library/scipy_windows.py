"""Windows of `scipy.signal` whose shape is given by numbers, and filters that are an ideal one under a window.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.  Windows and filters of
which all is known are left to SciPy.
"""

import numpy as np
from scipy import signal
from scipy.signal.windows import _windows

from srcad.facts import INT, Fact, Known, Tuple
from srcad.library.kinds import a_number, none, varies
from srcad.library.register import implements
from srcad.rules.register import constant, facts

if hasattr(_windows, "_namespace"):  # which of the libraries of arrays makes a window

    @implements(_windows._namespace)
    def _(xp: none):
        return np

    constant(_windows._namespace)

    @facts(_windows._namespace)
    def _(xp):
        return Known(np)


# ------------------------------------------------------------------------------------------------------- by name

SHAPED = (
    "exponential",
    "gaussian",
    "general_cosine",
    "general_gaussian",
    "general_hamming",
    "kaiser",
    "kaiser_bessel_derived",
    "tukey",
)
"""The windows that are differentiated in the numbers after their names."""

SUFFIXES = ("_symmetric", "_periodic")


def window_of(name):
    """The name of the function that makes a window of this name, None if there is none."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return _windows._WIN_FUNCS[name][0].__name__ if name in _windows._WIN_FUNCS else None


def is_symmetric(name, fftbins):
    """Whether a window of this name is symmetric, rather than periodic."""
    return name.endswith("_symmetric") or not (fftbins or name.endswith("_periodic"))


constant(window_of, is_symmetric, folds=True)


def shaped(fact: Fact) -> bool:
    """A window with a name that is known, and with numbers that are not."""
    if not isinstance(fact, Tuple) or all(isinstance(item, Known) for item in fact.items):
        return False
    name = fact.items[0]
    return isinstance(name, Known) and isinstance(name.value, str) and window_of(name.value) in SHAPED


def varying_number(fact: Fact) -> bool:
    """A number that is not known."""
    return a_number(fact) and not isinstance(fact, Known)


@implements(signal.get_window)
def _(window: varying_number, Nx, fftbins=True):  # noqa: N803 (SciPy's own name)
    return signal.windows.kaiser(Nx, window, not fftbins)


@implements(signal.get_window)
def _(window: shaped, Nx, fftbins=True):  # noqa: N803
    name, sym = window_of(window[0]), is_symmetric(window[0], fftbins)
    if name == "exponential":
        return signal.windows.exponential(Nx, *window[1:], sym=sym)
    if name == "gaussian":
        return signal.windows.gaussian(Nx, window[1], sym)
    if name == "general_cosine":
        return signal.windows.general_cosine(Nx, window[1], sym)
    if name == "general_gaussian":
        return signal.windows.general_gaussian(Nx, window[1], window[2], sym)
    if name == "general_hamming":
        return signal.windows.general_hamming(Nx, window[1], sym)
    if name == "kaiser":
        return signal.windows.kaiser(Nx, window[1], sym)
    if name == "kaiser_bessel_derived":
        return signal.windows.kaiser_bessel_derived(Nx, window[1], sym=sym)
    return signal.windows.tukey(Nx, window[1], sym)


# ------------------------------------------------------------------------------------------- filters under windows


def check_cutoff(ends):
    """Raises ValueError for frequencies that no filter can have, the highest frequency being 1."""
    if np.ndim(ends) > 1:
        raise ValueError("The cutoff argument must be at most one-dimensional.")
    if np.size(ends) == 0:
        raise ValueError("At least one cutoff frequency must be given.")
    if np.min(ends) <= 0 or np.max(ends) >= 1:
        raise ValueError("Invalid cutoff frequency: frequencies must be greater than 0 and less than fs/2.")
    if np.any(np.diff(ends) <= 0):
        raise ValueError("Invalid cutoff frequencies: the frequencies must be strictly increasing.")


def bands_beyond(pass_zero, count, numtaps):
    """Whether a filter with so many cutoff frequencies passes the lowest and the highest frequency, as 0 or 1.

    Raises ValueError where there is no such filter.
    """
    single = {"lowpass": True, "highpass": True, "bandpass": False, "bandstop": False}
    if pass_zero in single and single[pass_zero] != (count == 1):
        needed = "one element" if single[pass_zero] else "at least two elements"
        raise ValueError(f'cutoff must have {needed} if pass_zero=="{pass_zero}"')
    if not (pass_zero in single or pass_zero is True or pass_zero is False):
        raise ValueError(f"pass_zero is {pass_zero!r}, neither a bool nor the name of a filter")
    lowest = pass_zero in (True, "lowpass", "bandstop")
    highest = (count % 2 == 0) == lowest
    if highest and numtaps % 2 == 0:
        raise ValueError(
            "A filter with an even number of coefficients must have zero response at the Nyquist frequency."
        )
    return int(lowest), int(highest)


constant(check_cutoff, bands_beyond, pure=False)


@facts(bands_beyond)
def _(pass_zero, count, numtaps):
    return Tuple((INT, INT))


@implements(signal.firwin, when=varies("cutoff", "width", "window", "fs"))
def _(numtaps, cutoff, *, width=None, window="hamming", pass_zero=True, scale=True, fs=None):
    nyquist = 0.5 * (2 if fs is None else fs)
    ends = np.atleast_1d(np.asarray(cutoff, dtype=float)) / nyquist
    check_cutoff(ends)
    shape = window if width is None else signal.kaiser_beta(signal.kaiser_atten(numtaps, width / nyquist))
    lowest, highest = bands_beyond(pass_zero, len(ends), numtaps)
    edges = np.concatenate((np.zeros(lowest), ends, np.ones(highest)))
    m = np.arange(0, numtaps, dtype=float) - 0.5 * (numtaps - 1)
    h = np.zeros(numtaps)
    for j in range(0, len(edges), 2):
        h = h + edges[j + 1] * np.sinc(edges[j + 1] * m)
        h = h - edges[j] * np.sinc(edges[j] * m)
    h = h * signal.get_window(shape, numtaps, fftbins=False)
    if scale:
        if edges[0] == 0:
            middle = 0.0
        elif edges[1] == 1:
            middle = 1.0
        else:
            middle = 0.5 * (edges[0] + edges[1])
        h = h / np.sum(h * np.cos(np.pi * m * middle))
    return h
