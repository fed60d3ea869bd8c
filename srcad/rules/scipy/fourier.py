"""`scipy.fft`: Fourier transforms of one and more axes, real, complex and Hermitian ones.

They are those of NumPy (see `srcad.rules.fourier`): a transform between complex values is its own transpose, one
between real values and half a spectrum is undone by its counterpart, with inner elements of the spectrum counted twice.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from srcad.facts import Array
from srcad.rules.axes import as_array, value_of
from srcad.rules.fourier import (
    GRID_SPECTRA,
    GRIDS,
    LENGTHS,
    SHIFTS,
    SINGLE,
    SPECTRA,
    fitted,
    of_lengths,
    one_axis,
    other_lengths,
    signal_dtype,
    some_lengths,
    spectrum_dtype,
    swapped,
    through_irfftn,
    through_rfftn,
    to_real,
    to_spectrum,
    transformed_axes,
)
from srcad.rules.register import alias, constant, facts, linear

IN_PLACE = ("overwrite_x",)

# --------------------------------------------------------------------------------------------------- along one axis


@linear(fft.fft, "x", refuses=IN_PLACE, samples=LENGTHS + SPECTRA + SINGLE)
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    if n is None:
        return fft.fft(d_out, axis=axis, norm=norm, workers=workers)
    return fitted(fft.fft(d_out, axis=axis, norm=norm, workers=workers), np.shape(x))


@linear(fft.ifft, "x", refuses=IN_PLACE, samples=LENGTHS + SPECTRA + SINGLE)
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    if n is None:
        return fft.ifft(d_out, axis=axis, norm=norm, workers=workers)
    return fitted(fft.ifft(d_out, axis=axis, norm=norm, workers=workers), np.shape(x))


@linear(fft.rfft, "x", refuses=IN_PLACE, samples=LENGTHS + SINGLE[:1])
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    if n is None:
        return to_real(d_out, np.shape(x)[axis], axis, norm)
    return fitted(to_real(d_out, n, axis, norm), np.shape(x))


@linear(fft.irfft, "x", refuses=IN_PLACE, samples=LENGTHS[:-1] + SPECTRA[:-1] + SINGLE)
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fitted(to_spectrum(d_out, axis, norm), np.shape(x))


@linear(fft.hfft, "x", refuses=IN_PLACE, samples=LENGTHS[:-1] + SPECTRA[:-1] + SINGLE)
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return fitted(np.conj(to_spectrum(d_out, axis, swapped(norm))), np.shape(x))


@linear(fft.ihfft, "x", refuses=IN_PLACE, samples=LENGTHS + SINGLE[:1])
def _(d_out, x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    if n is None:
        return to_real(np.conj(d_out), np.shape(x)[axis], axis, swapped(norm))
    return fitted(to_real(np.conj(d_out), n, axis, swapped(norm)), np.shape(x))


# ---------------------------------------------------------------------------------------------- along several axes


@linear(fft.fftn, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    d_x = fft.fftn(d_out, axes=transformed_axes(np.ndim(x), s, axes), norm=norm, workers=workers)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.ifftn, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    d_x = fft.ifftn(d_out, axes=transformed_axes(np.ndim(x), s, axes), norm=norm, workers=workers)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.fft2, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    d_x = fft.fft2(d_out, axes=axes, norm=norm, workers=workers)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.ifft2, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    d_x = fft.ifft2(d_out, axes=axes, norm=norm, workers=workers)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.rfftn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_rfftn(d_out, x, s, transformed_axes(np.ndim(x), s, axes), norm)


@linear(fft.rfft2, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_rfftn(d_out, x, s, axes, norm)


@linear(fft.irfftn, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_irfftn(d_out, x, transformed_axes(np.ndim(x), s, axes), norm)


@linear(fft.irfft2, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_irfftn(d_out, x, axes, norm)


@linear(fft.hfftn, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.conj(through_irfftn(d_out, x, transformed_axes(np.ndim(x), s, axes), swapped(norm)))


@linear(fft.hfft2, "x", refuses=IN_PLACE, samples=GRIDS + GRID_SPECTRA)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return np.conj(through_irfftn(d_out, x, axes, swapped(norm)))


@linear(fft.ihfftn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_rfftn(np.conj(d_out), x, s, transformed_axes(np.ndim(x), s, axes), swapped(norm))


@linear(fft.ihfft2, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    return through_rfftn(np.conj(d_out), x, s, axes, swapped(norm))


# ------------------------------------------------------------------------------------------------------------ facts


@facts(fft.fft, fft.ifft)
def _(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), one_axis(x.shape, n, axis))


@facts(fft.rfft, fft.ihfft)
def _(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), None if x.shape is None else some_lengths(x.shape, axis))


@facts(fft.irfft, fft.hfft)
def _(x, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    if value_of(n) is None:
        return Array(signal_dtype(x.dtype), None if x.shape is None else some_lengths(x.shape, axis))
    return Array(signal_dtype(x.dtype), one_axis(x.shape, n, axis))


@facts(fft.fftn, fft.ifftn)
def _(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), of_lengths(x.shape, s))


@facts(fft.fft2, fft.ifft2)
def _(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), of_lengths(x.shape, s))


@facts(fft.rfftn, fft.ihfftn)
def _(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), other_lengths(x.shape))


@facts(fft.rfft2, fft.ihfft2)
def _(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(spectrum_dtype(x.dtype), other_lengths(x.shape))


@facts(fft.irfftn, fft.hfftn)
def _(x, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(signal_dtype(x.dtype), other_lengths(x.shape))


@facts(fft.irfft2, fft.hfft2)
def _(x, s=None, axes=(-2, -1), norm=None, overwrite_x=False, workers=None, *, plan=None):
    x = as_array(x)
    return Array(signal_dtype(x.dtype), other_lengths(x.shape))


# ------------------------------------------------------------------------------------------- shifts and frequencies

if fft.fftshift is not np.fft.fftshift:

    @linear(fft.fftshift, "x", samples=SHIFTS)
    def _(d_out, x, axes=None):
        return fft.ifftshift(d_out, axes)

    @linear(fft.ifftshift, "x", samples=SHIFTS)
    def _(d_out, x, axes=None):
        return fft.fftshift(d_out, axes)

    @facts(fft.fftshift, fft.ifftshift)
    def _(x, axes=None):
        return as_array(x)

    alias(fft.fftfreq, np.fft.fftfreq)
    alias(fft.rfftfreq, np.fft.rfftfreq)

constant(fft.next_fast_len, fft.prev_fast_len, fft.get_workers)
constant(fft.set_workers, fft.set_backend, fft.set_global_backend, fft.register_backend, fft.skip_backend, pure=False)
