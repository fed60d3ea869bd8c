"""Values that nobody reads get one where the program copies them all the same.

Guarantee: the program computes what it computed before, and every name that a branch or loop copies has a value.  A
name that is undefined on a path (an early return, a first trip) is never read there, but merged and carried values are
copied by the printed program; there `UNSET` stands for it, printed as None.

>>> from srcad.wengert import Branch, Merge, Param, UNDEFINED
>>> outer = Branch("x", (Branch("x", (), (), (Merge("y", "x", UNDEFINED),)),), (), (Merge("z", "y", "x"),))
>>> print(define_copied(Function("f", (Param("x"),), (outer,), "z")))
f(x):
    if x:
        if x:
        y = x or UNSET
    z = y or x
    return z
"""

from __future__ import annotations

from dataclasses import replace

from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Branch,
    Carried,
    ForLoop,
    Function,
    Merge,
    Node,
    Operand,
    WhileLoop,
    walk,
)


def define_copied(function: Function) -> Function:
    """The function with None for undefined values that are copied."""
    copied = _copied(function)
    body = tuple(_defined(node, copied) for node in function.body)
    return replace(function, body=body)


def _copied(function: Function) -> set[Operand]:
    """The names that merged and carried values are made of."""
    found: set[Operand] = set()
    for node in walk(function.body):
        match node:
            case Branch():
                found.update(o for m in node.merges for o in (m.then, m.orelse))
            case ForLoop() | WhileLoop():
                found.update(o for c in node.carried for o in (c.init, c.next))
    return found


def _defined(node: Node, copied: set[Operand]) -> Node:
    match node:
        case Branch():
            merges = tuple(
                Merge(m.target, _value(m.then), _value(m.orelse)) if m.target in copied else m for m in node.merges
            )
            return replace(node, then=_block(node.then, copied), orelse=_block(node.orelse, copied), merges=merges)
        case ForLoop():
            return replace(node, body=_block(node.body, copied), carried=_carried(node.carried, copied))
        case WhileLoop():
            tests = _block(node.test_steps, copied)
            carried = _carried(node.carried, copied)
            return replace(node, test_steps=tests, body=_block(node.body, copied), carried=carried)
    return node


def _block(nodes: tuple[Node, ...], copied: set[Operand]) -> tuple[Node, ...]:
    return tuple(_defined(node, copied) for node in nodes)


def _carried(entries: tuple[Carried, ...], copied: set[Operand]) -> tuple[Carried, ...]:
    return tuple(
        replace(c, init=_value(c.init), next=_value(c.next)) if {c.name, c.result} & copied else c for c in entries
    )


def _value(operand: Operand) -> Operand:
    return UNSET if operand == UNDEFINED else operand
