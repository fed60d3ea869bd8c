"""Iterators and views of dicts: used up by a call, by one loop, or by several; and dicts made of others."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


def of_pairs(pairs):
    total = 0.0
    for a, b in pairs:
        total = total + a * b
    return total


def of_items(items, depth):
    if depth > 2:
        return 0.0
    total = 0.0
    for a in items:
        total += a * a
    return total * of_items([total], depth + 1) + total


@programs.on((V,), (V[:1],))
def list_of_zip(x):
    pairs = list(zip(x, x[1:]))
    return sum([a * b for a, b in pairs], 0.0)


@programs.on((V,))
def list_of_zip_of_lists(x):
    rows = list(zip(*[[x[0], x[1]], [x[2], x[3]]]))
    return rows[0][1] * rows[1][0]


@programs.on((V,), (V[:1],))
def list_of_enumerate(x):
    return list(enumerate(x))[-1][1] ** 2


@programs.on((V,))
def sum_of_reversed(x):
    return sum(reversed(x)) * x[0]


@programs.on((V,))
def extended_by_reversed(x):
    items = [x[0]]
    items.extend(reversed(x))
    return items[1] * items[2]


@programs.on((V,))
def views_of_a_dict(x):
    items = {"a": x[0], "b": x[1] * x[2]}
    a, b = items.values()
    (_, first), second = items.items()
    return max(items.values()) ** 2 + sum(items.values()) * a * b + first * second[1]


@programs.on((V,))
def a_view_read_twice(x):
    total = 0.0
    values = {"a": x[0], "b": x[1]}.values()
    for a in values:
        for b in values:
            total += a * b
    return total * sum(values)


@programs.on((V,))
def starred_iterators(x):
    items = [*{"a": x[1]}.values(), *reversed(x)]
    return items[0] * items[1]


@programs.on((V,))
def arrays_of_a_view_written(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    rows = list(d.values())
    rows[0] += x
    (a, b) = d.values()
    a *= x
    return np.sum(d["a"] * b)


@programs.on((V,))
def iterators_given_to_helpers(x):
    return of_pairs(zip(x, x[1:])) * of_pairs(enumerate(x)) + of_items({"a": x[0]}.values(), 0)


@programs.on((V,))
def an_iterator_made_on_each_trip(x):
    total = 0.0
    for i in range(2):
        backwards = reversed(x)
        for a in backwards:
            total += a * a * i
    return total


@programs.on((V,))
def dicts_united(x):
    d = {"a": x[0], "b": x[1]} | {"b": x[2] * x[2]}
    return d["a"] * d["b"]


@programs.on((V,))
def dicts_united_in_a_loop(x):
    d = {"a": x * 1.0}
    for i in range(3):
        d = d | {i: d["a"] * x[i], "a": d["a"] * x}
    return np.sum(d[1] * d["a"] * d[2])


@programs.on((V,))
def dicts_spread_in_a_loop(x):
    p = {"w": x, "b": x[0]}
    for _ in range(3):
        p = {k: v - 0.1 * v * v for k, v in p.items()}
        p = {**p, "b": p["b"] * 2}
    return np.sum(p["w"]) * p["b"]


@programs.on(({"a": 1.5, "b": 0.5},))
def dict_argument_spread(p):
    q = {**p, "c": p["a"] * p["b"]}
    return q["c"] * q["a"]


@programs.on((np.array([1, 6, 3, 5]), V))
def bits(n, x):
    return np.sum(x[(n | 2) > 3]) * ((n[0] ^ 1) + 2) + x[n & 3 == 1].sum()


@programs.on((V,))
def iterator_gone_on_with(x):
    pairs = zip(x, x[1:])
    total = 0.0
    for a, b in pairs:
        total += a * b
        break
    for a, b in pairs:
        total *= a + b
    return total


@programs.on((V,))
def iterator_begun_by_next(x):
    items = enumerate(x)
    next(items)
    total = 0.0
    for _, a in items:
        total += a * a
    return total


@programs.on((V,))
def iterator_shared_with_zip(x):
    total = 0.0
    backwards = reversed(x)
    for i, a in zip(range(2), backwards):
        total += i * a
    for a in backwards:
        total *= a
    return total


@programs.on((V,))
def iterator_used_up_inside(x):
    pairs = zip(x, x[1:])
    total = 0.0
    for a, b in pairs:
        total += a * b
        for c, _ in pairs:
            total *= c
    return total


@programs.on((V,))
def iterator_made_outside_the_loop(x):
    backwards = reversed(x)
    total = 0.0
    while total < 1:
        for a in backwards:
            total += a * a
        total += 2.0
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_gradient(function, args):
    check(function, args)


cases = []


def refusing(*words):
    def note(function):
        cases.append(pytest.param(function, words, id=function.__name__))
        return function

    return note


@refusing("is given an iterator (zip)")
def iterator_in_a_list(x):
    pairs = [zip(x, x[1:])]
    return sum([a * b for a, b in pairs[0]])


@refusing("or_ was given a value that carries a derivative")
def sets_united(x):
    return sum({x[0] * 2} | {x[1]}) * x[2]


def kept(x, seen=[]):
    seen.append(x)
    return seen[-1] * x


def kept_by_another_name(x, seen=[0.0]):
    items = seen
    items[0] = x
    return seen[0] * x


@refusing("lives outside the function")
def mutable_default(x):
    return kept(x[0])


@refusing("lives outside the function")
def mutable_default_by_another_name(x):
    return kept_by_another_name(x[0])


@pytest.mark.parametrize(("function", "words"), cases)
def test_refused(function, words):
    refused(function, (V,), *words)
