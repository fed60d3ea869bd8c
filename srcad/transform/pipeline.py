"""The way of a function, as a list of stages.

    parse -> lower -> specialise by facts -> reverse -> simplify -> order -> accumulate in place -> own results
          -> emit -> compile

Every stage maps a Wengert list to a Wengert list that can be printed, emitted and run; `stages` gives them all.
Lists are kept for each function object, and made anew when a function, class or module they were resolved
through is no longer the same.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np

import srcad.library
import srcad.rules  # noqa: F401 (both fill their registries)
from srcad import facts as fa
from srcad.checkpoints import Checkpointed
from srcad.errors import SourceError, UnsupportedError
from srcad.facts import Fact
from srcad.library import register as library
from srcad.objects import is_object
from srcad.rules import primitives, register
from srcad.transform.batching import batched
from srcad.transform.binding import call_method, list_of_primal, passing_on
from srcad.transform.emit import Program, compile_program, emit
from srcad.transform.forward import tangent_program
from srcad.transform.helpers import Specialised, fact_of_result
from srcad.transform.lower import lower
from srcad.transform.managers import Lower, with_managers
from srcad.transform.nesting import Request, is_derivative
from srcad.transform.reverse import Joint, Sweeps, gradient_program, make_sweeps
from srcad.transform.reverse.again import refuse_noticed
from srcad.transform.reverse.calls import backward_function, forward_function
from srcad.transform.reverse.linearisation import linearisation
from srcad.transform.reverse.repeatable import repeatable_pair, written_by_reverse
from srcad.transform.simplify import (
    accumulate_in_place,
    bring_together,
    define_copied,
    own_results,
    remove_copies,
    reuse_buffers,
    stack_tapes,
    store_zeros_late,
)
from srcad.transform.specialise import Specialiser, specialise
from srcad.transform.standins import refuse_returned
from srcad.wengert import (
    Capture,
    Const,
    Function,
    Names,
    Operand,
    Param,
    Step,
    as_forward,
    make_tuple,
    placeless,
    used_names,
)


@lru_cache(maxsize=1024)
def _lower_once(function: Callable) -> Function:
    return placeless(lower(function)) if library.is_own(function) else lower(function)


def lowered(function: Callable) -> Function:
    """The Wengert list of a callable: of a Python function, or of one that calls the callable.

    Raises DifferentiationError where there is none.
    """
    if isinstance(function, Checkpointed):
        inner = lowered(function.primal)
        return replace(passing_on(inner, function), name=identifier(inner.name))
    remedy = getattr(function, "__srcad_opaque__", None)
    if remedy is not None:
        what = function.__name__ if isinstance(function, types.FunctionType) else repr(function)
        reason = f"{what} is called in a function that is differentiated"
        raise UnsupportedError(getattr(function, "__srcad_reason__", reason), remedy)
    if isinstance(function, types.FunctionType):
        known = _lower_once(function)
        entry = register.lookup(function)
        if entry is not None and (entry.rule is not None or entry.constant):
            return passing_on(known, function)  # what is registered of a function comes before its source
        if all(guard.holds() for guard in known.guards):
            return known
        return lower(function)
    return calling(function)


def primal_list(function: Callable) -> Function:
    """The Wengert list of a function that is differentiated itself.  Raises DifferentiationError if there is none."""
    return list_of_primal(function, lowered)


def calling(function: Any) -> Function:
    """The list of a function that only calls `function`: a primitive, bound method, partial or callable object."""
    if isinstance(function, types.MethodType):
        return _with_first(function.__func__, function.__self__, function.__name__)
    if isinstance(function, partial):
        return _partial(function)
    if is_derivative(function):
        inner = lowered(function.primal)
        return replace(passing_on(inner, function), name=f"{identifier(inner.name)}_{function.options.kind}")
    entry = register.lookup(function)
    if entry is not None and entry.parameters is not None:
        return _of_primitive(function, entry.parameters)
    method = call_method(type(function))
    if method is not None:
        return _with_first(method, function, type(function).__name__)
    raise SourceError(
        f"{function!r} has neither Python source nor a rule",
        "wrap it in a function that srcad can read, or register a rule",
    )


def _with_first(function: Callable, first: Any, name: str) -> Function:
    """The function with its first parameter fixed: an object is read anew at each call, like a variable outside."""
    inner = lowered(function)
    if not is_object(first):
        return replace(passing_on(inner, function, {inner.params[0].name: Const(first)}, inner.params[1:]), name=name)
    own = inner.params[0].name
    capture = Capture(own, {own: first}, own, is_argument=True)
    return replace(passing_on(inner, function, {own: own}, inner.params[1:]), name=name, captures=(capture,))


def _partial(function: partial) -> Function:
    """As `inspect.signature` has it: what follows a parameter that is fixed by name can only be given by name."""
    inner = lowered(function.func)
    fixed: dict[str, Operand] = {p.name: Const(v) for p, v in zip(inner.params, function.args, strict=False)}
    if len(function.args) > len(inner.params) or any(p.kind.startswith("VAR_") for p in inner.params):
        raise SourceError(
            f"{function!r} passes arguments on to *args or **kwargs", "write a function that makes the call"
        )
    rest: list[Param] = []
    by_name = False
    for p in inner.params[len(function.args) :]:
        by_name = by_name or p.name in function.keywords or p.kind == "KEYWORD_ONLY"
        default = Const(function.keywords[p.name]) if p.name in function.keywords else p.default
        rest.append(Param(p.name, default, "KEYWORD_ONLY") if by_name else p)
    return passing_on(inner, function.func, fixed, tuple(rest))


def _of_primitive(function: Any, parameters: primitives.Parameters) -> Function:
    if parameters.starred is not None:
        raise SourceError(f"{function!r} takes any number of arguments", "wrap it in a function with named parameters")
    required = [n for n in parameters.names if n not in parameters.defaults]
    params = tuple(Param(n) for n in required)
    step = Step(("result",), function, tuple(required))
    return Function(getattr(function, "__name__", "function"), params, (step,), "result")


@dataclass(frozen=True)
class Derived:
    """A derivative program for arguments with certain facts: its list, text, and what its validity rests on.

    It works on copies of the parameters `copied`, of which the `written` hold arrays that are written to.
    """

    primal: Function
    function: Function
    facts: Mapping[str, Fact]
    program: Program
    written: tuple[str, ...]
    copied: tuple[str, ...]

    def compile(self, array_module: Any = np) -> Callable:
        """The program as a function that computes with an array module."""
        return compile_program(self.program, array_module)


def derive(function: Function, facts: Mapping[str, Fact], request: Request) -> Derived:
    """The gradient program of a function for arguments with these facts."""
    return stages(function, facts, request)[-1][1]


@dataclass(frozen=True)
class DerivedPair:
    """A forward and a backward function for arguments with certain facts, and the list they were made from.

    What is `restored` is to be put back after a call of the backward function, for another call of it.  `batch` is that
    function for many cotangents along a leading axis, if it was asked for and there is one.
    """

    primal: Function
    forward: Program
    backward: Program
    active: tuple[str, ...]
    written: tuple[str, ...]
    restored: tuple[int | None, ...]
    batch: Program | None = None

    @property
    def programs(self) -> list[Program]:
        """The programs there are."""
        return [self.forward, self.backward, *((self.batch,) if self.batch is not None else ())]


def derive_pair(
    function: Function, facts: Mapping[str, Fact], active: tuple[str, ...], *, is_repeated: bool = False
) -> DerivedPair:
    """The pair of functions for a callee that is only known when the program runs."""
    refuse_generator(function)
    return with_managers(function, lowered, lambda f, lower: _pair(f, lower, facts, active, is_repeated=is_repeated))


def _pair(
    function: Function, lower: Lower, facts: Mapping[str, Fact], active: tuple[str, ...], *, is_repeated: bool
) -> DerivedPair:
    specialised = specialise(function, dict(facts), lower, derived_list)
    if is_repeated:
        refuse_noticed(specialised)
    parts = make_sweeps(specialised, active, lower, {})
    name = identifier(function.name)
    forward = forward_function(parts, f"{name}_forward")
    backward = backward_function(parts, active, f"{name}_backward")
    return DerivedPair(
        specialised.function,
        emit(define_copied(forward)),
        emit(define_copied(backward)),
        active,
        parts.written,
        written_by_reverse(parts),
    )


def stages(function: Function, facts: Mapping[str, Fact], request: Request) -> list[tuple[str, Any]]:
    """Every stage by name: the lists in their order, and last what `derive` returns."""
    refuse_generator(function)
    return with_managers(function, lowered, lambda f, lower: _stages(f, lower, dict(facts), request))


def _stages(function: Function, lower: Lower, facts: dict[str, Fact], request: Request) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("lower", function)]
    specialised = specialised_alone(function, facts, lower)
    found.append(("specialise", specialised.function))
    joint = _joint(specialised, request, lower)
    found.append(("reverse", joint.function))
    what = "Value and gradient" if request.with_value else "Gradient"
    doc = describe(function, facts, what, request.wrt)
    return found + _finished(specialised, joint, _primal_items(request), doc, optimize=request.optimize)


def _finished(
    specialised: Specialised,
    joint: Joint,
    primal: tuple[int, ...],
    doc: str,
    *,
    is_forward: bool = False,
    optimize: bool = False,
) -> list[tuple[str, Any]]:
    """The last stages, from the list of a derivative to its text; with `optimize` arrays serve again.

    In forward mode every statement of the user's stands there itself, and needs no comment.
    """
    known = dict(joint.facts)
    found: list[tuple[str, Any]] = []
    new = bring_together(remove_copies(store_zeros_late(joint.function, known), known), known)
    found.append(("order", new))
    new = accumulate_in_place(new, known)
    found.append(("accumulate", new))
    new = own_results(new, known, primal)
    if optimize and (faster := reuse_buffers(new, known)) is not new:
        new, doc = faster, f"{doc}{_REUSED}\n    "
        found.append(("buffers", new))
    if optimize and (faster := stack_tapes(new, known)) is not new:
        new = faster
        found.append(("stacks", new))
    new = define_copied(new)
    new = replace(new, body=as_forward(new.body) if is_forward else new.body, doc=doc)
    found.append(("own", new))
    program = emit(new)
    found.append(("source", program.source))
    derived = Derived(specialised.function, new, joint.facts, program, joint.written, joint.copied)
    found.append(("derived", derived))
    return found


def derive_tangent(
    function: Function,
    facts: Mapping[str, Fact],
    wrt: tuple[str, ...],
    given: int,
    *,
    has_aux: bool = False,
    is_batch: bool = False,
) -> Derived:
    """The program of a function's value and tangent, for arguments with these facts and tangents of `wrt`.

    The first `given` parameters are passed by position, and then the tangents; of a batch, with a leading axis.
    """
    return tangent_stages(function, facts, wrt, given, has_aux=has_aux, is_batch=is_batch)[-1][1]


def tangent_stages(
    function: Function,
    facts: Mapping[str, Fact],
    wrt: tuple[str, ...],
    given: int,
    *,
    has_aux: bool = False,
    is_batch: bool = False,
) -> list[tuple[str, Any]]:
    """Every stage of forward mode by name."""
    refuse_generator(function)

    def build(f: Function, lower: Lower) -> list[tuple[str, Any]]:
        return _tangent_stages(f, lower, facts, wrt, given, has_aux=has_aux, is_batch=is_batch)

    return with_managers(function, lowered, build)


def _tangent_stages(
    function: Function,
    lower: Lower,
    facts: Mapping[str, Fact],
    wrt: tuple[str, ...],
    given: int,
    *,
    has_aux: bool,
    is_batch: bool,
) -> list[tuple[str, Any]]:
    specialised = specialised_alone(function, facts, lower)
    name = f"{identifier(specialised.function.name)}_jvp"
    joint = tangent_program(specialised, wrt, lower, name=name, given=given, has_aux=has_aux)
    found = [("lower", function), ("specialise", specialised.function), ("forward", joint.function)]
    what = "Value and tangent"
    if is_batch:
        dots = tuple(p.name for p in joint.function.params[given : given + len(wrt)])
        of_many, known = batched(joint.function, joint.facts, dots, 1)
        joint = replace(joint, function=of_many, facts=known)
        found.append(("batch", joint.function))
        what = "Value and a batch of tangents"
    doc = describe(function, facts, what, wrt)
    return found + _finished(specialised, joint, (0,), doc, is_forward=True)


_REUSED = "Arrays that are read no more are written into again; optimize=False makes new ones."


def specialised_alone(function: Function, facts: Mapping[str, Fact], lower: Lower) -> Specialised:
    """A function that is differentiated, for arguments with these facts."""
    specialised = specialise(function, dict(facts), lower, derived_list)
    refuse_returned(fact_of_result(specialised), function.site)
    return specialised


def tangent_list(
    function: Function, facts: Mapping[str, Fact], wrt: tuple[str, ...], given: int
) -> tuple[Function, tuple[str, ...]]:
    """The list of a function's value and tangent, to be transformed again; and the parameters that it writes to."""
    refuse_generator(function)

    def build(f: Function, lower: Lower) -> Joint:
        specialised = specialised_alone(f, facts, lower)
        return tangent_program(specialised, wrt, lower, name=f"{identifier(f.name)}_jvp", given=given)

    joint = with_managers(function, lowered, build)
    list_ = define_copied(own_results(joint.function, joint.facts, (0,)))
    return replace(list_, body=as_forward(list_.body)), joint.copied


