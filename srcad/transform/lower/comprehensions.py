"""Comprehensions: a container made empty and a loop that fills it.

Guarantee.  The loop variables are seen inside only.  `any` and `all` of a generator expression stop at the
element that decides, so that the elements after it are not evaluated, as in Python.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

import gast

from srcad.transform.lower.builder import TRUE, Arm, Builder, Flag, expression
from srcad.transform.lower.loops import carry
from srcad.transform.lower.scopes import bound_by
from srcad.transform.lower.targets import loop_target
from srcad.wengert import Carried, ForLoop, Method, Node, Operand, make_dict, make_list, make_set


@expression(gast.ListComp)
def _list(b: Builder, node: gast.ListComp, like: str) -> Operand:
    return list_comprehension(b, node, like)


def list_comprehension(b: Builder, node: gast.ListComp | gast.GeneratorExp, like: str = "t") -> Operand:
    """The list of a comprehension, or of a generator expression that is consumed at once."""
    items = b.step(make_list, like=like)
    _generate(b, node, lambda: b.effect(Method("append"), items, b.expr(node.elt)))
    return items


@expression(gast.SetComp)
def _set(b: Builder, node: gast.SetComp, like: str) -> Operand:
    items = b.step(make_set, like=like)
    _generate(b, node, lambda: b.effect(Method("add"), items, b.expr(node.elt)))
    return items


@expression(gast.DictComp)
def _dict(b: Builder, node: gast.DictComp, like: str) -> Operand:
    items = b.step(make_dict, like=like)

    def put() -> None:
        key = b.expr(node.key)
        b.effect(operator.setitem, items, key, b.expr(node.value))

    _generate(b, node, put)
    return items


def quantifier(b: Builder, node: gast.GeneratorExp, is_any: bool, like: str) -> Operand:
    """`any(...)` or `all(...)` of a generator expression."""

    def decide() -> None:
        test = b.expr(node.elt)
        found, other = b.arm(given={Flag.STOPPED: TRUE}), b.arm()
        b.join(test, *((found, other) if is_any else (other, found)))

    found = _generate(b, node, decide)
    return found if is_any else b.step(operator.not_, found, like=like)


def _generate(b: Builder, node: gast.AST, act: Callable[[], None]) -> Operand:
    """The loops of a comprehension around `act`.  Returns whether `act` stopped them.

    Only the first iterable is evaluated where the variables of the comprehension are not seen.
    """
    return generate_from(b, node, b.expr(node.generators[0].iter), act)


def generate_from(b: Builder, node: gast.AST, first: Operand, act: Callable[[], None]) -> Operand:
    """As `_generate`, when the first iterable has been evaluated."""
    around = b.cells
    b.cells = {name: cell for name, cell in around.items() if name not in bound_by(node)}
    shared = b.scope.shared.get(id(node), ())
    b.cells |= {name: b.step(make_dict, like=f"{name}_cell") for name in shared}
    stopped = _loop(b, node, node.generators, first, act)
    b.cells = around
    return stopped


def _loop(
    b: Builder, node: gast.AST, generators: list[gast.comprehension], iterable: Operand, act: Callable[[], None]
) -> Operand:
    generator, inner = generators[0], generators[1:]
    if generator.is_async:
        b.refuse(node, "Asynchronous comprehensions cannot be differentiated.", "use an ordinary one.")
    site = b.site
    target = ""

    def within() -> None:
        if inner:
            b.here.env[Flag.STOPPED] = _loop(b, node, inner, b.expr(inner[0].iter), act)
        else:
            act()

    def fill() -> None:
        nonlocal target
        target = loop_target(b, generator.target)
        _filtered(b, generator.ifs, within)

    def close(body: Arm, carried: tuple[Carried, ...], until: Operand | None) -> Node:
        return ForLoop(target, iterable, tuple(body.nodes), carried, until, site)

    _, flags = carry(b, b.scope.assigned[id(node)], fill, close)
    return flags[Flag.STOPPED]


def _filtered(b: Builder, tests: list[gast.AST], act: Callable[[], None]) -> None:
    if not tests:
        act()
        return
    b.join(b.expr(tests[0]), b.arm(lambda: _filtered(b, tests[1:], act)), b.arm())
