"""Cotangents and tangents of whole values spelt out: sums, projections, and what is made of the parts."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Dict, Either, Fact, Known, List, Number, Tuple
from srcad.transform.spelling.steps import ZERO, Spelling, Spelt, slots_of
from srcad.wengert import Const, Operand


def _add(s: Spelling) -> Spelt:
    left, right = s.step.operands
    one, other = s.facts
    if _is_number_or_array(one) and _is_number_or_array(other):
        return s.giving(s.call(operator.add, left, right))
    slots, more = slots_of(one), slots_of(other)
    if slots is None or more is None or [k for k, _ in slots] != [k for k, _ in more]:
        absent = [isinstance(f, Known) and f.value in (None, 0.0) for f in s.known]
        if absent[0] or absent[1]:
            return s.giving(right if absent[0] else left)
        if isinstance(one, List) and isinstance(other, List):
            return added_items
        both_dicts = all(isinstance(f, Dict) and f.type is dict for f in (one, other))
        return added_values if both_dicts else None
    pairs = [(slot, [s.call(operator.getitem, o, Const(slot)) for o in (left, right)]) for slot, _ in slots]
    return s.giving(s.made_like(one, [(slot, s.call(rt.add, *both)) for slot, both in pairs]))


def added_items(one, other):
    """The sum of two lists of cotangents, item by item."""
    return [rt.add(a, b) for a, b in zip(one, other, strict=True)]


def added_values(one, other):
    """The sum of two dicts of cotangents; what one of them has not is zero there."""
    sums = {key: one[key] for key in one}
    for key in other:
        sums[key] = rt.add(sums[key], other[key]) if key in sums else other[key]
    return sums


def _project(s: Spelling) -> Spelt:
    d, like = s.step.operands
    have, want = s.facts
    if _is_number_or_array(want):
        return s.giving(s.call(rt.unbroadcast, d, like)) if _is_number_or_array(have) else None
    if isinstance(s.known[0], Known) and s.known[0].value in (None, 0.0):
        return s.giving(s.call(rt.zeros_like, like))
    slots = slots_of(want)
    if slots is not None and isinstance(have, (Tuple, List, Dict, Array)):
        given = dict(slots_of(have) or ())
        items: list[tuple[Any, Operand]] = []
        for slot, _ in slots:
            part = s.call(operator.getitem, like, Const(slot))
            if isinstance(have, Dict) and have.items is not None and slot not in given:
                items.append((slot, s.call(rt.zeros_like, part)))
            else:
                items.append((slot, s.call(rt.project, s.call(operator.getitem, d, Const(slot)), part)))
        return s.giving(s.made_like(want, items))
    if isinstance(want, List) and isinstance(have, (List, Array)):
        return projected_items
    if isinstance(want, Dict) and isinstance(have, Dict):
        return projected_values
    return s.giving(Const(None)) if fa.is_active_type(want) is False else None


def _is_number_or_array(fact: Fact) -> bool:
    return isinstance(fact, (Number, Array, Either))


def projected_items(d, like):
    """A list of cotangents, each like its item."""
    return [rt.project(part, item) for part, item in zip(d, like, strict=True)]


def projected_values(d, like):
    """A dict of cotangents, each like its value."""
    return {key: rt.project(d[key], like[key]) for key in like}


def _pack(s: Spelling) -> Spelt:
    cotangents, container = s.step.operands
    have, want = s.facts
    slots = slots_of(have)
    if not isinstance(want, Array) or want.dtype is None:
        return s.giving(s.call(rt.project, cotangents, container)) if isinstance(want, (List, Tuple)) else None
    if slots is None:
        return packed if isinstance(have, (List, Array)) else None
    whole = s.call(np.zeros_like, container)
    for slot, _ in slots:
        s.effect(operator.setitem, whole, Const(slot), s.call(operator.getitem, cotangents, Const(slot)))
    return s.giving(whole)


def packed(cotangents, container):
    """The cotangent of an array from those of its items."""
    whole = np.zeros_like(container)
    for i in range(len(container)):
        whole[i] = cotangents[i]
    return whole


def _as_tangent(s: Spelling) -> Spelt:
    dot, like = s.step.operands
    have, want = s.facts
    if fa.is_active_type(want) is False:
        return s.giving(s.call(rt.zero_tangent, like))
    if isinstance(want, (Number, Array)):
        return _as_tangent_leaf(s, dot, like)
    slots, given = slots_of(want), slots_of(have)
    if slots is not None and given is not None and [k for k, _ in slots] == [k for k, _ in given]:
        pairs = [(slot, [s.call(operator.getitem, o, Const(slot)) for o in (dot, like)]) for slot, _ in slots]
        return s.giving(s.made_like(want, [(slot, s.call(rt.as_tangent, *both)) for slot, both in pairs]))
    if isinstance(want, List) and isinstance(have, List):
        return tangents_of_items
    return tangents_of_values if isinstance(want, Dict) and isinstance(have, Dict) and want.type is dict else None


def _as_tangent_leaf(s: Spelling, dot: Operand, like: Operand) -> Spelt:
    """Of a number or an array, after a check unless facts show that it fits."""
    have, want = s.facts
    if isinstance(have, Number) and isinstance(want, Number):
        same = have.dtype == want.dtype is not None and have.weak == want.weak is not None
        return s.giving(dot) if same else None
    if not isinstance(have, Array) or not isinstance(want, Array):
        return None
    if (have.dtype, have.shape) != (want.dtype, want.shape) or have.dtype is None or have.shape is None:
        s.effect(rt.check_tangent, dot, like)
    return s.giving(dot)


def tangents_of_items(dot, like):
    """A list of tangents, each like its item."""
    return [rt.as_tangent(part, item) for part, item in zip(dot, like, strict=True)]


def tangents_of_values(dot, like):
    """A dict of tangents, each like its value."""
    return {key: rt.as_tangent(dot[key], like[key]) for key in like}


def _tangent_items(s: Spelling) -> Spelt:
    return tangent_items if isinstance(s.facts[0], Dict) else None


def tangent_items(dots):
    """The items of a dict of tangents: keys carry no derivative."""
    return [(rt.zero_tangent(key), dots[key]) for key in dots]


def _scatter(s: Spelling) -> Spelt:
    match s.facts[1]:
        case Array(dtype=str()):
            return scattered
        case List() | Dict():
            return scattered_to_slot
    return None


def scattered(d, container, index):
    """The cotangent of an array of which one part was read."""
    whole = np.zeros_like(container)
    np.add.at(whole, index, d)
    return whole


def scattered_to_slot(d, container, index):
    """The cotangent of a list or dict of which one part was read."""
    shadow = rt.zero_slots(container)
    rt.add_to_slot(shadow, index, d)
    return shadow


def _only_values(s: Spelling) -> Spelt:
    d, slots = s.step.operands[0], slots_of(s.facts[1])
    if slots is None or not all(isinstance(fact, (Number, Array, List, Dict)) for _, fact in slots):
        return None
    values = [(k, s.call(operator.getitem, d, Const(k)) if isinstance(f, Number) else ZERO) for k, f in slots]
    return s.giving(s.made_like(s.facts[1], values))


def _folded(s: Spelling) -> Spelt:
    return folded if isinstance(s.facts[0], List) and isinstance(s.facts[1], (List, Tuple)) else None


def folded(d, container):
    """The cotangent of a container that was repeated."""
    sums = rt.zero_slots(container)
    for i in range(len(d)):
        k = i % len(sums)
        sums[k] = rt.add(sums[k], d[i])
    return sums


def _own_items(s: Spelling) -> Spelt:
    known = all(isinstance(f, Dict) and f.type is dict for f in s.facts)
    return (own_items if len(s.facts) == 2 else own_items_kept) if known else None


def own_items(d, own):
    """The cotangent of a dict whose items went into a larger one."""
    return {key: d[key] for key in own}


def own_items_kept(d, own, replaced):
    """The cotangent of a dict whose items went into a larger one, unless another took their place."""
    return {key: rt.zeros_like(own[key]) if key in replaced else d[key] for key in own}


SPELLINGS = {
    rt.add: _add,
    rt.project: _project,
    rt.pack: _pack,
    rt.as_tangent: _as_tangent,
    rt.TangentItems: _tangent_items,
    rt.scatter: _scatter,
    rt.folded: _folded,
    rt.only_values: _only_values,
    rt.own_items: _own_items,
}
