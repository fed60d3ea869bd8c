"""Helpers of generated code, spelt out where facts say what they are given.

Guarantee: the steps compute what the helper of `srcad.runtime` computes, for all values with these facts.  A derivative
that is called in a program is differentiated like any other function; so what it asks of the runtime must be steps
that have rules.  Containers of known structure are taken apart; others are left to functions in the supported
language, which are inlined.  Where facts leave open what a helper does, its call stays.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Dict, Either, Fact, Known, List, Number, Tuple
from srcad.objects import Field
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import step_fact
from srcad.wengert import (
    CALL,
    Augmented,
    Const,
    Method,
    Names,
    Node,
    Operand,
    Step,
    identity,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
)

Spelt = tuple[Node, ...] | Callable | None
"""Steps that define the step's targets, a function to call instead, or None where nothing is known."""

ZERO = Const(0.0)


class Spelling:
    """The steps being written in place of one step; operands are those of the list that is read."""

    def __init__(self, step: Step, names: Names, fact: Callable[[Operand], Fact]):
        self.step = step
        self.facts = [fa.widen(fact(o)) for o in step.operands]
        self.known = [fact(o) for o in step.operands]
        self.names = names
        self.nodes: list[Node] = []

    def call(self, callee: Any, *operands: Operand) -> str:
        """Adds a step with one target."""
        target = self.names.fresh("t")
        self.nodes.append(Step((target,), callee, operands, (), self.step.site))
        return target

    def effect(self, callee: Any, *operands: Operand) -> None:
        """Adds a step without a target."""
        self.nodes.append(Step((), callee, operands, (), self.step.site))

    def giving(self, operand: Operand) -> tuple[Node, ...]:
        """The steps, with the operand as what the step's target stands for."""
        targets = self.step.targets
        return (*self.nodes, *((Step(targets, identity, (operand,), (), self.step.site),) if targets else ()))

    def made_like(self, fact: Fact, items: Iterable[tuple[Any, Operand]]) -> Operand:
        """A container of the kind that a fact describes, of these slots and items."""
        if isinstance(fact, Dict) and fact.type is not dict:
            slots = (o for slot, item in items for o in (Const(slot), item))
            return self.call(make_object, Const(fact.type), *slots)
        if isinstance(fact, Dict):
            return self.call(make_dict, *(o for slot, item in items for o in (Const(slot), item)))
        kind = fact.type if isinstance(fact, Tuple) else list
        return self.call({tuple: make_tuple, list: make_list}.get(kind, kind), *(item for _, item in items))


def spelt_out(step: Step, names: Names, fact: Callable[[Operand], Fact]) -> Spelt:
    """What to do in place of a step that calls a helper; None for other steps, and where facts do not say it."""
    spell = _SPELLINGS.get(effects.hashable(step.callee))
    if step.callee is rt.Shadow:
        slots = (o for name, operand in step.keywords for o in (Const(Field(name)), operand))
        return (Step(step.targets, make_object, (Const(rt.Shadow), *slots), (), step.site),)
    if spell is None or step.keywords:
        return None
    spelling = Spelling(step, names, fact)
    if step.callee is rt.zero_slots and (named := _attributes(spelling.facts[0])) is not None:
        slots = (o for name in named for o in (Const(name), ZERO))
        return (Step(step.targets, make_object, (Const(rt.Shadow), *slots), (), step.site),)
    if any(isinstance(f, Dict) and f.type is not dict and f.items is None for f in spelling.facts):
        return None  # an object whose attributes are not all known
    if any(isinstance(f, (Number, Array)) and f.absent for f in spelling.facts):
        return None  # None has a cotangent of its own
    return spell(spelling)


def _attributes(fact: Fact) -> list[Any] | None:
    """The names of the attributes that an object may have, if they are known and others may come and go."""
    if isinstance(fact, Dict) and fact.type is not dict and fact.items is None and fact.slots is not None:
        return [name for name, _ in fact.slots]
    return None


def slots_of(fact: Fact) -> list[tuple[Any, Fact]] | None:
    """The slots of a container of known structure and their facts; None for anything else."""
    match fa.widen(fact):
        case Tuple(items=items) | List(items=tuple() as items):
            return list(enumerate(items))
        case Dict(items=tuple() as items):
            return list(items)
    return None


# --------------------------------------------------------------------------------------------------- zeros


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


# ------------------------------------------------------------------------------------------ sums and projections


def _add(s: Spelling) -> Spelt:
    left, right = s.step.operands
    one, other = s.facts
    if all(isinstance(f, (Number, Array, Either)) for f in (one, other)):
        return s.giving(s.call(operator.add, left, right))
    slots, more = slots_of(one), slots_of(other)
    if slots is None or more is None or [k for k, _ in slots] != [k for k, _ in more]:
        absent = [isinstance(f, Known) and f.value in (None, 0.0) for f in s.known]
        return s.giving(right if absent[0] else left) if absent[0] or absent[1] else None
    pairs = [(slot, [s.call(operator.getitem, o, Const(slot)) for o in (left, right)]) for slot, _ in slots]
    return s.giving(s.made_like(one, [(slot, s.call(rt.add, *both)) for slot, both in pairs]))


