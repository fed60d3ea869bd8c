"""Calls that no derivative passes through are plain calls of functions of which nothing is known.

Guarantee: what follows on a transformation takes them to write to all that they are given, and to keep it.  Before, it
is not known which calls these are, and those that are differentiated are checked when they run (`srcad/pullbacks.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad.transform.analyses import effects
from srcad.wengert import CALL, OPAQUE_CALL, Call, Const, Function, Node, Recursion, Step, map_blocks


def with_opaque_calls(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The steps, at any depth, with the calls that are left marked as opaque."""
    return tuple(_opaque(n) if isinstance(n, Step) else map_blocks(with_opaque_calls, n) for n in nodes)


def _opaque(step: Step) -> Step:
    callee = step.callee
    if not effects.is_python_call(step) or isinstance(callee, (Function, Recursion)):
        return step
    if isinstance(callee, Call):
        return replace(step, callee=OPAQUE_CALL)
    if getattr(type(callee), "__srcad_callee__", False):
        return step  # a derivative writes to nothing that it is given
    return replace(step, callee=OPAQUE_CALL, operands=(Const(callee), *step.operands))


def asked_again(step: Step) -> Step:
    """The call as it was before: a derivative may pass through it in another transformation."""
    return replace(step, callee=CALL) if step.callee == OPAQUE_CALL else step
