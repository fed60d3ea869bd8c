"""The values of a straight list: what a step gives, what a container holds, what is a constant, how to copy."""

from __future__ import annotations

import copy
import operator
import random
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad import trees
from srcad.objects import Field, attributes, is_object
from srcad.wengert import (
    Attribute,
    Augmented,
    Call,
    Const,
    Method,
    Operand,
    SetAttribute,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
)

CALLABLES = (types.FunctionType, types.BuiltinFunctionType, np.ufunc, type)
_PLAIN = (np.bool, bool, int, str, bytes, type(None), type(...), range, slice)


def is_plain(value: Any) -> bool:
    """Whether a value carries no derivative and cannot be written to."""
    return all(map(is_plain, value)) if type(value) is tuple and value else type(value) in _PLAIN


_COPIED = (np.ndarray, np.random.Generator, np.random.RandomState, random.Random)


def copied(value: Any) -> Any:
    """A copy that shares no arrays, containers or random generators with the value; all else is the same object."""
    leaves, _ = trees.flatten(value)
    return copy.deepcopy(value, {id(leaf): leaf for leaf in leaves if not isinstance(leaf, _COPIED)})


def applied(callee: Any, operands: list, keywords: dict) -> Any:
    """What a callee gives."""
    match callee:
        case Method(name):
            return getattr(operands[0], name)(*operands[1:], **keywords)
        case Attribute(name):
            return getattr(operands[0], name)
        case SetAttribute(name):
            return setattr(operands[0], name, operands[1])
        case Augmented(operation):
            owner, index, value = operands
            _store(owner, index, operation(_load(owner, index), value))
            return None
        case Call():
            return operands[0](*operands[1:], **keywords)
    if callee is operator.getitem:
        return _load(*operands)
    if callee is operator.setitem:
        return _store(*operands)
    return callee(*operands, **keywords)


def _load(owner: Any, key: Any) -> Any:
    """An item, or the attribute of an object, which is a slot of it."""
    return getattr(owner, key) if isinstance(key, Field) else owner[key]


def _store(owner: Any, key: Any, value: Any) -> None:
    """The same for writing."""
    if isinstance(key, Field):
        object.__setattr__(owner, key, value)
    else:
        owner[key] = value


def slots_of(value: Any) -> dict[Any, Any]:
    """What a tuple, list, dict or object holds by index, key or name; nothing for all else."""
    if is_object(value):
        return attributes(value)
    if hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    if type(value) in (tuple, list):
        return dict(enumerate(value))
    return dict(value) if type(value) is dict else {}


def making(value: Any, leaves: Mapping[Any, Operand]) -> tuple:
    """The callee and the operands that make a container like this of its leaves."""
    pairs = tuple(o for key, leaf in leaves.items() for o in (Const(key), leaf))
    if is_object(value):
        return (make_object, Const(type(value)), *pairs)
    if hasattr(value, "_fields"):
        return (make_named_tuple, Const(type(value)), *leaves.values())
    if isinstance(value, dict):
        return (make_dict, *pairs)
    return (make_tuple if isinstance(value, tuple) else make_list, *leaves.values())
