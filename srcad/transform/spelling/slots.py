"""Slots of shadows and containers spelt out: what is added to them, saved from them, and put back."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Dict, Either, Fact, Known, List, Number, Tuple
from srcad.objects import Field, is_frozen, is_plain_slot, static_attribute
from srcad.transform.analyses.facts import step_fact
from srcad.transform.spelling.steps import ZERO, Spelling, Spelt, slots_of
from srcad.wengert import Augmented, Const, Operand, make_list


def _add_to_slot(s: Spelling) -> Spelt:
    shadow, index, d = s.step.operands
    if not isinstance(s.facts[0], (List, Dict)):
        return None
    if isinstance(s.known[1], Known) and isinstance(s.known[1].value, slice) or s.facts[1] == fa.Instance(slice):
        return add_to_slots_of_slice
    if isinstance(s.facts[0], List) and not isinstance(s.facts[1], Number):
        return None
    total = s.call(rt.add, s.call(operator.getitem, shadow, index), d)
    s.effect(operator.setitem, shadow, index, total)
    return s.giving(Const(None))


def add_to_slots_of_slice(shadow, index, d):
    """Adds to the slots that a slice names."""
    places = list(range(len(shadow)))[index]
    for k in range(len(places)):
        shadow[places[k]] = rt.add(shadow[places[k]], d[k])


def _add_to_slots(s: Spelling) -> Spelt:
    shadow, d = s.step.operands
    slots = slots_of(s.facts[1])
    if not isinstance(s.facts[0], (List, Dict)):
        return None
    if slots is None:
        return {List: add_each_item, Array: add_each_item, Dict: add_each_value}.get(type(s.facts[1]))
    for slot, _ in slots:
        s.effect(rt.add_to_slot, shadow, Const(slot), s.call(operator.getitem, d, Const(slot)))
    return s.giving(Const(None))


def add_each_item(shadow, d):
    """Adds to each slot of the shadow of a list."""
    for i in range(len(d)):
        shadow[i] = rt.add(shadow[i], d[i])


def add_each_value(shadow, d):
    """Adds to each slot of the shadow of a dict."""
    for key in d:
        shadow[key] = rt.add(shadow[key], d[key])


def _add_into_slots(s: Spelling) -> Spelt:
    shadow, d = s.step.operands
    slots, held = slots_of(s.facts[1]), s.facts[0]
    if not isinstance(held, (List, Dict)):
        return None
    if slots is None and isinstance(s.facts[1], List) and isinstance(held, List) and held.items is not None:
        slots = [(i, s.facts[1].element) for i in range(len(held.items))]
    if slots is None:
        kind = held.element if isinstance(s.facts[1], (List, Array)) and isinstance(held, List) else None
        if kind is not None and fa.may_be_none(kind):
            return None
        by_kind = {Array: add_into_arrays, Number: add_each_item, Tuple: add_each_item, List: add_into_lists}
        return by_kind.get(type(fa.widen(kind)))
    if any(fa.may_be_none(_item_fact(held, slot)) for slot, _ in slots):
        return None
    for slot, fact in slots:
        if not (isinstance(fact, Known) and fact.value in (None, 0.0)):
            mine = s.call(operator.getitem, shadow, Const(slot))
            _add_into(s, slot, mine, _item_fact(held, slot), s.call(operator.getitem, d, Const(slot)))
    return s.giving(Const(None))


def _item_fact(container: List | Dict, slot: Any) -> Fact:
    """What is known of the item of a container in this slot."""
    if isinstance(container, Dict):
        return fa.widen(container.get(slot))
    return fa.widen(container.items[slot] if container.items is not None else container.element)


def _add_into(s: Spelling, slot: Any, held: Operand, fact: Fact, d: Operand) -> None:
    """Adds to what a shadow holds in a slot: in place, if it is memory."""
    if isinstance(fact, (List, Dict)):
        s.effect(rt.add_into_slots, held, d)
    elif isinstance(fact, Array):
        s.effect(Augmented(operator.iadd), held, Const(...), d)
    else:
        s.effect(rt.add_to_slot, s.step.operands[0], Const(slot), d)


def add_into_arrays(shadow, d):
    """Adds to each array of a list."""
    for i in range(len(d)):
        shadow[i][...] += d[i]


def add_into_lists(shadow, d):
    """Adds to the arrays or numbers in each list of a list."""
    for i in range(len(d)):
        rt.add_into_slots(shadow[i], d[i])


def _is_there(s: Spelling) -> bool:
    """Whether a slot is sure to be there: of a list, or one of the keys that a dict or object is known to have."""
    key = s.known[1]
    match s.facts[0]:
        case List():
            return True
        case Dict(items=tuple() as items):
            return isinstance(key, Known) and key.value in dict(items)
    return False


def _slot(s: Spelling) -> Spelt:
    if _is_there(s):
        return s.giving(s.call(make_list, s.call(operator.getitem, *s.step.operands)))
    return item_if_any if _may_have_it(s) else None


def _may_have_it(s: Spelling) -> bool:
    """Whether a container is a dict, or an object of which the slot is an attribute like any other."""
    held, key = s.facts[0], s.known[1]
    if not isinstance(held, Dict) or held.type is dict:
        return isinstance(held, Dict)
    is_named = isinstance(key, Known) and isinstance(key.value, Field)
    is_kept = is_named and isinstance(static_attribute(held.type, key.value), functools.cached_property)
    return is_named and (is_kept or is_plain_slot(held.type, key.value)) and not is_frozen(held.type)


def item_if_any(container, index):
    """The item that a store is about to replace, in a list, which is empty if there is none."""
    saved = []
    if index in container:
        saved.append(container[index])
    return saved


def _restore_slot(s: Spelling) -> Spelt:
    container, index, saved = s.step.operands
    if _is_there(s):
        s.effect(operator.setitem, container, index, s.call(operator.getitem, saved, Const(0)))
        return s.giving(Const(None))
    return slot_put_back if _may_have_it(s) else None


def slot_put_back(container, index, saved):
    """Undoes a store in a dict, given what was there before it."""
    if len(saved) > 0:
        container[index] = saved[0]
    else:
        del container[index]


def _take_slot(s: Spelling) -> Spelt:
    if not (_is_there(s) or isinstance(s.facts[0], Dict) and s.facts[0].type in (dict, rt.Shadow)):
        return None  # where a store is undone, the dict still has the key; what a shadow has not is zero
    d = s.call(operator.getitem, *s.step.operands)
    held, key = s.facts[0], s.known[1]
    slot = held.get(key.value) if isinstance(held, Dict) and isinstance(key, Known) else getattr(held, "element", None)
    # what was there before the store may be a number, or of another shape, where this is an array: 0.0 is a zero of any
    other = isinstance(held, Dict) and held.type is rt.Shadow or isinstance(slot, (Either, Array))
    s.effect(operator.setitem, *s.step.operands, ZERO if other else s.call(rt.zeros_like, d))
    return s.giving(d)


def _restore_item(s: Spelling) -> Spelt:
    return item_put_back if isinstance(s.facts[0], List) else None


def item_put_back(container, index, item):
    """Undoes `container.pop(index)`."""
    container.insert(index if index >= 0 else len(container) + 1 + index, item)


def _restore_key(s: Spelling) -> Spelt:
    return key_put_back if isinstance(s.facts[0], Dict) else None


def key_put_back(container, key, item, place):
    """Undoes `container.pop(key)` of the key that stood at this place."""
    later = rt.later_keys(container, key, place)
    items = [container.pop(other) for other in later]
    container[key] = item
    for k in range(len(later)):
        container[later[k]] = items[k]


def _take_tail(s: Spelling) -> Spelt:
    return tail_taken if isinstance(s.facts[0], List) else None


def tail_taken(container, length):
    """Takes the items after the first `length` ones out of a list."""
    tail = container[length:]
    for _ in range(len(tail)):
        container.pop()
    return tail


def _take_stored(s: Spelling) -> Spelt:
    part = fa.widen(step_fact(operator.getitem, [s.known[0], s.known[1]], {}))
    return last_stored if isinstance(part, Array) and part.shape is not None else None


def last_stored(shadow, index):
    """The cotangent of what was stored where an index may name an element several times."""
    d = shadow[index]
    order = np.arange(np.size(d)).reshape(np.shape(d))
    last = np.zeros(np.shape(shadow), order.dtype)
    last[index] = order
    d = np.where(last[index] == order, d, 0.0)
    shadow[index] = 0.0
    return d


SPELLINGS = {
    rt.add_to_slot: _add_to_slot,
    rt.add_to_slots: _add_to_slots,
    rt.add_into_slots: _add_into_slots,
    rt.slot: _slot,
    rt.restore_slot: _restore_slot,
    rt.take_slot: _take_slot,
    rt.restore_item: _restore_item,
    rt.restore_key: _restore_key,
    rt.take_tail: _take_tail,
    rt.take_stored: _take_stored,
}

OF_ONE_SLOT = (rt.add_to_slot, rt.slot, rt.restore_slot, rt.take_slot)
"""What is spelt out for an object whose other attributes are not known, too."""
