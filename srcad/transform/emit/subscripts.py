"""Slices are written where they are used: `x[i:j] = y[i:j]`, and not `t = slice(i, j)` before it.

Guarantee: the same elements are meant.  A slice that the user did not name is made again for each subscript, and so is
a tuple of slices for several axes, as a person would write them; there is nothing in them that could have changed.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad import wengert as w
from srcad.errors import Site
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
    made = [n for n in w.walk(function.body) if isinstance(n, w.Step) and len(n.targets) == 1]
    slices = {n.target: n for n in made if n.callee is slice and is_temporary(n.target)}
    slices |= {n.target: n for n in made if _is_of_slices(n, slices)}
    if not slices:
        return function
    names = w.Names.of(function)
    body = _block(function.body, slices, names)
    for _depth in range(2):  # the tuples, and then the slices in them
        read = w.used_names(body) | {o for o in (function.result,) if isinstance(o, str)}
        body = _without(body, slices.keys() - read)
    return replace(function, body=body)


def _is_of_slices(step: w.Step, slices: dict[str, w.Step]) -> bool:
    """Whether a step makes the tuple that a subscript of several axes is, with slices that have no names."""
    if step.callee is not w.make_tuple or not is_temporary(step.target):
        return False
    return any(o in slices if isinstance(o, str) else isinstance(o.value, slice) for o in step.operands)


def _block(nodes: tuple[w.Node, ...], slices: dict[str, w.Step], names: w.Names) -> tuple[w.Node, ...]:
    new: list[w.Node] = []
    for node in nodes:
        if isinstance(node, w.Step) and _is_subscript(node) and node.operands[1] in slices:
            index, steps = _again(str(node.operands[1]), slices, names, node.site)
            new += [*steps, replace(node, operands=(node.operands[0], index, *node.operands[2:]))]
        else:
            new.append(w.with_blocks(node, [_block(b, slices, names) for b in w.blocks(node)]))
    return tuple(new)


def _again(name: str, slices: dict[str, w.Step], names: w.Names, site: Site | None) -> tuple[str, list[w.Step]]:
    """The name of a slice that is made again, or of a tuple of slices, and the steps that make it."""
    steps: list[w.Step] = []
    operands: list[w.Operand] = []
    for operand in slices[name].operands:
        if isinstance(operand, str) and operand in slices:
            again, inner = _again(operand, slices, names, site)
            steps += inner
            operands.append(again)
        else:
            operands.append(operand)
    own = replace(slices[name], targets=(names.fresh("t"),), operands=tuple(operands), site=site)
    return own.target, [*steps, own]


def _is_subscript(step: w.Step) -> bool:
    return step.callee in (operator.getitem, operator.setitem) or isinstance(step.callee, w.Augmented)


def _without(nodes: tuple[w.Node, ...], dropped: set[str]) -> tuple[w.Node, ...]:
    kept = (n for n in nodes if not (isinstance(n, w.Step) and len(n.targets) == 1 and n.target in dropped))
    return tuple(w.with_blocks(n, [_without(b, dropped) for b in w.blocks(n)]) for n in kept)
