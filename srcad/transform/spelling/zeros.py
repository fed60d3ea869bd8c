"""Zeros spelt out: cotangents and tangents of zero, the slots of shadows, and copies of structures."""

from __future__ import annotations

import copy
import operator
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Dict, Fact, List, Number, Tuple
from srcad.transform.spelling.steps import ZERO, Spelling, Spelt, slots_of
from srcad.wengert import Const, Method, Operand


def _zeros_like(s: Spelling) -> Spelt:
    return _zeros(s, s.facts[0])


def _zeros(s: Spelling, fact: Fact) -> Spelt:
    (operand,) = s.step.operands
    if fa.may_be_none(fact):
        return None
    match fact:
        case Number(dtype=str() as dtype, weak=True) if np.dtype(dtype).kind != "c":
            return s.giving(ZERO)
        case Number(dtype="float64", weak=False):
            return s.giving(ZERO)
        case Number(dtype=str() as dtype, weak=False) if np.dtype(dtype).kind in "fc":
            return s.giving(s.call(np.dtype(dtype).type, ZERO))
        case Array(dtype=str() as dtype) if np.dtype(dtype).kind in "fc":
            return s.giving(s.call(np.zeros_like, operand))
    slots = slots_of(fact)
    if slots is not None:
        return s.giving(s.made_like(fact, [(slot, _zero_of_slot(s, slot, inner)) for slot, inner in slots]))
    if fa.is_active_type(fact) is False:
        return s.giving(Const(None))
    return zeros_of_items if isinstance(fact, List) else zeros_of_values if isinstance(fact, Dict) else None


def _zero_of_slot(s: Spelling, slot: Any, fact: Fact) -> Operand:
    """The zero that a slot of a cotangent begins with: 0.0 for a number, to which numbers of any type are added."""
    if isinstance(fa.widen(fact), Number) and s.step.callee is rt.zero_slots:
        return ZERO
    return s.call(rt.zeros_like, s.call(operator.getitem, s.step.operands[0], Const(slot)))


def _zero_slots(s: Spelling) -> Spelt:
    fact = s.facts[0]
    if fa.may_be_none(fact):
        return None  # None, in whose place it may stand, has no items
    if isinstance(fact, List) and fact.items is None and isinstance(fa.widen(fact.element), Number):
        return zero_for_each
    return _zeros(s, List(fact.items, fa.UNKNOWN) if isinstance(fact, Tuple) else fact)


def zero_for_each(container):
    """The slots of a list of numbers."""
    return [0.0] * len(container)


def zeros_of_items(container):
    """Zeros for each item of a list."""
    return [rt.zeros_like(item) for item in container]


def zeros_of_values(container):
    """Zeros for each value of a dict."""
    return {key: rt.zeros_like(container[key]) for key in container}


def _one_like(s: Spelling) -> Spelt:
    return s.giving(Const(1.0)) if isinstance(s.facts[0], Number) else None


def _deepcopy(s: Spelling) -> Spelt:
    if isinstance(s.facts[0], Array):
        return s.giving(s.call(Method("copy"), *s.step.operands))
    plain = slots_of(s.facts[0]) is not None or isinstance(s.facts[0], (Number, List, Dict))
    return s.giving(s.call(rt.copied, *s.step.operands)) if plain else None


SPELLINGS = {
    copy.deepcopy: _deepcopy,
    rt.one_like: _one_like,
    rt.zeros_like: _zeros_like,
    rt.zero_slots: _zero_slots,
}
