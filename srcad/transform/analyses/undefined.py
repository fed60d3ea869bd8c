"""Which names have no value on some path: UNDEFINED stands there, or UNSET where something hands it on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from srcad.wengert import UNDEFINED, UNSET, Branch, ForLoop, Node, Operand, Step, WhileLoop, identity, walk

ABSENT = frozenset({UNDEFINED, UNSET})


def undefined_names(nodes: Iterable[Node], absent: Collection[Operand] = ABSENT) -> frozenset[str]:
    """The names that have no value on some path.

    >>> from srcad.wengert import Const, Merge
    >>> nodes = (Branch("test", (), (), (Merge("a", "x", UNDEFINED),)), Step(("b",), identity, ("a",)))
    >>> sorted(undefined_names(nodes))
    ['a', 'b']
    """
    sources = flows(nodes)
    found = {name for name, operands in sources.items() if any(o in absent for o in operands)}
    while True:
        more = {name for name, operands in sources.items() if name not in found and not found.isdisjoint(operands)}
        if not more:
            return frozenset(found)
        found |= more


def flows(nodes: Iterable[Node]) -> dict[str, list[Operand]]:
    """What each name may be another name for."""
    flows: dict[str, list[Operand]] = {}
    for node in walk(nodes):
        match node:
            case Step(callee=callee, targets=(target,)) if callee is identity:
                flows.setdefault(target, []).extend(node.operands)
            case Branch():
                for m in node.merges:
                    flows.setdefault(m.target, []).extend((m.then, m.orelse))
            case ForLoop() | WhileLoop():
                for c in node.carried:
                    flows.setdefault(c.name, []).extend((c.init, c.next))
                    flows.setdefault(c.result, []).extend((c.init, c.next))
    return flows
