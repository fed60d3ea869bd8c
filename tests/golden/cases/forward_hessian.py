"""A Hessian-vector product by forward mode over reverse mode, inside a function."""

import numpy as np

from srcad import hvp


def energy(x):
    return np.sum(np.exp(-x) * x**2)


def function(x, v):
    return np.dot(v, hvp(energy, (x,), (v,)))


wrt = (0, 1)
forward = True


def arguments(rng):
    return rng.normal(size=4), rng.normal(size=4)

# generated
def function_jvp(x, v, dot_x_2, dot_v):
    """Value and tangent of function (forward_hessian.py:12) with respect to (x, v).

    For x: array 1-d float64; v: array 1-d float64.
    """
    rt.check_tangent(v, x)
    e = np.exp(-x)
    t = dot_x_2 * e
    t_2 = v * e
    d = dot_v * e
    d -= t * v
    t_3 = x ** 2
    t_4 = 2 * x
    d_2 = dot_x_2 * t_4
    d_3 = 2 * dot_x_2
    d_4 = v * t_4
    d_5 = dot_v * t_4
    d_5 += d_3 * v
    t_5 = t_2 * t_3
    d_6 = d * t_3
    d_6 += d_2 * t_2
    d_2 = d_4 * e
    d_5 = d_5 * e
    t_3 = t * d_4
    d_4 = 2 * v
    dot_d_x = d_4 * e - t_2 * t_4
    d = d * t_4
    d += d_3 * t_2
    dot_dot_d_x = 2 * dot_v * e
    dot_dot_d_x -= t * d_4
    dot_dot_d_x -= d
    dot_d_x = dot_d_x + (t_5 - d_2)
    t_3 -= d_5
    d_6 += t_3
    dot_dot_d_x += d_6
    return np.dot(v, dot_d_x), np.dot(dot_v, dot_d_x) + np.dot(v, dot_dot_d_x)
