"""The tangent of one step.

Guarantee: every active target gets a tangent, and every write to active memory is done to its tangent as well.  A step
that is given a value that varies, and of which nothing is known, is an error and never a silent zero.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcad.errors import DifferentiationError, UnsupportedError
from srcad.facts import Instance
from srcad.transform.analyses import effects
from srcad.transform.forward import containers
from srcad.transform.forward.calls import forward_helper_call, forward_python_call
from srcad.transform.forward.iteration import join
from srcad.transform.forward.rules import rule_tangent
from srcad.transform.forward.state import Forward
from srcad.transform.forward.writes import forward_write
from srcad.transform.reverse.calls import refuse_hidden_flow
from srcad.transform.reverse.steps import missing_rule
from srcad.wengert import Function, Recursion, Step, identity


def forward_step(fw: Forward, step: Step) -> None:
    """Writes a step, and its tangent beside it."""
    live = any(map(fw.is_active, step.targets))
    writes = any(map(fw.is_active, effects.writes_of(step, fw.facts)))
    if not live and not writes:
        if effects.is_python_call(step) and not isinstance(step.callee, (Function, Recursion)):
            refuse_hidden_flow(fw, step)
        fw.builder.add(plain_call(fw, step))
        return
    fw.at(step.site)
    if live and step.targets[0] in fw.joinable:
        join(fw, step)
    elif isinstance(step.callee, (Function, Recursion)):
        forward_helper_call(fw, step)
    elif effects.is_python_call(step):
        forward_python_call(fw, step)
    elif writes:
        forward_write(fw, step)
    else:
        fw.builder.add(step)
        give_tangents(fw, step)


def plain_call(fw: Forward, step: Step) -> Step:
    """A step without a tangent: of a helper, the call of the function that it was made from."""
    function = step.callee.finished() if isinstance(step.callee, Recursion) else step.callee
    if isinstance(function, Function) and function in fw.helpers:
        return replace(step, callee=fw.helpers[function].plain)
    return step


def give_tangents(fw: Forward, step: Step) -> None:
    """Writes the tangents of the targets of a step that writes nothing."""
    if len(step.targets) > 1:
        unpack(fw, step)
        return
    (target,) = step.targets
    if effects.makes_function(step):  # one whose calls were all resolved reaches no result any more
        fw.refusals[target] = UnsupportedError(
            "a function that captures values which carry a derivative is called where it is not known which one it is",
            "pass the captured values as arguments",
            step.site,
        )
        return
    given: tuple[Any, ...] = (*step.operands, *(o for _, o in step.keywords))
    if effects.hashable(step.callee) in effects.MAKERS:
        fw.dots[target] = containers.made(fw, step)
    elif not any(map(fw.is_active, given)):
        if isinstance(fw.fact(target), Instance):
            fw.active.discard(target)  # an iterator of what carries no derivative, for instance
        else:
            fw.dots[target] = fw.zero(target)
    elif step.callee is identity:
        fw.dots[target] = fw.tangent(step.operands[0])
    elif containers.is_repeated(fw, step):
        fw.dots[target] = containers.repeated(fw, step)
    else:
        try:
            fw.dots[target] = rule_tangent(fw, step, target)
        except DifferentiationError as refusal:
            fw.refusals[target] = refusal  # raised where the tangent is asked for, if anybody does


def unpack(fw: Forward, step: Step) -> None:
    """The tangents of `a, b = c`."""
    if step.callee is not identity:
        raise missing_rule(fw, step)
    source = fw.tangent(step.operands[0])
    dots = tuple(fw.new_dot(target) for target in step.targets)
    fw.builder.add(Step(dots, identity, (source,), (), fw.builder.site))
