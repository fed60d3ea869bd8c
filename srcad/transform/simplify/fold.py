"""Constant folding: operators and builtins applied to plain constants."""

from __future__ import annotations

import cmath
import operator
from typing import Any

from srcad.rules.axes import value_of
from srcad.rules.register import lookup
from srcad.transform.analyses import effects
from srcad.transform.simplify.rewrite import Context
from srcad.wengert import UNDEFINED, Const, Operand, Step

_LITERALS = frozenset({operator.neg, operator.pos, operator.getitem, len, isinstance, bool})
_DECIDING = effects.COMPARISONS | _LITERALS
_ARITHMETIC = (effects.OPERATORS - {operator.matmul, operator.concat}) | {abs, min, max, float, int, complex}
_PLAIN = (bool, int, float, complex, str, type(None))


def fold_constants(step: Step, context: Context) -> Const | None:
    """The value of a step whose operands are constants, as a constant of exactly the type Python would give.

    Comparisons, `not`, negation and indexing are folded everywhere.  Arithmetic is folded in adjoint steps only:
    what the user wrote as `0.5 * 1e-4` stays.  Nothing that raises, is not finite, is long, or has a name of its
    own (`np.pi`) is folded.

    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> steps = (Step(("a",), operator.mul, (Const(2.0), Const(0.5))), Step(("y",), operator.mul, ("a", "x")))
    >>> print(rewrite(Function("f", (Param("x"),), steps, "y"), {}, [fold_constants]))
    f(x):
        y = mul(1.0, x)
        return y
    """
    if step.keywords or len(step.targets) != 1 or not step.operands:
        return None
    callee = effects.hashable(step.callee)
    arithmetic = callee in _ARITHMETIC and (step.site is None or step.site.adjoint)
    if not arithmetic and callee not in _DECIDING and not _folds(callee):
        return None
    values = []
    for operand in step.operands:
        value = _constant(operand, context, by_fact=not arithmetic)
        if value is UNDEFINED:
            return None
        values.append(value)
    if callee in (operator.is_, operator.is_not) and not any(v is None or type(v) is bool for v in values):
        return None
    if callee is operator.pow and abs(values[1]) > 64:
        return None
    try:
        result = callee(*values)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return Const(result) if _is_short(result) else None


def _folds(callee: Any) -> bool:
    entry = lookup(callee)
    return entry is not None and entry.folds


def _constant(operand: Operand, context: Context, by_fact: bool) -> Any:
    """The value of a plain constant, or of a name known to have one; UNDEFINED if it is none."""
    if isinstance(operand, Const):
        plain = operand.text is None and operand is not UNDEFINED and _is_plain(operand.value)
        return operand.value if plain or by_fact and isinstance(operand.value, type) else UNDEFINED
    if by_fact:
        value = value_of(context.facts.get(operand))
        if _is_plain(value):
            return value
    return UNDEFINED


def _is_plain(value: Any) -> bool:
    return all(map(_is_plain, value)) if type(value) is tuple else type(value) in _PLAIN


def _is_short(value: Any) -> bool:
    if isinstance(value, (float, complex)) and not cmath.isfinite(value):
        return False
    return _is_plain(value) and len(repr(value)) <= 40
