"""Functions of Python that are programs of the library: inlined as if they had been written out."""

import functools
import itertools


def function(x, decay):
    steps = itertools.accumulate(x, lambda total, v: decay * total + v)
    turns = [(b - a) ** 2 for a, b in itertools.pairwise(steps)]
    return functools.reduce(lambda total, v: total * v + v, sorted(turns)[1:], 0.5)


wrt = (0, 1)


def arguments(rng):
    return rng.normal(size=5), 0.7

# generated
def function_grad(x, decay):
    """Gradient of function (library.py:7) with respect to (x, decay).

    For x: array 1-d float64; decay: float.
    """
    turns = []
    test = len(x) > 0
    if test:
        total = x[0]
        t = x[1:]
        tape = []
        before = total
        for item in t:
            t_2 = decay * total + item
            t_3 = t_2 - before
            turns.append(t_3 ** 2)
            tape.append((t_3, total))
            total = t_2
            before = t_2
    t_2 = []
    tape_2 = []
    for i in rt.sorting_order(turns, False):
        t_2.append(turns[i])
        tape_2.append(i)
    t_3 = t_2[1:]
    tape_3 = []
    total = 0.5
    for item in t_3:
        t_4 = total * item + item
        tape_3.append((item, total))
        total = t_4
    d = rt.zero_slots(t_3)
    d_2 = rt.zero_slots(t_2)
    d_turns = rt.zero_slots(turns)
    d_x = np.zeros_like(x)

    # return functools.reduce(lambda total, v: total * v + v, sorted(turns)[1:], 0.5)
    t_2 = reversed(tape_3)
    d_total = 1.0
    for i, item in zip(reversed(range(len(tape_3))), t_2):
        item, total = item
        # total * v + v
        d_total_2 = d_total * item
        rt.add_to_slot(d, i, d_total + d_total * total)
        d_total = d_total_2
    # return functools.reduce(lambda total, v: total * v + v, sorted(turns)[1:], 0.5)
    rt.add_to_slot(d_2, slice(1, None, None), d)
    for i in reversed(tape_2):
        rt.add_to_slot(d_turns, i, d_2.pop())
    if test:
        d = np.zeros_like(t)
        # steps = itertools.accumulate(x, lambda total, v: decay * total + v)
        t = reversed(tape)
        d_total = 0.0
        d_before = 0.0
        d_decay = 0.0
        for i, item in zip(reversed(range(len(tape))), t):
            t, total = item
            # turns = [(b - a) ** 2 for a, b in itertools.pairwise(steps)]
            d_b = d_turns.pop() * (2 * t)
            d_a = -d_b
            d_total += d_before
            d_total_2 = d_total
            d_total_2 += d_b
            # decay * total + v
            d_total = d_total_2 * decay
            d_decay += d_total_2 * total
            d[i] += d_total_2
            d_before = d_a
        # steps = itertools.accumulate(x, lambda total, v: decay * total + v)
        d_x[1:] += d
        # turns = [(b - a) ** 2 for a, b in itertools.pairwise(steps)]
        d_total = d_total + d_before
        # steps = itertools.accumulate(x, lambda total, v: decay * total + v)
        d_x[0] += d_total
    else:
        d_decay = 0.0
    # turns = [(b - a) ** 2 for a, b in itertools.pairwise(steps)]
    return d_x, d_decay
