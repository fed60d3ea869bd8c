"""What is known of a value without running the program: the lattice of facts.

A fact says of a value its kind (number, array, tuple, list, dict, a known object), its dtype, and per axis
whether the length is one, not one, or unknown.  Facts are hashable and compare by content, so that derivatives
are cached by them.  They never hold sizes: a derivative made for one batch size serves them all.  What is
not known is `UNKNOWN`; whoever reads a fact must be right for UNKNOWN too.

An axis is a `Dim`.  Two axes with the same symbol have the same length; axes with different symbols may or may
not.  NumPy's broadcasting is decided by "one or not one", which is why that is what a Dim remembers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad.objects import Field, attributes, is_object

# -------------------------------------------------------------------------------------------------- axes


@dataclass(frozen=True, slots=True)
class Dim:
    """The length of an axis: the same for the same `symbol`; `one` is True, False, or None if not known."""

    symbol: Any
    one: bool | None = None


ONE = Dim("1", True)

_counter = itertools.count()


def some_dim(one: bool | None = None) -> Dim:
    """A length of which nothing is known but that it is its own."""
    return Dim(next(_counter), one)


# ------------------------------------------------------------------------------------------------- facts


class Fact:
    """The base of all facts."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown(Fact):
    """Nothing is known."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Nothing(Fact):
    """There is no such value as far as is known: an item of a list into which no store has been found yet.

    `filled` says that None stands where the value would.
    """

    filled: bool = False


NOTHING = Nothing()
ABSENT = Nothing(filled=True)


@dataclass(frozen=True, slots=True)
class Number(Fact):
    """A Python number or NumPy scalar: immutable, no axes.

    `dtype` is a NumPy dtype name, or None if not known; `weak` says that it is a Python number, whose
    dtype gives way to that of arrays (NEP 50): True, False or None.  `dim` is the axis it is the length of.
    """

    dtype: str | None = None
    weak: bool | None = None
    dim: Dim | None = None


FLOAT = Number("float64", True)
INT = Number("int64", True)
BOOL = Number("bool", True)
COMPLEX = Number("complex128", True)


@dataclass(frozen=True, slots=True)
class Array(Fact):
    """An array; `shape` is a tuple of Dim, or None if even the number of axes is not known."""

    dtype: str | None = None
    shape: tuple[Dim, ...] | None = None

    @property
    def ndim(self) -> int | None:
        """The number of axes, or None."""
        return None if self.shape is None else len(self.shape)


@dataclass(frozen=True, slots=True)
class Either(Fact):
    """A number on some paths and an array on others: what begins as 0.0 and is added to in a loop."""

    number: Number
    array: Array


@dataclass(frozen=True, slots=True)
class Tuple(Fact):
    """A tuple of known length; `type` is a named tuple's class, or tuple.

    `absent` says that None stands in its place where the program has no value for it, and nobody looks.
    """

    items: tuple[Fact, ...]
    type: type = tuple
    absent: bool = False


@dataclass(frozen=True, slots=True)
class List(Fact):
    """A list.  `items` if its length is known and it is never changed, else None; `element` fits every item.

    `sites` names the steps that may have made it.  `absent` is that of a Tuple.
    """

    items: tuple[Fact, ...] | None = None
    element: Fact = UNKNOWN
    sites: frozenset[str] = frozenset()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Dict(Fact):
    """A dict, or an object that holds its attributes as a dict holds its items: then `type` is its class.

    `items` are (key, fact) pairs if known and never changed; `element` fits every value.  `slots` are such pairs of
    what is changed: when one of these keys is there, its value has this fact.  The keys of an object are `Field`s.
    `absent` is that of a Tuple.
    """

    items: tuple[tuple[Any, Fact], ...] | None = None
    element: Fact = UNKNOWN
    sites: frozenset[str] = frozenset()
    type: type = dict
    slots: tuple[tuple[Any, Fact], ...] | None = None
    absent: bool = False

    def get(self, key: Any) -> Fact:
        """What is known of the value of a key, if it is there."""
        if self.items is not None:
            return dict(self.items).get(key, UNKNOWN)
        return dict(self.slots or ()).get(key, self.element)


@dataclass(frozen=True, slots=True, eq=False)
class Known(Fact):
    """This very object: None, a string, a bool or int that the source states, a function, class or module."""

    value: Any

    def _key(self) -> tuple:
        if self.value is None or isinstance(
            self.value, (bool, int, float, complex, str, bytes, slice, tuple, type(...))
        ):
            return (type(self.value), repr(self.value))
        return (type(self.value), id(self.value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Known) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@dataclass(frozen=True, slots=True)
class Instance(Fact):
    """Some object of exactly this class, of a kind that no other fact describes (range, slice, str, Generator)."""

    type: type
    element: Fact = UNKNOWN


DEVICE = "device arrays"
"""A key of a program's facts, no name of a value: present if its arrays are not NumPy's.

