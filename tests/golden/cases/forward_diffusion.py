"""Forward mode of writes in place: what is done to the array is done to its tangent."""

import numpy as np


def function(u, rate, steps):
    for _ in range(steps):
        u[1:-1] += rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u[0] = np.exp(-u[1])
    return np.sum(u**2)


wrt = (0, 1)
forward = True


def arguments(rng):
    return rng.normal(size=7), 0.1, 4

# generated
def function_jvp(u, rate, steps, dot_u, dot_rate):
    """Value and tangent of function (forward_diffusion.py:6) with respect to (u, rate).

    For u: array 1-d float64; rate: float; steps: int.
    """
    u = u.copy()
    dot_u = dot_u.copy()
    for _ in range(steps):
        d = dot_u[2:] - 2.0 * dot_u[1:-1]
        t = u[2:] - 2.0 * u[1:-1] + u[:-2]
        d += dot_u[:-2]
        t_2 = rate * t
        d_2 = dot_rate * t
        d_2 += rate * d
        u[1:-1] += t_2
        dot_u[1:-1] += d_2
        e = np.exp(-u[1])
        d = -(dot_u[1] * e)
        u[0] = e
        dot_u[0] = d
    return np.sum(u ** 2), np.sum(dot_u * (2 * u))
