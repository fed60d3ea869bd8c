"""`scipy.ndimage`: interpolation on grids that are shifted, scaled, turned, or given point by point.

The places where an array is read are computed as SciPy does it; what is read there is in `ndimage_splines`.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from srcad.errors import UnsupportedError
from srcad.facts import Array, some_dim
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array
from srcad.rules.scipy.borders import extended, folded
from srcad.rules.scipy.ndimage_splines import (
    AROUND,
    POINTS,
    SPLINE_MODES,
    scattered,
    through_filter,
    value_slopes,
)

PADDING = 12
"""How many elements SciPy continues an array by before it filters it, in modes without a filter of their own."""


def is_padded(order, mode, prefilter):
    """Whether SciPy continues an array before it filters it."""
    return prefilter and order > 1 and mode in ("nearest", "grid-constant")


constant(is_padded, folds=True)


def framed(x, mode, cval):
    """An array that is continued on all sides, as SciPy does it before it filters."""
    x = x - cval if mode == "grid-constant" else x
    for axis in range(np.ndim(x)):
        x = extended(x, axis, PADDING, PADDING, mode)
    return x + cval if mode == "grid-constant" else x


def coefficients_of(x, order, mode, cval, prefilter):
    """The spline coefficients that SciPy computes of an array."""
    if not prefilter or order < 2:
        return x
    return ndimage.spline_filter(framed(x, mode, cval) if is_padded(order, mode, prefilter) else x, order, mode=mode)


def refuse_complex_image(x):
    """Raises UnsupportedError for complex arrays."""
    if np.iscomplexobj(x):
        raise UnsupportedError(
            "interpolation of complex arrays by scipy.ndimage has no rule", "interpolate real and imaginary part"
        )


constant(refuse_complex_image, pure=False)


def through_sampling(d, coordinates, x, order, mode, prefilter):
    """The cotangent of an array from that of what is interpolated between its elements."""
    refuse_complex_image(x)
    if is_padded(order, mode, prefilter):
        shape = tuple([n + 2 * PADDING for n in np.shape(x)])
        d_x = through_filter(scattered(d, coordinates + PADDING, shape, order, mode), order, mode)
        for axis in range(np.ndim(x)):
            d_x = folded(d_x, axis, PADDING, PADDING, mode)
        return d_x
    d_c = scattered(d, coordinates, np.shape(x), order, mode)
    return through_filter(d_c, order, mode) if prefilter and order > 1 else d_c


SAMPLED = [
    *(sample(array(4, 4), AROUND, mode=mode) for mode in SPLINE_MODES),
    *(sample(array(4, 4), AROUND, order=1, mode=mode) for mode in SPLINE_MODES),
    *(sample(array(4, 4), POINTS, None, order) for order in (2, 4, 5)),
    sample(array(4, 4), AROUND, mode="constant", cval=1.5),
    sample(array(4, 4), AROUND, mode="grid-constant", cval=1.5),
    sample(array(5), np.array([[[0.3, 1.2], [2.6, 3.7]]]), prefilter=False),
]


@adjoint(ndimage.map_coordinates, "input", "coordinates", refuses=("output",), samples=SAMPLED)
def _(d_out, out, input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    places = np.asarray(coordinates)
    d_input = through_sampling(d_out, places, input, order, mode, prefilter)
    shift = PADDING if is_padded(order, mode, prefilter) else 0
    coefficients = coefficients_of(input, order, mode, cval, prefilter) - (cval if mode == "grid-constant" else 0.0)
    return d_input, d_out * value_slopes(coefficients, places + shift, order, mode)


@facts(ndimage.map_coordinates)
def _(input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    points = as_array(coordinates).shape
    return Array("float64" if as_array(input).dtype == "float64" else None, points[1:] if points else None)


# ------------------------------------------------------------------------------------------------------ whole grids


def grid(shape):
    """The coordinates of the elements of an array."""
    return np.indices(shape, dtype=float)


def shift_places(shape, shift):
    """Where each element of a shifted array is read."""
    shifts = np.broadcast_to(shift, len(shape))
    return grid(shape) - np.reshape(shifts, (-1, *[1] * len(shape)))


def zoom_places(shape, wanted, grid_mode):
    """Where each element of a scaled array is read."""
    places = grid(wanted)
    for i, (n, m) in enumerate(zip(shape, wanted, strict=True)):
        if grid_mode:
            places[i] = (places[i] + 0.5) * (n / m) - 0.5
        else:
            places[i] *= (n - 1) / (m - 1) if m > 1 else 1.0
    return places


def affine_places(shape, wanted, matrix, offset):
    """Where each element of a transformed array is read."""
    matrix, ndim = np.asarray(matrix, dtype=float), len(shape)
    if matrix.ndim == 2 and matrix.shape[1] == ndim + 1:
        matrix, offset = matrix[:ndim, :ndim], matrix[:ndim, ndim]
    matrix = np.diag(matrix) if matrix.ndim == 1 else matrix
    return np.tensordot(matrix, grid(wanted), 1) + np.reshape(np.broadcast_to(offset, ndim), (-1, *[1] * ndim))


def rotation_places(shape, wanted, angle, axes):
    """Where each element of an array that is turned in the plane of two axes is read."""
    places, (first, second) = grid(wanted), sorted(axis % len(shape) for axis in axes)
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    rows, columns = places[first] - 0.5 * (wanted[first] - 1), places[second] - 0.5 * (wanted[second] - 1)
    places[first] = c * rows + s * columns + 0.5 * (shape[first] - 1)
    places[second] = -s * rows + c * columns + 0.5 * (shape[second] - 1)
    return places


constant(shift_places, zoom_places, affine_places, rotation_places)

IMAGES = [
    *(((array(4, 5)), {"mode": mode}) for mode in SPLINE_MODES),
    (array(4, 5), {"order": 1}),
    (array(4, 5), {"order": 2, "mode": "mirror", "cval": 1.5}),
    (array(3, 3), {"prefilter": False, "cval": 1.5}),
    (array(4, 5, dtype="float32"), {}),
]


@adjoint(
    ndimage.shift,
    "input",
    refuses=("output",),
    samples=[*(sample(x, (0.4, -1.3), **rest) for x, rest in IMAGES), sample(array(5), 0.7)],
)
def _(d_out, out, input, shift, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    return through_sampling(d_out, shift_places(np.shape(input), shift), input, order, mode, prefilter)


@adjoint(
    ndimage.zoom,
    "input",
    refuses=("output",),
    samples=[
        *(sample(x, (1.6, 0.7), **rest) for x, rest in IMAGES),
        sample(array(4, 4), 2, mode="grid-constant", grid_mode=True),
        sample(array(4, 4), 1.5, mode="reflect", grid_mode=True),
    ],
)
def _(d_out, out, input, zoom, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grid_mode=False):
    places = zoom_places(np.shape(input), np.shape(out), grid_mode)
    return through_sampling(d_out, places, input, order, mode, prefilter)


TURN = np.array([[0.9, -0.3], [0.2, 1.1]])


@adjoint(
    ndimage.affine_transform,
    "input",
    refuses=("output",),
    samples=[
        *(sample(x, TURN, 0.3, **rest) for x, rest in IMAGES),
        sample(array(4, 5), np.array([0.7, 1.2]), (0.1, -0.4), (3, 3)),
        sample(array(4, 5), np.array([[0.9, -0.3, 0.5], [0.2, 1.1, -0.2]])),
    ],
)
def _(
    d_out,
    out,
    input,
    matrix,
    offset=0.0,
    output_shape=None,
    output=None,
    order=3,
    mode="constant",
    cval=0.0,
    prefilter=True,
):
    places = affine_places(np.shape(input), np.shape(out), matrix, offset)
    return through_sampling(d_out, places, input, order, mode, prefilter)


@adjoint(
    ndimage.rotate,
    "input",
    refuses=("output",),
    samples=[
        *(sample(x, 30.0, **rest) for x, rest in IMAGES),
        sample(array(4, 5), -50.0, reshape=False, mode="nearest"),
    ],
)
def _(
    d_out, out, input, angle, axes=(1, 0), reshape=True, output=None, order=3, mode="constant", cval=0.0, prefilter=True
):
    refuse_many_planes(input)
    places = rotation_places(np.shape(input), np.shape(out), angle, axes)
    return through_sampling(d_out, places, input, order, mode, prefilter)


def refuse_many_planes(x):
    """Raises UnsupportedError for arrays of more than two axes."""
    if np.ndim(x) != 2:
        raise UnsupportedError("scipy.ndimage.rotate has a rule for two axes", "rotate the planes one by one")


constant(refuse_many_planes, pure=False)


@facts(ndimage.shift)
def _(input, shift, output=None, order=3, mode="constant", cval=0.0, prefilter=True):
    known = as_array(input)
    return Array("float64" if known.dtype == "float64" else None, known.shape)


@facts(ndimage.zoom, partly=True)
def _(input):
    return transformed(input)


@facts(ndimage.affine_transform, partly=True)
def _(input):
    return transformed(input)


@facts(ndimage.rotate, partly=True)
def _(input):
    return transformed(input)


def transformed(x):
    """The fact of an array with as many axes."""
    known = as_array(x)
    shape = None if known.shape is None else tuple(some_dim() for _dim in known.shape)
    return Array("float64" if known.dtype == "float64" else None, shape)
