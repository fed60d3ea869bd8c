"""Matches the arguments of a call to the parameters of a `Function`, as Python does.

Guarantee: where Python would raise TypeError, `bind` raises TypeError and nothing is emitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from srcad.library.register import programs
from srcad.rules import register
from srcad.wengert import Function, Names, Operand, Param, Spread, Step


def call_method(kind: type) -> Callable | None:
    """The method by which instances of a class are called, if the class has one that is written in Python."""
    for base in kind.__mro__:
        if "__call__" in vars(base):
            method = vars(base)["__call__"]
            return method if isinstance(method, FunctionType) else None
    return None


def bind(
    function: Function,
    operands: Iterable[Operand],
    keywords: Mapping[str, Operand],
    make_tuple: Callable[[tuple], Any],
    make_dict: Callable[[dict], Any],
) -> dict[str, Any]:
    """The operand for each parameter; `*args` and `**kwargs` are built by `make_tuple` and `make_dict`.

    Raises TypeError if the call does not fit the parameters.
    """
    positional = list(operands)
    named = dict(keywords)
    bound: dict[str, Any] = {}
    rest: dict[str, tuple] = {}
    for p in function.params:
        if p.kind == "VAR_POSITIONAL":
            rest[p.name], positional = tuple(positional), []
        elif p.kind == "VAR_KEYWORD":
            continue
        elif p.kind != "KEYWORD_ONLY" and positional:
            bound[p.name] = positional.pop(0)
            if p.kind != "POSITIONAL_ONLY" and p.name in named:
                raise TypeError(f"{function.name}() got multiple values for argument {p.name!r}")
        elif p.kind != "POSITIONAL_ONLY" and p.name in named:
            bound[p.name] = named.pop(p.name)
        elif p.default is not None:
            bound[p.name] = p.default
        else:
            raise TypeError(f"{function.name}() is missing the argument {p.name!r}")
    if positional:
        raise TypeError(f"{function.name}() takes fewer positional arguments than were given")
    for name, values in rest.items():
        bound[name] = make_tuple(values)
    gather = [p.name for p in function.params if p.kind == "VAR_KEYWORD"]
    if gather:
        bound[gather[0]] = make_dict(named)
    elif named:
        raise TypeError(f"{function.name}() got an unexpected keyword argument {next(iter(named))!r}")
    return bound


def passing_on(
    inner: Function,
    callee: Any,
    fixed: Mapping[str, Operand] | None = None,
    params: tuple[Param, ...] | None = None,
) -> Function:
    """The function of these parameters that calls `callee`, whose parameters are those of `inner`.

    It passes on its own parameters, all those of `inner` if `params` are not given, and what is fixed.
    """
    operands: list[Operand] = []
    keywords: list[tuple[str, Operand]] = []
    starred: list[int] = []
    for p in inner.params:
        value = (fixed or {}).get(p.name, p.name)
        if p.kind == "KEYWORD_ONLY":
            keywords.append((p.name, value))
        elif p.kind == "VAR_KEYWORD":
            keywords.append(("**", value))
        else:
            starred += [len(operands)] if p.kind == "VAR_POSITIONAL" else []
            operands.append(value)
    result = Names(p.name for p in inner.params).fresh("result")
    spread = starred or any(p.kind == "VAR_KEYWORD" for p in inner.params)
    called = Spread(callee, tuple(starred)) if spread else callee
    step = Step((result,), called, tuple(operands), tuple(keywords), inner.site)
    params = inner.params if params is None else params
    return replace(inner, params=params, body=(step,), result=result, captures=())


def list_of_primal(function: Callable, lower: Callable[[Any], Function]) -> Function:
    """The list of a function that is differentiated itself.

    If programs of the library may stand for its calls, it is the list of a function that calls it, so that they do.
    """
    list_ = lower(function)
    register.lookup(function)  # the first function of an optional package has the package's programs registered
    return passing_on(list_, function) if isinstance(function, FunctionType) and programs(function) else list_
