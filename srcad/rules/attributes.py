"""Attributes of arrays: transposes, parts of complex numbers, and what describes an array."""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array, Fact, Known, Number, shape_of
from srcad.rules.axes import as_array, flattened
from srcad.rules.creation import length_fact, shape_fact
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array
from srcad.wengert import Attribute


def is_array(fact: Fact) -> bool:
    """Whether a receiver is known to be an array."""
    return isinstance(fact, Array)


def is_numpy(fact: Fact) -> bool:
    """Whether a receiver is known to be an array or a scalar of NumPy."""
    return isinstance(fact, Array) or isinstance(fact, Number) and fact.weak is False


@linear(
    Attribute("T"),
    "a",
    shares="a",
    always=True,
    samples=[sample(array(3)), sample(array(2, 3)), sample(array(2, 3, 4)), sample(array(2, 3, dtype="float32"))],
)
def _(d_out, a):
    return d_out.T


@facts(Attribute("T"))
def _(a):
    return Array(a.dtype, a.shape and a.shape[::-1]) if is_array(a) else UNKNOWN


@linear(Attribute("mT"), "a", shares="a", always=True, samples=[sample(array(2, 3)), sample(array(2, 3, 4))])
def _(d_out, a):
    return np.swapaxes(d_out, -1, -2)


@facts(Attribute("mT"))
def _(a):
    if not is_array(a) or a.shape is None or len(a.shape) < 2:
        return UNKNOWN
    return Array(a.dtype, (*a.shape[:-2], a.shape[-1], a.shape[-2]))


PARTS = [
    sample(array(3, dtype="complex128")),
    sample(array(3)),
    sample(array(3, dtype="complex64")),
    sample(1.5 + 0.5j),
    sample(1.5),
    sample(np.float32(1.5)),
]


@linear(Attribute("real"), "a", shares="a", always=True, samples=PARTS)
def _(d_out, a):
    return d_out


@linear(Attribute("imag"), "a", shares="a", samples=PARTS)
def _(d_out, a):
    if np.iscomplexobj(a):
        return -1j * d_out
    return 0.0 * d_out


@facts(Attribute("real"), Attribute("imag"))
def _(a):
    if not isinstance(a, (Number, Array)):
        return UNKNOWN
    dtype = None if a.dtype is None else np.zeros((), a.dtype).real.dtype.name
    if is_array(a):
        return Array(dtype, a.shape)
    return Number(None if dtype == "bool" else dtype, a.weak)


constant(
    Attribute("shape"),
    Attribute("ndim"),
    Attribute("size"),
    Attribute("dtype"),
    Attribute("itemsize"),
    Attribute("nbytes"),
    Attribute("strides"),
    Attribute("flags"),
    samples=[sample(array(2, 3)), sample(array(1)), sample(np.float32(1.5))],
)


@facts(Attribute("shape"))
def _(a):
    return shape_fact(as_array(a)) if is_numpy(a) else UNKNOWN


@facts(Attribute("ndim"))
def _(a):
    return Known(len(shape_of(a))) if is_numpy(a) and shape_of(a) is not None else UNKNOWN


@facts(Attribute("size"))
def _(a):
    if not is_numpy(a):
        return UNKNOWN
    return length_fact(flattened(a.shape)) if is_array(a) and a.shape else Number("int64", True)


@facts(Attribute("itemsize"), Attribute("nbytes"))
def _(a):
    return Number("int64", True) if is_numpy(a) else UNKNOWN


@facts(Attribute("dtype"))
def _(a):
    return Known(np.dtype(a.dtype)) if is_numpy(a) and a.dtype is not None else UNKNOWN
