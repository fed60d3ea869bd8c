"""A generator without an end, consumed by a loop that is left by `break`: both loops are one."""

import numpy as np


def iterates(x, rate):
    while True:
        x = x - rate * np.sin(x)
        yield x


def function(x, rate):
    total = 0.0
    for k, y in enumerate(iterates(x, rate)):
        size = np.sum(y * y)
        total += size / (k + 1)
        if size < 0.1 or k == 20:
            break
    return total


wrt = (0, 1)


def arguments(rng):
    return rng.normal(size=5), 0.4

# generated
def function_grad(x, rate):
    """Gradient of function (generator.py:12) with respect to (x, rate).

    For x: array 1-d float64; rate: float.
    """
    tape = []
    count = 0
    while True:
        s = np.sin(x)
        x_2 = x - rate * s
        count_2 = count + 1
        size = np.sum(x_2 * x_2)
        t = size < 0.1 or count == 20
        tape.append((s, count_2, x, x_2))
        x = x_2
        count = count_2
        if t:
            break
    d_x = np.zeros_like(x)

    # while True:
    d_rate = 0.0
    for t, t_2, x, y in reversed(tape):
        # size = np.sum(y * y)
        d_y = 2.0 * (y / t_2)
        # for k, y in enumerate(iterates(x, rate)):
        d_x += d_y
        # x = x - rate * np.sin(x)
        t_2 = rate * d_x
        d_rate -= np.sum(d_x * t)
        d_x -= t_2 * np.cos(x)
    # total = 0.0
    return d_x, d_rate
