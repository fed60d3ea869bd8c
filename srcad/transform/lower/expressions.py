"""Expressions: every operation becomes a step, in Python's order of evaluation.

Guarantee.  Each operand is evaluated once, and only if Python would: `and`, `or`, conditional expressions and
chained comparisons are branches.  Only literals are folded (``-1``, ``(0, 1)``, ``1:-1``); arithmetic is not.
"""

from __future__ import annotations

import operator
import types
from typing import Any

import gast

from srcad.transform.lower.builder import Builder, expression
from srcad.transform.lower.operators import BINARY, COMPARISON, UNARY
from srcad.wengert import (
    Attribute,
    Const,
    Operand,
    base,
    identity,
    make_dict,
    make_list,
    make_set,
    make_string,
    make_tuple,
)

LITERALS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), slice)


def is_literal(operand: Operand) -> bool:
    """Whether an operand can be part of a larger literal."""
    if not isinstance(operand, Const):
        return False
    if isinstance(operand.value, tuple):
        return all(is_literal(Const(item)) for item in operand.value)
    return isinstance(operand.value, LITERALS) and (operand.text is None or operand.value is None)


@expression(gast.Constant)
def _constant(b: Builder, node: gast.Constant, like: str) -> Operand:
    return Const(node.value)


@expression(gast.Name)
def _name(b: Builder, node: gast.Name, like: str) -> Operand:
    return b.read(node.id, node)


@expression(gast.NamedExpr)
def _named(b: Builder, node: gast.NamedExpr, like: str) -> Operand:
    return bind(b, node.target.id, node.value)


def bind(b: Builder, name: str, value: gast.AST) -> str:
    """`name = value`: the step that makes the value is given the name; a name for something existing is a step."""
    mark = b.mark()
    return bind_operand(b, name, b.expr(value, name), mark)


def bind_operand(b: Builder, name: str, operand: Operand, mark: int) -> str:
    """`name = operand`, which needs no step if the operand was made for the name since `mark`."""
    if isinstance(operand, str) and b.made_since(operand, mark) and base(operand) == name:
        bound = operand
    else:
        bound = b.step(identity, operand, like=name)
    b.assign(name, bound)
    return bound


@expression(gast.UnaryOp)
def _unary(b: Builder, node: gast.UnaryOp, like: str) -> Operand:
    value = getattr(node.operand, "value", None) if isinstance(node.operand, gast.Constant) else None
    if isinstance(node.op, gast.USub) and isinstance(value, (int, float, complex)) and not isinstance(value, bool):
        return Const(-value)
    return b.step(UNARY[type(node.op)], b.expr(node.operand), like=like)


@expression(gast.BinOp)
def _binary(b: Builder, node: gast.BinOp, like: str) -> Operand:
    left = b.expr(node.left)
    return b.step(BINARY[type(node.op)], left, b.expr(node.right), like=like)


@expression(gast.BoolOp)
def _boolean(b: Builder, node: gast.BoolOp, like: str) -> Operand:
    return _short_circuit(b, node.values, isinstance(node.op, gast.And), like)


def _short_circuit(b: Builder, values: list[gast.AST], is_and: bool, like: str) -> Operand:
    first = b.expr(values[0])
    if len(values) == 1:
        return first

    def rest() -> Operand:
        return _short_circuit(b, values[1:], is_and, "t")

    def settled() -> Operand:
        return first

    return b.choose(first, rest, settled, like) if is_and else b.choose(first, settled, rest, like)


@expression(gast.IfExp)
def _conditional(b: Builder, node: gast.IfExp, like: str) -> Operand:
    return b.choose(b.expr(node.test), lambda: b.expr(node.body), lambda: b.expr(node.orelse), like)


@expression(gast.Compare)
def _compare(b: Builder, node: gast.Compare, like: str) -> Operand:
    return _comparisons(b, b.expr(node.left), node.ops, node.comparators, like)


def _comparisons(b: Builder, left: Operand, ops: list, rights: list, like: str) -> Operand:
    right = b.expr(rights[0])
    last = len(ops) == 1
    first = _comparison(b, ops[0], left, right, like if last else "t")
    if last:
        return first
    return b.choose(first, lambda: _comparisons(b, right, ops[1:], rights[1:], "t"), lambda: first, like)


def _comparison(b: Builder, op: gast.AST, left: Operand, right: Operand, like: str) -> Operand:
    function = COMPARISON[type(op)]
    if isinstance(op, gast.In):
        return b.step(function, right, left, like=like)
    if isinstance(op, gast.NotIn):
        return b.step(operator.not_, b.step(function, right, left), like=like)
    return b.step(function, left, right, like=like)


