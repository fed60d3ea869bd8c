"""The reverse of what stands under np.errstate stands under it too."""

import numpy as np


def function(p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(p > 0, p * np.log(p / q), 0.0)
    return np.sum(ratio)


wrt = (0, 1)


def arguments(rng):
    p, q = rng.random(4) + 0.1, rng.random(4) + 0.1
    return p / np.sum(p), q / np.sum(q)

# generated
def function_grad(p, q):
    """Gradient of function (guarded.py:6) with respect to (p, q).

    For p: array 1-d float64; q: array 1-d float64.
    """
    with np.errstate(divide='ignore', invalid='ignore'):
        test = p > 0
        t = p / q
        t_2 = np.log(t)
    with np.errstate(divide='ignore', invalid='ignore'):
        # ratio = np.where(p > 0, p * np.log(p / q), 0.0)
        d_x = np.where(test, 1.0, 0.0)
        d_p = d_x * t_2
        d = d_x * p
        d = d * np.where(d != 0.0, 1.0 / t, 1.0)
        test = d != 0.0
        d_q = d * np.where(test, -(t / q), 1.0)
        d_p += d * np.where(test, 1.0 / q, 1.0)
    # with np.errstate(divide="ignore", invalid="ignore"):
    return d_p, d_q
