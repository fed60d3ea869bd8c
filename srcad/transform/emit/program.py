"""A Wengert list as a program: its text, what the text refers to, and the compiled function.

Guarantee.  The text depends on the function alone, byte for byte.  It is entered in `linecache` under a name made
from the text, so tracebacks and pdb show it.
"""

from __future__ import annotations

import hashlib
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import gast
import numpy

from srcad import wengert as w
from srcad.errors import Site
from srcad.transform.emit import constants
from srcad.transform.emit.constants import literal
from srcad.transform.emit.expressions import Expressions
from srcad.transform.emit.folding import fold, is_statement, steps_of
from srcad.transform.emit.forms import leaves
from srcad.transform.emit.jumps import Jump, with_jumps
from srcad.transform.emit.liveness import reads_within
from srcad.transform.emit.naming import Naming, choose, unused
from srcad.transform.emit.printing import lines
from srcad.transform.emit.references import References
from srcad.transform.emit.statements import Statements
from srcad.transform.emit.subscripts import write_slices_in_place

FRAMES_PER_LEVEL = 16


@dataclass(frozen=True)
class Program:
    """The text of a function and of the helpers it calls.

    `name` is the function's name in the text, `references` the objects its global names stand for, `captures`
    the variables of the user's that it reads, by the name it reads them under, `origins` the places in the user's
    files that its lines come from.
    """

    source: str
    name: str
    references: Mapping[str, Any]
    captures: Mapping[str, w.Capture]
    origins: tuple[Site | None, ...] = ()

    def refresh(self, namespace: dict[str, Any]) -> None:
        """Reads the captured variables anew."""
        for name, capture in self.captures.items():
            try:
                namespace[name] = capture.read()
            except NameError:
                namespace.pop(name, None)  # reading it in the program raises NameError, as in the user's function


def emit(function: w.Function, extra_names: Iterable[str] = ()) -> Program:
    """The program of a function.  `extra_names` are global names not to be used.

    >>> import operator
    >>> square = w.Step(("t",), operator.mul, ("x", "x"))
    >>> print(emit(w.Function("f", (w.Param("x"),), (square,), "t")).source, end="")
    def f(x):
        return x * x
    """
    helpers = _helpers(function)
    with _room_for((*helpers, function)):
        return _emit(function, helpers, extra_names)


def _emit(function: w.Function, helpers: list[w.Function], extra_names: Iterable[str]) -> Program:
    references = References([*extra_names, *_parameters((*helpers, function))])
    names = {id(function): references.reserve(function.name)}
    for helper in helpers:
        names[id(helper)] = references.reserve(helper.name)
    text: list[tuple[str, Site | None]] = []
    for f in (*helpers, function):
        text += [("", None)] * 2 if text else []
        text += _Writer(references, names).definition(f)
    source = "".join(f"{line}\n" for line, _ in text)
    origins = tuple(site for _, site in text)
    return Program(source, names[id(function)], references.objects, references.captures, origins)


def compile_program(program: Program, array_module: types.ModuleType = numpy) -> Callable:
    """The program as a function that computes with `array_module`."""
    digest = hashlib.sha256(program.source.encode()).hexdigest()[:8]
    filename = f"<srcad {program.name} #{digest}>"
    linecache.cache[filename] = (len(program.source), None, program.source.splitlines(keepends=True), filename)
    _origins[filename] = program.origins
    namespace = dict(program.references)
    if "np" in namespace and namespace["np"] is numpy:
        namespace["np"] = array_module
    namespace["__name__"] = "srcad.generated"
    program.refresh(namespace)
    exec(compile(program.source, filename, "exec"), namespace)
    return namespace[program.name]


_origins: dict[str, tuple[Site | None, ...]] = {}
"""Where the lines of compiled programs come from, for as long as `linecache` has their text."""


