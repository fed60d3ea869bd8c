"""Memory that a caller hands to a function which writes to it: a function that calls itself cannot be inlined.

Guarantee: the forward function writes to the caller's own memory, and what it saves holds what these writes destroyed.
The backward function is handed the shadows of this memory: it accumulates in them, puts the memory back as it was
before the call, and leaves cotangents of zero where the function wrote a new value.  So the caller's sweep goes on as
if the body of the function stood there.  Of containers that hold what is written to, the forward function is handed the
shadows, which travel.  Both functions are made for arguments that share no memory with each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from srcad import facts as fa
from srcad.errors import Site, UnsupportedError
from srcad.facts import List
from srcad.transform.analyses import effects
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.travelling import travels
from srcad.wengert import Function, Operand, Recursion, Step, base, callee_name, walk

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


def changed_by_backward(function: Function, active: tuple[str, ...]) -> tuple[int, ...]:
    """The positions of what a backward function is given to write to: what was saved, and the shadows.

    These come after the cotangent of the result, if there is a result.
    """
    first = 2 if isinstance(function.result, str) else 1
    shadows = range(first, first + len(handed_back(function, active)))
    return (0, *shadows) if handed_memory(function) else ()


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