def _project(s: Spelling) -> Spelt:
    d, like = s.step.operands
    have, want = s.facts
    if fa.is_numeric(want):
        return s.giving(s.call(rt.unbroadcast, d, like)) if fa.is_numeric(have) else None
    if isinstance(s.known[0], Known) and s.known[0].value in (None, 0.0):
        return s.giving(s.call(rt.zeros_like, like))
    slots = slots_of(want)
    if slots is not None and isinstance(have, (Tuple, List, Dict)):
        given = dict(slots_of(have) or ())
        items: list[tuple[Any, Operand]] = []
        for slot, _ in slots:
            part = s.call(operator.getitem, like, Const(slot))
            if isinstance(have, Dict) and have.items is not None and slot not in given:
                items.append((slot, s.call(rt.zeros_like, part)))
            else:
                items.append((slot, s.call(rt.project, s.call(operator.getitem, d, Const(slot)), part)))
        return s.giving(s.made_like(want, items))
    if isinstance(want, List) and isinstance(have, List):
        return projected_items
    if isinstance(want, Dict) and isinstance(have, Dict):
        return projected_values
    return s.giving(Const(None)) if fa.is_active_type(want) is False else None


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


# ------------------------------------------------------------------------------------------------- slots


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
    if slots is None:
        kind = held.element if isinstance(s.facts[1], (List, Array)) and isinstance(held, List) else None
        if kind is not None and fa.may_be_none(kind):
            return None
        return {Array: add_into_arrays, Number: add_each_item, List: add_into_lists}.get(type(fa.widen(kind)))
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
    return item_if_any if isinstance(s.facts[0], Dict) and s.facts[0].type is dict else None


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
    return slot_put_back if isinstance(s.facts[0], Dict) and s.facts[0].type is dict else None


def slot_put_back(container, index, saved):
    """Undoes a store in a dict, given what was there before it."""
    if len(saved) > 0:
        container[index] = saved[0]
    else:
        del container[index]


def _take_slot(s: Spelling) -> Spelt:
    if not (_is_there(s) or isinstance(s.facts[0], Dict) and s.facts[0].type is dict):
        return None  # where a store is undone, the dict still has the key
    d = s.call(operator.getitem, *s.step.operands)
    s.effect(operator.setitem, *s.step.operands, s.call(rt.zeros_like, d))
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


# ------------------------------------------------------------------------- calls that are resolved at run time


def _pushforward(s: Spelling) -> Spelt:
    """The call of a function of arguments and tangents, which has derivatives of its own."""
    callee, args, dots = s.step.operands[:3]
    given, asked = slots_of(s.facts[1]), slots_of(s.facts[2])
    if given is None or asked is None or any(o != Const(None) for o in s.step.operands[3:]):
        return None
    passed = tuple(fact != Known(None) for _, fact in asked)
    operands = [s.call(operator.getitem, args, Const(i)) for i, _ in given]
    operands += [s.call(operator.getitem, dots, Const(i)) for i, is_passed in enumerate(passed) if is_passed]
    return s.giving(s.call(CALL, s.call(rt.Pushed, callee, Const(passed)), *operands))


def _pullback(s: Spelling) -> Spelt:
    """The plain call, and what a pullback needs to compute it once more."""
    callee, *args = s.step.operands
    out = s.call(CALL, callee, *args)
    pull = s.call(make_named_tuple, Const(rt.Pull), callee, s.call(make_tuple, *args))
    return s.giving(s.call(make_tuple, out, pull))


def _pull(s: Spelling) -> Spelt:
    """The call of a pullback as that of a function of arguments and the cotangent."""
    pull, d = s.step.operands
    made = s.facts[0]
    if not isinstance(made, Tuple) or made.type is not rt.Pull or made.absent:
        return None
    args = s.call(operator.getitem, pull, Const(1))
    operands = [s.call(operator.getitem, args, Const(i)) for i, _ in slots_of(made.items[1]) or ()]
    callee = made.items[0]
    known = Const(callee.value) if isinstance(callee, Known) else s.call(operator.getitem, pull, Const(0))
    return s.giving(s.call(CALL, s.call(rt.Pulled, known), *operands, d))


_SPELLINGS: dict[Any, Callable[[Spelling], Spelt]] = {
    copy.deepcopy: _deepcopy,
    rt.one_like: _one_like,
    rt.zeros_like: _zeros_like,
    rt.zero_slots: _zero_slots,
    rt.add: _add,
    rt.project: _project,
    rt.as_tangent: _as_tangent,
    rt.TangentItems: _tangent_items,
    rt.pack: _pack,
    rt.add_to_slot: _add_to_slot,
    rt.add_to_slots: _add_to_slots,
    rt.add_into_slots: _add_into_slots,
    rt.slot: _slot,
    rt.restore_slot: _restore_slot,
    rt.take_slot: _take_slot,
    rt.restore_item: _restore_item,
    rt.restore_key: _restore_key,
    rt.take_tail: _take_tail,
    rt.scatter: _scatter,
    rt.folded: _folded,
    rt.only_values: _only_values,
    rt.take_stored: _take_stored,
    rt.pushforward: _pushforward,
    rt.pullback: _pullback,
    rt.Pull.__call__: _pull,
}
