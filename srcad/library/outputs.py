"""NumPy's functions and methods given `out=` and `where=`: the result is computed, and then stored.

Guarantee: stored is what NumPy stores, under NumPy's rule for casts; where a mask says so, nothing else is computed.
"""

import numpy as np

from srcad import runtime as rt
from srcad.library.kinds import TRUE, a_float_array, an_array, like_dtypes
from srcad.library.register import implements
from srcad.rules.ufunc_facts import elementwise_ufuncs
from srcad.wengert import Method


def store(out, value):
    """Stores in all of an array what a ufunc computed."""
    if rt.needs_unsafe_cast(value.dtype, out.dtype):
        raise TypeError("the result cannot be cast to the dtype of out")
    out[...] = value


def store_where(out, mask, value):
    """Stores in part of an array what a ufunc computed for this part."""
    if rt.needs_unsafe_cast(value.dtype, out.dtype):
        raise TypeError("the result cannot be cast to the dtype of out")
    out[mask] = value


def unary_into(function):
    """Registers what a ufunc of one argument does with `out=` and `where=`."""

    @implements(function)
    def whole(x, out: an_array):
        store(out, function(x))
        return out

    @implements(function)
    def everywhere(x, out: an_array, *, where: TRUE):
        store(out, function(x))
        return out

    @implements(function)
    def part(x, out: an_array, *, where):
        mask = np.broadcast_to(where, np.shape(out))
        store_where(out, mask, function(np.broadcast_to(x, np.shape(out))[mask]))
        return out


def binary_into(function):
    """Registers what a ufunc of two arguments does with `out=` and `where=`."""

    @implements(function)
    def whole(x1, x2, out: an_array):
        store(out, function(x1, x2))
        return out

    @implements(function)
    def everywhere(x1, x2, out: an_array, *, where: TRUE):
        store(out, function(x1, x2))
        return out

    @implements(function)
    def part(x1, x2, out: an_array, *, where):
        shape = np.shape(out)
        mask = np.broadcast_to(where, shape)
        store_where(out, mask, function(np.broadcast_to(x1, shape)[mask], np.broadcast_to(x2, shape)[mask]))
        return out


def reduction_into(function, *methods):
    """Registers what a reduction does with `out=`; its sums are computed with the dtype that both arrays have."""

    @implements(function, *methods, when=like_dtypes("a", "out"))
    def along(a: an_array, axis=None, *, out: an_array, keepdims=False):
        out[...] = function(a, axis=axis, keepdims=keepdims)
        return out


def accumulation_into(function, *methods):
    """Registers what an accumulation does with `out=`."""

    @implements(function, *methods, when=like_dtypes("a", "out"))
    def along(a: an_array, axis=None, *, out: an_array):
        out[...] = function(a, axis=axis)
        return out


def product_into(function, *methods):
    """Registers what a product of arrays does with `out=`."""

    @implements(function, *methods, when=like_dtypes("a", "b", "out"))
    def product(a: an_array, b: an_array, out: an_array):
        out[...] = function(a, b)
        return out


for _ufunc in elementwise_ufuncs(1):
    unary_into(_ufunc)
for _ufunc in elementwise_ufuncs(2):
    binary_into(_ufunc)
for _name in ("sum", "prod", "mean", "max", "min", "std", "var"):
    reduction_into(getattr(np, _name), Method(_name))
for _name in ("cumsum", "cumprod"):
    accumulation_into(getattr(np, _name), Method(_name))
product_into(np.dot, Method("dot"))


@implements(np.matmul)
def _(x1: an_array, x2: an_array, out: an_array):
    store(out, np.matmul(x1, x2))
    return out


@implements(np.clip, Method("clip"))
def _(a: an_array, min, max, *, out: an_array):
    store(out, np.clip(a, min, max))
    return out


@implements(np.round, Method("round"))
def _(a: an_array, decimals=0, *, out: an_array):
    store(out, np.round(a, decimals))
    return out


@implements(np.take, Method("take"), when=like_dtypes("a", "out"))
def _(a: an_array, indices, axis=None, *, out: an_array):
    out[...] = np.take(a, indices, axis=axis)
    return out


@implements(np.concatenate, when=like_dtypes("out"))
def _(arrays, axis=0, *, out: an_array):
    store(out, np.concatenate(arrays, axis=axis))
    return out


@implements(np.stack, when=like_dtypes("out"))
def _(arrays, axis=0, *, out: an_array):
    store(out, np.stack(arrays, axis=axis))
    return out


@implements(np.copyto)
def _(dst: an_array, src: an_array):
    store(dst, src)


@implements(np.copyto)
def _(dst: a_float_array, src):
    dst[...] = src


@implements(np.copyto)
def _(dst: an_array, src: an_array, *, where):
    mask = np.broadcast_to(where, np.shape(dst))
    store_where(dst, mask, np.broadcast_to(src, np.shape(dst))[mask])


@implements(np.copyto)
def _(dst: a_float_array, src, *, where):
    mask = np.broadcast_to(where, np.shape(dst))
    dst[mask] = np.broadcast_to(src, np.shape(dst))[mask]
