"""Iterators and generators that several places ask for values: each goes on where the last one stopped."""

import itertools
import math

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


@programs.on((V,))
def skip_first(x):
    it = iter(x)
    first = next(it)
    total = 0.0
    for v in it:
        total += v * v * first
    return total


@programs.on((V,))
def in_pairs(x):
    it = iter(x)
    total = 1.0
    for a in it:
        total = total * a + next(it) * a
    return total


def multiples(x, n):
    for i in range(n):
        yield x * i
    yield x * x


@programs.on((1.3,))
def asked_twice(x):
    g = multiples(x, 3)
    total = 0.0
    for v in g:
        if v > 1.0:
            break
        total += v
    for v in g:
        total += v * total + v * v
    return total


@programs.on((1.3,))
def asked_for_more_than_there_is(x):
    g = multiples(x, 1)
    return next(g) + next(g) * 2 + next(g, x**3)


@programs.on((V,))
def first_three_that_fit(x):
    g = (v * v for v in x if v > 0)
    a = next(g)
    b = next(g)
    return a * b + next(g)


@programs.on((V,))
def zip_gone_on_with(x):
    pairs = zip(x, x[1:])
    total = 0.0
    for a, b in pairs:
        total += a * b
        break
    for a, b in pairs:
        total *= a + b
    return total


@programs.on((V,))
def enumerate_begun_by_next(x):
    items = enumerate(x, 2)
    i, a = next(items)
    total = a * i
    for i, b in items:
        total += i * b * b
    return total


def powers(x):
    p = 1.0
    while True:
        yield p
        p = p * x


def pairs(n):
    for i in range(n):
        for j in range(i):
            if i == j + 1:
                continue
            yield i, j


def descent(x, rate):
    """Yields the same buffer each time."""
    x = x.copy()
    while True:
        x -= rate * np.sin(x)
        yield x


def limited(xs, limit):
    total = 0.0
    for v in xs:
        total = total + v
        if total > limit:
            return
        yield total
    yield -total


@programs.on((0.3,))
def two_in_turns(x):
    return sum(a * b for a, b in zip(multiples(x, 3), powers(x)))


@programs.on((0.3,))
def an_infinite_one_first(x):
    return sum(a * b for a, b in zip(powers(x), multiples(x, 3)))


@programs.on((V,))
def out_of_nested_loops(x):
    g = pairs(5)
    i, j = next(g)
    t = x[i - 1] * x[j]
    for i, j in g:
        t += (x[i - 1] - x[j]) ** 2 * t
        if i > 3:
            break
    return t + sum(x[i - 1] * i for i, j in g)


@programs.on((V,))
def one_buffer_handed_out_thrice(x):
    g = descent(x, 0.3)
    a = next(g)
    s = np.sum(a**2)
    b = next(g)
    b[0] = s
    c = next(g)
    return np.sum(c * a * b) * s


@programs.on((V, 1.0), (V, -2.0), (V, 10.0))
def that_returns_early(x, limit):
    g = limited(x, limit)
    a = next(g, x[3])
    b = next(g, x[2] * 2)
    return a * b + sum(g) + next(g, x[0] ** 2)


@programs.on((V,))
def in_a_loop_around(x):
    g = multiples(x[0], 5)
    total = 0.0
    for k in range(2):
        for v in g:
            total += v * x[k]
            if v > 0.5 + k * 0.5:
                break
    return total


def helper(it, n):
    t = 0.0
    for k in range(n):
        t = t + next(it) ** 2
    return t


@programs.on((V,))
def helpers_take_some_each(x):
    it = iter(x)
    a = helper(it, 2)
    b = helper(it, 2)
    return a * b * b


@programs.on((V,))
def zip_itself(x):
    it = iter(x)
    return sum(a * b**2 for a, b in zip(it, it))


@programs.on((V,))
def enumerate_of_a_generator(x):
    g = enumerate(v * v for v in x if v > 0)
    i, a = next(g)
    j, b = next(g)
    return a * b * (i + 1) * (j + 1) + sum(k * c for k, c in g)


@programs.on((V,))
def map_of_a_filter(x):
    g = map(lambda v: v * v, filter(lambda v: v > 0, x))
    return next(g) * next(g) + next(g)


@programs.on((V,))
def called_until_a_sentinel(x):
    items = [x[0], x[1], x[2], 0]
    t = 0.0
    for v in iter(items.pop, 0):
        t += v * v
    return t


@programs.on((V,))
def closure_called_until_a_sentinel(x):
    i = 0

    def f():
        nonlocal i
        i += 1
        return i

    t = 0.0
    for v in iter(f, 4):
        t += v * x[v] * t + x[v]
    return t


@programs.on((V,))
def list_that_grows_meanwhile(x):
    items = [x[0], x[1]]
    it = iter(items)
    t = 0.0
    for v in it:
        t += v * v
        if len(items) < 4:
            items.append(v * 2)
    items.append(x[3])
    return t + next(it, x[2])


@programs.on(({"a": 2.0, "b": 3.0},))
def values_of_a_dict(d):
    it = iter(d.values())
    a = next(it)
    return a * a * next(it)


@programs.on(({"a": 2.0, "b": 3.0},))
def items_of_a_dict(d):
    it = iter(d.items())
    k, a = next(it)
    t = a * a
    for k, v in it:
        t += t * v
    return t


