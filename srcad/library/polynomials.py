"""Functions of `numpy.polynomial` that call others: of several variables, and interpolation.

Guarantee: the same calls as in NumPy, in the same order.
"""

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from srcad.library.register import implements


def of_several_variables(module, prefix):
    """Registers the functions of a basis, of polynomials in two and three variables: `prefix` begins their names."""
    value, matrix = getattr(module, prefix + "val"), getattr(module, prefix + "vander")

    @implements(getattr(module, prefix + "val2d"))
    def at_points(x, y, c):
        if np.shape(x) != np.shape(y):
            raise ValueError("x, y are incompatible")
        return value(y, value(x, c), tensor=False)

    @implements(getattr(module, prefix + "val3d"))
    def at_points_in_space(x, y, z, c):
        if np.shape(x) != np.shape(y) or np.shape(x) != np.shape(z):
            raise ValueError("x, y, z are incompatible")
        return value(z, value(y, value(x, c), tensor=False), tensor=False)

    @implements(getattr(module, prefix + "grid2d"))
    def on_grid(x, y, c):
        return value(y, value(x, c))

    @implements(getattr(module, prefix + "grid3d"))
    def on_grid_in_space(x, y, z, c):
        return value(z, value(y, value(x, c)))

    @implements(getattr(module, prefix + "vander2d"))
    def matrix_of_products(x, y, deg):
        rows, columns = matrix(x, deg[0]), matrix(y, deg[1])
        products = np.expand_dims(rows, -1) * np.expand_dims(columns, -2)
        return np.reshape(products, np.shape(products)[:-2] + (-1,))

    @implements(getattr(module, prefix + "vander3d"))
    def matrix_of_products_in_space(x, y, z, deg):
        rows, columns, layers = matrix(x, deg[0]), matrix(y, deg[1]), matrix(z, deg[2])
        products = np.expand_dims(rows, (-1, -2)) * np.expand_dims(columns, (-1, -3)) * np.expand_dims(layers, (-2, -3))
        return np.reshape(products, np.shape(products)[:-3] + (-1,))


COORDINATES = {2: "x, y", 3: "x, y, z"}


def of_any_number_of_variables(module, prefix):
    """Registers the function of a basis that NumPy has since 2.5: polynomials in as many variables as there are."""
    value = getattr(module, prefix + "val")

    @implements(getattr(module, prefix + "valnd"))
    def at_points_of_any_space(pts, c):
        values = value(pts[0], c)
        for i in range(1, len(pts)):
            if np.shape(pts[i]) != np.shape(pts[0]):
                raise ValueError(f"{COORDINATES.get(len(pts), 'ordinates')} are incompatible")
            values = value(pts[i], values, tensor=False)
        return values


for _module, _prefix in (
    (polynomial, "poly"),
    (chebyshev, "cheb"),
    (legendre, "leg"),
    (hermite, "herm"),
    (hermite_e, "herme"),
    (laguerre, "lag"),
):
    of_several_variables(_module, _prefix)
    if hasattr(_module, _prefix + "valnd"):
        of_any_number_of_variables(_module, _prefix)


@implements(polynomial.polyvalfromroots)
def _(x, r, tensor=True):
    roots = np.atleast_1d(r)
    if tensor:
        return np.prod(x - np.reshape(roots, np.shape(roots) + (1,) * np.ndim(x)), axis=0)
    if np.ndim(x) >= np.ndim(roots):
        raise ValueError("x.ndim must be < r.ndim when tensor == False")
    return np.prod(x - roots, axis=0)


@implements(chebyshev.chebinterpolate)
def _(func, deg, args=()):
    points = chebyshev.chebpts1(deg + 1)
    c = np.dot(chebyshev.chebvander(points, deg).T, func(points, *args))
    c[0] /= deg + 1
    c[1:] /= 0.5 * (deg + 1)
    return c
