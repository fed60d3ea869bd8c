"""Choosing among arrays, putting elements in and leaving them out, and sets of the elements of arrays.

Every element of a result is an element of an argument, and the derivative sends its cotangent back there.  Equal
elements of a set share theirs equally.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Tuple, some_dim
from srcad.rules.axes import MISSING, as_array, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.taking import along, inside
from srcad.wengert import Method

# ------------------------------------------------------------------------------------------------------- choices

LOW, HIGH = array(4) < -0.5, array(4) < 0.9


@linear(
    np.select,
    "choicelist",
    "default",
    lists=("choicelist",),
    samples=[
        sample([LOW, HIGH], [array(4), array(4, seed=1)]),
        sample([LOW, HIGH], [array(4), array(4, seed=1)], 1.5),
        sample([LOW, HIGH], [array(4), 2.5], default=array(4, seed=2)),
        sample([LOW], [array(2, 4)]),
    ],
)
def _(d_out, condlist, choicelist, default=0):
    open_ = np.ones(np.shape(d_out), dtype=bool)
    d_choices = []
    for condition, choice in zip(condlist, choicelist, strict=True):
        d_choices.append(rt.unbroadcast(np.where(open_ & condition, d_out, 0.0), choice))
        open_ = open_ & ~condition
    return d_choices, rt.unbroadcast(np.where(open_, d_out, 0.0), default)


@facts(np.select)
def _(condlist, choicelist, default=0):
    return UNKNOWN


CHOICES = [array(4), array(4, seed=1), array(4, seed=2)]


def to_choices(d_out, a, choices, mode):
    """The cotangents of arrays among which an array of numbers chose."""
    at = a if mode == "raise" else inside(a, len(choices), mode)
    parts = [rt.unbroadcast(np.where(at == k, d_out, 0.0), np.asarray(choices[k])) for k in range(len(choices))]
    return parts if isinstance(choices, (list, tuple)) else np.stack(parts)


@linear(
    np.choose,
    "choices",
    lists=("choices",),
    arrays=("a",),
    refuses=("out",),
    samples=[
        sample(np.array([0, 2, 1, 0]), CHOICES),
        sample(np.array([0, 2, 1, 0]), np.stack(CHOICES)),
        sample(np.array([0, 4, -1, 0]), CHOICES, mode="wrap"),
        sample(np.array([[0], [1]]), [array(4), 1.5], mode="clip"),
    ],
)
def _(d_out, a, choices, out=None, mode="raise"):
    return to_choices(d_out, a, choices, mode)


@linear(
    Method("choose"), "choices", lists=("choices",), refuses=("out",), samples=[sample(np.array([0, 2, 1, 0]), CHOICES)]
)
def _(d_out, a, choices, out=None, mode="raise"):
    return to_choices(d_out, a, choices, mode)


@facts(np.choose, Method("choose"))
def _(a, choices, out=None, mode="raise"):
    return UNKNOWN


# --------------------------------------------------------------------------------------------- in and out of arrays


def inserted_places(n, obj, count):
    """Where along an axis of n elements `np.insert` leaves the old elements, and where it puts `count` new ones."""
    order = np.argsort(np.insert(np.arange(n), obj, -1 - np.arange(count)), kind="stable")
    return order[count:], order[:count][::-1]


def kept_places(n, obj):
    """Which of n elements `np.delete` keeps."""
    return np.delete(np.arange(n), obj)


constant(inserted_places, kept_places)


@facts(kept_places)
def _(n, obj):
    return Array("int64", (some_dim(),))


@linear(
    np.insert,
    "arr",
    "values",
    samples=[
        sample(array(4), 1, 2.5),
        sample(array(4), 1, array(2, seed=1)),
        sample(array(4), [0, 2], array(2, seed=1)),
        sample(array(4), np.array([3, 1]), array(2, seed=1)),
        sample(array(4), slice(1, 3), 0.5),
        sample(array(2, 3), 4, array(2, seed=1)),
        sample(array(2, 3), 1, array(3, seed=1), axis=0),
        sample(array(2, 3), 1, array(2, seed=1), axis=1),
        sample(array(2, 3), [0, 2], array(2, 2, seed=1), axis=1),
        sample(array(2, 3), [1], array(2, 1, seed=1), axis=-1),
    ],
)
def _(d_out, arr, obj, values, axis=None):
    if axis is None:
        old, new = inserted_places(np.size(arr), obj, np.size(d_out) - np.size(arr))
        return np.reshape(d_out[old], np.shape(arr)), rt.unbroadcast(d_out[new], values)
    n = np.shape(arr)[axis]
    old, new = inserted_places(n, obj, np.shape(d_out)[axis] - n)
    d_values = np.take(d_out, new, axis)
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        d_values = np.moveaxis(d_values, axis, 0)
    return np.take(d_out, old, axis), rt.unbroadcast(d_values, values)


@linear(
    np.delete,
    "arr",
    samples=[
        sample(array(4), 1),
        sample(array(4), [0, 2]),
        sample(array(4), slice(1, 3)),
        sample(array(2, 3), [0, 4]),
        sample(array(2, 3), 1, axis=1),
        sample(array(2, 3), -1, axis=0),
        sample(array(2, 3, 2), [0, 2], axis=-2),
    ],
)
def _(d_out, arr, obj, axis=None):
    if axis is None:
        d_flat = np.zeros_like(arr, shape=np.size(arr))
        d_flat[kept_places(np.size(arr), obj)] = d_out
        return np.reshape(d_flat, np.shape(arr))
    d_arr = np.zeros_like(arr)
    d_arr[along(axis, kept_places(np.shape(arr)[axis], obj))] = d_out
    return d_arr


@facts(np.insert)
def _(arr, obj, values, axis=None):
    return lengthened(as_array(arr), axis)


@facts(np.delete)
def _(arr, obj, axis=None):
    return lengthened(as_array(arr), axis)


def lengthened(a, axis):
    """The fact of an array with another length along one axis."""
    places = normalized(value_of(axis), len(a.shape)) if a.shape is not None and value_of(axis) is not MISSING else None
    if value_of(axis) is None:
        return Array(a.dtype, (some_dim(),))
    return Array(a.dtype, places and tuple(some_dim() if i in places else dim for i, dim in enumerate(a.shape)))


def resized_numbers(size, new_shape):
    """The number of the element that `np.resize` puts at each place."""
    return np.resize(np.arange(size), new_shape)


constant(resized_numbers)


@linear(np.resize, "a", samples=[sample(array(3), (2, 4)), sample(array(2, 3), 4), sample(array(4), 2)])
def _(d_out, a, new_shape):
    if np.size(a) == 0:
        return np.zeros_like(a)
    d_flat = np.zeros_like(a, shape=np.size(a))
    np.add.at(d_flat, resized_numbers(np.size(a), new_shape), d_out)
    return np.reshape(d_flat, np.shape(a))


@facts(np.resize)
def _(a, new_shape):
    return Array(as_array(a).dtype, None)


# ---------------------------------------------------------------------------------------------------------- sets


def found_in(members, values):
    """For each value the place among different members where it stands, and whether it is there."""
    order = np.argsort(members)
    at = order[np.clip(np.searchsorted(members, values, sorter=order), 0, np.size(members) - 1)]
    return at, members[at] == values


constant(found_in)


def to_elements(d_members, members, a):
    """The cotangent of an array of whose elements a set was made; equal ones share that of the member."""
    if np.size(members) == 0:
        return np.zeros_like(a)
    at, there = found_in(members, np.reshape(a, -1))
    share = d_members / np.maximum(np.bincount(at[there], minlength=np.size(members)), 1)
    return np.reshape(np.where(there, share[at], 0.0), np.shape(a))


SETS = [sample(np.array([2.0, 0.5, 2.0, -1.0])), sample(np.array([[1.5, 0.5], [0.5, -2.0]]))]


@adjoint(
    np.unique,
    "ar",
    refuses=("axis",),
    samples=[sample(array(4)), sample(array(2, 3)), sample(array(4), True, True), sample(array(4), return_counts=True)],
)
def _(
    d_out,
    out,
    ar,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    *,
    equal_nan=True,
    sorted=True,
):
    if return_index or return_inverse or return_counts:
        return to_elements(d_out[0], out[0], ar)
    return to_elements(d_out, out, ar)


@adjoint(np.unique_all, "x", samples=[sample(array(4))])
@adjoint(np.unique_counts, "x", samples=[sample(array(4))])
@adjoint(np.unique_inverse, "x", samples=[sample(array(4))])
def _(d_out, out, x):
    return to_elements(d_out[0], out[0], x)


@adjoint(np.unique_values, "x", samples=[sample(array(4))])
def _(d_out, out, x):
    return to_elements(d_out, out, x)


def to_both(d_members, members, ar1, ar2):
    """The cotangents of two arrays of which one set was made; elements that are in both share that of the member."""
    d = to_elements(d_members, members, np.concatenate([np.reshape(ar1, -1), np.reshape(ar2, -1)]))
    return np.reshape(d[: np.size(ar1)], np.shape(ar1)), np.reshape(d[np.size(ar1) :], np.shape(ar2))


@adjoint(np.union1d, "ar1", "ar2", samples=[sample(array(3), array(2, seed=1))])
def _(d_out, out, ar1, ar2):
    return to_both(d_out, out, ar1, ar2)


@adjoint(
    np.intersect1d,
    "ar1",
    "ar2",
    samples=[  # elements of two arrays do not stay equal: see the tests
        sample(array(3), array(3, seed=1)),
        sample(array(3), array(2, seed=1), True),
        sample(array(3), array(2, seed=1), return_indices=True),
    ],
)
def _(d_out, out, ar1, ar2, assume_unique=False, return_indices=False):
    if return_indices:
        return to_both(d_out[0], out[0], ar1, ar2)
    return to_both(d_out, out, ar1, ar2)


@adjoint(
    np.setxor1d, "ar1", "ar2", samples=[sample(array(3), array(2, seed=1)), sample(array(3), array(2, seed=1), True)]
)
def _(d_out, out, ar1, ar2, assume_unique=False):
    return to_elements(d_out, out, ar1), to_elements(d_out, out, ar2)


@adjoint(np.setdiff1d, "ar1", samples=[sample(array(3), np.array([9.0])), sample(array(3), np.array([9.0]), True)])
def _(d_out, out, ar1, ar2, assume_unique=False):
    return to_elements(d_out, out, ar1)


def members(a):
    """The fact of the different elements of an array."""
    return Array(as_array(a).dtype, (some_dim(),))


def _register_members(function) -> None:
    kind = type(function(np.ones(1)))

    @facts(function)
    def _(x):
        return Tuple((members(x), *(Array("int64", None) for _other in kind._fields[1:])), kind)


for _function in (np.unique_all, np.unique_counts, np.unique_inverse):
    _register_members(_function)


@facts(np.unique)
def _(
    ar,
    return_index=False,
    return_inverse=False,
    return_counts=False,
    axis=None,
    *,
    equal_nan=True,
    sorted=True,
):
    flags = [value_of(flag) for flag in (return_index, return_inverse, return_counts)]
    if value_of(axis) is not None or not all(flag in (True, False) for flag in flags):
        return UNKNOWN
    return Tuple((members(ar), *(Array("int64", None) for flag in flags if flag))) if any(flags) else members(ar)


@facts(np.unique_values)
def _(x):
    return members(x)


@facts(np.intersect1d)
def _(ar1, ar2, assume_unique=False, return_indices=False):
    common = Array(None, (some_dim(),))
    if value_of(return_indices) is False:
        return common
    places = Array("int64", (some_dim(),))
    return Tuple((common, places, places)) if value_of(return_indices) is True else UNKNOWN


@facts(np.union1d)
def _(ar1, ar2):
    return Array(None, (some_dim(),))


@facts(np.setxor1d, np.setdiff1d)
def _(ar1, ar2, assume_unique=False):
    return Array(None, (some_dim(),))
