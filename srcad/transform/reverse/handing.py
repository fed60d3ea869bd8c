"""Memory that a caller hands to a function which writes to it: a function that calls itself cannot be inlined.

Guarantee: the forward function writes to the caller's own memory, and what it saves holds what these writes destroyed.
The backward function is handed the shadows of this memory: it accumulates in them, puts the memory back as it was
before the call, and leaves cotangents of zero where the function wrote a new value.  So the caller's sweep goes on as
if the body of the function stood there.  Of containers that hold what is written to, the forward function is handed the
shadows, which travel.  Both functions are made for arguments that share no memory with each other.

For both to be differentiated again, what is saved must not share memory with what is handed over beside it.  So the
backward function is given the memory once more, by the names it was made under, and makes views of it again.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad import facts as fa
from srcad.errors import Site, UnsupportedError
from srcad.facts import Array, Dict, Fact, Known, List, Number, Tuple
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.travelling import travels
from srcad.transform.reverse.views import is_basic
from srcad.wengert import (
    Function,
    Node,
    Operand,
    Recursion,
    Step,
    base,
    callee_name,
    identity,
    own_operands,
    substitute,
    used_names,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.helpers import Transformation
    from srcad.transform.reverse.sweep import Sweep


def handed_memory(function: Function) -> tuple[str, ...]:
    """The parameters of a function whose memory, or that of what they hold, it writes to."""
    positions = {*function.changes, *function.changes_held}
    return tuple(p.name for i, p in enumerate(function.params) if i in positions)


def handed_on(function: Function, active: tuple[str, ...]) -> tuple[str, ...]:
    """Those of which the function writes to what they hold: their shadows travel, from the forward sweep on."""
    return tuple(p.name for i, p in enumerate(function.params) if i in function.changes_held and p.name in active)


def handed_back(function: Function, active: tuple[str, ...]) -> tuple[str, ...]:
    """The others, whose shadows are handed to the backward function."""
    before = handed_on(function, active)
    return tuple(name for name in handed_memory(function) if name in active and name not in before)


def changed_by_forward(function: Function, active: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of what a forward function is given to write to: the arguments, and the shadows that travel."""
    first = len(function.params)
    shadows = tuple(range(first, first + len(handed_on(function, active))))
    return (*function.changes, *shadows), (*function.changes_held, *shadows)