def cotangent_list(
    function: Function, facts: Mapping[str, Fact], active: tuple[str, ...]
) -> tuple[Function, tuple[str, ...]]:
    """The list of the cotangents of `active`, as a tuple, to be transformed again; and the parameters it writes to.

    Its last parameter is the cotangent of the result.  It runs the function once more, which must not be noticed.
    """
    refuse_generator(function)

    def build(f: Function, lower: Lower) -> Sweeps:
        specialised = specialised_alone(f, facts, lower)
        refuse_noticed(specialised)
        return make_sweeps(specialised, active, lower, {})

    parts = with_managers(function, lowered, build)
    result = Names(used_names(parts.reverse) | set(parts.facts)).fresh("t")
    closing = Step((result,), make_tuple, tuple(parts.gradients), (), None)
    list_ = replace(
        parts.function,
        name=f"{identifier(function.name)}_pullback",
        params=(*parts.function.params, Param(parts.d_out)),
        body=as_forward((*parts.forward, *parts.reverse, closing)),
        result=result,
        doc=None,
        fresh=False,
    )
    return define_copied(list_), parts.written


def refuse_generator(function: Function) -> None:
    """Raises if calling the function makes a generator, and nothing that has a derivative."""
    if function.generator:
        raise UnsupportedError(
            "Generator functions cannot be differentiated.",
            "collect the values in a list and return it.",
            function.site,
        )


