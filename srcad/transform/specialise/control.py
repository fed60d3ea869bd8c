"""Branches and loops: what facts decide of them, and what is known of what they merge and carry.

Guarantee: a loop's body is rewritten under facts that hold on every trip.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.facts import UNKNOWN, Dict, Fact, List, Tuple
from srcad.transform.analyses.containers import depth
from srcad.transform.analyses.facts import element_of, truth_of
from srcad.transform.helpers import Closure, Partial
from srcad.transform.iterating import iterable_of
from srcad.transform.iterators import Generator, Made, Suspended
from srcad.transform.specialise import generators, managers, suspended
from srcad.transform.stopping import without_stopping
from srcad.transform.unroll import names_attributes, trips, unrolled
from srcad.wengert import (
    UNDEFINED,
    Attempt,
    Branch,
    Carried,
    Const,
    ForLoop,
    Merge,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
    always_raises,
    defined_names,
    never_raises,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


_MAX_ITERATIONS = 6


def branch(run: Specialiser, node: Branch) -> None:
    """Rewrites a branch; one whose test is known becomes the arm it takes."""
    test = run.use(node.test)
    truth = truth_of(run.fact(test)) if type(node) is Branch else None
    if truth is not None:
        run.nodes(node.then if truth else node.orelse)
        for merge in node.merges:
            run.replaced[merge.target] = run.use(merge.then if truth else merge.orelse)
        return
    if (generator := managers.managed(run, node)) is not None:
        managers.manage(run, node, generator)
        return
    pulled, optional = set(run.pulls.pulled), compared_with_none(run, test)
    catches = isinstance(node, Attempt) and node.test != Const(StopIteration)
    run.attempts += catches
    with assuming(run, optional, True):
        then = run.builder.nested(lambda: run.nodes(node.then))
    run.attempts -= catches
    if isinstance(node, Attempt) and all(map(never_raises, then)):  # once calls in it have been decided
        for step in then:
            run.builder.add(step)
        for merge in node.merges:
            run.replaced[merge.target] = run.use(merge.then)
        return
    if isinstance(node, Attempt) and (new := without_stopping(replace(node, then=then), run.builder.names)) is not None:
        run.enter(new, f"{run.places.get(id(node), run.place)} stopping")
        run.nodes(new)
        return
    pulled, run.pulls.pulled = run.pulls.pulled, pulled
    with assuming(run, optional, False):
        orelse = run.builder.nested(lambda: run.nodes(node.orelse))
    run.pulls.pulled |= pulled
    merges = []
    one_way = isinstance(node, Within) or isinstance(node, Attempt) and always_raises(orelse)
    inside = defined_names(then) if one_way else set()
    for merge in node.merges:
        left = run.use(merge.then)
        run.replaced.pop(merge.target, None)  # an earlier pass over a loop's body may have known the test
        if one_way and left not in inside:
            run.replaced[merge.target] = left
            continue
        right = UNDEFINED if one_way else run.use(merge.orelse)
        merges.append(Merge(merge.target, left, right))
        run.facts[merge.target] = run.fact(left) if one_way else joined(run, left, right, optional)
    site = run.belongs(node)
    run.builder.add(replace(node, test=test, then=then, orelse=orelse, merges=tuple(merges), site=site))


def compared_with_none(run: Specialiser, test: Operand) -> tuple[str, bool] | None:
    """The name that a test compares with None, and whether the test holds where it is not None."""
    made = next((n for n in reversed(run.builder.steps) if isinstance(n, Step) and test in n.targets), None)
    if made is None or made.callee not in (operator.is_, operator.is_not) or made.operands[1] != Const(None):
        return None
    name = made.operands[0]
    return (name, made.callee is operator.is_not) if isinstance(name, str) and fa.may_be_none(run.fact(name)) else None


@contextlib.contextmanager
def assuming(run: Specialiser, optional: tuple[str, bool] | None, holds: bool) -> Iterator[None]:
    """In an arm of a branch, a value that the test has found not to be None is none."""
    if optional is None or optional[1] is not holds:
        yield
        return
    name = optional[0]
    before = run.facts[name]
    run.facts[name] = fa.present(before)
    yield
    run.facts[name] = before


def joined(run: Specialiser, left: Operand, right: Operand, optional: tuple[str, bool] | None = None) -> Fact:
    """What is known of a value that is one of two, of which a test has found one not to be None, or neither.

    An undefined one is never read.
    """
    if left in run.undefined or right in run.undefined:
        other = right if left in run.undefined else left
        run.hand_on(run.fact(other))
        fact = run.fact(other)
        return UNKNOWN if isinstance(fact, (Closure, Partial)) else fact
    run.hand_on(run.fact(left))
    run.hand_on(run.fact(right))
    known = [run.fact(left), run.fact(right)]
    for i, operand in enumerate((left, right)):
        if optional == (operand, i == 0):
            known[i] = fa.present(known[i])
    return settled(run, fa.join_all(known))


def settled(run: Specialiser, fact: Fact) -> Fact:
    """What is known of one of several containers by what is stored in any of them."""
    return fact if run.containers is None else run.containers.settled(fact)


def for_loop(run: Specialiser, node: ForLoop) -> None:
    """Rewrites a for loop."""
    iterable = iterable_of(run, run.use(node.iterable), node.site)
    source = run.fact(iterable)
    if isinstance(source, Generator) and run.pulls.pull(source, run.loops, node):
        generators.generate(run, node, source)
        return
    if isinstance(source, Suspended):
        suspended.go_on(run, node, source)
        return
    if isinstance(source, Made):
        run.pulls.pull(source, run.loops, node)
    for c in node.carried:
        run.replaced.pop(c.result, None)  # an earlier pass over a loop's body may have known that there is no trip
    if isinstance(source, (Tuple, List, Dict)) and source.items == ():
        run.replaced.update((c.result, run.use(c.init)) for c in node.carried)
        return
    if (items := trips(run.builder, iterable, names_attributes(node.body))) is not None:
        written_out(run, node, items)
        return
    item = element_of(run.fact(iterable))
    run.facts[node.target] = item if run.containers is None else run.containers.settled(item)

    def parts() -> tuple[tuple[Node, ...], ...]:
        return (run.builder.nested(lambda: run.nodes(node.body)),)

    carried, (body,) = stable(run, node.carried, parts)
    until = way_out(run, node)
    run.builder.add(ForLoop(node.target, iterable, body, carried, until, run.belongs(node)))


def written_out(run: Specialiser, node: ForLoop, items: list[Operand]) -> None:
    """Rewrites a for loop as its trips."""
    carried = tuple(replace(c, init=run.use(c.init)) for c in node.carried)
    nodes, results = unrolled(replace(node, carried=carried), items, run.builder.names)
    place = run.places.get(id(node), run.place)
    run.enter(nodes, place)
    run.nodes(tuple(nodes))
    run.replaced.update({result: run.use(operand) for result, operand in results.items()})


def while_loop(run: Specialiser, node: WhileLoop) -> None:
    """Rewrites a while loop."""

    def parts() -> tuple[tuple[Node, ...], ...]:
        tests = run.builder.nested(lambda: run.nodes(node.test_steps))
        return tests, run.builder.nested(lambda: run.nodes(node.body))

    carried, (test_steps, body) = stable(run, node.carried, parts)
    until = way_out(run, node)
    run.builder.add(WhileLoop(test_steps, run.use(node.test), body, carried, until, run.belongs(node)))


def way_out(run: Specialiser, node: ForLoop | WhileLoop) -> Operand | None:
    """The test by which a loop is left, if it ever is."""
    until = node.until if node.until is None else run.use(node.until)
    return None if until is None or truth_of(run.fact(until)) is False else until


def stable(run: Specialiser, carried: tuple[Carried, ...], parts: Callable) -> tuple[tuple[Carried, ...], tuple]:
    """Rewrites a loop's blocks under facts of the carried values that hold on every trip.

    A loop in a loop begins with what the last pass over the outer one found, which holds for some of the trips, unless
    the value had none then.
    """
    inits = {c.name: run.use(c.init) for c in carried}
    for c in carried:
        init, earlier = run.fact(inits[c.name]), run.facts.get(c.name)
        if earlier is None or inits[c.name] in run.undefined or c.name in run.begun_undefined:
            run.facts[c.name] = init
        else:
            run.facts[c.name] = init if init == earlier else fa.with_own_axes(fa.join(init, earlier), c.name)
    around, run.loops = run.loops, (*run.loops, object())
    begins_undefined = {c.name for c in carried if inits[c.name] in run.undefined}
    run.begun_undefined = run.begun_undefined - {c.name for c in carried} | begins_undefined
    limit = _MAX_ITERATIONS + max((depth(run.facts[c.name]) for c in carried), default=0)  # a trip may go a level down
    for attempt in range(limit + 1):
        assumed = begins_undefined if attempt == 0 else set()
        run.undefined |= assumed
        blocks = parts()
        run.undefined -= assumed
        settled = not assumed
        for c in carried:
            before = run.facts[c.name]
            after = carried_fact(run, c, inits[c.name], attempt >= limit - 1)
            if after != before:
                run.facts[c.name] = after
                settled = False
        if settled:
            break
    run.loops = around
    for c in carried:
        run.facts[c.result] = run.facts[c.name]
    new = tuple(Carried(c.name, inits[c.name], run.use(c.next), c.result) for c in carried)
    return new, blocks


def carried_fact(run: Specialiser, c: Carried, init: Operand, is_last: bool) -> Fact:
    """The fact of a carried value after one more pass over the body."""
    before, following = run.facts[c.name], run.fact(run.use(c.next))
    for fact in (before, following):
        run.hand_on(fact)
    if init in run.undefined:
        joined = following if before in (UNKNOWN, following) else fa.join(before, following)
        joined = UNKNOWN if isinstance(joined, (Closure, Partial)) else joined
    else:
        joined = fa.join(before, following)
    if joined == before:
        return before
    if is_last:
        return UNKNOWN
    return fa.with_own_axes(settled(run, joined), c.name)
