"""The class of a value, as far as facts tell it, and what `isinstance` says of it."""

from __future__ import annotations

import abc
import types
from typing import Any

import numpy as np

from srcad.facts.kinds import Array, Dict, Fact, Instance, Known, List, Number, Tuple
from srcad.facts.lattice import may_be_none
from srcad.objects import has_own_operators

_PYTHON_TYPES = {"b": bool, "i": int, "f": float, "c": complex}
_BUILTIN = (bool, int, float, complex, str, bytes, tuple, list, dict, set, frozenset, range, slice, type(None))


def class_of_value(fact: Fact) -> type | None:
    """The class of a value, if it is known exactly; an array's is said to be NumPy's, whose names others go by.

    >>> class_of_value(Number("float64", True)), class_of_value(Number("float32", False))
    (<class 'float'>, <class 'numpy.float32'>)
    """
    if may_be_none(fact):
        return None
    match fact:
        case Known(value=value):
            return type(value)
        case Number(dtype=str() as dtype, weak=True):
            return _PYTHON_TYPES.get(np.dtype(dtype).kind)
        case Number(dtype=str() as dtype, weak=False):
            return np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Instance(type=kind) if has_own_operators(kind):
            return None  # it may be one of another arrangement
        case Tuple(type=kind) | Instance(type=kind) | Dict(type=kind):
            return kind
        case List():
            return list
    return None


def classes_named(fact: Fact) -> tuple[type, ...] | None:
    """The classes that the second argument of `isinstance` names, if they are known.

    >>> classes_named(Tuple((Known(int), Known(float)))), classes_named(Known(int | float))
    ((<class 'int'>, <class 'float'>), (<class 'int'>, <class 'float'>))
    """
    parts: tuple[Any, ...]
    match fact:
        case Tuple(items=items):
            found = [classes_named(item) for item in items]
            return None if None in found else tuple(kind for kinds in found for kind in kinds or ())
        case Known(value=types.UnionType() as union):
            parts = union.__args__
        case Known(value=tuple() as parts):
            pass
        case Known(value=value):
            parts = (value,)
        case _:
            return None
    return parts if all(isinstance(p, type) and type(p) in (type, abc.ABCMeta) for p in parts) else None


def is_instance(fact: Fact, classes: tuple[type, ...] | None) -> bool | None:
    """Whether a value is an instance of one of the classes; None if that is not known.

    >>> is_instance(Number("float64", True), (int, float)), is_instance(Array("float64"), (list, tuple))
    (True, False)
    """
    if classes is None or may_be_none(fact):
        return None
    if isinstance(fact, Array):  # of NumPy or of another module whose class goes by the name of np.ndarray
        if np.ndarray in classes:
            return True
        return False if all(c in _BUILTIN or issubclass(c, np.generic) for c in classes) else None
    kind = class_of_value(fact)
    return None if kind is None else issubclass(kind, classes)
