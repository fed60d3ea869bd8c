"""Whole functions: parameters, body, result; and the functions nested in them.

Guarantee.  Python's nested functions capture variables.  One that is not assigned again while the function may be
called is captured by value, when the function is made; any other is kept in a cell, and the cell is captured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast

from srcad.transform.lower.abandoned import refuse_lost_in
from srcad.transform.lower.builder import Builder, Flag, expression, statement
from srcad.transform.lower.classes import read_captured
from srcad.transform.lower.outside import Outside, is_callee
from srcad.transform.lower.scopes import FunctionNode, Scope, scope_of
from srcad.transform.lower.sites import Sites
from srcad.transform.lower.statements import lower_block
from srcad.transform.lower.tidy import tidy
from srcad.transform.parse import Parsed
from srcad.wengert import CALL, Const, Function, MakeFunction, Names, Operand, Param, validate


def lower_function(parsed: Parsed) -> Function:
    """The Wengert list of a function object."""
    function, node = parsed.function, parsed.node
    names = Names()
    sites = Sites(parsed)
    b = Builder(scope_of(node), Outside(function, names), sites, names, parsed.class_name, lower_block)
    defaults = [Const(value) for value in function.__defaults__ or ()]
    only = {name: Const(value) for name, value in (function.__kwdefaults__ or {}).items()}
    params = _params(b, node.args, defaults, only)
    read_captured(b, function)
    return _finish(b, node, function.__name__, params)


def _params(b: Builder, arguments: gast.arguments, defaults: list, only: dict) -> tuple[Param, ...]:
    """The parameters, in order; the last of the positional ones have the defaults."""
    positional = [(p, "POSITIONAL_ONLY") for p in arguments.posonlyargs]
    positional += [(p, "POSITIONAL_OR_KEYWORD") for p in arguments.args]
    values = [None] * (len(positional) - len(defaults)) + defaults
    rows = [(p.id, kind, value) for (p, kind), value in zip(positional, values, strict=True)]
    if arguments.vararg:
        rows.append((arguments.vararg.id, "VAR_POSITIONAL", None))
    rows += [(p.id, "KEYWORD_ONLY", only.get(p.id)) for p in arguments.kwonlyargs]
    if arguments.kwarg:
        rows.append((arguments.kwarg.id, "VAR_KEYWORD", None))
    b.names.take(name for name, _, _ in rows)
    for name, _, _ in rows:
        b.assign(name, name)
    return tuple(Param(name, default, kind) for name, kind, default in rows)


def _finish(b: Builder, node: Any, name: str, params: tuple[Param, ...]) -> Function:
    """Lowers the statements of a function and puts it together."""
    doc = None
    if isinstance(node, gast.Lambda):
        statements = [gast.copy_location(gast.Return(value=node.body), node.body)]
    else:
        doc = _docstring(node.body)
        statements = [*node.body, gast.copy_location(gast.Return(value=None), node.body[-1])]
    return replace(finished(b, node, name, params, lambda: b.statements(statements)), doc=doc)


def finished(b: Builder, node: Any, name: str, params: tuple[Param, ...], lower: Callable[[], None]) -> Function:
    """The function whose body `lower` lowers."""
    b.sites.enter(node)
    b.site = site = b.sites.of(node)
    b.make_cells(b.scope.cells)
    lower()
    result = b.here.env[Flag.VALUE]
    if b.here.env[Flag.RETURNED] != Const(True) or b.scope.generator:
        result = Const(None)
    function = Function(name, params, tuple(b.here.nodes), result, site=site, generator=b.scope.generator)
    if b.outermost:
        function = replace(function, captures=b.outside.captures, guards=b.outside.guards)
    return validate(refuse_lost_in(tidy(function, b.aliases, b.flags), in_with=False))


def _docstring(body: list[gast.AST]) -> str | None:
    first = body[0].value if isinstance(body[0], gast.Expr) else None
    return first.value if isinstance(first, gast.Constant) and isinstance(first.value, str) else None


@statement(gast.FunctionDef)
def _define(b: Builder, node: gast.FunctionDef) -> None:
    decorators = [b.expr(d) for d in node.decorator_list]
    function = _make(b, node, node.name, node.name)
    for decorator in reversed(decorators):
        if isinstance(decorator, Const) and is_callee(decorator.value):
            function = b.step(decorator.value, function, like=node.name)
        else:
            function = b.step(CALL, decorator, function, like=node.name)
    b.assign(node.name, function)


@expression(gast.Lambda)
def _lambda(b: Builder, node: gast.Lambda, like: str) -> Operand:
    return _make(b, node, "<lambda>", like)


def _make(b: Builder, node: gast.FunctionDef | gast.Lambda, name: str, like: str) -> str:
    """The step that makes a nested function from the values it captures and its defaults."""
    scope = b.scope.inner[id(node)]
    defaults = [b.expr(d) for d in node.args.defaults]
    only = [None if d is None else b.expr(d) for d in node.args.kw_defaults]
    inner, leading, operands = inside(b, node, name, scope)

    def default(param: gast.Name, value: Operand | None) -> Operand | None:
        if not isinstance(value, str):
            return value
        leading.append(Param(inner.fresh(param.id)))
        operands.append(value)
        return leading[-1].name

    with_default = [*node.args.posonlyargs, *node.args.args][
        len(node.args.posonlyargs + node.args.args) - len(defaults) :
    ]
    values = [default(p, v) for p, v in zip(with_default, defaults, strict=True)]
    values_only = {p.id: default(p, v) for p, v in zip(node.args.kwonlyargs, only, strict=True)}
    params = _params(inner, node.args, values, values_only)
    function = _finish(inner, node, name, (*leading, *params))
    return b.step(MakeFunction(function, len(leading)), *operands, like=like)


def inside(b: Builder, node: Any, name: str, scope: Scope) -> tuple[Builder, list[Param], list[Operand]]:
    """The builder of a nested function, the parameters for what it captures, and the captured operands."""
    captured, cells, known = _captured(b, node, scope)
    names = Names()
    inner = Builder(scope, b.outside, b.sites.inside(name), names, b.class_name, lower_block, False)
    for constant, value in known.items():
        inner.assign(constant, value)
    for variable in captured:
        inner.assign(variable, inner.fresh(variable))
    inner.cells = {variable: inner.fresh(f"{variable}_cell") for variable in cells}
    names.take(scope.params)
    leading = [Param(name) for name in (*captured, *inner.cells.values())]
    return inner, leading, [*captured.values(), *cells.values()]


def _captured(
    b: Builder, node: FunctionNode, scope: Scope
) -> tuple[dict[str, Operand], dict[str, str], dict[str, Const]]:
    """What a nested function captures: values, cells, and the constants that need no capturing.

    One that is used up at once, and makes no functions itself, need not see what is assigned later.
    """
    captured: dict[str, Operand] = {}
    cells: dict[str, str] = {}
    known: dict[str, Const] = {}
    used_up = id(node) in b.consumed and not scope.inner
    for variable in scope.free:
        if variable in b.cells and not used_up:
            cells[variable] = b.cells[variable]
            continue
        operand = b.read(variable, node)
        if isinstance(operand, Const):
            known[variable] = operand
        else:
            captured[variable] = operand
    return captured, cells, known


@statement(gast.Nonlocal)
def _nonlocal(b: Builder, node: gast.Nonlocal) -> None:
    """What it names are variables of a function around, so they are in cells."""
    for name in node.names:
        if name not in b.cells:
            b.refuse(
                node,
                f"`nonlocal {name}` is a variable of a function outside the one that is differentiated.",
                "return the value instead, or pass it as an argument.",
            )
