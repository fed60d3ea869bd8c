"""`try` in forward mode: only the function's own errors are caught.

Guarantee: a handler runs exactly where it runs in the function itself.  Tangents are computed in the body, beside the
values, so a step of theirs that may raise what the handler catches is refused; and what refuses to differentiate a
callee passes through.
"""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Number
from srcad.transform.forward.state import Forward
from srcad.wengert import Attempt, Const, Step, callee_name, walk

_DIVIDING = (operator.truediv, operator.floordiv, operator.mod, operator.pow)
_REFUSING = (rt.pushforward, rt.tangent_of_view)


def check_attempt(fw: Forward, node: Attempt, risky: list[Step]) -> None:
    """Raises where a tangent in the body may raise an error that the handler takes for one of the function's."""
    if not catches(node.test, ArithmeticError) and not catches(node.test, ValueError):
        return
    for step in risky:
        if may_raise(fw, step):
            raise UnsupportedError(
                f"the derivative computes {callee_name(step.callee)} of Python floats in this `try`, which may raise an "
                "error that the handler catches, where the function itself raises none",
                "compute it outside of the `try`, or with np.float64",
                step.site,
            )


def catches(test: Any, kind: type) -> bool:
    """Whether a handler may catch errors of a class, or of one below it; of what is not known, that is assumed."""
    if not isinstance(test, Const):
        return True
    classes = test.value if isinstance(test.value, tuple) else (test.value,)
    return any(not isinstance(c, type) or issubclass(c, kind) or issubclass(kind, c) for c in classes)


def may_raise(fw: Forward, step: Step) -> bool:
    """Whether a step may raise for some numbers."""
    if step.callee not in _DIVIDING and getattr(step.callee, "__module__", "") != math.__name__:
        return False
    facts = [fw.fact(o) for o in step.operands]
    if any(isinstance(f, Array) or isinstance(f, Number) and f.weak is False for f in facts):
        return False
    divisor = fw.builder.fact(step.operands[-1])
    if step.callee is operator.truediv and isinstance(divisor, fa.Known) and divisor.value:
        return False
    return not (step.callee is operator.pow and isinstance(divisor, fa.Known) and _is_count(divisor.value))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def letting_refusals_pass(fw: Forward, node: Attempt) -> Attempt:
    """An attempt whose handler lets pass what the derivative of a callee refuses."""
    if not any(isinstance(n, Step) and n.callee in _REFUSING for n in walk(node.then)):
        return node
    error = node.error or fw.names.fresh("error")
    passing = Step((), rt.let_refusal_pass, (error,), (), node.site)
    return replace(node, orelse=(passing, *node.orelse), error=error)
