"""Activity, forward part: which names vary with the differentiated arguments.

Guarantee: a name that is not in the result has a derivative of zero.  Writing something that varies into memory
makes everything vary that may share this memory.  (The backward part needs no analysis: where no cotangent
arrives, the reverse sweep writes nothing.)
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

import numpy as np

from srcad import facts as fa
from srcad.facts import Fact
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.wengert import Attempt, Branch, ForLoop, Function, Node, Step, blocks, check, walk


def varied_names(function: Function, facts: Mapping[str, Fact], memory: Memory, wrt: Iterable[str]) -> frozenset[str]:
    """The names that may vary with the parameters `wrt`."""
    run = Varied(facts, memory)
    for name in wrt:
        run.mark(name)
    while True:
        before = (len(run.names), len(run.regions))
        run.block(function.body)
        if before == (len(run.names), len(run.regions)):
            return frozenset(run.names)


class Varied:
    """What varies: names, and regions of memory into which something that varies was written."""

    def __init__(self, facts: Mapping[str, Fact], memory: Memory):
        self.facts = facts
        self.memory = memory
        self.names: set[str] = set()
        self.regions: set[int] = set()

    def mark(self, name: str) -> None:
        """Marks a name as varying, unless its type cannot."""
        if fa.is_active_type(self.facts.get(name, fa.UNKNOWN)) is not False:
            self.names.add(name)

    def varies(self, operand: object) -> bool:
        """Whether an operand varies, by itself or through the memory it may share."""
        if not isinstance(operand, str):
            return False
        if operand in self.names:
            return True
        if self.regions and not self.regions.isdisjoint(self.memory.reach(operand)):
            self.mark(operand)
            return operand in self.names
        return False

    def block(self, nodes: Iterable[Node]) -> None:
        """Marks what varies in a block, given what is marked so far."""
        for node in nodes:
            if isinstance(node, Step):
                self.step(node)
                continue
            if isinstance(node, ForLoop) and self.varies(node.iterable):
                self.mark(node.target)
            for block in blocks(node):
                self.block(block)
            if isinstance(node, Attempt) and node.error is not None and any(map(self.raises, walk(node.then))):
                self.mark(node.error)
            if isinstance(node, Branch):
                for m in node.merges:
                    if self.varies(m.then) or self.varies(m.orelse):
                        self.mark(m.target)
                continue
            for c in node.carried:
                if self.varies(c.init) or self.varies(c.next):
                    self.mark(c.name)
                    self.mark(c.result)

    def raises(self, node: Node) -> bool:
        """Whether an error that a node raises may hold what varies: one that is made from it, or a missing key."""
        if not isinstance(node, Step):
            return False
        if any(node.callee is callee for callee in (check, operator.getitem, operator.delitem)):
            return any(map(self.varies, node.operands[1:]))
        if effects.is_pure(node, self.facts) or register.lookup(node.callee) is not None:
            return False
        return any(map(self.varies, (*node.operands, *(o for _, o in node.keywords))))

    def step(self, step: Step) -> None:
        """Marks the targets of a step and the memory it writes."""
        varying = [o for o in (*step.operands, *(o for _, o in step.keywords)) if self.varies(o)]
        if varying and not is_constant(step, self.facts):
            for target in step.targets:
                self.mark(target)
            for written in effects.writes_of(step, self.facts):
                if any(o != written for o in varying) and isinstance(written, str):
                    self.regions.update(self.memory.reach(written))
        for target in step.targets:
            self.varies(target)


def useful_names(function: Function, facts: Mapping[str, Fact], memory: Memory) -> frozenset[str]:
    """The names that the result may depend on differentiably: activity, backward part.

    A value that only decides a test, or only reaches integers, is not among them.  What the function leaves in the
    memory of its arguments counts as a result.
    """
    run = _Useful(facts, memory)
    run.want(function.result)
    for position in {*function.changes, *function.changes_held}:
        run.want(function.params[position].name)
    while True:
        before = (len(run.names), len(run.regions))
        run.block(function.body)
        if before == (len(run.names), len(run.regions)):
            return frozenset(run.names)


class _Useful:
    def __init__(self, facts: Mapping[str, Fact], memory: Memory):
        self.facts = facts
        self.memory = memory
        self.names: set[str] = set()
        self.regions: set[int] = set()

    def want(self, operand: object) -> None:
        """Marks an operand as useful, with the memory it may share if anything writes to that."""
        if isinstance(operand, str) and operand not in self.names:
            self.names.add(operand)
            if self.memory.is_written(operand):
                self.regions.update(self.memory.reach(operand))

    def wanted(self, operand: object) -> bool:
        """Whether an operand is useful, by itself or through the memory it may share."""
        if not isinstance(operand, str):
            return False
        return operand in self.names or bool(self.regions) and not self.regions.isdisjoint(self.memory.reach(operand))

    def block(self, nodes: Iterable[Node]) -> None:
        """Marks what is useful in a block, given what is marked so far."""
        for node in reversed(tuple(nodes)):
            if isinstance(node, Step):
                self.step(node)
                continue
            if isinstance(node, Branch):
                for m in node.merges:
                    if self.wanted(m.target):
                        self.want(m.then)
                        self.want(m.orelse)
            else:
                for c in node.carried:
                    if self.wanted(c.result) or self.wanted(c.name):
                        for operand in (c.name, c.init, c.next):
                            self.want(operand)
            for block in reversed(blocks(node)):
                self.block(block)
            if isinstance(node, ForLoop) and self.wanted(node.target):
                self.want(node.iterable)

    def step(self, step: Step) -> None:
        """Marks the operands of a step whose targets, or whose writes, are useful."""
        if is_constant(step, self.facts):
            return
        operands = (*step.operands, *(o for _, o in step.keywords))
        if any(self.wanted(t) for t in step.targets) or any(
            self.wanted(o) for o in effects.writes_of(step, self.facts)
        ):
            for operand in operands:
                self.want(operand)
        for operand in operands:
            if self.wanted(operand):
                self.want(operand)


def is_constant(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether the result of a step is declared to carry no derivative.

    What has a rule as well is constant on real numbers only, as is `np.sign`.
    """
    entry = register.lookup(step.callee)
    if entry is None or not entry.constant or entry.rule is None:
        return entry is not None and entry.constant
    dtypes = [fa.dtype_of(effects.fact_of_operand(operand, facts)) for operand in step.operands]
    return all(dtype is not None and np.dtype(dtype).kind != "c" for dtype in dtypes)
