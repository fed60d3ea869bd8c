"""Copies and shadows of memory that share among each other what their originals share, or a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import objects
from srcad.errors import UnsupportedError
from srcad.runtime.structures import Shadow, instance, is_number, is_slotted, tuple_like


def copied(x: Any) -> Any:
    """A copy of an argument that the function writes to: of its arrays, lists and dicts, sharing as before."""
    return _copied(x, {})


def _copied(x: Any, seen: dict[int, Any]) -> Any:
    if id(x) in seen:
        return seen[id(x)]
    if isinstance(x, tuple):
        return tuple_like(x, (_copied(v, seen) for v in x))
    new: Any
    if isinstance(x, list):
        new = seen[id(x)] = []
        new.extend(_copied(v, seen) for v in x)
    elif isinstance(x, dict):
        new = seen[id(x)] = {}
        new.update((k, _copied(v, seen)) for k, v in x.items())
    elif hasattr(x, "dtype") and hasattr(x, "copy") and hasattr(x, "shape"):
        new = seen[id(x)] = x.copy()
    elif is_slotted(x):
        new = seen[id(x)] = instance(type(x))
        for name, value in objects.attributes(x).items():
            object.__setattr__(new, name, _copied(value, seen))
    else:
        return x
    return new


def check_unshared(x: Any) -> None:
    """Raises UnsupportedError if a value that is copied deeply holds an array or container twice."""
    seen: set[int] = set()

    def visit(value: Any) -> None:
        parts: Any = ()
        if isinstance(value, (list, tuple)):
            parts = value
        elif isinstance(value, dict):
            parts = value.values()
        elif objects.is_object(value):
            parts = objects.attributes(value).values()
        elif not getattr(value, "shape", ()):
            return
        if id(value) in seen and not isinstance(value, tuple):
            raise UnsupportedError(
                "a value that is copied deeply holds an array or container twice", "copy the arrays one by one"
            )
        seen.add(id(value))
        for part in parts:
            visit(part)

    visit(x)


def shadow_of(x: Any) -> Any:
    """The shadow of an argument that travels: lists for lists and tuples, zeros for arrays, shared as they are.

    >>> shadow_of((np.ones(2), [1.5]))
    [array([0., 0.]), [0.0]]
    """
    return _shadow_of(x, {})


def _shadow_of(x: Any, seen: dict[int, Any]) -> Any:
    if id(x) in seen:
        return seen[id(x)]
    new: Any
    if isinstance(x, (list, tuple)):
        new = seen[id(x)] = []
        new.extend(_shadow_of(v, seen) for v in x)
    elif isinstance(x, dict):
        new = seen[id(x)] = {}
        new.update((k, _shadow_of(v, seen)) for k, v in x.items())
    elif objects.is_object(x):
        new = seen[id(x)] = Shadow()
        new.__dict__.update((k, _shadow_of(v, seen)) for k, v in objects.attributes(x).items())
    elif hasattr(x, "dtype") and hasattr(x, "shape") and hasattr(x, "copy"):
        new = seen[id(x)] = np.zeros_like(x)
    else:
        new = 0.0
    return new


def writable(view: Any) -> Any:
    """A view of a shadow, made writable where NumPy gave a read-only one."""
    if not getattr(view.flags, "writeable", True):
        if _overlaps(view):
            raise UnsupportedError(
                "an array that shows elements several times shares memory that is written to, and is one of several "
                "arrays",
                "write to a copy (x = x.copy())",
            )
        view.flags.writeable = True
    return view


def check_strides(x: Any, shape: Any = None, strides: Any = None, subok: bool = False, writeable: bool = True) -> None:
    """Raises UnsupportedError unless strides lead from element to element of an array without gaps."""
    array = np.asarray(x)
    if any(step % array.itemsize for step in strides or ()) or not array.flags.c_contiguous:
        raise UnsupportedError(
            "which elements a view of these strides shows is not known: the array has gaps, or they lie between them",
            "make it of a copy (x.copy()), or use slices and sliding_window_view",
        )


def _overlaps(view: Any) -> bool:
    """Whether some element of an array's memory may stand at several of its places."""
    reach = 0
    for stride, n in sorted((abs(stride), n) for stride, n in zip(view.strides, view.shape, strict=True) if n > 1):
        if stride < reach + view.itemsize:
            return True
        reach += stride * (n - 1)
    return False


def rebound(new: Any, old: Any) -> Any:
    """The result of an operator in place of `op=`, which an array would have written into itself.

    Raises UnsupportedError where that is not the same.
    """
    if is_number(old) or isinstance(old, np.generic):
        return new
    if type(old) is type(new) and hasattr(old, "dtype") and (old.dtype, old.shape) == (new.dtype, new.shape):
        return new
    raise UnsupportedError(
        f"{type(old).__name__} is changed in place by an operator, where this was not known before the program ran",
        "write x = x + y in place of x += y",
    )


def shadow_of_view(candidate: Any, view: Any, of: Any) -> Any:
    """The shadow of what is a view of `of` or a copy: `candidate`, made alike from the shadow of `of`, or zeros."""
    return candidate if np.may_share_memory(view, of) else np.zeros_like(view)
