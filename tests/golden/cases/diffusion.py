"""Linear writes in place: nothing is recorded, and the shadow is updated part by part."""

import numpy as np


def function(u, rate, steps):
    for _ in range(steps):
        u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
    return np.sum(u**2)


wrt = 0


def arguments(rng):
    return rng.normal(size=(5, 6)), 0.1, 4

# generated
def function_grad(u, rate, steps):
    """Gradient of function (diffusion.py:6) with respect to u.

    For u: array 2-d float64; rate: float; steps: int.
    """
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])

    # return np.sum(u**2)
    d_u = 2 * u
    # for _ in range(steps):
    for _ in reversed(range(steps)):
        # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
        d = rate * d_u[1:-1, 1:-1]
        d_u[1:-1, 1:-1] -= 4.0 * d
        d_u[1:-1, :-2] += d
        d_u[1:-1, 2:] += d
        d_u[2:, 1:-1] += d
        d_u[:-2, 1:-1] += d
    return d_u
