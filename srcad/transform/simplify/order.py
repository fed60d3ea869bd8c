"""Steps stand beside what reads them, as the parts of an expression do."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from srcad import wengert
from srcad.facts import Fact
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory, Regions
from srcad.wengert import Function, Node, Step


def bring_together(function: Function, facts: Mapping[str, Fact]) -> Function:
    """The function with adjoint steps that are read once moved down to the step of the same statement that reads them.

    Only pure steps move, past nothing that may write to what they read.  Nothing else changes.

    >>> import operator
    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT
    >>> from srcad.wengert import Param
    >>> site = Site("f", "m.py", 1, adjoint=True)
    >>> rows = [("a", ("x", "x")), ("b", ("x", "y")), ("c", ("b", "b")), ("d", ("a", "c"))]
    >>> steps = tuple(Step((t,), operator.mul, operands, site=site) for t, operands in rows)
    >>> print(bring_together(Function("f", (Param("x"), Param("y")), steps, "d"), dict.fromkeys("xyabcd", FLOAT)))
    f(x, y):
        b = mul(x, y)
        a = mul(x, x)
        c = mul(b, b)
        d = mul(a, c)
        return d
    """
    uses = Counter(o for node in wengert.walk(function.body) for o in wengert.own_operands(node))
    uses[function.result] += 1
    memory = Regions(facts).if_written(function)

    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        nodes = tuple(wengert.map_blocks(block, node) for node in nodes)
        return _ordered(nodes, uses, memory, facts)

    return replace(function, body=block(function.body))


def _ordered(
    nodes: tuple[Node, ...], uses: Counter, memory: Memory | None, facts: Mapping[str, Fact]
) -> tuple[Node, ...]:
    writes = _Writes(nodes, memory, facts)
    made = {t: i for i, n in enumerate(nodes) if isinstance(n, Step) for t in n.targets}
    parts: dict[int, list[int]] = {}
    place_of: dict[int, int] = {}  # of the steps that move: where they come to stand
    for j, node in reversed(list(enumerate(nodes))):
        for operand in wengert.own_operands(node) if isinstance(node, Step) else ():
            i = made.get(operand, j) if isinstance(operand, str) else j
            place = place_of.get(j, j)
            if i < j and uses[operand] == 1 and _is_part(nodes[i], node, facts) and writes.spare(i, place):
                parts.setdefault(j, []).append(i)
                place_of[i] = place
    result: list[Node] = []

    def place(j: int) -> None:
        for i in sorted(parts.get(j, ())):
            place(i)
        result.append(nodes[j])

    for j in range(len(nodes)):
        if j not in place_of:
            place(j)
    return tuple(result)


def _is_part(step: Node, reader: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step could be written into the statement of its only reader."""
    if not isinstance(step, Step) or len(step.targets) != 1 or step.site is None or not step.site.adjoint:
        return False
    return step.site == reader.site and effects.is_pure(step, facts)


class _Writes:
    """Where in a block memory may be written to."""

    def __init__(self, nodes: tuple[Node, ...], memory: Memory | None, facts: Mapping[str, Fact]):
        self._nodes = nodes
        self._memory = memory
        self._facts = facts
        self._anything: list[int] = []
        self._places: dict[int, list[int]] = {}
        for position, node in enumerate(nodes if memory is not None else ()):
            for step in wengert.walk((node,)):
                if not isinstance(step, Step) or effects.is_pure(step, facts):
                    continue
                written = effects.writes_of(step, facts)
                if effects.is_unknown(step, facts) or not all(isinstance(o, str) for o in written):
                    self._anything.append(position)
                for region in {r for o in written if isinstance(o, str) for r in memory.reach(o)}:
                    self._places.setdefault(region, []).append(position)

    def spare(self, i: int, j: int) -> bool:
        """Whether what step i reads stays the same up to step j."""
        step = self._nodes[i]
        assert isinstance(step, Step)
        if self._memory is None or not effects.reads_memory(step, self._facts):
            return True
        names = (o for o in wengert.own_operands(step) if isinstance(o, str))
        regions = {region for name in names for region in self._memory.reach(name)}
        places = (self._anything, *(self._places.get(region, []) for region in regions))
        return not any(_between(found, i, j) for found in places)


def _between(places: list[int], i: int, j: int) -> bool:
    first = bisect_right(places, i)
    return first < len(places) and places[first] < j
