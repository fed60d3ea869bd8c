"""Assignments to names, tuples, subscripts and attributes, plain and augmented, in Python's order of evaluation."""

from __future__ import annotations

import operator

import gast

from srcad.transform.lower.builder import Builder, statement
from srcad.transform.lower.calls import may_write
from srcad.transform.lower.expressions import bind, mangled
from srcad.transform.lower.operators import INPLACE
from srcad.transform.lower.targets import assign_to
from srcad.wengert import Attribute, Augmented, Const, SetAttribute

DISPLAYS = (gast.Tuple, gast.List)


@statement(gast.Assign)
def _assign(b: Builder, node: gast.Assign) -> None:
    first = node.targets[0]
    if len(node.targets) == 1 and _pairs_up(first, node.value):
        _assign_pairwise(b, first.elts, node.value.elts)
        return
    mark = b.mark()
    operand = b.expr(node.value, first.id if isinstance(first, gast.Name) else "t")
    for target in node.targets:
        assign_to(b, target, operand, mark)


def _pairs_up(target: gast.AST, value: gast.AST) -> bool:
    """Whether `a, b = c, d` can do without the tuple."""
    if not (isinstance(target, DISPLAYS) and isinstance(value, DISPLAYS) and len(target.elts) == len(value.elts)):
        return False
    return not any(isinstance(item, gast.Starred) for item in (*target.elts, *value.elts))


def _assign_pairwise(b: Builder, targets: list[gast.AST], values: list[gast.AST]) -> None:
    """All values first, so that swaps are right."""
    ready = []
    for target, value in zip(targets, values, strict=True):
        mark = b.mark()
        ready.append((target, b.expr(value, target.id if isinstance(target, gast.Name) else "t"), mark))
    for target, operand, mark in ready:
        assign_to(b, target, operand, mark)


@statement(gast.AnnAssign)
def _annotated(b: Builder, node: gast.AnnAssign) -> None:
    if node.value is None:
        return
    if isinstance(node.target, gast.Name):
        bind(b, node.target.id, node.value)
    else:
        assign_to(b, node.target, b.expr(node.value), b.mark())


@statement(gast.AugAssign)
def _augmented(b: Builder, node: gast.AugAssign) -> None:
    operation = INPLACE[type(node.op)]
    if isinstance(node.target, gast.Name):
        name = node.target.id
        left = b.read(name, node.target)
        b.assign(name, b.step(operation, left, b.expr(node.value), like=name))
    elif isinstance(node.target, gast.Attribute):
        owner, attribute = b.expr(node.target.value), mangled(b, node.target.attr)
        left = b.step(Attribute(attribute), owner)
        b.effect(SetAttribute(attribute), owner, b.step(operation, left, b.expr(node.value)))
    else:
        _augmented_item(b, node, operation)


def _augmented_item(b: Builder, node: gast.AugAssign, operation) -> None:
    """`x[i] op= v` reads `x[i]` before it evaluates v; the one-step form is right unless v writes."""
    owner, index = b.expr(node.target.value), b.expr(node.target.slice)
    if may_write(b, node.value):
        left = b.step(operator.getitem, owner, index)
        b.effect(operator.setitem, owner, index, b.step(operation, left, b.expr(node.value)))
    else:
        b.effect(Augmented(operation), owner, index, b.expr(node.value))


@statement(gast.Delete)
def _delete(b: Builder, node: gast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, gast.Name):
            b.read(target.id, target)
            b.delete(target.id)
        elif isinstance(target, gast.Subscript):
            b.effect(operator.delitem, b.expr(target.value), b.expr(target.slice))
        elif isinstance(target, gast.Attribute):
            b.effect(delattr, b.expr(target.value), Const(mangled(b, target.attr)))
        else:
            b.refuse(target, "`del` of this target is not supported.", "write one `del` for each name.")