def given_again(function: Function, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """The parameters that a backward function is given once more: the memory, which so need not be saved."""
    if not handed_memory(function):
        return ()
    return tuple(p.name for p in function.params if not effects.is_immutable(fa.widen(facts.get(p.name, fa.UNKNOWN))))


def changed_by_backward(
    function: Function, active: tuple[str, ...], facts: Mapping[str, Fact], *, also_saved: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of what a backward function is given to write to, and of what holds what it writes to.

    It is given the memory once more and the shadows that travel, what was saved, the cotangent of the result, if there
    is a result, and the other shadows.
    """
    if not handed_memory(function):
        return (), ()
    again = given_again(function, facts)
    positions = {p.name: i for i, p in enumerate(function.params)}
    first = len(again) + len(handed_on(function, active))
    saved = (first,) if also_saved else ()
    after = first + (2 if isinstance(function.result, str) else 1)
    shadows = (*range(len(again), first), *saved, *range(after, after + len(handed_back(function, active))))
    written, holding = (
        tuple(i for i, name in enumerate(again) if positions[name] in changed)
        for changed in (function.changes, function.changes_held)
    )
    return (*written, *shadows), (*holding, *shadows)


def hands_memory(function: Function) -> bool:
    """Whether a function is handed memory to write to, or hands some to others."""
    called = (n.callee for n in walk(function.body) if isinstance(n, Step))
    return bool(handed_memory(function)) or any(
        isinstance(c, (Function, Recursion)) and any(effects.changed_by(c)) for c in called
    )


def with_views_again(sweep: Sweep, forward: Iterable[Node], reverse: list[Node]) -> list[Node]:
    """The reverse of a block, which makes the views once more that it reads, and reads memory by its first name.

    They are of memory that is there anyway.  Were they recorded, what is recorded would share that memory with what is
    handed to functions beside it.
    """
    if not sweep.hands_memory:
        return reverse
    read = used_names(reverse)
    again: list[Step] = []
    for node in reversed([*forward]):
        if isinstance(node, Step) and read.intersection(node.targets) and _is_view(sweep, node):
            again.append(node)
            read.update(o for o in own_operands(node) if isinstance(o, str))
    new = {name: sweep.names.fresh(name) for step in reversed(again) for name in step.targets}
    sweep.moved(new)
    first = {name: _first_name(sweep, name) for name in read if name in sweep.definitions}
    made = [replace(step, site=None) for step in reversed(again)]
    return [*substitute((*made, *reverse), first | new)]


def _first_name(sweep: Sweep, name: str) -> str:
    """The name under which written memory was made or given, where that is seen wherever the name is."""
    root = sweep.definitions.same(name)
    around = sweep.definitions[root].blocks
    is_seen = sweep.definitions[name].blocks[: len(around)] == around
    return root if is_seen and sweep.memory.is_written(name) and root not in sweep.undefined else name


def _is_view(sweep: Sweep, step: Step) -> bool:
    """Whether a step makes a view of written memory, or takes items of a container that nothing changes."""
    of, *rest = step.operands or (None,)
    if not step.targets or not isinstance(of, str):
        return False
    primals = {shadow: name for name, shadow in sweep.travelled.items()}
    kind = fa.widen(sweep.facts.get(primals.get(of, of), fa.UNKNOWN))
    if not any(sweep.memory.is_written(primals.get(target, target)) for target in step.targets):
        return False
    if isinstance(kind, (List, Dict, Tuple)):
        place = fa.widen(sweep.builder.fact(rest[0])) if step.callee is operator.getitem else None
        fixed = isinstance(place, Number) or isinstance(place, Known) and not isinstance(place.value, slice)
        is_unpacked = step.callee is identity and len(step.targets) > 1
        return (fixed or is_unpacked) and not sweep.memory.is_changed(primals.get(of, of))
    if not all(isinstance(fa.widen(sweep.facts.get(name, fa.UNKNOWN)), Array) for name in (of, *step.targets)):
        return False
    if len(step.targets) > 1:
        return step.callee is identity
    if step.callee is operator.getitem:
        return is_basic(sweep.builder.fact(rest[0])) is True
    entry = register.lookup(step.callee)
    return entry is not None and bool(entry.shares) and entry.shares_always


def is_written(name: str, memory: Memory, called: frozenset[str]) -> bool:
    """Whether a list writes to the memory of a name, or hands it, or what it holds, to functions that do."""
    reach = memory.reach(name)
    return memory.is_written(name) or any(name == c or not reach.isdisjoint(memory.reach(c)) for c in called)


def given_to_write(nodes: Iterable[Node], around: frozenset[Function]) -> frozenset[str]:
    """What is handed to backward functions that write to it; the functions `around` are being looked at."""
    found: set[str] = set()
    for step in walk(nodes):
        if isinstance(step, Step) and isinstance(step.callee, (Function, Recursion)) and step.operands:
            function = step.callee.finished() if isinstance(step.callee, Recursion) else step.callee
            if function not in around and _writes_first(function, around | {function}):
                found.update(o for o in step.operands[:1] if isinstance(o, str))
    return frozenset(found)


def _writes_first(function: Function, around: frozenset[Function]) -> bool:
    """Whether a function, or one that it calls, writes to its first argument, or to what that holds."""
    given = [p.name for p in function.params]
    memory = Memory(function.body, {}, separate=frozenset(given))
    return is_written(given[0], memory, given_to_write(function.body, around))


def refuse_shared_arguments(sweep: Transformation) -> None:
    """Raises where a function is handed memory to write to that another of its arguments may share."""
    for step in walk(sweep.function.body):
        if not isinstance(step, Step) or not isinstance(step.callee, (Function, Recursion)):
            continue
        written = {i for positions in effects.changed_by(step.callee) for i in positions}
        for i in sorted(written):
            for j, other in enumerate(step.operands):
                if i != j and _share(sweep, step.operands[i], other):
                    raise UnsupportedError(
                        f"{callee_name(step.callee)} writes to {_shown(step.operands[i])}, which may share memory with "
                        f"another of its arguments, {_shown(other)}",
                        "pass it a copy of one of them, or write the recursion as a loop",
                        step.site,
                    )


def _share(sweep: Transformation, one: Operand, other: Operand) -> bool:
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return not sweep.memory.reach(one).isdisjoint(sweep.memory.reach(other))


def _shown(operand: Operand) -> str:
    return repr(base(operand)) if isinstance(operand, str) else "a constant"


def shadow_parameters(sweep: Sweep, active: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the shadows that a function is handed: of those that travel, and of the others."""
    travelling, others = {}, {}
    for name in handed_on(sweep.function, active):
        if not travels(sweep, name):
            raise held_memory(name, sweep.function.site)
        shadow = travelling[name] = sweep.travelled[name] = sweep.names.parameter(sweep.cotangent_name(name))
        sweep.facts[shadow] = List(None, fa.UNKNOWN)
    for name in handed_back(sweep.function, active):
        if sweep.home(name) not in (Home.SHADOW, Home.NONE) or travels(sweep, name):
            raise held_memory(name, sweep.function.site)
        others[name] = sweep.names.fresh(sweep.cotangent_name(name))
        sweep.facts[others[name]] = sweep.facts[name]
    return travelling, others


def shadow_of_argument(sweep: Sweep, operand: Operand, step: Step, *, is_travelling: bool = False) -> str:
    """The shadow of what a function is handed to write to."""
    if sweep.home(operand) is not Home.SHADOW or is_travelling and not travels(sweep, operand):
        raise held_memory(operand, step.site)
    return sweep.shadow(str(operand))


def held_memory(operand: Any, site: Site | None) -> UnsupportedError:
    """The error for memory of which it is not known where its shadow is when a function that calls itself is called."""
    return UnsupportedError(
        f"a function that calls itself writes to memory of {_shown(operand)}, and which memory that is is not known",
        "pass it the array or list that it writes to as an argument of its own, under one name throughout",
        site,
    )
