"""Tests that the facts decide: `isinstance(x, T)`, `np.iscomplexobj(x)` and `x is None`."""

from __future__ import annotations

import operator

import numpy as np

from srcad import wengert
from srcad.facts import (
    Array,
    Dict,
    Fact,
    Instance,
    Known,
    List,
    Number,
    Tuple,
    classes_named,
    dtype_of,
    is_instance,
    may_be_none,
)
from srcad.transform.simplify.rewrite import Context
from srcad.wengert import Const, Operand, Step


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
        answer = is_instance(context.fact(left), _classes(right, context))
        return None if answer is None else Const(answer)
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
    known = isinstance(fact, (Number, Array, Tuple, List, Dict)) and not may_be_none(fact)
    return False if known else None


def _classes(operand: Operand, context: Context) -> tuple[type, ...] | None:
    """The classes that the second argument of isinstance names, if they are known."""
    made = context.definition(operand, wengert.make_tuple)
    return classes_named(Tuple(tuple(map(context.fact, made.operands))) if made is not None else context.fact(operand))
