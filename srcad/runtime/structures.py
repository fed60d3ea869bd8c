"""Cotangents of numbers, arrays and structures: zeros, sums, and the shape that broadcasting took from them.

Guarantee: a cotangent has the structure, shapes and dtypes of the value it belongs to; 0.0 stands for zeros of any.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import objects
from srcad.errors import ArgumentError


def unbroadcast(d: Any, like: Any) -> Any:
    """The cotangent of `like`, given the cotangent `d` of what `like` was broadcast to.

    Sums over the axes that broadcasting added or stretched, and gives the result the dtype of `like` (its real
    part if `like` is real).  Raises ArgumentError if `like` is neither number nor array.

    >>> unbroadcast(np.ones((2, 3)), np.ones((2, 1)))
    array([[3.],
           [3.]])
    """
    shape = shape_of(like)
    have = shape_of(d)
    if have != shape:
        extra = len(have) - len(shape)
        if extra < 0:
            d, extra = np.broadcast_to(d, shape), 0
        elif extra:
            d = d.sum(axis=tuple(range(extra)))
        ones = tuple(i for i, n in enumerate(shape) if n == 1 and shape_of(d)[i] != 1)
        if ones:
            d = d.sum(axis=ones, keepdims=True)
        if shape_of(d) != shape:
            d = np.broadcast_to(d, shape)
    return _cast(d, like)


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array, a number, or what NumPy makes an array of."""
    shape = getattr(x, "shape", None)
    if shape is not None:
        return shape
    if isinstance(x, (int, float, complex)):
        return ()
    raise ArgumentError(
        f"a cotangent was asked of {type(x).__name__}, which is neither a number nor an array",
        "make an array of it (np.array) before it meets arrays",
    )


def _cast(d: Any, like: Any) -> Any:
    """`d` in the dtype of `like`: floats of another width are converted, complex ones projected to real."""
    dtype = getattr(like, "dtype", None)
    if dtype is None:
        if isinstance(like, complex):
            return complex(d)
        return d.real if isinstance(like, float) and np.iscomplexobj(d) else d
    have = getattr(d, "dtype", None)
    if have is None and dtype.kind == "c":
        return dtype.type(d)
    if have is None:
        return d.real if isinstance(d, complex) and dtype.kind == "f" else d
    if have == dtype or dtype.kind not in "fc":
        return d
    if have.kind == "c" and dtype.kind == "f":
        d = d.real
    return d.astype(dtype)


def is_sequence(x: Any) -> bool:
    """Whether a sequence pattern of a `match` statement may match a value; arrays do since NumPy 2.5.

    >>> is_sequence([1]), is_sequence(range(2)), is_sequence("ab")
    (True, True, False)
    """
    return is_sequence_type(type(x))


def is_sequence_type(kind: type) -> bool:
    """Whether the instances of a class count as sequences for `match`: the interpreter looks at this flag."""
    return bool(kind.__flags__ & PATTERN_SEQUENCE)


PATTERN_SEQUENCE = 1 << 5  # Py_TPFLAGS_SEQUENCE


def zeros_like(x: Any) -> Any:
    """A cotangent of zero with the structure of `x`; None stands for what carries no derivative.

    >>> zeros_like((1.5, [np.ones(2)], "name"))
    (0.0, [array([0., 0.])], None)
    """
    if isinstance(x, (float, complex)) and not isinstance(x, np.generic):
        return type(x)(0)
    if hasattr(x, "dtype"):
        return np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros(x.shape)
    if isinstance(x, tuple):
        return tuple_like(x, (zeros_like(v) for v in x))
    if isinstance(x, list):
        return [zeros_like(v) for v in x]
    if isinstance(x, dict):
        return {k: zeros_like(v) for k, v in x.items()}
    if isinstance(x, int):
        return 0.0
    if is_slotted(x):
        return instance(type(x), **{k: zeros_like(v) for k, v in objects.attributes(x).items()})
    return None


