"""Forward mode of a loop that is left early, branches, and Python's floats."""

import math


def function(a, x):
    for _ in range(20):
        step = (x - a / math.sqrt(x)) * 2.0 / 3.0
        x = x - step
        if abs(step) < 1e-10:
            break
    return x if x > a else math.log(a)


wrt = (0, 1)
forward = True


def arguments(rng):
    return 0.2 + rng.random(), 1.5

# generated
def function_jvp(a, x, dot_a, dot_x):
    """Value and tangent of function (forward_newton.py:6) with respect to (a, x).

    For a: float; x: float.
    """
    for _ in range(20):
        r = math.sqrt(x)
        t = a / r
        step = (x - t) * 2.0 / 3.0
        dot_step = 0.6666666666666666 * (dot_x + (0.5 * dot_x / r * (t / r) - dot_a / r))
        x = x - step
        dot_x -= dot_step
        if abs(step) < 1e-10:
            break
    if not x > a:
        x = math.log(a)
        dot_x = dot_a / a
    return x, dot_x
