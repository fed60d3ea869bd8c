"""What is known of the functions of `srcad.runtime`: generated code is differentiated like any other.

`unbroadcast` and `project` are linear; their adjoints broadcast.  The functions that write shadows of containers
have no rule yet, so that a second derivative through them is refused, not wrong.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from functools import lru_cache

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.rules import register
from srcad.rules.axes import items_of
from srcad.rules.primitives import sample
from srcad.rules.register import linear


def _like(d: fa.Fact, like: fa.Fact) -> fa.Fact:
    known = fa.widen(like)
    return fa.Number(known.dtype, None) if isinstance(known, fa.Number) else known


_column = np.array([[1.0], [2.0]])
_matrix = np.arange(6.0).reshape(2, 3)


_sums = [sample(_matrix, _column), sample(_matrix, 2.0), sample(2.0, 1.0), sample(_column, _matrix)]


@linear(rt.unbroadcast, "d", shares="d", describes=("like",), samples=_sums)
def _(d_out, d, like):
    return rt.unbroadcast(d_out, d)


register.facts(rt.unbroadcast)(_like)


@linear(rt.copied, "x", samples=[sample(_matrix)])
def _(d_out, x):
    return d_out


register.facts(rt.copied)(lambda x: x)


@linear(rt.project, "d", shares="d", describes=("like",), samples=_sums)
def _(d_out, d, like):
    return rt.project(d_out, d)


@register.facts(rt.project)
def _(d, like):
    return _projected(like)


def _projected(like: fa.Fact) -> fa.Fact:
    """What is known of a cotangent with the structure of a value: None stands for that of a string, say."""
    match fa.widen(like):
        case fa.Number() | fa.Array() as numeric:
            return _like(fa.UNKNOWN, numeric) if fa.is_active_type(numeric) else _of_integers(numeric)
        case fa.Tuple(items=items) as known:
            return replace(known, items=tuple(map(_projected, items)))
        case fa.List(items=items, element=element):
            return fa.List(None if items is None else tuple(map(_projected, items)), _projected(element))
        case fa.Dict(items=items, element=element, slots=slots) as known:
            pairs = [None if part is None else tuple((k, _projected(f)) for k, f in part) for part in (items, slots)]
            return replace(known, items=pairs[0], element=_projected(element), sites=frozenset(), slots=pairs[1])
    return fa.UNKNOWN


def _of_integers(fact: fa.Number | fa.Array) -> fa.Fact:
    """What is known of the cotangent of integers, or of what may be such: it need not be one of integers."""
    return replace(fact, dtype=None) if isinstance(fact, fa.Array) else fa.Number(None, None)


@linear(copy.deepcopy, "x", samples=[sample(_matrix)])
def _(d_out, x):
    return d_out


register.facts(copy.deepcopy)(lambda x: x)


@linear(
    rt.rebound,
    "new",
    describes=("old",),
    samples=[sample(_matrix, 0.0), sample(_matrix, _matrix + 1.0), sample(1.5, 0.0)],
)
def _(d_out, new, old):
    return d_out


register.facts(rt.rebound)(lambda new, old: new)
register.shares(rt.rebound, "new", always=True)


_copied = [sample(_matrix, 2.0 * _matrix, 3.0 * _matrix, _matrix.copy())]


@linear(rt.tangent_of_view, "dot", shares="dot", describes=("view", "of", "dot_of"), samples=_copied)
def _(d_out, dot, view, of, dot_of):
    return d_out


register.facts(rt.tangent_of_view)(lambda dot, view, of, dot_of: dot)


@linear(rt.tangent_of_result, "dot", shares="dot", describes=("like",), samples=_sums)
def _(d_out, dot, like):
    return rt.project(d_out, dot)


@linear(
    rt.as_tangent, "dot", shares="dot", describes=("like",), samples=[sample(_matrix, 2.0 * _matrix), sample(2.0, 1.0)]
)
def _(d_out, dot, like):
    return d_out


@register.facts(rt.as_tangent)
def _(dot, like):
    known = fa.widen(like if fa.is_numeric(like) else dot)
    return known if fa.is_numeric(like) or isinstance(known, fa.Array) and known.shape else fa.UNKNOWN


register.constant(rt.zero_tangent)


@register.facts(rt.zero_tangent)
def _(x):
    return _without_tangent(x)


def _keys(container: fa.Fact) -> fa.Fact:
    return container.keys if isinstance(container, fa.Dict) else fa.UNKNOWN


def _without_tangent(fact: fa.Fact) -> fa.Fact:
    """What is known of the tangent of zero of a value: 0.0 for a number, and what is no number as it is."""
    match fa.widen(fact):
        case fa.Number():
            return fa.FLOAT
        case fa.Array(dtype=dtype) as array:
            return array if fa.is_active_type(array) else replace(array, dtype=dtype and "float64")
        case fa.Tuple(items=items) as known:
            return replace(known, items=tuple(map(_without_tangent, items)))
        case fa.List(items=items, element=element):
            return fa.List(None if items is None else tuple(map(_without_tangent, items)), _without_tangent(element))
        case fa.Dict(items=items, element=element, slots=slots) as known:
            pairs = [
                None if part is None else tuple((k, _without_tangent(f)) for k, f in part) for part in (items, slots)
            ]
            return replace(known, items=pairs[0], element=_without_tangent(element), sites=frozenset(), slots=pairs[1])
        case fa.Known() | fa.Instance() as other:
            return other
    return fa.UNKNOWN


register.constant(rt.one_like, rt.zeros_like, rt.zeros_at, rt.zero_slots, rt.shadow_of)
register.constant(rt.from_end, rt.key_at, rt.writable)
register.constant(rt.checked_scalar, rt.check_tangent, rt.boundary, pure=False)
register.facts(rt.from_end)(lambda container, index: fa.INT)
register.constant(rt.shadow_of_view, np.may_share_memory)
register.shares(rt.shadow_of_view, "candidate")
register.facts(rt.shadow_of_view)(lambda candidate, view, of: view)
register.writes(rt.add_to_slot, "shadow")
register.writes(rt.add_to_slots, "shadow")
register.writes(rt.add_into_slots, "shadow")
register.writes(rt.take_slot, "shadow")
register.writes(rt.restore_slot, "container")
for _taking in (rt.restore_item, rt.restore_key, rt.take_tail):
    register.facts(_taking)(lambda container, *others: fa.UNKNOWN)
    register.writes(_taking, "container")
register.constant(rt.insertion_place, rt.place_of_key, rt.is_sequence)
register.constant(rt.later_keys)
register.facts(rt.later_keys)(lambda container, key, place: fa.List(None, _keys(container)))
register.facts(rt.key_at)(lambda container, index: _keys(container))
register.facts(rt.place_of_key)(lambda container, key: fa.INT)
register.constant(rt.differ_from_first, rt.sorting_order, rt.first_largest, rt.first_smallest, rt.ends, rt.places)
register.facts(rt.sorting_order)(lambda keys, reverse=False: fa.List(None, fa.INT))
register.facts(rt.first_largest, rt.first_smallest)(lambda keys: fa.INT)
register.constant(rt.has_step, rt.needs_unsafe_cast, folds=True)
register.facts(rt.ends)(lambda length, index: fa.Tuple((fa.INT, fa.INT)))
register.facts(rt.places)(lambda length, index: fa.List(None, fa.INT))
register.facts(rt.insertion_place)(lambda container, index: fa.INT)
register.facts(rt.take_stored)(lambda shadow, index: fa.UNKNOWN)
register.writes(rt.take_stored, "shadow")
register.shares(rt.writable, "view", always=True)
register.facts(rt.writable)(lambda view: view)
register.constant(rt.turns)


@register.facts(rt.Pushed)
def _(primal, asked):
    known = isinstance(primal, fa.Known) and isinstance(asked, fa.Known)
    return fa.Known(_made(rt.Pushed, primal.value, asked.value)) if known else fa.UNKNOWN


@register.facts(rt.Pulled)
def _(primal):
    return fa.Known(_made(rt.Pulled, primal.value)) if isinstance(primal, fa.Known) else fa.UNKNOWN


@lru_cache(maxsize=1024)
def _made(kind, *of):
    return kind(*of)


register.selects(np.where, np.maximum, np.minimum, np.fmax, np.fmin, np.clip, np.max, np.min)


_addends = [sample(_matrix, 0.0), sample(0.0, _matrix), sample(1.5, 0.5), sample(_matrix, _matrix + 1.0)]


@linear(rt.add, "a", "b", shares=("a", "b"), samples=_addends)
def _(d_out, a, b):
    return rt.project(d_out, a), rt.project(d_out, b)


@register.facts(rt.turns)
def _(shape, index):
    places = items_of(shape)
    numbers = fa.Array("int64", (fa.some_dim(),))
    return fa.List(None, fa.Tuple((fa.UNKNOWN if places is None else fa.Tuple((numbers,) * len(places)), numbers)))


@register.facts(rt.add)
def _(a, b):
    if fa.is_numeric(a) and fa.is_numeric(b):
        total = fa.operator_fact(fa.present(a), fa.present(b))
        return fa.or_none(total) if fa.may_be_none(a) and fa.may_be_none(b) else total
    absent = [isinstance(f, fa.Known) and f.value in (None, 0.0) for f in (a, b)]
    return b if absent[0] else a if absent[1] or a == b else fa.UNKNOWN


@register.facts(rt.shadow_of)
def _(x):
    return _shadow(x)


def _shadow(fact: fa.Fact) -> fa.Fact:
    """What is known of the shadow of an argument: of lists for tuples, and 0.0 for all that is no memory."""
    match fa.widen(fact):
        case fa.Array() as array:
            return array
        case fa.Tuple(items=items):
            slots = tuple(map(_shadow, items))
            return fa.List(slots, fa.join_all(slots))
        case fa.List(items=items, element=element):
            return fa.List(None if items is None else tuple(map(_shadow, items)), _shadow(element))
        case fa.Dict(items=items, element=element, type=kind, keys=keys) if kind is dict:
            pairs = None if items is None else tuple((k, _shadow(f)) for k, f in items)
            return fa.Dict(pairs, _shadow(element), keys=keys)
        case fa.Dict(items=tuple() as items):
            pairs = tuple((k, _shadow(f)) for k, f in items)
            return fa.Dict(pairs, fa.join_all(f for _, f in pairs), type=rt.Shadow)
        case fa.Number() | fa.Known():
            return fa.FLOAT
    return fa.UNKNOWN


@register.facts(rt.zero_slots)
def _(container):
    return fa.shadow_fact(container)


@register.facts(rt.one_like)
def _(value):
    known = fa.widen(value)
    return known if isinstance(known, fa.Array) else fa.FLOAT if isinstance(known, fa.Number) else fa.UNKNOWN


@register.facts(rt.zeros_like)
def _(x):
    known = fa.widen(x)
    is_number_or_array = fa.is_numeric(known) or isinstance(known, fa.Either)
    return known if is_number_or_array and fa.is_active_type(known) else fa.UNKNOWN
