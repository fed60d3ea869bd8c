"""Python's built-in functions of numbers and sequences: float, complex, pow, sum, min, max.

`float` and `complex` keep the derivative; `int`, `bool` and `round` have none.  Equal extremes share their
cotangent equally, as NumPy's do.  The cotangent of a sequence is a sequence of the same type and length.
"""

from __future__ import annotations

import bisect
import builtins
import functools
import itertools
import logging
import operator
import warnings

import numpy as np

from srcad import runtime as rt
from srcad.facts import (
    BOOL,
    COMPLEX,
    FLOAT,
    INT,
    NOTHING,
    UNKNOWN,
    Array,
    Callee,
    Fact,
    Instance,
    Known,
    List,
    Number,
    Tuple,
    alternatives,
    join,
    join_all,
    some_dim,
    widen,
    with_own_axes,
)
from srcad.rules.operators import number_or_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, alias, constant, facts, linear, lookup, partials, shares
from srcad.rules.samples import array

NUMBERS = [sample(0.7), sample(np.float64(0.7)), sample(np.float32(0.7)), sample(array()), sample(2)]

# ----------------------------------------------------------------------------------------- conversions


@partials(builtins.float, "x", samples=NUMBERS)
def _(out, x=0.0):
    return 1.0


@facts(builtins.float)
def _(x=0.0) -> Fact:
    return FLOAT


COMPLEX_NUMBERS = [
    sample(0.7),
    sample(2),
    sample(0.7, -0.4),
    sample(0.7 + 0.2j),
    sample(0.7 + 0.2j, 1.5),
]


@partials(builtins.complex, "real", "imag", samples=COMPLEX_NUMBERS)
def _(out, real=0.0, imag=0.0):
    return 1.0, 1.0j


@facts(builtins.complex)
def _(real=0.0, imag=0.0) -> Fact:
    return COMPLEX


constant(builtins.int, samples=NUMBERS)
constant(builtins.bool, samples=[*NUMBERS, sample([1.0]), sample()])


@facts(builtins.int)
def _(x=0, base=None) -> Fact:
    return INT


@facts(builtins.bool)
def _(x=False) -> Fact:
    return BOOL


ROUNDED = [sample(0.7), sample(np.float32(1.7)), sample(2), sample(0.76, 1), sample(np.float32(0.76), 1)]
constant(builtins.round, samples=ROUNDED)


@facts(builtins.round)
def _(number: Fact, ndigits=None) -> Fact:
    number = widen(number)
    if not isinstance(number, Number) or not isinstance(ndigits, Known):
        return UNKNOWN
    if ndigits == Known(None) or number.weak is True and number.dtype == "bool":
        return INT
    return Number(number.dtype, number.weak)


# ------------------------------------------------------------------------------------- powers and sums


@facts(builtins.pow)
def _(base: Fact, exp: Fact, mod=None) -> Fact:
    return lookup(operator.pow).facts(base, exp) if mod == Known(None) else UNKNOWN


alias(builtins.pow, operator.pow)


@adjoint(
    builtins.sum,
    "iterable",
    "start",
    samples=[
        sample([0.7, -0.4]),
        sample((0.7, -0.4, 2)),
        sample([]),
        sample([0.7, -0.4], 1.5),
        sample([array(3), array(3, seed=1)]),
        sample([array(3), 1.5, array(2, 1)], array(3)),
        sample([array(3, dtype="f4"), np.float32(1.5)]),
        sample((1.5 + 1j, 0.5)),
        sample(array(3)),
        sample(array(2, 3)),
        sample(array(2, 3, dtype="f4"), array(3)),
    ],
)
def _(d_out, out, iterable, start=0):
    d_start = rt.unbroadcast(d_out, start)
    if isinstance(iterable, np.ndarray):
        return rt.unbroadcast(d_out, iterable), d_start
    parts = []
    for item in iterable:
        parts.append(rt.unbroadcast(d_out, item))
    return (tuple(parts) if isinstance(iterable, tuple) else parts), d_start


shares(builtins.sum, "start")  # of nothing


@facts(builtins.sum)
def _(iterable: Fact, start=0) -> Fact:
    items = items_of(iterable)
    if items is not None:
        return widen(functools.reduce(_added, items, start))
    if not isinstance(iterable, List):
        return UNKNOWN
    if iterable.element == NOTHING:
        return widen(start)
    item, total = iterable.element, widen(start)
    for _ in range(_FEW):
        before, total = total, join(total, _added(total, item))
        if total == before:
            return with_own_axes(total, some_dim().symbol)  # a length that may be another one each time
    return UNKNOWN


_FEW = 5
"""How many items of a list suffice to say what its sum is, however many there are."""


def _added(total: Fact, item: Fact) -> Fact:
    choices = itertools.product(alternatives(total), alternatives(item))
    return join_all(number_or_array(np.add, 1, a, b) for a, b in choices)


def items_of(fact: Fact) -> tuple[Fact, ...] | None:
    """The facts of the items of a sequence of known length."""
    match widen(fact):
        case Tuple(items=items) | List(items=tuple() as items):
            return items
    return None


