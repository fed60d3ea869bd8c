"""Containers of a function's own become plain values, whatever the control flow around them."""

import re

import numpy as np
import pytest

from srcad.transform.lower import lower
from srcad.transform.scalars import replace_containers
from srcad.transform.specialise import specialise
from srcad.wengert import MakeFunction, Step, make_dict, make_list, validate, walk
from tests.interpreter import run
from tests.transform.test_lower_control import generated

PLACES = {"a": "s[0]", "b": "s[-1]", "c": 'd["c"]'}
SHARED = """
    def tick(v):
        nonlocal a, c
        a = a + count(v) % 3
        c = b - v
        return count(c)
"""


def agree(f, new, calls):
    """Asserts that the list does what the function does."""
    validate(new)
    for args in [(1, 2, 3), (0, 5, -4), (-3, 1, 10)]:
        results = []
        for function in (f, lambda *a: run(new, *a)):
            calls.clear()
            try:
                results.append((function(*args), tuple(calls)))
            except OverflowError:
                results.append(tuple(calls))
        assert results[0] == results[1]


def counting(calls):
    def count(v):
        calls.append(v)
        if len(calls) % 200 == 199:
            raise OverflowError
        return v * 7 + len(calls)

    return count


def makers(function):
    """The steps that make containers or functions."""
    steps = (n for n in walk(function.body) if isinstance(n, Step))
    return [s for s in steps if s.callee in (make_list, make_dict) or isinstance(s.callee, MakeFunction)]


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_on_lists_and_dicts(seed, define):
    numbers = np.random.default_rng(seed).integers(0, 1000, 120).tolist()
    header, body = generated(numbers).split("\n", 1)
    body = re.sub(r"\b[abc]\b", lambda found: PLACES[found[0]], body)
    calls = []
    text = f'{header}\n    s, d = [a, b], {{"c": c}}\n    s[1], d["c"] = b, c\n{body}'
    f = define(text, tick=counting(calls))["f"]
    new = replace_containers(lower(f))
    assert not makers(new)
    agree(f, new, calls)


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_with_shared_variables(seed, define):
    numbers = np.random.default_rng(seed).integers(0, 1000, 120).tolist()
    header, body = generated(numbers).split("\n", 1)
    calls = []
    f = define(f"{header}{SHARED}{body}", count=counting(calls))["f"]
    new = specialise(lower(f), {}, lower).function
    assert not makers(new)
    agree(f, new, calls)


def given_away(x, use):
    a = [x]
    a[0] = 2
    use(a)
    return a[0]


def returned(x):
    a = [x]
    a[0] = 2
    return a


def stored(x):
    a, b = [x], [x]
    a[0] = b
    b[0] = 3
    return a[0][0]


def merged(x):
    a, b = [x], [2]
    a[0] = 3
    c = a if x else b
    return c[0]


def carried(x):
    a = [x]
    for i in range(3):
        b = [i]
        b[0] = a[0] + 1
        a = b
    return a[0]


def other_index(x):
    a = [x, 1]
    a[0] = 3
    return a[x % 2]


def of_a_length(x):
    a = [x]
    a[0] = 2
    last = len(a) - 1
    return a[last]


def a_slice(x):
    a = [x, x]
    a[0] = 2
    return a[:1]


def captured(x):
    a = [x]
    a[0] = 2
    return list(map(lambda v: a[0] + v, [x]))


@pytest.mark.parametrize(
    "function",
    [returned, merged, carried, other_index, of_a_length, a_slice, captured],
    ids=lambda f: f.__name__,
)
def test_a_container_that_others_may_see_stays(function):
    lowered = lower(function)
    new = replace_containers(lowered)
    assert new is lowered
    for x in (0, 1, 4):
        assert run(new, x) == function(x)


def test_one_container_may_go_and_another_stay():
    new = replace_containers(lower(stored))
    assert len(makers(new)) == 1
    assert run(new, 4) == stored(4) == 3
    seen = []
    assert run(lower(given_away), 1, seen.append) == 2 and seen == [[2]]


def test_an_index_outside_the_list_raises_as_before():
    def f(x):
        a = [x]
        a[0] = 2
        return a[3]

    with pytest.raises(IndexError):
        run(replace_containers(lower(f)), 1)
