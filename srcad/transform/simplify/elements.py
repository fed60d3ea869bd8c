"""Updates of the same element are one update."""

from __future__ import annotations

import operator
from collections.abc import MutableMapping
from dataclasses import replace

import numpy as np

from srcad import wengert
from srcad.facts import FLOAT, Array, Fact, Number, dtype_of, operator_fact, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Regions
from srcad.wengert import Augmented, Const, Function, Names, Node, Step

ADDING = {Augmented(operator.iadd): operator.add, Augmented(operator.isub): operator.sub}


def join_updates(function: Function, facts: MutableMapping[str, Fact], regions: Regions | None = None) -> Function:
    """The function with a zero stored and then added to stored as the sum, and several numbers added at once.

    `x[i] = 0; ...; x[i] += v` becomes `x[i] = v`, and `x[i] += v; ...; x[i] -= w` becomes `x[i] += v - w` for numbers,
    where nothing in between reads x.  Other additions to x in between come after it.  Sums are rounded differently.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT, Dim
    >>> from srcad.wengert import Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step((), operator.setitem, ("d_x", "i", Const(0.0)), site=site),
    ...     Step((), Augmented(operator.iadd), ("d_x", "j", "u"), site=site),
    ...     Step((), Augmented(operator.iadd), ("d_x", "i", "v"), site=site),
    ... )
    >>> f = Function("f", tuple(map(Param, ["d_x", "i", "j", "u", "v"])), steps, "d_x")
    >>> print(join_updates(f, {"d_x": x, "u": FLOAT, "v": FLOAT}))
    f(d_x, i, j, u, v):
        setitem(d_x, i, v)
        iadd_item(d_x, j, u)
        return d_x
    """
    if not any(isinstance(n, Step) and _is_update(n) for n in wengert.walk(function.body)):
        return function
    pass_ = _Pass(function, facts, regions or Regions(facts))
    return replace(function, body=pass_.block(function.body))


def _is_update(step: Step) -> bool:
    if step.site is None or not step.site.adjoint:
        return False
    return step.callee in ADDING if isinstance(step.callee, Augmented) else step.callee is operator.setitem


class _Pass:
    def __init__(self, function: Function, facts: MutableMapping[str, Fact], regions: Regions):
        self._facts = facts
        self._names = Names.of(function)
        self._memory = regions.of(function)

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """The block and the blocks in it, with updates joined."""
        new = [wengert.map_blocks(self.block, node) for node in nodes]
        i = 0
        while i < len(new):
            node = new[i]
            if not isinstance(node, Step) or not _is_update(node) or not self._join(new, i):
                i += 1
        return wengert.as_before(new, nodes)

    def _join(self, nodes: list[Node], i: int) -> bool:
        """Joins an update with the next one of the same element.  Whether there is one."""
        first = nodes[i]
        assert isinstance(first, Step)
        array, index, value = first.operands
        stores = first.callee is operator.setitem
        region = self._memory.region(array) if isinstance(array, str) else None
        if region is None or not isinstance(widen(effects.fact_of_operand(array, self._facts)), Array):
            return False
        if stores and not (isinstance(value, Const) and type(value.value) in (int, float) and value.value == 0):
            return False
        before: list[Node] = []
        after: list[Node] = []
        for j in range(i + 1, len(nodes)):
            node = nodes[j]
            if not isinstance(node, Step):
                return False
            adding = isinstance(node.callee, Augmented) and node.callee in ADDING and _is_update(node)
            if adding and node.operands[:2] == (array, index):
                if after and not self._is_free(node.operands[2], region):
                    return False  # what is added here may be what they add to
                joined = self._stored(first, node) if stores else self._summed(first, node)
                if joined is None:
                    return False
                nodes[i : j + 1] = [*before, *joined, *after]
                return True
            touches = any(isinstance(o, str) and region in self._memory.reach(o) for o in wengert.own_operands(node))
            if not touches:
                before.append(node)
            elif adding and self._memory.region(node.operands[0]) == region and self._is_free(node.operands[2], region):
                after.append(node)
            else:
                return False
        return False

    def _is_free(self, value: object, region: int) -> bool:
        return not (isinstance(value, str) and region in self._memory.reach(value))

    def _stored(self, first: Step, second: Step) -> list[Step] | None:
        if second.callee != Augmented(operator.iadd):
            return None
        return [Step((), operator.setitem, second.operands, (), second.site)]

    def _doubled(self, first: Step, second: Step) -> list[Step] | None:
        """`x += v` twice is `x += 2.0 * v`, if v stays what it is and the product has its dtype."""
        array, _, value = first.operands
        fact = self._facts.get(value)
        if self._memory.is_written(value) or not self._is_free(value, self._memory.region(array)):
            return None
        dtype = dtype_of(fact) if fact is not None else None
        if dtype is None or np.dtype(dtype).kind not in "fc":
            return None
        twice = self._names.fresh("t")
        self._facts[twice] = operator_fact(fact, FLOAT)
        update = Step((), first.callee, (*first.operands[:2], twice), (), second.site)
        return [Step((twice,), operator.mul, (Const(2.0), value), (), second.site), update]

    def _summed(self, first: Step, second: Step) -> list[Step] | None:
        a, b = first.operands[2], second.operands[2]
        if a == b and first.callee == second.callee and isinstance(a, str):
            return self._doubled(first, second)
        facts = [effects.fact_of_operand(o, self._facts) for o in (a, b)]
        if not all(isinstance(widen(f), Number) for f in facts):
            return None
        minus = (first.callee == Augmented(operator.isub), second.callee == Augmented(operator.isub))
        callee, operation = operator.add, operator.iadd
        if minus == (True, True):
            operation = operator.isub
        elif minus[0]:
            a, b, callee = b, a, operator.sub
        elif minus[1]:
            callee = operator.sub
        total = self._names.fresh("t")
        self._facts[total] = operator_fact(*facts)
        update = Step((), Augmented(operation), (*first.operands[:2], total), (), second.site)
        return [Step((total,), callee, (a, b), (), second.site), update]
