"""Calls of functions with source: inlined, or calls of a list that is made for arguments with these facts.

Guarantee: a call that does not fit the function's parameters stays as it is, and raises what Python raises.
"""

from __future__ import annotations

import inspect
import operator
import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.checkpoints import Checkpointed, call_again
from srcad.errors import DifferentiationError, UnsupportedError
from srcad.facts import UNKNOWN, Fact
from srcad.library import register as library
from srcad.transform.analyses import effects
from srcad.transform.analyses.containers import holds_container
from srcad.transform.analyses.facts import refreshed
from srcad.transform.binding import bind
from srcad.transform.generators import refuse_guarded_yields
from srcad.transform.helpers import (
    Closure,
    Helper,
    canonical,
    fact_of_result,
    is_plain,
    is_tiny,
    sets_attributes,
    without_sites,
)
from srcad.transform.specialise import recursion
from srcad.transform.specialise.resolving import IN_PLACE
from srcad.wengert import (
    CALL,
    Augmented,
    Function,
    MakeFunction,
    Method,
    Node,
    Operand,
    Param,
    Recursion,
    Spread,
    Step,
    all_names,
    identity,
    renamed,
    substitute,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


BY_POSITION = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")
"""The kinds of parameters that take an argument by its place."""

_MUTATES_LIST = {Method(name) for name in ("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse")}
_MUTATES_DICT = {Method(name) for name in ("update", "pop", "popitem", "clear", "setdefault")}


def called_function(run: Specialiser, step: Step) -> tuple[Function, tuple[Operand, ...]] | None:
    """The list of the function a step calls and the operands it captured, if it is to be inlined."""
    callee = step.callee
    if (program := called_program(run, step)) is not None:
        return program, ()
    if callee is CALL and isinstance(closure := run.fact(step.operands[0]), Closure):
        again = closure.function in run.inlining and not closure.function.generator
        if closure.function.generator:
            refuse_guarded_yields(closure.function)
        return None if again else (closure.function, closure.captured)
    if isinstance(callee, Function):
        return None if callee in run.inlining else (callee, ())
    if isinstance(callee, Checkpointed):
        primal = callee.primal
        function = primal if isinstance(primal, Function) else run.lower(primal)
        return (function, ()) if may_carry(run, step) else None
    if not isinstance(callee, types.FunctionType) or not effects.is_python_call(step):
        return None
    if effects.makes_function(step) or hasattr(callee, "__srcad_pushes__") or hasattr(callee, "__srcad_pulls__"):
        return None
    stays = callee in run.inlining or not (may_carry(run, step) or library.is_own(callee))
    if stays and not inspect.isgeneratorfunction(callee):
        return None
    if hasattr(callee, "dispatch") and hasattr(callee, "registry"):
        run.refused[callee] = UnsupportedError(
            f"{callee.__name__} chooses a function by the class of its argument (functools.singledispatch)",
            "call the function for this class by its own name",
            step.site,
        )
        return None
    try:
        list_ = run.lower(callee)
        if list_.generator:
            refuse_guarded_yields(list_)
        if list_ is run.top and any(run.fact(o) == UNKNOWN for o in step.operands):
            return None  # what it is given is known at run time
        return list_, ()
    except DifferentiationError as refusal:
        run.refused[callee] = refusal
        return None


def checkpointed_call(run: Specialiser, step: Step) -> Step:
    """The call of a function that is checkpointed where it is made in the program: what it captured is passed to it."""
    if step.callee is not call_again or not step.operands:
        return step
    match run.fact(step.operands[0]):
        case Closure(function=function, captured=captured):
            return checkpointed_closure(run, step, function, captured)
        case fa.Known(value=types.FunctionType() as function):
            callee = run.helpers.setdefault((call_again, function), Checkpointed(function))
            return replace(step, callee=callee, operands=step.operands[1:])
    return step


def checkpointed_closure(run: Specialiser, step: Step, function: Function, captured: tuple[Operand, ...]) -> Step:
    """The call of a checkpointed list.  Raises UnsupportedError where it would not be enough to keep its arguments."""
    known = [run.fact(o) for o in captured]
    is_kept = any(holds_container(fact) or not is_plain(fact) for fact in known)
    if is_kept or not all(p.kind in BY_POSITION for p in function.params):
        raise UnsupportedError(
            f"{function.name} is checkpointed where it is made, and captures what may change, or takes *args",
            "pass it all that it reads as arguments of fixed number",
            step.site,
        )
    given, keywords = (*captured, *step.operands[1:]), dict(step.keywords)
    bound = bind(with_captured_defaults(function, captured), given, keywords, run.make_tuple, run.make_dict)
    callee = run.helpers.setdefault((call_again, function), Checkpointed(definition(function)))
    return replace(step, callee=callee, operands=tuple(bound[p.name] for p in function.params), keywords=())


def definition(function: Function) -> Function:
    """The list with parameters that can be printed as those of a function, and are always passed."""
    taken = all_names(function)
    new: dict[str, Operand] = {}
    for p in function.params:
        name = p.name.replace(".", "_")
        while name != p.name and (name in taken or name in new.values()):
            name += "_"
        new[p.name] = name
    result = new.get(function.result, function.result) if isinstance(function.result, str) else function.result
    params = tuple(Param(str(new[p.name])) for p in function.params)
    return replace(function, params=params, body=substitute(function.body, new), result=result)


def called_program(run: Specialiser, step: Step) -> Function | None:
    """The program of the library that stands for what a step calls."""
    if not effects.hashable(step.callee):
        return None
    body = library.chosen(step.callee, step.operands, dict(step.keywords), run.fact)
    if body is None:
        return None
    function = run.lower(body)
    makes = function.generator or any(effects.makes_function(n) for n in function.body if isinstance(n, Step))
    return function if makes or may_carry(run, step) else None


def may_carry(run: Specialiser, step: Step) -> bool:
    """Whether any argument can carry a derivative, or be a function that does."""
    given = step.operands + tuple(o for _, o in step.keywords)
    return any(fa.is_active_type(run.fact(o)) is not False for o in given)


def call_helper(run: Specialiser, step: Step, function: Function, captured: tuple[Operand, ...]) -> bool:
    """Keeps the call of a function that deserves a definition of its own; False if it is to be inlined."""
    given = (*step.operands, *(o for _, o in step.keywords))
    if run.site is not None or not isinstance(step.callee, Checkpointed) and is_short(run, step, function):
        return False
    if not isinstance(step.callee, Checkpointed) and any(getattr(around, "is_pair", False) for around in run.inlining):
        return False
    if len(step.targets) > 1 or any(not is_plain(run.fact(o)) for o in given) or sets_attributes(function):
        return False
    if not by_position(function, step):
        return False
    try:
        bound = bind(function, step.operands, dict(step.keywords), run.make_tuple, run.make_dict)
    except TypeError:
        return False  # the call raises this itself, when it runs
    helper = helper_for(run, step.callee, function, bound)
    if helper is None:
        return False
    list_ = helper.specialised.function
    if not step.targets and not any(effects.changed_by(list_)):
        return False  # what is called for an effect that is no write is clearer in the place of the call
    operands = tuple(bound[p.name] for p in list_.params)
    fact = without_sites(refreshed(fact_of_result(helper.specialised)))
    if holds_container(fact) and any(holds_container(run.fact(o)) for o in given):
        return False  # it may return a container it was given
    call = call_of(run, step, list_, operands)
    run.builder.append(call, fact)
    note_call(run, call, list_.params, helper.specialised.facts)
    give_argument(run, step, call)
    return True


def call_of(run: Specialiser, step: Step, callee: Function | Recursion, operands: tuple[Operand, ...]) -> Step:
    """The call of a list in place of a step; its target is another where it returns what it is given, or nothing."""
    named = step.targets and callee.returns is None
    target = step.target if named else run.builder.names.fresh("t")
    return replace(step, targets=(target,), callee=callee, operands=operands, keywords=())


def give_argument(run: Specialiser, step: Step, call: Step) -> None:
    """Names the argument that a call returns as the target of the step it stands for."""
    if call.callee.returns is not None:
        give_result(run, step, call.operands[call.callee.returns])


def note_call(run: Specialiser, call: Step, params: tuple[Param, ...], facts: Mapping[str, Fact]) -> None:
    """Notes what a call of a list leaves in the containers it changes, given the facts of its parameters."""
    run.note_containers(call)
    changes, changes_held = effects.changed_by(call.callee)
    for position, (param, operand) in enumerate(zip(params, call.operands, strict=True)):
        if run.containers is None or position not in (*changes, *changes_held):
            continue
        run.containers.left(run.fact(operand), facts[param.name], position in changes, position in changes_held)


def is_short(run: Specialiser, step: Step, function: Function) -> bool:
    """Whether a function is not worth a definition of its own."""
    return function.site is None or not recursion.has_definition(run, step.callee) or is_tiny(function)


def by_position(function: Function, step: Step) -> bool:
    """Whether a call can be written with its arguments by position, as helpers are called."""
    return all(p.kind in BY_POSITION for p in function.params) and "**" not in dict(step.keywords)


def helper_call(run: Specialiser, step: Step) -> Step:
    """A call of a helper as it was before: what is known of the arguments by now may ask for another helper."""
    positional, keywords = [], []
    for p, operand in zip(step.callee.params, step.operands, strict=True):
        if p.kind == "KEYWORD_ONLY":
            keywords.append((p.name, operand))
        else:
            positional.append(operand)
    helper: Helper = run.helpers[step.callee]
    return replace(step, callee=helper.callable, operands=tuple(positional), keywords=tuple(keywords))


def helper_for(run: Specialiser, callee: Callable, function: Function, bound: Mapping[str, Operand]) -> Helper | None:
    """The helper for a call with these arguments; None if the function deals in memory, and must be inlined."""
    facts = canonical({p.name: run.fact(bound[p.name]) for p in function.params})
    key = (callee, tuple(facts.items()))
    if key not in run.helpers:
        for capture in function.captures:
            facts[capture.name] = fa.fact_of(capture.read(), ("captured", capture.name))
        if fa.DEVICE in run.facts:
            facts[fa.DEVICE] = run.facts[fa.DEVICE]
        helper = recursion.helper(run, callee, function, facts)
        if helper is None or helper.is_final:
            run.helpers[key] = helper
        if helper is not None:
            run.helpers[helper.specialised.function] = helper
    else:
        helper = run.helpers[key]
    if helper is not None:
        list_ = helper.specialised.function
        run.guards.extend(list_.guards)
        run.shared_captures(list_)
    return helper


def inline(run: Specialiser, step: Step, function: Function, captured: tuple[Operand, ...]) -> bool:
    """Writes the body of a called function in place of the call; False if the call does not fit it."""
    operands = step.operands[1:] if step.callee is CALL else step.operands
    keywords = dict(step.keywords)
    if "**" in keywords or isinstance(step.callee, (Spread, Checkpointed)):
        return False
    calls = function if step.callee is CALL else step.callee
    function = with_captured_defaults(run.shared_captures(function), captured)
    try:
        bound = bind(function, (*captured, *operands), keywords, run.make_tuple, run.make_dict)
    except TypeError:
        return False  # the call raises this itself, when it runs
    new = renamed(function, run.builder.names)
    run.replaced.update({n.name: bound[p.name] for n, p in zip(new.params, function.params, strict=True)})
    function = new
    run.guards.extend(function.guards)
    place, made_here = run.place, run.made_here
    run.enter(function.body, f"{place}:{made_here}")
    around = run.inlining, run.calling
    run.inlining, run.calling = run.consumers.get(calls, (run.inlining, step.site))
    if function.site is not None:  # programs of the library do not call themselves
        run.inlining = [*run.inlining, calls]
    changing, run.changing = run.changing, run.changing or changes_containers(function.body)
    run.nodes(function.body)
    run.changing = changing
    run.inlining, run.calling = around
    run.place, run.made_here = place, made_here + 1
    run.builder.site = step.site
    give_result(run, step, run.use(function.result))
    return True


def give_result(run: Specialiser, step: Step, result: Operand) -> None:
    """Names the result of an inlined call as the call's targets."""
    if step.targets:
        run.builder.append(Step(step.targets, identity, (result,), (), step.site))


def with_captured_defaults(function: Function, captured: tuple[Operand, ...]) -> Function:
    """A nested function with the operands that it captured in place of their names where these are defaults."""
    given = {p.name: operand for p, operand in zip(function.params, captured, strict=False)}
    params = (replace(p, default=given[p.default]) if p.default in given else p for p in function.params)
    return replace(function, params=tuple(params))


def changes_containers(nodes: tuple[Node, ...]) -> bool:
    """Whether a block contains a step that could change a list or dict."""
    from_methods = _MUTATES_LIST | _MUTATES_DICT
    for node in walk(nodes):
        if not isinstance(node, Step):
            continue
        if node.callee in (operator.setitem, operator.delitem) or node.callee in IN_PLACE:
            return True
        if isinstance(node.callee, (Augmented, MakeFunction)) or node.callee in from_methods:
            return True
    return False
