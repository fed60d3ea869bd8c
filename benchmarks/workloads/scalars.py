"""Programs on plain numbers: straight-line code, an iteration that decides when it ends, and a long recurrence."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.workloads.case import Case

# ------------------------------------------------------------------------------------- thirty operations


def thirty(a, b):
    """Thirty operations on numbers."""
    c = a * b + math.sin(a)
    d = c * c - b / a
    e = math.exp(-0.1 * d) + math.sqrt(a * a + b * b)
    f = e * c + math.log(1.0 + d * d)
    g = math.tanh(0.1 * f) * d - 0.5 * e
    h = math.cos(g) + f / (1.0 + e)
    return h * g + 0.25 * f


def thirty_by_hand(a, b):
    """Value, and derivative with respect to a."""
    q = b / a
    c = a * b + math.sin(a)
    d = c * c - q
    p = math.exp(-0.1 * d)
    r = math.sqrt(a * a + b * b)
    e = p + r
    u = 1.0 + d * d
    f = e * c + math.log(u)
    t = math.tanh(0.1 * f)
    g = t * d - 0.5 * e
    v = 1.0 + e
    w = f / v
    h = math.cos(g) + w
    value = h * g + 0.25 * f

    d_g = h - g * math.sin(g)
    d_f = 0.25 + g / v + 0.1 * d_g * d * (1.0 - t * t)
    d_e = d_f * c - 0.5 * d_g - g * w / v
    d_d = d_g * t + 2.0 * d_f * d / u - 0.1 * d_e * p
    d_c = d_f * e + 2.0 * d_d * c
    return value, d_e * a / r + d_d * q / a + d_c * (b + math.cos(a))


# ------------------------------------------------------------------------------------------- Newton


def newton(a):
    """The root of x + x exp(x) = a by Newton's method."""
    x = 1.0
    step = 1.0
    while abs(step) > 1e-12:
        e = math.exp(x)
        step = (x + x * e - a) / (1.0 + (1.0 + x) * e)
        x = x - step
    return x


def newton_by_hand(a):
    """Value and derivative, through every iteration."""
    x = 1.0
    step = 1.0
    tape = []
    while abs(step) > 1e-12:
        e = math.exp(x)
        slope = 1.0 + (1.0 + x) * e
        step = (x + x * e - a) / slope
        tape.append((step, slope, x, e))
        x -= step
    d_x = 1.0
    d_a = 0.0
    for step, slope, before, e in reversed(tape):
        # step = n / slope with d n / d x = slope, and d slope / d x = (2 + x) e
        d_a += d_x / slope
        d_x *= step * (2.0 + before) * e / slope
    return x, d_a


def newton_for_torch(a):
    """The iteration with a tensor from the start."""
    x = 1.0 + 0.0 * a
    step = 1.0
    while abs(step) > 1e-12:
        e = math.exp(x)
        step = (x + x * e - a) / (1.0 + (1.0 + x) * e)
        x = x - step
    return x


def newton_for_jax(a):
    """The same with a fixed number of masked trips: the loops of JAX that end by a test have no reverse mode."""
    from jax import lax

    def trip(state, _):
        x, step = state
        e = np.exp(x)
        new = (x + x * e - a) / (1.0 + (1.0 + x) * e)
        running = abs(step) > 1e-12
        return (np.where(running, x - new, x), np.where(running, new, step)), None

    (x, _), _ = lax.scan(trip, (1.0 + 0.0 * a, 1.0 + 0.0 * a), None, length=12)
    return x


# ------------------------------------------------------------------------------------------- a recurrence


def recurrence(r, n):
    """A loop over numbers, in which every step needs the one before and one of two ways is taken."""
    y = 0.2
    for _ in range(n):
        if y > 1.0:
            y = 1.7 - 0.7 * y
        else:
            y = y + r * math.sin(y)
    return y * y


def recurrence_by_hand(r, n):
    """Value and derivative, with a list of the states as tape; the state says which way was taken."""
    y = 0.2
    tape = []
    for _ in range(n):
        tape.append(y)
        if y > 1.0:
            y = 1.7 - 0.7 * y
        else:
            y = y + r * math.sin(y)
    value = y * y
    d_y = 2.0 * y
    d_r = 0.0
    for y in reversed(tape):
        if y > 1.0:
            d_y *= -0.7
        else:
            d_r += d_y * math.sin(y)
            d_y += d_y * r * math.cos(y)
    return value, d_r


def recurrence_for_jax(r, n):
    """The loop as JAX wants it."""
    from jax import lax

    def trip(y, _):
        return np.where(y > 1.0, 1.7 - 0.7 * y, y + r * np.sin(y)), None

    y, _ = lax.scan(trip, 0.2 + 0.0 * r, None, length=n)
    return y * y


def recurrence_for_torch(r, n):
    """The loop with a tensor from the start."""
    y = 0.2 + 0.0 * r
    for _ in range(n):
        y = 1.7 - 0.7 * y if y > 1.0 else y + r * math.sin(y)
    return y * y


CASES = [
    Case("thirty", thirty, thirty_by_hand, lambda: (0.7, 1.3)),
    Case(
        "newton",
        newton,
        newton_by_hand,
        lambda: (7.0,),
        forms={"jax": newton_for_jax, "torch": newton_for_torch},
    ),
    Case(
        "recurrence",
        recurrence,
        recurrence_by_hand,
        lambda: (0.1, 10_000),
        forms={"jax": recurrence_for_jax, "torch": recurrence_for_torch},
    ),
]
