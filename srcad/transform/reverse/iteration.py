"""What a for loop iterates over: where the shadows of its items come from, and where their cotangents go.

Guarantee: each part of an item is followed to the container it was taken from, through `zip`, `enumerate`,
`reversed`, `items` and `values`.  The shadow of a part that is memory is taken from the shadow of that container, in
step with the part itself; the cotangent of any other part is added to the container's at the end of the trip's reverse.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, List, Tuple
from srcad.transform.analyses import effects
from srcad.transform.reverse.homes import DICT_VIEWS, Home
from srcad.transform.reverse.steps import add_at
from srcad.transform.reverse.travelling import shadow_name, shadow_operand, travels
from srcad.wengert import Const, ForLoop, Method, Node, Operand, Step, base, identity, make_list

if TYPE_CHECKING:
    from srcad.transform.reverse.sweep import Context, Sweep

ZERO = Const(0.0)


@dataclass(frozen=True)
class Source:
    """A container that the part of an item at `path` is taken from; `way` is `reversed`, `items`, `values` or None."""

    container: Operand
    path: tuple[int, ...] = ()
    way: object = None


def sources(sweep: Sweep, iterable: Operand, path: tuple[int, ...] = ()) -> Iterator[Source]:
    """The containers that the parts of an item come from."""
    step = sweep.definitions[sweep.definitions.same(iterable)].by if isinstance(iterable, str) else None
    if not isinstance(step, Step):
        yield Source(iterable, path)
    elif step.callee is zip:
        for slot, operand in enumerate(step.operands):
            yield from sources(sweep, operand, (*path, slot))
    elif step.callee is enumerate:
        yield from sources(sweep, step.operands[0], (*path, 1))
    elif step.callee is reversed:
        yield Source(step.operands[0], path, reversed)
    elif step.callee in DICT_VIEWS and isinstance(fa.widen(sweep.builder.fact(step.operands[0])), Dict):
        yield Source(step.operands[0], (*path, 1) if step.callee == Method("items") else path, step.callee)
    else:
        yield Source(iterable, path)


def part_fact(sweep: Sweep, item: str, path: tuple[int, ...]) -> Fact:
    """What is known of a part of an item."""
    return sweep.fact_at(item, path)


# ----------------------------------------------------------------------------------------------- forward


def items(sweep: Sweep, node: ForLoop) -> tuple[str, Operand, tuple[Node, ...], tuple[Node, ...]]:
    """The target and iterable of a loop whose items may have travelling shadows, with the steps before and in it."""
    if not travels(sweep, node.target):
        return node.target, node.iterable, (), ()
    moving = {}
    for source in sources(sweep, node.iterable):
        if is_memory(sweep, node, source):
            moving[source.path] = source
    if not moving:
        raise UnsupportedError(
            f"{base(node.target)!r} holds numbers of a container that is changed, in tuples of a loop",
            "iterate over the keys, and use subscripts",
            node.site,
        )
    before: list[Node] = []
    taking: list[Node] = []
    outer, sweep.builder.steps = sweep.builder.steps, before
    shadows = [shadow_iterable(sweep, source) for source in moving.values()]
    both = sweep.builder.step(zip, node.iterable, *shadows, fact=fa.UNKNOWN)
    sweep.builder.steps = taking
    target = sweep.names.fresh("item")
    parts = {path: sweep.names.fresh(sweep.cotangent_name(node.target)) for path in moving}
    shadow = shadow_name(sweep, node.target)
    names = [shadow if path == () else part for path, part in parts.items()]
    sweep.facts.update(dict.fromkeys((target, *parts.values()), fa.UNKNOWN))
    taking.append(Step((node.target, *names), identity, (target,), (), node.site))
    if () not in parts:
        made = shadow_item(sweep, sweep.fact_at(node.target, ()), parts, ())
        taking.append(Step((shadow,), identity, (made,), (), node.site))
    sweep.builder.steps = outer
    return target, both, tuple(before), tuple(taking)


def is_memory(sweep: Sweep, node: ForLoop, source: Source) -> bool:
    """Whether a part of the loop's item has a shadow of its own; raises where that is not known."""
    fact = fa.widen(part_fact(sweep, node.target, source.path))
    if effects.is_immutable(fact):
        return False
    if isinstance(fact, (Array, List, Dict, Tuple)) and travels(sweep, source.container):
        return True
    if fa.is_active_type(fact) is False or isinstance(fact, Array):
        return False
    raise UnsupportedError(
        f"{base(node.target)!r} may share memory that is written to, and where the loop takes it from is not known",
        "iterate over range(len(...)) and use subscripts",
        node.site,
    )


