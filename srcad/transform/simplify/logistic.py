"""The derivative of the logistic function, as a person writes it: of `s = 1 / (1 + e)` it is `s * (1 - s)`.

The chain rule gives `s / (1 + e) * e`, which needs three values in place of one, and is no number where e overflows.
"""

from __future__ import annotations

import operator

import numpy as np

from srcad.facts import FLOAT, Array, Number, operator_fact, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.algebra import PLAIN, has_dtype, new
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Const, Operand, Step

_ONE = Const(1.0)


def write_logistic(step: Step, context: Context) -> Rewriting:
    """`d * (s / t) * e` as `d * (s * (1.0 - s))`, in adjoint steps, where `s = 1 / t` and `t = 1 + e`.

    >>> from srcad.errors import Site
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site = Site("f", "m.py", 1, adjoint=True)
    >>> steps = (
    ...     Step(("t",), operator.add, (_ONE, "e")),
    ...     Step(("s",), operator.truediv, (_ONE, "t")),
    ...     Step(("q",), operator.truediv, ("s", "t"), site=site),
    ...     Step(("d_e",), operator.mul, ("q", "e"), site=site),
    ... )
    >>> print(rewrite(Function("f", (Param("e"),), steps, "d_e"), dict.fromkeys("et", FLOAT) | dict.fromkeys(
    ...     ["s", "q", "d_e"], FLOAT), [write_logistic]))
    f(e):
        t = add(1.0, e)
        s = truediv(1.0, t)
        q = truediv(s, t)
        t.1 = sub(1.0, s)
        d_e = mul(s, t.1)
        return d_e
    """
    if step.site is None or not step.site.adjoint or step.keywords or len(step.targets) != 1:
        return None
    if _plain(step) is not operator.mul or len(step.operands) != 2:
        return None
    for product, e in (step.operands, step.operands[::-1]):
        for factors in _factorings(product, context):
            s = _sigmoid(factors[0], e, context)
            if s is not None:
                return _written(step, context, s, factors[1:])
    return None


def _plain(step: Step) -> object:
    callee = effects.hashable(step.callee)
    return PLAIN.get(callee, callee)


def _factorings(product: Operand, context: Context) -> list[tuple[Operand, ...]]:
    """A value as it is, and as a product of two."""
    found = _known(product, operator.mul, context)
    return [(product,)] if found is None else [(product,), found, found[::-1]]


def _known(operand: Operand, callee: object, context: Context) -> tuple[Operand, ...] | None:
    """The operands of the step that made a value by calling `callee`, here or in the trip that recorded it."""
    step = context.made(operand)
    if step is None or step.keywords or _plain(step) is not callee or len(step.operands) != 2:
        return None
    return step.operands


def _sigmoid(quotient: Operand, e: Operand, context: Context) -> Operand | None:
    """s, if a quotient is s / t with s = 1 / t and t = 1 + e; all of one dtype."""
    outer = _known(quotient, operator.truediv, context)
    if outer is None:
        return None
    s, t = outer
    inner, total = _known(s, operator.truediv, context), _known(t, operator.add, context)
    if inner is None or total is None or not _is_one(inner[0]) or inner[1] != t:
        return None
    if not any(_is_one(a) and b == e for a, b in (total, total[::-1])):
        return None
    facts = [widen(context.fact(o)) for o in (s, t, e)]
    alike = isinstance(facts[0], (Number, Array)) and isinstance(facts[0].dtype, str)
    return s if alike and np.dtype(facts[0].dtype).kind == "f" and len({_kind(f) for f in facts}) == 1 else None


def _kind(fact: object) -> tuple:
    return (type(fact), getattr(fact, "dtype", None), getattr(fact, "weak", None))


def _is_one(operand: Operand) -> bool:
    return isinstance(operand, Const) and type(operand.value) in (int, float) and operand.value == 1


def _written(step: Step, context: Context, s: Operand, rest: tuple[Operand, ...]) -> Rewriting:
    fact = operator_fact(FLOAT, context.fact(s))
    other = context.step("t", fact, operator.sub, _ONE, s, site=step.site)
    if not rest:
        return other, new(step, operator.mul, s, other.target)
    slope = context.step("t", fact, operator.mul, s, other.target, site=step.site)
    last = new(step, operator.mul, *rest, slope.target)
    return (other, slope, last) if has_dtype(step, last.operands, context) else None
