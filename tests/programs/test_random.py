"""Random programs: assignments, branches, loops, writes, views, lists and helpers, composed as they come.

Every program must be right or refused.  The default budget takes seconds; for a long run:

    SRCAD_RANDOM_PROGRAMS=10000 python -m pytest tests/programs/test_random.py

which takes fresh seeds each time (the seed of a failing program is in its name and in the message; run it again with
`SRCAD_RANDOM_SEED=seed SRCAD_RANDOM_PROGRAMS=1`).
"""

from __future__ import annotations

import linecache
import os
import random
import time
from collections.abc import Callable

import numpy as np
import pytest
from programs.checking import check

from srcad import DifferentiationError

BUDGET = int(os.environ.get("SRCAD_RANDOM_PROGRAMS", "60"))
START = int(os.environ.get("SRCAD_RANDOM_SEED", "0" if BUDGET <= 60 else str(int(time.time()) * 1000)))
CHUNK = 20
HELPERS = """
def damped(a, b):
    if np.sum(a) > 0.3:
        return a * 0.5 + b
    return np.sin(a) * b

def halve(a):
    a *= 0.5
    a[0] = a[1] + a[2]

def middle(a):
    return a[1:3]

def pushed(items, value):
    items.append(value)
    return items[0] * 0.3

"""


