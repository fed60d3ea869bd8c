"""Nothing is known of the arguments: run-time helpers, still right."""

import numpy as np


def function(x, y, b):
    return np.sum(np.sin(x) * y + b)


wrt = (0, 2)
generic = True


def arguments(rng):
    return rng.normal(size=(3, 1)), rng.normal(size=(2, 3, 4)), (rng.normal(), rng.normal(size=4))[int(rng.integers(0, 2))]

# generated
def function_grad(x, y, b):
    """Gradient of function (anything.py:6) with respect to (x, b).

    For nothing known of the arguments.
    """
    s = np.sin(x)
    t = s * y
    t_2 = t + b
    s_2 = np.sum(t_2)
    rt.checked_scalar(s_2, 'function')

    # return np.sum(np.sin(x) * y + b)
    d = np.broadcast_to(rt.one_like(s_2), np.shape(t_2))
    d_b = rt.unbroadcast(d, b)
    d_x = rt.unbroadcast(rt.unbroadcast(rt.unbroadcast(d, t) * y, s) * np.cos(x), x)
    d_x = rt.project(d_x, x)
    d_b = rt.project(d_b, b)
    d_x = copy.deepcopy(d_x)
    d_b = copy.deepcopy(d_b)
    return d_x, d_b
