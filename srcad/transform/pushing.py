"""Forward derivatives that a program calls: `jvp(f, primals, tangents)` inside a function that is specialised.

Guarantee: as for gradients (see `nesting`): the call becomes the call of the list that the forward transformation makes
for arguments of these facts, so tangents of one level are plain values for another, and nothing can confuse them.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.arguments import Options, check_fact
from srcad.errors import ArgumentError, DifferentiationError, UnsupportedError
from srcad.facts import Array, Fact, Known, List, Number, Tuple
from srcad.transform.analyses import effects
from srcad.transform.helpers import canonical, without_sites
from srcad.transform.nesting import Differentiated, Request, Run, calling, list_of, located, refusal_key, unfolded
from srcad.wengert import Const, Function, Names, Operand, Param, Step


def called_pushforward(run: Run, step: Step) -> Step | None:
    """The call of a list for a step that calls `jvp` or `hvp`; None for other steps.

    A refusal is noted, for the transformation to raise it if a derivative has to pass through the call.
    """
    kind = getattr(step.callee, "__srcad_pushes__", None)
    if kind is None or effects.makes_pushforward(step):
        return None
    given = dict(zip(("f", "primals", "tangents"), step.operands, strict=False)) | dict(step.keywords)
    try:
        if not isinstance(kind, str):  # an object that `jvp(f)` returned
            given = dict(zip(("primals", "tangents"), step.operands, strict=False)) | dict(step.keywords)
            given["f"] = Const(step.callee.primal)
            kind = "jvp"
        if set(given) != {"f", "primals", "tangents"}:
            raise UnsupportedError(f"{kind} is called without primals or tangents", "pass both")
        wrapper, captured = pushed(run, kind, given["f"], given["primals"], given["tangents"])
        operands = (*captured, given["primals"], given["tangents"])
        return replace(step, callee=wrapper, operands=operands, keywords=())
    except DifferentiationError as refusal:
        run.refused[refusal_key(step, run.facts)] = located(refusal, step.site)
        return None


def pushed(
    run: Run, kind: str, f: Operand, primals: Operand, tangents: Operand
) -> tuple[Function, tuple[Operand, ...]]:
    """The function of captured values, primals and tangents that a call asks for, and what is captured."""
    inner, captured = list_of(run, f)
    facts, dots = items_of(run.fact(primals), "primals"), items_of(run.fact(tangents), "tangents")
    if len(facts) != len(dots):
        raise ArgumentError(
            f"there are {len(facts)} primals and {len(dots)} tangents", "pass a tangent for each primal"
        )
    active = [i for i, dot in enumerate(dots) if dot != Known(None)]
    if kind == "hvp":
        single = len(facts) == 1
        asked = Differentiated(inner, len(captured), Options(active[0] if single else tuple(active)))
        inner = calling(inner, asked)
    count = len(captured)
    if len(facts) > len(inner.params) - count or any(p.kind.startswith("VAR") for p in inner.params):
        raise UnsupportedError(
            f"{kind} of a function that takes other arguments than the primals", "pass a primal for each parameter"
        )
    params = inner.params[: count + len(facts)]
    rest = inner.params[count + len(facts) :]
    if any(p.default is None for p in rest):
        raise ArgumentError(f"{inner.name} takes more arguments than there are primals", "pass a primal for each")
    bound: dict[str, Any] = dict(zip((p.name for p in params[:count]), captured, strict=True))
    known = {p.name: without_sites(fa.widen(fact)) for p, fact in zip(params[count:], facts, strict=True)}
    for i in active:
        name = params[count + i].name
        check_fact(known[name], name, inner)
    function, bound = unfolded(run, replace(inner, params=tuple(map(as_plain, params))), bound_with(bound, known))
    function = replace(function, params=(*function.params, *rest))
    own = {
        p.name: known.get(p.name) or without_sites(run.fact(bound[p.name])) for p in function.params if p not in rest
    }
    wrt = tuple(params[count + i].name for i in active)
    request = Request(wrt, False, True, False, given=len(function.params) - len(rest))
    key = (function, kind, request, tuple(canonical(own).items()))
    if key not in run.helpers:
        run.helpers[key] = run.derive(function, canonical(own), request, run)
    names = [p.name for p in function.params if p.name not in known]
    alike = {i for i in active if surely_fits(dots[i], known[params[count + i].name])}
    wrapper = unpacking(run.helpers[key], function, [p.name for p in params[count:]], active, alike, kind)
    return wrapper, tuple(bound[name] for name in names if name in bound)


def bound_with(bound: dict[str, Any], known: dict[str, Fact]) -> dict[str, Any]:
    """The captured operands; parameters for primals have none yet."""
    return {**bound, **dict.fromkeys(known, Const(None))}


def as_plain(param: Param) -> Param:
    """A parameter that is always passed, by position."""
    return Param(param.name)


def items_of(fact: Fact, what: str) -> list[Fact]:
    """What is known of each primal or tangent."""
    match fact:
        case Tuple(items=items) | List(items=tuple() as items):
            return list(items)
        case Known(value=tuple() as value):
            return [fa.constant_fact(v) for v in value]
    raise UnsupportedError(f"how many {what} there are is not known", f"write the {what} as a tuple: (x,)")


def surely_fits(dot: Fact, primal: Fact) -> bool:
    """Whether a tangent is known to have the type, dtype and shape of its primal, which is no structure."""
    dot = fa.widen(dot)
    if isinstance(dot, Number) and isinstance(primal, Number):
        return dot.dtype == primal.dtype is not None and dot.weak == primal.weak is not None
    return isinstance(dot, Array) and dot == primal and dot.dtype is not None and dot.shape is not None


def unpacking(
    derived: Function, function: Function, primals: list[str], active: list[int], alike: set[int], kind: str
) -> Function:
    """The function of captured values, primals and tangents that calls a derivative of each of them.

    The tangents `alike` are known to fit; the program looks at the others.
    """
    captured = [p.name for p in function.params if p.name not in primals and p.default is None]
    names = Names([*captured, *primals])
    given, directions = names.fresh("primals"), names.fresh("tangents")
    steps = [Step((p,), operator.getitem, (given, Const(i)), (), function.site) for i, p in enumerate(primals)]
    dots = []
    for i in active:
        dot = names.fresh(f"dot_{primals[i]}")
        steps.append(Step((dot,), operator.getitem, (directions, Const(i)), (), function.site))
        if i not in alike:
            raw, dot = dot, names.fresh(dot)
            steps.append(Step((dot,), rt.as_tangent, (raw, primals[i]), (), function.site))
        dots.append(dot)
    passed = [p.name for p in function.params if p.default is None]
    result = names.fresh("result")
    steps.append(Step((result,), derived, (*passed, *dots), (), function.site))
    if kind == "hvp":
        product = names.fresh("t")
        steps.append(Step((product,), operator.getitem, (result, Const(1)), (), function.site))
        result = product
    params = (*map(Param, captured), Param(given), Param(directions))
    return Function(f"{function.name}_{kind}_of", params, tuple(steps), result, (), (), None)
