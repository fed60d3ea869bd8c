"""`with`: a manager that lets every error pass stays one, around its block; any other is entered and left by calls.

Guarantee.  A `Within` is made only if the manager certainly swallows no error, so that control comes behind it by the
end of its block only.  Of all others the calls of `__enter__` and `__exit__` are written out, which is what Python
does: whether an error was swallowed is then a branch like any other.
"""

from __future__ import annotations

import contextlib
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gast
import numpy as np

from srcad.errors import DifferentiationError
from srcad.transform.lower.attempts import EVERYTHING, again_unless, attempt, follow, set_aside
from srcad.transform.lower.builder import Builder, Choice, Fork, statement
from srcad.transform.lower.targets import assign_to
from srcad.transform.parse import tree_of
from srcad.wengert import Attribute, Const, Method, Operand, Step, Within, enter, leave

HARMLESS = (np.errstate, np.printoptions, warnings.catch_warnings, open)
"""Managers that swallow no error, and touch nothing that a program computes with."""

ENTER, EXIT = Method("__enter__"), Method("__exit__")
_CONTEXTMANAGER = contextlib.contextmanager(lambda: iter(())).__code__


def makes_manager(callee: Any) -> bool:
    """Whether a function was made by `contextlib.contextmanager`."""
    return isinstance(callee, types.FunctionType) and callee.__code__ is _CONTEXTMANAGER


@statement(gast.With)
def _with(b: Builder, node: gast.With) -> Choice | Fork | None:
    item, *others = node.items

    def like_this(items: list[gast.withitem]) -> list[gast.AST]:
        new = gast.copy_location(gast.With(items, node.body, None), node)
        b.scope.assigned[id(new)] = b.scope.assigned[id(node)]
        return [new]

    if isinstance(choice := item.context_expr, gast.IfExp):
        first, second = (
            like_this([gast.withitem(e, item.optional_vars), *others]) for e in (choice.body, choice.orelse)
        )
        test = b.expr(choice.test)
        return Choice(test, b.arm(lambda: b.statements(first)), lambda rest: b.statements([*second, *rest]))
    body = like_this(others) if others else node.body
    manager = b.expr(item.context_expr)
    made = b.here.nodes[-1] if b.here.nodes else None
    if not isinstance(made, Step) or made.targets != (manager,):
        return _called(b, manager, node, item.optional_vars, body)
    if made.callee is contextlib.ExitStack and (entered := _entered_one_by_one(item.optional_vars, body)) is not None:
        b.here.nodes.pop()
        for new in entered[:-1]:
            b.scope.assigned[id(new)] = b.scope.assigned[id(node)]
        b.statements(entered[-1])
        return None
    classes = [o.value for o in made.operands if isinstance(o, Const)]
    if made.callee is contextlib.suppress and len(classes) == len(made.operands):
        b.here.nodes.pop()
        caught = Const(classes[0] if len(classes) == 1 else tuple(classes))
        attempt(b, b.scope.assigned[id(node)], lambda: b.statements(body), caught, lambda error: None)
        return None
    if made.callee is contextlib.nullcontext and len(made.operands) < 2 and not made.keywords:
        b.here.nodes.pop()
        if item.optional_vars is not None:
            assign_to(b, item.optional_vars, (*made.operands, Const(None))[0], b.mark())
        b.statements(body)
        return None
    if any(made.callee is known for known in HARMLESS):
        return _within(b, manager, (), item.optional_vars, body)
    if lets_errors_pass(made.callee):
        reach = (*made.operands, *(o for _, o in made.keywords))
        return _within(b, manager, tuple(o for o in reach if isinstance(o, str)), item.optional_vars, body)
    b.here.nodes[-1] = replace(made, targets=(b.fresh("manager"),))
    return _called(b, b.here.nodes[-1].target, node, item.optional_vars, body)


def _entered_one_by_one(stack: gast.AST | None, body: list[gast.AST]) -> list | None:
    """The block of an `ExitStack` with a `with` for each manager that it enters, and the rest of the block in that.

    The last item is the block, those before it are the statements that are new.  None if more is done with the stack.
    """
    if not isinstance(stack, gast.Name):
        return None
    new: list = []
    rest: list[gast.AST] = []
    for statement_ in reversed(body):
        call = getattr(statement_, "value", None)
        if isinstance(call, gast.Call) and _is_entering(call, stack.id) and len(call.args) == 1 and not call.keywords:
            targets = statement_.targets if isinstance(statement_, gast.Assign) else [None]
            if len(targets) != 1 or not isinstance(statement_, (gast.Assign, gast.Expr)):
                return None
            inside = rest or [gast.copy_location(gast.Pass(), statement_)]
            items = [gast.withitem(call.args[0], targets[0])]
            new.append(gast.copy_location(gast.With(items, inside, None), statement_))
            rest = [new[-1]]
        else:
            rest = [statement_, *rest]
    entering = {id(n) for w in new for n in gast.walk(w)}
    uses = [n for node in body for n in gast.walk(node) if isinstance(n, gast.Name) and n.id == stack.id]
    return [*new, rest] if not any(id(n) in entering for n in uses) and len(uses) == len(new) else None


