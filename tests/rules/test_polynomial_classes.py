"""Programs with the classes of `numpy.polynomial`, made of coefficients that carry a derivative."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial import Chebyshev, Hermite, HermiteE, Laguerre, Legendre, Polynomial
from rules.in_programs import along, check_gradient, check_tangent

import srcad
from srcad.errors import DifferentiationError

rng = np.random.default_rng(0)
C, X = rng.normal(size=4), rng.normal(size=3)
KNOWN = Polynomial([1.0, 2.0, 3.0])


def arithmetic(kind):
    def f(c, x):
        p, q = kind(c), kind([1.0, -0.5, 2.0])
        r = p * q - 2.0 * p + 1.0 + (3 - q) / 2.0 - p**2
        return np.sum(r(x)) + np.sum((p // q)(x) * (-(p % q))(x)) + r.degree() * len(r)

    return f


def calculus(kind):
    def f(c, x):
        p = kind(c)
        return np.sum(p.deriv()(x) + p.integ()(x) * p.deriv(2)(x)) + p.integ(lbnd=0.5)(0.3)

    return f


def on_a_domain(kind):
    def f(c, x):
        p = kind(c, domain=[0.0, 3.0], window=[-1.0, 2.0])
        both = p * p + p.integ(2, k=[1.0, 0.5]) - p.deriv()
        return np.sum(both(x)) + np.sum(np.abs(p.roots()) ** 2) + np.sum(both.coef**2)

    return f


KINDS = [Polynomial, Chebyshev, Legendre, Hermite, HermiteE, Laguerre]


OF_KINDS = [(program, kind) for program in (arithmetic, calculus) for kind in KINDS]
OF_KINDS += [(on_a_domain, Polynomial), (on_a_domain, Laguerre)]


@pytest.mark.parametrize(("program", "kind"), OF_KINDS)
def test_a_class(program, kind):
    f = program(kind)
    value, _ = srcad.value_and_grad(f)(C, X)
    assert value == f(C, X)
    check_gradient(f, (C, X))
    check_tangent(f, (C, X))


def of_its_zeros(c, x):
    p = Polynomial([1.0])
    for i in range(3):
        p = p * Polynomial([c[i], 1.0])
    return np.sum(p(x)) + np.sum(p.truncate(2).coef ** 2)


def chosen_in_a_loop(c, x):
    p = Polynomial([1.0])
    for i in range(3):
        p = p * Polynomial([c[i], 1.0]) if c[i] > 0.0 else p * p
    return np.sum(p(x))


def with_a_known_one(c, x):
    return np.sum((Polynomial(c) + KNOWN)(x) * KNOWN(x)) + Polynomial(list(c))(0.5)


@pytest.mark.parametrize("f", [of_its_zeros, chosen_in_a_loop, with_a_known_one])
def test_programs(f):
    check_gradient(f, (C, X))
    check_tangent(f, (C, X))


def test_second_order():
    check_gradient(along(with_a_known_one, (C, X)), (C, X), tolerance=1e-5)


def test_the_second_order_of_objects_that_a_loop_replaces_is_refused():
    with pytest.raises(DifferentiationError, match="lives outside the function"):
        srcad.grad(along(of_its_zeros, (C, X)))(C, X)


def test_an_object_keeps_coefficients_of_its_own():
    def f(c):
        c = c * 1.0
        p = Polynomial(c)
        c[0] = 7.0
        return p(2.0) + c[1]

    np.testing.assert_allclose(srcad.grad(f)(C), [1.0, 3.0, 4.0, 8.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda c: np.sum((Polynomial(c) + Chebyshev(c))(X)),
        lambda c: np.sum((Polynomial(c) + Polynomial(c, domain=[0.0, 1.0]))(X)),
    ],
)
def test_what_does_not_fit_raises_what_numpy_raises(f):
    with pytest.raises(TypeError) as want:
        f(C)
    with pytest.raises(TypeError, match=str(want.value)):
        srcad.grad(f)(C)


@pytest.mark.parametrize(
    "f",
    [
        lambda c: Polynomial(c),
        lambda c: np.sum(Polynomial.fit(np.arange(4.0), c, 2)(X)),
        lambda c: np.sum((KNOWN + Polynomial(c))(X)),
        lambda c: np.poly1d(c)(0.5),
    ],
)
def test_refusals(f):
    with pytest.raises(DifferentiationError):
        srcad.grad(f)(C)


def test_the_gradient_reads_like_the_functions_of_the_basis():
    text = srcad.grad(lambda c: Legendre(c)(0.5)).source_for(C)
    assert "legvander" in text
    assert "raise" not in text
