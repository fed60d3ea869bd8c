"""The `except` clauses of a folded `Attempt`.

Guarantee: the clauses together do what the handler does.  A handler that begins by asking for the class of its error
becomes one clause for each answer, as it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from srcad import wengert as w
from srcad.transform.emit.jumps import is_raise

Pairs = list[tuple[str, Any]]


def clauses(node: w.Attempt, pairs: Pairs) -> Iterator[tuple[w.Operand, tuple[w.Node, ...], Pairs]]:
    """What each clause catches, its nodes, and the copies at its end, of which `pairs` are those of all."""
    rest, nodes = node.test, node.orelse
    while (found := _asked(nodes, node.error)) is not None:
        branch, classes = found
        nodes, rest = (*branch.orelse, *nodes[1:]), _without(rest, classes)
        yield classes, branch.then, [*((m.target, m.then) for m in branch.merges), *pairs]
        pairs = [*((m.target, m.orelse) for m in branch.merges), *pairs]
    yield rest, nodes, pairs


def _asked(nodes: tuple[w.Node, ...], error: str | None) -> tuple[w.Branch, w.Const] | None:
    """The branch on the class of the error that a handler begins with, if nothing follows both its arms."""
    branch = nodes[0] if nodes else None
    if type(branch) is not w.Branch or not isinstance(branch.test, w.Step) or branch.test.callee is not isinstance:
        return None
    if len(nodes) > 1 and not (branch.then and is_raise(branch.then[-1])):
        return None
    asked, classes = branch.test.operands
    return (branch, classes) if asked == error and isinstance(classes, w.Const) else None


def _without(caught: w.Operand, classes: w.Const) -> w.Operand:
    """What is left to catch when some classes are caught already."""
    if not isinstance(caught, w.Const) or not isinstance(caught.value, tuple):
        return caught
    gone = classes.value if isinstance(classes.value, tuple) else (classes.value,)
    left = tuple(c for c in caught.value if c not in gone)
    return w.Const(left[0] if len(left) == 1 else left or caught.value)
