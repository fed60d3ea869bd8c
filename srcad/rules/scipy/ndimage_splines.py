"""`scipy.ndimage`: splines through the elements of arrays, their coefficients, and their values between elements.

A value between the elements of an array is a sum of few spline coefficients with weights that depend on the place; its
cotangent goes to the same coefficients with the same weights.  The coefficients solve a banded equation along each
axis, whose matrix is symmetric but for its ends where the array is mirrored about its last elements.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import ndimage

from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.borders import sources

SPLINE_MODES = ("constant", "nearest", "mirror", "reflect", "wrap", "grid-wrap", "grid-constant")

# ------------------------------------------------------------------------------------------------ places and weights


def spline(x, order):
    """The centred cardinal B-spline of an order, as a sum of truncated powers.

    >>> print(spline(np.array([-1.0, 0.0, 0.5]), 1), spline(0.0, 3))
    [0.  1.  0.5] 0.6666666666666666
    """
    if order == 0:
        return ((x >= -0.5) & (x < 0.5)) * 1.0
    ends = np.expand_dims(x, -1) + 0.5 * (order + 1) - np.arange(order + 2)
    signs = [(-1) ** k * math.comb(order + 1, k) / math.factorial(order) for k in range(order + 2)]
    return np.sum(signs * np.maximum(ends, 0.0) ** order, axis=-1)


def slope(x, order):
    """The derivative of the B-spline of an order."""
    if order == 0:
        return np.zeros_like(x)
    return spline(x + 0.5, order - 1) - spline(x - 0.5, order - 1)


def mapped(x, n, mode):
    """Coordinates mapped into an axis of length n as SciPy does it, and whether they were turned round."""
    if mode == "wrap":
        return np.where((x < 0) | (x > n - 1), x % max(n - 1, 1), x), np.ones(np.shape(x))
    if mode == "grid-wrap":
        return np.where((x < 0) | (x > n - 1), x % n, x), np.ones(np.shape(x))
    if mode not in ("mirror", "reflect"):
        return x, np.ones(np.shape(x))
    shift, period = (0.0, max(2 * n - 2, 1)) if mode == "mirror" else (0.5, 2 * n)
    inside = (x + shift) % period
    turned = inside > 0.5 * period
    return np.where(turned, period - inside, inside) - shift, np.where(turned, -1.0, 1.0)


def stencil(x, n, order, mode):
    """Of coordinates along an axis: which coefficients each of them reads, with which weights, and their slopes."""
    place, direction = mapped(x, n, mode)
    first = np.floor(place if order % 2 else place + 0.5).astype(int) - order // 2
    read = first + np.expand_dims(np.arange(order + 1), tuple(range(1, 1 + np.ndim(x))))
    weights, slopes = spline(place - read, order), slope(place - read, order) * direction
    if mode == "grid-constant":
        inside = (read >= 0) & (read < n)
        return np.clip(read, 0, n - 1), weights * inside, slopes * inside
    if mode == "constant":
        inside = (x >= 0) & (x <= n - 1)
        weights, slopes = weights * inside, slopes * inside
    if mode == "nearest":
        return np.clip(read, 0, n - 1), weights, slopes
    border = mode if mode in ("reflect", "grid-wrap") else "mirror"
    low, high = max(-int(read.min(initial=0)), 0), max(int(read.max(initial=0)) - n + 1, 0)
    return sources(n, low, high, border)[read + low], weights, slopes


def inside_all(coordinates, shape, mode):
    """Whether points have all their coordinates inside, which the constant mode asks for."""
    if mode != "constant":
        return 1.0
    return np.all([(x >= 0) & (x <= n - 1) for x, n in zip(coordinates, shape, strict=True)], axis=0)


def scattered(d, coordinates, shape, order, mode):
    """The cotangent of spline coefficients from that of the values at points, `coordinates[i]` along axis i."""
    axes = [stencil(x, n, order, mode) for x, n in zip(coordinates, shape, strict=True)]
    d = d * inside_all(coordinates, shape, mode)
    whole = np.zeros(shape, dtype=np.result_type(d, float))
    for which in itertools.product(range(order + 1), repeat=len(shape)):
        weight = math.prod(axis[1][k] for axis, k in zip(axes, which, strict=True))
        np.add.at(whole, tuple(axis[0][k] for axis, k in zip(axes, which, strict=True)), d * weight)
    return whole


def value_slopes(coefficients, coordinates, order, mode):
    """The derivatives of the values at points with respect to each of their coordinates."""
    shape = np.shape(coefficients)
    axes = [stencil(x, n, order, mode) for x, n in zip(coordinates, shape, strict=True)]
    found = np.zeros(np.shape(coordinates), dtype=np.result_type(coefficients, float))
    for which in itertools.product(range(order + 1), repeat=len(shape)):
        read = coefficients[tuple(axis[0][k] for axis, k in zip(axes, which, strict=True))]
        for i in range(len(shape)):
            parts = [axis[2 if i == j else 1][k] for j, (axis, k) in enumerate(zip(axes, which, strict=True))]
            found[i] += read * math.prod(parts)
    return found * inside_all(coordinates, shape, mode)


def slopes_scattered(d, coordinates, shape, order, mode):
    """The cotangent of spline coefficients from that of the derivatives at points."""
    axes = [stencil(x, n, order, mode) for x, n in zip(coordinates, shape, strict=True)]
    d = d * inside_all(coordinates, shape, mode)
    whole = np.zeros(shape, dtype=np.result_type(d, float))
    for which in itertools.product(range(order + 1), repeat=len(shape)):
        place = tuple(axis[0][k] for axis, k in zip(axes, which, strict=True))
        for i in range(len(shape)):
            parts = [axis[2 if i == j else 1][k] for j, (axis, k) in enumerate(zip(axes, which, strict=True))]
            np.add.at(whole, place, d[i] * math.prod(parts))
    return whole


def sampled(coefficients, coordinates, order, mode):
    """The values at points, 0 outside where the array is continued by a constant."""
    return ndimage.map_coordinates(coefficients, coordinates, order=order, mode=mode, prefilter=False)


POINTS = np.array([[0.3, 1.7, 2.6, 0.9], [1.2, 0.4, 2.1, 2.7]])
AROUND = np.array([[-0.7, 1.7, 3.6, 0.9, 6.3], [1.2, -2.4, 2.1, 4.7, -4.9]])


@linear(
    scattered,
    "d",
    samples=[
        *(sample(array(5), AROUND, (4, 4), 3, mode) for mode in SPLINE_MODES),
        *(sample(array(4), POINTS, (4, 4), order, "mirror") for order in (0, 1, 2, 4, 5)),
    ],
)
def _(d_out, d, coordinates, shape, order, mode):
    return sampled(d_out, coordinates, order, mode)


@linear(sampled, "coefficients", samples=[sample(array(4, 4), AROUND, 3, mode) for mode in SPLINE_MODES])
def _(d_out, coefficients, coordinates, order, mode):
    return scattered(d_out, coordinates, np.shape(coefficients), order, mode)


@linear(value_slopes, "coefficients", samples=[sample(array(4, 4), AROUND, 3, mode) for mode in SPLINE_MODES])
def _(d_out, coefficients, coordinates, order, mode):
    return slopes_scattered(d_out, coordinates, np.shape(coefficients), order, mode)


@linear(slopes_scattered, "d", samples=[sample(array(2, 5), AROUND, (4, 4), 3, "mirror")])
def _(d_out, d, coordinates, shape, order, mode):
    return value_slopes(d_out, coordinates, order, mode)


@facts(slopes_scattered)
def _(d, coordinates, shape, order, mode):
    return Array("float64" if as_array(d).dtype in ("float64", "float32") else None, None)


@facts(scattered)
def _(d, coordinates, shape, order, mode):
    return Array("float64" if as_array(d).dtype in ("float64", "float32") else None, None)


@facts(value_slopes)
def _(coefficients, coordinates, order, mode):
    return Array("float64" if as_array(coefficients).dtype == "float64" else None, as_array(coordinates).shape)


@facts(sampled)
def _(coefficients, coordinates, order, mode):
    return Array("float64" if as_array(coefficients).dtype == "float64" else None, None)


# ------------------------------------------------------------------------------------------------------ coefficients


def ends_scaled(d, axis, factor):
    """An array whose first and last elements along an axis are multiplied by a factor."""
    scaled = np.array(d)
    lines = np.moveaxis(scaled, axis, 0)
    lines[0] *= factor
    lines[-1] *= factor
    return scaled


EXACT = 32
"""From how many elements on SciPy's filters of arrays mirrored at their borders are exact, and so symmetric."""


