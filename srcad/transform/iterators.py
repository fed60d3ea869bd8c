"""Iterators that are used up by a call: their items are put in a list by a loop, as the call itself would do.

Guarantee: a derivative passes from `zip`, `enumerate`, `reversed`, generators and the views of a dict only through
loops, which know where each item comes from.  So `sum(d.values())` becomes `sum` of a list that a loop fills.
"""

from __future__ import annotations

import builtins
import math
import operator
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from srcad.errors import Site
from srcad.facts import Fact, Instance, Iterator
from srcad.transform.analyses import effects
from srcad.wengert import Const, ForLoop, Function, Method, Names, Node, Operand, Step, identity, make_list

VIEWS = (type({}.items()), type({}.values()))
ITERATORS = (zip, enumerate, reversed, types.GeneratorType, *VIEWS)

CONSUMERS = (
    *(list, tuple, sum, max, min, sorted, math.fsum, math.prod, builtins.dict),
    *(Method("extend"), Method("update"), operator.iadd),
)
"""What takes all items of an iterable at once; so does unpacking."""


@dataclass(frozen=True, slots=True, eq=False)
class Generator(Iterator):
    """A generator that the program itself makes by the step with the target `name`, by calling `callee`.

    `function` is its list and `bound` holds the operand of each parameter; `site` is that of the call at `place`, and
    `start` is where `enumerate` counts from.
    """

    name: str
    callee: Any
    function: Function
    bound: Mapping[str, Operand]
    site: Site | None = None
    start: Operand | None = None
    place: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Suspended(Iterator):
    """An iterator that several places ask for values: a call of `advance` says whether there is one more.

    It is then the entry of the dict `item[0]` under the key `item[1]`.  A generator of the user's, which an error ends
    for good, was made inside of so many `try`s.
    """

    name: str
    advance: Function
    item: tuple[str, Const]
    attempts: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Made(Instance):
    """An iterator of a type without source, made by `step` at a place of the program under the target `name`."""

    name: str = ""
    step: Step | None = None
    place: str = ""


class AskedAgainError(Exception):
    """An iterator made at this place is asked for values in several places of the program."""

    def __init__(self, place: str):
        super().__init__(place)
        self.place = place


def consumed(step: Step, fact: Callable[[Operand], Fact]) -> int | None:
    """The position of an operand that a step uses up as an iterator."""
    if not (effects.hashable(step.callee) and step.callee in CONSUMERS or step.callee is identity and step.targets[1:]):
        return None
    found = (i for i, operand in enumerate(step.operands) if _is_iterator(fact(operand)))
    return next(found, None)


def _is_iterator(fact: Fact) -> bool:
    return isinstance(fact, (Generator, Suspended)) or isinstance(fact, Instance) and fact.type in ITERATORS


def listed(step: Step, position: int, names: Names) -> tuple[Node, ...]:
    """The step after a loop that puts the items of the iterator at this position in a list.

    A list that is extended, and a dict that is updated, get the items one by one: the iterator may read them meanwhile.
    """
    iterator = step.operands[position]
    item = names.fresh("item")
    if step.callee in (Method("extend"), operator.iadd, Method("update")) and position == 1:
        container = step.operands[0]
        put: tuple[Node, ...] = (Step((), Method("append"), (container, item), (), step.site),)
        if step.callee == Method("update"):
            pair = names.fresh("key"), names.fresh("value")
            taken = Step(pair, identity, (item,), (), step.site)
            put = (taken, Step((), operator.setitem, (container, *pair), (), step.site))
        loop = ForLoop(item, iterator, put, (), None, step.site)
        result = container if step.callee is operator.iadd else Const(None)
        return loop, *(Step((target,), identity, (result,), (), step.site) for target in step.targets)
    plain = step.callee is list and len(step.targets) == 1
    items = step.target if plain else names.fresh("items")
    append = Step((), Method("append"), (items, item), (), step.site)
    loops = (Step((items,), make_list, (), (), step.site), ForLoop(item, iterator, (append,), (), None, step.site))
    if plain:
        return loops
    operands = (*step.operands[:position], items, *step.operands[position + 1 :])
    return (*loops, Step(step.targets, step.callee, operands, step.keywords, step.site))
