"""Appends steps to a block and knows the fact of every name it defines.

Guarantee: `facts` has an entry for every name a builder defined.  Every transform that makes new steps makes
them through a `Builder`, so facts are computed once, where a step is made, and never go out of date.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from srcad.errors import Site
from srcad.facts import ABSENT, UNKNOWN, Array, Fact, constant_fact, element
from srcad.transform.analyses.facts import step_fact, unpacked
from srcad.wengert import UNDEFINED, UNSET, Const, Names, Node, Operand, Step, identity


class Builder:
    """A block being written: `steps`, the supply of `names`, the `facts`, and the `site` new steps belong to."""

    def __init__(self, names: Names, facts: dict[str, Fact], site: Site | None = None):
        self.names = names
        self.facts = facts
        self.site = site
        self.steps: list[Node] = []

    def fact(self, operand: Operand) -> Fact:
        """What is known of an operand."""
        if isinstance(operand, Const):
            if operand == UNSET:
                return ABSENT
            return UNKNOWN if operand == UNDEFINED else constant_fact(operand.value)
        return self.facts.get(operand, UNKNOWN)

    def fact_of(self, callee: Any, *operands: Operand, keywords: Iterable[tuple[str, Operand]] = ()) -> Fact:
        """What is known of the result of a step, before it is made."""
        facts = [self.fact(o) for o in operands]
        fact = step_fact(callee, facts, {k: self.fact(o) for k, o in keywords})
        return element(fact, self.facts) if callee is operator.getitem and isinstance(facts[0], Array) else fact

    def add(self, node: Node) -> None:
        """Appends a node as it is; its names must have facts or be UNKNOWN."""
        self.steps.append(node)

    def step(
        self,
        callee: Any,
        *operands: Operand,
        keywords: Mapping[str, Operand] | None = None,
        like: str = "t",
        fact: Fact | None = None,
    ) -> str:
        """Appends a step with one target, whose name it returns."""
        target = self.names.fresh(like)
        self.append(Step((target,), callee, operands, tuple((keywords or {}).items()), self.site), fact)
        return target

    def effect(self, callee: Any, *operands: Operand) -> None:
        """Appends a step called for its effect."""
        self.add(Step((), callee, operands, (), self.site))

    def append(self, step: Step, fact: Fact | None = None) -> None:
        """Appends a step and computes the facts of its targets."""
        self.add(step)
        if not step.targets:
            return
        if fact is None:
            fact = self.fact_of(step.callee, *step.operands, keywords=step.keywords)
        if len(step.targets) == 1:
            self.facts[step.target] = fact
            return
        parts = unpacked(fact, len(step.targets))
        if isinstance(fact, Array):
            parts = [element(part, self.facts) for part in parts]
        self.facts.update(zip(step.targets, parts, strict=True))

    def append_named(self, step: Step, fact: Fact | None = None) -> str:
        """Appends a step with one target, which it returns."""
        self.append(step, fact)
        return step.target

    def unpack(self, value: Operand, likes: Iterable[str]) -> tuple[str, ...]:
        """Appends the step that unpacks a value; returns the targets."""
        from_names = tuple(self.names.fresh(like) for like in likes)
        if len(from_names) == 1:
            raise ValueError("an unpacking needs several targets")
        self.append(Step(from_names, identity, (value,), (), self.site))
        return from_names

    @contextmanager
    def block(self) -> Iterator[list[Node]]:
        """Collects the steps made inside the `with` in a list of their own."""
        outer, self.steps = self.steps, []
        try:
            yield self.steps
        finally:
            self.steps = outer

    def nested(self, write: Callable[[], None]) -> tuple[Node, ...]:
        """The steps that `write` makes, as a block."""
        with self.block() as steps:
            write()
        return tuple(steps)
