"""Forward mode over reverse mode of writes in a loop: the tangent of a tape is a tape."""

import numpy as np

from srcad import grad


def advanced(x, rate):
    y = x * x
    for _ in range(3):
        y[1:] += rate * y[:-1] * y[1:]
    return np.sum(y)


def function(x, rate):
    return np.sum(grad(advanced)(x, rate) ** 2)


wrt = (0, 1)
forward = True


def arguments(rng):
    return rng.normal(size=4), rng.normal()

# generated
def function_jvp(x, rate, dot_x, dot_rate):
    """Value and tangent of function (forward_steps.py:15) with respect to (x, rate).

    For x: array 1-d float64; rate: float.
    """
    y = x * x
    dot_y = 2.0 * (dot_x * x)
    tape = []
    dot_tape = []
    for _ in range(3):
        t = y[:-1]
        t_2 = rate * t
        d = dot_rate * t
        d += rate * dot_y[:-1]
        t = y[1:]
        t_3 = t_2 * t
        d_2 = d * t
        d_2 += dot_y[1:] * t_2
        saved = np.copy(y[1:])
        dot_saved = np.copy(dot_y[1:])
        y[1:] += t_3
        dot_y[1:] += d_2
        tape.append((saved, t_2))
        dot_entry = dot_saved, d
        dot_tape.append(dot_entry)
    d_y = np.ones_like(y)
    dot_d_y = np.zeros_like(d_y)
    for item, dot_item in zip(reversed(tape), reversed(dot_tape)):
        saved, t = item
        dot_saved, t_2 = dot_item
        t_3 = y[1:]
        d = dot_y[1:]
        y[1:] = saved
        dot_y[1:] = dot_saved
        t_4 = d_y[1:]
        d_2 = dot_d_y[1:]
        d_3 = t_4 * t_3
        dot_d_t = d_2 * t_3
        dot_d_t += d * t_4
        d = t_4 * t
        d_4 = t_2 * t_4
        d_y[1:] += d
        dot_d_t_2 = d_2 * t + d_4
        dot_d_t_2 = rt.unbroadcast(dot_d_t_2, d)
        dot_d_t_2 = dot_d_t_2.copy()
        dot_d_y[1:] += dot_d_t_2
        d_y[:-1] += rate * d_3
        dot_d_t_2 = dot_rate * d_3
        dot_d_t_2 += rate * dot_d_t
        dot_d_y[:-1] += dot_d_t_2
    d_x = d_y * x
    d_x_2 = 2.0 * d_x
    dot_d_x = dot_d_y * x
    dot_d_x += dot_x * d_y
    dot_d_x = 2.0 * dot_d_x
    s = np.sum(d_x_2 ** 2)
    return s, np.sum(dot_d_x * np.where(dot_d_x != 0.0, 4.0 * d_x, 1.0))