def origin(filename: str, line: int) -> Site | None:
    """The place in the user's files that a line of generated code comes from; None for other code."""
    sites = _origins.get(filename, ())
    return sites[line - 1] if 0 < line <= len(sites) else None


@contextmanager
def _room_for(functions: Iterable[w.Function]) -> Iterator[None]:
    """Lets passes recurse as deep as branches and loops are nested: a long `elif` chain is a deep list."""
    deepest, todo = 0, [(f.body, 1) for f in functions]
    while todo:
        nodes, depth = todo.pop()
        deepest = max(deepest, depth)
        todo += [(block, depth + 1) for node in nodes for block in w.blocks(node) if block]
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(before + FRAMES_PER_LEVEL * deepest)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _helpers(function: w.Function) -> list[w.Function]:
    """The functions that a function's steps call, each after those it calls itself."""
    found: dict[int, w.Function] = {}

    def visit(nodes: Iterable[w.Node]) -> None:
        for node in w.walk(nodes):
            callee = node.callee if isinstance(node, w.Step) else None
            if isinstance(callee, w.Spread):
                callee = callee.callee
            if isinstance(callee, w.MakeFunction):
                visit(callee.function.body)
            if isinstance(callee, w.Function) and id(callee) not in found:
                visit(callee.body)
                found[id(callee)] = callee

    visit(function.body)
    return list(found.values())


def _parameters(functions: Iterable[w.Function]) -> Iterable[str]:
    """The parameters of the functions and of those nested in them, in order."""
    for function in functions:
        yield from (p.name for p in function.params)
        for node in w.walk(function.body):
            if isinstance(node, w.Step) and isinstance(node.callee, w.MakeFunction):
                nested, captured = node.callee.function, node.callee.captured
                yield from _parameters((replace(nested, params=nested.params[captured:]),))


class _Writer:
    """Writes one function and those nested in it."""

    def __init__(self, references: References, functions: Mapping[int, str]):
        self._references = references
        self._functions = functions
        self._origins: dict[gast.stmt, Site] = {}

    def definition(self, function: w.Function) -> list[tuple[str, Site | None]]:
        """The lines of a function at the top level, and where they come from."""
        block = [self._function(fold(write_slices_in_place(function)), self._functions[id(function)], {}, ())]
        return [(line, self._origins.get(node)) for text, node in lines(block) for line in text.split("\n")]

    def _function(
        self,
        function: w.Function,
        name: str,
        captured: Mapping[str, str],
        defaults: Iterable[tuple[str, gast.expr]],
        outside: Expressions | None = None,
    ) -> gast.FunctionDef:
        """The `def` of a folded function.

        `captured` maps names to identifiers of the function around it, whose expressions are `outside`.
        """
        function = with_jumps(function)
        statements, expressions = self._inside(function, captured)
        arguments = _arguments(function, captured, defaults, outside or expressions)
        body = statements.function(function)
        if function.doc:
            body = [gast.Expr(literal(function.doc)), *body]
        return gast.FunctionDef(name, arguments, body, [], None, None, [])

    def _inside(self, function: w.Function, captured: Mapping[str, str]) -> tuple[Statements, Expressions]:
        fixed = dict(captured)
        for capture in function.captures:
            fixed[capture.name] = self._references.capture(capture, w.base(capture.name))
        used = self._used(function)
        naming = choose(function, fixed, used)

        def scope(step: w.Step) -> tuple[dict[str, str], list[tuple[str, gast.expr]]]:
            return _captures_of(step, naming, expressions, self._used(step.callee.function))

        def define(step: w.Step, identifier: str) -> gast.stmt:
            return self._function(step.callee.function, identifier, *scope(step), expressions)

        def nested(step: w.Step) -> gast.expr:
            inner, defaults = scope(step)
            function = step.callee.function
            _, inside = self._inside(with_jumps(function), inner)
            return gast.Lambda(_arguments(function, inner, defaults, expressions), inside.of(function.result))

        expressions = Expressions(self._references, naming.identifiers, self._functions, nested)
        return Statements(naming, expressions, define, self._origins), expressions

    def _used(self, function: w.Function) -> set[str]:
        """The global names that the text of a function uses: found by making all its expressions once."""
        with self._references.recording() as used:
            self._touch(function)
        return used

    def _touch(self, function: w.Function) -> None:
        expressions = Expressions(self._references, _Same(), self._functions, lambda step: literal(None))
        operands = [p.default for p in function.params if p.default is not None] + [function.result]
        for node in w.walk(function.body):
            if isinstance(node, w.Step) and not (is_statement(node.callee) or isinstance(node.callee, Jump)):
                operands.append(node)
            else:
                operands += w.own_operands(node)
        for operand in operands:
            expressions.of(operand)
            for step in steps_of(operand):
                if isinstance(step.callee, w.MakeFunction):
                    self._touch(step.callee.function)
        for capture in function.captures:
            self._references.capture(capture, w.base(capture.name))


