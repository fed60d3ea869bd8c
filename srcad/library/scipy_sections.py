"""Filters as sections of second order in `scipy.signal`: which zeros and poles make a section, and its coefficients.

Guarantee: zeros and poles are paired as SciPy pairs them, and the steps that follow are SciPy's, so that results are
the same bit for bit.  The pairs are found by search and carry no derivative; the coefficients do.
"""

import numpy as np
from scipy import signal

from srcad.facts import Array, List, Tuple, some_dim
from srcad.library.register import implements
from srcad.library.scipy_systems import zeros_and_poles
from srcad.rules.register import constant, facts


def conjugates(roots):
    """Which of these numbers are conjugate to which, those above the real line first, and which are real."""
    order = np.lexsort((np.abs(roots.imag), roots.real))
    tolerance = 100 * np.finfo((1.0 * roots).dtype).eps
    real = np.abs(roots[order].imag) <= tolerance * np.abs(roots[order])
    above, below = (order[~real & (sign * roots[order].imag > 0)] for sign in (1, -1))
    if len(above) != len(below):
        raise ValueError("Array contains complex value with no matching conjugate.")
    found = roots[above]
    same = np.diff(found.real) <= tolerance * np.abs(found[:-1])
    runs = np.concatenate(([0], np.cumsum(~same)))[: len(found)]
    above, below = (half[np.lexsort((np.abs(roots[half].imag), runs))] for half in (above, below))
    if np.any(np.abs(roots[above] - np.conj(roots[below])) > tolerance * np.abs(roots[below])):
        raise ValueError("Array contains complex value with no matching conjugate.")
    return above, below, order[real]


def nearest(roots, left, place, which):
    """Of the roots that are left, the place of the one nearest to another number: of any, real ones or complex ones."""
    order = np.argsort(np.abs(roots[left] - place))
    if which == "any":
        return order[0]
    real = np.isreal(roots[left][order])
    return order[np.nonzero(real if which == "real" else ~real)[0][0]]


def worst(roots, analog):
    """The place of the root nearest to where a filter is no longer stable."""
    return np.argmin(np.abs(np.real(roots)) if analog else np.abs(1 - np.abs(roots)))


def sections(z, p, pairing, analog):
    """For each section, which zeros and which poles it has: one of a conjugate pair is given.

    They are numbered; their conjugates follow in the same order, and the number zero comes last.
    """
    zeros, poles = list(range(len(z))), list(range(len(p)))
    found = []
    while poles:
        first = poles.pop(worst(p[poles], analog))
        is_real = bool(np.isreal(p[first]))
        if is_real and not np.isreal(p[poles]).any():
            of_zeros = [zeros.pop(nearest(z, zeros, p[first], "real"))] if zeros or pairing != "minimal" else []
            ends = [] if pairing == "minimal" else [0]
            found.append((of_zeros + [2 * len(z) for _ in ends], [first] + [2 * len(p) for _ in ends]))
            continue
        alone = not is_real and np.sum(np.isreal(p[poles])) == np.sum(np.isreal(z[zeros])) == 1
        if alone and len(poles) + 1 == len(zeros):
            place = zeros.pop(nearest(z, zeros, p[first], "complex"))
            found.append(([place, len(z) + place], [first, len(p) + first]))
            continue
        second = len(p) + first
        if is_real:
            others = [place for place in poles if np.isreal(p[place])]
            second = others[worst(p[others], analog)]
            poles.remove(second)
        of_zeros = [zeros.pop(nearest(z, zeros, p[first], "any"))] if zeros else []
        if of_zeros and not np.isreal(z[of_zeros[0]]):
            of_zeros.append(len(z) + of_zeros[0])
        elif of_zeros and zeros:
            of_zeros.append(zeros.pop(nearest(z, zeros, p[first], "real")))
        found.append((of_zeros, [first, second]))
    if not found:
        found = [([], []) if analog else ([0, 0], [0, 0])]
    return [(np.array(of_zeros, dtype=int), np.array(of_poles, dtype=int)) for of_zeros, of_poles in reversed(found)]


constant(conjugates, sections)
PLACES = Array("int64", (some_dim(),))


@facts(conjugates)
def _(roots):
    return Tuple((PLACES, PLACES, PLACES))


@facts(sections)
def _(z, p, pairing, analog):
    return List(None, Tuple((PLACES, PLACES)))


def halves(roots):
    """One of each conjugate pair, and what is real."""
    above, below, real = conjugates(roots)
    return np.concatenate(((roots[above] + np.conj(roots[below])) / 2, np.real(roots[real])))


def in_sections(z, p, k, pairing, analog):
    """A filter of zeros, poles and a gain as sections."""
    z, p = np.asarray(z), np.asarray(p)
    if pairing is None:
        pairing = "minimal" if analog else "nearest"
    check_pairing(pairing, analog, k, len(z), len(p))
    if pairing != "minimal":
        n = max(len(z), len(p))
        n = n + (n % 2 if pairing == "nearest" else 0)
        z, p = np.concatenate((z, np.zeros(n - len(z)))), np.concatenate((p, np.zeros(n - len(p))))
    z, p = halves(z), halves(p)
    zeros, poles = np.concatenate((z, np.conj(z), np.zeros(1))), np.concatenate((p, np.conj(p), np.zeros(1)))
    rows = []
    for of_zeros, of_poles in sections(z, p, pairing, analog):
        b, a = np.atleast_1d(np.real(np.poly(zeros[of_zeros]))), np.atleast_1d(np.real(np.poly(poles[of_poles])))
        rows.append(np.concatenate((np.zeros(3 - len(b)), b, np.zeros(3 - len(a)), a)))
    sos = np.array(rows)
    sos[0, :3] *= np.real(k)
    return sos


def check_pairing(pairing, analog, k, zeros, poles):
    """Raises ValueError where there are no such sections."""
    if pairing not in ("nearest", "keep_odd", "minimal"):
        raise ValueError(f"pairing must be one of ['nearest', 'keep_odd', 'minimal'], not {pairing}")
    if analog and pairing != "minimal":
        raise ValueError('for analog zpk2sos conversion, pairing must be "minimal"')
    if pairing == "minimal" and poles < zeros:
        raise ValueError("for analog zpk2sos conversion, must have len(p)>=len(z)")
    if not np.isreal(k):
        raise ValueError("k must be real")


constant(check_pairing, pure=False)


@implements(signal.zpk2sos)
def _(z, p, k, pairing=None, *, analog=False):
    return in_sections(z, p, k, pairing, analog)


@implements(signal.tf2sos)
def _(b, a, pairing=None, *, analog=False):
    z, p, k = zeros_and_poles(np.asarray(b), np.asarray(a))
    return in_sections(z, p, k, pairing, analog)
