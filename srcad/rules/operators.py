"""The operators of Python: the rules of NumPy's functions, with the types that Python gives.

Numbers stay Python numbers where both operands are; lists, tuples and strings stay what they are.  A comparison
of numbers is a bool.  In-place operators write to arrays and rebind numbers.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import runtime as rt
from srcad.facts import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Fact,
    Instance,
    Known,
    List,
    Number,
    Tuple,
    is_numeric,
    join_all,
    widen,
)
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, alias, constant, facts, lookup, shares, writes
from srcad.rules.samples import array, elementwise
from srcad.rules.ufunc_facts import binary_facts, ufunc_fact, unary_facts

# ------------------------------------------------------------------------------------- facts of arithmetic

_RANK = {"b": 0, "i": 1, "f": 2, "c": 3}
_OF_RANK = ("bool", "int64", "float64", "complex128")


def _rank(number: Number) -> int | None:
    return None if number.dtype is None else _RANK.get(np.dtype(number.dtype).kind)


def python_number(least: int, *operands: Number) -> Number:
    """A Python number of at least this rank (bool, int, float, complex: 0 to 3) and those of the operands."""
    ranks = [_rank(operand) for operand in operands]
    return Number(None if None in ranks else _OF_RANK[max(least, *ranks)], True)


def number_or_array(ufunc: np.ufunc, least: int, *operands: Fact) -> Fact:
    """The fact of an operator on numbers and arrays, UNKNOWN on anything else.

    >>> number_or_array(np.add, 1, BOOL, BOOL), number_or_array(np.add, 1, BOOL, Number("float32", False))
    (Number(dtype='int64', weak=True, dim=None), Number(dtype='float32', weak=False, dim=None))
    """
    operands = tuple(map(widen, operands))
    if not all(map(is_numeric, operands)):
        return UNKNOWN
    kinds = [operand.weak if isinstance(operand, Number) else False for operand in operands]
    if all(kinds):
        return python_number(least, *operands)
    known = ufunc_fact(ufunc, *operands)
    if isinstance(known, Number) and known.dtype == "complex128" and kinds[0] is not False:
        return Number("complex128", None)  # Python's complex takes np.float64 for a float: 2j * x is Python's
    if isinstance(known, Number) and False not in kinds:
        by_python = python_number(least, *operands)
        strong = ufunc_fact(ufunc, *(replace(f, weak=False) if f.weak is None else f for f in operands))
        kinds = [None if fact.dtype is None else np.dtype(fact.dtype).kind for fact in (by_python, strong)]
        return Number(strong.dtype if kinds[0] == kinds[1] else None, None)
    return known


def _power(x: Fact, y: Fact) -> Fact:
    """Python's powers leave their type: 2 ** -1 is a float, (-8.0) ** 0.5 is complex."""
    base, exponent = widen(x), widen(y)
    if not (isinstance(base, Number) and isinstance(exponent, Number)):
        return number_or_array(np.power, 1, x, y)
    if base.weak is False or exponent.weak is False:
        return number_or_array(np.power, 1, x, y)
    weak = True if base.weak and exponent.weak else None
    ranks = (_rank(base), _rank(exponent))
    if None in ranks:
        return Number(None, weak)
    if weak and max(ranks) < 2:
        return python_number(1 if y.value >= 0 else 2, base) if isinstance(y, Known) else Number(None, True)
    whole = ranks[1] < 2 or isinstance(y, Known) and isinstance(y.value, float) and y.value.is_integer()
    positive = isinstance(x, Known) and not isinstance(x.value, complex) and x.value > 0
    if max(ranks) == 3:
        return Number("complex128", weak)
    return Number("float64", weak) if max(ranks) == 2 and (whole or positive) else Number(None, weak)


def _sequence_sum(x: Fact, y: Fact) -> Fact:
    match _sequence(x), _sequence(y):
        case Tuple(items=first), Tuple(items=second):
            return Tuple((*first, *second))
        case List(), List():
            return List(None, _joined(x, y))
        case Instance(type=one), Instance(type=other) if one is other is str:
            return Instance(str)
    return UNKNOWN


def _joined(x: List, y: List) -> Fact:
    return join_all(part.element for part in (x, y) if part.items != ())


