"""The nodes of a graph: the steps of a straight list with their values, and which values each of them is given.

Guarantee: following the inputs of the result leads to every step that it was computed by.  What only hands values on
(tuples, lists, names) is no node; a step that writes to memory is one, and whoever reads that memory later is given its
value.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad import trees
from srcad.facts import Fact
from srcad.graphs.spelling import spelt
from srcad.graphs.trace import Box, Place
from srcad.graphs.values import applied, copied, slots_of
from srcad.objects import is_object
from srcad.transform.analyses import effects
from srcad.wengert import (
    Attribute,
    Const,
    Function,
    Method,
    Operand,
    SetAttribute,
    Step,
    base,
    identity,
    made_slots,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
)


@dataclass(frozen=True)
class Node:
    """A step, or an argument; `inputs` are the positions of the nodes it is computed from, in their order.

    `name` is the variable it is assigned to in the source, empty if there is none; `path` the boxes around it.
    """

    label: str
    name: str
    inputs: tuple[int, ...]
    value: Any
    cotangent: Any = None
    path: tuple[Box, ...] = ()
    is_argument: bool = False
    step: int | None = field(default=None, compare=False)


def nodes_of(
    function: Function, values: Mapping[str, Any], facts: Mapping[str, Fact], spelling: Mapping[str, str]
) -> list[Node]:
    """The nodes behind the result of a straight list, the result last; it is run on copies of these arguments."""
    reader = _Reader(function, values, facts, spelling)
    for index, step in enumerate(function.body):
        assert isinstance(step, Step)
        reader.step(index, step)
    result = reader.behind(function.result)
    if len(result) != 1:
        result = reader.add(Node("return", "", result, reader.value(function.result)))
    return _reached(reader.nodes, result)


_MAKING = (make_tuple, make_list, make_dict, make_named_tuple, make_object)


class _Reader:
    """The values so far, and for each name the node that its value was made by.

    What containers hold is known slot by slot: `slots` has the nodes behind each slot of a container, by its identity,
    under None those of all slots that are not told apart.
    """

    def __init__(
        self, function: Function, values: Mapping[str, Any], facts: Mapping[str, Fact], spelling: Mapping[str, str]
    ):
        self.facts = facts
        self.nodes: list[Node] = []
        self.values: dict[str, Any] = {name: copied(value) for name, value in values.items()}
        self.sources: dict[str, tuple[int, ...]] = {}
        self.slots: dict[int, dict[Any, tuple[int, ...]]] = {}
        self.written: list[tuple[np.ndarray, int]] = []
        for p in function.params:
            node = Node(spelling.get(p.name, p.name.rstrip("_")), "", (), self.values[p.name], is_argument=True)
            self.define(p.name, self.values[p.name], self.add(node))

    def add(self, node: Node) -> tuple[int]:
        """A new node, which keeps the value as it is now."""
        self.nodes.append(replace(node, value=copied(node.value)))
        return (len(self.nodes) - 1,)

    def define(self, name: str, value: Any, nodes: tuple[int, ...]) -> None:
        """Notes what a name was made by."""
        self.values[name] = value
        self.sources[name] = nodes
        if is_container(value):
            self.slots.setdefault(id(value), {None: nodes})

    def value(self, operand: Operand) -> Any:
        """The value of an operand, now."""
        return operand.value if isinstance(operand, Const) else self.values[operand]

    def behind(self, operand: Operand) -> tuple[int, ...]:
        """The nodes that an operand was made by."""
        if isinstance(operand, Const):
            return ()
        value = self.values[operand]
        return self.inside(value) if is_container(value) else self.latest(value, self.sources[operand])

    def inside(self, container: Any, around: tuple[int, ...] = ()) -> tuple[int, ...]:
        """The nodes behind what a container holds."""
        slots = self.slots.get(id(container), {})
        found = list(slots.get(None, ()))
        for key, item in slots_of(container).items():
            if is_container(item) and id(item) not in around:
                found.extend(self.inside(item, (*around, id(container))))
            else:
                found.extend(self.latest(item, slots.get(key, ())))
        return tuple(dict.fromkeys(found))

    def latest(self, value: Any, nodes: tuple[int, ...]) -> tuple[int, ...]:
        """The node that wrote last to the memory of a value, the given ones if none did."""
        if isinstance(value, np.ndarray):
            for array, node in reversed(self.written):
                if np.may_share_memory(array, value):
                    return (node,) if not nodes or node > nodes[0] else nodes
        return nodes

    def step(self, index: int, step: Step) -> None:
        """Runs a step and makes the node for it, if it computes or writes anything."""
        given = [*step.operands, *(o for _, o in step.keywords)]
        values = [self.value(o) for o in step.operands]
        behind = tuple(i for operand in given for i in self.behind(operand))
        handed = self.handed_on(step, values)
        written = [o for o in effects.writes_of(step, self.facts) if isinstance(o, str)]
        found = applied(step.callee, values, {k: self.value(o) for k, o in step.keywords})
        if handed is not None:
            if step.targets:
                self.define(step.target, found, handed)
            self.store(step, values, found)
            return
        variable = base(step.target) if step.targets else ""
        variable = "" if variable in ("t", "item", "result") else variable
        path = step.site.path if isinstance(step.site, Place) else ()
        kept = found if step.targets else values[0]
        node = self.add(Node(spelt(step), variable, behind, kept, path=path, step=index))
        if step.targets:
            self.define(step.target, found, node)
        for array in (self.value(o) for o in written):
            if isinstance(array, np.ndarray):
                self.written.append((array, *node))
            elif is_container(array):
                self.slots[id(array)] = {None: node}

    def handed_on(self, step: Step, values: list[Any]) -> tuple[int, ...] | None:
        """The nodes behind the result of a step that only deals with containers, None for other steps."""
        first = values[0] if values else None
        if step.callee in _MAKING or step.callee is identity:
            return tuple(i for o in step.operands for i in self.behind(o))
        if step.callee is operator.getitem and is_container(first):
            key = values[1]
            if isinstance(key, (int, str)) and key in (slots := self.slots.get(id(first), {})):
                return slots[key]
        elif isinstance(step.callee, Attribute) and is_object(first):
            return self.slots.get(id(first), {}).get(step.callee.name)
        elif is_container(first) and (step.callee in (operator.setitem, Method("append")) or _sets(step)):
            return ()
        return None

    def store(self, step: Step, values: list[Any], made: Any) -> None:
        """Notes what a container holds after a step has made it, or stored into it."""
        if step.callee in _MAKING:
            self.slots[id(made)] = {value_of(key): self.behind(item) for key, item in made_slots(step)}
        elif step.callee is operator.setitem:
            self.slots.setdefault(id(values[0]), {})[values[1]] = self.behind(step.operands[2])
        elif isinstance(step.callee, SetAttribute):
            self.slots.setdefault(id(values[0]), {})[step.callee.name] = self.behind(step.operands[1])
        elif step.callee == Method("append"):
            self.slots.setdefault(id(values[0]), {})[len(values[0]) - 1] = self.behind(step.operands[1])


def _sets(step: Step) -> bool:
    return isinstance(step.callee, SetAttribute)


def value_of(key: Operand) -> Any:
    """The key of a slot."""
    return key.value if isinstance(key, Const) else key


def is_container(value: Any) -> bool:
    """Whether a value holds others, and computes nothing."""
    return isinstance(value, (list, tuple, dict)) or is_object(value)


def _reached(nodes: list[Node], result: tuple[int, ...]) -> list[Node]:
    """The nodes that a result was computed by, in their order."""
    wanted: set[int] = set()
    waiting = list(result)
    while waiting:
        if (i := waiting.pop()) not in wanted:
            wanted.add(i)
            waiting.extend(nodes[i].inputs)
    kept = sorted(wanted)
    place = {old: new for new, old in enumerate(kept)}
    return [replace(nodes[i], inputs=tuple(place[j] for j in nodes[i].inputs)) for i in kept]


def carries(value: Any) -> bool:
    """Whether a value is a number or an array that may carry a derivative."""
    return trees.is_differentiable(value)
