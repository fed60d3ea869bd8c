"""Pairs whose backward function may be called later, and any number of times.

Guarantee: what the forward function hands over is the pair's own: nothing that happens afterwards to the arguments, to
the variables outside or to the result changes a derivative.  A reverse sweep undoes the writes of the forward sweep, so
what it leaves is not what it began with; `restored` says which of the things handed over its caller must put back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Fact
from srcad.transform.analyses.memory import Memory
from srcad.transform.reverse.calls import Sweeps, backward_part, forward_function
from srcad.transform.reverse.handing import given_to_write, is_written
from srcad.wengert import Function, Method, Names, Node, Step, substitute, used_names


@dataclass(frozen=True)
class Repeatable:
    """A forward and a backward function, the facts of the second, and what is to be put back after it has run.

    `restored` are positions in what the forward function hands over, None if that is a single thing.
    """

    forward: Function
    backward: Function
    facts: dict[str, Fact]
    restored: tuple[int | None, ...]


def repeatable_pair(parts: Sweeps, active: tuple[str, ...], name: str) -> Repeatable:
    """The pair for both sweeps of a function."""
    backward, facts = backward_part(parts, active, f"{name}_backward")
    forward = forward_function(on_copies(parts), f"{name}_forward")
    return Repeatable(forward, backward, facts, written_by_reverse(parts))


def written_by_reverse(parts: Sweeps) -> tuple[int | None, ...]:
    """The positions of what is handed over that the reverse sweep writes to, and that is to be put back."""
    memory = Memory(parts.reverse, parts.facts, separate=frozenset((*parts.saved, parts.d_out)))
    called = given_to_write(parts.reverse, frozenset())
    noting = noted_in(parts)
    written = tuple(i for i, n in enumerate(parts.saved) if n not in noting and is_written(n, memory, called))
    return (None,) if written and len(parts.saved) == 1 else written


def noted_in(parts: Sweeps) -> frozenset[str]:
    """The variables outside in which the reverse sweep notes something: a function never writes to them itself."""
    memory = Memory(parts.reverse, parts.facts, separate=frozenset((*parts.saved, parts.d_out)))
    return frozenset(c.name for c in parts.function.captures if memory.is_written(c.name))


def on_copies(parts: Sweeps) -> Sweeps:
    """The forward sweep on copies of those arguments and variables outside that it hands over parts of.

    What it returns is a copy too where it shares memory with what is handed over.
    """
    given = [*(p.name for p in parts.function.params), *(c.name for c in parts.function.captures)]
    memory = Memory(parts.forward, parts.facts, separate=frozenset(given))
    noting = noted_in(parts)
    kept = frozenset(region for name in parts.saved if name not in noting for region in memory.reach(name))
    names = Names(used_names(parts.forward) | set(parts.facts))
    facts = dict(parts.facts)

    def copy(name: str) -> Step:
        new = names.fresh(name)
        facts[new] = facts.get(name, fa.UNKNOWN)
        callee = Method("copy") if isinstance(fa.widen(facts[new]), Array) else rt.copied
        return Step((new,), callee, (name,), (), parts.function.site)

    def is_kept(name: str) -> bool:
        if name in noting:
            return False
        return not kept.isdisjoint(memory.reach(name)) or name in parts.saved and _may_be_memory(facts, name)

    first = [copy(name) for name in given if is_kept(name)]
    new = {str(step.operands[0]): step.target for step in first}
    body: list[Node] = [*first, *substitute(parts.forward, new)]
    value = parts.value
    if isinstance(value, str) and is_kept(value):
        last = copy(new.get(value, value))
        body.append(last)
        value = last.target
    saved = tuple(new.get(name, name) for name in parts.saved)
    return replace(parts, forward=tuple(body), value=value, saved=saved, facts=facts)


def _may_be_memory(facts: dict[str, Fact], name: str) -> bool:
    """Whether a name may be an array or a container, also where no step of the forward sweep mentions it."""
    return not isinstance(fa.widen(facts.get(name, fa.UNKNOWN)), (fa.Number, fa.Known))
