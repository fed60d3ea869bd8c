"""Functions that a program calls: what is known of them, and which deserve a definition of their own.

Guarantee: a helper returns nothing it writes to, and of what it is given it writes only to what its list says it
changes; a function that deals in memory has a definition only if it calls itself, and is inlined otherwise.  So a call
can be differentiated by a forward and a backward function, whatever the caller does with its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

from srcad import facts as fa
from srcad.errors import DifferentiationError
from srcad.facts import UNKNOWN, Array, Callee, Dict, Fact, Instance, Known, List, Number, Tuple
from srcad.rules import register
from srcad.transform.analyses.memory import Memory
from srcad.transform.builder import Builder
from srcad.transform.iterators import ITERATORS
from srcad.wengert import (
    Capture,
    Const,
    Function,
    Guard,
    MakeFunction,
    Method,
    Node,
    Operand,
    SetAttribute,
    Step,
    walk,
)


@dataclass(frozen=True, slots=True, eq=False)
class Closure(Callee):
    """A function made in the program itself: its list, and the operands it captured.

    One that `stays` is kept in a cell that was made in the same block: whoever reads the cell sees what it captured.
    """

    function: Function
    captured: tuple[Operand, ...]
    stays: bool = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Closure) or not (self.stays and other.stays):
            return self is other
        return self.function is other.function and self.captured == other.captured

    def __hash__(self) -> int:
        return hash((self.function, self.captured))


@dataclass(frozen=True, slots=True, eq=False)
class Partial(Callee):
    """A `functools.partial` made in the program itself: the function, and the arguments it was given."""

    function: Operand
    operands: tuple[Operand, ...]
    keywords: tuple[tuple[str, Operand], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Super(Fact):
    """What `super()` gives: the methods of the classes after `after`, bound to an object or class."""

    after: type
    self: Operand


@dataclass(frozen=True)
class Specialised:
    """A function with the facts of all its names.

    `refused` says why functions it calls could not be read, `helpers` what the lists it calls were made from.  What is
    made of it is differentiated `again`, if it belongs to a derivative that a program calls.
    """

    function: Function
    facts: dict[str, Fact]
    refused: Mapping[Any, DifferentiationError]
    helpers: Mapping[Function, Helper]
    again: bool = False


@dataclass(frozen=True)
class Helper:
    """A called function that keeps a definition of its own: the callable, and its list for the facts of one call.

    One that is not final was made under assumptions about a function that calls it, which may prove wrong.
    What one that `shares` returns may be what it was given.
    """

    callable: Callable
    specialised: Specialised
    is_final: bool = True
    shares: bool = False

    @property
    def plain(self) -> Any:
        """What to call where no derivative is asked for: the user's own function, or a list that has none."""
        is_list = isinstance(getattr(self.callable, "primal", self.callable), Function)
        return self.specialised.function if is_list else self.callable


def is_function(fact: Fact | None) -> bool:
    """Whether a value is a function made in the program, or a tuple or list that holds nothing but such."""
    match fact:
        case Closure() | Partial() | Super():
            return True
        case Tuple(items=items) | List(items=tuple() as items):
            return bool(items) and all(map(is_function, items))
    return False


def functions_of_record(kind: type) -> tuple[MakeFunction, ...]:
    """The functions for which the records of a class stand; empty for other classes."""
    return getattr(kind, "functions_of_record", ())


class Rewriting(Protocol):
    """A list being rewritten step by step: what a part of the specialisation needs of the whole."""

    builder: Builder
    facts: dict[str, Fact]
    guards: list[Guard]
    captures: list[Capture]
    captured: dict[tuple, str]
    within: set[Operand]

    def fact(self, operand: Operand) -> Fact:
        """What is known of an operand of the new list."""

    def use(self, operand: Operand) -> Operand:
        """The operand that stands for this one in the new list."""

    def step(self, step: Step) -> None:
        """Rewrites one step."""

    def nodes(self, nodes: tuple[Node, ...]) -> None:
        """Rewrites a block."""

    def note_containers(self, step: Step) -> None:
        """Names the containers that a step made, and notes what it stores."""


class Transformation(Protocol):
    """A specialised list that is being differentiated, forward or in reverse: what both ways ask of it."""

    function: Function
    facts: dict[str, Fact]
    memory: Memory
    varied: frozenset[str]
    active: Set[str]
    refused: Mapping[Any, DifferentiationError]
    builder: Builder
    inliner: Any
    lower: Callable[[Any], Function]


def is_user_object(value: Any) -> bool:
    """Whether a callable is an instance of a class written in Python outside srcad."""
    module = type(value).__module__
    return not module.startswith("srcad.") and register.lookup(value) is None


def is_tiny(function: Function) -> bool:
    """Whether a function is a single statement, which reads best in place of the call."""
    sites = {node.site.statement_line for node in function.body if isinstance(node, Step) and node.site is not None}
    return len(sites) <= 1 and all(isinstance(node, Step) for node in function.body)


def sets_attributes(function: Function) -> bool:
    """Whether a function writes to attributes of what it is given, so that it cannot deal in values.

    A method that seems to call itself may have a definition nevertheless.
    """
    given = {p.name for p in function.params}
    steps = [n for n in walk(function.body) if isinstance(n, Step)]
    if any(n.callee == Method(function.name) for n in steps):
        return False
    return any(isinstance(n.callee, SetAttribute) and n.operands[0] in given for n in steps)


