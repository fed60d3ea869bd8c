"""The reverse of steps that write memory.

Guarantee: the reverse sweep sees memory as the forward sweep saw it at the same place.  For that, each write is
given a save before it and a restore at the start of its reverse; the passes of `record` remove the restores whose
effect nobody reads, and with them the saves.  Only what a write destroys is saved, never the whole array.
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import Site, UnsupportedError
from srcad.facts import Array, Fact, List, Number
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.analyses.containers import is_item
from srcad.transform.builder import Builder
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.steps import (
    as_array,
    as_cotangent,
    bind_rule,
    d_name,
    inline,
    is_mask,
    is_number_slot,
    like_fact,
    project,
    split_result,
    times,
)
from srcad.transform.reverse.sweep import ELLIPSIS, ZERO, Sweep
from srcad.transform.reverse.travelling import appended, slot_operand, travels
from srcad.transform.reverse.views import IMAGINARY, is_basic
from srcad.wengert import Attribute, Augmented, Method, Node, Operand, Step, base, callee_name


def reverse_write(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """Writes the reverse of a step that writes memory; returns the steps to do before it in the forward sweep."""
    callee = step.callee
    memory = step.operands[0] if step.operands else None
    if callee is operator.setitem:
        container, index, value = step.operands
        if is_array(sweep, container):
            return reverse_store(sweep, container, index, value)
        return reverse_slot_store(sweep, step)
    if isinstance(callee, Augmented) and is_array(sweep, memory):
        container, index, value = step.operands
        return reverse_update(sweep, step, effects.IN_PLACE[callee.operation], container, index, value)
    if effects.IN_PLACE.get(callee) is not None and is_array(sweep, memory):
        return reverse_update(sweep, step, effects.IN_PLACE[callee], memory, ELLIPSIS, step.operands[1])
    if callee in (np.add.at, np.subtract.at) and len(step.operands) == 3:
        return reverse_add_at(sweep, step)
    if callee == Method("append"):
        return reverse_append(sweep, step)
    return reverse_other(sweep, step)


def is_array(sweep: Sweep, operand: Operand | None) -> bool:
    """Whether an operand is known to be an array."""
    return operand is not None and isinstance(fa.widen(sweep.builder.fact(operand)), Array)


def part_of(sweep: Sweep, array: Operand, index: Operand, value: Operand | None = None) -> Fact:
    """What is known of the elements at an index, of the array and of its shadow alike.

    That a value is stored there tells of axes, too: where the value has not length one, the elements have not either.
    """
    part = sweep.builder.fact_of(operator.getitem, array, index)
    stored = fa.widen(sweep.builder.fact(value)) if value is not None else None
    if not isinstance(part, Array) or part.shape is None or not isinstance(stored, Array) or stored.shape is None:
        return part
    shape = list(part.shape)
    for back in range(1, min(len(shape), len(stored.shape)) + 1):
        if stored.shape[-back].one is False:
            shape[-back] = replace(shape[-back], one=False)
    return replace(part, shape=tuple(shape))


def read_part(builder: Builder, array: Operand, index: Operand, like: str, fact: Fact) -> Operand:
    """The elements at an index, as a value of their own."""
    if isinstance(fact, Number):
        return builder.step(operator.getitem, array, index, like=like, fact=fact)
    part = builder.step(operator.getitem, array, index, fact=fact)
    return builder.step(np.copy, part, like=like, fact=fact)


def save_and_restore(sweep: Sweep, array: Operand, index: Operand, fact: Fact) -> tuple[Node, ...]:
    """Writes the restore of the elements at an index; returns the steps that save them."""
    if sweep.home(array) is Home.THROUGH:
        raise shows_otherwise(array, sweep.builder.site)
    return saved_part(sweep, array, index, fact)


def shows_otherwise(array: Operand, site: Site | None) -> UnsupportedError:
    """The error for a write through a view of which no shadow can be made."""
    return UnsupportedError(
        f"{base(str(array))!r} shows the memory of another array in a way that its cotangent cannot",
        "write to that array itself, or to a copy",
        site,
    )


def saved_part(sweep: Sweep, array: Operand, index: Operand, fact: Fact) -> tuple[Node, ...]:
    """Writes the restore of the elements at an index of what can be written to; returns the steps that save them."""
    outer = sweep.builder.steps
    sweep.builder.steps = saving = []
    site = sweep.builder.site
    sweep.builder.site = replace(site, adjoint=False) if site else None  # a step of the forward sweep
    saved = read_part(sweep.builder, array, index, "saved", fact)
    sweep.builder.steps, sweep.builder.site = outer, site
    sweep.restoring.add(str(saved))
    sweep.builder.effect(operator.setitem, array, index, saved)
    return tuple(saving)


def reverse_store(sweep: Sweep, array: Operand, index: Operand, value: Operand) -> tuple[Node, ...]:
    """The reverse of `x[i] = v` for an array."""
    part = part_of(sweep, array, index, value)
    whole = whose_imaginary_part(sweep, array)
    if whole is not None:
        return reverse_imaginary_store(sweep, (array, index, value), whole, part)
    saving = save_and_restore(sweep, array, index, part)
    if sweep.home(array) is Home.SHADOW:
        shadow = sweep.shadow(array)
        if sweep.home(value) is Home.NONE:
            sweep.builder.effect(operator.setitem, shadow, index, ZERO)
            return saving
        d = take_stored(sweep, shadow, index, d_name(value), part)  # first: the value may be a view of the same array
        sweep.add(value, unbroadcast(sweep, d, value))
    return saving


def whose_imaginary_part(sweep: Sweep, array: Operand) -> str | None:
    """The array with a shadow of which a name is the imaginary part, None for anything else."""
    if sweep.home(array) is not Home.THROUGH:
        return None
    step = sweep.definitions[sweep.definitions.same(str(array))].by
    if not isinstance(step, Step) or step.callee not in IMAGINARY:
        return None
    return str(step.operands[0]) if sweep.home(step.operands[0]) is Home.SHADOW else None


def reverse_imaginary_store(
    sweep: Sweep, store: tuple[Operand, Operand, Operand], whole: str, part: Fact
) -> tuple[Node, ...]:
    """The reverse of `y.imag[i] = v`: the imaginary part of a cotangent has the other sign."""
    array, index, value = store
    if may_repeat(sweep, index):
        raise shows_otherwise(array, sweep.builder.site)
    saving = saved_part(sweep, array, index, part)
    fact = sweep.builder.fact(array)
    shadow = sweep.builder.step(Attribute("imag"), sweep.shadow(whole), like=d_name(array), fact=fact)
    d = sweep.builder.step(operator.neg, sweep.builder.step(operator.getitem, shadow, index, fact=part), fact=part)
    sweep.builder.effect(operator.setitem, shadow, index, ZERO)
    if sweep.home(value) is not Home.NONE:
        sweep.add(value, unbroadcast(sweep, d, value))
    return saving


def may_repeat(sweep: Sweep, index: Operand) -> bool:
    """Whether an index may name an element of an array several times."""
    fact = sweep.builder.fact(index)
    return is_basic(fact) is not True and not is_mask(fact)


def take_stored(sweep: Sweep, shadow: Operand, index: Operand, like: str, part: Fact) -> Operand:
    """The cotangent of what was stored at an index; the shadow is zero there from here on backwards."""
    if may_repeat(sweep, index):
        return sweep.builder.step(rt.take_stored, shadow, index, like=like, fact=part)
    d = read_part(sweep.builder, shadow, index, like, part)
    sweep.builder.effect(operator.setitem, shadow, index, ZERO)
    return d


def unbroadcast(sweep: Sweep, d: Operand, operand: Operand) -> Operand:
    """The cotangent of a value that was broadcast into a store."""
    if isinstance(fa.widen(sweep.builder.fact(operand)), (Number, Array, fa.Either, fa.Unknown)):
        return sweep.builder.step(rt.unbroadcast, d, operand, like=d_name(operand), fact=like_fact(sweep, operand))
    return sweep.builder.step(rt.pack, d, operand, like=d_name(operand))


def reverse_update(
    sweep: Sweep, step: Step, operation: object, array: Operand, index: Operand, value: Operand
) -> tuple[Node, ...]:
    """The reverse of `x[i] op= v` for an array: of reading x[i], the operation, and storing into x[i]."""
    part = part_of(sweep, array, index, value)
    saving = save_and_restore(sweep, array, index, part)
    if sweep.home(array) is not Home.SHADOW:
        return saving
    shadow = sweep.shadow(array)
    if may_repeat(sweep, index):
        return (*saving, *reverse_update_at(sweep, step, operation, part))
    if operation in (operator.add, operator.sub):
        if sweep.home(value) is not Home.NONE:
            d = read_part(sweep.builder, shadow, index, d_name(value), part)
            if operation is operator.sub:
                d = sweep.builder.step(operator.neg, d, like=d_name(value))
            sweep.add(value, unbroadcast(sweep, d, value))
        return saving
    old = sweep.builder.step(operator.getitem, array, index, fact=part)
    out = sweep.builder.step(operation, old, value)
    d = sweep.builder.step(operator.getitem, shadow, index, fact=part)
    d_old, d_value = partial_products(sweep, step, operation, (old, value), out, d)
    sweep.builder.effect(operator.setitem, shadow, index, d_old)  # first: the value may be a view of the same array
    if d_value is not None:
        sweep.add(value, d_value)
    return saving


def reverse_update_at(sweep: Sweep, step: Step, operation: object, part: Fact) -> tuple[Node, ...]:
    """The reverse of `x[i] op= v` where i may name an element several times: of a read, the operation and a store."""
    array, index, value = step.operands
    shadow = sweep.shadow(array)
    old = sweep.builder.step(operator.getitem, array, index, fact=part)
    out = sweep.builder.step(operation, old, value)
    d = take_stored(sweep, shadow, index, "d", part)
    d_old, d_value = partial_products(sweep, step, operation, (old, value), out, d)
    sweep.builder.effect(np.add.at, shadow, index, d_old)
    if d_value is not None:
        sweep.add(value, d_value)
    return ()


def reverse_add_at(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `np.add.at(x, i, v)` and its like: every element of v has arrived in x."""
    array, index, value = step.operands
    if not is_array(sweep, array):
        raise fa_needed(array, step)
    part = part_of(sweep, array, index, value)
    saving = save_and_restore(sweep, array, index, part)
    if sweep.home(array) is Home.SHADOW and sweep.home(value) is not Home.NONE:
        d = read_part(sweep.builder, sweep.shadow(array), index, d_name(value), part)
        if step.callee == np.subtract.at:
            d = sweep.builder.step(operator.neg, d, like=d_name(value))
        sweep.add(value, unbroadcast(sweep, d, value))
    return saving


