"""The reverse of what makes a container of the items of others, and of what puts items in and takes them out.

Guarantee: the shadow of a list has an item for each item of the list, at every place of both sweeps.  An item that
carries its cotangent in the slot itself (a number, or an array that nothing writes to) hands it on where the item
was moved from; an item that is memory has its shadow moved with it.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, Known, List, Tuple
from srcad.objects import Field
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import element_of
from srcad.transform.reverse import steps
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.sweep import Sweep
from srcad.transform.reverse.travelling import shadow_name, slot_operand, travels
from srcad.wengert import Const, Method, Node, Operand, Step, identity

LIST_METHODS = (Method("pop"), Method("insert"), Method("extend"), Method("clear"))


def changes_list(sweep: Sweep, step: Step) -> bool:
    """Whether a step is a change of the length of a list or dict that can be reversed."""
    if not step.operands or step.keywords:
        return False
    container = fa.widen(sweep.builder.fact(step.operands[0]))
    if isinstance(container, Dict):
        takes = step.callee == Method("pop") and len(step.operands) == 2 or step.callee is operator.delitem
        return takes and (container.type is dict or is_attribute(step.operands[1]))
    return isinstance(container, List) and (step.callee in LIST_METHODS or step.callee is operator.iadd)


def is_attribute(key: Operand) -> bool:
    """Whether a slot is named by an attribute of an object."""
    return isinstance(key, Const) and isinstance(key.value, Field)


def reverse_change(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """Writes the reverse of a change of a list's length; returns what the forward sweep does for it."""
    if step.callee is operator.delitem and is_attribute(step.operands[1]):
        return reverse_removal(sweep, step)
    if step.callee == Method("pop") or step.callee is operator.delitem:
        return reverse_pop(sweep, replace(step, callee=Method("pop")))
    if step.callee == Method("insert"):
        return reverse_insert(sweep, step)
    if step.callee == Method("clear"):
        return reverse_clear(sweep, step)
    return reverse_extend(sweep, step)


def has_shadow(sweep: Sweep, container: Operand) -> bool:
    """Whether the shadow of a container must keep up with it."""
    return travels(sweep, container) or sweep.home(container) is Home.SHADOW


