"""A hundred steps of a long short-term memory."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.case import Case

BATCH, INPUTS, UNITS, STEPS = 32, 32, 64, 100


def sigmoid(x):
    """The logistic function."""
    return 1.0 / (1.0 + np.exp(-x))


def lstm(params, xs, h, c):
    """The square of the last state."""
    wx, wh, b = params
    n = h.shape[1]
    for x in xs:
        z = x @ wx + h @ wh + b
        i = sigmoid(z[:, :n])
        f = sigmoid(z[:, n : 2 * n])
        o = sigmoid(z[:, 2 * n : 3 * n])
        g = np.tanh(z[:, 3 * n :])
        c = f * c + i * g
        h = o * np.tanh(c)
    return np.sum(h * h)


def lstm_by_hand(params, xs, h, c):
    """Value and gradient: products with the inputs in one, gates in one array, and so for the weights."""
    wx, wh, b = params
    steps, batch, inputs = xs.shape
    n = h.shape[1]
    flat = xs.reshape(-1, inputs)
    gates = flat @ wx
    gates += b
    gates = gates.reshape(steps, batch, 4 * n)
    hs, cs = np.empty((steps + 1, batch, n), h.dtype), np.empty((steps + 1, batch, n), c.dtype)
    tanhs = np.empty((steps, batch, n), c.dtype)
    hs[0], cs[0] = h, c
    s = np.empty_like(h)
    for t in range(steps):
        z = gates[t]
        z += hs[t] @ wh
        part = z[:, : 3 * n]
        np.negative(part, out=part)
        np.exp(part, out=part)
        part += 1.0
        np.divide(1.0, part, out=part)
        g = z[:, 3 * n :]
        np.tanh(g, out=g)
        np.multiply(z[:, n : 2 * n], cs[t], out=cs[t + 1])
        np.multiply(z[:, :n], g, out=s)
        cs[t + 1] += s
        np.tanh(cs[t + 1], out=tanhs[t])
        np.multiply(z[:, 2 * n : 3 * n], tanhs[t], out=hs[t + 1])
    h = hs[steps]
    value = np.vdot(h, h)

    d_h = 2.0 * h
    d_c = np.zeros_like(c)
    r = np.empty_like(h)
    for t in reversed(range(steps)):
        z, tanh = gates[t], tanhs[t]
        i, f, o, g = z[:, :n], z[:, n : 2 * n], z[:, 2 * n : 3 * n], z[:, 3 * n :]
        np.multiply(d_h, o, out=s)
        np.multiply(s, tanh, out=r)  # d_o times o
        d_c += s
        r_t = r * tanh
        d_c -= r_t
        np.subtract(1.0, o, out=o)
        o *= r
        np.multiply(d_c, i, out=s)
        np.multiply(s, g, out=r)
        r_t = r * g
        np.subtract(1.0, i, out=i)
        i *= r
        np.subtract(s, r_t, out=g)
        d_c *= f
        np.multiply(d_c, cs[t], out=r)
        np.subtract(1.0, f, out=f)
        f *= r
        d_h = z @ wh.T
    d_z = gates.reshape(-1, 4 * n)
    return value, (flat.T @ d_z, hs[:-1].reshape(-1, n).T @ d_z, d_z.sum(axis=0))


def lstm_for_jax(params, xs, h, c):
    """The loop as JAX wants it."""
    from jax import lax

    wx, wh, b = params
    n = h.shape[1]

    def trip(state, x):
        h, c = state
        z = x @ wx + h @ wh + b
        gates = 1.0 / (1.0 + np.exp(-z[:, : 3 * n]))
        c = gates[:, n : 2 * n] * c + gates[:, :n] * np.tanh(z[:, 3 * n :])
        return (gates[:, 2 * n :] * np.tanh(c), c), None

    (h, _), _ = lax.scan(trip, (h, c), xs)
    return np.sum(h * h)


def arguments():
    """Random weights and inputs, and a state of zeros."""
    rng = np.random.default_rng(0)

    def array(*shape):
        return (rng.normal(size=shape) / shape[0] ** 0.5).astype(np.float32)

    params = (array(INPUTS, 4 * UNITS), array(UNITS, 4 * UNITS), np.zeros(4 * UNITS, np.float32))
    start = np.zeros((BATCH, UNITS), np.float32)
    return params, rng.normal(size=(STEPS, BATCH, INPUTS)).astype(np.float32), start, start


CASES = [Case("lstm", lstm, lstm_by_hand, arguments, rtol=1e-3, forms={"jax": lstm_for_jax})]
