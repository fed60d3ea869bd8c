"""Calls in forward mode: a helper has a function that returns its result and the tangent of it.

Guarantee: such a function is printed once for each set of arguments that have a tangent.  A callee that is only known
when the program runs is transformed then, and gives both.
"""

from __future__ import annotations

from srcad import facts as fa
from srcad import runtime as rt
from srcad.transform.forward.state import Forward
from srcad.transform.nesting import refusal_key
from srcad.transform.reverse.steps import missing_rule
from srcad.wengert import Call, Const, Function, Operand, Recursion, Step, identity, make_dict, make_tuple


def forward_helper_call(fw: Forward, step: Step) -> None:
    """Writes the call of a helper that gives the tangent of its result as well."""
    function: Function = step.callee.finished() if isinstance(step.callee, Recursion) else step.callee
    if function not in fw.helpers or len(step.targets) != 1:
        raise missing_rule(fw, step)  # a derivative that calls itself, of which too little is known
    helper = fw.helpers[function]
    (target,) = step.targets
    pairs = list(zip(function.params, step.operands, strict=True))
    active = tuple(p.name for p, o in pairs if fw.is_active(o))
    dots = [fw.tangent(o) for _, o in pairs if fw.is_active(o)]
    callee = fw.tangent_of(helper.specialised, active)
    if isinstance(function.result, Const):
        fw.builder.add(Step((), callee, (*step.operands, *dots), (), step.site))
        fw.builder.add(Step((target,), identity, (function.result,), (), step.site))
        return
    dot = fw.new_dot(target)
    fw.builder.add(Step((target, dot), callee, (*step.operands, *dots), (), step.site))


def forward_python_call(fw: Forward, step: Step) -> None:
    """Writes the call of a value, or of a Python function that could not be resolved to a list."""
    refusal = fw.refused.get(refusal_key(step, fw.facts))
    if refusal is not None:
        raise refusal
    callee: Operand = step.operands[0] if isinstance(step.callee, Call) else Const(step.callee)
    operands = step.operands[1:] if isinstance(step.callee, Call) else step.operands
    (target,) = step.targets
    given = fw.builder.step(make_tuple, *operands)
    dots = fw.builder.step(make_tuple, *(dot_or_none(fw, o) for o in operands))
    own = dot_or_none(fw, callee)
    rest: tuple[Operand, ...] = () if own == Const(None) and not step.keywords else (own,)
    if step.keywords:
        named = [o for k, v in step.keywords for o in (Const(k), v)]
        named_dots = [o for k, v in step.keywords for o in (Const(k), dot_or_none(fw, v))]
        rest = (own, fw.builder.step(make_dict, *named), fw.builder.step(make_dict, *named_dots))
    dot = fw.new_dot(target)
    fw.facts.setdefault(target, fa.UNKNOWN)
    fw.builder.add(Step((target, dot), rt.pushforward, (callee, given, dots, *rest), (), step.site))


def dot_or_none(fw: Forward, operand: Operand) -> Operand:
    """The tangent of what is passed on; None for zero."""
    return fw.tangent(operand) if fw.is_active(operand) else Const(None)
