"""What a local rewriter knows of the function around its step: definitions, facts, and which names are values."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import MutableMapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from srcad import wengert
from srcad.errors import Site
from srcad.facts import ONE, UNKNOWN, Array, Dim, Fact, Number, dtype_of, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import step_fact
from srcad.transform.analyses.memory import Memory, Regions
from srcad.transform.analyses.tapes import recorded_definitions
from srcad.transform.simplify.written import statement, written_lengths
from srcad.wengert import Const, Function, Names, Operand, Step

_DIVISIONS = frozenset({operator.truediv, np.divide})


class Context:
    """What a rewriter may ask: definitions, facts, whether a name is a value; and fresh names."""

    def __init__(self, function: Function, facts: MutableMapping[str, Fact], regions: Regions):
        self.facts = facts
        self.definitions: dict[str, Step] = {}
        self.retyped: set[str] = set()
        self.clock = 0
        self._times: dict[str, int] = {}
        self._available: dict[tuple, str] = {}
        self._trail: list[tuple] = []
        self._new: set[str] = set()
        self._function = function
        self._regions = regions

    @cached_property
    def names(self) -> Names:
        """Fresh names."""
        return Names.of(self._function)

    @cached_property
    def arguments(self) -> dict[Dim, tuple[str, int]]:
        """For lengths of arguments that are arrays: which argument has an axis of this length, and which axis."""
        found: dict[Dim, tuple[str, int]] = {}
        arrays = [(p.name, fact) for p in self._function.params if isinstance(fact := self.facts.get(p.name), Array)]
        for axis in range(max((len(fact.shape or ()) for _, fact in arrays), default=0)):
            for name, fact in arrays:
                if fact.shape is not None and axis < len(fact.shape) and fact.shape[axis] != ONE:
                    found.setdefault(fact.shape[axis], (name, axis))
        return found

    @cached_property
    def _written(self) -> dict:
        return written_lengths(self._function.body, self.facts)

    def have_one_length(self, a: Dim, b: Dim, site: Site | None) -> bool:
        """Whether two axes are known to be of one length in the statement of a site, or in its adjoint."""
        return a.symbol == b.symbol or frozenset({a, b}) in self._written.get(statement(site), ())

    @cached_property
    def _memory(self) -> Memory | None:
        return self._regions.if_written(self._function)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(wengert.all_names(self._function))

    def definition(self, operand: Operand, callee: Any = None) -> Step | None:
        """The step that defines a name, if it has one target (and calls `callee`, if that is given)."""
        step = self.definitions.get(operand) if isinstance(operand, str) else None
        return step if step is not None and (callee is None or step.callee is callee) else None

    @cached_property
    def _recorded(self) -> dict[str, Step]:
        return recorded_definitions(self._function.body)

    def made(self, operand: Operand) -> Step | None:
        """The step that made a value, here or in the trip that recorded it, if neither it nor what it read changed."""
        if not isinstance(operand, str):
            return None
        step = self.definitions.get(operand)
        if step is not None:
            return step if self.is_unchanged(operand) else None
        step = self._recorded.get(operand)
        return step if step is not None and all(map(self.is_value, (operand, *step.operands))) else None

    @cached_property
    def _uses(self) -> Counter[Operand]:
        reads = Counter(o for node in wengert.walk(self._function.body) for o in wengert.own_operands(node))
        reads[self._function.result] += 1
        return reads

    @cached_property
    def _more_than_tested(self) -> frozenset[Operand]:
        """The names that something reads for more than whether they are true, itself or through what they go into."""
        todo: list[Operand] = [self._function.result]
        sources: dict[str, list[Operand]] = {}
        for node in wengert.walk(self._function.body):
            if isinstance(node, Step):
                todo += wengert.own_operands(node) if node.callee is not operator.not_ else ()
            elif isinstance(node, wengert.Branch):
                sources.update((m.target, [m.then, m.orelse]) for m in node.merges)
            else:
                sources.update((name, [c.init, c.next]) for c in node.carried for name in (c.name, c.result))
                todo += [node.iterable] if isinstance(node, wengert.ForLoop) else []
        found: set[Operand] = set()
        while todo:
            operand = todo.pop()
            if operand not in found:
                found.add(operand)
                todo += sources.get(operand, ()) if isinstance(operand, str) else ()
        return frozenset(found)

    def is_only_tested(self, name: str) -> bool:
        """Whether all that is asked of a name is whether it is true."""
        return name not in self._more_than_tested

    def read_instead(self, operand: Operand, target: str) -> None:
        """Notes that the readers of a target read an operand from now on."""
        self._uses[operand] += self._uses[target] - 1

    def reads_instead(self, new: Operand, old: Operand) -> None:
        """Notes that one reader reads another operand from now on."""
        self._uses[new] += 1
        self._uses[old] -= 1

    def is_used_once(self, name: str) -> bool:
        """Whether a name is read once, as far as this pass can see.  For taste, not for correctness."""
        return self._uses[name] <= 1

    def define(self, step: Step) -> None:
        """Notes a step that stays, with the time of its run; what may write to memory ends the time."""
        if len(step.targets) == 1:
            self.definitions[step.target] = step
            self._times[step.target] = self.clock
            if effects.hashable(step.callee) in _DIVISIONS and not step.keywords:
                key = (operator.truediv, step.operands)
                if key not in self._available:
                    self._available[key] = step.target
                    self._trail.append(key)
        if self._memory is not None and not effects.is_pure(step, self.facts):
            self.clock += 1

    def quotient(self, a: Operand, b: Operand) -> str | None:
        """The name of `a / b` if it was computed on every path to here and is what it was."""
        name = self._available.get((operator.truediv, (a, b)))
        return name if name is not None and self.is_unchanged(name) and all(map(self.is_value, (name, a, b))) else None

    def mark(self) -> int:
        """Where a block begins that what follows it does not see; `leave` ends it."""
        return len(self._trail)

    def leave(self, mark: int) -> None:
        """Forgets what was computed since the mark."""
        while len(self._trail) > mark:
            del self._available[self._trail.pop()]

    def is_unchanged(self, name: str) -> bool:
        """Whether neither a name nor what its definition reads was written to since the definition ran."""
        step = self.definitions.get(name)
        if step is None:
            return self.is_value(name)
        if self._times[name] == self.clock:
            return True
        return all(map(self.is_value, (name, *wengert.own_operands(step))))

    def fact(self, operand: Operand) -> Fact:
        """The fact of an operand."""
        return effects.fact_of_operand(operand, self.facts)

    def is_value(self, operand: Operand) -> bool:
        """Whether an operand never changes, so that it may be read at another place."""
        if isinstance(operand, Const) or effects.is_immutable(self.fact(operand)):
            return True
        if operand in self._new:
            return True
        if operand not in self._known:
            return False
        return self._memory is None or not self._memory.is_written(operand)

    def retype(self, name: str, fact: Fact) -> None:
        """Notes that a rewritten step gives another dtype than its fact says; steps that read it follow."""
        old = widen(self.facts.get(name, UNKNOWN))
        if not isinstance(old, (Number, Array)):
            return
        new = replace(old, dtype=dtype_of(fact))
        if isinstance(old, Number):
            new = replace(new, weak=fact.weak if isinstance(fact, Number) else None)
        if new != old:
            self.facts[name] = new
            self.retyped.add(name)

    def follow(self, step: Step) -> None:
        """Brings the fact of a step that reads a retyped name up to date."""
        if self.retyped and not self.retyped.isdisjoint(o for o in wengert.own_operands(step) if isinstance(o, str)):
            keywords = {k: self.fact(o) for k, o in step.keywords}
            fact = step_fact(step.callee, [self.fact(o) for o in step.operands], keywords)
            for target in step.targets:
                self.retype(target, fact if len(step.targets) == 1 else UNKNOWN)

    def step(
        self, like: str, fact: Fact, callee: Any, *operands: Operand, site: Any = None, **keywords: Operand
    ) -> Step:
        """A new step with a fresh target named like `like`, which nothing writes to."""
        name = self.names.fresh(like)
        self._new.add(name)
        self.facts[name] = fact
        return Step((name,), callee, operands, tuple(keywords.items()), site)
