"""Gradients are the caller's own: no two of them share memory, with each other or with anything else."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, MutableMapping
from dataclasses import replace

import numpy as np

from srcad import wengert
from srcad.facts import UNKNOWN, Array, Fact, Number, dtype_of, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.wengert import Attribute, Branch, Const, Function, Merge, Method, Names, Node, Operand, Step


def own_results(function: Function, facts: MutableMapping[str, Fact], primal: Collection[int] = ()) -> Function:
    """The function with copies where a gradient that it returns may share memory with anything but itself.

    The result is one gradient, or tuples, lists and dicts of them, made at the end or in the arms of branches.
    The items at the positions `primal` of the outermost one are the caller's values and not copied.  Broadcasts,
    which are read-only, become arrays.  Nothing is copied that is known to be fresh.

    >>> from srcad.facts import Dim
    >>> from srcad.wengert import Param
    >>> steps = (Step(("result",), wengert.make_tuple, ("y", "x")),)
    >>> x = Array("float64", (Dim("n", False),))
    >>> print(own_results(Function("f", (Param("x"), Param("y")), steps, "result"), {"x": x, "y": x}))
    f(x, y):
        y.1 = .copy(y)
        x.1 = .copy(x)
        result = make_tuple(y.1, x.1)
        return result
    """
    owner = _Owner(function, facts)
    body, result = owner.own(function.body, function.result, frozenset(primal))
    if not owner.changed:
        return function
    return remove_dead_steps(replace(function, body=body, result=result), facts)


class _Owner:
    """Goes from the result back to the gradients and notes the regions that are given away."""

    def __init__(self, function: Function, facts: MutableMapping[str, Fact]):
        self.changed = False
        self._facts = facts
        self._names = Names.of(function)
        self._structured = _structure(function, facts)
        makers = {id(node) for node in self._structured.values() if isinstance(node, Step)}
        outside = [p.name for p in function.params] + [c.name for c in function.captures]
        body = _without(function.body, makers)
        self._memory = Memory(body, facts, outside=outside)
        steps = [node for node in wengert.walk(function.body) if isinstance(node, Step)]
        self._steps = {step.targets[0]: step for step in steps if len(step.targets) == 1}
        spread = (self._memory.region(step.target) for step in self._steps.values() if step.callee is np.broadcast_to)
        self._read_only = {region for region in spread if region is not None}
        self._given: set[int] = set()
        self._seen: set[Operand] = set()

    def own(
        self, block: tuple[Node, ...], operand: Operand, primal: frozenset[int] = frozenset()
    ) -> tuple[tuple[Node, ...], Operand]:
        """The block in which a result is the caller's own, and the operand that it then is."""
        if operand in self._structured and operand not in self._seen:
            self._seen.add(operand)
            for position, node in enumerate(block):
                if operand in wengert.outer_names(node):
                    if isinstance(node, Branch):
                        return self._branch(block, position, node, operand, primal)
                    return self._container(block, position, node, primal)
        new, name = self._leaf(operand)
        return block + new, name

    def _container(
        self, block: tuple[Node, ...], position: int, node: Step, primal: frozenset[int]
    ) -> tuple[tuple[Node, ...], Operand]:
        before, items = block[:position], list(node.operands)
        for i in sorted(primal):
            self._give(items[i])
        for i, item in enumerate(items):
            if i not in primal and isinstance(item, str):
                before, items[i] = self.own(before, item)
        if tuple(items) != node.operands:
            node = Step(node.targets, node.callee, tuple(items), (), node.site)
        return (*before, node, *block[position + 1 :]), node.target

    def _branch(
        self, block: tuple[Node, ...], position: int, node: Branch, operand: Operand, primal: frozenset[int]
    ) -> tuple[tuple[Node, ...], Operand]:
        (merge,) = (m for m in node.merges if m.target == operand)
        given = set(self._given)
        then, a = self.own(node.then, merge.then, primal)
        given, self._given = self._given, given
        orelse, b = self.own(node.orelse, merge.orelse, primal)
        self._given |= given
        merges = tuple(Merge(m.target, a, b) if m is merge else m for m in node.merges)
        new = replace(node, then=then, orelse=orelse, merges=merges)
        return (*block[:position], new, *block[position + 1 :]), operand

    def _give(self, operand: Operand) -> bool:
        """Gives the memory of an operand away.  Whether the operand had it alone."""
        if isinstance(operand, Const):
            return True
        reach = self._memory.reach(operand)
        alone = self._given.isdisjoint(reach) and not self._memory.is_outside(operand) and operand not in self._seen
        self._given |= reach
        return alone and self._read_only.isdisjoint(reach)

    def _leaf(self, operand: Operand) -> tuple[tuple[Step, ...], Operand]:
        """The steps that make a gradient the caller's own, and its name after them."""
        if isinstance(operand, Const) or effects.is_immutable(self._facts.get(operand, UNKNOWN)) or self._give(operand):
            return (), operand
        self.changed = True
        defined = self._steps.get(operand)
        fact = self._facts.get(operand, UNKNOWN)
        name = self._names.fresh(operand)
        self._facts[name] = fact
        site = defined.site if defined is not None else None
        filled = self._filled(defined) if defined is not None else None
        if filled is not None:
            return (Step((name,), *filled, (), site),), name
        callee = Method("copy") if isinstance(fact, Array) else copy.deepcopy
        return (Step((name,), callee, (operand,), (), site),), name

    def _filled(self, step: Step) -> tuple[object, tuple[Operand, ...]] | None:
        """`np.ones_like(x)` or `np.full_like(x, s)` for `np.broadcast_to(s, np.shape(x))`, where dtypes agree."""
        if step.callee is not np.broadcast_to or len(step.operands) != 2:
            return None
        value, shape = step.operands
        asked = self._steps.get(shape)
        if asked is None or not (asked.callee is np.shape or asked.callee == Attribute("shape")):
            return None
        like = asked.operands[0]
        number, array = widen(effects.fact_of_operand(value, self._facts)), self._facts.get(like)
        if not isinstance(number, Number) or not isinstance(array, Array) or array.dtype is None:
            return None
        kinds = {np.dtype(dtype).kind for dtype in (dtype_of(number) or "O", array.dtype)}
        if not (number.weak and kinds == {"f"} or dtype_of(number) == array.dtype):
            return None
        return (np.ones_like, (like,)) if value == Const(1.0) else (np.full_like, (like, value))


