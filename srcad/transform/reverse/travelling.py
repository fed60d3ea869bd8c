"""Shadows that travel with their primals.

Where it cannot be seen from the source which memory a name refers to (a buffer swapped in a loop, one of two arrays,
an array kept in a list), the shadow is made in the forward sweep, where the memory is made, and goes wherever
the primal goes: through merged and carried values, views, and containers, whose shadows hold the shadows of what they
hold.  Aliasing is then right by construction.

Guarantee: in a region of memory that travels, every name of an array or container has a shadow name, defined in
the forward sweep right after the name itself.  Shadows that nobody uses are dead steps, and go.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, List, Number, Tuple
from srcad.rules import register
from srcad.transform.analyses import effects
from srcad.transform.builder import Builder
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.views import is_basic, is_certain_view, is_unlike, passes_on, shared_operands
from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Augmented,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Node,
    Operand,
    Recursion,
    Step,
    WhileLoop,
    base,
    identity,
    inner_names,
    made_slots,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
    outer_names,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.reverse.sweep import Sweep

ZERO = Const(0.0)
MAKERS = (make_tuple, make_list, make_dict, make_object, make_named_tuple)
MOVERS = (operator.add, operator.mul, operator.or_, list, dict, Method("copy"))
"""Callees that make a container of the items of others; on arrays they make memory of its own."""
COPYING = (rt.copied, rt.shadow_of)
"""Callees that make memory of its own of a whole structure, which shares among its parts what the original shares."""


def travelling_regions(sweep: Sweep) -> frozenset[int]:
    """The regions whose shadows must travel: those with a name of which the origin is not one place."""
    found: set[int] = set()
    function = sweep.function
    for node in walk(function.body):
        for name in (*outer_names(node), *inner_names(node)):
            if _is_memory(sweep, name) and not _has_one_origin(sweep, name, node):
                found |= sweep.memory.reach(name)
    for name in _given_with_shadows(function):
        if _is_memory(sweep, name):
            found |= sweep.memory.reach(name)
    while True:
        more = {
            region
            for node in walk(function.body)
            for name in (*outer_names(node), *inner_names(node))
            if sweep.memory.reach(name) & found
            for region in sweep.memory.reach(name)
        }
        if more <= found:  # what nothing writes to has its cotangent in the slot that holds it
            return frozenset(region for region in found if sweep.memory.reaches_written(region))
        found |= more


def _given_with_shadows(function: Function) -> Iterator[str]:
    """What holds memory that a function which calls itself writes to: this one, or one that it calls."""
    yield from (function.params[i].name for i in function.changes_held)
    for node in walk(function.body):
        if isinstance(node, Step) and isinstance(node.callee, (Function, Recursion)):
            operands = (node.operands[i] for i in effects.changed_by(node.callee)[1])
            yield from (o for o in operands if isinstance(o, str))


def _is_memory(sweep: Sweep, name: str) -> bool:
    """Whether a name refers to memory that carries a derivative and is written to, itself or in what it holds."""
    if name not in sweep.varied or not sweep.memory.is_written(name):
        return False
    return isinstance(fa.widen(sweep.facts.get(name, fa.UNKNOWN)), (Array, List, Dict, Tuple))


def _has_one_origin(sweep: Sweep, name: str, node: Node) -> bool:
    if sweep.definitions.same(name) != name:
        return True
    fact = fa.widen(sweep.facts[name])
    if not isinstance(node, Step) and not isinstance(fact, Array) and sweep.memory.is_changed(name):
        return False  # one of several lists or objects
    if not isinstance(fact, Array):
        if not isinstance(node, Step) and sweep.memory.is_changed(name):
            return False  # one of several lists, one of which is changed
        return not sweep.memory.content_is_written(name) or isinstance(fact, Tuple) and _only_unpacked(sweep, name)
    match node:
        case Step(callee=callee) if callee is operator.getitem:
            return isinstance(fa.widen(sweep.builder.fact(node.operands[0])), Array)
        case Step(callee=callee) if callee is identity:
            return isinstance(fa.widen(sweep.builder.fact(node.operands[0])), Array)
        case Step():
            return not may_share(sweep, node) or passes_on(node, sweep.facts)
        case ForLoop() if name == node.target:
            return isinstance(fa.widen(sweep.builder.fact(node.iterable)), Array)
    return False


def may_share(sweep: Sweep, step: Step) -> bool:
    """Whether a step's result is a view or a copy, depending on the layout of memory."""
    if step.callee is operator.getitem:
        return False  # the subscript decides
    entry = register.lookup(step.callee)
    certain = entry is None or is_certain_view(step, entry, sweep.facts)
    return not certain and bool(shared_operands(step, sweep.facts))