def _is_entering(call: gast.Call, stack: str) -> bool:
    function = call.func
    return (
        isinstance(function, gast.Attribute)
        and function.attr == "enter_context"
        and isinstance(function.value, gast.Name)
        and function.value.id == stack
    )


def _within(
    b: Builder, manager: Operand, reach: tuple[Operand, ...], target: gast.AST | None, body: list[gast.AST]
) -> None:
    """A block in a manager that may write to what it was given, `reach`."""

    def block() -> None:
        _entered(b, enter, (manager, *reach), target)()
        b.statements(body)
        b.effect(leave, manager, *reach)

    then, never = b.arm(block), b.arm()
    never.raised = True
    b.join(manager, then, never, kind=Within)


def _entered(b: Builder, callee: Any, operands: tuple[Operand, ...], target: gast.AST | None) -> Callable[[], None]:
    """Enters a manager.  Returns what assigns to the `target`, which follows `as`; this belongs to the block."""
    if target is None:
        b.effect(callee, *operands)
        return lambda: None
    mark = b.mark()
    value = b.step(callee, *operands, like=target.id if isinstance(target, gast.Name) else "t")
    return lambda: assign_to(b, target, value, mark)


def _called(
    b: Builder, manager: Operand, node: gast.With, target: gast.AST | None, body: list[gast.AST]
) -> Fork | None:
    """A block with the calls that Python makes around it."""
    assign = _entered(b, ENTER, (manager,), target)

    def block() -> None:
        assign()
        b.statements(body)

    def handle(error: Operand) -> None:
        details = b.step(type, error), error, b.step(Attribute("__traceback__"), error)
        again_unless(b, b.step(EXIT, manager, *details), error)

    def left() -> None:
        b.effect(EXIT, manager, *[Const(None)] * 3)

    outcome = attempt(b, b.scope.assigned[id(node)], block, EVERYTHING, handle, in_with=True)
    return follow(b, outcome, lambda: set_aside(b, left))


# ------------------------------------------------------------------------------------------ what managers do


def lets_errors_pass(callee: Any) -> bool:
    """Whether the managers that a class, or a function with `contextmanager`, makes certainly swallow no error."""
    try:
        if makes_manager(callee):
            return not any(map(_may_swallow, _yields(tree_of(callee.__wrapped__).body, ())))
        leaving = getattr(callee, "__exit__", None) if isinstance(callee, type) else None
        return isinstance(leaving, types.FunctionType) and all(map(_is_false, _returned(tree_of(leaving).body)))
    except DifferentiationError:  # without a source nothing is certain
        return False


def _returned(nodes: list[gast.AST]) -> Iterator[gast.AST | None]:
    """What the functions of these statements return, those nested in them not counted."""
    for node in nodes:
        if isinstance(node, gast.Return):
            yield node.value
        elif not isinstance(node, (gast.FunctionDef, gast.Lambda, gast.ClassDef)):
            yield from _returned(list(gast.iter_child_nodes(node)))


def _is_false(value: gast.AST | None) -> bool:
    return value is None or isinstance(value, gast.Constant) and not value.value


def _yields(nodes: list[gast.AST], around: tuple[gast.AST, ...]) -> Iterator[tuple[gast.AST, ...]]:
    """For each `yield` the statements around it that may do something about an error."""
    for node in nodes:
        if isinstance(node, (gast.Yield, gast.YieldFrom)):
            yield around
        inner = (*around, node) if isinstance(node, (gast.Try, gast.With)) else around
        if not isinstance(node, (gast.FunctionDef, gast.Lambda, gast.ClassDef)):
            yield from _yields(list(gast.iter_child_nodes(node)), inner)


def _may_swallow(around: tuple[gast.AST, ...]) -> bool:
    """Whether an error that comes from a `yield` may end in a statement around it."""
    leaving = (gast.Return, gast.Break, gast.Continue)
    for node in around:
        if not isinstance(node, gast.Try) or node.handlers:
            return True
        if any(isinstance(n, leaving) for statement in node.finalbody for n in gast.walk(statement)):
            return True
    return False
