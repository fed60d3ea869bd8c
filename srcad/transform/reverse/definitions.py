"""Where each name of a function comes from, and which names are one object.

Guarantee: `same(a) == same(b)` only if both names refer to the same object whenever both are defined.
Copies, in-place operators, and merged or carried values that are always the same object are seen through; a
loop's carried value is the same object as its first one if every trip hands on what it was given (the
assumption is made, then checked).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from srcad.transform.analyses import effects
from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Attempt,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Node,
    Operand,
    Step,
    WhileLoop,
    blocks,
    identity,
    make_tuple,
)


@dataclass(frozen=True)
class Definition:
    """What defines a name: a step, a merge, a carried value or a loop (for its target); None for parameters and errors.

    `loops` are the loops around the definition, `blocks` the blocks, outermost first.
    """

    by: Step | Merge | Carried | ForLoop | None
    loops: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()


class Definitions:
    """The definitions of all names of a function."""

    def __init__(self, function: Function, facts: Mapping[str, Any]):
        self._facts = facts
        self._definitions: dict[str, Definition] = {}
        self._same: dict[str, str] = {}
        for name in (*(p.name for p in function.params), *(c.name for c in function.captures)):
            self._definitions[name] = Definition(None)
        self._block(function.body, (), ())

    def __getitem__(self, name: str) -> Definition:
        return self._definitions[name]

    def __contains__(self, name: str) -> bool:
        return name in self._definitions

    def _block(self, nodes: Iterable[Node], loops: tuple[int, ...], around: tuple[int, ...]) -> None:
        for node in nodes:
            match node:
                case Step():
                    for target in node.targets:
                        self._definitions[target] = Definition(node, loops, around)
                case Branch():
                    if isinstance(node, Attempt) and node.error is not None:
                        self._definitions[node.error] = Definition(None, loops, (*around, id(node), 1))
                    for merge in node.merges:
                        self._definitions[merge.target] = Definition(merge, loops, around)
                case ForLoop() | WhileLoop():
                    inside, within = (*loops, id(node)), (*around, id(node))
                    for c in node.carried:
                        self._definitions[c.name] = Definition(c, inside, within)
                        self._definitions[c.result] = Definition(c, loops, around)
                    if isinstance(node, ForLoop):
                        self._definitions[node.target] = Definition(node, inside, within)
            inner = (*loops, id(node)) if isinstance(node, (ForLoop, WhileLoop)) else loops
            for number, block in enumerate(blocks(node)):
                arm = (id(node), number) if isinstance(node, Branch) else (id(node),)
                self._block(block, inner, (*around, *arm))

    def same(self, name: str) -> str:
        """The first name of the object that `name` refers to."""
        if name not in self._same:
            self._same[name] = self._resolve(name, {})
        return self._same[name]

    def _resolve(self, name: str, assumed: dict[str, str]) -> str:
        seen = []
        while name not in assumed:
            if name in self._same:
                name = self._same[name]
                break
            source = self._source(name, assumed)
            if source is None:
                break
            seen.append(name)
            name = source
        return assumed.get(name, name)

    def _source(self, name: str, assumed: dict[str, str]) -> str | None:
        """A name that certainly refers to the same object and was there before, if there is one."""
        definition = self._definitions.get(name)
        if definition is None:
            return None
        match definition.by:
            case Step(targets=(_,)) as step:
                return self._of_step(step, assumed)
            case Step(callee=callee, operands=(str() as container,)) as step if callee is identity:
                return self._item(container, step.targets.index(name), assumed)
            case Merge(then=then, orelse=orelse):
                if then in (UNDEFINED, UNSET) or orelse in (UNDEFINED, UNSET):
                    return self._of_one_arm(name, orelse if then in (UNDEFINED, UNSET) else then, assumed)
                if isinstance(then, str) and isinstance(orelse, str):
                    left = self._resolve(then, assumed)
                    return left if left == self._resolve(orelse, assumed) else None
            case Carried() as c if isinstance(c.init, str) and isinstance(c.next, str):
                first = self._resolve(c.init, assumed)
                trial = assumed | {c.name: first, c.result: first}
                return first if self._resolve(c.next, trial) == first else None
        return None

    def _of_one_arm(self, name: str, value: Operand, assumed: dict[str, str]) -> str | None:
        """The object that one arm of a branch hands out, the other being never read: if it was there before."""
        if not isinstance(value, str):
            return None
        first = self._resolve(value, assumed)
        around = self._definitions[first].blocks
        return first if self._definitions[name].blocks[: len(around)] == around else None

    def _of_step(self, step: Step, assumed: dict[str, str]) -> str | None:
        operand = step.operands[0] if step.operands else None
        if not isinstance(operand, str):
            return None
        if step.callee is identity:
            return operand
        if effects.IN_PLACE.get(step.callee) if effects.hashable(step.callee) else None:
            written = effects.writes_of(step, self._facts)
            return operand if written else None
        if step.callee is operator.getitem and isinstance(step.operands[1], Const):
            return self._item(operand, step.operands[1].value, assumed)
        return None

    def _item(self, container: str, index: Any, assumed: dict[str, str]) -> str | None:
        """The item of a tuple that the program made itself."""
        made = self._definitions.get(self._resolve(container, assumed))
        if made is None or not isinstance(made.by, Step) or made.by.callee is not make_tuple:
            return None
        items: tuple[Operand, ...] = made.by.operands
        if isinstance(index, int) and -len(items) <= index < len(items) and isinstance(items[index], str):
            return items[index]
        return None
