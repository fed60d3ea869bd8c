"""Values for names that have none on some path, where something hands them on.

Guarantee: a name that is put on a tape, or packed for a backward function, is defined on every path.  Nothing looks
at the value on the paths where the program did not define it: None stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad.wengert import (
    UNDEFINED,
    Branch,
    Const,
    ForLoop,
    Method,
    Node,
    Operand,
    Step,
    WhileLoop,
    identity,
    make_tuple,
    walk,
)

NOTHING = Const(None)


def define_recorded(nodes: tuple[Node, ...], also: Iterable[str] = ()) -> tuple[Node, ...]:
    """The nodes, with None for UNDEFINED in all that is packed into tuples, appended to lists, or among `also`."""
    handed = set(also)
    flows: dict[str, list[Operand]] = {}
    for node in walk(nodes):
        match node:
            case Step(callee=callee) if callee is make_tuple or callee == Method("append"):
                handed.update(o for o in node.operands if isinstance(o, str))
            case Step(callee=callee, targets=(target,)) if callee is identity:
                flows.setdefault(target, []).extend(node.operands)
            case Branch():
                for m in node.merges:
                    flows.setdefault(m.target, []).extend((m.then, m.orelse))
            case ForLoop() | WhileLoop():
                for c in node.carried:
                    flows.setdefault(c.name, []).extend((c.init, c.next))
                    flows.setdefault(c.result, []).extend((c.init, c.next))
    todo = list(handed)
    while todo:
        for source in flows.get(todo.pop(), ()):
            if isinstance(source, str) and source not in handed:
                handed.add(source)
                todo.append(source)
    return tuple(_defined(node, handed) for node in nodes)


def _defined(node: Node, handed: set[str]) -> Node:
    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(_defined(inner, handed) for inner in nodes)

    def value(operand: Operand, *targets: str) -> Operand:
        return NOTHING if operand == UNDEFINED and not handed.isdisjoint(targets) else operand

    match node:
        case Branch():
            merges = tuple(
                replace(m, then=value(m.then, m.target), orelse=value(m.orelse, m.target)) for m in node.merges
            )
            return replace(node, then=block(node.then), orelse=block(node.orelse), merges=merges)
        case ForLoop() | WhileLoop():
            carried = tuple(replace(c, init=value(c.init, c.name, c.result)) for c in node.carried)
            if isinstance(node, WhileLoop):
                node = replace(node, test_steps=block(node.test_steps))
            return replace(node, body=block(node.body), carried=carried)
    return node
