"""Loops over a few things of different kinds, written out trip by trip.

Guarantee: the nodes do what the loop does.  A loop over layers of different classes, or over arrays and numbers, has
no single meaning for its body; written out, each trip has its own facts.  So has a loop that names attributes by what
it goes over.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

from srcad import facts as fa
from srcad.facts import Fact, List, Tuple
from srcad.transform.analyses.effects import hashable
from srcad.transform.builder import Builder
from srcad.wengert import (
    Branch,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Names,
    Node,
    Operand,
    Param,
    Step,
    identity,
    make_tuple,
    renamed,
    walk,
)

LIMIT = 32
"""Longer loops are not written out."""


def several_kinds(fact: Fact) -> tuple[Fact, ...] | None:
    """The facts of the items of a tuple or list if they have too little in common for one loop body."""
    if isinstance(fact, fa.Known) and isinstance(fact.value, tuple):
        fact = Tuple(tuple(map(fa.constant_fact, fact.value)))
    match fact:
        case Tuple(items=items) | List(items=tuple() as items) if 1 < len(items) <= LIMIT:
            if not is_certain(fa.join_all(items)) and all(map(_is_of_one_kind, items)):
                return items
    return None


def is_certain(fact: Fact) -> bool:
    """Whether the kinds of a value and of all that it holds are known."""
    match fact:
        case fa.Unknown():
            return False
        case Tuple(items=items) | List(items=tuple() as items):
            return all(map(is_certain, items))
        case fa.Dict(items=items, slots=slots) if items is not None or slots is not None:
            return all(is_certain(f) for _, f in (items if items is not None else slots or ()))
        case List(element=element) | fa.Dict(element=element):
            return is_certain(element)
    return True


def _is_of_one_kind(fact: Fact) -> bool:
    """Whether a trip may have this item for its own: the class of an object says what is done with it."""
    return isinstance(fact, fa.Dict) and fact.type is not dict or is_certain(fact)


def names_attributes(nodes: Sequence[Node]) -> bool:
    """Whether a block reads or stores attributes under names that are computed."""
    steps = (node for node in walk(nodes) if isinstance(node, Step) and hashable(node.callee))
    return any(s.callee in _BY_NAME and not isinstance(s.operands[1], Const) for s in steps if len(s.operands) > 1)


_BY_NAME = (getattr, setattr, hasattr, delattr)


def trips(builder: Builder, iterable: Operand, whatever: bool = False) -> list[Operand] | None:
    """The item of each trip, if the loop is to be written out; steps that take them from the iterable are appended.

    It is if items differ in kind, or (`whatever`) if only their number is known.
    """
    if several_kinds(builder.fact(iterable)) is not None:
        return _column(builder, iterable)
    made = next((n for n in reversed(builder.steps) if isinstance(n, Step) and iterable in n.targets), None)
    if made is None or made.callee not in (zip, enumerate, reversed) or made.keywords:
        return _column(builder, iterable, made) if whatever else None
    if not whatever and all(several_kinds(builder.fact(o)) is None for o in made.operands):
        return None
    columns = [_column(builder, o) for o in made.operands]
    if made.callee is reversed:
        return None if columns[0] is None else columns[0][::-1]
    if made.callee is enumerate:
        first = made.operands[1].value if len(made.operands) > 1 and isinstance(made.operands[1], Const) else 0
        if columns[0] is None or len(made.operands) > 1 and not isinstance(made.operands[1], Const):
            return None
        return [builder.step(make_tuple, Const(first + i), item) for i, item in enumerate(columns[0])]
    if any(column is None for column in columns):
        return None
    return [builder.step(make_tuple, *items) for items in zip(*(c for c in columns if c is not None), strict=False)]


def _column(builder: Builder, operand: Operand, made: Step | None = None) -> list[Operand] | None:
    """The items of a tuple, list, dict or range of known length, or of the view of a dict that a step made."""
    facts = [] if made is None else [builder.fact(o) for o in made.operands]
    if made is not None and made.callee is range and all(_is_int(fact) for fact in facts):
        count = range(*(fact.value for fact in facts))  # type: ignore[attr-defined]
        return [Const(i) for i in count] if len(count) <= LIMIT else None
    if made is not None and isinstance(made.callee, Method) and isinstance(facts[0], fa.Dict):
        return _of_view(builder, made.operands[0], facts[0], made.callee.name)
    match builder.fact(operand):
        case fa.Known(value=tuple() | str() as values) if len(values) <= LIMIT:
            return [Const(value) for value in values]
        case Tuple(items=items) | List(items=tuple() as items) if len(items) <= LIMIT:
            return [builder.step(operator.getitem, operand, Const(i)) for i in range(len(items))]
        case fa.Dict(type=kind) as fact if kind is dict:
            return _of_view(builder, operand, fact, "keys")
    return None


def _of_view(builder: Builder, owner: Operand, fact: fa.Dict, view: str) -> list[Operand] | None:
    """The items of a view of a dict of known keys."""
    if (
        fact.type is not dict
        or fact.items is None
        or len(fact.items) > LIMIT
        or view not in ("keys", "values", "items")
    ):
        return None
    keys = [Const(key) for key, _ in fact.items]
    if view == "keys":
        return list(keys)
    values = [builder.step(operator.getitem, owner, key) for key in keys]
    if view == "values":
        return list(values)
    return [builder.step(make_tuple, key, value) for key, value in zip(keys, values, strict=True)]


def _is_int(fact: Fact) -> bool:
    return isinstance(fact, fa.Known) and type(fact.value) is int


def unrolled(node: ForLoop, items: Sequence[Operand], names: Names) -> tuple[list[Node], dict[str, Operand]]:
    """The trips of a loop over these items, and what its carried values are afterwards."""
    carried = {c.name: c.init for c in node.carried}
    nodes = _trips(node, list(items), carried, names)
    return nodes, {c.result: carried[c.name] for c in node.carried}


def _trips(node: ForLoop, items: list[Operand], carried: dict[str, Operand], names: Names) -> list[Node]:
    """The nodes of the trips over `items`; `carried` is brought up to date."""
    if not items:
        return []
    nodes, ends, until = _trip(node, items[0], carried, names)
    carried.update(zip(carried, ends, strict=True))
    if until is None:
        return [*nodes, *_trips(node, items[1:], carried, names)]
    stopped = dict(carried)
    rest = _trips(node, items[1:], carried, names)
    merges = []
    for name, operand in carried.items():
        if operand != stopped[name]:
            target = names.fresh(name)
            merges.append(Merge(target, stopped[name], operand))
            carried[name] = target
    return [*nodes, Branch(until, (), tuple(rest), tuple(merges), node.site)] if rest else nodes


def _trip(
    node: ForLoop, item: Operand, carried: dict[str, Operand], names: Names
) -> tuple[tuple[Node, ...], tuple[Operand, ...], Operand | None]:
    """One trip with names of its own: its nodes, the values it hands on, and whether it is the last."""
    nexts = tuple(c.next for c in node.carried)
    end = Step(("end",), make_tuple, (*nexts, *(() if node.until is None else (node.until,))), (), node.site)
    params = (Param(node.target), *(Param(name) for name in carried))
    trip = renamed(Function("trip", params, (*node.body, end), "end"), names)
    starts = [
        Step((p.name,), identity, (operand,), (), node.site)
        for p, operand in zip(trip.params, (item, *carried.values()), strict=True)
    ]
    *body, last = trip.body
    assert isinstance(last, Step)
    ends = last.operands[: len(nexts)]
    return (*starts, *body), ends, None if node.until is None else last.operands[-1]
