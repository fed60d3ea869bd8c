"""Emitted programs do what the functions do that they come from: results, writes, errors, prints, bit for bit."""

import random

import numpy as np
import pytest

from srcad.transform.emit import compile_program, emit
from srcad.transform.lower import lower
from tests.interpreter import outcome, same
from tests.transform import test_lower_control as control
from tests.transform import test_lower_expressions as expressions


def compiled(function):
    return compile_program(emit(lower(function)))


@pytest.mark.parametrize("function", control.FUNCTIONS, ids=lambda f: f.__name__)
def test_control_flow(function):
    again = compiled(function)
    for n in range(9):
        assert same(outcome(again, (n,), {}), outcome(function, (n,), {}))


@pytest.mark.parametrize(
    "function",
    [f for f in expressions.FUNCTIONS if f not in expressions.NOT_TESTED_HERE],
    ids=lambda f: f.__name__,
)
def test_expressions(function):
    again = compiled(function)
    for x in range(5):
        assert same(outcome(again, (x,), {}), outcome(function, (x,), {}))


class Tired(Exception):
    """A program has run for long enough."""


def observed(function, *args):
    """What a generated program returns or raises and what it calls, in order."""
    calls = function.__globals__["calls"]
    calls.clear()
    try:
        result = function(*args)
    except Exception as error:
        result = type(error).__name__
    return repr(result), repr(args), list(calls)


def namespace():
    calls = []

    def tick(v):
        calls.append(v)
        if len(calls) > 400:
            raise Tired
        return (v * 3 + len(calls)) % 11

    return {"calls": calls, "tick": tick}


def compiled_beside(function):
    """The compiled program, which records its calls where the function does."""
    again = compiled(function)
    again.__globals__["calls"] = function.__globals__["calls"]
    return again


@pytest.mark.parametrize("seed", range(100))
def test_random_control_flow(seed, define):
    choices = np.random.default_rng(seed).integers(0, 1000, 120).tolist()
    function = define(control.generated(choices), **namespace())["f"]
    again = compiled_beside(function)
    for args in [(1, 2, 3), (0, 5, -4), (-3, 1, 10)]:
        assert observed(again, *args) == observed(function, *args)


class Writer:
    """Writes random programs that swap variables, write to a list, and nest expressions, loops and exits."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def source(self):
        body = "\n".join(self.block(4, False, "    "))
        return f"def f(a, b, c, m):\n    x = a\n    t = b\n{body}\n    return a, b, c, x, t, m\n"

    def variable(self):
        return self.random.choice("abcxt")

    def expression(self, depth=3):
        kind = self.random.randrange(10) if depth else 0
        sub = lambda: self.expression(depth - 1)
        if kind < 3:
            return self.variable()
        if kind == 3:
            return str(self.random.randint(-3, 3))
        if kind == 4:
            return f"tick({self.variable()})"
        if kind == 5:
            return f"m[{self.random.randint(0, 2)}]"
        if kind == 6:
            return f"({sub()} if {sub()} > {sub()} else {sub()})"
        if kind == 7:
            return f"({sub()} {self.random.choice(['and', 'or'])} {sub()})"
        return f"({sub()} {self.random.choice('+-*')} {sub()})"

    def block(self, depth, in_loop, pad):
        yield f"{pad}pass"
        for _ in range(self.random.randint(1, 4)):
            yield from self.statement(depth, in_loop, pad)

    def statement(self, depth, in_loop, pad):
        kind, inner = self.random.randrange(20), pad + "    "
        if kind < 5:
            yield f"{pad}{self.variable()} = {self.expression()} % 97"
        elif kind < 8:
            targets = self.random.sample("abcxt", self.random.randint(2, 3))
            yield f"{pad}{', '.join(targets)} = {', '.join(self.variable() for _ in targets)}"
        elif kind < 9:
            yield f"{pad}m[{self.random.randint(0, 2)}] {self.random.choice(['', '+', '-'])}= {self.expression()} % 97"
        elif kind < 10:
            yield f"{pad}{self.variable()} {self.random.choice('+-')}= {self.expression()} % 97"
        elif kind < 12:
            leave = self.random.choice(["break", "continue", "return a, b"] if in_loop else ["return b, x"])
            yield f"{pad}if {self.expression()} > {self.expression()}:\n{inner}{leave}"
        elif kind < 13:
            yield f"{pad}m.append({self.expression()})"
        elif depth and kind < 17:
            yield f"{pad}if {self.expression()}:"
            yield from self.block(depth - 1, in_loop, inner)
            if self.random.random() < 0.5:
                yield f"{pad}else:"
                yield from self.block(depth - 1, in_loop, inner)
        elif depth and kind < 19:
            items = self.random.choice(["range(3)", "[1, b, 5]", "list(m)[:3]"])
            yield f"{pad}for {self.variable()} in {items}:"
            yield from self.block(depth - 1, True, inner)
            if self.random.random() < 0.2:
                yield f"{pad}else:"
                yield from self.block(depth - 1, in_loop, inner)
        elif depth:
            self.count += 1
            yield f"{pad}i{self.count} = 0"
            yield f"{pad}while i{self.count} < {self.random.randint(1, 3)} and {self.expression()} != 4:"
            yield f"{inner}i{self.count} += 1"
            yield from self.block(depth - 1, True, inner)


@pytest.mark.parametrize("seed", range(200))
def test_random_programs(seed, define):
    function = define(Writer(seed).source(), **namespace())["f"]
    again = compiled_beside(function)
    for args in [(1, 2, 3), (0, 5, -4), (-3, 1, 10)]:
        assert observed(again, *args, [1, 2, 3]) == observed(function, *args, [1, 2, 3])


@pytest.mark.parametrize(
    "line", ["    y{i} = x + {i}", "    x = x * 0.5 + {i}", "    if x > {i}: x = x + 1.0", "    s.append(x * {i})"]
)
def test_long_functions(line, define):
    body = "\n".join(line.replace("{i}", str(i)) for i in range(1000))
    function = define(f"def f(x):\n    s = []\n{body}\n    return x, s\n")["f"]
    assert compiled(function)(0.7) == function(0.7)


def test_long_chains(define):
    chain = "".join(f"    elif x == {i}: y = {i} + x\n" for i in range(300))
    function = define(f"def f(x):\n    if x < 0: y = 1\n{chain}    else: y = 2\n    return y\n")["f"]
    again = compiled(function)
    assert [again(x) for x in (-1, 0, 150, 299, 300)] == [1, 0, 300, 598, 2]
