"""What programs are kept by: a quick, hashable summary of an argument.

Guarantee: values with equal signatures have equal facts (see `facts.fact_of`), so they get the same program.
Sizes are not part of it; whether an axis has length one is, because broadcasting is decided by that.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from srcad.objects import attributes, is_object

_BY_TYPE = frozenset((float, int, bool, complex, type(None)))
_LONG = 64
"""Lists that are longer are known by what their items have in common (see `facts.fact_of`)."""


def signatures(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The signatures of arguments.

    >>> signatures((1.0, 2, np.ones(3))) == (signature(1.0), signature(2), signature(np.ones(3)))
    True
    """
    kinds = tuple(map(type, values))
    return kinds if _BY_TYPE.issuperset(kinds) else tuple([signature(value) for value in values])


def signature(value: Any, around: tuple[int, ...] = ()) -> Any:
    """The signature of an argument: kinds, dtypes, and which axes have length one.

    >>> signature(np.ones((3, 1))) == signature(np.zeros((5, 1))), signature(1.0) == signature(1)
    (True, False)
    """
    kind = type(value)
    if kind is np.ndarray:
        shape = value.shape
        return (value.dtype, tuple([n == 1 for n in shape]) if 1 in shape else len(shape))
    if kind in _BY_TYPE:
        return kind
    if kind is list:
        items = [signature(v, around) for v in value]
        return (list, *items) if len(items) <= _LONG else (list, frozenset(items))
    if isinstance(value, tuple):
        return (kind, tuple([signature(v, around) for v in value]))
    if kind is dict:
        return (dict, tuple([(k, signature(v, around)) for k, v in value.items()]))
    if isinstance(value, np.generic):
        return kind
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return (kind, value.dtype, tuple([n == 1 for n in value.shape]))
    if isinstance(value, str):
        return (kind, str(value))
    if is_object(value):
        return _of_object(value, around)
    return _of_callable(value) if callable(value) else kind


def _of_object(value: Any, around: tuple[int, ...]) -> Any:
    """An object is its class and its attributes; one that holds itself is its class there, as in `fact_of`."""
    if id(value) in around:
        return type(value)
    around = (*around, id(value))
    return (type(value), tuple([(k, signature(v, around)) for k, v in attributes(value).items()]))


def _of_callable(value: Any) -> Any:
    """A method is its function and object; a function of no closure, made anew for every call, is its code."""
    if isinstance(value, types.MethodType):
        return (Same(value.__self__), Same(value.__func__))
    if hasattr(type(value), "__srcad_made_of__"):  # anew for every call
        return (type(value), *map(signature, value.__srcad_made_of__))
    if isinstance(value, types.FunctionType) and value.__name__ == "<lambda>":
        if not (value.__closure__ or value.__defaults__ or value.__kwdefaults__ or value.__dict__):
            return (value.__code__, Same(value.__globals__))
    return Same(value)


class Same:
    """A key for an object itself, which it keeps alive."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.value is self.value

    def __hash__(self) -> int:
        return id(self.value)
