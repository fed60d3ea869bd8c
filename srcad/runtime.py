"""What generated code calls where facts leave something open.

Every function here is right for all values it can be given, and costs nothing where the facts were known,
because then the generated source does not call it.  Array work goes through methods of the arrays
themselves, so that the same code serves NumPy and CuPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import numpy as np

from srcad import objects
from srcad.errors import ArgumentError, DifferentiationError, ResultError, UnsupportedError


def unbroadcast(d: Any, like: Any) -> Any:
    """The cotangent of `like`, given the cotangent `d` of what `like` was broadcast to.

    Sums over the axes that broadcasting added or stretched, and gives the result the dtype of `like` (its real
    part if `like` is real).  Raises ArgumentError if `like` is neither number nor array.

    >>> unbroadcast(np.ones((2, 3)), np.ones((2, 1)))
    array([[3.],
           [3.]])
    """
    shape = _shape(like)
    have = _shape(d)
    if have != shape:
        extra = len(have) - len(shape)
        if extra < 0:
            d, extra = np.broadcast_to(d, shape), 0
        elif extra:
            d = d.sum(axis=tuple(range(extra)))
        ones = tuple(i for i, n in enumerate(shape) if n == 1 and _shape(d)[i] != 1)
        if ones:
            d = d.sum(axis=ones, keepdims=True)
        if _shape(d) != shape:
            d = np.broadcast_to(d, shape)
    return _cast(d, like)


def _shape(x: Any) -> tuple[int, ...]:
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


# ------------------------------------------------------------------------- cotangents of any structure


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
        return _tuple_like(x, (zeros_like(v) for v in x))
    if isinstance(x, list):
        return [zeros_like(v) for v in x]
    if isinstance(x, dict):
        return {k: zeros_like(v) for k, v in x.items()}
    if isinstance(x, int):
        return 0.0
    if _is_slotted(x):
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
    if a is None or isinstance(a, float) and a == 0.0 and not _is_number(b):
        return b
    if b is None or isinstance(b, float) and b == 0.0 and not _is_number(a):
        return a
    if isinstance(a, tuple):
        return _tuple_like(a, (add(p, q) for p, q in zip(a, b, strict=True)))
    if isinstance(a, list):
        return [add(p, q) for p, q in zip(a, b, strict=True)]
    if isinstance(a, dict):
        return {k: add(a.get(k), b.get(k)) for k in [*a, *(k for k in b if k not in a)]}
    if _is_slotted(a):
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
        return _tuple_like(like, items) if isinstance(like, tuple) else items
    if isinstance(like, dict):
        slots = dict.fromkeys(like, d) if isinstance(d, float) else d
        return {k: project(slots.get(k), v) for k, v in like.items()}
    if _is_slotted(like):
        named = {} if isinstance(d, float) else objects.attributes(d)
        return instance(type(like), **{k: project(named.get(k), v) for k, v in objects.attributes(like).items()})
    if isinstance(like, float) and not (_is_number(d) or hasattr(d, "dtype")):
        return 0.0  # of a slot that is empty yet, which nobody asks for
    if _is_number(like) or hasattr(like, "dtype"):
        return unbroadcast(d, like)
    return None


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float, complex))


def _tuple_like(like: tuple, items: Any) -> tuple:
    """A tuple of the items, of the class of `like` if that is a named tuple."""
    return type(like)(*items) if hasattr(like, "_fields") else tuple(items)


# --------------------------------------------------------------------------- shadows of containers


class Shadow:
    """The shadow of an object: a slot for each attribute; one that has not been written to is zero.

    >>> shadow = Shadow(x=1.0)
    >>> shadow.x, shadow.y
    (1.0, 0.0)
    """

    def __init__(self, **slots: Any):
        self.__dict__.update(slots)

    def __getattr__(self, name: str) -> float:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0.0


instance = objects.new
"""An instance of a class with these attributes, made without running `__init__`."""


def attribute(x: Any, name: str) -> Any:
    """`x.name`, where an object is not known to have such an attribute."""
    return getattr(x, name)


def _is_slotted(x: Any) -> bool:
    return isinstance(x, Shadow) or objects.is_object(x)


def zero_slots(container: Any) -> Any:
    """The shadow of a list, tuple, dict or object: a slot for each item, 0.0 for zeros of any structure.

    Where no path has assigned the variable yet, None stands in its place, which has no slots.
    """
    if container is None:
        return []
    if _is_slotted(container):
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
    if _is_slotted(container):
        return objects.attributes(container)
    return container if isinstance(container, dict) else range(len(container))


def _at(container: Any, index: Any) -> Any:
    """An item, or an attribute of an object."""
    return getattr(container, index) if _is_slotted(container) else container[index]


def _put(container: Any, index: Any, value: Any) -> None:
    if _is_slotted(container):
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


_MISSING = object()


def slot(container: Any, index: Any) -> Any:
    """The item that a store is about to replace, or a mark that there is none."""
    if isinstance(container, dict):
        return container.get(index, _MISSING)
    if _is_slotted(container):
        return objects.attributes(container).get(index, _MISSING)
    return container[index]


def restore_slot(container: Any, index: Any, saved: Any) -> None:
    """Undoes a store."""
    if saved is not _MISSING:
        _put(container, index, saved)
    elif _is_slotted(container):
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

    >>> d = {"a": 1, "c": 3}
    >>> restore_key(d, "b", 2, 1)
    >>> d
    {'a': 1, 'b': 2, 'c': 3}
    """
    later = list(container.items())[place:]
    for other, _ in later:
        del container[other]
    container[key] = item
    container.update(later)


