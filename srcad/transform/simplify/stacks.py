"""Stacks: a tape to which a loop appends an array of one shape in each trip is one array with an axis more.

Each new array of a tape is memory that is new to the process, and to map it costs as much as to fill it; a large one is
mapped in larger pages.  So whoever writes a tape by hand allocates it before the loop, and computes into it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from srcad import wengert
from srcad.facts import DEVICE, Array, Dim, Fact, Number, is_numeric, shape_of, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.shapes import is_elementwise
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.transform.simplify.buffers import ufunc_of
from srcad.wengert import Attribute, Augmented, Const, ForLoop, Function, Method, Names, Node, Operand, Step

_COPIES = frozenset({np.copy, Method("copy")})


def stack_tapes(function: Function, facts: Mapping[str, Fact]) -> Function:
    """The function whose tapes of arrays of known shape are arrays, for a loop over `range(n)` that it never leaves.

    For the last stage before printing.  What is recorded is computed where it is kept, by the same operation, so values
    stay the same bit for bit; it has to be a copy, or the result of an elementwise operation.  Arrays that the function
    returns are not kept so, as they would keep the whole tape.  All that a trip records must be of that kind.

    >>> from srcad.facts import INT
    >>> x = Array("float64", (Dim("n", False),))
    >>> trip = (Step(("y",), np.exp, ("x",)), Step((), Method("append"), ("tape", "y")))
    >>> back = (Step((), Augmented(operator.iadd), ("d", Const(...), "y.1")),)
    >>> steps = (
    ...     Step(("d",), np.zeros_like, ("x",)),
    ...     Step(("tape",), wengert.make_list, ()),
    ...     Step(("t",), range, ("m",)),
    ...     ForLoop("i", "t", trip),
    ...     Step(("r",), reversed, ("tape",)),
    ...     ForLoop("y.1", "r", back),
    ... )
    >>> f = Function("f", (wengert.Param("x"), wengert.Param("m")), steps, "d")
    >>> print(stack_tapes(f, {"x": x, "y": x, "d": x, "m": INT}))
    f(x, m):
        d = zeros_like(x)
        t = range(m)
        t.1 = max(m, 0)
        t.2 = attribute shape(x)
        t.3 = make_tuple(t.1)
        t.4 = add(t.3, t.2)
        tape = empty(t.4)
        for i in t:
            t.5 = getitem(tape, i)
            y = exp(x, out=t.5)
        r = reversed(tape)
        for y.1 in r:
            iadd_item(d, Ellipsis, y.1)
        return d
    """
    if DEVICE in facts:
        return function
    for tape in [n.target for n in function.body if isinstance(n, Step) and n.callee is wengert.make_list]:
        function = _Pass(function, facts).stacked(tape)
    return function


@dataclass(frozen=True)
class _Tape:
    """A tape: the loop that appends to it, what it appends in each trip, and the loop over it backwards."""

    made: Step
    loop: ForLoop
    stop: Operand
    append: Step
    entry: Step | None
    turned: Step
    back: ForLoop

    def recorded(self) -> tuple[Operand, ...]:
        """The values of one trip."""
        return self.append.operands[1:] if self.entry is None else self.entry.operands


class _Pass:
    def __init__(self, function: Function, facts: Mapping[str, Fact]):
        self._function = function
        self._facts = facts
        self._names = Names.of(function)
        self._readers: dict[Operand, list[Node]] = {}
        for node in wengert.walk(function.body):
            for operand in wengert.own_operands(node):
                self._readers.setdefault(operand, []).append(node)

    def stacked(self, name: str) -> Function:
        """The function with a stack for each value on the tape, or as it is."""
        tape = self._find(name)
        if tape is None:
            return self._function
        values = tape.recorded()
        makers = {t: n for n in tape.loop.body if isinstance(n, Step) for t in n.targets}
        arrays = [v for v in values if v != tape.loop.target]
        shapes = {v: self._shape(v, makers[v], tape) for v in arrays if v in makers}
        if not arrays or len(set(values)) < len(values) or len(shapes) < len(arrays) or None in shapes.values():
            return self._function
        if self._is_returned(arrays):
            return self._function
        return self._with_stacks(tape, {makers[v]: shape for v, shape in shapes.items() if shape is not None})

    # ---------------------------------------------------------------------------------------- what there is

    def _find(self, name: str) -> _Tape | None:
        """The tape, if its loops stand in the body of the function, and nothing else reads it."""
        body = self._function.body
        made = {t: n for n in body if isinstance(n, Step) for t in n.targets}
        found = self._readers.get(name, [])
        if len(found) != 2 or self._function.result == name or made[name].operands:
            return None
        append, turned = found
        loop = next((n for n in body if isinstance(n, ForLoop) and any(m is append for m in n.body)), None)
        if loop is None or loop.until is not None or not isinstance(append, Step) or not isinstance(turned, Step):
            return None
        if append.callee != Method("append") or turned.callee is not reversed or turned.target not in made:
            return None
        trips = made.get(loop.iterable) if isinstance(loop.iterable, str) else None
        if trips is None or trips.callee is not range or len(trips.operands) != 1:
            return None
        backs = self._readers.get(turned.target, [])
        if len(backs) != 1 or not any(n is backs[0] for n in body) or not isinstance(backs[0], ForLoop):
            return None
        entry = next((n for n in loop.body if append.operands[1] in wengert.outer_names(n)), None)
        if not isinstance(entry, Step) or entry.callee is not wengert.make_tuple:
            return _Tape(made[name], loop, trips.operands[0], append, None, turned, backs[0])
        if len(self._readers[entry.target]) != 1:
            return None
        return _Tape(made[name], loop, trips.operands[0], append, entry, turned, backs[0])

    def _is_returned(self, values: list[Operand]) -> bool:
        """Whether the memory of a value may be part of the result."""
        outside = [p.name for p in self._function.params] + [c.name for c in self._function.captures]
        memory = Memory(self._function.body, self._facts, outside=outside)
        result = memory.reach(str(self._function.result))
        return any(result & memory.reach(v) for v in values if isinstance(v, str))

    def _shape(self, value: Operand, maker: Step, tape: _Tape) -> tuple[str, Step | None] | None:
        """An array of the shape of a value, and the step that makes it, if it is not there before the loop."""
        fact = self._facts.get(str(value))
        if not isinstance(fact, Array) or not fact.shape:
            return None
        if fact.dtype is None or np.dtype(fact.dtype).kind not in "fc":
            return None
        if not (self._is_copy(maker) or self._is_computed(maker, tape)):
            return None
        return self._like(_symbols(fact), tape)

    def _is_copy(self, step: Step) -> bool:
        """Whether a step saves a copy of an array, which only the tape reads."""
        if effects.hashable(step.callee) not in _COPIES or step.keywords or len(step.operands) != 1:
            return False
        array = widen(effects.fact_of_operand(step.operands[0], self._facts))
        return isinstance(array, Array) and len(self._readers[step.target]) == 1

    def _is_computed(self, step: Step, tape: _Tape) -> bool:
        """Whether a step has a new array as result that it could as well write into a row of a stack.

        A row is contiguous. An array with several axes need not be, which decides in which order it is summed up.
        """
        if ufunc_of(step) is None or step.keywords or not makes_new_array(step, self._facts):
            return False
        if not all(is_numeric(effects.fact_of_operand(o, self._facts)) for o in step.operands):
            return False
        return len(shape_of(self._facts[step.target]) or ()) == 1 or self._is_in_any_order(step.target, tape, set())

    def _is_in_any_order(self, name: str, tape: _Tape, seen: set[str]) -> bool:
        """Whether the function's own steps do the same with an array however it lies in memory: they store it."""
        if name in seen:
            return True
        seen.add(name)
        for node in self._readers.get(name, []):
            if node is tape.append or node is tape.entry or node.site is not None and node.site.adjoint:
                continue
            if not isinstance(node, Step):
                return False
            if node.callee is operator.setitem or isinstance(node.callee, Augmented):
                continue
            if not is_elementwise(node.callee) or not self._is_in_any_order(node.target, tape, seen):
                return False
        return name != self._function.result

    def _like(self, symbols: tuple, tape: _Tape) -> tuple[str, Step | None] | None:
        """An array that has these axes, or a view of one, that the loop makes too."""
        visible = list(self._before(tape.loop))
        for name in visible:
            if _symbols(self._facts.get(name)) == symbols:
                return name, None
        for node in tape.loop.body:
            if not isinstance(node, Step) or node.callee is not operator.getitem:
                continue
            array, index = node.operands
            if array in visible and _is_slices(index) and _symbols(self._facts.get(node.target)) == symbols:
                return node.target, node
        return None

    def _before(self, loop: ForLoop) -> Iterator[str]:
        yield from (p.name for p in self._function.params)
        for node in self._function.body:
            if node is loop:
                return
            yield from wengert.outer_names(node)

    # ------------------------------------------------------------------------------------------ what it becomes

    def _with_stacks(self, tape: _Tape, shapes: Mapping[Step, tuple[str, Step | None]]) -> Function:
        length, before = self._length(tape)
        stacks = [tape.made.target, *(self._names.fresh(tape.made.target) for _more in range(1, len(shapes)))]
        changes: dict[int, tuple[Node, ...]] = {id(tape.made): (), id(tape.append): ()}
        if tape.entry is not None:
            changes[id(tape.entry)] = ()
        for stack, (maker, (array, view)) in zip(stacks, shapes.items(), strict=True):
            before += self._allocated(stack, maker.target, length, array, view, tape)
            changes[id(maker)] = self._kept(maker, stack, tape.loop.target)
        changes[id(tape.loop)] = (*before, tape.loop)
        rows = iter(stacks)
        changes[id(tape.turned)] = self._backwards(
            tape, [None if v == tape.loop.target else next(rows) for v in tape.recorded()]
        )
        named = {m.target: self._names.fresh("saved") for m in shapes if wengert.base(m.target) == "t"}
        if wengert.base(tape.loop.target) == "_":
            named[tape.loop.target] = self._names.fresh("i")
        new = self._changed(changes)
        return replace(new, body=wengert.substitute(new.body, named))

    def _backwards(self, tape: _Tape, stacks: list[str | None]) -> tuple[Node, ...]:
        """The steps that make what the reverse loop goes through: stacks, and the range of the loop for None."""
        if len(stacks) == 1:
            return (tape.turned,)
        site, steps, turned = tape.turned.site, [], []
        for stack in stacks:
            forwards = stack if stack is not None else self._names.fresh("t")
            if stack is None:
                steps.append(Step((forwards,), range, (tape.stop,), (), site))
            turned.append(self._names.fresh("t"))
            steps.append(Step((turned[-1],), reversed, (forwards,), (), site))
        return (*steps, replace(tape.turned, callee=zip, operands=tuple(turned)))

    def _allocated(
        self, stack: str, value: str, length: Operand, array: str, view: Step | None, tape: _Tape
    ) -> list[Node]:
        """The steps that make a stack of arrays of the shape of an array, or of a view that is made again."""
        site, fact = tape.made.site, self._facts[value]
        assert isinstance(fact, Array) and fact.dtype is not None
        new: list[Node] = []
        if view is not None:
            array = self._names.fresh("t")
            new.append(replace(view, targets=(array,)))
        shape, first, whole = (self._names.fresh("t") for _part in range(3))
        kind = () if fact.dtype == "float64" else (Const(getattr(np, fact.dtype)),)
        return [
            *new,
            Step((shape,), Attribute("shape"), (array,), (), site),
            Step((first,), wengert.make_tuple, (length,), (), site),
            Step((whole,), operator.add, (first, shape), (), site),
            Step((stack,), np.empty, (whole, *kind), (), site),
        ]

    def _length(self, tape: _Tape) -> tuple[Operand, list[Node]]:
        """The number of trips, and the steps that compute it."""
        stop = tape.stop
        if isinstance(stop, Const):
            return Const(max(stop.value, 0)), []
        fact = self._facts.get(stop)
        made = (n for n in self._function.body if isinstance(n, Step) and stop in n.targets)
        if isinstance(fact, Number) and fact.dim is not None or any(n.callee is len for n in made):
            return stop, []
        length = self._names.fresh("t")
        return length, [Step((length,), max, (stop, Const(0)), (), tape.made.site)]

    def _kept(self, maker: Step, stack: str, index: str) -> tuple[Node, ...]:
        """The step that made an array, writing into its row of a stack."""
        if self._is_copy(maker):
            return (Step((), operator.setitem, (stack, index, maker.operands[0]), (), maker.site),)
        row = self._names.fresh("t")
        take = Step((row,), operator.getitem, (stack, index), (), maker.site)
        return take, replace(maker, callee=ufunc_of(maker), keywords=(("out", row),))

    def _changed(self, changes: Mapping[int, tuple[Node, ...]]) -> Function:
        def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
            new = tuple(wengert.map_blocks(block, one) for node in nodes for one in changes.get(id(node), (node,)))
            return wengert.as_before(new, nodes)

        return replace(self._function, body=block(self._function.body))


def _symbols(fact: Fact | None) -> tuple | None:
    """The names of the lengths of an array's axes."""
    shape: tuple[Dim, ...] | None = fact.shape if isinstance(fact, Array) else None
    return None if not shape else tuple(dim.symbol for dim in shape)


def _is_slices(index: Operand) -> bool:
    """Whether an index is known, and of slices alone, so that it fits every array of its number of axes."""
    if not isinstance(index, Const):
        return False
    parts = index.value if isinstance(index.value, tuple) else (index.value,)
    return all(isinstance(part, slice) and part.step != 0 for part in parts)