@expression(gast.Attribute)
def _attribute(b: Builder, node: gast.Attribute, like: str) -> Operand:
    value = b.expr(node.value)
    return resolved_attribute(b, value, node.attr) or b.step(Attribute(mangled(b, node.attr)), value, like=like)


def resolved_attribute(b: Builder, value: Operand, name: str) -> Const | None:
    """The constant that an attribute of a module stands for."""
    if isinstance(value, Const) and isinstance(value.value, types.ModuleType):
        return b.outside.attribute(value.value, name)
    return None


def mangled(b: Builder, name: str) -> str:
    """The name of an attribute; ``__x`` in a class is private to it."""
    if b.class_name and name.startswith("__") and not name.endswith("__"):
        return f"_{b.class_name.lstrip('_')}{name}"
    return name


@expression(gast.Subscript)
def _subscript(b: Builder, node: gast.Subscript, like: str) -> Operand:
    value = b.expr(node.value)
    return b.step(operator.getitem, value, b.expr(node.slice), like=like)


@expression(gast.Slice)
def _slice(b: Builder, node: gast.Slice, like: str) -> Operand:
    parts = [Const(None) if p is None else b.expr(p) for p in (node.lower, node.upper, node.step)]
    literal = [p.value for p in parts if isinstance(p, Const) and is_literal(p)]
    if len(literal) == len(parts):
        return Const(slice(*literal))
    return b.step(slice, *parts, like=like)


@expression(gast.Tuple)
def _tuple(b: Builder, node: gast.Tuple, like: str) -> Operand:
    if any(isinstance(item, gast.Starred) for item in node.elts):
        return b.step(tuple, _starred_list(b, node.elts), like=like)
    items = [b.expr(item) for item in node.elts]
    literal = [item.value for item in items if isinstance(item, Const) and is_literal(item)]
    if len(literal) == len(items):
        return Const(tuple(literal))
    return b.step(make_tuple, *items, like=like)


@expression(gast.List)
def _list(b: Builder, node: gast.List, like: str) -> Operand:
    if any(isinstance(item, gast.Starred) for item in node.elts):
        return _starred_list(b, node.elts, like)
    return b.step(make_list, *[b.expr(item) for item in node.elts], like=like)


def _starred_list(b: Builder, items: list[gast.AST], like: str = "t") -> Operand:
    """`[a, *b, c]` as the sum of lists, each evaluated in its turn."""
    total: Operand | None = None
    run: list[Operand] = []

    def add(part: Operand) -> Operand:
        return part if total is None else b.step(operator.add, total, part, like=like)

    for item in items:
        if not isinstance(item, gast.Starred):
            run.append(b.expr(item))
            continue
        if run:
            total, run = add(b.step(make_list, *run, like=like)), []
        total = add(b.step(list, b.expr(item.value), like=like))
    return add(b.step(make_list, *run, like=like)) if run or total is None else total


@expression(gast.Set)
def _set(b: Builder, node: gast.Set, like: str) -> Operand:
    if any(isinstance(item, gast.Starred) for item in node.elts):
        return b.step(set, _starred_list(b, node.elts), like=like)
    return b.step(make_set, *[b.expr(item) for item in node.elts], like=like)


@expression(gast.Dict)
def _dict(b: Builder, node: gast.Dict, like: str) -> Operand:
    """`{k: v, **m}`: entries up to a mapping that is unpacked make one dict, which `|` goes on with."""
    total: Operand | None = None
    run: list[Operand] = []

    def close() -> Operand:
        if total is not None and not run:
            return total
        part = b.step(make_dict, *run, like=like)
        return part if total is None else b.step(operator.or_, total, part, like=like)

    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            run += [b.expr(key), b.expr(value)]
            continue
        before, run = close() if run or total is not None else None, []
        copied = b.step(dict, b.expr(value), like=like)
        total = copied if before is None else b.step(operator.or_, before, copied, like=like)
    return close()


@expression(gast.JoinedStr)
def _format(b: Builder, node: gast.JoinedStr, like: str) -> Operand:
    parts = [b.expr(part) for part in node.values]
    return b.step(make_string, *parts, like=like)


CONVERSIONS: dict[int, Any] = {ord("r"): repr, ord("s"): str, ord("a"): ascii}


@expression(gast.FormattedValue)
def _formatted(b: Builder, node: gast.FormattedValue, like: str) -> Operand:
    value = b.expr(node.value)
    if node.conversion in CONVERSIONS:
        value = b.step(CONVERSIONS[node.conversion], value)
    spec = () if node.format_spec is None else (b.expr(node.format_spec),)
    return b.step(format, value, *spec)
