"""Sums, means, spreads and extremes.

The cotangent of a reduction is as small as its result, so whatever can be computed on it is, before it is
broadcast to the shape of the argument.  A sum keeps the shape of its argument, not the argument.  Extremes
share their cotangent equally among ties; a standard deviation of 0 has the derivative 0, like any norm.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Fact, Known, Number
from srcad.rules.axes import array_or_number, as_array, dtype_from, value_of, without
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, alias, constant, facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------------- facts


def sum_dtype(dtype: str | None) -> str | None:
    """Integers narrower than the machine's are summed as its integers."""
    if dtype is None or np.dtype(dtype).kind not in "biu":
        return dtype
    return np.sum(np.zeros(1, dtype)).dtype.name


def mean_dtype(dtype: str | None) -> str | None:
    """Integers have float means."""
    return "float64" if dtype is not None and np.dtype(dtype).kind in "biu" else dtype


def real_dtype(dtype: str | None) -> str | None:
    """The dtype of absolute values."""
    return None if dtype is None else np.abs(np.zeros((), mean_dtype(dtype))).dtype.name


def reduced(a: Fact, axis: Fact, keepdims: Fact, dtype: str | None) -> Fact:
    """The fact of a reduction of `a` that gives this dtype."""
    return array_or_number(dtype, without(as_array(a).shape, axis, keepdims))


# ------------------------------------------------------------------------------------------------- means


def expanded(d, a, axis, keepdims):
    """A reduced value with the axes back that the reduction dropped, ready to be broadcast against `a`."""
    if axis is None or keepdims or np.ndim(a) == 1:
        return d
    return np.expand_dims(d, axis)


def count(d_out, a, axis):
    """How many elements of `a` went into each element of the result."""
    if axis is None:
        return np.size(a)
    if isinstance(axis, tuple):
        return np.size(a) // max(np.size(d_out), 1)
    return np.shape(a)[axis]


AXES = [
    sample(array(4)),
    sample(array(2, 3)),
    sample(array(2, 3), 0),
    sample(array(2, 3), axis=-1),
    sample(array(2, 3), axis=1, keepdims=True),
    sample(array(2, 3), keepdims=True),
    sample(array(2, 3, 2), axis=(0, -1)),
    sample(array(2, 3, 2), axis=(2, 0), keepdims=True),
    sample(array(4, dtype="float32"), axis=0),
    sample(array(2, 3, dtype="float32"), axis=1),
    sample(array(1, 3), axis=0),
]
MASKED = [
    sample(array(4), where=np.array([True, False, True, True])),
    sample(array(2, 3), axis=1, where=np.array([True, False, True])),
    sample(array(2, 3), 0, where=np.array([[True, False, True], [True, True, False]]), keepdims=True),
    sample(array(2, 3, 2), axis=(0, 2), where=np.array([[True, False], [False, True], [True, True]])),
    sample(array(2, 3), axis=1, where=True),
    sample(array(4, dtype="float32"), where=np.array([True, False, True, True])),
]
EMPTY = [sample(array(0)), sample(array(0, 3), axis=0), sample(array(0, 3), axis=1)]
COMPLEX = [sample(array(2, 3, dtype="complex128")), sample(array(2, 3, dtype="complex128"), axis=0)]


def masked(d, a, where):
    """The cotangent of the elements that a reduction took, in the shape of `a`."""
    if where is None:
        return np.broadcast_to(d, np.shape(a))
    return np.broadcast_to(np.where(where, d, 0.0), np.shape(a))


