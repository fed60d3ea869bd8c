"""Lists, tuples, dicts, objects and iterators: what is done with one is done with its tangent.

Guarantee: the tangent of a container has its class, its length and its keys, in their order.  Numbers that carry no
derivative have 0.0 in their place; what is no number, such as a string, stands for itself.
"""

from __future__ import annotations

import operator
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, Instance, List, Tuple
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import element_of
from srcad.transform.forward.state import Forward, dot_name, tangent_fact
from srcad.transform.iterators import ITERATORS, VIEWS
from srcad.wengert import (
    Method,
    Operand,
    Step,
    callee_name,
    make_dict,
    make_named_tuple,
    make_object,
    make_set,
)

CONTENT: dict[Any, tuple[int, ...]] = {
    operator.getitem: (0,),
    enumerate: (0,),
    reversed: (0,),
    iter: (0,),
    list: (0,),
    tuple: (0,),
    dict: (0,),
    operator.add: (0, 1),
    operator.or_: (0, 1),
    operator.mul: (0,),
    Method("get"): (0, 2),
    Method("pop"): (0, 2),
    Method("setdefault"): (0, 2),
    Method("popitem"): (0,),
    Method("items"): (0,),
    Method("values"): (0,),
    Method("copy"): (0,),
    Method("append"): (0, 1),
    Method("extend"): (0, 1),
    Method("insert"): (0, 2),
    Method("update"): (0, 1),
    Method("clear"): (0,),
    Method("reverse"): (0,),
    operator.setitem: (0, 2),
    operator.delitem: (0,),
    operator.iadd: (0, 1),
    operator.ior: (0, 1),
    operator.imul: (0,),
}
"""Callees that move what containers hold, and which of their operands are, or are put into, containers."""

GENERATED: dict[Any, tuple[int, ...]] = {
    rt.slot: (0,),
    rt.take_slot: (0,),
    rt.shadow_of_view: (0,),
    rt.writable: (0,),
    rt.restore_slot: (0, 2),
    rt.restore_item: (0, 2),
    rt.restore_key: (0, 2),
    rt.take_tail: (0,),
    rt.take_stored: (0,),
    rt.add_to_slot: (0, 2),
    rt.add_to_slots: (0, 1),
    rt.add_into_slots: (0, 1),
    rt.add: (0, 1),
    rt.pack: (0,),
    rt.scatter: (0,),
    rt.folded: (0,),
    rt.own_items: (0,),
    rt.only_values: (0,),
    rt.tangent_of_view: (0, 3),
}
"""The same of what programs of derivatives call: it is linear in these operands together."""

ITERATING = (zip, enumerate, reversed, iter, list, tuple)
"""Callees that go through the items of their operands."""

ANYWHERE = frozenset({operator.getitem, operator.setitem, zip, enumerate, reversed, iter, list, tuple})
"""Those of which it does not matter whether an operand is a container or an array."""


def is_container(fact: Fact) -> bool:
    """Whether a value is a list, tuple, dict, object or iterator."""
    return isinstance(fact, (List, Tuple, Dict, Instance, fa.Nested, fa.Iterator))


def is_repeated(fw: Forward, step: Step) -> bool:
    """Whether the tangent of a step is the same step on tangents, because it only moves what it is given."""
    callee = effects.hashable(step.callee)
    if callee in GENERATED or callee is zip:
        return True
    if callee not in CONTENT:
        return False
    first = step.operands[0]
    if callee is operator.mul:
        return any(isinstance(fw.fact(o), (List, Tuple)) for o in step.operands) and not any(
            isinstance(fw.fact(o), Array) for o in step.operands
        )
    if callee is operator.add or callee is operator.iadd:
        return all(isinstance(fw.fact(o), (List, Tuple)) for o in step.operands) or (
            callee is operator.iadd and isinstance(fw.fact(first), List)
        )
    if callee in ANYWHERE or isinstance(fw.fact(first), fa.Unknown):
        return True
    return is_container(fw.fact(first))


def repeated(fw: Forward, step: Step) -> str:
    """The same step on tangents; its only target."""
    like = dot_name(step.target)
    if step.callee == Method("items") and not has_plain_keys(fw, step):
        return fw.builder.step(rt.TangentItems, fw.tangent(step.operands[0]), like=like, fact=fa.UNKNOWN)
    if step.callee is enumerate:
        dots = content(fw, step, step.operands[0])
        return fw.builder.step(rt.unnumbered, dots, like=like, fact=fa.UNKNOWN)
    again = on_tangents(fw, step)
    fact = moved_fact(fw, step)
    return fw.builder.step(again.callee, *again.operands, keywords=dict(again.keywords), like=like, fact=fact)


