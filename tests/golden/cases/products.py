"""Elements that are overwritten are recorded one by one."""

import numpy as np


def function(x, rounds):
    for _ in range(rounds):
        for i in range(1, len(x)):
            x[i] = x[i] * np.cos(x[i - 1])
    return np.sum(x)


wrt = 0


def arguments(rng):
    return rng.normal(size=5), 3

# generated
def function_grad(x, rounds):
    """Gradient of function (products.py:6) with respect to x.

    For x: array 1-d float64; rounds: int.
    """
    x = x.copy()
    tape = []
    for _ in range(rounds):
        tape_2 = []
        for i in range(1, len(x)):
            t = x[i]
            t_2 = x[i - 1]
            c = np.cos(t_2)
            x[i] = t * c
            tape_2.append((i, t, t_2, c))
        tape.append(tape_2)

    # return np.sum(x)
    d_x = np.ones_like(x)
    # for _ in range(rounds):
    for tape in reversed(tape):
        # for i in range(1, len(x)):
        for i, t, t_2, t_3 in reversed(tape):
            # x[i] = x[i] * np.cos(x[i - 1])
            t_4 = i - 1
            d = d_x[i]
            t = d * t * np.sin(t_2)
            d_x[i] = d * t_3
            d_x[t_4] -= t
    return d_x