def _sequence_product(x: Fact, y: Fact) -> Fact:
    for sequence, count in ((_sequence(x), y), (_sequence(y), x)):
        match sequence, count:
            case Tuple(items=items), Known(value=builtins.int(n)) if len(items) * n <= 64:
                return Tuple(items * n)
            case List(element=element), Known(value=builtins.int()) | Number(dtype="int64", weak=True):
                return List(None, element)
            case Instance(type=builtins.str), Known(value=builtins.int()) | Number(dtype="int64", weak=True):
                return Instance(str)
    return UNKNOWN


def _formatted(x: Fact, y: Fact) -> Fact:
    return Instance(str) if _sequence(x) == Instance(str) else UNKNOWN


def _sequence(fact: Fact) -> Fact:
    fact = widen(fact)
    return Instance(str) if isinstance(fact, Known) and isinstance(fact.value, str) else fact


# ------------------------------------------------------------------------- arithmetic: the rules of NumPy


def _binary(operation: Callable, ufunc: np.ufunc, least: int, otherwise: Callable | None = None) -> None:
    """Registers an operator on two operands; `otherwise` gives its fact on what is neither number nor array."""
    alias(operation, ufunc)

    @facts(operation)
    def _(x: Fact, y: Fact) -> Fact:
        known = number_or_array(ufunc, least, x, y)
        return otherwise(x, y) if known == UNKNOWN and otherwise is not None else known


def _unary(operation: Callable, ufunc: np.ufunc, least: int = 1) -> None:
    if lookup(ufunc) is not None:
        alias(operation, ufunc)
    else:
        constant(operation)

    @facts(operation)
    def _(x: Fact) -> Fact:
        return number_or_array(ufunc, least, x)


_binary(operator.add, np.add, 1, _sequence_sum)
_binary(operator.sub, np.subtract, 1)
_binary(operator.mul, np.multiply, 1, _sequence_product)
_binary(operator.truediv, np.divide, 2)
_binary(operator.mod, np.remainder, 1, _formatted)
_unary(operator.pos, np.positive)
_unary(operator.neg, np.negative)

alias(operator.pow, np.power)
facts(operator.pow)(_power)


def _absolute(x: Fact) -> Fact:
    """abs of a complex Python number is a float."""
    x = widen(x)
    if isinstance(x, Number) and x.weak is True:
        return Number("float64", True) if x.dtype == "complex128" else python_number(1, x)
    return ufunc_fact(np.absolute, x) if not isinstance(x, Number) or x.weak is False else Number(None, None)


for _callee in (operator.abs, builtins.abs):
    alias(_callee, np.absolute)
    facts(_callee)(_absolute)


# ------------------------------------------------------------------------------ quotients with remainder

QUOTIENTS = [sample(1.7, 0.5), sample(-1.7, 0.5), sample(np.float32(1.7), -0.5), sample(array(3), 0.7), sample(7, 2)]


@adjoint(builtins.divmod, "x", "y", singular=True, samples=QUOTIENTS)
def _(d_out, out, x, y):
    d_remainder = d_out[1]
    return rt.unbroadcast(d_remainder, x), rt.unbroadcast(-d_remainder * out[0], y)


@facts(builtins.divmod)
def _(x: Fact, y: Fact) -> Fact:
    quotient, remainder = number_or_array(np.floor_divide, 1, x, y), number_or_array(np.remainder, 1, x, y)
    return UNKNOWN if UNKNOWN in (quotient, remainder) else Tuple((quotient, remainder))


# ------------------------------------------------------------------- integers, bits, comparisons, identity

for _operation, _ufunc, _least in (
    (operator.floordiv, np.floor_divide, 1),
    (operator.lshift, np.left_shift, 1),
    (operator.rshift, np.right_shift, 1),
):
    constant(_ufunc)
    binary_facts(_ufunc)
    _binary(_operation, _ufunc, _least)


def _connective(operation: Callable, ufunc: np.ufunc) -> None:
    """Registers what is known of `&`, `|`, `^`, which are not constant: of dicts they hand on what these hold."""
    constant(ufunc)
    binary_facts(ufunc)

    @facts(operation)
    def _(x: Fact, y: Fact) -> Fact:
        return number_or_array(ufunc, 0, x, y)


