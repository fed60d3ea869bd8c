"""A lambda sees the variables it captures as they are when it is called."""

import numpy as np


def function(x, steps):
    energy = lambda v: 0.5 * k * np.sum(v * v)
    k = 1.0
    total = energy(x)
    for _ in range(steps):
        k = k + energy(x)
        x = np.sin(x)
    return total + energy(x)


wrt = (0,)


def arguments(rng):
    return rng.normal(size=7), 4

# generated
def function_grad(x, steps):
    """Gradient of function (late_binding.py:6) with respect to x.

    For x: array 1-d float64; steps: int.
    """
    tape = []
    x_2 = x
    k = 1.0
    for _ in range(steps):
        t = 0.5 * k
        s = np.sum(x_2 * x_2)
        k = k + t * s
        x_3 = np.sin(x_2)
        tape.append((t, s, x_2))
        x_2 = x_3
    s = np.sum(x_2 * x_2)

    # 0.5 * k * np.sum(v * v)
    d_x = k * x_2
    d_k = 0.5 * s
    # for _ in range(steps):
    for t, t_2, x_2 in reversed(tape):
        # x = np.sin(x)
        d_x = d_x * np.cos(x_2)
        # 0.5 * k * np.sum(v * v)
        d = d_k * t_2
        d_x += 2.0 * (d_k * t) * x_2
        d_k += 0.5 * d
    # 0.5 * k * np.sum(v * v)
    d_x += x
    # k = 1.0
    return d_x,
