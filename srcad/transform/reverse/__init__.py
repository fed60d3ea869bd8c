"""The reverse transformation: from a specialised function to the joint program of both sweeps.

Guarantee: the program returns the value and the gradients that the function's adjoint defines, computes the
value exactly as the function does, and writes to nothing the caller passed.  It is a Wengert list like any other:
it can be printed, run, and differentiated again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Fact, Number
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.helpers import Closure, Partial, Specialised, Super, Transformation, is_function
from srcad.transform.opaque import with_opaque_calls
from srcad.transform.reverse.calls import Sweeps
from srcad.transform.reverse.closures import refuse_writing_closures
from srcad.transform.reverse.control import flat, reverse_block
from srcad.transform.reverse.handing import (
    changed_by_forward,
    given_again,
    handed_memory,
    refuse_shared_arguments,
    shadow_parameters,
)
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.managers import refuse_active_managers
from srcad.transform.reverse.once import record_once
from srcad.transform.reverse.outside import refuse_writes_outside
from srcad.transform.reverse.rebinding import rebind_sums
from srcad.transform.reverse.recompute import recompute_cheap
from srcad.transform.reverse.record import drop_restores, prune_tapes
from srcad.transform.reverse.results import given_cotangent_fact, result_path, scalar_seed
from srcad.transform.reverse.shapes import record_shapes
from srcad.transform.reverse.steps import missing_rule, pull_through
from srcad.transform.reverse.sweep import Sweep, cotangent_fact, slots_of
from srcad.transform.reverse.travelling import shadow_name, travels
from srcad.transform.reverse.undefined import define_recorded
from srcad.transform.scalars.unread import without_unread
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.pipeline import simplify
from srcad.wengert import (
    Capture,
    Const,
    Function,
    Method,
    Names,
    Node,
    Operand,
    Param,
    Step,
    free_names,
    make_tuple,
    outer_names,
    substitute,
    walk,
)


@dataclass(frozen=True)
class Joint:
    """A program of both sweeps, with the facts of its names; `copied` are the parameters it works on copies of.

    Of these, `written` hold arrays that are written to.
    """

    function: Function
    facts: dict[str, Fact]
    written: tuple[str, ...]
    copied: tuple[str, ...]


def gradient_program(
    specialised: Specialised,
    wrt: tuple[str, ...],
    lower: Callable[[Any], Function],
    *,
    name: str,
    with_value: bool = False,
    has_aux: bool = False,
    single: bool = False,
    holomorphic: bool = False,
) -> Joint:
    """The program that returns the gradients with respect to `wrt` (bare if `single`, else a tuple).

    `with_value` puts the value before them; with `has_aux` the function returns `(value, aux)`.  The result is real,
    or complex if the function is `holomorphic`.
    """
    sweep, copied = start(specialised, wrt, lower, {})
    function, facts = sweep.function, sweep.facts
    body = function.body
    value, path = function.result, result_path(sweep, function, has_aux)
    forward, reverse, gradients = sweep_back(sweep, body, value, path, wrt, copied, holomorphic=holomorphic)
    with sweep.builder.block() as keeping:
        paths = [()] * with_value if not has_aux else [(0,)] * with_value + [(1,)]
        kept = [keep(sweep, value, path) for path in paths]
    with sweep.builder.block() as closing:
        grads = gradients[0] if single else sweep.builder.step(make_tuple, *gradients)
        result = grads
        if has_aux and with_value:
            result = sweep.builder.step(make_tuple, sweep.builder.step(make_tuple, *kept), grads)
        elif has_aux:
            result = sweep.builder.step(make_tuple, grads, *kept)
        elif with_value:
            result = sweep.builder.step(make_tuple, *kept, grads)
    steps = [*forward, *keeping, *reverse, *closing]
    new = replace(function, name=name, body=tuple(steps), result=result, captures=all_captures(sweep))
    written = tuple(n for n in copied if holds_written_arrays(sweep, copied[n]))
    return Joint(recorded(new, sweep), facts, written, tuple(copied))


def all_captures(sweep: Sweep) -> tuple[Capture, ...]:
    """What both sweeps read from outside: what the function reads, and what the rules in its reverse do."""
    return tuple(dict.fromkeys((*sweep.function.captures, *sweep.inliner.captures)))


def start(
    specialised: Specialised, wrt: Iterable[str], lower: Callable[[Any], Function], pairs: dict[Function, Any]
) -> tuple[Sweep, dict[str, str]]:
    """A sweep over a function that works on copies of the parameters it writes to, and the copies' names."""
    specialised = rebind_sums(specialised)
    whole, facts = specialised.function, specialised.facts
    live = without_unread(whole.body, whole.result, lambda s: is_function(facts.get(s.target)))  # calls were resolved
    function, copied = copy_written_parameters(replace(specialised, function=replace(whole, body=live)))
    inner = wrt_names(wrt, copied)
    sweep = Sweep(function, specialised.facts, inner, lower, specialised, make_sweeps, pairs, pull_through)
    refuse_active_managers(sweep)
    refuse_missing_rules(sweep)
    refuse_writes_outside(sweep)
    refuse_writing_closures(function, specialised.facts)
    refuse_shared_arguments(sweep)
    return sweep, copied


