"""The algebra of zero, one and minus, in adjoint steps.

A derivative rule writes `d * 1.0`, `-1.0 * d` or `d * (1.0 / y)` because it cannot know better; a person would not.
Steps that the user wrote are left alone, so that the value of a function is the same to the last bit.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from srcad.facts import Array, Number, is_numeric, operator_fact, promote, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Const, Operand, Step

PLAIN = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.divide: operator.truediv,
    np.power: operator.pow,
    np.negative: operator.neg,
}
"""The operators that NumPy's functions are."""


def apply_algebra(step: Step, context: Context) -> Rewriting:
    """An adjoint step without superfluous ones, zeros and minus signs; dtype and shape of its value stay.

    Values stay too, up to rounding and the sign of zero.  An operand is only read later than before if nothing
    writes to it.

    >>> from srcad.errors import Site
    >>> from srcad.facts import FLOAT
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site = Site("f", "m.py", 1, adjoint=True)
    >>> steps = (
    ...     Step(("a",), operator.truediv, (Const(1.0), "y"), site=site),
    ...     Step(("b",), operator.mul, ("x", Const(1.0)), site=site),
    ...     Step(("c",), operator.mul, ("b", "a"), site=site),
    ... )
    >>> facts = dict.fromkeys("xyabc", FLOAT)
    >>> print(rewrite(Function("f", (Param("x"), Param("y")), steps, "c"), facts, [apply_algebra]))
    f(x, y):
        a = truediv(1.0, y)
        c = truediv(x, y)
        return c
    """
    if step.site is None or not step.site.adjoint or step.keywords or len(step.targets) != 1:
        return None
    callee = effects.hashable(step.callee)
    rule = _RULES.get(PLAIN.get(callee, callee))
    if rule is None or not all(is_numeric(context.fact(o)) for o in step.operands):
        return None
    operands = tuple(_without_power(o, context) for o in step.operands)
    if operands != step.operands and has_dtype(step, operands, context):
        return new(step, step.callee, *operands)
    return rule(step, context, *step.operands)


def _without_power(operand: Operand, context: Context) -> Operand:
    """`x` for `x ** 1`, which is read here and then forgotten."""
    found = definition(operand, operator.pow, context)
    return found[0] if found is not None and _is(found[1], 1) else operand


def _multiply(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    for one, other in ((a, b), (b, a)):
        if _is(one, 1) and _may_replace(step, other, context):
            return other
        if _is(one, -1) and has_dtype(step, (other,), context):
            return new(step, operator.neg, other)
    for one, other in ((a, b), (b, a)):
        negated = definition(one, operator.neg, context)
        if negated is not None and not (is_number(negated, context) and not is_number(other, context)):
            pair = (other, negated[0]) if one is b else (negated[0], other)
            return _negative(step, context, operator.mul, *pair)
        made = context.definition(one)
        if made is None or made.site is None or not made.site.adjoint:
            continue  # a quotient that the function has is at hand
        quotient = definition(one, operator.truediv, context)
        if quotient is not None and _is(quotient[0], 1) and has_dtype(step, (other, quotient[1]), context):
            return new(step, operator.truediv, other, quotient[1])
    return None


def _divide(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    if _is(b, 1) and _may_replace(step, a, context):
        return a
    negated = definition(a, operator.neg, context)
    if negated is not None and not (is_number(negated, context) and not is_number(b, context)):
        return _negative(step, context, operator.truediv, *negated, b)
    return None


def _add(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    for zero, other in ((a, b), (b, a)):
        if _is(zero, 0) and _may_replace(step, other, context, _NUMBERS):
            return other
    for one, other in ((b, a), (a, b)):
        negated = definition(one, operator.neg, context)
        if negated is not None:
            return new(step, operator.sub, other, *negated)
    return None


def _subtract(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    if _is(b, 0) and _may_replace(step, a, context, _NUMBERS):
        return a
    if _is(a, 0) and has_dtype(step, (b,), context):
        return new(step, operator.neg, b)
    negated = definition(b, operator.neg, context)
    return None if negated is None else new(step, operator.add, a, *negated)


def _negate(step: Step, context: Context, a: Operand) -> Rewriting:
    negated = definition(a, operator.neg, context)
    if negated is not None:
        return negated[0] if _may_replace(step, negated[0], context) else None
    difference = definition(a, operator.sub, context) if context.is_used_once(str(a)) else None
    return None if difference is None else new(step, operator.sub, difference[1], difference[0])


def _power(step: Step, context: Context, a: Operand, b: Operand) -> Rewriting:
    return a if _is(b, 1) and _may_replace(step, a, context) else None


def _negative(step: Step, context: Context, callee: Callable, a: Operand, b: Operand) -> tuple[Step, Step]:
    """`-(a op b)`: the sign stands outside, where another may meet it."""
    inner = context.step("t", operator_fact(context.fact(a), context.fact(b)), callee, a, b, site=step.site)
    return inner, new(step, operator.neg, inner.target)


def new(step: Step, callee: Callable, *operands: Operand) -> Step:
    """A step that gives the same target another way."""
    return Step(step.targets, callee, operands, (), step.site)


def _is(operand: Operand, value: int) -> bool:
    """Whether an operand is the constant `value`, as an int or a float; 0.0 of either sign."""
    return isinstance(operand, Const) and type(operand.value) in (int, float) and operand.value == value


def is_number(operands: Operand | tuple[Operand, ...], context: Context) -> bool:
    """Whether an operand is known to be a number."""
    (operand,) = operands if isinstance(operands, tuple) else (operands,)
    return isinstance(widen(context.fact(operand)), Number)


def has_dtype(step: Step, operands: tuple[Operand, ...], context: Context, kinds: str = "fc") -> bool:
    """Whether combining these operands gives numbers of the same dtype as the step does, of one of these kinds."""
    old, new = promote(*map(context.fact, step.operands)), promote(*map(context.fact, operands))
    return old is not None and old == new and np.dtype(old).kind in kinds


_NUMBERS = "iufc"
"""The kinds of numbers of which a sum with zero is what it was; a truth value it makes a number."""


def _may_replace(step: Step, operand: Operand, context: Context, kinds: str = "fc") -> bool:
    """Whether an operand may stand for the result: same dtype, and nobody can tell it from a new array."""
    fact = widen(context.fact(operand))
    if isinstance(fact, Array) and fact.shape in (None, ()):  # arithmetic makes a number of an array without axes
        return False
    return has_dtype(step, (operand,), context, kinds) and context.is_value(operand) and context.is_value(step.target)


def definition(operand: Operand, callee: Callable, context: Context) -> tuple[Operand, ...] | None:
    """The operands of the step that defines a name by calling `callee`, if neither it nor they change."""
    step = context.definition(operand)
    if step is None or step.keywords:
        return None
    found = effects.hashable(step.callee)
    if PLAIN.get(found, found) is not callee or not context.is_unchanged(step.target):
        return None
    return step.operands


_RULES: dict[Callable, Callable] = {
    operator.mul: _multiply,
    operator.truediv: _divide,
    operator.add: _add,
    operator.sub: _subtract,
    operator.neg: _negate,
    operator.pow: _power,
}
