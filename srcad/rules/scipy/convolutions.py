"""`scipy.signal`: convolutions and correlations of any number of axes.

A convolution is a part of the full one; the cotangent of the full one is 0 elsewhere.  The product of that cotangent
with the convolution is linear in both arrays, and the derivative with respect to one is the correlation with the other.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad import runtime as rt
from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.borders import extended, folded

# ---------------------------------------------------------------------------------------------------- along all axes


def place_in_full(shape1, shape2, mode):
    """Where in a full convolution of arrays of two shapes the part stands that `mode` keeps.

    That of `correlate2d` stands one later where a length is even, which is called "later".
    """
    if mode == "full":
        return tuple(slice(None) for _n in shape1)
    if mode == "valid":
        return tuple(slice(min(n, m) - 1, max(n, m)) for n, m in zip(shape1, shape2, strict=True))
    starts = [m // 2 if mode == "later" else (m - 1) // 2 for m in shape2]
    return tuple(slice(start, start + n) for start, n in zip(starts, shape1, strict=True))


def to_full(d, shape1, shape2, mode):
    """The cotangent of a full convolution, from that of the part that `mode` keeps."""
    if mode == "full":
        return d
    whole = np.zeros_like(d, shape=tuple(n + m - 1 for n, m in zip(shape1, shape2, strict=True)))
    whole[place_in_full(shape1, shape2, mode)] = d
    return whole


def kept(d, shape1, shape2, mode):
    """The part of a full convolution that `mode` keeps."""
    return d[place_in_full(shape1, shape2, mode)].copy()


@linear(
    to_full,
    "d",
    shares="d",
    samples=[sample(array(3, 2), (3, 2), (2, 2), "same"), sample(array(4), (2,), (3,), "full")],
)
def _(d_out, d, shape1, shape2, mode):
    return kept(d_out, shape1, shape2, mode)


@linear(kept, "d", samples=[sample(array(4, 3), (3, 2), (2, 2), "same"), sample(array(4), (2,), (3,), "full")])
def _(d_out, d, shape1, shape2, mode):
    return to_full(d_out, shape1, shape2, mode)


@facts(to_full, kept)
def _(d, shape1, shape2, mode):
    known = as_array(d)
    return Array(known.dtype, None)


def through_convolution(d_out, in1, in2, mode):
    """The cotangents of two arrays from that of their convolution."""
    d = to_full(d_out, np.shape(in1), np.shape(in2), mode)
    return signal.correlate(d, np.conj(in2), "valid"), signal.correlate(d, np.conj(in1), "valid")


CONVOLVED = [
    sample(array(5), array(3, seed=1)),
    sample(array(5), array(3, seed=1), "same"),
    sample(array(5), array(2, seed=1), mode="same"),
    sample(array(5), array(3, seed=1), mode="valid"),
    sample(array(2), array(4, seed=1), mode="full"),
    sample(array(2), array(5, seed=1), mode="valid"),
    sample(array(4, 5), array(2, 3, seed=1)),
    sample(array(4, 5), array(2, 3, seed=1), mode="same"),
    sample(array(4, 5), array(2, 3, seed=1), mode="valid"),
    sample(array(4, dtype="complex128"), array(3, dtype="complex128", seed=1)),
]


@adjoint(signal.convolve, "in1", "in2", samples=CONVOLVED)
def _(d_out, out, in1, in2, mode="full", method="auto"):
    return through_convolution(d_out, in1, in2, mode)


@adjoint(signal.correlate, "in1", "in2", samples=CONVOLVED)
def _(d_out, out, in1, in2, mode="full", method="auto"):
    d_in1, d_kernel = through_convolution(d_out, in1, np.conj(np.flip(in2)), mode)
    return d_in1, np.conj(np.flip(d_kernel))


@facts(signal.convolve, signal.correlate)
def _(in1, in2, mode="full", method="auto"):
    return Array("float64" if as_array(in1).dtype == as_array(in2).dtype == "float64" else None, None)


# --------------------------------------------------------------------------------------------------- along some axes


def axes_along(ndim, axes):
    """The axes that arrays are convolved along, counted from the front."""
    if axes is None:
        return tuple(range(ndim))
    return (axes % ndim,) if isinstance(axes, int) else tuple([axis % ndim for axis in axes])


constant(axes_along, folds=True)


def lengths_along(shape1, shape2, axes):
    """The shapes of two arrays that are convolved along some axes, and broadcast along the others."""
    pairs = list(zip(shape1, shape2, strict=True))
    first = tuple(n if i in axes else max(n, m) for i, (n, m) in enumerate(pairs))
    return first, tuple(m if i in axes else 1 for i, (n, m) in enumerate(pairs))


def behind(own, other, axes):
    """Where the cotangent of an array stands in the full convolution of the result's with the other array, flipped."""
    pairs = enumerate(zip(own, other, strict=True))
    return tuple(slice(m - 1, m - 1 + n) if i in axes else slice(None) for i, (n, m) in pairs)


