"""Objects as containers: instances of classes written in Python, whose attributes are slots.

Guarantee: `is_object` holds only for instances whose attributes are plain storage (a `__dict__`, `__slots__`), so that
reading one gives what was last written to it and does nothing else.  Classes that take over attribute access, that
extend built-in types, or that belong to the standard library or an array library, are something else.
"""

from __future__ import annotations

import dataclasses
import sys
import types
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, Protocol

_FOREIGN = sys.stdlib_module_names | {"numpy", "scipy", "cupy", "srcad", "optree"}
"""Packages whose instances are taken as a whole."""

_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or as if


class Field(str):
    """The name of an attribute, as the key of a slot of an object: printed as `.name`, not as `[key]`."""

    __slots__ = ()


def is_object(value: Any) -> bool:
    """Whether a value is an instance whose attributes are slots, and no array of some library.

    >>> import fractions
    >>> point = type("Point", (), {"__module__": "geometry"})()
    >>> is_object(point), is_object(type(point)), is_object(fractions.Fraction(1, 2)), is_object([])
    (True, False, False, False)
    """
    return is_object_class(type(value)) and not (hasattr(value, "dtype") and hasattr(value, "shape"))


@lru_cache(maxsize=4096)
def is_matrix_class(kind: type) -> bool:
    """Whether instances of a class are matrices of NumPy or SciPy, for which `*` is the product of matrices.

    SciPy's sparse arrays are none: their operators are those of arrays.
    """
    return any((base.__module__.partition(".")[0], base.__name__) in _MATRICES for base in kind.__mro__)


@lru_cache(maxsize=4096)
def is_sparse_class(kind: type) -> bool:
    """Whether instances of a class are SciPy's sparse arrays or matrices."""
    return any((base.__module__.partition(".")[0], base.__name__) == ("scipy", "_spbase") for base in kind.__mro__)


_MATRICES = {("numpy", "matrix"), ("scipy", "spmatrix")}


@lru_cache(maxsize=4096)
def has_own_operators(kind: type) -> bool:
    """Whether what is computed with instances of a class need not be what is computed with arrays.

    So it is with matrices, masked arrays, and all that is derived from NumPy's arrays.
    """
    names = [(base.__module__.partition(".")[0], base.__name__) for base in kind.__mro__]
    derived = ("numpy", "ndarray") in names and names[0] not in (("numpy", "ndarray"), ("numpy", "memmap"))
    return derived or is_matrix_class(kind)


@lru_cache(maxsize=4096)
def is_object_class(kind: type) -> bool:
    """Whether instances of a class are objects in the sense of this module."""
    foreign = kind.__module__.partition(".")[0] in _FOREIGN and not hasattr(kind, "__srcad_stands_for__")
    if not kind.__flags__ & _HEAP_TYPE or foreign:
        return False
    if type(kind).__call__ is not type.__call__ or issubclass(kind, type) or _is_of_srcad(kind):
        return False
    if any(base not in (object, Generic, Protocol) and not base.__flags__ & _HEAP_TYPE for base in kind.__mro__):
        return False
    if hasattr(kind, "__getattr__") or kind.__getattribute__ is not object.__getattribute__:
        return False
    return kind.__setattr__ is object.__setattr__ or is_frozen(kind)


def _is_of_srcad(kind: type) -> bool:
    """Whether instances are what transformations of srcad return."""
    return hasattr(kind, "__srcad_callee__") or hasattr(kind, "__srcad_opaque__")


def is_frozen(kind: type) -> bool:
    """Whether a class is a frozen dataclass, of which attributes are only set while an instance is made."""
    params = getattr(kind, "__dataclass_params__", None)
    return params is not None and params.frozen


def is_plain_slot(kind: type, name: str) -> bool:
    """Whether an attribute is found in the `__dict__` of an object and nowhere else."""
    return static_attribute(kind, name) is MISSING and hasattr(kind, "__dict__") and not hasattr(kind, "__slots__")


def attributes(value: Any) -> dict[str, Any]:
    """The attributes that an instance itself has, in the order in which they were set, slots first."""
    found: dict[str, Any] = {}
    for base in reversed(type(value).__mro__):
        for name, member in vars(base).items():
            if isinstance(member, types.MemberDescriptorType) and hasattr(value, name):
                found[name] = getattr(value, name)
    found.update(getattr(value, "__dict__", {}))
    return found


def static_attribute(kind: type, name: str) -> Any:
    """What a class says of an attribute of its instances, as it stands in the class; MISSING if nothing."""
    for base in kind.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return MISSING


MISSING = object()


def is_slot(member: Any) -> bool:
    """Whether what a class has under a name leaves the instance's own attribute of that name in force."""
    return isinstance(member, types.MemberDescriptorType) or not hasattr(type(member), "__set__")


def generated_init(kind: type) -> type | None:
    """The dataclass whose generated `__init__` makes instances of a class; None if it was written by hand."""
    for base in kind.__mro__:
        if "__init__" in vars(base):
            params = vars(base).get("__dataclass_params__")
            return base if params is not None and params.init else None
    return None


def fields_of(kind: type) -> tuple[dataclasses.Field, ...]:
    """The fields of a dataclass, in order."""
    return dataclasses.fields(kind)


def new(kind: type, **slots: Any) -> Any:
    """An instance with these attributes, made without running `__init__`.

    >>> class Point:
    ...     pass
    >>> new(Point, x=1.0).x
    1.0
    """
    instance: Any = object.__new__(kind)
    for name, value in slots.items():
        object.__setattr__(instance, name, value)  # also where the class is frozen
    return instance


@dataclasses.dataclass(frozen=True, eq=False)
class Capturing:
    """A class that was defined inside a function, and whose methods use variables of that, `names`.

    An instance of `kind` keeps their values, where srcad's list of a method reads them.  A plain call, with the values
    first, does what Python does, by `make`, which gives a class of which the methods find them.
    """

    kind: type
    names: tuple[str, ...]
    make: Callable[[Mapping[str, Any]], type]

    @staticmethod
    def slot(name: str) -> Field:
        """The attribute that keeps a variable."""
        return Field(f"_captured_{name}")

    def __call__(self, *given: Any, **keywords: Any) -> Any:
        """An instance, given the values of the variables first."""
        count = len(self.names)
        return self.make(dict(zip(self.names, given[:count], strict=True)))(*given[count:], **keywords)
