"""Which arrays of a function have the same shape, because an elementwise operation made one of the other.

Guarantee: names of one class have arrays of one shape whenever both are defined, in the same trip of every loop around
them.  It rests on the operations alone: an operand whose axes have not length one has the shape of the result.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from srcad import wengert
from srcad.facts import Array, Fact, widen
from srcad.transform.analyses import effects
from srcad.wengert import Method, Node, Operand, Step

_ALIKE = frozenset({np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, wengert.identity}) | {
    Method("copy"),
    Method("astype"),
}
"""Callees whose result has the shape of their first operand, if they are given no keywords."""


def is_elementwise(callee: Any) -> bool:
    """Whether a callee works element by element, on operands that it broadcasts to one shape.

    >>> is_elementwise(np.sin), is_elementwise(operator.mul), is_elementwise(np.sum), is_elementwise(np.matmul)
    (True, True, False, False)
    """
    if isinstance(callee, np.ufunc):
        return callee.nout == 1 and callee.signature is None
    callee = effects.hashable(callee)
    return callee is np.where or callee in effects.OPERATORS - {operator.matmul, operator.concat}


class Shapes:
    """The classes of names whose arrays have the same shape.

    >>> from srcad.facts import Dim
    >>> x, row = Array("float64", (Dim("n", False), Dim("m", False))), Array("float64", (Dim("m", False),))
    >>> steps = (Step(("y",), operator.mul, ("x", "row")), Step(("z",), np.exp, ("y",)))
    >>> shapes = Shapes(steps, {"x": x, "row": row, "y": x, "z": x})
    >>> shapes.are_same("x", "z"), shapes.are_same("row", "y")
    (True, False)
    """

    def __init__(self, nodes: Iterable[Node], facts: Mapping[str, Fact]):
        self._facts = facts
        self._parents: dict[str, str] = {}
        for node in wengert.walk(nodes):
            if isinstance(node, Step) and len(node.targets) == 1:
                for operand in self._alike(node):
                    self._parents[self._find(node.target)] = self._find(operand)

    def are_same(self, a: str, b: str) -> bool:
        """Whether two names are known to have arrays of the same shape."""
        return self._find(a) == self._find(b)

    def _alike(self, step: Step) -> list[str]:
        """The operands that have the shape of the result."""
        callee = effects.hashable(step.callee)
        names = [o for o in step.operands if isinstance(o, str)]
        if callee in effects.IN_PLACE and self._axes(step.operands[0]) is not None:
            return names[:1]
        if step.keywords:
            return []
        if callee in _ALIKE:
            return names[:1] if names[:1] == list(step.operands[:1]) else []
        return [n for n in names if self._is_whole(n, step.target)] if is_elementwise(step.callee) else []

    def _axes(self, operand: Operand) -> tuple | None:
        fact = widen(effects.fact_of_operand(operand, self._facts))
        return fact.shape if isinstance(fact, Array) else None

    def _is_whole(self, operand: str, target: str) -> bool:
        """Whether nothing of an operand was repeated to give it the shape of the result."""
        mine, other = self._axes(operand), self._axes(target)
        if not mine or other is None or len(mine) != len(other):
            return False
        return all(a.one is False or a.one is True and b.one is True for a, b in zip(mine, other, strict=True))

    def _find(self, name: str) -> str:
        root = name
        while (up := self._parents.get(root, root)) != root:
            root = up
        while (up := self._parents.get(name, name)) != root:
            self._parents[name], name = root, up
        return root
