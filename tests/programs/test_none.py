"""Variables, items and attributes that are None until they are given a number, an array or an object."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.2, 0.7, 2.0])
programs = Programs()


@programs.on((V,))
def array_found_so_far(x):
    best = None
    for k in range(3):
        y = x * (k + 1.0)
        if best is None or np.sum(y) > np.sum(best):
            best = y
    return np.sum(best**2)


@programs.on((V,))
def number_found_so_far(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v
    return best**2


@programs.on((V, 0), (V, 2))
def none_if_no_trip(x, n):
    last = None
    for k in range(n):
        last = x * k
    if last is None:
        return np.sum(x)
    return np.sum(last * x)


@programs.on((V,))
def number_of_the_last_trip(x):
    before = None
    t = 0.0
    for v in x:
        if before is not None:
            t += (v - before) ** 2
        before = v
    return t


@programs.on((V,))
def number_or_a_default(x):
    before = None
    t = 0.0
    for v in x:
        t += (v - (before or 1.0)) ** 2
        before = v
    return t


@programs.on((V,))
def array_of_the_last_trip_written(x):
    before = None
    t = 0.0
    for k in range(3):
        y = x * k + 1.0
        if before is not None:
            y += before
            before[0] = 5.0 * y[1]
            t += np.sum(before * y)
        before = y
    return t * np.sum(before)


@programs.on((V,))
def view_of_the_last_trip_written(x):
    y = x * 1.0
    z = None
    for i in range(3):
        w, z = z, y[i:]
        if w is not None:
            w[0] *= z[0]
    return np.sum(y**2)


@programs.on((V,))
def pair_found_so_far(x):
    best = None
    for i in range(4):
        s = x[i] ** 2
        if best is None or s > best[0]:
            best = (s, x * i)
    return best[0] * np.sum(best[1])


@programs.on((V,))
def list_found_so_far_and_changed(x):
    best = None
    for i in range(4):
        s = [x[i] ** 2, x[i] * 2.0]
        if best is None or s[0] > best[0]:
            best = s
        best[1] *= 1.5
    return best[0] * best[1]


@programs.on((V,))
def entry_of_a_dict(x):
    state = {"h": None, "n": 0}
    for v in x:
        state["h"] = v if state["h"] is None else np.tanh(state["h"] + v)
        state["n"] += 1
    return state["h"] * state["n"]


@programs.on((V,))
def entry_that_may_not_be_there(x):
    d = {}
    for i in range(6):
        k = i % 2
        old = d.get(k)
        d[k] = x[i % 4] if old is None else old * x[i % 4]
    return d[0] * d[1]


def stepped(h, v):
    if h is None:
        h = np.zeros(2)
    h = np.tanh(h + v)
    return h


@programs.on((V,))
def argument_of_a_helper(x):
    h = None
    for v in x:
        h = stepped(h, v)
    return np.sum(h)


@programs.on((V,))
def list_of_none_filled_with_numbers(x):
    items = [None] * 4
    for i in range(4):
        items[i] = x[i] * x[i - 1]
    return sum(items) * items[0]


@programs.on((V,))
def list_of_none_filled_with_arrays(x):
    items = [None] * 3
    for i in range(3):
        items[i] = x * (i + 1.0)
        if items[i - 1] is not None:
            items[i] += items[i - 1]
    items[0] *= 2.0
    return np.sum(items[0] * items[1] * items[2])


class Cached:
    def __init__(self, w):
        self.w = w
        self.cache = None
        self.calls = None

    def squared(self):
        if self.cache is None:
            self.cache = self.w**2
        return self.cache

    def update(self, x):
        if self.cache is not None:
            self.cache *= x
        else:
            self.cache = self.w * x
        self.calls = 1 if self.calls is None else self.calls + 1


@programs.on((V,))
def computed_when_asked_for(x):
    c = Cached(x)
    t = np.sum(c.squared()) * np.sum(c.squared())
    c.w = x * 3.0
    return t * np.sum(c.squared())


@programs.on((V,))
def caches_of_several_objects(x):
    items = [Cached(x * (k + 1)) for k in range(3)]
    t = 0.0
    for _ in range(2):
        for c in items:
            t = t + np.sum(c.squared()) * 0.5
            c.w = x * t
    for c in items:
        c.update(x)
        c.update(x)
    return t * np.sum(items[1].cache * items[2].w) * items[0].calls


@programs.on((V,))
def caches_of_some_objects(x):
    items = [Cached(x * (k + 1)) for k in range(3)]
    for c in items[1:]:
        c.update(x)
    t = 0.0
    for c in items:
        if c.cache is None:
            c.cache = c.w * 0.5
        t += np.sum(c.cache * c.w)
        c.cache[0] = t
    return sum([np.sum(c.cache**2) for c in items])


@programs.on((V,))
def object_found_so_far(x):
    best = None
    for i in range(4):
        c = Cached(x * i)
        if best is None or np.sum(c.w) > np.sum(best.w):
            best = c
        best.w = best.w * 0.9
    return np.sum(best.w**2)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
