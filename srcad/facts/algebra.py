"""NumPy's algebra over facts: what broadcasting and promotion make of shapes and dtypes; what carries a derivative."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from srcad.facts.kinds import (
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
    Number,
    Tuple,
    Unknown,
    some_dim,
)
from srcad.facts.lattice import widen

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
