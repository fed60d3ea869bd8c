"""Contributions that are zero whatever the values are, as of a shift that a softmax does not feel.

Guarantee: what is left out is zero in exact arithmetic, wherever it is defined; as computed, it is rounding errors.
Who subtracts the maximum before he takes exponentials knows that the derivative does not depend on it.

A value is written out as a sum of products of powers, `d - S(d) / S(e) * e` with `S` for the sum over an axis.  Such a
sum is linear, and what has length one along the axis stands before it: `S(d) - S(d) / S(e) * S(e)` is the sum of this.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad.facts import shape_of, widen
from srcad.transform.analyses import effects
from srcad.transform.simplify.algebra import PLAIN, has_dtype
from srcad.transform.simplify.context import Context
from srcad.transform.simplify.rewrite import Rewriting
from srcad.wengert import Augmented, Const, Operand, Step

_ADDITIONS = (Augmented(operator.iadd), Augmented(operator.isub))

Monomial = frozenset[tuple[Any, int]]
Polynomial = Mapping[Monomial, float]

_MOST = 6
"""So many terms, and so many factors of one, are looked at at most."""

_ALL = 0
"""Stands for all axes where other axes are counted from the last."""

_DEEPEST = 16
"""So many operations lie at most between a value and what it is written out in."""


def drop_vanishing(step: Step, context: Context) -> Rewriting:
    """`d`, for an adjoint's `d + v` or `d - v` with a value v that is zero by algebra; nothing, for `d[i] += v`.

    >>> from srcad.errors import Site
    >>> from srcad.facts import ONE, Array, Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> site, axis = Site("f", "m.py", 1, adjoint=True), (("axis", Const(0)), ("keepdims", Const(True)))
    >>> steps = (
    ...     Step(("s",), np.sum, ("e",), axis),
    ...     Step(("t",), np.sum, ("d",), axis, site),
    ...     Step(("q",), operator.truediv, ("e", "s"), (), site),
    ...     Step(("r",), operator.mul, ("q", "t"), (), site),
    ...     Step(("d.1",), operator.sub, ("d", "r"), (), site),
    ...     Step(("u",), np.sum, ("d.1",), axis, site),
    ...     Step(("d.2",), operator.sub, ("d.1", "u"), (), site),
    ... )
    >>> row, one = Array("float64", (Dim("n", False),)), Array("float64", (ONE,))
    >>> facts = dict.fromkeys(["e", "d", "q", "r", "d.1", "d.2"], row) | dict.fromkeys("stu", one)
    >>> print(rewrite(Function("f", (Param("e"), Param("d")), steps, "d.2"), facts, [drop_vanishing]).result)
    d.1
    """
    if step.site is None or not step.site.adjoint or step.keywords:
        return None
    if step.callee in _ADDITIONS:
        return () if _is_zero(step.operands[2], context) else None
    callee = _plain(step)
    if callee not in (operator.add, operator.sub):
        return None
    kept, other = step.operands
    for value, rest in ((other, kept),) if callee is operator.sub else ((other, kept), (kept, other)):
        if _is_zero(value, context):
            return rest if _is_whole(step, rest, context) else None
    return None


def _is_zero(value: Operand, context: Context) -> bool:
    """Whether a value that sums are in is zero by algebra."""
    return isinstance(value, str) and _has_sum_in(value, context) and not Polynomials(context).of(value)


def _is_whole(step: Step, rest: Operand, context: Context) -> bool:
    """Whether what is left has the dtype and the axes of the step, and nobody can tell it from a new array."""
    mine, own = shape_of(context.fact(rest)), shape_of(context.fact(step.target))
    if not mine or own is None or not has_dtype(step, (rest,), context):
        return False
    return mine == own and context.is_value(rest) and context.is_value(step.target)


def _has_sum_in(value: Operand, context: Context) -> bool:
    """Whether a value is made of sums over an axis by a few operations: only then it is written out."""
    todo = [value]
    for operand in todo:
        step = context.made(operand)
        if step is not None and _axis(step, context) is not None:
            return True
        if step is not None and _plain(step) in _OPERATIONS and len(todo) <= _DEEPEST:
            todo += step.operands
    return False


class Polynomials:
    """Values written out as sums of products of powers of other values."""

    def __init__(self, context: Context):
        self._context = context
        self._known: dict[str, Polynomial] = {}
        self._depth = 0

    def of(self, operand: Operand) -> Polynomial:
        """The terms of a value with their factors; none if it is zero."""
        if isinstance(operand, Const):
            plain = type(operand.value) in (int, float) and operand.text is None
            return _constant(operand.value) if plain else {frozenset({(operand, 1)}): 1.0}
        if operand not in self._known:
            self._depth += 1
            found = self._written_out(operand) if self._depth <= _DEEPEST else None
            self._depth -= 1
            small = found is not None and len(found) <= _MOST and all(len(m) <= _MOST for m in found)
            self._known[operand] = found if found is not None and small else {frozenset({(operand, 1)}): 1.0}
        return self._known[operand]

    def _written_out(self, name: str) -> Polynomial | None:
        context = self._context
        step = context.made(name)
        if step is None or not all(map(context.is_value, (name, *step.operands))):
            return None
        dtype = getattr(widen(context.fact(name)), "dtype", None)
        if dtype is None or np.dtype(dtype).kind != "f":
            return None
        axis = _axis(step, context)
        if axis is not None:
            return self._summed(step.operands[0], axis)
        rule = _OPERATIONS.get(_plain(step))
        return None if rule is None or step.keywords else rule(*map(self.of, step.operands))

    def _summed(self, operand: Operand, axis: int) -> Polynomial | None:
        """The terms of a sum over an axis, which counts from the last."""
        total: dict[Monomial, float] = {}
        for monomial, factor in self.of(operand).items():
            before = {(a, n) for a, n in monomial if self._is_constant(a, axis)}
            inside = monomial - before
            if not inside:
                return None
            product = _product({frozenset(before): factor}, {frozenset({(("sum", axis, inside), 1)}): 1.0})
            _add(total, product, 1.0)
        return total

    def _is_constant(self, atom: Any, axis: int) -> bool:
        """Whether a factor has length one along an axis, as far as is known."""
        if isinstance(atom, tuple):
            return atom[1] in (axis, _ALL)
        shape = shape_of(self._context.fact(atom))
        if shape is None:
            return False
        return not shape if axis == _ALL else len(shape) < -axis or shape[axis].one is True


def _plain(step: Step) -> Any:
    callee = effects.hashable(step.callee)
    return PLAIN.get(callee, callee)


def _axis(step: Step, context: Context) -> int | None:
    """The axis that a step sums over, counted from the last, where it stays or was the only one; 0 for all axes."""
    if step.callee is not np.sum or len(step.operands) != 1:
        return None
    shape, keywords = shape_of(context.fact(step.operands[0])), dict(step.keywords)
    if not shape:
        return None
    if not keywords:
        return -1 if len(shape) == 1 else _ALL
    axis = keywords.pop("axis", None)
    if keywords != {"keepdims": Const(True)} or not isinstance(axis, Const) or type(axis.value) is not int:
        return None
    return axis.value % len(shape) - len(shape)


def _constant(value: float) -> Polynomial:
    return {frozenset(): float(value)} if value else {}


def _add(total: dict[Monomial, float], other: Polynomial, sign: float) -> None:
    for monomial, factor in other.items():
        total[monomial] = total.get(monomial, 0.0) + sign * factor
        if total[monomial] == 0.0:
            del total[monomial]


def _sum(a: Polynomial, b: Polynomial, sign: float = 1.0) -> Polynomial:
    total = dict(a)
    _add(total, b, sign)
    return total


def _product(a: Polynomial, b: Polynomial) -> Polynomial | None:
    if len(a) * len(b) > _MOST * _MOST:
        return None
    total: dict[Monomial, float] = {}
    for one, factor in a.items():
        for other, again in b.items():
            powers = dict(one)
            for atom, power in other:
                powers[atom] = powers.get(atom, 0) + power
            monomial = frozenset((atom, n) for atom, n in powers.items() if n)
            _add(total, {monomial: factor * again}, 1.0)
    return total


def _quotient(a: Polynomial, b: Polynomial) -> Polynomial | None:
    if len(b) != 1:
        return None
    ((monomial, factor),) = b.items()
    return _product(a, {frozenset((atom, -n) for atom, n in monomial): 1.0 / factor})


_OPERATIONS = {
    operator.add: _sum,
    operator.sub: lambda a, b: _sum(a, b, -1.0),
    operator.neg: lambda a: _sum({}, a, -1.0),
    operator.mul: _product,
    operator.truediv: _quotient,
}
