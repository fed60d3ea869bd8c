"""Tangents of values of any structure, for forward mode."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np

from srcad import objects
from srcad.errors import ArgumentError, UnsupportedError
from srcad.runtime.structures import instance, is_number, is_slotted, project, shape_of, tuple_like


def zero_tangent(x: Any) -> Any:
    """A tangent of zero: zeros for numbers and arrays, which share memory as those do, and all else as it is.

    >>> zero_tangent((1.5, [np.ones(2), 3], "name"))
    (0.0, [array([0., 0.]), 0.0], 'name')
    """
    return _zero_tangent(x, {})


def _zero_tangent(x: Any, seen: dict[int, Any]) -> Any:
    if id(x) in seen:
        return seen[id(x)]
    new: Any = x
    if isinstance(x, tuple):
        return tuple_like(x, (_zero_tangent(v, seen) for v in x))
    if isinstance(x, list):
        new = seen[id(x)] = []
        new.extend(_zero_tangent(v, seen) for v in x)
    elif isinstance(x, dict):
        new = seen[id(x)] = {}
        new.update((k, _zero_tangent(v, seen)) for k, v in x.items())
    elif is_slotted(x):
        new = seen[id(x)] = instance(type(x))
        for name, value in objects.attributes(x).items():
            object.__setattr__(new, name, _zero_tangent(value, seen))
    elif hasattr(x, "dtype") and hasattr(x, "shape"):
        new = seen[id(x)] = np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros(x.shape)
    elif is_number(x):
        new = 0.0
    return new


def tangent_of_view(dot: Any, view: Any, of: Any, dot_of: Any) -> Any:
    """The tangent of what is a view of `of` or a copy, given `dot`, which was made alike from the tangent of `of`."""
    if isinstance(view, (tuple, list)):
        parts = zip(dot, view, of, dot_of, strict=True) if isinstance(of, (tuple, list)) else ()
        items = [tangent_of_view(*part) for part in parts] or dot
        return tuple_like(view, items) if isinstance(view, tuple) else items
    if not np.may_share_memory(view, of):
        return dot.copy() if np.may_share_memory(dot, dot_of) else dot
    if dot.size and not np.may_share_memory(dot, dot_of):
        raise UnsupportedError(
            "a view of an array is written to, of which the same view of its tangent cannot be had: the two have "
            "another order in memory",
            "make copies of both in the same order (np.ascontiguousarray) before they are passed",
        )
    return dot


def as_tangent(dot: Any, like: Any) -> Any:
    """The tangent of a value, as one of the same type and structure.  Raises ArgumentError if it does not fit.

    >>> as_tangent(np.float64(0.5), 2.0), as_tangent((0.5, None), (2.0, "name"))
    (0.5, (0.5, 'name'))
    """
    if isinstance(like, (float, complex, np.generic)) and shape_of(dot) == ():
        return type(like)(dot)
    if isinstance(like, (float, complex)) or hasattr(like, "dtype"):
        check_tangent(dot, like)
        return dot
    slots = _slots(like)
    if slots is None:
        return zero_tangent(like)
    parts = _slots(dot) if type(dot) is type(like) else None
    if parts is None or parts.keys() != slots.keys():
        raise ArgumentError(f"the tangent of a {type(like).__name__} has not its structure", "pass one like the primal")
    made = {key: as_tangent(parts[key], value) for key, value in slots.items()}
    if isinstance(like, tuple):
        return tuple_like(like, made.values())
    if isinstance(like, dict):
        return made
    return list(made.values()) if isinstance(like, list) else instance(type(like), **made)


def _slots(value: Any) -> dict | None:
    """The items of a container or attributes of an object, by what they are found by; None for anything else."""
    if isinstance(value, (tuple, list)):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return value
    return objects.attributes(value) if objects.is_object(value) else None


def check_tangent(dot: Any, like: Any) -> None:
    """Raises ArgumentError unless the tangent of an array has its shape and dtype."""
    if shape_of(dot) != shape_of(like):
        raise ArgumentError(
            f"a tangent of shape {shape_of(dot)} for a primal of shape {shape_of(like)}", "pass one like it"
        )
    if getattr(dot, "dtype", None) != like.dtype:
        raise ArgumentError(
            f"a tangent of dtype {getattr(dot, 'dtype', type(dot).__name__)} for a primal of dtype {like.dtype}",
            f"convert it (to {like.dtype}), or the primal",
        )


class TangentItems:
    """The items of a dict of tangents, as `items()` gives them of the dict itself: keys carry no derivative.

    >>> list(TangentItems({"a": 0.5, 3: 0.1}))
    [('a', 0.5), (0.0, 0.1)]
    """

    def __init__(self, dots: dict):
        self._dots = dots

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter([(zero_tangent(key), dot) for key, dot in self._dots.items()])

    def __len__(self) -> int:
        return len(self._dots)


def unnumbered(dots: Any) -> Iterator[tuple[float, Any]]:
    """The tangents of what `enumerate` gives: numbers carry no derivative.

    >>> list(unnumbered([0.5, 0.1]))
    [(0.0, 0.5), (0.0, 0.1)]
    """
    return zip(repeat(0.0), dots, strict=False)


def tangents_by_key(pairs: Any, dots: Any) -> dict:
    """The tangents of pairs of keys and values, with the keys of the pairs.

    >>> tangents_by_key([("a", 2.0), (1, 3.0)], [("a", 0.5), (0.0, 0.1)])
    {'a': 0.5, 1: 0.1}
    """
    return {key: dot for (key, _), (_, dot) in zip(pairs, dots, strict=True)}


def tangent_of_result(dot: Any, like: Any) -> Any:
    """The tangent of a whole result; None stands in it for what carries no derivative.

    >>> tangent_of_result((1.5, "name"), (2.5, "name"))
    (1.5, None)
    """
    return project(dot, like)
