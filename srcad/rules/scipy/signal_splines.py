"""`scipy.signal`: values of splines whose coefficients belong to the whole numbers, mirrored at both ends.

A value is a sum of few coefficients with weights that depend on the place.  Outside, the place is mirrored; of the
coefficients that a place near an end would read beyond it, SciPy reads the last one.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array
from srcad.rules.scipy.ndimage_splines import mapped, slope, spline


def weights_at(places, n, order):
    """Of places along an axis of n coefficients: which they read, with which weights, and the slopes of these."""
    inside, direction = mapped(places, n, "mirror")
    read = np.expand_dims(np.arange(order + 1), 1) + np.floor(inside - 0.5 * (order + 1)).astype(int) + 1
    return np.clip(read, 0, n - 1), spline(inside - read, order), slope(inside - read, order) * direction


def through_values(d_out, cj, newx, dx, x0, order):
    """The cotangents of the coefficients, the places, the distance of the coefficients and the place of the first."""
    places = (np.ravel(newx) - x0) / dx
    read, weights, slopes = weights_at(places, np.size(cj), order)
    d = np.ravel(d_out)
    d_cj = np.zeros_like(cj)
    np.add.at(d_cj, read, weights * d)
    d_places = d * np.ravel(np.sum(slopes * cj[read], axis=0)) / dx
    return d_cj, np.reshape(d_places, np.shape(newx)), -np.sum(d_places * places), -np.sum(d_places)


PLACES = np.array([0.3, 2.2, 3.1, 5.7, -1.2, 7.4])
VALUES = [
    sample(array(6), PLACES),
    sample(array(6), np.reshape(PLACES, (2, 3)), 0.8, 0.45),
    sample(array(4), PLACES + 4.0, x0=1.15),
]


@adjoint(signal.cspline1d_eval, "cj", "newx", "dx", "x0", samples=VALUES)
def _(d_out, out, cj, newx, dx=1.0, x0=0):
    return through_values(d_out, cj, newx, dx, x0, 3)


@adjoint(signal.qspline1d_eval, "cj", "newx", "dx", "x0", samples=VALUES)
def _(d_out, out, cj, newx, dx=1.0, x0=0):
    return through_values(d_out, cj, newx, dx, x0, 2)


@facts(signal.cspline1d_eval, signal.qspline1d_eval)
def _(cj, newx, dx=1.0, x0=0):
    places = as_array(newx)
    return Array("float64", places.shape) if as_array(cj).dtype == places.dtype == "float64" else Array(None, None)
