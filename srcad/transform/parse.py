"""The source of a function, as a tree: exactly this function's, or an error.

Guarantee.  The tree returned compiles to the code object of the function given.  Line numbers lie: files
change while they are loaded, several lambdas share a line, decorators hand on other functions.  So the whole
file is compiled once more and the code object that equals ``function.__code__`` is looked up in it; only then
is its node taken.  Decorators are not followed (`inspect.getsource` unwraps): the function object is what runs.

Positions in the tree are those of the user's file, because the file is parsed as a whole.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gast

from srcad.errors import Site, SourceError, UnsupportedError
from srcad.transform.recursion import deep_trees

FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


@dataclass(frozen=True)
class Parsed:
    """A function object and its source.

    `node` is a `gast.FunctionDef` or `gast.Lambda`; `lines` are the lines of the whole file; `class_name`
    is the innermost class around the definition, which decides what ``self.__x`` means.
    """

    function: types.FunctionType
    node: gast.FunctionDef | gast.Lambda
    file: str
    lines: tuple[str, ...]
    class_name: str | None = None

    @property
    def name(self) -> str:
        """The name of the definition (a decorator may have changed the object's `__name__`)."""
        return self.function.__code__.co_name


@dataclass(frozen=True)
class _Definition:
    """A `def` or lambda of a file, the class around it and how its code object is recognised."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    class_name: str | None

    @property
    def name(self) -> str:
        return "<lambda>" if isinstance(self.node, ast.Lambda) else self.node.name

    @property
    def first_line(self) -> int:
        decorators = getattr(self.node, "decorator_list", [])
        return decorators[0].lineno if decorators else self.node.lineno


@dataclass(frozen=True)
class _File:
    tree: ast.Module
    definitions: tuple[_Definition, ...]
    codes: tuple[types.CodeType, ...]
    lines: tuple[str, ...]


def parse(function: Callable) -> Parsed:
    """The tree of `function`, with the positions of the user's file.

    >>> import srcad.errors
    >>> parsed = parse(srcad.errors.Site.reversed)
    >>> parsed.node.name, parsed.class_name, parsed.lines[parsed.node.lineno - 1].strip()
    ('reversed', 'Site', 'def reversed(self) -> Site:')
    """
    if inspect.ismethod(function):
        function = function.__func__
    if not inspect.isfunction(function):
        kind = "a built-in or compiled function" if callable(function) else f"a {type(function).__name__}"
        raise SourceError(
            f"{getattr(function, '__name__', function)!r} is {kind}; it has no Python source.",
            "pass a function written in Python, or register a rule for it.",
        )
    file, definition = _find(function)
    _refuse_special_functions(function.__code__, file, definition)
    with deep_trees(definition.node):
        node = gast.ast_to_gast(definition.node)
    return Parsed(function, node, function.__code__.co_filename, file.lines, definition.class_name)


def tree_of(function: types.FunctionType) -> gast.AST:
    """The tree of a Python function of any kind, such as a generator, to see what it does."""
    _, definition = _find(function)
    with deep_trees(definition.node):
        return gast.ast_to_gast(definition.node)


def _find(function: types.FunctionType) -> tuple[_File, _Definition]:
    """The definition of a function in what linecache holds or, failing that, in the file as it is now."""
    code = function.__code__
    text = _text(function)
    if text:
        found = _match(code, text)
        if found is None:
            linecache.checkcache(code.co_filename)
            fresh = _text(function)
            found = _match(code, fresh) if fresh != text else None
        if found is not None:
            return found
    where = f"{code.co_filename}:{code.co_firstlineno}"
    if not text or code.co_filename == "<string>":  # where Python 3.13 keeps the text of `python -c`, whoever asks
        raise SourceError(
            f"The source of {code.co_name} ({where}) cannot be found.",
            "define the function in a file or a notebook cell.  What exec makes has a source if its text is entered in "
            "linecache; Python's own prompt keeps the source since Python 3.13, IPython always.",
        )
    raise SourceError(
        f"The source found at {where} is not that of the function {code.co_name}; the file has changed since it was "
        "loaded, or the function was made from other text.",
        "reload the module or restart the interpreter.",
    )


def _text(function: types.FunctionType) -> str:
    """The text of a function's file, which the loader of its module may have (from an archive, for instance)."""
    return "".join(linecache.getlines(function.__code__.co_filename, function.__globals__))


def _match(code: types.CodeType, text: str) -> tuple[_File, _Definition] | None:
    try:
        file = _read(text, code.co_filename, code.co_flags & FUTURE_FLAGS)
    except SyntaxError:
        return None
    rewritten = any(name.startswith("@py") for name in code.co_names)
    same = [c for c in file.codes if _looks_like(c, code) and (rewritten or _equal(c, code))]
    if not same:
        alone = _statement_codes(file, code.co_filename, code.co_flags & FUTURE_FLAGS)
        same = [c for c in alone if _looks_like(c, code) and _equal(c, code)]
    if not same:
        return None
    if code.co_name == "<lambda>":
        found = _match_lambda(code, same, file)
        return None if found is None else (file, found)
    here = [d for d in file.definitions if (d.name, d.first_line) == (code.co_name, code.co_firstlineno)]
    return (file, here[0]) if len(here) == 1 else None


def _match_lambda(code: types.CodeType, same: list[types.CodeType], file: _File) -> _Definition | None:
    """The innermost lambda around the positions of `code`.

    Where no positions are recorded, the only one on its line, or the first that by itself compiles to the same: one
    that returns a constant has none in some versions of Python.
    """
    spans = [p for p in code.co_positions() if None not in p and p[2:] != (0, 0)]
    lambdas = [d for d in file.definitions if d.name == "<lambda>"]
    if not spans:
        here = [d for d in lambdas if d.node.lineno == code.co_firstlineno]
        alike = here if len(here) == 1 else [d for d in here if _equal(_alone(d), code)]
        return min(alike, key=_start, default=None)
    if not any(list(c.co_positions()) == list(code.co_positions()) for c in same):
        return None
    start, end = min((p[0], p[2]) for p in spans), max((p[1], p[3]) for p in spans)
    around = [d for d in lambdas if _start(d) <= start and end <= _end(d)]
    return max(around, key=_start, default=None)


def _alone(definition: _Definition) -> types.CodeType:
    """The code object of a lambda that stands by itself."""
    module = compile(ast.Expression(definition.node), "<lambda>", "eval", dont_inherit=True)
    return next(c for c in module.co_consts if isinstance(c, types.CodeType))


def _start(definition: _Definition) -> tuple[int, int]:
    body: Any = definition.node.body
    return (body.lineno, body.col_offset)


def _end(definition: _Definition) -> tuple[int, int]:
    body: Any = definition.node.body
    return (body.end_lineno, body.end_col_offset)


def _looks_like(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects stand at one place and take the same arguments.

    It is all that can be asked of functions whose `assert` statements pytest has rewritten.
    """
    arguments = a.co_argcount + a.co_kwonlyargcount
    return (
        (a.co_name, a.co_firstlineno) == (b.co_name, b.co_firstlineno)
        and (a.co_argcount, a.co_kwonlyargcount) == (b.co_argcount, b.co_kwonlyargcount)
        and a.co_varnames[:arguments] == b.co_varnames[:arguments]
    )


def _equal(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects do the same."""
    return (
        a.co_code == b.co_code
        and (a.co_names, a.co_varnames, a.co_freevars) == (b.co_names, b.co_varnames, b.co_freevars)
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_equal_constants, a.co_consts, b.co_consts))
    )


