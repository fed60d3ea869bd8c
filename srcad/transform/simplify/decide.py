"""Tests that the facts decide: `isinstance(x, T)`, `np.iscomplexobj(x)` and `x is None`."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad import wengert
from srcad.facts import Array, Dict, Fact, Instance, Known, List, Number, Tuple, dtype_of
from srcad.objects import is_matrix_class
from srcad.transform.simplify.rewrite import Context
from srcad.wengert import Const, Operand, Step

_PYTHON_TYPES = {"float64": float, "int64": int, "bool": bool, "complex128": complex}
_BUILTIN = (bool, int, float, complex, str, bytes, tuple, list, dict, set, frozenset, range, slice, type(None))


def decide_tests(step: Step, context: Context) -> Const | None:
    """The answer to a question about the type of a value, where its fact gives it.

    >>> from srcad.facts import FLOAT
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> test = Step(("t",), operator.is_, ("x", Const(None)))
    >>> rewrite(Function("f", (Param("x"),), (test,), "t"), {"x": FLOAT}, [decide_tests]).result
    False
    """
    if step.keywords or len(step.targets) != 1:
        return None
    if len(step.operands) == 1 and (step.callee is np.iscomplexobj or step.callee is np.isrealobj):
        dtype = dtype_of(context.fact(step.operands[0]))
        return None if dtype is None else Const((np.dtype(dtype).kind == "c") is (step.callee is np.iscomplexobj))
    if len(step.operands) != 2:
        return None
    left, right = step.operands
    if step.callee is isinstance:
        return _is_instance(context.fact(left), _classes(right, context))
    if step.callee in (operator.is_, operator.is_not):
        if left == Const(None):
            left, right = right, left
        if right == Const(None):
            same = _is_none(context.fact(left))
            return None if same is None else Const(same is (step.callee is operator.is_))
    return None


def _is_none(fact: Fact) -> bool | None:
    if isinstance(fact, Known):
        return fact.value is None
    if isinstance(fact, Instance):
        return fact.type is type(None)
    return False if isinstance(fact, (Number, Array, Tuple, List, Dict)) else None


def _classes(operand: Operand, context: Context) -> tuple[type, ...] | None:
    """The classes that the second argument of isinstance names, if they are known."""
    made = context.definition(operand, wengert.make_tuple)
    given: tuple[Any, ...] = made.operands if made is not None else (operand,)
    values = [context.fact(o).value if isinstance(context.fact(o), Known) else None for o in given]
    values = [v for value in values for v in (value if type(value) is tuple else (value,))]
    return tuple(values) if all(isinstance(v, type) for v in values) else None


def _is_instance(fact: Fact, classes: tuple[type, ...] | None) -> Const | None:
    if classes is None:
        return None
    if isinstance(fact, Array):  # of NumPy or of another module whose class goes by the name of np.ndarray
        if np.ndarray in classes:
            return Const(True)
        return Const(False) if all(c in _BUILTIN or issubclass(c, np.generic) for c in classes) else None
    kind = _class_of(fact)
    return None if kind is None else Const(issubclass(kind, classes))


def _class_of(fact: Fact) -> type | None:
    match fact:
        case Known(value=value):
            return type(value)
        case Number(dtype=dtype, weak=True):
            return _PYTHON_TYPES.get(dtype)
        case Number(dtype=dtype, weak=False) if dtype is not None:
            return np.dtype(dtype).type
        case Tuple(type=kind):
            return kind
        case Instance(type=kind):
            return None if is_matrix_class(kind) else kind  # it may be one of another arrangement
        case List():
            return list
        case Dict():
            return dict
    return None
