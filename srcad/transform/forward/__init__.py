"""The forward transformation: from a specialised function to the program of its value and its tangent.

Guarantee: the program computes the value exactly as the function does, and beside it the derivative along the tangents
of the arguments; it writes to nothing the caller passed.  It is a Wengert list like any other: it can be printed, run,
and differentiated again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.transform.analyses import effects
from srcad.transform.analyses.keys import refuse_active_keys
from srcad.transform.analyses.texts import check_text
from srcad.transform.forward.attempts import has_numpy_raise
from srcad.transform.forward.control import forward_block
from srcad.transform.forward.iteration import joinable
from srcad.transform.forward.state import Forward, tangent_fact
from srcad.transform.forward.zeros import partly_zero
from srcad.transform.helpers import Specialised, is_function
from srcad.transform.opaque import with_opaque_calls
from srcad.transform.reverse import (
    Joint,
    copy_written_parameters,
    holds_written_arrays,
    refuse_missing_rules,
)
from srcad.transform.reverse.closures import refuse_writing_closures
from srcad.transform.reverse.handing import refuse_shared_arguments
from srcad.transform.reverse.managers import refuse_active_managers
from srcad.transform.reverse.outside import refuse_writes_outside
from srcad.transform.reverse.rebinding import rebind_sums
from srcad.transform.reverse.results import no_pair
from srcad.transform.reverse.sweep import slots_of
from srcad.transform.scalars.unread import without_unread
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.pipeline import simplify
from srcad.wengert import (
    Const,
    Function,
    Names,
    Operand,
    Param,
    Recursion,
    Step,
    as_forward,
    callee_name,
    make_tuple,
    used_names,
)


def tangent_program(
    specialised: Specialised,
    wrt: tuple[str, ...],
    lower: Callable[[Any], Function],
    *,
    name: str,
    with_value: bool = True,
    calls: dict[Any, Any] | None = None,
    is_helper: bool = False,
    given: int | None = None,
    has_aux: bool = False,
) -> Joint:
    """The program that returns the value and its tangent, for further parameters: a tangent of each of `wrt`.

    These follow the first `given` parameters, which are passed by position; all are, if that is None.  With `has_aux`
    the function returns `(value, aux)`, and the tangent is that of the value alone.
    """
    calls = {} if calls is None else calls
    specialised = rebind_sums(replace(specialised, facts=dict(specialised.facts)))
    whole, facts = specialised.function, specialised.facts
    live = without_unread(whole.body, whole.result, lambda s: is_function(facts.get(s.target)))  # calls were resolved
    function, copied = copy_written_parameters(replace(specialised, function=replace(whole, body=live)))
    value = function.result
    if has_aux:
        function = of_first_item(function, facts)
    inner = (*wrt, *(copied[n] for n in wrt if n in copied))
    fw = Forward(function, specialised, inner, lower, lambda *of: called_tangent(of, lower, calls))
    fw.has_numpy_raise = has_numpy_raise(function)
    fw.joinable = joinable(function)
    fw.partly_zero = partly_zero(fw)
    refuse_active_managers(fw)
    refuse_missing_rules(fw)
    refuse_writes_outside(fw)
    refuse_writing_closures(function, facts)
    refuse_shared_arguments(fw)
    refuse_active_keys(function, facts, fw.varied)
    check_text(function, facts, fw.memory, fw.varied, fw.useful, fw.called_list)
    params = tuple(fw.new_parameter(n, argument_fact(facts.get(n, fa.UNKNOWN))) for n in wrt)
    result: list[Operand] = []

    def write() -> None:
        fw.at(function.site)
        for given in (*(p.name for p in function.params), *(c.name for c in function.captures)):
            if fw.is_active(given) and given not in wrt:
                fw.dots[given] = fw.zero(given)
        forward_block(fw, function.body)
        fw.at(None)
        if is_helper and isinstance(function.result, Const):
            result.append(function.result)  # called for what it writes
            return
        dot = finished(fw, function.result, is_helper)
        result.append(fw.builder.step(make_tuple, value, dot) if with_value else dot)

    body = fw.builder.nested(write)
    captures = tuple(dict.fromkeys((*function.captures, *fw.inliner.captures)))
    guards = tuple(dict.fromkeys((*function.guards, *fw.inliner.guards)))
    new = replace(
        function,
        name=name,
        params=with_tangents(function.params, params, given),
        body=body,
        result=result[0],
        captures=captures,
        guards=guards,
        doc=None,
        fresh=False,
        **changed_with_tangents(function, wrt),
    )
    new = replace(new, body=with_opaque_calls(new.body))
    new = simplify(remove_dead_steps(new, facts), facts)
    return Joint(new, facts, tuple(n for n in copied if holds_written_arrays(fw, copied[n])), tuple(copied))


def of_first_item(function: Function, facts: dict[str, fa.Fact]) -> Function:
    """The function of a pair `(value, aux)` that returns the value.  Raises ResultError if it returns no pair."""
    slots = slots_of(effects.fact_of_operand(function.result, facts))
    if slots is None or len(slots) != 2:
        raise no_pair(function)
    value = Names({*facts, *used_names(function.body)}).fresh("value")
    _, facts[value] = slots[0]
    step = Step((value,), operator.getitem, (function.result, Const(0)), (), function.site)
    return replace(function, body=(*function.body, step), result=value)


def with_tangents(params: tuple[Param, ...], dots: tuple[Param, ...], given: int | None) -> tuple[Param, ...]:
    """The parameters, of which the first ones are always passed, and after these the ones for tangents."""
    count = len(params) if given is None else given
    return (*(replace(p, default=None) for p in params[:count]), *dots, *params[count:])


def changed_with_tangents(function: Function, wrt: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """What a helper writes to, and the tangents of that, which follow all its parameters."""
    names = [p.name for p in function.params]
    tangents = {names.index(name): len(names) + i for i, name in enumerate(wrt)}
    changed = [(*group, *(tangents[i] for i in group if i in tangents)) for group in effects.changed_by(function)]
    return dict(zip(("changes", "changes_held"), changed, strict=True))


def argument_fact(fact: fa.Fact) -> fa.Fact:
    """What is known of the tangent that the caller passes for an argument."""
    match fa.widen(fact):
        case fa.Number() | fa.Array() as numeric:
            return numeric
    return tangent_fact(fact)


def finished(fw: Forward, result: Operand, is_helper: bool) -> Operand:
    """The tangent of the result; of what carries none, None stands in a structure that the caller receives."""
    dot = fw.tangent(result)
    fact = fw.fact(result)
    if is_helper or fa.is_numeric(fact) and fa.is_active_type(fact) or all_carry(fact):
        return dot
    return fw.builder.step(rt.tangent_of_result, dot, result, like="dot", fact=fa.UNKNOWN)


def all_carry(fact: fa.Fact) -> bool:
    """Whether a structure holds nothing but floats and arrays of floats."""
    match fa.widen(fact):
        case fa.Number() | fa.Array() as numeric:
            return fa.is_active_type(numeric) is True
        case fa.Tuple(items=items) | fa.List(items=tuple() as items):
            return all(map(all_carry, items))
        case fa.Dict(items=tuple() as items):
            return all(all_carry(f) for _, f in items)
    return False


def called_tangent(of: tuple, lower: Callable[[Any], Function], calls: dict[Any, Any]) -> Function | Recursion:
    """The function for a helper and a set of its parameters; within its own list, what stands for it."""
    specialised, active = of
    key = (specialised.function, active)
    if key not in calls:
        name = f"{callee_name(specialised.function)}_jvp"
        inside = calls[key] = Recursion(name)
        joint = tangent_program(specialised, active, lower, name=name, calls=calls, is_helper=True)
        calls[key] = inside.function = replace(joint.function, body=as_forward(joint.function.body))
    return calls[key]
