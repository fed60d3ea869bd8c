"""What forward mode knows of primitives besides their adjoints.

Products are linear in each factor, so their tangents are products with the tangent of one factor each.  All others
have a tangent rule here where that is better than the transpose of the adjoint, which forward mode makes itself.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

# the rules that these belong to are registered first
from srcad.rules import array_api, einsum, products, python_builtins, scalar_math, signals, vectors  # noqa: F401
from srcad.rules.linear_algebra import adjointed
from srcad.rules.python_builtins import share
from srcad.rules.register import jointly_linear, multilinear, tangent
from srcad.rules.sorting import among_equals

multilinear(np.matmul, np.dot, np.inner, np.vdot, np.outer, np.tensordot, np.kron, np.einsum)
multilinear(np.convolve, np.correlate, np.cross)
multilinear(np.linalg.vecdot, np.vecdot, np.linalg.outer, np.linalg.tensordot, np.linalg.cross)
jointly_linear(builtins.sum, math.fsum)


@tangent(np.sort, "a")
def _(dot_a, out, a, axis=-1, kind=None, order=None, *, stable=None):
    if axis is None:
        return among_equals(np.reshape(dot_a, -1)[np.argsort(np.reshape(a, -1))], out)
    if np.ndim(a) == 1:
        return among_equals(dot_a[np.argsort(a)], out)
    dot_out = np.take_along_axis(dot_a, np.argsort(a, axis=axis), axis=axis)
    return np.moveaxis(among_equals(np.moveaxis(dot_out, axis, -1), np.moveaxis(out, axis, -1)), -1, axis)


@tangent(np.linalg.inv, "a")
def _(dot_a, out, a):
    return -(out @ dot_a @ out)


@tangent(np.linalg.solve, "a", "b")
def _(dot_a, dot_b, out, a, b):
    if np.ndim(b) == 1 and np.ndim(a) > 2:
        of_a = np.linalg.solve(a, dot_a @ np.expand_dims(out, -1))[..., 0]
    else:
        of_a = np.linalg.solve(a, dot_a @ out)
    return -of_a, np.linalg.solve(a, dot_b)


@tangent(np.linalg.det, "a")
def _(dot_a, out, a):
    return out * np.trace(np.linalg.solve(a, dot_a), axis1=-2, axis2=-1)


@tangent(np.linalg.cholesky, "a")
def _(dot_a, out, a, *, upper=False):
    factor, half = (adjointed(out), adjointed(dot_a)) if upper else (out, dot_a)
    eye, below = np.eye(np.shape(a)[-1]), np.tril(half, -1)
    whole = below + adjointed(below) + eye * np.real(half)  # the other triangle is not read
    inner = np.linalg.solve(factor, adjointed(np.linalg.solve(factor, whole)))
    dot_factor = factor @ (np.tril(inner, -1) + 0.5 * eye * inner)
    return adjointed(dot_factor) if upper else dot_factor


@tangent(math.prod, "iterable")
def _(dot_iterable, out, iterable):
    product = 1.0
    dot = 0.0
    for item, dot_item in zip(iterable, dot_iterable, strict=True):
        dot = dot * item + product * dot_item
        product = product * item
    return dot


@tangent(math.dist, "p", "q")
def _(dot_p, dot_q, out, p, q):
    from_p = 0.0
    from_q = 0.0
    for i in range(len(p) if out != 0 else 0):
        from_p = from_p + dot_p[i] * (p[i] - q[i]) / out
        from_q = from_q - dot_q[i] * (p[i] - q[i]) / out
    return from_p, from_q


def extreme(dots, out, items):
    """The tangent of an extreme of items: the mean of the tangents of those that attain it."""
    if isinstance(items, np.ndarray):
        at = items == out
        return np.sum(np.where(at, dots, 0.0)) / np.sum(at)
    total = 0.0
    equals = 0
    for item, dot in zip(items, dots, strict=True):
        if item == out:
            total = total + dot
            equals = equals + 1
    return total / equals


def attaining(out, x, y, z):
    """How many of two or three candidates attain the extreme."""
    return (1 if x == out else 0) + (1 if y == out else 0) + (1 if z is not None and z == out else 0)


@tangent(builtins.max, "x", "y", "z")
def _(dot_x, dot_y, dot_z, out, x, y=None, z=None):
    if y is None:
        return extreme(dot_x, out, x), None, None
    equals = attaining(out, x, y, z)
    return share(dot_x, x, out, equals), share(dot_y, y, out, equals), share(dot_z, z, out, equals)


@tangent(builtins.min, "x", "y", "z")
def _(dot_x, dot_y, dot_z, out, x, y=None, z=None):
    if y is None:
        return extreme(dot_x, out, x), None, None
    equals = attaining(out, x, y, z)
    return share(dot_x, x, out, equals), share(dot_y, y, out, equals), share(dot_z, z, out, equals)
