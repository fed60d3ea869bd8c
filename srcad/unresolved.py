"""Lists of callables that are only known when the program runs, and of the derivatives of such.

Guarantee: where a program that calls a function in this way is transformed once more, what it calls is a list like any
other: that of the function's value and tangent (`Pushed`), or that of the cotangents of its arguments (`Pulled`).
Refused is a function that writes to its arguments, and one of which neither source nor a rule is known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcad import arrays, trees
from srcad import facts as fa
from srcad.arguments import bound, with_own_parameters
from srcad.errors import MissingRuleError, Site, SourceError, UnsupportedError
from srcad.facts import Fact
from srcad.objects import is_object
from srcad.programs import captured_facts, device_facts
from srcad.runtime import Pulled, Pushed
from srcad.transform.pipeline import cotangent_list, lowered, tangent_list
from srcad.wengert import Const, Function, Param, Step, make_tuple

Args = tuple[Any, ...]
Named = dict[str, Any]


def list_for(callee: Any, args: Args) -> Function:
    """The list of a callable that is first seen now, for arguments like these.

    Raises MissingRuleError for a compiled function of which nothing is known.
    """
    if isinstance(callee, (Pushed, Pulled)):
        _refuse_object(callee.primal)
    if isinstance(callee, Pushed):
        return _list_of_pushed(callee, args)
    if isinstance(callee, Pulled):
        return _list_of_pulled(callee, args)
    return list_of(callee)


def _refuse_object(primal: Any) -> None:
    """Raises for an object that is called: that the derivative may have to pass to it is not seen here."""
    if is_object(primal) or is_object(getattr(primal, "__self__", None)):
        raise UnsupportedError(
            "the derivative of a call of an object that is only resolved at run time is differentiated once more",
            "call a function, or the method by its name",
        )


def _list_of_pushed(callee: Pushed, args: Args) -> Function:
    count = len(callee.asked)
    function, facts = _known(callee.primal, args[:count])
    names = [p.name for p in function.params]
    wrt = tuple(name for name, asked in zip(names, callee.asked, strict=False) if asked)
    derived, written = tangent_list(function, facts, wrt, count)
    if written:
        raise writing(function.name, written[0], function.site)
    return derived


def _list_of_pulled(callee: Pulled, args: Args) -> Function:
    """The list of the cotangents of all arguments, None for those that carry none, and of the callee."""
    function, facts = _known(callee.primal, args[:-1])
    names = [p.name for p in function.params][: len(args) - 1]
    active = tuple(name for name in names if fa.is_active_type(facts[name]) is not False)
    derived, written = cotangent_list(function, facts, active)
    if written:
        raise writing(function.name, written[0], function.site)
    found = derived.body[-1]
    assert isinstance(found, Step)
    given = dict(zip(active, found.operands, strict=True))
    every = Step(found.targets, make_tuple, (*(given.get(n, Const(None)) for n in names), Const(None)), (), None)
    params = (*(Param(n) for n in names), derived.params[-1], *derived.params[len(names) : -1])
    return replace(derived, body=(*derived.body[:-1], every), params=params)


def _known(primal: Any, args: Args) -> tuple[Function, dict[str, Fact]]:
    """The list of a function that takes these arguments by position, and what is known of them."""
    function = by_position(list_for(primal, args), args, {})
    values = bound(function, args, {})
    module = arrays.array_module(*trees.flatten(tuple(values.values()))[0])
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    return function, facts | captured_facts(function) | device_facts(module)


def by_position(function: Function, args: Args, named: Named) -> Function:
    """The function with parameters for these arguments first, and for those given by name after them."""
    own = with_own_parameters(function, (*range(len(args)), *named), args, named)
    kept = {p.name: replace(p, kind="POSITIONAL_OR_KEYWORD") for p in own.params if p.name in named}
    rest = [p for p in own.params if p.name not in named]
    return replace(own, params=(*rest[: len(args)], *(kept[key] for key in named), *rest[len(args) :]))


def list_of(callee: Any) -> Any:
    """The list of a callable that is first seen now.

    Raises MissingRuleError for a compiled function of which nothing is known.
    """
    if getattr(type(callee), "__srcad_callee__", False):
        raise UnsupportedError(
            f"{callee!r} is called where it is only known at run time which function it is", "call it by name"
        )
    try:
        return lowered(callee)
    except SourceError as error:
        if hasattr(callee, "__code__"):
            raise
        name = name_of(callee)
        raise MissingRuleError(
            f"{name} was given a value that carries a derivative, but has neither Python source nor a rule",
            f"register a rule for it (srcad.partials, srcad.linear or srcad.adjoint, see docs/rules.md), or "
            f"srcad.constant({name}) if its derivative is zero",
        ) from error


def writing(name: str, argument: str, site: Site | None = None) -> UnsupportedError:
    """The error for a function that writes to its argument, and is first seen now."""
    return UnsupportedError(
        f"{name} writes to its argument {argument}, and is called where it is only known at run time which function it "
        "is",
        "call it by name, or let it return a new array",
        site,
    )


def name_of(callee: Any) -> str:
    """What a callable is called in errors."""
    return getattr(callee, "__name__", None) or repr(callee)
