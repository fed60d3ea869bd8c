"""Polynomials of `numpy`, whose coefficients begin with the highest.

A polynomial is linear in its coefficients and has the polynomial's own derivative in its argument.  A root moves by
minus the change of the value over the slope.  Fits are linear in the values that are fitted; where these were measured
has no derivative here.  Of a division u = q v + r, the highest coefficients give q, and the others then r.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.axes import as_array
from srcad.rules.fourier import fitted
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear, tangent
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


def refuse_zero_lead(v):
    """Raises UnsupportedError for a divisor whose leading coefficient is zero: its degree would change."""
    if len(v) == 0 or v[0] == 0:
        raise UnsupportedError("a divisor whose leading coefficient is zero has no derivative", "trim it first")


constant(refuse_zero_lead, pure=False)


@adjoint(
    np.polydiv,
    "u",
    "v",
    samples=[
        sample(array(5), array(3, low=0.5, seed=1)),
        sample(array(3), array(3, low=0.5, seed=1)),
        sample(array(2), array(3, low=0.5, seed=1)),
        sample(array(3), array(1, low=0.5, seed=1)),
        sample(array(4, dtype="complex128"), array(2, low=0.5, seed=1, dtype="complex128")),
    ],
)
def _(d_out, out, u, v):
    refuse_zero_lead(v)
    d_rest = from_front(d_out[1] + np.zeros(np.shape(out[1])), np.size(u))
    d_u = through_division(d_out[0], d_rest, v)
    return d_u, -from_front(np.correlate(d_u, np.conj(out[0]), "valid"), np.size(v))


def through_division(d_quotient, d_rest, v):
    """The cotangent of a dividend from those of its quotient and of its rest, filled up to as many elements."""
    steps = np.size(d_rest) - np.size(v) + 1
    if steps < 1:
        return d_rest
    shifted = np.stack([np.pad(v, (i, steps - 1 - i)) for i in range(steps)])
    d_lower = d_rest[steps:]
    d_upper = np.linalg.solve(shifted[:, :steps], d_quotient - shifted[:, steps:] @ d_lower)
    return np.concatenate([d_upper, d_lower])


@facts(np.polydiv)
def _(u, v):
    both = {as_array(u).dtype, as_array(v).dtype}
    name = "float64" if both == {"float64"} else None
    return Tuple((Array(name, (some_dim(),)), Array(name, (some_dim(),))))


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
    d_p = -(shares @ np.vander(out, np.size(p)))
    return d_p if np.iscomplexobj(p) else np.real(d_p)


@adjoint(np.poly, "seq_of_zeros", samples=[sample(array(3)), sample(array(2)), sample(array(1))])
def _(d_out, out, seq_of_zeros):
    if np.ndim(seq_of_zeros) != 1:
        raise UnsupportedError("np.poly of a matrix has no rule", "use np.poly(np.linalg.eigvals(a))")
    number = np.size(seq_of_zeros)
    if number == 0:
        return np.zeros_like(seq_of_zeros)
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


# -------------------------------------------------------------------------------------------- coefficients of objects


def coefficients_of(c):
    """The coefficients of a series, a copy in floating point, as the classes of `numpy.polynomial` keep them."""
    (series,) = np.polynomial.polyutils.as_series([c], trim=False)
    return series


@adjoint(coefficients_of, "c", samples=[sample(array(3)), sample(array(1)), sample(2.5), sample(np.arange(3))])
def _(d_out, out, c):
    return np.reshape(d_out, np.shape(c))


@tangent(coefficients_of, "c")
def _(dot_c, out, c):
    return coefficients_of(dot_c)


@facts(coefficients_of)
def _(c):
    known = as_array(c)
    return Array(known.dtype if known.dtype == "float64" else None, known.shape if known.ndim == 1 else (some_dim(),))
