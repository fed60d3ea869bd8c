"""The cotangents of all steps: the reverse transformation of the straight list, with a probe at every step.

A probe is `on_cotangent`: the value itself, whose cotangent is heard on its way back.  Memory that is written to is
probed in place, `y[...] = on_cotangent(y[...], heard)`, after it is made and after each write, so that names which
share it go on sharing it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import trees
from srcad.arguments import refuse_overlap
from srcad.errors import UnsupportedError
from srcad.facts import Fact
from srcad.graphs.reading import Node, carries, nodes_of
from srcad.graphs.trace import Straight, straight
from srcad.graphs.values import copied
from srcad.rules.flow import on_cotangent
from srcad.transform.analyses.memory import Memory
from srcad.transform.nesting import Request
from srcad.transform.pipeline import derive, derived_list, lowered
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.specialise import specialise
from srcad.wengert import Const, Function, MakeFunction, Names, Step

_ROUNDS = 4


def with_cotangents(
    function: Function, values: Mapping[str, Any], wrt: Iterable[str], limit: int, expected: Any
) -> list[Node]:
    """The nodes of a function at these arguments, with the cotangents of all that depends on the arguments `wrt`.

    `expected` is what the function gives for them.  Raises UnsupportedError if its steps give anything else.
    """
    found, facts = settled(function, values, limit)
    nodes = nodes_of(found.function, found.values, facts, found.spelling)
    check_same(nodes[-1].value, expected, function)
    leaves = tuple(
        name
        for name, spelt in found.spelling.items()
        if carries(found.values[name]) and any(spelt == n or spelt.startswith((f"{n}[", f"{n}.")) for n in wrt)
    )
    if not leaves:
        return nodes
    heard = cotangents(found, facts, nodes, leaves)
    by_name = {found.spelling[name]: heard[name] for name in leaves}
    return [replace(n, cotangent=by_name.get(n.label) if n.is_argument else heard.get(n.step)) for n in nodes]


def settled(function: Function, values: Mapping[str, Any], limit: int) -> tuple[Straight, dict[str, Fact]]:
    """The straight list of a function, and facts of its names.

    Specialising it takes away containers that only it sees, and may bring in programs that stand for builtins; their
    steps are then written out in turn.
    """
    found = straight(function, values, lowered, limit)
    for _ in range(_ROUNDS):
        known = {name: fa.fact_of(value, name) for name, value in found.values.items()}
        special = specialise(found.function, known, lowered, derived_list)
        list_ = remove_dead_steps(special.function, special.facts)
        for made in (n for n in list_.body if isinstance(n, Step) and isinstance(n.callee, MakeFunction)):
            reason = f"a graph does not show what calls the function {made.callee.function.name}"
            raise UnsupportedError(reason, "call it in the function itself", made.site)
        if not list_.captures and all(map(is_settled, list_.body)):
            return replace(found, function=list_), special.facts
        again = straight(list_, found.values, lowered, limit)
        found = replace(again, spelling=found.spelling)
    raise UnsupportedError("the graph's steps do not settle", "draw a smaller part of the function", function.site)


def is_settled(node: Any) -> bool:
    """Whether a node of a list is one step with one result."""
    return isinstance(node, Step) and not isinstance(node.callee, Function) and len(node.targets) <= 1


@dataclass(frozen=True, eq=False)
class Heard:
    """What notes the cotangent of one step."""

    key: int
    notes: dict[Any, Any]

    def __call__(self, d: Any) -> None:
        """Notes it."""
        self.notes[self.key] = copied(d)


def cotangents(
    found: Straight, facts: dict[str, Fact], nodes: list[Node], wrt: tuple[str, ...]
) -> dict[str | int | None, Any]:
    """The gradients of the leaves `wrt` by their names, and the cotangents of the nodes by the index of their step."""
    notes: dict[Any, Any] = {}
    watched = {n.step for n in nodes if n.step is not None and carries(n.value)}
    probed = with_probes(found.function, facts, watched, lambda key: Heard(key, notes))
    known = {name: fa.fact_of(value, name) for name, value in found.values.items()}
    derived = derive(probed, known, Request(wrt, single=False, with_value=True, has_aux=False))
    refuse_overlap(derived.written, found.values, found.function)
    value, gradients = derived.compile()(*(copied(found.values[p.name]) for p in probed.params))
    check_same(value, nodes[-1].value, found.function)
    return {**notes, **dict(zip(wrt, gradients, strict=True))}


def check_same(value: Any, expected: Any, function: Function) -> None:
    """Raises UnsupportedError if a second run of a function gave another value than the first."""
    if trees.is_differentiable(expected) and not np.array_equal(value, expected, equal_nan=True):
        raise UnsupportedError(
            f"{function.name} gives {expected} and then {value} for the same arguments",
            "pass what it depends on, a random generator for instance, as an argument",
            function.site,
        )


def with_probes(
    function: Function, facts: Mapping[str, Fact], watched: set[int], heard: Callable[[int], Heard]
) -> Function:
    """The straight list with a probe after each step that is watched."""
    memory = Memory(function.body, facts, separate=frozenset(p.name for p in function.params))
    names = Names.of(function)
    steps: list[Step] = []
    for index, step in enumerate(function.body):
        assert isinstance(step, Step)
        if index not in watched:
            steps.append(step)
            continue
        hook = Const(heard(index))
        if step.targets and not memory.is_written(step.target):
            raw = names.fresh(step.target)
            steps.append(replace(step, targets=(raw,)))
            steps.append(Step((step.target,), on_cotangent, (raw, hook), (), step.site))
            continue
        array = step.target if step.targets else step.operands[0]
        before, after = names.fresh("t"), names.fresh("t")
        steps += [
            step,
            Step((before,), operator.getitem, (array, Const(...)), (), step.site),
            Step((after,), on_cotangent, (before, hook), (), step.site),
            Step((), operator.setitem, (array, Const(...), after), (), step.site),
        ]
    return replace(function, body=tuple(steps))
