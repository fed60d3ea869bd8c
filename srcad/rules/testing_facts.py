"""Checks of facts: whether a fact holds of a value, and how much may be known of the arguments of a call.

A fact must hold however little is known of the arguments, so the facts of a primitive are tried on all degrees
of knowledge: everything, constants, kinds without dtypes and lengths, and nothing, of all arguments and of one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from srcad import facts as fa


def degrees(values: Mapping[str, Any], starred: str | None) -> Iterator[dict[str, Any]]:
    """Facts of arguments: all that is known, constants, and less and less of all or of one of them."""

    def facts_by(degree: Callable) -> dict[str, Any]:
        facts = {name: degree(value, name) for name, value in values.items() if name != starred}
        if starred is not None:
            facts[starred] = tuple(degree(value, (starred, i)) for i, value in enumerate(values[starred]))
        return facts

    exact = facts_by(_fact)
    yield exact
    for degree in (_constant, _vague, _vaguer, _nothing):
        less = facts_by(degree)
        yield less
        for name in values:
            yield {**exact, name: less[name]}


def _fact(value: Any, name: Any) -> Any:
    """The fact of an argument: numbers are not known, what selects a behaviour is."""
    if value is None or isinstance(value, (str, bool)):
        return fa.Known(value)
    return fa.fact_of(value, name)


def _constant(value: Any, name: Any) -> Any:
    return _fact(value, name) if isinstance(value, (np.ndarray, np.generic, list)) else fa.constant_fact(value)


def _vague(value: Any, name: Any) -> Any:
    match fact := _constant(value, name):
        case fa.Array(dtype=dtype, shape=shape):
            return fa.Array(
                dtype, tuple(fa.Dim(dim.symbol if dim != fa.ONE else (name, i)) for i, dim in enumerate(shape))
            )
        case fa.Number(dtype=dtype):
            return fa.Number(dtype)
    return fa.widen(fact)


def _vaguer(value: Any, name: Any) -> Any:
    match fact := _vague(value, name):
        case fa.Array() | fa.Number():
            return type(fact)()
        case fa.List(element=element):
            return fa.List(None, element)
    return fact


def _nothing(value: Any, name: Any) -> Any:
    return fa.UNKNOWN


def mismatch(fact: fa.Fact, value: Any, lengths: dict[Any, int]) -> str | None:
    """What a fact says that is not so of a value, or None.  `lengths` collects the lengths that symbols stand for.

    >>> mismatch(fa.Array("float32"), np.ones(3), {})
    'the dtype is float64'
    """
    match fact:
        case fa.Known(value=known):
            same = value is known or type(value) is type(known) and value == known
            return None if same else f"the value is {value!r}"
        case fa.Number(dtype=dtype, weak=weak, dim=dim):
            if not isinstance(value, (bool, int, float, complex, np.generic)):
                return f"the type is {type(value).__name__}"
            if weak is not None and weak == isinstance(value, np.generic):
                return f"the type is {type(value).__name__}"
            if dtype is not None and fa.fact_of(value).dtype != dtype:
                return f"the dtype is {fa.fact_of(value).dtype}"
            return _mismatched_dims((dim,), (value,), lengths) if dim is not None else None
        case fa.Array(dtype=dtype, shape=shape):
            if not isinstance(value, np.ndarray):
                return f"the type is {type(value).__name__}"
            if dtype is not None and value.dtype.name != dtype:
                return f"the dtype is {value.dtype.name}"
            return None if shape is None else _mismatched_dims(shape, value.shape, lengths)
        case fa.Tuple(items=items, type=kind):
            return _mismatched_items(items, value, kind, lengths)
        case fa.List(items=items, element=element):
            return _mismatched_items(items if items is not None else (element,) * len(value), value, list, lengths)
        case fa.Dict(items=items):
            facts, keys = zip(*((f, k) for k, f in items), strict=True) if items else ((), ())
            return _mismatched_items(facts, tuple(value[k] for k in keys), tuple, lengths)
        case fa.Instance(type=kind):
            return None if type(value) is kind else f"the type is {type(value).__name__}"
    return None


def _mismatched_items(items: tuple, value: Any, kind: type, lengths: dict[Any, int]) -> str | None:
    if type(value) is not kind or len(value) != len(items):
        return f"it is {value!r}"
    return next(
        (text for fact, item in zip(items, value, strict=True) if (text := mismatch(fact, item, lengths))), None
    )


def _mismatched_dims(dims: tuple, shape: tuple, lengths: dict[Any, int]) -> str | None:
    if len(dims) != len(shape):
        return f"the shape is {shape}"
    for dim, length in zip(dims, shape, strict=True):
        if dim.one is not None and dim.one != (length == 1) or lengths.setdefault(dim.symbol, length) != length:
            return f"the shape is {shape}"
    return None
