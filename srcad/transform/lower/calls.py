"""Calls: the callee is resolved while lowering where its name allows, and is an operand otherwise."""

from __future__ import annotations

import builtins
import functools
import math
import operator
import types
from collections.abc import Callable

import gast

from srcad.transform.lower.builder import Builder, expression
from srcad.transform.lower.comprehensions import list_comprehension, quantifier
from srcad.transform.lower.expressions import mangled, resolved_attribute
from srcad.transform.lower.outside import is_callee
from srcad.wengert import CALL, Const, Method, Operand, Spread, callee_name, make_dict

FRAME_FUNCTIONS = (locals, globals, eval, exec, vars, dir, breakpoint)
"""Builtins that look at the running frame, which is not the user's in generated code."""

CONSUMERS = (sum, min, max, list, tuple, set, frozenset, dict, sorted, math.fsum, math.prod)
"""What uses up an iterable at once and calls nothing of the user's meanwhile, so that a list does as well."""

APPLIERS = (sorted, min, max, functools.reduce)
"""What calls a function it is given, and does not keep it."""

HARMLESS_METHODS = frozenset(
    [
        "all",
        "any",
        "argmax",
        "argmin",
        "astype",
        "clip",
        "conj",
        "copy",
        "count",
        "cumsum",
        "diagonal",
        "dot",
        "flatten",
        "get",
        "index",
        "item",
        "items",
        "keys",
        "max",
        "mean",
        "min",
        "nonzero",
        "prod",
        "ravel",
        "repeat",
        "reshape",
        "round",
        "squeeze",
        "std",
        "sum",
        "swapaxes",
        "take",
        "tolist",
        "trace",
        "transpose",
        "values",
        "var",
    ]
)
"""Methods taken not to write anything."""


@expression(gast.Call)
def _call(b: Builder, node: gast.Call, like: str) -> Operand:
    return call(b, node, like)


def call(b: Builder, node: gast.Call, like: str | None) -> Operand:
    """Lowers a call; with `like` None it is an effect, without a target."""
    callee, first = _callee(b, node.func)
    _refuse_frame_functions(b, node, callee)
    if callee is super and not node.args:
        return _super(b, node, like)
    if (callee is any or callee is all) and _one_generator(node) and id(node.args[0]) in b.scope.used_up:
        return quantifier(b, node.args[0], callee is any, like or "t")
    if callee is dict and node.keywords and not node.args and all(k.arg for k in node.keywords):
        pairs = [part for k in node.keywords for part in (Const(k.arg), b.expr(k.value))]
        return b.step(make_dict, *pairs, like=like or "t")
    operands, starred = list(first), []
    for argument in node.args:
        if isinstance(argument, gast.Starred):
            starred.append(len(operands))
            operands.append(b.expr(argument.value))
        else:
            operands.append(_argument(b, argument, callee))
    keywords = tuple((k.arg or "**", _argument(b, k.value, callee)) for k in node.keywords)
    if starred or any(k.arg is None for k in node.keywords):
        callee = Spread(callee, tuple(starred))
    if like is None or callee is operator.setitem or callee is operator.delitem:  # these are statements, of value None
        b.effect(callee, *operands, keywords=keywords)
        return Const(None)
    return b.step(callee, *operands, like=like, keywords=keywords)


def _callee(b: Builder, node: gast.AST) -> tuple[object, tuple[Operand, ...]]:
    """What a step calls, and the operand it is called on."""
    if isinstance(node, gast.Attribute):
        value = b.expr(node.value)
        resolved = resolved_attribute(b, value, node.attr)
        if resolved is None:
            return Method(mangled(b, node.attr)), (value,)
        function: Operand = resolved
    else:
        function = b.expr(node)
    if isinstance(function, Const) and is_callee(function.value) and not isinstance(function.value, types.ModuleType):
        return function.value, ()
    return CALL, (function,)


def _argument(b: Builder, node: gast.AST, callee: object) -> Operand:
    """Lowers an argument.  A lambda that is used up in this call may capture what changes later."""
    if isinstance(node, gast.GeneratorExp) and _consumes(callee) and id(node) in b.scope.used_up:
        return list_comprehension(b, node)
    if isinstance(node, gast.Lambda) and (any(callee is f for f in APPLIERS) or callee == Method("sort")):
        b.consumed.add(id(node))
    if isinstance(node, gast.Call) and any(callee is function for function in CONSUMERS):
        if _peek(b, node.func) in (map, filter):
            b.consumed.update(id(argument) for argument in node.args if isinstance(argument, gast.Lambda))
    return b.expr(node)


def _consumes(callee: object) -> bool:
    if isinstance(callee, Method):
        return callee.name == "join"
    return (
        any(callee is function for function in CONSUMERS)
        or str(getattr(callee, "__module__", "")).partition(".")[0] == "numpy"
    )


def _one_generator(node: gast.Call) -> bool:
    return len(node.args) == 1 and not node.keywords and isinstance(node.args[0], gast.GeneratorExp)


def _refuse_frame_functions(b: Builder, node: gast.Call, callee: object) -> None:
    looks = any(callee is function for function in FRAME_FUNCTIONS)
    if looks and not (node.args and (callee is vars or callee is dir)):
        b.refuse(
            node,
            f"{callee_name(callee)}() sees the frame it is called in, which is another one in generated code.",
            "name the variables, for instance in a dict.",
        )


def _super(b: Builder, node: gast.Call, like: str | None) -> Operand:
    """`super()` is `super(__class__, self)`."""
    if "__class__" not in b.outside.cells or not b.scope.params:
        b.refuse(node, "super() without arguments works in methods only.", "write super(Class, self).")
    return b.step(super, b.outside.look_up("__class__"), b.read(b.scope.params[0], node), like=like or "t")


def may_write(b: Builder, node: gast.AST) -> bool:
    """Whether evaluating `node` may change what other expressions see: calls of unknown or Python functions."""
    return any(isinstance(n, gast.NamedExpr) or (isinstance(n, gast.Call) and _writes(b, n)) for n in gast.walk(node))


def _writes(b: Builder, node: gast.Call) -> bool:
    if any(k.arg in ("out", None) for k in node.keywords):
        return True
    function = _peek(b, node.func)
    if function is not None:
        return isinstance(function, (types.FunctionType, types.MethodType)) or function is builtins.next
    return not (isinstance(node.func, gast.Attribute) and node.func.attr in HARMLESS_METHODS)


def _peek(b: Builder, node: gast.AST) -> Callable | types.ModuleType | None:
    """The object a name or a path in a module stands for, if that is known; appends no step."""
    if isinstance(node, gast.Name):
        found = b.peek(node.id)
    elif isinstance(node, gast.Attribute):
        module = _peek(b, node.value)
        found = b.outside.attribute(module, node.attr) if isinstance(module, types.ModuleType) else None
    else:
        found = None
    return found.value if isinstance(found, Const) and is_callee(found.value) else None
