"""Joining arrays and splitting them: each is the derivative of the other.

A rule here takes or returns a list: of arrays that are joined, or of the cotangents of the parts.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import ONE, Array, Dim, Fact, Known, List, join_all, some_dim
from srcad.rules.axes import MISSING, as_array, items_of, length, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------- concatenate


def rows_of(arrays: Fact, ndim: int = 0) -> list[Array] | None:
    """The facts of arrays that are joined, with at least `ndim` axes."""
    items = items_of(arrays)
    if items is None:
        return None
    rows = [as_array(item) for item in items]
    return [r if r.shape is None else Array(r.dtype, (ONE,) * (ndim - len(r.shape)) + r.shape) for r in rows]


def common_dtype(rows: list[Array], dtype: Fact) -> str | None:
    """The dtype of the joined array."""
    if value_of(dtype) is not None or any(row.dtype is None for row in rows):
        return None
    return np.result_type(*(row.dtype for row in rows)).name


def joined(rows: list[Array] | None, axis: int, dtype: Fact) -> Fact:
    """The fact of arrays joined along an axis that they have."""
    if not rows:
        return Array(None, None)
    name = common_dtype(rows, dtype)
    if any(row.shape is None for row in rows) or len({len(row.shape) for row in rows}) != 1:
        return Array(name, None)
    places = normalized(axis, len(rows[0].shape))
    if places is None:
        return Array(name, None)
    columns = enumerate(zip(*(row.shape for row in rows), strict=True))
    return Array(name, tuple(_added(dims) if i in places else _same(dims) for i, dims in columns))


def _added(dims: tuple[Dim, ...]) -> Dim:
    if len(dims) == 1:
        return dims[0]
    return length(len(dims)) if all(dim.one for dim in dims) else some_dim()


def _same(dims: tuple[Dim, ...]) -> Dim:
    return next((dim for dim in dims if dim.one is not None), dims[0])


def split_once(d, n, axis):
    """The first n elements along an axis, and the others."""
    if axis == 0:
        return d[:n], d[n:]
    if axis == 1:
        return d[:, :n], d[:, n:]
    if axis == -1:
        return d[..., :n], d[..., n:]
    first, rest = np.split(d, [n], axis=axis)
    return first, rest


def parts_of(d, arrays, axis):
    """The cotangents of arrays that were joined along an axis."""
    if len(arrays) == 2:
        first, second = split_once(d, np.shape(arrays[0])[axis], axis)
        return [first, second]
    if len(arrays) == 3:
        first, rest = split_once(d, np.shape(arrays[0])[axis], axis)
        second, third = split_once(rest, np.shape(arrays[1])[axis], axis)
        return [first, second, third]
    return np.split(d, np.cumsum([np.shape(a)[axis] for a in arrays])[:-1], axis=axis)


@linear(
    np.concatenate,
    "arrays",
    lists=("arrays",),
    refuses=("out", "casting"),
    samples=[
        sample([array(3), array(2, seed=1)]),
        sample((array(3), array(2, seed=1), array(1, seed=2))),
        sample([array(2, 3), array(1, 3, seed=1)], 0),
        sample([array(2, 3), array(2, 2, seed=1)], axis=1),
        sample([array(2, 3), array(2, 2, seed=1), array(2, 1, seed=2)], axis=-1),
        sample([array(2, 3), array(4, seed=1)], axis=None),
        sample([array(3)]),
        sample([array(3), array(0)]),
        sample([array(3, dtype="float32"), array(2, seed=1)]),
        sample([array(3, dtype="float32"), array(2, dtype="float32", seed=1)]),
    ],
)
def _(d_out, arrays, axis=0, out=None, dtype=None, casting="same_kind"):
    if axis is None:
        parts = np.split(d_out, np.cumsum([np.size(a) for a in arrays])[:-1])
        return [np.reshape(d, np.shape(a)) for d, a in zip(parts, arrays, strict=True)]
    return parts_of(d_out, arrays, axis)


@facts(np.concatenate)
def _(arrays, axis=0, out=None, dtype=None, casting="same_kind"):
    rows, axis = rows_of(arrays), value_of(axis)
    if axis is None:
        return Array(common_dtype(rows, dtype) if rows else None, (some_dim(),))
    return joined(rows, axis, dtype)


# ------------------------------------------------------------------------------------------------- stacks


@linear(
    np.stack,
    "arrays",
    lists=("arrays",),
    refuses=("out", "casting"),
    samples=[
        sample([array(3), array(3, seed=1)]),
        sample((1.5, 2.5, 0.5)),
        sample([array(2, 3), array(2, 3, seed=1)], 1),
        sample([array(2, 3), array(2, 3, seed=1), array(2, 3, seed=2)], axis=-1),
        sample([array(3, dtype="float32")], axis=0),
    ],
)
def _(d_out, arrays, axis=0, out=None, dtype=None, casting="same_kind"):
    if axis != 0:
        d_out = np.moveaxis(d_out, axis, 0)
    if len(arrays) == 2:
        return [d_out[0], d_out[1]]
    if len(arrays) == 3:
        return [d_out[0], d_out[1], d_out[2]]
    return list(d_out)


@facts(np.stack)
def _(arrays, axis=0, out=None, dtype=None, casting="same_kind"):
    rows, axis = rows_of(arrays), value_of(axis)
    if not rows or rows[0].shape is None:
        return Array(common_dtype(rows, dtype) if rows else None, None)
    places = normalized(axis, len(rows[0].shape) + 1)
    shape = list(rows[0].shape)
    if places is None:
        return Array(common_dtype(rows, dtype), None)
    shape.insert(places[0], length(len(rows)))
    return Array(common_dtype(rows, dtype), tuple(shape))


@linear(
    np.vstack,
    "tup",
    lists=("tup",),
    refuses=("casting",),
    samples=[
        sample([array(3), array(3, seed=1)]),
        sample([array(3), array(2, 3, seed=1)]),
        sample([array(2, 3), array(1, 3, seed=1)]),
        sample((1.5, 2.5)),
        sample([array(2, 3, dtype="float32"), array(3, dtype="float32", seed=1)]),
    ],
)
def _(d_out, tup, *, dtype=None, casting="same_kind"):
    if len(tup) == 2 and np.ndim(tup[0]) == 1 and np.ndim(tup[1]) == 1:
        return [d_out[0], d_out[1]]
    if len(tup) == 2 and np.ndim(tup[0]) == 2 and np.ndim(tup[1]) == 2:
        return parts_of(d_out, tup, 0)
    ends = np.cumsum([np.shape(a)[0] if np.ndim(a) > 1 else 1 for a in tup])[:-1]
    return [np.reshape(d, np.shape(a)) for d, a in zip(np.split(d_out, ends), tup, strict=True)]


@facts(np.vstack)
def _(tup, *, dtype=None, casting="same_kind"):
    return joined(rows_of(tup, 2), 0, dtype)


@linear(
    np.hstack,
    "tup",
    lists=("tup",),
    refuses=("casting",),
    samples=[
        sample([array(3), array(2, seed=1)]),
        sample([array(2, 3), array(2, 1, seed=1)]),
        sample((1.5, 2.5, 0.5)),
        sample([1.5, array(3)]),
        sample([array(2, 3, 2), array(2, 1, 2, seed=1)]),
        sample([array(2, 3, dtype="float32"), array(2, 2, dtype="float32", seed=1)]),
    ],
)
def _(d_out, tup, *, dtype=None, casting="same_kind"):
    if len(tup) == 2 and np.ndim(tup[0]) == 1 and np.ndim(tup[1]) == 1:
        return parts_of(d_out, tup, 0)
    if len(tup) == 2 and np.ndim(tup[0]) == 2:
        return parts_of(d_out, tup, 1)
    axis = 1 if np.ndim(d_out) > 1 else 0
    ends = np.cumsum([np.shape(a)[axis] if np.ndim(a) > 0 else 1 for a in tup])[:-1]
    return [np.reshape(d, np.shape(a)) for d, a in zip(np.split(d_out, ends, axis=axis), tup, strict=True)]


@facts(np.hstack)
def _(tup, *, dtype=None, casting="same_kind"):
    rows = rows_of(tup, 1)
    return joined(rows, 0 if rows and rows[0].ndim == 1 else 1, dtype)


@linear(
    np.dstack,
    "tup",
    lists=("tup",),
    samples=[
        sample([array(3), array(3, seed=1)]),
        sample([array(2, 3), array(2, 3, seed=1)]),
        sample([array(2, 3, 2), array(2, 3, seed=1)]),
    ],
)
def _(d_out, tup):
    ends = np.cumsum([np.shape(a)[2] if np.ndim(a) > 2 else 1 for a in tup])[:-1]
    return [np.reshape(d, np.shape(a)) for d, a in zip(np.split(d_out, ends, axis=2), tup, strict=True)]


@facts(np.dstack)
def _(tup):
    return Array(None, (some_dim(), some_dim(), some_dim()))


@linear(
    np.column_stack,
    "tup",
    lists=("tup",),
    samples=[
        sample([array(3), array(3, seed=1)]),
        sample([array(3), array(3, 2, seed=1), array(3, seed=2)]),
        sample([array(3, 1), array(3, 2, seed=1)]),
        sample([array(3, dtype="float32")]),
    ],
)
def _(d_out, tup):
    ends = np.cumsum([np.shape(a)[1] if np.ndim(a) > 1 else 1 for a in tup])[:-1]
    return [np.reshape(d, np.shape(a)) for d, a in zip(np.split(d_out, ends, axis=1), tup, strict=True)]


@facts(np.column_stack)
def _(tup):
    rows = rows_of(tup)
    if not rows or any(row.ndim not in (1, 2) for row in rows):
        return Array(None, None)
    return joined([Array(r.dtype, r.shape if r.ndim == 2 else (*r.shape, ONE)) for r in rows], 1, Known(None))


@linear(
    np.append,
    "arr",
    "values",
    samples=[
        sample(array(3), 1.5),
        sample(array(3), array(2, seed=1)),
        sample(array(2, 3), array(2, 2, seed=1)),
        sample(array(2, 3), array(1, 3, seed=1), axis=0),
        sample(array(2, 3), array(2, 1, seed=1), 1),
        sample(array(3, dtype="float32"), array(2, dtype="float32", seed=1)),
    ],
)
def _(d_out, arr, values, axis=None):
    if axis is None:
        d_arr, d_values = np.split(d_out, [np.size(arr)])
        return np.reshape(d_arr, np.shape(arr)), np.reshape(d_values, np.shape(values))
    d_arr, d_values = split_once(d_out, np.shape(arr)[axis], axis)
    return d_arr, d_values


@facts(np.append)
def _(arr, values, axis=None):
    rows, axis = [as_array(arr), as_array(values)], value_of(axis)
    if axis is None:
        return Array(common_dtype(rows, Known(None)), (some_dim(),))
    return joined(rows, axis, Known(None))


# ------------------------------------------------------------------------------------------------- splits

SPLITS = [
    sample(array(6), 3),
    sample(array(5), [1, 3]),
    sample(array(5), (0, 2)),
    sample(array(4, 3), 2),
    sample(array(4, 3), [1], 0),
    sample(array(2, 6), np.array([2, 5]), axis=1),
    sample(array(2, 6), 2, axis=-1),
    sample(array(4, dtype="float32"), 2),
]


@linear(np.split, "ary", shares="ary", always=True, samples=SPLITS)
@linear(np.array_split, "ary", shares="ary", always=True, samples=[*SPLITS, sample(array(5), 2), sample(array(2), 3)])
def _(d_out, ary, indices_or_sections, axis=0):
    return np.concatenate(d_out, axis=axis)


@linear(np.vsplit, "ary", shares="ary", always=True, samples=[sample(array(4, 3), 2), sample(array(4, 3), [1, 3])])
def _(d_out, ary, indices_or_sections):
    return np.vstack(d_out)


@linear(
    np.hsplit,
    "ary",
    shares="ary",
    always=True,
    samples=[sample(array(4), 2), sample(array(3, 4), [1, 3]), sample(array(2, 4, 2), 2)],
)
def _(d_out, ary, indices_or_sections):
    return np.hstack(d_out)


def parts(ary: Fact, indices_or_sections: Fact, axis: int | None, equal: bool = True) -> Fact:
    """The fact of a list of parts.  Into a number of sections `np.split` splits equally, `np.array_split` may not."""
    a, at = as_array(ary), items_of(indices_or_sections)
    places = normalized(axis, len(a.shape)) if a.shape is not None and axis is not MISSING else None
    if places is None:
        return List(None, Array(a.dtype, None))
    sections = value_of(indices_or_sections)
    if isinstance(sections, int) and equal:
        part = _part(a, places)
        return List((part,) * sections, part)
    number = sections if isinstance(sections, int) else len(at) + 1 if at is not None else None
    items = None if number is None else tuple(_part(a, places) for _k in range(number))
    return List(items, join_all(items) if items else Array(a.dtype, None))


def _part(a: Array, places: tuple[int, ...]) -> Array:
    return Array(a.dtype, tuple(some_dim() if i in places else dim for i, dim in enumerate(a.shape or ())))


@facts(np.split)
def _(ary, indices_or_sections, axis=0):
    return parts(ary, indices_or_sections, value_of(axis))


@facts(np.array_split)
def _(ary, indices_or_sections, axis=0):
    return parts(ary, indices_or_sections, value_of(axis), equal=False)


@facts(np.vsplit)
def _(ary, indices_or_sections):
    return parts(ary, indices_or_sections, 0)


@facts(np.hsplit)
def _(ary, indices_or_sections):
    return parts(ary, indices_or_sections, 0 if as_array(ary).ndim == 1 else 1)
