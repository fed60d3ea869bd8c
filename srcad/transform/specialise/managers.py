"""Managers that the program makes of generators: the block of a `with` goes where its manager yields.

Guarantee: the steps of the manager and those of the block run in the order in which Python interleaves them, and an
error of the block is raised where the manager yields.  What the block assigns is kept in cells meanwhile, which scalar
replacement takes away again.  A manager whose `with` has nothing to do with derivatives stays a call.
"""

from __future__ import annotations

import contextlib
import operator
from typing import TYPE_CHECKING

from srcad.errors import DifferentiationError, UnsupportedError
from srcad.transform.binding import bind
from srcad.transform.generators import with_yields
from srcad.transform.helpers import Closure
from srcad.transform.iterators import Generator
from srcad.transform.lower.managers import ENTER, EXIT, makes_manager
from srcad.transform.managers import MakesManagers, Manager, certainly_yields, refuse_many_yields
from srcad.transform.specialise.calls import with_captured_defaults
from srcad.wengert import (
    CALL,
    UNDEFINED,
    Attempt,
    Branch,
    CarriedVariable,
    Const,
    Function,
    Node,
    Operand,
    Param,
    Step,
    base,
    identity,
    make_dict,
    raise_error,
    renamed,
    substitute,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


def made(run: Specialiser, step: Step) -> bool:
    """Notes a manager that a step makes of a generator, or what makes such; False if the step does something else."""
    if len(step.targets) != 1:
        return False
    if step.callee is contextlib.contextmanager and isinstance(run.fact(step.operands[0]), Closure):
        run.facts[step.target] = MakesManagers(step.operands[0])
    elif makes_manager(step.callee) and step.target in run.within:
        run.append(step, step.operands, step.keywords)
        return True
    elif (generator := _generator(run, step)) is not None:
        run.facts[step.target] = Manager(generator)
        run.pulls.make(generator, run.loops)
    else:
        return False
    known = run.facts[step.target]
    run.builder.append(step)
    run.facts[step.target] = known
    run.pulls.names.add(step.target)
    return True


def _generator(run: Specialiser, step: Step) -> Generator | None:
    """The generator that a call makes a manager of; None if it does something else, or does not fit."""
    captured: tuple[Operand, ...] = ()
    operands, keywords = step.operands, dict(step.keywords)
    if step.callee is CALL and isinstance(made_by := run.fact(operands[0]), MakesManagers):
        closure = run.fact(made_by.generator)
        callee, captured, operands = closure.function, closure.captured, operands[1:]
        function = with_captured_defaults(callee, captured)
    elif makes_manager(step.callee):
        callee = step.callee.__wrapped__
        try:
            function = run.lower(callee)
        except DifferentiationError as refusal:
            run.refused[step.callee] = refusal
            return None
    else:
        return None
    if not function.generator or callee in run.inlining or "**" in keywords:
        return None
    try:
        bound = bind(function, (*captured, *operands), keywords, run.make_tuple, run.make_dict)
    except TypeError:
        return None  # the call raises this itself, when it runs
    refuse_many_yields(function)
    return Generator(step.target, callee, function, bound, step.site)


def enters(run: Specialiser, step: Step) -> bool:
    """Whether a step calls a method of such a manager: what it does is done where the block is rewritten."""
    if step.callee not in (ENTER, EXIT) or not step.operands:
        return False
    manager = run.fact(step.operands[0])
    if not isinstance(manager, Manager):
        return False
    if step.callee == ENTER:
        run.entered_by[manager.generator.name] = step.targets
    elif step.targets:
        run.builder.append(Step(step.targets, identity, (Const(None),), (), step.site))
    return True


def managed(run: Specialiser, node: Branch) -> Generator | None:
    """The generator in whose manager a block stands."""
    if not isinstance(node, Attempt):
        return None
    for step in node.orelse:
        if isinstance(step, Step) and step.callee == EXIT:
            manager = run.fact(run.use(step.operands[0]))
            return manager.generator if isinstance(manager, Manager) else None
    return None


def manage(run: Specialiser, node: Attempt, generator: Generator) -> None:
    """Rewrites a block as part of the generator of its manager."""
    names, site = run.builder.names, node.site
    if generator.name in run.pulls.pulled or run.pulls.made[generator.name] != run.loops:
        raise UnsupportedError(
            f"the manager that {generator.function.name} makes may be entered more than once",
            "call the function in the head of the `with`",
            site,
        )
    run.pulls.pulled.add(generator.name)
    before: list[Node] = []
    after: list[Node] = []
    item = names.fresh("t")

    def keep(name: str, init: Operand, result: str) -> tuple[Operand, Operand]:
        cell, key = names.fresh(f"{base(name)}_cell"), Const(CarriedVariable(base(name)))
        before.append(Step((cell,), make_dict, () if init == UNDEFINED else (key, init), (), site))
        after.append(Step((result,), operator.getitem, (cell, key), (), site))
        return cell, key

    first: list[Node] = []
    last: list[Node] = []
    given = run.entered_by.get(generator.name, ())
    for target in given:
        first.append(Step((), operator.setitem, (*keep(target, UNDEFINED, target), item), (), site))
    inside_as: dict[str, Operand] = dict.fromkeys(given, item)
    for m in node.merges:
        value = inside_as.get(m.then, m.then) if isinstance(m.then, str) else m.then
        last.append(Step((), operator.setitem, (*keep(m.target, m.orelse, m.target), value), (), site))
    if not certainly_yields(generator.function.body):
        begun = names.fresh("begun")
        first.append(Step((), operator.setitem, (*keep("begun", Const(False), begun), Const(True)), (), site))
        error, message = names.fresh("error"), Const("generator didn't yield")
        raising = (Step((error,), RuntimeError, (message,), (), site), Step((), raise_error, (error,), (), site))
        after.append(Branch(begun, (), raising, (), site))
    body = substitute(node.then, inside_as)
    block = Function("block", (Param(item),), (*first, *body, *last), Const(False), site=site)
    function = renamed(run.shared_captures(generator.function), names)
    given_to = (generator.bound[p.name] for p in generator.function.params)
    run.replaced.update(zip((p.name for p in function.params), given_to, strict=True))
    run.guards.extend(function.guards)
    run.consumers[block] = list(run.inlining), run.calling
    inside = with_yields(block, function)
    run.enter((*before, *inside, *after), run.places.get(id(node), run.place))
    run.nodes(tuple(before))
    around = run.inlining, run.calling
    run.inlining, run.calling = [*run.inlining, generator.callee], generator.site
    run.nodes(inside)
    run.inlining, run.calling = around
    run.nodes(tuple(after))
