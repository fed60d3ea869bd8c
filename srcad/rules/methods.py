"""Methods of arrays.

Most are functions of `np` under another name.  Those of their own are here because they take their arguments
differently (`x.reshape(2, 3)`), always copy (`x.flatten()`), or leave arrays (`x.item()`, `x.tolist()`).  Of
a method of an object that is not known to be an array or a NumPy scalar nothing is known.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Fact, List, Number, Tuple
from srcad.rules import (  # noqa: F401 (they register what has another name here)
    accumulations,
    constants,
    diagonals,
    elementwise_selection,
    indexing,
    products,
    rearranging,
    reductions,
    sorting,
    taking,
)
from srcad.rules.attributes import PARTS, is_array, is_numpy
from srcad.rules.axes import MISSING, dtype_from, flattened, is_none, normalized, value_of
from srcad.rules.creation import converted_back
from srcad.rules.primitives import sample
from srcad.rules.register import alias, facts, linear, lookup, partials, writes
from srcad.rules.samples import Samples, array
from srcad.rules.shaping import inverse, reshaped, same_order
from srcad.wengert import Method


def of_arrays(function) -> list:
    """The samples of a function that fit its method: of an array, without what only the function takes."""
    samples = lookup(function).samples
    return [one for one in samples if isinstance(one.args[0], np.ndarray) and "correction" not in one.kwargs]


# ------------------------------------------------------------------------------- functions by another name

for _name, _function in (
    ("sum", np.sum),
    ("mean", np.mean),
    ("prod", np.prod),
    ("var", np.var),
    ("std", np.std),
    ("max", np.max),
    ("min", np.min),
    ("cumsum", np.cumsum),
    ("cumprod", np.cumprod),
    ("any", np.any),
    ("all", np.all),
    ("argmax", np.argmax),
    ("argmin", np.argmin),
    ("trace", np.trace),
    ("diagonal", np.diagonal),
    ("swapaxes", np.swapaxes),
    ("squeeze", np.squeeze),
    ("ravel", np.ravel),
    ("repeat", np.repeat),
    ("take", np.take),
    ("dot", np.dot),
    ("round", np.round),
    ("argsort", np.argsort),
    ("argpartition", np.argpartition),
    ("searchsorted", np.searchsorted),
    ("nonzero", np.nonzero),
):
    alias(Method(_name), _function, samples=Samples(partial(of_arrays, _function)))

clip_partials = lookup(np.clip).rule.body


@partials(
    Method("clip"),
    "a",
    "min",
    "max",
    samples=[
        sample(array(2, 3), -0.5, 0.5),
        sample(array(2, 3), None, 0.5),
        sample(array(2, 3), min=-0.5),
        sample(array(2, 3), min=-0.5, max=array(3, seed=1, low=0.0)),
        sample(array(3, dtype="float32"), -0.5, 0.5),
    ],
)
def _(out, a, min=None, max=None):
    return clip_partials(out, a, min, max)


@facts(Method("clip"))
def _(a, min=None, max=None, out=None):
    return lookup(np.clip).facts(a, min, max) if is_array(a) else UNKNOWN


# -------------------------------------------------------------------------------------------- shapes


@linear(
    Method("reshape"),
    "a",
    refuses=("copy",),
    shares="a",
    samples=[
        sample(array(6), 2, 3),
        sample(array(6), (2, 3)),
        sample(array(2, 3), -1),
        sample(array(2, 3), 3, -1),
        sample(array(2, 3).T, 6),
        sample(array(2, 3), [6, 1]),
        sample(array(2, 3), 3, 2, order="F"),
        sample(array(2, 3, dtype="float32"), -1),
    ],
)
def _(d_out, a, *shape, order="C", copy=None):
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    return np.reshape(d_out, np.shape(a), order=same_order(order))


@facts(Method("reshape"))
def _(a, *shape, order="C", copy=None):
    if not is_array(a):
        return UNKNOWN
    whole = len(shape) == 1 and not isinstance(value_of(shape[0]), (int, np.integer))
    if whole and value_of(shape[0]) is MISSING and not isinstance(shape[0], (Tuple, List, Number)):
        return Array(a.dtype, None)
    return Array(a.dtype, reshaped(a.shape, shape[0] if whole else Tuple(tuple(shape))))


@linear(
    Method("transpose"),
    "a",
    shares="a",
    always=True,
    samples=[
        sample(array(2, 3)),
        sample(array(2, 3, 4), 1, 2, 0),
        sample(array(2, 3, 4), (1, 2, 0)),
        sample(array(2, 3, 4), -1, 0, -2),
        sample(array(2, 3), None),
        sample(array(3, dtype="float32")),
    ],
)
def _(d_out, a, *axes):
    if len(axes) == 0 or axes[0] is None:
        return np.transpose(d_out)
    if len(axes) == 1:
        return np.transpose(d_out, inverse(np.ravel(axes[0])))
    return np.transpose(d_out, inverse(axes))


@facts(Method("transpose"))
def _(a, *axes):
    if not is_array(a):
        return UNKNOWN
    if not axes or is_none(axes[0]):
        return Array(a.dtype, a.shape and a.shape[::-1])
    order = value_of(axes[0] if len(axes) == 1 else Tuple(tuple(axes)))
    places = normalized(order, len(a.shape)) if a.shape is not None and order is not MISSING else None
    return Array(a.dtype, None if places is None else tuple(a.shape[i] for i in places))


@linear(
    Method("flatten"),
    "a",
    samples=[sample(array(3)), sample(array(2, 3)), sample(array(2, 3).T), sample(array(2, 3), "F")],
)
def _(d_out, a, order="C"):
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    return np.reshape(d_out, np.shape(a), order=same_order(order))


@facts(Method("flatten"))
def _(a, order="C"):
    return Array(a.dtype, (flattened(a.shape),)) if is_array(a) else UNKNOWN


@linear(
    Method("compress"),
    "a",
    samples=[sample(array(3), np.array([True, False, True])), sample(array(2, 3), [False, True], axis=0)],
)
def _(d_out, a, condition, axis=None):
    return compress_rule(d_out, condition, a, axis)


compress_rule = lookup(np.compress).rule.body


@facts(Method("compress"))
def _(a, condition, axis=None, out=None):
    return lookup(np.compress).facts(condition, a, axis, out) if is_array(a) else UNKNOWN


# ---------------------------------------------------------------------------------- copies and conversions


@linear(Method("copy"), "a", samples=[sample(array(2, 3)), sample(array(3, dtype="float32")), sample(np.float32(1.5))])
def _(d_out, a, order="C"):
    return d_out


@facts(Method("copy"))
def _(a, order="C"):
    return a if is_numpy(a) else UNKNOWN


@linear(
    Method("astype"),
    "x",
    shares="x",
    samples=[
        sample(array(3), np.float64),
        sample(array(3), "float64", copy=False),
        sample(array(3), float),
        sample(array(3), complex),
        sample(array(3, dtype="float32"), np.float64),
        sample(array(3), int),
        sample(array(3), bool),
        sample(np.float64(1.5), np.float64),
    ],
)
def _(d_out, x, dtype, order="K", casting="unsafe", subok=True, copy=True):
    return converted_back(d_out, x, dtype)


@facts(Method("astype"))
def _(x, dtype, order="K", casting="unsafe", subok=True, copy=True):
    if is_array(x):
        return Array(dtype_from(dtype, "float64"), x.shape)
    return Number(dtype_from(dtype, "float64"), False) if isinstance(x, Number) and x.weak is False else UNKNOWN


@linear(
    Method("item"),
    "a",
    samples=[
        sample(array(1)),
        sample(array()),
        sample(array(4), 2),
        sample(array(2, 3), 4),
        sample(array(2, 3), 1, 2),
        sample(array(2, 3), (1, 2)),
        sample(array(2, 3), -1),
        sample(np.float32(1.5)),
        sample(array(3, dtype="float32"), 1),
    ],
)
def _(d_out, a, *index):
    d_a = np.zeros_like(a)
    if len(index) == 0:
        d_a[...] = d_out
    elif len(index) > 1:
        d_a[index] = d_out
    elif isinstance(index[0], tuple) or np.ndim(a) == 1:
        d_a[index[0]] = d_out
    else:
        d_a[np.unravel_index(index[0] % np.size(a), np.shape(a))] = d_out
    return d_a


@facts(Method("item"))
def _(a, *index):
    return python_number(a.dtype) if is_numpy(a) else UNKNOWN


def python_number(dtype: str | None) -> Fact:
    """The fact of an element of this dtype as a Python number."""
    kind = None if dtype is None else np.dtype(dtype).kind
    known = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "c": "complex128"}
    return Number(known[kind], True) if kind in known else UNKNOWN


@linear(
    Method("tolist"),
    "a",
    samples=[
        sample(array(3)),
        sample(array(2, 3)),
        sample(array()),
        sample(array(0)),
        sample(array(2, 3, dtype="float32")),
        sample(np.float64(1.5)),
    ],
)
def _(d_out, a):
    whole = rt.project(d_out, a.tolist()) if np.ndim(a) > 1 else d_out  # rows that nothing read are 0.0
    return np.reshape(np.array(whole), np.shape(a))


@facts(Method("tolist"))
def _(a):
    if isinstance(a, Number) and a.weak is False:
        return python_number(a.dtype)
    if not is_array(a) or a.shape is None:
        return UNKNOWN
    fact = python_number(a.dtype)
    for _dim in a.shape:
        fact = List(None, fact)
    return fact


CONJUGATED = [*PARTS, sample(array(dtype="complex128")), sample(array()), sample(np.complex64(1.5 - 0.5j))]


@linear(Method("conjugate"), "a", shares="a", samples=CONJUGATED)
@linear(Method("conj"), "a", shares="a", samples=[one for one in CONJUGATED if hasattr(one.args[0], "dtype")])
def _(d_out, a):
    return np.conj(d_out)


@facts(Method("conj"), Method("conjugate"))
def _(a):
    if not is_array(a) or a.shape or a.dtype is None:
        return a if is_array(a) and a.shape else number_itself(a)
    return Number(a.dtype, False) if np.dtype(a.dtype).kind == "c" else a


def number_itself(a: Fact) -> Fact:
    """The fact of a number that is returned as it is (of a bool as an int)."""
    return a if isinstance(a, Number) and a.dtype not in (None, "bool") else UNKNOWN


# ---------------------------------------------------------------------------------------- what is written

for _name in ("fill", "put", "sort", "partition", "resize", "setfield", "setflags"):
    writes(Method(_name), "a")
