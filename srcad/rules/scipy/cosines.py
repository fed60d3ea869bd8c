"""`scipy.fft`: discrete cosine and sine transforms of types I to IV.

Made orthogonal, the matrices of types I and IV are symmetric, and those of types II and III are each other's transpose.
Without that, elements at the ends are added once where all others are added twice, which the transpose does in the
other order.  The inverse of a type is a type itself, with the normalisation of the other way.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from srcad.errors import UnsupportedError
from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.fourier import fitted, of_lengths, one_axis, swapped, transformed_axes
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array

IN_PLACE = ("overwrite_x",)


def reverse_type(type):
    """The type whose orthogonal matrix is the transpose, and the inverse, of that of a type."""
    return {1: 1, 2: 3, 3: 2, 4: 4}[type]


def is_orthogonal(norm, orthogonalize):
    """Whether a transform is made orthogonal, which SciPy does by default where its norm is."""
    return norm == "ortho" if orthogonalize is None else bool(orthogonalize)


def refuse_complex(d):
    """Raises UnsupportedError for complex values with `orthogonalize=`, which some versions of SciPy ignore."""
    if np.iscomplexobj(d):
        raise UnsupportedError(
            "a cosine or sine transform of complex values with orthogonalize= cannot be differentiated",
            "transform the real and the imaginary part",
        )


constant(reverse_type, is_orthogonal, folds=True)
constant(refuse_complex, pure=False)


def at_ends(d, axis, first, last):
    """An array whose first and last elements along an axis are multiplied by these factors."""
    n = np.shape(d)[axis]
    factors = np.ones(n, dtype=d.real.dtype)
    factors[0] *= first
    factors[-1] *= last
    return d * np.reshape(factors, tuple(-1 if i == axis % np.ndim(d) else 1 for i in range(np.ndim(d))))


@linear(at_ends, "d", samples=[sample(array(3), 0, 2.0, 1.0), sample(array(2, 3), -1, 1.5, 0.5)])
def _(d_out, d, axis, first, last):
    return at_ends(d_out, axis, first, last)


@facts(at_ends)
def _(d, axis, first, last):
    return as_array(d)


def through_cosines(d, type, axis, norm, orthogonalize):
    """The cotangent of values along an axis from that of their cosine transform."""
    if orthogonalize is not None:
        refuse_complex(d)
    orthogonal = type == 4 or is_orthogonal(norm, orthogonalize)
    if type < 3 and not orthogonal:
        d = at_ends(d, axis, 2.0, 2.0 if type == 1 else 1.0)
    d_x = fft.dct(d, reverse_type(type), axis=axis, norm=norm, orthogonalize=orthogonalize)
    if orthogonal or type == 2:
        return d_x
    return at_ends(d_x, axis, 0.5, 0.5 if type == 1 else 1.0)


def through_sines(d, type, axis, norm, orthogonalize):
    """The cotangent of values along an axis from that of their sine transform."""
    if orthogonalize is not None:
        refuse_complex(d)
    orthogonal = type == 1 or type == 4 or is_orthogonal(norm, orthogonalize)
    if type == 2 and not orthogonal:
        d = at_ends(d, axis, 1.0, 2.0)
    d_x = fft.dst(d, reverse_type(type), axis=axis, norm=norm, orthogonalize=orthogonalize)
    return d_x if orthogonal or type == 2 else at_ends(d_x, axis, 1.0, 0.5)


# --------------------------------------------------------------------------------------------------- along one axis

LENGTHS = [
    sample(array(5)),
    sample(array(3, 4), 2, None, 0),
    sample(array(5), 1),
    sample(array(5), 1, norm="ortho"),
    sample(array(4), 2, norm="ortho"),
    sample(array(4), 2, orthogonalize=True),
    sample(array(4), 2, norm="ortho", orthogonalize=False),
    sample(array(5), 3),
    sample(array(5), 3, norm="forward"),
    sample(array(4), 3, norm="ortho"),
    sample(array(3, 4), 4, axis=0),
    sample(array(4), 4, norm="backward"),
    sample(array(5), n=3),
    sample(array(5), 2, 8),
    sample(array(3, 4), type=3, n=6, axis=0, norm="ortho"),
    sample(array(4, dtype="complex128")),
    sample(array(4, dtype="float32")),
]


@linear(fft.dct, "x", refuses=IN_PLACE, samples=LENGTHS)
def _(d_out, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    d_x = through_cosines(d_out, type, axis, norm, orthogonalize)
    return d_x if n is None else fitted(d_x, np.shape(x))


@linear(fft.idct, "x", refuses=IN_PLACE, samples=LENGTHS)
def _(d_out, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    d_x = through_cosines(d_out, reverse_type(type), axis, swapped(norm), orthogonalize)
    return d_x if n is None else fitted(d_x, np.shape(x))


@linear(fft.dst, "x", refuses=IN_PLACE, samples=LENGTHS)
def _(d_out, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    d_x = through_sines(d_out, type, axis, norm, orthogonalize)
    return d_x if n is None else fitted(d_x, np.shape(x))


@linear(fft.idst, "x", refuses=IN_PLACE, samples=LENGTHS)
def _(d_out, x, type=2, n=None, axis=-1, norm=None, overwrite_x=False, workers=None, orthogonalize=None):
    d_x = through_sines(d_out, reverse_type(type), axis, swapped(norm), orthogonalize)
    return d_x if n is None else fitted(d_x, np.shape(x))


# ---------------------------------------------------------------------------------------------- along several axes

GRIDS = [
    sample(array(3, 4)),
    sample(array(3, 4), 1, axes=(1, 0)),
    sample(array(2, 3, 4), 3, axes=(0, 2), norm="forward"),
    sample(array(3, 4), 2, (2, 6), (0, 1)),
    sample(array(3, 5), 4, s=(4, 3), norm="ortho"),
    sample(array(3, 4), orthogonalize=True),
    sample(array(3, 4), axes=1),
]


def axes_of(ndim, s, axes):
    """The axes that a transform goes along, which may be given as one number."""
    return (axes,) if isinstance(axes, int) else transformed_axes(ndim, s, axes)


constant(axes_of, folds=True)


@linear(fft.dctn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None):
    d_x = d_out
    for axis in axes_of(np.ndim(x), s, axes):
        d_x = through_cosines(d_x, type, axis, norm, orthogonalize)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.idctn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None):
    d_x = d_out
    for axis in axes_of(np.ndim(x), s, axes):
        d_x = through_cosines(d_x, reverse_type(type), axis, swapped(norm), orthogonalize)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.dstn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None):
    d_x = d_out
    for axis in axes_of(np.ndim(x), s, axes):
        d_x = through_sines(d_x, type, axis, norm, orthogonalize)
    return d_x if s is None else fitted(d_x, np.shape(x))


@linear(fft.idstn, "x", refuses=IN_PLACE, samples=GRIDS)
def _(d_out, x, type=2, s=None, axes=None, norm=None, overwrite_x=False, workers=None, *, orthogonalize=None):
    d_x = d_out
    for axis in axes_of(np.ndim(x), s, axes):
        d_x = through_sines(d_x, reverse_type(type), axis, swapped(norm), orthogonalize)
    return d_x if s is None else fitted(d_x, np.shape(x))


# ------------------------------------------------------------------------------------------------------------ facts


def known_dtype(dtype):
    """The dtype of a transform of values of this dtype, where it is the same."""
    return dtype if dtype in ("float32", "float64", "complex64", "complex128") else None


@facts(fft.dct, fft.idct, fft.dst, fft.idst, partly=True)
def _(x, n, axis):
    x = as_array(x)
    return Array(known_dtype(x.dtype), one_axis(x.shape, n, axis))


@facts(fft.dctn, fft.idctn, fft.dstn, fft.idstn, partly=True)
def _(x, s):
    x = as_array(x)
    return Array(known_dtype(x.dtype), of_lengths(x.shape, s))
