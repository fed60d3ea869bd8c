"""The reverse of calls: forward and backward functions for helpers, pullbacks for callees known at run time.

Guarantee: a helper that is called often is printed once, as a forward function that returns its result and what the
backward function needs, and a backward function for each set of arguments that a derivative passes to.  A
callee of which nothing is known before the program runs gives its pullback together with its result.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.checkpoints import Checkpointed
from srcad.errors import UnsupportedError
from srcad.facts import Fact, List
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.nesting import located, refusal_key
from srcad.transform.reverse.again import both_sweeps
from srcad.transform.reverse.handing import (
    changed_by_backward,
    changed_by_forward,
    given_again,
    given_to_write,
    handed_back,
    handed_memory,
    handed_on,
    is_written,
    shadow_of_argument,
)
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.outside import changed_outside
from srcad.transform.reverse.steps import d_name, missing_rule
from srcad.transform.reverse.sweep import ELLIPSIS, Sweep, cotangent_fact
from srcad.transform.reverse.writes import is_array, part_of, save_and_restore
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.own import own_results
from srcad.wengert import (
    CALL,
    Call,
    Const,
    Function,
    Names,
    Node,
    Operand,
    Param,
    Recursion,
    Step,
    base,
    callee_name,
    identity,
    make_tuple,
    substitute,
    used_names,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.helpers import Helper, Specialised


@dataclass(frozen=True)
class Pair:
    """A helper's forward and backward function.  The backward one takes `saved` and the cotangent `d_out`.

    It returns the cotangents of the parameters `active`, in their order.  If the helper writes to parameters, it takes
    the memory it was given first, and last the shadows of what is written to, in which it accumulates; and it puts
    back what that memory held.
    """

    forward: Function | Recursion
    backward: Function | Recursion
    active: tuple[str, ...]


@dataclass(frozen=True)
class Sweeps:
    """Both sweeps of a helper for one set of active parameters, before they are packed into functions."""

    function: Function
    active: tuple[str, ...]
    facts: dict[str, Fact]
    forward: tuple[Node, ...]
    value: Operand
    saved: tuple[str, ...]
    reverse: tuple[Node, ...]
    gradients: tuple[Operand, ...]
    d_out: str
    written: tuple[str, ...]
    again: tuple[str, ...] = ()
    shadows: tuple[str, ...] = ()


# ----------------------------------------------------------------------------------------------- helpers


def reverse_helper_call(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """Writes the call of a helper's backward function; returns the call of its forward function."""
    function: Function = step.callee.finished() if isinstance(step.callee, Recursion) else step.callee
    if function not in sweep.helpers:
        raise missing_rule(sweep, step)  # a derivative that calls itself, of which too little is known
    helper = sweep.helpers[function]
    (target,) = step.targets
    d = sweep.take(target) if sweep.home(target) is not Home.NONE else None
    active = tuple(
        p.name for p, o in zip(function.params, step.operands, strict=True) if sweep.home(o) is not Home.NONE
    )
    if handed_memory(function):
        return reverse_changing_call(sweep, step, helper, active, d)
    if d is None or not active:
        return (replace(step, callee=helper.plain),)
    if isinstance(helper.callable, Checkpointed):
        operands = [o for p, o in zip(function.params, step.operands, strict=True) if p.name in active]
        call_backward(sweep, both_sweeps(sweep, helper, active), (*step.operands, d), operands)
        return (replace(step, callee=helper.plain),)
    pair = pair_for(sweep, helper.specialised, active)
    saved = sweep.names.fresh("saved")
    sweep.facts[saved] = fa.UNKNOWN
    sweep.kept[saved] = (*step.operands, target)
    operands = [o for p, o in zip(function.params, step.operands, strict=True) if p.name in pair.active]
    call_backward(sweep, pair.backward, (saved, d), operands)
    return (replace(step, targets=(target, saved), callee=pair.forward),)