def through_coefficients(d, axis, order, mode):
    """The cotangent of an array from that of its spline coefficients along an axis."""
    if order < 2 or np.shape(d)[axis] == 1:
        return d
    n = np.shape(d)[axis]
    if mode in ("reflect", "nearest", "grid-mirror"):
        if n >= EXACT:
            return ndimage.spline_filter1d(d, order, axis, mode=mode)
        filter_of_few = ndimage.spline_filter1d(np.eye(n), order, 0, mode=mode)
        return np.moveaxis(np.tensordot(filter_of_few, d, (0, axis)), 0, axis)
    if mode == "grid-wrap":
        return ndimage.spline_filter1d(d, order, axis, mode=mode)
    filtered = ndimage.spline_filter1d(ends_scaled(d, axis, 2.0), order, axis, mode=mode)
    return ends_scaled(filtered, axis, 0.5)


@linear(
    through_coefficients,
    "d",
    shares="d",
    samples=[*(sample(array(5), 0, 3, mode) for mode in SPLINE_MODES), sample(array(2, 4), 1, 2, "mirror")],
)
def _(d_out, d, axis, order, mode):
    if order < 2 or np.shape(d)[axis] == 1:
        return d_out
    return ndimage.spline_filter1d(d_out, order, axis, mode=mode)


@facts(through_coefficients)
def _(d, axis, order, mode):
    return Array("float64" if as_array(d).dtype == "float64" else None, as_array(d).shape)


def through_filter(d, order, mode):
    """The cotangent of an array from that of its spline coefficients."""
    for axis in range(np.ndim(d)):
        d = through_coefficients(d, axis, order, mode)
    return d


FILTERED = [
    *(sample(array(5), mode=mode) for mode in SPLINE_MODES),
    *(sample(array(3, 4), order) for order in (2, 4, 5)),
    sample(array(1, 5)),
    sample(array(4, dtype="float32")),
]


@linear(ndimage.spline_filter1d, "input", refuses=("output",), samples=[*FILTERED, sample(array(3, 4), 3, 0)])
def _(d_out, input, order=3, axis=-1, output=np.float64, mode="mirror"):
    return through_coefficients(d_out, axis, order, mode)


@linear(ndimage.spline_filter, "input", refuses=("output",), samples=FILTERED)
def _(d_out, input, order=3, output=np.float64, mode="mirror"):
    return through_filter(d_out, order, mode)


@facts(ndimage.spline_filter1d)
def _(input, order=3, axis=-1, output=np.float64, mode="mirror"):
    return Array("float64" if as_array(input).dtype == "float64" else None, as_array(input).shape)


@facts(ndimage.spline_filter)
def _(input, order=3, output=np.float64, mode="mirror"):
    return Array("float64" if as_array(input).dtype == "float64" else None, as_array(input).shape)