class Writer:
    """Writes one random program, line by line, knowing which variables are vectors, matrices, numbers and lists."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.depth = 1
        self.loops = 0
        self.count = 0
        self.vectors = ["x"]
        self.matrices = ["m"]
        self.numbers = ["s"]
        self.lists: list[str] = []  # of vectors

    def write(self) -> str:
        """The text of a program f(x, m, s)."""
        for _ in range(self.random.randint(4, 10)):
            self.statement()
        total = " + ".join(
            [f"np.sum(np.tanh({v}))" for v in self.vectors + self.matrices]
            + [f"np.tanh({n})" for n in self.numbers]
            + [f"sum(np.sum(np.sin(v)) for v in {name})" for name in self.lists]
        )
        return f"{HELPERS}def f(x, m, s):\n" + "\n".join(self.lines) + f"\n    return {total}\n"

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    def pick(self, names: list[str]) -> str:
        return self.random.choice(names)

    # ------------------------------------------------------------------------------------- expressions

    def number(self, deep: int = 2) -> str:
        """An expression for a number."""
        choices: list[Callable[[], str]] = [
            lambda: self.pick(self.numbers),
            lambda: f"{self.pick(self.vectors)}[{self.index()}]",
            lambda: f"{self.pick(self.matrices)}[{self.random.randrange(3)}, {self.index()}]",
            lambda: f"{self.random.choice([0.3, 0.5, 1.2, -0.7])}",
        ]
        if deep:
            choices += [
                lambda: f"({self.number(deep - 1)} {self.operation()} {self.number(deep - 1)})",
                lambda: f"np.sin({self.number(deep - 1)})",
                lambda: f"np.sum({self.vector(deep - 1)}) * 0.3",
                lambda: f"({self.number(deep - 1)} if {self.test()} else {self.number(deep - 1)})",
            ]
        return self.random.choice(choices)()

    def vector(self, deep: int = 2) -> str:
        """An expression for an array of four numbers."""
        choices: list[Callable[[], str]] = [
            lambda: self.pick(self.vectors),
            lambda: f"{self.pick(self.matrices)}[{self.random.randrange(3)}]",
        ]
        if self.lists:
            choices.append(lambda: f"{self.pick(self.lists)}[{self.random.choice([0, -1])}]")
        if deep:
            choices += [
                lambda: f"({self.vector(deep - 1)} {self.operation()} {self.vector(deep - 1)})",
                lambda: f"({self.vector(deep - 1)} * {self.number(deep - 1)})",
                lambda: f"np.sin({self.vector(deep - 1)})",
                lambda: f"{self.vector(deep - 1)}[::-1]",
                lambda: f"{self.vector(deep - 1)}[[0, 2, 2, 1]]",
                lambda: f"damped({self.vector(deep - 1)}, {self.vector(deep - 1)})",
                lambda: f"np.sum({self.pick(self.matrices)}, axis=0)",
                lambda: f"np.where({self.vector(0)} > 0.1, {self.vector(deep - 1)}, {self.vector(deep - 1)})",
                lambda: f"{self.pick(self.matrices)}[:, {self.index()}].sum() * {self.vector(deep - 1)}",
            ]
        return self.random.choice(choices)()

    def index(self) -> str:
        return self.random.choice(["0", "1", "2", "3", "-1", "-2", *(["i % 4"] if self.loops else [])])

    def operation(self) -> str:
        return self.random.choice(["+", "-", "*", "*"])

    def test(self) -> str:
        return f"{self.random.choice(self.numbers)} {self.random.choice('<>')} {self.random.choice([0.0, 0.4, -0.3])}"

    def part(self) -> tuple[str, str]:
        """A subscript of an array of four numbers, and a vector expression that fits it."""
        subscript, fit = self.random.choice(
            [("1:3", "[1:3]"), (":2", "[2:]"), ("::2", "[1::2]"), ("::-1", ""), ("[3, 1]", "[:2]"), ("[1, 1]", "[2:]")]
            + [("1:", "[:-1]"), ("...", ""), (":", "")]
        )
        return subscript, f"({self.vector(1)}){fit}"

    # -------------------------------------------------------------------------------------- statements

    def statement(self) -> None:
        """Writes a statement; blocks only so deep."""
        simple = [self.assign_vector, self.assign_number, self.store, self.update, self.view, self.store, self.update]
        simple += [self.list_statement, self.matrix_statement, self.helper_statement, self.mask, self.swap, self.alias]
        if self.depth < 4 and self.random.random() < 0.3:
            self.random.choice([self.branch, self.loop, self.loop, self.while_loop, self.iterate])()
        else:
            self.random.choice(simple)()

    def block(self, statements: int | None = None) -> None:
        """Writes an indented block; names made in it are forgotten after it."""
        saved = [list(v) for v in (self.vectors, self.matrices, self.numbers, self.lists)]
        self.depth += 1
        for _ in range(statements or self.random.randint(1, 3)):
            self.statement()
        self.depth -= 1
        self.vectors, self.matrices, self.numbers, self.lists = saved

    def assign_vector(self) -> None:
        old = self.random.random() < 0.4
        text = self.vector()
        name = self.pick(self.vectors) if old else self.fresh("v")
        self.line(f"{name} = {text}")
        if not old:
            self.vectors.append(name)

    def assign_number(self) -> None:
        old = self.random.random() < 0.5
        text = self.number()
        name = self.pick(self.numbers) if old else self.fresh("n")
        self.line(f"{name} = {text}")
        if not old:
            self.numbers.append(name)

    def store(self) -> None:
        name = self.pick(self.vectors)
        if self.random.random() < 0.5:
            self.line(f"{name}[{self.index()}] = {self.number()}")
        else:
            subscript, value = self.part()
            self.line(f"{name}[{subscript}] = {value}")

    def update(self) -> None:
        name, operation = self.pick(self.vectors), self.random.choice(["+=", "-=", "*="])
        choice = self.random.randrange(3)
        if choice == 0:
            self.line(f"{name}[{self.index()}] {operation} {self.number()}")
        elif choice == 1:
            subscript, value = self.part()
            self.line(f"{name}[{subscript}] {operation} {value}")
        else:
            self.line(f"{name} {operation} {self.vector(1)}")

    def view(self) -> None:
        name = self.fresh("w")
        self.line(f"{name} = {self.pick(self.vectors)}[{self.random.choice(['::-1', ':', '...'])}]")
        self.vectors.append(name)

    def alias(self) -> None:
        name = self.fresh("a")
        self.line(f"{name} = {self.pick(self.vectors)}")
        self.vectors.append(name)

    def swap(self) -> None:
        names = self.random.choice([self.vectors, self.numbers])
        a, b = self.pick(names), self.pick(names)
        self.line(f"{a}, {b} = {b}, {a}")

    def mask(self) -> None:
        name = self.pick(self.vectors)
        self.line(
            f"{name}[{name} > {self.random.choice([0.2, -0.4])}] "
            f"{self.random.choice(['*=', '+=', '='])} {self.number(1)}"
        )

    def matrix_statement(self) -> None:
        m = self.pick(self.matrices)
        choice = self.random.randrange(6)
        row = self.random.randrange(3)
        if choice == 0:
            self.line(f"{m}[{row}] {self.random.choice(['=', '*=', '+='])} {self.vector(1)}")
        elif choice == 1:
            self.line(f"{m}[:, {self.index()}] {self.random.choice(['=', '*='])} {self.number(1)}")
        elif choice == 2:
            name = self.fresh("r")
            self.line(f"{name} = {m}[{row}]")
            self.vectors.append(name)
        elif choice == 3:
            self.line(f"{m}.T[{self.index()}, {row}] = {self.number(1)}")
        elif choice == 4:
            name = self.fresh("k")
            self.line(f"{name} = {m} * {self.vector(1)}")
            self.matrices.append(name)
        else:
            self.line(f"{m} *= {self.vector(0)}")

    def list_statement(self) -> None:
        if not self.lists or self.random.random() < 0.3:
            name = self.fresh("q")
            self.line(f"{name} = [{self.vector(1)}, {self.vector(1)}]")
            self.lists.append(name)
            return
        name = self.pick(self.lists)
        choice = self.random.randrange(4)
        if choice == 0:
            self.line(f"{name}.append({self.vector(1)})")
        elif choice == 1:
            self.line(f"{name}[{self.random.choice([0, 1, -1])}] = {self.vector(1)}")
        elif choice == 2:
            self.line(
                f"{name}[{self.random.choice([0, -1])}][{self.index()}] "
                f"{self.random.choice(['=', '*='])} {self.number(1)}"
            )
        else:
            self.line(f"{self.pick(self.vectors)} = pushed({name}, {self.vector(1)})")

    def helper_statement(self) -> None:
        choice = self.random.randrange(3)
        if choice == 0:
            self.line(f"halve({self.pick(self.vectors)})")
        elif choice == 1:
            self.line(f"middle({self.pick(self.vectors)})[:] = {self.number(1)}")
        else:
            self.line(f"{self.pick(self.vectors)} = damped({self.vector(1)}, {self.vector(1)})")

    def branch(self) -> None:
        self.line(f"if {self.test()}:")
        self.block()
        if self.random.random() < 0.6:
            self.line("else:")
            self.block()

    def loop(self) -> None:
        if self.loops:
            self.line(f"for j{self.loops} in range({self.random.choice([1, 2, 3])}):")
        else:
            self.line(f"for i in range({self.random.choice([0, 1, 2, 3])}):")
        self.inside_loop()

    def iterate(self) -> None:
        name = self.fresh("e")
        index = self.fresh("h")
        source = self.random.choice([*self.matrices, *self.lists])
        if self.random.random() < 0.5:
            self.line(f"for {name} in {source}:")
        else:
            self.line(f"for {index}, {name} in enumerate({source}):")
        if source in self.lists and self.random.random() < 0.9:
            self.lists.remove(source)  # growing it here would never end
            self.inside_loop([name])
            self.lists.append(source)
        elif source in self.matrices:
            self.inside_loop([name])
        else:
            self.depth += 1
            self.line(f"{name} *= 0.5")
            self.depth -= 1

    def inside_loop(self, vectors: list[str] | None = None) -> None:
        iterating = vectors is not None
        self.loops += 0 if iterating else 1
        saved = list(self.vectors)
        self.vectors += vectors or []
        self.block()
        if self.random.random() < 0.3:
            self.depth += 1
            self.line(f"if {self.test()}:")
            self.depth += 1
            returning = self.random.random() < 0.3
            self.line(f"return {self.number(1)} * 1.0" if returning else self.random.choice(["break", "continue"]))
            self.depth -= 1
            self.statement() if self.depth < 5 else self.line("pass")
            self.depth -= 1
        self.vectors = saved
        self.loops -= 0 if iterating else 1

    def while_loop(self) -> None:
        counter = self.fresh("c")
        self.line(f"{counter} = 0")
        self.line(f"while {counter} < {self.random.choice([1, 2, 3])} and {self.test()}:")
        self.depth += 1
        self.line(f"{counter} += 1")
        self.depth -= 1
        self.block()


def define(text: str, seed: int) -> Callable:
    """The program, as a module would hold it."""
    name = f"<random program {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {"np": np, "__name__": f"random_{seed}"}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def arguments(seed: int) -> tuple:
    """A vector, a matrix and a number."""
    values = np.random.default_rng(seed)
    return values.normal(size=4), values.normal(size=(3, 4)), float(values.normal())


def is_smooth(function: Callable, args: tuple) -> bool:
    """Whether the program runs, stays finite, and takes no other branch nearby."""
    from programs.checking import difference_quotient, directions

    with np.errstate(all="ignore"):
        try:
            direction = [directions(a, np.random.default_rng(5)) for a in args]
            fine = difference_quotient(function, args, (0, 1, 2), direction)
        except (ValueError, IndexError, TypeError, NameError):
            return False
    return bool(np.isfinite(fine[0])) and abs(fine[0]) < 1e4


def run(seed: int) -> str:
    """Checks one program; says what became of it.  Raises AssertionError with its text if it is wrong."""
    text = Writer(seed).write()
    function = define(text, seed)
    args = arguments(seed)
    if not is_smooth(function, args):
        return "skipped"
    try:
        with np.errstate(all="ignore"):
            check(function, args, tolerance=1e-5)
    except DifferentiationError as error:
        if "random program" not in str(error):
            raise AssertionError(f"seed {seed}: no place in {error}\n{text}") from error
        return "refused"
    except Exception as error:
        if isinstance(error, AssertionError) and "by differences" in str(error) and not is_steady(function, args):
            return "skipped"
        raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}\n{text}") from error
    return "right"


def is_steady(function: Callable, args: tuple) -> bool:
    """Whether difference quotients of two steps agree, so that no branch lies between."""
    from programs import checking

    random = np.random.default_rng(1)
    for _ in range(checking.DIRECTIONS):
        direction = [checking.directions(a, random) for a in args]
        found = []
        for step in (1e-4, 1e-5, 1e-6):
            saved, checking.STEP = checking.STEP, step
            with np.errstate(all="ignore"):
                found.append(checking.difference_quotient(function, args, (0, 1, 2), direction)[0])
            checking.STEP = saved
        if not max(found) - min(found) < 1e-4 * max(1.0, abs(found[0])):
            return False
    return True


@pytest.mark.parametrize("start", range(START, START + BUDGET, CHUNK))
def test_random_programs(start):
    outcomes = [run(seed) for seed in range(start, min(start + CHUNK, START + BUDGET))]
    assert outcomes.count("right") >= len(outcomes) // 4 or len(outcomes) < CHUNK, outcomes
