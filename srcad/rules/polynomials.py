"""Polynomials: those of `numpy`, whose coefficients begin with the highest, and the six bases of `numpy.polynomial`.

A polynomial is linear in its coefficients and has the polynomial's own derivative in its argument.  A root moves by
minus the change of the value over the slope.  Fits are linear in the values that are fitted; where these were measured
has no derivative here.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, some_dim
from srcad.rules.axes import as_array
from srcad.rules.fourier import fitted
from srcad.rules.register import adjoint, constant, facts, linear, sample
from srcad.rules.samples import array

# ---------------------------------------------------------------------------------------------- highest power first


def from_front(d, size):
    """A cotangent of coefficients, cut off or filled up with zeros in front."""
    return fitted(d[::-1], (size,))[::-1]


@adjoint(
    np.polyval,
    "p",
    "x",
    samples=[
        sample(array(4), 1.5),
        sample(array(4), array(3, seed=1)),
        sample(array(3), array(2, 2, seed=1)),
        sample(array(1), array(3, seed=1)),
        sample(array(3, dtype="complex128"), array(2, dtype="complex128", seed=1)),
    ],
)
def _(d_out, out, p, x):
    powers = np.vander(np.reshape(x, -1), np.size(p))
    return np.reshape(d_out, -1) @ powers, d_out * np.polyval(np.polyder(p), x)


PAIRS = [sample(array(4), array(2, seed=1)), sample(array(2), array(4, seed=1)), sample(array(3), array(3, seed=1))]


@linear(np.polyadd, "a1", "a2", samples=PAIRS)
def _(d_out, a1, a2):
    return from_front(d_out, np.size(a1)), from_front(d_out, np.size(a2))


@linear(np.polysub, "a1", "a2", samples=PAIRS)
def _(d_out, a1, a2):
    return from_front(d_out, np.size(a1)), -from_front(d_out, np.size(a2))


@adjoint(np.polymul, "a1", "a2", samples=PAIRS)
def _(d_out, out, a1, a2):
    d = from_front(d_out, np.size(a1) + np.size(a2) - 1)
    return np.correlate(d, np.conj(a2), "valid"), np.correlate(d, np.conj(a1), "valid")


def slopes_of_powers(n, m):
    """What the m-th derivative multiplies the coefficients of n powers with, highest first."""
    return np.polyder(np.ones(n), m)


constant(slopes_of_powers)


@facts(slopes_of_powers)
def _(n, m):
    return Array("float64", (some_dim(),))


@linear(
    np.polyder,
    "p",
    shares="p",
    samples=[sample(array(4)), sample(array(4), 2), sample(array(3), m=1), sample(array(4), 0)],
)
def _(d_out, p, m=1):
    return fitted(d_out * slopes_of_powers(np.size(p), m), np.shape(p))


@adjoint(np.polyint, "p", samples=[sample(array(4)), sample(array(4), 2), sample(array(3), m=1, k=1.5)])
def _(d_out, out, p, m=1, k=None):
    return d_out[: np.size(p)] / slopes_of_powers(np.size(p) + m, m)


@facts(np.polyadd, np.polysub, np.polymul)
def _(a1, a2):
    both = {as_array(a1).dtype, as_array(a2).dtype}
    return Array("float64" if both == {"float64"} else None, (some_dim(),))


@facts(np.polyder)
def _(p, m=1):
    return Array(as_array(p).dtype, (some_dim(),)) if as_array(p).ndim == 1 else UNKNOWN


@facts(np.polyint)
def _(p, m=1, k=None):
    return Array("float64" if as_array(p).dtype == "float64" else None, (some_dim(),))


@adjoint(np.roots, "p", samples=[sample(np.array([1.0, -3.5, 1.2, 0.7])), sample(np.array([2.0, 0.3, 1.5]))])
def _(d_out, out, p):
    shares = d_out / np.polyval(np.polyder(p), out)
    return -(shares @ np.vander(out, np.size(p)))


@adjoint(np.poly, "seq_of_zeros", samples=[sample(array(3)), sample(array(2)), sample(array(1))])
def _(d_out, out, seq_of_zeros):
    if np.ndim(seq_of_zeros) != 1:
        raise UnsupportedError("np.poly of a matrix has no rule", "use np.poly(np.linalg.eigvals(a))")
    number = np.size(seq_of_zeros)
    rest = [np.poly(np.delete(seq_of_zeros, i)) for i in range(number)]
    return -np.stack([np.sum(d_out[1:] * other) for other in rest])


@adjoint(
    np.polyfit,
    "y",
    refuses=("full", "cov"),
    samples=[
        sample(np.array([0.0, 1.0, 2.0, 4.0]), array(4), 2),
        sample(np.array([0.0, 1.0, 2.0, 4.0]), array(4, 2), 1),
        sample(np.array([0.0, 1.0, 2.0, 4.0]), array(4), 1, w=np.array([1.0, 0.5, 2.0, 1.0])),
    ],
)
def _(d_out, out, x, y, deg, rcond=None, full=False, w=None, cov=False):
    return through_fit(d_out, np.vander(x, deg + 1), w, y)


def through_fit(d, powers, w, y):
    """The cotangent of values from that of the coefficients that fit them best."""
    if w is None:
        return np.linalg.pinv(powers).T @ d
    d_y = np.linalg.pinv(powers * np.expand_dims(w, 1)).T @ d
    return d_y * np.reshape(w, (-1,) + (1,) * (np.ndim(y) - 1))


# ---------------------------------------------------------------------------------------------- the bases, lowest first


def refuse_several(c):
    """Raises UnsupportedError for coefficients of several polynomials at once."""
    if np.ndim(c) != 1:
        raise UnsupportedError(
            "coefficients of several polynomials at once have no rule", "evaluate one after the other"
        )


constant(refuse_several, pure=False)


def _register(module: ModuleType, prefix: str) -> None:
    """The functions of a basis: `prefix` begins their names."""
    value, derivative, integral = (getattr(module, prefix + name) for name in ("val", "der", "int"))
    product, matrix, roots = (getattr(module, prefix + name) for name in ("mul", "vander", "roots"))
    add, subtract, fit = (getattr(module, prefix + name) for name in ("add", "sub", "fit"))

    @adjoint(
        value,
        "x",
        "c",
        refuses=("tensor",),
        samples=[sample(0.7, array(4)), sample(array(3), array(4, seed=1)), sample(array(2, 2), array(2, seed=1))],
    )
    def _(d_out, out, x, c, tensor=True):
        refuse_several(c)
        powers = matrix(np.reshape(x, -1), np.size(c) - 1)
        return d_out * value(x, derivative(c)), np.reshape(d_out, -1) @ powers

    @linear(add, "c1", "c2", samples=PAIRS)
    def _(d_out, c1, c2):
        return fitted(d_out, np.shape(c1)), fitted(d_out, np.shape(c2))

    @linear(subtract, "c1", "c2", samples=PAIRS)
    def _(d_out, c1, c2):
        return fitted(d_out, np.shape(c1)), -fitted(d_out, np.shape(c2))

    def through_product(d, size, other):
        """The cotangent of a factor, from those of the products of its basis with the other factor."""
        return np.stack([np.sum(fitted(product(np.eye(size)[i], other), np.shape(d)) * d) for i in range(size)])

    @adjoint(product, "c1", "c2", samples=PAIRS)
    def _(d_out, out, c1, c2):
        return through_product(d_out, np.size(c1), c2), through_product(d_out, np.size(c2), c1)

    @linear(
        derivative, "c", samples=[sample(array(4)), sample(array(4), 2), sample(array(4), scl=2.0), sample(array(3, 2))]
    )
    def _(d_out, c, m=1, scl=1, axis=0):
        slopes = derivative(np.eye(np.shape(c)[axis]), m, scl)
        return np.moveaxis(np.tensordot(slopes, np.moveaxis(d_out, axis, 0), (0, 0)), 0, axis)

    @adjoint(
        integral,
        "c",
        samples=[sample(array(4)), sample(array(4), 2), sample(array(3), 1, [1.5], 0.5), sample(array(2, 3), axis=1)],
    )
    def _(d_out, out, c, m=1, k=(), lbnd=0, scl=1, axis=0):
        slopes = integral(np.eye(np.shape(c)[axis]), m, [], lbnd, scl)
        return np.moveaxis(np.tensordot(slopes, np.moveaxis(d_out, axis, 0), (0, 0)), 0, axis)

    @adjoint(matrix, "x", samples=[sample(array(3), 3), sample(array(2, 2), 2), sample(array(3), 0)])
    def _(d_out, out, x, deg):
        if deg == 0:
            return np.zeros_like(x)
        return np.sum(d_out * (out[..., :-1] @ derivative(np.eye(deg + 1))), axis=-1)

    @adjoint(roots, "c", samples=[sample(np.array([0.7, 1.2, -3.5, 1.0]))])
    def _(d_out, out, c):
        return -((d_out / value(out, derivative(c))) @ matrix(out, np.size(c) - 1))

    @adjoint(
        fit,
        "y",
        refuses=("full",),
        samples=[
            sample(np.array([0.0, 1.0, 2.0, 4.0]), array(4), 2),
            sample(np.array([0.0, 1.0, 2.0, 4.0]), array(4, 2), 1, w=np.array([1.0, 0.5, 2.0, 1.0])),
        ],
    )
    def _(d_out, out, x, y, deg, rcond=None, full=False, w=None):
        return through_fit(d_out, matrix(x, deg), w, y)

    @facts(add, subtract, product)
    def _(c1, c2):
        both = {as_array(c1).dtype, as_array(c2).dtype}
        return Array("float64" if both == {"float64"} else None, (some_dim(),))

    @facts(derivative)
    def _(c, m=1, scl=1, axis=0):
        return Array(None, None)


for _module, _prefix in (
    (np.polynomial.polynomial, "poly"),
    (np.polynomial.chebyshev, "cheb"),
    (np.polynomial.legendre, "leg"),
    (np.polynomial.hermite, "herm"),
    (np.polynomial.hermite_e, "herme"),
    (np.polynomial.laguerre, "lag"),
):
    _register(_module, _prefix)

# Nodes and weights for a number of points.
constant(np.polynomial.chebyshev.chebpts1, np.polynomial.chebyshev.chebpts2, np.polynomial.chebyshev.chebgauss)
constant(np.polynomial.legendre.leggauss, np.polynomial.hermite.hermgauss)
constant(np.polynomial.hermite_e.hermegauss, np.polynomial.laguerre.laggauss)
