"""Elliptic integrals, hypergeometric functions and orthogonal polynomials of `scipy.special`, in their argument.

The formulas are DLMF 19.4 (elliptic integrals), 22.13 (Jacobi's functions), 15.5 and 13.3 (hypergeometric functions)
and 18.9 (polynomials: the derivative of one is a polynomial of a neighbouring family).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from srcad import runtime as rt
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, partials
from srcad.rules.scipy.common import at, of_ufuncs, on

MODULUS = (0.1, 0.8)


def slope_of_k(m):
    """The derivative of the complete elliptic integral K(m), also at 0."""
    near = np.abs(m) < 1e-3
    safe = np.where(near, 0.5, m)
    exact = (special.ellipe(safe) - (1.0 - safe) * special.ellipk(safe)) / (2.0 * safe * (1.0 - safe))
    series = math.pi / 8.0 * (1.0 + m * (9.0 / 8.0 + m * (75.0 / 64.0 + m * (1225.0 / 1024.0))))
    return np.where(near, series, exact)


def slope_of_e(m):
    """The derivative of the complete elliptic integral E(m), also at 0."""
    near = np.abs(m) < 1e-3
    safe = np.where(near, 0.5, m)
    series = -math.pi / 8.0 * (1.0 + m * (3.0 / 8.0 + m * (15.0 / 64.0 + m * (175.0 / 1024.0))))
    return np.where(near, series, (special.ellipe(safe) - special.ellipk(safe)) / (2.0 * safe))


AROUND_0 = [sample(np.array([0.0, 1e-5, -2e-4, -1.5])), sample(0.0)]


@partials(special.ellipk, "m", samples=[*on(MODULUS), *AROUND_0])
def _(out, m):
    return slope_of_k(m)


@partials(special.ellipkm1, "p", samples=on(MODULUS))
def _(out, p):
    return -slope_of_k(1.0 - p)


@partials(special.ellipe, "m", samples=[*on(MODULUS), *AROUND_0])
def _(out, m):
    return slope_of_e(m)


@partials(special.ellipkinc, "phi", "m", samples=on((0.2, 1.2), MODULUS))
def _(out, phi, m):
    root = np.sqrt(1.0 - m * np.sin(phi) ** 2)
    rest = 2.0 * m * (1.0 - m)
    d_m = special.ellipeinc(phi, m) / rest - out / (2.0 * m) - np.sin(2.0 * phi) / (4.0 * (1.0 - m) * root)
    return 1.0 / root, d_m


@partials(special.ellipeinc, "phi", "m", samples=on((0.2, 1.2), MODULUS))
def _(out, phi, m):
    return np.sqrt(1.0 - m * np.sin(phi) ** 2), (out - special.ellipkinc(phi, m)) / (2.0 * m)


@adjoint(
    special.ellipj,
    "u",
    samples=[one for one in on((0.2, 1.2), MODULUS) if np.shape(one.args[0]) == np.shape(one.args[1])],
)
def _(d_out, out, u, m):
    sn, cn, dn, _amplitude = out
    return rt.unbroadcast(d_out[0] * cn * dn - d_out[1] * sn * dn - d_out[2] * m * sn * cn + d_out[3] * dn, u)


# -------------------------------------------------------------------------------------------------- hypergeometric


@partials(special.hyp0f1, "z", samples=at(1.5, domain=(-2.0, 2.0), complex=True))
def _(out, v, z):
    return special.hyp0f1(v + 1.0, z) / v


@partials(special.hyp1f1, "x", samples=at(0.7, 1.5, domain=(-2.0, 2.0), complex=True))
def _(out, a, b, x):
    return a / b * special.hyp1f1(a + 1.0, b + 1.0, x)


@partials(special.hyperu, "x", samples=at(0.7, 1.5, domain=(0.5, 3.0)))
def _(out, a, b, x):
    return -a * special.hyperu(a + 1.0, b + 1.0, x)


@partials(special.hyp2f1, "z", samples=at(0.7, 1.2, 1.9, domain=(-0.7, 0.7), complex=True))
def _(out, a, b, c, z):
    return a * b / c * special.hyp2f1(a + 1.0, b + 1.0, c + 1.0, z)


# ------------------------------------------------------------------------------------------------------- polynomials

INSIDE = (-0.8, 0.8)


@partials(special.eval_jacobi, "x", samples=at(3, 0.5, 1.5, domain=INSIDE) + at(0, 0.5, 1.5, domain=INSIDE))
def _(out, n, alpha, beta, x):
    neighbour = special.eval_jacobi(np.maximum(n - 1, 0), alpha + 1.0, beta + 1.0, x)
    return (n > 0) * 0.5 * (n + alpha + beta + 1.0) * neighbour


@partials(special.eval_sh_jacobi, "x", samples=at(3, 2.5, 1.5, domain=(0.1, 0.9)))
def _(out, n, p, q, x):
    return (n > 0) * n * special.eval_sh_jacobi(np.maximum(n - 1, 0), p + 2.0, q + 1.0, x)


@partials(special.eval_gegenbauer, "x", samples=at(3, 0.7, domain=INSIDE) + at(0, 0.7, domain=INSIDE))
def _(out, n, alpha, x):
    return (n > 0) * 2.0 * alpha * special.eval_gegenbauer(np.maximum(n - 1, 0), alpha + 1.0, x)


@partials(special.eval_legendre, "x", samples=at(3, domain=INSIDE) + at(0, domain=INSIDE))
def _(out, n, x):
    return (n > 0) * 0.5 * (n + 1.0) * special.eval_jacobi(np.maximum(n - 1, 0), 1.0, 1.0, x)


@partials(special.eval_sh_legendre, "x", samples=at(3, domain=(0.1, 0.9)))
def _(out, n, x):
    return (n > 0) * (n + 1.0) * special.eval_jacobi(np.maximum(n - 1, 0), 1.0, 1.0, 2.0 * x - 1.0)


@partials(special.eval_chebyt, "x", samples=at(3, domain=INSIDE) + at(0, domain=INSIDE))
def _(out, n, x):
    return n * special.eval_chebyu(np.maximum(n - 1, 0), x)


@partials(special.eval_sh_chebyt, "x", samples=at(3, domain=(0.1, 0.9)))
def _(out, n, x):
    return 2.0 * n * special.eval_chebyu(np.maximum(n - 1, 0), 2.0 * x - 1.0)


@partials(special.eval_chebyc, "x", samples=at(3, domain=INSIDE))
def _(out, n, x):
    return n * special.eval_chebyu(np.maximum(n - 1, 0), 0.5 * x)


@partials(special.eval_chebyu, "x", samples=at(3, domain=INSIDE) + at(0, domain=INSIDE))
def _(out, n, x):
    return (n > 0) * 2.0 * special.eval_gegenbauer(np.maximum(n - 1, 0), 2.0, x)


@partials(special.eval_sh_chebyu, "x", samples=at(3, domain=(0.1, 0.9)))
def _(out, n, x):
    return (n > 0) * 4.0 * special.eval_gegenbauer(np.maximum(n - 1, 0), 2.0, 2.0 * x - 1.0)


@partials(special.eval_chebys, "x", samples=at(3, domain=INSIDE))
def _(out, n, x):
    return (n > 0) * 1.0 * special.eval_gegenbauer(np.maximum(n - 1, 0), 2.0, 0.5 * x)


@partials(special.eval_hermite, "x", samples=at(3, domain=INSIDE) + at(0, domain=INSIDE))
def _(out, n, x):
    return 2.0 * n * special.eval_hermite(np.maximum(n - 1, 0), x)


@partials(special.eval_hermitenorm, "x", samples=at(3, domain=INSIDE) + at(0, domain=INSIDE))
def _(out, n, x):
    return n * special.eval_hermitenorm(np.maximum(n - 1, 0), x)


@partials(special.eval_laguerre, "x", samples=at(3, domain=(0.5, 3.0)) + at(0, domain=(0.5, 3.0)))
def _(out, n, x):
    return (n > 0) * -1.0 * special.eval_genlaguerre(np.maximum(n - 1, 0), 1.0, x)


@partials(special.eval_genlaguerre, "x", samples=at(3, 0.5, domain=(0.5, 3.0)) + at(0, 0.5, domain=(0.5, 3.0)))
def _(out, n, alpha, x):
    return (n > 0) * -1.0 * special.eval_genlaguerre(np.maximum(n - 1, 0), alpha + 1.0, x)


of_ufuncs(special.ellipk, special.ellipkm1, special.ellipe, special.ellipkinc, special.ellipeinc, special.ellipj)
of_ufuncs(special.hyp0f1, special.hyp1f1, special.hyperu, special.hyp2f1)
of_ufuncs(special.eval_jacobi, special.eval_sh_jacobi, special.eval_gegenbauer, special.eval_legendre)
of_ufuncs(special.eval_sh_legendre, special.eval_chebyt, special.eval_sh_chebyt, special.eval_chebyc)
of_ufuncs(special.eval_chebyu, special.eval_sh_chebyu, special.eval_chebys, special.eval_hermite)
of_ufuncs(special.eval_hermitenorm, special.eval_laguerre, special.eval_genlaguerre)
