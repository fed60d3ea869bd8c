"""Loops that can be interrupted: the items of an iterable, taken by their number.

Guarantee.  Item i is what a loop over the iterable is given on its trip i, if the iterable is a sequence or made of
sequences by `zip`, `enumerate`, `reversed` or as a view of a dict.  Sequences are looked at when the item is asked for,
as iterators do.  An iterator that was made elsewhere is asked for its next item; its items have no numbers.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from srcad.wengert import (
    Const,
    Method,
    Names,
    Node,
    Operand,
    Step,
    after_last,
    has_more,
    identity,
    indexed,
    item_at,
    keys_of,
    make_tuple,
)

MAKERS: tuple[Any, ...] = (zip, enumerate, reversed, Method("items"), Method("keys"), Method("values"))
"""What makes iterables of others."""


@dataclass(frozen=True)
class Course:
    """A way to take the items of an iterable: `kind` is the callee that made it, or None for a sequence.

    `held` are the names of what it reads: the sequence, where `enumerate` begins, the last number of a sequence that is
    taken backwards, or the dict of a view.
    """

    kind: Any
    parts: tuple[Course, ...]
    held: tuple[str, ...]


class Courses:
    """Makes the steps of such loops; `makers` are the steps that made iterables, by their targets."""

    def __init__(self, names: Names, makers: dict[Operand, Step]):
        self._names = names
        self._makers = makers

    def note(self, nodes: Iterable[Node]) -> None:
        """Notes the steps among the nodes that make iterables."""
        for node in nodes:
            if isinstance(node, Step) and len(node.targets) == 1 and is_maker(node):
                self._makers[node.target] = node

    def begun(self, iterable: Operand, steps: list[Step], alone: bool = True) -> Course:
        """How the items of an iterable are taken; appends the steps that begin it."""
        made = self._makers.get(iterable)

        def step(callee: Any, *operands: Operand) -> str:
            target = self._names.fresh("items" if callee is indexed else "t")
            steps.append(Step((target,), callee, operands))
            return target

        if made is None:
            return Course(None, (), (step(indexed, iterable, Const(alone)),))
        if made.callee is zip:
            return Course(zip, tuple(self.begun(o, steps, False) for o in made.operands), ())
        if made.callee is enumerate:
            start = made.operands[1] if len(made.operands) > 1 else dict(made.keywords).get("start", Const(0))
            return Course(enumerate, (self.begun(made.operands[0], steps, alone),), (step(identity, start),))
        if made.callee is reversed:
            items = step(indexed, made.operands[0], Const(False))
            return Course(reversed, (), (items, step(operator.sub, step(len, items), Const(1))))
        mapping = made.operands[0]
        return Course(made.callee.name, (), (step(keys_of, mapping), step(identity, mapping)))

    def more(self, course: Course, number: Operand, steps: list[Step]) -> str:
        """Whether there is an item of this number; appends the steps."""
        found: list[str] = []
        if course.kind is reversed:
            found.append(self._step(steps, operator.le, number, course.held[1]))
        elif course.kind in (zip, enumerate):
            found += [self.more(part, number, steps) for part in course.parts]
        else:
            found.append(self._step(steps, has_more, course.held[0], number))
        first, *others = found
        for other in others:
            first = self._step(steps, operator.and_, first, other)
        return first

    def taken(self, course: Course, number: Operand, steps: list[Step]) -> str:
        """The item of this number; appends the steps."""
        if course.kind is zip:
            return self._step(steps, make_tuple, *(self.taken(part, number, steps) for part in course.parts))
        if course.kind is enumerate:
            count = self._step(steps, operator.add, course.held[0], number)
            return self._step(steps, make_tuple, count, self.taken(course.parts[0], number, steps))
        if course.kind is reversed:
            place = self._step(steps, operator.sub, course.held[1], number)
            return self._step(steps, operator.getitem, course.held[0], place)
        item = self._step(steps, item_at, course.held[0], number)
        if course.kind in (None, "keys"):
            return item
        value = self._step(steps, operator.getitem, course.held[1], item)
        return value if course.kind == "values" else self._step(steps, make_tuple, item, value)

    def ended(self, course: Course, number: Operand, steps: list[Step]) -> Operand:
        """The number to ask for next where there was no item of this one; appends the steps."""
        if course.kind in (zip, enumerate):
            for part in course.parts:
                number = self.ended(part, number, steps)
            return number
        return number if course.kind is reversed else self._step(steps, after_last, course.held[0], number)

    def _step(self, steps: list[Step], callee: Any, *operands: Operand) -> str:
        target = self._names.fresh("t")
        steps.append(Step((target,), callee, operands))
        return target


def is_maker(step: Step) -> bool:
    """Whether a step makes an iterable whose items have numbers if those of its operands do."""
    if step.callee is enumerate:
        return len(step.operands) + len(step.keywords) <= 2
    if step.callee is zip:
        return bool(step.operands) and step.keywords in ((), (("strict", Const(False)),))
    return step.callee in MAKERS and len(step.operands) == 1 and not step.keywords
