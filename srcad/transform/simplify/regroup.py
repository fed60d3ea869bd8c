"""Products, quotients and sums put together again: numbers meet numbers before they meet arrays."""

from __future__ import annotations

import math
import operator

import numpy as np

from srcad.facts import Array, Number, operator_fact, promote, shape_of, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.algebra import PLAIN, definition, has_dtype, is_number, new
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Const, Operand, Step


def regroup(step: Step, context: Context) -> Rewriting:
    """An adjoint step with its factors in another order or grouping: fewer passes over arrays, or fewer names.

    The value is the same up to rounding, dtype and shape are the same.  `c * (k * x)` becomes `(c * k) * x` for
    numbers c and k, `c * (k / x)` becomes `(c * k) / x`, `a * (b / c)` uses `a / c` where that is at hand, `t + t`
    becomes `2.0 * t`, and a number stands before an array.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT, Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("t",), operator.mul, (Const(2), "x"), site=site),
    ...     Step(("d_x",), operator.mul, ("t", Const(0.5)), site=site),
    ... )
    >>> facts = {"x": x, "t": x, "d_x": x}
    >>> print(rewrite(Function("f", (Param("x"),), steps, "d_x"), facts, [regroup]))
    f(x):
        t = mul(2, x)
        d_x = mul(1.0, x)
        return d_x
    """
    if step.site is None or not step.site.adjoint or step.keywords or len(step.operands) != 2 or len(step.targets) != 1:
        return None
    callee = PLAIN.get(effects.hashable(step.callee), step.callee)
    a, b = step.operands
    if not all(isinstance(widen(context.fact(o)), (Number, Array)) for o in (a, b)):
        return None
    if callee is operator.mul:
        return _factors(step, context, a, b) or _ordered(step, context, a, b)
    if callee is operator.add or callee is operator.sub:
        return _equal_terms(step, context, callee, a, b)
    return None


def _factors(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    for one, other in ((a, b), (b, a)):
        once = isinstance(other, str) and context.is_used_once(other)
        product = definition(other, operator.mul, context)
        if product is not None and is_number(one, context):
            for k, x in (product, product[::-1]):
                constants = isinstance(one, Const) and isinstance(k, Const)
                if is_number(k, context) and (constants or once and not is_number(x, context)):
                    return _numbers_first(step, context, one, k, operator.mul, x)
        if product is not None and once and isinstance(product[0], Const) and _is_smaller(one, other, context):
            return _numbers_first(step, context, one, product[0], operator.mul, product[1])
        quotient = definition(other, operator.truediv, context)
        if quotient is None:
            continue
        k, x = quotient
        constants = isinstance(one, Const) or isinstance(k, Const)
        if once and is_number(one, context) and is_number(k, context) and (constants or not is_number(x, context)):
            return _numbers_first(step, context, one, k, operator.truediv, x)
        at_hand = context.quotient(one, x) if once else None
        if at_hand is not None and at_hand != other and has_dtype(step, (at_hand, k), context):
            context.reads_instead(at_hand, other)
            return new(step, operator.mul, at_hand, k)
    return None


def _is_smaller(a: Operand, b: Operand, context: Context) -> bool:
    """Whether broadcasting is known to make an array as long as another one longer than it is."""
    one, other = shape_of(context.fact(a)), shape_of(context.fact(b))
    if one is None or other is None or len(one) > len(other) or not one:
        return False
    pairs = list(zip(one, other[len(other) - len(one) :], strict=True))
    return any(p.one is True and q.one is False for p, q in pairs) and all(p.one is True or p == q for p, q in pairs)


def _numbers_first(step: Step, context: Context, c: Operand, k: Operand, callee: object, x: Operand) -> Rewriting:
    """`(c * k) op x`, with c * k computed here if both are constants."""
    fact = operator_fact(context.fact(c), context.fact(k))
    dtype = promote(*map(context.fact, step.operands))
    if promote(fact, context.fact(x)) != dtype or dtype is None or np.dtype(dtype).kind not in "fc":
        return None
    if isinstance(c, Const) and isinstance(k, Const):
        known = _product(c, k)
        return None if known is None else new(step, callee, known, x)
    first, second = (k, c) if isinstance(k, Const) else (c, k)
    inner = context.step("t", fact, operator.mul, first, second, site=step.site)
    return inner, new(step, callee, inner.target, x)


def _product(c: Const, k: Const) -> Const | None:
    if c.text is not None or k.text is not None or not all(type(o.value) in (int, float) for o in (c, k)):
        return None
    product = c.value * k.value
    return Const(product) if math.isfinite(product) else None


def _ordered(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    """A constant before a name, a number before an array."""
    if isinstance(b, Const) and not isinstance(a, Const) or is_number(b, context) and not is_number(a, context):
        return new(step, step.callee, b, a)
    return None


def _equal_terms(step: Step, context: Context, callee: object, a: Operand, b: Operand) -> Rewriting:
    if isinstance(a, Const) or isinstance(b, Const) or not has_dtype(step, (b,), context):
        return None
    if a == b:
        return new(step, operator.mul, Const(2.0), a) if callee is operator.add else None
    if callee is operator.sub and definition(a, operator.neg, context) == (b,):
        twice = context.step("t", context.fact(b), operator.mul, Const(2.0), b, site=step.site)
        return twice, new(step, operator.neg, twice.target)
    before = definition(a, callee, context)
    if before is None or not context.is_used_once(a):
        return None
    rest = before[0] if before[1] == b else before[1] if before[0] == b and callee is operator.add else None
    if rest is None or not has_dtype(step, (rest, b), context):
        return None
    twice = context.step("t", context.fact(b), operator.mul, Const(2.0), b, site=step.site)
    return twice, new(step, callee, rest, twice.target)