def _equal_constants(a: Any, b: Any) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return _equal(a, b)
    return type(a) is type(b) and (a == b or repr(a) == repr(b))


@lru_cache(maxsize=64)
def _read(text: str, name: str, flags: int) -> _File:
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # which notebooks allow
    tree = compile(text, name, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    codes = compile(text, name, "exec", flags, dont_inherit=True)
    return _File(tree, tuple(_definitions(tree)), tuple(_codes(codes)), tuple(re.split("\r\n|\r|\n", text)))


def _statement_codes(file: _File, name: str, flags: int) -> Iterator[types.CodeType]:
    """The code objects where each statement of the file was compiled by itself.

    IPython does that, and what is imported in the same compilation makes a difference to the code.
    """
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    for statement in file.tree.body:
        yield from _codes(compile(ast.Module([statement], []), name, "exec", flags, dont_inherit=True))


def _definitions(tree: ast.AST) -> Iterator[_Definition]:
    todo: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while todo:
        node, class_name = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield _Definition(node, class_name)
        inside = node.name if isinstance(node, ast.ClassDef) else class_name
        todo.extend((child, inside) for child in ast.iter_child_nodes(node))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    todo = [code]
    while todo:
        code = todo.pop()
        yield code
        todo.extend(c for c in code.co_consts if isinstance(c, types.CodeType))


def _refuse_special_functions(code: types.CodeType, file: _File, definition: _Definition) -> None:
    line = definition.node.lineno
    source = file.lines[line - 1]
    site = Site(
        definition.name, code.co_filename, line, definition.node.col_offset, len(source), source, source.strip(), line
    )
    if code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise UnsupportedError(
            "Asynchronous functions cannot be differentiated.",
            "make it an ordinary `def` and call it from async code.",
            site,
        )