def insertion_place(container: list, index: int) -> int:
    """Where `container.insert(index, ...)` puts the item."""
    return min(index, len(container)) if index >= 0 else max(0, len(container) + index)


def take_tail(container: list, length: int) -> list:
    """Takes the items after the first `length` ones out of a list."""
    tail = container[length:]
    del container[length:]
    return tail


def sorting_order(keys: Any, reverse: bool = False) -> list[int]:
    """The places of the items in the order in which `sorted` puts them.

    >>> sorting_order([2.0, 0.5, 2.0]), sorting_order([2.0, 0.5, 2.0], reverse=True)
    ([1, 0, 2], [0, 2, 1])
    """
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def first_largest(keys: Any) -> int:
    """The place of the item that `max` chooses."""
    return max(range(len(keys)), key=keys.__getitem__)


def first_smallest(keys: Any) -> int:
    """The place of the item that `min` chooses."""
    return min(range(len(keys)), key=keys.__getitem__)


def needs_unsafe_cast(have: Any, want: Any) -> bool:
    """Whether NumPy refuses to store a result of one dtype in an `out=` of another."""
    return not np.can_cast(have, want, "same_kind")


def turns(shape: tuple[int, ...], index: Any) -> list[tuple[tuple, Any]]:
    """The elements that an index names, one turn after the other, in each of which no element occurs twice.

    A turn is the elements' places, and their positions among all that the index names.

    >>> [(places[0].tolist(), chosen.tolist()) for places, chosen in turns((4,), [3, 0, 3])]
    [([0, 3], [1, 0]), ([3], [2])]
    """
    named = np.arange(math.prod(shape)).reshape(shape)[index].ravel()
    order = np.argsort(named, kind="stable")
    begins = np.flatnonzero(np.diff(named[order], prepend=-1))
    times = np.arange(named.size) - np.repeat(begins, np.diff(begins, append=named.size))
    by_turn = np.split(order[np.argsort(times, kind="stable")], np.cumsum(np.bincount(times))[:-1])
    return [(np.unravel_index(named[chosen], shape), chosen) for chosen in by_turn if chosen.size]


def differ_from_first(results: list) -> bool:
    """Whether some results have a type that an array of the type of the first cannot hold."""
    return bool(results) and np.asarray(results).dtype != np.asarray(results[0]).dtype


def has_step(index: slice) -> bool:
    """Whether a slice of a list is replaced item by item."""
    return index.step is not None and index.step != 1