def has_plain_keys(fw: Forward, step: Step) -> bool:
    """Whether the keys among the items of a dict are known to be text, which stands for itself."""
    pair = element_of(fw.fact(step.target))
    return isinstance(pair, Tuple) and fa.is_text(pair.items[0])


def moved_fact(fw: Forward, step: Step) -> Fact:
    """What is known of the tangent of what a step reads or moves."""
    fact = fw.fact(step.target)
    return fact if isinstance(fact, Instance) else tangent_fact(fact)


def on_tangents(fw: Forward, step: Step) -> Step:
    """The step with the tangents of what its operands hold in their place."""
    callee = effects.hashable(step.callee)
    places: Any = CONTENT.get(callee) or GENERATED.get(callee) or range(len(step.operands))
    if callee is operator.mul:
        places = [i for i, o in enumerate(step.operands) if isinstance(fw.fact(o), (List, Tuple))]
    operands = list(step.operands)
    for i in places:
        if i < len(operands):
            operands[i] = content(fw, step, operands[i])
    if operands and (callee is dict or callee == Method("update")):
        operands[-1] = of_pairs(fw, step, operands[-1])
    mapped = callee is dict or callee == Method("update")
    keywords = tuple((k, fw.tangent(o) if mapped else o) for k, o in step.keywords)
    return Step(step.targets, step.callee, tuple(operands), keywords, fw.builder.site)


def are_keys(fact: Fact) -> bool:
    """Whether the items of an iteration over a value are the keys of a dict, which carry no derivative."""
    return isinstance(fact, Dict) or isinstance(fact, Instance) and fact.type is type({}.keys())


def zero_items(fw: Forward, operand: Operand) -> Operand:
    """What gives a tangent of zero for each item of what has none."""
    if fa.is_text(element_of(fw.fact(operand))):
        return operand
    items = fw.builder.step(list, operand, fact=fa.List(None, fa.UNKNOWN))
    return fw.builder.step(rt.zero_tangent, items, like="d", fact=fa.List(None, fa.UNKNOWN))


def content(fw: Forward, step: Step, operand: Operand) -> Operand:
    """The tangent of what a container holds.  For what carries none, zeros."""
    fact = fw.fact(operand)
    if effects.hashable(step.callee) in ITERATING and are_keys(fact):
        return zero_items(fw, operand)
    if fw.is_active(operand):
        return fw.tangent(operand)
    if effects.hashable(step.callee) in effects.ITERATORS and isinstance(fact, Instance) and fact.type in ITERATORS:
        if fact.type not in VIEWS or fa.is_active_type(element_of(fact)) is not False:
            raise UnsupportedError(
                f"{callee_name(step.callee)} takes the items of an iterator ({fact.type.__name__}) together with "
                "values that carry a derivative",
                "make a list of its items first: list(...)",
                step.site,
            )
        return operand
    return zero_items(fw, operand) if effects.hashable(step.callee) in effects.ITERATORS else fw.tangent(operand)


def of_pairs(fw: Forward, step: Step, dots: Operand) -> Operand:
    """The tangents of pairs of keys and values, of which a dict is made, with the keys themselves."""
    pairs = step.operands[-1]
    fact = fw.fact(pairs)
    if isinstance(fact, Dict) or len(step.operands) == 1 and step.callee is not dict:
        return dots
    if isinstance(fact, (Instance, fa.Iterator)) and fact.type not in VIEWS:
        raise UnsupportedError(
            "a dict is made of an iterator of keys and values that carry a derivative",
            "make a list of the pairs first: dict(list(...))",
            step.site,
        )
    return fw.builder.step(rt.tangents_by_key, pairs, dots, fact=fa.UNKNOWN)


def made(fw: Forward, step: Step) -> str:
    """The tangent of a container that is made of its items."""
    if step.callee is make_set:
        raise UnsupportedError("a set holds values that carry a derivative", "use a list", step.site)
    operands = list(step.operands)
    begin, stride = 0, 1
    if step.callee in (make_object, make_named_tuple):
        begin = 1
    if step.callee in (make_dict, make_object):
        begin, stride = begin + 1, 2
    for i in range(begin, len(operands), stride):
        operands[i] = fw.tangent(operands[i])
    like = dot_name(step.target)
    return fw.builder.step(step.callee, *operands, like=like, fact=tangent_fact(fw.facts[step.target]))
