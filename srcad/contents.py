"""The contents of memory, kept and put back.

Guarantee: after `Contents(value).put_back()` every array, list, dict and object that can be reached from the value
holds what it held when the `Contents` were made, whatever was written to it, and whichever of them share memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from srcad import objects
from srcad.runtime import Shadow


class Contents:
    """What the memory that can be reached from a value holds now.

    >>> import numpy as np
    >>> x = np.zeros(2)
    >>> kept = Contents([x, x[1:]])
    >>> x += 1.0
    >>> kept.put_back()
    >>> x
    array([0., 0.])
    """

    def __init__(self, value: Any):
        self._kept: list[tuple[Callable[[Any, Any], None], Any, Any]] = []
        self._seen: set[int] = set()
        self._keep(value)

    def _keep(self, value: Any) -> None:
        if isinstance(value, tuple):
            for item in value:
                self._keep(item)
        elif id(value) not in self._seen:
            self._seen.add(id(value))
            self._keep_memory(value)

    def _keep_memory(self, value: Any) -> None:
        held: Any = None
        if isinstance(value, list):
            held = value.copy()
            self._kept.append((_put_items, value, held))
            for item in held:
                self._keep(item)
        elif isinstance(value, dict):
            held = value.copy()
            self._kept.append((_put_entries, value, held))
            for item in held.values():
                self._keep(item)
        elif isinstance(value, Shadow) or objects.is_object(value):
            held = objects.attributes(value)
            self._kept.append((_put_attributes, value, held))
            for item in held.values():
                self._keep(item)
        elif hasattr(value, "shape") and hasattr(value, "__setitem__") and _is_writable(value):
            self._kept.append((_put_elements, value, value.copy()))

    def put_back(self) -> None:
        """Writes the contents back to where they were."""
        for put, value, held in self._kept:
            put(value, held)


def repeatable(backward: Callable[..., Any], saved: Any, restored: tuple[int | None, ...]) -> Callable[[Any], Any]:
    """A backward function of what was saved, as a function of cotangents that may be called any number of times.

    It writes to the items of `saved` that are `restored`, or to the only one if these are None; calls of several
    threads wait for each other there.
    """
    if not restored:
        return partial(backward, saved)
    written = tuple([saved if i is None else saved[i] for i in restored])
    lock = threading.RLock()  # a reverse sweep may reach its own pullback again

    def pull(d_out: Any) -> Any:
        with lock:
            contents = Contents(written)
            try:
                return backward(saved, d_out)
            finally:
                contents.put_back()

    return pull


def _is_writable(array: Any) -> bool:
    return getattr(getattr(array, "flags", None), "writeable", True)


def _put_items(value: list, held: list) -> None:
    value[:] = held


def _put_entries(value: dict, held: dict) -> None:
    value.clear()
    value.update(held)


def _put_elements(value: Any, held: Any) -> None:
    value[...] = held


def _put_attributes(value: Any, held: dict[str, Any]) -> None:
    for name in objects.attributes(value):
        if name not in held:
            object.__delattr__(value, name)
    for name, item in held.items():
        object.__setattr__(value, name, item)
