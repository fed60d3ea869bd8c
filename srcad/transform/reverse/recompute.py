"""What is cheap to compute again, or still stands in memory, need not be recorded.

Guarantee: the program computes what it computed before.  A number, a slice or a view that one operation makes of other
recorded values, or of values that are there anyway, is made again by the reverse loop, which leaves its place on the
tape unread for `prune_tapes` to take off.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from srcad import facts as fa
from srcad.facts import Array, Fact, Number
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.reverse.record import operands_looked_at
from srcad.transform.reverse.scopes import Place, Scopes
from srcad.transform.reverse.tapes import Changes, Tape, find_tapes, step_definitions
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
    identity,
    inner_names,
    make_tuple,
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
    program = _Program(function, facts, origins)
    changes = Changes()
    for tape in find_tapes(function, tapes, program.definitions, origins):
        if tape.entry is not None and tape.take is not None:
            plain = _Recomputing(program, tape)
            counting = _Recomputing(program, tape, counting=True)
            min((plain, counting), key=lambda way: way.left()).note(changes)
    return changes.applied(function)


class _Program:
    """What is asked of the program of both sweeps: what defines, reads and writes its names, and what sees them."""

    def __init__(self, function: Function, facts: dict[str, Fact], origins: Mapping[str, str]):
        self.function = function
        self.facts = facts
        self.memory = Memory(function.body, facts)  # what is computed again are numbers: it stays what it is
        self.definitions = step_definitions(function)
        self.names = Names.of(function)
        self.used = used_names(function.body)
        self.looked_at = _looked_at(function.body)
        self.unlike: set[str] = set()  # names off a tape that hold another value by now, of the same shape
        self.scopes = Scopes(function)
        self._copies: dict[str, list[str]] = {}
        for name, origin in origins.items():
            self._copies.setdefault(origin, []).append(name)

    def seen(self, name: str, place: Place) -> str | None:
        """What a value of the forward sweep is called at a place, if it can be read there."""
        for other in (*self._copies.get(name, ()), name):
            if other not in self.unlike and self.scopes.sees(place, other):
                return other
        return None

    def note(self, steps: list[Step], unlike: set[str]) -> None:
        """Notes steps that are put in: what they read is wanted from now on, and for more than its shape."""
        self.used |= used_names(steps)
        self.looked_at |= _looked_at(steps)
        self.unlike |= unlike

    @cached_property
    def alike(self) -> dict[Array, list[str]]:
        """The names of arrays by their fact, the parameters first."""
        found: dict[Array, list[str]] = {}
        for name in (*(p.name for p in self.function.params), *self.definitions):
            if isinstance(fact := self.facts.get(name), Array):
                found.setdefault(fact, []).append(name)
        return found

    @cached_property
    def names_by_region(self) -> dict[int | None, set[str]]:
        """The names that stand for each region, or parts of it."""
        found: dict[int | None, set[str]] = {}
        for node in walk(self.function.body):
            for name in (*outer_names(node), *inner_names(node)):
                found.setdefault(self.memory.region(name), set()).add(name)
        return found

    @cached_property
    def writes_by_region(self) -> dict[int | None, list[tuple[int, Step]]]:
        """The steps that write to each region, with the position in the function of the node that they are in."""
        found: dict[int | None, list[tuple[int, Step]]] = {}
        for position, outer in enumerate(self.function.body):
            for node in walk((outer,)):
                for operand in effects.writes_of(node, self.facts) if isinstance(node, Step) else ():
                    found.setdefault(self.memory.region(str(operand)), []).append((position, node))
        return found


def _looked_at(nodes: Iterable[Node]) -> set[Operand]:
    return {o for node in walk(nodes) for o in operands_looked_at(node)}


class _Recomputing:
    """The work on one tape: `known` says what a name of the forward trip is called in the reverse trip."""

    def __init__(self, program: _Program, tape: Tape, *, counting: bool = False):
        """Decides what is computed again, and writes the steps for it; if `counting`, from the number of the trip."""
        assert tape.entry is not None and tape.take is not None
        self.program, self.tape, self.facts = program, tape, program.facts
        self.entry, self.take = tape.entry, tape.take
        self.known: dict[str, str] = {}
        self.new: list[Step] = []
        self.again: dict[str, str] = {}
        self.unlike: set[str] = set()
        self.number: str | None = None
        self.place = program.scopes.place(tape.reverse)
        loop = tape.loop
        trip = (*loop.test_steps, *loop.body) if isinstance(loop, WhileLoop) else loop.body
        self.made = {n.target: n for n in trip if isinstance(n, Step) and len(n.targets) == 1}
        pairs = zip(self.entry.operands, self.take.targets, strict=True)
        self.slots = [(s, t) for s, t in pairs if t in program.used and isinstance(s, str)]
        if counting and isinstance(loop, ForLoop) and loop.target not in self.entry.operands and self._counts(loop):
            self.number = self.known[loop.target] = program.names.fresh(loop.target)
        self._decide()

    def _decide(self) -> None:
        order = {name: i for i, name in enumerate(self.made)}
        fresh, looked_at = self.program.names.fresh, self.program.looked_at
        for saved, taken in sorted(self.slots, key=lambda slot: (slot[1] not in looked_at, order.get(slot[0], -1))):
            if saved in self.made and (step := self._again(saved, taken)) is not None:
                self.new.append(step)
                self.again[taken] = fresh(taken)
            elif taken not in looked_at and (like := self._like(saved)) is not None:
                self.new.append(Step((taken,), identity, (like,), (), self.tape.reverse.site))
                self.again[taken] = fresh(taken)
                self.unlike.add(taken)
                continue
            if self._seen(saved) is None:
                self.known[saved] = taken

    def _seen(self, name: str) -> str | None:
        """What a value of the forward trip is called in the reverse trip, if it is there."""
        return self.known[name] if name in self.known else self.program.seen(name, self.place)

    def left(self) -> tuple[int, int]:
        """How much is still recorded, and how much of it are slices, which a person would make again."""
        rest = [s for s, t in self.slots if t not in self.again]
        slices = [s for s in rest if self.facts.get(s) == fa.Instance(slice)]
        return len(rest) + (bool(rest) and self.number is not None), len(slices)

    def note(self, changes: Changes) -> None:
        """Notes the steps that compute again after the tape's entry is taken."""
        if not self.again:
            return
        entry, take = self.entry, replace(self.take, targets=tuple(self.again.get(t, t) for t in self.take.targets))
        for old, unread in self.again.items():
            self.facts[unread] = self.facts.get(old, fa.UNKNOWN)
        if self.number is not None and isinstance(self.tape.loop, ForLoop):
            self.facts[self.number] = fa.INT
            entry = replace(entry, operands=(*entry.operands, self.tape.loop.target))
            take = replace(take, targets=(*take.targets, self.number))
        changes.replaced.update({id(self.entry): (entry,), id(self.take): (take, *self.new)})
        self.program.note(self.new, self.unlike)

    def _counts(self, loop: ForLoop) -> bool:
        """Whether a loop goes over a range."""
        step = self.program.definitions.get(str(loop.iterable))
        return step is not None and step.callee is range

    def _like(self, saved: str) -> Operand | None:
        """Another value with the shape and dtype of one of which nothing else matters, which need not be recorded."""
        fact, program = self.facts.get(saved), self.program
        if not isinstance(fact, Array) or not fact.shape or fact.dtype is None:
            return None
        before = program.scopes.place(self.tape.loop)
        outside = [n for n in program.alike.get(fact, ()) if program.scopes.sees(before, n)]
        for name in (*outside, *self.made):
            if self.facts.get(name) != fact or name == saved:
                continue
            if (seen := self._seen(name)) is not None:
                return seen
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
        if (seen := self._seen(operand)) is not None:
            return seen
        if operand not in self.made or len(self.new) > 64:
            return None
        target = self.program.names.fresh(operand)
        step = self._again(operand, target)
        if step is not None:
            self.new.append(step)
        return None if step is None else target

    def _is_cheap(self, step: Step) -> bool:
        facts = self.facts
        if step.keywords:
            return False
        if step.callee is slice or step.callee is make_tuple and all(map(self._is_of_index, step.operands)):
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
        return not self.program.memory.is_written(array) or self._still_stands(array, index)

    def _is_of_index(self, operand: Operand) -> bool:
        """Whether an operand is a number or a slice, of which subscripts are made."""
        fact = fa.widen(effects.fact_of_operand(operand, self.facts))
        known = isinstance(operand, Const) and isinstance(operand.value, slice)
        return known or isinstance(fact, Number) or fact == fa.Instance(slice)

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
        loop, program = self.tape.loop, self.program
        read = self._offset(index)
        position = program.scopes.position(loop)
        if not isinstance(loop, ForLoop) or read is None or position is None:
            return False
        start = self._start(loop)
        if start is None or start + read < 0 or not self._is_alone(array):
            return False
        inside = {id(n) for n in loop.body}
        for where, node in program.writes_by_region.get(program.memory.region(array), ()):
            if where < position:
                continue
            if id(node) not in inside or node.callee is not operator.setitem or node.operands[0] != array:
                return False
            offset = self._offset(node.operands[1])
            if offset is None or offset <= read:
                return False
        return True

    def _is_alone(self, array: str) -> bool:
        """Whether nothing else has the memory of an array."""
        memory = self.program.memory
        return not memory.is_outside(array) and self.program.names_by_region.get(memory.region(array), set()) <= {array}

    def _start(self, loop: ForLoop) -> int | None:
        """The number that a loop over a range, made outside all loops and branches, starts from."""
        made = self.program.definitions.get(str(loop.iterable))
        if made is None or made.callee is not range or len(made.operands) > 2:
            return None
        if self.program.scopes.position(made) is None:
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