def shadow_iterable(sweep: Sweep, source: Source) -> Operand:
    """The iterable of the shadows of a container's items."""
    shadow = shadow_operand(sweep, source.container)
    if source.way is reversed:
        return sweep.builder.step(reversed, shadow, fact=fa.UNKNOWN)
    if source.way is not None:
        return sweep.builder.step(Method("values"), shadow, fact=fa.UNKNOWN)
    return shadow


def shadow_item(sweep: Sweep, fact: Fact, parts: dict, path: tuple[int, ...]) -> Operand:
    """The shadow of an item: the shadows of its parts where they are memory, slots of zero elsewhere."""
    if path in parts:
        return parts[path]
    if not isinstance(fact, Tuple):
        return ZERO
    slots = [shadow_item(sweep, fa.widen(f), parts, (*path, i)) for i, f in enumerate(fact.items)]
    return sweep.builder.step(make_list, *slots, fact=fa.UNKNOWN)


# ----------------------------------------------------------------------------------------------- reverse


def reverse_item(sweep: Sweep, node: ForLoop, context: Context) -> None:
    """Sends the cotangents of the parts of a loop's item to the containers that they come from."""
    home = sweep.home(node.target)
    if home in (Home.NONE, Home.THROUGH) or not isinstance(node.iterable, str):
        return
    if travels(sweep, node.target):
        for source in sources(sweep, node.iterable):
            fact = fa.widen(part_fact(sweep, node.target, source.path))
            if source.path and fa.is_active_type(fact) is not False and not is_memory(sweep, node, source):
                send(sweep, node, source, slot_at(sweep, shadow_name(sweep, node.target), source.path), context)
        return
    if home is Home.SHADOW and sweep.memory.is_written(node.target) and sweep.view(node.target) is not None:
        return
    leaves = sweep.take_leaves(node.target)
    for source in sources(sweep, node.iterable) if leaves else ():
        if () in leaves:
            send(sweep, node, source, slot_at(sweep, leaves[()], source.path), context)
        elif any(p[: len(source.path)] == source.path for p in leaves):
            send(sweep, node, source, sweep.structure(node.target, leaves, source.path), context)


def slot_at(sweep: Sweep, shadow: Operand, path: tuple[int, ...]) -> Operand:
    """What stands at a path inside a shadow."""
    for slot in path:
        shadow = sweep.builder.step(operator.getitem, shadow, Const(slot), fact=fa.UNKNOWN)
    return shadow


def send(sweep: Sweep, node: ForLoop, source: Source, d: Operand, context: Context) -> None:
    """Adds the cotangent of a part of an item to that of the container it comes from."""
    container = source.container
    if not isinstance(container, str) or sweep.home(container) is Home.NONE:
        return
    index: Operand = sweep.trip(context)
    if source.way is reversed:
        index = sweep.builder.step(rt.from_end, container, index, fact=fa.INT)
    elif source.way is not None:
        index = sweep.builder.step(rt.key_at, container, index, fact=fa.UNKNOWN)
    if isinstance(fa.widen(sweep.builder.fact(container)), Array):
        add_at(sweep, sweep.shadow(container), index, d)
    elif sweep.home(container) is Home.SHADOW:
        sweep.builder.effect(rt.add_to_slot, sweep.shadow(container), index, d)
    else:
        raise UnsupportedError(
            "the cotangents of what this loop iterates over have no place to go: the type of the iterable is not known",
            "call the derivative, or use source_for(*args), so that the types of the arguments are known",
            node.site,
        )
