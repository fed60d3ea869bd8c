"""Writes random programs: assignments, branches, loops, writes, views, containers, objects, functions, as they come.

Vectors have four elements and matrices three rows, so that everything fits; numbers stay small.  Most programs are
short, some are long.  What a program does is decided by its seed alone.
"""

from __future__ import annotations

from tests.programs.generator.blocks import Blocks
from tests.programs.generator.containers import Containers
from tests.programs.generator.functions import Functions
from tests.programs.generator.helpers import needed
from tests.programs.generator.objects import Objects
from tests.programs.generator.statements import Statements


class Writer(Statements, Containers, Objects, Functions, Blocks):
    """Writes one random program, line by line, knowing which variables are vectors, matrices, numbers and so on."""

    def __init__(self, seed: int):
        super().__init__(seed)
        self.simple = [
            *self.weighted(Statements.STATEMENTS),
            *self.weighted(Containers.STATEMENTS),
            *self.weighted(Objects.STATEMENTS),
            *self.weighted(Functions.STATEMENTS),
        ]
        self.compound = self.weighted(Blocks.STATEMENTS)

    def weighted(self, names: dict[str, int]) -> list:
        """The methods of these names, each as often as it is to be chosen."""
        return [getattr(self, name) for name, times in names.items() for _ in range(times)]

    def write(self) -> str:
        """The text of a program f(x, m, s)."""
        self.left = 30 if self.chance(0.03) else self.pick([2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10])
        while self.left > 0:
            self.statement()
        self.line(f"return {self.total()}")
        text = "def f(x, m, s):\n" + "\n".join(self.lines) + "\n"
        return needed(text) + text

    def total(self) -> str:
        """A number that depends on most of the variables."""
        terms = [f"np.sum(np.tanh({v}))" for v in self.vectors + self.matrices]
        terms += [f"np.tanh({n})" for n in self.numbers]
        terms += [f"sum(np.sum(np.sin(v)) for v in {name})" for name in self.lists]
        terms += [f"sum(np.sum(np.sin(v)) for v in {name}.values())" for name in self.dicts]
        terms += [f"np.tanh(sum({name}))" for name in self.scores]
        terms += [f"np.sum({name}[0]) * np.sin({name}[1])" for name in self.tuples]
        terms += [f"np.sum(np.tanh({name}.v)) * np.tanh({name}.n)" for name in self.objects]
        self.random.shuffle(terms)
        return " + ".join(terms[: self.random.choice([1, 2, 3, 4, 99])])
