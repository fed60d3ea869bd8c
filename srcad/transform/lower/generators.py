"""Generators: `yield` is a step that hands a value to the consumer and says whether the consumer has stopped.

Guarantee.  `stopped = yield_item(v)` followed by a `return` where `stopped` holds is what a consumer sees that goes on
to ask for values, or leaves its loop.  What only `send` and `throw` could tell apart is refused.  A generator
expression is a generator function that is called at once: only its first iterable is evaluated where it stands.
"""

from __future__ import annotations

import gast

from srcad.transform.lower.builder import Arm, Builder, Flag, expression
from srcad.transform.lower.comprehensions import generate_from
from srcad.transform.lower.functions import finished, inside
from srcad.transform.lower.loops import carry, leave
from srcad.wengert import CALL, Carried, Const, ForLoop, MakeFunction, Node, Operand, Param, yield_item

ALONE = "write it as a statement of its own; pass what the generator needs as arguments."


@expression(gast.Yield)
def _yield(b: Builder, node: gast.Yield, like: str) -> Operand:
    _check_place(b, node)
    _hand_out(b, Const(None) if node.value is None else b.expr(node.value))
    return Const(None)


@expression(gast.YieldFrom)
def _yield_from(b: Builder, node: gast.YieldFrom, like: str) -> Operand:
    """`for item in iterable: yield item`"""
    _check_place(b, node)
    iterable, site, item = b.expr(node.value), b.site, b.fresh("item")

    def close(body: Arm, carried: tuple[Carried, ...], until: Operand | None) -> Node:
        return ForLoop(item, iterable, tuple(body.nodes), carried, until, site)

    _, flags = carry(b, (), lambda: _hand_out(b, item), close)
    leave(b, flags)
    return Const(None)


def _check_place(b: Builder, node: gast.Yield | gast.YieldFrom) -> None:
    if id(node) not in b.scope.yields:
        b.refuse(node, "The value of a `yield` is used: it is what a caller sends.", ALONE)


def _hand_out(b: Builder, value: Operand) -> None:
    stopped = b.step(yield_item, value, like=Flag.STOPPED.value)
    b.flags.add(stopped)
    b.here.env.update(dict.fromkeys((Flag.RETURNED, Flag.STOPPED, Flag.SKIPPED), stopped))
    b.here.env[Flag.VALUE] = Const(None)


@expression(gast.GeneratorExp)
def _generator_expression(b: Builder, node: gast.GeneratorExp, like: str) -> Operand:
    if id(node) not in b.scope.inner:
        b.refuse(
            node,
            "A generator expression is given to a function that bears the name of one that uses it up at once.",
            "write a list comprehension: [...] instead of (...).",
        )
    first = b.expr(node.generators[0].iter)
    scope = b.scope.inner[id(node)]
    inner, leading, operands = inside(b, node, "<genexpr>", scope)
    iterable = inner.fresh(_unused("items", node))

    def lower() -> None:
        def hand_out() -> None:
            inner.here.env[Flag.STOPPED] = inner.step(yield_item, inner.expr(node.elt), like=Flag.STOPPED.value)

        generate_from(inner, node, iterable, hand_out)

    function = finished(inner, node, "genexpr", (*leading, Param(iterable)), lower)
    made = b.step(MakeFunction(function, len(leading)), *operands)
    return b.step(CALL, made, first, like=like)


def _unused(name: str, node: gast.AST) -> str:
    """A name that nothing in the tree has."""
    used = {n.id for n in gast.walk(node) if isinstance(n, gast.Name)}
    while name in used:
        name += "_"
    return name