constant(lengths_along, behind)


def through_axes(d, in1, in2, axes):
    """The cotangents of two arrays from that of their full convolution along some axes."""
    shape1, shape2 = np.shape(in1), np.shape(in2)
    d_in1 = signal.fftconvolve(d, np.flip(in2, axes), "full", axes)[behind(shape1, shape2, axes)]
    d_in2 = signal.fftconvolve(d, np.flip(in1, axes), "full", axes)[behind(shape2, shape1, axes)]
    return rt.unbroadcast(d_in1, in1), rt.unbroadcast(d_in2, in2)


ALONG = [
    *CONVOLVED,
    sample(array(3, 5), array(3, 2, seed=1), axes=1),
    sample(array(3, 5), array(1, 2, seed=1), "same", axes=(-1,)),
    sample(array(5, 2), array(2, 2, seed=1), "valid", 0),
]


@adjoint(signal.fftconvolve, "in1", "in2", samples=ALONG)
@adjoint(signal.oaconvolve, "in1", "in2", samples=ALONG)
def _(d_out, out, in1, in2, mode="full", axes=None):
    if axes is None:
        return through_convolution(d_out, in1, in2, mode)
    along = axes_along(np.ndim(in1), axes)
    shape1, shape2 = lengths_along(np.shape(in1), np.shape(in2), along)
    return through_axes(to_full(d_out, shape1, shape2, mode), in1, in2, along)


@facts(signal.fftconvolve, signal.oaconvolve)
def _(in1, in2, mode="full", axes=None):
    return Array("float64" if as_array(in1).dtype == as_array(in2).dtype == "float64" else None, None)


# ------------------------------------------------------------------------------------------------- in two dimensions

BOUNDARIES = {"fill": "constant", "wrap": "wrap", "symm": "reflect"}


def boundary_mode(boundary):
    """What `scipy.ndimage` calls a boundary of `scipy.signal`."""
    return BOUNDARIES[boundary]


constant(boundary_mode, folds=True)


def framed(x, margins, boundary):
    """A matrix that is continued on all sides."""
    mode = boundary_mode(boundary)
    return extended(extended(x, 0, margins[0], margins[0], mode), 1, margins[1], margins[1], mode)


def unframed(d, margins, boundary):
    """The cotangent of a matrix from that of it continued on all sides."""
    mode = boundary_mode(boundary)
    return folded(folded(d, 1, margins[1], margins[1], mode), 0, margins[0], margins[0], mode)


def through_convolution2d(d_out, in1, in2, mode, boundary):
    """The cotangents of two matrices from that of their convolution."""
    shape = np.shape(in2)
    d = to_full(d_out, np.shape(in1), shape, mode)
    if boundary == "fill" or mode == "valid":
        return signal.correlate(d, np.conj(in2), "valid"), signal.correlate(d, np.conj(in1), "valid")
    margins = (shape[0] - 1, shape[1] - 1)
    d_in1 = unframed(signal.correlate(d, np.conj(in2), "full"), margins, boundary)
    return d_in1, np.flip(signal.correlate(framed(in1, margins, boundary), np.conj(d), "valid"))


CONVOLVED_2D = [
    *(sample(array(4, 5), array(2, 3, seed=1), mode) for mode in ("full", "same", "valid")),
    *(sample(array(4, 5), array(2, 3, seed=1), mode, boundary="wrap") for mode in ("full", "same", "valid")),
    *(sample(array(4, 5), array(3, 2, seed=1), mode, "symm") for mode in ("full", "same")),
    sample(array(3, 3, dtype="complex128"), array(2, 3, dtype="complex128", seed=1), "same", "symm"),
]


@adjoint(signal.convolve2d, "in1", "in2", refuses=("fillvalue",), samples=CONVOLVED_2D)
def _(d_out, out, in1, in2, mode="full", boundary="fill", fillvalue=0):
    return through_convolution2d(d_out, in1, in2, mode, boundary)


@adjoint(signal.correlate2d, "in1", "in2", refuses=("fillvalue",), samples=CONVOLVED_2D)
def _(d_out, out, in1, in2, mode="full", boundary="fill", fillvalue=0):
    place = "later" if mode == "same" else mode
    d_in1, d_kernel = through_convolution2d(d_out, in1, np.conj(np.flip(in2)), place, boundary)
    return d_in1, np.conj(np.flip(d_kernel))


@facts(signal.convolve2d, signal.correlate2d)
def _(in1, in2, mode="full", boundary="fill", fillvalue=0):
    return Array("float64" if as_array(in1).dtype == as_array(in2).dtype == "float64" else None, None)
