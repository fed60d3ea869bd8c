"""Where the cotangent of each name lives during the reverse sweep.

- NONE: no derivative passes through the name.
- VALUE: in a single-assignment name of the reverse sweep, assigned by the first contribution, added to by later
  ones.  Numbers, and arrays that nothing writes to and that are only read whole.
- PATHS: the name is a tuple, list or dict of known structure that nothing changes; each leaf has a home of its own.
- SHADOW: in an array or list beside the primal, into which contributions are accumulated in place.  Memory, whose
  aliases and views have aliases and views of the one shadow; arrays of which parts are read; arrays used by loops that
  they were made outside of; containers reached by indices that are not known.
- THROUGH: nowhere.  What NumPy makes a read-only view of memory (a diagonal, a broadcast array) passes each
  contribution on at once to what it is a view of; nothing can be written through it in between.  So does the imaginary
  part, which has another sign in the shadow; writing through it is refused.

Correctness does not depend on the choice between VALUE and SHADOW for what nothing writes to; cost does.
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from srcad import facts as fa
from srcad.errors import DifferentiationError, FactsNeededError, UnsupportedError
from srcad.facts import Array, Dict, Fact, Instance, Known, List, Nested, Number, Tuple
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.helpers import Closure, Partial, Super
from srcad.transform.nesting import refusal_key
from srcad.transform.reverse.definitions import Definitions
from srcad.transform.reverse.views import is_basic, passes_on
from srcad.wengert import (
    Call,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Node,
    Step,
    WhileLoop,
    blocks,
    callee_name,
    identity,
    own_operands,
)


class Home(enum.Enum):
    """The places of a cotangent."""

    NONE = enum.auto()
    VALUE = enum.auto()
    PATHS = enum.auto()
    SHADOW = enum.auto()
    THROUGH = enum.auto()


class Homes:
    """The home of every name of a function, given which names are active: vary with the differentiated
    arguments, and matter to the result.
    """

    def __init__(
        self,
        function: Function,
        facts: Mapping[str, Fact],
        memory: Memory,
        definitions: Definitions,
        active: frozenset[str],
        undefined: frozenset[str] = frozenset(),
        refused: Mapping[Any, DifferentiationError] | None = None,
    ):
        self._facts = facts
        self._site = function.site
        self._memory = memory
        self._definitions = definitions
        self._active = active
        self._undefined = undefined
        self._refused = refused or {}
        self._partly_read: set[str] = set()
        self._read_in_loops: set[str] = set()
        self._indexed: set[str] = set()
        self._homes: dict[str, Home] = {}
        self._collect(function.body, ())
        for names in (self._partly_read, self._read_in_loops, self._indexed):
            names.update([definitions.same(n) for n in names if n in definitions])

    def of(self, name: str) -> Home:
        """The home of a name's cotangent."""
        if name not in self._homes:
            self._homes[name] = self._decide(name)
        return self._homes[name]

    def _decide(self, name: str) -> Home:
        fact = fa.widen(self._facts.get(name, fa.UNKNOWN))
        if name not in self._active or fa.is_active_type(fact) is False:
            return Home.NONE
        written = self._memory.is_written(name)
        root = self._definitions.same(name)  # names of one object have one home
        match fact:
            case Number():
                return Home.VALUE
            case Array():
                if written and self.passes_on(name):
                    return Home.THROUGH
                return Home.SHADOW if written or root in self._partly_read | self._read_in_loops else Home.VALUE
            case Tuple() | List(items=tuple()) | Dict(items=tuple()):
                own = self._memory.region(name)
                dynamic = root in self._indexed or (own is not None and self._memory.region_is_written(own))
                if dynamic and not isinstance(fact, Tuple) or root in self._indexed:
                    return Home.SHADOW
                if isinstance(fact, Tuple):
                    return Home.VALUE if fact.absent else Home.PATHS  # None, in whose place it may stand, has no leaves
                return Home.SHADOW if fact.absent or name in self._undefined else Home.PATHS
            case List() | Dict():
                return Home.SHADOW
            case Nested():
                return Home.VALUE
            case Known():
                return Home.NONE
            case Closure() | Partial() | Super():
                return Home.VALUE  # calls of it were resolved; where one was not, the reverse of its making refuses
            case Instance(type=kind):
                if kind in ITERATING or kind in _VIEWS:
                    return Home.NONE  # what they hand on is sent to where it comes from
                raise UnsupportedError(
                    f"{fa_base(name)!r} is a {kind.__name__}; no derivative can pass through such objects yet",
                    "use numbers, arrays, tuples, lists and dicts",
                    getattr(self._definitions[name].by, "site", None) or self._site,
                )
        if written:
            raise self._undecided(name)
        return Home.VALUE

    def _undecided(self, name: str) -> DifferentiationError:
        """The error for a name of which too little is known, with the step at which what was known is lost.

        Where that is a call that was refused, so that nothing is known of its result, it is that refusal.
        """
        base = fa_base(name)
        unknown = f"whether {base!r} is a number or an array decides what writing to it means, and is not known"
        origins = list(self._origins(name))
        calls = [s for s in origins if effects.hashable(s.callee) is not None]
        refusals = (self._refused.get(refusal_key(s, self._facts)) for s in calls)
        if (refusal := next((r for r in refusals if r is not None), None)) is not None:
            return refusal
        call = next((s for s in origins if isinstance(s.callee, Call)), None)
        if call is not None:
            return FactsNeededError(
                f"which function is called here is known at run time only, so that it is not known whether "
                f"{base!r} is a number or an array, which decides what writing to it means",
                "call the function by its name, and make it in the same block, or at module level",
                call.site,
            )
        for step in origins:
            if step.operands and all(self._facts.get(o, fa.UNKNOWN) != fa.UNKNOWN for o in strings(step.operands)):
                return FactsNeededError(
                    f"{unknown}: it comes from {self._described(step)}",
                    "keep one type for a variable on all paths and for the items of a container, and call functions "
                    "that can be transformed",
                    step.site,
                )
        return FactsNeededError(
            unknown,
            "call the derivative, or use source_for(*args), so that the types of the arguments are known; if they "
            "are, keep one type for the variable on all paths",
            getattr(self._definitions[name].by, "site", None) or self._site,
        )

    @staticmethod
    def _described(step: Step) -> str:
        """A step of which the result is not known, in the words of the user."""
        if step.callee is operator.getitem and isinstance(step.operands[0], str):
            return f"an item of {fa_base(step.operands[0])!r}"
        return f"the call of {callee_name(step.callee)}"

    def _origins(self, name: str) -> Iterator[Step]:
        """The steps that a name of unknown kind comes from by way of other names of unknown kind, the nearest first."""
        todo, seen = [name], {name}
        while todo:
            by = self._definitions[todo.pop()].by
            match by:
                case Step():
                    yield by
                    sources: tuple = by.operands
                case Merge():
                    sources = (by.then, by.orelse)
                case Carried():
                    sources = (by.init, by.next)
                case _:
                    sources = ()
            for source in sources:
                if source in self._definitions and source not in seen and self._facts.get(source) == fa.UNKNOWN:
                    seen.add(source)
                    todo.append(source)

    def passes_on(self, name: str) -> bool:
        """Whether a name is a view that passes its cotangents on, or a view of one."""
        step = self._definitions[self._definitions.same(name)].by
        if not isinstance(step, Step) or len(step.targets) != 1 or not isinstance(step.operands[0], str):
            return False
        if passes_on(step, self._facts):
            return True
        if step.callee is operator.getitem:
            certain = is_basic(effects.fact_of_operand(step.operands[1], self._facts)) is True
        else:
            entry = register.lookup(step.callee)
            certain = entry is not None and bool(entry.shares) and entry.shares_always
        base = step.operands[0]
        return certain and isinstance(fa.widen(self._facts.get(base, fa.UNKNOWN)), Array) and self.passes_on(base)

    # ---------------------------------------------------------------------------------------- collecting

    def _collect(self, nodes: Iterable[Node], loops: tuple[int, ...]) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self._collect_step(node)
                if node.callee is not identity and any(t in self._active for t in node.targets):
                    self._note_loops(node.operands, loops)
                    self._note_loops((o for _, o in node.keywords), loops)
                continue
            if isinstance(node, ForLoop) and node.target in self._active:
                self._iterated(node.iterable)
            else:
                self._note_loops(own_operands(node), loops)
            inside = (*loops, id(node)) if isinstance(node, (ForLoop, WhileLoop)) else loops
            if isinstance(node, (ForLoop, WhileLoop)):
                self._note_loops((c.next for c in node.carried), inside)
            for block in blocks(node):
                self._collect(block, inside)

    def _note_loops(self, operands: Iterable, loops: tuple[int, ...]) -> None:
        for o in operands:
            if isinstance(o, str) and o in self._definitions and len(self._definitions[o].loops) < len(loops):
                self._read_in_loops.add(o)

    def _collect_step(self, step: Step) -> None:
        if not any(t in self._active for t in step.targets) and step.callee is not operator.setitem:
            return
        if step.callee is operator.getitem and isinstance(step.operands[0], str):
            container, index = step.operands
            self._partly_read.add(container)
            if not isinstance(index, Const) or isinstance(index.value, slice):
                self._indexed.add(container)
        elif step.callee is identity and len(step.targets) > 1:
            self._partly_read.update(o for o in step.operands if isinstance(o, str))
        elif step.callee in (operator.setitem, operator.delitem):
            self._indexed.update(o for o in step.operands[:1] if isinstance(o, str))

    def _iterated(self, iterable: object) -> None:
        """Notes the sources of an iteration, through zip, enumerate, reversed and the views of dicts."""
        if not isinstance(iterable, str):
            return
        self._partly_read.add(iterable)
        self._indexed.add(iterable)
        definition = self._definitions[iterable].by if iterable in self._definitions else None
        if isinstance(definition, Step) and definition.callee in (*ITERATING, *DICT_VIEWS):
            for operand in definition.operands:
                self._iterated(operand)


ITERATING = (zip, enumerate, reversed)
"""Callees whose results hand on the items of their operands."""

DICT_VIEWS = (Method("items"), Method("values"))

_VIEWS = (type({}.items()), type({}.values()), type({}.keys()))


def strings(operands: Iterable) -> list[str]:
    """The names among operands."""
    return [o for o in operands if isinstance(o, str)]


def fa_base(name: str) -> str:
    """The user's identifier of a name."""
    return name.partition(".")[0]
