"""The walk over the list: the state of one run, and what becomes of each step.

Guarantee: every step is passed on, in order, or replaced by steps that do the same.
"""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad.errors import DifferentiationError, Site
from srcad.facts import UNKNOWN, Dict, Fact, List, Tuple
from srcad.rules import register
from srcad.transform import instances, standins
from srcad.transform.analyses import effects
from srcad.transform.analyses.containers import Containers, lost
from srcad.transform.binding import bind
from srcad.transform.builder import Builder
from srcad.transform.generators import Pulls
from srcad.transform.helpers import Closure, Partial, Specialised
from srcad.transform.iterating import with_iterables
from srcad.transform.iterators import AskedAgainError, Generator, Suspended, consumed, listed
from srcad.transform.lower.abandoned import refuse_lost_in
from srcad.transform.managers import Manager
from srcad.transform.nesting import called_derivative, made_derivative
from srcad.transform.opaque import asked_again
from srcad.transform.pulling import called_linearisation
from srcad.transform.pushing import called_pushforward
from srcad.transform.scalars import replace_containers
from srcad.transform.scalars.unread import without_unread
from srcad.transform.specialise import (
    calls,
    control,
    functional,
    generators,
    managers,
    recursion,
    resolving,
    spreading,
    suspended,
)
from srcad.transform.specialise import records as kept
from srcad.transform.spelling import spelt_out
from srcad.wengert import (
    UNDEFINED,
    Branch,
    Capture,
    Const,
    ForLoop,
    Function,
    Guard,
    MakeFunction,
    Method,
    Names,
    Node,
    Operand,
    Recursion,
    Spread,
    Step,
    Variable,
    WhileLoop,
    Within,
    all_names,
    base,
    identity,
    make_dict,
    make_tuple,
    renamed,
    substitute,
    walk,
)


def specialise(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None = None,
    outer: Specialiser | None = None,
) -> Specialised:
    """Rewrites `function` for parameters with these facts (UNKNOWN where missing).

    `lower` gives the Wengert list of a Python function, `derive` that of the derivative of a list; they raise
    DifferentiationError if there is none.  `outer` is the run that meets a call of the function.  Taking away
    containers makes facts sharper, so that more may be decided.
    """
    given = outer.records if outer is not None else {}
    found = _specialised(function, facts, lower, derive, outer, given)
    for records in kept.wanted(found):
        trial = _specialised(function, facts, lower, derive, outer, {**given, **records})
        if kept.stand(trial, records):
            found = trial
            break
    refuse_lost_in(found.function, in_with=True)
    return found


def _specialised(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None,
    outer: Specialiser | None,
    records: Mapping[Function, type],
) -> Specialised:
    """The function rewritten, with the containers and functions taken away that only it can see."""
    before = recursion.noted(outer)
    found = _settled(function, facts, lower, derive, outer, records)
    while (new := replace_containers(found.function)) is not found.function:
        captures = zip(found.function.captures, new.captures, strict=True)
        known = dict(facts) | {now.name: found.facts[old.name] for old, now in captures}
        recursion.forget(before)
        found = _settled(new, known, lower, derive, outer or found, records)
    suspended.refuse_unknown(found.function)
    return found


def _settled(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None,
    outer: Specialiser | Specialised | None,
    records: Mapping[Function, type],
) -> Specialised:
    """The function rewritten given what is known of the containers it changes."""
    containers, several = Containers(), set[str]()
    before = recursion.noted(outer)
    while True:
        try:
            found = _run(function, facts, lower, derive, outer, records, containers, several)
        except AskedAgainError as iterator:
            several.add(iterator.place)
            containers = Containers()
        else:
            if containers.is_final():
                return found
        recursion.forget(before)  # this pass assumed what does not hold


