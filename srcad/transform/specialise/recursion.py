"""Functions that call themselves, directly or by way of others: one definition, whose list calls itself.

Guarantee: what is assumed of the arguments and the result of the inner calls holds of the list that was made under
this assumption; it is found as a fixed point, beginning with a function that never returns (Cousot and Cousot,
"Abstract interpretation", 1977).  Where there is none, or the function deals in memory, the callee stays unresolved,
and is differentiated when the program runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.facts import NOTHING, UNKNOWN, Dict, Fact, List, Nested, Nothing, Structure, Tuple
from srcad.transform.analyses.containers import holds_container
from srcad.transform.analyses.facts import refreshed
from srcad.transform.binding import bind
from srcad.transform.helpers import (
    Helper,
    Specialised,
    canonical,
    deals_in_values,
    fact_of_result,
    is_plain,
    returning_fresh,
    without_sites,
)
from srcad.transform.specialise import calls
from srcad.wengert import Function, Recursion, Step

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


_ROUNDS = 8
"""How often a function is rewritten under weaker facts before its definition is given up."""

_DEPTH = 4
"""How deep the structure of a result is known: each level of calls may put another around it."""


@dataclass(eq=False)
class Recursive:
    """A function whose list is being made under assumptions; `given` are the facts of what it calls itself with."""

    callable: Callable
    function: Function
    facts: Mapping[str, Fact]
    result: Fact
    token: Recursion
    given: dict[str, Fact] | None = None
    possible: bool = True

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Notes the arguments of an inner call."""
        self.given = dict(facts) if self.given is None else joined(self.given, facts)


def helper(run: Specialiser, callee: Callable, function: Function, facts: Mapping[str, Fact]) -> Helper | None:
    """The definition of a function for parameters with these facts; None if it must be inlined."""
    waiting = {r: r.given for r in run.recursions}
    known, result = dict(facts), NOTHING
    structures: dict[tuple[int, ...], Structure] = {}
    for _ in range(_ROUNDS):
        this = Recursive(callee, function, known, result, Recursion(function.name))
        specialised = _made(run, this)
        if this.given is None:
            break
        wider = known | joined({name: known[name] for name in this.given}, this.given)
        returned = fa.join(result, _result(specialised, structures))
        if wider == known and returned == result:
            break
        this.possible &= all(wider[n] != UNKNOWN or facts[n] == UNKNOWN for n in wider)
        if not this.possible:
            return None
        known, result = wider, returned
    else:
        return None
    sharing = isinstance(callee, Function)  # what a derivative hands out of what it was given, it hands to another
    if not this.possible or not deals_in_values(specialised, sharing):
        return None
    specialised = returning_fresh(specialised)
    this.token.function = specialised.function
    return Helper(callee, specialised, all(r.given is given for r, given in waiting.items()), sharing)


def _made(run: Specialiser, this: Recursive) -> Specialised:
    run.recursions.append(this)
    run.inlining.append(this.callable)
    specialised = run.specialised(this.function, this.facts)
    run.inlining.pop()
    run.recursions.pop()
    return specialised


def _result(specialised: Specialised, structures: dict[tuple[int, ...], Structure]) -> Fact:
    fact = _folded(without_sites(fact_of_result(specialised)), structures)
    return canonical({"": _bounded(fact, _DEPTH)})[""]


def _folded(fact: Fact, structures: dict[tuple[int, ...], Structure], path: tuple[int, ...] = ()) -> Fact:
    """The fact with `Nested` for tuples that stand inside tuples of the same kind."""
    if not isinstance(fact, Tuple):
        return fact
    structure = structures.setdefault(path, Structure())
    items = tuple(
        _folded(f, structures, (*path, i)) if (inner := _nested(f, fact, structure)) is f else inner
        for i, f in enumerate(fact.items)
    )
    folded = replace(fact, items=items)
    structure.fact = replace(folded, absent=False)
    return folded


def _nested(fact: Fact, kind: Tuple, structure: Structure) -> Fact:
    """The fact with `Nested` for tuples of this kind."""
    if not isinstance(fact, Tuple):
        return fact
    if len(fact.items) == len(kind.items) and fact.type is kind.type and all(map(_alike, fact.items, kind.items)):
        return Nested(structure)
    items = tuple(_nested(f, kind, structure) for f in fact.items)
    return fact if all(a is b for a, b in zip(items, fact.items, strict=True)) else replace(fact, items=items)


def _alike(a: Fact, b: Fact) -> bool:
    """Whether two facts may be of values at the same place of a structure."""
    if isinstance(a, Nothing) or isinstance(b, Nothing):
        return True
    if isinstance(a, (Tuple, Nested)):
        return isinstance(b, (Tuple, Nested))
    return a == b or fa.join(a, b) != UNKNOWN


def _bounded(fact: Fact, depth: int) -> Fact:
    """The fact with nothing known of structures inside structures beyond a depth."""
    if isinstance(fact, Tuple):
        return replace(fact, items=tuple(_bounded(f, depth - 1) for f in fact.items)) if depth else UNKNOWN
    return fact if depth or not isinstance(fact, (List, Dict)) else UNKNOWN


def joined(a: Mapping[str, Fact], b: Mapping[str, Fact]) -> dict[str, Fact]:
    """What holds of arguments of which either is known."""
    return canonical({name: fa.join(fact, b[name]) for name, fact in a.items()})


# ---------------------------------------------------------------------------------------------- inner calls


def called_again(run: Specialiser, step: Step) -> bool:
    """Writes the call of a function whose list is being made; False if the step is something else."""
    this = next((r for r in reversed(run.recursions) if r.callable is step.callee), None)
    if this is None:
        return False
    bound = _bound(run, step, this)
    if bound is None:
        this.possible = False
        return False
    this.note(canonical({name: run.fact(operand) for name, operand in bound.items()}))
    operands = tuple(bound[p.name] for p in this.function.params)
    run.builder.append(replace(step, callee=this.token, operands=operands, keywords=()), refreshed(this.result))
    run.note_containers(step)
    return True


def _bound(run: Specialiser, step: Step, this: Recursive) -> dict | None:
    """The arguments by parameter; None if the call is not one of values that fits the function."""
    given = [run.fact(o) for o in (*step.operands, *(o for _, o in step.keywords))]
    if len(step.targets) != 1 or not all(map(is_plain, given)) or not calls.by_position(this.function, step):
        return None
    if holds_container(this.result) and any(map(holds_container, given)):
        return None  # it may return a container it was given
    try:
        return bind(this.function, step.operands, dict(step.keywords), run.make_tuple, run.make_dict)
    except TypeError:
        return None  # the call raises this itself, when it runs


def opened(run: Specialiser, step: Step) -> Step:
    """A call that a list makes of itself, as it was before: of the function the list was made from."""
    token: Recursion = step.callee
    this = next((r for r in run.recursions if r.token is token), None)
    if this is not None:
        return replace(step, callee=this.callable)
    function = token.finished()
    return replace(step, callee=run.helpers[function].callable if function in run.helpers else function)
