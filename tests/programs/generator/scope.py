"""What every part of the writer shares: the random choices, the lines, and the names of variables by what they hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

KINDS = ("vectors", "matrices", "numbers", "counts", "lists", "scores", "dicts", "tuples", "functions", "objects")


class Scope:
    """The lines written so far, and the variables that exist where the next one stands."""

    simple: list[Callable[[], None]]
    compound: list[Callable[[], None]]

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.rare = self.chance(0.08)  # whether it does what is often refused
        self.tries = self.chance(0.15)  # likewise, of `try`
        self.lines: list[str] = []
        self.depth = 1
        self.left = 0  # how many more statements the program is to have
        self.aliased = False  # whether a list may have two names, so that it may grow while a loop goes over it
        self.loops = 0
        self.made = 0
        self.vectors = ["x"]
        self.matrices = ["m"]
        self.numbers = ["s"]
        self.counts: list[str] = []  # small ints
        self.lists: list[str] = []  # of vectors
        self.scores: list[str] = []  # lists of numbers
        self.dicts: list[str] = []  # of vectors under "a" and "b"
        self.tuples: list[str] = []  # of a vector and a number
        self.functions: list[str] = []  # from vectors to vectors
        self.objects: list[str] = []  # with a vector v and a number n

    def line(self, text: str) -> None:
        """Writes a line."""
        self.lines.append("    " * self.depth + text)

    def fresh(self, stem: str) -> str:
        """A name not used before."""
        self.made += 1
        return f"{stem}{self.made}"

    def pick(self, names: Sequence[Any]) -> Any:
        """One of them."""
        return self.random.choice(names)

    def chance(self, share: float) -> bool:
        """Whether to do it this time."""
        return self.random.random() < share

    def statement(self) -> None:
        """Writes a statement; blocks only so deep."""
        self.left -= 1
        self.pick(self.compound if self.depth < 4 and self.left > 0 and self.chance(0.35) else self.simple)()

    def block(self, statements: int | None = None) -> None:
        """Writes an indented block; names made in it are forgotten after it."""
        saved = self.names()
        self.depth += 1
        self.statement()
        for _ in range((statements or self.pick([1, 1, 2, 2, 3])) - 1):
            if self.left > 0:
                self.statement()
        self.depth -= 1
        self.restore(saved)

    def names(self) -> dict[str, list[str]]:
        """The variables that exist."""
        return {kind: list(getattr(self, kind)) for kind in KINDS}

    def restore(self, saved: dict[str, list[str]]) -> None:
        """Forgets the variables made since."""
        for kind, names in saved.items():
            setattr(self, kind, list(names))
