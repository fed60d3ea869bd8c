"""The state of a forward transformation: tangents, and the block being written.

Guarantee: a name that is active has a tangent of its own kind: a number for a number, an array of the same shape and
dtype for an array, and for a list, tuple, dict or object one of the same class and length that holds the tangents of
what it holds.  What is not active has a tangent of zero, which is written down only where something must hold it.
Tangents share memory exactly as what they belong to does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import DifferentiationError, Site
from srcad.facts import Array, Dict, Either, Fact, List, Number, Tuple
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.varied import useful_names, varied_names
from srcad.transform.builder import Builder
from srcad.transform.helpers import Specialised
from srcad.transform.specialise import Specialiser
from srcad.wengert import UNDEFINED, UNSET, Const, Function, Names, Operand, Param, Recursion, all_names, base

ZERO = Const(0.0)


@dataclass(frozen=True)
class Joined:
    """An iterator of values and tangents: what it goes through, and what the parts of its items are.

    `parts` is None where something is iterated over as it is; `numbered` says that items come with their numbers.
    """

    sources: tuple[Operand, ...]
    parts: tuple[Joined, ...] | None = None
    numbered: bool = False


class Forward:
    """One forward transformation of a specialised function."""

    def __init__(
        self,
        function: Function,
        specialised: Specialised,
        wrt: Iterable[str],
        lower: Callable[[Any], Function],
        tangent_of: Callable[[Specialised, tuple[str, ...]], Function | Recursion],
    ):
        self.function = function
        self.facts = facts = specialised.facts
        self.lower = lower
        self.tangent_of = tangent_of
        self.refused = specialised.refused
        self.helpers = specialised.helpers
        self.names = Names.of(function)
        self.inliner = Specialiser(self.names, facts, lower)
        self.builder: Builder = self.inliner.builder
        parameters = frozenset(p.name for p in function.params)
        self.memory = Memory(function.body, facts, separate=parameters)
        self.varied = varied_names(function, facts, self.memory, wrt)
        self.useful = useful_names(function, facts, self.memory)
        self.active = self._with_sharing(self.varied & self.useful)
        self.dots: dict[str, Operand] = {}
        self.partly_zero: frozenset[str] = frozenset()
        self.joinable: frozenset[str] = frozenset()
        self.joined: dict[str, Joined] = {}
        self.iterables: dict[str, str] = {}  # of what is joined: the iterator of values and tangents
        self.refusals: dict[str, DifferentiationError] = {}  # of tangents that nobody may ask for
        self.has_numpy_raise = False
        self.attempts: list[bool] = []  # for each `try` around: whether it may catch what arithmetic raises

    def _with_sharing(self, active: frozenset[str]) -> set[str]:
        """The active names, and all that may share memory with one of them to which something is written."""
        regions = {self.memory.region(name) for name in active if self.memory.is_written(name)} - {None}
        sharing = {name for name in all_names(self.function) if self.memory.region(name) in regions}
        return {*active, *(n for n in sharing if fa.is_active_type(self.facts.get(n, fa.UNKNOWN)) is not False)}

    def fact(self, operand: Operand) -> Fact:
        """What is known of an operand."""
        return fa.widen(self.builder.fact(operand))

    def is_active(self, operand: Any) -> bool:
        """Whether an operand has a tangent that may be other than zero."""
        return isinstance(operand, str) and operand in self.active

    def called_list(self, function: Function) -> tuple[Function, Mapping[str, Fact]]:
        """A list that the function calls, with the facts of its names as far as they are known."""
        helper = self.helpers.get(function)
        return (helper.specialised.function, helper.specialised.facts) if helper is not None else (function, {})

    def at(self, site: Site | None) -> None:
        """The statement that the next steps belong to."""
        self.builder.site = site.reversed() if site is not None else None

    # --------------------------------------------------------------------------------------------- tangents

    def new_parameter(self, name: str, fact: Fact) -> Param:
        """The parameter for the tangent of a parameter, whose name is printed as it is."""
        dot = self.names.parameter(f"dot_{base(name)}")
        self.facts[dot], self.dots[name] = fact, dot
        return Param(dot)

    def new_dot(self, name: str, fact: Fact | None = None) -> str:
        """A name for the tangent of a name."""
        dot = self.names.fresh(dot_name(name))
        self.facts[dot] = tangent_fact(self.facts.get(name, fa.UNKNOWN)) if fact is None else fact
        self.dots[name] = dot
        return dot

    def tangent(self, operand: Operand) -> Operand:
        """The tangent of an operand; zero, made here, if it is not active."""
        if operand in self.refusals:
            raise self.refusals[str(operand)]
        if self.is_active(operand):
            return self.dots[str(operand)]
        return operand if operand in (UNDEFINED, UNSET) else self.zero(operand)

    def zero(self, operand: Operand) -> Operand:
        """A tangent of zero.  What is neither a number nor holds any, such as a string, stands for itself."""
        match self.fact(operand):
            case Number():
                return ZERO
            case Array():
                callee: Any = np.zeros_like
            case Tuple() | List() | Dict() | fa.Unknown() | Either() | fa.Nested():
                callee = rt.zero_tangent
            case _:
                return operand
        like = dot_name(operand) if isinstance(operand, str) else "d"
        fact = tangent_fact(self.builder.fact(operand))
        return self.builder.step(callee, operand, like=like, fact=fact)


def dot_name(name: str) -> str:
    """What the tangent of a name is called: that of a value the user did not name is a temporary, too.

    >>> dot_name("y.3"), dot_name("t.2")
    ('dot_y', 'd')
    """
    return "d" if base(name) in ("t", "d", "_") else f"dot_{base(name)}"


def tangent_fact(fact: Fact) -> Fact:
    """What is known of the tangent of a value."""
    match fa.widen(fact):
        case Number(dtype=dtype):
            return Number(dtype, None) if fa.is_active_type(fact) is not False else fa.UNKNOWN
        case Array() as array:
            return array
        case Tuple(items=items, type=kind, absent=absent):
            return Tuple(tuple(map(tangent_fact, items)), kind, absent)
        case List(items=known, element=element, absent=absent):
            items = None if known is None else tuple(map(tangent_fact, known))
            return List(items, tangent_fact(element), absent=absent)
        case Dict(items=named, element=element, type=kind, slots=slots, absent=absent, keys=keys):
            pairs = [None if p is None else tuple((k, tangent_fact(f)) for k, f in p) for p in (named, slots)]
            return Dict(pairs[0], tangent_fact(element), type=kind, slots=pairs[1], absent=absent, keys=keys)
    return fa.UNKNOWN
