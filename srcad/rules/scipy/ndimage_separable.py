"""`scipy.ndimage`: Gaussian, uniform and differential filters, in all modes.

They are correlations along one axis after another, which is stated as lines: an axis, weights, a mode and an origin
each.  The transpose goes through the lines backwards.  A filter's weights are read off its own answer to an impulse.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.ndimage_filters import MODES, filtered, kernel_axes, of_axis, through_line


def through_lines(d, lines):
    """The cotangent of an array from that of its correlations along lines, the first of them done first."""
    for axis, weights, mode, origin in reversed(lines):
        d = through_line(d, weights, axis, mode, origin)
    return d


def along_lines(x, lines):
    """The correlations of an array along lines, with 0 where a constant continues it."""
    for axis, weights, mode, origin in lines:
        x = ndimage.correlate1d(x, weights, axis, mode=mode, origin=origin)
    return x


TWO_LINES = [(0, np.array([0.2, 1.0, -0.5]), "wrap", 0), (1, np.array([1.0, 2.0]), "constant", -1)]


@linear(through_lines, "d", samples=[sample(array(3, 4), TWO_LINES)])
def _(d_out, d, lines):
    return along_lines(d_out, lines)


@linear(along_lines, "x", samples=[sample(array(3, 4), TWO_LINES)])
def _(d_out, x, lines):
    return through_lines(d_out, lines)


@facts(through_lines)
def _(d, lines):
    return filtered(d)


@facts(along_lines)
def _(x, lines):
    return filtered(x)


# --------------------------------------------------------------------------------------------------------- Gaussian


def gaussian_weights(sigma, order, truncate, radius):
    """The weights that `ndimage.gaussian_filter1d` correlates with: its answer to an impulse, turned round."""
    reach = int(truncate * float(sigma) + 0.5) if radius is None else radius
    impulse = np.zeros(2 * reach + 1)
    impulse[reach] = 1.0
    kept = {} if radius is None else {"radius": radius}
    return ndimage.gaussian_filter1d(impulse, sigma, order=order, mode="constant", truncate=truncate, **kept)[::-1]


def gaussian_lines(ndim, sigma, order, mode, truncate, radius, axes):
    """The lines of `ndimage.gaussian_filter`."""
    along = kernel_axes(ndim, axes)
    each = [(axis, *(of_axis(value, i) for value in (sigma, order, mode, radius))) for i, axis in enumerate(along)]
    return [(axis, gaussian_weights(s, o, truncate, r), m, 0) for axis, s, o, m, r in each if s > 1e-15]


constant(gaussian_lines)

SMOOTHED = [
    *(sample(array(6), 0.8, mode=mode) for mode in MODES),
    sample(array(7), 1.2, order=1, truncate=2.0),
    sample(array(7), 0.7, order=2, mode="wrap"),
    sample(array(5), 1.0, mode="constant", cval=1.5),
    sample(array(7, dtype="float32"), 0.6),
]


@adjoint(
    ndimage.gaussian_filter1d,
    "input",
    refuses=("output",),
    samples=[*SMOOTHED, sample(array(4, 3), 0.9, 0), sample(array(4, 3), 0.9, radius=2)],
)
def _(d_out, out, input, sigma, axis=-1, order=0, output=None, mode="reflect", cval=0.0, truncate=4.0, *, radius=None):
    return through_lines(d_out, gaussian_lines(np.ndim(input), sigma, order, mode, truncate, radius, axis))


@adjoint(
    ndimage.gaussian_filter,
    "input",
    refuses=("output",),
    samples=[
        *SMOOTHED,
        sample(array(4, 5), (0.6, 1.1), (0, 1), mode=("wrap", "nearest")),
        sample(array(4, 5), [0.0, 1.1]),
        sample(array(2, 4, 5), 0.8, axes=(0, 2), radius=1),
        sample(array(4, 5), 0.8, mode="constant", cval=-1.0),
    ],
)
def _(
    d_out,
    out,
    input,
    sigma,
    order=0,
    output=None,
    mode="reflect",
    cval=0.0,
    truncate=4.0,
    *,
    radius=None,
    axes=None,
):
    return through_lines(d_out, gaussian_lines(np.ndim(input), sigma, order, mode, truncate, radius, axes))


@facts(ndimage.gaussian_filter1d, partly=True)
def _(input):
    return filtered(input)


@facts(ndimage.gaussian_filter, partly=True)
def _(input):
    return filtered(input)


# ---------------------------------------------------------------------------------------------------------- uniform


def uniform_lines(ndim, size, mode, origin, axes):
    """The lines of `ndimage.uniform_filter`."""
    along = kernel_axes(ndim, axes)
    each = [(axis, *(of_axis(value, i) for value in (size, mode, origin))) for i, axis in enumerate(along)]
    return [(axis, np.full(int(n), 1.0 / n), m, o) for axis, n, m, o in each if n > 1]


constant(uniform_lines)

AVERAGED = [
    *(sample(array(6), 3, mode=mode) for mode in MODES),
    sample(array(5), 4, mode="constant", cval=1.5),
    sample(array(5), 4, origin=1),
    sample(array(5, dtype="float32"), 2),
]


@adjoint(
    ndimage.uniform_filter1d, "input", refuses=("output",), samples=[*AVERAGED, sample(array(4, 3), 3, 0, origin=-1)]
)
def _(d_out, out, input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return through_lines(d_out, uniform_lines(np.ndim(input), size, mode, origin, axis))


@adjoint(
    ndimage.uniform_filter,
    "input",
    refuses=("output",),
    samples=[
        *AVERAGED,
        sample(array(4, 5)),
        sample(array(4, 5), (2, 3), mode=["wrap", "mirror"], origin=(0, 1)),
        sample(array(2, 4, 3), 3, axes=(0, 2)),
    ],
)
def _(d_out, out, input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    return through_lines(d_out, uniform_lines(np.ndim(input), size, mode, origin, axes))


@facts(ndimage.uniform_filter1d)
def _(input, size, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return filtered(input)


@facts(ndimage.uniform_filter)
def _(input, size=3, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    return filtered(input)


# ---------------------------------------------------------------------------------------------- differential filters


def slope_lines(ndim, axis, mode, across):
    """The lines of a filter that takes differences along one axis and sums with weights along all others."""
    along = axis % ndim
    smooth = [(i, np.array(across), of_axis(mode, i), 0) for i in range(ndim) if i != along]
    return [(along, np.array([-1.0, 0.0, 1.0]), of_axis(mode, along), 0), *smooth]


def second_lines(ndim, mode, axes):
    """Second differences, each of them along one of the axes."""
    stencil = np.array([1.0, -2.0, 1.0])
    return [[(axis, stencil, of_axis(mode, i), 0)] for i, axis in enumerate(kernel_axes(ndim, axes))]


def gaussian_derivatives(ndim, sigma, order, mode, axes, truncate, radius):
    """For each axis, the lines of a Gaussian filter that takes the derivative of this order along it."""
    along = kernel_axes(ndim, axes)
    orders = [[order if i == k else 0 for i in range(len(along))] for k in range(len(along))]
    return [gaussian_lines(ndim, sigma, each, mode, truncate, radius, along) for each in orders]


constant(slope_lines, second_lines, gaussian_derivatives)

SLOPES = [
    *(sample(array(4, 3), mode=mode) for mode in MODES),
    sample(array(3, 4), 0),
    sample(array(2, 3, 4), 1, mode=("wrap", "mirror", "nearest")),
    sample(array(5), mode="constant", cval=1.5),
    sample(array(5, dtype="float32")),
]


@adjoint(ndimage.sobel, "input", refuses=("output",), samples=SLOPES)
def _(d_out, out, input, axis=-1, output=None, mode="reflect", cval=0.0):
    return through_lines(d_out, slope_lines(np.ndim(input), axis, mode, (1.0, 2.0, 1.0)))


@adjoint(ndimage.prewitt, "input", refuses=("output",), samples=SLOPES)
def _(d_out, out, input, axis=-1, output=None, mode="reflect", cval=0.0):
    return through_lines(d_out, slope_lines(np.ndim(input), axis, mode, (1.0, 1.0, 1.0)))


@facts(ndimage.sobel, ndimage.prewitt)
def _(input, axis=-1, output=None, mode="reflect", cval=0.0):
    return filtered(input)


CURVATURES = [one for one in SLOPES if len(one.args) == 1]


@adjoint(ndimage.laplace, "input", refuses=("output",), samples=[*CURVATURES, sample(array(3, 4), axes=(1,))])
def _(d_out, out, input, output=None, mode="reflect", cval=0.0, *, axes=None):
    d_input = 0.0
    for lines in second_lines(np.ndim(input), mode, axes):
        d_input = d_input + through_lines(d_out, lines)
    return d_input


@adjoint(
    ndimage.gaussian_laplace,
    "input",
    refuses=("output",),
    samples=[
        sample(array(4, 5), 0.8),
        sample(array(4, 5), (0.8, 0.6), mode="wrap"),
        sample(array(4, 5), 0.8, mode="constant", cval=1.0, axes=(1,)),
        sample(array(5), 1.2, truncate=2.0),
    ],
)
def _(d_out, out, input, sigma, output=None, mode="reflect", cval=0.0, *, axes=None, truncate=4.0, radius=None):
    d_input = 0.0
    for lines in gaussian_derivatives(np.ndim(input), sigma, 2, mode, axes, truncate, radius):
        d_input = d_input + through_lines(d_out, lines)
    return d_input


@adjoint(
    ndimage.gaussian_gradient_magnitude,
    "input",
    refuses=("output", "cval"),
    samples=[
        sample(array(4, 5), 0.8),
        sample(array(4, 5), (0.8, 0.6), mode="wrap"),
        sample(array(4, 5), 0.8, mode="constant"),
        sample(array(5), 1.2, truncate=2.0),
    ],
)
def _(d_out, out, input, sigma, output=None, mode="reflect", cval=0.0, *, axes=None, truncate=4.0, radius=None):
    d_squares = d_out / (out + (out == 0))
    d_input = 0.0
    for lines in gaussian_derivatives(np.ndim(input), sigma, 1, mode, axes, truncate, radius):
        d_input = d_input + through_lines(d_squares * along_lines(input, lines), lines)
    return d_input


@facts(ndimage.laplace)
def _(input, output=None, mode="reflect", cval=0.0, *, axes=None):
    return filtered(input)


@facts(ndimage.gaussian_laplace, ndimage.gaussian_gradient_magnitude, partly=True)
def _(input):
    return filtered(input)
