"""Arrays whose tangents may have zeros in them: parts that were selected, stored or joined without a derivative.

Guarantee: a partial derivative that is infinite, or no number, at such an element is not multiplied by its zero: what
has no derivative contributes none (`np.sqrt(y)` where only some elements of y were given values that vary).  A tangent
of the caller's that is zero there is meant as it is.
"""

from __future__ import annotations

import operator

from srcad import facts as fa
from srcad.facts import Array
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.forward.state import Forward
from srcad.wengert import Augmented, Branch, ForLoop, Node, Operand, Step, WhileLoop, own_operands, walk


def partly_zero(fw: Forward) -> frozenset[str]:
    """The active names whose tangents may have such zeros."""
    run = _Zeros(fw)
    nodes = list(walk(fw.function.body))
    while True:
        before = (len(run.names), len(run.regions))
        for node in nodes:
            run.node(node)
        if before == (len(run.names), len(run.regions)):
            return frozenset(run.names)


class _Zeros:
    """The names found so far, and the memory into which such zeros were written."""

    def __init__(self, fw: Forward):
        self.fw = fw
        self.names: set[str] = set()
        self.regions: set[int] = set()

    def has(self, operand: Operand) -> bool:
        """Whether the tangent of an operand may have zeros in it."""
        if not self.fw.is_active(operand):
            return False
        return operand in self.names or not self.regions.isdisjoint(self.fw.memory.reach(str(operand)))

    def is_without(self, operand: Operand) -> bool:
        """Whether an operand is a number or an array that has no tangent."""
        return not self.fw.is_active(operand) and fa.is_active_type(self.fw.fact(operand)) is not False

    def mark(self, target: str) -> None:
        """Notes a name, with the memory that it may share if something is written to that."""
        if self.fw.is_active(target):
            self.names.add(target)
            region = self.fw.memory.region(target)
            if region is not None and self.fw.memory.region_is_written(region):
                self.regions.add(region)

    def node(self, node: Node) -> None:
        match node:
            case Step():
                self.step(node)
            case Branch():
                for m in node.merges:
                    if any(self.has(o) or self.is_array_without(o) for o in (m.then, m.orelse)):
                        self.mark(m.target)
            case ForLoop() | WhileLoop():
                if isinstance(node, ForLoop) and self.has(node.iterable):
                    self.mark(node.target)
                for c in node.carried:
                    if any(self.has(o) or self.is_array_without(o) for o in (c.init, c.next)):
                        self.mark(c.name)
                        self.mark(c.result)

    def is_array_without(self, operand: Operand) -> bool:
        return self.is_without(operand) and isinstance(self.fw.fact(operand), Array)

    def step(self, step: Step) -> None:
        given = own_operands(step)
        if any(map(self.has, given)) or self.adds_zeros(step):
            for target in step.targets:
                self.mark(target)
            for written in effects.writes_of(step, self.fw.facts):
                if isinstance(written, str):
                    self.mark(written)

    def adds_zeros(self, step: Step) -> bool:
        """Whether a step puts what has no tangent beside what has one, or leaves out some of it."""
        if step.callee is operator.setitem:
            return self.is_without(step.operands[2])
        if isinstance(step.callee, Augmented) or step.callee in effects.IN_PLACE:
            return False
        active = [self.fw.is_active(o) for o in step.operands]
        if not any(active):
            return any(map(self.fw.is_active, step.targets))  # memory that is made without a tangent
        if step.callee in effects.MAKERS:
            return any(map(self.is_without, step.operands))
        entry = register.lookup(step.callee)
        if entry is None or entry.rule is None:
            return False
        return (entry.selects or entry.rule.form == "linear") and any(map(self.is_without, step.operands))