def _run(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None,
    outer: Specialiser | Specialised | None,
    records: Mapping[Function, type],
    containers: Containers,
    several: set[str],
) -> Specialised:
    """One pass over the whole function, given what is known of the containers it changes.

    The iterators made at the places `several` are asked for values in several places of the program.
    """
    known: dict[str, Fact] = {p.name: facts.get(p.name, UNKNOWN) for p in function.params}
    for capture in function.captures:
        known[capture.name] = facts.get(capture.name, UNKNOWN)
    own = containers.handed if isinstance(outer, Specialiser) else containers.argument
    known = {name: own(fact, f"argument {name}") for name, fact in known.items()}
    if fa.DEVICE in facts:
        known[fa.DEVICE] = facts[fa.DEVICE]
    run = Specialiser(Names.of(function), known, lower, containers)
    run.top = function
    run.guards.extend(function.guards)
    run.captures.extend(function.captures)
    run.captured.update({(id(c.scope), c.key): c.name for c in function.captures})
    run.derive, run.records = derive, records
    run.pulls.several = several
    if outer is not None:
        run.helpers, run.refused = outer.helpers, outer.refused
    if isinstance(outer, Specialiser):
        run.inlining, run.recursions = outer.inlining, outer.recursions
    run.enter(function.body, "")
    body = run.builder.nested(lambda: run.nodes(function.body))
    result = run.use(function.result)
    body = without_unread(body, result, lambda s: s.target in run.pulls.names or effects.makes_function(s))
    new = replace(function, body=body, result=result, captures=tuple(run.captures), guards=tuple(run.guards))
    return Specialised(new, known, run.refused, run.helpers)


_KEEPING = (identity, make_tuple, operator.getitem)
"""Callees that call nothing they are given, and of which it is seen where they put it."""


