"""What is left of NumPy's arrays: forms in memory, and functions of complex results.

The functions of `numpy.emath` are those of `numpy` where
these are defined on the real line, and complex elsewhere.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array, Tuple, some_dim, widen
from srcad.rules.axes import as_array, value_of
from srcad.rules.creation import nested
from srcad.rules.joining import parts
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts, linear, partials
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import binary_facts, ufunc_fact

# ------------------------------------------------------------------------------------------------- forms in memory


@facts(np.asfortranarray)
def _(a, dtype=None, *, like=None):
    known = as_array(a)
    return Array(known.dtype, known.shape) if value_of(dtype) is None else UNKNOWN


@facts(np.require)
def _(a, dtype=None, requirements=None, *, like=None):
    return Array(as_array(a).dtype, as_array(a).shape) if value_of(dtype) is None else UNKNOWN


@linear(
    np.asfortranarray, "a", lists=("a",), refuses=("like",), shares="a", samples=[sample(array(2, 3)), sample(array(3))]
)
def _(d_out, a, dtype=None, *, like=None):
    return nested(d_out, a)


@linear(
    np.require,
    "a",
    lists=("a",),
    refuses=("like",),
    shares="a",
    samples=[sample(array(2, 3), None, "C"), sample(array(2, 3).T)],
)
def _(d_out, a, dtype=None, requirements=None, *, like=None):
    return nested(d_out, a)


@linear(np.asarray_chkfinite, "a", lists=("a",), shares="a", samples=[sample(array(3)), sample([1.5, 2.5])])
def _(d_out, a, dtype=None, order=None):
    return nested(d_out, a)


@facts(np.asarray_chkfinite)
def _(a, dtype=None, order=None):
    return as_array(a) if value_of(dtype) is None else UNKNOWN


@facts(np.diagflat)
def _(v, k=0):
    side = some_dim()
    return Array(as_array(v).dtype, (side, side))


@linear(np.diagflat, "v", samples=[sample(array(3)), sample(array(2, 2), 1), sample(array(2), k=-1)])
def _(d_out, v, k=0):
    return np.reshape(np.diagonal(d_out, k), np.shape(v))


@linear(np.dsplit, "ary", shares="ary", always=True, samples=[sample(array(2, 2, 4), 2), sample(array(2, 2, 3), [1])])
def _(d_out, ary, indices_or_sections):
    return np.concatenate(d_out, axis=2)


@facts(np.dsplit)
def _(ary, indices_or_sections):
    return parts(ary, indices_or_sections, 2)


def _register_unstack() -> None:
    """`np.unstack`, which NumPy has since 2.1."""

    @linear(
        np.unstack,
        "x",
        shares="x",
        always=True,
        samples=[sample(array(2, 3)), sample(array(2, 3), axis=1), sample(array(2, 3, 2), axis=-1)],
    )
    def _(d_out, x, *, axis=0):
        d_x = np.zeros_like(x)
        rows = np.moveaxis(d_x, axis, 0)
        for i in range(len(d_out)):
            rows[i] = d_out[i]
        return d_x


if hasattr(np, "unstack"):
    _register_unstack()

# -------------------------------------------------------------------------------------------- parts of floats, Bessel


@adjoint(np.frexp, "x", samples=elementwise((0.6, 0.9)) + elementwise((2.2, 3.8)))
def _(d_out, out, x):
    return d_out[0] * 0.5 ** out[1]


@facts(np.frexp)
def _(x):
    mantissa = ufunc_fact(np.frexp, x)
    return UNKNOWN if mantissa == UNKNOWN else Tuple((mantissa, UNKNOWN))


@partials(np.nextafter, "x1", "x2", samples=elementwise((-2, 2), (-2, 2))[:5])
def _(out, x1, x2):
    return 1.0, 0.0


binary_facts(np.nextafter)


def bessel_i1(x):
    """The modified Bessel function of order 1 (DLMF 10.32.3).

    The midpoint rule converges geometrically for periodic functions, and 128 nodes suffice for all x without overflow.
    """
    cosines = np.cos(np.pi * (np.arange(128) + 0.5) / 128.0)
    return np.mean(cosines * np.exp(np.expand_dims(x, -1) * cosines), axis=-1)


@partials(np.i0, "x", samples=[sample(array(3)), sample(array(2, 3) * 10.0), sample(1.5)])
def _(out, x):
    return bessel_i1(x)


@facts(np.i0)
def _(x):
    a = as_array(x)
    return Array("float64", a.shape) if a.dtype == "float64" and isinstance(widen(x), Array) else UNKNOWN


@adjoint(np.kaiser, "beta", samples=[sample(5, 3.0), sample(4, 0.5), sample(1, 2.0)])
def _(d_out, out, M, beta):  # noqa: N803 (NumPy's own name)
    if M == 1:
        return 0.0 * beta
    places = np.arange(M) / (0.5 * (M - 1)) - 1.0
    radii = np.sqrt(1.0 - places * places)
    return np.sum(d_out * (radii * bessel_i1(beta * radii) - out * bessel_i1(beta))) / np.i0(beta)


# ----------------------------------------------------------------------------------------------------------- emath


def beyond(low, high):
    """Samples inside and outside of where a function is real."""
    return elementwise((low, high))[:6] + [sample(np.array([-3.0, -1.7])), sample(array(3, dtype="c16")), sample(-2.5)]


@partials(np.emath.sqrt, "x", singular=True, samples=beyond(0.5, 2.0))
def _(out, x):
    return 0.5 / out


@partials(np.emath.log, "x", singular=True, samples=beyond(0.5, 2.0))
def _(out, x):
    return 1.0 / x


@partials(np.emath.log2, "x", singular=True, samples=beyond(0.5, 2.0))
def _(out, x):
    return 1.0 / (x * np.log(2.0))


@partials(np.emath.log10, "x", singular=True, samples=beyond(0.5, 2.0))
def _(out, x):
    return 1.0 / (x * np.log(10.0))


@partials(np.emath.logn, "n", "x", singular=True, samples=[sample(3.0, array(3)), sample(2.5, -1.5)])
def _(out, n, x):
    return -out / (n * np.emath.log(n)), 1.0 / (x * np.emath.log(n))


@partials(
    np.emath.power, "x", "p", singular=True, samples=[sample(array(3), 0.5), sample(array(3), 2), sample(2.5, -0.5)]
)
def _(out, x, p):
    return p * np.emath.power(x, p - 1.0), out * np.emath.log(x)


def root_of_rest(x):
    """The root of 1 - x * x, on the side of the cut on which NumPy takes real numbers to lie."""
    root = np.emath.sqrt(1.0 - x * x)
    if np.iscomplexobj(x):
        return root
    return np.where(x > 1.0, np.conj(root), root)


INVERSE = elementwise((-0.8, 0.8))[:6] + [
    sample(array(3, dtype="c16")),
    sample(np.array([-2.5, 0.3, 1.7])),
    sample(2.5),
]


@partials(np.emath.arcsin, "x", singular=True, samples=INVERSE)
def _(out, x):
    return 1.0 / root_of_rest(x)


@partials(np.emath.arccos, "x", singular=True, samples=INVERSE)
def _(out, x):
    return -1.0 / root_of_rest(x)


@partials(np.emath.arctanh, "x", singular=True, samples=INVERSE)
def _(out, x):
    return 1.0 / (1.0 - x * x)