def ends(length: int, index: slice) -> tuple[int, int]:
    """Where a slice of a list without a step begins and ends.

    >>> ends(5, slice(-2, None)), ends(5, slice(3, 1))
    ((3, 5), (3, 3))
    """
    start, stop, _ = index.indices(length)
    return start, max(start, stop)


def places(length: int, index: slice) -> list[int]:
    """The places of a list that a slice names."""
    return list(range(length)[index])


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
    return _tuple_like(container, shadow) if isinstance(container, tuple) else shadow


def pack(cotangents: Any, container: Any) -> Any:
    """The cotangent of a container that was unpacked, or stored item by item, from those of its items."""
    if hasattr(container, "dtype"):
        whole = np.zeros_like(container)
        for i, d in enumerate(cotangents):
            whole[i] = d
        return whole
    return project(_tuple_like(container, cotangents) if isinstance(container, tuple) else list(cotangents), container)


def from_end(container: Any, index: int) -> int:
    """The position of item number `index` of an iteration backwards."""
    return len(container) - 1 - index


def key_at(container: dict, index: int) -> Any:
    """The key of item number `index` of a dict."""
    return list(container)[index]


def copied(x: Any) -> Any:
    """A copy of an argument that the function writes to: of its arrays, lists and dicts, sharing as before."""
    return _copied(x, {})


def _copied(x: Any, seen: dict[int, Any]) -> Any:
    if id(x) in seen:
        return seen[id(x)]
    if isinstance(x, tuple):
        return _tuple_like(x, (_copied(v, seen) for v in x))
    new: Any
    if isinstance(x, list):
        new = seen[id(x)] = []
        new.extend(_copied(v, seen) for v in x)
    elif isinstance(x, dict):
        new = seen[id(x)] = {}
        new.update((k, _copied(v, seen)) for k, v in x.items())
    elif hasattr(x, "dtype") and hasattr(x, "copy") and hasattr(x, "shape"):
        new = seen[id(x)] = x.copy()
    elif _is_slotted(x):
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


def one_like(value: Any) -> Any:
    """The cotangent 1 of a result: a number for a number, an array for an array of one element."""
    return np.ones_like(value) if getattr(value, "shape", ()) else 1.0


def checked_scalar(value: Any, name: str, holomorphic: bool = False) -> Any:
    """The value, if a gradient of it is defined.  Raises ResultError otherwise."""
    shape = getattr(value, "shape", ())
    kind = (
        np.dtype(getattr(value, "dtype", None) or type(value)).kind
        if _is_number(value) or hasattr(value, "dtype")
        else ""
    )
    if kind != ("c" if holomorphic else "f"):
        dtype = f" of dtype {value.dtype}" if hasattr(value, "dtype") else ""
        raise ResultError(*no_scalar(f"{name} returned {type(value).__name__}{dtype}", kind, holomorphic))
    if all(n == 1 for n in shape):
        return value
    raise ResultError(
        f"grad needs a function that returns one number; {name} returned an array of shape {shape}",
        "return a scalar, for instance by np.sum or np.mean",
    )


def no_scalar(found: str, kind: str, holomorphic: bool) -> tuple[str, str]:
    """Reason and remedy where a function returns something of another kind than its gradient asks for."""
    if holomorphic:
        reason = f"grad with holomorphic=True needs a function that returns a complex number; {found}"
        return (
            reason,
            "leave holomorphic=True out" if kind == "f" else "return a complex number",
        )
    remedy = "return a real scalar computed from the arguments"
    if kind == "c":
        remedy += ", or pass holomorphic=True for the derivative of a complex function"
    return f"grad needs a function that returns a float; {found}", remedy


def rebound(new: Any, old: Any) -> Any:
    """The result of an operator in place of `op=`, which an array would have written into itself.

    Raises UnsupportedError where that is not the same.
    """
    if _is_number(old) or isinstance(old, np.generic):
        return new
    if type(old) is type(new) and hasattr(old, "dtype") and (old.dtype, old.shape) == (new.dtype, new.shape):
        return new
    raise UnsupportedError(
        f"{type(old).__name__} is changed in place by an operator, where this was not known before the program ran",
        "write x = x + y in place of x += y",
    )


