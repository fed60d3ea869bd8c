"""Fourier transforms.

The matrix of a discrete Fourier transform is symmetric, and cotangents of complex values are not conjugated (see the
conventions), so a transform is its own transpose, with the same normalisation.  Those between real values and half a
spectrum are undone by each other: the spectrum's inner elements count twice.  Where a length was given, elements that
were cut off get 0, and what was filled up with zeros is dropped.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import Array, some_dim
from srcad.rules.axes import MISSING, as_array, dtype_from, length, length_of, normalized, shape_from, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------------- helpers


def fitted(d, shape):
    """An array cut off, or filled up with zeros, to a shape.

    >>> fitted(np.array([1.0, 2.0, 3.0]), (2,)), fitted(np.array([1.0]), (2,))
    (array([1., 2.]), array([1., 0.]))
    """
    if np.shape(d) == shape:
        return d
    whole = np.zeros_like(d, shape=shape)
    common = tuple(slice(min(n, m)) for n, m in zip(np.shape(d), shape, strict=True))
    whole[common] = d[common]
    return whole


@linear(
    fitted,
    "d",
    shares="d",
    samples=[sample(array(3), (2,)), sample(array(3), (3,)), sample(array(2, 4), (3, 3)), sample(array(1), (2,))],
)
def _(d_out, d, shape):
    return fitted(d_out, np.shape(d))


@facts(fitted)
def _(d, shape):
    return Array(as_array(d).dtype, shape_from(shape))


def transformed_axes(ndim, s, axes):
    """The axes that a transform of several axes goes along: all, or the last for which lengths are given.

    >>> transformed_axes(3, None, None), transformed_axes(3, (4, 4), None), transformed_axes(3, None, [0, -1])
    ((0, 1, 2), (1, 2), (0, -1))
    """
    if axes is not None:
        return tuple(axes)
    count = ndim if s is None else len(s)
    return tuple(range(ndim - count, ndim))


def swapped(norm):
    """The normalisation of the transform the other way."""
    return {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}[norm]


def weights(n, ndim, axis, inner, dtype):
    """What the elements of half a spectrum of n real values count: `inner`, but 1 at its real ends."""
    counts = np.full(n // 2 + 1, inner, dtype=dtype)
    counts[0] = 1.0
    if n % 2 == 0:
        counts[-1] = 1.0
    return np.reshape(counts, tuple(-1 if i == axis % ndim else 1 for i in range(ndim)))


constant(transformed_axes, swapped, folds=True)
constant(weights)


@facts(weights)
def _(n, ndim, axis, inner, dtype):
    return Array(dtype_from(dtype, None), None)


def to_real(d, n, axis, norm):
    """The cotangent of n real values from that of half their spectrum."""
    half = weights(n, np.ndim(d), axis, 0.5, d.real.dtype)
    return np.fft.irfft(np.conj(d) * half, n, axis, swapped(norm))


def to_spectrum(d, axis, norm):
    """The cotangent of half a spectrum from that of the real values it was transformed to."""
    n = np.shape(d)[axis]
    twice = weights(n, np.ndim(d), axis, 2.0, d.dtype)
    return np.conj(np.fft.rfft(d, n, axis, swapped(norm))) * twice


# --------------------------------------------------------------------------------------------------- along one axis

LENGTHS = [
    sample(array(5)),
    sample(array(4)),
    sample(array(3, 4)),
    sample(array(3, 4), axis=0),
    sample(array(5), 3),
    sample(array(5), n=8),
    sample(array(3, 4), 6, 0),
    sample(array(3, 4), 2, axis=1, norm="ortho"),
    sample(array(5), norm="forward"),
    sample(array(5), norm="backward"),
    sample(array(1)),
]
SPECTRA = [sample(one.args[0] + 0.5j * one.args[0][..., ::-1], *one.args[1:], **one.kwargs) for one in LENGTHS]
SINGLE = [sample(array(4, dtype="float32")), sample(array(4, dtype="complex64"))]


@linear(np.fft.fft, "a", refuses=("out",), samples=LENGTHS + SPECTRA + SINGLE)
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    if n is None:
        return np.fft.fft(d_out, axis=axis, norm=norm)
    return fitted(np.fft.fft(d_out, axis=axis, norm=norm), np.shape(a))


@linear(np.fft.ifft, "a", refuses=("out",), samples=LENGTHS + SPECTRA + SINGLE)
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    if n is None:
        return np.fft.ifft(d_out, axis=axis, norm=norm)
    return fitted(np.fft.ifft(d_out, axis=axis, norm=norm), np.shape(a))


@linear(np.fft.rfft, "a", refuses=("out",), samples=LENGTHS + SINGLE[:1])
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    if n is None:
        return to_real(d_out, np.shape(a)[axis], axis, norm)
    return fitted(to_real(d_out, n, axis, norm), np.shape(a))


@linear(np.fft.irfft, "a", refuses=("out",), samples=LENGTHS[:-1] + SPECTRA[:-1] + SINGLE)
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    return fitted(to_spectrum(d_out, axis, norm), np.shape(a))


@linear(np.fft.hfft, "a", refuses=("out",), samples=LENGTHS[:-1] + SPECTRA[:-1] + SINGLE)
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    return fitted(np.conj(to_spectrum(d_out, axis, swapped(norm))), np.shape(a))


@linear(np.fft.ihfft, "a", refuses=("out",), samples=LENGTHS + SINGLE[:1])
def _(d_out, a, n=None, axis=-1, norm=None, out=None):
    if n is None:
        return to_real(np.conj(d_out), np.shape(a)[axis], axis, swapped(norm))
    return fitted(to_real(np.conj(d_out), n, axis, swapped(norm)), np.shape(a))


# ---------------------------------------------------------------------------------------------- along several axes

GRIDS = [
    sample(array(3, 4)),
    sample(array(2, 3, 4)),
    sample(array(3, 4), axes=(1, 0)),
    sample(array(3, 4), (2, 6), (0, 1)),
    sample(array(3, 5), s=(4, 3), axes=(0, 1), norm="ortho"),
    sample(array(2, 3, 4), axes=(0, 2), norm="forward"),
    sample(array(3, 4, dtype="float32")),
]
GRID_SPECTRA = [sample(one.args[0] + 0.5j * one.args[0][..., ::-1], *one.args[1:], **one.kwargs) for one in GRIDS]


@linear(np.fft.fftn, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=None, norm=None, out=None):
    d_a = np.fft.fftn(d_out, axes=transformed_axes(np.ndim(a), s, axes), norm=norm)
    return d_a if s is None else fitted(d_a, np.shape(a))


@linear(np.fft.ifftn, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=None, norm=None, out=None):
    d_a = np.fft.ifftn(d_out, axes=transformed_axes(np.ndim(a), s, axes), norm=norm)
    return d_a if s is None else fitted(d_a, np.shape(a))


@linear(np.fft.fft2, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=(-2, -1), norm=None, out=None):
    d_a = np.fft.fft2(d_out, axes=axes, norm=norm)
    return d_a if s is None else fitted(d_a, np.shape(a))


@linear(np.fft.ifft2, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=(-2, -1), norm=None, out=None):
    d_a = np.fft.ifft2(d_out, axes=axes, norm=norm)
    return d_a if s is None else fitted(d_a, np.shape(a))


def through_rfftn(d, a, s, axes, norm):
    """The cotangent of real values from that of half their spectrum of several axes."""
    *others, last = axes
    n = np.shape(a)[last] if s is None else s[-1]
    d_a = to_real(np.fft.fftn(d, axes=others, norm=norm) if len(axes) > 1 else d, n, last, norm)
    return d_a if s is None else fitted(d_a, np.shape(a))


def through_irfftn(d, a, axes, norm):
    """The cotangent of half a spectrum of several axes from that of the real values it was transformed to."""
    *others, last = axes
    d_last = to_spectrum(d, last, norm)
    return fitted(np.fft.ifftn(d_last, axes=others, norm=norm) if len(axes) > 1 else d_last, np.shape(a))


@linear(np.fft.rfftn, "a", refuses=("out",), samples=[*GRIDS, sample(array(3, 4), axes=(0,))])
def _(d_out, a, s=None, axes=None, norm=None, out=None):
    return through_rfftn(d_out, a, s, transformed_axes(np.ndim(a), s, axes), norm)


@linear(np.fft.rfft2, "a", refuses=("out",), samples=GRIDS)
def _(d_out, a, s=None, axes=(-2, -1), norm=None, out=None):
    return through_rfftn(d_out, a, s, axes, norm)


@linear(np.fft.irfftn, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=None, norm=None, out=None):
    return through_irfftn(d_out, a, transformed_axes(np.ndim(a), s, axes), norm)


@linear(np.fft.irfft2, "a", refuses=("out",), samples=GRIDS + GRID_SPECTRA)
def _(d_out, a, s=None, axes=(-2, -1), norm=None, out=None):
    return through_irfftn(d_out, a, axes, norm)


# ------------------------------------------------------------------------------------------------------------ facts


def spectrum_dtype(dtype):
    """The dtype of a transform of values of this dtype."""
    if dtype is None:
        return None
    return "complex64" if np.dtype(dtype).name in ("float32", "float16", "complex64") else "complex128"


def signal_dtype(dtype):
    """The dtype of real values transformed from a spectrum of this dtype."""
    return None if dtype is None else np.zeros((), spectrum_dtype(dtype)).real.dtype.name


@facts(np.fft.fft, np.fft.ifft)
def _(a, n=None, axis=-1, norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), one_axis(a.shape, n, axis))


@facts(np.fft.rfft, np.fft.ihfft)
def _(a, n=None, axis=-1, norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), None if a.shape is None else some_lengths(a.shape, axis))


@facts(np.fft.irfft, np.fft.hfft)
def _(a, n=None, axis=-1, norm=None, out=None):
    a = as_array(a)
    if value_of(n) is None:
        return Array(signal_dtype(a.dtype), None if a.shape is None else some_lengths(a.shape, axis))
    return Array(signal_dtype(a.dtype), one_axis(a.shape, n, axis))


def one_axis(shape, n, axis):
    """The axes after a transform that changes the length of one of them to n, or keeps it."""
    places = normalized(value_of(axis), len(shape)) if shape is not None and value_of(axis) is not MISSING else None
    if places is None or value_of(n) is MISSING and not hasattr(n, "dim"):
        return None
    new = None if value_of(n) is None else length_of(n)
    return tuple(new if new is not None and i in places else dim for i, dim in enumerate(shape))


def some_lengths(shape, axis):
    """The axes after a transform that changes the length of one of them."""
    places = normalized(value_of(axis), len(shape)) if value_of(axis) is not MISSING else None
    return None if places is None else tuple(some_dim() if i in places else dim for i, dim in enumerate(shape))


@facts(np.fft.fftn, np.fft.ifftn)
def _(a, s=None, axes=None, norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), of_lengths(a.shape, s))


@facts(np.fft.fft2, np.fft.ifft2)
def _(a, s=None, axes=(-2, -1), norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), of_lengths(a.shape, s))


def of_lengths(shape, s):
    """The axes after a transform of several axes, which keeps their lengths if none are given."""
    return shape if value_of(s) is None else other_lengths(shape)


def other_lengths(shape):
    """As many axes, of lengths that are not known."""
    return None if shape is None else tuple(some_dim() for _dim in shape)


@facts(np.fft.rfftn)
def _(a, s=None, axes=None, norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), other_lengths(a.shape))


@facts(np.fft.rfft2)
def _(a, s=None, axes=(-2, -1), norm=None, out=None):
    a = as_array(a)
    return Array(spectrum_dtype(a.dtype), other_lengths(a.shape))


@facts(np.fft.irfftn)
def _(a, s=None, axes=None, norm=None, out=None):
    a = as_array(a)
    return Array(signal_dtype(a.dtype), other_lengths(a.shape))


@facts(np.fft.irfft2)
def _(a, s=None, axes=(-2, -1), norm=None, out=None):
    a = as_array(a)
    return Array(signal_dtype(a.dtype), other_lengths(a.shape))


# ------------------------------------------------------------------------------------------- shifts and frequencies

SHIFTS = [sample(array(5)), sample(array(3, 4)), sample(array(3, 4), 0), sample(array(3, 4, 5), axes=(0, 2))]


@linear(np.fft.fftshift, "x", samples=SHIFTS)
def _(d_out, x, axes=None):
    return np.fft.ifftshift(d_out, axes)


@linear(np.fft.ifftshift, "x", samples=SHIFTS)
def _(d_out, x, axes=None):
    return np.fft.fftshift(d_out, axes)


@facts(np.fft.fftshift, np.fft.ifftshift)
def _(x, axes=None):
    return as_array(x)


FREQUENCIES = [sample(5), sample(4), sample(1), sample(4, 0.5), sample(5, d=0.7)]


@adjoint(np.fft.fftfreq, "d", samples=FREQUENCIES)
def _(d_out, out, n, d=1.0, device=None):
    return -np.sum(d_out * out) / d


@adjoint(np.fft.rfftfreq, "d", samples=FREQUENCIES)
def _(d_out, out, n, d=1.0, device=None):
    return -np.sum(d_out * out) / d


@facts(np.fft.fftfreq)
def _(n, d=1.0, device=None):
    return Array(None, (length_of(n),))


@facts(np.fft.rfftfreq)
def _(n, d=1.0, device=None):
    size = value_of(n)
    return Array(None, (length(size // 2 + 1) if isinstance(size, int) else some_dim(),))
