"""`try: ... except StopIteration:` where all is seen that raises it: a branch that looks whether it was raised.

Guarantee.  The new nodes do what the `try` does: what was done before the `raise` stays done, and the handler runs.
A body stays in its `try` if something else in it may raise the error, as a function of which nothing is known, or if it
is raised in a loop.
"""

from __future__ import annotations

import types
from collections.abc import Sequence

from srcad.rules import register
from srcad.wengert import (
    CALL,
    OPAQUE_CALL,
    UNDEFINED,
    Attempt,
    Branch,
    Const,
    ForLoop,
    Function,
    Merge,
    Names,
    Node,
    Operand,
    Recursion,
    Spread,
    Step,
    WhileLoop,
    blocks,
    raise_error,
    used_names,
    walk,
)


def without_stopping(node: Attempt, names: Names) -> tuple[Node, ...] | None:
    """The nodes in place of a `try` whose body is known; None if it must stay."""
    error = getattr(node.test, "value", None)
    if error is not StopIteration or node.error in used_names(node.orelse):
        return None
    if not any(_raises(n) for n in walk(node.then)) or not all(map(_is_quiet, walk(node.then))):
        return None
    if any(_raises(n) for loop in walk(node.then) if not isinstance(loop, (Step, Branch)) for n in walk((loop,))):
        return None
    results = tuple(m.then for m in node.merges)
    body, stopped, results = _cut(node.then, results, names)
    merges = tuple(Merge(m.target, m.orelse, r) for m, r in zip(node.merges, results, strict=True))
    return (*body, Branch(stopped, node.orelse, (), merges, node.site))


def _raises(node: Node) -> bool:
    return isinstance(node, Step) and node.callee is raise_error


def _is_quiet(node: Node) -> bool:
    """Whether a node raises no StopIteration that is not seen."""
    if not isinstance(node, Step):
        return type(node) in (Branch, ForLoop, WhileLoop)
    callee = node.callee
    if callee in (CALL, OPAQUE_CALL, next) or isinstance(callee, (Function, Recursion, Spread)):
        return False
    return not isinstance(callee, types.FunctionType) or register.lookup(callee) is not None or _is_own(callee)


def _is_own(function: types.FunctionType) -> bool:
    return function.__module__.startswith("srcad.")


def _cut(
    nodes: Sequence[Node], results: tuple[Operand, ...], names: Names
) -> tuple[tuple[Node, ...], Operand, tuple[Operand, ...]]:
    """A block up to where it raises, whether it did, and what its results are if it did not."""
    for i, node in enumerate(nodes):
        if _raises(node):
            return tuple(nodes[:i]), Const(True), (UNDEFINED,) * len(results)
        if not any(_raises(n) for block in blocks(node) for n in walk(block)):
            continue
        assert isinstance(node, Branch)
        outer = tuple(operand for m in node.merges for operand in (m.then, m.orelse))
        then, left, first = _cut(node.then, outer[::2], names)
        orelse, right, second = _cut(node.orelse, outer[1::2], names)
        raised = names.fresh("stopped")
        merges = [Merge(m.target, a, b) for m, a, b in zip(node.merges, first, second, strict=True)]
        test = Branch(node.test, then, orelse, (*merges, Merge(raised, left, right)), node.site)
        rest, later, found = _cut(nodes[i + 1 :], results, names)
        stopped = names.fresh("stopped")
        ends = [Merge(stopped, Const(True), later)]
        for result in found:
            ends.append(Merge(names.fresh("t"), UNDEFINED, result))
        after = Branch(raised, (), rest, tuple(ends), node.site)
        return (*nodes[:i], test, after), stopped, tuple(m.target for m in ends[1:])
    return tuple(nodes), Const(False), results
