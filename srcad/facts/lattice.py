"""The facts of values, and the join of facts: what holds of a value that is one of two.

Guarantee: a join says nothing that does not hold of both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.facts.kinds import (
    ABSENT,
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    ONE,
    UNKNOWN,
    Array,
    Dict,
    Dim,
    Either,
    Fact,
    Instance,
    Known,
    List,
    Nested,
    Nothing,
    Number,
    Tuple,
    some_dim,
)
from srcad.objects import Field, attributes, has_own_operators, is_object

# ------------------------------------------------------------------------------------------ facts of values


def fact_of(value: Any, path: Any = None, around: tuple[int, ...] = ()) -> Fact:
    """The fact of a value.  `path` (hashable) names its axes, so that equal calls give equal facts.

    `around` are the objects that hold the value: of one that holds itself, nothing is known there.

    >>> fact_of(np.ones((3, 1), np.float32), "x")
    Array(dtype='float32', shape=(Dim(symbol=('x', 0), one=False), Dim(symbol='1', one=True)))
    """
    kind = type(value)
    if kind is float:
        return FLOAT
    if kind is bool:
        return BOOL
    if kind is int:
        return INT
    if kind is complex:
        return COMPLEX
    if isinstance(value, np.generic):
        return Number(value.dtype.name, False)
    if has_own_operators(kind):
        return Instance(kind)  # no array: its operators are others
    if hasattr(value, "shape") and hasattr(value, "dtype") and kind is not type:
        if path is None:
            path = some_dim().symbol
        dims = tuple(ONE if n == 1 else Dim((path, i), False) for i, n in enumerate(value.shape))
        return Array(value.dtype.name, dims)
    if isinstance(value, tuple):
        return Tuple(tuple(fact_of(v, (path, i), around) for i, v in enumerate(value)), kind)
    if kind is list:
        items = tuple(fact_of(v, (path, i), around) for i, v in enumerate(value))
        element = items[0] if len(set(items)) == 1 else with_own_axes(join_all(items), (path, "item"))
        return List(items, element) if len(items) <= 64 else List(None, element)
    if kind is dict:
        items = tuple((k, fact_of(v, (path, k), around)) for k, v in value.items())
        return Dict(items, with_own_axes(join_all(f for _, f in items), (path, "item")), keys=key_facts(value))
    if is_object(value) and id(value) not in around:
        around = (*around, id(value))
        items = tuple((Field(k), fact_of(v, (path, k), around)) for k, v in attributes(value).items())
        return Dict(items, with_own_axes(join_all(f for _, f in items), (path, "item")), frozenset(), kind)
    if value is None or isinstance(value, str) or callable(value):
        return Known(value)
    return Instance(kind)


def key_fact(fact: Fact) -> Fact:
    """What is known of a key of a dict once it is not known which one it is.

    >>> key_fact(Known("a"))
    Instance(type=<class 'str'>, element=Unknown())
    """
    match widen(fact):
        case Known(value=str() | bytes() as value):
            return Instance(type(value))
        case Number() as number:
            return replace(number, dim=None)
        case Tuple(items=items) as key:
            return replace(key, items=tuple(map(key_fact, items)))
        case Instance() as known:
            return known
    return UNKNOWN


def key_facts(keys: Iterable[Any]) -> Fact:
    """What is known of all of these keys."""
    return join_all(key_fact(constant_fact(key)) for key in keys)


def shadow_fact(container: Fact) -> Fact:
    """The fact of the slots that hold the cotangents of a container's items: a list, a dict or an object."""
    match container:
        case List() | Tuple():
            return List(None, UNKNOWN)
        case Dict(type=kind, keys=keys) if kind is dict:
            return Dict(None, UNKNOWN, keys=keys)
    return UNKNOWN


def constant_fact(value: Any) -> Fact:
    """The fact of a constant in the source: numbers that decide something (axes, exponents) stay known."""
    if isinstance(value, (tuple, list, dict, np.ndarray)):
        return Known(value) if isinstance(value, tuple) and _plain(value) else fact_of(value)
    return Known(value)


