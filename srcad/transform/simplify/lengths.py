"""Lengths are asked of what is given, so that nothing is computed only for its shape."""

from __future__ import annotations

import operator

import numpy as np

from srcad.facts import ONE, Array, Dim, Fact
from srcad.transform.analyses import effects
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Attribute, Const, Operand, Step

_SHAPES = (np.shape, Attribute("shape"))


def ask_arguments(step: Step, context: Context) -> Rewriting:
    """An adjoint's question about the lengths of a computed array, put to an argument with the same axes.  Exact.

    `np.size(t)` of an array with one axis, and `np.shape(t)[i]`, become `len(x)` or `x.shape[k]`.

    >>> from srcad.errors import Site
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site, n, m = Site("f", "m.py", 1, adjoint=True), Dim("n", False), Dim("m", False)
    >>> steps = (Step(("t",), np.sum, ("x",), (("axis", Const(1)),)), Step(("k",), np.size, ("t",), site=site))
    >>> facts = {"x": Array("float64", (n, m)), "t": Array("float64", (n,))}
    >>> print(rewrite(Function("f", (Param("x"),), steps, "k"), facts, [ask_arguments]))
    f(x):
        t = sum(x, axis=1)
        k = len(x)
        return k
    """
    if step.site is None or not step.site.adjoint or step.keywords or len(step.targets) != 1:
        return None
    callee = effects.hashable(step.callee)
    if callee is np.size and len(step.operands) == 1:
        return _length(step, step.operands[0], _only(context.fact(step.operands[0])), context)
    if callee is operator.getitem and isinstance(step.operands[1], Const):
        asked = context.definition(step.operands[0])
        if asked is not None and effects.hashable(asked.callee) in _SHAPES:
            array = asked.operands[0]
            return _length(step, array, _axis(context.fact(array), step.operands[1].value), context)
    return None


def _only(fact: Fact) -> Dim | None:
    """The only axis that is not known to have length one."""
    longer = [dim for dim in fact.shape if dim != ONE] if isinstance(fact, Array) and fact.shape is not None else []
    return longer[0] if len(longer) == 1 else None


def _axis(fact: Fact, index: object) -> Dim | None:
    if not isinstance(fact, Array) or fact.shape is None or type(index) is not int:
        return None
    return fact.shape[index] if -len(fact.shape) <= index < len(fact.shape) else None


def _length(step: Step, array: Operand, dim: Dim | None, context: Context) -> Rewriting:
    found = context.arguments.get(dim) if dim is not None else None
    if found is None:
        return None
    name, axis = found
    if name == array and axis and _reads_attribute(step, context):
        return None
    if axis == 0:
        return Step(step.targets, len, (name,), (), step.site)
    shape = context.step("t", context.fact(name), Attribute("shape"), name, site=step.site)
    context.facts.pop(shape.target)
    return shape, Step(step.targets, operator.getitem, (shape.target, Const(axis)), (), step.site)


def _reads_attribute(step: Step, context: Context) -> bool:
    asked = context.definition(step.operands[0])
    return asked is not None and asked.callee == Attribute("shape")
