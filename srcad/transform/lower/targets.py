"""Where values are put: names, subscripts, attributes, and tuples of these."""

from __future__ import annotations

import operator

import gast

from srcad.transform.lower.builder import Builder
from srcad.transform.lower.expressions import bind_operand, mangled
from srcad.wengert import Const, Operand, SetAttribute, Step, identity, raise_error


def assign_to(b: Builder, target: gast.AST, operand: Operand, mark: int) -> None:
    """`target = operand`; what was made since `mark` may take the target's name without a step."""
    match target:
        case gast.Name():
            bind_operand(b, target.id, operand, mark)
        case gast.Subscript():
            b.effect(operator.setitem, b.expr(target.value), b.expr(target.slice), operand)
        case gast.Attribute():
            b.effect(SetAttribute(mangled(b, target.attr)), b.expr(target.value), operand)
        case gast.Tuple() | gast.List():
            _unpack(b, target.elts, operand)
        case _:
            b.refuse_node(target)


def _unpack(b: Builder, items: list[gast.AST], operand: Operand) -> None:
    """One step with several targets, whose parts are then put where they belong."""
    starred = [i for i, item in enumerate(items) if isinstance(item, gast.Starred)]
    if starred or len(items) < 2:
        _unpack_list(b, items, operand, starred[0] if starred else None)
        return
    parts = tuple(b.fresh(_base(item)) for item in items)
    b.append(Step(parts, identity, (operand,), (), b.site))
    for item, part in zip(items, parts, strict=True):
        if isinstance(item, gast.Name):
            b.assign(item.id, part)
        else:
            assign_to(b, item, part, b.mark())


def _base(item: gast.AST) -> str:
    return item.id if isinstance(item, gast.Name) else "t"


def _unpack_list(b: Builder, items: list[gast.AST], operand: Operand, starred: int | None) -> None:
    """`a, *b, c = v` and `a, = v`: the items are taken from a list of all, whose length is checked as Python does."""
    needed = len(items) - (starred is not None)
    values = b.step(list, operand)
    compare = operator.ne if starred is None else operator.lt
    wrong = b.step(compare, b.step(len, values), Const(needed))
    bound = "" if starred is None else "at least "
    b.join(
        wrong, b.arm(lambda: _wrong_length(b, f"wrong number of values to unpack (expected {bound}{needed})")), b.arm()
    )
    parts = []
    for i, item in enumerate(items):
        target = item.value if isinstance(item, gast.Starred) else item
        index: int | slice = i if starred is None or i < starred else i - len(items)
        if i == starred:
            index = slice(i, i + 1 - len(items) or None)
        mark = b.mark()
        parts.append((target, b.step(operator.getitem, values, Const(index), like=_base(target)), mark))
    for target, part, mark in parts:
        assign_to(b, target, part, mark)


def _wrong_length(b: Builder, message: str) -> None:
    b.effect(raise_error, b.step(ValueError, Const(message)))
    b.here.raised = True


def loop_target(b: Builder, target: gast.AST) -> str:
    """The name of a loop's item; a target that is no plain name is assigned at the start of the body."""
    name = b.fresh(_base(target))
    if isinstance(target, gast.Name):
        b.assign(target.id, name)
    else:
        assign_to(b, target, name, b.mark())
    return name
