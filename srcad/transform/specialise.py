"""Rewrites a lowered function for arguments of which certain facts are known.

Guarantee: the result computes what the function computes, for all arguments with these facts, and every name of
it has a fact.  On the way this pass decides what Python leaves open: which arm a test takes, which function a
call reaches (calls of functions with source are inlined), whether `op=` writes or rebinds, what `*args` are.
It is the abstract interpreter of the design: loops are iterated until the facts of what they carry are stable.
"""

from __future__ import annotations

import functools
import inspect
import operator
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.errors import DifferentiationError, Site, UnsupportedError
from srcad.facts import UNKNOWN, Dict, Fact, Known, List, Number, Tuple
from srcad.rules import register
from srcad.transform import instances
from srcad.transform.analyses import effects
from srcad.transform.analyses.containers import Containers, holds_container
from srcad.transform.analyses.facts import element_of, refreshed, truth_of
from srcad.transform.binding import bind, call_method
from srcad.transform.builder import Builder
from srcad.transform.generators import Pulls, consumption, handed_to
from srcad.transform.helpers import (
    Closure,
    Helper,
    Partial,
    Specialised,
    canonical,
    deals_in_values,
    fact_of_result,
    is_plain,
    is_tiny,
    is_user_object,
    returning_fresh,
    sets_attributes,
    without_sites,
)
from srcad.transform.iterators import Generator, consumed, listed
from srcad.transform.nesting import called_derivative, made_derivative
from srcad.transform.scalars import replace_containers
from srcad.transform.scalars.unread import without_unread
from srcad.transform.spelling import spelt_out
from srcad.transform.unroll import trips, unrolled
from srcad.wengert import (
    CALL,
    UNDEFINED,
    Attribute,
    Augmented,
    Branch,
    Capture,
    Carried,
    Const,
    ForLoop,
    Function,
    Guard,
    MakeFunction,
    Merge,
    Method,
    Names,
    Node,
    Operand,
    Spread,
    Step,
    WhileLoop,
    base,
    identity,
    make_dict,
    make_tuple,
    renamed,
    substitute,
    walk,
)

IN_PLACE: dict[Any, Callable] = {
    getattr(operator, "i" + name.strip("_")): getattr(operator, name)
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "lshift",
        "rshift",
        "and_",
        "or_",
        "xor",
    )
}
"""The in-place functions of the operator module, and what they do to a value that cannot be written."""

BY_POSITION = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")
"""The kinds of parameters that take an argument by its place."""

_MUTATES_LIST = {Method(name) for name in ("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse")}
_MUTATES_DICT = {Method(name) for name in ("update", "pop", "popitem", "clear", "setdefault")}
_MAX_ITERATIONS = 6


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
    found = _settled(function, facts, lower, derive, outer)
    while (new := replace_containers(found.function)) is not found.function:
        captures = zip(found.function.captures, new.captures, strict=True)
        known = dict(facts) | {now.name: found.facts[before.name] for before, now in captures}
        found = _settled(new, known, lower, derive, outer or found)
    return found


def _settled(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None,
    outer: Specialiser | Specialised | None,
) -> Specialised:
    """The function rewritten given what is known of the containers it changes."""
    containers = Containers()
    while True:
        found = _run(function, facts, lower, derive, outer, containers)
        if containers.is_final():
            return found


