"""Zeros are stored when they are needed, and not at all if nobody reads them."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

from srcad import wengert
from srcad.facts import Array, Fact, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.wengert import Const, Function, Node, Step, leave


def store_zeros_late(function: Function, facts: Mapping[str, Fact]) -> Function:
    """The function with zeros that an adjoint stores moved down to where their array is read or written next.

    So an element that is read before it is cleared may be a view, as it is in CuPy.  A store that nothing follows in
    the whole function is left out.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT, Dim
    >>> from srcad.wengert import Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("d_x",), operator.mul, ("x", Const(2.0)), site=site),
    ...     Step(("d",), operator.getitem, ("d_x", Const(0)), site=site),
    ...     Step((), operator.setitem, ("d_x", Const(0), Const(0.0)), site=site),
    ...     Step(("t",), operator.mul, ("d", "d"), site=site),
    ... )
    >>> print(store_zeros_late(Function("f", (Param("x"),), steps, "t"), {"x": x, "d_x": x, "d": FLOAT, "t": FLOAT}))
    f(x):
        d_x = mul(x, 2.0)
        d = getitem(d_x, 0)
        t = mul(d, d)
        return t
    """
    if not any(_is_clearing(node, facts) for node in wengert.walk(function.body)):
        return function
    memory = Memory(function.body, facts)

    def block(nodes: tuple[Node, ...], outermost: bool = False) -> tuple[Node, ...]:
        waiting: list[Step] = []
        result: list[Node] = []
        for node in (wengert.map_blocks(block, node) for node in nodes):
            if waiting:
                reached = {r for n in wengert.used_names((node,)) for r in memory.reach(n)}
                ready = [s for s in waiting if memory.region(s.operands[0]) in reached or changes_index(node, s)]
                result.extend(ready)
                waiting = [s for s in waiting if not any(s is r for r in ready)]
            if isinstance(node, Step) and node.callee is leave:
                result.extend(waiting)
                waiting = []
            if _is_clearing(node, facts) and memory.region(node.operands[0]) is not None:
                waiting.append(node)
            else:
                result.append(node)
        if outermost:
            reached = memory.reach(function.result) if isinstance(function.result, str) else frozenset()
            waiting = [
                s for s in waiting if memory.is_outside(s.operands[0]) or memory.region(s.operands[0]) in reached
            ]
        return (*result, *waiting)

    def changes_index(node: Node, clearing: Step) -> bool:
        """Whether a node may write to the array that says which elements are to be cleared."""
        index = clearing.operands[1]
        where = memory.reach(index) if isinstance(index, str) else frozenset()
        steps = (n for n in wengert.walk((node,)) if isinstance(n, Step)) if where else ()
        written = {o for step in steps for o in effects.writes_of(step, facts) if isinstance(o, str)}
        return any(where & memory.reach(name) for name in written)

    return replace(function, body=block(function.body, outermost=True))


def _is_clearing(node: Node, facts: Mapping[str, Fact]) -> bool:
    """Whether a node is an adjoint's `x[i] = 0.0`."""
    if not isinstance(node, Step) or node.callee is not operator.setitem or node.site is None or not node.site.adjoint:
        return False
    array, _, value = node.operands
    zero = isinstance(value, Const) and type(value.value) in (int, float) and value.value == 0
    return zero and isinstance(array, str) and isinstance(widen(effects.fact_of_operand(array, facts)), Array)
