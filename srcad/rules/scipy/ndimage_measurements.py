"""`scipy.ndimage`: sums, means and moments of labelled regions, and filters in the frequency domain.

A measurement gives one number, or one for each label that is asked for; its cotangent goes back to the elements with
that label, and elements of which no measurement is asked have none.  Filters of a spectrum multiply it, and are
their own transposes.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from srcad.facts import UNKNOWN, Array
from srcad.rules.axes import as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array

# ---------------------------------------------------------------------------------------------------- measurements


def handed_out(d, labels, index, shape):
    """For each element the cotangent of the measurement of its region, 0 for those that are not measured."""
    if labels is None:
        return np.broadcast_to(d, shape)
    labels = np.broadcast_to(labels, shape)
    if index is None:
        return np.where(labels != 0, d, 0.0)
    whole = np.zeros(shape, dtype=np.result_type(d, float))
    for label, one in zip(np.ravel(index), np.ravel(d), strict=True):
        whole += np.where(labels == label, one, 0.0)
    return whole


def gathered(x, labels, index, shape):
    """The sums of elements by region, with what was handed out in mind: the transpose of `handed_out`."""
    if labels is None:
        return np.sum(x)
    return np.asarray(
        ndimage.sum_labels(x, np.broadcast_to(labels, np.shape(x)) != 0 if index is None else labels, index)
    )


def counts(labels, index, shape):
    """How many elements each region has."""
    return gathered(np.ones(shape), labels, index, shape)


LABELS = np.array([[1, 1, 0, 2], [1, 3, 3, 2], [0, 3, 2, 2]])
REGIONS = [
    sample(array(3, 4)),
    sample(array(3, 4), LABELS),
    sample(array(3, 4), LABELS, 2),
    sample(array(3, 4), LABELS, np.array([1, 3])),
    sample(array(3, 4), LABELS, [3, 2]),
    sample(array(3, 4), labels=LABELS[:1], index=[1, 2]),
]


@linear(
    handed_out,
    "d",
    shares="d",
    samples=[sample(array(2), LABELS, np.array([1, 3]), (3, 4)), sample(1.5, None, None, (2, 3))],
)
def _(d_out, d, labels, index, shape):
    return gathered(d_out, labels, index, shape)


@linear(
    gathered,
    "x",
    samples=[sample(array(3, 4), LABELS, np.array([1, 3]), (3, 4)), sample(array(2, 3), None, None, (2, 3))],
)
def _(d_out, x, labels, index, shape):
    return handed_out(d_out, labels, index, shape)


@facts(handed_out)
def _(d, labels, index, shape):
    return Array("float64" if as_array(d).dtype == "float64" else None, None)


@facts(gathered)
def _(x, labels, index, shape):
    return UNKNOWN


constant(counts)


def deviations(x, mean, labels, index):
    """What elements deviate from the mean of their region."""
    return x - handed_out(mean, labels, index, np.shape(x))


@linear(ndimage.sum_labels, "input", samples=REGIONS)
@linear(ndimage.sum, "input", samples=REGIONS)
def _(d_out, input, labels=None, index=None):
    return handed_out(d_out, labels, index, np.shape(input))


@linear(ndimage.mean, "input", samples=REGIONS)
def _(d_out, input, labels=None, index=None):
    shape = np.shape(input)
    return handed_out(d_out / counts(labels, index, shape), labels, index, shape)


@adjoint(ndimage.variance, "input", samples=REGIONS)
def _(d_out, out, input, labels=None, index=None):
    shape = np.shape(input)
    shares = handed_out(2.0 * np.asarray(d_out) / counts(labels, index, shape), labels, index, shape)
    return shares * deviations(input, np.asarray(ndimage.mean(input, labels, index)), labels, index)


@adjoint(ndimage.standard_deviation, "input", samples=REGIONS)
def _(d_out, out, input, labels=None, index=None):
    shape, spread = np.shape(input), np.asarray(out)
    d = np.asarray(d_out) / (counts(labels, index, shape) * (spread + (spread == 0)))
    mean = np.asarray(ndimage.mean(input, labels, index))
    return handed_out(d, labels, index, shape) * deviations(input, mean, labels, index)


@facts(ndimage.sum, ndimage.sum_labels, ndimage.mean, ndimage.variance, ndimage.standard_deviation)
def _(input, labels=None, index=None):
    several = as_array(index).ndim == 1 and value_of(index) is not None
    return Array(None, as_array(index).shape) if several else UNKNOWN


# ------------------------------------------------------------------------------------------ filters of a spectrum

SPECTRA = [
    sample(array(4, 5, dtype="complex128"), 0.7),
    sample(array(4, 5), (0.7, 1.2)),
    sample(array(4, 3), 0.7, 5, 1),
]


@linear(ndimage.fourier_gaussian, "input", refuses=("output",), samples=SPECTRA)
def _(d_out, input, sigma, n=-1, axis=-1, output=None):
    return ndimage.fourier_gaussian(d_out, sigma, n, axis)


@linear(ndimage.fourier_uniform, "input", refuses=("output",), samples=SPECTRA)
def _(d_out, input, size, n=-1, axis=-1, output=None):
    return ndimage.fourier_uniform(d_out, size, n, axis)


@linear(ndimage.fourier_ellipsoid, "input", refuses=("output",), samples=SPECTRA)
def _(d_out, input, size, n=-1, axis=-1, output=None):
    return ndimage.fourier_ellipsoid(d_out, size, n, axis)


@linear(ndimage.fourier_shift, "input", refuses=("output",), samples=SPECTRA)
def _(d_out, input, shift, n=-1, axis=-1, output=None):
    return ndimage.fourier_shift(d_out, shift, n, axis)


@facts(ndimage.fourier_gaussian)
def _(input, sigma, n=-1, axis=-1, output=None):
    return Array(None, as_array(input).shape)


@facts(ndimage.fourier_uniform, ndimage.fourier_ellipsoid)
def _(input, size, n=-1, axis=-1, output=None):
    return Array(None, as_array(input).shape)


@facts(ndimage.fourier_shift)
def _(input, shift, n=-1, axis=-1, output=None):
    return Array(None, as_array(input).shape)


# ------------------------------------------------------------------------------------- what has no derivative at all

constant(ndimage.binary_closing, ndimage.binary_dilation, ndimage.binary_erosion, ndimage.binary_fill_holes)
constant(ndimage.binary_hit_or_miss, ndimage.binary_opening, ndimage.binary_propagation, ndimage.find_objects)
constant(ndimage.generate_binary_structure, ndimage.iterate_structure, ndimage.label, ndimage.histogram)
constant(ndimage.maximum_position, ndimage.minimum_position, ndimage.watershed_ift)
constant(ndimage.distance_transform_cdt, ndimage.value_indices)