# -------------------------------------------------------------------------------------------- extremes

EXTREMES = [
    sample(0.7, 0.4),
    sample(0.4, 0.7),
    sample(0.7, 2),
    sample(0.4, 0.9, -0.3),
    sample(np.float32(0.4), 0.9),
    sample(np.float64(0.4), np.float64(0.9)),
    sample([0.7, 0.4, 0.9]),
    sample((0.7, 0.4)),
    sample(array(4)),
    sample(array(4, dtype="f4")),
]


def share(d, item, out, equals):
    """The part of the cotangent for one candidate, of which `equals` attain the extreme."""
    return d / equals if item == out else 0.0


def shares_of(d_out, out, items):
    """The cotangents of the items of which `out` is an extreme."""
    if isinstance(items, np.ndarray):
        at = items == out
        return np.where(at, d_out / np.sum(at), 0.0).astype(items.dtype)
    equals = 0
    for item in items:
        if item == out:
            equals = equals + 1
    parts = []
    for item in items:
        parts.append(share(d_out, item, out, equals))
    return tuple(parts) if isinstance(items, tuple) else parts


@adjoint(builtins.max, "x", "y", "z", samples=EXTREMES)
def _(d_out, out, x, y=None, z=None):
    if y is None:
        return shares_of(d_out, out, x), None, None
    if z is None:
        equals = 2.0 if x == y else 1.0
        return share(d_out, x, out, equals), share(d_out, y, out, equals), None
    return shares_of(d_out, out, (x, y, z))


@adjoint(builtins.min, "x", "y", "z", samples=EXTREMES)
def _(d_out, out, x, y=None, z=None):
    if y is None:
        return shares_of(d_out, out, x), None, None
    if z is None:
        equals = 2.0 if x == y else 1.0
        return share(d_out, x, out, equals), share(d_out, y, out, equals), None
    return shares_of(d_out, out, (x, y, z))


@facts(builtins.max, builtins.min)
def _(x: Fact, y=None, z=None) -> Fact:
    items = items_of(x) if y == Known(None) else tuple(item for item in (x, y, z) if item != Known(None))
    if not items:
        return UNKNOWN
    return join_all(map(widen, items))


# ---------------------------------------------------------------------------------- what has no derivative

constant(builtins.any, builtins.all, samples=[sample([True, False]), sample([]), sample(np.array([True, False]))])
constant(builtins.callable, samples=[sample(1.5), sample(np.sin)])
constant(builtins.len, samples=[sample([1.0, 2.0]), sample(array(3, 2)), sample("word"), sample({})])
constant(builtins.isinstance, samples=[sample(1.5, float), sample(array(3), (list, tuple))])
constant(builtins.issubclass, samples=[sample(int, float)])
constant(builtins.hasattr, samples=[sample(array(3), "shape")])
constant(bisect.bisect_left, bisect.bisect_right, samples=[sample([0.5, 1.0, 2.0], 0.7), sample(array(3), 0.1, 1)])
constant(builtins.str, builtins.repr, samples=[sample(1.5), sample(array(3))])
constant(builtins.format, samples=[sample(1.5, ".3f")])
constant(builtins.chr, samples=[sample(65)])
constant(builtins.ord, samples=[sample("A")])
constant(builtins.id, builtins.hash, samples=[sample(1.5)])
constant(builtins.range, samples=[sample(3), sample(1, 3), sample(5, 1, -1)])
constant(builtins.type, builtins.slice, builtins.bytes, builtins.ascii, builtins.bin, builtins.hex, builtins.oct)


@linear(builtins.frozenset, samples=[sample([1, 2])])  # what it holds is found by its value
def _(d_out, iterable=()):
    return ()


constant(builtins.print, builtins.input, builtins.open, warnings.warn, pure=False)
constant(logging.debug, logging.info, logging.warning, logging.error, logging.exception, logging.log, pure=False)


@facts(builtins.any, builtins.all)
def _(x: Fact) -> Fact:
    return BOOL


@facts(builtins.callable)
def _(x: Fact) -> Fact:
    if isinstance(x, (Callee, Known)):
        return Known(isinstance(x, Callee) or callable(x.value))
    return Known(False) if isinstance(x, (Number, Array, Tuple, List)) else BOOL


@facts(builtins.isinstance, builtins.issubclass, builtins.hasattr)
def _(x: Fact, y: Fact) -> Fact:
    return BOOL


@facts(builtins.len, builtins.ord, builtins.id, builtins.hash)
def _(x: Fact) -> Fact:
    return INT


@facts(builtins.str, builtins.repr, builtins.chr)
def _(x="") -> Fact:
    return Instance(str)


@facts(builtins.format)
def _(value: Fact, format_spec="") -> Fact:
    return Instance(str)


@facts(builtins.range)
def _(start: Fact, stop=None, step=None) -> Fact:
    return Instance(range, INT)


@facts(builtins.print)
def _(*values: Fact) -> Fact:
    return Known(None)
