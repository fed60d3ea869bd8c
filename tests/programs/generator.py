"""Writes random programs: assignments, branches, loops, writes, views, containers, helpers, composed as they come.

Vectors have four elements and matrices three rows, so that everything fits; numbers stay small.  What a program does is
decided by its seed alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable

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

def scaled(a, b=0.5, *, more=None):
    if more is None:
        return a * b
    return a * b + more

def first_large(a):
    for i, e in enumerate(a):
        if e > 0.2:
            return e * 2.0
        a[i] = e * 0.5
    return a[0]

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
        self.dicts: list[str] = []  # of vectors under "a" and "b"
        self.tuples: list[str] = []  # of a vector and a number
        self.functions: list[str] = []  # from vectors to vectors

    def write(self) -> str:
        """The text of a program f(x, m, s)."""
        for _ in range(self.random.randint(4, 10)):
            self.statement()
        total = " + ".join(
            [f"np.sum(np.tanh({v}))" for v in self.vectors + self.matrices]
            + [f"np.tanh({n})" for n in self.numbers]
            + [f"sum(np.sum(np.sin(v)) for v in {name})" for name in self.lists]
            + [f"sum(np.sum(np.sin(v)) for v in {name}.values())" for name in self.dicts]
            + [f"np.sum({name}[0]) * np.sin({name}[1])" for name in self.tuples]
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
        if self.dicts:
            choices.append(lambda: f'{self.pick(self.dicts)}["{self.random.choice("ab")}"]')
        if self.tuples:
            choices.append(lambda: f"{self.pick(self.tuples)}[0]")
        if self.functions and deep:
            choices.append(lambda: f"{self.pick(self.functions)}({self.vector(deep - 1)})")
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
                lambda: f"scaled({self.vector(deep - 1)}, more={self.vector(0)})",
                lambda: f"np.array([{self.number(0)} * k for k in range(4)])",
                lambda: f"sum((e * {self.number(0)} for e in {self.pick(self.matrices)}), {self.vector(0)})",
                lambda: f"np.concatenate([{self.vector(deep - 1)}[2:], {self.vector(0)}[:2]])",
                lambda: f"({self.vector(0)} if {self.test()} else {self.vector(deep - 1)})",
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
        simple += [self.add_at, self.dict_statement, self.tuple_statement, self.function_statement, self.comprehension]
        if self.depth < 4 and self.random.random() < 0.3:
            blocks = [self.branch, self.loop, self.loop, self.while_loop, self.iterate, self.buffers, self.items]
            self.random.choice(blocks)()
        else:
            self.random.choice(simple)()

    def block(self, statements: int | None = None) -> None:
        """Writes an indented block; names made in it are forgotten after it."""
        known = (self.vectors, self.matrices, self.numbers, self.lists, self.dicts, self.tuples, self.functions)
        saved = [list(v) for v in known]
        self.depth += 1
        for _ in range(statements or self.random.randint(1, 3)):
            self.statement()
        self.depth -= 1
        self.vectors, self.matrices, self.numbers, self.lists, self.dicts, self.tuples, self.functions = saved

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
        choice = self.random.randrange(5)
        if choice == 0:
            self.line(f"{name}.append({self.vector(1)})")
        elif choice == 4:
            self.line(f"{name}.append({self.vector(1)})")
            self.line(f"{self.pick(self.vectors)} = {name}.pop({self.random.choice(['', '0'])})")
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
        choice = self.random.randrange(4)
        if choice == 3:
            self.line(f"{self.pick(self.numbers)} = first_large({self.pick(self.vectors)})")
        elif choice == 0:
            self.line(f"halve({self.pick(self.vectors)})")
        elif choice == 1:
            self.line(f"middle({self.pick(self.vectors)})[:] = {self.number(1)}")
        else:
            self.line(f"{self.pick(self.vectors)} = damped({self.vector(1)}, {self.vector(1)})")

    def add_at(self) -> None:
        name = self.pick(self.vectors)
        index, fit = self.random.choice([("[0, 2, 2]", "[1:]"), ("[1, 1]", "[:2]"), ("[3, 0, 3, 1]", "")])
        ufunc = self.random.choice(["add", "subtract"])
        self.line(f"np.{ufunc}.at({name}, {index}, ({self.vector(1)}){fit})")

    def dict_statement(self) -> None:
        choice = self.random.randrange(4)
        if not self.dicts or choice == 0:
            name = self.fresh("d")
            self.line(f'{name} = {{"a": {self.vector(1)}, "b": {self.vector(1)}}}')
            self.dicts.append(name)
            return
        item = f'{self.pick(self.dicts)}["{self.random.choice("ab")}"]'
        if choice == 1:
            self.line(f"{item} = {self.vector(1)}")
        elif choice == 2:
            self.line(f"{item}[{self.index()}] {self.random.choice(['=', '*=', '+='])} {self.number(1)}")
        else:
            self.line(f"{item} {self.random.choice(['+=', '*='])} {self.vector(1)}")

    def tuple_statement(self) -> None:
        choice = self.random.randrange(3)
        if not self.tuples or choice == 0:
            name = self.fresh("t")
            self.line(f"{name} = ({self.vector(1)}, {self.number(1)})")
            self.tuples.append(name)
        elif choice == 1:
            vector, number = self.fresh("v"), self.fresh("n")
            self.line(f"{vector}, {number} = {self.pick(self.tuples)}")
            self.vectors.append(vector)
            self.numbers.append(number)
        else:
            self.line(f"{self.pick(self.tuples)}[0][{self.index()}] *= {self.number(1)}")

    def function_statement(self) -> None:
        """A function that reads, or writes, what is outside it."""
        name = self.fresh("g")
        self.vectors.append("a")
        if self.random.random() < 0.5:
            self.line(f"{name} = lambda a: {self.vector(1)}")
        else:
            self.line(f"def {name}(a):")
            self.depth += 1
            if self.random.random() < 0.4:
                self.line(f"{self.pick(self.vectors)}[{self.index()}] = {self.number(1)}")
            self.line(f"return {self.vector(1)} * 1.0")
            self.depth -= 1
        self.vectors.remove("a")
        self.functions.append(name)

    def comprehension(self) -> None:
        name = self.fresh("q")
        source = self.random.choice([*self.matrices, f"({self.vector(1)}, {self.vector(1)})"])
        self.vectors.append("e")
        condition = f" if np.sum(e) > {self.random.choice([-9.0, 0.1])}" if self.random.random() < 0.3 else ""
        text = f"[{self.vector(1)} for e in {source}{condition}]"
        self.vectors.remove("e")
        if condition:
            self.line(f"{self.pick(self.vectors)} = sum({text}, {self.vector(0)})")
        else:
            self.line(f"{name} = {text}")
            self.lists.append(name)

    def items(self) -> None:
        """A loop over the items of a dict."""
        if not self.dicts:
            return self.dict_statement()
        key, name, source = self.fresh("k"), self.fresh("e"), self.pick(self.dicts)
        self.line(f"for {key}, {name} in {source}.items():")
        self.dicts.remove(source)
        self.inside_loop([name])
        self.dicts.append(source)
        return None

    def buffers(self) -> None:
        """A time stepper with two buffers that take turns."""
        old, new = self.fresh("u"), self.fresh("u")
        self.line(f"{old}, {new} = {self.vector(1)} * 1.0, np.zeros(4)")
        self.line(f"for {self.fresh('z')} in range({self.random.choice([1, 2, 3])}):")
        self.depth += 1
        self.line(f"{new}[1:] = {old}[:-1] * {self.number(1)}")
        self.line(f"{new}[0] = {self.number(1)}")
        if self.random.random() < 0.5:
            self.line(f"if {self.test()}:")
            self.depth += 1
            self.line(self.random.choice(["break", "continue", f"{old} = {old} + 0.1"]))
            self.depth -= 1
        self.line(f"{old}, {new} = {new}, {old}")
        self.depth -= 1
        self.vectors += [old, new]

    def branch(self) -> None:
        self.line(f"if {self.test()}:")
        if self.random.random() < 0.1:
            self.depth += 1
            self.line(f"return {self.number(1)} * 1.0")
            self.depth -= 1
            return
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
        if self.random.random() < 0.15:
            self.line("else:")
            self.block(1)

    def while_loop(self) -> None:
        counter = self.fresh("c")
        self.line(f"{counter} = 0")
        self.line(f"while {counter} < {self.random.choice([1, 2, 3])} and {self.test()}:")
        self.depth += 1
        self.line(f"{counter} += 1")
        self.depth -= 1
        self.block()
