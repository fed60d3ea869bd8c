"""Steps that nobody reads are left out, of those that may go."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace

from srcad.transform.analyses import effects
from srcad.wengert import Branch, Const, ForLoop, Node, Operand, Step, Variable, WhileLoop, own_operands, walk


def without(nodes: tuple[Node, ...], goes: Callable[[Step], bool]) -> tuple[Node, ...]:
    """The nodes without some steps, at any depth."""
    kept: list[Node] = []
    for node in nodes:
        match node:
            case Step():
                if not goes(node):
                    kept.append(node)
            case Branch():
                kept.append(replace(node, then=without(node.then, goes), orelse=without(node.orelse, goes)))
            case WhileLoop():
                tests = without(node.test_steps, goes)
                kept.append(replace(node, test_steps=tests, body=without(node.body, goes)))
            case ForLoop():
                kept.append(replace(node, body=without(node.body, goes)))
    return tuple(kept)


def without_unread(body: tuple[Node, ...], result: Operand, may_go: Callable[[Step], bool]) -> tuple[Node, ...]:
    """The body without steps, of those that may go, whose target nobody reads.

    Nested functions that nobody calls any more may still find each other in cells, from which nobody else reads.
    """
    nodes = list(walk(body))
    waiting: dict[Operand, list[Node]] = {}
    read: set[Operand] = {result}
    todo: list[Node] = []
    for node in nodes:
        if isinstance(node, Step) and _fills_a_cell(node):
            waiting.setdefault(node.operands[0], []).append(node)
        elif isinstance(node, Step) and len(node.targets) == 1 and may_go(node):
            waiting.setdefault(node.target, []).append(node)
        else:
            todo.append(node)
    todo += waiting.pop(result, [])
    while todo:
        for operand in own_operands(todo.pop()):
            if operand not in read:
                read.add(operand)
                todo += waiting.pop(operand, [])
    gone = {id(node) for left in waiting.values() for node in left}
    return without(body, lambda step: id(step) in gone)


def _fills_a_cell(step: Step) -> bool:
    """Whether a step puts something into a cell, which is a dict that only nested functions share."""
    key = step.operands[1] if step.callee is operator.setitem else None
    return isinstance(key, Const) and isinstance(key.value, Variable)


# --------------------------------------------------------------------------------- what only an error would see


def looked_at(nodes: Iterable[Node], roots: Mapping[Operand, str]) -> set[str]:
    """The containers of which the nodes do more than store entries."""
    steps = [node for node in walk(nodes) if not isinstance(node, Step) or node.callee is not operator.setitem]
    return {roots[operand] for node in steps for operand in own_operands(node) if operand in roots}


def without_vain_stores(nodes: tuple[Node, ...], roots: Mapping[Operand, str], asked: Set[str]) -> tuple[Node, ...]:
    """A handler that always raises without what it stores where nobody looks, and without what it computes for that.

    `roots` gives the containers by their names, `asked` are those of which handlers around may read.
    """
    looked, read = set(asked), set[Operand]()
    kept: list[Node] = []
    for node in reversed(nodes):
        if isinstance(node, Step):
            stores = node.callee is operator.setitem and roots.get(node.operands[0], "") in {*roots.values()} - looked
            if stores or node.targets and read.isdisjoint(node.targets) and effects.is_pure(node):
                continue
        kept.append(node)
        read.update(operand for inner in walk((node,)) for operand in own_operands(inner))
        looked |= looked_at((node,), roots)
    return tuple(reversed(kept))