def _plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_plain(v) for v in value)
    return value is None or isinstance(value, (bool, int, float, complex, str, slice, type(...)))


def widen(fact: Fact) -> Fact:
    """The fact without the value: what is known of `2.0` once it is only known to be a float.

    >>> widen(Known(2.0))
    Number(dtype='float64', weak=True, dim=None)
    """
    if isinstance(fact, Known):
        if isinstance(fact.value, (bool, int, float, complex)):
            return fact_of(fact.value)
        if isinstance(fact.value, tuple):
            return Tuple(tuple(widen(constant_fact(v)) for v in fact.value))
    return fact


# -------------------------------------------------------------------------------------------------- joins


def join(a: Fact, b: Fact) -> Fact:
    """The strongest fact that holds wherever one of the two does.

    >>> join(Known(1.0), Known(2.0))
    Number(dtype='float64', weak=True, dim=None)
    >>> join(Known("a"), FLOAT)
    Unknown()
    >>> join(Known(slice(0, 2)), Known(slice(2, 4))).type
    <class 'slice'>
    """
    if a == b:
        return a
    a, b = widen(a), widen(b)
    if a == b:
        return a
    if _is_slice(a) and _is_slice(b):
        return Instance(slice)
    match a, b:
        case (Nothing(filled=filled), fact) | (fact, Nothing(filled=filled)):
            return _maybe_absent(fact) if filled else fact
        case (Known(value=None), fact) | (fact, Known(value=None)):
            return or_none(fact)
        case Number(), Number():
            return Number(
                a.dtype if a.dtype == b.dtype else None,
                a.weak if a.weak == b.weak else None,
                a.dim if a.dim == b.dim else None,
                a.absent or b.absent,
            )
        case Array(), Array():
            dtype, absent = a.dtype if a.dtype == b.dtype else None, a.absent or b.absent
            if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
                return Array(dtype, None, absent)
            return Array(dtype, tuple(_join_dims(m, n) for m, n in zip(a.shape, b.shape, strict=True)), absent)
        case ((Number() | Array() | Either()), (Number() | Array() | Either())) if not (may_be_none(a, b)):
            both = (*alternatives(a), *alternatives(b))
            number = join_all(f for f in both if isinstance(f, Number))
            array = join_all(f for f in both if isinstance(f, Array))
            return Either(number, array)
        case (Nested() as nested, Tuple() as level) | (Tuple() as level, Nested() as nested):
            return nested if _is_level(level, nested) else UNKNOWN
        case Tuple(), Tuple() if len(a.items) == len(b.items) and a.type is b.type:
            items = tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True))
            return Tuple(items, a.type, a.absent or b.absent)
        case List(), List():
            if a.items is not None and b.items is not None and len(a.items) == len(b.items):
                items = tuple(join(x, y) for x, y in zip(a.items, b.items, strict=True))
                return List(items, join(a.element, b.element), a.sites | b.sites, a.absent or b.absent)
            return List(None, _join_elements(a, b), a.sites | b.sites, a.absent or b.absent)
        case Dict(), Dict() if a.type is b.type:
            return replace(_join_dicts(a, b), absent=a.absent or b.absent)
        case Instance(), Instance() if a.type is b.type:
            return Instance(a.type, join(a.element, b.element))
    return UNKNOWN


def _is_slice(fact: Fact) -> bool:
    return isinstance(fact, Known) and isinstance(fact.value, slice) or fact == Instance(slice)


def _is_level(fact: Tuple, nested: Nested) -> bool:
    """Whether a tuple is one of a kind, whatever its axes are."""
    level = with_own_axes(replace(fact, absent=False), "level")
    return level == with_own_axes(nested.structure.fact, "level")


def _maybe_absent(fact: Fact) -> Fact:
    """What holds of a value or None; it matters where a structure would be taken apart."""
    if isinstance(fact, Nothing):
        return ABSENT
    return replace(fact, absent=True) if isinstance(fact, (Tuple, List, Dict)) else fact


