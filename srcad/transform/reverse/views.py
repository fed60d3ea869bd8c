"""Shadows of views.

Guarantee: the shadow of a view is made by the same call from the shadow of what it is a view of, so that it sees
and changes exactly the elements that belong to it.  Memory whose origin cannot be followed is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib import stride_tricks

from srcad import facts as fa
from srcad.errors import UnsupportedError
from srcad.facts import Array, Fact, Instance, Known, Number, Tuple
from srcad.rules import register
from srcad.rules.primitives import Primitive
from srcad.transform.analyses import effects
from srcad.wengert import (
    Attribute,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Operand,
    Recursion,
    Step,
    base,
    identity,
)

if TYPE_CHECKING:
    from srcad.transform.reverse.sweep import Sweep


def shadow_of_view(sweep: Sweep, name: str) -> Callable[[str], str] | None:
    """How to make the shadow of a view, None if the name is memory of its own.

    Raises UnsupportedError where the memory a name refers to depends on the path taken, or is not known.
    """
    definition = sweep.definitions[name].by
    match definition:
        case None:
            return None
        case ForLoop(iterable=str() as iterable):
            return _row(sweep, name, iterable)
        case Merge() | Carried():
            raise _undecided(sweep, name, "it is one of several arrays, depending on the path taken")
        case Step():
            return _step_view(sweep, name, definition)
    return None


def _row(sweep: Sweep, name: str, iterable: str) -> Callable[[str], str]:
    if not isinstance(fa.widen(sweep.facts.get(iterable, fa.UNKNOWN)), Array):
        raise _undecided(sweep, name, "it is taken from a container by a loop")

    def make(like: str) -> str:
        context = sweep.context_of(name)
        return sweep.builder.step(operator.getitem, sweep.shadow(iterable), sweep.trip(context), like=like)

    return make


def _step_view(sweep: Sweep, name: str, step: Step) -> Callable[[str], str] | None:
    if step.callee is identity and len(step.targets) > 1:
        position = Const(step.targets.index(name))
        return _of_base(sweep, step, operator.getitem, (step.operands[0], position))
    if step.callee is operator.getitem:
        container, index = step.operands
        if not isinstance(fa.widen(sweep.builder.fact(container)), Array):
            raise _undecided(sweep, name, "it is an array inside a container, and arrays of this kind are written to")
        basic = is_basic(sweep.builder.fact(index))
        if basic is None:
            raise _undecided(sweep, name, "whether the subscript gives a view or a copy is not known")
        return _of_base(sweep, step, operator.getitem, step.operands) if basic else None
    entry = register.lookup(step.callee)
    if entry is not None and shared_operands(step, sweep.facts):
        if not entry.shares_always:
            raise _undecided(sweep, name, "it may be a view or a copy, depending on the memory layout")
        return _of_base(sweep, step, step.callee, step.operands)
    if isinstance(step.callee, (Function, Recursion)):
        function = step.callee.finished() if isinstance(step.callee, Recursion) else step.callee
        if sweep.helpers[function].shares:
            raise _undecided(sweep, name, "it may be what the function that returns it was given")
        return None  # what a list of its own returns shares no memory with what it was given
    if effects.is_unknown(step, sweep.facts) or entry is None and not effects.is_pure(step, sweep.facts):
        raise _undecided(sweep, name, "it comes from a call of which nothing is known")
    return None


def _of_base(sweep: Sweep, step: Step, callee: object, operands: tuple) -> Callable[[str], str]:
    def make(like: str) -> str:
        first = sweep.shadow(operands[0])
        keywords = dict(step.keywords)
        return sweep.builder.step(callee, first, *operands[1:], keywords=keywords, like=like)

    return make


def shared_operands(step: Step, facts: Mapping[str, Fact]) -> tuple[Operand, ...]:
    """The operands that the result of a registered callee may be, or be a view of."""
    entry = register.lookup(step.callee)
    if entry is None or not entry.shares:
        return ()
    given = effects.shared(step, entry)
    return tuple(o for o in given if not effects.is_immutable(effects.fact_of_operand(o, facts)))


READ_ONLY = (np.broadcast_to, np.diagonal, Method("diagonal"))
"""What gives views that nothing can be written through."""

IMAGINARY = (np.imag, Attribute("imag"))
"""What gives the imaginary parts of an array: a view, if it is of complex numbers."""

UNLIKE = (stride_tricks.as_strided, stride_tricks.sliding_window_view, *IMAGINARY)
"""What gives views whose cotangents are no such views of a shadow: elements may overlap, and signs differ."""


def is_certain_view(step: Step, entry: Primitive, facts: Mapping[str, Fact]) -> bool:
    """Whether what a primitive returns certainly is a view of memory that it is given."""
    if effects.hashable(step.callee) in IMAGINARY:
        dtype = fa.dtype_of(effects.fact_of_operand(step.operands[0], facts))
        return dtype is not None and np.dtype(dtype).kind == "c"
    return entry.shares_always


def passes_on(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step gives a view whose cotangents are handed on at once to what it is a view of.

    So it is with read-only views, and with those of which no shadow can be made; that these are not written to is
    seen to where writes are reversed.
    """
    if step.callee is np.diag:
        return len(fa.shape_of(effects.fact_of_operand(step.operands[0], facts)) or ()) == 2
    return effects.hashable(step.callee) in READ_ONLY or is_unlike(step, facts)


def is_unlike(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step gives a view of which no shadow can be made."""
    if step.callee == Method("view") and len(step.targets) == 1:
        kinds = [fa.dtype_of(fa.widen(facts.get(o, fa.UNKNOWN))) for o in (step.target, step.operands[0])]
        return kinds[0] is None or kinds[0] != kinds[1]
    return effects.hashable(step.callee) in UNLIKE


def is_basic(index: Fact) -> bool | None:
    """Whether a subscript is basic, so that it gives a view (or a number); None if that is not known."""
    match index:
        case Known(value=tuple() as parts):
            return all(is_basic(Known(p)) for p in parts)
        case Known(value=value):
            return value is None or value is ... or isinstance(value, (int, slice)) and not isinstance(value, bool)
        case Tuple(items=items):
            answers = [is_basic(f) for f in items]
            return False if False in answers else None if None in answers else True
        case Number(dtype=str() as dtype):
            return dtype != "bool"
        case Instance(type=kind):
            return True if kind is slice else None
        case fa.List() | Array():
            return False
    return None


def _undecided(sweep: Sweep, name: str, why: str) -> UnsupportedError:
    definition = sweep.definitions[name].by
    return UnsupportedError(
        f"{base(name)!r} shares memory that is written to, and {why}",
        "write to a copy (x = x.copy()), or give each array a name of its own",
        getattr(definition, "site", None),
    )
