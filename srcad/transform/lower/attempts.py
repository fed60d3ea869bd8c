"""`try`: the body is an `Attempt`, the handlers are a chain of branches in its other arm.

Guarantee.  Only what stands in the body is guarded by the handlers: `else`, and what follows, comes after the node.
`finally` runs on every way out.  It is lowered twice: as a handler of everything that raises the error again, and after
the body, with the flags of `return`, `break` and `continue` set aside for it; its own win.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

import gast

from srcad.transform.lower.abandoned import Lost, Watch
from srcad.transform.lower.builder import FALSE, NOT_LEFT, TRUE, Arm, Builder, Flag, Fork, Key, statement
from srcad.wengert import Attempt, Branch, Const, Merge, Operand, defined_names, never_raises, raise_error

FLAGS = (Flag.RETURNED, Flag.STOPPED, Flag.SKIPPED)
EVERYTHING = Const(BaseException)


@dataclass
class Way:
    """How one of the two ways of an attempt ends."""

    raised: bool
    left: bool
    flags: dict[Flag, Operand]

    @classmethod
    def of(cls, arm: Arm) -> Way:
        """The way of an arm that was filled just now."""
        return cls(arm.raised, arm.left, {f: arm.env[f] for f in FLAGS})


@dataclass
class Outcome:
    """The two ways of an attempt, the flag that tells them apart, and what variables are where nothing was raised."""

    body: Way
    handler: Way
    caught: Operand
    certain: dict[Key, Operand]


def attempt(
    b: Builder,
    variables: tuple[str, ...],
    body: Callable[[], None],
    classes: Operand,
    handle: Callable[[Operand], None],
    like: str = "error",
    in_with: bool = False,
) -> Outcome:
    """Appends an attempt whose body assigns `variables`; `handle` lowers the handler, given the error.

    Of one that is the block of a `with` it may turn out that the handler always raises.
    """
    watch = Watch(variables)
    b.watches.append(watch)
    then = b.arm(body)
    b.watches.pop()
    if all(map(never_raises, then.nodes)):
        b.here.nodes += then.nodes
        b.here.env.update(then.env)
        return Outcome(Way.of(then), Way(True, True, {}), FALSE, {})
    error, caught = b.fresh(like), b.fresh("caught")
    b.flags.add(caught)
    given = _where_abandoned(b, then, watch, in_with)
    b.handled.append(error)
    orelse = b.arm(lambda: handle(error), given)
    b.handled.pop()

    def node(*parts) -> Branch:
        return Attempt(*parts, error=error)

    ways = Way.of(then), Way.of(orelse)
    return Outcome(*ways, caught, b.join(classes, then, orelse, (Merge(caught, FALSE, TRUE),), node))


def _where_abandoned(b: Builder, then: Arm, watch: Watch, in_with: bool) -> dict[Key, Operand]:
    """What the variables assigned in the body are in the handler.

    The first steps of the body leave it if they cannot raise and a variable has its value from them.
    """
    values = dict(watch.values(b.aliases))
    first = tuple(takewhile(never_raises, then.nodes))
    if defined_names(first).intersection(v for v in values.values() if isinstance(v, str)):
        b.here.nodes += first
        del then.nodes[: len(first)]
    inside = defined_names(then.nodes)
    return {
        variable: Const(Lost(variable, b.site, in_with)) if value is None or value in inside else value
        for variable, value in values.items()
    }


@statement(gast.Try)
def _try(b: Builder, node: gast.Try) -> Fork | None:
    if not node.finalbody:
        return _handled(b, node)
    inner = node.body
    if node.handlers:
        inner = [gast.copy_location(gast.Try(node.body, node.handlers, node.orelse, []), node)]
        b.scope.assigned[id(inner[0])] = b.scope.assigned[id(node)]
    return finally_(b, b.scope.assigned[id(node)], lambda: b.statements(inner), lambda: b.statements(node.finalbody))


def _handled(b: Builder, node: gast.Try) -> Fork | None:
    """A `try` without `finally`."""
    classes = [_classes(b, handler) for handler in node.handlers]
    names = {_name(handler) for handler in node.handlers if handler.name is not None}
    outcome = attempt(
        b,
        b.scope.assigned[id(node)],
        lambda: b.statements(node.body),
        _union(classes),
        lambda error: _handlers(b, node.handlers, classes, error),
        names.pop() if len(names) == 1 else "error",
    )
    if not node.orelse and not outcome.body.left and not outcome.handler.left:
        return None
    return follow(b, outcome, lambda: b.statements(node.orelse))


def follow(b: Builder, outcome: Outcome, act: Callable[[], None]) -> Fork | None:
    """Where the block goes after an attempt: where nothing was raised, `act` comes first."""
    body, handler = outcome.body, outcome.handler
    if body.raised:
        return None
    if handler.raised:
        act()
        return None
    return Fork(outcome.caught, _flags(b, handler), {**_flags(b, body), **outcome.certain}, act)


def _flags(b: Builder, way: Way) -> dict[Key, Operand]:
    """The flags after an attempt where it is known which way it went."""
    return {flag: value if isinstance(value, Const) else b.here.env[flag] for flag, value in way.flags.items()}


# ---------------------------------------------------------------------------------------------- handlers


def _name(handler: gast.ExceptHandler) -> str:
    return "error" if handler.name is None else getattr(handler.name, "id", handler.name)


def _classes(b: Builder, handler: gast.ExceptHandler) -> Operand:
    """The class that a handler catches, or a tuple of classes."""
    if handler.type is None:
        return EVERYTHING
    parts = handler.type.elts if isinstance(handler.type, gast.Tuple) else [handler.type]
    found = [b.expr(part) for part in parts if isinstance(part, (gast.Name, gast.Attribute))]
    known = [o.value for o in found if isinstance(o, Const) and isinstance(o.value, type)]
    if len(known) == len(parts):
        return Const(tuple(known)) if isinstance(handler.type, gast.Tuple) else Const(known[0])
    if len(found) != 1 or len(parts) != 1:
        b.refuse(handler.type, "What this handler catches is computed.", "name the classes: except (A, B):")
    return found[0]


def _union(classes: list[Operand]) -> Operand:
    """All that several handlers catch."""
    if len(classes) == 1:
        return classes[0]
    known = [o.value for o in classes if isinstance(o, Const)]
    return Const(tuple(dict.fromkeys(c for value in known for c in (value if isinstance(value, tuple) else (value,)))))


def _handlers(b: Builder, handlers: list[gast.ExceptHandler], classes: list[Operand], error: Operand) -> None:
    """The first handler whose classes fit; the last one fits what no other does."""
    before = b.sites.enter(handlers[0])
    b.site = b.sites.of(handlers[0])
    if len(handlers) == 1:
        _handler(b, handlers[0], error)
    else:
        test = b.step(isinstance, error, classes[0])
        first = b.arm(lambda: _handler(b, handlers[0], error))
        b.join(test, first, b.arm(lambda: _handlers(b, handlers[1:], classes[1:], error)))
    b.sites.leave(before)


def _handler(b: Builder, handler: gast.ExceptHandler, error: Operand) -> None:
    """The body of a handler; its name for the error is gone after it."""
    name = None if handler.name is None else _name(handler)
    if name is not None:
        b.assign(name, error)
    b.statements(handler.body)
    if name is not None and not b.here.raised:
        b.delete(name)


# ----------------------------------------------------------------------------------------------- finally


def finally_(
    b: Builder, variables: tuple[str, ...], body: Callable[[], None], final: Callable[[], None]
) -> Fork | None:
    """`try: body finally: final`."""

    def handle(error: Operand) -> None:
        final()
        if not b.here.left:
            again_unless(b, b.here.env[Flag.SKIPPED], error)

    return follow(b, attempt(b, variables, body, EVERYTHING, handle), lambda: set_aside(b, final))


def set_aside(b: Builder, final: Callable[[], None]) -> None:
    """Runs what always runs, with how control left the body set aside for it."""
    aside = {flag: b.here.env[flag] for flag in Flag}
    b.here.env.update(NOT_LEFT)
    final()
    if not b.here.left:
        unless(b, b.here.env[Flag.SKIPPED], lambda: b.here.env.update(aside))


def again_unless(b: Builder, test: Operand, error: Operand) -> None:
    """Raises an error again, unless the test holds."""

    def again() -> None:
        b.effect(raise_error, error)
        b.here.raised = True

    unless(b, test, again)


def unless(b: Builder, test: Operand, act: Callable[[], None]) -> None:
    """Acts unless the test holds."""
    if test == FALSE:
        act()
    else:
        b.join(test, b.arm(), b.arm(act, dict.fromkeys(FLAGS, FALSE)))
