"""Functions given to functions that call themselves: what they captured is given instead.

`adaptive(f, a, b)` hands `f` on to its own inner calls.  If `f` was made in the program, `adaptive` gets a list for
this kind of `f`, whose parameters are what `f` captured and which begins by making `f` of them, so that every call of
`f` in it is known (Chin and Darlington, "A higher-order removal method", 1996).

Guarantee: the same calls in the same order.  A function that captured functions which captured functions, and so on
beyond a depth, is left where it is.
"""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad.errors import DifferentiationError
from srcad.facts import Dict, Fact, Known
from srcad.rules import register
from srcad.transform.binding import bind
from srcad.transform.helpers import Closure, Partial, is_plain
from srcad.transform.specialise import calls, recursion
from srcad.wengert import (
    Const,
    Function,
    MakeFunction,
    Names,
    Operand,
    Param,
    Step,
    Variable,
    identity,
    make_dict,
    own_operands,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser

_DEPTH = 4
"""How many functions may be captured one by another."""


@dataclass(frozen=True)
class _Made:
    """How an argument is made: by a callee, of parts; what was not made by the program is a value."""

    callee: Any = None
    parts: tuple[_Made, ...] = ()
    keywords: tuple[str, ...] = ()


_VALUE = _Made()


def called_recursion(run: Specialiser, step: Step) -> bool:
    """Writes the call of a function that calls itself; False if the step is something else."""
    if call_with_captured(run, step) or recursion.called_again(run, step):
        return True
    lifted = recursion.lifted_call(run, step)
    return lifted is not None and (call_with_captured(run, lifted) or _called(run, lifted))


def _called(run: Specialiser, step: Step) -> bool:
    """Writes the call of a list that is to be kept."""
    if recursion.called_again(run, step):
        return True
    return step.callee not in run.inlining and calls.call_helper(run, step, step.callee, ())


def call_with_captured(run: Specialiser, step: Step) -> bool:
    """Writes a call that gives what functions among its arguments captured; False if the step is something else."""
    given = (*step.operands, *(o for _, o in step.keywords))
    if len(step.targets) != 1 or all(is_plain(run.fact(o)) for o in given):
        return False
    function = _recursive(run, step.callee)
    if function is None or not calls.by_position(function, step):
        return False
    try:
        bound = bind(function, step.operands, dict(step.keywords), run.make_tuple, run.make_dict)
    except TypeError:
        return False  # the call raises this itself, when it runs
    made = {p.name: _made(run, bound[p.name], _DEPTH) for p in function.params}
    if None in made.values():
        return False
    key = (call_with_captured, step.callee, tuple(made.items()))
    if key not in run.helpers:
        run.helpers[key] = recursion.with_definition(run, _made_inside(function, made))
    values = [o for name, operand in bound.items() for o in _values(run, operand, made[name])]
    call = replace(step, callee=run.helpers[key], operands=tuple(values), keywords=())
    return _called(run, call)


def _recursive(run: Specialiser, callee: Any) -> Function | None:
    """The list of a callee that may call itself."""
    if isinstance(callee, Function):
        return callee if recursion.has_definition(run, callee) else None
    if not isinstance(callee, types.FunctionType) or register.lookup(callee) is not None:
        return None
    try:
        function = run.lower(callee)
        return function if callee in _reached(run, function) else None
    except DifferentiationError:
        return None  # the call says so itself


def _reached(run: Specialiser, function: Function) -> Iterator[Callable]:
    """The functions defined outside that a list calls, that those call, and so on."""
    todo, seen = [function], set()
    while todo:
        for node in walk(todo.pop().body):
            callee = node.callee if isinstance(node, Step) else None
            if isinstance(callee, MakeFunction):
                todo.append(recursion.list_of(callee.function))
            elif isinstance(callee, types.FunctionType) and callee not in seen:
                seen.add(callee)
                yield callee
                if register.lookup(callee) is None:
                    todo.append(run.lower(callee))


# ------------------------------------------------------------------------------------- how functions are made


def _made(run: Specialiser, operand: Operand, depth: int) -> _Made | None:
    """How an argument is made; None if that is not known, or goes too deep."""
    fact = run.fact(operand)
    if (variable := _variable(fact)) is not None:
        return _of_parts(run, variable, _parts(run, operand), (), depth)
    if is_plain(fact):
        return _VALUE
    match fact:
        case Known(value=value):
            return _Made(Const(value))
        case Closure(function=function, captured=captured):
            if not all(
                _is_only_read(run, function, p.name, o) for p, o in zip(function.params, captured, strict=False)
            ):
                return None
            return _of_parts(run, MakeFunction(function, len(captured)), captured, (), depth)
        case Partial():
            parts = (fact.function, *fact.operands, *(o for _, o in fact.keywords))
            return _of_parts(run, functools.partial, parts, tuple(k for k, _ in fact.keywords), depth)
    return None


def _of_parts(
    run: Specialiser, callee: Any, operands: tuple[Operand, ...], keywords: tuple[str, ...], depth: int
) -> _Made | None:
    parts = tuple(_made(run, o, depth - 1) for o in operands) if depth else (None,)
    found = tuple(part for part in parts if part is not None)
    return _Made(callee, found, keywords) if len(found) == len(parts) else None


def _variable(fact: Fact) -> Const | None:
    """The key of a cell."""
    keys = [key for key, _ in fact.slots or ()] if isinstance(fact, Dict) else []
    return Const(keys[0]) if len(keys) == 1 and isinstance(keys[0], Variable) else None


def _is_only_read(run: Specialiser, function: Function, param: str, captured: Operand) -> bool:
    """Whether what a function does with a cell is to read it, so that a cell with the same contents would do."""
    if _variable(run.fact(captured)) is None:
        return True
    uses = [n for n in walk(function.body) if param in own_operands(n)]
    return all(isinstance(n, Step) and n.callee is operator.getitem and n.operands[0] == param for n in uses)


def _parts(run: Specialiser, operand: Operand) -> tuple[Operand, ...]:
    fact = run.fact(operand)
    if (variable := _variable(fact)) is not None:
        return (run.builder.step(operator.getitem, operand, variable),)
    if isinstance(fact, Closure):
        return fact.captured
    if isinstance(fact, Partial):
        return (fact.function, *fact.operands, *(o for _, o in fact.keywords))
    return ()


def _values(run: Specialiser, operand: Operand, made: _Made) -> Iterator[Operand]:
    """The values that an argument is made of, or the argument itself."""
    if made == _VALUE:
        yield operand
    for part, how in zip(_parts(run, operand), made.parts, strict=False):
        yield from _values(run, part, how)


def _identifier(names: Names, like: str) -> str:
    while names.fresh(like) != like:
        like += "_"
    return like


def _names_of_parts(name: str, how: _Made) -> list[str]:
    if isinstance(how.callee, MakeFunction):
        return [p.name for p in recursion.list_of(how.callee.function).params[: how.callee.captured]]
    return [name] * (len(how.parts) - len(how.keywords)) + list(how.keywords)


def _made_inside(function: Function, made: dict[str, _Made]) -> Function:
    """The function with parameters for the values that its arguments are made of, which makes these arguments first."""
    names = Names.of(function)
    params: list[Param] = []
    steps: list[Step] = []

    def make(name: str, how: _Made) -> str:
        if how == _VALUE:
            params.append(Param(name))
        elif isinstance(how.callee, Const) and not how.parts:
            steps.append(Step((name,), identity, (how.callee,), (), function.site))
        elif isinstance(how.callee, Const):
            value = make(_identifier(names, str(how.callee.value)), how.parts[0])
            steps.append(Step((name,), make_dict, (how.callee, value), (), function.site))
        else:
            likes = zip(_names_of_parts(name, how), how.parts, strict=True)
            parts = [make(_identifier(names, like), part) for like, part in likes]
            split = len(parts) - len(how.keywords)
            keywords = tuple(zip(how.keywords, parts[split:], strict=True))
            steps.append(Step((name,), how.callee, tuple(parts[:split]), keywords, function.site))
        return name

    for param in function.params:
        make(param.name, made[param.name])
    return replace(function, params=tuple(params), body=(*steps, *function.body))
