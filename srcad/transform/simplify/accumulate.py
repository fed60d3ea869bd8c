"""Accumulation in place: `d = d + c` becomes `d += c` where nobody else has the array.

An array is *owned* by a name if the step that defines it makes new memory and nothing keeps a reference: all other
reads of the name come earlier, in the same trip of the same block, and give results that share no memory with it.
Carried and merged values are owned if all that flows into them is; the assumption is made for all of them and
withdrawn, with all that rests on it, where it fails.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from srcad import wengert
from srcad.facts import Array, Fact, Number, shape_of, widen
from srcad.rules.register import lookup
from srcad.transform.analyses import effects
from srcad.wengert import Branch, Const, ForLoop, Function, Method, Node, Operand, Step, WhileLoop

_IN_PLACE = {operator.add: operator.iadd, operator.sub: operator.isub}


def accumulate_in_place(function: Function, facts: Mapping[str, Fact]) -> Function:
    """The function with adjoint sums done in place where that changes no other value.

    For the last stage before printing: the result has steps that write, which no other pass needs to see.  Sums of
    numbers that loops carry are rewritten too, because they print as `d_n += c` and cost the same.

    >>> from srcad.errors import Site
    >>> from srcad.facts import Dim
    >>> from srcad.wengert import Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("d_x",), operator.mul, (Const(2.0), "x"), site=site),
    ...     Step(("d_x.1",), operator.add, ("d_x", "x"), site=site),
    ... )
    >>> facts = {"x": x, "d_x": x, "d_x.1": x}
    >>> print(accumulate_in_place(Function("f", (Param("x"),), steps, "d_x.1"), facts))
    f(x):
        d_x = mul(2.0, x)
        d_x.1 = iadd(d_x, x)
        return d_x.1
    """
    owned = owned_names(function, facts)
    running = _running_sums(function)

    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(map(one, nodes))

    def one(node: Node) -> Node:
        match node:
            case Step():
                return _in_place(node, owned, running, facts)
            case Branch():
                return replace(node, then=block(node.then), orelse=block(node.orelse))
            case ForLoop():
                return replace(node, body=block(node.body))
            case WhileLoop():
                return replace(node, test_steps=block(node.test_steps), body=block(node.body))

    return replace(function, body=block(function.body))


def _running_sums(function: Function) -> set[str]:
    """The names that a loop carries, and sums that begin with one of them."""
    found: set[str] = set()
    for node in wengert.walk(function.body):
        if isinstance(node, (ForLoop, WhileLoop)):
            found.update(c.name for c in node.carried)
        elif isinstance(node, Step) and effects.hashable(node.callee) in _IN_PLACE:
            if any(isinstance(o, str) and o in found and _is_next(o, node) for o in node.operands):
                found.update(node.targets)
    return found


def _is_next(name: str, step: Step) -> bool:
    return len(step.targets) == 1 and wengert.base(step.target) == wengert.base(name)


def _in_place(step: Step, owned: Mapping[str, int], running: set[str], facts: Mapping[str, Fact]) -> Step:
    callee = _IN_PLACE.get(effects.hashable(step.callee))
    if callee is None or step.site is None or not step.site.adjoint or len(step.targets) != 1:
        return step
    a, b = step.operands
    for first, second in ((a, b), (b, a)) if step.callee is operator.add else ((a, b),):
        if isinstance(first, str) and first != second and _fits(first, second, step, owned, running, facts):
            return Step(step.targets, callee, (first, second), (), step.site)
    return step


def _fits(
    first: str, second: Operand, step: Step, owned: Mapping[str, int], running: set[str], facts: Mapping[str, Fact]
) -> bool:
    fact = widen(effects.fact_of_operand(first, facts))
    other = widen(effects.fact_of_operand(second, facts))
    result = widen(facts.get(step.target, fact))
    if isinstance(fact, Number):
        return isinstance(other, Number) and first in running and _is_next(first, step)
    if not isinstance(fact, Array) or fact.dtype is None or fact.shape in (None, ()) or owned.get(first) != id(step):
        return False
    mine, other_name = wengert.base(step.target), wengert.base(first)
    if mine != other_name and mine.startswith("d_") and other_name.startswith("d_") and other_name != "d_t":
        return False  # a person would not let one variable's cotangent become another's
    return isinstance(result, Array) and result.dtype == fact.dtype and _same_shape(fact, other, result)


def _same_shape(fact: Array, other: Fact, result: Array) -> bool:
    if result.shape == fact.shape:
        return True
    shape = shape_of(other)
    if shape is None or len(shape) > len(fact.shape):
        return False
    pairs = zip(fact.shape[len(fact.shape) - len(shape) :], shape, strict=True)
    return all(small.one is True or dim == small or dim.one is False and small.one is False for dim, small in pairs)


# ------------------------------------------------------------------------------------------------ ownership


@dataclass
class _Use:
    """One read of a name: where, by what, and whether the reader's result may keep hold of the array."""

    position: int
    block: int
    node: int
    keeps: bool


@dataclass
class _Name:
    """What is known of a name that holds an array: where it is defined, who reads it, what flows into it."""

    block: int
    fresh: bool
    uses: list[_Use] = field(default_factory=list)
    sources: tuple[Operand, ...] = ()