def reverse_pop(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `v = c.pop(i)` puts v back, in a dict between the same keys as before."""
    container, *where = step.operands
    index = where[0] if where else Const(-1)
    forward: list[Node] = []
    place: tuple[Operand, ...] = ()
    if isinstance(fa.widen(sweep.builder.fact(container)), Dict):
        with sweep.builder.block() as forward:
            place = (sweep.builder.step(rt.place_of_key, container, index, fact=fa.INT),)
    restore = rt.restore_key if place else rt.restore_item
    target = step.targets[0] if step.targets else sweep.names.fresh("t")
    sweep.facts.setdefault(target, fa.UNKNOWN)
    saved = sweep.names.fresh("saved")
    sweep.facts[saved] = sweep.facts[target]
    sweep.restoring.add(saved)
    sweep.builder.effect(restore, container, index, saved, *place)
    forward = [
        *forward,
        Step((target,), step.callee, step.operands, (), step.site),
        Step((saved,), identity, (target,), (), step.site),
    ]
    if not has_shadow(sweep, container):
        return tuple(forward)
    shadow = sweep.shadow(str(container))
    if travels(sweep, container) and not travels(sweep, target):  # else the shadow of the target is taken there
        forward.append(Step((), step.callee, (shadow, *where), (), step.site))
    if travels(sweep, target):
        d: Operand = shadow_name(sweep, target)
    else:
        d = sweep.take(target) if step.targets else None
        d = slot_operand(sweep, target) if d is None else d
    sweep.builder.effect(restore, shadow, index, d, *place)
    return tuple(forward)


def reverse_removal(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `del c.x` puts the attribute back.

    The shadow that travels keeps its slot, which a store of the attribute saves and replaces; another has none, as the
    object has none at the end, and what a shadow has not is zero.
    """
    container, key = step.operands
    with sweep.builder.block() as saving:
        saved = sweep.builder.step(operator.getitem, container, key, like="saved")
    sweep.restoring.add(saved)
    sweep.builder.effect(operator.setitem, container, key, saved)
    return (*saving, step)


def reverse_insert(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `c.insert(i, v)` takes v out."""
    container, index, value = step.operands
    with sweep.builder.block() as before:
        place = sweep.builder.step(rt.insertion_place, container, index, fact=fa.INT)
    undone = sweep.builder.step(Method("pop"), container, place, like="undone", fact=fa.UNKNOWN)
    sweep.restoring.add(undone)
    forward = [*before, step]
    if has_shadow(sweep, container):
        shadow = sweep.shadow(str(container))
        if travels(sweep, container):
            with sweep.builder.block() as stored:
                sweep.builder.effect(step.callee, shadow, index, slot_operand(sweep, value))
            forward.extend(stored)
        d = sweep.builder.step(Method("pop"), shadow, place, like=steps.d_name(value), fact=fa.UNKNOWN)
        if not travels(sweep, value):
            sweep.add(value, steps.as_cotangent(sweep, d, value))
    return tuple(forward)


def reverse_clear(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `c.clear()` puts the items back."""
    (container,) = step.operands
    saved = sweep.names.fresh("saved")
    sweep.facts[saved] = sweep.builder.fact(container)
    sweep.restoring.add(saved)
    sweep.builder.effect(Method("extend"), container, saved)
    forward = [Step((saved,), Method("copy"), (container,), (), step.site), step]
    if has_shadow(sweep, container):
        shadow = sweep.shadow(str(container))
        if travels(sweep, container):
            zeros = sweep.names.fresh("saved")
            sweep.facts[zeros] = sweep.facts[shadow]
            forward.append(Step((zeros,), Method("copy"), (shadow,), (), step.site))
            forward.append(Step((), step.callee, (shadow,), (), step.site))
        else:
            zeros = sweep.builder.step(rt.zero_slots, saved, fact=fa.List(None, fa.UNKNOWN))
        sweep.builder.effect(Method("extend"), shadow, zeros)
    return tuple(forward)


def reverse_extend(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `c.extend(items)` and `c += items` takes the items out."""
    container, items = step.operands
    with sweep.builder.block() as before:
        length = sweep.builder.step(len, container, like="n", fact=fa.INT)
    undone = sweep.builder.step(rt.take_tail, container, length, like="undone", fact=fa.UNKNOWN)
    sweep.restoring.add(undone)
    forward = [*before, step]
    if has_shadow(sweep, container):
        fact = fa.widen(sweep.builder.fact(items))
        if not isinstance(fact, (List, Tuple, Array)):
            raise UnsupportedError(
                "a list is extended by an iterator, or by something whose type is not known",
                "extend it by a list",
                step.site,
            )
        shadow = sweep.shadow(str(container))
        if travels(sweep, container):
            forward.extend(_extended(sweep, step, shadow, items))
        d = sweep.builder.step(rt.take_tail, shadow, length, like="d", fact=fa.UNKNOWN)
        if sweep.home(items) is not Home.NONE and (values := values_of(sweep, items, d)) is not None:
            sweep.add(items, sweep.builder.step(rt.pack, values, items, like=steps.d_name(items)))
    return tuple(forward)


def _extended(sweep: Sweep, step: Step, shadow: str, items: Operand) -> list[Node]:
    """What extends the shadow of a list in the forward sweep."""
    if travels(sweep, items):
        return [Step((), Method("extend"), (shadow, shadow_name(sweep, str(items))), (), step.site)]
    with sweep.builder.block() as made:
        zeros = sweep.builder.step(rt.zero_slots, items, fact=fa.UNKNOWN)
        sweep.builder.effect(Method("extend"), shadow, zeros)
    return made


def values_of(sweep: Sweep, container: Operand, d: Operand) -> Operand | None:
    """Of the cotangents of a container's items those that are in its slots; None if all items are memory."""
    if not travels(sweep, container) or sweep.memory.content(str(container)) not in sweep.travelling:
        return d
    fact = fa.widen(sweep.builder.fact(container))
    match fact:
        case Tuple(items=items) | List(items=tuple() as items):
            held: tuple[Fact, ...] = items
        case Dict() if (named := fact.slots if fact.items is None else fact.items) is not None:
            held = tuple(inner for _, inner in named)
        case _:
            held = (element_of(fact),) if isinstance(fact, List) else (getattr(fact, "element", fa.UNKNOWN),)
    kinds = {_is_value(inner) for inner in held}
    if kinds <= {False}:
        return None
    if kinds == {True}:
        return d
    return sweep.builder.step(rt.only_values, d, container, like="d", fact=fa.UNKNOWN)


def _is_value(fact: Fact) -> bool | None:
    if effects.is_immutable(fact):
        return True
    match fa.widen(fact):
        case Array() | List() | Dict() | Tuple():
            return False
    return None


# ------------------------------------------------------------------------------------------------- moves


def is_move(sweep: Sweep, step: Step) -> bool:
    """Whether a step makes a container of all the items of others, in their order."""
    if len(step.targets) != 1 or not isinstance(fa.widen(sweep.facts[step.target]), (List, Tuple, Dict)):
        return False
    if step.callee in (list, tuple) and step.operands:
        return not isinstance(fa.widen(sweep.builder.fact(step.operands[0])), Dict)  # of a dict it takes the keys
    return step.callee in (list, tuple, dict, Method("copy"), operator.add, operator.mul, operator.or_)


def is_slice(sweep: Sweep, step: Step) -> bool:
    """Whether a step makes a list of some of the items of another."""
    if step.callee is not operator.getitem or not isinstance(fa.widen(sweep.facts[step.target]), List):
        return False
    index = fa.widen(sweep.builder.fact(step.operands[1]))
    return isinstance(index, Known) and isinstance(index.value, slice) or index == fa.Instance(slice)


def reverse_move(sweep: Sweep, step: Step, d: Operand) -> None:
    """Hands the cotangents of a container's items on to the containers that they were taken from."""
    builder = sweep.builder
    if step.callee is operator.add:
        left, right = step.operands
        length = builder.step(len, left, like="n", fact=fa.INT)
        for operand, bounds in ((left, (Const(None), length)), (right, (length, Const(None)))):
            if sweep.home(operand) is not Home.NONE:
                part = builder.step(slice, *bounds)
                sweep.add(operand, builder.step(operator.getitem, d, part, like=steps.d_name(operand), fact=fa.UNKNOWN))
    elif step.callee is operator.mul:
        operand = step.operands[0] if sweep.home(step.operands[0]) is not Home.NONE else step.operands[1]
        sweep.add(operand, builder.step(rt.folded, d, operand, like=steps.d_name(operand), fact=fa.UNKNOWN))
    elif step.callee is operator.or_:
        left, right = step.operands
        for operand, others in ((left, (right,)), (right, ())):
            if sweep.home(operand) is not Home.NONE:
                part = builder.step(rt.own_items, d, operand, *others, like=steps.d_name(operand), fact=fa.UNKNOWN)
                sweep.add(operand, part)
    elif step.operands:
        (operand,) = step.operands
        if isinstance(fa.widen(builder.fact(operand)), (Array, fa.Either, fa.Unknown)):
            d = builder.step(rt.pack, d, operand, like=steps.d_name(operand), fact=builder.fact(operand))
        sweep.add(operand, d)