def is_plain(fact: Fact) -> bool:
    """Whether an argument is neither a function nor an iterator, nor holds a function."""
    match fact:
        case Known(value=value):
            return not callable(value)
        case Closure() | Partial() | fa.Iterator():
            return False
        case Instance(type=kind):
            return kind not in ITERATORS
        case Tuple(type=kind) if functions_of_record(kind):
            return False
        case Tuple(items=items) | List(items=tuple() as items):
            return all(map(is_plain, items))
        case Dict(items=tuple() as items):
            return all(is_plain(f) for _, f in items)
    return True


def deals_in_values(specialised: Specialised, sharing: bool = False) -> bool:
    """Whether a function writes to nothing it is given, and returns nothing that it writes to.

    With `sharing` it may return what it was given; nobody must write to that.
    """
    function, facts = specialised.function, specialised.facts
    outside = [p.name for p in function.params] + [c.name for c in function.captures]
    memory = Memory(function.body, facts, separate=frozenset(p.name for p in function.params))
    if any(memory.is_written(name) for name in outside):
        return False
    result = function.result
    if not sharing and isinstance(result, str) and any(memory.reach(result) & memory.reach(name) for name in outside):
        return False
    if isinstance(facts.get(result), fa.Iterator):
        return False
    if not isinstance(result, str) or any(
        isinstance(n, Step) and isinstance(n.callee, MakeFunction) for n in walk(function.body)
    ):
        return False
    return _may_be_returned(result, specialised, memory)


def changed_parameters(specialised: Specialised) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of the parameters that a function writes to, and of those that hold something it writes to."""
    function = specialised.function
    params = [p.name for p in function.params]
    memory = Memory(function.body, specialised.facts, separate=frozenset(params))
    changes = tuple(i for i, name in enumerate(params) if memory.is_changed(name))
    return changes, tuple(i for i, name in enumerate(params) if memory.content_is_written(name))


def deals_in_its_arguments(specialised: Specialised) -> bool:
    """Whether a function writes to nothing but its arguments and memory of its own, and keeps these apart.

    It stores no argument in another, and returns neither an argument nor a container that it writes to.
    """
    function, facts = specialised.function, specialised.facts
    params = [p.name for p in function.params]
    memory = Memory(function.body, facts, separate=frozenset(params))
    reaches = [memory.reach(name) for name in (*params, *(c.name for c in function.captures))]
    if sum(map(len, reaches)) > len(frozenset().union(*reaches)):
        return False
    if any(memory.is_outside(name) for name in params) or any(memory.is_written(c.name) for c in function.captures):
        return False
    if any(isinstance(n, Step) and isinstance(n.callee, MakeFunction) for n in walk(function.body)):
        return False
    result = function.result
    if isinstance(result, Const):
        return True
    if isinstance(facts.get(result), fa.Iterator) or not memory.reach(result).isdisjoint(frozenset().union(*reaches)):
        return False
    return _may_be_returned(result, specialised, memory)


def _may_be_returned(result: str, specialised: Specialised, memory: Memory) -> bool:
    """Whether what a function returns, of its own, is no container that it writes to."""
    fact = fa.widen(specialised.facts.get(result, UNKNOWN))
    return not memory.is_written(result) or not isinstance(fact, (List, Dict))


def returning_fresh(specialised: Specialised) -> Specialised:
    """The function that deals in values, marked where what it returns is an array that nobody else has."""
    function = specialised.function
    memory = Memory(function.body, specialised.facts, separate=frozenset(p.name for p in function.params))
    is_array = isinstance(fa.widen(fact_of_result(specialised)), Array)
    fresh = is_array and isinstance(function.result, str) and not memory.is_outside(function.result)
    return replace(specialised, function=replace(function, fresh=fresh))


def fact_of_result(specialised: Specialised) -> Fact:
    """What is known of what a function returns."""
    result = specialised.function.result
    if isinstance(result, Const):
        return fa.constant_fact(result.value)
    return specialised.facts.get(result, UNKNOWN)


def without_sites(fact: Fact) -> Fact:
    """The fact of containers that are new to the caller."""
    match fact:
        case List() | Dict():
            return replace(fact, sites=frozenset())
        case Tuple(items=items):
            return replace(fact, items=tuple(map(without_sites, items)))
    return fact


def canonical(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The facts with axes named by where they come first, so that calls with like arguments share a helper."""
    names: dict[Any, Any] = {}

    def rename(fact: Fact, path: Any) -> Fact:
        match fa.widen(fact):
            case Array(shape=tuple() as shape) as array:
                dims = [
                    d if d == fa.ONE else fa.Dim(names.setdefault(d, (path, i)), d.one) for i, d in enumerate(shape)
                ]
                return replace(array, shape=tuple(dims))
            case Number() as number:
                return fact if isinstance(fact, Known) else replace(number, dim=None)
            case fa.Either(number, array):
                return fa.Either(rename(number, path), rename(array, path))
            case Tuple(items=items) as pair:
                return replace(pair, items=tuple(rename(f, (path, i)) for i, f in enumerate(items)))
            case List(items=None, element=element):
                return replace(fact, element=rename(element, (path, "item")), sites=frozenset())
            case List(items=tuple() as items):
                known = tuple(rename(f, (path, i)) for i, f in enumerate(items))
                element = fa.with_own_axes(fa.join_all(known), (path, "item"))
                return replace(fact, items=known, element=element, sites=frozenset())
            case Dict(items=tuple() as items):
                known = tuple((k, rename(f, (path, k))) for k, f in items)
                element = fa.with_own_axes(fa.join_all(f for _, f in known), (path, "item"))
                return replace(fact, items=known, element=element, sites=frozenset())
            case Dict(slots=slots, element=element):
                named = None if slots is None else tuple((k, rename(f, (path, k))) for k, f in slots)
                return replace(fact, slots=named, element=rename(element, (path, "item")), sites=frozenset())
        return fact

    return {name: rename(fact, name) for name, fact in facts.items()}
