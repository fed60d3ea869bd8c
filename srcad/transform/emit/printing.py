"""Text from trees: the only place that uses astor.

Guarantee: what is printed parses back to the tree it was printed from.  Every statement is checked; where astor
prints something else or fails (as on new syntax, or on a new Python), that statement goes through `ast.unparse`.

A block is a list of gast statements and `Comment`s.  The bodies of compound statements are blocks too, so that
comments stand where they belong.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import gast

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        import astor
    except AttributeError:  # astor reads names of `ast` that newer Pythons removed
        astor = None

INDENT = "    "


@dataclass(frozen=True)
class Comment:
    """A comment line; `spaced` asks for a blank line before it."""

    text: str
    spaced: bool = False


Block = list  # of gast.stmt | Comment


def render(block: Sequence, indent: str = "") -> str:
    """The text of a block, each line ended by a newline.

    >>> test = gast.Name("x", gast.Load(), None, None)
    >>> print(render([gast.If(test, [Comment("why"), gast.Pass()], [])]), end="")
    if x:
        # why
        pass
    """
    return "".join(f"{line}\n" for line, _ in lines(block, indent))


Line = tuple[str, gast.stmt | None]


def lines(block: Sequence, indent: str = "") -> Iterator[Line]:
    """The lines of a block, each with the statement it belongs to (the innermost; of a comment none)."""
    for i, node in enumerate(block):
        if isinstance(node, Comment):
            if node.spaced and i:
                yield "", None
            yield f"{indent}# {node.text}", None
        elif isinstance(node, gast.If):
            yield from _if(node, indent, "if")
        elif isinstance(node, (gast.For, gast.While)):
            yield from _split(_header(node), indent, node)
            yield from lines(node.body, indent + INDENT)
            if node.orelse:
                yield f"{indent}else:", node
                yield from lines(node.orelse, indent + INDENT)
        elif isinstance(node, gast.Try):
            yield from _try(node, indent)
        elif isinstance(node, gast.With):
            yield from _split(_header(node), indent, node)
            yield from lines(node.body, indent + INDENT)
        elif isinstance(node, gast.FunctionDef):
            yield from _function(node, indent)
        else:
            yield from _split(statement_text(node), indent, node)


def _if(node: gast.If, indent: str, keyword: str) -> Iterator[Line]:
    while True:
        yield from _split(keyword + _header(node).removeprefix("if"), indent, node)
        yield from lines(node.body, indent + INDENT)
        if not node.orelse:
            return
        if len(node.orelse) > 1 or not isinstance(node.orelse[0], gast.If):
            break
        (node,), keyword = node.orelse, "elif"
    yield f"{indent}else:", node
    yield from lines(node.orelse, indent + INDENT)


def _try(node: gast.Try, indent: str) -> Iterator[Line]:
    yield f"{indent}try:", node
    yield from lines(node.body, indent + INDENT)
    for handler in node.handlers:
        bare = gast.Try([gast.Pass()], [gast.ExceptHandler(handler.type, handler.name, [gast.Pass()])], [], [])
        yield from _split("\n".join(statement_text(bare).split("\n")[2:-1]), indent, node)
        yield from lines(handler.body, indent + INDENT)


def _function(node: gast.FunctionDef, indent: str) -> Iterator[Line]:
    yield from _split(_header(node), indent, node)
    body = node.body
    doc = body[0].value if body and isinstance(body[0], gast.Expr) else None
    if isinstance(doc, gast.Constant) and isinstance(doc.value, str):
        yield from _docstring(doc.value, indent + INDENT)
        body = body[1:]
    yield from lines(body, indent + INDENT)


def _docstring(text: str, indent: str) -> Iterator[Line]:
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    first, *rest = f'"""{escaped}"""'.split("\n")
    yield indent + first, None
    yield from ((line, None) for line in rest)  # they carry their own indentation: the text of a docstring is a value


def _header(node: gast.stmt) -> str:
    """The first line of a compound statement."""
    bare = type(node)(**{field: getattr(node, field, None) for field in node._fields})
    bare.body = [gast.Pass()]
    if not isinstance(bare, (gast.FunctionDef, gast.With)):
        bare.orelse = []
    lines = statement_text(bare).split("\n")
    return "\n".join(lines[:-1])


def _split(text: str, indent: str, node: gast.stmt) -> Iterator[Line]:
    for line in text.split("\n"):
        yield indent + line, node


def statement_text(node: gast.stmt) -> str:
    """The text of one statement, checked to parse back to the same tree.

    >>> print(statement_text(gast.parse("y = (-1) ** 2 - -x ** 2").body[0]))
    y = (-1) ** 2 - -x ** 2
    """
    tree = gast.gast_to_ast(node)
    for printer in (_astor, ast.unparse):
        try:
            text = printer(tree).strip("\n")
            if _is_same(ast.parse(text).body[0], tree):
                return text
        except _PRINTERS_FAIL_BY:  # the next one is asked
            continue
    return ast.unparse(ast.fix_missing_locations(tree))


_PRINTERS_FAIL_BY = (AttributeError, IndexError, KeyError, NotImplementedError, SyntaxError, TypeError, ValueError)
"""The errors of printers on syntax that they do not know, and of the parser on what they made of it."""


def _is_same(a: object, b: object) -> bool:
    """Whether two trees are the same but for their places."""
    if type(a) is not type(b):
        return False
    if isinstance(a, ast.AST):
        return all(_is_same(getattr(a, field, None), getattr(b, field, None)) for field in a._fields)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_is_same, a, b))
    return a is b or repr(a) == repr(b)  # 0.0 is not -0.0, and nan is nan


def _astor(tree: ast.stmt) -> str:
    if astor is None:
        raise NotImplementedError
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = astor.to_source(tree, pretty_string=_plain_string, pretty_source="".join)
    if "lambda :" in text or (" for " in text or "j" in text) and any(map(_unusual, ast.walk(tree))):
        raise NotImplementedError  # right, but not how a person writes it
    return text


def _unusual(node: ast.AST) -> bool:
    """Whether astor prints a node as nobody would: `3.0j`, `[(x + 1) for x in y]`."""
    return isinstance(node, ast.comprehension) or isinstance(getattr(node, "value", None), complex)


def _plain_string(text: str, *_: object, **__: object) -> str:
    return repr(text)
