"""The reverse of a checkpointed call: a function of the arguments that runs both sweeps.

Guarantee: the forward sweep keeps the arguments of the call and nothing of what happens in it.  Refused is a function
of which it would be noticed outside of the program that it runs twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.errors import UnsupportedError
from srcad.transform.analyses import effects
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.own import own_results
from srcad.wengert import Function, Names, Node, Operand, Param, Recursion, Step, callee_name, callees, make_tuple, walk

if TYPE_CHECKING:
    from srcad.transform.helpers import Helper, Specialised
    from srcad.transform.reverse.sweep import Sweep


def both_sweeps(sweep: Sweep, helper: Helper, active: tuple[str, ...]) -> Function | Recursion:
    """The function of a helper's arguments and the cotangent of its result that returns those of `active`."""
    specialised = helper.specialised
    key = (specialised.function, active)
    if key not in sweep.pairs:
        refuse_noticed(specialised)
        inside = sweep.pairs[key] = Recursion(f"{specialised.function.name}_pullback")
        sweep.pairs[key] = inside.function = _both_sweeps(sweep, specialised, active, inside.name)
    return sweep.pairs[key]


def _both_sweeps(sweep: Sweep, specialised: Specialised, active: tuple[str, ...], name: str) -> Function:
    parts = sweep.make_sweeps(replace(specialised, again=sweep.again), active, sweep.lower, sweep.pairs)
    body: list[Node] = [*parts.forward, *parts.reverse]
    result: Operand = parts.gradients[0]
    if len(parts.gradients) > 1:
        result = Names.of(parts.function).fresh("t")
        body.append(Step((str(result),), make_tuple, parts.gradients, (), None))
    params = (*(replace(p, default=None) for p in parts.function.params), Param(parts.d_out))
    function = replace(parts.function, name=name, params=params, body=tuple(body), result=result, doc=None, fresh=False)
    function = remove_dead_steps(function, parts.facts)
    return replace(function, fresh=own_results(function, dict(parts.facts)) is function)


def refuse_noticed(specialised: Specialised) -> None:
    """Raises if a step of a checkpointed function must not run twice."""
    function = specialised.function
    lists = [function, *(c.finished() if isinstance(c, Recursion) else c for c in callees(function))]
    for node in (node for list_ in lists for node in walk(list_.body)):
        if isinstance(node, Step) and effects.is_noticed(node, specialised.facts):
            raise UnsupportedError(
                f"{function.name} is checkpointed, and a call in it must not happen twice: {callee_name(node.callee)}",
                "draw random numbers, print and read files outside of it",
                node.site,
            )
