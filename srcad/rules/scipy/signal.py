"""`scipy.signal`: convolutions and correlations of any number of axes, and linear filters.

A filter solves a difference equation forwards in time; its derivative solves the transposed one backwards.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad.facts import UNKNOWN
from srcad.rules.register import adjoint, constant, facts, sample
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------------ convolutions


def place_in_full(shape1, shape2, mode):
    """Where in a full convolution of arrays of two shapes the part stands that `mode` keeps."""
    if mode == "full":
        return tuple(slice(None) for _n in shape1)
    if mode == "valid":
        return tuple(slice(min(n, m) - 1, max(n, m)) for n, m in zip(shape1, shape2, strict=True))
    return tuple(slice((m - 1) // 2, (m - 1) // 2 + n) for n, m in zip(shape1, shape2, strict=True))


constant(place_in_full)


def to_full(d, in1, in2, mode):
    """The cotangent of a full convolution, from that of the part that `mode` keeps."""
    if mode == "full":
        return d
    shape = tuple([n + m - 1 for n, m in zip(np.shape(in1), np.shape(in2), strict=True)])
    whole = np.zeros_like(d, shape=shape)
    whole[place_in_full(np.shape(in1), np.shape(in2), mode)] = d
    return whole


def through_convolution(d_out, in1, in2, mode):
    """The cotangents of two arrays from that of their convolution."""
    d = to_full(d_out, in1, in2, mode)
    return signal.correlate(d, np.conj(in2), "valid"), signal.correlate(d, np.conj(in1), "valid")


CONVOLVED = [
    sample(array(5), array(3, seed=1)),
    sample(array(5), array(3, seed=1), "same"),
    sample(array(5), array(2, seed=1), mode="same"),
    sample(array(5), array(3, seed=1), mode="valid"),
    sample(array(4, 5), array(2, 3, seed=1)),
    sample(array(4, 5), array(2, 3, seed=1), mode="same"),
    sample(array(4, 5), array(2, 3, seed=1), mode="valid"),
    sample(array(4, dtype="complex128"), array(3, dtype="complex128", seed=1)),
]


@adjoint(signal.convolve, "in1", "in2", samples=CONVOLVED)
def _(d_out, out, in1, in2, mode="full", method="auto"):
    return through_convolution(d_out, in1, in2, mode)


@adjoint(signal.fftconvolve, "in1", "in2", refuses=("axes",), samples=CONVOLVED)
@adjoint(signal.oaconvolve, "in1", "in2", refuses=("axes",), samples=CONVOLVED)
def _(d_out, out, in1, in2, mode="full", axes=None):
    return through_convolution(d_out, in1, in2, mode)


@adjoint(signal.correlate, "in1", "in2", samples=CONVOLVED)
def _(d_out, out, in1, in2, mode="full", method="auto"):
    d_in1, d_kernel = through_convolution(d_out, in1, np.conj(np.flip(in2)), mode)
    return d_in1, np.conj(np.flip(d_kernel))


@facts(signal.convolve, signal.correlate)
def _(in1, in2, mode="full", method="auto"):
    return UNKNOWN


# ---------------------------------------------------------------------------------------------------------- filters


@adjoint(
    signal.lfilter,
    "b",
    "a",
    "x",
    refuses=("zi",),
    samples=[
        sample(array(3, seed=1), np.array([1.0, -0.5, 0.2]), array(6)),
        sample(array(2, seed=1), np.array([2.0, 0.4]), array(2, 6)),
        sample(array(2, seed=1), np.array([1.0, 0.4]), array(6, 2), axis=0),
        sample(array(3, seed=1), np.array([1.5]), array(6)),
    ],
)
def _(d_out, out, b, a, x, axis=-1, zi=None):
    d, inputs, outputs = np.moveaxis(d_out, axis, -1), np.moveaxis(x, axis, -1), np.moveaxis(out, axis, -1)
    one = np.ones(1)
    error = signal.lfilter(one, a, d[..., ::-1])[..., ::-1]
    d_x = signal.lfilter(b, one, error[..., ::-1])[..., ::-1]
    d_b = np.array([lagged(error, inputs, k) for k in range(np.size(b))])
    d_a = np.array([-lagged(error, outputs, k) for k in range(np.size(a))])
    return d_b, d_a, np.moveaxis(d_x, -1, axis)


def lagged(error, values, k):
    """The sum of products of errors with the values k steps before."""
    n = np.shape(values)[-1]
    return np.sum(error[..., k:] * values[..., : n - k])


@facts(signal.lfilter)
def _(b, a, x, axis=-1, zi=None):
    return UNKNOWN
