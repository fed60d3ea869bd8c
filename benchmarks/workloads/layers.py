"""Training steps of multilayer perceptrons, from tiny to large, in float32 and float64."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np

from benchmarks.workloads.case import Case


def cross_entropy(z, y):
    """Softmax cross-entropy of logits z with one-hot labels y."""
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def two_layers(params, x, y):
    """The loss of a network with one hidden layer."""
    (w1, b1), (w2, b2) = params
    h = np.tanh(x @ w1 + b1)
    return cross_entropy(h @ w2 + b2, y)


def three_layers(params, x, y):
    """The loss of a network with two hidden layers."""
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    return cross_entropy(h2 @ w3 + b3, y)


# ------------------------------------------------------------------------------------------- by hand


def layer(x, w, b):
    """The activations of a layer."""
    h = x @ w
    h += b
    return np.tanh(h, out=h)


def loss(z, y):
    """The loss, and its derivative with respect to the logits, which are written over."""
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    z -= np.log(s)
    value = -np.vdot(y, z) / len(y)
    e /= s
    e -= y
    e *= 1.0 / len(y)
    return value, e


def through_tanh(d_h, h):
    """The derivative with respect to what tanh was taken of; both arguments are written over."""
    h *= h
    np.subtract(1.0, h, out=h)
    d_h *= h
    return d_h


def two_layers_by_hand(params, x, y):
    """Value and gradient as a careful person writes them."""
    (w1, b1), (w2, b2) = params
    h = layer(x, w1, b1)
    z = h @ w2
    z += b2
    value, d_z = loss(z, y)
    d_w2 = h.T @ d_z
    d_h = through_tanh(d_z @ w2.T, h)
    return value, ((x.T @ d_h, d_h.sum(axis=0)), (d_w2, d_z.sum(axis=0)))


def three_layers_by_hand(params, x, y):
    """Value and gradient."""
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = layer(x, w1, b1)
    h2 = layer(h1, w2, b2)
    z = h2 @ w3
    z += b3
    value, d_z = loss(z, y)
    d_w3 = h2.T @ d_z
    d_h2 = through_tanh(d_z @ w3.T, h2)
    d_w2 = h1.T @ d_h2
    d_h1 = through_tanh(d_h2 @ w2.T, h1)
    return value, ((x.T @ d_h1, d_h1.sum(axis=0)), (d_w2, d_h2.sum(axis=0)), (d_w3, d_z.sum(axis=0)))


# ------------------------------------------------------------------------------------------- cases


def arguments(batch, sizes, dtype):
    """Random weights, images and one-hot labels."""
    rng = np.random.default_rng(0)
    params = tuple(((rng.normal(size=(n, m)) / n**0.5).astype(dtype), np.zeros(m, dtype)) for n, m in pairwise(sizes))
    x = rng.random((batch, sizes[0])).astype(dtype)
    return params, x, np.eye(sizes[-1], dtype=dtype)[rng.integers(0, sizes[-1], batch)]


SIZES = {
    "tiny": (32, (64, 32, 10)),
    "small": (128, (784, 128, 10)),
    "medium": (128, (784, 512, 512, 10)),
    "large": (512, (784, 2048, 2048, 10)),
}


def _case(name, dtype):
    batch, sizes = SIZES[name]
    function, hand = (two_layers, two_layers_by_hand) if len(sizes) == 3 else (three_layers, three_layers_by_hand)
    kind, rtol = ("f32", 1e-3) if dtype is np.float32 else ("f64", 1e-9)
    return Case(f"mlp-{name}-{kind}", function, hand, partial(arguments, batch, sizes, dtype), rtol)


CASES = [_case(name, dtype) for dtype in (np.float32, np.float64) for name in SIZES]
