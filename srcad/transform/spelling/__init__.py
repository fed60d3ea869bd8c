"""Helpers of generated code, spelt out where facts say what they are given.

Guarantee: the steps compute what the helper of `srcad.runtime` computes, for all values with these facts.  A derivative
that is called in a program is differentiated like any other function; so what it asks of the runtime must be steps
that have rules.  Containers of known structure are taken apart; others are left to functions in the supported
language, which are inlined.  Where facts leave open what a helper does, its call stays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad import runtime as rt
from srcad.facts import Array, Dict, Fact, Number
from srcad.objects import Field
from srcad.transform.analyses import effects
from srcad.transform.spelling import calls, slots, sums, zeros
from srcad.transform.spelling.steps import ZERO, Spelling, Spelt
from srcad.wengert import Const, Names, Operand, Step, make_object

_SPELLINGS: dict[Any, Callable[[Spelling], Spelt]] = {
    **zeros.SPELLINGS,
    **sums.SPELLINGS,
    **slots.SPELLINGS,
    **calls.SPELLINGS,
}


def spelt_out(step: Step, names: Names, fact: Callable[[Operand], Fact]) -> Spelt:
    """What to do in place of a step that calls a helper; None for other steps, and where facts do not say it."""
    spell = _SPELLINGS.get(effects.hashable(step.callee))
    if step.callee is rt.Shadow:
        named = (o for name, operand in step.keywords for o in (Const(Field(name)), operand))
        return (Step(step.targets, make_object, (Const(rt.Shadow), *named), (), step.site),)
    if spell is None or step.keywords:
        return None
    spelling = Spelling(step, names, fact)
    if step.callee is rt.zero_slots and (found := _attributes(spelling.facts[0])) is not None:
        zero = (o for name in found for o in (Const(name), ZERO))
        return (Step(step.targets, make_object, (Const(rt.Shadow), *zero), (), step.site),)
    if step.callee not in slots.OF_ONE_SLOT and any(map(_may_have_others, spelling.facts)):
        return None
    if any(isinstance(f, (Number, Array)) and f.absent for f in spelling.facts):
        return None  # None has a cotangent of its own
    return spell(spelling)


def _may_have_others(fact: Fact) -> bool:
    """Whether a value is an object whose attributes are not all known."""
    return isinstance(fact, Dict) and fact.type is not dict and fact.items is None


def _attributes(fact: Fact) -> list[Any] | None:
    """The names of the attributes that an object may have, if they are known and others may come and go."""
    if isinstance(fact, Dict) and fact.type is not dict and fact.items is None and fact.slots is not None:
        return [name for name, _ in fact.slots]
    return None
