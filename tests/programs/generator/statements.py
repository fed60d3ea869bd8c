"""Assignments, writes into arrays, and views."""

from __future__ import annotations

from typing import ClassVar

from tests.programs.generator.expressions import Expressions


class Statements(Expressions):
    """Statements that deal in vectors, matrices and numbers."""

    STATEMENTS: ClassVar = {
        "assign_vector": 2,
        "assign_number": 2,
        "store": 3,
        "update": 3,
        "view": 2,
        "alias": 1,
        "swap": 1,
        "mask": 1,
        "matrix_statement": 3,
        "matrix_view": 1,
        "row_targets": 1,
        "add_at": 1,
        "chained": 1,
        "count": 1,
        "walrus": 1,
        "out_argument": 1,
    }

    def assign_vector(self) -> None:
        old = self.chance(0.4)
        text = self.vector()
        name = self.pick(self.vectors) if old else self.fresh("v")
        self.line(f"{name} = {text}")
        if not old:
            self.vectors.append(name)

    def assign_number(self) -> None:
        old = self.chance(0.5)
        text = self.number()
        name = self.pick(self.numbers) if old else self.fresh("n")
        self.line(f"{name} {self.pick(['=', '=', '+=', '*=']) if old else '='} {text}")
        if not old:
            self.numbers.append(name)

    def store(self) -> None:
        name = self.pick(self.vectors)
        if self.chance(0.5):
            self.line(f"{name}[{self.index()}] = {self.number()}")
        else:
            subscript, value = self.part()
            self.line(f"{name}[{subscript}] = {value}")

    def update(self) -> None:
        name, operation = self.pick(self.vectors), self.pick(["+=", "-=", "*="])
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
        subscript = self.pick(["[::-1]", "[:]", "[...]", ".T", ".reshape(2, 2).ravel()", "[None, :][0]"])
        self.line(f"{name} = {self.pick(self.vectors)}{subscript}")
        self.vectors.append(name)
        if self.chance(0.3):
            inner = self.pick(["[1:]", "[::2]", "[:3][::-1]"])
            self.line(f"{name}{inner}[{self.pick([0, 1, -1])}] {self.pick(['=', '+=', '*='])} {self.number(1)}")

    def alias(self) -> None:
        name = self.fresh("a")
        self.line(f"{name} = {self.pick(self.vectors)}")
        self.vectors.append(name)

    def swap(self) -> None:
        names = self.pick([self.vectors, self.numbers])
        a, b = self.pick(names), self.pick(names)
        self.line(f"{a}, {b} = {b}, {a}")

    def mask(self) -> None:
        name = self.pick(self.vectors)
        self.line(f"{name}[{name} > {self.pick([0.2, -0.4])}] {self.pick(['*=', '+=', '='])} {self.number(1)}")

    def matrix_statement(self) -> None:
        m = self.pick(self.matrices)
        choice = self.random.randrange(7)
        row = self.random.randrange(3)
        if choice == 0:
            self.line(f"{m}[{row}] {self.pick(['=', '*=', '+='])} {self.vector(1)}")
        elif choice == 1:
            self.line(f"{m}[:, {self.index()}] {self.pick(['=', '*='])} {self.number(1)}")
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
        elif choice == 5:
            self.line(f"{m}[{self.pick(['1:', '::-1', '[0, 2]', ':2'])}] {self.pick(['*=', '+='])} {self.vector(0)}")
        else:
            self.line(f"{m} *= {self.vector(0)}")

    def matrix_view(self) -> None:
        m = self.pick(self.matrices)
        target = self.pick(
            [
                f"{m}.reshape(-1)[{self.random.randrange(12)}]",
                f"{m}.ravel()[{self.random.randrange(12)}]",
                f"{m}[1:][0][{self.index()}]",
                f"{m}[::-1, ::2][{self.random.randrange(3)}, 1]",
                f"{m}.T[::2][1][{self.random.randrange(3)}]",
                f"np.diagonal({m}[:, :3].copy())[0:1].copy()[0]",
            ]
        )
        self.line(f"{target} {self.pick(['=', '+=', '*='])} {self.number(1)}")

    def row_targets(self) -> None:
        m, name = self.pick(self.matrices), self.pick(self.vectors)
        choice = self.random.randrange(3)
        if choice == 0:
            self.line(f"{m}[0], {m}[2] = {self.vector(1)}, {self.vector(1)}")
        elif choice == 1:
            self.line(f"{name}[0], {name}[{self.index()}] = {self.number(1)}, {self.number(1)}")
        else:
            first, rest = self.fresh("n"), self.fresh("z")
            self.line(f"{first}, *{rest} = {self.vector(1)}")
            self.numbers.append(first)
            self.scores.append(rest)

    def add_at(self) -> None:
        name = self.pick(self.vectors)
        index, fit = self.pick([("[0, 2, 2]", "[1:]"), ("[1, 1]", "[:2]"), ("[3, 0, 3, 1]", "")])
        self.line(f"np.{self.pick(['add', 'subtract'])}.at({name}, {index}, ({self.vector(1)}){fit})")

    def chained(self) -> None:
        name = self.fresh("v")
        self.line(f"{name} = {self.pick(self.vectors)}[{self.pick([':', '::-1'])}] = {self.vector(1)} * 1.0")
        self.vectors.append(name)

    def count(self) -> None:
        if self.counts and self.chance(0.5):
            name = self.pick(self.counts)
            self.line(f"{name} {self.pick(['+= 1', '= ' + name + ' * 2 - 1', '//= 2', '+= ' + self.test()])}")
            return
        name = self.fresh("c")
        choices = ["0", "1", "3", f"int({self.test()})", *(f"len({q})" for q in self.lists)]
        self.line(f"{name} = {self.pick(choices)}")
        self.counts.append(name)

    def walrus(self) -> None:
        name, made = self.pick(self.vectors), self.fresh("n")
        self.line(f"{name} = {self.vector(1)} * ({made} := {self.number(1)}) + {made}")
        self.numbers.append(made)

    def out_argument(self) -> None:
        if not self.rare:
            return self.store()
        name = self.pick(self.vectors)
        ufunc = self.pick(["multiply", "add", "subtract"])
        self.line(f"np.{ufunc}({self.vector(1)}, {self.vector(1)}, out={name})")
        return None