@linear(
    np.sum,
    "a",
    "initial",
    refuses=("out",),
    samples=[*AXES, *EMPTY, *COMPLEX, *MASKED, sample(array(3), initial=1.5), sample(array(2, 3), 0, initial=2.5)],
)
def _(d_out, a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    if where is None:
        return np.broadcast_to(expanded(d_out, a, axis, keepdims), np.shape(a)), np.sum(d_out)
    return masked(expanded(d_out, a, axis, keepdims), a, where), np.sum(d_out)


@facts(np.sum, np.prod)
def _(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    known = sum_dtype(as_array(a).dtype)
    return reduced(a, axis, keepdims, dtype_from(dtype, known if not is_given(initial) else None))


def taken(d_out, a, axis, keepdims, where):
    """How many elements of `a` went into each element of the result, where only some are taken."""
    if where is None:
        return count(d_out, a, axis)
    return np.sum(np.broadcast_to(where, np.shape(a)), axis=axis, keepdims=keepdims, dtype=a.real.dtype)


@linear(np.mean, "a", refuses=("out",), samples=AXES + COMPLEX + MASKED)
def _(d_out, a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    d_out = d_out / taken(d_out, a, axis, keepdims, where)
    return masked(expanded(d_out, a, axis, keepdims), a, where)


@facts(np.mean)
def _(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    return reduced(a, axis, keepdims, dtype_from(dtype, mean_dtype(as_array(a).dtype)))


@adjoint(
    np.average,
    "a",
    "weights",
    refuses=("returned",),
    samples=[
        sample(array(2, 3)),
        sample(array(2, 3), 1),
        sample(array(4), weights=array(4, seed=1) + 2.0),
        sample(array(2, 3), None, array(2, 3, seed=1) + 2.0),
        sample(array(2, 3), axis=1, weights=array(3, seed=1) + 2.0),
        sample(array(2, 3), axis=0, weights=array(2, seed=1) + 2.0, keepdims=True),
        sample(array(2, 3), axis=(1,), weights=array(3, seed=1) + 2.0),
        sample(array(2, 3), axis=[0], weights=array(2, 3, seed=1) + 2.0),
        sample(array(2, 3, 2), axis=[0, 2]),
    ],
)
def _(d_out, out, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if isinstance(axis, (tuple, list)):
        axis = axis[0] if len(axis) == 1 else tuple(axis)
    if weights is None:
        return np.broadcast_to(expanded(d_out / count(d_out, a, axis), a, axis, keepdims), np.shape(a)), None
    if np.ndim(weights) == np.ndim(a):
        each = weights
    else:
        each = np.reshape(weights, tuple(-1 if i == axis % np.ndim(a) else 1 for i in range(np.ndim(a))))
    share = expanded(d_out, a, axis, keepdims) / np.sum(np.broadcast_to(each, np.shape(a)), axis=axis, keepdims=True)
    d_weights = share * (a - expanded(out, a, axis, keepdims))
    if np.ndim(weights) != np.ndim(a):
        d_weights = np.sum(np.moveaxis(d_weights, axis, -1), axis=tuple(range(np.ndim(a) - 1)))
    return share * each, d_weights


@facts(np.average)
def _(a, axis=None, weights=None, returned=False, *, keepdims=False):
    both = [as_array(a).dtype, "float64" if value_of(weights) is None else as_array(weights).dtype]
    dtype = None if None in both else np.result_type(*map(mean_dtype, both)).name
    if value_of(weights) is None:
        dtype = mean_dtype(as_array(a).dtype)
    return UNKNOWN if returned != Known(False) else reduced(a, axis, keepdims, dtype)


# ----------------------------------------------------------------------------------------------- spreads

SPREADS = [
    *AXES[:-1],
    sample(array(4), ddof=1),
    sample(array(3, 4), axis=1, ddof=1),
    sample(array(3, 4), axis=0, correction=1, keepdims=True),
    sample(array(3, 4), axis=(0, 1), ddof=1),
    sample(array(3, 4, dtype="complex128"), axis=1),
]
GIVEN = [
    *MASKED[:-2],
    sample(array(3, 4), 1, where=np.array([True, False, True, True]), ddof=1, keepdims=True),
    sample(array(3, 4), axis=1, mean=array(3, 1, seed=1)),
    sample(array(3, 4), 1, mean=array(3, 1, seed=1), where=np.array([True, False, True, True])),
    sample(array(4), mean=array(1, seed=1)),
]


def deviation(a, axis, mean, where):
    """Half the derivative of the absolute square of how far each element is from the mean."""
    if np.iscomplexobj(a):
        return np.conj(from_mean(a, axis, mean, where))
    return from_mean(a, axis, mean, where)


def from_mean(a, axis, mean, where):
    """How far each element is from the mean; 0 for elements that are not taken."""
    if mean is not None:
        return masked(a - mean, a, where)
    if where is not None:
        return masked(a - np.mean(a, axis=axis, keepdims=True, where=where), a, where)
    if axis is None:
        return a - np.mean(a)
    return a - np.mean(a, axis=axis, keepdims=True)


def to_mean(d_a, mean):
    """The cotangent of a mean that was given, which need not be that of the elements."""
    if mean is None:
        return None
    return rt.unbroadcast(-d_a, mean)


def freedom(d_out, a, axis, keepdims, where, ddof, correction):
    """What the sum of squares is divided by."""
    if correction is not None:
        return taken(d_out, a, axis, keepdims, where) - correction
    if ddof == 0:
        return taken(d_out, a, axis, keepdims, where)
    return taken(d_out, a, axis, keepdims, where) - ddof


@adjoint(np.var, "a", "mean", refuses=("out_",), samples=SPREADS + GIVEN)
def _(
    d_out,
    out,
    a,
    axis=None,
    dtype=None,
    out_=None,
    ddof=0,
    keepdims=False,
    *,
    where=None,
    mean=None,
    correction=None,
):
    share = 2.0 * d_out / freedom(d_out, a, axis, keepdims, where, ddof, correction)
    d_a = expanded(share, a, axis, keepdims) * deviation(a, axis, mean, where)
    return d_a, to_mean(d_a, mean)


@adjoint(np.std, "a", "mean", refuses=("out_",), samples=SPREADS + GIVEN)
def _(
    d_out,
    out,
    a,
    axis=None,
    dtype=None,
    out_=None,
    ddof=0,
    keepdims=False,
    *,
    where=None,
    mean=None,
    correction=None,
):
    share = d_out / (freedom(d_out, a, axis, keepdims, where, ddof, correction) * (out + (out == 0)))
    d_a = expanded(share, a, axis, keepdims) * deviation(a, axis, mean, where)
    return d_a, to_mean(d_a, mean)


@facts(np.var, np.std)
def _(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    *,
    where=None,
    mean=None,
    correction=None,
):
    return reduced(a, axis, keepdims, dtype_from(dtype, real_dtype(as_array(a).dtype)))


# ---------------------------------------------------------------------------------------------- extremes


def shared_among(d_out, out, a, axis, keepdims):
    """The cotangent of `a` where each element of `out` equals some elements of `a`: each gets an equal part."""
    at = a == expanded(out, a, axis, keepdims)
    if axis is None:
        return d_out / np.sum(at, dtype=out.dtype) * at
    if keepdims:
        return d_out / np.sum(at, axis=axis, dtype=out.dtype, keepdims=True) * at
    return expanded(d_out / np.sum(at, axis=axis, dtype=out.dtype), a, axis, keepdims) * at


def extreme_rule(d_out, out, a, axis, keepdims, initial, where):
    """The cotangents of elements and initial value of which `out` is an extreme; `where` says which take part."""
    if initial is None and where is None:
        return shared_among(d_out, out, a, axis, keepdims), None
    at = masked(1.0, a, where) * (a == expanded(out, a, axis, keepdims))
    number = np.sum(at, axis=axis, keepdims=keepdims)
    if initial is None:
        return expanded(d_out / number, a, axis, keepdims) * at, None
    share = d_out / (number + (out == initial))
    return expanded(share, a, axis, keepdims) * at, np.sum(share * (out == initial))


BOUNDED = [
    sample(array(4), initial=0.0),
    sample(array(2, 3), 1, initial=0.3),
    sample(array(2, 3), axis=0, keepdims=True, initial=-5.0),
    sample(array(2, 3), axis=0, initial=5.0),
    sample(array(2, 3), axis=1, where=np.array([True, False, True]), initial=0.1),
    sample(array(2, 3), where=np.array([True, False, True]), initial=-0.1, keepdims=True),
    sample(array(0), initial=1.5),
]


@adjoint(np.max, "a", "initial", refuses=("out_",), samples=AXES + BOUNDED)
def _(d_out, out, a, axis=None, out_=None, keepdims=False, initial=None, where=None):
    return extreme_rule(d_out, out, a, axis, keepdims, initial, where)


@adjoint(np.min, "a", "initial", refuses=("out_",), samples=AXES + BOUNDED)
def _(d_out, out, a, axis=None, out_=None, keepdims=False, initial=None, where=None):
    return extreme_rule(d_out, out, a, axis, keepdims, initial, where)


@facts(np.max, np.min)
def _(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    dtype = as_array(a).dtype if is_given(initial) is False else None
    return reduced(a, axis, keepdims, dtype)


def is_given(initial: Fact) -> bool:
    """Whether an argument is not left out; a number of another type widens the result."""
    return initial != Known(None)


if np.amax is not np.max:
    alias(np.amax, np.max)
    alias(np.amin, np.min)


@adjoint(np.ptp, "a", refuses=("out_",), samples=AXES[:-1])
def _(d_out, out, a, axis=None, out_=None, keepdims=False):
    high = np.max(a, axis=axis, keepdims=keepdims)
    low = np.min(a, axis=axis, keepdims=keepdims)
    return shared_among(d_out, high, a, axis, keepdims) - shared_among(d_out, low, a, axis, keepdims)


@facts(np.ptp)
def _(a, axis=None, out=None, keepdims=False):
    return reduced(a, axis, keepdims, as_array(a).dtype)


# ------------------------------------------------------------------------------------- counts and positions

constant(np.any, np.all, np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.count_nonzero)


@facts(np.any, np.all)
def _(a, axis=None, out=None, keepdims=False, *, where=None):
    return reduced(a, axis, keepdims, "bool")


@facts(np.argmax, np.argmin, np.nanargmax, np.nanargmin)
def _(a, axis=None, out=None, *, keepdims=False):
    return reduced(a, axis, keepdims, "int64")


@facts(np.count_nonzero)
def _(a, axis=None, *, keepdims=False):
    found = reduced(a, axis, keepdims, "int64")
    return Number("int64") if isinstance(found, Number) else found
