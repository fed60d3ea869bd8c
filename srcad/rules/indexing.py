"""Reading elements of arrays by indices, and the functions that make indices.

The derivative of reading puts the cotangent back where it came from, in an array of zeros.  An index that
reads every element at most once (integers, slices, masks) is written back with a plain store; arrays of
integers may repeat an element, so theirs is `np.add.at`.  What the facts say of `x[1:-1]` names its length by
that of x, so that `x[2:]` and `x[1:-1]` are known to agree.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.facts import (
    ONE,
    UNKNOWN,
    Array,
    Dict,
    Dim,
    Fact,
    Instance,
    Known,
    List,
    Number,
    Tuple,
    broadcast,
    some_dim,
    widen,
)
from srcad.rules.axes import MISSING, as_array, items_of, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear, writes
from srcad.rules.samples import array

# --------------------------------------------------------------------------------------------- x[index]


def reads_once(index: Any) -> bool:
    """Whether `x[index]` reads no element twice: integers, slices, None, Ellipsis and masks do not.

    >>> reads_once((0, slice(None))), reads_once([0, 0]), reads_once(np.array([True, False]))
    (True, False, True)
    """
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        part is None
        or part is Ellipsis
        or isinstance(part, (slice, int, np.integer))
        or np.asarray(part).dtype == bool
        or np.ndim(part) == 0
        for part in parts
    )


constant(reads_once)


@facts(reads_once)
def _(index):
    answer = names_once(index)
    return Number("bool", True) if answer is None else Known(answer)


def names_once(index: Fact) -> bool | None:
    """Whether an index names no element twice, if that is known."""
    known = is_tuple(index)
    if known is None:
        return None
    parts = [index_part(part) for part in ((items_of(index) or ()) if known else (index,))]
    return None if None in parts else all(kind != "integers" for kind, _detail in parts)


@linear(
    operator.getitem,
    "a",
    shares="a",
    samples=[
        sample(array(4), 1),
        sample(array(4), -1),
        sample(array(3, 4), 1),
        sample(array(3, 4), (1, 2)),
        sample(array(3, 4), (slice(None), 2)),
        sample(array(3, 4), (0, slice(1, -1))),
        sample(array(5), slice(1, None)),
        sample(array(5), slice(None, -2)),
        sample(array(5), slice(None, None, -1)),
        sample(array(5), slice(None, None, 2)),
        sample(array(5), slice(3, 1)),
        sample(array(3, 4), (Ellipsis, 0)),
        sample(array(3, 4), (slice(None), None)),
        sample(array(3, 4), (None, slice(1, 2), Ellipsis)),
        sample(array(2, 3, 4), (slice(None), 1, slice(None, -1))),
        sample(array(2, 3, 4), Ellipsis),
        sample(array(2, 3, 4), ()),
        sample(array(5), np.array([0, 2, 2, 4])),
        sample(array(5), [0, 0, -1]),
        sample(array(5), np.array(2)),
        sample(array(5), True),
        sample(array(5), np.array([], int)),
        sample(array(3, 4), (np.array([0, 1, 0]), np.array([1, 1, 1]))),
        sample(array(3, 4), (np.array([[0], [2]]), np.array([1, 1, 0]))),
        sample(array(3, 4), (slice(None), np.array([1, 1]))),
        sample(array(2, 3, 4), (np.array([1, 1]), slice(None), 0)),
        sample(array(2, 3, 4), (0, slice(None), np.array([0, 0]))),
        sample(array(5), np.array([True, False, True, True, False])),
        sample(array(2, 3), np.array([[True, False, True], [False, True, False]])),
        sample(array(2, 3), (slice(None), np.array([True, False, True]))),
        sample(array(4, dtype="float32"), slice(1, 3)),
        sample(array(4, dtype="float32"), 2),
        sample(array(3, dtype="complex128"), np.array([0, 0])),
    ],
)
def _(d_out, a, b):
    d_a = np.zeros_like(a)
    if reads_once(b):
        d_a[b] = d_out
    else:
        np.add.at(d_a, b, d_out)
    return d_a


@facts(operator.getitem)
def _(a, b):
    match a:
        case Tuple() | List() | Dict() | Known(value=tuple()):
            return item_of(a, b)
        case Array():
            return indexed(a, b)
    return UNKNOWN


def item_of(a: Fact, b: Fact) -> Fact:
    """The fact of an item of a tuple, list or dict."""
    key = value_of(b)
    if isinstance(a, Dict):
        found = dict(a.items) if a.items is not None else {}
        return found[key] if key is not MISSING and key in found else a.element
    items = items_of(a)
    if items is not None and isinstance(key, (int, np.integer)) and -len(items) <= key < len(items):
        return items[key]
    if items is not None and isinstance(key, slice):
        return List(items[key], a.element) if isinstance(a, List) else Tuple(items[key])
    if isinstance(a, List):
        if isinstance(widen(b), Number):
            return a.element
        return List(None, a.element) if isinstance(b, Instance) and b.type is slice else UNKNOWN
    return UNKNOWN


# ------------------------------------------------------------------------------------- facts of x[index]


def is_tuple(index: Fact) -> bool | None:
    """Whether an index is a tuple, if that is known."""
    match index:
        case Tuple() | Known(value=tuple()):
            return True
        case Known() | Number() | Array() | List():
            return False
        case Instance(type=kind):
            return issubclass(kind, tuple)
    return None


def index_part(part: Fact) -> tuple[str, Any] | None:
    """What one part of an index is: (kind, detail), or None if that is not known.

    The kinds are "integer", "slice", "new", "rest", "integers" (detail: the array's axes) and "mask" (likewise).
    """
    match part:
        case Known(value=None):
            return ("new", None)
        case Known(value=value) if value is Ellipsis:
            return ("rest", None)
        case Known(value=slice()):
            return ("slice", part.value)
        case Instance(type=kind) if kind is slice:
            return ("slice", MISSING)
        case Instance(type=kind) if kind is type(...):
            return ("rest", None)
        case Instance(type=kind) if kind is type(None):
            return ("new", None)
    part = widen(part)
    if isinstance(part, List):
        part = as_array(part)
    if not isinstance(part, (Number, Array)) or part.dtype is None:
        return None
    if isinstance(part, Number):
        return ("mask", ()) if part.dtype == "bool" else ("integer", None)
    if part.shape is None:
        return None
    if not part.shape and part.dtype != "bool":
        return ("integer", None)
    return ("mask" if part.dtype == "bool" else "integers", part.shape)


def sliced(dim: Dim, cut: Any) -> Dim:
    """The axis that a slice leaves of an axis.  `x[a:-b]` of x[n] has n - a - b elements: it is named so.

    >>> sliced(Dim("n"), slice(2, None)) == sliced(Dim("n"), slice(1, -1))
    True
    """
    if cut is MISSING:
        return some_dim()
    start, stop, step = cut.start, cut.stop, cut.step
    if not all(part is None or isinstance(part, (int, np.integer)) for part in (start, stop, step)):
        return some_dim()
    if step in (None, 1, -1) and start is None and stop is None:
        return dim
    if dim.one:
        return ONE if len(range(1)[cut]) == 1 else Dim(("length", 0), False)
    if step in (None, 1) and (start or 0) >= 0 and (stop is None or stop < 0):
        base, taken = dim.symbol[1:] if _is_shortened(dim) else (dim.symbol, 0)
        taken += (start or 0) - (stop or 0)
        return Dim(("shorter", base, taken), None) if taken else dim
    return Dim(("slice", dim.symbol, start, stop, step), None)


def _is_shortened(dim: Dim) -> bool:
    return isinstance(dim.symbol, tuple) and len(dim.symbol) == 3 and dim.symbol[0] == "shorter"


def indexed(a: Array, index: Fact) -> Fact:
    """The fact of `a[index]`."""
    if is_tuple(index) is None:
        return UNKNOWN
    parts = [index_part(part) for part in (items_of(index) or ())] if is_tuple(index) else [index_part(index)]
    if a.shape is None:
        return Array(a.dtype, None) if any(map(leaves_axes, parts)) else UNKNOWN
    if any(part is None for part in parts):
        return UNKNOWN
    used = sum(len(d) if kind == "mask" else kind in ("integer", "integers", "slice") for kind, d in parts)
    if used > len(a.shape) or sum(kind == "rest" for kind, _d in parts) > 1:
        return UNKNOWN
    if not any(kind == "rest" for kind, _d in parts):
        parts.append(("rest", None))
    shape, chosen, places, axis, advanced = [], [], [], 0, False
    for kind, detail in parts:
        if kind == "new":
            shape.append(ONE)
        elif kind == "rest":
            shape.extend(a.shape[axis : axis + len(a.shape) - used])
            axis += len(a.shape) - used
        elif kind == "slice":
            shape.append(sliced(a.shape[axis], detail))
            axis += 1
        else:
            advanced = advanced or kind != "integer"
            chosen.append((some_dim(),) if kind == "mask" else detail or ())
            places.append((len(shape), axis))
            axis += len(detail) if kind == "mask" else 1
    if advanced:
        return Array(a.dtype, _with_chosen(shape, broadcast(*chosen), parts, places))
    rests = any(kind == "rest" for kind, _d in (parts if index_has_rest(index) else ()))
    return Array(a.dtype, tuple(shape)) if shape or rests else Number(a.dtype, False)


def leaves_axes(part: tuple[str, Any] | None) -> bool:
    """Whether what is read is certainly an array, because of this part of the index."""
    match part:
        case (("slice" | "new" | "rest"), _):
            return True
        case (("integers" | "mask"), detail):
            return bool(detail)
    return False


def index_has_rest(index: Fact) -> bool:
    """Whether an Ellipsis stands in the index, which makes the result an array even without axes."""
    return any((index_part(part) or ("",))[0] == "rest" for part in (items_of(index) if is_tuple(index) else (index,)))


def _with_chosen(shape, chosen, parts, places):
    """Axes of index arrays stand where the first of them stood, or in front if something parts them."""
    kinds = [kind in ("integer", "integers", "mask") for kind, _d in parts]
    first, last = kinds.index(True), len(kinds) - kinds[::-1].index(True)
    at = places[0][0] if all(kinds[first:last]) else 0
    return (*shape[:at], *chosen, *shape[at:])


# ------------------------------------------------------------------------------- indices, and what is written

constant(np.nonzero, np.flatnonzero, np.argwhere, np.ix_, np.unravel_index, np.ravel_multi_index)
constant(np.tril_indices, np.triu_indices, np.diag_indices, np.tril_indices_from, np.triu_indices_from)


@facts(np.flatnonzero)
def _(a):
    return Array("int64", (some_dim(),))


@facts(np.nonzero)
def _(a):
    ndim = as_array(a).ndim
    return UNKNOWN if not ndim else Tuple((Array("int64", (some_dim(),)),) * ndim)


@facts(np.unravel_index)
def _(indices, shape, order="C"):
    axes, places = items_of(shape), as_array(indices)
    if axes is None or not places.shape:
        return UNKNOWN
    return Tuple((Array("int64", places.shape),) * len(axes))


for _function in (np.fill_diagonal, np.put, np.place):
    writes(_function, "a" if _function is not np.place else "arr")
writes(np.copyto, "dst")
writes(np.put_along_axis, "arr")
writes(np.putmask, "a")