def derived_list(function: Function, facts: Mapping[str, Fact], request: Request, outer: Specialiser) -> Function:
    """The list of a derivative that is called in a program, for arguments with these facts."""
    known = dict(facts)
    for capture in function.captures:
        known[capture.name] = fa.fact_of(capture.read(), ("captured", capture.name))
    if fa.DEVICE in outer.facts:
        known[fa.DEVICE] = outer.facts[fa.DEVICE]
    specialised = replace(specialise(function, known, outer.lower, derived_list, outer), again=True)
    if request.given is not None:
        name = f"{identifier(function.name)}_jvp"
        joint = tangent_program(specialised, request.wrt, outer.lower, name=name, given=request.given)
        list_ = define_copied(own_results(joint.function, joint.facts, (0,)))
        return replace(list_, body=as_forward(list_.body))
    if request.is_pair:
        return _linearisation(specialised, request, outer.lower)
    joint = _joint(specialised, request, outer.lower)
    list_ = define_copied(own_results(joint.function, joint.facts, _primal_items(request)))
    return replace(list_, body=as_forward(list_.body))


def _linearisation(specialised: Specialised, request: Request, lower: Lower) -> Function:
    """The list of a function's value and pullback, for a program that makes it."""
    parts = make_sweeps(specialised, request.wrt, lower, {}, has_aux=request.has_aux, is_called=True)
    pair = repeatable_pair(parts, request.wrt, identifier(specialised.function.name))
    forward, backward = define_copied(pair.forward), define_copied(own_results(pair.backward, pair.facts))
    forward, backward = (replace(list_, body=as_forward(list_.body)) for list_ in (forward, backward))
    return linearisation(parts, replace(pair, forward=forward, backward=backward), request.has_aux)


