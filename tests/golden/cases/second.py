"""The second derivative of a function of a number: the program of the first, differentiated like any other."""

import numpy as np

import srcad


def twisted(x):
    return np.sin(x) * x**2


function = srcad.grad(twisted)
wrt = 0


def arguments(rng):
    return (rng.normal(),)

# generated
def twisted_grad_grad(x):
    """Gradient of twisted_grad (second.py:8) with respect to x.

    For x: float.
    """
    s = np.sin(x)
    t = x ** 2
    t_2 = 2 * x
    c = np.cos(x)

    # return np.sin(x) * x**2
    return 2 * s - t * s + 2.0 * (c * t_2)
