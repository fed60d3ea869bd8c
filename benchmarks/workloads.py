"""The workloads: a training step of an MLP, a function of a 3-vector, and programs on plain numbers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from benchmarks.peers import competitors, directional_error
from benchmarks.timing import Workload

# --------------------------------------------------------------------- an MLP: 784-512-512-10, batch of 128


def mlp(params, x, y):
    """Softmax cross-entropy of a multilayer perceptron."""
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    z = h2 @ w3 + b3
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def mlp_by_hand(params, x, y):
    """Value and gradient as a careful person writes them."""
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = x @ w1
    h1 += b1
    np.tanh(h1, out=h1)
    h2 = h1 @ w2
    h2 += b2
    np.tanh(h2, out=h2)
    z = h2 @ w3
    z += b3
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    z -= np.log(s)
    value = -np.sum(y * z) / len(x)

    d_z = e
    d_z /= s
    d_z -= y
    d_z *= 1.0 / len(x)
    d_h2 = d_z @ w3.T
    d_w3 = h2.T @ d_z
    h2 *= h2
    np.subtract(1.0, h2, out=h2)
    d_h2 *= h2
    d_h1 = d_h2 @ w2.T
    d_w2 = h1.T @ d_h2
    h1 *= h1
    np.subtract(1.0, h1, out=h1)
    d_h1 *= h1
    return value, ((x.T @ d_h1, d_h1.sum(axis=0)), (d_w2, d_h2.sum(axis=0)), (d_w3, d_z.sum(axis=0)))


def mlp_arguments(dtype):
    """Random weights, images and one-hot labels."""
    rng = np.random.default_rng(0)
    sizes = (784, 512, 512, 10)
    params = tuple(((rng.normal(size=(n, m)) / n**0.5).astype(dtype), np.zeros(m, dtype)) for n, m in pairwise(sizes))
    return params, rng.random((128, 784)).astype(dtype), np.eye(10, dtype=dtype)[rng.integers(0, 10, 128)]


# ------------------------------------------------------------------------------------- a 3-vector


def toy(x):
    """A few small array operations: what is measured is overhead."""
    y = np.exp(-x * x)
    return np.sum(y * np.sin(x))


def toy_by_hand(x):
    """Value and gradient."""
    y = np.exp(-x * x)
    s = np.sin(x)
    return (y * s).sum(), y * (np.cos(x) - 2.0 * x * s)


# ------------------------------------------------------------------------------------- plain numbers


def scalar(a, b):
    """Some twenty operations on numbers."""
    c = a * b + math.sin(a)
    d = c * c - b / a
    e = math.exp(-0.1 * d) + math.sqrt(a * a + b * b)
    return e * c + math.log(1.0 + d * d)


def scalar_by_hand(a, b):
    """Value, and derivative with respect to a."""
    c = a * b + math.sin(a)
    q = b / a
    d = c * c - q
    f = math.exp(-0.1 * d)
    r = math.sqrt(a * a + b * b)
    e = f + r
    u = 1.0 + d * d
    value = e * c + math.log(u)

    d_d = 2.0 * d / u - 0.1 * f * c
    d_c = e + 2.0 * c * d_d
    return value, c * a / r + d_d * q / a + d_c * (b + math.cos(a))


def recurrence(x, n):
    """A loop over numbers: every step needs the one before."""
    y = x
    for _ in range(n):
        y = y + 0.1 * math.sin(y)
    return y * y


def recurrence_by_hand(x, n):
    """Value and derivative, with a list of the states as tape."""
    y = x
    tape = []
    for _ in range(n):
        tape.append(y)
        y = y + 0.1 * math.sin(y)
    d_y = 2.0 * y
    for state in reversed(tape):
        d_y += d_y * 0.1 * math.cos(state)
    return y * y, d_y


def recurrence_for_jax(x, n):
    """The loop as JAX wants it; n is the array of steps, whose length is known when it compiles."""
    from jax import lax

    y, _ = lax.scan(lambda y, _: (y + 0.1 * np.sin(y), None), x, n)
    return y * y


# ------------------------------------------------------------------------------------------- all


def _workload(name, function, hand, args, rtol, **others):
    if rtol < 1e-6:  # float64: the yardstick itself is checked against difference quotients
        error = directional_error(function, args, hand(*args)[1])
        assert error < 1e-5, f"the hand-written gradient of {name} is off by {error}"
    return Workload(name, lambda: function(*args), competitors(function, args, hand, **others), rtol)


WORKLOADS = {
    "mlp-f32": lambda: _workload("mlp-f32", mlp, mlp_by_hand, mlp_arguments(np.float32), 2e-4),
    "mlp-f64": lambda: _workload("mlp-f64", mlp, mlp_by_hand, mlp_arguments(np.float64), 1e-9),
    "toy": lambda: _workload("toy", toy, toy_by_hand, (np.array([0.3, -0.7, 1.1]),), 1e-12),
    "scalar": lambda: _workload("scalar", scalar, scalar_by_hand, (0.7, 1.3), 1e-12),
    "recurrence": lambda: _workload(
        "recurrence",
        recurrence,
        recurrence_by_hand,
        (0.2, 1000),
        1e-9,
        jax_function=recurrence_for_jax,
        jax_args=(0.2, np.zeros(1000)),
    ),
}
