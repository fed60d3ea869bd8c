"""Which way a `try` went is recorded, one flag a trip."""

import numpy as np


def function(x, hessian, gradient, steps):
    for _ in range(steps):
        g = gradient @ x
        try:
            step = np.linalg.solve(hessian, g)
            x = x - 0.5 * step
        except np.linalg.LinAlgError:
            x = x - 0.1 * g
    return np.sum(x**2)


wrt = 0


def arguments(rng):
    singular = np.ones((3, 3))
    regular = np.eye(3) + 0.1 * rng.normal(size=(3, 3))
    return rng.normal(size=3), (singular, regular)[int(rng.integers(0, 2))], rng.normal(size=(3, 3)), 3

# generated
def function_grad(x, hessian, gradient, steps):
    """Gradient of function (fallback.py:6) with respect to x.

    For x: array 1-d float64; hessian: array 2-d float64; gradient: array 2-d float64; steps: int.
    """
    tape = []
    for _ in range(steps):
        g = gradient @ x
        try:
            step = np.linalg.solve(hessian, g)
            x = x - 0.5 * step
            caught = False
        except np.linalg.LinAlgError:
            x = x - 0.1 * g
            caught = True
        tape.append(caught)

    # return np.sum(x**2)
    d_x = 2 * x
    # for _ in range(steps):
    for caught in reversed(tape):
        if caught:
            # x = x - 0.1 * g
            d_g = -(0.1 * d_x)
        else:
            # x = x - 0.5 * step
            d_step = -(0.5 * d_x)
            # step = np.linalg.solve(hessian, g)
            d_b = np.linalg.solve(hessian.T, d_step)
            d_g = d_b
        # g = gradient @ x
        d_x += gradient.T @ d_g
    return d_x