class Specialiser:
    """One run of the pass: the builder that writes the new list, and what names were replaced by.

    Without `containers` nothing is assumed of lists and dicts in functions that change any.
    """

    def __init__(
        self,
        names: Names,
        facts: dict[str, Fact],
        lower: Callable[[Any], Function],
        containers: Containers | None = None,
    ):
        self.containers = containers
        self.builder = Builder(names, facts)
        self.facts = facts
        self.lower = lower
        self.replaced: dict[str, Operand] = {}
        self.inlining: list[Any] = []
        self.records: Mapping[Function, type] = {}
        self.recursions: list[recursion.Recursive] = []
        self.guards: list[Guard] = []
        self.captures: list[Capture] = []
        self.captured: dict[tuple, str] = {}
        self.changing = False
        self.refused: dict[Any, DifferentiationError] = {}
        self.helpers: dict[Any, Any] = {}
        self.undefined: set[Operand] = {UNDEFINED}  # and what a loop carries that no trip has assigned yet
        self.begun_undefined: set[str] = set()  # what loops carry that had no value when they were met last
        self.loops: tuple[object, ...] = ()
        self.attempts = 0  # how many `try`s are around that catch more than StopIteration
        self.pulls = Pulls()
        self.consumers: dict[Function, tuple[list[Any], Site | None]] = {}
        self.within: set[Operand] = set()  # the managers of blocks that stay as they are
        self.entered_by: dict[str, tuple[str, ...]] = {}
        self.derive: Callable[..., Function] | None = None
        self.site: Site | None = None
        self.calling: Site | None = None  # where steps without a site belong
        self.top: Function | None = None
        self.place = ""
        self.made_here = 0
        self.made_in: dict[str, list[Node]] = {}
        self.places: dict[int, str] = {}
        self.entered: list[Sequence[Node]] = []

    def enter(self, nodes: Sequence[Node], place: str) -> None:
        """Gives each step a place of its own, the same whenever the nodes are made again for the call at `place`."""
        self.entered.append(nodes)  # keeps the steps alive, which are known by their identity
        for i, node in enumerate(walk(nodes)):
            self.places[id(node)] = f"{place}.{i}"
            if isinstance(node, Within):
                self.within.add(node.test)

    def use(self, operand: Operand) -> Operand:
        """The operand that stands for this one in the new list."""
        while isinstance(operand, str) and operand in self.replaced:
            operand = self.replaced[operand]
        return operand

    def fact(self, operand: Operand) -> Fact:
        """What is known of an operand of the new list."""
        return self.builder.fact(operand)

    def nodes(self, nodes: tuple[Node, ...]) -> None:
        """Rewrites a block."""
        for node in nodes:
            match node:
                case Step():
                    self.step(node)
                case Branch():
                    control.branch(self, node)
                case ForLoop():
                    control.for_loop(self, node)
                case WhileLoop():
                    control.while_loop(self, node)

    def step(self, step: Step) -> None:
        """Rewrites one step."""
        if id(step) in self.places:
            self.place, self.made_here = self.places[id(step)], 0
        self.builder.site = site = self.belongs(step)
        step = asked_again(step)
        operands = tuple(map(self.use, step.operands))
        keywords = tuple((k, self.use(o)) for k, o in step.keywords)
        if operands != step.operands or keywords != step.keywords or site is not step.site:
            step = Step(step.targets, step.callee, operands, keywords, site)
        if isinstance(step.callee, Spread):
            step = spreading.spread(self, step)
        if isinstance(step.callee, Recursion):
            step = recursion.opened(self, step)
        if isinstance(step.callee, Function) and len(step.targets) > 1:
            both = self.builder.names.fresh("t")
            self.nodes((replace(step, targets=(both,)), Step(step.targets, identity, (both,), (), step.site)))
            return
        if isinstance(step.callee, Function) and step.callee in self.helpers:
            step = calls.helper_call(self, step)
        if step.callee == Method("get") and resolving.dict_get(self, step):
            return
        if managers.enters(self, step):
            return
        step = with_iterables(self, step) if effects.hashable(step.callee) else step
        rewritten = instances.rewritten(self, step) if effects.hashable(step.callee) else step
        if rewritten is None:
            return
        if rewritten is not step:
            self.step(rewritten)
            return
        step = calls.checkpointed_call(self, resolving.resolved(self, step))
        step = (
            called_derivative(self, step) or called_pushforward(self, step) or called_linearisation(self, step) or step
        )
        spelt = spelt_out(step, self.builder.names, self.fact)
        if isinstance(spelt, tuple):
            self.nodes(spelt)
            return
        step = step if spelt is None else replace(step, callee=self.lower(spelt))
        position = consumed(step, self.fact)
        if position is not None and calls.may_carry(self, step):
            self.nodes(listed(step, position, self.builder.names))
            return
        if generators.iterates(self, step) or managers.made(self, step):
            return
        if kept.made(self, step) or kept.called(self, step):
            return
        if functional.called_recursion(self, step):
            return
        target = calls.called_function(self, step)
        if target is not None and (calls.call_helper(self, step, *target) or calls.inline(self, step, *target)):
            return
        entry = register.lookup(step.callee)
        if entry is not None and entry.check is not None and self.site is None:
            self.builder.add(replace(step, targets=(), callee=entry.check))
        self.append(step, operands, keywords)

    def append(self, step: Step, operands: tuple[Operand, ...], keywords: tuple[tuple[str, Operand], ...]) -> None:
        """Writes a step that stays, and notes what is known of its result and what it was given."""
        standins.refuse_telling(step, self.fact)
        self.builder.append(step)
        self.note_containers(step)
        suspended.noted(self, step)
        if effects.hashable(step.callee) not in _KEEPING and not isinstance(step.callee, MakeFunction):
            for operand in (*operands, *(o for _, o in keywords)):
                if not self.stays(step, operand):
                    self.hand_on(self.fact(operand), step)
        if isinstance(step.callee, MakeFunction):
            self.facts[step.target] = Closure(recursion.list_of(step.callee.function), operands)
        if step.callee is functools.partial and len(step.targets) == 1 and step.operands:
            self.facts[step.target] = Partial(step.operands[0], step.operands[1:], step.keywords)
        if (made := made_derivative(self, step) or resolving.bound_method(self, step)) is not None:
            self.facts[step.target] = made

    def belongs(self, node: Node) -> Site | None:
        """The site of a node: that of the call of a rule, its own, or that of the call of a program of the library."""
        return self.site or node.site or self.calling

    def note_containers(self, step: Step) -> None:
        """Names the containers a step makes, and notes what it stores."""
        if step.callee is make_dict:
            self.made_in[step.target] = self.builder.steps
        if self.containers is not None:
            self.containers.note(step, [self.noted(step, o) for o in (*step.operands, *(o for _, o in step.keywords))])
        for name in step.targets:
            fact = self.facts[name]
            if self.containers is not None:
                self.facts[name] = self.containers.made(fact, f"{self.place}:{self.made_here} {base(name)}")
                self.made_here += 1
            elif self.changing and isinstance(fact, (List, Dict)):
                self.facts[name] = lost(fact)

    def noted(self, step: Step, operand: Operand) -> Fact:
        """What is known of an operand wherever it is read from what the step stores it in."""
        fact = self.fact(operand)
        return replace(fact, stays=True) if isinstance(fact, Closure) and self.stays(step, operand) else fact

    def stays(self, step: Step, operand: Operand) -> bool:
        """Whether a step puts a function into a cell that was made in this block."""
        if step.callee is not operator.setitem or not isinstance(self.fact(operand), Closure):
            return False
        cell, key, _ = step.operands
        is_cell = isinstance(key, Const) and isinstance(key.value, Variable)
        return is_cell and self.made_in.get(str(cell)) is self.builder.steps

    def hand_on(self, fact: Fact, step: Step | None = None, seen: frozenset[Function] = frozenset()) -> None:
        """Notes that a function or generator may run where that is not seen: it may change what it was given."""
        if self.containers is None or isinstance(fact, Closure) and fact.function in seen:
            return
        held: list[Fact] = []
        if isinstance(fact, Suspended):
            raise suspended.handed_on(fact, step)
        if isinstance(fact, Generator) and self.pulls.hand_on(fact, step):
            held = [self.fact(o) for o in fact.bound.values()]
            self.facts[fact.name] = fa.Instance(types.GeneratorType)
        if isinstance(fact, Manager):
            held = [self.fact(o) for o in fact.generator.bound.values()]
            self.facts[fact.generator.name] = UNKNOWN
        if isinstance(fact, Closure):
            seen = seen | {fact.function}
            held = [self.fact(o) for o in fact.captured]
            held += [f for cell in held if isinstance(cell, Dict) for _, f in cell.slots or ()]
        elif isinstance(fact, Partial):
            held = [self.fact(o) for o in (fact.function, *fact.operands, *(o for _, o in fact.keywords))]
        elif isinstance(fact, Tuple):
            for item in fact.items:
                self.hand_on(item, step, seen)
        for inner in held:
            self.containers.lose(inner)
            self.hand_on(inner, step, seen)

    def specialised(self, function: Function, facts: Mapping[str, Fact]) -> Specialised:
        """Another function, called by the list of this run, rewritten for parameters with these facts."""
        return _specialised(function, facts, self.lower, self.derive, self, self.records)

    def make_tuple(self, items: tuple) -> Operand:
        """A tuple of operands, for `*args`."""
        return self.builder.step(make_tuple, *items)

    def make_dict(self, items: dict) -> Operand:
        """A dict of operands, for `**kwargs`."""
        return self.builder.step(make_dict, *(o for k, v in items.items() for o in (Const(k), v)))

    def shared_captures(self, function: Function) -> Function:
        """The function reading the captures that this list already has, or new ones with names of their own."""
        if not function.captures:
            return function
        new: dict[str, Operand] = {}
        for capture in function.captures:
            key = (id(capture.scope), capture.key)
            if key not in self.captured:
                name = self.builder.names.fresh(capture.name)
                self.captured[key] = name
                self.captures.append(replace(capture, name=name))
                fact = fa.fact_of(capture.read(), ("captured", name))
                if self.containers is not None:
                    fact = self.containers.argument(fact, f"argument {name}")
                self.facts[name] = fact
            new[capture.name] = self.captured[key]
        own = all_names(function)
        if not own.isdisjoint(n for old, n in new.items() if n != old):
            function = renamed(function, Names({*own, *map(str, new.values())}))
        result = new.get(function.result, function.result) if isinstance(function.result, str) else function.result
        captures = tuple(c for c in self.captures if c.name in new.values())
        return replace(function, body=substitute(function.body, new), result=result, captures=captures)

    def inline_rule(
        self, function: Function, arguments: tuple[Operand, ...], keywords: Mapping[str, Operand], site: Site | None
    ) -> Operand:
        """Writes the body of a rule for these arguments, as part of the statement at `site`; its result."""
        function = self.shared_captures(function)
        bound = bind(function, arguments, keywords, self.make_tuple, self.make_dict)
        new = renamed(function, self.builder.names)
        self.replaced.update({n.name: bound[p.name] for n, p in zip(new.params, function.params, strict=True)})
        function = new
        outer, self.site = self.site, site
        changing, self.changing = self.changing, calls.changes_containers(function.body)
        self.nodes(function.body)
        self.site, self.changing = outer, changing
        self.builder.site = site
        return self.use(function.result)