def _joint(specialised: Specialised, request: Request, lower: Lower) -> Joint:
    kind = "value_and_grad" if request.with_value else "grad"
    return gradient_program(
        specialised,
        request.wrt,
        lower,
        name=f"{identifier(specialised.function.name)}_{kind}",
        with_value=request.with_value,
        has_aux=request.has_aux,
        single=request.single,
        holomorphic=request.holomorphic,
    )


def _primal_items(request: Request) -> tuple[int, ...]:
    """The items of a program's result that are the function's own."""
    return (0,) if request.with_value else (1,) if request.has_aux else ()


def identifier(name: str) -> str:
    """A name that can be part of a function's name.

    >>> identifier("<lambda>")
    'lambda'
    """
    return "".join(c for c in name if c.isalnum() or c == "_") or "function"


def describe(function: Function, facts: Mapping[str, Fact], what: str, wrt: tuple[str, ...]) -> str:
    """The docstring of a generated program."""
    place = ""
    if function.site is not None:
        place = f" ({function.site.file.replace(chr(92), '/').rpartition('/')[2]}:{function.site.line})"
    names = ", ".join(wrt)
    names = names if len(wrt) == 1 else f"({names})"
    given = [
        f"{p.name}: {say(facts[p.name])}" for p in function.params if p.name in facts and facts[p.name] != fa.UNKNOWN
    ]
    known = "; ".join(given) if given else "nothing known of the arguments"
    return f"{what} of {function.name}{place} with respect to {names}.\n\n    For {known}.\n    "


