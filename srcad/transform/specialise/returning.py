"""Functions that return what they were given, having written to it: `return a` at the end of a sort in place.

Guarantee: a function is said to return an argument only if it returns nothing else, whichever way it goes; of its inner
calls the same is assumed.  A call of it is then one for its effect, followed by another name for the argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from srcad.facts import Fact
from srcad.transform.analyses import effects
from srcad.wengert import Branch, ForLoop, Function, Node, Operand, Step, WhileLoop, identity, walk


def sources(function: Function, facts: Mapping[str, Fact]) -> frozenset[Operand]:
    """What the result of a function may be a second name of."""
    given = _given(function.body, facts)
    found: set[Operand] = set()
    todo, seen = [function.result], {function.result}
    while todo:
        operand = todo.pop()
        if operand not in given:
            found.add(operand)
            continue
        new = [o for o in given[operand] if o not in seen]
        seen.update(new)
        todo += new
    return frozenset(found)


def returns_only(function: Function, facts: Mapping[str, Fact], position: int) -> bool:
    """Whether a function returns its argument at a position, and nothing else."""
    return sources(function, facts) == {function.params[position].name}


def _given(nodes: Iterable[Node], facts: Mapping[str, Fact]) -> dict[Operand, tuple[Operand, ...]]:
    """The names that are second names, and what of."""
    found: dict[Operand, tuple[Operand, ...]] = {}
    for node in walk(nodes):
        match node:
            case Step(targets=(target,), callee=callee):
                in_place = effects.hashable(callee) in effects.IN_PLACE and effects.writes_of(node, facts)
                if callee is identity or in_place:
                    found[target] = node.operands[:1]
            case Branch(merges=merges):
                found.update((m.target, (m.then, m.orelse)) for m in merges)
            case ForLoop(carried=carried) | WhileLoop(carried=carried):
                found.update((name, (c.init, c.next)) for c in carried for name in (c.name, c.result))
    return found