def or_none(fact: Fact) -> Fact:
    """What holds of a value or None, in the program itself."""
    if isinstance(fact, (Number, Array, Tuple, List, Dict)):
        return replace(fact, absent=True)
    return fact if isinstance(fact, Nested) else UNKNOWN


def present(fact: Fact) -> Fact:
    """What holds of a value that is not None."""
    return replace(fact, absent=False) if may_be_none(fact) else fact  # type: ignore[type-var]


def may_be_none(*facts: Fact) -> bool:
    """Whether None may stand in the place of one of these."""
    return any(isinstance(f, (Number, Array, Tuple, List, Dict)) and f.absent for f in facts)


def alternatives(fact: Fact) -> tuple[Fact, ...]:
    """The facts of which one holds: of two for a number or an array, else of itself."""
    return (fact.number, fact.array) if isinstance(fact, Either) else (fact,)


def _join_elements(a: List | Dict, b: List | Dict) -> Fact:
    """What fits every item of either; an empty one has none."""
    return join_all([f.element for f in (a, b) if f.items != ()])


def _join_dicts(a: Dict, b: Dict) -> Dict:
    """Keys of both have the join of their facts; a key of one alone is there only where that one is."""
    element, sites = _join_elements(a, b), a.sites | b.sites
    keys = join_all([f.keys for f in (a, b) if f.items != ()])
    if a.items is not None and b.items is not None and [k for k, _ in a.items] == [k for k, _ in b.items]:
        items = tuple((k, join(f, g)) for (k, f), (_, g) in zip(a.items, b.items, strict=True))
        return Dict(items, element, sites, a.type, keys=keys)
    left, right = (c.items if c.items is not None else c.slots for c in (a, b))
    if left is None or right is None:
        return Dict(None, element, sites, a.type, keys=keys)
    return Dict(None, element, sites, a.type, joined_slots(left, right), keys=keys)


def joined_slots(*parts: Iterable[tuple[Any, Fact]]) -> tuple[tuple[Any, Fact], ...]:
    """The slots of which each is one of these parts' at any moment."""
    found: dict[Any, Fact] = {}
    for part in parts:
        for key, fact in part:
            found[key] = join(found[key], fact) if key in found else fact
    return tuple(found.items())


def with_own_axes(fact: Fact, name: Any) -> Fact:
    """The fact with axes named after a value, so that it is equal to itself when it is found again."""
    match widen(fact):
        case Array(shape=tuple() as shape) as array:
            return replace(array, shape=tuple(d if d == ONE else Dim((name, i), d.one) for i, d in enumerate(shape)))
        case Number() as number:
            return replace(number, dim=None)
        case Either(number, array):
            return Either(with_own_axes(number, name), with_own_axes(array, name))
        case Tuple(items=items) as pair:
            return replace(pair, items=tuple(with_own_axes(f, (name, i)) for i, f in enumerate(items)))
        case List() as container:
            return replace(container, items=None, element=with_own_axes(container.element, (name, "item")))
        case Dict(items=items, slots=slots) as container:
            items, slots = (
                None if part is None else tuple((k, with_own_axes(f, (name, k))) for k, f in part)
                for part in (items, slots)
            )
            return replace(
                container, items=items, slots=slots, element=with_own_axes(container.element, (name, "item"))
            )
    return fact


def level_of(fact: Nested) -> Fact:
    """What is known of one level of a nested structure, whose axes have lengths of their own."""
    return with_own_axes(fact.structure.fact, object())


def join_all(facts: Iterable[Fact]) -> Fact:
    """The join of all; UNKNOWN of none."""
    facts = list(facts)
    if not facts:
        return UNKNOWN
    result = facts[0]
    for fact in facts[1:]:
        result = join(result, fact)
    return result


def _join_dims(a: Dim, b: Dim) -> Dim:
    if a == b:
        return a
    return some_dim(
        a.one if a.one == b.one else None
    )  # of its own: it may be another one where the same two meet again
