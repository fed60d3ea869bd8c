"""Which names may share memory, and whose memory is written to: a flow-insensitive analysis of a whole list.

Every name that is not known to be immutable belongs to a *region*; names that may share memory belong to the
same one.  A region has at most one *content*, the region of all that may be stored in its lists, tuples, dicts
and objects (Steensgaard, 1996: the cost is almost linear).  The parameters, the captures and all that an unknown
callable ever received are one region, which is its own content.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from srcad import runtime, wengert
from srcad.facts import UNKNOWN, Array, Dict, Either, Fact, Instance, Known, List, Nothing, Number, Tuple, widen
from srcad.rules.register import lookup
from srcad.transform.analyses import effects
from srcad.wengert import (
    Attempt,
    Attribute,
    Augmented,
    Branch,
    Const,
    ForLoop,
    Function,
    Method,
    Node,
    Operand,
    Recursion,
    SetAttribute,
    Step,
)


class Memory:
    """The regions of the names of a function.

    Of the names defined outside, `values` are never written to, `separate` share memory with nothing else, and
    all others, with the names `outside` that the nodes need not mention, may share memory with each other.

    >>> view = Step(("y",), operator.getitem, ("x", Const(slice(0, 2))))
    >>> write = Step((), operator.setitem, ("y", Const(0), Const(1.0)))
    >>> double = Step(("z",), operator.mul, (Const(2.0), "x"))
    >>> memory = Memory((view, write, double), {"x": Array("float64"), "y": Array("float64"), "z": Array("float64")})
    >>> memory.is_written("x"), memory.is_written("z")
    (True, False)
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        facts: Mapping[str, Fact],
        values: frozenset[str] = frozenset(),
        separate: frozenset[str] = frozenset(),
        outside: Iterable[str] = (),
    ):
        nodes = tuple(nodes)
        self._facts = facts
        self._values = values
        self._parents: list[int] = [0]
        self._contents: dict[int, int] = {0: 0}
        self._regions: dict[str, int] = {}
        self._containers: set[str] = set()
        self._written: set[int] = set()
        self._written_inside: list[int] = []
        self._reach: dict[int, frozenset[int]] = {}
        for name in wengert.free_names(nodes).union(outside):
            if not self._is_value(name) and name not in separate:
                self._regions[name] = 0
        self._block(nodes)
        for region in self._written_inside:
            self._written.update(self._closure_now(region)[1:])
        self._written = {self._find(region) for region in self._written}

    # -------------------------------------------------------------------------------------- questions

    def is_written(self, name: str) -> bool:
        """Whether the memory of a name, or of anything it holds, may be written to anywhere in the list."""
        return bool(self._written) and not self._written.isdisjoint(self.reach(name))

    def region_is_written(self, region: int) -> bool:
        """Whether something writes to a region itself, whatever happens to what it holds."""
        return self._find(region) in self._written

    def reaches_written(self, region: int) -> bool:
        """Whether something writes to a region, or to anything it holds."""
        return not self._written.isdisjoint(self._closure(self._find(region)))

    def content_is_written(self, name: str) -> bool:
        """Whether something writes to what the container of this name holds."""
        inner = self.content(name)
        return inner is not None and bool(self._closure(inner) & self._written)

    def content(self, name: str) -> int | None:
        """The region of what the container of this name holds, None if that is no memory."""
        region = self.region(name)
        inner = None if region is None else self._contents.get(region)
        return None if inner is None else self._find(inner)

    def is_changed(self, name: str) -> bool:
        """Whether the very list, dict, object or array of a name may be written to, not just what it holds."""
        return self.region(name) in self._written

    def is_outside(self, name: str) -> bool:
        """Whether a name may share memory with an argument, or with what an unknown callable received."""
        return self._find(0) in self.reach(name)

    def is_given(self, name: str) -> bool:
        """Whether a name may itself be an argument or its view, or what an unknown callable received."""
        return self.region(name) == self._find(0)

    def region(self, name: str) -> int | None:
        """The region of a name, None if it holds no memory or is not mentioned."""
        return None if name not in self._regions else self._find(self._regions[name])

    def reach(self, name: str) -> frozenset[int]:
        """The regions of a name, of all it holds, of all that these hold, and so on."""
        region = self.region(name)
        return frozenset() if region is None else self._closure(region)

    def _closure(self, region: int) -> frozenset[int]:
        known = self._reach.get(region)
        if known is None:
            found = [region]
            while (inner := self._contents.get(found[-1])) is not None and (inner := self._find(inner)) not in found:
                found.append(inner)
            known = self._reach[region] = frozenset(found)
        return known

    # -------------------------------------------------------------------------------------- union, find

    def _find(self, region: int) -> int:
        parents = self._parents
        while parents[region] != region:
            parents[region] = parents[parents[region]]
            region = parents[region]
        return region

    def _new(self) -> int:
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def _union(self, a: int | None, b: int | None) -> None:
        work = [(a, b)]
        while work:
            a, b = work.pop()
            if a is None or b is None or (a := self._find(a)) == (b := self._find(b)):
                continue
            a, b = min(a, b), max(a, b)
            self._parents[b] = a
            inner, other = self._contents.get(a), self._contents.pop(b, None)
            if inner is None and other is not None:
                self._contents[a] = other
            work.append((inner, other))

    def _is_value(self, name: str) -> bool:
        return name in self._values or effects.is_immutable(self._facts.get(name, UNKNOWN))

    def _of(self, operand: Operand) -> int | None:
        if isinstance(operand, Const):
            return None if effects.is_immutable(effects.fact_of_operand(operand, {})) else 0
        if operand not in self._regions:
            if self._is_value(operand):
                return None
            self._regions[operand] = self._new()
        return self._find(self._regions[operand])

    def _content(self, region: int | None) -> int | None:
        if region is None:
            return None
        region = self._find(region)
        if region not in self._contents:
            self._contents[region] = self._new()
        return self._find(self._contents[region])

    def _element(self, operand: Operand) -> int | None:
        """The region of an item of an operand: what a container holds, a view of an array, or both."""
        region = self._of(operand)
        if region is None:
            return None
        fact = effects.fact_of_operand(operand, self._facts)
        if isinstance(fact, (Array, Either)):
            return region
        if isinstance(fact, List) and not isinstance(fact.element, Nothing) and effects.is_immutable(fact.element):
            return None  # numbers, say, of which nobody needs to know where they came from
        content = self._content(region)
        if not (isinstance(fact, (List, Dict, Tuple)) or operand in self._containers):
            self._union(region, content)
        return content

    def _hold(self, region: int | None, item: int | None) -> None:
        """Notes that an item is stored in a region."""
        if region is not None and item is not None:
            self._union(self._content(region), item)

    def _write(self, region: int | None) -> None:
        if region is not None:
            self._written.add(region)

    # -------------------------------------------------------------------------------------------- nodes

    def _block(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self._step(node)
                continue
            for block in wengert.blocks(node):
                self._block(block)
            if isinstance(node, Attempt) and node.error is not None:
                self._union(self._of(node.error), 0)  # it may hold what was given to the class when it was made
            if isinstance(node, Branch):
                for m in node.merges:
                    self._alias(m.target, m.then, m.orelse)
                continue
            if isinstance(node, ForLoop):
                self._union(self._of(node.target), self._element(node.iterable))
            for c in node.carried:
                self._alias(c.name, c.init, c.next)
                self._alias(c.result, c.init, c.next)

    def _alias(self, target: str, *sources: Operand) -> None:
        if all(isinstance(s, Const) or s in self._containers for s in sources):
            self._containers.add(target)
        for source in sources:
            self._union(self._of(target), self._of(source))

    def _step(self, step: Step) -> None:
        if effects.is_pure(step, self._facts):
            if len(step.targets) == 1 and self._is_value(step.target):
                return  # nothing is kept of what it reads
            result = self._result(step)
        elif effects.is_unknown(step, self._facts):
            result = 0
            self._collapse(step)
        elif isinstance(step.callee, (Function, Recursion)):
            self._called(step)
            result = None if all(map(self._is_value, step.targets)) else self._result(step)
        else:
            for operand in effects.writes_of(step, self._facts):
                region = self._of(operand)
                self._write(region)
                if step.callee is runtime.add_into_slots and region is not None:
                    for inner in self._closure_now(region):
                        self._write(inner)
            result = self._result(step)
        if len(step.targets) == 1:
            if effects.hashable(step.callee) in _CONTAINER_MAKERS:
                self._containers.add(step.target)
            self._union(self._of(step.target), result)
        elif step.targets:
            if step.callee is wengert.identity:
                result = self._element(step.operands[0])
            elif result is not None:
                self._union(result, self._content(result))
            for target in step.targets:
                self._union(self._of(target), result)

    def _called(self, step: Step) -> None:
        """A call of a list, which says what it writes to."""
        changes, changes_held = effects.changed_by(step.callee)
        for position in changes:
            self._write(self._of(step.operands[position]))
        for position in changes_held:
            if (region := self._of(step.operands[position])) is not None:
                self._written_inside.append(region)

    def _collapse(self, step: Step) -> None:
        self._write(0)
        for operand in wengert.own_operands(step):
            region = self._of(operand)
            if region is not None:
                for inner in self._closure_now(region):
                    self._union(0, inner)

    def _closure_now(self, region: int) -> list[int]:
        found = [region]
        while (inner := self._contents.get(self._find(found[-1]))) is not None and inner not in found:
            found.append(self._find(inner))
            if found.count(found[-1]) > 1:
                break
        return found

    def _result(self, step: Step) -> int | None:
        """The region of a step's result; None if it is new memory."""
        callee, operands = step.callee, step.operands
        known = _RESULTS.get(effects.hashable(callee))
        if known is not None:
            return known(self, step)
        match callee:
            case Attribute(name=name):
                return None if name in effects.DESCRIBING_ATTRIBUTES else self._part(operands[0])
            case SetAttribute():
                self._hold(self._of(operands[0]), self._of(operands[1]))
                return None
            case Augmented():
                return self._augmented(step)
            case Method(name=name):
                return self._method(step, name)
            case Function(fresh=True):
                return None
            case Function(apart=True) | Recursion(apart=True):
                return self._content(self._new())
            case Function():
                return self._holding(map(self._of, operands), shared=True)
        if effects.makes_function(step):
            return self._holding(map(self._of, wengert.own_operands(step)))
        if effects.is_python_call(step):
            return self._holding(map(self._of, wengert.own_operands(step)), shared=True)
        return self._primitive(step)

    def _is_memory(self, operand: Operand) -> bool:
        """Whether an operand is an array, or may be one: what is stored in it is not kept."""
        return isinstance(effects.fact_of_operand(operand, self._facts), (Array, Either))

    def _subscript(self, step: Step) -> int | None:
        """`x[i]`, which for a slice of a list is a list of its own that holds the same items"""
        item = self._element(step.operands[0])
        is_list = isinstance(effects.fact_of_operand(step.operands[0], self._facts), (List, Tuple))
        if not is_list and step.operands[0] not in self._containers:
            return item  # of an array, or of what is its own content as far as is known
        match effects.fact_of_operand(step.operands[1], self._facts):
            case Number():
                return item
            case Known(value=value) if not isinstance(value, slice):
                return item
            case Known() | Instance(type=builtins.slice):
                return self._holding([item])
        return self._holding([item], shared=True)

    def _stored_item(self, step: Step) -> None:
        """`x[i] = v`"""
        if not self._is_memory(step.operands[0]):
            self._hold(self._of(step.operands[0]), self._of(step.operands[2]))

    def _added_to_slot(self, step: Step) -> None:
        """`rt.add_to_slot(shadow, i, d)`, where i may be a slice"""
        shadow, index, d = step.operands
        fact = effects.fact_of_operand(index, self._facts)
        is_slice = isinstance(fact, Known) and isinstance(fact.value, slice) or fact == Instance(slice)
        self._hold(self._of(shadow), self._element(d) if is_slice else self._of(d))

    def _added_to_slots(self, step: Step) -> None:
        """`rt.add_to_slots(shadow, d)`, or what `rt.slot` saved is put back"""
        self._hold(self._of(step.operands[0]), self._element(step.operands[-1]))

    def _put_back(self, step: Step) -> None:
        """`rt.restore_item(c, i, v)`, and the like"""
        self._hold(self._of(step.operands[0]), self._of(step.operands[2]))

    def _augmented(self, step: Step) -> None:
        """`x[i] op= v`"""
        if not self._is_memory(step.operands[0]):
            item = self._element(step.operands[0])
            self._write(item)
            self._hold(item, self._element(step.operands[2]))

    def _in_place(self, step: Step) -> int | None:
        """`x op= v`"""
        if not effects.writes_of(step, self._facts):
            return None
        self._hold(self._of(step.operands[0]), self._items(step.operands[1]))
        return self._of(step.operands[0])

    def _operator(self, step: Step) -> int | None:
        """`a op b`"""
        return None if self._is_arithmetic(step.operands) else self._holding(map(self._items, step.operands))

    def _iterator(self, step: Step) -> int | None:
        """`zip(a, b)`, which holds tuples, and the others"""
        inner = self._holding(map(self._element, step.operands))
        return self._holding([inner]) if step.callee in (zip, enumerate) else inner

    def _is_arithmetic(self, operands: tuple[Operand, ...]) -> bool:
        """Whether an operator computes: with an array or a float, no list can be concatenated or repeated."""
        for operand in operands:
            match effects.fact_of_operand(operand, self._facts):
                case Array() | Either():
                    return True
                case Number(dtype=str() as dtype) if np.dtype(dtype).kind in "fc":
                    return True
                case Known(value=float() | complex()):
                    return True
        return False

    def _items(self, operand: Operand) -> int | None:
        """What a list or tuple holds that is concatenated or repeated; None for numbers and arrays."""
        return None if self._is_memory(operand) else self._content(self._of(operand))

    def _part(self, operand: Operand) -> int | None:
        """An attribute: a view of an array, or anything that an object holds."""
        region = self._of(operand)
        if region is not None and not self._is_memory(operand):
            self._union(region, self._content(region))
        return region

    def _holding(self, items: Iterable[int | None], shared: bool = False) -> int | None:
        """A new region that holds the items; `shared` if it may also be one of them."""
        result = None
        for item in items:
            if item is not None:
                result = self._new() if result is None else result
                self._hold(result, item)
        if shared and result is not None:
            self._union(result, self._content(result))
        return result

    def _method(self, step: Step, name: str) -> int | None:
        receiver = step.operands[0]
        if name in effects.WRITING_METHODS:
            region = self._of(receiver)
            for operand in step.operands[2 if name in ("pop", "insert", "setdefault") else 1 :]:  # not places and keys
                self._hold(region, self._of(operand))
                if name in ("extend", "update"):
                    self._hold(region, self._element(operand))
            if self._is_memory(receiver):
                return None
            return self._content(region) if name in ("pop", "popitem", "setdefault", "popleft") else None
        if effects.draws(step, self._facts):
            return None
        if lookup(step.callee) is None:
            return self._part(receiver)
        return self._primitive(step)

    def _primitive(self, step: Step) -> int | None:
        entry = lookup(step.callee)
        out = [self._of(o) for k, o in step.keywords if k == "out"]
        shared = effects.shared(step, entry) if entry is not None else ()
        positions = effects.RETURNING.get(effects.hashable(step.callee), ())
        shared += tuple(step.operands[i] for i in positions if i < len(step.operands))
        if entry is not None and entry.writes:
            self._store(step)
        result = next((region for region in out if region is not None), None)
        if shared and self._gives_container(step) and all(map(self._is_memory, shared)):
            return self._holding(map(self._of, shared))
        for operand in shared:
            region = self._part(operand)
            self._union(result, region)
            result = region if result is None else result
        return result

    def _gives_container(self, step: Step) -> bool:
        """Whether the result is known to be a list or tuple, as that of `np.split` is, of views."""
        return len(step.targets) == 1 and isinstance(widen(self._facts.get(step.target, UNKNOWN)), (List, Tuple))

    def _store(self, step: Step) -> None:
        """Notes that a callee which writes to some arguments may put the others into them."""
        written = effects.writes_of(step, self._facts)
        for receiver in written:
            if self._is_memory(receiver):
                continue
            for operand in step.operands:
                if operand not in written:
                    self._hold(self._of(receiver), self._of(operand))
                    self._hold(self._of(receiver), self._element(operand))


_CONTAINER_MAKERS = effects.MAKERS | effects.COPYING_CONTAINERS | effects.ITERATORS

_RESULTS: dict[Any, Callable[[Memory, Step], int | None]] = {
    operator.getitem: Memory._subscript,
    operator.setitem: Memory._stored_item,
    runtime.add_to_slot: Memory._added_to_slot,
    runtime.add_to_slots: Memory._added_to_slots,
    runtime.add_into_slots: Memory._added_to_slots,
    runtime.restore_slot: Memory._added_to_slots,
    runtime.restore_item: Memory._put_back,
    runtime.restore_key: Memory._put_back,
    wengert.enter: lambda memory, step: memory._holding(map(memory._of, step.operands), shared=True),
    wengert.identity: lambda memory, step: memory._of(step.operands[0]),
    max: lambda memory, step: memory._holding(map(memory._element, step.operands), shared=True),
    min: lambda memory, step: memory._holding(map(memory._element, step.operands), shared=True),
    **dict.fromkeys(effects.MAKERS, lambda memory, step: memory._holding(map(memory._of, step.operands))),
    **dict.fromkeys(
        effects.COPYING_CONTAINERS, lambda memory, step: memory._holding(map(memory._element, step.operands))
    ),
    **dict.fromkeys(effects.ITERATORS, Memory._iterator),
    **dict.fromkeys(effects.IN_PLACE, Memory._in_place),
    **dict.fromkeys(effects.OPERATORS, Memory._operator),
}
"""The region of the results of callees that deal in containers; of all others their entry in the registry tells."""


class Regions:
    """The memory of a function that passes change in turn: found when it is asked for, and once for the same list."""

    def __init__(self, facts: Mapping[str, Fact], values: frozenset[str] = frozenset()):
        self._facts = facts
        self._values = values
        self._body: tuple[Node, ...] | None = None
        self._memory: Memory | None = None

    def of(self, function: Function) -> Memory:
        """The regions of the function's names."""
        if self._memory is None or self._body is not function.body:
            self._body, self._memory = function.body, Memory(function.body, self._facts, self._values)
        return self._memory

    def if_written(self, function: Function) -> Memory | None:
        """The regions of the function's names, or None if nothing at all is written to."""
        steps = (node for node in wengert.walk(function.body) if isinstance(node, Step))
        return None if all(effects.is_pure(step, self._facts) for step in steps) else self.of(function)


def written_names(nodes: Iterable[Node], facts: Mapping[str, Fact]) -> frozenset[str]:
    """The names whose memory may be written to somewhere in the nodes, themselves or through anything they hold.

    All other names are values: what they are never changes, so steps that read them may move and be shared.

    >>> view = Step(("y",), operator.getitem, ("x", Const(slice(0, 2))))
    >>> write = Step((), operator.setitem, ("y", Const(0), Const(1.0)))
    >>> sorted(written_names((view, write), {}))
    ['x', 'y']
    """
    nodes = tuple(nodes)
    memory = Memory(nodes, facts)
    names = wengert.used_names(nodes) | wengert.defined_names(nodes)
    return frozenset(name for name in names if memory.is_written(name))
