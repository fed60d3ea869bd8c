"""The tangent of a primitive of which only the adjoint is known.

The body of an adjoint rule is linear in `d_out`: d_x = J^T d_out.  Its own adjoint with respect to `d_out`, which our
reverse transformation makes like that of any other function, takes a tangent of x to J times it: the tangent of the
result.  Nothing depends on the value of `d_out`, so zeros stand there, and mostly are dropped.

After J. Radul and others, "You only linearize once" (2023), with the transposition done twice.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import DifferentiationError
from srcad.facts import Array, Number
from srcad.rules import register
from srcad.transform.forward.state import Forward
from srcad.transform.reverse import make_sweeps
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.pipeline import simplify
from srcad.transform.specialise import specialise
from srcad.wengert import Const, Function, Names, Operand, Param, Step, as_forward, base, defined_names, make_tuple, substitute


def transposed(fw: Forward, step: Step, rule: register.Rule, bound: dict[str, Any], target: str) -> Operand:
    """The tangent of a step's target, by the transpose of the adjoint rule of its callee."""
    wanted = [w for w in rule.wrt if is_wanted(fw, bound[w])]
    inner = selected(fw.lower(rule.body), rule, wanted)
    params = rule.parameters
    operands: dict[str, Operand] = {"out": target}
    for name in (*params.names, params.starred):
        if name is not None:
            given = bound[name]
            operands[name] = fw.builder.step(make_tuple, *given) if isinstance(given, tuple) else given
    names = [p.name for p in inner.params]
    own = dict(zip((*rule.leading, *params.by_position, *_starred(params), *params.by_keyword), names, strict=True))
    facts = {own[name]: fw.builder.fact(operand) for name, operand in operands.items() if name in own}
    facts[own["d_out"]] = fa.widen(fw.builder.fact(target))
    try:
        transpose = transpose_of(fw, inner, facts, own["d_out"])
    except DifferentiationError as refusal:
        raise type(refusal)(refusal.reason, refusal.remedy, step.site) from refusal
    zero = fw.zero(target)
    dots = [dot_of(fw, bound[w]) for w in wanted]
    dot = dots[0] if len(dots) == 1 else fw.builder.step(make_tuple, *dots)
    arguments = tuple(zero if p == own["d_out"] else operands[_key(own, p)] for p in names)
    return fw.inliner.inline_rule(transpose, (*arguments, dot), {}, fw.builder.site)


def _starred(params: register.Parameters) -> tuple[str, ...]:
    return () if params.starred is None else (params.starred,)


def _key(own: dict[str, str], name: str) -> str:
    return next(key for key, value in own.items() if value == name)


def is_wanted(fw: Forward, operand: Any) -> bool:
    """Whether an operand, or one of several, has a tangent."""
    return any(map(fw.is_active, operand)) if isinstance(operand, tuple) else fw.is_active(operand)


def dot_of(fw: Forward, operand: Any) -> Operand:
    """The tangent of an operand, or of several as a list."""
    if isinstance(operand, tuple):
        return fw.builder.step(make_tuple, *map(fw.tangent, operand))
    return fw.tangent(operand)


def selected(body: Function, rule: register.Rule, wanted: list[str]) -> Function:
    """The body of a rule with plain parameters, that returns the cotangents of the wanted operands only."""
    params = tuple(Param(p.name) for p in body.params)
    if len(rule.wrt) == 1:
        return replace(body, params=params)
    names = Names.of(body)
    steps: list[Step] = []
    for w in wanted:
        place = Const(rule.wrt.index(w))
        steps.append(Step((names.fresh("t"),), operator.getitem, (body.result, place), (), body.site))
    result = steps[0].target
    if len(steps) > 1:
        result = names.fresh("t")
        steps.append(Step((result,), make_tuple, tuple(s.target for s in steps), (), body.site))
    return replace(body, params=params, body=(*body.body, *steps), result=result)


def transpose_of(fw: Forward, inner: Function, facts: dict[str, fa.Fact], d_out: str) -> Function:
    """The function of the parameters of a linear function, and of a cotangent of its result, that gives that of `d_out`."""
    known = {name: fa.widen(fact) if isinstance(fa.widen(fact), (Number, Array)) and name == d_out else fact for name, fact in facts.items()}
    for capture in inner.captures:
        known[capture.name] = fa.fact_of(capture.read(), ("captured", capture.name))
    specialised = specialise(inner, known, fw.lower)
    sweeps = make_sweeps(specialised, (d_out,), fw.lower, {})
    body = (*sweeps.forward, *sweeps.reverse)
    function = replace(
        sweeps.function,
        params=(*sweeps.function.params, Param(sweeps.d_out)),
        body=body,
        result=sweeps.gradients[0],
        guards=specialised.function.guards,
    )
    function = simplify(remove_dead_steps(function, sweeps.facts), sweeps.facts)
    return plainly_named(replace(function, body=as_forward(function.body)))


def plainly_named(function: Function) -> Function:
    """The function with the cotangents of cotangents, which are tangents, called so."""
    names = Names.of(function)
    new = {n: names.fresh("d") for n in sorted(defined_names(function.body)) if base(n).startswith("d_")}
    result = new.get(function.result, function.result) if isinstance(function.result, str) else function.result
    return replace(function, body=substitute(function.body, new), result=result)


