"""Twelve elementwise operations on arrays that no cache holds: cheap ones, and transcendental ones."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.workloads.case import Case

BLOCK = 16_384
"""Elements that a block has, where a chain is run block by block."""

# ------------------------------------------------------------------------------------------- cheap


def cheap(x, y):
    """Twelve additions, subtractions and multiplications."""
    a = x * y
    b = a + x
    c = b * a
    d = c - 0.5 * y
    e = d * b
    f = e + c
    g = f * d
    h = g - a
    return np.sum(h * e + f)


def cheap_by_hand(x, y):
    """Value and gradient, with as few arrays as there must be."""
    a = x * y
    b = a + x
    c = b * a
    s = 0.5 * y
    d = c - s
    e = d * b
    f = e + c
    g = np.multiply(f, d, out=s)
    h = np.subtract(g, a, out=g)
    t = h * e
    t += f
    value = t.sum()
    d_e = h  # d_h = e, and d_g = e
    d_d = np.multiply(f, e, out=t)
    d_f = np.multiply(e, d, out=f)
    d_f += 1.0
    d_e += d_f
    d_c = d_f
    s = np.multiply(d_e, b)
    d_d += s
    d_c += d_d
    d_b = np.multiply(d_e, d, out=d)
    np.multiply(d_c, a, out=s)
    d_b += s
    d_a = np.multiply(d_c, b, out=b)
    d_a -= e
    d_a += d_b
    d_a *= y
    d_a += d_b
    return value, d_a


def cheap_in_blocks(x, y):
    """The same block by block, so that everything stays in the cache."""
    value, d_x = 0.0, np.empty_like(x)
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        more, d_x[part] = cheap_by_hand(x[part], y[part])
        value += more
    return value, d_x


# ------------------------------------------------------------------------------------------- transcendental


def curved(x, y):
    """Twelve operations, half of them transcendental."""
    a = np.sin(x)
    b = a * y
    c = np.exp(b)
    d = c + x
    e = np.tanh(d)
    f = e * a
    g = np.sqrt(f * f + 1.0)
    h = np.log(g)
    return np.sum(h * np.cos(b))


def curved_by_hand(x, y):
    """Value and gradient, with as few arrays as there must be."""
    a = np.sin(x)
    b = a * y
    c = np.exp(b)
    d = c + x
    e = np.tanh(d, out=d)
    f = e * a
    g2 = f * f
    g2 += 1.0
    h = np.sqrt(g2)
    np.log(h, out=h)
    p = np.cos(b)
    s = h * p
    value = s.sum()
    d_b = np.sin(b, out=b)
    d_b *= h
    d_f = p  # d_h = p, d_g2 = p / (2 g2), d_f = 2 f d_g2
    d_f /= g2
    d_f *= f
    d_a = np.multiply(d_f, e, out=f)
    d_d = d_f
    d_d *= a
    e *= e
    np.subtract(1.0, e, out=e)
    d_d *= e
    c *= d_d
    np.subtract(c, d_b, out=d_b)
    d_b *= y
    d_a += d_b
    np.cos(x, out=s)
    d_a *= s
    d_a += d_d
    return value, d_a


def curved_in_blocks(x, y):
    """The same block by block."""
    value, d_x = 0.0, np.empty_like(x)
    for start in range(0, len(x), BLOCK):
        part = slice(start, start + BLOCK)
        more, d_x[part] = curved_by_hand(x[part], y[part])
        value += more
    return value, d_x


def arguments(dtype):
    """Two arrays of 10^6 elements."""
    rng = np.random.default_rng(0)
    return rng.random(1_000_000).astype(dtype), rng.random(1_000_000).astype(dtype)


def _case(name, function, hand, blocked, dtype):
    kind, rtol = ("f32", 1e-3) if dtype is np.float32 else ("f64", 1e-9)
    return Case(f"{name}-{kind}", function, hand, partial(arguments, dtype), rtol, others={"in blocks": blocked})


CASES = [
    _case(name, *programs, dtype)
    for name, programs in {
        "cheap": (cheap, cheap_by_hand, cheap_in_blocks),
        "curved": (curved, curved_by_hand, curved_in_blocks),
    }.items()
    for dtype in (np.float64, np.float32)
]
