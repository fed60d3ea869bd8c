"""What one step makes of facts: the transfer function of the abstract interpretation.

Guarantee: a fact returned here holds for every run of the step on values with the facts given.  Structural
callees (tuples, subscripts, unpacking, iteration) are known here; every other callee states its facts beside
its rule.  What is not known is UNKNOWN.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import INT, ONE, UNKNOWN, Array, Dict, Either, Fact, Instance, Known, List, Number, Tuple
from srcad.rules import register
from srcad.wengert import (
    Attribute,
    Method,
    identity,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_string,
    make_tuple,
)


def step_fact(callee: Any, operands: Sequence[Fact], keywords: Mapping[str, Fact]) -> Fact:
    """What is known of the result of calling `callee` on values with these facts."""
    if callee is identity:
        return operands[0]
    if callee is zip:
        return _zip(*operands)  # strict or not
    if any(isinstance(f, fa.Nothing) for f in operands) and not _is_among(callee, _MAKERS):
        return fa.NOTHING
    if any(isinstance(f, Either) for f in operands) and not _is_among(callee, _MAKERS):
        choices = itertools.product(*map(fa.alternatives, operands))
        return fa.join_all(step_fact(callee, chosen, keywords) for chosen in choices)
    if callee is enumerate and operands:
        return _enumerate(operands[0])  # wherever it starts
    if isinstance(callee, Method) and operands and fa.is_text(operands[0]):
        return _TEXT_METHODS.get(callee.name, UNKNOWN)
    structural = _STRUCTURAL.get(callee) if _hashable(callee) else None
    if structural is not None and not keywords:
        known = structural(*operands)
        if known is not None:
            return known
    if any(map(_holds_nothing, operands)) and callee is not sum:
        return fa.NOTHING
    return registered_fact(callee, operands, keywords)


def registered_fact(callee: Any, operands: Sequence[Fact], keywords: Mapping[str, Fact]) -> Fact:
    """The fact that stands beside the rule of a callee, UNKNOWN where there is none or the call does not fit."""
    if isinstance(callee, Attribute) and operands:
        field = _field(operands[0], callee.name)
        if field is not None:
            return field
    entry = register.lookup(callee)
    if entry is None or entry.facts is None:
        return UNKNOWN
    try:
        bound = entry.facts_parameters.bind(operands, keywords, Known)
    except TypeError:
        return UNKNOWN
    starred = bound.pop(entry.facts_parameters.starred, ()) if entry.facts_parameters.starred else ()
    return entry.facts(*bound.values(), *starred)


def _hashable(callee: Any) -> bool:
    return getattr(type(callee), "__hash__", None) is not None


def _is_among(callee: Any, callees: tuple) -> bool:
    return any(callee is c for c in callees)


def _holds_nothing(fact: Fact) -> bool:
    match fact:
        case Tuple(items=items):
            return any(map(_holds_nothing, items))
        case List(element=element) | Dict(element=element) | Instance(element=element):
            return _holds_nothing(element)
    return isinstance(fact, fa.Nothing)


def _field(fact: Fact, name: str) -> Fact | None:
    if isinstance(fact, Tuple) and name in getattr(fact.type, "_fields", ()):
        return fact.items[fact.type._fields.index(name)]
    if isinstance(fact, Array) and name == "dtype" and fact.dtype is not None:
        return Known(np.dtype(fact.dtype))
    return None


_MAKERS = (make_tuple, make_list, make_dict, make_named_tuple)
"""Callees that hold what they are given, whatever it is."""


def unpacked(fact: Fact, count: int) -> list[Fact]:
    """The facts of the `count` targets a value is unpacked into."""
    match fact:
        case fa.Nested():
            return unpacked(fa.level_of(fact), count)
        case Tuple(items=items) | List(items=tuple() as items) if len(items) == count:
            return list(items)
        case Known(value=tuple() as value) if len(value) == count:
            return [fa.constant_fact(v) for v in value]
    return [element_of(fact) for _ in range(count)]


def element_of(fact: Fact) -> Fact:
    """What is known of each item of an iteration over a value.

    >>> element_of(Array("float32", (ONE, ONE)))
    Array(dtype='float32', shape=(Dim(symbol='1', one=True),))
    """
    match fa.widen(fact):
        case fa.Nothing():
            return fact
        case Array(dtype=dtype, shape=None):
            return UNKNOWN
        case Array(dtype=dtype, shape=shape) if shape:
            return Array(dtype, shape[1:]) if len(shape) > 1 else Number(dtype, False)
        case Tuple(items=items):
            return refreshed(fa.join_all(items)) if len(set(items)) != 1 else items[0]
        case List(items=items, element=element):
            return element if items and len(set(items)) == 1 else refreshed(element)
        case Dict(keys=keys):
            return refreshed(keys)
        case Known(value=str()):
            return Instance(str)
        case Instance(type=kind, element=element):
            return INT if kind is range else Instance(str) if kind is str else refreshed(element)
    return UNKNOWN


def refreshed(fact: Fact) -> Fact:
    """The fact with axes of lengths of their own: for one of several values that a fact describes together."""
    match fact:
        case Array(shape=tuple() as shape):
            return replace(fact, shape=tuple(d if d == ONE else fa.some_dim(d.one) for d in shape))
        case Either(number, array):
            return Either(refreshed(number), refreshed(array))
        case Tuple(items=items):
            return replace(fact, items=tuple(map(refreshed, items)))
        case List(items=items, element=element):
            known = tuple(map(refreshed, items)) if items is not None else None
            return replace(fact, items=known, element=refreshed(element))
        case Number():
            return replace(fact, dim=None)
    return fact


# ------------------------------------------------------------------------------------- structural callees


def _tuple(*items: Fact) -> Fact:
    return Tuple(tuple(items))


def _list(*items: Fact) -> Fact:
    return List(tuple(items), fa.join_all(items))


def _dict(*pairs: Fact) -> Fact:
    keys, values = pairs[::2], pairs[1::2]
    any_key = fa.join_all(map(fa.key_fact, keys))
    if all(isinstance(k, Known) for k in keys):
        named = tuple((k.value, v) for k, v in zip(keys, values, strict=True))
        return Dict(named, fa.join_all(values), keys=any_key)
    return Dict(None, fa.join_all(values), keys=any_key)


def _getitem(container: Fact, index: Fact) -> Fact | None:
    match container, index:
        case fa.Nested(), _:
            return _getitem(fa.level_of(container), index)
        case Tuple(items=items) | List(items=tuple() as items), Known(value=value) if isinstance(value, (int, slice)):
            if isinstance(value, slice):
                return _tuple(*items[value]) if isinstance(container, Tuple) else _list(*items[value])
            return items[value] if -len(items) <= value < len(items) else UNKNOWN
        case Known(value=tuple() as items), Known(value=int() as value) if -len(items) <= value < len(items):
            return fa.constant_fact(items[value])
        case Dict(), Known(value=value) if container.items is not None or container.slots is not None:
            return container.get(value)
        case List(), Instance(type=kind) if kind is slice:
            return List(None, container.element)
        case List(), Known(value=slice()):
            return List(None, container.element)
        case (List() | Tuple(), Number() | Known(value=int())):
            return element_of(container)
        case Dict(), _:
            return refreshed(container.element)
        case _, Number() if fa.is_text(container):
            return Instance(str)
        case (List() | Tuple(), _):
            return UNKNOWN
    return None


def _contains(container: Fact, item: Fact) -> Fact | None:
    match container, item:
        case Dict(items=tuple() as pairs), Known(value=value):
            return Known(value in dict(pairs))
    return _known_values(operator.contains)(container, item)


_EMPTY = Tuple(())


def _added(left: Fact, right: Fact) -> Fact | None:
    match left, right:
        case Tuple(items=a), Tuple(items=b):
            return _tuple(*a, *b)
        case List(items=tuple() as a), List(items=tuple() as b):
            return _list(*a, *b)
        case List(element=a), List(element=b):
            held = [f for f, whole in ((a, left), (b, right)) if whole.items != ()]
            return List(None, fa.join_all(held))
    return _known_values(operator.add)(left, right)


def _multiplied(left: Fact, right: Fact) -> Fact | None:
    match left, right:
        case ((Tuple(items=items) | List(items=tuple() as items)), Known(value=int() as count)) if 0 <= count < 64:
            return _tuple(*items * count) if isinstance(left, Tuple) else _list(*items * count)
        case List(items=items, element=element), Number() | Known(value=int()):
            return List(() if items == () else None, element)
        case ((Number() | Known(value=int())), (Tuple() | List())):
            return _multiplied(right, left)
    return _known_values(operator.mul)(left, right)


def _list_of(source: Fact = _EMPTY) -> Fact:
    match fa.widen(source):
        case Tuple(items=items) | List(items=tuple() as items):
            return _list(*items)
        case List(element=element):
            return List(None, element)
    return List(None, element_of(source))


def _dict_of(source: Fact = _EMPTY) -> Fact | None:
    return Dict(source.items, source.element, keys=source.keys) if isinstance(source, Dict) else None


def _united(left: Fact, right: Fact) -> Fact | None:
    match left, right:
        case Dict(items=tuple() as a), Dict(items=tuple() as b):
            return _dict(*(fact for key, value in (dict(a) | dict(b)).items() for fact in (Known(key), value)))
        case Dict(element=a), Dict(element=b):
            held = [f for f, whole in ((a, left), (b, right)) if whole.items != ()]
            keys = fa.join_all(whole.keys for whole in (left, right) if whole.items != ())
            return Dict(None, fa.join_all(held), keys=keys)
    return _known_values(operator.or_)(left, right)


def _tuple_of(source: Fact = _EMPTY) -> Fact | None:
    match fa.widen(source):
        case Tuple(items=items) | List(items=tuple() as items):
            return Tuple(items)
    return None


def _zip(*sources: Fact) -> Fact:
    return Instance(zip, Tuple(tuple(map(element_of, sources))))


def _enumerate(source: Fact) -> Fact:
    return Instance(enumerate, Tuple((INT, element_of(source))))


def _reversed(source: Fact) -> Fact:
    return Instance(reversed, element_of(source))


def _object(kind: Fact, *pairs: Fact) -> Fact:
    items = tuple((k.value, v) for k, v in zip(pairs[::2], pairs[1::2], strict=True))
    return Dict(items, fa.join_all(f for _, f in items), type=kind.value)


def _named_tuple(kind: Fact, *items: Fact) -> Fact:
    return Tuple(tuple(items), kind.value)


def _isinstance(value: Fact, classes: Fact) -> Fact:
    kind = python_type(value)
    if kind is None or not isinstance(classes, Known):
        return fa.BOOL
    wanted = classes.value if isinstance(classes.value, tuple) else (classes.value,)
    if not all(isinstance(c, type) for c in wanted):
        return fa.BOOL
    return Known(issubclass(kind, wanted))


def python_type(fact: Fact) -> type | None:
    """The class of the values with this fact, if it is known exactly."""
    match fact:
        case Known(value=value):
            return type(value)
        case Number(dtype=str() as dtype, weak=True):
            return {"b": bool, "i": int, "f": float, "c": complex}.get(np.dtype(dtype).kind)
        case Number(dtype=str() as dtype, weak=False):
            return np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Tuple(type=kind) | Instance(type=kind) | Dict(type=kind):
            return kind
        case List():
            return list
    return None


def _is_sequence(value: Fact) -> Fact:
    kind = python_type(value)
    return fa.BOOL if kind is None else Known(rt.is_sequence_type(kind))


def _type(value: Fact) -> Fact:
    kind = python_type(value)
    return Known(kind) if kind is not None else UNKNOWN


def _len(value: Fact) -> Fact:
    match value:
        case Tuple(items=items) | List(items=tuple() as items):
            return Known(len(items))
        case Dict(items=tuple() as items, type=kind) if kind is dict:
            return Known(len(items))
        case Known(value=tuple() | str() as items):
            return Known(len(items))
        case Array(shape=tuple() as shape) if shape:
            return Number("int64", True, shape[0])
    return INT


def _is(left: Fact, right: Fact) -> Fact:
    answer = _same(left, right)
    return fa.BOOL if answer is None else Known(answer)


def _is_not(left: Fact, right: Fact) -> Fact:
    answer = _same(left, right)
    return fa.BOOL if answer is None else Known(not answer)


def _same(left: Fact, right: Fact) -> bool | None:
    if isinstance(left, Known) and isinstance(right, Known):
        if left.value is None or right.value is None or callable(left.value):
            return left.value is right.value
        return None
    for one, other in ((left, right), (right, left)):
        if one == Known(None) and python_type(other) is not None:
            return False
    return None


def _not(value: Fact) -> Fact:
    truth = truth_of(value)
    return fa.BOOL if truth is None else Known(not truth)


def truth_of(fact: Fact) -> bool | None:
    """Whether a value is true, where facts decide it."""
    match fact:
        case Known(value=value) if (
            value is None or isinstance(value, (bool, int, float, str, tuple)) or callable(value)
        ):
            return bool(value)
        case Tuple(items=items) | List(items=tuple() as items):
            return bool(items)
        case Dict(items=items, type=kind):
            if kind is not dict:
                return None if hasattr(kind, "__bool__") or hasattr(kind, "__len__") else True
            return None if items is None else bool(items)
    return None


def _known_values(function: Any) -> Any:
    def fold(*operands: Fact) -> Fact | None:
        if not all(isinstance(f, Known) and _foldable(f.value) for f in operands):
            return None
        try:
            return fa.constant_fact(function(*(f.value for f in operands)))
        except (TypeError, ValueError, ArithmeticError, IndexError, KeyError):
            return None  # the program raises this itself, when it runs

    return fold


def _is_dict(fact: Fact) -> bool:
    return isinstance(fact, Dict) and fact.type is dict


_NO_TEXT = Known("")


def _string(*parts: Fact) -> Fact:
    """The text of an f-string; known if its parts are names or numbers of items."""
    if all(isinstance(f, Known) and type(f.value) in (str, int) for f in parts):
        return Known("".join(str(f.value) for f in parts))  # type: ignore[attr-defined]
    return Instance(str)


def _str(value: Fact) -> Fact | None:
    return _string(value) if isinstance(value, Known) and type(value.value) in (str, int) else None


def _slice(*bounds: Fact) -> Fact:
    return _known_values(slice)(*bounds) or Instance(slice)


def _foldable(value: Any) -> bool:
    if isinstance(value, tuple):
        return len(value) < 64 and all(map(_foldable, value))
    return value is None or isinstance(value, (bool, int, float, str, slice)) and not _huge(value)


def _huge(value: Any) -> bool:
    return (
        isinstance(value, (int, str))
        and not isinstance(value, bool)
        and (abs(value) > 1 << 40 if isinstance(value, int) else len(value) > 1000)
    )


_FOLDED = (
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.neg,
    operator.and_, operator.or_, operator.contains, slice, abs, min, max, sorted, bool, int, float,
)  # fmt: skip

_STRUCTURAL: dict[Any, Any] = {function: _known_values(function) for function in _FOLDED}
_STRUCTURAL |= {
    make_tuple: _tuple,
    make_list: _list,
    make_dict: _dict,
    make_object: _object,
    make_named_tuple: _named_tuple,
    make_string: _string,
    str: _str,
    format: lambda value, spec=_NO_TEXT: _str(value) if spec == _NO_TEXT else None,
    operator.getitem: _getitem,
    operator.contains: _contains,
    operator.add: _added,
    operator.mul: _multiplied,
    operator.or_: _united,
    operator.is_: _is,
    operator.is_not: _is_not,
    operator.not_: _not,
    slice: _slice,
    reversed: _reversed,
    range: lambda *bounds: Instance(range, INT),
    isinstance: _isinstance,
    rt.is_sequence: _is_sequence,
    type: lambda *args: _type(*args) if len(args) == 1 else None,
    len: _len,
    list: _list_of,
    dict: _dict_of,
    tuple: _tuple_of,
    Method("items"): lambda d: Instance(type({}.items()), Tuple((d.keys, d.element))) if _is_dict(d) else None,
    Method("values"): lambda d: Instance(type({}.values()), d.element) if _is_dict(d) else None,
    Method("keys"): lambda d: Instance(type({}.keys()), d.keys) if _is_dict(d) else None,
    Method("pop"): lambda c, *_: refreshed(c.element) if isinstance(c, List) or _is_dict(c) else None,
}

_TEXT, _BYTES = Instance(str), Instance(bytes)
_TEXT_METHODS: dict[str, Fact] = {
    name: fact
    for fact, names in (
        (_TEXT, "capitalize casefold center decode expandtabs format format_map join ljust lower lstrip removeprefix"),
        (_TEXT, "removesuffix replace rjust rstrip strip swapcase title translate upper zfill"),
        (_BYTES, "encode"),
        (List(None, _TEXT), "split rsplit splitlines"),
        (Tuple((_TEXT, _TEXT, _TEXT)), "partition rpartition"),
        (INT, "count find index rfind rindex"),
        (fa.BOOL, "endswith isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable"),
        (fa.BOOL, "isspace istitle isupper startswith"),
    )
    for name in names.split()
}
"""What the methods of strings return."""