def say(fact: Fact) -> str:
    """A fact in words.

    >>> say(fa.Array("float64", (fa.ONE, fa.ONE)))
    'array 2-d float64'
    """
    match fact:
        case fa.Number(dtype=str() as dtype, weak=True):
            return {"f": "float", "i": "int", "b": "bool", "c": "complex"}[np.dtype(dtype).kind]
        case fa.Number(dtype=dtype):
            return dtype or "number"
        case fa.Array(dtype=dtype, shape=shape):
            axes = "" if shape is None else f" {len(shape)}-d"
            return f"array{axes}{' ' + dtype if dtype else ''}"
        case fa.Tuple(items=items):
            return f"({', '.join(map(say, items))}{',' if len(items) == 1 else ''})"
        case fa.List(items=tuple() as items):
            return f"[{', '.join(map(say, items))}]"
        case fa.Dict(items=tuple() as items):
            return "{" + ", ".join(f"{k!r}: {say(f)}" for k, f in items) + "}"
        case fa.Known(value=value) if callable(value):
            return getattr(value, "__name__", type(value).__name__)
        case fa.Known(value=value):
            return type(value).__name__ if isinstance(value, str) else repr(value)
        case fa.Instance(type=kind):
            return kind.__name__
    return {fa.List: "list", fa.Dict: "dict"}.get(type(fact), "anything")
