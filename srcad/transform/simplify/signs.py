"""Minus signs come out of what is linear, where they can meet another sign or a sum."""

from __future__ import annotations

import operator

import numpy as np

from srcad import runtime as rt
from srcad.transform.analyses import effects
from srcad.transform.simplify.algebra import definition
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Attribute, Augmented, Step

_LINEAR = {
    np.sum: (0,),
    np.expand_dims: (0,),
    np.squeeze: (0,),
    np.reshape: (0,),
    np.transpose: (0,),
    np.swapaxes: (0,),
    np.broadcast_to: (0,),
    np.copy: (0,),
    rt.unbroadcast: (0,),
    Attribute("T"): (0,),
    operator.matmul: (0, 1),
    np.matmul: (0, 1),
    np.outer: (0, 1),
    np.dot: (0, 1),
}
"""Callees that commute with negation, exactly, and in which operands."""

_OPPOSITE = {operator.iadd: operator.isub, operator.isub: operator.iadd}


def pull_out_signs(step: Step, context: Context) -> Rewriting:
    """An adjoint step on the positive value, and the sign after it; `x[i] += -v` becomes `x[i] -= v`.  Exact.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT, Array, Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (Step(("t",), operator.neg, ("x",), site=site), Step(("s",), np.sum, ("t",), site=site))
    >>> print(rewrite(Function("f", (Param("x"),), steps, "s"), {"x": x, "t": x, "s": FLOAT}, [pull_out_signs]))
    f(x):
        t = neg(x)
        t.1 = sum(x)
        s = neg(t.1)
        return s
    """
    if step.site is None or not step.site.adjoint:
        return None
    callee = effects.hashable(step.callee)
    if isinstance(callee, Augmented) and callee.operation in _OPPOSITE:
        container, index, value = step.operands
        negated = definition(value, operator.neg, context)
        if negated is None:
            return None
        return Step((), Augmented(_OPPOSITE[callee.operation]), (container, index, negated[0]), (), step.site)
    if len(step.targets) != 1 or any(k == "out" for k, _ in step.keywords):
        return None
    for i in _LINEAR.get(callee, ()):
        negated = definition(step.operands[i], operator.neg, context) if i < len(step.operands) else None
        if negated is None or not context.is_value(step.target):
            continue
        operands = (*step.operands[:i], negated[0], *step.operands[i + 1 :])
        keywords = dict(step.keywords)
        positive = context.step("t", context.fact(step.target), step.callee, *operands, site=step.site, **keywords)
        return positive, Step(step.targets, operator.neg, (positive.target,), (), step.site)
    return None
