"""Pullbacks that a program makes and calls: `vjp(f, *primals)` inside a function that is specialised.

Guarantee: as for gradients (see `nesting`): the call becomes that of a list that the reverse transformation makes for
arguments of these facts (see `reverse.linearisation`), and the pullback is a nested function like others.
"""

from __future__ import annotations

from dataclasses import replace

from srcad.arguments import Options
from srcad.errors import DifferentiationError, UnsupportedError
from srcad.rules.axes import MISSING, value_of
from srcad.transform.nesting import Differentiated, Run, derived, list_of, located, refusal_key, requested
from srcad.wengert import Const, Step


def called_linearisation(run: Run, step: Step) -> Step | None:
    """The call of a list for a step that calls `vjp`; None for other steps.

    A refusal is noted, for the transformation to raise it if a derivative has to pass through the call.
    """
    if not getattr(step.callee, "__srcad_pulls__", False):
        return None
    operands, keywords = step.operands, dict(step.keywords)
    try:
        has_aux = value_of(run.fact(keywords.pop("has_aux", Const(False))))
        if len(operands) < 2 or has_aux is MISSING:
            raise UnsupportedError("vjp is called without primals, or with an unknown has_aux", "write vjp(f, x)")
        inner, captured = list_of(run, operands[0])
        asked = Differentiated(inner, len(captured), Options(tuple(range(len(operands) - 1)), has_aux=has_aux), True)
        wanted = requested(run, asked, captured, operands[1:], keywords)
        list_ = derived(run, asked, replace(wanted, request=replace(wanted.request, is_pair=True)))
        return replace(step, callee=list_, operands=tuple(wanted.bound[p.name] for p in list_.params), keywords=())
    except DifferentiationError as refusal:
        run.refused[refusal_key(step, run.facts)] = located(refusal, step.site)
        return None
