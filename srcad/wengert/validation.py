"""Checking that a Wengert list keeps its guarantees.

Every name is assigned once, read only where it is defined, and every operand is a name or a constant.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from srcad.wengert.names import inner_names, outer_names, own_operands
from srcad.wengert.nodes import (
    Branch,
    Const,
    ForLoop,
    Function,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
    enter,
    format_nodes,
    leave,
)


def validate(function: Function) -> Function:
    """Returns the function, or raises ValueError naming what breaks the guarantees at the top."""
    seen: set[str] = set()

    def define(names: Iterable[str], scope: set[str]) -> None:
        for name in names:
            if name in seen:
                raise ValueError(f"{function.name}: {name} is assigned twice")
            seen.add(name)
            scope.add(name)

    def read(operands: Iterable[Operand | None], scope: set[str], node: Any) -> None:
        for o in operands:
            if isinstance(o, str):
                if o not in scope:
                    raise ValueError(f"{function.name}: {o} is read but not defined at {format_nodes((node,))}")
            elif o is not None and not isinstance(o, Const):
                raise ValueError(f"{function.name}: {o!r} is neither a name nor a Const in {node!r}")

    def enters_and_leaves(node: Within) -> None:
        callees = [n.callee for n in (*node.then[:1], *node.then[-1:]) if isinstance(n, Step)]
        if callees != [enter, leave] or node.orelse:
            raise ValueError(f"{function.name}: a block is not entered and left at {format_nodes((node,))}")

    def block(nodes: Iterable[Node], scope: set[str]) -> None:
        for node in nodes:
            match node:
                case Step():
                    read(own_operands(node), scope, node)
                case Branch():
                    read((node.test,), scope, node)
                    then, orelse = set(scope), set(scope)
                    define(inner_names(node), orelse)
                    block(node.then, then)
                    block(node.orelse, orelse)
                    read((m.then for m in node.merges), then, node)
                    read((m.orelse for m in node.merges), orelse, node)
                    if isinstance(node, Within):
                        enters_and_leaves(node)
                case ForLoop() | WhileLoop():
                    read((c.init for c in node.carried), scope, node)
                    inner = set(scope)
                    define(inner_names(node), inner)
                    if isinstance(node, ForLoop):
                        read((node.iterable,), scope, node)
                    else:
                        block(node.test_steps, inner)
                        read((node.test,), inner, node)
                    block(node.body, inner)
                    read((*(c.next for c in node.carried), node.until), inner, node)
            define(outer_names(node), scope)

    scope: set[str] = set()
    define((c.name for c in function.captures), scope)
    define((p.name for p in function.params), scope)
    block(function.body, scope)
    if isinstance(function.result, str) and function.result not in scope:
        raise ValueError(f"{function.name}: the result {function.result} is not defined")
    return function
