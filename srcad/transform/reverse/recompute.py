"""What is cheap to compute again, or still stands in memory, need not be recorded.

Guarantee: the program computes what it computed before.  A number, a slice or a view that one operation makes of other
recorded values, or of values that are there anyway, is made again by the reverse loop, which leaves its place on the
tape unread for `prune_tapes` to take off.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from srcad import facts as fa
from srcad.facts import Array, Fact, Number
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.reverse.record import Tape, find_tape, operands_looked_at, replaced
from srcad.transform.reverse.views import is_certain_view, is_unlike
from srcad.transform.simplify.views import is_basic
from srcad.wengert import (
    Attribute,
    Const,
    ForLoop,
    Function,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    blocks,
    identity,
    inner_names,
    outer_names,
    used_names,
    walk,
)

CHEAP = frozenset(
    {operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.getitem}
    | {operator.floordiv, operator.mod, operator.not_}
    | {operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge}
)
"""Operations on numbers that cost little more than to save their result."""


def recompute_cheap(
    function: Function, tapes: Mapping[str, str | None], facts: dict[str, Fact], origins: Mapping[str, str]
) -> Function:
    """The program whose reverse loops compute cheap values again."""
    memory = Memory(function.body, facts)  # what is computed again are numbers: it stays what it is
    for tape, entry in tapes.items():
        definitions = {t: n for n in walk(function.body) if isinstance(n, Step) for t in n.targets}
        found = find_tape(function, tape, entry, definitions, origins)
        if found is not None and found.entry is not None and found.take is not None:
            plain = _Recomputing(function, found, facts, origins, memory)
            counting = _Recomputing(function, found, facts, origins, memory, counting=True)
            function = min((plain, counting), key=lambda way: way.left()).done()
    return function


@dataclass
class _Recomputing:
    """The work on one tape: `known` says what a name of the forward trip is called in the reverse trip."""

    function: Function
    tape: Tape
    facts: dict[str, Fact]
    origins: Mapping[str, str]
    memory: Memory
    counting: bool = False
    """Whether the number of the trip is recorded, to compute others from it."""

    known: dict[str, Operand] = field(default_factory=dict)
    made: dict[str, Step] = field(default_factory=dict)
    new: list[Step] = field(default_factory=list)
    again: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Decides what is computed again, and writes the steps for it."""
        function, loop = self.function, self.tape.loop
        entry, take = self.tape.entry, self.tape.take
        assert entry is not None and take is not None
        self.names = Names.of(function)
        trip = (*loop.test_steps, *loop.body) if isinstance(loop, WhileLoop) else loop.body
        self.made = {n.target: n for n in trip if isinstance(n, Step) and len(n.targets) == 1}
        visible = _visible(function, self.tape.reverse)
        self.known = {n: n for n in visible} | {self.origins[n]: n for n in visible if n in self.origins}
        used = used_names(function.body)
        slots = [(s, t) for s, t in zip(entry.operands, take.targets, strict=True) if t in used and isinstance(s, str)]
        self.number = None
        if self.counting and isinstance(loop, ForLoop) and loop.target not in entry.operands and self._counts(loop):
            self.number = self.known[loop.target] = self.names.fresh(loop.target)
        order = {name: i for i, name in enumerate(self.made)}
        looked_at = {o for n in walk(self.tape.reverse.body) for o in operands_looked_at(n)}
        for saved, taken in sorted(slots, key=lambda slot: (slot[1] not in looked_at, order.get(slot[0], -1))):
            if saved in self.made and (step := self._again(saved, taken)) is not None:
                self.new.append(step)
                self.again[taken] = self.names.fresh(taken)
            elif taken not in looked_at and (like := self._like(saved)) is not None:
                self.new.append(Step((taken,), identity, (like,), (), self.tape.reverse.site))
                self.again[taken] = self.names.fresh(taken)
            self.known.setdefault(saved, taken)
        self.slots = slots

    def left(self) -> tuple[int, int]:
        """How much is still recorded, and how much of it are slices, which a person would make again."""
        rest = [s for s, t in self.slots if t not in self.again]
        slices = [s for s in rest if self.facts.get(s) == fa.Instance(slice)]
        return len(rest) + (bool(rest) and self.number is not None), len(slices)

    def done(self) -> Function:
        """The function, with the steps that compute again after the tape's entry is taken."""
        entry, take = self.tape.entry, self.tape.take
        if not self.again or entry is None or take is None:
            return self.function
        short = replace(take, targets=tuple(self.again.get(t, t) for t in take.targets))
        for old, unread in self.again.items():
            self.facts[unread] = self.facts.get(old, fa.UNKNOWN)
        changes: dict[int, tuple[Node, ...]] = {}
        if self.number is not None and isinstance(self.tape.loop, ForLoop):
            self.facts[self.number] = fa.INT
            changes[id(entry)] = (replace(entry, operands=(*entry.operands, self.tape.loop.target)),)
            short = replace(short, targets=(*short.targets, self.number))
        changes[id(take)] = (short, *self.new)
        return replaced(self.function, changes, set())

    def _counts(self, loop: ForLoop) -> bool:
        """Whether a loop goes over a range."""
        nodes = (n for n in walk(self.function.body) if isinstance(n, Step))
        return any(n.callee is range and loop.iterable in n.targets for n in nodes)

    def _like(self, saved: str) -> Operand | None:
        """Another value with the shape and dtype of one of which nothing else matters, which need not be recorded."""
        fact = self.facts.get(saved)
        if not isinstance(fact, Array) or not fact.shape or fact.dtype is None:
            return None
        before = _visible(self.function, self.tape.loop)
        outside = [p.name for p in self.function.params if p.name in before]
        made = [t for n in walk(self.function.body) if isinstance(n, Step) for t in n.targets if t in before]
        for name in (*outside, *made, *self.made):
            if self.facts.get(name) != fact or name == saved:
                continue
            if name in self.known:
                return self.known[name]
            if name in self.made and self._is_cheap(self.made[name]) and (found := self._operand(name)) is not None:
                return found
        return None

    def _again(self, saved: str, target: str) -> Step | None:
        """The step that computes a value of the forward trip once more, after those that it needs."""
        step = self.made[saved]
        if not self._is_cheap(step):
            return None
        mark = len(self.new)
        operands = [self._operand(o) for o in step.operands]
        if any(o is None for o in operands):
            del self.new[mark:]
            return None
        self.facts[target] = self.facts.get(saved, fa.UNKNOWN)
        site = step.site.reversed() if step.site is not None else None
        return Step((target,), step.callee, tuple(o for o in operands if o is not None), (), site)

    def _operand(self, operand: Operand) -> Operand | None:
        if isinstance(operand, Const):
            return operand
        if operand in self.known:
            return self.known[operand]
        if operand not in self.made or len(self.new) > 64:
            return None
        target = self.names.fresh(operand)
        step = self._again(operand, target)
        if step is not None:
            self.new.append(step)
        return None if step is None else target

    def _is_cheap(self, step: Step) -> bool:
        facts = self.facts
        if step.keywords:
            return False
        if step.callee is slice:
            return True
        if step.callee is len:
            return isinstance(fa.widen(effects.fact_of_operand(step.operands[0], facts)), Array)
        if self._is_view(step):
            return True
        if effects.hashable(step.callee) not in CHEAP:
            return False
        if not isinstance(fa.widen(facts.get(step.target, fa.UNKNOWN)), Number):
            return False
        if step.callee is not operator.getitem:
            return all(isinstance(fa.widen(effects.fact_of_operand(o, facts)), Number) for o in step.operands)
        array, index = step.operands
        if not isinstance(array, str) or not isinstance(facts.get(array), Array):
            return False
        if not is_basic(effects.fact_of_operand(index, facts)):
            return False
        return not self.memory.is_written(array) or self._still_stands(array, index)

    def _is_view(self, step: Step) -> bool:
        """Whether a step gives a view, which is the same however often it is taken, whatever stands in it."""
        result = self.facts.get(step.target, fa.UNKNOWN)
        if step.callee is operator.getitem:
            array, index = (effects.fact_of_operand(o, self.facts) for o in step.operands)
            return isinstance(array, Array) and isinstance(result, Array) and is_basic(index) is True
        entry = register.lookup(step.callee)
        if not isinstance(result, Array) or entry is None or not entry.shares:
            return False
        costs_little = isinstance(step.callee, Attribute) or is_unlike(step, self.facts)
        return costs_little and is_certain_view(step, entry, self.facts)

    # ------------------------------------------------------------------------------- elements written once

    def _still_stands(self, array: str, index: Operand) -> bool:
        """Whether an element read in the loop is not written to from then until the reverse loop.

        That is so where the loop goes through a range upwards from a number that is not negative, reads element
        i + r, and writes to elements i + w with w > r only; and nothing but what stands before it writes otherwise.
        """
        loop = self.tape.loop
        read = self._offset(index)
        if not isinstance(loop, ForLoop) or read is None or loop not in self.function.body:
            return False
        start = self._start(loop)
        if start is None or start + read < 0 or not self._is_alone(array):
            return False
        position = self.function.body.index(loop)
        inside = {id(n) for n in loop.body}
        for node in walk(self.function.body[position:]):
            if not isinstance(node, Step):
                continue
            if any(self.memory.region(o) == self.memory.region(array) for o in effects.writes_of(node, self.facts)):
                if id(node) not in inside or node.callee is not operator.setitem or node.operands[0] != array:
                    return False
                offset = self._offset(node.operands[1])
                if offset is None or offset <= read:
                    return False
        return True

    def _is_alone(self, array: str) -> bool:
        region = self.memory.region(array)
        if self.memory.is_outside(array):
            return False
        names = {n for node in walk(self.function.body) for n in (*outer_names(node), *inner_names(node))}
        return all(self.memory.region(n) != region or n == array for n in names)

    def _start(self, loop: ForLoop) -> int | None:
        made = next((n for n in self.function.body if isinstance(n, Step) and loop.iterable in n.targets), None)
        if made is None or made.callee is not range or len(made.operands) > 2:
            return None
        first: Operand = made.operands[0] if len(made.operands) == 2 else Const(0)
        return first.value if isinstance(first, Const) and type(first.value) is int and first.value >= 0 else None

    def _offset(self, index: Operand) -> int | None:
        """The constant c if an index is the loop's target plus c."""
        loop = self.tape.loop
        if isinstance(loop, ForLoop) and index == loop.target:
            return 0
        step = self.made.get(index) if isinstance(index, str) else None
        if step is None or step.callee not in (operator.add, operator.sub):
            return None
        a, b = step.operands
        if step.callee is operator.add and isinstance(a, Const):
            a, b = b, a
        inner = self._offset(a)
        if inner is None or not isinstance(b, Const) or type(b.value) is not int:
            return None
        return inner + b.value if step.callee is operator.add else inner - b.value


def _visible(function: Function, wanted: Node) -> set[str]:
    """The names that are defined where a node stands."""
    outside = {p.name for p in function.params} | {c.name for c in function.captures}

    def find(nodes: tuple[Node, ...], names: set[str]) -> set[str] | None:
        names = set(names)
        for node in nodes:
            if node is wanted:
                return names
            for block in blocks(node):
                found = find(block, names | set(inner_names(node)))
                if found is not None:
                    return found
            names |= set(outer_names(node))
        return None

    return find(function.body, outside) or set()