def partial_products(
    sweep: Sweep, step: Step, operation: object, operands: tuple[Operand, Operand], out: Operand, d: Operand
) -> tuple[Operand, Operand | None]:
    """The cotangents of the two operands of an operator, the second only if it is wanted."""
    entry = register.lookup(operation)
    if entry is None or entry.rule is None or len(entry.rule.wrt) != 2:
        raise UnsupportedError(
            f"{callee_name(operation)} in place cannot be differentiated", "write it as a new array", step.site
        )
    rule = entry.rule
    plain = Step(("unused",), operation, operands, (), step.site)
    bound = bind_rule(sweep, plain, entry)
    leading = {"d_out": d, "out": out}
    wanted = [True, sweep.home(operands[1]) is not Home.NONE]
    if rule.form == "partials":
        bound = {name: as_array(sweep, operand) for name, operand in bound.items()}
        operands = (operands[0], bound[rule.wrt[1]])
    begin = len(sweep.builder.steps)
    results = split_result(sweep, inline(sweep, rule, leading, bound), 2, begin)
    found: list[Operand | None] = []
    for operand, value, want in zip(operands, results, wanted, strict=True):
        if not want:
            found.append(None)
        elif rule.form == "partials":
            product = times(sweep, d, value, operand)
            fact = like_fact(sweep, operand)
            found.append(sweep.builder.step(rt.unbroadcast, product, operand, like=d_name(operand), fact=fact))
        else:
            found.append(project(sweep, value, operand))
    assert found[0] is not None
    return found[0], found[1]