@programs.on(({"a": 2.0, "b": 3.0},))
def first_key(d):
    k = next(iter(d))
    return d[k] ** 2


@programs.on((V,))
def captured_variable_changes(x):
    k = x[0]
    g = (v * k for v in x)
    a = next(g)
    k = x[1]
    b = next(g)
    return a * b + sum(g) * k


@programs.on((V,))
def head_and_tail(x):
    rest = iter(x)
    head = next(rest)
    tail = list(rest)
    return head * tail[0] + np.sum(np.array(tail) ** 2)


@programs.on((V,))
def unpack(x):
    it = iter(x)
    a = next(it)
    b, c, d = it
    return a * b + c * d * a


@programs.on((V,))
def some_by_islice(x):
    it = iter(x)
    a = sum(v * v for v in itertools.islice(it, 2))
    return a * sum(it)


@programs.on((V,))
def as_far_as_any(x):
    it = iter(x)
    f = any(v > 0.5 for v in it)
    return sum(it) * x[0] if f else x[1]


@programs.on((V,))
def rows_written_to(x):
    m = np.outer(x, x)
    it = iter(m)
    h = next(it)
    h *= 2
    t = 0.0
    for r in it:
        t += np.sum(r * h)
        r += h
    return t + np.sum(m**2)


@programs.on((V,))
def zipped_with_next(x):
    it = iter(x)
    prev = next(it)
    s = 0.0
    for cur in it:
        s += (cur - prev) ** 2 * s + cur
        prev = cur
    return s


@programs.on((V,))
def while_with_a_default(x):
    it = iter(x)
    t = 1.0
    while (v := next(it, None)) is not None:
        t = t * v + v
    return t


@programs.on((V,))
def list_changed_meanwhile(x):
    items = [x[0], x[1], x[2]]
    it = iter(items)
    a = next(it)
    items[1] = a * x[3]
    b = next(it)
    items.append(b)
    return a * b + sum(it)


@programs.on((V,))
def in_branches(x):
    it = iter(x)
    t = next(it) if x[0] > 0 else x[1]
    if t > 0.1:
        t = t * next(it)
    else:
        t = t + 1
    return t * next(it) + next(it, 2.0)


@programs.on((V,))
def made_each_trip(x):
    t = 0.0
    for k in range(3):
        it = iter(x[k:])
        a = next(it)
        for b in it:
            t += a * b * k
            if t > 1:
                break
        t += next(it, x[0])
    return t


@programs.on((V,))
def stopped_and_caught(x):
    it = iter(x[:1])
    next(it)
    try:
        v = next(it)
    except StopIteration:
        v = x[1] ** 2
    return v * x[0]


@programs.on((V,))
def two_merged(x):
    a, b = iter(x[:2]), iter(x[2:])
    out = []
    p, q = next(a), next(b)
    while True:
        if p < q:
            out.append(p)
            try:
                p = next(a)
            except StopIteration:
                out.append(q)
                out.extend(b)
                break
        else:
            out.append(q)
            try:
                q = next(b)
            except StopIteration:
                out.append(p)
                out.extend(a)
                break
    return sum(v * (i + 1) for i, v in enumerate(out))


def running(values):
    total = 0.0
    for v in values:
        total = total + v
        yield total


@programs.on((V,))
def generator_over_a_generator(x):
    g = running(v * v for v in x)
    a = next(g)
    return a * sum(g)


@programs.on((V,))
def nonlocal_variable_shared(x):
    s = x[0]

    def gen():
        nonlocal s
        for v in x:
            s = s * v
            yield s
            s = s + 1.0

    g = gen()
    a = next(g)
    s = s * 2
    b = next(g)
    return a * b * s + next(g) * s


@programs.on((V,))
def array_written_by_both(x):
    y = x * 1.0

    def sweep():
        for i in range(len(y) - 1):
            y[i + 1] += y[i] ** 2
            yield y[i + 1]

    g = sweep()
    a = next(g)
    y[1] *= a
    b = next(g)
    y *= 2
    return b * next(g) + np.sum(y)


@programs.on((V,))
def while_loop_around_the_yield(x):
    def halve(v):
        while v > 0.1:
            yield v
            v = v / 2
        yield -v

    g = halve(x[3])
    next(g)
    t = next(g)
    return t * sum(g)


@programs.on((V,))
def yields_in_branches(x):
    def gen():
        for v in x:
            if v > 0.5:
                yield v
            elif v > 0:
                yield v * v
                yield v**3
            else:
                continue
            yield 1.0

    g = gen()
    return next(g) * next(g) + next(g) + sum(v * (i + 1) for i, v in enumerate(g))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def ended_by_an_error(x):
    """Its generator has no more values then."""
    roots = (math.sqrt(v) for v in x)
    total = 0.0
    try:
        total += next(roots)
        total += next(roots)
    except ValueError:
        total += 1.0
    return total + sum(roots)


def one_of_two(x):
    g = multiples(x[0], 2) if x[1] > 0 else powers(x[0])
    return next(g) * next(g)


def kept_in_a_list(x):
    g = [iter(x)] * 2
    return sum(a * b for a, b in zip(*g))


def over_one_that_it_makes(x):
    def both():
        yield x[0]
        yield from multiples(x[1], 2)

    g = both()
    return next(g) * sum(g)


@pytest.mark.parametrize("function", [ended_by_an_error, one_of_two, kept_in_a_list, over_one_that_it_makes])
def test_refused(function):
    refused(function, (V,))
