"""Structures that end in None, given to functions that call themselves: trees and linked lists of tuples.

Guarantee: what is found holds of every argument it was found from.  Each call gets another part of the structure, or
None; what these have in common is one level of it, which holds others of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from srcad import facts as fa
from srcad.facts import UNKNOWN, Fact, Known, Nested, Structure, Tuple


def joined(facts: Sequence[Fact]) -> Fact:
    """What holds of each of several arguments.

    >>> leaf = Tuple((fa.FLOAT, Known(None)))
    >>> fact = joined([Tuple((fa.FLOAT, leaf)), leaf, Known(None)])
    >>> fact.structure.fact == Tuple((fa.FLOAT, fact))
    True
    """
    plain = fa.join_all(facts)
    level = _level(_parts(facts))
    ends = any(map(_is_none, facts))
    if level is None or not ends and not any(isinstance(fact, Nested) for fact in level.items):
        return plain
    for fact in facts:
        if isinstance(fact, Nested) and _likewise(fact.structure.fact, level):
            return fact
    structure = Structure()
    nested = Nested(structure)
    items = tuple(nested if isinstance(fact, Nested) else fact for fact in level.items)
    structure.fact = Tuple(items, level.type)
    return nested


def _is_none(fact: Fact) -> bool:
    return isinstance(fact, Known) and fact.value is None


def _is_level(fact: Fact, kind: Tuple) -> bool:
    return isinstance(fact, Tuple) and fact.type is kind.type and len(fact.items) == len(kind.items)


def _parts(facts: Iterable[Fact]) -> list[Tuple]:
    """The levels of structures of one kind; none if the facts are of something else."""
    found: list[Tuple] = []
    seen: list[Structure] = []
    todo = [fact for fact in facts if not _is_none(fact)]
    while todo:
        fact = todo.pop(0)
        if isinstance(fact, Nested):
            if fact.structure in seen:
                continue
            seen.append(fact.structure)
            fact = fact.structure.fact
        if not isinstance(fact, Tuple) or found and not _is_level(fact, found[0]):
            return []
        found.append(fact)
        todo += [item for item in fact.items if isinstance(item, Nested) or _is_level(item, found[0])]
    return found


def _level(parts: list[Tuple]) -> Tuple | None:
    """What holds of every level, with `Nested` where others of its kind stand; None if there is no such thing."""
    if not parts:
        return None
    items: list[Fact] = []
    for position, column in enumerate(zip(*(part.items for part in parts), strict=True)):
        inner = [fact for fact in column if isinstance(fact, Nested) or _is_level(fact, parts[0])]
        if inner and all(fact in inner or _is_none(fact) for fact in column):
            items.append(Nested(Structure()))
            continue
        own = fa.with_own_axes(fa.join_all(column), ("level", position))
        if inner or own == UNKNOWN:
            return None
        items.append(own)
    return Tuple(tuple(items), parts[0].type)


def _likewise(fact: Fact, level: Tuple) -> bool:
    """Whether a level is known already."""
    if not _is_level(fact, level):
        return False
    assert isinstance(fact, Tuple)
    pairs = zip(fact.items, level.items, strict=True)
    return all(isinstance(a, Nested) and isinstance(b, Nested) or a == b for a, b in pairs)
