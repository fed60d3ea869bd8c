"""Broadcasting adjoints are sums, softmax and cross-entropy share `p`, the data have no gradient."""

import numpy as np


def function(params, images, labels, decay):
    (w1, b1), (w2, b2) = params
    hidden = np.maximum(images @ w1 + b1, 0.0)
    z = hidden @ w2 + b2
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    penalty = decay * (np.sum(w1**2) + np.sum(w2**2))
    return penalty - np.mean(np.sum(labels * np.log(p), axis=1))


wrt = 0


def arguments(rng):
    params = ((rng.normal(size=(4, 6)), rng.normal(size=6)), (rng.normal(size=(6, 3)), rng.normal(size=3)))
    return params, rng.normal(size=(5, 4)), np.eye(3)[rng.integers(0, 3, 5)], 0.1

# generated
def function_grad(params, images, labels, decay):
    """Gradient of function (classifier.py:6) with respect to params.

    For params: ((array 2-d float64, array 1-d float64), (array 2-d float64, array 1-d float64)); images: array 2-d float64; labels: array 2-d float64; decay: float.
    Arrays that are read no more are written into again; optimize=False makes new ones.
    """
    t, t_2 = params
    w1, b1 = t
    w2, b2 = t_2
    t = images @ w1 + b1
    hidden = np.maximum(t, 0.0)
    z = hidden @ w2 + b2
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    s = np.sum(e, axis=1, keepdims=True)
    p = e / s

    # return penalty - np.mean(np.sum(labels * np.log(p), axis=1))
    d_p = np.divide(-1.0 / len(labels) * labels, p, out=z)
    # penalty = decay * (np.sum(w1**2) + np.sum(w2**2))
    t_2 = 2 * decay
    d_w2 = t_2 * w2
    d_w1 = t_2 * w1
    # p = e / np.sum(e, axis=1, keepdims=True)
    d_e = np.divide(d_p, s, out=d_p)
    d_e -= np.sum(d_e * p, axis=1, keepdims=True)
    # e = np.exp(z - np.max(z, axis=1, keepdims=True))
    d_z = np.multiply(d_e, e, out=d_e)
    # z = hidden @ w2 + b2
    d_b2 = np.sum(d_z, axis=0)
    d_hidden = d_z @ w2.T
    d_w2 += hidden.T @ d_z
    # hidden = np.maximum(images @ w1 + b1, 0.0)
    d_hidden *= np.where(t == 0.0, 0.5, t > 0.0)
    d_b1 = np.sum(d_hidden, axis=0)
    d_w1 += images.T @ d_hidden
    # (w1, b1), (w2, b2) = params
    return (d_w1, d_b1), (d_w2, d_b2)
