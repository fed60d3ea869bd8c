"""The six bases of `numpy.polynomial`, whose coefficients begin with the lowest.

What is linear in coefficients (sums, derivatives, changes of the basis) is undone with what it gives for each basis
function; products and quotients with the products of the basis functions.  A root moves by minus the change of the
value over the slope.

Nearly all of these functions trim zeros at the ends of their arguments, so that they cannot be called on tangents:
their rules are adjoints.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import ONE, UNKNOWN, Array, Fact, Tuple, broadcast, some_dim
from srcad.rules.axes import MISSING, array_or_number, as_array, length, length_of, value_of
from srcad.rules.fourier import fitted
from srcad.rules.polynomials import PAIRS, through_fit
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear, partials
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import ufunc_fact


def refuse_zero_lead(c):
    """Raises UnsupportedError where the highest coefficient is zero, so that the degree changes with it."""
    if c[-1] == 0:
        raise UnsupportedError("a series whose highest coefficient is zero has no derivative here", "trim it first")


constant(refuse_zero_lead, pure=False)


def through_values(d, powers, c):
    """The cotangent of coefficients, of which each gives values where the others are, from that of the values."""
    products = np.moveaxis(np.expand_dims(d, -1) * powers, -1, 0)
    added = np.ndim(products) - np.ndim(c)
    like = np.reshape(c, np.shape(c)[:1] + (1,) * added + np.shape(c)[1:])
    return np.reshape(rt.unbroadcast(products, like), np.shape(c))


def through_units(d, size, function):
    """The cotangent of a vector from that of what a linear function makes of it: its results for unit vectors."""
    units = np.eye(size)
    return np.stack([np.sum(fitted(function(units[i]), np.shape(d)) * d) for i in range(size)])


def series_of(*operands: Fact) -> Array:
    """The fact of a series made of others: in double precision if all of these are."""
    known = all(as_array(operand).dtype == "float64" for operand in operands)
    return Array("float64" if known else None, (some_dim(),))


def _register_values(module: ModuleType, prefix: str) -> None:
    """Values, sums and products of series of a basis: `prefix` begins the names of its functions."""
    value, derivative, matrix = (getattr(module, prefix + name) for name in ("val", "der", "vander"))
    product, add, subtract = (getattr(module, prefix + name) for name in ("mul", "add", "sub"))

    @adjoint(
        value,
        "x",
        "c",
        samples=[
            sample(0.7, array(4)),
            sample(array(3), array(4, seed=1)),
            sample(array(2, 2), array(2, seed=1)),
            sample(array(3), array(4, 2, seed=1)),
            sample(0.7, array(4, 2, seed=1)),
            sample(array(2), array(4, 2, seed=1), tensor=False),
            sample(array(3, 2), array(4, 2, seed=1), False),
            sample(array(2), array(1, 2, seed=1), tensor=False),
            sample(array(3, dtype="complex128"), array(4, seed=1)),
        ],
    )
    def _(d_out, out, x, c, tensor=True):
        d_x = rt.unbroadcast(d_out * value(x, derivative(c), tensor), x)
        if np.ndim(c) == 1:
            return d_x, np.reshape(d_out, -1) @ matrix(np.reshape(x, -1), np.size(c) - 1)
        powers = matrix(x, np.shape(c)[0] - 1)
        if tensor:
            own = np.reshape(d_out, np.shape(c)[1:] + (-1,))
            return d_x, np.moveaxis(own @ np.reshape(powers, (-1, np.shape(c)[0])), -1, 0)
        return d_x, through_values(d_out, powers, c)

    @adjoint(add, "c1", "c2", samples=PAIRS)
    def _(d_out, out, c1, c2):
        return fitted(d_out, np.shape(c1)), fitted(d_out, np.shape(c2))

    @adjoint(subtract, "c1", "c2", samples=PAIRS)
    def _(d_out, out, c1, c2):
        return fitted(d_out, np.shape(c1)), -fitted(d_out, np.shape(c2))

    @adjoint(product, "c1", "c2", samples=PAIRS)
    def _(d_out, out, c1, c2):
        d_c1 = through_units(d_out, np.size(c1), lambda unit: product(unit, c2))
        return d_c1, through_units(d_out, np.size(c2), lambda unit: product(unit, c1))


def _register_calculus(module: ModuleType, prefix: str) -> None:
    """Derivatives and integrals of series, their roots, and series that fit points."""
    value, derivative, integral = (getattr(module, prefix + name) for name in ("val", "der", "int"))
    matrix, roots, fit = (getattr(module, prefix + name) for name in ("vander", "roots", "fit"))

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

    @adjoint(matrix, "x", samples=[sample(array(3), 3), sample(array(2, 2), 2), sample(array(3), 0), sample(0.7, 2)])
    def _(d_out, out, x, deg):
        if deg == 0:
            return np.zeros_like(x)
        return np.reshape(np.sum(d_out * (out[..., :-1] @ derivative(np.eye(deg + 1))), axis=-1), np.shape(x))

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


def _register_facts(module: ModuleType, prefix: str) -> None:
    """What is known of the results of a basis."""
    value, derivative, integral = (getattr(module, prefix + name) for name in ("val", "der", "int"))
    product = getattr(module, prefix + "mul")
    add, subtract, matrix = (getattr(module, prefix + name) for name in ("add", "sub", "vander"))

    @facts(add, subtract, product)
    def _(c1, c2):
        return series_of(c1, c2)

    @facts(value)
    def _(x, c, tensor=True):
        points, series = as_array(x), as_array(c)
        both = series.shape is not None and points.shape is not None and value_of(tensor) is not MISSING
        if not both or not series.shape:
            return UNKNOWN
        apart = (*series.shape[1:], *points.shape)
        shape = apart if value_of(tensor) else broadcast(series.shape[1:], points.shape)
        return array_or_number("float64" if {points.dtype, series.dtype} == {"float64"} else None, shape)

    @facts(matrix)
    def _(x, deg):
        points = as_array(x)
        size = value_of(deg)
        if points.shape is None:
            return Array(None, None)
        degrees = length(size + 1) if isinstance(size, int) else some_dim()
        return Array("float64" if points.dtype == "float64" else None, (*(points.shape or (ONE,)), degrees))

    @facts(integral)
    def _(c, m=1, k=(), lbnd=0, scl=1, axis=0):
        shape = as_array(c).shape
        return Array(None, shape and tuple(some_dim() for _ in shape))

    @facts(derivative)
    def _(c, m=1, scl=1, axis=0):
        shape = as_array(c).shape
        return Array("float64" if as_array(c).dtype == "float64" else None, shape and tuple(some_dim() for _ in shape))


def _register_algebra(module: ModuleType, prefix: str) -> None:
    """What makes series of series: lines, shifts, powers and quotients."""
    line, shifted = (getattr(module, prefix + name) for name in ("line", "mulx"))
    product, quotient, power = (getattr(module, prefix + name) for name in ("mul", "div", "pow"))

    @adjoint(line, "off", "scl", samples=[sample(1.5, -0.5), sample(2.5, 3.0)])
    def _(d_out, out, off, scl):
        d = fitted(d_out, (2,))
        return np.sum(d * fitted(line(1.0, 0.0), (2,))), np.sum(d * line(0.0, 1.0))

    @adjoint(shifted, "c", samples=[sample(array(4)), sample(array(1)), sample(array(2))])
    def _(d_out, out, c):
        return through_units(d_out, np.size(c), shifted)

    @adjoint(
        power, "c", samples=[sample(array(3), 3), sample(array(2), 1), sample(array(3), 0), sample(array(2), pow=2)]
    )
    def _(d_out, out, c, pow, maxpower=16):
        if pow == 0:
            return np.zeros_like(c)
        rest = power(c, pow - 1, maxpower)
        return pow * through_units(d_out, np.size(c), lambda unit: product(unit, rest))

    @adjoint(
        quotient,
        "c1",
        "c2",
        samples=[
            sample(array(5), array(3, low=0.5, seed=1)),
            sample(array(3), array(3, low=0.5, seed=1)),
            sample(array(2), array(3, low=0.5, seed=1)),
            sample(array(3), array(1, low=0.5, seed=1)),
        ],
    )
    def _(d_out, out, c1, c2):
        refuse_zero_lead(c2)
        d_rest = fitted(d_out[1] + np.zeros(np.shape(out[1])), np.shape(c1))
        d_c1 = through_division(d_out[0], d_rest, c2)
        return d_c1, -through_units(d_c1, np.size(c2), lambda unit: product(unit, out[0]))

    def through_division(d_quotient, d_rest, c2):
        """The cotangent of a dividend from those of its quotient and of its rest, filled up to as many elements."""
        low, size = np.size(c2) - 1, np.size(d_rest)
        if size <= low:
            return d_rest
        products = np.stack([fitted(product(unit, c2), (size,)) for unit in np.eye(size - low)])
        d_lower = d_rest[:low]
        d_higher = fitted(d_quotient + np.zeros(np.shape(d_quotient)), (size - low,)) - products[:, :low] @ d_lower
        return np.concatenate([d_lower, np.linalg.solve(products[:, low:], d_higher)])


def _register_roots(module: ModuleType, prefix: str) -> None:
    """Series that are made of their roots, and the matrices whose eigenvalues these are."""
    companion, from_roots = (getattr(module, prefix + name) for name in ("companion", "fromroots"))

    @adjoint(from_roots, "roots", samples=[sample(array(3)), sample(array(2)), sample(array(1))])
    def _(d_out, out, roots):
        if np.size(roots) == 0:
            return np.zeros_like(roots)
        rest = [from_roots(np.delete(roots, i)) for i in range(np.size(roots))]
        return -np.stack([np.sum(d_out * fitted(other, np.shape(d_out))) for other in rest])

    @adjoint(companion, "c", samples=[sample(array(4, low=0.5)), sample(array(3, low=0.5)), sample(array(2, low=0.5))])
    def _(d_out, out, c):
        refuse_zero_lead(c)
        size = np.size(c) - 1
        at_one, at_zero = companion(np.ones(size + 1)), companion(np.append(np.zeros(size), 1.0))
        d_shares = d_out[:, -1] * (at_one - at_zero)[:, -1]
        return np.append(d_shares / c[-1], -np.sum(d_shares * c[:-1]) / c[-1] ** 2)


def _register_facts_of_algebra(module: ModuleType, prefix: str) -> None:
    """What is known of series and matrices that are made of series."""
    line, shifted = (getattr(module, prefix + name) for name in ("line", "mulx"))
    quotient, power = (getattr(module, prefix + name) for name in ("div", "pow"))
    companion, from_roots = (getattr(module, prefix + name) for name in ("companion", "fromroots"))

    @facts(line)
    def _(off, scl):
        return Array(None, (some_dim(),))

    @facts(from_roots)
    def _(roots):
        return series_of(roots)

    @facts(shifted)
    def _(c):
        return series_of(c)

    @facts(power)
    def _(c, pow, maxpower=16):
        return series_of(c)

    @facts(quotient)
    def _(c1, c2):
        return Tuple((series_of(c1, c2), series_of(c1, c2)))

    @facts(companion)
    def _(c):
        side = some_dim()
        return Array("float64" if as_array(c).dtype == "float64" else None, (side, side))


def _register_changes(*functions: Callable) -> None:
    """Changes of the basis, which are linear."""
    for function in functions:
        _register_change(function)


def _register_change(function: Callable) -> None:
    @adjoint(function, "c", samples=[sample(array(4)), sample(array(2)), sample(array(1))])
    def _(d_out, out, c):
        return through_units(d_out, np.size(c), function)

    @facts(function)
    def _(c):
        return series_of(c)


def _register_weight(function: Callable, slope: Callable, bound: float) -> None:
    """A weight function, by its logarithmic derivative."""

    @partials(function, "x", samples=elementwise((-bound, bound))[:5])
    def _(out, x):
        return out * slope(x)

    @facts(function)
    def _(x):
        return ufunc_fact(np.exp, x) if isinstance(x, Array) else UNKNOWN


for _module, _prefix in (
    (polynomial, "poly"),
    (chebyshev, "cheb"),
    (legendre, "leg"),
    (hermite, "herm"),
    (hermite_e, "herme"),
    (laguerre, "lag"),
):
    _register_values(_module, _prefix)
    _register_calculus(_module, _prefix)
    _register_facts(_module, _prefix)
    _register_algebra(_module, _prefix)
    _register_roots(_module, _prefix)
    _register_facts_of_algebra(_module, _prefix)

_register_changes(chebyshev.cheb2poly, chebyshev.poly2cheb, legendre.leg2poly, legendre.poly2leg)
_register_changes(hermite.herm2poly, hermite.poly2herm, hermite_e.herme2poly, hermite_e.poly2herme)
_register_changes(laguerre.lag2poly, laguerre.poly2lag)

_register_weight(chebyshev.chebweight, lambda x: x / (1.0 - x * x), 0.8)
_register_weight(legendre.legweight, lambda x: 0.0 * x, 2.0)
_register_weight(hermite.hermweight, lambda x: -2.0 * x, 2.0)
_register_weight(hermite_e.hermeweight, lambda x: -x, 2.0)
_register_weight(laguerre.lagweight, lambda x: -1.0 + 0.0 * x, 2.0)


@adjoint(polynomial.polytrim, "c", samples=[sample(array(4)), sample(np.array([1.5, 2.5, 0.01]), 0.1)])
def _(d_out, out, c, tol=0):
    if np.all(np.abs(c) <= tol):
        return np.zeros_like(c)
    return fitted(d_out, np.shape(c))


@facts(polynomial.polytrim)
def _(c, tol=0):
    return series_of(c)


# Nodes and weights for a number of points.
POINTS = (chebyshev.chebpts1, chebyshev.chebpts2)
GAUSS = (legendre.leggauss, hermite.hermgauss, hermite_e.hermegauss, laguerre.laggauss, chebyshev.chebgauss)
constant(*POINTS, *GAUSS, samples=[sample(3), sample(2)])


@facts(*POINTS)
def _(npts):
    return Array("float64", (length_of(npts),))


@facts(*GAUSS)
def _(deg):
    points = Array("float64", (length_of(deg),))
    return Tuple((points, points))