_connective(operator.and_, np.bitwise_and)
_connective(operator.or_, np.bitwise_or)
_connective(operator.xor, np.bitwise_xor)

constant(np.invert)
unary_facts(np.invert)
_unary(operator.invert, np.invert)
alias(operator.inv, operator.invert)


def _comparison(operation: Callable, ufunc: np.ufunc) -> None:
    constant(operation, ufunc)
    binary_facts(ufunc)

    @facts(operation)
    def _(x: Fact, y: Fact) -> Fact:
        first, second = widen(x), widen(y)
        if {_plain_type(first), _plain_type(second)} == {str}:
            return BOOL
        known = number_or_array(ufunc, 0, first, second)
        return Number("bool", known.weak) if isinstance(known, Number) else known


def _plain_type(fact: Fact) -> Any:
    match fact:
        case Known(value=value):
            return type(value)
        case Instance(type=kind):
            return kind
    return None


for _operation, _ufunc in (
    (operator.eq, np.equal),
    (operator.ne, np.not_equal),
    (operator.lt, np.less),
    (operator.le, np.less_equal),
    (operator.gt, np.greater),
    (operator.ge, np.greater_equal),
):
    _comparison(_operation, _ufunc)

constant(operator.not_, operator.truth, operator.is_, operator.is_not, operator.contains, operator.index)
constant(operator.countOf, operator.indexOf)


@facts(operator.countOf, operator.indexOf)
def _(a: Fact, b: Fact) -> Fact:
    return INT


@facts(operator.not_, operator.truth)
def _(x: Fact) -> Fact:
    return BOOL


@facts(operator.is_, operator.is_not, operator.contains)
def _(x: Fact, y: Fact) -> Fact:
    return BOOL


# -------------------------------------------------------------------------------------------- in place


def _in_place(operation: Callable, plain: Callable, samples: Iterable = ()) -> None:
    """Registers an in-place operator: of arrays it is the array itself, of a list the list, else the plain one."""
    alias(operation, plain)
    of_plain = lookup(plain).facts
    lookup(operation).sources[:] = [samples]

    @facts(operation)
    def _(x: Fact, y: Fact) -> Fact:
        match x:
            case Array():
                return x
            case List(element=element) if operation is operator.iadd:
                return List(None, join_all((element, y.element))) if isinstance(y, List) and x.items != () else List()
            case List():
                return List(None, element)
        return of_plain(x, y)

    shares(operation, "x")
    writes(operation, "x")


IN_PLACE = [
    sample(array(3, low=0.5), array(3, low=0.5, seed=1)),
    sample(array(2, 3, low=0.5), array(3, low=0.5, seed=1)),
    sample(array(2, 3, low=0.5), 1.5),
    sample(array(3, low=0.5, dtype="f4"), 1.5),
    sample(array(3, low=0.5, dtype="f4"), array(3, low=0.5)),
    sample(array(low=0.5), 1.5),
    sample(0.7, 1.5),
    sample(np.float32(0.7), 1.5),
    sample(0.7, array(3, low=0.5)),
]
FLAGS = [sample(array(3) > 0, array(3, seed=1) > 0), sample(True, False), sample(array(3) > 0, True)]
INTEGERS = [sample(np.array([4, 5, 6]), 2), sample(5, 2), sample(np.array([4, 5, 6]), np.array([1, 2, 0]))]

for _operation, _plain in (
    (operator.iadd, operator.add),
    (operator.isub, operator.sub),
    (operator.imul, operator.mul),
    (operator.itruediv, operator.truediv),
    (operator.ipow, operator.pow),
    (operator.imod, operator.mod),
    (operator.ifloordiv, operator.floordiv),
):
    _in_place(_operation, _plain, IN_PLACE)

for _operation, _plain in ((operator.iand, operator.and_), (operator.ior, operator.or_), (operator.ixor, operator.xor)):
    _in_place(_operation, _plain, FLAGS)

for _operation, _plain in ((operator.ilshift, operator.lshift), (operator.irshift, operator.rshift)):
    _in_place(_operation, _plain, INTEGERS)

# The samples of the plain operators include what only Python numbers can do.
lookup(operator.pow).sources += [
    [sample(2, 3), sample(2, -1), sample(-8.0, 2), sample(2.0, -0.5)],
    elementwise((0.5, 2), (1, 2))[:4],
]
