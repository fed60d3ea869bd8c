"""Means, variances and keepdims: the adjoint of layer normalisation."""

import numpy as np


def function(x, scale, shift):
    centred = x - np.mean(x, axis=1, keepdims=True)
    spread = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    return np.sum((scale * centred / spread + shift) ** 3)


wrt = (0, 1, 2)


def arguments(rng):
    return rng.normal(size=(4, 5)), rng.normal(size=5), rng.normal(size=5)

# generated
def function_grad(x, scale, shift):
    """Gradient of function (normalised.py:6) with respect to (x, scale, shift).

    For x: array 2-d float64; scale: array 1-d float64; shift: array 1-d float64.
    """
    centred = x - np.mean(x, axis=1, keepdims=True)
    spread = np.sqrt(np.mean(centred ** 2, axis=1, keepdims=True) + 1e-05)
    t = scale * centred / spread
    t_2 = t + shift

    # return np.sum((scale * centred / spread + shift) ** 3)
    t_2 = 3 * t_2 ** 2
    d_shift = np.sum(t_2, axis=0)
    d = t_2 / spread
    d_scale = np.sum(d * centred, axis=0)
    d_centred = d * scale
    # spread = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    t = 2 * (np.sum(d * t, axis=1, keepdims=True) * (0.5 / spread) / x.shape[1]) * centred
    d_centred -= t
    # centred = x - np.mean(x, axis=1, keepdims=True)
    d_x = d_centred - np.sum(d_centred, axis=1, keepdims=True) / x.shape[1]
    return d_x, d_scale, d_shift