def recorded(function: Function, sweep: Sweep) -> Function:
    """The program of both sweeps, simplified, that records only what the reverse sweep reads."""
    facts = sweep.facts
    function = remove_dead_steps(replace(function, body=with_opaque_calls(function.body)), facts)
    function = remove_dead_steps(drop_restores(function, sweep), facts)
    function = simplify(function, facts, rounds=1)  # what is left to do is done once the tapes are pruned
    function = recompute_cheap(function, sweep.tapes, facts, sweep.origins)
    function = record_once(function, sweep.tapes, sweep.origins)
    function = simplify(prune_tapes(function, sweep.tapes, facts, sweep.origins), facts)
    function = record_shapes(function, sweep.tapes, facts, sweep.origins)
    return replace(function, body=define_recorded(function.body, sweep.tapes))


def make_sweeps(
    specialised: Specialised,
    active: tuple[str, ...],
    lower: Callable[[Any], Function],
    pairs: dict[Function, Any],
    *,
    has_aux: bool = False,
    is_called: bool = False,
) -> Sweeps:
    """Both sweeps of a helper, for a cotangent of its result in the parameter `d_out`.

    With `has_aux` its result is `(value, aux)`, and the cotangent is that of the value.  One that `is_called` by the
    user, at any time, saves the variables outside that its reverse sweep reads; its cotangents were checked.
    """
    sweep, copied = start(specialised, active, lower, pairs)
    sweep.is_helper = True
    function, facts = sweep.function, sweep.facts
    d_out = sweep.names.fresh("d_out")
    path = result_path(sweep, function, has_aux)
    fact = sweep.fact_at(function.result, path) if path else sweep.builder.fact(function.result)
    facts[d_out] = given_cotangent_fact(fact) if is_called else cotangent_fact(fact)
    travelling, handed = shadow_parameters(sweep, active)
    wrt = tuple(name for name in active if name not in handed and name not in travelling)
    forward, reverse, gradients = sweep_back(sweep, function.body, function.result, path, wrt, copied, d_out, handed)
    both, together = sweep.names.fresh("t"), sweep.names.fresh("t")
    closing = (
        Step((together,), make_tuple, tuple(gradients), (), None),
        Step((both,), make_tuple, (function.result, together), (), None),
    )
    given = (*function.params, *map(Param, travelling.values()))
    params = (*given, Param(d_out), *map(Param, handed.values()))
    middle = Step((), rt.boundary, (), (), None)
    body = (*forward, middle, *reverse, *closing)
    joint = replace(function, params=params, body=body, result=both, captures=all_captures(sweep))
    joint = recorded(joint, sweep)
    again = (*given_again(specialised.function, specialised.facts), *travelling.values())
    outside = frozenset(again) if is_called else frozenset((*again, *(c.name for c in joint.captures)))
    changes, changes_held = changed_by_forward(function, active)
    joint = replace(joint, params=given, changes=changes, changes_held=changes_held)
    parts = split(joint, wrt, facts, d_out, tuple(copied), outside)
    return replace(parts, again=again, shadows=tuple(handed.values()))