class _Same(dict):
    """Every name stands for itself."""

    def __missing__(self, key: str) -> str:
        return key


def _captures_of(
    step: w.Step, outer: Naming, expressions: Expressions, reserved: set[str]
) -> tuple[dict[str, str], list[tuple[str, gast.expr]]]:
    """The identifiers of what a nested function captures, and those it takes as defaults of extra parameters.

    A variable that is assigned again later, or in a loop, must be captured by value: the list captures values.
    """
    function, count = step.callee.function, step.callee.captured
    taken = reserved | {p.name for p in function.params[count:]}
    captured: dict[str, str] = {}
    defaults = []
    for param, operand in zip(function.params[:count], step.operands, strict=True):
        if isinstance(operand, str) and operand in outer.pinned and outer[operand] not in taken:
            captured[param.name] = outer[operand]
            continue
        captured[param.name] = identifier = unused(w.base(param.name), taken)
        defaults.append((identifier, expressions.of(operand)))
    return captured, defaults


def _arguments(
    function: w.Function,
    captured: Mapping[str, str],
    defaults: Iterable[tuple[str, gast.expr]],
    expressions: Expressions,
) -> gast.arguments:
    """The parameters of a function.  A default that was captured is an expression of the function around it."""
    kinds: dict[str, list] = {}
    values, only, by_value = [], [], dict(defaults)

    def default(param: w.Param) -> gast.expr | None:
        if param.default is None:
            return None
        if not isinstance(param.default, str):
            return expressions.of(param.default)
        inner = captured[param.default]
        return by_value[inner] if inner in by_value else constants.name(inner)

    for param in function.params:
        if param.name in captured:
            continue
        kinds.setdefault(param.kind, []).append(gast.Name(param.name, gast.Param(), None, None))
        if param.kind == "KEYWORD_ONLY":
            only.append(default(param))
        elif param.default is not None:
            values.append(default(param))
    used = {captured[p.default] for p in function.params if isinstance(p.default, str)} - _read(function, captured)
    extra = [(n, v) for n, v in by_value.items() if n not in used]
    names = [gast.Name(n, gast.Param(), None, None) for n, _ in extra]
    return gast.arguments(
        args=kinds.get("POSITIONAL_OR_KEYWORD", []),
        posonlyargs=kinds.get("POSITIONAL_ONLY", []),
        vararg=next(iter(kinds.get("VAR_POSITIONAL", [])), None),
        kwonlyargs=[*kinds.get("KEYWORD_ONLY", []), *names],
        kw_defaults=[*only, *(v for _, v in extra)],
        kwarg=next(iter(kinds.get("VAR_KEYWORD", [])), None),
        defaults=values,
    )


def _read(function: w.Function, captured: Mapping[str, str]) -> set[str]:
    """The identifiers of captured names that the body of a folded function reads."""
    read = reads_within(function.body) | set(leaves(function.result))
    return {captured[n] for n in read if n in captured}
