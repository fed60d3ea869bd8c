"""What a function did for its arguments, as a Wengert list without control flow.

Guarantee: the list of `straight` computes, from the same arguments, the function's result by the same steps in the
same order; it holds no branches, loops or calls of functions with source, because those that were taken are written
out.  The site of each step is a `Place`, which says in which calls, loops and trips the step was taken.  So the
derivative of the list, at these arguments, is that of the function.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.errors import DifferentiationError, Site, UnsupportedError
from srcad.graphs.callees import Closure, entered
from srcad.graphs.iterables import items
from srcad.graphs.values import CALLABLES, applied, copied, is_plain, making, slots_of
from srcad.objects import Field, is_object
from srcad.transform.analyses import effects
from srcad.transform.binding import bind
from srcad.wengert import (
    CALL,
    Attempt,
    Branch,
    Const,
    ForLoop,
    Function,
    MakeFunction,
    Names,
    Node,
    Operand,
    Param,
    Spread,
    Step,
    WhileLoop,
    Within,
    base,
    identity,
    make_dict,
    make_tuple,
)


@dataclass(frozen=True, slots=True)
class Box:
    """A call of a function, a loop, or a trip of one; its number tells it from others of the same title."""

    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Place(Site):
    """A site in the boxes around a step, the outermost first."""

    path: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Straight:
    """A straight list, and the values of its parameters: leaves of the function's own, and what it read from outside.

    `spelling` says how Python writes each leaf of an argument: `params[0]`.
    """

    function: Function
    values: dict[str, Any]
    spelling: dict[str, str]


def straight(function: Function, values: Mapping[str, Any], lower: Callable[[Any], Function], limit: int) -> Straight:
    """The straight list of a function for these arguments, which it does not write to.

    Raises UnsupportedError if it takes more than `limit` steps, or goes through an iterator that may yield derivatives,
    and whatever the function raises.
    """
    tracer = Tracer(lower, limit)
    bound = {p.name: tracer.argument(p.name, values[p.name], p.name) for p in function.params}
    result = tracer.body(function, bound, ())
    params = tuple(Param(name) for name in tracer.given)
    list_ = Function(function.name, params, tuple(tracer.steps), result, site=function.site, doc=function.doc)
    return Straight(list_, tracer.given, tracer.spelling)


class Tracer:
    """The steps so far; names of the functions traced are looked up in an environment, name to operand."""

    def __init__(self, lower: Callable[[Any], Function], limit: int):
        self.lower = lower
        self.limit = limit
        self.names = Names()
        self.steps: list[Step] = []
        self.values: dict[str, Any] = {}
        self.given: dict[str, Any] = {}
        self.spelling: dict[str, str] = {}
        self.made: dict[str, Step] = {}
        self.boxes = 0
        self._outside: dict[tuple[int, str], Operand] = {}

    # ------------------------------------------------------------------------------------ names and values

    def parameter(self, like: str, value: Any) -> Operand:
        """A parameter of the straight list with its value, of which the steps see a copy."""
        if is_plain(value) or isinstance(value, CALLABLES):
            return Const(value)
        while not (name := self.names.fresh(like)).isidentifier():
            like += "_"
        self.given[name] = value
        self.values[name] = copied(value)
        return name

    def argument(self, like: str, value: Any, spelt: str) -> Operand:
        """An argument: of tuples, lists and dicts every leaf is a parameter."""
        slots = slots_of(value)
        if slots:
            joint = {Field(k) if is_object(value) else k: v for k, v in slots.items()}
            dotted = is_object(value) or hasattr(value, "_fields")
            leaves = {
                key: self.argument(f"{like}_{key}", item, f"{spelt}.{key}" if dotted else f"{spelt}[{key!r}]")
                for key, item in joint.items()
            }
            return self.emit(*making(value, leaves), like=like, site=None, path=())
        operand = self.parameter(like if like.isidentifier() else "leaf", value)
        if isinstance(operand, str):
            self.spelling[operand] = spelt
        return operand

    def value(self, operand: Operand) -> Any:
        """The value of an operand of the straight list, now."""
        return operand.value if isinstance(operand, Const) else self.values[operand]

    def box(self, path: tuple[Box, ...], title: str) -> tuple[Box, ...]:
        """The path to a new box."""
        self.boxes += 1
        return (*path, Box(self.boxes, title))

    def record(self, step: Step, value: Any, path: tuple[Box, ...]) -> None:
        """Keeps a step that was taken, and what it gave."""
        if len(self.steps) >= self.limit:
            raise UnsupportedError(
                f"the graph has more than {self.limit} steps",
                "draw it for smaller arguments or fewer trips, or give a larger limit",
                step.site,
            )
        site = step.site
        if site is not None:
            inner = site.path if isinstance(site, Place) else ()
            site = Place(**{f.name: getattr(site, f.name) for f in fields(Site)}, path=(*path, *inner))
        step = Step(step.targets, step.callee, step.operands, step.keywords, site)
        self.steps.append(step)
        if step.targets:
            self.values[step.target] = value
            self.made[step.target] = step

    def emit(self, callee: Any, *operands: Operand, like: str, site: Site | None, path: tuple[Box, ...]) -> Operand:
        """A step that the program has not written itself, and its target; a constant where nothing can vary."""
        value = applied(callee, [self.value(o) for o in operands], {})
        if all(isinstance(o, Const) for o in operands) and effects.is_immutable_object(value):
            return Const(value)
        target = self.names.fresh(like)
        self.record(Step((target,), callee, operands, (), site), value, path)
        return target

    # ------------------------------------------------------------------------------------------- functions

    def body(self, function: Function, bound: Mapping[str, Operand], path: tuple[Box, ...]) -> Operand:
        """The result of a function whose parameters are bound."""
        env = dict(bound)
        for capture in function.captures:
            key = (id(capture.scope), capture.key)
            if key not in self._outside:
                self._outside[key] = self.parameter(base(capture.name), capture.read())
            env[capture.name] = self._outside[key]
        self.block(function.body, env, path)
        return _read(function.result, env)

    def untraced(self, function: Function, captured: tuple[Operand, ...], args: tuple, kwargs: dict) -> Any:
        """The value of a call from outside of the program."""
        steps, self.steps = self.steps, []
        try:
            given = (*captured, *map(Const, args))
            function = _with_defaults(function, given)
            bound = bind(function, given, {k: Const(v) for k, v in kwargs.items()}, _const_tuple, _const_dict)
            return self.value(self.body(function, bound, ()))
        finally:
            self.steps = steps

    # ----------------------------------------------------------------------------------------------- nodes

    def block(self, nodes: tuple[Node, ...], env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """Takes the steps of a block."""
        for node in nodes:
            match node:
                case Step():
                    self.step(node, env, path)
                case Attempt():
                    self.attempt(node, env, path)
                case Within():
                    self.within(node, env, path)
                case Branch():
                    taken = bool(self.value(_read(node.test, env)))
                    self.block(node.then if taken else node.orelse, env, path)
                    env.update({m.target: _read(m.then if taken else m.orelse, env) for m in node.merges})
                case ForLoop():
                    self.for_loop(node, env, path)
                case WhileLoop():
                    self.while_loop(node, env, path)

    def attempt(self, node: Attempt, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """A `try`: what was done before an error was done, and the handler after it."""
        try:
            self.block(node.then, env, path)
        except DifferentiationError:
            raise
        except self.value(_read(node.test, env)) as error:
            if node.error is not None:
                env[node.error] = Const(error)
            self.block(node.orelse, env, path)
            env.update({m.target: _read(m.orelse, env) for m in node.merges})
        else:
            env.update({m.target: _read(m.then, env) for m in node.merges})

    def within(self, node: Within, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """A `with`: the manager is entered and left, and its steps are those between."""
        first, *steps, _ = node.then
        assert isinstance(first, Step)
        with self.value(_read(node.test, env)) as entered:
            env.update(dict.fromkeys(first.targets, Const(entered)))
            self.block(tuple(steps), env, path)
        env.update({m.target: _read(m.then, env) for m in node.merges})

    def for_loop(self, node: ForLoop, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """A loop, trip by trip."""
        path = self.box(path, _title(node, f"for {base(node.target)}"))
        self.start(node, env)
        for trip, item in enumerate(items(self, _read(node.iterable, env), node.site, path, [base(node.target)]), 1):
            env[node.target] = item
            self.block(node.body, env, self.box(path, f"trip {trip}"))
            if self.leaves(node, env):
                break

    def while_loop(self, node: WhileLoop, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """A loop, trip by trip."""
        path = self.box(path, _title(node, "while"))
        self.start(node, env)
        trip = 0
        while True:
            inside = self.box(path, f"trip {(trip := trip + 1)}")
            self.block(node.test_steps, env, inside)
            if not self.value(_read(node.test, env)):
                break
            self.block(node.body, env, inside)
            if self.leaves(node, env):
                break

    def start(self, node: ForLoop | WhileLoop, env: dict[str, Operand]) -> None:
        """Before the first trip."""
        first = [_read(c.init, env) for c in node.carried]
        for carried, operand in zip(node.carried, first, strict=True):
            env[carried.name] = env[carried.result] = operand

    def leaves(self, node: ForLoop | WhileLoop, env: dict[str, Operand]) -> bool:
        """Between trips: whether the loop is left."""
        after = [_read(c.next, env) for c in node.carried]
        leave = node.until is not None and bool(self.value(_read(node.until, env)))
        for carried, operand in zip(node.carried, after, strict=True):
            env[carried.name] = env[carried.result] = operand
        return leave

    # ----------------------------------------------------------------------------------------------- steps

    def step(self, step: Step, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """Takes a step, or those of the function it calls."""
        operands = tuple(_read(o, env) for o in step.operands)
        keywords = tuple((k, _read(o, env)) for k, o in step.keywords)
        callee = step.callee
        if isinstance(callee, Spread):
            callee, operands, keywords = self.spread(callee, operands, keywords, step.site, path)
        if callee is CALL and isinstance(operands[0], Const):
            callee, operands = operands[0].value, operands[1:]
        if callee in (operator.getitem, operator.setitem) and isinstance(index := self.value(operands[1]), np.integer):
            operands = (operands[0], Const(int(index)), *operands[2:])
        found = entered(self, callee, operands + tuple(o for _, o in keywords))
        if found is not None:
            function, given = found
            given = given[: len(given) - len(keywords)]
            result = self.call(function, given, dict(keywords), step, path)
            if len(step.targets) == 1:
                env[step.target] = result
                return
            callee, operands, keywords = identity, (result,), ()
            if not step.targets:
                return
        values = [self.value(o) for o in operands]
        if isinstance(callee, MakeFunction):
            value: Any = Closure(self, callee, operands)
        else:
            value = applied(callee, values, {k: self.value(o) for k, o in keywords})
        if len(step.targets) > 1:
            self.unpack(Step(step.targets, callee, operands, keywords, step.site), value, env, path)
        else:
            self.define(Step(step.targets, callee, operands, keywords, step.site), value, env, path)

    def define(self, step: Step, value: Any, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """Keeps a step whose operands are those of the straight list; what carries no derivative is a constant."""
        if step.callee is identity and len(step.targets) == 1:
            env[step.target] = step.operands[0]
            return
        facts = {o: fa.fact_of(self.values[o]) for o in step.operands if isinstance(o, str)}
        plain = len(step.targets) == 1 and is_plain(value)
        if plain:
            env[step.target] = Const(value)
            if effects.is_pure(step, facts):
                return
        targets = tuple(self.names.fresh(base(t)) for t in step.targets)
        if not plain:
            env.update(zip(step.targets, targets, strict=True))
        self.record(Step(targets, step.callee, step.operands, step.keywords, step.site), value, path)

    def unpack(self, step: Step, value: Any, env: dict[str, Operand], path: tuple[Box, ...]) -> None:
        """The same for a step of several targets: each is an item of its result."""
        own: dict[str, Operand] = {}
        self.define(Step(("t",), step.callee, step.operands, step.keywords, step.site), value, own, path)
        whole = own["t"]
        found = items(self, whole, step.site, path, [base(t) for t in step.targets])
        env.update(zip(step.targets, found, strict=True))  # raises what Python raises, in other words

    def call(
        self, function: Function, operands: tuple, keywords: dict[str, Operand], step: Step, path: tuple[Box, ...]
    ) -> Operand:
        """The result of a call whose steps are taken one by one."""

        def packed(items: tuple[Operand, ...]) -> Operand:
            return self.emit(make_tuple, *items, like="t", site=step.site, path=path)

        def named(items: dict[str, Operand]) -> Operand:
            pairs = [o for key, operand in items.items() for o in (Const(key), operand)]
            return self.emit(make_dict, *pairs, like="t", site=step.site, path=path)

        bound = bind(_with_defaults(function, operands), operands, keywords, packed, named)
        return self.body(function, bound, self.box(path, function.name))

    def spread(
        self, callee: Spread, operands: tuple, keywords: tuple, site: Site | None, path: tuple[Box, ...]
    ) -> tuple[Any, tuple[Operand, ...], tuple]:
        """A call with what it spreads written out."""
        given: list[Operand] = []
        for position, operand in enumerate(operands):
            given.extend(items(self, operand, site, path) if position in callee.starred else [operand])
        named: list[tuple[str, Operand]] = []
        for key, operand in keywords:
            if key != "**":
                named.append((key, operand))
                continue
            for inner in self.value(operand):
                item = self.emit(operator.getitem, operand, Const(inner), like="item", site=site, path=path)
                named.append((inner, item))
        return callee.callee, tuple(given), tuple(named)


def _read(operand: Operand, env: Mapping[str, Operand]) -> Operand:
    return operand if isinstance(operand, Const) else env[operand]


def _with_defaults(function: Function, operands: tuple[Operand, ...]) -> Function:
    """The function for a call with these operands: a default that was captured is the operand it was captured as."""
    if all(not isinstance(p.default, str) for p in function.params):
        return function
    given = dict(zip((p.name for p in function.params), operands, strict=False))
    params = (replace(p, default=given.get(p.default, p.default)) for p in function.params)  # type: ignore[arg-type]
    return replace(function, params=tuple(params))


def _const_tuple(items: tuple) -> Const:
    return Const(tuple(o.value for o in items))


def _const_dict(items: dict) -> Const:
    return Const({k: o.value for k, o in items.items()})


def _title(node: ForLoop | WhileLoop, otherwise: str) -> str:
    text = node.site.statement.rstrip(":") if node.site is not None else ""
    return text if text.startswith(("for ", "while ")) else otherwise