def split(
    joint: Function,
    active: tuple[str, ...],
    facts: dict[str, Fact],
    d_out: str,
    written: tuple[str, ...],
    outside: frozenset[str],
) -> Sweeps:
    """Cuts the joint program of a helper in two; both read the variables `outside`."""
    (middle,) = (i for i, n in enumerate(joint.body) if isinstance(n, Step) and n.callee is rt.boundary)
    forward, rest = joint.body[:middle], joint.body[middle + 1 :]
    made = {n.target: n for n in rest if isinstance(n, Step) and len(n.targets) == 1}
    value, together = made[str(joint.result)].operands
    gradients = made[str(together)].operands
    reverse = tuple(n for n in rest if n is not made[joint.result] and n is not made[together])
    read = free_names(reverse) | {g for g in gradients if isinstance(g, str)}
    given = [p.name for p in joint.params] + [c.name for c in joint.captures]
    order = given + [n for node in forward for n in outer_names(node)]
    saved = tuple(n for n in dict.fromkeys(order) if n in read - outside)
    forward = define_recorded(tuple(forward), {}, saved)
    return Sweeps(joint, active, facts, forward, value, saved, reverse, gradients, d_out, written)


def wrt_names(wrt: Iterable[str], copied: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the differentiated parameters inside the function: of their copies, where there are any."""
    return tuple(copied.get(name, name) for name in wrt)


def copy_written_parameters(specialised: Specialised) -> tuple[Function, dict[str, str]]:
    """The function working on copies of the parameters it writes to, and the copies' names.

    An object whose method is differentiated is such a parameter, too.
    """
    function, facts = specialised.function, specialised.facts
    given = [*(p.name for p in function.params), *(c.name for c in function.captures if c.is_argument)]
    handed = handed_memory(function)
    parameters = frozenset(given)
    memory = Memory(function.body, facts, separate=parameters)
    names = Names.of(function)
    copied: dict[str, str] = {}
    steps: list[Node] = []
    for name in given:
        fact = facts.get(name, fa.UNKNOWN)
        if memory.is_written(name) and name not in handed and not isinstance(fa.widen(fact), Number):
            copied[name] = names.fresh(name)
            callee = Method("copy") if isinstance(fa.widen(fact), Array) else rt.copied
            steps.append(Step((copied[name],), callee, (name,), (), function.site))
            facts[copied[name]] = fact
    body = (*steps, *substitute(function.body, copied))
    result = copied.get(function.result, function.result) if isinstance(function.result, str) else function.result
    return replace(function, body=body, result=result), copied


def holds_written_arrays(sweep: Transformation, name: str) -> bool:
    """Whether what is written to is an array, or held by a container, rather than a container itself only."""
    fact = fa.widen(sweep.facts.get(name, fa.UNKNOWN))
    return not isinstance(fact, (fa.List, fa.Dict)) or sweep.memory.content_is_written(name)


def refuse_missing_rules(sweep: Transformation) -> None:
    """Raises for a call of which nothing is known, where a derivative would have to pass through it.

    Before anything else: what such a call may do to memory would only lead to errors that hide the reason.
    """
    for node in walk(sweep.function.body):
        if isinstance(node, Step) and (node.callee is operator.getitem or node.callee is slice):
            refuse_as_key(sweep, node)
        if not isinstance(node, Step) or not effects.is_unknown(node, sweep.facts):
            continue
        if any(isinstance(sweep.facts.get(t), (Closure, Partial, Super)) for t in node.targets):
            continue  # calls of it were resolved
        if register.lookup(node.callee) is None and any(t in sweep.active for t in node.targets):
            raise missing_rule(sweep, node)


def refuse_as_key(sweep: Transformation, step: Step) -> None:
    """Raises where an object of which nothing is known makes something of a subscript that varies (`np.mgrid`)."""
    owner, *keys = (None, *step.operands) if step.callee is slice else step.operands
    fact = fa.widen(effects.fact_of_operand(owner, sweep.facts)) if owner is not None else None
    if owner in sweep.varied or isinstance(fact, (Array, fa.List, fa.Tuple, fa.Dict)):
        return
    outside = isinstance(owner, Const) or any(owner == capture.name for capture in sweep.function.captures)
    for key in keys:
        active = fa.is_active_type(effects.fact_of_operand(key, sweep.facts))
        if key in sweep.varied and (active or active is None and outside):
            raise UnsupportedError(
                "a subscript is made of a value that carries a derivative, but no derivative passes through subscripts",
                "call a function instead (np.concatenate, np.linspace, np.meshgrid)",
                step.site,
            )


def keep(sweep: Sweep, value: Operand, path: tuple) -> Operand:
    """A part of what the function returns, which the reverse sweep must leave as it is: it undoes all writes."""
    if not isinstance(value, str):
        return value
    part = sweep.primal_at(value, path)
    fact = fa.widen(sweep.builder.fact(part))
    if isinstance(fact, (Number, fa.Known)) or not sweep.memory.is_written(value):
        return part
    callee = Method("copy") if isinstance(fact, Array) else rt.copied
    return sweep.builder.step(callee, part, like=str(part), fact=fact)


def sweep_back(
    sweep: Sweep,
    body: tuple[Node, ...],
    result: Operand,
    path: tuple,
    wrt: tuple[str, ...],
    copied: Mapping[str, str],
    d_out: Operand | None = None,
    handed: Mapping[str, str] | None = None,
    *,
    holomorphic: bool = False,
) -> tuple[list[Node], list[Node], list[Operand]]:
    """Both sweeps and the gradients of the parameters, for a cotangent of the result, or of a scalar result.

    Parameters that are `handed` to the function to be written to come with their shadows.
    """
    gradients: list[Operand] = []
    extra: list[Node] = []
    entry_shadows: list[Node] = []

    def begin() -> None:
        outer, sweep.builder.steps = sweep.builder.steps, extra
        checked = scalar_seed(sweep, result, path, holomorphic) if d_out is None else d_out
        sweep.builder.steps = outer
        sweep.contexts[-1].shadows.update(handed or {})
        if isinstance(result, str):
            sweep.add(result, checked, path)

    def finish(context: object) -> None:
        for name in wrt:
            gradients.append(gradient(sweep, name, copied.get(name, name)))

    given = [*(p.name for p in sweep.function.params), *(c.name for c in sweep.function.captures)]
    for name in given:
        if travels(sweep, name) and name not in sweep.travelled:  # those that are handed to it are there already
            callee = np.zeros_like if isinstance(fa.widen(sweep.facts[name]), Array) else rt.shadow_of
            entry_shadows.append(Step((shadow_name(sweep, name),), callee, (name,), (), sweep.function.site))
    names = frozenset(given)
    forward, steps, _ = reverse_block(sweep, body, names, False, begin, finish)
    return [*entry_shadows, *flat(forward), *extra], steps, gradients


def gradient(sweep: Sweep, name: str, inner: str) -> Operand:
    """The gradient of a parameter, known inside as `inner`: zeros where no cotangent arrived."""
    home = sweep.home(inner)
    if home is Home.PATHS and slots_of(sweep.facts[inner]) is not None:
        leaves = sweep.take_paths(inner)
        if leaves:
            return sweep.structure(inner, {path: finished(sweep, name, path, d) for path, d in leaves.items()})
    elif home is not Home.NONE and (d := sweep.take(inner)) is not None:
        return finished(sweep, name, (), d)
    zero = sweep.zero(name)
    return finished(sweep, name, (), zero) if isinstance(sweep.facts.get(name), Number) else zero


def is_complex(fact: Number) -> bool:
    """Whether a number is known to be complex."""
    return fact.dtype is not None and np.dtype(fact.dtype).kind == "c"


def finished(sweep: Sweep, name: str, path: tuple, d: Operand) -> Operand:
    """The gradient of (a part of) a parameter with the type, shape and dtype of the argument."""
    fact = sweep.fact_at(name, path)
    have = fa.widen(sweep.builder.fact(d))
    like = sweep.cotangent_name(name)
    if fact == Array(fa.dtype_of(fact), ()):  # whose cotangent may be a number, whatever is known of it
        return sweep.builder.step(np.asarray, d, like=like, fact=fact)
    if isinstance(fact, Number) and is_complex(fact):  # the cotangent of a complex number may be real so far
        kind = complex if fact.weak else np.dtype(fact.dtype).type
        return sweep.builder.step(kind, d, like=like, fact=fact)
    if isinstance(fact, (Number, Array)) and fa.dtype_of(have) == fa.dtype_of(fact) is not None:
        return d
    if isinstance(fact, Number) and (isinstance(d, Const) or have == fa.UNKNOWN):
        return d
    sweep.builder.site = None
    return sweep.builder.step(rt.project, d, sweep.primal_at(name, path), like=like, fact=fact)
