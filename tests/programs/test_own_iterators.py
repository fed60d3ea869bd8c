"""Iterators of classes of one's own, `try` around `next`, and groups."""

import itertools

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.3, -1.1, 0.7, 1.9])
W = np.array([0.3, 1.1, -0.7, -1.9, 0.4])
programs = Programs()


class Squares:
    def __init__(self, xs, limit=10):
        self.xs = xs
        self.limit = limit
        self.i = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.i >= len(self.xs) or self.i >= self.limit:
            raise StopIteration
        v = self.xs[self.i]
        self.i += 1
        return v * v


class Countdown:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        return self

    def __next__(self):
        if self.x < 0.2:
            raise StopIteration()
        self.x = self.x * 0.5
        return self.x


class Row:
    def __init__(self, xs):
        self.xs = xs

    def __getitem__(self, i):
        return self.xs[i] * 2.0


class Has:
    def __init__(self, xs):
        self.xs = xs

    def __iter__(self):
        return Squares(self.xs)


@programs.on((V,))
def object_with_next(x):
    total = 1.0
    for v in Squares(x):
        total = total * v + v
    return total


@programs.on((V,))
def object_with_next_and_continue(x):
    total = 1.0
    for v in Squares(x, 3):
        if v > 1:
            continue
        total = total * v + v
    return total


@programs.on((1.9,), (0.1,))
def object_that_changes_itself(x):
    total = x
    for v in Countdown(x):
        total = total * v + v
    return total


@programs.on((V,))
def next_of_an_object(x):
    s = Squares(x)
    a = next(s)
    b = next(s)
    t = 0.0
    for c in s:
        t += c * a
    return t * b + s.i


@programs.on((V,))
def objects_used_up_by_calls(x):
    return sum(Squares(x)) * max(Has(x)) + list(Squares(x, 2))[1]


@programs.on((V,))
def zip_of_an_object(x):
    return sum(a * b for a, b in zip(Squares(x), x))


@programs.on((V,))
def next_of_an_object_with_a_default(x):
    s = Squares(x, 1)
    return next(s, 0.0) * 2 + next(s, x[2])


@programs.on((V,))
def object_with_getitem_alone(x):
    total = 1.0
    for v in Row([x[0], x[1], x[2]]):
        total = total * v + v
    return total


@programs.on((V,))
def list_of_an_object_with_getitem_alone(x):
    a = list(Row([x[0], x[1], x[2]]))
    return a[1] * a[2] + sum(Row(x))


@programs.on((V,))
def until_stopped(x):
    it = iter(x)
    total = 1.0
    while True:
        try:
            v = next(it)
        except StopIteration:
            break
        total = total * v + v
    return total


@programs.on((W,))
def sums_of_groups(x):
    return sum((1 + k) * sum(g) for k, g in itertools.groupby(x, key=lambda v: v > 0))


@programs.on((W,))
def lists_of_groups(x):
    t = 1.0
    for k, g in itertools.groupby(x, key=lambda v: v > 0):
        vs = list(g)
        t = t * vs[0] + len(vs) * vs[-1]
    return t


@programs.on((W,))
def group_left_early(x):
    t = 1.0
    for k, g in itertools.groupby(range(5), key=lambda i: i // 2):
        for i in g:
            t = t * x[i] + k
            if i == 2:
                break
    return t


@programs.on((W,))
def first_of_a_group_and_the_rest(x):
    t = 1.0
    for k, g in itertools.groupby([(0, x[0]), (0, x[1]), (1, x[2])], key=lambda p: p[0]):
        first = next(g)[1]
        t = t * first + sum(v * v for _, v in g)  # noqa: B031 (what is left of it)
    return t


@programs.on((W,))
def runs_of_equal_items(x):
    ks = [1, 1, 2, 2, 2]
    return sum(k * len(list(g)) * x[k] for k, g in itertools.groupby(ks))


@programs.on((W,))
def groups_that_nobody_reads(x):
    t = 0.0
    for k, g in itertools.groupby(x, key=lambda v: v > 0):
        t += 1
    return t * x[0]


@programs.on((V,))
def generators_called_in_a_loop(x):
    def once():
        yield x[0]

    def twice():
        yield x[1]
        yield x[2]

    return sum([sum(make()) for make in [once, twice]])


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def kept_group(x):
    kept = [g for _, g in itertools.groupby(x, key=lambda v: v > 0)]
    return sum(kept[0]) * x[0]


@pytest.mark.parametrize("function", [kept_group])
def test_refused(function):
    refused(function, (W,))
