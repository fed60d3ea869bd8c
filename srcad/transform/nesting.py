"""Derivatives that a program makes and calls: `grad(f)(x)` inside a function that is specialised.

Guarantee: a derivative is a list like that of any other function.  Where facts say what is differentiated, its call
becomes the call of the list that the reverse transformation makes for arguments with these facts.  What the
differentiated function captured is a parameter of that list like its other ones, so that derivatives of one level see
those of another as the values that they are: there is nothing that could confuse the levels.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from srcad import facts as fa
from srcad.arguments import Options, check_fact, is_single, wanted, with_own_parameters
from srcad.checkpoints import call_again
from srcad.errors import DifferentiationError, Site, UnsupportedError
from srcad.facts import Fact, Known
from srcad.rules.axes import MISSING, value_of
from srcad.transform.analyses import effects
from srcad.transform.binding import bind, list_of_primal, passing_on
from srcad.transform.helpers import Closure, Partial, canonical, without_sites
from srcad.wengert import CALL, Const, Function, MakeFunction, Names, Operand, Param, Step, make_tuple


class Run(Protocol):
    """What is asked of the run that specialises the program."""

    facts: dict[str, Fact]
    helpers: dict[Any, Any]
    inlining: list[Any]
    refused: dict[Any, DifferentiationError]
    lower: Callable[[Any], Function]
    derive: Callable[..., Function]
    make_tuple: Callable[[tuple], Operand]
    make_dict: Callable[[dict], Operand]

    def fact(self, operand: Operand) -> Fact:
        """What is known of an operand."""


@dataclass(frozen=True, slots=True, eq=False)
class Gradient(Fact):
    """A derivative made in the program itself: by which callee, of which function, and what was asked for."""

    maker: Any
    function: Operand
    options: Options


@dataclass(frozen=True, slots=True)
class Differentiated:
    """Callee that is the derivative of a list, of which the first parameters are captured and not differentiated.

    In the list of a pair all calls are inlined, so that everything is known of what its sweeps share.  A Jacobian has a
    program that makes its `block` for one argument.
    """

    function: Function
    captured: int
    options: Options
    is_pair: bool = False
    block: Callable | None = None

    @property
    def __name__(self) -> str:
        return f"{self.options.kind} of {self.function.name}"


@dataclass(frozen=True)
class Request:
    """What is asked of the reverse transformation, or of the forward one if `given` parameters come before tangents.

    A pair is the value and its pullback.
    """

    wrt: tuple[str, ...]
    single: bool
    with_value: bool
    has_aux: bool
    holomorphic: bool = False
    given: int | None = None
    is_pair: bool = False
    optimize: bool = False


def request_for(function: Function, options: Options) -> Request:
    """What options ask of a function.  Raises ArgnumsError if it has no such parameters."""
    wrt, single = wanted(function, options.argnums), is_single(options.argnums)
    return Request(wrt, single, options.with_value, options.has_aux, options.holomorphic, optimize=options.optimize)


# ---------------------------------------------------------------------------------------------- making


def made_derivative(run: Run, step: Step) -> Fact | None:
    """What is known of the result of a step that calls `grad` or one of its relatives; None for other steps."""
    if effects.makes_pushforward(step):
        return Partial(Const(step.callee), step.operands, ())
    if hasattr(step.callee, "__srcad_checkpoints__") and len(step.operands) == 1 and not step.keywords:
        return Partial(Const(call_again), step.operands, ())
    options: Options | None = getattr(step.callee, "__srcad_options__", None)
    if options is None or len(step.targets) != 1:
        return None
    given = dict(zip(("f", "argnums"), step.operands, strict=False)) | dict(step.keywords)
    function = given.pop("f", Const(None))
    values = {name: value_of(run.fact(operand)) for name, operand in given.items()}
    if MISSING in values.values() or not values.keys() <= {"argnums", "has_aux", "holomorphic", "optimize"}:
        return None
    fact = run.fact(function)
    if isinstance(fact, Known) and not callable(fact.value):  # `grad(argnums)` and `grad(argnums=...)` decorate
        chosen = values if fact.value is None else values | {"argnums": fact.value}
        return Partial(Const(step.callee), (), tuple((k, Const(v)) for k, v in chosen.items()))
    return Gradient(step.callee, function, replace(options, **values))


# --------------------------------------------------------------------------------------------- calling


def called_derivative(run: Run, step: Step) -> Step | None:
    """The call of a list for a step that calls a derivative; None for other steps.

    A refusal is noted, for the sweep to raise it if a derivative has to pass through the call.
    """
    if isinstance(step.callee, Differentiated):
        count = step.callee.captured
        asked, captured, operands = step.callee, step.operands[:count], step.operands[count:]
    elif step.callee is CALL:
        made = run.fact(step.operands[0])
        if not isinstance(made, Gradient):
            return None
        asked, operands = made, step.operands[1:]
    elif is_derivative(step.callee) and hasattr(step.callee, "options"):
        asked, operands = step.callee, step.operands
    else:
        return None
    try:
        if not isinstance(asked, Differentiated):
            asked, captured = differentiated(run, asked)
        try:
            wanted = requested(run, asked, captured, operands, dict(step.keywords))
        except DifferentiationError:
            raise
        except TypeError:
            return None  # the call raises this itself, when it runs
        list_ = derived(run, asked, wanted) if asked.block is None else blocks(asked.block, wanted)
        return replace(step, callee=list_, operands=tuple(wanted.bound[p.name] for p in list_.params), keywords=())
    except DifferentiationError as refusal:
        run.refused[refusal_key(step, run.facts)] = located(refusal, step.site)
        return None


def differentiated(run: Run, asked: Any) -> tuple[Differentiated, tuple[Operand, ...]]:
    """The callee for a derivative that is made in the program, or an object, and what the function captured."""
    if not isinstance(asked, Gradient):
        inner, captured = list_of(run, Const(asked.primal))
        return Differentiated(
            inner, len(captured), asked.options, block=getattr(asked, "__srcad_block__", None)
        ), captured
    inner, captured = list_of(run, asked.function)
    if getattr(asked.maker, "__srcad_of_gradient__", False):
        inner = calling(inner, Differentiated(inner, len(captured), asked.options))
    block = getattr(asked.maker, "__srcad_block__", None)
    return Differentiated(inner, len(captured), asked.options, block=block), captured


def calling(inner: Function, asked: Differentiated) -> Function:
    """The function of the same parameters that calls the gradient of a function."""
    result = Names(p.name for p in inner.params).fresh("result")
    step = Step((result,), asked, tuple(p.name for p in inner.params), (), inner.site)
    name = f"{inner.name}_{asked.options.kind}"
    return replace(inner, name=name, body=(step,), result=result, captures=(), guards=())


def is_derivative(callee: Any) -> bool:
    """Whether a callee is an object that `grad` or one of its relatives returned."""
    return getattr(type(callee), "__srcad_callee__", False)


def refusal_key(step: Step, facts: Mapping[str, Fact]) -> Any:
    """By what the refusal of the function that a step calls is found: the function, or the fact of what is called."""
    if step.callee is CALL and isinstance(step.operands[0], str):
        return facts.get(step.operands[0])
    return step.callee


def located(refusal: DifferentiationError, site: Site | None) -> DifferentiationError:
    """The refusal with the place of the call, if it has none of its own."""
    return refusal if refusal.site is not None else type(refusal)(refusal.reason, refusal.remedy, site)


def list_of(run: Run, function: Operand) -> tuple[Function, tuple[Operand, ...]]:
    """The list of a function that is differentiated, and the operands that it captured: its first parameters.

    Raises DifferentiationError if there is none.
    """
    match run.fact(function):
        case Known(value=value) if callable(value):
            return list_of_primal(value, run.lower), ()
        case Closure(function=inner, captured=captured):
            return inner, captured
        case Partial() as made:
            return _of_partial(run, made)
        case Gradient() as made:
            callee, captured = differentiated(run, made)
            if callee not in run.helpers:
                name = f"{callee.function.name}_{made.options.kind}"
                run.helpers[callee] = replace(passing_on(callee.function, callee), name=name, guards=())
            return run.helpers[callee], captured
    raise UnsupportedError(
        "which function is differentiated here is not known",
        "call grad with a function that is named, or written down, in this function",
    )


def _of_partial(run: Run, made: Partial) -> tuple[Function, tuple[Operand, ...]]:
    """The list of a partial, of which the arguments that it was given are the first parameters."""
    inner, captured = list_of(run, made.function)
    fixed = (*captured, *made.operands)
    named = dict(made.keywords)
    if len(fixed) > len(inner.params) or any(p.kind.startswith("VAR_") for p in inner.params):
        raise UnsupportedError(
            f"a partial of {inner.name} passes arguments on to *args or **kwargs",
            "write a function that makes the call",
        )
    first, rest = inner.params[: len(fixed)], inner.params[len(fixed) :]
    by_name = tuple(Param(p.name) for p in rest if p.name in named)
    after: list[Param] = []
    only = False
    for p in rest:
        only = only or p.name in named
        if p.name not in named:
            after.append(replace(p, kind="KEYWORD_ONLY") if only else p)
    params = (*(Param(p.name) for p in first), *by_name, *after)
    return replace(inner, params=params), (*fixed, *(named[p.name] for p in by_name))


@dataclass(frozen=True)
class Wanted:
    """What a call of a derivative asks for: of which list, with which operands and facts."""

    function: Function
    bound: Mapping[str, Operand]
    facts: Mapping[str, Fact]
    request: Request


def requested(
    run: Run,
    asked: Differentiated,
    captured: tuple[Operand, ...],
    operands: tuple[Operand, ...],
    keywords: Mapping[str, Operand],
) -> Wanted:
    """What a call of a derivative with these operands asks for.

    Raises TypeError where the call does not fit the parameters, or what is differentiated is no float.
    """
    count = asked.captured
    own = replace(asked.function, params=asked.function.params[count:])
    own = with_own_parameters(own, asked.options.argnums, operands, keywords)
    request = request_for(own, asked.options)
    function = replace(own, params=(*asked.function.params[:count], *own.params))
    bound = bind(function, (*captured, *operands), keywords, run.make_tuple, run.make_dict)
    function, bound = unfolded(run, function, bound)
    facts = {name: without_sites(run.fact(operand)) for name, operand in bound.items()}
    for name in request.wrt:
        facts[name] = fa.widen(facts[name])
        check_fact(facts[name], name, function, holomorphic=request.holomorphic)
    return Wanted(function, bound, canonical(facts), request)


def derived(run: Run, asked: Differentiated, wanted: Wanted) -> Function:
    """The list of a derivative.  Raises DifferentiationError where there is none."""
    key = (asked.function, wanted.request, tuple(wanted.facts.items()))
    if asked in run.inlining:
        name = wanted.function.name
        raise UnsupportedError(f"{name} calls its own derivative", "stop at some order: call another function")
    if key not in run.helpers:
        run.inlining.append(asked)
        try:
            run.helpers[key] = run.derive(wanted.function, wanted.facts, wanted.request, run)
        finally:
            run.inlining.remove(asked)
    return run.helpers[key]


def blocks(block: Callable, wanted: Wanted) -> Function:
    """The list of a Jacobian: a program makes its block for each differentiated argument, the others being captured.

    Raises UnsupportedError for arguments that are neither numbers nor arrays.
    """
    function, request = wanted.function, wanted.request
    names = Names.of(function)
    steps: list[Step] = []

    def step(callee: Any, *operands: Operand) -> str:
        steps.append(Step((names.fresh("t"),), callee, operands, (), function.site))
        return steps[-1].target

    found = []
    for name in request.wrt:
        fact = wanted.facts[name]
        kinds = "c" if request.holomorphic else "f"
        if not isinstance(fact, (fa.Number, fa.Array)) or fact.dtype is None or np.dtype(fact.dtype).kind != kinds:
            raise UnsupportedError(
                f"a Jacobian is called inside a function with the argument {name}, which is not known to be a real "
                "number or array",
                "pass numbers and arrays, complex ones with holomorphic=True",
            )
        others = tuple(p for p in function.params if p.name != name)
        inner = replace(function, params=(*map(_as_plain, others), Param(name)))
        if request.has_aux:
            value = names.fresh("value")
            first = Step((value,), operator.getitem, (function.result, Const(0)), (), function.site)
            inner = replace(inner, body=(*inner.body, first), result=value)
        along = step(MakeFunction(inner, len(others)), *(p.name for p in others))
        found.append(step(block, along, name, Const(request.holomorphic)))
    result = found[0] if request.single else step(make_tuple, *found)
    if request.has_aux:
        result = step(
            make_tuple, result, step(operator.getitem, step(function, *(p.name for p in function.params)), Const(1))
        )
    params = tuple(map(_as_plain, function.params))
    return Function(f"{function.name}_jacobian", params, tuple(steps), result)


def _as_plain(param: Param) -> Param:
    """A parameter that is always passed, by position."""
    return Param(param.name)


def unfolded(run: Run, function: Function, bound: dict[str, Any]) -> tuple[Function, dict[str, Any]]:
    """The function given the operands that functions among its arguments captured, instead of these functions.

    A list of its own knows only what it is given; it makes the functions itself, from what they are made of.
    """
    names = Names.of(function)
    given = dict(bound)
    made: list[Step] = []
    while True:
        name = next((n for n in given if isinstance(run.fact(given[n]), (Closure, Partial, Gradient))), None)
        if name is None:
            break
        callee, operands, keywords = _made_of(run.fact(given.pop(name)))
        new = {names.fresh("captured"): o for o in (*operands, *(o for _, o in keywords))}
        inside = tuple(new)
        named = tuple((k, n) for (k, _), n in zip(keywords, inside[len(operands) :], strict=True))
        made.insert(0, Step((name,), callee, inside[: len(operands)], named, function.site))
        given |= new
    return replace(function, params=tuple(map(Param, given)), body=(*made, *function.body)), given


def _made_of(fact: Fact) -> tuple[Any, tuple[Operand, ...], tuple[tuple[str, Operand], ...]]:
    """The call that makes a function: callee, operands and keywords."""
    match fact:
        case Closure(function=function, captured=captured):
            return MakeFunction(function, len(captured)), captured, ()
        case Partial(function=function, operands=operands, keywords=keywords):
            return partial, (function, *operands), keywords
        case Gradient(maker=maker, function=function, options=options):
            asked = ("argnums", "has_aux", "holomorphic")
            return maker, (function,), tuple((name, Const(getattr(options, name))) for name in asked)
    raise TypeError(f"not made in the program: {fact!r}")
