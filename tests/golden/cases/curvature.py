"""A derivative is a function like any other: this is what `x * np.exp(x) ** 2` gave, differentiated again."""

import numpy as np


def function(x):
    e = np.exp(x)
    return e**2 + 2.0 * x * e * e


wrt = 0


def arguments(rng):
    return (rng.normal(),)

# generated
def function_grad(x):
    """Gradient of function (curvature.py:6) with respect to x.

    For x: float.
    """
    e = np.exp(x)
    t = 2.0 * x * e

    # return e**2 + 2.0 * x * e * e
    d_x = 2.0 * (e * e)
    d_e = 2.0 * t + 2 * e
    # e = np.exp(x)
    return d_x + d_e * e
