"""Branches and loops: what facts decide of them, and what is known of what they merge and carry.

Guarantee: a loop's body is rewritten under facts that hold on every trip.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.facts import UNKNOWN, Dict, Fact, List, Tuple
from srcad.transform.analyses.facts import element_of, truth_of
from srcad.transform.helpers import Closure, Partial
from srcad.transform.iterating import iterable_of
from srcad.transform.iterators import Generator, Made, Suspended
from srcad.transform.specialise import generators, suspended
from srcad.transform.stopping import without_stopping
from srcad.transform.unroll import names_attributes, trips, unrolled
from srcad.wengert import Attempt, Branch, Carried, Const, ForLoop, Merge, Node, Operand, WhileLoop, never_raises

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
    pulled = set(run.pulls.pulled)
    catches = isinstance(node, Attempt) and node.test != Const(StopIteration)
    run.attempts += catches
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
    orelse = run.builder.nested(lambda: run.nodes(node.orelse))
    run.pulls.pulled |= pulled
    merges = []
    for merge in node.merges:
        left, right = run.use(merge.then), run.use(merge.orelse)
        run.replaced.pop(merge.target, None)  # an earlier pass over a loop's body may have known the test
        merges.append(Merge(merge.target, left, right))
        run.facts[merge.target] = joined(run, left, right)
    site = run.belongs(node)
    run.builder.add(replace(node, test=test, then=then, orelse=orelse, merges=tuple(merges), site=site))


def joined(run: Specialiser, left: Operand, right: Operand) -> Fact:
    """What is known of a value that is one of two.  An undefined one is never read."""
    if left in run.undefined or right in run.undefined:
        other = right if left in run.undefined else left
        run.hand_on(run.fact(other))
        fact = run.fact(other)
        return UNKNOWN if isinstance(fact, (Closure, Partial)) else fact
    run.hand_on(run.fact(left))
    run.hand_on(run.fact(right))
    return fa.join(run.fact(left), run.fact(right))


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
    for attempt in range(_MAX_ITERATIONS + 1):
        assumed = begins_undefined if attempt == 0 else set()
        run.undefined |= assumed
        blocks = parts()
        run.undefined -= assumed
        settled = not assumed
        for c in carried:
            before = run.facts[c.name]
            after = carried_fact(run, c, inits[c.name], attempt)
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


def carried_fact(run: Specialiser, c: Carried, init: Operand, attempt: int) -> Fact:
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
    if attempt >= _MAX_ITERATIONS - 1:
        return UNKNOWN
    return fa.with_own_axes(joined, c.name)
