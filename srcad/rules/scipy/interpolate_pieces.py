"""`scipy.interpolate`: the values of piecewise polynomials, linear in the coefficients.

A value is a sum of powers of the distance from the breakpoint before it, so the cotangent of the coefficients of a
piece is the sum over the places in it of the same powers.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import interpolate

from srcad.errors import UnsupportedError
from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array
from srcad.rules.scipy.interpolate import through_places


def values(c, x, places, nu, extrapolate):
    """The values of a piecewise polynomial at places, or of a derivative of it."""
    return interpolate.PPoly(c, x, extrapolate)(places, nu)


def pieces(x, places):
    """In which piece each place is; what is outside belongs to the first or last one."""
    return np.clip(np.searchsorted(x, places, side="right") - 1, 0, len(x) - 2)


def check_pieces(nu, extrapolate):
    """Raises UnsupportedError for integrals, and for what repeats."""
    if nu < 0 or extrapolate == "periodic":
        raise UnsupportedError(
            "coefficients of piecewise polynomials that are integrated, or periodic, have no rule",
            "evaluate the polynomial itself, at places inside",
        )


constant(pieces)
constant(check_pieces, pure=False)
BREAKS = np.array([0.0, 0.7, 1.2, 2.0])
PLACES = np.array([0.3, 1.0, 1.9, 0.9, -0.4, 2.6])


@adjoint(
    values,
    "c",
    "x",
    "places",
    samples=[
        sample(array(4, 3), BREAKS, PLACES, 0, None),
        sample(array(4, 3), BREAKS, np.reshape(PLACES, (2, 3)), 1, True),
        sample(array(3, 3, 2), BREAKS, PLACES, 0, None),
        sample(array(2, 3), BREAKS, 0.4, 0, None),
    ],
)
def _(d_out, out, c, x, places, nu, extrapolate):
    check_pieces(nu, extrapolate)
    at = np.ravel(places)
    piece = pieces(x, at)
    distance = at - x[piece]
    d = np.reshape(d_out, (np.size(at), *np.shape(c)[2:]))
    d_c = np.zeros_like(c)
    for power in range(nu, len(c)):
        weights = math.perm(power, nu) * distance ** (power - nu)
        np.add.at(d_c, (len(c) - 1 - power, piece), np.reshape(weights, (-1, *[1] * (np.ndim(c) - 2))) * d)
    slopes = values(c, x, places, nu + 1, extrapolate)
    d_places = np.zeros(np.shape(places)) + through_places(d_out, slopes, places, 0)
    d_x = np.zeros_like(x)
    np.add.at(d_x, piece, -np.ravel(d_places))
    return d_c, d_x, d_places


@facts(values)
def _(c, x, places, nu, extrapolate):
    known, shape = as_array(c), as_array(places).shape
    if known.shape is None or shape is None:
        return Array(None, None)
    return Array("float64" if known.dtype == "float64" else None, (*shape, *known.shape[2:]))


# ------------------------------------------------------------------------------------------------------- integrals


def integral(c, x, a, b, extrapolate):
    """The integral of a piecewise polynomial, of which the first and last piece go on outside."""
    return interpolate.PPoly(c, x, extrapolate).integrate(a, b)


@adjoint(
    integral,
    "c",
    "a",
    "b",
    samples=[
        sample(array(4, 3), BREAKS, 0.3, 1.9, None),
        sample(array(3, 3, 2), BREAKS, 2.6, 0.5, None),
        sample(array(2, 3), BREAKS, -0.4, 2.3, True),
    ],
)
def _(d_out, out, c, x, a, b, extrapolate):
    check_pieces(0, extrapolate)
    first, last = np.append(-np.inf, x[1:-1]), np.append(x[1:-1], np.inf)
    begin, end = np.clip(a, first, last) - x[:-1], np.clip(b, first, last) - x[:-1]
    d = np.asarray(d_out)
    rows = [np.multiply.outer((end**n - begin**n) / n, d) for n in range(len(c), 0, -1)]
    d_a = -np.sum(d * values(c, x, a, 0, extrapolate))
    return np.array(rows), d_a, np.sum(d * values(c, x, b, 0, extrapolate))


@facts(integral)
def _(c, x, a, b, extrapolate):
    known = as_array(c)
    return Array("float64" if known.dtype == "float64" else None, known.shape and known.shape[2:])
