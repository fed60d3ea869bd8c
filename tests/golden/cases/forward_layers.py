"""Forward mode of containers and helpers: a list of tangents beside a list of values, and a helper that gives both."""

import numpy as np


def layer(h, p):
    w, b = p
    z = h @ w + b
    return np.tanh(z)


def function(params, x):
    outputs = []
    for i, p in enumerate(params):
        x = layer(x, p)
        outputs.append(np.sum(x) * i)
    return np.max(outputs) + np.sum(x)


wrt = (0, 1)
forward = True


def arguments(rng):
    p = (rng.normal(size=(3, 3)), rng.normal(size=3))
    return (p, (p[0].T.copy(), p[1] * 2.0)), rng.normal(size=(2, 3))

# generated
def layer_jvp(h, p, dot_h, dot_p):
    w, b = p
    dot_w, dot_b = dot_p
    z = h @ w + b
    dot_z = dot_h @ w + h @ dot_w + dot_b
    t = np.tanh(z)
    return t, dot_z * (1.0 - t * t)


def function_jvp(params, x, dot_params, dot_x):
    """Value and tangent of function (forward_layers.py:12) with respect to (params, x).

    For params: ((array 2-d float64, array 1-d float64), (array 2-d float64, array 1-d float64)); x: array 2-d float64.
    """
    outputs = []
    dot_outputs = []
    for i, (t, t_2) in enumerate(zip(params, dot_params)):
        x, dot_x = layer_jvp(x, t, dot_x, t_2)
        d = np.sum(dot_x) * i
        outputs.append(np.sum(x) * i)
        dot_outputs.append(d)
    t = np.max(outputs)
    at = outputs == t
    s = np.sum(at, dtype=t.dtype)
    d = rt.unbroadcast(dot_outputs * at, rt.zeros_like(t) / s) / s + np.sum(dot_x)
    return t + np.sum(x), d
