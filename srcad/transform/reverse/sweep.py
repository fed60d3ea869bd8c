"""The state of a reverse sweep: cotangents, shadows, and the block being written.

Guarantee: what `add` is given reaches the cotangent of the name exactly once, wherever that lives (see `homes`).
A shadow is made once for each object, at the start of the reverse of the block in which the object is made; the shadow
of a view is the same view of the shadow.  Values of the forward sweep are referred to by their own names; the
control nodes see to it that they are still there when the reverse sweep asks for them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import Site, UnsupportedError
from srcad.facts import Array, Dict, Fact, List, Number, Tuple
from srcad.transform.analyses.keys import refuse_active_keys
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.texts import check_text
from srcad.transform.analyses.undefined import undefined_names
from srcad.transform.analyses.varied import useful_names, varied_names
from srcad.transform.builder import Builder
from srcad.transform.helpers import Specialised
from srcad.transform.reverse.definitions import Definitions
from srcad.transform.reverse.handing import hands_memory
from srcad.transform.reverse.homes import Home, Homes
from srcad.transform.reverse.iterators import check_iterators
from srcad.transform.reverse.travelling import keeping_regions, shadow_name, travelling_regions, travels
from srcad.transform.reverse.undefined import undefined_arms
from srcad.transform.reverse.views import shadow_of_view
from srcad.transform.specialise import Specialiser
from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Augmented,
    Branch,
    Const,
    Function,
    MakeFunction,
    Names,
    Node,
    Operand,
    Step,
    base,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
    walk,
)

Path = tuple
Key = tuple[str, Path]
ELLIPSIS = Const(...)
ZERO = Const(0.0)
COMPLEX_ZERO = Const(0j)


@dataclass
class Context:
    """A block of the forward sweep whose reverse is being written.

    `start` collects what the reverse of the block begins with, `index` names the number of the trip if the
    block is a loop's body and something asked for it.
    """

    names: frozenset[str]
    start: list[Node] = field(default_factory=list)
    shadows: dict[str, str] = field(default_factory=dict)
    index: str | None = None
    is_loop: bool = False


class Sweep:
    """One reverse sweep over a specialised function."""

    def __init__(
        self,
        function: Function,
        facts: dict[str, Fact],
        wrt: Iterable[str],
        lower: Callable[[Any], Function],
        specialised: Specialised,
        make_sweeps: Callable[..., Any],
        pairs: dict[Function, Any],
        pull_through: Callable[[Sweep, Any, Operand], None],
    ):
        self.function = function
        self.facts = facts
        self.wrt = tuple(wrt)
        self.lower = lower
        self.refused = specialised.refused
        self.helpers = specialised.helpers
        self.again = specialised.again
        self.make_sweeps = make_sweeps
        self.pairs = pairs
        self.pull_through = pull_through
        self.names = Names.of(function)
        self.inliner = Specialiser(self.names, facts, lower)
        self.builder: Builder = self.inliner.builder
        parameters = frozenset(p.name for p in function.params)
        self.memory = Memory(function.body, facts, separate=parameters)
        self.definitions = Definitions(function, facts)
        self.varied = varied_names(function, facts, self.memory, self.wrt)
        self.useful = useful_names(function, facts, self.memory)
        self.active = self.varied & self.useful
        refuse_active_keys(function, facts, self.varied)
        check_text(function, facts, self.memory, self.varied, self.useful, self.called_list)
        check_iterators(function.body, facts, self.definitions, self.active)
        self.undefined = undefined_names(function.body) | {n for n, fact in facts.items() if fa.may_be_none(fact)}
        self.homes = Homes(function, facts, self.memory, self.definitions, self.active, self.undefined, self.refused)
        self.undefined_arms = undefined_arms(function.body)
        self.entries: dict[Key, Operand] = {}
        self.contexts: list[Context] = []
        self.restoring: set[str] = set()
        self.origins: dict[str, str] = {}
        self.kept: dict[str, tuple[Operand, ...]] = {}  # what is recorded by a call may hold all of these
        self.tapes: dict[str, str | None] = {}  # and the names of the tuples that are appended to them
        self.made_functions = {
            n.target for n in walk(function.body) if isinstance(n, Step) and isinstance(n.callee, MakeFunction)
        }
        self.is_helper = False
        self.hands_memory = hands_memory(function)
        self.has_complex: bool | None = None  # found when it is first asked
        self.selected: set[str] = set()
        self.travelled: dict[str, str] = {}
        self.keeping = keeping_regions(self)
        self.travelling = travelling_regions(self)
        self.opaque_writes: list[tuple[Operand, Step]] = []
        self.exposed: set[int] = set()  # the steps that an abandoned `try` may leave done
        self.abandoned: dict[str, Step] = {}  # of these, by what their restores put back

    def called_list(self, function: Function) -> tuple[Function, Mapping[str, Fact]]:
        """A list that the function calls, with the facts of its names as far as they are known."""
        helper = self.helpers.get(function)
        return (helper.specialised.function, helper.specialised.facts) if helper is not None else (function, {})

    # ----------------------------------------------------------------------------------------- cotangents

    def home(self, operand: Operand) -> Home:
        """Where the cotangent of an operand lives."""
        if not isinstance(operand, str):
            return Home.NONE
        home = self.homes.of(operand)
        return Home.SHADOW if home in (Home.PATHS, Home.VALUE) and travels(self, operand) else home

    def add(self, operand: Operand, d: Operand, path: Path = ()) -> None:
        """Adds a contribution to the cotangent of an operand, or of what stands at a path inside it."""
        home = self.home(operand)
        if home is Home.NONE or d in (UNDEFINED, UNSET):
            return
        assert isinstance(operand, str)
        if home is Home.PATHS:
            self.add_to_paths(operand, d, path)
        elif home is Home.VALUE:
            self.accumulate((operand, ()), self.structure(operand, {path: d}))
        elif home is Home.THROUGH:
            self.pull_through(self, self.definitions[self.definitions.same(operand)].by, d)
        elif path:
            self.add_to_slot(operand, d, path)
        elif isinstance(fa.widen(self.facts[operand]), Array):
            self.add_to_array(operand, d)
        else:
            adding = rt.add_into_slots if travels(self, operand) else rt.add_to_slots
            self.builder.effect(adding, self.shadow(operand), d)

    def add_to_array(self, name: str, d: Operand) -> None:
        """Adds a contribution to the whole shadow of an array, which is None where the array is not assigned.

        So is the contribution where one arm of a branch gave another name to an array that is always assigned.
        """
        shadow, root = self.shadow(name), self.definitions.same(name)
        absent = [shadow] * (root in self.undefined) + [d] * (name != root and name in self.undefined)
        with self.builder.block() as adding:
            self.builder.effect(Augmented(operator.iadd), shadow, ELLIPSIS, d)
        for operand in absent:
            with self.builder.block() as tested:
                test = self.builder.step(operator.is_not, operand, Const(None), like="test", fact=fa.BOOL)
                self.builder.add(Branch(test, tuple(adding), (), (), self.builder.site))
            adding = tested
        self.builder.steps.extend(adding)
        self.mark_selected(shadow, d)

    def add_to_paths(self, name: str, d: Operand, path: Path) -> None:
        """Adds a contribution leaf by leaf.  A tuple in whose place None may stand is a leaf."""
        whole = next((n for n in range(len(path) + 1) if is_absent(self.fact_at(name, path[:n]))), None)
        if whole is not None:
            path, d = path[:whole], self.structure(name, {path: d}, path[:whole])
        fact = self.fact_at(name, path)
        if fa.is_active_type(fact) is False:
            return
        slots = slots_of(fact) if whole is None else None
        if slots is None:
            self.accumulate((name, path), d)
            return
        for slot, inner in slots:
            if fa.is_active_type(inner) is not False:
                item = self.builder.step(operator.getitem, d, Const(slot), like=f"d_{base(name)}")
                if not fa.is_numeric(self.builder.fact(item)) and not isinstance(inner, Number):
                    item = self.filled(item, name, (*path, slot))
                self.add_to_paths(name, item, (*path, slot))

    def filled(self, d: Operand, name: str, path: Path) -> Operand:
        """A slot of a shadow, where 0.0 stands for zeros of any structure, as the cotangent of what is at a path."""
        fact, primal = cotangent_fact(self.fact_at(name, path)), self.primal_at(name, path)
        return self.builder.step(rt.project, d, primal, like=self.cotangent_name(name), fact=fact)

    def add_to_slot(self, name: str, d: Operand, path: Path) -> None:
        """Adds a contribution to what stands at a path inside the shadow of a container."""
        shadow: Operand = self.shadow(name)
        if travels(self, name):
            for slot in path[:-1]:
                shadow = self.builder.step(operator.getitem, shadow, Const(slot), fact=fa.UNKNOWN)
            self.builder.effect(rt.add_to_slot, shadow, Const(path[-1]), d)
            return
        whole = self.structure(name, {path: d}, path[:1])
        self.builder.effect(rt.add_to_slot, shadow, Const(path[0]), whole)

    def fact_at(self, name: str, path: Path) -> Fact:
        """The fact of what stands at a path inside a container of known structure."""
        fact = fa.widen(self.facts.get(name, fa.UNKNOWN))
        for slot in path:
            fact = fact.get(slot) if isinstance(fact, Dict) else dict(slots_of(fact) or ()).get(slot, fa.UNKNOWN)
        return fa.widen(fact)

    def cotangent_fact_at(self, name: str, path: Path) -> Fact:
        """The fact of the cotangent of what stands at a path; None stands for that of what is not assigned."""
        fact = self.fact_at(name, path)
        return fa.UNKNOWN if name in self.undefined and not isinstance(fact, Number) else cotangent_fact(fact)

    def accumulate(self, key: Key, d: Operand) -> None:
        """Assigns a first contribution, adds later ones."""
        before = self.entries.get(key)
        if before is None or before in (ZERO, COMPLEX_ZERO):
            self.entries[key] = d
        elif d not in (ZERO, COMPLEX_ZERO):
            known = fa.is_numeric(self.fact_at(*key)) and key[0] not in self.undefined  # those may be None
            callee = operator.add if known else rt.add
            self.entries[key] = self.builder.step(callee, before, d, like=self.cotangent_name(key[0]))
            self.mark_selected(self.entries[key], before, d)

    def mark_selected(self, d: Operand, *sources: Operand) -> None:
        """Notes that a cotangent has zeros where a selection left something out, if one of its sources has."""
        if isinstance(d, str) and any(s in self.selected for s in sources):
            self.selected.add(d)

    @staticmethod
    def cotangent_name(name: str) -> str:
        """What the cotangent of a name is called."""
        return f"d_{base(name)}"

    def take(self, name: str) -> Operand | None:
        """The whole cotangent of a name, which is complete now; None if nothing was added to it."""
        home = self.home(name)
        if home is Home.NONE or home is Home.THROUGH:
            return None
        if home is Home.SHADOW:
            if travels(self, name):
                return shadow_name(self, name)
            context = self.context_of(name)
            return context.shadows.get(self.definitions.same(name))
        if home is Home.VALUE:
            return self.entries.pop((name, ()), None)
        if not any(key[0] == name for key in self.entries):
            return None
        return self.structure(name, self.take_paths(name))

    def take_paths(self, name: str) -> dict[Path, Operand]:
        """The leaves of the cotangent of a container of known structure."""
        found = {path: d for (root, path), d in self.entries.items() if root == name}
        for path in found:
            del self.entries[name, path]
        return found

    def take_leaves(self, name: str) -> dict[Path, Operand]:
        """The cotangent of a name by paths, whatever its home; empty if nothing was added to it."""
        if self.home(name) is not Home.SHADOW:
            return self.take_paths(name)
        d = self.take(name)
        return {} if d is None else {(): d}

    def structure(self, name: str, leaves: Mapping[Path, Operand], path: Path = ()) -> Operand:
        """A cotangent with the structure of the value; zeros where `leaves` have nothing."""
        if path in leaves:
            return leaves[path]
        fact = self.fact_at(name, path)
        slots = slots_of(fact)
        if slots is None or not any(p[: len(path)] == path for p in leaves):
            return self.zero_at(name, path)
        items = [(slot, self.structure(name, leaves, (*path, slot))) for slot, _ in slots]
        like = self.cotangent_name(name)
        if isinstance(fact, Dict):
            pairs = (o for slot, item in items for o in (Const(slot), item))
            if fact.type is not dict:
                return self.builder.step(make_object, Const(fact.type), *pairs, like=like)
            return self.builder.step(make_dict, *pairs, like=like)
        kind = fact.type if isinstance(fact, Tuple) else list
        values = [item for _, item in items]
        if kind in (tuple, list):
            return self.builder.step(make_tuple if kind is tuple else make_list, *values, like=like)
        return self.builder.step(make_named_tuple, Const(kind), *values, like=like)

    def primal_at(self, name: str, path: Path) -> Operand:
        """The part of a container at a path."""
        operand: Operand = name
        for slot in path:
            operand = self.builder.step(operator.getitem, operand, Const(slot))
        return operand

    def zero(self, primal: Operand) -> Operand:
        """A cotangent of zero for a value."""
        fact = fa.widen(self.builder.fact(primal))
        if isinstance(fact, Number):
            return COMPLEX_ZERO if fact.dtype == "complex128" else ZERO
        callee = np.zeros_like if isinstance(fact, Array) and primal not in self.undefined else rt.zeros_like
        like = self.cotangent_name(primal) if isinstance(primal, str) else "t"
        site, self.builder.site = self.builder.site, None
        known = fa.UNKNOWN if primal in self.undefined else cotangent_fact(fact)
        made = self.builder.step(callee, primal, like=like, fact=known)
        self.builder.site = site
        return made

    def zero_at(self, name: str, path: Path) -> Operand:
        """A cotangent of zero for the part of a container at a path."""
        fact = self.fact_at(name, path)
        if not path or name not in self.undefined or isinstance(fact, Number):
            return self.zero(self.primal_at(name, path))
        like = self.cotangent_name(name)  # the container may be None, which has no parts
        site, self.builder.site = self.builder.site, None
        made = self.builder.step(rt.zeros_at, name, *map(Const, path), like=like, fact=fa.UNKNOWN)
        self.builder.site = site
        return made

    # -------------------------------------------------------------------------------------------- shadows

    def context_of(self, name: str) -> Context:
        """The context of the block in which the object of this name is made."""
        name = self.definitions.same(name)
        for context in reversed(self.contexts):
            if name in context.names:
                return context
        return self.contexts[0]

    def shadow(self, name: str) -> str:
        """The shadow of memory, made when it is first asked for."""
        name = self.definitions.same(name)
        if travels(self, name):
            return shadow_name(self, name)
        if self.home(name) is Home.THROUGH:
            raise self.refuse(
                f"{base(name)!r} is a read-only view of memory that is written to",
                f"use a copy ({base(name)}.copy())",
                getattr(self.definitions[name].by, "site", None),
            )
        context = self.context_of(name)
        if name not in context.shadows:
            from_base = self.view(name)
            outer, self.builder.steps = self.builder.steps, context.start
            site, self.builder.site = self.builder.site, None  # it belongs to no statement of the user's
            like = self.cotangent_name(name)
            if from_base is not None:
                shadow = from_base(like)
            elif isinstance(fa.widen(self.facts.get(name, fa.UNKNOWN)), Array):
                may_be_none = name in self.undefined
                zeros, fact = (rt.zeros_like, fa.UNKNOWN) if may_be_none else (np.zeros_like, self.facts[name])
                shadow = self.builder.step(zeros, name, like=like, fact=fact)
            else:
                shadow = self.builder.step(rt.zero_slots, name, like=like)
            self.builder.steps, self.builder.site = outer, site
            context.shadows[name] = shadow
        return context.shadows[name]

    def view(self, name: str) -> Callable[[str], str] | None:
        """How to make the shadow of a name that is a view of other memory; None for memory of its own."""
        if not self.memory.is_written(name) or not isinstance(fa.widen(self.facts.get(name, fa.UNKNOWN)), Array):
            return None
        return shadow_of_view(self, name)

    def moved(self, names: Mapping[str, str]) -> None:
        """Notes that values of the forward sweep are known by other names in the reverse sweep."""
        for old, new in names.items():
            self.facts[new] = self.facts.get(old, fa.UNKNOWN)
            self.origins[new] = old
            if old in self.restoring:
                self.restoring.add(new)

    def trip(self, context: Context) -> str:
        """The number of the trip of the loop whose body a context is."""
        if context.index is None:
            context.index = self.names.fresh("i")
            self.facts[context.index] = fa.INT
        return context.index

    # ---------------------------------------------------------------------------------------------- other

    def refuse(self, reason: str, remedy: str, site: Site | None) -> UnsupportedError:
        """The error for something that cannot be differentiated yet, or at all."""
        return UnsupportedError(reason, remedy, site)


def is_absent(fact: Fact) -> bool:
    """Whether None may stand in the place of a container."""
    return isinstance(fact, (Tuple, List, Dict)) and fact.absent


def slots_of(fact: Fact) -> list[tuple[Any, Fact]] | None:
    """The slots of a container of known structure and their facts; None for anything else."""
    match fa.widen(fact):
        case Tuple(items=items) | List(items=tuple() as items):
            return list(enumerate(items))
        case Dict(items=tuple() as items):
            return list(items)
    return None


def cotangent_fact(fact: Fact) -> Fact:
    """What is known of the cotangent of a value."""
    match fa.widen(fact):
        case Number(dtype=dtype):
            return Number(dtype, None)
        case Array() as array:
            return array
    return fa.UNKNOWN
