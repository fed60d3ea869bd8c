"""Unneeded broadcasts: a number stays a number for as long as nothing needs it as an array."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.facts import Array, Fact, Number, is_numeric, operator_fact, promote, shape_of, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Const, Method, Operand, Step

_SINKING = frozenset(
    {operator.add, operator.sub, operator.mul, operator.neg, np.add, np.subtract, np.multiply, np.negative}
)
_DIVIDING = frozenset({operator.truediv, np.divide})
_SPREADING = {
    np.broadcast_to: lambda operands: operands[0],
    np.full_like: lambda operands: operands[1],
    np.ones_like: lambda operands: Const(1.0),
}
"""Functions whose result repeats one value, and where that value stands."""

_CONVERTING = Method("astype")
_RESHAPING = frozenset({np.expand_dims, np.squeeze, np.reshape, np.transpose, np.swapaxes})
"""Functions whose result repeats one number if their first operand does."""


def remove_broadcasts(step: Step, context: Context) -> Rewriting:
    """An adjoint step on the smaller value, where another operand gives the result the same shape anyway.

    `x * broadcast_to(s, shape)` becomes `x * s` if facts say of every axis of `shape` that x has it; an operation
    on the broadcast and numbers alone becomes the broadcast of the operation.  The shape stays; the dtype can
    only lose the float64 that broadcasting gave to a Python number.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT, Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("shape",), np.shape, ("x",), site=site),
    ...     Step(("d_y",), np.broadcast_to, ("s", "shape"), site=site),
    ...     Step(("d_x",), operator.mul, ("d_y", "x"), site=site),
    ... )
    >>> facts = {"x": x, "s": FLOAT, "d_y": x, "d_x": x}
    >>> print(rewrite(Function("f", (Param("x"), Param("s")), steps, "d_x"), facts, [remove_broadcasts]))
    f(x, s):
        shape = shape(x)
        d_y = broadcast_to(s, shape)
        d_x = mul(s, x)
        return d_x
    """
    if step.site is None or not step.site.adjoint or step.keywords or len(step.targets) != 1:
        return None
    callee = effects.hashable(step.callee)
    if callee is np.broadcast_to:
        return _again(step, context)
    if not _is_elementwise(callee):
        return None
    for i, operand in enumerate(step.operands):
        small = _spread_value(operand, context)
        if small is None:
            continue
        operands = (*step.operands[:i], small, *step.operands[i + 1 :])
        if _is_conversion(operand, context) and not _keeps_dtype(step.operands, operands, context):
            continue
        if _covers(context.fact(operand), [context.fact(o) for o in operands]):
            context.retype(step.target, operator_fact(*map(context.fact, operands)))
            return Step(step.targets, callee, operands, (), step.site)
        sinks = len(operands) <= 2 and not _is_conversion(operand, context) and _sinks(callee, i, operands, context)
        if sinks and context.is_value(step.target):  # a broadcast is no memory to write to
            return _sunk(step, context, operand, operands)
    return None


def _is_elementwise(callee: Any) -> bool:
    if isinstance(callee, np.ufunc):
        return callee.nout == 1 and callee.signature is None
    return callee is np.where or callee in effects.OPERATORS - {operator.matmul, operator.concat}


def _spread_value(operand: Operand, context: Context) -> Operand | None:
    """The value that a name repeats, if it is defined so and neither is ever written to."""
    step = context.definition(operand)
    if step is not None and _is_conversion(operand, context):
        return _converted_value(step, context)
    if step is not None and effects.hashable(step.callee) in _RESHAPING and context.is_value(operand):
        small = _spread_value(step.operands[0], context)
        return small if small is not None and isinstance(widen(context.fact(small)), Number) else None
    find = _SPREADING.get(effects.hashable(step.callee)) if step is not None and not step.keywords else None
    if find is None or len(step.operands) != (1 if step.callee is np.ones_like else 2):
        return None
    small = find(step.operands)
    return small if context.is_value(small) and context.is_value(operand) else None


def _is_conversion(operand: Operand, context: Context) -> bool:
    """Whether a name is an array in another dtype."""
    step = context.definition(operand)
    return step is not None and step.callee == _CONVERTING and len(step.operands) == 2 and not step.keywords


def _keeps_dtype(old: tuple[Operand, ...], new: tuple[Operand, ...], context: Context) -> bool:
    """Whether an elementwise operation is known to give the same dtype for other operands."""
    facts = [[context.fact(o) for o in operands] for operands in (old, new)]
    if not all(is_numeric(fact) for part in facts for fact in part):
        return False
    before, after = (promote(*part) for part in facts)
    return before is not None and before == after


def _converted_value(step: Step, context: Context) -> Operand | None:
    """The Python number that an array in another dtype repeats: it takes the dtype of any array it meets."""
    small = _spread_value(step.operands[0], context) if context.is_value(step.target) else None
    fact = widen(context.fact(small)) if small is not None else None
    return small if isinstance(fact, Number) and fact.weak and fact.dtype == "float64" else None


def _covers(spread: Fact, operands: list[Fact]) -> bool:
    """Whether broadcasting the operands gives every axis of the value that was spread."""
    target, shapes = shape_of(spread), [shape_of(f) for f in operands]
    if target is None or any(shape is None for shape in shapes):
        return False
    for back in range(1, len(target) + 1):
        dims = [shape[-back] for shape in shapes if len(shape) >= back]
        if not any(target[-back].one is True or d.one is False or d == target[-back] for d in dims):
            return False
    return True


def _sinks(callee: Any, i: int, operands: tuple[Operand, ...], context: Context) -> bool:
    """Whether the operation on numbers alone never raises where that on arrays does not."""
    if not all(isinstance(widen(context.fact(o)), Number) for o in operands):
        return False
    if callee in _SINKING:
        return True
    return callee in _DIVIDING and i == 0 and isinstance(operands[1], Const) and operands[1].value != 0


def _sunk(step: Step, context: Context, spread: Operand, operands: tuple[Operand, ...]) -> tuple[Step, ...]:
    fact = operator_fact(*map(context.fact, operands))
    inner = context.step("t", fact, step.callee, *operands, site=step.site)
    by = context.definition(spread)
    if by.callee is np.broadcast_to:
        return inner, Step(step.targets, np.broadcast_to, (inner.target, by.operands[1]), (), step.site)
    like = spread if effects.hashable(by.callee) in _RESHAPING else by.operands[0]
    return inner, Step(step.targets, np.full_like, (like, inner.target), (), step.site)


def _again(step: Step, context: Context) -> Rewriting:
    """A broadcast of a broadcast is one; a broadcast to the shape that the value has is none."""
    value = step.operands[0]
    first = context.definition(value, np.broadcast_to)
    if first is not None and not first.keywords and context.is_value(first.operands[0]):
        return Step(step.targets, np.broadcast_to, (first.operands[0], step.operands[1]), (), step.site)
    have, shape = context.fact(value), context.fact(step.target)
    if isinstance(have, Array) and have.shape and isinstance(shape, Array) and have.shape == shape.shape:
        return value if context.is_value(value) and context.is_value(step.target) else None
    return None
