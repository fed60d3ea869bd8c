"""Generators inlined into their consumers, whatever the control flow of both."""

import inspect
import re

import numpy as np
import pytest

from srcad.transform.lower import lower
from srcad.transform.specialise import specialise
from srcad.wengert import Step, walk
from tests.transform.test_lower_control import generated
from tests.transform.test_scalars import agree, counting, makers

GENERATORS = """
def one(n, v):
    for k in range(n):
        tick(k)
        yield k
    tick(n)

def two(n, v):
    k = 0
    while True:
        if k >= n:
            return
        yield k
        k += 1
        if tick(v + k) % 4 == 0:
            continue
        yield k

def three(n, v):
    yield from one(n, v)
    if n % 2:
        yield v % 3
    tick(v)
"""
SHARING = """
    def four(n, v):
        nonlocal a
        for k in range(n):
            a = a + tick(k) % 3
            yield k
            if b % 3 == 0:
                return
            a = a - 1
"""
CALLS = ["one({}, a)", "two({}, b)", "three({}, c)", "four({}, b)", "(k + tick(k + c) for k in range({}) if k != 1)"]


@pytest.mark.parametrize("seed", range(12))
def test_random_programs(seed, define):
    random = np.random.default_rng(seed)
    header, body = generated(random.integers(0, 1000, 120).tolist()).split("\n", 1)
    body = re.sub(r"range\((\d)\)", lambda found: CALLS[random.integers(len(CALLS))].format(found[1]), body)
    calls = []
    f = define(f"{GENERATORS}\n{header}{SHARING}{body}", tick=counting(calls))["f"]
    new = specialise(lower(f), {}, lower).function
    callees = [n.callee for n in walk(new.body) if isinstance(n, Step)]
    assert not makers(new) and not any(map(inspect.isgeneratorfunction, callees))
    agree(f, new, calls)