An element of a NumPy array is a number of its own; an element of an array of CuPy is an array without axes, a view of
the memory it was read from.
"""


def element(fact: Fact, facts: Mapping[str, Fact]) -> Fact:
    """The fact of what was read from an array, given the fact it has for NumPy."""
    return Array(fact.dtype, ()) if DEVICE in facts and isinstance(fact, Number) else fact


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
    if hasattr(value, "shape") and hasattr(value, "dtype") and kind is not type:
        if path is None:
            path = next(_counter)
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
        return Dict(items, with_own_axes(join_all(f for _, f in items), (path, "item")))
    if is_object(value) and id(value) not in around:
        around = (*around, id(value))
        items = tuple((Field(k), fact_of(v, (path, k), around)) for k, v in attributes(value).items())
        return Dict(items, with_own_axes(join_all(f for _, f in items), (path, "item")), frozenset(), kind)
    if value is None or isinstance(value, str) or callable(value):
        return Known(value)
    return Instance(kind)


def shadow_fact(container: Fact) -> Fact:
    """The fact of the slots that hold the cotangents of a container's items: a list, a dict or an object."""
    match container:
        case List() | Tuple():
            return List(None, UNKNOWN)
        case Dict(type=kind) if kind is dict:
            return Dict(None, UNKNOWN)
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
    """
    if a == b:
        return a
    a, b = widen(a), widen(b)
    if a == b:
        return a
    match a, b:
        case (Nothing(filled=filled), fact) | (fact, Nothing(filled=filled)):
            return _maybe_absent(fact) if filled else fact
        case Number(), Number():
            return Number(
                a.dtype if a.dtype == b.dtype else None,
                a.weak if a.weak == b.weak else None,
                a.dim if a.dim == b.dim else None,
            )
        case Array(), Array():
            dtype = a.dtype if a.dtype == b.dtype else None
            if a.shape is None or b.shape is None or len(a.shape) != len(b.shape):
                return Array(dtype, None)
            return Array(dtype, tuple(_join_dims(m, n) for m, n in zip(a.shape, b.shape, strict=True)))
        case ((Number() | Array() | Either()), (Number() | Array() | Either())):
            both = (*alternatives(a), *alternatives(b))
            number = join_all(f for f in both if isinstance(f, Number))
            array = join_all(f for f in both if isinstance(f, Array))
            return Either(number, array)
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


def _maybe_absent(fact: Fact) -> Fact:
    """What holds of a value or None; it matters where a structure would be taken apart."""
    if isinstance(fact, Nothing):
        return ABSENT
    return replace(fact, absent=True) if isinstance(fact, (Tuple, List, Dict)) else fact


def alternatives(fact: Fact) -> tuple[Fact, ...]:
    """The facts of which one holds: of two for a number or an array, else of itself."""
    return (fact.number, fact.array) if isinstance(fact, Either) else (fact,)


def _join_elements(a: List | Dict, b: List | Dict) -> Fact:
    """What fits every item of either; an empty one has none."""
    return join_all([f.element for f in (a, b) if f.items != ()])


def _join_dicts(a: Dict, b: Dict) -> Dict:
    """Keys of both have the join of their facts; a key of one alone is there only where that one is."""
    element, sites = _join_elements(a, b), a.sites | b.sites
    if a.items is not None and b.items is not None and [k for k, _ in a.items] == [k for k, _ in b.items]:
        items = tuple((k, join(f, g)) for (k, f), (_, g) in zip(a.items, b.items, strict=True))
        return Dict(items, element, sites, a.type)
    left, right = (c.items if c.items is not None else c.slots for c in (a, b))
    if left is None or right is None:
        return Dict(None, element, sites, a.type)
    return Dict(None, element, sites, a.type, joined_slots(left, right))


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


# ------------------------------------------------------------------------------------------ NumPy's algebra


def is_numeric(fact: Fact) -> bool:
    """Whether it is known to be a number or an array."""
    return isinstance(widen(fact), (Number, Array))


def shape_of(fact: Fact) -> tuple[Dim, ...] | None:
    """The axes of a number (none) or array; None if not known."""
    match widen(fact):
        case Number():
            return ()
        case Array(shape=shape):
            return shape
    return None


def dtype_of(fact: Fact) -> str | None:
    """The dtype of a number or array, if known."""
    match widen(fact):
        case Number(dtype=dtype) | Array(dtype=dtype):
            return dtype
    return None


def broadcast(*shapes: tuple[Dim, ...] | None) -> tuple[Dim, ...] | None:
    """The axes of the result of an elementwise operation on operands of these axes.

    >>> broadcast((Dim("n", False), Dim("m", False)), (ONE, Dim("k", False)))
    (Dim(symbol='n', one=False), Dim(symbol='m', one=False))
    """
    if any(shape is None for shape in shapes):
        return None
    length = max((len(shape) for shape in shapes), default=0)
    columns = zip(*((ONE,) * (length - len(shape)) + tuple(shape) for shape in shapes), strict=True)
    return tuple(_broadcast_dims(column) for column in columns)


def _broadcast_dims(column: tuple[Dim, ...]) -> Dim:
    longer = [dim for dim in column if dim.one is not True]
    if not longer:
        return ONE
    for dim in longer:
        if dim.one is False:
            return dim
    if all(dim == longer[0] for dim in longer):
        return longer[0]
    return some_dim()


def promote(*facts: Fact, inexact: bool = False) -> str | None:
    """The dtype NumPy gives an elementwise operation on values with these facts (NEP 50).

    `inexact` asks for that of functions like `np.sin`, which turn integers into floats.

    >>> promote(Number("float64", True), Array("float32", ()))
    'float32'
    """
    facts = tuple(map(widen, facts))
    for i, fact in enumerate(facts):
        if isinstance(fact, Number) and fact.weak is None and fact.dtype is not None:
            known = {
                promote(*facts[:i], replace(fact, weak=weak), *facts[i + 1 :], inexact=inexact)
                for weak in (True, False)
            }
            return known.pop() if len(known) == 1 else None
    samples = []
    for fact in facts:
        dtype = dtype_of(fact)
        if dtype is None:
            return None
        if isinstance(fact, Number) and fact.weak:
            samples.append({"b": True, "i": 1, "f": 1.0, "c": 1j}[np.dtype(dtype).kind])
        else:
            samples.append(np.dtype(dtype))
    result = np.result_type(*samples)
    if inexact and result.kind in "biu":
        result = np.sqrt(np.ones((), result)).dtype
    return result.name


def elementwise(*operands: Fact, dtype: str | None = None, inexact: bool = False) -> Fact:
    """The fact of an elementwise NumPy function or operator; `dtype` overrides promotion."""
    operands = tuple(map(widen, operands))
    if not all(isinstance(f, (Number, Array)) for f in operands):
        return UNKNOWN
    if dtype is None:
        dtype = promote(*operands, inexact=inexact)
    shape = broadcast(*map(shape_of, operands))
    if shape is None:
        return Array(dtype, None)
    return Array(dtype, shape) if shape else Number(dtype, False)


def operator_fact(*operands: Fact, dtype: str | None = None, inexact: bool = False) -> Fact:
    """The fact of a Python operator: as `elementwise`, but Python numbers give Python numbers."""
    result = elementwise(*operands, dtype=dtype, inexact=inexact)
    if isinstance(result, Number):
        kinds = [f.weak for f in map(widen, operands) if isinstance(f, Number)]
        arrays = any(isinstance(widen(f), Array) for f in operands)
        weak = False if arrays or False in kinds else None if None in kinds else True
        if weak is None and result.dtype is None and dtype is None and all(dtype_of(f) is not None for f in operands):
            strong = [replace(f, weak=False) if f.weak is None else f for f in map(widen, operands)]
            result = replace(result, dtype=promote(*strong, inexact=inexact))  # if it is not Python's
        return replace(result, weak=weak)
    return result


def is_text(fact: Fact) -> bool:
    """Whether values with this fact are strings."""
    match fact:
        case Known(value=value):
            return isinstance(value, str)
        case Instance(type=kind):
            return kind is str
    return False


def is_active_type(fact: Fact) -> bool | None:
    """Whether values with this fact can carry a derivative: floats and complex numbers can, and what holds them.

    None if that is not known.
    """
    match widen(fact):
        case Number(dtype=None) | Array(dtype=None) | Unknown():
            return None
        case Number(dtype=dtype) | Array(dtype=dtype):
            return np.dtype(dtype).kind in "fc"
        case Either(number, array):
            return _any(map(is_active_type, (number, array)))
        case Tuple(items=items):
            return _any(map(is_active_type, items))
        case List(items=items, element=element):
            return _any(map(is_active_type, items)) if items is not None else is_active_type(element)
        case Dict(items=items, element=element, slots=slots):
            if items is None:
                return _any(is_active_type(f) for f in (element, *(f for _, f in slots or ())))
            return _any(is_active_type(f) for _, f in items) if items or fact.type is dict else None
        case Known(value=value):
            return None if callable(value) else False
        case Instance(type=kind):
            return False if kind in (range, slice, str, bytes, type(None), type(...)) else None
    return None


def _any(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    return True if True in answers else None if None in answers else False
