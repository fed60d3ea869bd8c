"""Loops: what they assign is carried, and how they are left is a value.

Guarantee.  `break`, `continue` and `return` at any depth become flags; a loop ends after the trip in which
`stopped` came to hold.  A variable that every trip leaves as it was is not carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gast

from srcad.transform.lower.builder import FALSE, NOT_LEFT, TRUE, Arm, Builder, Flag, Key, statement
from srcad.transform.lower.targets import loop_target
from srcad.wengert import Carried, Const, ForLoop, Node, Operand, WhileLoop

Flags = dict[Flag, Operand]
Close = Callable[[Arm, tuple[Carried, ...], Operand | None], Node]


def carry(b: Builder, assigned: Iterable[str], fill: Callable[[], None], close: Close) -> tuple[Arm, Flags]:
    """Appends the loop whose body `fill` lowers and whose node `close` makes.

    Returns the body, and the flags after the loop.  The variables `assigned` then stand for their last values.
    """
    names = {variable: b.fresh(variable) for variable in assigned if variable not in b.cells}
    start: dict[Key, Operand] = {**NOT_LEFT}
    start.update(names)
    body = b.arm(fill, start)
    carried = []
    for variable, name in names.items():
        init, last = b.here.env.seen(variable), body.env.seen(variable)
        if last == name or body.raised:
            b.aliases[name] = init
            continue
        carried.append(Carried(name, init, last, b.fresh(variable)))
        b.assign(variable, carried[-1].result)
    flags: Flags = {flag: NOT_LEFT[flag] for flag in Flag}
    for flag in (Flag.VALUE, Flag.RETURNED, Flag.STOPPED):
        last = body.env[flag]
        if body.raised or last == NOT_LEFT[flag]:
            continue
        if flag is Flag.STOPPED and last == body.env[Flag.RETURNED]:
            flags[flag] = flags[Flag.RETURNED]
            continue
        carried.append(Carried(b.fresh(flag.value), NOT_LEFT[flag], last, b.fresh(flag.value)))
        flags[flag] = carried[-1].result
        if flag is not Flag.VALUE:
            b.flags.add(carried[-1].result)
    stopped = FALSE if body.raised else body.env[Flag.STOPPED]
    b.append(close(body, tuple(carried), None if stopped == FALSE else stopped))
    return body, flags


def leave(b: Builder, flags: Flags) -> None:
    """After a loop in which the function may have returned, control has left the block around too."""
    if flags[Flag.RETURNED] == FALSE:
        return
    b.here.env[Flag.VALUE] = flags[Flag.VALUE]
    for flag in (Flag.RETURNED, Flag.STOPPED, Flag.SKIPPED):
        b.here.env[flag] = flags[Flag.RETURNED]


@statement(gast.For)
def _for(b: Builder, node: gast.For) -> tuple[Operand, list] | None:
    iterable, site = b.expr(node.iter), b.site
    target = ""

    def fill() -> None:
        nonlocal target
        target = loop_target(b, node.target)
        b.statements(node.body)

    def close(body: Arm, carried: tuple[Carried, ...], until: Operand | None) -> Node:
        return ForLoop(target, iterable, tuple(body.nodes), carried, until, site)

    _, flags = carry(b, b.scope.assigned[id(node)], fill, close)
    leave(b, flags)
    return flags[Flag.STOPPED], node.orelse


@statement(gast.While)
def _while(b: Builder, node: gast.While) -> tuple[Operand, list] | None:
    if any(isinstance(n, gast.NamedExpr) for n in gast.walk(node.test)):
        _while_binding(b, node)
        return None
    site = b.site
    test_steps: list[Node] = []
    test: Operand = TRUE

    def fill() -> None:
        nonlocal test_steps, test
        test = b.expr(node.test)
        test_steps, b.here.nodes = b.here.nodes, []
        b.statements(node.body)

    def close(body: Arm, carried: tuple[Carried, ...], until: Operand | None) -> Node:
        return WhileLoop(tuple(test_steps), test, tuple(body.nodes), carried, until, site)

    body, flags = carry(b, b.scope.assigned[id(node)], fill, close)
    if isinstance(test, Const) and test.value:
        _after_endless(b, body, flags)
        return None
    leave(b, flags)
    return flags[Flag.STOPPED], node.orelse


def _after_endless(b: Builder, body: Arm, flags: Flags) -> None:
    """After `while True`: reached by `break` only."""
    if flags[Flag.STOPPED] == FALSE:
        b.here.raised = True
    elif body.env[Flag.STOPPED] == body.env[Flag.RETURNED]:
        leave(b, {**flags, Flag.RETURNED: TRUE})
    else:
        leave(b, flags)


def _while_binding(b: Builder, node: gast.While) -> None:
    """`while (n := f()) > 0: ...` as `while True: if ...: ... else: break`.

    The values that the test binds are then values of the body, which outlive the loop.
    """
    if any(isinstance(n, (gast.Break, gast.Continue)) for s in node.orelse for n in gast.walk(s)):
        b.refuse(
            node,
            "A `while` whose test assigns with `:=` has an `else` that leaves an outer loop.",
            "assign in the body, under `while True`.",
        )
    end = gast.copy_location(gast.Break(), node.test)
    choice = gast.If(test=node.test, body=node.body, orelse=[*node.orelse, end])
    loop = gast.While(test=gast.Constant(value=True, kind=None), body=[choice], orelse=[])
    for made in (choice, loop, loop.test):
        gast.copy_location(made, node)
    b.scope.assigned[id(loop)] = _with_assigned_by(b, node)
    _while(b, loop)


def _with_assigned_by(b: Builder, node: gast.While) -> tuple[str, ...]:
    """What the loop binds and what its `else`, now in the body, binds."""
    later = [n.id for s in node.orelse for n in gast.walk(s) if isinstance(n, gast.Name) and n.id in b.scope.bindings]
    return tuple(dict.fromkeys((*b.scope.assigned[id(node)], *later)))
