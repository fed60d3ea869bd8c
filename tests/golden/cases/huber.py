"""Early returns become branches of both sweeps."""

import numpy as np


def function(x, delta):
    r = np.sqrt(np.sum(x**2))
    if r < delta:
        return 0.5 * r**2
    if delta > 10.0:
        return np.sum(x)
    return delta * (r - 0.5 * delta)


wrt = (0, 1)


def arguments(rng):
    return rng.normal(size=4), (0.5, 5.0, 11.0)[int(rng.integers(0, 3))]

# generated
def function_grad(x, delta):
    """Gradient of function (huber.py:6) with respect to (x, delta).

    For x: array 1-d float64; delta: float.
    """
    r = np.sqrt(np.sum(x ** 2))
    test = r < delta
    if not test:
        t = delta > 10.0
        t_2 = None if t else r - 0.5 * delta
    if test:
        d_x = np.zeros_like(x)
        d_r = r
        d_delta = 0.0
    elif t:
        # return np.sum(x)
        d_x = np.broadcast_to(1.0, np.shape(x))
        d_delta = 0.0
        d_r = 0.0
    else:
        # return delta * (r - 0.5 * delta)
        d_delta = t_2 - 0.5 * delta
        d_x = np.zeros_like(x)
        d_r = delta
    # r = np.sqrt(np.sum(x**2))
    d_x_2 = d_r / r * x
    d_x_2 += d_x
    return d_x_2, d_delta
