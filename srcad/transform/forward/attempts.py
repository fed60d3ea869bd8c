"""`try` in forward mode: only the function's own errors are caught.

Guarantee: a handler runs exactly where it runs in the function itself.  Tangents are computed in the body, beside the
values, so where Python's floats would raise (1.0 / 0.0), theirs are computed with NumPy's, which do not; what could
raise all the same is refused, and what refuses to differentiate a callee passes through.
"""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Number
from srcad.transform.forward.state import Forward
from srcad.wengert import Attempt, Const, Function, Step, callee_name, walk

_DIVIDING = {operator.truediv: 1, operator.floordiv: 1, operator.mod: 1, operator.pow: 0}
"""Operators that may raise for some numbers, and the operand that decides whose rules they follow."""

_REFUSING = (rt.pushforward, rt.tangent_of_view)


def catches_arithmetic(node: Attempt) -> bool:
    """Whether a handler may catch what arithmetic raises; of classes that are not known, that is assumed."""
    if not isinstance(node.test, Const):
        return True
    given = node.test.value
    classes = given if isinstance(given, tuple) else (given,)
    return any(not isinstance(c, type) or _related(c, ArithmeticError) or _related(c, ValueError) for c in classes)


def _related(a: type, b: type) -> bool:
    return issubclass(a, b) or issubclass(b, a)


def has_numpy_raise(function: Function) -> bool:
    """Whether a function may ask NumPy to raise where it would warn."""
    asking = (np.errstate, np.seterr)
    return any(isinstance(n, Step) and any(n.callee is callee for callee in asking) for n in walk(function.body))


def never_raising(fw: Forward, begin: int) -> None:
    """Makes the steps of a rule's body that may raise compute with NumPy's floats, if a handler might catch that."""
    if not any(fw.attempts):
        return
    steps, fw.builder.steps[begin:] = fw.builder.steps[begin:], []
    for node in steps:
        for inner in walk((node,)):
            if isinstance(inner, Step) and inner is not node and may_raise(fw, inner):
                raise _refused(inner)
        if isinstance(node, Step):
            fw.builder.append(_with_float64(fw, node) if may_raise(fw, node) else node)  # facts may be others now
        else:
            fw.builder.add(node)


def _with_float64(fw: Forward, step: Step) -> Step:
    """A division as NumPy does it."""
    if step.callee not in _DIVIDING or fw.has_numpy_raise:
        raise _refused(step)
    place, operands = _DIVIDING[step.callee], list(step.operands)
    operands[place] = fw.builder.step(np.float64, operands[place], fact=Number("float64", False))
    return replace(step, operands=tuple(operands))


def _refused(step: Step) -> UnsupportedError:
    return UnsupportedError(
        f"the derivative computes {callee_name(step.callee)} in this `try`, which may raise an error that the handler "
        "catches, where the function itself raises none",
        "compute it outside of the `try`",
        step.site,
    )


def may_raise(fw: Forward, step: Step) -> bool:
    """Whether a step may raise for some numbers."""
    if step.callee not in _DIVIDING:
        return getattr(step.callee, "__module__", "") == math.__name__ and step.callee not in _TOTAL
    facts = [fw.fact(o) for o in step.operands]
    if fw.has_numpy_raise:
        return True
    if any(isinstance(f, Array) or isinstance(f, Number) and f.weak is False for f in facts):
        return False
    last = fw.builder.fact(step.operands[1])
    if not isinstance(last, fa.Known):
        return True
    return last.value == 0 if step.callee is not operator.pow else not _is_count(last.value)


_TOTAL = (math.sin, math.cos, math.atan, math.tanh, math.copysign, math.fabs, math.erf)
"""Functions of the module `math` that raise for no finite number."""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def letting_refusals_pass(fw: Forward, node: Attempt) -> Attempt:
    """An attempt whose handler lets pass what the derivative of a callee refuses."""
    if not any(isinstance(n, Step) and n.callee in _REFUSING for n in walk(node.then)):
        return node
    error = node.error or fw.names.fresh("error")
    passing = Step((), rt.let_refusal_pass, (error,), (), node.site)
    return replace(node, orelse=(passing, *node.orelse), error=error)
