"""Writes: what is written to memory is written to its tangent, at the same place.

Guarantee: the value is written first, and the tangent, which was computed before, at the same index; so what raises
raises before anything has changed.  What cannot be done twice is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.errors import UnsupportedError
from srcad.facts import Array
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.forward import containers
from srcad.transform.forward.rules import rule_tangent
from srcad.transform.forward.state import Forward
from srcad.wengert import Augmented, Const, Method, Operand, Step, callee_name, identity, make_tuple

ELLIPSIS = Const(...)

LINEAR = {operator.iadd, operator.isub}
"""Operators in place that are the same on tangents."""

SCALING = {operator.imul, operator.itruediv, operator.imatmul}
"""Those that are linear in what they change."""


def forward_write(fw: Forward, step: Step) -> None:
    """Writes a step that writes active memory, and the same for the tangent."""
    callee = step.callee
    in_place = effects.hashable(callee) in effects.IN_PLACE
    first = fw.fact(step.operands[0])
    if isinstance(callee, Augmented):
        update_item(fw, step)
    elif in_place and isinstance(first, Array):
        update_whole(fw, step)
    elif in_place and not isinstance(first, (fa.List, fa.Dict)):
        raise undecided(step)
    elif callee is operator.setitem:
        store(fw, step)
    elif callee in (np.add.at, np.subtract.at) and len(step.operands) == 3:
        array, index, value = step.operands
        fw.builder.add(step)
        fw.builder.effect(callee, fw.tangent(array), index, shaped_zero(fw, value))
    elif containers.is_repeated(fw, step):
        repeat(fw, step)
    else:
        raise UnsupportedError(
            f"{callee_name(callee)} writes to memory that carries a derivative, in a way that cannot be "
            "differentiated yet",
            "use x[i] = v, x[i] op= v, x op= v or append, or make a new array",
            step.site,
        )


def undecided(step: Step) -> UnsupportedError:
    """The error for `op=` on what may be a number and may be an array."""
    return UnsupportedError(
        "whether this is a number or an array decides what `op=` means, and is not known",
        "call the derivative, or use source_for(*args), so that the types of the arguments are known; if they are, "
        "keep one type for the variable on all paths",
        step.site,
    )


def shaped_zero(fw: Forward, value: Operand) -> Operand:
    """The tangent of what is stored; a zero that NumPy spreads, if there is none."""
    return fw.tangent(value) if fw.is_active(value) else Const(0.0)


def store(fw: Forward, step: Step) -> None:
    """`c[i] = v`"""
    container, index, value = step.operands
    if isinstance(fw.fact(container), Array):
        fw.builder.add(step)
        fw.builder.effect(operator.setitem, fw.tangent(container), index, shaped_zero(fw, value))
        return
    repeat(fw, step)


def repeat(fw: Forward, step: Step) -> None:
    """A change of a container, and the same change of its tangent."""
    refuse_active_key(fw, step)
    if step.callee == Method("popitem"):
        popped_item(fw, step)
        return
    again = containers.on_tangents(fw, step)
    targets: tuple[str, ...] = ()
    if any(map(fw.is_active, step.targets)):
        targets = tuple(fw.new_dot(target) for target in step.targets)
    fw.builder.add(step)
    fw.builder.add(Step(targets, again.callee, again.operands, again.keywords, fw.builder.site))


def refuse_active_key(fw: Forward, step: Step) -> None:
    """Raises where a key carries a derivative, which nobody who reads the keys would see."""
    if step.callee is operator.setitem and fw.is_active(step.operands[1]):
        key = fw.fact(step.operands[1])
        if isinstance(fw.fact(step.operands[0]), fa.Dict) and isinstance(key, fa.Number):
            raise UnsupportedError(
                "the key of a dict carries a derivative", "keep the number in the value as well", step.site
            )


def popped_item(fw: Forward, step: Step) -> None:
    """`k, v = d.popitem()`, of which the key has no tangent."""
    fw.builder.add(step)
    popped = fw.builder.step(step.callee, fw.tangent(step.operands[0]), like="d", fact=fa.UNKNOWN)
    dot = fw.builder.step(operator.getitem, popped, Const(1), like="d", fact=fa.UNKNOWN)
    pair = fw.builder.step(make_tuple, Const(0.0), dot, like="d")
    if len(step.targets) == 1:
        fw.dots[step.target] = pair
    elif step.targets:
        first, second = step.targets
        fw.dots[first], fw.dots[second] = Const(0.0), dot


# --------------------------------------------------------------------------------------------- op= on arrays


def update_whole(fw: Forward, step: Step) -> None:
    """`x op= v` for an array."""
    array, value = step.operands
    dot = fw.tangent(array)

    def write(operation: Any, change: Operand) -> None:
        before = fw.dots[step.target] if step.targets else dot
        targets = tuple(fw.new_dot(target) for target in step.targets)  # none where it is called for its effect
        fw.builder.add(Step(targets, operation, (before, change), (), fw.builder.site))

    old = fw.builder.step(identity, array, fact=fw.fact(array))
    fw.dots.update(dict.fromkeys(step.targets, dot))
    update(fw, step, step.callee, (old, dot, value), write, lambda new: store_whole(fw, dot, new))


def store_whole(fw: Forward, dot: Operand, new: Operand) -> None:
    """Writes all elements of a tangent anew."""
    fw.builder.effect(operator.setitem, dot, ELLIPSIS, new)


def update_item(fw: Forward, step: Step) -> None:
    """`x[i] op= v`"""
    array, index, value = step.operands
    if not isinstance(fw.fact(array), Array):
        raise undecided(step)
    dot = fw.tangent(array)
    old = fw.builder.step(operator.getitem, array, index)
    dot_old = fw.builder.step(operator.getitem, dot, index, like="d")
    update(
        fw,
        step,
        step.callee.operation,
        (old, dot_old, value),
        lambda operation, change: fw.builder.effect(Augmented(operation), dot, index, change),
        lambda new: fw.builder.effect(operator.setitem, dot, index, new),
    )


def update(
    fw: Forward,
    step: Step,
    operation: Any,
    operands: tuple[str, Operand, Operand],
    write: Callable[[Any, Operand], None],
    replace_by: Callable[[Operand], None],
) -> None:
    """Writes an operator in place and what it does to the tangent, given the old value and tangent, and the operand.

    `write` changes the tangent by an operator in place, `replace_by` gives it a new value.
    """
    old, dot_old, value = operands
    if operation in LINEAR:
        fw.builder.add(step)
        if fw.is_active(value):
            write(operation, fw.tangent(value))
    elif operation in SCALING and not may_share(fw, step.operands[0], value):
        change = updated(fw, step, operation, old, value) if fw.is_active(value) else None
        fw.builder.add(step)
        write(operation, value)
        if change is not None:
            write(operator.iadd, change)
    else:
        fw.active.add(old)
        fw.dots[old] = dot_old
        new = updated(fw, step, operation, old, value)
        fw.builder.add(step)
        replace_by(new)


def may_share(fw: Forward, array: Operand, value: Operand) -> bool:
    """Whether an operand may be changed by the very write that uses it."""
    if not isinstance(array, str) or not isinstance(value, str):
        return False
    return not fw.memory.reach(array).isdisjoint(fw.memory.reach(value))


def updated(fw: Forward, step: Step, operation: Any, old: Operand, value: Operand) -> Operand:
    """The tangent of what an operator in place writes, as far as its operands have one."""
    callee = effects.IN_PLACE[operation]
    entry = register.lookup(callee)
    if entry is None or entry.rule is None:
        raise UnsupportedError(
            f"{callee_name(operation)} in place cannot be differentiated", "write it as a new array", step.site
        )
    new = fw.builder.step(callee, old, value)
    return rule_tangent(fw, Step((new,), callee, (old, value), (), step.site), new)