def zeros_at(container: Any, *path: Any) -> Any:
    """A cotangent of zero for what stands at a path in a container; None if the container is None, not made yet.

    >>> zeros_at((1.5, [np.ones(2)]), 1, 0)
    array([0., 0.])
    """
    for slot in path:
        container = None if container is None else container[slot]
    return zeros_like(container)


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents of one value, slot by slot; 0.0 and None are zeros of any structure.

    >>> add((1.0, 0.0), (2.0, np.ones(2)))
    (3.0, array([1., 1.]))
    """
    if a is None or isinstance(a, float) and a == 0.0 and not is_number(b):
        return b
    if b is None or isinstance(b, float) and b == 0.0 and not is_number(a):
        return a
    if isinstance(a, tuple):
        return tuple_like(a, (add(p, q) for p, q in zip(a, b, strict=True)))
    if isinstance(a, list):
        return [add(p, q) for p, q in zip(a, b, strict=True)]
    if isinstance(a, dict):
        return {k: add(a.get(k), b.get(k)) for k in [*a, *(k for k in b if k not in a)]}
    if is_slotted(a):
        left, right = objects.attributes(a), objects.attributes(b)
        return instance(type(a), **{k: add(left.get(k), right.get(k)) for k in {**left, **right}})
    return a + b


def project(d: Any, like: Any) -> Any:
    """The cotangent `d` with the structure, shapes and dtypes of `like`; 0.0 and None become zeros.

    >>> project((0.0, 1.0), (np.ones(2), 3.0))
    (array([0., 0.]), 1.0)
    """
    if d is None:
        return zeros_like(like)
    if isinstance(like, (tuple, list)):
        slots = [d] * len(like) if isinstance(d, float) else d
        items = [project(p, q) for p, q in zip(slots, like, strict=True)]
        return tuple_like(like, items) if isinstance(like, tuple) else items
    if isinstance(like, dict):
        slots = dict.fromkeys(like, d) if isinstance(d, float) else d
        return {k: project(slots.get(k), v) for k, v in like.items()}
    if is_slotted(like):
        named = {} if isinstance(d, float) else objects.attributes(d)
        return instance(type(like), **{k: project(named.get(k), v) for k, v in objects.attributes(like).items()})
    if isinstance(like, float) and not (is_number(d) or hasattr(d, "dtype")):
        return 0.0  # of a slot that is empty yet, which nobody asks for
    if is_number(like) or hasattr(like, "dtype"):
        return unbroadcast(d, like)
    return None


def is_number(x: Any) -> bool:
    """Whether a value is one of Python's numbers."""
    return isinstance(x, (int, float, complex))


def tuple_like(like: tuple, items: Any) -> tuple:
    """A tuple of the items, of the class of `like` if that is a named tuple."""
    return type(like)(*items) if hasattr(like, "_fields") else tuple(items)


class Shadow:
    """The shadow of an object: a slot for each attribute; one that has not been written to is zero.

    >>> shadow = Shadow(x=1.0)
    >>> shadow.x, shadow.y
    (1.0, 0.0)
    """

    def __init__(self, **slots: Any):
        self.__dict__.update(slots)

    def __getattr__(self, name: str) -> float:
        if name.startswith("__") or name == "dtype":  # by which arrays are told from all else
            raise AttributeError(name)
        return 0.0


instance = objects.new


def attribute(x: Any, name: str) -> Any:
    """`x.name`, where an object is not known to have such an attribute."""
    return getattr(x, name)


def is_slotted(x: Any) -> bool:
    """Whether a value is an object, or the shadow of one, whose slots are attributes."""
    return isinstance(x, Shadow) or objects.is_object(x)


def one_like(value: Any) -> Any:
    """The cotangent 1 of a result: a number for a number, an array for an array of one element."""
    return np.ones_like(value) if getattr(value, "shape", ()) else 1.0
