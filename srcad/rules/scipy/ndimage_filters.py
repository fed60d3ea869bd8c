"""`scipy.ndimage`: correlations and convolutions, in all modes.

The product of a cotangent d with the correlation of x and weights w is linear in each of the three.  Its derivatives
are the correlation itself, `through_*` (the convolution of d and w, folded back at the borders) and `weights_*` (the
correlation of d and x); so the derivatives of any of them are the other two, to every order.  None of them conjugates
anything; SciPy's correlations conjugate complex weights, its convolutions do not.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy import ndimage

from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array
from srcad.rules.scipy.borders import extended, folded

MODES = ("reflect", "mirror", "nearest", "wrap", "constant")


def margins(size, origin):
    """How many elements before and after its own place a correlation reads."""
    return size // 2 + origin, size - size // 2 - 1 - origin


def conjugate(x):
    """The conjugate, of real values these themselves."""
    if np.iscomplexobj(x):
        return np.conj(x)
    return x


def continued(x, axis, size, mode, cval, origin):
    """The elements along an axis that a correlation reads."""
    before, after = margins(size, origin)
    if mode in ("constant", "grid-constant") and cval != 0.0:
        return extended(x - cval, axis, before, after, mode) + cval
    return extended(x, axis, before, after, mode)


# ----------------------------------------------------------------------------------------------------- along lines


def through_line(d, weights, axis, mode, origin):
    """The cotangent of an array from that of its correlation with weights along an axis."""
    size = len(weights)
    before, after = margins(size, origin)
    widened = extended(d, axis, size // 2, size - size // 2 - 1, "constant")
    return folded(ndimage.convolve1d(widened, weights, axis, mode="constant"), axis, before, after, mode)


def weights_of_line(d, x, size, axis, mode, cval, origin):
    """The cotangent of weights from that of the correlation of x with them along an axis."""
    read, lines = np.moveaxis(continued(x, axis, size, mode, cval, origin), axis, -1), np.moveaxis(d, axis, -1)
    n = np.shape(lines)[-1]
    return np.array([np.sum(read[..., j : j + n] * lines) for j in range(size)])


def turned_origin(origin, size):
    """The origin of the correlation that is a convolution with reversed weights."""
    return -origin - (1 if size % 2 == 0 else 0)


constant(turned_origin, folds=True)

LINES = [
    *(sample(array(6), array(3, seed=1), mode=mode) for mode in MODES),
    *(sample(array(2, 3), array(4, seed=1), mode=mode) for mode in MODES),
    sample(array(5, 2), array(3, seed=1), 0, None, "constant", 1.5),
    sample(array(5), array(4, seed=1), origin=1),
    sample(array(5), array(4, seed=1), mode="wrap", origin=-2),
    sample(array(5), array(3, seed=1), mode="mirror", origin=-1),
    sample(array(1), array(3, seed=1), mode="mirror"),
]
MIXED = [
    sample(array(5, dtype="float32"), array(3, seed=1)),
    sample(array(4, dtype="complex128"), array(3, seed=1)),
    sample(array(4, dtype="complex128"), array(2, dtype="complex128", seed=1)),
]


@adjoint(ndimage.correlate1d, "input", "weights", refuses=("output",), samples=LINES + MIXED)
def _(d_out, out, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    d_weights = weights_of_line(d_out, input, len(weights), axis, mode, cval, origin)
    return through_line(d_out, conjugate(weights), axis, mode, origin), conjugate(d_weights)


@adjoint(ndimage.convolve1d, "input", "weights", refuses=("output",), samples=LINES + MIXED)
def _(d_out, out, input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    turned = turned_origin(origin, len(weights))
    d_weights = weights_of_line(d_out, input, len(weights), axis, mode, cval, turned)
    return through_line(d_out, np.flip(weights), axis, mode, turned), np.flip(d_weights)


@adjoint(
    through_line,
    "d",
    "weights",
    samples=[
        sample(array(2, 3), array(4, seed=1), 1, "reflect", -1),
        sample(array(5), array(3, seed=1), 0, "wrap", 0),
        sample(array(4, dtype="complex128"), array(3, dtype="complex128", seed=1), -1, "nearest", 0),
    ],
)
def _(d_out, out, d, weights, axis, mode, origin):
    d_weights = weights_of_line(d, d_out, len(weights), axis, mode, 0.0, origin)
    return ndimage.correlate1d(d_out, conjugate(weights), axis, mode=mode, origin=origin), d_weights


@adjoint(
    weights_of_line,
    "d",
    "x",
    samples=[
        sample(array(2, 3), array(2, 3, seed=1), 4, 1, "constant", 1.5, -1),
        sample(array(5), array(5, seed=1), 3, 0, "mirror", 0.0, 0),
    ],
)
def _(d_out, out, d, x, size, axis, mode, cval, origin):
    d_d = ndimage.correlate1d(x, conjugate(d_out), axis, mode=mode, cval=cval, origin=origin)
    return d_d, through_line(d, d_out, axis, mode, origin)


# ---------------------------------------------------------------------------------------------------- with a kernel


def kernel_axes(ndim, axes):
    """The axes that a kernel lies along, as a tuple."""
    if axes is None:
        return tuple(range(ndim))
    return (axes % ndim,) if isinstance(axes, int) else tuple([axis % ndim for axis in axes])


def of_axis(value, i):
    """What is given for the i-th axis: an item of a tuple or list, or the same for all."""
    return value[i] if isinstance(value, (tuple, list)) else value


def turned_origins(origin, size):
    """The origins of the correlation that is a convolution with a reversed kernel."""
    return tuple([turned_origin(of_axis(origin, i), size[i]) for i in range(len(size))])


constant(kernel_axes, of_axis, turned_origins, folds=True)


def full_size(size, axes, ndim):
    """The shape of a kernel with an axis of length one for each axis that it does not lie along."""
    return tuple(size[axes.index(i)] if i in axes else 1 for i in range(ndim))


def through_kernel(d, weights, mode, origin, axes):
    """The cotangent of an array from that of its correlation with a kernel that lies along some axes."""
    size = np.shape(weights)
    for n, axis in zip(size, axes, strict=True):
        d = extended(d, axis, n // 2, n - n // 2 - 1, "constant")
    d_x = ndimage.convolve(d, np.reshape(weights, full_size(size, axes, np.ndim(d))), mode="constant")
    for i, (n, axis) in enumerate(zip(size, axes, strict=True)):
        before, after = margins(n, of_axis(origin, i))
        d_x = folded(d_x, axis, before, after, of_axis(mode, i))
    return d_x


def weights_of_kernel(d, x, size, mode, cval, origin, axes):
    """The cotangent of a kernel of this shape from that of the correlation of x with it."""
    read = x
    for i, (n, axis) in enumerate(zip(size, axes, strict=True)):
        read = continued(read, axis, n, of_axis(mode, i), cval, of_axis(origin, i))
    places = [range(n) for n in full_size(size, axes, np.ndim(x))]
    windows = (tuple(slice(j, j + n) for j, n in zip(at, d.shape, strict=True)) for at in itertools.product(*places))
    return np.reshape([np.sum(read[window] * d) for window in windows], size)


KERNELS = [
    *(sample(array(4, 5), array(3, 2, seed=1), mode=mode) for mode in MODES),
    sample(array(3), array(3, seed=1), None, "constant", 1.5),
    sample(array(4, 3), array(2, 3, seed=1), mode="constant", cval=-0.5, origin=(-1, 1)),
    sample(array(4, 3), array(2, 2, seed=1), mode="wrap", origin=-1),
    sample(array(4, 3), array(3, 3, seed=1), origin=1),
    sample(array(2, 3, 3), array(2, 1, 3, seed=1), mode="mirror"),
    sample(array(3, 4, dtype="float32"), array(2, 3, seed=1)),
    sample(array(3, 4, dtype="complex128"), array(2, 3, dtype="complex128", seed=1)),
]


@adjoint(ndimage.correlate, "input", "weights", refuses=("output",), samples=KERNELS)
def _(d_out, out, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    along = kernel_axes(np.ndim(input), axes)
    d_weights = weights_of_kernel(d_out, input, np.shape(weights), mode, cval, origin, along)
    return through_kernel(d_out, conjugate(weights), mode, origin, along), conjugate(d_weights)


@adjoint(ndimage.convolve, "input", "weights", refuses=("output",), samples=KERNELS)
def _(d_out, out, input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    turned, along = turned_origins(origin, np.shape(weights)), kernel_axes(np.ndim(input), axes)
    d_weights = weights_of_kernel(d_out, input, np.shape(weights), mode, cval, turned, along)
    return through_kernel(d_out, np.flip(weights), mode, turned, along), np.flip(d_weights)


def correlated(x, weights, mode, cval, origin, axes):
    """The correlation with a kernel that lies along some axes, without a conjugate."""
    ndim = np.ndim(x)
    origins = [of_axis(origin, axes.index(i)) if i in axes else 0 for i in range(ndim)]
    whole = np.reshape(conjugate(weights), full_size(np.shape(weights), axes, ndim))
    return ndimage.correlate(x, whole, mode=mode, cval=cval, origin=origins)


@adjoint(
    through_kernel,
    "d",
    "weights",
    samples=[
        sample(array(3, 4), array(2, 3, seed=1), "mirror", 0, (0, 1)),
        sample(array(3, 4), array(2, seed=1), "wrap", -1, (1,)),
    ],
)
def _(d_out, out, d, weights, mode, origin, axes):
    d_weights = weights_of_kernel(d, d_out, np.shape(weights), mode, 0.0, origin, axes)
    return correlated(d_out, weights, mode, 0.0, origin, axes), d_weights


@adjoint(
    weights_of_kernel, "d", "x", samples=[sample(array(3, 4), array(3, 4, seed=1), (2, 3), "constant", 1.5, 0, (0, 1))]
)
def _(d_out, out, d, x, size, mode, cval, origin, axes):
    return correlated(x, d_out, mode, cval, origin, axes), through_kernel(d, d_out, mode, origin, axes)


@adjoint(correlated, "x", "weights", samples=[sample(array(3, 4), array(2, seed=1), "constant", 0.5, 0, (1,))])
def _(d_out, out, x, weights, mode, cval, origin, axes):
    d_weights = weights_of_kernel(d_out, x, np.shape(weights), mode, cval, origin, axes)
    return through_kernel(d_out, weights, mode, origin, axes), d_weights


# ------------------------------------------------------------------------------------------------------------ facts


def filtered(x, *weights):
    """The fact of an array that a filter with real weights made."""
    known = as_array(x)
    if any(as_array(one).dtype not in ("float64", "float32") for one in weights):
        return Array(None, known.shape)
    return Array(known.dtype if known.dtype in ("float64", "float32", "complex128") else None, known.shape)


@facts(ndimage.correlate1d, ndimage.convolve1d)
def _(input, weights, axis=-1, output=None, mode="reflect", cval=0.0, origin=0):
    return filtered(input, weights)


@facts(ndimage.correlate, ndimage.convolve)
def _(input, weights, output=None, mode="reflect", cval=0.0, origin=0, *, axes=None):
    return filtered(input, weights)


@facts(through_line)
def _(d, weights, axis, mode, origin):
    return filtered(d, weights)


@facts(through_kernel)
def _(d, weights, mode, origin, axes):
    return filtered(d, weights)


@facts(correlated)
def _(x, weights, mode, cval, origin, axes):
    return filtered(x, weights)


@facts(weights_of_line)
def _(d, x, size, axis, mode, cval, origin):
    return Array("float64" if as_array(d).dtype == as_array(x).dtype == "float64" else None, None)


@facts(weights_of_kernel)
def _(d, x, size, mode, cval, origin, axes):
    return Array("float64" if as_array(d).dtype == as_array(x).dtype == "float64" else None, None)
