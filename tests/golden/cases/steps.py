"""A gradient of writes in a loop, differentiated again: tapes of the second sweep hold those of the first."""

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


def arguments(rng):
    return rng.normal(size=4), rng.normal()

# generated
def function_grad(x, rate):
    """Gradient of function (steps.py:15) with respect to (x, rate).

    For x: array 1-d float64; rate: float.
    """
    y = x * x
    tape = []
    tape_2 = []
    for _ in range(3):
        t = rate * y[:-1]
        saved = np.copy(y[1:])
        saved_2 = np.copy(y[1:])
        y[1:] += t * y[1:]
        entry = saved, t
        tape.append(entry)
        tape_2.append((entry, saved_2, t))
    d_y = np.ones_like(y)
    tape_3 = []
    for saved, t in reversed(tape):
        t_2 = y[1:]
        saved_2 = np.copy(y[1:])
        y[1:] = saved
        t_3 = d_y[1:]
        d = t_3 * t_2
        d_2 = t_3 * t
        saved_3 = np.copy(d_y[1:])
        d_y[1:] += d_2
        saved_4 = np.copy(d_y[:-1])
        d_y[:-1] += rate * d
        tape_3.append((d, d_2, saved, saved_4, saved_3, saved_2, t))
    d_x = d_y * x
    d_y_2 = np.zeros_like(y)
    d_tape = rt.zero_slots(tape)

    # y = x * x
    d_d_x = 8.0 * d_x
    d_d_y = d_d_x * x
    d_x = d_d_x * d_y
    # for _ in range(3):
    t = reversed(tape_3)
    d_rate = 0.0
    for i, item in zip(reversed(range(len(tape_3))), t):
        t, t_2, saved, saved_2, saved_3, saved_4, t_3 = item
        # y[1:] += rate * y[:-1] * y[1:]
        t_4 = y[1:]
        t_5 = d_y[1:]
        d_y[:-1] = saved_2
        t_6 = d_d_y[:-1]
        d_d_t = rate * t_6
        d_rate += np.sum(t_6 * t)
        d_y[1:] = saved_3
        d_d_t_2 = rt.unbroadcast(np.copy(d_d_y[1:]), t_2)
        d = rt.unbroadcast(d_d_t_2 * t_5, t_3)
        d_d_y[1:] += rt.unbroadcast(d_d_t_2 * t_3, t_5)
        d_d_y[1:] += d_d_t * t_4
        d_y_2[1:] += d_d_t * t_5
        y[1:] = saved_4
        # for _ in range(3):
        t = rt.from_end(tape, i)
        rt.add_to_slot(d_tape, t, (rt.unbroadcast(np.copy(d_y_2[1:]), saved), d))
        # y[1:] += rate * y[:-1] * y[1:]
        d_y_2[1:] = 0.0
    # for _ in range(3):
    for entry, saved, t in reversed(tape_2):
        # y[1:] += rate * y[:-1] * y[1:]
        t_2 = y[:-1]
        t_3 = y[1:]
        # for _ in range(3):
        undone = tape.pop()
        d_entry = rt.project(d_tape.pop(), entry)
        d_entry_2 = d_entry[0]
        d_entry = d_entry[1]
        # y[1:] += rate * y[:-1] * y[1:]
        y[1:] = saved
        d = np.copy(d_y_2[1:])
        d_y_2[1:] += d_entry_2
        d_2 = d * t_3
        d_2 += d_entry
        d_y_2[1:] += d * t
        d_rate += np.sum(d_2 * t_2)
        d_y_2[:-1] += rate * d_2
    # y = x * x
    d_x += 2.0 * (d_y_2 * x)
    return d_x, d_rate
