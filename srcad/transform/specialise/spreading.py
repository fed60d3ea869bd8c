"""Calls with `*args` and `**kwargs`, where it is known what these give.

Guarantee: a call that is left spread gives what it gave before.  A sequence whose length is not known is unpacked where
the function takes so many arguments and no other number; Python checks that there are as many.
"""

from __future__ import annotations

import inspect
import operator
import types
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad.errors import DifferentiationError
from srcad.facts import Array, Dict, Known, List, Tuple, widen
from srcad.objects import is_object_class
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.helpers import Closure
from srcad.transform.iterating import iterable_of
from srcad.transform.specialise import calls
from srcad.wengert import CALL, Const, Function, Operand, Param, Step, identity

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


def spread(run: Specialiser, step: Step) -> Step:
    """Resolves `*args` and `**kwargs` whose items are known, or whose number is."""
    given = enumerate(step.operands)
    taken = tuple(iterable_of(run, o, step.site) if i in step.callee.starred else o for i, o in given)
    step = step if taken == step.operands else replace(step, operands=taken)
    keywords = spread_keywords(run, step)
    operands = None if keywords is None else spread_operands(run, step, [key for key, _ in keywords])
    if keywords is None or operands is None:
        return step
    return replace(step, callee=step.callee.callee, operands=tuple(operands), keywords=tuple(keywords))


def spread_keywords(run: Specialiser, step: Step) -> list[tuple[str, Operand]] | None:
    """The keywords, with the items of a mapping that is spread; None if they are not known."""
    keywords: list[tuple[str, Operand]] = []
    for key, operand in step.keywords:
        if key != "**":
            keywords.append((key, operand))
            continue
        fact = run.fact(operand)
        if not isinstance(fact, Dict) or fact.items is None:
            return None
        keywords.extend((k, run.builder.step(operator.getitem, operand, Const(k))) for k, _ in fact.items)
    return keywords


def spread_operands(run: Specialiser, step: Step, keywords: Sequence[str]) -> list[Operand] | None:
    """The operands, with the items of the sequences that are spread; None if they are not known."""
    operands: list[Operand] = []
    for position, operand in enumerate(step.operands):
        if position not in step.callee.starred:
            operands.append(operand)
            continue
        match run.fact(operand):
            case Known(value=tuple() as items) | Tuple(items=items) | List(items=tuple() as items):
                operands.extend(run.builder.step(operator.getitem, operand, Const(i)) for i in range(len(items)))
            case Dict(items=tuple() as pairs, type=kind) if kind is dict:
                operands.extend(Const(key) for key, _ in pairs)
            case fact:
                count = places_left(run, step, keywords)
                if count is None or not isinstance(widen(fact), (Array, List)):
                    return None
                operands.extend(unpacked(run, step, operand, count))
    return operands


def unpacked(run: Specialiser, step: Step, operand: Operand, count: int) -> list[Operand]:
    """The items of a sequence of this length."""
    names = tuple(run.builder.names.fresh("t") for _ in range(count))
    run.step(Step(names, identity, (operand,), (), step.site))
    return [run.use(name) for name in names]


def places_left(run: Specialiser, step: Step, keywords: Sequence[str]) -> int | None:
    """How many arguments the one sequence that is spread has to give; None if that is open."""
    required = required_places(run, step, keywords)
    if required is None or len(step.callee.starred) != 1:
        return None
    count = required - (len(step.operands) - 1) + (step.callee.callee is CALL)
    return count if count > 1 else None


def required_places(run: Specialiser, step: Step, keywords: Sequence[str]) -> int | None:
    """How many arguments a function takes by position; None if it takes different numbers of them."""
    callee: Any = step.callee.callee
    taken = 0
    if callee is CALL and isinstance(closure := run.fact(step.operands[0]), Closure):
        callee, taken = closure.function, len(closure.captured)
    if isinstance(callee, type) and (
        is_object_class(callee) or issubclass(callee, tuple) and hasattr(callee, "_fields")
    ):
        return _of_class(callee, keywords)
    if isinstance(callee, types.FunctionType):
        try:
            callee = run.lower(callee)
        except DifferentiationError:
            return None
    if isinstance(callee, Function):
        return _of_parameters(callee.params[taken:], keywords)
    entry = register.lookup(callee) if effects.hashable(callee) else None
    if entry is None or entry.rule is None:
        return None
    parameters = entry.rule.parameters
    if parameters.starred is not None or parameters.defaults:
        return None
    return len([name for name in parameters.by_position if name not in keywords])


def _of_class(kind: type, keywords: Sequence[str]) -> int | None:
    """The same for what makes an instance of a class."""
    params = [p for p in inspect.signature(kind).parameters.values() if p.name not in keywords]
    if any(p.kind is p.VAR_POSITIONAL for p in params):
        return None
    by_position = [p for p in params if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return len(by_position) if all(p.default is p.empty for p in by_position) else None


def _of_parameters(params: Sequence[Param], keywords: Sequence[str]) -> int | None:
    """The number of parameters without defaults that no keyword gives."""
    by_position = [p for p in params if p.kind in calls.BY_POSITION and p.name not in keywords]
    if any(p.kind == "VAR_POSITIONAL" for p in params) or any(p.default is not None for p in by_position):
        return None
    return len(by_position)
