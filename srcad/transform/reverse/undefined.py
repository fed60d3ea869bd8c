"""Values for names that have none on some path, where something hands them on.

Guarantee: a name that is put on a tape, packed for a backward function, or asked for its zeros, is defined on every
path.  Nothing looks at the value on the paths where the program did not define it: None stands there.  What the program
itself puts in a tuple or list stays undefined, and raises what Python raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from srcad import runtime as rt
from srcad.transform.analyses.undefined import ABSENT, flows
from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Branch,
    ForLoop,
    Method,
    Node,
    Operand,
    Step,
    WhileLoop,
    make_tuple,
    walk,
)

_ZEROS = (rt.zeros_like, rt.zeros_at, rt.zero_slots)


def define_recorded(
    nodes: tuple[Node, ...], tapes: Mapping[str, str | None], also: Iterable[str] = ()
) -> tuple[Node, ...]:
    """The nodes, with None for UNDEFINED in all that goes on one of the `tapes`, or is among `also`.

    `tapes` gives for each tape the tuple that a trip appends, or None if it appends a single value.
    """
    handed = set(also)
    for node in walk(nodes):
        match node:
            case Step(callee=callee, operands=operands) if callee in _ZEROS or _is_recorded(node, tapes):
                handed.update(o for o in operands if isinstance(o, str))
    sources = flows(nodes)
    todo = list(handed)
    while todo:
        for source in sources.get(todo.pop(), ()):
            if isinstance(source, str) and source not in handed:
                handed.add(source)
                todo.append(source)
    return tuple(_defined(node, handed) for node in nodes)


def _is_recorded(step: Step, tapes: Mapping[str, str | None]) -> bool:
    """Whether a step makes an entry of a tape, or appends one."""
    if step.callee is make_tuple:
        return step.target in tapes.values()
    return step.callee == Method("append") and step.operands[0] in tapes


def undefined_arms(nodes: Iterable[Node]) -> dict[str, tuple[Operand, str]]:
    """The test and the arm for which a merged name has no value."""
    return {
        m.target: (node.test, "then" if m.then in ABSENT else "orelse")
        for node in walk(nodes)
        if isinstance(node, Branch)
        for m in node.merges
        if m.then in ABSENT or m.orelse in ABSENT
    }


def _defined(node: Node, handed: set[str]) -> Node:
    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(_defined(inner, handed) for inner in nodes)

    def value(operand: Operand, *targets: str) -> Operand:
        return UNSET if operand == UNDEFINED and not handed.isdisjoint(targets) else operand

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