def _only_unpacked(sweep: Sweep, name: str) -> bool:
    """Whether a tuple is only read by constant subscripts, which lead straight to its items."""
    for node in walk(sweep.function.body):
        if isinstance(node, Step) and name in node.operands:
            if node.callee is not operator.getitem or sweep.definitions.same(str(node.targets[0])) == node.targets[0]:
                return False
        elif not isinstance(node, Step) and name in (*_ends(node),):
            return False
    return True


def _ends(node: Node) -> tuple[Operand, ...]:
    if isinstance(node, Branch):
        return tuple(o for m in node.merges for o in (m.then, m.orelse))
    iterable = (node.iterable,) if isinstance(node, ForLoop) else ()
    return (*iterable, *(o for c in node.carried for o in (c.init, c.next)))


# ------------------------------------------------------------------------------------------- definitions


def travels(sweep: Sweep, operand: Operand) -> bool:
    """Whether the shadow of an operand travels with it."""
    if not isinstance(operand, str) or not sweep.travelling:
        return False
    fact = fa.widen(sweep.facts.get(operand, fa.UNKNOWN))
    if not isinstance(fact, (Array, List, Dict, Tuple)) or hands_on(sweep, operand):
        return False
    empty = not isinstance(fact, Array) and fact.items == ()  # another one of its kind may have items
    if not isinstance(fact, Array) and not empty and fa.is_active_type(fact) is False:
        return False  # a list of integers, say, of which none becomes a float while it is carried
    return bool(sweep.memory.reach(operand) & sweep.travelling)


def hands_on(sweep: Sweep, name: str) -> bool:
    """Whether a view has no shadow and hands its cotangents on at once, as no such view of this memory is kept."""
    is_array = isinstance(fa.widen(sweep.facts.get(name, fa.UNKNOWN)), Array)
    return is_array and sweep.memory.region(name) not in sweep.keeping and sweep.homes.passes_on(name)


def keeping_regions(sweep: Sweep) -> frozenset[int | None]:
    """The regions of memory of which views that could hand on their cotangents are kept: merged, carried or stored."""
    kept = (o for node in walk(sweep.function.body) for o in _kept(sweep, node) if isinstance(o, str))
    arrays = (o for o in kept if isinstance(fa.widen(sweep.facts.get(o, fa.UNKNOWN)), Array))
    return frozenset(sweep.memory.region(o) for o in arrays if sweep.homes.passes_on(o))


def _kept(sweep: Sweep, node: Node) -> tuple[Operand, ...]:
    """The operands that a node may keep somewhere, or take apart in other ways than by subscripts."""
    if not isinstance(node, Step):
        return _ends(node)
    callee = node.callee
    if isinstance(callee, Augmented) or callee is operator.getitem or callee is identity and len(node.targets) == 1:
        return ()
    if callee is operator.setitem:
        in_array = isinstance(fa.widen(sweep.builder.fact(node.operands[0])), Array)
        return () if in_array else node.operands[2:]
    is_rule = effects.hashable(callee) not in (*MAKERS, list) and register.lookup(callee) is not None
    return () if is_rule else (*node.operands, *(o for _, o in node.keywords))


def shadow_name(sweep: Sweep, name: str) -> str:
    """The name of the travelling shadow of a name."""
    name = sweep.definitions.same(name)
    if name not in sweep.travelled:
        fresh = sweep.names.fresh(sweep.cotangent_name(name))
        sweep.travelled[name] = fresh
        known = _shadow_fact(fa.widen(sweep.facts.get(name, fa.UNKNOWN)))
        sweep.facts[fresh] = fa.UNKNOWN if name in sweep.undefined else known  # None stands beside what has no value
    return sweep.travelled[name]


def _shadow_fact(fact: Fact) -> Fact:
    return fact if isinstance(fact, Array) else List(None, fa.UNKNOWN)


def shadow_operand(sweep: Sweep, operand: Operand) -> Operand:
    """What stands in a shadow where the primal has this operand."""
    if travels(sweep, operand):
        return shadow_name(sweep, str(operand))
    if operand in (UNDEFINED, UNSET, Const(None)):
        return operand
    if isinstance(operand, str) and sweep.travelling and sweep.home(operand) is Home.THROUGH:
        by = sweep.definitions[sweep.definitions.same(operand)].by
        raise _refused(operand, "its cotangent is no such view of another", by)
    return ZERO