def reverse_changing_call(
    sweep: Sweep, step: Step, helper: Helper, active: tuple[str, ...], d: Operand | None
) -> tuple[Node, ...]:
    """The reverse of a call of a helper that writes to its arguments, to which their shadows are handed."""
    function = helper.specialised.function
    given = {p.name: o for p, o in zip(function.params, step.operands, strict=True)}
    travelling, handed = handed_on(function, active), handed_back(function, active)
    if not travelling and not handed and d is None:
        return (*undone(sweep, step, [given[n] for n in handed_memory(function)]), replace(step, callee=helper.plain))
    pair = pair_for(sweep, helper.specialised, active)
    saved, target = sweep.names.fresh("saved"), step.target
    sweep.facts[saved] = fa.UNKNOWN
    sweep.kept[saved] = (*step.operands, target)
    cotangent: tuple[Operand, ...] = ()
    if isinstance(function.result, str):
        cotangent = (sweep.zero(target) if d is None else d,)
    shadows = tuple(shadow_of_argument(sweep, given[name], step) for name in handed)
    others = [given[n] for n in active if n not in handed and n not in travelling]
    beside = tuple(shadow_of_argument(sweep, given[name], step, is_travelling=True) for name in travelling)
    again = tuple(given[name] for name in given_again(function, helper.specialised.facts))
    call_backward(sweep, pair.backward, (*again, *beside, saved, *cotangent, *shadows), others)
    call = replace(step, targets=(saved,), callee=pair.forward, operands=(*step.operands, *beside))
    if isinstance(function.result, Const):
        return (call, Step((target,), identity, (function.result,), (), step.site))
    return (replace(call, targets=(target, saved)),)


def undone(sweep: Sweep, step: Step, written: list[Operand]) -> tuple[Node, ...]:
    """Writes the restore of what a call without a derivative writes to; returns the steps that save it."""
    saving: list[Node] = []
    for operand in written:
        if is_array(sweep, operand):
            saving += save_and_restore(sweep, operand, ELLIPSIS, part_of(sweep, operand, ELLIPSIS))
        else:
            sweep.opaque_writes.append((operand, step))
    return tuple(saving)


def call_backward(sweep: Sweep, backward: Any, given: tuple[Operand, ...], operands: list[Operand]) -> None:
    """Writes the call of a backward function, and adds what it returns to the cotangents of the operands."""
    targets = tuple(sweep.names.fresh(d_name(o)) for o in operands)
    sweep.builder.add(Step(targets, backward, given, (), sweep.builder.site))
    for name, operand in zip(targets, operands, strict=True):
        sweep.facts[name] = cotangent_fact(sweep.builder.fact(operand))
        sweep.add(operand, name)  # nothing, where the pair serves calls with more active arguments too


def pair_for(sweep: Sweep, specialised: Specialised, active: tuple[str, ...]) -> Pair:
    """The pair for a helper; one with more active parameters lends its forward function."""
    made = sweep.pairs.setdefault(specialised.function, {})
    if active in made:
        return made[active][1]
    shared = made.values() if not handed_memory(specialised.function) else ()
    for parts, pair in list(shared):
        if set(active) <= set(pair.active):
            if parts is None:
                return pair  # it is being made: the function calls itself
            backward = backward_function(
                parts, active, f"{callee_name(specialised.function)}_backward_{'_'.join(active)}"
            )
            made[active] = (parts, Pair(pair.forward, backward, active))
            return made[active][1]
    before = {function: dict(pairs) for function, pairs in sweep.pairs.items()}
    if not make_pair(sweep, specialised, active, also_saved=False):
        sweep.pairs.clear()
        sweep.pairs.update(before)
        make_pair(sweep, specialised, active, also_saved=True)
    return sweep.pairs[specialised.function][active][1]


