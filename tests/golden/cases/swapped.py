"""Parameters that a context manager swaps for a while: they are variables, and the manager is gone."""

from contextlib import contextmanager

import numpy as np


class Layer:
    def __init__(self, w):
        self.w = w

    def __call__(self, x):
        return np.tanh(self.w * x)

    @contextmanager
    def using(self, w):
        old = self.w
        self.w = w
        try:
            yield self
        finally:
            self.w = old


def loss(w, x):
    layer = Layer(w)
    with layer.using(0.9 * w + 0.1 * x):
        target = layer(x)
    return np.sum((layer(x) - target) ** 2)


function = loss
wrt = 0


def arguments(rng):
    return rng.standard_normal(4), rng.standard_normal(4)

# generated
def loss_grad(w, x):
    """Gradient of loss (swapped.py:25) with respect to w.

    For w: array 1-d float64; x: array 1-d float64.
    """
    t = np.tanh((0.9 * w + 0.1 * x) * x)
    t_2 = np.tanh(w * x)
    t_3 = t_2 - t

    # return np.sum((layer(x) - target) ** 2)
    t_3 = 2 * t_3
    # return np.tanh(self.w * x)
    d_w = t_3 * (1.0 - t_2 * t_2) * x
    # with layer.using(0.9 * w + 0.1 * x):
    d_w -= 0.9 * (t_3 * (1.0 - t * t) * x)
    return d_w
