"""What the reverse of a `try` rests on: which way the forward sweep went, and that an abandoned body left no trace.

Guarantee: the reverse of an attempt is that of the way it went, recorded in a flag.  If a body was abandoned, none
of its writes has changed memory through which a derivative passes, or that the reverse sweep reads: a write after which
the body may still be abandoned is refused there, unless the memory was made in the body itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import Site, UnsupportedError
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.reverse.homes import Home
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.wengert import (
    Attempt,
    Branch,
    Const,
    Function,
    Merge,
    Node,
    Step,
    always_raises,
    base,
    defined_names,
    exposed,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.reverse.sweep import Sweep


def way_back(sweep: Sweep, node: Branch) -> tuple[Callable[..., Branch], tuple[Merge, ...]]:
    """How to make the reverse of a branch from the reverses of its arms, and the merge that records the way, if any."""
    if not isinstance(node, Attempt):
        return partial(Branch, node.test), ()
    if always_raises(node.orelse):
        return partial(Branch, Const(True)), ()
    flags = [m.target for m in node.merges if (m.then, m.orelse) == (Const(False), Const(True))]
    flag = flags[0] if flags else sweep.names.fresh("caught")
    sweep.facts[flag] = fa.BOOL

    def back(then: tuple[Node, ...], orelse: tuple[Node, ...], merges: tuple[Merge, ...], site: Site | None) -> Branch:
        return Branch(flag, orelse, then, tuple(Merge(m.target, m.orelse, m.then) for m in merges), site)

    return back, () if flags else (Merge(flag, Const(False), Const(True)),)


# ------------------------------------------------------------------------------------------------ refusals


def refuse_unsound(sweep: Sweep, node: Attempt) -> None:
    """Raises where the reverse of an attempt could not be right."""
    if node.error in sweep.active:
        raise UnsupportedError(
            f"the error {base(str(node.error))!r} carries values that have a derivative out of the `try`",
            "return these values, or keep them in variables",
            node.site,
        )
    if always_raises(node.orelse):
        return  # what comes of an abandoned body is the affair of a `try` around this one
    inside = defined_names(node.then)
    for step in exposed(node.then):
        for operand in effects.writes_of(step, sweep.facts):
            if isinstance(operand, str) and is_made_in(sweep, operand, inside):
                continue
            if sweep.home(operand) is not Home.NONE:
                raise UnsupportedError(
                    f"{base(str(operand))!r} carries a derivative and is written to in a `try`, before a step that "
                    "may raise: what the error leaves of it cannot be undone",
                    "write to it in the last statement of the `try`, or in its `else`; or make it inside",
                    step.site,
                )
            sweep.exposed.add(id(step))


def note_restores(sweep: Sweep, step: Step, reverse: Callable[[Sweep, Step], tuple[Node, ...]]) -> tuple[Node, ...]:
    """Reverses a step, and notes its restores if an abandoned body leaves the step done and does not restore it."""
    before = set(sweep.restoring)
    forward = reverse(sweep, step)
    if id(step) in sweep.exposed:
        sweep.abandoned.update(dict.fromkeys(sweep.restoring - before, step))
    return forward


def is_made_in(sweep: Sweep, name: str, inside: set[str]) -> bool:
    """Whether the memory of a name was certainly made by one of the steps that define the names `inside`."""
    while (name := sweep.definitions.same(name)) in inside:
        step = sweep.definitions[name].by
        if not isinstance(step, Step) or len(step.targets) != 1:
            return False
        if makes_new_array(step, sweep.facts) or effects.hashable(step.callee) in effects.MAKERS:
            return True
        entry = register.lookup(step.callee)
        if step.callee is not operator.getitem and (entry is None or not entry.shares):
            return False
        name = str(step.operands[0])
    return False


# ------------------------------------------------------------------------------------- errors of srcad's own


def letting_refusals_pass(sweep: Sweep, node: Attempt) -> Attempt:
    """An attempt of the forward sweep whose handler lets pass what the derivative of a callee refuses."""
    if not may_refuse(node.then):
        return node
    error = node.error or sweep.names.fresh("error")
    passing = Step((), rt.let_refusal_pass, (error,), (), node.site)
    return replace(node, orelse=(passing, *node.orelse), error=error)


def may_refuse(nodes: Iterable[Node]) -> bool:
    """Whether a callee that is differentiated when the program runs is called somewhere in the nodes."""
    for node in walk(nodes):
        if isinstance(node, Step):
            inside = node.callee.body if isinstance(node.callee, Function) else ()
            if node.callee is rt.pullback or may_refuse(inside):
                return True
    return False
