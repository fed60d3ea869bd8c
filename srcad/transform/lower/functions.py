"""Whole functions: parameters, body, result; and the functions nested in them.

Guarantee.  A nested function captures by value when it is made.  Python captures variables, so this is right only
for a variable that is not assigned again while the function may be called; anything else is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gast

from srcad.transform.lower.builder import Builder, Flag, expression, statement
from srcad.transform.lower.outside import Outside, is_callee
from srcad.transform.lower.scopes import Scope, scope_of
from srcad.transform.lower.sites import Sites
from srcad.transform.lower.statements import lower_block
from srcad.transform.lower.tidy import tidy
from srcad.transform.parse import Parsed
from srcad.wengert import CALL, UNDEFINED, Const, Function, MakeFunction, Names, Operand, Param, validate

ARGUMENT = "pass {name!r} to it as an argument, or fix it with a default: def {function}(..., {name}={name})."


def lower_function(parsed: Parsed) -> Function:
    """The Wengert list of a function object."""
    function, node = parsed.function, parsed.node
    names = Names()
    sites = Sites(parsed)
    b = Builder(scope_of(node), Outside(function, names), sites, names, parsed.class_name, lower_block)
    defaults = [Const(value) for value in function.__defaults__ or ()]
    only = {name: Const(value) for name, value in (function.__kwdefaults__ or {}).items()}
    params = _params(b, node.args, defaults, only)
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
    """Lowers the body and puts the function together."""
    b.sites.enter(node)
    site, doc = b.sites.of(node), None
    if isinstance(node, gast.Lambda):
        statements = [gast.copy_location(gast.Return(value=node.body), node.body)]
    else:
        doc = _docstring(node.body)
        statements = [*node.body, gast.copy_location(gast.Return(value=None), node.body[-1])]
    b.statements(statements)
    result = b.here.env[Flag.VALUE]
    if b.here.env[Flag.RETURNED] != Const(True):
        result = Const(None)
    function = Function(name, params, tuple(b.here.nodes), result, site=site, doc=doc)
    if b.outermost:
        function = replace(function, captures=b.outside.captures, guards=b.outside.guards)
    return validate(tidy(function, b.aliases, b.flags))


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
    captured, known = _captured(b, node, name, scope)

    names = Names()
    inner = Builder(scope, b.outside, b.sites.inside(name), names, b.class_name, lower_block, False)
    for constant, value in known.items():
        inner.assign(constant, value)
    for variable in captured:
        inner.assign(variable, inner.fresh(variable))
    leading = [Param(variable) for variable in captured]
    operands: list[Operand] = list(captured.values())
    names.take(scope.params)

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


def _captured(b: Builder, node: Any, name: str, scope: Scope) -> tuple[dict[str, str], dict[str, Const]]:
    """The names a nested function captures, and those it needs that are constants."""
    captured: dict[str, str] = {}
    known: dict[str, Const] = {}
    for variable in scope.free:
        if variable in b.scope.bindings or b.here.env.seen(variable) is not UNDEFINED:
            _check_capture(b, node, name, variable)
        operand = b.peek(variable)
        if isinstance(operand, Const):
            known[variable] = operand
        elif operand is not None:
            captured[variable] = operand
    return captured, known


def _check_capture(b: Builder, node: Any, name: str, variable: str) -> None:
    function = "f" if name == "<lambda>" else name
    remedy = ARGUMENT.format(name=variable, function=function)
    if variable == name:
        b.refuse(node, f"The nested function {name!r} calls itself.", "move it to module level.")
    if id(node) in b.consumed and not b.scope.inner[id(node)].inner and b.peek(variable) is not None:
        return
    if b.scope.in_comprehension.get(id(node)) == variable:
        b.refuse(node, f"A function captures the comprehension's variable {variable!r}, which changes.", remedy)
    if b.peek(variable) is None:
        b.refuse(
            node, f"{variable!r} is captured by a nested function before it is assigned.", f"assign {variable!r} first."
        )
    again = b.scope.rebound_after(variable, node)
    if again is not None:
        b.refuse(
            node,
            f"{variable!r} is captured by a nested function and assigned again in line {again[0]}; "
            "what the function sees then depends on when it is called.",
            remedy,
        )
