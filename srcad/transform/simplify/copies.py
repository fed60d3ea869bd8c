"""Copies of what is read before it changes are not made."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from srcad import wengert
from srcad.facts import UNKNOWN, Array, Fact
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory, Regions
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.wengert import Augmented, Function, Node, Step


def remove_copies(function: Function, facts: Mapping[str, Fact], regions: Regions | None = None) -> Function:
    """The function without copies that an adjoint made for safety, where the original serves as well.

    That is where all reads of the copy stand in its block, before anything is written to the memory of the original,
    and keep no hold of it.

    >>> from srcad.errors import Site
    >>> from srcad.facts import Dim
    >>> from srcad.wengert import Const, Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (Step(("t",), np.copy, ("x",), site=site), Step(("y",), operator.mul, ("t", Const(2.0)), site=site))
    >>> print(remove_copies(Function("f", (Param("x"),), steps, "y"), dict.fromkeys("txy", x)))
    f(x):
        y = mul(x, 2.0)
        return y
    """
    if not any(_is_copy(node) for node in wengert.walk(function.body)):
        return function
    uses = Counter(o for node in wengert.walk(function.body) for o in wengert.own_operands(node))
    uses[function.result] += 1
    memory = (regions or Regions(facts)).of(function)

    originals: dict[str, str] = {}

    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        new = tuple(wengert.map_blocks(block, node) for node in nodes)
        kept: list[Node] = []
        for position, node in enumerate(new):
            original = originals.get(node.operands[0], node.operands[0]) if _is_copy(node) else None
            if original is not None and _may_go(node, original, islice(new, position + 1, None), uses, memory, facts):
                originals[node.target] = original
            else:
                kept.append(node)
        return wengert.as_before(kept, nodes)

    body = block(function.body)
    return replace(function, body=wengert.substitute(body, originals)) if originals else function


def _is_copy(node: Node) -> bool:
    if not isinstance(node, Step) or node.callee is not np.copy or len(node.operands) != 1 or node.keywords:
        return False
    return isinstance(node.operands[0], str) and node.site is not None and node.site.adjoint


def _may_go(
    copy: Step, original: str, rest: Iterable[Node], reads: Counter, memory: Memory, facts: Mapping[str, Fact]
) -> bool:
    """Whether nobody can tell the copy from the original."""
    region, uses = memory.region(original), reads[copy.target]
    if region is None or not isinstance(facts.get(original), Array):
        return False
    for node in rest:
        if uses == 0:
            return True
        if not isinstance(node, Step):
            return False
        here = sum(o == copy.target for o in wengert.own_operands(node))
        if here and not _only_reads(node, copy.target, facts):
            return False
        if any(isinstance(o, str) and region in memory.reach(o) for o in effects.writes_of(node, facts)):
            return False
        uses -= here
    return uses == 0


def _only_reads(step: Step, name: str, facts: Mapping[str, Fact]) -> bool:
    """Whether a step is done with an array once it has run."""
    if isinstance(step.callee, Augmented) or step.callee is operator.setitem:
        return name not in step.operands[:2] and isinstance(effects.fact_of_operand(step.operands[0], facts), Array)
    if not effects.is_pure(step, facts):
        return False
    return makes_new_array(step, facts) or all(effects.is_immutable(facts.get(t, UNKNOWN)) for t in step.targets)