def check_vectors(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> None:
    """Raises UnsupportedError unless `np.cross` of these arguments is one of vectors of length three."""
    places = (axisa, axisb) if axis is None else (axis, axis)
    if any(np.shape(v)[place] != 3 for v, place in zip((a, b), places, strict=True)):
        raise UnsupportedError(
            "np.cross of vectors of length two cannot be differentiated", "write a[0] * b[1] - a[1] * b[0]"
        )


def shadow_of_view(candidate: Any, view: Any, of: Any) -> Any:
    """The shadow of what is a view of `of` or a copy: `candidate`, made alike from the shadow of `of`, or zeros."""
    return candidate if np.may_share_memory(view, of) else np.zeros_like(view)


# ------------------------------------------------------------------------------------------ tangents


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
        return _tuple_like(x, (_zero_tangent(v, seen) for v in x))
    if isinstance(x, list):
        new = seen[id(x)] = []
        new.extend(_zero_tangent(v, seen) for v in x)
    elif isinstance(x, dict):
        new = seen[id(x)] = {}
        new.update((k, _zero_tangent(v, seen)) for k, v in x.items())
    elif objects.is_object(x):
        new = seen[id(x)] = instance(type(x))
        for name, value in objects.attributes(x).items():
            object.__setattr__(new, name, _zero_tangent(value, seen))
    elif hasattr(x, "dtype") and hasattr(x, "shape"):
        new = seen[id(x)] = np.zeros_like(x) if x.dtype.kind in "fc" else np.zeros(x.shape)
    elif _is_number(x):
        new = 0.0
    return new


def tangent_of_view(dot: Any, view: Any, of: Any, dot_of: Any) -> Any:
    """The tangent of what is a view of `of` or a copy, given `dot`, which was made alike from the tangent of `of`."""
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
    """The tangent of a number or an array, as one of the same type.  Raises ArgumentError if it does not fit.

    >>> as_tangent(np.float64(0.5), 2.0)
    0.5
    """
    if _shape(dot) != _shape(like):
        raise ArgumentError(
            f"a tangent of shape {_shape(dot)} for a primal of shape {_shape(like)}", "pass one like it"
        )
    if isinstance(like, (float, complex, np.generic)):
        return type(like)(dot)
    if getattr(dot, "dtype", None) != like.dtype:
        raise ArgumentError(
            f"a tangent of dtype {getattr(dot, 'dtype', type(dot).__name__)} for a primal of dtype {like.dtype}",
            f"convert it (to {like.dtype}), or the primal",
        )
    return dot


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


# --------------------------------------------------------------------------------------------- calls


def boundary() -> None:
    """Marks the end of the forward sweep while a helper's program is made; never printed."""


def let_refusal_pass(error: BaseException) -> None:
    """At the start of a handler: what refuses to differentiate a callee is no error of the function's own."""
    if isinstance(error, DifferentiationError):
        raise error


_installed: list[Callable[..., tuple[Any, Callable]]] = []


def install(make_pullback: Callable[..., tuple[Any, Callable]]) -> None:
    """Says how pullbacks are made: the transformation, which stands above this module, installs itself here."""
    _installed[:] = [make_pullback]


def pullback(callee: Any, *args: Any, **kwargs: Any) -> tuple[Any, Callable]:
    """Calls a function that is only known now: its result, and the function from a cotangent to the arguments'."""
    (make_pullback,) = _installed
    return make_pullback(callee, args, kwargs)


def install_pushforward(push: Callable[..., tuple[Any, Any]]) -> None:
    """Says how tangents are pushed through callees that are first seen at run time."""
    _pushing[:] = [push]


_pushing: list[Callable[..., tuple[Any, Any]]] = []


def pushforward(
    callee: Any, args: tuple, dots: tuple, own: Any = None, named: Any = None, named_dots: Any = None
) -> tuple[Any, Any]:
    """Calls a function that is only known now: its result and the tangent of it; None is a tangent of zero.

    `own` is the tangent of the object that is called.
    """
    (push,) = _pushing
    return push(callee, args, dots, own, named or {}, named_dots or {})
