"""Differences, differential quotients, integrals by the trapezoidal rule, convolutions, covariances.

All but the last are linear in the array, and their derivatives are the transposed stencils; a covariance is a product
of the deviations with themselves.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Known, Tuple, some_dim
from srcad.rules.accumulations import sum_from_end, through_products, undo_diff
from srcad.rules.axes import array_or_number, as_array, dtype_from, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.products import product_dtype
from srcad.rules.reductions import sum_dtype
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array

# -------------------------------------------------------------------------------------------------- differences


@linear(
    np.ediff1d,
    "ary",
    "to_end",
    "to_begin",
    samples=[
        sample(array(4)),
        sample(array(2, 3)),
        sample(array(4), array(2, seed=1)),
        sample(array(4), 1.5, to_begin=array(2, seed=1)),
        sample(array(4), to_begin=0.5),
    ],
)
def _(d_out, ary, to_end=None, to_begin=None):
    before = 0 if to_begin is None else np.size(to_begin)
    after = np.size(d_out) - (0 if to_end is None else np.size(to_end))
    d_ary = np.reshape(undo_diff(d_out[before:after], 0), np.shape(ary))
    d_end = None if to_end is None else np.reshape(d_out[after:], np.shape(to_end))
    return d_ary, d_end, None if to_begin is None else np.reshape(d_out[:before], np.shape(to_begin))


@facts(np.ediff1d)
def _(ary, to_end=None, to_begin=None):
    return Array(as_array(ary).dtype, (some_dim(),))


@adjoint(np.unwrap, "p", samples=[sample(np.array([0.1, 3.0, 5.5, 9.0, -2.0])), sample(array(2, 4) * 3.0, axis=0)])
def _(d_out, out, p, discont=None, axis=-1, *, period=2.0 * np.pi):
    return d_out  # what is added is constant piecewise


@facts(np.unwrap)
def _(p, discont=None, axis=-1, *, period=2.0 * np.pi):
    p = as_array(p)
    return Array(p.dtype if p.dtype == "float64" else None, p.shape)


# ------------------------------------------------------------------------------------------ differential quotients


def stencil(spacing, n, edge_order):
    """The weights of the quotients of `np.gradient` along an axis of length n: inside, and at both ends.

    `spacing` is one distance, or the n coordinates.
    """
    steps = np.diff(spacing) if np.ndim(spacing) else np.full(n - 1, float(spacing))
    before, after = steps[:-1], steps[1:]
    both = before + after
    inside = (-after / (before * both), (after - before) / (before * after), before / (after * both))
    if edge_order == 1:
        return inside, (-1.0 / steps[0], 1.0 / steps[0]), (-1.0 / steps[-1], 1.0 / steps[-1])
    h, k = steps[0], steps[1]
    first = (-(2.0 * h + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k)))
    h, k = steps[-2], steps[-1]
    last = (k / (h * (h + k)), -(h + k) / (h * k), (2.0 * k + h) / (k * (h + k)))
    return inside, first, last


constant(stencil)


def through_quotients(d, axis, spacing, edge_order):
    """The cotangent of an array from that of its differential quotients along an axis."""
    d = np.moveaxis(d, axis, -1)
    inside, first, last = stencil(spacing, np.shape(d)[-1], edge_order)
    d_f = np.zeros_like(d)
    d_f[..., :-2] += inside[0] * d[..., 1:-1]
    d_f[..., 1:-1] += inside[1] * d[..., 1:-1]
    d_f[..., 2:] += inside[2] * d[..., 1:-1]
    for i in range(edge_order + 1):
        d_f[..., i] += first[i] * d[..., 0]
        d_f[..., i - edge_order - 1] += last[i] * d[..., -1]
    return np.moveaxis(d_f, -1, axis)


def quotient_axes(ndim, axis):
    """The axes along which `np.gradient` goes."""
    if axis is None:
        return tuple(range(ndim))
    return axis if isinstance(axis, tuple) else (axis,)


def spacing_of(varargs, i):
    """The distance, or the coordinates, along the i-th axis."""
    if len(varargs) == 0:
        return 1.0
    return varargs[0] if len(varargs) == 1 else varargs[i]


constant(quotient_axes, folds=True)
constant(spacing_of)


@linear(
    np.gradient,
    "f",
    samples=[
        sample(array(5)),
        sample(array(5), 0.5),
        sample(array(5), np.array([0.0, 1.0, 1.5, 3.0, 3.5])),
        sample(array(5), edge_order=2),
        sample(array(5), np.array([0.0, 1.0, 1.5, 3.0, 3.5]), edge_order=2),
        sample(array(3, 4)),
        sample(array(3, 4), 0.5, 2.0),
        sample(array(3, 4), 0.5, axis=1),
        sample(array(3, 4), np.array([0.0, 1.0, 3.0]), 0.5),
        sample(array(3, 4), axis=(1, 0)),
        sample(array(2, 3, 4), 2.0, axis=-1),
        sample(array(2)),
        sample(array(5, dtype="float32")),
    ],
)
def _(d_out, f, *varargs, axis=None, edge_order=1):
    axes = quotient_axes(np.ndim(f), axis)
    if len(axes) == 1:
        return through_quotients(d_out, axes[0], spacing_of(varargs, 0), edge_order)
    d_f = np.zeros_like(f)
    for i in range(len(axes)):
        if np.ndim(d_out[i]) > 0:
            d_f = d_f + through_quotients(d_out[i], axes[i], spacing_of(varargs, i), edge_order)
    return d_f


@facts(np.gradient)
def _(f, *varargs, axis=None, edge_order=1):
    f = as_array(f)
    if f.ndim == 1 or isinstance(value_of(axis), int):
        return Array(f.dtype if f.dtype == "float64" else None, f.shape)
    along = value_of(axis)
    if f.ndim is None or not (along is None or isinstance(along, tuple) and len(along) > 1):
        return UNKNOWN
    return Tuple((Array(f.dtype if f.dtype == "float64" else None, f.shape),) * len(along or f.shape))


# -------------------------------------------------------------------------------------------------------- integrals


def widths_along(x, y, axis):
    """The distances between the coordinates x of values y along an axis, ready to be multiplied with them."""
    if np.ndim(x) != 1:
        return np.diff(x, axis=axis)
    return np.reshape(np.diff(x), tuple(-1 if i == axis % np.ndim(y) else 1 for i in range(np.ndim(y))))


@adjoint(
    np.trapezoid,
    "y",
    "x",
    "dx",
    samples=[
        sample(array(4)),
        sample(array(4), dx=0.5),
        sample(array(4), np.array([0.0, 0.5, 2.0, 2.5])),
        sample(array(3, 4), axis=0),
        sample(array(3, 4), np.array([0.0, 0.5, 2.0, 2.5])),
        sample(array(3, 4), np.array([0.0, 0.5, 2.0]), axis=0),
        sample(array(3, 4), np.cumsum(array(3, 4, low=0.5), axis=1)),
        sample(array(3, 4), dx=0.1, axis=-1),
        sample(array(4, dtype="float32"), dx=0.5),
    ],
)
def _(d_out, out, y, x=None, dx=1.0, axis=-1):
    d = np.expand_dims(d_out, axis)
    widths = dx if x is None else widths_along(x, y, axis)
    d_y = np.broadcast_to(d * (0.5 * widths), np.shape(np.diff(y, axis=axis)))
    moved, sums = np.moveaxis(d_y, axis, 0), pairs(y, axis)
    edge = np.zeros_like(moved[:1])
    d_y = np.moveaxis(np.concatenate((moved, edge)) + np.concatenate((edge, moved)), 0, axis)
    if x is None:
        return d_y, None, np.sum(0.5 * d * sums)
    d_x = undo_diff(0.5 * d * sums, axis)
    if np.ndim(x) == 1 and np.ndim(y) > 1:
        return d_y, np.sum(np.moveaxis(d_x, axis, -1), axis=tuple(range(np.ndim(y) - 1))), None
    return d_y, rt.unbroadcast(d_x, x), None


def pairs(y, axis):
    """The sums of neighbours along an axis."""
    moved = np.moveaxis(y, axis, 0)
    return np.moveaxis(moved[1:] + moved[:-1], 0, axis)


@facts(np.trapezoid)
def _(y, x=None, dx=1.0, axis=-1):
    y, x = as_array(y), as_array(x) if value_of(x) is not None else None
    places = normalized(value_of(axis), len(y.shape)) if y.shape is not None else None
    if places is None or x is not None and x.ndim != 1:
        return UNKNOWN
    known = y.dtype == "float64" and x is None and isinstance(value_of(dx), (int, float))
    return array_or_number("float64" if known else None, tuple(d for i, d in enumerate(y.shape) if i not in places))


# ----------------------------------------------------------------------------------------------------- convolutions


def whole(d, n, m, mode):
    """The cotangent of a full convolution of n and m elements, from that of the part that `mode` keeps."""
    if mode == "full":
        return d
    start = min(n, m) - 1 if mode == "valid" else (min(n, m) - 1) // 2
    d_full = np.zeros(n + m - 1, dtype=d.dtype)
    d_full[start : start + np.size(d)] = d
    return d_full


CONVOLVED = [
    sample(array(5), array(3, seed=1)),
    sample(array(5), array(3, seed=1), "same"),
    sample(array(5), array(3, seed=1), mode="valid"),
    sample(array(3), array(4, seed=1), "full"),
    sample(array(3), array(4, seed=1), "same"),
    sample(array(3), array(4, seed=1), mode="valid"),
    sample(array(4), array(4, seed=1), "same"),
    sample(array(6), array(2, seed=1), mode="same"),
    sample(array(4, dtype="complex128"), array(3, dtype="complex128", seed=1)),
    sample(array(4), array(3, dtype="complex128", seed=1), "full"),
    sample(array(4, dtype="float32"), array(2, dtype="float32", seed=1)),
]


@adjoint(np.convolve, "a", "v", samples=CONVOLVED)
def _(d_out, out, a, v, mode="full"):
    d = whole(d_out, np.size(a), np.size(v), mode)
    return np.correlate(d, np.conj(v), "valid"), np.correlate(d, np.conj(a), "valid")


@adjoint(np.correlate, "a", "v", samples=CONVOLVED)
def _(d_out, out, a, v, mode="valid"):
    if np.size(v) > np.size(a) and mode != "full":  # then NumPy exchanges them, and reads from the other end
        d = whole(d_out[::-1], np.size(a), np.size(v), mode)[::-1]
    else:
        d = whole(d_out, np.size(a), np.size(v), mode)
    return np.convolve(d, np.conj(v), "valid"), np.conj(np.correlate(d, np.conj(a), "valid")[::-1])


@facts(np.convolve)
def _(a, v, mode="full"):
    return Array(product_dtype(a, v), (some_dim(),))


@facts(np.correlate)
def _(a, v, mode="valid"):
    return Array(product_dtype(a, v), (some_dim(),))


# -------------------------------------------------------------------------------------------- cumulative, with 0 or 1


def without_initial(d_out, axis, include_initial):
    """The cotangent of cumulative results without the initial value."""
    if not include_initial:
        return d_out
    return np.moveaxis(np.moveaxis(d_out, axis, 0)[1:], 0, axis)


RUNNING = [
    sample(array(4)),
    sample(array(2, 3), axis=0),
    sample(array(2, 3), axis=-1, include_initial=True),
    sample(array(4), include_initial=True),
    sample(np.array([2.0, 0.0, 3.0])),
]


def _register_cumulative() -> None:
    """`np.cumulative_sum` and `np.cumulative_prod`, which NumPy has since 2.1."""

    @linear(np.cumulative_sum, "x", refuses=("out",), samples=RUNNING)
    def _(d_out, x, *, axis=None, dtype=None, out=None, include_initial=False):
        along = 0 if axis is None else axis
        return sum_from_end(without_initial(d_out, along, include_initial), along)

    @adjoint(np.cumulative_prod, "x", refuses=("out_",), samples=RUNNING)
    def _(d_out, out, x, *, axis=None, dtype=None, out_=None, include_initial=False):
        along = 0 if axis is None else axis
        d = np.moveaxis(without_initial(d_out, along, include_initial), along, -1)
        products = np.moveaxis(without_initial(out, along, include_initial), along, -1)
        return np.moveaxis(through_products(d, np.moveaxis(x, along, -1), products), -1, along)

    @facts(np.cumulative_sum, np.cumulative_prod)
    def _(x, *, axis=None, dtype=None, out=None, include_initial=False):
        a = as_array(x)
        same = include_initial == Known(False)
        return Array(dtype_from(dtype, sum_dtype(a.dtype)), a.shape if same else None)


if hasattr(np, "cumulative_sum"):
    _register_cumulative()
