"""The function that docs/architecture.md follows through every stage."""

import numpy as np


def spread(x, rate, steps):
    """Writes in place, leaves its loop early, and reads values that are gone by the end."""
    y = np.tanh(x)
    for _ in range(steps):
        y[1:] *= rate + y[:-1]
        if np.sum(y) > 10.0:
            break
    return np.sum(y**2)