def slot_operand(sweep: Sweep, operand: Operand) -> Operand:
    """What stands in the slot of a shadow where the primal has this operand.

    In a derivative that is differentiated again, a zero is of the kind of the value, as all is that a slot ever holds.
    """
    shadow = shadow_operand(sweep, operand)
    return sweep.zero(operand) if shadow == ZERO and sweep.again else shadow


def is_root(sweep: Sweep, step: Step, name: str) -> bool:
    """Whether a step makes memory of its own, rather than a view or another name of what is there."""
    if sweep.definitions.same(name) != name or step.callee is identity or step.callee in MAKERS:
        return False
    if step.callee == Method("pop"):
        return False
    if step.callee in MOVERS:
        return isinstance(fa.widen(sweep.facts[name]), Array)
    if step.callee is operator.getitem:
        container, index = step.operands
        if not isinstance(fa.widen(sweep.builder.fact(container)), Array):
            return False
        basic = is_basic(sweep.builder.fact(index))
        if basic is None:
            raise _refused(name, "whether the subscript gives a view or a copy is not known", step)
        return not basic
    return not shared_operands(step, sweep.facts)


def define(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """The steps of the forward sweep that make the shadows of a step's targets."""
    made: list[Node] = []
    outer, sweep.builder.steps = sweep.builder.steps, made
    for position, target in enumerate(step.targets):
        if travels(sweep, target) and sweep.definitions.same(target) == target:
            _define(sweep, sweep.builder, step, position, target)
    sweep.builder.steps = outer
    return tuple(made)


def _define(sweep: Sweep, builder: Builder, step: Step, position: int, target: str) -> None:
    shadow = shadow_name(sweep, target)
    if step.callee in MOVERS and not isinstance(fa.widen(sweep.facts[target]), Array):
        new = _moved(sweep, builder, step, shadow)
    elif _is_inactive_item(sweep, step):
        new = Step((shadow,), np.zeros_like, (target,), (), step.site)
    elif step.callee is identity and len(step.targets) > 1:
        new = Step(
            (shadow,), operator.getitem, (shadow_operand(sweep, step.operands[0]), Const(position)), (), step.site
        )
    elif step.callee in MAKERS:
        new = _made(sweep, step, shadow)
    elif step.callee == Method("pop"):
        new = replace_first(sweep, step, shadow)
    elif is_root(sweep, step, target):
        fact = fa.widen(sweep.facts[target])
        of_array = np.zeros_like if fa.is_active_type(fact) else rt.zeros_like  # integers on the way to floats
        callee = of_array if isinstance(fact, Array) else rt.zero_slots
        callee = rt.shadow_of if step.callee in COPYING else callee
        new = Step((shadow,), callee, (target,), (), step.site)
        _refuse_unknown_container(sweep, step, target)
    elif step.callee is operator.getitem:  # a view, an item, or a list of some of the items
        container = _slots_for(sweep, builder, step.operands[0])
        new = Step((shadow,), step.callee, (container, *step.operands[1:]), (), step.site)
    elif is_unlike(step, sweep.facts):
        raise _refused(target, "its cotangent is no such view of another, and it is one of several arrays", step)
    elif passes_on(step, sweep.facts):
        same = builder.append_named(replace_first(sweep, step, sweep.names.fresh(shadow)), sweep.facts[shadow])
        new = Step((shadow,), rt.writable, (same,), (), step.site)
    elif may_share(sweep, step):
        same = builder.append_named(replace_shared(sweep, step, sweep.names.fresh(shadow)), sweep.facts[shadow])
        new = Step((shadow,), rt.shadow_of_view, (same, target, shared_operand(sweep, step)), (), step.site)
    else:
        new = replace_first(sweep, step, shadow)
    builder.append(new, sweep.facts[shadow])


def _is_inactive_item(sweep: Sweep, step: Step) -> bool:
    """Whether a step takes arrays of integers out of a container of nothing that carries a derivative."""
    if step.callee is not operator.getitem and (step.callee is not identity or len(step.targets) == 1):
        return False
    container = step.operands[0]
    arrays = all(isinstance(fa.widen(sweep.facts[t]), Array) for t in step.targets if travels(sweep, t))
    held = isinstance(fa.widen(sweep.builder.fact(container)), (List, Dict, Tuple))
    return arrays and held and not travels(sweep, container)


def replace_first(sweep: Sweep, step: Step, shadow: str) -> Step:
    """The same call on the shadow of its first operand."""
    return Step(
        (shadow,), step.callee, (shadow_operand(sweep, step.operands[0]), *step.operands[1:]), step.keywords, step.site
    )


def shared_operand(sweep: Sweep, step: Step) -> Operand:
    """The one operand that a result may be a view of."""
    shared = shared_operands(step, sweep.facts)
    if len(shared) != 1:
        raise _refused(str(step.targets[0]), "it may be a view of one of several arrays", step)
    return shared[0]


def replace_shared(sweep: Sweep, step: Step, shadow: str) -> Step:
    """The same call on the shadow of the operand that its result may be a view of."""
    shared = shared_operand(sweep, step)
    beside = step.operands[3:] if step.callee is rt.tangent_of_view else ()  # it compares two tangents
    operands = tuple(shadow_operand(sweep, o) if o == shared or o in beside else o for o in step.operands)
    keywords = tuple((k, shadow_operand(sweep, o) if o == shared else o) for k, o in step.keywords)
    return Step((shadow,), step.callee, operands, keywords, step.site)


def _made(sweep: Sweep, step: Step, shadow: str) -> Step:
    if step.callee is make_dict:
        slots = [o if i % 2 == 0 else slot_operand(sweep, o) for i, o in enumerate(step.operands)]
        return Step((shadow,), make_dict, tuple(slots), (), step.site)
    if step.callee is make_object:
        fact = sweep.facts[step.target]
        later = (fact.items if fact.items is not None else fact.slots or ()) if isinstance(fact, Dict) else ()
        named: dict[str, Operand] = {str(key): Const(0.0) for key, _ in later}
        named |= {str(key.value): slot_operand(sweep, o) for key, o in made_slots(step)}
        return Step((shadow,), rt.Shadow, (), tuple(named.items()), step.site)
    return Step((shadow,), make_list, tuple(slot_operand(sweep, o) for _, o in made_slots(step)), (), step.site)


def _moved(sweep: Sweep, builder: Builder, step: Step, shadow: str) -> Step:
    """What makes a container of items of others makes the shadow of theirs, of which some have none but slots."""
    operands = [_slots_for(sweep, builder, o) for o in step.operands]
    return Step((shadow,), step.callee, tuple(operands), step.keywords, step.site)


def _slots_for(sweep: Sweep, builder: Builder, operand: Operand) -> Operand:
    """The shadow of a container that items are taken from; a number of repetitions is what it is."""
    if travels(sweep, operand):
        return shadow_name(sweep, str(operand))
    if isinstance(fa.widen(builder.fact(operand)), Number):
        return operand
    return builder.step(rt.zero_slots, operand, like=sweep.cotangent_name(str(operand)), fact=List(None, fa.UNKNOWN))


def _refuse_unknown_container(sweep: Sweep, step: Step, target: str) -> None:
    fact = fa.widen(sweep.facts[target])
    if step.callee in COPYING or isinstance(fact, Array) or not sweep.memory.content_is_written(target):
        return
    raise _refused(target, "it holds arrays that are written to, and comes from a call that moves them", step)


def _refused(name: str, why: str, step: Node | None) -> UnsupportedError:
    return UnsupportedError(
        f"{base(name)!r} shares memory that is written to, and {why}",
        "write to a copy (x = x.copy()), or give each array a name of its own",
        getattr(step, "site", None),
    )


# ----------------------------------------------------------------------------------------- control flow


def merged(sweep: Sweep, merges: tuple[Merge, ...]) -> tuple[Merge, ...]:
    """The merges of a branch, and those of the shadows that travel with them."""
    more = [
        Merge(shadow_name(sweep, m.target), shadow_operand(sweep, m.then), shadow_operand(sweep, m.orelse))
        for m in merges
        if travels(sweep, m.target) and sweep.definitions.same(m.target) == m.target
    ]
    return (*merges, *more)


def carried(sweep: Sweep, node: ForLoop | WhileLoop) -> tuple[Carried, ...]:
    """The carried values of a loop, and the shadows that travel with them."""
    more = [
        Carried(
            shadow_name(sweep, c.name),
            shadow_operand(sweep, c.init),
            shadow_operand(sweep, c.next),
            shadow_name(sweep, c.result),
        )
        for c in node.carried
        if travels(sweep, c.name) and sweep.definitions.same(c.name) == c.name
    ]
    return (*node.carried, *more)


# -------------------------------------------------------------------------------------------- containers


def appended(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """What `c.append(v)` does to the shadow of c."""
    container, value = step.operands
    with sweep.builder.block() as made:
        sweep.builder.effect(Method("append"), shadow_operand(sweep, container), slot_operand(sweep, value))
    return tuple(made)
