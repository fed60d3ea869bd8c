"""The six bases of `numpy.polynomial`, in one variable and in several."""

import numpy as np
import pytest
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial
from programs.checking import Programs, check

V = np.array([0.3, -0.6, 0.7, 0.9])
M = np.array([[0.5, 1.5, -0.3], [2.5, -0.5, 0.2]])
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V, M))
def at_points(x, c):
    return weigh(polynomial.polyval2d(x, x[::-1] * 2, c)) + weigh(chebyshev.chebval2d(x[0], x[1], c))


@programs.on((V, M))
def at_points_of_any_shape(x, c):
    m = np.outer(x, x)
    return weigh(legendre.legval2d(m, m.T + 1, c)) + weigh(laguerre.lagval2d(x, x, np.outer(x, x)))


@programs.on((V, M))
def at_points_in_space(x, c):
    cube = np.stack([c, c * c, c + x[0]])
    return weigh(hermite.hermval3d(x, x * 2, x[::-1], cube)) + hermite_e.hermeval3d(x[0], 0.5, x[1], cube)


@programs.on((V, M))
def on_grids(x, c):
    plane = chebyshev.chebgrid2d(x, x[:2] * x[2], c)
    space = laguerre.laggrid3d(x[:2], x[1:], x[3], np.stack([c, c * x[0]]))
    return weigh(plane) + weigh(space) + weigh(polynomial.polygrid2d(x[0], x, c))


@programs.on((V,))
def matrices_of_products(x):
    plane = legendre.legvander2d(x, x[::-1], [2, 1])
    space = hermite.hermvander3d(x[:2], x[2:], x[1:3], (1, 0, 2))
    return weigh(plane) + weigh(space) + weigh(polynomial.polyvander2d(np.outer(x, x), 0.5 * np.outer(x, x), [1, 1]))


@programs.on((V, M))
def several_polynomials(x, c):
    values = polynomial.polyval(x, c)
    each = chebyshev.chebval(x[:3], c, tensor=False)
    return weigh(values) + weigh(each) + weigh(legendre.legval(x[0], c))


@programs.on((V,))
def from_roots(x):
    other = polynomial.polyvalfromroots(x[0], np.outer(x, x[:2]))
    each = polynomial.polyvalfromroots(x[:2], np.outer(x, x[:2]), tensor=False)
    return weigh(polynomial.polyvalfromroots(x * 2, x)) + weigh(other) + weigh(each)


def bent(t, slope, shift):
    return np.sin(slope * t) + shift * t * t


@programs.on((V, 4))
def interpolated(x, degree):
    c = chebyshev.chebinterpolate(bent, degree, args=(x[0], x[1]))
    return weigh(c) + np.sum(chebyshev.chebval(x, chebyshev.chebinterpolate(lambda t: np.exp(x[2] * t), 3)))


@programs.on((V,))
def algebra_in_a_loop(x):
    c = x[:2]
    for k in range(3):
        c = legendre.legmul(c, x) if k % 2 == 0 else legendre.legmulx(c)
        quotient, rest = legendre.legdiv(c, x[1:3])
        c = legendre.legadd(quotient, rest * 0.5)
    return weigh(c)


@programs.on((V,))
def there_and_back(x):
    c = chebyshev.poly2cheb(polynomial.polyfromroots(x))
    d = hermite.herm2poly(hermite.poly2herm(chebyshev.cheb2poly(c)) * x[0])
    eigenvalues = np.linalg.eigvals(chebyshev.chebcompanion(c))
    return weigh(d) + np.sum(np.sort(np.real(eigenvalues)) * np.arange(1.0, 5.0))


@programs.on((V,))
def divided(x):
    quotient, rest = np.polydiv(np.polymul(x, x) + x[0], x[:3])
    lower, higher = np.polydiv(x[:2], x[:3])
    return weigh(quotient) + weigh(rest) + weigh(lower) + weigh(higher)


@programs.on((V,))
def powers_and_lines(x):
    line = laguerre.lagline(x[0], x[1])
    constant = hermite.hermline(x[2], 0.0)
    c = laguerre.lagpow(line, 3)
    if len(c) > 3:
        c = laguerre.lagtrim(np.append(c, 1e-3 * x[3]), tol=0.1)
    return (
        weigh(c)
        + weigh(constant)
        + np.sum(chebyshev.chebweight(x * 0.5) * hermite.hermweight(x) * laguerre.lagweight(x))
    )


if hasattr(polynomial, "polyvalnd"):  # since NumPy 2.5

    @programs.on((V, M))
    def in_any_number_of_variables(x, c):
        cube = np.stack([c, c * c, c + x[0]])
        plane = polynomial.polyvalnd((x, 2.0 * x), c) + legendre.legvalnd([x, x[::-1]], c)
        return weigh(plane) + weigh(chebyshev.chebvalnd((x, x * 2, x[::-1]), cube)) + weigh(hermite.hermvalnd((x,), c))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
