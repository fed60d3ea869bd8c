"""Reductions that leave out what is not a number: those of the other elements.

Which elements are numbers is the mask of an ordinary reduction, so the rules are those of `reductions` and
`accumulations` with that mask; an element that was left out has the derivative 0.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.rules.accumulations import sum_from_end, through_product, through_products
from srcad.rules.axes import as_array, dtype_from, flattened, is_none
from srcad.rules.primitives import sample
from srcad.rules.reductions import (
    MASKED,
    SPREADS,
    expanded,
    extreme_rule,
    from_mean,
    is_given,
    masked,
    mean_dtype,
    real_dtype,
    reduced,
    sum_dtype,
    to_mean,
)
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array

HOLES = np.array([[1.5, np.nan, -0.5, 2.0], [0.3, 1.2, np.nan, -1.0], [np.nan, 0.7, 0.1, -2.5]])
NANS = [
    sample(array(3)),
    sample(np.array([1.5, np.nan, -0.5])),
    sample(HOLES),
    sample(HOLES, 0),
    sample(HOLES, axis=1),
    sample(HOLES, axis=-1, keepdims=True),
    sample(np.stack((HOLES, HOLES + 0.1)), axis=(0, 2)),
    sample(HOLES.astype("float32"), axis=1),
    *MASKED[:3],
]
STARTED = [sample(HOLES, initial=0.8), sample(HOLES, 1, initial=0.4, where=np.array([True, True, False, True]))]


def numbers(a, where):
    """Which elements are numbers and take part."""
    if where is None:
        return ~np.isnan(a)
    return ~np.isnan(a) & where


@adjoint(np.nansum, "a", "initial", refuses=("out_",), samples=NANS + STARTED)
def _(d_out, out, a, axis=None, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    return masked(expanded(d_out, a, axis, keepdims), a, numbers(a, where)), np.sum(d_out)


@adjoint(np.nanprod, "a", "initial", refuses=("out_",), samples=NANS + STARTED)
def _(d_out, out, a, axis=None, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    taken = numbers(a, where)
    factors = np.where(taken, a, 1.0)
    product = np.prod(factors, axis=axis, keepdims=keepdims)
    if initial is None:
        return masked(through_product(d_out, product, factors, axis, keepdims), a, taken), None
    d_a = masked(through_product(d_out * initial, product, factors, axis, keepdims), a, taken)
    return d_a, np.sum(d_out * product)


@facts(np.nansum, np.nanprod)
def _(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=None):
    known = sum_dtype(as_array(a).dtype)
    return reduced(a, axis, keepdims, dtype_from(dtype, known if not is_given(initial) else None))


@adjoint(np.nanmean, "a", refuses=("out_",), samples=NANS)
def _(d_out, out, a, axis=None, dtype=None, out_=None, keepdims=False, *, where=None):
    taken = numbers(a, where)
    share = d_out / np.sum(taken, axis=axis, keepdims=keepdims, dtype=a.real.dtype)
    return masked(expanded(share, a, axis, keepdims), a, taken)


@facts(np.nanmean)
def _(a, axis=None, dtype=None, out=None, keepdims=False, *, where=None):
    return reduced(a, axis, keepdims, dtype_from(dtype, mean_dtype(as_array(a).dtype)))


# ----------------------------------------------------------------------------------------------- spreads


def spread_rule(share, a, axis, keepdims, mean, taken):
    """The cotangents of elements and mean, from twice the cotangent of the sum of squares."""
    around = from_mean(np.where(taken, a, 0.0), axis, mean, taken)
    if np.iscomplexobj(a):
        around = np.conj(around)
    d_a = expanded(share, a, axis, keepdims) * around
    return d_a, to_mean(d_a, mean)


def degrees_of_freedom(a, axis, keepdims, ddof, correction, taken):
    """What the sum of squares is divided by."""
    number = np.sum(taken, axis=axis, keepdims=keepdims, dtype=a.real.dtype)
    if correction is not None:
        return number - correction
    return number - ddof


SPREAD = [*NANS, sample(HOLES, 1, ddof=1), sample(HOLES, 1, correction=1), sample(HOLES, 0, mean=array(1, 4))]


@adjoint(np.nanvar, "a", "mean", refuses=("out_",), samples=SPREAD + SPREADS[:3])
def _(
    d_out, out, a, axis=None, dtype=None, out_=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None
):
    taken = numbers(a, where)
    share = 2.0 * d_out / degrees_of_freedom(a, axis, keepdims, ddof, correction, taken)
    return spread_rule(share, a, axis, keepdims, mean, taken)


@adjoint(np.nanstd, "a", "mean", refuses=("out_",), samples=SPREAD + SPREADS[:3])
def _(
    d_out, out, a, axis=None, dtype=None, out_=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None
):
    taken = numbers(a, where)
    share = d_out / (degrees_of_freedom(a, axis, keepdims, ddof, correction, taken) * (out + (out == 0)))
    return spread_rule(share, a, axis, keepdims, mean, taken)


@facts(np.nanvar, np.nanstd)
def _(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=None, mean=None, correction=None):
    return reduced(a, axis, keepdims, dtype_from(dtype, real_dtype(as_array(a).dtype)))


# ---------------------------------------------------------------------------------------------- extremes


@adjoint(np.nanmax, "a", "initial", refuses=("out_",), samples=NANS[:-3] + STARTED)
@adjoint(np.nanmin, "a", "initial", refuses=("out_",), samples=NANS[:-3] + STARTED)
def _(d_out, out, a, axis=None, out_=None, keepdims=False, initial=None, where=None):
    return extreme_rule(d_out, out, a, axis, keepdims, initial, where)


@facts(np.nanmax, np.nanmin)
def _(a, axis=None, out=None, keepdims=False, initial=None, where=None):
    return reduced(a, axis, keepdims, as_array(a).dtype if not is_given(initial) else None)


# -------------------------------------------------------------------------------------------- cumulative

ALONG = [sample(np.array([1.5, np.nan, -0.5, 2.0])), sample(HOLES), sample(HOLES, 0), sample(HOLES, axis=-1)]


@adjoint(np.nancumsum, "a", refuses=("out_",), samples=ALONG)
def _(d_out, out, a, axis=None, dtype=None, out_=None):
    if axis is None:
        return np.reshape(sum_from_end(d_out, 0), np.shape(a)) * ~np.isnan(a)
    return sum_from_end(d_out, axis) * ~np.isnan(a)


@adjoint(np.nancumprod, "a", refuses=("out_",), samples=ALONG)
def _(d_out, out, a, axis=None, dtype=None, out_=None):
    factors = np.where(np.isnan(a), 1.0, a)
    if axis is None:
        d_a = np.reshape(through_products(d_out, np.reshape(factors, -1), out), np.shape(a))
    else:
        moved = np.moveaxis(d_out, axis, -1), np.moveaxis(factors, axis, -1), np.moveaxis(out, axis, -1)
        d_a = np.moveaxis(through_products(*moved), -1, axis)
    return rt.unbroadcast(d_a * ~np.isnan(a), a)


@facts(np.nancumsum, np.nancumprod)
def _(a, axis=None, dtype=None, out=None):
    a = as_array(a)
    known = dtype_from(dtype, sum_dtype(a.dtype))
    if a.ndim == 1 or is_none(axis) is False:
        return as_array(a) if known == a.dtype else type(a)(known, a.shape)
    return type(a)(known, (flattened(a.shape),) if is_none(axis) else None)
