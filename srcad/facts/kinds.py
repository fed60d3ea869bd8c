"""The kinds of facts, and the axes of arrays."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


class Callee(Fact):
    """The base of facts of functions that the program itself makes."""

    __slots__ = ()


class Iterator(Fact):
    """The base of facts of iterators that the program itself makes."""

    __slots__ = ()


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
    `absent` says that None may stand in its place.
    """

    dtype: str | None = None
    weak: bool | None = None
    dim: Dim | None = None
    absent: bool = field(default=False, repr=False)


FLOAT = Number("float64", True)
INT = Number("int64", True)
BOOL = Number("bool", True)
COMPLEX = Number("complex128", True)


@dataclass(frozen=True, slots=True)
class Array(Fact):
    """An array; `shape` is a tuple of Dim, or None if even the number of axes is not known.

    `absent` says that None may stand in its place.
    """

    dtype: str | None = None
    shape: tuple[Dim, ...] | None = None
    absent: bool = field(default=False, repr=False)

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

    `absent` says that None may stand in its place: the program's own, or where it has no value and nobody looks.
    """

    items: tuple[Fact, ...]
    type: type = tuple
    absent: bool = False


@dataclass(eq=False)
class Structure:
    """A structure that holds others of its kind: `fact` says what one level is."""

    fact: Fact = UNKNOWN


@dataclass(frozen=True, slots=True)
class Nested(Fact):
    """A tuple of a kind that holds tuples of the same kind, such as what each call of a recursion hands out.

    None may stand in its place: the structure ends somewhere.
    """

    structure: Structure


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
    `absent` is that of a Tuple.  `keys` fits every key of a dict.
    """

    items: tuple[tuple[Any, Fact], ...] | None = None
    element: Fact = UNKNOWN
    sites: frozenset[str] = frozenset()
    type: type = dict
    slots: tuple[tuple[Any, Fact], ...] | None = None
    absent: bool = False
    keys: Fact = UNKNOWN

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
