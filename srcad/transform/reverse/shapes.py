"""Of an array that the reverse sweep only makes zeros like, a tape keeps the shape, and the memory is free.

Guarantee: the program computes what it computed before.  Where memory is laid out in another order, views could become
copies; so the zeros are only made from a shape if they are read and written by subscripts and arithmetic alone.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from srcad.facts import Array, Fact
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import step_fact
from srcad.transform.reverse.tapes import Changes, Tape, find_tapes, step_definitions
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.wengert import Augmented, Const, Function, Names, Node, Operand, Step, own_operands, walk


def record_shapes(
    function: Function, tapes: Mapping[str, str | None], facts: dict[str, Fact], origins: Mapping[str, str]
) -> Function:
    """The program whose tapes hold shapes instead of arrays where that is all the reverse loops ask."""
    definitions = step_definitions(function)
    readers: dict[Operand, list[Node]] = {}
    for node in walk(function.body):
        for operand in own_operands(node):
            readers.setdefault(operand, []).append(node)
    changes, names = Changes(), Names.of(function)
    for tape in find_tapes(function, tapes, definitions, origins):
        for saved, taken in _slots(tape, definitions):
            made = definitions.get(str(saved))
            if made is not None and makes_new_array(made, facts) and _is_like(taken, saved, readers, facts):
                _record_shape(tape, str(saved), taken, readers[taken], facts, names, changes)
    return changes.applied(function)


def _slots(tape: Tape, definitions: Mapping[str, Step]) -> list[tuple[Operand, str]]:
    """The values that are appended in a trip, and the names they have in the reverse trip."""
    if tape.entry is not None and tape.take is not None:
        return list(zip(tape.entry.operands, tape.take.targets, strict=True))
    if tape.entry is None and isinstance(tape.reverse.iterable, str):
        if definitions[tape.reverse.iterable].callee is reversed:
            return [(tape.append.operands[1], tape.reverse.target)]
    return []


def _is_like(taken: str, saved: str, readers: Mapping[Operand, list[Node]], facts: Mapping[str, Fact]) -> bool:
    """Whether nothing is made of a value but zeros like it, of a known dtype."""
    fact, own = facts.get(saved), readers.get(taken, [])
    if not isinstance(fact, Array) or not fact.shape or fact.dtype is None or not own:
        return False
    return all(
        isinstance(n, Step)
        and n.callee is np.zeros_like
        and not n.keywords
        and len(n.operands) == 1
        and _is_plain(n.target, readers, facts)
        for n in own
    )


def _is_plain(name: str, readers: Mapping[Operand, list[Node]], facts: Mapping[str, Fact]) -> bool:
    """Whether an array, and every view of it, is only subscripted and computed with."""
    for node in readers.get(name, []):
        if not isinstance(node, Step):
            return False
        if isinstance(node.callee, Augmented) or node.callee is operator.setitem:
            continue
        if node.callee is operator.getitem:
            if not _is_plain(node.target, readers, facts):
                return False
        elif not makes_new_array(node, facts) and not all(effects.is_immutable(facts[t]) for t in node.targets):
            return False
    return True


def _record_shape(
    tape: Tape, saved: str, taken: str, readers: list[Node], facts: dict[str, Fact], names: Names, changes: Changes
) -> None:
    """Notes that a tape holds the shape of a value, beside what else of it becomes a shape."""
    kept, shape = names.fresh("shape"), names.fresh("shape")
    fact = facts[saved]
    assert isinstance(fact, Array) and fact.dtype is not None
    facts[kept] = facts[shape] = step_fact(np.shape, [fact], {})
    holder = tape.entry if tape.entry is not None else tape.append
    *before, holding = changes.replaced.get(id(holder), (holder,))
    assert isinstance(holding, Step)
    look = Step((kept,), np.shape, (saved,), (), holder.site)
    position = tape.take.targets.index(taken) if tape.entry is not None and tape.take is not None else 1
    holding = replace(holding, operands=(*holding.operands[:position], kept, *holding.operands[position + 1 :]))
    changes.replaced[id(holder)] = (*before, look, holding)
    kind = () if fact.dtype == "float64" else (Const(getattr(np, fact.dtype)),)
    for node in readers:
        assert isinstance(node, Step)
        changes.replaced[id(node)] = (replace(node, callee=np.zeros, operands=(taken, *kind)),)
    changes.renamed[taken] = shape
