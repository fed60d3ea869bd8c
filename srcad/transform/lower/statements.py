"""Statements and blocks: where control may leave a block, the rest of it goes where it still runs.

Guarantee.  No statement is lowered twice, and none that Python would skip runs.  After an `if` one arm of which
always returns (or breaks, or continues), what follows goes into the other arm; if it leaves on some paths only,
what follows is guarded by the flag that says so.  After an arm that raises, nothing has to be said.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import gast

from srcad.transform.lower.builder import FALSE, STATEMENTS, TRUE, Arm, Builder, Choice, Flag, Fork, statement
from srcad.transform.lower.calls import call
from srcad.transform.lower.outside import is_callee
from srcad.wengert import Const, Operand, check, identity, raise_error


def lower_block(b: Builder, statements: list[gast.AST]) -> None:
    """Lowers the statements of a block."""
    for i, node in enumerate(statements):
        if b.here.left:
            return
        skipped = b.here.env[Flag.SKIPPED]
        if skipped != FALSE:
            _fork(b, skipped, _already_left(b, skipped), b.arm(given=_not_left() | b.unless_left()), statements[i:])
            return
        before = b.sites.enter(node)
        b.site = b.sites.of(node)
        consumed = _lower(b, node, statements[i + 1 :])
        b.sites.leave(before)
        if consumed:
            return


def _lower(b: Builder, node: gast.AST, rest: list[gast.AST]) -> bool:
    """Lowers one statement.  Returns whether it has taken in the rest of the block."""
    handler = STATEMENTS.get(type(node))
    if handler is None:
        b.refuse_node(node)
    ended = handler(b, node)
    if isinstance(ended, Choice):
        return choose(b, ended, rest)
    if isinstance(ended, Fork):
        return _fork(b, ended.test, b.arm(given=ended.taken), b.arm(ended.act, ended.other), rest)
    if ended is None or not ended[1]:
        return False
    stopped, orelse = ended
    return _loop_else(b, stopped, orelse, rest)


def _not_left() -> dict:
    return {Flag.RETURNED: FALSE, Flag.STOPPED: FALSE, Flag.SKIPPED: FALSE}


def _already_left(b: Builder, skipped: Operand) -> Arm:
    """The arm in which the flag holds: so does every flag that is the same."""
    return b.arm(given={f: TRUE for f in _not_left() if b.here.env[f] == skipped})


def _loop_else(b: Builder, stopped: Operand, orelse: list[gast.AST], rest: list[gast.AST]) -> bool:
    """The `else` of a loop runs unless the loop was stopped."""
    if stopped == FALSE:
        b.statements(orelse)
        return False
    then = _already_left(b, stopped) if b.here.env[Flag.RETURNED] == stopped else b.arm()
    return _fork(b, stopped, then, b.arm(lambda: b.statements(orelse), _not_left()), rest)


def choose(b: Builder, choice: Choice, rest: list[gast.AST]) -> bool:
    """Appends the branch of a choice.  Returns whether it has taken in the rest of the block.

    What follows a first arm that has left the block belongs to the second.
    """
    if choice.then.left and not choice.then.raised:
        b.join(choice.test, choice.then, b.arm(lambda: choice.orelse(rest)))
        return True
    return _fork(b, choice.test, choice.then, b.arm(lambda: choice.orelse([])), rest)


def _fork(b: Builder, test: Operand, then: Arm, orelse: Arm, rest: list[gast.AST]) -> bool:
    """Appends a branch; takes the rest of the block into the arm that goes on, if the other has left it."""
    site = b.site
    gone = [arm.left and not arm.raised for arm in (then, orelse)]
    consumed = any(gone)
    for arm, other in ((then, orelse), (orelse, then)):
        if other.left and not other.raised and not arm.left:
            with b.inside(arm):
                b.statements(rest)
    b.site = site
    b.join(test, then, orelse)
    return consumed


@statement(gast.If)
def _if(b: Builder, node: gast.If) -> Choice:
    test = b.expr(node.test)
    return Choice(test, b.arm(lambda: b.statements(node.body)), lambda rest: b.statements([*node.orelse, *rest]))


@statement(gast.Pass)
def _pass(b: Builder, node: gast.Pass) -> None:
    return None


@statement(gast.Expr)
def _expression(b: Builder, node: gast.Expr) -> None:
    if isinstance(node.value, gast.Call):
        b.site = b.sites.of(node.value)
        call(b, node.value, None)
    elif not isinstance(node.value, gast.Constant):
        b.expr(node.value)


@statement(gast.Return)
def _return(b: Builder, node: gast.Return) -> None:
    b.here.env[Flag.VALUE] = Const(None) if node.value is None else b.expr(node.value)
    _set(b, Flag.RETURNED, Flag.STOPPED, Flag.SKIPPED)


@statement(gast.Break)
def _break(b: Builder, node: gast.Break) -> None:
    _set(b, Flag.STOPPED, Flag.SKIPPED)


@statement(gast.Continue)
def _continue(b: Builder, node: gast.Continue) -> None:
    _set(b, Flag.SKIPPED)


def _set(b: Builder, *flags: Flag) -> None:
    b.here.env.update(dict.fromkeys(flags, TRUE))


@statement(gast.Raise)
def _raise(b: Builder, node: gast.Raise) -> None:
    if node.exc is None and not b.handled:
        b.refuse(node, "`raise` without an exception needs a handler around it.", "raise an exception by name.")
    operands = [b.expr(part) for part in (node.exc, node.cause) if part is not None] or b.handled[-1:]
    b.effect(raise_error, *operands)
    b.here.raised = True


@statement(gast.Assert)
def _assert(b: Builder, node: gast.Assert) -> None:
    """The message is evaluated only if the test fails."""
    if not __debug__:
        return
    test = b.expr(node.test)
    if node.msg is None or isinstance(node.msg, gast.Constant):
        b.effect(check, test, *(() if node.msg is None else (b.expr(node.msg),)))
        return

    def fail() -> None:
        b.effect(raise_error, b.step(AssertionError, b.expr(node.msg)))
        b.here.raised = True

    b.join(test, b.arm(), b.arm(fail))


@statement(gast.Import)
def _import(b: Builder, node: gast.Import) -> None:
    """Modules are imported while lowering and become constants."""
    with _raising_later(b):
        for alias in node.names:
            module = importlib.import_module(alias.name)
            if alias.asname is None:
                module = importlib.import_module(alias.name.partition(".")[0])
            b.assign((alias.asname or alias.name).partition(".")[0], Const(module))


@statement(gast.ImportFrom)
def _import_from(b: Builder, node: gast.ImportFrom) -> None:
    package = b.outside.globals.get("__package__") or ""
    with _raising_later(b):
        module = importlib.import_module("." * (node.level or 0) + (node.module or ""), package)
        for alias in node.names:
            b.assign(alias.asname or alias.name, _imported(b, module, alias.name))


@contextmanager
def _raising_later(b: Builder) -> Iterator[None]:
    """Lets what cannot be imported raise where the program imports it, for a `try` around that to catch."""
    try:
        yield
    except ImportError as error:
        b.effect(raise_error, b.step(type(error), Const(str(error))))
        b.here.raised = True


def _imported(b: Builder, module: ModuleType, name: str) -> Operand:
    found = b.outside.attribute(module, name)
    if found is not None:
        return found
    if not hasattr(module, name):
        raise ImportError(f"cannot import name {name!r} from {module.__name__!r}")
    value = getattr(module, name)
    return Const(value) if is_callee(value) else b.step(identity, Const(value), like=name)
