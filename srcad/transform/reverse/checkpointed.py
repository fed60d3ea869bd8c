"""The reverse of a loop over `checkpointed(items, slots)`: a trip is a function of the state, and `revolve` runs it.

Guarantee: between the sweeps no more states are kept than there are slots.  Refused is a loop whose trips are no
function of a state: which write to what was there before, end the loop early, or are noticed outside if they run twice.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad import revolve
from srcad.rules.flow import checkpointed
from srcad.transform.helpers import Specialised
from srcad.transform.reverse.again import refuse_noticed
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.steps import d_name
from srcad.transform.reverse.sweep import ZERO, cotangent_fact
from srcad.transform.reverse.travelling import travels
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.wengert import (
    Const,
    ForLoop,
    Function,
    MakeFunction,
    Names,
    Node,
    Operand,
    Param,
    Step,
    base,
    defined_names,
    free_names,
    identity,
    make_tuple,
    substitute,
    used_names,
)

if TYPE_CHECKING:
    from srcad.transform.reverse.sweep import Sweep


def asked(sweep: Sweep, node: ForLoop) -> tuple[Operand, Operand] | None:
    """The items and slots of a loop that is checkpointed and carries something active; None for other loops."""
    if not isinstance(node.iterable, str) or node.iterable not in sweep.definitions:
        return None
    made = sweep.definitions[node.iterable].by
    if not isinstance(made, Step) or made.callee is not checkpointed:
        return None
    if all(sweep.home(name) is Home.NONE for name in (*free_names(node.body), *defined_names(node.body))):
        return None
    given = (*(n for c in node.carried for n in (c.name, c.init, c.result)), *free_names(node.body))
    if any(travels(sweep, n) for n in given):
        raise sweep.refuse(
            "what a checkpointed loop carries or reads shares memory with what is written elsewhere",
            "give the loop copies (y = y.copy())",
            node.site,
        )
    if all(sweep.home(c.name) is Home.NONE for c in node.carried):
        raise writing(sweep, node)
    given = dict(zip(("items", "slots"), made.operands, strict=False)) | dict(made.keywords)
    return given["items"], given["slots"]


def writing(sweep: Sweep, node: ForLoop) -> Exception:
    """The error for a loop whose trips hand results on by writing to memory."""
    return sweep.refuse(
        "a trip of a checkpointed loop writes to memory that was there before it",
        "make new arrays and lists in the loop (x = x + y in place of x += y)",
        node.site,
    )


def reverse_checkpointed(sweep: Sweep, node: ForLoop, items: Operand, slots: Operand) -> tuple[Node, ...]:
    """Writes the reverse of a checkpointed loop; returns what the forward sweep does for it."""
    site = node.site
    if node.until is not None:
        raise sweep.refuse(
            "a checkpointed loop is left early", "let every trip run, and choose its result by a test", site
        )
    state = tuple(c.name for c in node.carried)
    outer = tuple(n for n in sorted(free_names(node.body)) if n not in state and n != node.target)
    active = tuple(n for n in (*state, *outer) if sweep.home(n) is not Home.NONE)
    if sweep.home(node.target) is not Home.NONE:
        raise sweep.refuse(
            "the items of a checkpointed loop carry a derivative", "go through their numbers (range(len(x)))", site
        )
    trip, pull = _functions(sweep, node, state, outer, active)
    make_trip = Step((sweep.names.fresh("trip"),), MakeFunction(trip, 0), (), (), site)
    inits, given = sweep.names.fresh("t"), sweep.names.fresh("t")
    both, result, states = (sweep.names.fresh(like) for like in ("t", "t", "states"))
    forward: list[Node] = [
        make_trip,
        Step((inits,), make_tuple, tuple(c.init for c in node.carried), (), site),
        Step((given,), make_tuple, outer, (), site),
        Step((both,), revolve.advance, (make_trip.target, items, slots, inits, given), (), site),
        Step((result, states), identity, (both,), (), site),
        Step(tuple(c.result for c in node.carried), identity, (result,), (), site)
        if len(node.carried) > 1
        else Step((node.carried[0].result,), operator.getitem, (result, Const(0)), (), site),
    ]
    sweep.facts.update(dict.fromkeys((make_trip.target, inits, given, both, result, states), fa.UNKNOWN))
    sweep.kept[states] = (*(o for c in node.carried for o in (c.init, c.result)), *outer)
    _write_reverse(sweep, node, pull, states, tuple(n for n in outer if n in active))
    return tuple(forward)


def _functions(
    sweep: Sweep, node: ForLoop, state: tuple[str, ...], outer: tuple[str, ...], active: tuple[str, ...]
) -> tuple[Function, Function]:
    """One trip as a function of the state, the item and what is outside, and its reverse."""
    given = (*state, node.target, *outer)
    new = as_parameters(given)
    names = Names(new.values())
    new |= {name: names.fresh(name) for name in sorted(defined_names(node.body))}
    facts = sweep.facts | {fresh: sweep.facts.get(name, fa.UNKNOWN) for name, fresh in new.items()}
    result = names.fresh("t")
    nexts = tuple(new.get(c.next, c.next) if isinstance(c.next, str) else c.next for c in node.carried)
    facts[result] = fa.Tuple(
        tuple(facts.get(n, fa.UNKNOWN) if isinstance(n, str) else fa.constant_fact(n.value) for n in nexts)
    )
    closing = Step((result,), make_tuple, nexts, (), None)
    body = (*substitute(node.body, new), closing)
    trip = Function("trip", tuple(Param(new[name]) for name in given), body, result, site=node.site)
    specialised = Specialised(trip, facts, sweep.refused, sweep.helpers, sweep.again)
    refuse_noticed(specialised)
    parts = sweep.make_sweeps(specialised, tuple(new[n] for n in active), sweep.lower, sweep.pairs, is_called=True)
    if parts.written:
        raise writing(sweep, node)
    found = dict(zip(active, parts.gradients, strict=True))
    names = Names(used_names((*parts.forward, *parts.reverse)) | set(parts.facts))
    d_state, d_outer, both = (names.fresh(like) for like in ("d", "d", "t"))
    last = (
        Step((d_state,), make_tuple, tuple(found.get(n, ZERO) for n in state), (), None),
        Step((d_outer,), make_tuple, tuple(found[n] for n in outer if n in found), (), None),
        Step((both,), make_tuple, (d_state, d_outer), (), None),
    )
    params = (*parts.function.params, Param(parts.d_out))
    steps = (*parts.forward, *parts.reverse, *last)
    pull = Function("trip_pullback", params, steps, both, site=node.site)
    return trip, remove_dead_steps(pull, parts.facts)


def as_parameters(names: Iterable[str]) -> dict[str, str]:
    """An identifier for each name, as parameters need them.

    >>> as_parameters(["y.3", "t", "y.1"])
    {'y.3': 'y', 't': 't', 'y.1': 'y_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        stem, taken = base(name), set(found.values())
        numbered = (f"{stem}_{k}" for k in count(2))
        found[name] = stem if stem not in taken else next(n for n in numbered if n not in taken)
    return found


def _write_reverse(sweep: Sweep, node: ForLoop, pull: Function, states: str, outer: tuple[str, ...]) -> None:
    """Writes the reverse of the loop: the cotangents of what it began with, and of what it reads from outside."""
    builder = sweep.builder
    d_last = []
    for c in node.carried:
        leaves = sweep.take_leaves(c.result) if sweep.home(c.result) is not Home.NONE else {}
        d_last.append(sweep.structure(c.result, leaves) if leaves else zero_of(sweep, c.result))
    d_state = builder.step(make_tuple, *d_last, like="d")
    zeros = builder.step(make_tuple, *(sweep.zero(n) for n in outer), like="t")
    pull_trip = builder.step(MakeFunction(pull, 0), like="trip_pullback", fact=fa.UNKNOWN)
    both = builder.step(revolve.retreat, pull_trip, states, d_state, zeros, like="t", fact=fa.UNKNOWN)
    d_first = builder.step(operator.getitem, both, Const(0), like="d", fact=fa.UNKNOWN)
    d_outer = builder.step(operator.getitem, both, Const(1), like="d", fact=fa.UNKNOWN)
    for i, c in enumerate(node.carried):
        if sweep.home(c.name) is not Home.NONE and sweep.home(c.init) is not Home.NONE:
            sweep.add(c.init, _item(sweep, d_first, i, c.name))
    for i, name in enumerate(outer):
        sweep.add(name, _item(sweep, d_outer, i, name))


def _item(sweep: Sweep, whole: Operand, i: int, name: str) -> Operand:
    fact = cotangent_fact(sweep.builder.fact(name))
    return sweep.builder.step(operator.getitem, whole, Const(i), like=d_name(name), fact=fact)


def zero_of(sweep: Sweep, name: str) -> Operand:
    """A cotangent of zero for what a loop carries; nothing is made for what carries none."""
    return sweep.zero(name) if sweep.home(name) is not Home.NONE else ZERO
