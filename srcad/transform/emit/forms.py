"""Callees that exist in folded functions only: forms of Python that take several steps of a list.

`AugmentedAttribute` is `x.name op= v`; `Comprehension` is a list, set or dict comprehension; `Jump` (in `jumps`)
is `break`, `continue` or `return`.  A `raise_error` without operands is a bare `raise`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcad import wengert as w


@dataclass(frozen=True, slots=True)
class AugmentedAttribute:
    """Callee of `x.name op= v`: operands x and v."""

    name: str
    operation: Callable


@dataclass(frozen=True, slots=True)
class Comprehension:
    """Callee of `[element for ... in ... if ...]`.

    `kind` is `make_list`, `make_set` or `make_dict`; `clauses` holds, for each clause, the loop's target, or None
    for a condition.  The operands are the element (of a dict: key and value), then the iterable or test of each
    clause.
    """

    kind: Callable
    clauses: tuple[Any, ...]

    @property
    def elements(self) -> int:
        """How many of the operands make up the element."""
        return 2 if self.kind is w.make_dict else 1


def pattern_names(pattern: Any) -> Iterator[str]:
    """The names in a target, which may be a nested tuple."""
    if isinstance(pattern, str):
        yield pattern
    else:
        for part in pattern or ():
            yield from pattern_names(part)


def leaves(expression: Any) -> Iterator[str]:
    """The names an expression reads from outside it."""
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, (w.Step, w.Branch)):
        inner = set(bound(expression)) if isinstance(expression, w.Step) else ()
        for operand in w.own_operands(expression):
            yield from (leaf for leaf in leaves(operand) if leaf not in inner)


def bound(step: w.Step) -> Iterator[str]:
    """The names of a comprehension's own."""
    if isinstance(step.callee, Comprehension):
        yield from pattern_names([c for c in step.callee.clauses if c is not None])


def comprehension(made: w.Node, loop: w.ForLoop) -> w.Step | None:
    """The comprehension that an empty container and the folded loop that fills it come from, if they do.

    What the user wrote as a loop stays one: the loop's site tells.
    """
    if not isinstance(made, w.Step) or made.operands or made.keywords or len(made.targets) != 1:
        return None
    if loop.site is None or loop.site.adjoint or loop.site.statement.startswith(("for ", "while ")):
        return None
    clauses: list[Any] = []
    operands: list[Any] = []
    node: w.Node = loop
    while True:
        match node:
            case w.ForLoop(carried=(), until=None, body=(inner,)):
                clauses.append(node.target)
                operands.append(node.iterable)
            case w.Branch(merges=(), then=(inner,), orelse=()) if type(node) is w.Branch:
                clauses.append(None)
                operands.append(node.test)
            case w.Step(targets=(), operands=(container, *elements)) if container == made.target:
                if not _fills(made.callee, node):
                    return None
                if any(made.target in leaves(o) for o in (*elements, *operands)):
                    return None
                callee = Comprehension(made.callee, tuple(clauses))
                return w.Step(made.targets, callee, (*elements, *operands), (), loop.site)
            case _:
                return None
        node = inner


def raising_again(nodes: tuple[w.Node, ...], error: str) -> tuple[w.Node, ...]:
    """The nodes of a handler with `raise` where they raise the error that it handles."""

    def one(node: w.Node) -> w.Node:
        match node:
            case w.Step(callee=w.raise_error, operands=(raised,)) if raised == error:
                return replace(node, operands=())
            case w.Attempt():  # in its own handler it would be another error
                return replace(node, then=raising_again(node.then, error))
            case w.Branch():
                return replace(node, then=raising_again(node.then, error), orelse=raising_again(node.orelse, error))
            case w.ForLoop() | w.WhileLoop():
                return replace(node, body=raising_again(node.body, error))
        return node

    return tuple(map(one, nodes))


def _fills(kind: Any, step: w.Step) -> bool:
    """Whether a step adds one element to a container of this kind."""
    if step.keywords:
        return False
    if kind is w.make_list:
        return step.callee == w.Method("append") and len(step.operands) == 2
    if kind is w.make_set:
        return step.callee == w.Method("add") and len(step.operands) == 2
    return kind is w.make_dict and step.callee is operator.setitem
