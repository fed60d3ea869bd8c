"""Elements that are written once and read later are not recorded: the array still holds them."""

import numpy as np


def function(first, rate, years):
    n = np.zeros(years + 1)
    n[0] = first
    for i in range(years):
        n[i + 1] = rate * n[i] * (1.0 - n[i])
    return np.sum(n**2)


wrt = (0, 1)


def arguments(rng):
    return 0.3 + 0.1 * rng.random(), 2.7, 8

# generated
def function_grad(first, rate, years):
    """Gradient of function (population.py:6) with respect to (first, rate).

    For first: float; rate: float; years: int.
    """
    n = np.zeros(years + 1)
    n[0] = first
    for i in range(years):
        n[i + 1] = rate * n[i] * (1.0 - n[i])

    # return np.sum(n**2)
    d_n = 2 * n
    # for i in range(years):
    d_rate = 0.0
    for i in reversed(range(years)):
        # n[i + 1] = rate * n[i] * (1.0 - n[i])
        t = n[i]
        t_2 = i + 1
        d = d_n[t_2]
        d_2 = d * (1.0 - n[i])
        d = d * (rate * t)
        d_3 = d_2 * rate
        d_rate += d_2 * t
        d_n[t_2] = 0.0
        d_n[i] += d_3 - d
    # n[0] = first
    # n = np.zeros(years + 1)
    return d_n[0], d_rate
