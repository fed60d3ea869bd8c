"""The tangent of a primitive of which only the adjoint is known.

The body of an adjoint rule is linear in `d_out`: d_x = J^T d_out.  Its own adjoint with respect to `d_out`, which our
reverse transformation makes like that of any other function, takes a tangent of x to J times it: the tangent of the
result.  Nothing depends on the value of `d_out`, so zeros stand there, and mostly are dropped.

After J. Radul and others, "You only linearize once" (2023), with the transposition done twice.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import DifferentiationError, Site
from srcad.rules import primitives, register
from srcad.transform.forward.state import Forward
from srcad.transform.helpers import Specialised, without_sites
from srcad.transform.reverse import make_sweeps
from srcad.transform.reverse.sweep import cotangent_fact
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.pipeline import simplify
from srcad.transform.specialise import specialise
from srcad.wengert import (
    Const,
    Function,
    Names,
    Node,
    Operand,
    Param,
    Step,
    base,
    defined_names,
    make_tuple,
    map_blocks,
    placeless,
    substitute,
    walk,
)


def transposed(fw: Forward, step: Step, rule: primitives.Rule, bound: dict[str, Any], target: str) -> Operand:
    """The tangent of a step's target, by the transpose of the adjoint rule of its callee."""
    wanted = [w for w in rule.wrt if is_wanted(fw, bound[w])]
    inner = selected(placeless(fw.lower(rule.body)), rule, wanted)
    params = rule.parameters
    operands: dict[str, Operand] = {"out": target}
    for name in (*params.names, params.starred):
        if name is not None:
            given = bound[name]
            operands[name] = fw.builder.step(make_tuple, *given) if isinstance(given, tuple) else given
    places = (*rule.leading, *params.by_position, *_starred(params), *params.by_keyword)
    own = dict(zip(places, (p.name for p in inner.params), strict=True))
    operands["d_out"] = fw.builder.step(rt.zeros_like, target, like="d", fact=cotangent_fact(fw.fact(target)))
    dots = [dot_of(fw, bound[w]) for w in wanted]
    dot = dots[0] if len(dots) == 1 else fw.builder.step(make_tuple, *dots)
    try:
        found = transpose_of(fw, inner, {own[name]: operand for name, operand in operands.items()}, own["d_out"], dot)
    except DifferentiationError as refusal:
        raise type(refusal)(refusal.reason, refusal.remedy, step.site) from refusal
    return written(fw, *found)


def _starred(params: primitives.Parameters) -> tuple[str, ...]:
    return () if params.starred is None else (params.starred,)


def is_wanted(fw: Forward, operand: Any) -> bool:
    """Whether an operand, or one of several, has a tangent."""
    return any(map(fw.is_active, operand)) if isinstance(operand, tuple) else fw.is_active(operand)


def dot_of(fw: Forward, operand: Any) -> Operand:
    """The tangent of an operand, or of several as a list."""
    if isinstance(operand, tuple):
        return fw.builder.step(make_tuple, *map(fw.tangent, operand))
    return fw.tangent(operand)


def selected(body: Function, rule: primitives.Rule, wanted: list[str]) -> Function:
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


def transpose_of(
    fw: Forward, inner: Function, given: dict[str, Operand], d_out: str, dot: Operand
) -> tuple[Specialised, dict[str, Operand]]:
    """The list that gives what `d_out` receives if the result of a linear function receives `dot`, and its operands."""

    def lower(function: Any) -> Function:
        list_ = fw.lower(function)
        return list_ if calls_itself(fw, function) else placeless(list_)  # so all else that the rule calls is inlined

    facts = {name: without_sites(fw.builder.fact(operand)) for name, operand in given.items()}
    sweeps = make_sweeps(specialise(inner, facts | _captured(inner), lower), (d_out,), lower, {})
    function = replace(
        sweeps.function,
        params=(*sweeps.function.params, Param(sweeps.d_out)),
        body=(*sweeps.forward, *sweeps.reverse),
        result=sweeps.gradients[0],
    )
    function = remove_dead_steps(function, sweeps.facts)
    facts[sweeps.d_out] = without_sites(fw.builder.fact(dot))
    found = specialise(function, facts | _captured(function), lower)
    body = simplify(found.function, found.facts)
    return replace(found, function=body), {**given, sweeps.d_out: dot}


def calls_itself(fw: Forward, function: Any) -> bool:
    """Whether a function that a rule calls comes back to itself."""
    reached: set[Any] = set()
    todo = [function]
    while todo:
        called = {n.callee for n in walk(fw.lower(todo.pop()).body) if isinstance(n, Step) and is_of_a_rule(n.callee)}
        todo.extend(called - reached)
        reached |= called
    return function in reached


def is_of_a_rule(callee: Any) -> bool:
    """Whether a callee is a Python function that is inlined where a rule calls it."""
    return isinstance(callee, FunctionType) and register.lookup(callee) is None and hasattr(callee, "__code__")


def _captured(function: Function) -> dict[str, fa.Fact]:
    return {c.name: fa.fact_of(c.read(), ("captured", c.name)) for c in function.captures}


def written(fw: Forward, found: Specialised, given: Mapping[str, Operand]) -> Operand:
    """Writes a list for these operands; its result.  Cotangents of cotangents, which are tangents, are called so."""
    function = fw.inliner.shared_captures(found.function)
    fw.inliner.guards.extend(function.guards)
    kept = {c.name for c in function.captures}
    new: dict[str, Operand] = {p.name: given[p.name] for p in function.params}
    axes = Axes(fw.builder.fact(operand) for operand in given.values())
    for name in sorted(defined_names(function.body) - kept):
        fresh = fw.names.fresh("d" if base(name).startswith("d_") else name)
        new[name] = fresh
        fw.facts[fresh] = axes.own(found.facts.get(name, fa.UNKNOWN))
    for node in substitute(function.body, new):
        fw.builder.add(placed(node, fw.builder.site))
    return new.get(function.result, function.result) if isinstance(function.result, str) else function.result


def placed(node: Node, site: Site | None) -> Node:
    """The node, and those inside it, as part of a statement."""
    return map_blocks(lambda block: tuple(placed(n, site) for n in block), replace(node, site=site))


class Axes:
    """Names for the axes of a list that is written into another one: its own are no axes of the other's."""

    def __init__(self, shared: Iterable[fa.Fact]):
        self._new: dict[Any, Any] = {}
        for fact in shared:
            self._note(fact)

    def _note(self, fact: fa.Fact) -> None:
        match fa.widen(fact):
            case fa.Array(shape=tuple() as shape):
                self._new.update((d.symbol, d.symbol) for d in shape)
            case fa.Tuple(items=items):
                for item in items:
                    self._note(item)

    def own(self, fact: fa.Fact) -> fa.Fact:
        """What is known of a value of the list; of what containers hold, nothing."""
        match fa.widen(fact):
            case fa.Array(shape=tuple() as shape) as array:
                return replace(array, shape=tuple(map(self._dim, shape)))
            case fa.Number() as number:
                return fact if isinstance(fact, fa.Known) else replace(number, dim=None)
            case fa.Array() | fa.Known():
                return fact
            case fa.Tuple(items=items) as pair:
                return replace(pair, items=tuple(map(self.own, items)))
            case fa.List(absent=absent):
                return fa.List(None, absent=absent)
        return fa.UNKNOWN

    def _dim(self, dim: fa.Dim) -> fa.Dim:
        if dim == fa.ONE:
            return dim
        if dim.symbol not in self._new:
            self._new[dim.symbol] = fa.some_dim().symbol
        return fa.Dim(self._new[dim.symbol], dim.one)
