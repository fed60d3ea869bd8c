"""What is known of the results of ufuncs: NumPy itself is asked which dtype it gives, the axes are broadcast.

A ufunc of numbers and 0-d arrays gives a NumPy scalar, also of Python numbers.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from srcad.facts import UNKNOWN, Array, Either, Fact, Number, broadcast, shape_of, widen
from srcad.rules.register import facts


def elementwise_ufuncs(operands: int) -> list[np.ufunc]:
    """NumPy's ufuncs of so many operands and one result, each once."""
    found = {f for f in vars(np).values() if isinstance(f, np.ufunc)}  # getattr would import modules that nobody needs
    elementwise = [f for f in found if f.nin == operands and f.nout == 1 and f.signature is None]
    return sorted(elementwise, key=lambda f: f.__name__)


_WEAK = {"b": np.dtype(bool), "i": int, "f": float, "c": complex}


@functools.lru_cache(maxsize=4096)
def _resolve(ufunc: np.ufunc, operands: tuple) -> str | None:
    """The dtype name of the first result, or None where NumPy refuses these operands."""
    try:
        return ufunc.resolve_dtypes((*operands, *[None] * ufunc.nout))[ufunc.nin].name
    except TypeError:
        return None


def _kinds(fact: Fact) -> Iterable[Any]:
    """What `resolve_dtypes` is to be asked of a value: one answer, or two if its weakness is not known."""
    if isinstance(fact, Number) and fact.weak is not False:
        yield _WEAK[np.dtype(fact.dtype).kind]
    if isinstance(fact, Array) or not fact.weak:
        yield np.dtype(fact.dtype)


def ufunc_dtype(ufunc: np.ufunc, *operands: Fact) -> str | None:
    """The dtype a ufunc gives on values with these facts, if that is known.

    >>> ufunc_dtype(np.sin, Number("int64", True)), ufunc_dtype(np.add, Number("float64", True), Array("float32"))
    ('float64', 'float32')
    """
    operands = tuple(map(widen, operands))
    if any(operand.dtype is None or np.dtype(operand.dtype).kind not in "biufc" for operand in operands):
        return None
    answers = {_resolve(ufunc, kinds) for kinds in itertools.product(*map(tuple, map(_kinds, operands)))}
    return answers.pop() if len(answers) == 1 else None


def ufunc_fact(ufunc: np.ufunc, *operands: Fact) -> Fact:
    """What is known of the result of a ufunc.

    >>> ufunc_fact(np.greater, Number("float64", True), Array("float32", ()))
    Number(dtype='bool', weak=False, dim=None)
    """
    operands = tuple(map(widen, operands))
    if not all(isinstance(operand, (Number, Array)) for operand in operands):
        return UNKNOWN
    return array_or_scalar(ufunc_dtype(ufunc, *operands), *operands)


def array_or_scalar(dtype: str | None, *operands: Fact) -> Fact:
    """An elementwise result of this dtype; a NumPy scalar where there are no axes."""
    operands = tuple(map(widen, operands))
    if not all(isinstance(operand, (Number, Array)) for operand in operands):
        return UNKNOWN
    shapes = [shape_of(operand) for operand in operands]
    if None in shapes:
        return Array(dtype, None) if any(shapes) else Either(Number(dtype, False), Array(dtype, None))
    shape = broadcast(*shapes)
    return Array(dtype, shape) if shape else Number(dtype, False)


def unary_facts(*ufuncs: np.ufunc) -> None:
    """Registers the facts of ufuncs of one operand."""
    for ufunc in ufuncs:
        _register_unary(ufunc)


def binary_facts(*ufuncs: np.ufunc) -> None:
    """Registers the facts of ufuncs of two operands."""
    for ufunc in ufuncs:
        _register_binary(ufunc)


def _register_unary(ufunc: np.ufunc) -> None:
    @facts(ufunc)
    def _(x: Fact) -> Fact:
        return ufunc_fact(ufunc, x)


def _register_binary(ufunc: np.ufunc) -> None:
    @facts(ufunc)
    def _(x: Fact, y: Fact) -> Fact:
        return ufunc_fact(ufunc, x, y)
