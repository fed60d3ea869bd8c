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
from srcad.objects import is_matrix_class
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
    if fa.may_be_none(*operands, *keywords.values()) and not _is_among(callee, _MAKERS + _LOOKING):
        if not is_of_runtime(callee):
            return _of_optional(callee, operands, keywords)
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


def _of_optional(callee: Any, operands: Sequence[Fact], keywords: Mapping[str, Fact]) -> Fact:
    """What is known of a result where None may stand in the place of some arguments.

    There is none where None is an error; an axis, say, may be None.
    """
    given: dict[Any, Fact] = dict(enumerate(operands)) | dict(keywords)

    def result(place: Any, fact: Fact) -> Fact:
        new = given | {place: fact}
        return step_fact(callee, [new[i] for i in range(len(operands))], {k: new[k] for k in keywords})

    place = next(place for place, fact in given.items() if fa.may_be_none(fact))
    known = result(place, fa.present(given[place]))
    if place == 0 or place in range(len(operands)) and _takes_no_none(callee):
        return known
    of_none = result(place, Known(None))
    return known if of_none == UNKNOWN and _is_differentiated(callee, place) else fa.join(known, of_none)


def _takes_no_none(callee: Any) -> bool:
    """Whether None is an error in the place of any argument of a callee."""
    if isinstance(callee, np.ufunc) or _is_among(callee, (zip, max, min, pow, divmod, range)):
        return True
    subscripts = (operator.getitem, operator.setitem, operator.delitem, operator.contains)
    return getattr(callee, "__module__", None) in ("_operator", "math") and not _is_among(callee, subscripts)


def _is_differentiated(callee: Any, place: Any) -> bool:
    """Whether an argument is one that a rule gives derivatives for, and so a number or an array."""
    entry = register.lookup(callee)
    if entry is None or entry.rule is None:
        return False
    names = entry.rule.parameters.names
    name = names[place] if place in range(len(names)) else place
    return name in entry.rule.wrt


def is_of_runtime(callee: Any) -> bool:
    """Whether a callee is for the programs of derivatives, in which None may be the cotangent of what is None."""
    return str(getattr(callee, "__module__", None)).startswith(rt.__name__)


def registered_fact(callee: Any, operands: Sequence[Fact], keywords: Mapping[str, Fact]) -> Fact:
    """The fact that stands beside the rule of a callee, UNKNOWN where there is none or the call does not fit."""
    if isinstance(callee, Attribute) and operands:
        field = _field(operands[0], callee.name)
        if field is not None:
            return field
    if (matrix := _of_matrices(callee, operands)) is not None:
        return matrix
    known = _beside_rule(callee, operands, keywords)
    if isinstance(known, (fa.Unknown, Array)) and not (_hashable(callee) and callee in _PLAIN):
        return next((f for f in operands if _is_derived(f)), known)
    return known


def _beside_rule(callee: Any, operands: Sequence[Fact], keywords: Mapping[str, Fact]) -> Fact:
    entry = register.lookup(callee)
    if entry is None or entry.facts is None:
        return UNKNOWN
    try:
        bound = entry.facts_parameters.bind(operands, keywords, Known)
    except TypeError:
        return UNKNOWN
    starred = bound.pop(entry.facts_parameters.starred, ()) if entry.facts_parameters.starred else ()
    return entry.facts(*bound.values(), *starred)


def _is_derived(fact: Fact) -> bool:
    """Whether a value is of a class derived from NumPy's arrays, and so may be what is computed of it."""
    return isinstance(fact, Instance) and issubclass(fact.type, np.ndarray)


_PLAIN = {np.asarray, np.array, np.ascontiguousarray, np.asfortranarray, operator.setitem}
"""Callees that make an array of NumPy's own class of every other, or no array at all."""


def _of_matrices(callee: Any, operands: Sequence[Fact]) -> Instance | None:
    """What a step makes of NumPy's or SciPy's matrices and numbers only: a matrix of one of these kinds."""
    matrices = [f for f in operands if isinstance(f, Instance) and is_matrix_class(f.type)]
    if not matrices or not (callee in _OF_MATRICES if _hashable(callee) else False):
        return None
    if callee is operator.getitem:
        index = fa.widen(operands[1])
        return None if isinstance(index, Tuple) and all(isinstance(f, Number) for f in index.items) else matrices[0]
    return matrices[0] if all(f in matrices or isinstance(fa.widen(f), Number) for f in operands) else None


_OF_MATRICES: set[Any] = {
    *(operator.add, operator.sub, operator.mul, operator.matmul, operator.truediv, operator.pow, operator.neg),
    *(operator.getitem, Attribute("T"), Method("transpose"), Method("copy"), Method("conj"), Method("tocsr")),
    *(Method("tocsc"), Method("tocoo"), Method("todia"), Method("tobsr"), Method("tolil"), Method("dot")),
}


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

_LOOKING = (make_object, operator.is_, operator.is_not, operator.not_, operator.truth, isinstance, type, bool)
_LOOKING += (operator.eq, operator.ne, callable, rt.is_sequence, super)
"""Callees that hold what they are given, too, or that give an answer for None."""


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
        case Known(value=str()):
            return Instance(str)
        case Array(dtype=dtype, shape=None):
            return UNKNOWN
        case Array(dtype=dtype, shape=shape) if shape:
            return Array(dtype, shape[1:]) if len(shape) > 1 else Number(dtype, False)
        case Tuple(items=items) | List(items=tuple() as items) if items and all(map(fa.is_text, items)):
            return Instance(str)
        case Tuple(items=items):
            return refreshed(fa.join_all(items)) if len(set(items)) != 1 else items[0]
        case List(items=items, element=element):
            return element if items and len(set(items)) == 1 else refreshed(element)
        case Dict(keys=keys):
            return refreshed(keys)
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
        case Instance(type=kind), (Number() | Known(value=int())) if kind is range:
            return INT
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
    if not isinstance(source, Dict):
        return None
    return Dict(source.items, source.element, slots=source.slots, keys=source.keys)


def _united(left: Fact, right: Fact) -> Fact | None:
    match left, right:
        case Dict(items=tuple() as a), Dict(items=tuple() as b):
            return _dict(*(fact for key, value in (dict(a) | dict(b)).items() for fact in (Known(key), value)))
        case Dict(element=a), Dict(element=b):
            held = [f for f, whole in ((a, left), (b, right)) if whole.items != ()]
            named = [whole.slots if whole.items is None else whole.items for whole in (left, right)]
            slots = None if None in named else fa.joined_slots(*(part for part in named if part is not None))
            keys = fa.join_all(whole.keys for whole in (left, right) if whole.items != ())
            return Dict(None, fa.join_all(held), slots=slots, keys=keys)
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
    answer = fa.is_instance(value, fa.classes_named(classes))
    return fa.BOOL if answer is None else Known(answer)


def _is_sequence(value: Fact) -> Fact:
    kind = fa.class_of_value(value)
    return fa.BOOL if kind is None else Known(rt.is_sequence_type(kind))


def _type(value: Fact) -> Fact:
    kind = fa.class_of_value(value)
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
        if any(_is_only_one(fact.value) for fact in (left, right)) or callable(left.value):
            return left.value is right.value
        return None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and _is_only_one(one.value) and fa.class_of_value(other) is not None:
            return False
    return None


def _is_only_one(value: object) -> bool:
    """Whether an object is the only one of its class, and a constant."""
    return value is None or value is NotImplemented or value is ...


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
        case _ if fa.may_be_none(fact):
            return None
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
