"""The steps that are written in place of one that calls a helper, and what is known of its operands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from srcad import facts as fa
from srcad.facts import Dict, Fact, List, Tuple
from srcad.wengert import Const, Names, Node, Operand, Step, identity, make_dict, make_list, make_object, make_tuple

Spelt = tuple[Node, ...] | Callable | None
"""Steps that define the step's targets, a function to call instead, or None where nothing is known."""

ZERO = Const(0.0)


class Spelling:
    """The steps being written in place of one step; operands are those of the list that is read."""

    def __init__(self, step: Step, names: Names, fact: Callable[[Operand], Fact]):
        self.step = step
        self.facts = [fa.widen(fact(o)) for o in step.operands]
        self.known = [fact(o) for o in step.operands]
        self.names = names
        self.nodes: list[Node] = []

    def call(self, callee: Any, *operands: Operand) -> str:
        """Adds a step with one target."""
        target = self.names.fresh("t")
        self.nodes.append(Step((target,), callee, operands, (), self.step.site))
        return target

    def effect(self, callee: Any, *operands: Operand) -> None:
        """Adds a step without a target."""
        self.nodes.append(Step((), callee, operands, (), self.step.site))

    def giving(self, operand: Operand) -> tuple[Node, ...]:
        """The steps, with the operand as what the step's target stands for."""
        targets = self.step.targets
        return (*self.nodes, *((Step(targets, identity, (operand,), (), self.step.site),) if targets else ()))

    def made_like(self, fact: Fact, items: Iterable[tuple[Any, Operand]]) -> Operand:
        """A container of the kind that a fact describes, of these slots and items."""
        if isinstance(fact, Dict) and fact.type is not dict:
            slots = (o for slot, item in items for o in (Const(slot), item))
            return self.call(make_object, Const(fact.type), *slots)
        if isinstance(fact, Dict):
            return self.call(make_dict, *(o for slot, item in items for o in (Const(slot), item)))
        kind = fact.type if isinstance(fact, Tuple) else list
        return self.call({tuple: make_tuple, list: make_list}.get(kind, kind), *(item for _, item in items))


def slots_of(fact: Fact) -> list[tuple[Any, Fact]] | None:
    """The slots of a container of known structure and their facts; None for anything else."""
    match fa.widen(fact):
        case Tuple(items=items) | List(items=tuple() as items):
            return list(enumerate(items))
        case Dict(items=tuple() as items):
            return list(items)
    return None
