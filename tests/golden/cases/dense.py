"""A helper that is called twice is one forward and one backward function."""

import numpy as np


def dense(x, w, b):
    z = x @ w + b
    return np.tanh(z) * z


def function(w1, b1, w2, b2, x):
    return np.sum(dense(dense(x, w1, b1), w2, b2) ** 2)


wrt = (0, 1, 2, 3)


def arguments(rng):
    return rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2), rng.normal(size=(5, 3))

# generated
def dense_forward(x, w, b):
    z = x @ w + b
    t = np.tanh(z)
    return t * z, (x, w, z, t)


def dense_backward(saved, d_out):
    x, w, z, t = saved

    # return np.tanh(z) * z
    d_z = d_out * t + d_out * z * (1.0 - t * t)
    # z = x @ w + b
    return d_z @ w.T, x.T @ d_z, np.sum(d_z, axis=0)


def dense_backward_w_b(saved, d_out):
    x, w, z, t = saved

    # return np.tanh(z) * z
    d_z = d_out * t + d_out * z * (1.0 - t * t)
    # z = x @ w + b
    return x.T @ d_z, np.sum(d_z, axis=0)


def function_grad(w1, b1, w2, b2, x):
    """Gradient of function (dense.py:11) with respect to (w1, b1, w2, b2).

    For w1: array 2-d float64; b1: array 1-d float64; w2: array 2-d float64; b2: array 1-d float64; x: array 2-d float64.
    """
    t, saved = dense_forward(x, w1, b1)
    t, saved_2 = dense_forward(t, w2, b2)

    # return np.sum(dense(dense(x, w1, b1), w2, b2) ** 2)
    t, d_w2, d_b2 = dense_backward(saved_2, 2 * t)
    d_w1, d_b1 = dense_backward_w_b(saved, t)
    return d_w1, d_b1, d_w2, d_b2
