"""Common subexpressions: what was computed already is not computed again."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import wengert
from srcad.facts import Array, Fact, List, is_numeric
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory, Regions
from srcad.wengert import (
    Attribute,
    Branch,
    Carried,
    ForLoop,
    Function,
    MakeFunction,
    Merge,
    Method,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
)

_COMMUTATIVE = frozenset({operator.add, operator.mul, np.add, np.multiply, np.maximum, np.minimum})
_NEVER = (
    effects.ITERATORS
    | (effects.MAKERS - {wengert.make_tuple})
    | (effects.COPYING_CONTAINERS - {tuple})
    | effects.FRESH - {np.sum}
    | {wengert.identity}
)
"""Steps that make a new object each: sharing one would show, or is worth nothing."""

_CHEAP = frozenset({slice, range, len, np.shape, np.ndim, np.size, wengert.make_tuple, isinstance})
"""Steps that are cheaper to repeat than to give a name; equal ones still count as equal."""


def share_subexpressions(function: Function, facts: Mapping[str, Fact], regions: Regions | None = None) -> Function:
    """The function with equal pure steps computed once, where the first stands before the second on every path.

    Steps that read memory are equal only if nothing was written in between; results that may be written to, or
    that are returned twice, stay apart.  Cheap steps (an item, a slice, a shape) are repeated, as a person would.

    >>> from srcad.facts import FLOAT
    >>> from srcad.wengert import Param
    >>> steps = [Step((y,), operator.neg, ("x",)) for y in ("a", "b")] + [Step(("c",), operator.add, ("a", "b"))]
    >>> print(share_subexpressions(Function("f", (Param("x"),), tuple(steps), "c"), dict.fromkeys("xabc", FLOAT)))
    f(x):
        a = neg(x)
        c = add(a, a)
        return c
    """
    walk = _Walk(facts, (regions or Regions(facts)).if_written(function), function)
    body = walk.block(function.body)
    if not walk.mapping:
        return function
    result = function.result
    return replace(function, body=body, result=walk.mapping.get(result, result) if isinstance(result, str) else result)


class _Walk:
    """One walk over the function: the steps seen in enclosing scopes, and what replaces the others."""

    def __init__(self, facts: Mapping[str, Fact], memory: Memory | None, function: Function):
        self.mapping: dict[str, str] = {}
        self._equal: dict[str, str] = {}
        self._facts = facts
        self._memory = memory
        self._seen: dict[Any, tuple[str, ...]] = {}
        self._undo: list[Any] = []
        self._time = 0
        self._returned = _returned(function)

    def _use(self, operand: Any) -> Any:
        return self.mapping.get(operand, operand) if isinstance(operand, str) else operand

    def _scope(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """A block whose steps are forgotten after it."""
        mark = len(self._undo)
        nodes = self.block(nodes)
        self._forget(mark)
        return nodes

    def _apart(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """A block in which the same steps may do something else: under `np.errstate(all="raise")` they raise."""
        seen, self._seen = self._seen, {}
        nodes = self._scope(nodes)
        self._seen = seen
        return nodes

    def _forget(self, mark: int) -> None:
        while len(self._undo) > mark:
            del self._seen[self._undo.pop()]

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """The block with its operands replaced and equal steps left out."""
        result = [new for node in nodes if (new := self._node(node)) is not None]
        return wengert.as_before(result, nodes)

    def _node(self, node: Node) -> Node | None:
        match node:
            case Step():
                return self._step(self._used(node))
            case Branch():
                test = self._use(node.test)
                inside = self._apart if isinstance(node, Within) else self._scope
                then, orelse = inside(node.then), self._scope(node.orelse)
                merges = tuple(Merge(m.target, self._use(m.then), self._use(m.orelse)) for m in node.merges)
                new = replace(node, test=test, then=then, orelse=orelse, merges=merges)
                return wengert.node_as_before(new, node)
        return wengert.node_as_before(self._loop(node), node)

    def _loop(self, node: ForLoop | WhileLoop) -> Node:
        inits = [self._use(c.init) for c in node.carried]
        self._time += 1  # what stands before the loop was read before the writes of earlier trips
        mark = len(self._undo)
        test_steps = self.block(node.test_steps) if isinstance(node, WhileLoop) else ()
        test = self._use(node.test) if isinstance(node, WhileLoop) else None
        self._forget(mark)  # a test that gives values to the body could not be printed as a test
        body = self.block(node.body)
        until = self._use(node.until)
        carried = tuple(
            Carried(c.name, init, self._use(c.next), c.result) for c, init in zip(node.carried, inits, strict=True)
        )
        self._forget(mark)
        self._time += 1
        if isinstance(node, ForLoop):
            return ForLoop(node.target, self._use(node.iterable), body, carried, until, node.site)
        return WhileLoop(test_steps, test, body, carried, until, node.site)

    def _used(self, step: Step) -> Step:
        if self.mapping.keys().isdisjoint(o for o in wengert.own_operands(step) if isinstance(o, str)):
            return step
        operands = tuple(map(self._use, step.operands))
        return Step(step.targets, step.callee, operands, tuple((k, self._use(o)) for k, o in step.keywords), step.site)

    def _step(self, step: Step) -> Step | None:
        if not effects.is_pure(step, self._facts):
            self._time += bool(effects.writes_of(step, self._facts))
            return step
        key = self._key(step)
        if key is None:
            return step
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = step.targets
            self._undo.append(key)
        elif len(known) == len(step.targets) and all(map(self._may_share, step.targets, known)):
            pairs = dict(zip(step.targets, known, strict=True))
            if not self._is_cheap(step):
                self.mapping.update(pairs)
                return None
            self._equal.update({a: self._equal.get(b, b) for a, b in pairs.items()})
        return step

    def _key(self, step: Step) -> Any:
        """What equal steps have in common; None for steps that are never shared."""
        callee = effects.hashable(step.callee)
        if callee is None or callee in _NEVER or isinstance(callee, MakeFunction) or not step.targets:
            return None
        if isinstance(callee, Method) and callee.name in ("copy", "items", "keys", "values", "astype"):
            return None
        operands = tuple(self._equal.get(o, o) if isinstance(o, str) else o for o in step.operands)
        keywords = tuple((k, self._equal.get(o, o) if isinstance(o, str) else o) for k, o in step.keywords)
        if callee in _COMMUTATIVE and len(operands) == 2 and all(map(self._is_numeric, operands)):
            operands = tuple(sorted(operands, key=repr))
        time = -1
        if self._memory is not None and effects.reads_memory(step, self._facts):
            names = (o for o in wengert.own_operands(step) if isinstance(o, str))
            time = self._time if any(map(self._memory.is_written, names)) else -1
        return (callee, operands, keywords, len(step.targets), time)

    def _is_numeric(self, operand: Operand) -> bool:
        return is_numeric(effects.fact_of_operand(operand, self._facts))

    def _may_share(self, new: str, old: str) -> bool:
        """Whether one object may stand for two: nothing writes to it, and nobody outside receives both."""
        fact = self._facts.get(new)
        if fact is not None and effects.is_immutable(fact):
            return True
        if new in self._returned and old in self._returned:
            return False
        return self._memory is None or not (self._memory.is_written(new) or self._memory.is_written(old))

    def _is_cheap(self, step: Step) -> bool:
        if isinstance(step.callee, Attribute):
            return True
        if step.callee is operator.getitem:
            return not isinstance(effects.fact_of_operand(step.operands[1], self._facts), (Array, List))
        return effects.hashable(step.callee) in _CHEAP


def _returned(function: Function) -> frozenset[str]:
    """The names that the result is, or is made of."""
    makers = {t: n for n in function.body if isinstance(n, Step) and n.callee in effects.MAKERS for t in n.targets}
    found: set[str] = set()
    work: list[Operand] = [function.result]
    while work:
        operand = work.pop()
        if isinstance(operand, str) and operand not in found:
            found.add(operand)
            if operand in makers:
                work.extend(makers[operand].operands)
    return frozenset(found)
