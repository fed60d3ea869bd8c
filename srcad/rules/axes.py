"""What the facts of array rules share: constants among arguments, and axes of results.

A function here answers only what is certain.  Where an argument decides the shape of a result and is not
known, the answer is None, which every fact allows.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from srcad.facts import (
    ONE,
    UNKNOWN,
    Array,
    Dim,
    Either,
    Fact,
    Known,
    List,
    Number,
    Tuple,
    broadcast,
    some_dim,
    widen,
)


class Missing:
    """The type of `MISSING`, which stands for a value that is not known."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def value_of(fact: Fact) -> Any:
    """The value that a fact pins down, or `MISSING`.

    >>> value_of(Tuple((Known(1), Known(None)))), value_of(Number("int64", True))
    ((1, None), MISSING)
    """
    match fact:
        case Known(value=value):
            return value
        case Tuple(items=items, type=builtins.tuple) | List(items=items) if items is not None:
            values = [value_of(item) for item in items]
            if any(value is MISSING for value in values):
                return MISSING
            return tuple(values) if isinstance(fact, Tuple) else values
    return MISSING


def is_none(fact: Fact) -> bool | None:
    """Whether a value is None, if that is known.

    >>> is_none(Known(None)), is_none(Number("int64", True)), is_none(UNKNOWN)
    (True, False, None)
    """
    return None if fact == UNKNOWN else fact == Known(None)


def items_of(fact: Fact) -> tuple[Fact, ...] | None:
    """The facts of the items of a tuple or list, if their number is known."""
    match fact:
        case Tuple(items=items) | List(items=items):
            return items
        case Known(value=tuple() as value):
            return tuple(Known(v) for v in value)
    return None


def as_array(fact: Fact) -> Array:
    """What is known of `np.asarray(x)`, x a number, an array, or a nesting of lists of them.

    >>> as_array(List((Number("float64", True), Known(2))))
    Array(dtype='float64', shape=(Dim(symbol=('length', 2), one=False),))
    """
    items = items_of(fact)
    if items is not None:
        rows = [as_array(item) for item in items]
        return Array(_common_dtype(rows), _nested_shape(rows))
    match widen(fact):
        case Array() as array:
            return array
        case Number(dtype=dtype):
            return Array(dtype, ())
        case List(element=element):
            row = as_array(element)
            return Array(
                None if row.shape is None else row.dtype, None if row.shape is None else (some_dim(), *row.shape)
            )
    return Array(None, None)


def _common_dtype(rows: list[Array]) -> str | None:
    if any(row.dtype is None for row in rows):
        return None
    return np.result_type(*(row.dtype for row in rows)).name if rows else "float64"


def _nested_shape(rows: list[Array]) -> tuple[Dim, ...] | None:
    if not rows:
        return (length(0),)
    if any(row.shape is None or len(row.shape) != len(rows[0].shape) for row in rows):
        return None
    return (length(len(rows)), *broadcast(*(row.shape for row in rows)))


def length(n: int) -> Dim:
    """The axis of this known length."""
    return ONE if n == 1 else Dim(("length", n), False)


def length_of(fact: Fact) -> Dim:
    """The axis whose length is this number.

    >>> length_of(Known(1)), length_of(Number("int64", True, Dim("n", False)))
    (Dim(symbol='1', one=True), Dim(symbol='n', one=False))
    """
    value = value_of(fact)
    if isinstance(value, (int, np.integer)) and value >= 0:
        return length(int(value))
    if isinstance(fact, Number) and fact.dim is not None:
        return fact.dim
    return some_dim()


def shape_from(fact: Fact) -> tuple[Dim, ...] | None:
    """The axes of `np.zeros(shape)`, from the fact of `shape`: a number or a tuple or list of numbers."""
    items = items_of(fact)
    if items is not None:
        return tuple(length_of(item) for item in items)
    return (length_of(fact),) if isinstance(widen(fact), Number) else None


def dtype_from(fact: Fact, default: str | None) -> str | None:
    """The name of the dtype that an argument `dtype=` asks for; `default` where it is None.

    >>> dtype_from(Known(None), "float64"), dtype_from(Known(np.float32), None)
    ('float64', 'float32')
    """
    value = value_of(fact)
    if value is None:
        return default
    try:
        return None if value is MISSING else np.dtype(value).name
    except TypeError:
        return None


def normalized(axis: Any, ndim: int) -> tuple[int, ...] | None:
    """An axis, or a tuple of them, counted from the front; None if it is no such thing or out of range.

    >>> normalized(-1, 3), normalized((0, -1), 2), normalized(2, 2)
    ((2,), (0, 1), None)
    """
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(a, (int, np.integer)) and -ndim <= a < ndim for a in axes):
        return None
    return tuple(int(a) % ndim for a in axes)


def without(shape: tuple[Dim, ...] | None, axis: Fact, keepdims: Fact) -> tuple[Dim, ...] | None:
    """The axes that a reduction over `axis` leaves."""
    axis, keepdims = value_of(axis), value_of(keepdims)
    if keepdims is MISSING:
        return None
    if shape is None:
        return () if axis is None and not keepdims else None
    if axis is MISSING:
        return None
    axes = tuple(range(len(shape))) if axis is None else normalized(axis, len(shape))
    if axes is None:
        return None
    if keepdims:
        return tuple(ONE if i in axes else dim for i, dim in enumerate(shape))
    return tuple(dim for i, dim in enumerate(shape) if i not in axes)


def array_or_number(dtype: str | None, shape: tuple[Dim, ...] | None) -> Fact:
    """The fact of a result that NumPy turns into a scalar where it has no axes."""
    if shape is None:
        return Either(Number(dtype, False), Array(dtype, None))
    return Array(dtype, shape) if shape else Number(dtype, False)


def flattened(shape: tuple[Dim, ...] | None) -> Dim:
    """The one axis of an array of these axes once it is made flat.

    >>> flattened((ONE, Dim("n"), ONE))
    Dim(symbol='n', one=None)
    """
    if shape is None:
        return some_dim()
    longer = tuple(dim for dim in shape if dim.one is not True)
    if not longer:
        return ONE
    if len(longer) == 1:
        return longer[0]
    certain = any(dim.one is False for dim in longer)
    return Dim(("product", *(dim.symbol for dim in longer)), False if certain else None)