def owned_names(function: Function, facts: Mapping[str, Fact]) -> dict[str, int]:
    """The names whose array nobody else has when they are read last, and the node (its id) that reads them last."""
    scan = _Scan(facts)
    scan.block(function.body)
    scan.read(function.result, scan.tick(), 0, 0, keeps=True)
    owned = {name: last for name, entry in scan.names.items() if entry.fresh and (last := _last_use(entry)) is not None}
    users: dict[str, list[str]] = {}
    for name in owned:
        for source in scan.names[name].sources:
            users.setdefault(source if isinstance(source, str) else "", []).append(name)
    work = [user for source, names in users.items() if source not in owned for user in names]
    while work:
        name = work.pop()
        if owned.pop(name, None) is not None:
            work.extend(users.get(name, ()))
    return owned


def _last_use(entry: _Name) -> int | None:
    """The node that reads a name last, if the reads before it keep nothing and all are in the name's own block."""
    last = max(entry.uses, key=lambda use: use.position, default=None)
    if last is None or last.block != entry.block:
        return None
    others = (use for use in entry.uses if use is not last)
    return last.node if all(not use.keeps and use.position < last.position for use in others) else None


class _Scan:
    """Goes through a function once and notes definitions and reads.  A read inside a loop or branch counts where
    the loop or branch stands, unless the name is defined in the same block.
    """

    def __init__(self, facts: Mapping[str, Fact]):
        self.names: dict[str, _Name] = {}
        self._facts = facts
        self._position = 0
        self._blocks = 0

    def tick(self) -> int:
        self._position += 1
        return self._position

    def read(self, operand: Operand | None, position: int, block: int, node: int, keeps: bool) -> None:
        if isinstance(operand, str) and operand in self.names:
            self.names[operand].uses.append(_Use(position, block, node, keeps))

    def block(self, nodes: tuple[Node, ...], number: int = 0) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self._step(node, number)
            elif isinstance(node, Branch):
                self._branch(node, number)
            else:
                self._loop(node, number)

    def _new_block(self) -> int:
        self._blocks += 1
        return self._blocks

    def _step(self, step: Step, number: int) -> None:
        position = self.tick()
        fresh = makes_new_array(step, self._facts)
        plain = all(effects.is_immutable(self._facts.get(t, _NOTHING)) for t in step.targets)
        keeps = not step.targets or not (fresh or plain)
        if not step.targets and (step.callee is operator.setitem or isinstance(step.callee, wengert.Augmented)):
            keeps = not isinstance(effects.fact_of_operand(step.operands[0], self._facts), Array)
        in_place = effects.hashable(step.callee) in effects.IN_PLACE
        for i, operand in enumerate(wengert.own_operands(step)):
            self.read(operand, position, number, id(step), keeps or in_place and i == 0)
        for target in step.targets:
            self.names[target] = _Name(number, fresh or in_place, sources=step.operands[:1] if in_place else ())

    def _branch(self, node: Branch, number: int) -> None:
        self.read(node.test, self.tick(), number, id(node), keeps=False)
        arms = [self._new_block(), self._new_block()]
        self.block(node.then, arms[0])
        self.block(node.orelse, arms[1])
        position = self.tick()
        for m in node.merges:
            for operand, arm in ((m.then, arms[0]), (m.orelse, arms[1])):
                self.read(operand, position, arm, id(m), keeps=True)
            self.names[m.target] = _Name(number, True, sources=_arrays((m.then, m.orelse)))

    def _loop(self, node: ForLoop | WhileLoop, number: int) -> None:
        start = self.tick()
        for c in node.carried:
            self.read(c.init, start, number, id(c), keeps=True)
        inside = self._new_block()
        for c in node.carried:
            self.names[c.name] = _Name(inside, True, sources=_arrays((c.init, c.next)))
        if isinstance(node, ForLoop):
            self.read(node.iterable, start, number, id(node), keeps=True)
        else:
            self.block(node.test_steps, inside)
            self.read(node.test, self.tick(), inside, id(node), keeps=False)
        self.block(node.body, inside)
        self.read(node.until, self.tick(), inside, id(node), keeps=False)
        end = self.tick()
        for c in node.carried:
            self.read(c.next, end, inside, id(c), keeps=True)
            self.names[c.result] = _Name(number, True, sources=_arrays((c.init, c.next)))


_NOTHING = Array()


def _arrays(operands: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """The operands through which memory may come: constants are numbers and bring none."""
    return tuple(o for o in operands if not isinstance(o, Const))


def makes_new_array(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether the only target of a step is an array in new memory, by facts and by what is known of the callee.

    >>> makes_new_array(Step(("y",), operator.mul, ("x", "x")), {"y": Array("float64")})
    True
    >>> makes_new_array(Step(("y",), operator.getitem, ("x", Const(0))), {"y": Array("float64")})
    False
    """
    callee = effects.hashable(step.callee)
    if len(step.targets) != 1 or not isinstance(facts.get(step.target), Array) or callee is None:
        return False
    if callee in effects.OPERATORS or callee in effects.FRESH or callee == Method("copy"):
        return not any(k == "out" for k, _ in step.keywords)
    if callee in effects.RETURNING or callee in effects.IN_PLACE or not effects.is_pure(step, facts):
        return False
    entry = lookup(callee)
    return entry is not None and not entry.shares and entry.rule is not None