def make_pair(sweep: Sweep, specialised: Specialised, active: tuple[str, ...], *, also_saved: bool) -> bool:
    """Makes the pair for a helper; says whether its backward function writes to nothing but what was assumed.

    That is what it is handed, and `also_saved` memory that the forward function saved.
    """
    function = specialised.function
    name = function.name
    written = changed_by_backward(function, active, specialised.facts, also_saved=also_saved)
    forward_token = Recursion(f"{name}_forward", None, *changed_by_forward(function, active))
    inside = Pair(forward_token, Recursion(f"{name}_backward", None, *written), active)
    sweep.pairs[function][active] = (None, inside)
    parts = sweep.make_sweeps(replace(specialised, again=sweep.again), active, sweep.lower, sweep.pairs)
    forward = forward_function(parts, inside.forward.name)
    backward = replace(backward_function(parts, active, inside.backward.name), **changes_of(written))
    inside.forward.function, inside.backward.function = forward, backward
    sweep.pairs[function][active] = (parts, Pair(forward, backward, active))
    return also_saved or not handed_memory(function) or not writes_to_saved(backward)


def changes_of(written: tuple[tuple[int, ...], tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """What a function writes to, as its list says it."""
    return dict(zip(("changes", "changes_held"), written, strict=True))


def writes_to_saved(backward: Function) -> bool:
    """Whether a backward function writes to memory that the forward function saved."""
    memory = Memory(backward.body, {}, separate=frozenset(p.name for p in backward.params))
    return is_written("saved", memory, given_to_write(backward.body, frozenset()))


def forward_function(parts: Sweeps, name: str) -> Function:
    """The function that returns the value and what is to be recorded; only this, if a helper returns nothing."""
    names = Names(used_names(parts.forward) | set(parts.facts))
    closing: list[Node] = []
    kept: Operand = names.fresh("saved") if is_packed(parts) else parts.saved[0]
    if is_packed(parts):
        closing.append(Step((str(kept),), make_tuple, parts.saved, (), None))
    both: Operand = kept
    where: tuple[int, ...] = ()
    if not handed_memory(parts.function) or isinstance(parts.value, str):
        both, where = names.fresh("t"), (1,)
        closing.append(Step((both,), make_tuple, (parts.value, kept), (), None))
    body = (*parts.forward, *closing)
    saves = where if is_packed(parts) else None
    new = {"fresh": False, "returns": None, "saves": saves}
    return replace(parts.function, name=name, body=body, result=both, doc=None, **new)


def is_packed(parts: Sweeps) -> bool:
    """Whether a tuple is handed over: also for the tape of a function that calls itself in a loop.

    What a tape holds is known by the kind of the tuples that hold it.
    """
    return len(parts.saved) != 1 or isinstance(parts.facts.get(parts.saved[0]), List) and calls_itself(parts)


def calls_itself(parts: Sweeps) -> bool:
    """Whether the forward sweep holds a call of the list that is made of it, or of one that calls that."""
    return any(isinstance(n, Step) and isinstance(n.callee, Recursion) for n in walk(parts.forward))


def backward_function(parts: Sweeps, active: tuple[str, ...], name: str) -> Function:
    """The function from what was recorded and the cotangent of the result to those of `active`."""
    function, facts = backward_part(parts, active, name)
    return replace(function, fresh=own_results(function, facts) is function)


def backward_part(parts: Sweeps, active: tuple[str, ...], name: str) -> tuple[Function, dict[str, Fact]]:
    """The same function with the facts of its names, before it is known whether its results are its own."""
    names = Names(used_names(parts.reverse) | set(parts.facts) | {"saved", "d_out"})
    new = {n: names.fresh(n) for n in ("saved", "d_out") if n in parts.facts} | {parts.d_out: "d_out"}
    saved = tuple(new.get(n, n) for n in parts.saved)
    if not is_packed(parts):
        new[parts.saved[0]] = "saved"
    given = (*parts.again, *parts.shadows)
    new |= {name: names.parameter(base(name)) for name in given if "." in name or name in new}
    wanted = [d for p, d in zip(parts.active, parts.gradients, strict=True) if p in active]
    wanted = [new.get(d, d) if isinstance(d, str) else d for d in wanted]
    body: list[Node] = [Step(saved, identity, ("saved",), (), None)] if len(saved) > 1 else []
    if len(saved) == 1 and is_packed(parts):
        body = [Step(saved, operator.getitem, ("saved", Const(0)), (), None)]
    body.extend(substitute(parts.reverse, new))
    result: Operand = wanted[0] if wanted else Const(None)
    if len(wanted) > 1:
        result = names.fresh("t")
        body.append(Step((result,), make_tuple, tuple(wanted), (), None))
    captures = tuple(c for c in parts.function.captures if c.name in used_names(body) and c.name not in saved)
    first = [] if handed_memory(parts.function) and isinstance(parts.value, Const) else ["d_out"]
    again, shadows = ([new.get(name, name) for name in part] for part in (parts.again, parts.shadows))
    params = tuple(map(Param, [*again, "saved", *first, *shadows]))
    function = Function(name, params, tuple(body), result, captures, (), parts.function.site)
    facts = parts.facts | {name: parts.facts.get(old, fa.UNKNOWN) for old, name in new.items()}
    facts["saved"] = fa.UNKNOWN
    return remove_dead_steps(function, facts), facts


# ----------------------------------------------------------------------------------------------- run time


def reverse_python_call(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of a call of a value, or of a Python function that could not be resolved to a list."""
    active = any(sweep.home(t) is not Home.NONE for t in step.targets)
    if not active:
        refuse_hidden_flow(sweep, step)
        given = (*step.operands, *(o for _, o in step.keywords))
        sweep.opaque_writes.extend((o, step) for o in (*given, *changed_outside(sweep, step.callee)))
        return (step,)
    refusal = sweep.refused.get(refusal_key(step, sweep.facts))
    if refusal is not None:
        raise refusal
    if isinstance(step.callee, Call):
        return reverse_runtime_call(sweep, step, step.operands[0], step.operands[1:])
    return reverse_runtime_call(sweep, step, Const(step.callee), step.operands)


def refuse_hidden_flow(sweep: Any, step: Step) -> None:
    """Raises where a function of which nothing is known could store a derivative in memory that the result reads.

    `sweep` is what either mode knows of the function.
    """
    refusal = sweep.refused.get(refusal_key(step, sweep.facts))
    if refusal is not None and hasattr(step.callee, "__srcad_opaque__"):
        raise located(refusal, step.site)
    why = "it calls itself, or is one of several" if refusal is None else refusal.reason
    given = [o for o in (*step.operands, *(o for _, o in step.keywords)) if isinstance(o, str)]
    if not any(o in sweep.varied for o in given):
        return
    read = frozenset().union(*(sweep.memory.reach(name) for name in sweep.useful))
    for operand in given:
        if not effects.is_immutable(sweep.builder.fact(operand)) and not read.isdisjoint(sweep.memory.reach(operand)):
            raise UnsupportedError(
                f"{callee_name(step.callee)} may change {base(operand)!r}, and how is not known: {why}",
                f"pass it a copy ({base(operand)}.copy()) if it only reads; otherwise return the new values, or write "
                "the recursion as a loop",
                step.site,
            )


def reverse_runtime_call(sweep: Sweep, step: Step, callee: Operand, operands: tuple[Operand, ...]) -> tuple[Node, ...]:
    """Writes the call of a pullback; returns the step that gives the result together with it."""
    (target,) = step.targets
    d = sweep.take(target)
    if d is None:
        return (step,)
    pull = sweep.names.fresh("pull")
    sweep.facts[pull] = fa.UNKNOWN
    given = (*operands, *(o for _, o in step.keywords))
    sweep.kept[pull] = (callee, *given, target)
    cotangents = sweep.builder.step(CALL, pull, d, like="d")
    for i, operand in enumerate(given):
        if sweep.home(operand) is not Home.NONE:
            fact = cotangent_fact(sweep.builder.fact(operand))
            part = sweep.builder.step(operator.getitem, cotangents, Const(i), like=d_name(operand), fact=fact)
            sweep.add(operand, part)
    if sweep.home(callee) is not Home.NONE:
        own = sweep.builder.step(operator.getitem, cotangents, Const(len(given)), like=d_name(callee), fact=fa.UNKNOWN)
        sweep.add(callee, own)
    forward = Step((target, pull), rt.pullback, (callee, *operands), step.keywords, step.site)
    return (forward,)
