"""Slices are written where they are used: `x[i:j] = y[i:j]`, and not `t = slice(i, j)` before it.

Guarantee: the same elements are meant.  A slice that the user did not name is made again for each subscript, as a
person would write it; there is nothing in it that could have changed.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad import wengert as w
from srcad.transform.emit.folding import is_temporary


def write_slices_in_place(function: w.Function) -> w.Function:
    """The function with a slice of its own for each subscript.

    >>> from srcad.wengert import Function, Param, Step
    >>> steps = (
    ...     Step(("t",), slice, ("i", "j")),
    ...     Step(("a",), operator.getitem, ("x", "t")),
    ...     Step((), operator.setitem, ("y", "t", "a")),
    ... )
    >>> print(write_slices_in_place(Function("f", tuple(map(Param, "xyij")), steps, "y")))
    f(x, y, i, j):
        t.1 = slice(i, j)
        a = getitem(x, t.1)
        t.2 = slice(i, j)
        setitem(y, t.2, a)
        return y
    """
    slices = {n.target: n for n in w.walk(function.body) if _is_slice(n)}
    if not slices:
        return function
    names = w.Names.of(function)
    body = _block(function.body, slices, names)
    read = w.used_names(body) | {o for o in (function.result,) if isinstance(o, str)}
    return replace(function, body=_without(body, slices.keys() - read))


def _is_slice(node: w.Node) -> bool:
    return isinstance(node, w.Step) and node.callee is slice and len(node.targets) == 1 and is_temporary(node.target)


def _block(nodes: tuple[w.Node, ...], slices: dict[str, w.Step], names: w.Names) -> tuple[w.Node, ...]:
    new: list[w.Node] = []
    for node in nodes:
        if isinstance(node, w.Step) and _is_subscript(node) and node.operands[1] in slices:
            own = replace(slices[str(node.operands[1])], targets=(names.fresh("t"),), site=node.site)
            new += [own, replace(node, operands=(node.operands[0], own.target, *node.operands[2:]))]
        else:
            new.append(w.with_blocks(node, [_block(b, slices, names) for b in w.blocks(node)]))
    return tuple(new)


def _is_subscript(step: w.Step) -> bool:
    return step.callee in (operator.getitem, operator.setitem) or isinstance(step.callee, w.Augmented)


def _without(nodes: tuple[w.Node, ...], dropped: set[str]) -> tuple[w.Node, ...]:
    kept = (n for n in nodes if not (isinstance(n, w.Step) and len(n.targets) == 1 and n.target in dropped))
    return tuple(w.with_blocks(n, [_without(b, dropped) for b in w.blocks(n)]) for n in kept)
