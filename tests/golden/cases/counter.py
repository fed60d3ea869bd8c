"""A nested function that assigns a variable of the function around it: its cell is gone, the value is carried."""

import numpy as np


def function(x, rate):
    total, scale = 0.0, rate

    def add(v):
        nonlocal total, scale
        total += scale * v**3
        if total > 10.0:
            scale = 0.5 * scale

    for v in x:
        add(v)
    return np.log1p(total) * scale


wrt = (0, 1)


def arguments(rng):
    return rng.uniform(0.5, 2.0, size=20), 1.2

# generated
def function_grad(x, rate):
    """Gradient of function (counter.py:6) with respect to (x, rate).

    For x: array 1-d float64; rate: float.
    """
    tape = []
    total = 0.0
    scale = rate
    for v in x:
        t = v ** 3
        total = total + scale * t
        test = total > 10.0
        if test:
            scale_2 = 0.5 * scale
        else:
            scale_2 = scale
        tape.append((scale, t, test, v))
        scale = scale_2
    d_scale = np.log1p(total)
    d_x = np.zeros_like(x)

    # return np.log1p(total) * scale
    d_total = scale / (1.0 + total)
    # for v in x:
    t = reversed(tape)
    for i, item in zip(reversed(range(len(tape))), t):
        scale, t, t_2, v = item
        if t_2:
            # scale = 0.5 * scale
            d_scale = 0.5 * d_scale
        # total += scale * v**3
        d_scale = d_scale + d_total * t
        d_x[i] += d_total * scale * (3 * v ** 2)
    # total, scale = 0.0, rate
    return d_x, d_scale
