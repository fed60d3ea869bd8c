"""Lengths that agree as a value was written into memory: after `u[1:-1] += k * t` ran, `u[1:-1]` is as long as `k`.

Guarantee: an equation is used in the adjoint of the statement that wrote, which is run only if that did not raise.
What is written is stretched where it has length one, and nowhere else; what is written to never is.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping

from srcad import wengert
from srcad.errors import Site
from srcad.facts import Array, Dim, Fact, shape_of, widen
from srcad.rules.indexing import indexed
from srcad.transform.analyses import effects
from srcad.wengert import Augmented, Node, Step

Statement = tuple[str, str, int, str]
Equations = frozenset[frozenset[Dim]]


def statement(site: Site | None) -> Statement | None:
    """The statement that a step, or its adjoint, belongs to."""
    return None if site is None else (site.function, site.file, site.statement_line, site.statement)


def written_lengths(nodes: Iterable[Node], facts: Mapping[str, Fact]) -> dict[Statement, Equations]:
    """For each statement that writes: the pairs of axes that have one length if it ran.

    Of a statement that stands in the program more than once, what holds for every one of them.

    >>> n, m = Dim("n", False), Dim("m")
    >>> site = Site("f", "m.py", 1, statement="u[...] = k", statement_line=1)
    >>> write = Step((), operator.setitem, ("u", wengert.Const(...), "k"), site=site)
    >>> found = written_lengths([write], {"u": Array("float64", (m,)), "k": Array("float64", (n,))})
    >>> found[statement(site)] == {frozenset({n, m})}
    True
    """
    found: dict[Statement, Equations] = {}
    for node in wengert.walk(nodes):
        if not isinstance(node, Step) or node.site is None or node.site.adjoint:
            continue
        key = statement(node.site)
        place = _place(node, facts)
        if key is not None and place is not None:
            equations = _equations(shape_of(effects.fact_of_operand(node.operands[-1], facts)), shape_of(place))
            found[key] = found.get(key, equations) & equations
    return found


def _place(step: Step, facts: Mapping[str, Fact]) -> Fact | None:
    """The array, or the part of one, that a step writes to."""
    writes_part = step.callee is operator.setitem or isinstance(step.callee, Augmented)
    if not writes_part and effects.hashable(step.callee) not in effects.IN_PLACE:
        return None
    array = widen(effects.fact_of_operand(step.operands[0], facts))
    if not isinstance(array, Array):
        return None
    return indexed(array, effects.fact_of_operand(step.operands[1], facts)) if writes_part else array


def _equations(value: tuple[Dim, ...] | None, place: tuple[Dim, ...] | None) -> Equations:
    if not value or not place:
        return frozenset()
    pairs = zip(reversed(value), reversed(place), strict=False)
    return frozenset(frozenset({a, b}) for a, b in pairs if a.one is False and a.symbol != b.symbol)
