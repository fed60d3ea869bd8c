"""Steps that nobody reads are left out, of those that may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad.wengert import Branch, ForLoop, Node, Operand, Step, WhileLoop, own_operands, walk


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
    """The body without steps, of those that may go, whose target nobody reads."""
    count = -1
    while count != (count := sum(1 for _ in walk(body))):
        read = {result, *(o for node in walk(body) for o in own_operands(node))}
        body = without(body, lambda step: len(step.targets) == 1 and step.target not in read and may_go(step))  # noqa: B023
    return body
