"""Partial fractions, Savitzky-Golay filters and filters by the name of their kind, in `scipy.signal`.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.  Partial fractions of
poles that are equal, or nearly so, are refused: roots have no derivative there.
"""

import math

import numpy as np
from scipy import linalg, signal

from srcad.errors import UnsupportedError
from srcad.facts import Array, some_dim
from srcad.library.kinds import exactly, varies
from srcad.library.register import implements
from srcad.library.scipy_designs import a_form, bessel, butterworth, designed, elliptic
from srcad.rules.register import constant, facts

# ------------------------------------------------------------------------------------------------ partial fractions


def by_size(poles, tol):
    """The order of poles by their absolute values.  Raises UnsupportedError where some count as one."""
    if len(poles) > 1 and np.min(np.abs(poles[:, np.newaxis] - poles) + np.diag(np.full(len(poles), np.inf))) <= tol:
        raise UnsupportedError(
            "partial fractions of poles that count as one have no derivative", "choose a smaller tol, or other poles"
        )
    return np.argsort(np.abs(poles))


def check_denominator(a, in_delays):
    """Raises ValueError for a denominator that is zero, or has no value at infinity."""
    if np.size(a) == 0:
        raise ValueError("Denominator `a` is zero.")
    if in_delays and a[0] == 0:
        raise ValueError("First coefficient of determinant `a` must be non-zero.")


def begins(values):
    """How many of the first values are zero."""
    found = np.flatnonzero(values)
    return int(found[0]) if len(found) > 0 else len(values)


def ends(values):
    """How many values there are before the last ones that are zero."""
    found = np.flatnonzero(values)
    return int(found[-1]) + 1 if len(found) > 0 else 0


constant(by_size, check_denominator, pure=False)
constant(begins, ends)


@facts(by_size)
def _(poles, tol):
    return Array("int64", (some_dim(),))


def residues_at(places, numerator):
    """The residues of a numerator over the polynomial with these roots."""
    numerator = numerator.astype(np.result_type(numerator, places))
    after = [np.ones(1)]
    for i in range(len(places) - 1, 0, -1):
        after.append(np.polymul(after[-1], np.array([1.0, -places[i]])))
    found, before = [], np.ones(1)
    for i in range(len(places)):
        others = np.polymul(before, after[len(places) - 1 - i])
        found.append(np.polyval(numerator, places[i]) / np.polyval(others, places[i]))
        before = np.polymul(before, np.array([1.0, -places[i]]))
    return np.array(found)


def divided(above, below):
    """The quotient of two polynomials, and what is left."""
    if len(above) < len(below):
        return np.zeros(0), above
    return np.polydiv(above, below)


@implements(signal.residue)
def _(b, a, tol=1e-3, rtype: exactly("avg") = "avg"):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    b, a = b[begins(b) :], a[begins(a) :]
    check_denominator(a, False)
    poles = np.roots(a)
    poles = poles[by_size(poles, tol)]
    k, rest = divided(b, a)
    return residues_at(poles, rest) / a[0], poles, k


@implements(signal.residuez)
def _(b, a, tol=1e-3, rtype: exactly("avg") = "avg"):
    b, a = np.atleast_1d(np.asarray(b)), np.atleast_1d(np.asarray(a))
    b, a = b[: ends(b)], a[: ends(a)]
    check_denominator(a, True)
    poles = np.roots(a)
    poles = poles[by_size(poles, tol)]
    k, rest = divided(b[::-1], a[::-1])
    return residues_at(1 / poles, rest) * (-poles / a[::-1][0]), poles, k[::-1]


# ------------------------------------------------------------------------------------------ Savitzky-Golay filters


def check_window(length, order, pos, use):
    """Raises ValueError for polynomials that no window determines."""
    if order >= length:
        raise ValueError("polyorder must be less than window_length.")
    if not 0 <= pos < length:
        raise ValueError("pos must be nonnegative and less than window_length.")
    if use not in ("conv", "dot"):
        raise ValueError("`use` must be 'conv' or 'dot'")


constant(check_window, pure=False)


@implements(signal.savgol_coeffs, when=varies("delta", "pos"))
def _(window_length, polyorder, deriv=0, delta=1.0, pos=None, use="conv"):
    place = (window_length // 2 if window_length % 2 else window_length // 2 - 0.5) if pos is None else pos
    check_window(window_length, polyorder, place, use)
    if deriv > polyorder:
        return np.zeros(window_length)
    x = np.arange(-place, window_length - place, dtype=float)
    if use == "conv":
        x = np.flip(x)
    powers = x ** np.reshape(np.arange(polyorder + 1, dtype=float), (-1, 1))
    wanted = np.zeros(polyorder + 1)
    wanted[deriv] = math.factorial(deriv) / delta**deriv
    found, _residuals, _rank, _sizes = linalg.lstsq(powers, wanted, cond=2.220446049250313e-16 * window_length)
    return found


# --------------------------------------------------------------------------------------------------- filters by name


@implements(signal.iirfilter, when=varies("Wn", "rp", "rs", "fs"))
def _(N, Wn, rp=None, rs=None, btype="band", analog=False, ftype="butter", output: a_form = "ba", fs=None):  # noqa: N803
    kind = family_of(ftype)
    if kind == "butter":
        return designed(butterworth(N), Wn, btype, analog, output, fs)
    if kind == "cheby1":
        return designed(signal.cheb1ap(N, rp), Wn, btype, analog, output, fs)
    if kind == "cheby2":
        return designed(signal.cheb2ap(N, rs), Wn, btype, analog, output, fs)
    if kind == "ellip":
        return designed(elliptic(N, rp, rs), Wn, btype, analog, output, fs)
    return designed(bessel(N, kind), Wn, btype, analog, output, fs)


FAMILIES = {
    "butter": ("butter", "butterworth"),
    "cheby1": ("cheby1", "cheb1", "chebyshev1", "chebyshevi"),
    "cheby2": ("cheby2", "cheb2", "chebyshev2", "chebyshevii"),
    "ellip": ("ellip", "elliptic", "cauer"),
    "phase": ("bessel", "bessel_phase"),
    "delay": ("bessel_delay",),
    "mag": ("bessel_mag",),
}
"""The families of filters, those of Bessel by what is normal about them, and their names."""


def family_of(name):
    """The family of filters of this name."""
    for family, names in FAMILIES.items():
        if name.lower() in names:
            return family
    raise ValueError(f"'{name}' is not a valid basic IIR filter.")


constant(family_of, folds=True)
