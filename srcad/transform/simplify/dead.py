"""Dead steps: what nobody reads and nobody notices is left out.

A step stays if it has an effect that can be noticed, or if a step that stays reads a target of it.  Marking
starts at the result and at the effects and follows the operands, so carried values that only feed themselves
go too.  Writing to memory is an effect that can be noticed only by reading that memory: writes to a fresh local
array or list that nothing reads go with it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from srcad import runtime, wengert
from srcad.facts import Array, Dict, Fact, Instance, Known, List, Tuple
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Regions
from srcad.wengert import Attempt, Augmented, Branch, ForLoop, Function, Node, Operand, Step, WhileLoop


def remove_dead_steps(function: Function, facts: Mapping[str, Fact], regions: Regions | None = None) -> Function:
    """The function without steps, merges, carried values, branches and loops whose absence nobody notices.

    The result and all effects stay as they are, in their order.  Not kept are errors that a step which was left
    out would have raised, and loops without an end that compute nothing.

    >>> import operator
    >>> from srcad.wengert import Param
    >>> steps = [Step((name,), operator.mul, ("x", "x")) for name in ("y", "z")]
    >>> print(remove_dead_steps(Function("f", (Param("x"),), tuple(steps), "z"), {}))
    f(x):
        z = mul(x, x)
        return z
    """
    marks = _Marks(function, facts, regions or Regions(facts))
    return replace(function, body=_sweep(function.body, marks))


class _Marks:
    """The names that are needed, and the nodes that stay (by identity)."""

    def __init__(self, function: Function, facts: Mapping[str, Fact], regions: Regions):
        self.needed: set[str] = set()
        self.kept: set[int] = set()
        self._facts = facts
        self._parents: dict[int, Node | None] = {}
        self._sources: dict[str, tuple[Node, tuple[Operand, ...]]] = {}
        self._writers: dict[int, list[Step]] = {}
        self._work: list[str] = []
        effectful: list[Step] = []
        self._index(function.body, None, effectful)
        self._memory = regions.of(function) if effectful else None
        for step in effectful:
            self._effect(step)
        self._read((function.result,))
        self._propagate()

    def _index(self, nodes: tuple[Node, ...], parent: Node | None, effectful: list[Step]) -> None:
        for node in nodes:
            if self._parents.setdefault(id(node), parent) is not parent:  # one step object at two places
                self._keep(parent)
            match node:
                case Step():
                    for target in node.targets:
                        self._sources[target] = (node, ())
                    if not effects.is_pure(node, self._facts):
                        effectful.append(node)
                case Branch():
                    for m in node.merges:
                        self._sources[m.target] = (node, (m.then, m.orelse))
                case ForLoop() | WhileLoop():
                    for c in node.carried:
                        self._sources[c.name] = self._sources[c.result] = (node, (c.init, c.next, c.name, c.result))
            for block in wengert.blocks(node):
                self._index(block, node, effectful)
            if isinstance(node, ForLoop):
                self._sources[node.target] = (node, ())
                if not self._is_plain(node.iterable):
                    self._keep(node)

    def _is_plain(self, iterable: Operand) -> bool:
        """Whether going through the items changes nothing: an iterator would be used up."""
        match effects.fact_of_operand(iterable, self._facts):
            case Array() | Tuple() | List() | Dict() | Known():
                return True
            case Instance(type=kind):
                return kind in (range, str, bytes)
        source = self._sources.get(iterable, (None,))[0]
        if not isinstance(source, Step):
            return False
        if source.callee in effects.ITERATORS:
            return source.callee is reversed or all(map(self._is_plain, source.operands))
        return source.callee in effects.MAKERS or source.callee in effects.COPYING_CONTAINERS or source.callee is range

    def _effect(self, step: Step) -> None:
        """Keeps a step with an effect, or notes the memory whose readers will keep it."""
        written = effects.writes_of(step, self._facts)
        regions = [self._memory.reach(o) for o in written if isinstance(o, str)]
        local = written and len(regions) == len(written) and not effects.is_unknown(step, self._facts)
        if not local or any(self._memory.is_outside(o) for o in written):
            self._keep(step)
            return
        for region in {r for reach in regions for r in reach}:
            self._writers.setdefault(region, []).append(step)

    def _keep(self, node: Node | None) -> None:
        """Marks a node, what it reads, and the branches and loops around it."""
        while node is not None and id(node) not in self.kept:
            self.kept.add(id(node))
            match node:
                case Step():
                    self._read(wengert.own_operands(node))
                case Attempt():
                    self._read((node.test,))
                    for inner in _deciding(node.then):
                        self._keep(inner)
                case Branch():
                    self._read((node.test,))
                case ForLoop():
                    self._read((node.iterable, node.until))
                case WhileLoop():
                    self._read((node.test, node.until))
            node = self._parents.get(id(node))

    def _read(self, operands: tuple[Operand | None, ...]) -> None:
        for o in operands:
            if isinstance(o, str) and o not in self.needed:
                self.needed.add(o)
                self._work.append(o)

    def _propagate(self) -> None:
        while self._work:
            name = self._work.pop()
            if name in self._sources:
                node, operands = self._sources[name]
                self._keep(node)
                self._read(operands)
            if self._writers:
                for region in self._memory.reach(name):
                    for step in self._writers.pop(region, ()):
                        self._keep(step)


def _deciding(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The nodes in the body of a `try` at which it may be abandoned, which decides what comes after."""
    for i, node in enumerate(nodes):
        if not (wengert.never_raises(node) or _only_saves(node, nodes[i + 1 : i + 3])):
            yield node
        for block in wengert.blocks(node):
            yield from _deciding(block)


def _only_saves(node: Node, rest: tuple[Node, ...]) -> bool:
    """Whether a step reads, or copies, what is about to be written, so that the write raises what it would raise."""
    if not isinstance(node, Step) or not rest or not isinstance(write := rest[-1], Step):
        return False
    if node.callee is np.copy:
        return True
    if isinstance(rest[0], Step) and rest[0].callee is not np.copy:
        write = rest[0]
    stores = isinstance(write.callee, Augmented) or write.callee is operator.setitem
    reads = node.callee is operator.getitem or node.callee is runtime.slot
    return reads and stores and write.operands[:2] == node.operands[:2]


def _sweep(nodes: tuple[Node, ...], marks: _Marks) -> tuple[Node, ...]:
    kept = tuple(_swept(node, marks) for node in nodes if id(node) in marks.kept)
    return wengert.as_before(kept, nodes)


def _swept(node: Node, marks: _Marks) -> Node:
    """The node without what is dead inside it."""
    needed = marks.needed
    if isinstance(node, Step):
        return node
    if isinstance(node, Branch):
        then, orelse = _sweep(node.then, marks), _sweep(node.orelse, marks)
        merges = tuple(m for m in node.merges if m.target in needed)
        if then is node.then and orelse is node.orelse and len(merges) == len(node.merges):
            return node
        return replace(node, then=then, orelse=orelse, merges=merges)
    carried = tuple(c for c in node.carried if c.result in needed)
    body = _sweep(node.body, marks)
    if isinstance(node, ForLoop):
        if body is node.body and len(carried) == len(node.carried):
            return node
        return ForLoop(node.target, node.iterable, body, carried, node.until, node.site)
    test_steps = _sweep(node.test_steps, marks)
    if body is node.body and test_steps is node.test_steps and len(carried) == len(node.carried):
        return node
    return WhileLoop(test_steps, node.test, body, carried, node.until, node.site)
