"""The table of the language: every node type of Python's syntax, whether it is supported, and the way out if not.

The dispatch of the lowering, its refusals, the tests and the page in the documentation all read this one table;
a node type is supported exactly if a handler is registered for it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

import gast


@dataclass(frozen=True)
class Construct:
    """One row: the construct's name for people, and for an unsupported one the reason and the remedy."""

    node: str
    what: str
    supported: bool = True
    reason: str = ""
    remedy: str = ""


def _yes(node: str, what: str) -> Construct:
    return Construct(node, what)


def _no(node: str, what: str, remedy: str, reason: str = "") -> Construct:
    return Construct(node, what, False, reason or f"{what} cannot be differentiated.", remedy)


STATEMENTS = (
    _yes("Assign", "assignment"),
    _yes("AugAssign", "augmented assignment"),
    _yes("AnnAssign", "annotated assignment"),
    _yes("Delete", "`del`"),
    _yes("Expr", "expression statement"),
    _yes("Pass", "`pass`"),
    _yes("If", "`if`"),
    _yes("For", "`for`"),
    _yes("While", "`while`"),
    _yes("Break", "`break`"),
    _yes("Continue", "`continue`"),
    _yes("Return", "`return`"),
    _yes("Raise", "`raise`"),
    _yes("Assert", "`assert`"),
    _yes("Import", "`import`"),
    _yes("ImportFrom", "`from ... import`"),
    _yes("FunctionDef", "nested function"),
    _no("Try", "A `try` statement", "test the condition with `if` before, or move the `try` into a helper outside."),
    _no("TryStar", "A `try` statement with `except*`", "test the condition with `if` before."),
    _no("With", "A `with` statement", "enter the context around the call of the differentiated function."),
    _no("Match", "A `match` statement", "write it as `if`/`elif`."),
    _no("ClassDef", "A class defined inside a function", "define the class at module level."),
    _no("Global", "A `global` statement", "return the value instead, or pass it as an argument."),
    _no("Nonlocal", "A `nonlocal` statement", "return the value instead, or keep it in a list or an attribute."),
    _no("AsyncFunctionDef", "An asynchronous function", "make it an ordinary `def`."),
    _no("AsyncFor", "An asynchronous loop", "use an ordinary `for`."),
    _no("AsyncWith", "An asynchronous `with`", "enter the context around the call of the differentiated function."),
    _no("TypeAlias", "A `type` statement", "move it to module level."),
)

EXPRESSIONS = (
    _yes("Constant", "literal"),
    _yes("Name", "name"),
    _yes("UnaryOp", "unary operator"),
    _yes("BinOp", "binary operator"),
    _yes("BoolOp", "`and` and `or`"),
    _yes("Compare", "comparison, also chained"),
    _yes("IfExp", "conditional expression"),
    _yes("NamedExpr", "assignment expression `:=`"),
    _yes("Attribute", "attribute"),
    _yes("Subscript", "subscript"),
    _yes("Slice", "slice"),
    _yes("Call", "call"),
    _yes("Tuple", "tuple display"),
    _yes("List", "list display"),
    _yes("Dict", "dict display"),
    _yes("Set", "set display"),
    _yes("ListComp", "list comprehension"),
    _yes("SetComp", "set comprehension"),
    _yes("DictComp", "dict comprehension"),
    _yes("JoinedStr", "f-string"),
    _yes("Lambda", "lambda"),
    _no(
        "GeneratorExp",
        "A generator expression that is not the argument of a function that consumes it at once",
        "write a list comprehension: [...] instead of (...).",
    ),
    _no("Starred", "A starred expression here", "write out the elements, or build the list with `+`."),
    _no("Yield", "`yield`", "collect the values in a list and return it."),
    _no("YieldFrom", "`yield from`", "collect the values in a list and return it."),
    _no("Await", "`await`", "call an ordinary function."),
    _no("TemplateStr", "A template string", "use an f-string."),
)

TABLE: dict[str, Construct] = {row.node: row for row in (*STATEMENTS, *EXPRESSIONS)}

BINARY: dict[type, Callable] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
}

INPLACE: dict[type, Callable] = {
    gast.Add: operator.iadd,
    gast.Sub: operator.isub,
    gast.Mult: operator.imul,
    gast.Div: operator.itruediv,
    gast.FloorDiv: operator.ifloordiv,
    gast.Mod: operator.imod,
    gast.Pow: operator.ipow,
    gast.MatMult: operator.imatmul,
    gast.LShift: operator.ilshift,
    gast.RShift: operator.irshift,
    gast.BitAnd: operator.iand,
    gast.BitOr: operator.ior,
    gast.BitXor: operator.ixor,
}

UNARY: dict[type, Callable] = {
    gast.USub: operator.neg,
    gast.UAdd: operator.pos,
    gast.Invert: operator.invert,
    gast.Not: operator.not_,
}

COMPARISON: dict[type, Callable] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
    gast.In: operator.contains,
    gast.NotIn: operator.contains,
}
"""`in` and `not in` swap their operands; `not in` negates."""
