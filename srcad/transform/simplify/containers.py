"""Reading items of tuples, lists and dicts that the list itself makes and never changes."""

from __future__ import annotations

import operator

import numpy as np

from srcad import wengert
from srcad.facts import Array, Number, Tuple, shape_of, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Attribute, Const, Operand, Step


def fold_containers(step: Step, context: Context) -> Rewriting:
    """An item of a container just made becomes the item itself, and what is asked of its length a constant.

    Lists and dicts only if nothing writes to them or to anything they hold.  Lengths of tuples and numbers of
    axes are also folded where facts know them.

    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> pair = Step(("t",), wengert.make_tuple, ("x", "y"))
    >>> second = Step(("z",), operator.getitem, ("t", Const(-1)))
    >>> rewrite(Function("f", (Param("x"), Param("y")), (pair, second), "z"), {}, [fold_containers]).result
    'y'
    """
    callee = effects.hashable(step.callee)
    if step.keywords:
        return None
    if callee is wengert.identity and len(step.targets) > 1:
        items = _items(step.operands[0], context)
        return dict(zip(step.targets, items, strict=True)) if items and len(items) == len(step.targets) else None
    if len(step.targets) != 1:
        return None
    if callee is operator.getitem:
        return _item(*step.operands, context)
    if callee is len:
        return _length(step.operands[0], context)
    if callee is np.ndim or callee == Attribute("ndim"):
        fact = widen(context.fact(step.operands[0]))
        shape = shape_of(fact) if isinstance(fact, (Array, Number)) else None
        return None if shape is None else Const(len(shape))
    return None


def _items(operand: Operand, context: Context) -> tuple[Operand, ...] | None:
    """The items of a tuple, or of a list that never changes."""
    made = context.definition(operand, wengert.make_tuple)
    if made is None:
        made = context.definition(operand, wengert.make_list)
        if made is not None and not context.is_value(operand):
            return None
    if made is not None:
        return made.operands
    if isinstance(operand, Const) and type(operand.value) is tuple:
        return tuple(map(Const, operand.value))
    return None


def _item(container: Operand, index: Operand, context: Context) -> Operand | None:
    if not isinstance(index, Const):
        return None
    if type(index.value) is int:
        items = _items(container, context)
        if items is not None and -len(items) <= index.value < len(items):
            return items[index.value]
    made = context.definition(container, wengert.make_dict) or context.definition(container, wengert.make_object)
    if made is not None and context.is_value(container):
        slots = wengert.made_slots(made)
        if all(isinstance(key, Const) for key, _ in slots):
            return next((value for key, value in reversed(slots) if key.value == index.value), None)
    return None


def _length(container: Operand, context: Context) -> Const | None:
    items = _items(container, context)
    if items is not None:
        return Const(len(items))
    fact = context.fact(container)
    return Const(len(fact.items)) if isinstance(fact, Tuple) else None
