"""Expressions for numbers, vectors, tests and subscripts."""

from __future__ import annotations

from collections.abc import Callable

from tests.programs.generator.scope import Scope

Choices = list[Callable[[], str]]


class Expressions(Scope):
    """Writes expressions over the variables that exist; `deep` says how far they are nested."""

    def number(self, deep: int = 2) -> str:
        """An expression for a number."""
        choices: Choices = [
            lambda: self.pick(self.numbers),
            lambda: self.pick(self.numbers),
            lambda: f"{self.pick(self.vectors)}[{self.index()}]",
            lambda: f"{self.pick(self.matrices)}[{self.random.randrange(3)}, {self.index()}]",
            lambda: f"{self.pick([0.3, 0.5, 1.2, -0.7, 2])}",
        ]
        if self.counts:
            choices.append(lambda: f"{self.pick(self.counts)} * {self.pick([0.5, -0.3])}")
        if self.scores:
            choices.append(lambda: f"{self.pick(self.scores)}[{self.pick([0, -1])}]")
        if self.objects:
            choices.append(lambda: f"{self.pick(self.objects)}.{self.pick(['n', 'head', 'v[1]', 'norm()'])}")
        if deep:
            choices += self.nested_numbers(deep - 1)
        return self.pick(choices)()

    def nested_numbers(self, deep: int) -> Choices:
        """Numbers made of others."""
        return [
            lambda: f"({self.number(deep)} {self.operation()} {self.number(deep)})",
            lambda: f"({self.number(deep)} {self.operation()} {self.number(deep)})",
            lambda: f"np.sin({self.number(deep)})",
            lambda: f"-{self.number(0)}",
            lambda: f"{self.number(deep)} / (1.0 + {self.number(0)} ** 2)",
            lambda: f"np.sum({self.vector(deep)}) * 0.3",
            lambda: f"{self.vector(0)}.{self.pick(['sum', 'mean', 'max', 'min'])}()",
            lambda: f"np.dot({self.vector(deep)}, {self.vector(0)}) * 0.2",
            lambda: f"{self.pick(['max', 'min'])}({self.number(deep)}, {self.number(0)})",
            lambda: f"abs({self.number(deep)})",
            lambda: f"float({self.number(deep)})",
            lambda: f"({self.number(deep)} if {self.test()} else {self.number(deep)})",
            lambda: f"({self.test()}) * {self.number(deep)}",
            lambda: f"({self.number(0)} {self.pick(['or', 'and'])} {self.number(deep)})",
        ]

    def vector(self, deep: int = 2) -> str:
        """An expression for an array of four numbers."""
        choices: Choices = [
            lambda: self.pick(self.vectors),
            lambda: self.pick(self.vectors),
            lambda: f"{self.pick(self.matrices)}[{self.random.randrange(3)}]",
        ]
        if self.lists:
            choices.append(lambda: f"{self.pick(self.lists)}[{self.pick([0, -1])}]")
        if self.dicts:
            choices.append(lambda: f'{self.pick(self.dicts)}["{self.pick("ab")}"]')
            choices.append(lambda: f'{self.pick(self.dicts)}.get("{self.pick("abc")}", {self.pick(self.vectors)})')
        if self.tuples:
            choices.append(lambda: f"{self.pick(self.tuples)}[0]")
        if self.objects:
            choices.append(lambda: f"{self.pick(self.objects)}.v")
        if deep:
            choices += self.nested_vectors(deep - 1)
        return self.pick(choices)()

    def nested_vectors(self, deep: int) -> Choices:
        """Vectors made of others."""
        choices: Choices = [
            lambda: f"({self.vector(deep)} {self.operation()} {self.vector(deep)})",
            lambda: f"({self.vector(deep)} {self.operation()} {self.vector(deep)})",
            lambda: f"({self.vector(deep)} * {self.number(deep)})",
            lambda: f"np.{self.pick(['sin', 'tanh', 'cos'])}({self.vector(deep)})",
            lambda: f"np.maximum({self.vector(deep)}, {self.vector(0)})",
            lambda: f"np.minimum({self.vector(deep)}, {self.number(0)})",
            lambda: f"({self.vector(deep)} / (1.0 + {self.vector(0)} ** 2))",
            lambda: f"{self.vector(deep)}[::-1]",
            lambda: f"{self.vector(deep)}[{self.pick(['[0, 2, 2, 1]', 'np.array([3, 3, 0, 1])'])}]",
            lambda: f"np.sum({self.pick(self.matrices)}, axis=0)",
            lambda: f"np.where({self.vector(0)} > 0.1, {self.vector(deep)}, {self.vector(deep)})",
            lambda: f"({self.pick(self.matrices)}[:, {self.index()}].sum() * {self.vector(deep)})",
            lambda: f"({self.vector(0)}[:3] @ {self.pick(self.matrices)} * 0.3)",
            lambda: f"np.array([{self.number(0)} * k for k in range(4)])",
            lambda: f"np.array([{self.number(0)}, {self.number(0)}, *{self.vector(0)}[:2]])",
            lambda: f"sum((e * {self.number(0)} for e in {self.pick(self.matrices)}), {self.vector(0)})",
            lambda: f"np.concatenate([{self.vector(deep)}[2:], {self.vector(0)}[:2]])",
            lambda: f"np.stack([{self.vector(0)}, {self.vector(deep)}])[{self.pick([0, 1])}]",
            lambda: f"(np.cumsum({self.vector(deep)}) * 0.4)",
            lambda: f"np.roll({self.vector(deep)}, {self.pick([1, -1])})",
            lambda: f"({self.vector(0)} if {self.test()} else {self.vector(deep)})",
            lambda: f"damped({self.vector(deep)}, {self.vector(0)})",
            lambda: f"scaled({self.vector(deep)}, more={self.vector(0)})",
            lambda: f"blend({self.vector(0)}, {self.vector(deep)}, weight={self.number(0)})",
            lambda: f"blend({self.vector(0)}, *[{self.vector(0)}, {self.vector(0)}], **{{'less': {self.vector(0)}}})",
            lambda: f"sum(rising({self.vector(0)}, {self.pick([1, 2, 3])}), {self.vector(0)})",
        ]
        if self.functions:
            choices += [lambda: f"{self.pick(self.functions)}({self.vector(deep)})"] * 3
            choices.append(lambda: f"apply({self.pick(self.functions)}, {self.vector(0)}, {self.pick([1, 2])})")
        if self.objects:
            choices += [lambda: f"{self.pick(self.objects)}({self.vector(deep)})"] * 2
        return choices

    def index(self) -> str:
        """The subscript of one element."""
        counts = [f"{name} % 4" for name in self.counts]
        return self.pick(["0", "1", "2", "3", "-1", "-2", *(["i % 4"] * 2 if self.loops else []), *counts])

    def operation(self) -> str:
        """An operator that keeps numbers small."""
        return self.pick(["+", "-", "*", "*"])

    def test(self) -> str:
        """A test of a variable, so that branches seldom change when it moves a little."""
        name, bound = self.pick(self.numbers), self.pick([0.0, 0.4, -0.3])
        choices = [f"{name} {self.pick('<>')} {bound}"] * 6
        choices += [f"-0.6 < {name} <= {self.pick([0.3, 0.9])}", f"not {name} > {bound}"]
        choices.append(f"{name} > {bound} {self.pick(['and', 'or'])} {self.pick(self.numbers)} < 0.7")
        choices += [f"{name} % 2 == {self.pick([0, 1])}" for name in self.counts]
        choices += [f"len({name}) > {self.pick([1, 2, 3])}" for name in self.lists]
        return self.pick(choices)

    def part(self) -> tuple[str, str]:
        """A subscript of an array of four numbers, and a vector expression that fits it."""
        subscript, fit = self.pick(
            [("1:3", "[1:3]"), (":2", "[2:]"), ("::2", "[1::2]"), ("::-1", ""), ("[3, 1]", "[:2]"), ("[1, 1]", "[2:]")]
            + [
                ("1:", "[:-1]"),
                ("...", ""),
                (":", ""),
                ("-1:0:-1", "[1:]"),
                ("slice(0, 3, 2)", "[:2]"),
                ("2:2", "[:0]"),
            ]
        )
        return subscript, f"({self.vector(1)}){fit}"