def _run(
    function: Function,
    facts: Mapping[str, Fact],
    lower: Callable[[Any], Function],
    derive: Callable[..., Function] | None,
    outer: Specialiser | Specialised | None,
    containers: Containers,
) -> Specialised:
    """One pass over the whole function, given what is known of the containers it changes."""
    known: dict[str, Fact] = {p.name: facts.get(p.name, UNKNOWN) for p in function.params}
    for capture in function.captures:
        known[capture.name] = facts.get(capture.name, UNKNOWN)
    known = {name: containers.argument(fact, f"argument {name}") for name, fact in known.items()}
    if fa.DEVICE in facts:
        known[fa.DEVICE] = facts[fa.DEVICE]
    run = Specialiser(Names.of(function), known, lower, containers)
    run.top = function
    run.guards.extend(function.guards)
    run.captures.extend(function.captures)
    run.captured.update({(id(c.scope), c.key): c.name for c in function.captures})
    run.derive = derive
    if outer is not None:
        run.helpers, run.refused = outer.helpers, outer.refused
    if isinstance(outer, Specialiser):
        run.inlining = outer.inlining
    run.enter(function.body, "")
    body = run.builder.nested(lambda: run.nodes(function.body))
    result = run.use(function.result)
    body = without_unread(body, result, lambda s: s.target in run.pulls.names or effects.makes_function(s))
    new = replace(function, body=body, result=result, captures=tuple(run.captures), guards=tuple(run.guards))
    return Specialised(new, known, run.refused, run.helpers)


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
        self.guards: list[Guard] = []
        self.captures: list[Capture] = []
        self.captured: dict[tuple, str] = {}
        self.changing = False
        self.refused: dict[Any, DifferentiationError] = {}
        self.helpers: dict[Any, Any] = {}
        self.loops: tuple[object, ...] = ()
        self.pulls = Pulls()
        self.consumers: dict[Function, list[Any]] = {}
        self.derive: Callable[..., Function] | None = None
        self.site: Site | None = None
        self.top: Function | None = None
        self.place = ""
        self.made_here = 0
        self.places: dict[int, str] = {}
        self.entered: list[Sequence[Node]] = []

    def enter(self, nodes: Sequence[Node], place: str) -> None:
        """Gives each step a place of its own, the same whenever the nodes are made again for the call at `place`."""
        self.entered.append(nodes)  # keeps the steps alive, which are known by their identity
        self.places.update((id(node), f"{place}.{i}") for i, node in enumerate(walk(nodes)))

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
                    self.branch(node)
                case ForLoop():
                    self.for_loop(node)
                case WhileLoop():
                    self.while_loop(node)

    # ------------------------------------------------------------------------------------------- steps

    def step(self, step: Step) -> None:
        """Rewrites one step."""
        if id(step) in self.places:
            self.place, self.made_here = self.places[id(step)], 0
        step = replace(step, site=self.site or step.site)
        self.builder.site = step.site
        operands = tuple(map(self.use, step.operands))
        keywords = tuple((k, self.use(o)) for k, o in step.keywords)
        step = replace(step, operands=operands, keywords=keywords)
        if isinstance(step.callee, Spread):
            step = self.spread(step)
        if isinstance(step.callee, Function) and step.callee in self.helpers:
            step = self.helper_call(step)
        if step.callee == Method("get") and self.dict_get(step):
            return
        rewritten = instances.rewritten(self, step) if effects.hashable(step.callee) else step
        if rewritten is None:
            return
        if rewritten is not step:
            self.step(rewritten)
            return
        step = self.resolved(step)
        step = called_derivative(self, step) or step
        spelt = spelt_out(step, self.builder.names, self.fact)
        if isinstance(spelt, tuple):
            self.nodes(spelt)
            return
        step = step if spelt is None else replace(step, callee=self.lower(spelt))
        position = consumed(step, self.fact)
        if position is not None and self.may_carry(step):
            self.nodes(listed(step, position, self.builder.names))
            return
        if self.iterates(step):
            return
        target = self.called_function(step)
        if target is not None and (self.call_helper(step, *target) or self.inline(step, *target)):
            return
        entry = register.lookup(step.callee)
        if entry is not None and entry.check is not None and self.site is None:
            self.builder.add(replace(step, targets=(), callee=entry.check))
        self.builder.append(step)
        self.note_containers(step)
        if step.callee is not identity and not isinstance(step.callee, MakeFunction):
            for operand in (*operands, *(o for _, o in keywords)):
                self.hand_on(self.fact(operand), step)
        if isinstance(step.callee, MakeFunction):
            self.facts[step.target] = Closure(step.callee.function, operands)
        if step.callee is functools.partial and len(step.targets) == 1 and step.operands:
            self.facts[step.target] = Partial(step.operands[0], step.operands[1:], step.keywords)
        if (made := made_derivative(self, step)) is not None:
            self.facts[step.target] = made

    def note_containers(self, step: Step) -> None:
        """Names the containers a step makes, and notes what it stores."""
        if self.containers is not None:
            self.containers.note(step, [self.fact(o) for o in (*step.operands, *(o for _, o in step.keywords))])
        for name in step.targets:
            fact = self.facts[name]
            if self.containers is not None:
                self.facts[name] = self.containers.made(fact, f"{self.place}:{self.made_here} {base(name)}")
                self.made_here += 1
            elif self.changing and isinstance(fact, (List, Dict)):
                self.facts[name] = replace(fact, items=None, element=UNKNOWN)

    def hand_on(self, fact: Fact, step: Step | None = None) -> None:
        """Notes that a function or generator may run where that is not seen: it may change what it was given."""
        if self.containers is None:
            return
        held: list[Fact] = []
        if isinstance(fact, Generator) and self.pulls.hand_on(fact, step):
            held = [self.fact(o) for o in fact.bound.values()]
            self.facts[fact.name] = fa.Instance(types.GeneratorType)
        if isinstance(fact, Closure):
            held = [self.fact(o) for o in fact.captured]
        elif isinstance(fact, Partial):
            held = [self.fact(o) for o in (fact.function, *fact.operands, *(o for _, o in fact.keywords))]
        for inner in held:
            self.containers.lose(inner)
            self.hand_on(inner, step)

    def resolved(self, step: Step) -> Step:
        """The step with its callee decided as far as facts decide it."""
        callee = step.callee
        if callee is CALL:
            function = self.fact(step.operands[0])
            if isinstance(function, Partial) and "**" not in dict(step.keywords):
                named = dict(function.keywords) | dict(step.keywords)
                given = (function.function, *function.operands, *step.operands[1:])
                return self.resolved(replace(step, operands=given, keywords=tuple(named.items())))
            if isinstance(function, Known):
                return self.resolved(replace(step, callee=function.value, operands=step.operands[1:]))
        if isinstance(callee, functools.partial) and "**" not in dict(step.keywords):
            fixed = tuple(self.reference(a) for a in callee.args)
            named = {k: self.reference(v) for k, v in callee.keywords.items()} | dict(step.keywords)
            return self.resolved(
                Step(step.targets, callee.func, fixed + step.operands, tuple(named.items()), step.site)
            )
        if (
            isinstance(callee, Method)
            and step.operands
            and isinstance(ufunc := getattr(self.fact(step.operands[0]), "value", None), np.ufunc)
        ):
            return replace(step, callee=getattr(ufunc, callee.name), operands=step.operands[1:])
        if isinstance(callee, Attribute) and isinstance(pair := self.fact(step.operands[0]), Tuple):
            fields = getattr(pair.type, "_fields", ())
            if callee.name in fields:
                operands = (step.operands[0], Const(fields.index(callee.name)))
                return replace(step, callee=operator.getitem, operands=operands)
        method = call_method(type(callee))
        if method is not None and is_user_object(callee):
            return replace(step, callee=method, operands=(Const(callee), *step.operands))
        if callee is functools.update_wrapper and isinstance(self.fact(step.operands[0]), Closure):
            return replace(step, callee=identity, operands=step.operands[:1], keywords=())  # it names the function
        if callee in IN_PLACE and self.is_immutable(self.fact(step.operands[0])):
            return replace(step, callee=IN_PLACE[callee])
        if isinstance(callee, Augmented) and isinstance(self.fact(step.operands[0]), (List, Dict)):
            return self.augmented_slot(step, callee)
        return step

    def dict_get(self, step: Step) -> bool:
        """Rewrites `d.get(k, default)` on a dict as the choice that it is; False if it is something else."""
        if (
            getattr(self.fact(step.operands[0]), "type", None) is not dict
            or len(step.targets) != 1
            or len(step.operands) < 2
        ):
            return False
        container, key, *rest = step.operands
        default = rest[0] if rest else Const(None)
        items = self.fact(container).items
        if items is not None and isinstance(self.fact(key), Known):
            found = self.fact(key).value in dict(items)
            callee, operands = (operator.getitem, (container, key)) if found else (identity, (default,))
            self.step(Step(step.targets, callee, operands, (), step.site))
            return True
        test, item = self.builder.names.fresh("t"), self.builder.names.fresh("t")
        contains = Step((test,), operator.contains, (container, key), (), step.site)
        then = (Step((item,), operator.getitem, (container, key), (), step.site),)
        self.nodes((contains, Branch(test, then, (), (Merge(step.target, item, default),), step.site)))
        return True

    def reference(self, value: Any) -> Operand:
        """An operand for an object fixed at transformation time."""
        return Const(value)

    @staticmethod
    def is_immutable(fact: Fact) -> bool:
        """Whether `op=` on such a value rebinds the name."""
        return isinstance(fact, (Number, Tuple)) or isinstance(fact, Known) and not callable(fact.value)

    def augmented_slot(self, step: Step, callee: Augmented) -> Step:
        """`c[i] op= v` on a list or dict: the item is updated, then stored."""
        container, index, value = step.operands
        old = self.builder.step(operator.getitem, container, index)
        update = self.resolved(Step((self.builder.names.fresh("t"),), callee.operation, (old, value), (), step.site))
        self.builder.append(update)
        return Step((), operator.setitem, (container, index, update.target), (), step.site)

    def spread(self, step: Step) -> Step:
        """Resolves `*args` and `**kwargs` whose items are known."""
        operands: list[Operand] = []
        for position, operand in enumerate(step.operands):
            if position not in step.callee.starred:
                operands.append(operand)
                continue
            items = getattr(self.fact(operand), "items", None)
            if isinstance(self.fact(operand), Known) and isinstance(self.fact(operand).value, tuple):
                items = self.fact(operand).value
            if not isinstance(items, tuple):
                return step
            operands.extend(self.builder.step(operator.getitem, operand, Const(i)) for i in range(len(items)))
        keywords: list[tuple[str, Operand]] = []
        for key, operand in step.keywords:
            if key != "**":
                keywords.append((key, operand))
                continue
            fact = self.fact(operand)
            if not isinstance(fact, Dict) or fact.items is None:
                return step
            keywords.extend((k, self.builder.step(operator.getitem, operand, Const(k))) for k, _ in fact.items)
        return replace(step, callee=step.callee.callee, operands=tuple(operands), keywords=tuple(keywords))

    # ------------------------------------------------------------------------------------------- calls

    def called_function(self, step: Step) -> tuple[Function, tuple[Operand, ...]] | None:
        """The list of the function a step calls and the operands it captured, if it is to be inlined."""
        callee = step.callee
        if callee is CALL and isinstance(closure := self.fact(step.operands[0]), Closure):
            again = closure.function in self.inlining and not closure.function.generator
            return None if again else (closure.function, closure.captured)
        if isinstance(callee, Function):
            return callee, ()
        if not isinstance(callee, types.FunctionType) or not effects.is_python_call(step):
            return None
        again = callee in self.inlining and not inspect.isgeneratorfunction(callee)
        if again or not self.may_carry(step) or effects.makes_function(step):
            return None
        try:
            list_ = self.lower(callee)
            if list_ is self.top and any(self.fact(o) == UNKNOWN for o in step.operands):
                return None  # what it is given is known at run time
            return list_, ()
        except DifferentiationError as refusal:
            self.refused[callee] = refusal
            return None

    def call_helper(self, step: Step, function: Function, captured: tuple[Operand, ...]) -> bool:
        """Keeps the call of a function that deserves a definition of its own; False if it is to be inlined."""
        given = (*step.operands, *(o for _, o in step.keywords))
        if self.site is not None or not isinstance(step.callee, types.FunctionType) or is_tiny(function):
            return False
        if len(step.targets) != 1 or any(not is_plain(self.fact(o)) for o in given) or sets_attributes(function):
            return False
        if any(p.kind not in BY_POSITION for p in function.params) or "**" in dict(step.keywords):
            return False  # helpers are called by position
        try:
            bound = bind(function, step.operands, dict(step.keywords), self.make_tuple, self.make_dict)
        except TypeError:
            return False  # the call raises this itself, when it runs
        helper = self.helper(step.callee, function, bound)
        if helper is None:
            return False
        list_ = helper.specialised.function
        operands = tuple(bound[p.name] for p in list_.params)
        fact = without_sites(refreshed(fact_of_result(helper.specialised)))
        if holds_container(fact) and any(holds_container(self.fact(o)) for o in given):
            return False  # it may return a container it was given
        self.builder.append(replace(step, callee=list_, operands=operands, keywords=()), fact)
        self.note_containers(step)
        return True

    def helper_call(self, step: Step) -> Step:
        """A call of a helper as it was before: what is known of the arguments by now may ask for another helper."""
        positional, keywords = [], []
        for p, operand in zip(step.callee.params, step.operands, strict=True):
            if p.kind == "KEYWORD_ONLY":
                keywords.append((p.name, operand))
            else:
                positional.append(operand)
        helper: Helper = self.helpers[step.callee]
        return replace(step, callee=helper.callable, operands=tuple(positional), keywords=tuple(keywords))

    def helper(self, callee: Callable, function: Function, bound: Mapping[str, Operand]) -> Helper | None:
        """The helper for a call with these arguments; None if the function deals in memory, and must be inlined."""
        facts = canonical({p.name: self.fact(bound[p.name]) for p in function.params})
        key = (callee, tuple(facts.items()))
        if key not in self.helpers:
            for capture in function.captures:
                facts[capture.name] = fa.fact_of(capture.read(), ("captured", capture.name))
            if fa.DEVICE in self.facts:
                facts[fa.DEVICE] = self.facts[fa.DEVICE]
            self.inlining.append(callee)
            specialised = specialise(function, facts, self.lower, self.derive, self)
            self.inlining.pop()
            helper = Helper(callee, returning_fresh(specialised)) if deals_in_values(specialised) else None
            self.helpers[key] = helper
            if helper is not None:
                self.helpers[helper.specialised.function] = helper
        helper = self.helpers[key]
        if helper is not None:
            list_ = helper.specialised.function
            self.guards.extend(list_.guards)
            self.shared_captures(list_)
        return helper

    def may_carry(self, step: Step) -> bool:
        """Whether any argument can carry a derivative, or be a function that does."""
        given = step.operands + tuple(o for _, o in step.keywords)
        return any(fa.is_active_type(self.fact(o)) is not False for o in given)

    def inline(self, step: Step, function: Function, captured: tuple[Operand, ...]) -> bool:
        """Writes the body of a called function in place of the call; False if the call does not fit it."""
        operands = step.operands[1:] if step.callee is CALL else step.operands
        keywords = dict(step.keywords)
        if "**" in keywords or isinstance(step.callee, Spread):
            return False
        calls = function if step.callee is CALL else step.callee
        function = with_captured_defaults(self.shared_captures(function), captured)
        try:
            bound = bind(function, (*captured, *operands), keywords, self.make_tuple, self.make_dict)
        except TypeError:
            return False  # the call raises this itself, when it runs
        new = renamed(function, self.builder.names)
        self.replaced.update({n.name: bound[p.name] for n, p in zip(new.params, function.params, strict=True)})
        function = new
        self.guards.extend(function.guards)
        place, made_here = self.place, self.made_here
        self.enter(function.body, f"{place}:{made_here}")
        around, self.inlining = self.inlining, [*self.consumers.get(calls, self.inlining), calls]
        changing, self.changing = self.changing, self.changing or _changes_containers(function.body)
        self.nodes(function.body)
        self.changing = changing
        self.inlining = around
        self.place, self.made_here = place, made_here + 1
        self.builder.site = step.site
        self.give_result(step, self.use(function.result))
        return True

    def give_result(self, step: Step, result: Operand) -> None:
        """Names the result of an inlined call as the call's targets."""
        if step.targets:
            self.builder.append(Step(step.targets, identity, (result,), (), step.site))

    def make_tuple(self, items: tuple) -> Operand:
        """A tuple of operands, for `*args`."""
        return self.builder.step(make_tuple, *items)

    def make_dict(self, items: dict) -> Operand:
        """A dict of operands, for `**kwargs`."""
        return self.builder.step(make_dict, *(o for k, v in items.items() for o in (Const(k), v)))

    def shared_captures(self, function: Function) -> Function:
        """The function reading the captures that this list already has, or new ones with names of their own."""
        new: dict[str, Operand] = {}
        for capture in function.captures:
            key = (id(capture.scope), capture.key)
            if key not in self.captured:
                name = self.builder.names.fresh(capture.name)
                self.captured[key] = name
                self.captures.append(replace(capture, name=name))
                self.facts[name] = fa.fact_of(capture.read(), ("captured", name))
            new[capture.name] = self.captured[key]
        result = new.get(function.result, function.result) if isinstance(function.result, str) else function.result
        captures = tuple(c for c in self.captures if c.name in new.values())
        return replace(function, body=substitute(function.body, new), result=result, captures=captures)

    # -------------------------------------------------------------------------------------- generators

    def iterates(self, step: Step) -> bool:
        """Notes a generator that a step makes, or counts the values of; False if the step does something else."""
        made: Generator | None = None
        source = self.fact(step.operands[0]) if step.operands else UNKNOWN
        if step.callee in (enumerate, identity) and isinstance(source, Generator) and len(step.targets) == 1:
            made = source if step.callee is identity else counted(source, step)
        elif len(step.targets) == 1 and (target := self.called_function(step)) and target[0].generator:
            made = self.generator(step, *target)
        if made is None:
            return False
        self.builder.append(step)
        self.facts[step.target] = made
        self.pulls.names.add(step.target)
        return True

    def generator(self, step: Step, function: Function, captured: tuple[Operand, ...]) -> Generator | None:
        """The generator that a call makes; None if the call does not fit."""
        operands = step.operands[1:] if step.callee is CALL else step.operands
        keywords = dict(step.keywords)
        if "**" in keywords or isinstance(step.callee, Spread):
            return None
        callee = function if step.callee is CALL else step.callee
        function = with_captured_defaults(function, captured)
        try:
            bound = bind(function, (*captured, *operands), keywords, self.make_tuple, self.make_dict)
        except TypeError:
            return None  # the call raises this itself, when it runs
        made = Generator(step.target, callee, function, bound)
        self.pulls.make(made, self.loops)
        return made

    def generate(self, node: ForLoop, generator: Generator) -> None:
        """Rewrites a loop over a generator."""
        if generator.callee in self.inlining:
            raise UnsupportedError(
                f"the generator {generator.function.name} asks for values of one that it makes by calling itself",
                "collect the values in a list and return it",
                node.site,
            )
        function = renamed(self.shared_captures(generator.function), self.builder.names)
        given = (generator.bound[p.name] for p in generator.function.params)
        self.replaced.update(zip((p.name for p in function.params), given, strict=True))
        self.guards.extend(function.guards)
        before, consumer, after = consumption(node, generator.start, self.builder.names)
        self.consumers[consumer] = list(self.inlining)
        inside = handed_to(consumer, function)
        self.enter((*before, *inside, *after), self.places.get(id(node), self.place))
        self.nodes(before)
        self.inlining.append(generator.callee)
        self.nodes(inside)
        self.inlining.pop()
        self.nodes(after)

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
        changing, self.changing = self.changing, _changes_containers(function.body)
        self.nodes(function.body)
        self.site, self.changing = outer, changing
        self.builder.site = site
        return self.use(function.result)

    # ---------------------------------------------------------------------------------------- branches

    def branch(self, node: Branch) -> None:
        """Rewrites a branch; one whose test is known becomes the arm it takes."""
        test = self.use(node.test)
        truth = truth_of(self.fact(test))
        if truth is not None:
            self.nodes(node.then if truth else node.orelse)
            for merge in node.merges:
                self.replaced[merge.target] = self.use(merge.then if truth else merge.orelse)
            return
        pulled = set(self.pulls.pulled)
        then = self.builder.nested(lambda: self.nodes(node.then))
        pulled, self.pulls.pulled = self.pulls.pulled, pulled
        orelse = self.builder.nested(lambda: self.nodes(node.orelse))
        self.pulls.pulled |= pulled
        merges = []
        for merge in node.merges:
            left, right = self.use(merge.then), self.use(merge.orelse)
            self.replaced.pop(merge.target, None)  # an earlier pass over a loop's body may have known the test
            merges.append(Merge(merge.target, left, right))
            self.facts[merge.target] = self.joined(left, right)
        self.builder.add(Branch(test, then, orelse, tuple(merges), self.site or node.site))

    def joined(self, left: Operand, right: Operand) -> Fact:
        """What is known of a value that is one of two.  An undefined one is never read."""
        if left == UNDEFINED or right == UNDEFINED:
            other = right if left == UNDEFINED else left
            self.hand_on(self.fact(other))
            fact = self.fact(other)
            return UNKNOWN if isinstance(fact, (Closure, Partial)) else fact
        self.hand_on(self.fact(left))
        self.hand_on(self.fact(right))
        return fa.join(self.fact(left), self.fact(right))

    # ------------------------------------------------------------------------------------------- loops

    def for_loop(self, node: ForLoop) -> None:
        """Rewrites a for loop."""
        iterable = self.use(node.iterable)
        source = self.fact(iterable)
        if isinstance(source, Generator) and self.pulls.pull(source, self.loops, node):
            self.generate(node, source)
            return
        for c in node.carried:
            self.replaced.pop(c.result, None)  # an earlier pass over a loop's body may have known that there is no trip
        if isinstance(source, (Tuple, List)) and source.items == ():
            self.replaced.update((c.result, self.use(c.init)) for c in node.carried)
            return
        if (items := trips(self.builder, iterable)) is not None:
            self.written_out(node, items)
            return
        item = element_of(self.fact(iterable))
        self.facts[node.target] = item if self.containers is None else self.containers.settled(item)

        def parts() -> tuple[tuple[Node, ...], ...]:
            return (self.builder.nested(lambda: self.nodes(node.body)),)

        carried, (body,) = self.stable(node.carried, parts)
        until = self.until(node)
        self.builder.add(ForLoop(node.target, iterable, body, carried, until, self.site or node.site))

    def written_out(self, node: ForLoop, items: list[Operand]) -> None:
        """Rewrites a for loop as its trips."""
        carried = tuple(replace(c, init=self.use(c.init)) for c in node.carried)
        nodes, results = unrolled(replace(node, carried=carried), items, self.builder.names)
        place = self.places.get(id(node), self.place)
        self.enter(nodes, place)
        self.nodes(tuple(nodes))
        self.replaced.update({result: self.use(operand) for result, operand in results.items()})

    def while_loop(self, node: WhileLoop) -> None:
        """Rewrites a while loop."""

        def parts() -> tuple[tuple[Node, ...], ...]:
            tests = self.builder.nested(lambda: self.nodes(node.test_steps))
            return tests, self.builder.nested(lambda: self.nodes(node.body))

        carried, (test_steps, body) = self.stable(node.carried, parts)
        until = self.until(node)
        self.builder.add(WhileLoop(test_steps, self.use(node.test), body, carried, until, self.site or node.site))

    def until(self, node: ForLoop | WhileLoop) -> Operand | None:
        """The test by which a loop is left, if it ever is."""
        until = node.until if node.until is None else self.use(node.until)
        return None if until is None or truth_of(self.fact(until)) is False else until

    def stable(self, carried: tuple[Carried, ...], parts: Callable) -> tuple[tuple[Carried, ...], tuple]:
        """Rewrites a loop's blocks under facts of the carried values that hold on every trip."""
        inits = {c.name: self.use(c.init) for c in carried}
        for c in carried:
            self.facts[c.name] = self.fact(inits[c.name])
        around, self.loops = self.loops, (*self.loops, object())
        for attempt in range(_MAX_ITERATIONS + 1):
            blocks = parts()
            settled = True
            for c in carried:
                before = self.facts[c.name]
                after = self.carried_fact(c, inits[c.name], attempt)
                if after != before:
                    self.facts[c.name] = after
                    settled = False
            if settled:
                break
        self.loops = around
        for c in carried:
            self.facts[c.result] = self.facts[c.name]
        new = tuple(Carried(c.name, inits[c.name], self.use(c.next), c.result) for c in carried)
        return new, blocks

    def carried_fact(self, c: Carried, init: Operand, attempt: int) -> Fact:
        """The fact of a carried value after one more pass over the body."""
        before, following = self.facts[c.name], self.fact(self.use(c.next))
        for fact in (before, following):
            self.hand_on(fact)
        if init == UNDEFINED:
            joined = following if before in (UNKNOWN, following) else fa.join(before, following)
            joined = UNKNOWN if isinstance(joined, (Closure, Partial)) else joined
        else:
            joined = fa.join(before, following)
        if joined == before:
            return before
        if attempt >= _MAX_ITERATIONS - 1:
            return UNKNOWN
        return fa.with_own_axes(joined, c.name)


def with_captured_defaults(function: Function, captured: tuple[Operand, ...]) -> Function:
    """A nested function with the operands that it captured in place of their names where these are defaults."""
    given = {p.name: operand for p, operand in zip(function.params, captured, strict=False)}
    params = (replace(p, default=given[p.default]) if p.default in given else p for p in function.params)
    return replace(function, params=tuple(params))


def counted(generator: Generator, step: Step) -> Generator | None:
    """`enumerate(generator, start)`"""
    given = (*step.operands[1:], *(o for _, o in step.keywords))
    if generator.start is not None or len(given) > 1:
        return None
    return replace(generator, start=given[0] if given else Const(0))


def _changes_containers(nodes: tuple[Node, ...]) -> bool:
    """Whether a block contains a step that could change a list or dict."""
    from_methods = _MUTATES_LIST | _MUTATES_DICT
    for node in walk(nodes):
        if not isinstance(node, Step):
            continue
        if node.callee in (operator.setitem, operator.delitem) or node.callee in IN_PLACE:
            return True
        if isinstance(node.callee, (Augmented, MakeFunction)) or node.callee in from_methods:
            return True
    return False
