"""First contributions assign: no zeros are made only to be added to."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import MutableMapping
from dataclasses import replace

import numpy as np

from srcad import wengert
from srcad.errors import Site
from srcad.facts import Array, Fact, Number, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Regions
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.transform.simplify.views import WHOLE, is_basic
from srcad.wengert import Augmented, Const, Function, Method, Names, Node, Operand, Step


def assign_first(function: Function, facts: MutableMapping[str, Fact], regions: Regions | None = None) -> Function:
    """The function in which the first addition to a whole array of zeros makes the array.

    What is added becomes the array itself if it is a new array of the same shape and dtype that nothing else reads;
    otherwise the array is made from a copy of it.  A first addition to a part becomes a store.  Only where nothing
    reads the zeros, or makes a view of them, in between.

    >>> from srcad.facts import Dim
    >>> from srcad.wengert import Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("d_x",), np.zeros_like, ("x",), site=site),
    ...     Step(("t",), operator.mul, (Const(2.0), "x"), site=site),
    ...     Step((), Augmented(operator.iadd), ("d_x", WHOLE, "t"), site=site),
    ... )
    >>> print(assign_first(Function("f", (Param("x"),), steps, "d_x"), {"x": x, "t": x, "d_x": x}))
    f(x):
        d_x = mul(2.0, x)
        return d_x
    """
    if not any(_is_zeros(node) for node in wengert.walk(function.body)):
        return function
    return replace(function, body=_Pass(function, facts, regions or Regions(facts)).block(function.body))


def _is_zeros(node: Node) -> bool:
    if not isinstance(node, Step) or node.callee is not np.zeros_like or node.keywords or len(node.operands) != 1:
        return False
    return node.site is None or node.site.adjoint


class _Pass:
    def __init__(self, function: Function, facts: MutableMapping[str, Fact], regions: Regions):
        self._facts = facts
        self._memory = regions.of(function)
        self._names = Names.of(function)
        self._uses = Counter(o for node in wengert.walk(function.body) for o in wengert.own_operands(node))
        self._uses[function.result] += 1
        self._regions: dict[int, tuple[Node, frozenset[int]]] = {}  # with the nodes, so that they stay what they are

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """The block and the blocks in it, with first additions that assign."""
        new = [wengert.map_blocks(self.block, node) for node in nodes]
        for step in [n for n in new if _is_zeros(n)]:
            self._assign(new, step)
        return wengert.as_before(new, nodes)

    def _assign(self, nodes: list[Node], zeros: Step) -> None:
        """Lets the first addition make the array, if it stands in the same block."""
        region = self._memory.region(zeros.target)
        start = next(i for i, n in enumerate(nodes) if n is zeros)
        position = next((i for i in range(start + 1, len(nodes)) if region in self._touched(nodes[i])), None)
        if position is None or region is None:
            return
        node = nodes[position]
        if not isinstance(node, Step) or not isinstance(node.callee, Augmented) or node.operands[0] != zeros.target:
            return
        _, index, value = node.operands
        if isinstance(value, str) and self._memory.region(value) == region:
            return
        if index == WHOLE:
            self._make(nodes, start, position, zeros, value)
        elif node.callee.operation is operator.iadd and is_basic(effects.fact_of_operand(index, self._facts)):
            nodes[position] = Step((), operator.setitem, node.operands, (), node.site)

    def _touched(self, node: Node) -> frozenset[int]:
        """The regions of the names in a node."""
        if id(node) not in self._regions:
            names = wengert.used_names((node,)) | wengert.defined_names((node,))
            found = frozenset(region for name in names for region in self._memory.reach(name))
            self._regions[id(node)] = (node, found)
        return self._regions[id(node)][1]

    def _make(self, nodes: list[Node], start: int, position: int, zeros: Step, value: Operand) -> None:
        addition = nodes[position]
        assert isinstance(addition, Step)
        if addition.callee == Augmented(operator.isub):
            negative = self._names.fresh("t")
            self._facts[negative] = effects.fact_of_operand(value, self._facts)
            self._uses[negative] = 1
            nodes.insert(position, Step((negative,), operator.neg, (value,), (), addition.site))
            value, position = negative, position + 1
        elif addition.callee != Augmented(operator.iadd):
            return
        made = next((i for i, n in enumerate(nodes[:position]) if value in wengert.outer_names(n)), None)
        step = nodes[made] if made is not None else None
        alike = _is_same(effects.fact_of_operand(value, self._facts), self._facts.get(zeros.target))
        own = isinstance(step, Step) and self._uses[value] == 1 and makes_new_array(step, self._facts)
        if alike and own and made is not None:
            nodes[made] = replace(step, targets=zeros.targets)
            del nodes[position]
        else:
            nodes[position] = self._filled(zeros, value, step, alike, addition.site)
        nodes[:] = [n for n in nodes if n is not zeros]

    def _filled(self, zeros: Step, value: Operand, step: Node | None, alike: bool, site: Site | None) -> Step:
        """The step that makes the array from a value that stays what it is."""
        if isinstance(step, Step) and step.callee is np.broadcast_to and not step.keywords:
            repeated = step.operands[0]
            if isinstance(widen(effects.fact_of_operand(repeated, self._facts)), Number):
                value, alike = repeated, False
        if alike:
            return Step(zeros.targets, Method("copy"), (value,), (), site)
        if value == Const(1.0):
            return Step(zeros.targets, np.ones_like, zeros.operands, (), site)
        return Step(zeros.targets, np.full_like, (*zeros.operands, value), (), site)


def _is_same(fact: Fact, other: Fact | None) -> bool:
    """Whether both are arrays of the same dtype and shape; where there are no axes, a number may stand for one."""
    if not isinstance(fact, Array) or not isinstance(other, Array) or not fact.dtype or fact.dtype != other.dtype:
        return False
    if not fact.shape or other.shape is None or len(fact.shape) != len(other.shape):
        return False
    pairs = zip(fact.shape, other.shape, strict=True)
    return all(a == b or a.one is False and b.one is False for a, b in pairs)