def _structure(function: Function, facts: Mapping[str, Fact]) -> dict[str, Step | Branch]:
    """What makes the result and its items: steps that make containers which nothing else reads, and branches.

    Only where nothing writes to memory between there and the end, so that a copy made there is a copy of the end.
    """
    reads: dict[Operand, int] = {function.result: 1}
    for node in wengert.walk(function.body):
        for operand in wengert.own_operands(node):
            reads[operand] = reads.get(operand, 0) + 1
    found: dict[str, Step | Branch] = {}

    def visit(block: tuple[Node, ...], operands: tuple[Operand, ...]) -> None:
        wanted = {o for o in operands if isinstance(o, str)}
        for node in reversed(block):
            for name in [n for n in wengert.outer_names(node) if n in wanted]:
                if type(node) is Branch:
                    found[name] = node
                    (merge,) = (m for m in node.merges if m.target == name)
                    visit(node.then, (merge.then,))
                    visit(node.orelse, (merge.orelse,))
                elif isinstance(node, Step) and effects.hashable(node.callee) in effects.MAKERS and reads[name] == 1:
                    found[name] = node
                    wanted.update(o for o in node.operands if isinstance(o, str))
            if not all(effects.is_pure(n, facts) for n in wengert.walk((node,)) if isinstance(n, Step)):
                return

    visit(function.body, (function.result,))
    return found


def _without(nodes: tuple[Node, ...], left_out: set[int]) -> tuple[Node, ...]:
    """The nodes without some steps, also inside branches."""
    kept = (node for node in nodes if id(node) not in left_out)
    return tuple(
        replace(node, then=_without(node.then, left_out), orelse=_without(node.orelse, left_out))
        if isinstance(node, Branch)
        else node
        for node in kept
    )
