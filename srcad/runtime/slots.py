"""Shadows of lists, dicts and objects: a slot for each item, which keeps up with what the program does to the items."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import objects
from srcad.runtime.structures import Shadow, add, is_number, is_slotted, project, tuple_like, zeros_like


def zero_slots(container: Any) -> Any:
    """The shadow of a list, tuple, dict or object: a slot for each item, 0.0 for zeros of any structure.

    Where no path has assigned the variable yet, None stands in its place, which has no slots.
    """
    if container is None:
        return []
    if is_slotted(container):
        return Shadow(**dict.fromkeys(objects.attributes(container), 0.0))
    if isinstance(container, dict):
        return dict.fromkeys(container, 0.0)
    return [0.0] * len(container)


def add_to_slot(shadow: Any, index: Any, d: Any) -> None:
    """Adds to the slot, or to the slots of a slice."""
    if isinstance(index, slice):
        for i, part in zip(range(*index.indices(len(shadow))), d, strict=True):
            shadow[i] = add(shadow[i], part)
    else:
        _put(shadow, index, add(_at(shadow, index), d))


def add_to_slots(shadow: Any, d: Any) -> None:
    """Adds a cotangent of the whole container to its shadow."""
    for index in _keys(d):
        _put(shadow, index, add(_at(shadow, index), _at(d, index)))


def _keys(container: Any) -> Any:
    """What the slots of a container are found by; None, where a variable is not assigned, has none."""
    if container is None:
        return ()
    if is_slotted(container):
        return objects.attributes(container)
    return container if isinstance(container, dict) else range(len(container))


def _at(container: Any, index: Any) -> Any:
    """An item, or an attribute of an object."""
    return getattr(container, index) if is_slotted(container) else container[index]


def _put(container: Any, index: Any, value: Any) -> None:
    if is_slotted(container):
        object.__setattr__(container, index, value)
    else:
        container[index] = value


def add_into_slots(shadow: Any, d: Any) -> None:
    """Adds a cotangent of a container to a shadow that holds the shadows of its arrays, which are added to in place."""
    for index in _keys(d):
        part, held = _at(d, index), _at(shadow, index)
        if part is None or isinstance(part, float) and part == 0.0 or held is None:
            continue
        if isinstance(held, (list, dict, Shadow)):
            add_into_slots(held, part)
        elif getattr(held, "shape", ()) or isinstance(held, np.ndarray):
            if held.dtype.kind in "fc":  # integers carry no derivative
                held += part
        else:
            _put(shadow, index, add(held, part))


def slot(container: Any, index: Any) -> list:
    """The item that a store is about to replace, in a list, which is empty if there is none.

    >>> slot({"a": 1.5}, "a"), slot({}, "a")
    ([1.5], [])
    """
    if isinstance(container, dict):
        return [container[index]] if index in container else []
    if is_slotted(container):
        own = objects.attributes(container)
        return [own[index]] if index in own else []
    return [container[index]]


def restore_slot(container: Any, index: Any, saved: list) -> None:
    """Undoes a store, given what `slot` gave before it."""
    if saved:
        _put(container, index, saved[0])
    elif is_slotted(container):
        object.__delattr__(container, index)
    else:
        del container[index]


def take_stored(shadow: Any, index: Any) -> Any:
    """The cotangent of what was stored at an index of an array, which is zero from here on backwards.

    Where the index names an element several times, the last store is the one that counts.

    >>> shadow = np.array([1.0, 2.0, 3.0])
    >>> take_stored(shadow, [1, 1, 0]), shadow
    (array([0., 2., 1.]), array([0., 0., 3.]))
    """
    d = shadow[index]
    if not getattr(d, "shape", ()):
        d = d if d is None or not hasattr(d, "copy") else d.copy()
        shadow[index] = 0
        return d
    order = np.arange(d.size).reshape(d.shape)
    last = np.zeros(shadow.shape, order.dtype)
    last[index] = order
    d = np.where(last[index] == order, d, d.dtype.type(0))
    shadow[index] = 0
    return d


def restore_item(container: list, index: int, item: Any) -> None:
    """Undoes `container.pop(index)`."""
    container.insert(index if index >= 0 else len(container) + 1 + index, item)


def place_of_key(container: dict, key: Any) -> int:
    """Where a key stands among those of a dict."""
    return list(container).index(key)


def restore_key(container: dict, key: Any, item: Any, place: int) -> None:
    """Undoes `container.pop(key)` of the key that stood at this place.

    A shadow may have the key still: it has one for each key that was there at the end.

    >>> d = {"a": 1, "c": 3}
    >>> restore_key(d, "b", 2, 1)
    >>> d
    {'a': 1, 'b': 2, 'c': 3}
    """
    later = [(other, container.pop(other)) for other in later_keys(container, key, place)]
    container.pop(key, None)
    container[key] = item
    container.update(later)


def later_keys(container: dict, key: Any, place: int) -> list:
    """The keys that stand behind a key which is put in a certain place.

    >>> later_keys({"a": 1, "b": 2, "c": 3}, "b", 1)
    ['c']
    """
    return [other for other in container if other != key][place:]


def insertion_place(container: list, index: int) -> int:
    """Where `container.insert(index, ...)` puts the item."""
    return min(index, len(container)) if index >= 0 else max(0, len(container) + index)


def take_tail(container: list, length: int) -> list:
    """Takes the items after the first `length` ones out of a list."""
    tail = container[length:]
    del container[length:]
    return tail


def folded(d: Any, container: Any) -> list:
    """The cotangent of a container that was repeated.

    >>> folded([1.0, 2.0, 3.0, 4.0], (0.5, 0.5))
    [4.0, 6.0]
    """
    sums: list = [0.0] * len(container)
    for i, part in enumerate(d):
        sums[i % len(sums)] = add(sums[i % len(sums)], part)
    return sums


def own_items(d: dict, own: dict, replaced: Any = ()) -> dict:
    """The cotangent of a dict whose items went into a larger one with cotangent `d`; zero for those replaced there.

    >>> own_items({"a": 1.0, "b": 2.0}, {"b": 0.5}), own_items({"a": 1.0, "b": 2.0}, {"a": 0.5, "b": 0.5}, {"b": 0.5})
    ({'b': 2.0}, {'a': 1.0, 'b': 0.0})
    """
    return {key: zeros_like(item) if key in replaced else d[key] for key, item in own.items()}


def only_values(d: Any, container: Any) -> Any:
    """The cotangents of those items of a container that have them in their slots; 0.0 in the place of memory's.

    The cotangent of memory is memory, which those share who share the item.

    >>> only_values([0.5, np.ones(2)], [2.0, np.ones(2)]), only_values({"a": 0.5, "b": [0.5]}, {"a": 2.0, "b": [2.0]})
    ([0.5, 0.0], {'a': 0.5, 'b': 0.0})
    """
    if isinstance(container, dict):
        return {key: d[key] if _is_value(item) else 0.0 for key, item in container.items()}
    return [part if _is_value(item) else 0.0 for part, item in zip(d, container, strict=True)]


def _is_value(item: Any) -> bool:
    """Whether nothing can be written to in a value, or in what it holds."""
    if isinstance(item, tuple):
        return all(map(_is_value, item))
    return is_number(item) or isinstance(item, np.generic)


def take_slot(shadow: Any, index: Any) -> Any:
    """The cotangent of what was stored in a slot, which is zero from here on backwards."""
    d = shadow.get(index, 0.0) if isinstance(shadow, dict) else _at(shadow, index)
    _put(shadow, index, 0.0)
    return d


def scatter(d: Any, container: Any, index: Any) -> Any:
    """The cotangent of a container of which one part was read, with cotangent `d`."""
    if hasattr(container, "dtype"):
        whole = np.zeros_like(container)
        np.add.at(whole, index, d)
        return whole
    shadow = zero_slots(container)
    add_to_slot(shadow, index, d)
    return tuple_like(container, shadow) if isinstance(container, tuple) else shadow


def pack(cotangents: Any, container: Any) -> Any:
    """The cotangent of a container that was unpacked, or stored item by item, from those of its items."""
    if hasattr(container, "dtype"):
        whole = np.zeros_like(container)
        for i, d in enumerate(cotangents):
            whole[i] = d
        return whole
    return project(tuple_like(container, cotangents) if isinstance(container, tuple) else list(cotangents), container)


def from_end(container: Any, index: int) -> int:
    """The position of item number `index` of an iteration backwards."""
    return len(container) - 1 - index


def key_at(container: dict, index: int) -> Any:
    """The key of item number `index` of a dict."""
    return list(container)[index]