# ------------------------------------------------------------------------------------------- containers


def reverse_slot_store(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `c[k] = v` for a list or dict."""
    container, index, value = step.operands
    if isinstance(fa.widen(sweep.builder.fact(container)), fa.Unknown):
        raise fa_needed(container, step)
    if not is_item([fa.widen(sweep.builder.fact(o)) for o in (container, index)]):
        raise UnsupportedError(
            "a slice of a list is replaced", "assign item by item, or make a new list (c = c[:i] + items)", step.site
        )
    take, put_back = SLOT[isinstance(fa.widen(sweep.builder.fact(container)), List)]
    outer = sweep.builder.steps
    sweep.builder.steps = saving = []
    saved = sweep.builder.step(take, container, index, like="saved")
    is_number = is_number_slot(sweep, container, index)
    if travels(sweep, container) and not is_number:
        shadow = sweep.shadow(str(container))
        slot = sweep.builder.step(take, shadow, index, like="saved", fact=fa.UNKNOWN)
        sweep.builder.effect(operator.setitem, shadow, index, slot_operand(sweep, value))
    sweep.builder.steps = outer
    sweep.restoring.add(saved)
    sweep.builder.effect(put_back, container, index, saved)
    if is_number and (travels(sweep, container) or sweep.home(container) is Home.SHADOW):
        shadow = sweep.shadow(str(container))
        d = sweep.builder.step(operator.getitem, shadow, index, like=d_name(value))
        sweep.builder.effect(operator.setitem, shadow, index, ZERO)
        sweep.add(value, as_cotangent(sweep, d, value))
        return tuple(saving)
    if travels(sweep, container):
        if has_its_cotangent_in_the_slot(sweep, value):
            d = sweep.builder.step(rt.take_slot, shadow, index, like=d_name(value))
            sweep.add(value, as_cotangent(sweep, d, value))
        sweep.builder.effect(put_back, shadow, index, slot)
        return tuple(saving)
    if sweep.home(container) is Home.SHADOW:
        d = sweep.builder.step(rt.take_slot, sweep.shadow(container), index, like=d_name(value))
        if sweep.home(value) is not Home.NONE:
            sweep.add(value, as_cotangent(sweep, d, value))
    return tuple(saving)


SLOT = {True: (operator.getitem, operator.setitem), False: (rt.slot, rt.restore_slot)}
"""What takes an item before a store, and puts it back: where one is there in any case, as in a list, and elsewhere."""


def reverse_append(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The reverse of `c.append(v)`."""
    container, value = step.operands
    undone = sweep.builder.step(Method("pop"), container, like="undone")
    sweep.restoring.add(undone)
    if travels(sweep, container):
        d = sweep.builder.step(Method("pop"), sweep.shadow(str(container)), like=d_name(value), fact=fa.UNKNOWN)
        if has_its_cotangent_in_the_slot(sweep, value):
            sweep.add(value, as_cotangent(sweep, d, value))
        return appended(sweep, step)
    if sweep.home(container) is Home.SHADOW:
        d = sweep.builder.step(Method("pop"), sweep.shadow(container), like=d_name(value), fact=fa.UNKNOWN)
        if sweep.home(value) is not Home.NONE:
            sweep.add(value, as_cotangent(sweep, d, value))
    return ()


def has_its_cotangent_in_the_slot(sweep: Sweep, value: Operand) -> bool:
    """Whether what is stored in a container that travels is no memory with a shadow of its own."""
    return sweep.home(value) is not Home.NONE and not travels(sweep, value)


def fa_needed(container: Operand, step: Step) -> UnsupportedError:
    """The error for a store into something that may be an array or a container."""
    return UnsupportedError(
        "whether this stores into an array or into a list is not known",
        "call the derivative, or use source_for(*args), so that the types are known",
        step.site,
    )


def reverse_other(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """Any other write: fine as long as no derivative passes through what it writes.

    Of a primitive it is known what it writes, so that it can be put back.
    """
    written = effects.writes_of(step, sweep.facts)
    given = (*step.operands, *(o for _, o in step.keywords))
    if any(sweep.home(o) is not Home.NONE for o in given):
        raise UnsupportedError(
            f"{callee_name(step.callee)} writes to memory that carries a derivative, in a way that cannot be "
            "differentiated yet",
            "use x[i] = v, x[i] op= v, x op= v or append, or make a new array",
            step.site,
        )
    saving: list[Node] = []
    for operand in written:
        if register.lookup(step.callee) is not None and is_array(sweep, operand):  # it writes nothing else
            saving += save_and_restore(sweep, operand, ELLIPSIS, part_of(sweep, operand, ELLIPSIS))
        else:
            sweep.opaque_writes.append((operand, step))
    return tuple(saving)
