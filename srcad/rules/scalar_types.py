"""NumPy's types of numbers as functions: `np.float32(x)` converts, of arrays too.

A conversion to floats or complex numbers passes the cotangent on, in the type of what was converted.  One to integers,
booleans or text has the derivative 0, as every rounding.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import Array, Known, Number, widen
from srcad.rules.axes import array_or_number, as_array
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array

FLOATS = (np.float16, np.float32, np.float64, np.longdouble)
COMPLEX = (np.complex64, np.complex128, np.clongdouble)
INTEGERS = tuple(dict.fromkeys(np.dtype(code).type for code in "bhilqBHILQ"))
TEXT = (np.str_, np.bytes_, np.datetime64, np.timedelta64, np.void)

VALUES = [sample(1.5), sample(array(3)), sample(2), sample([1.5, 2.5]), sample(), sample(np.float32(1.5))]


def _register(kind: type) -> None:
    """The rule of a type of floats or complex numbers; an array that has this type is given back as it is."""

    @linear(kind, "x", shares="x", samples=VALUES[:-1] if kind is np.float16 else VALUES)
    def _(d_out, x=0.0):
        if isinstance(x, (list, tuple)):
            return list(d_out)
        return rt.unbroadcast(d_out, x)


for _kind in (*FLOATS, *COMPLEX):
    _register(_kind)


def _register_facts(kind: type) -> None:
    @facts(kind)
    def _(x=0.0):
        known = widen(x)
        if isinstance(known, Number) or x == Known(None):
            return Number(np.dtype(kind).name, False)
        shape = as_array(x).shape
        return Array(np.dtype(kind).name, shape) if shape else array_or_number(np.dtype(kind).name, shape)


for _kind in (*FLOATS, *COMPLEX, *INTEGERS, np.bool_):
    _register_facts(_kind)

constant(*INTEGERS, np.bool_, samples=[sample(1.5), sample(array(3, low=0.0)), sample(2), sample()])
constant(*TEXT)
