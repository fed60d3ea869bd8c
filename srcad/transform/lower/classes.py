"""Classes defined inside functions.

Guarantee.  The class is made once, while the function is lowered, from the code that Python compiled for its body; so
it may hold nothing that a call could change, or compute from the function's variables.  What its methods capture of
these is kept in each instance, in slots of its own: the methods read it there (`read_captured`).
"""

from __future__ import annotations

import builtins
import enum
import functools
import operator
import types
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NoReturn

import gast

from srcad.objects import Capturing, is_object_class
from srcad.transform.lower.builder import Builder, statement
from srcad.wengert import UNDEFINED, Const, Operand

MODULE_LEVEL = "define the class at module level, and give its instances what they need."
_PLAIN = (bool, int, float, complex, str, bytes, type(None), types.EllipsisType, slice, range)


@statement(gast.ClassDef)
def _class(b: Builder, node: gast.ClassDef) -> None:
    _refuse_class_variables_changed(b, node)
    code = _code_of(b, node)
    known: dict[str, Any] = {}
    captured: dict[str, Operand] = {}
    for name in code.co_freevars:
        operand = b.here.env.seen(name)
        if name in b.cells:
            _refuse(b, node, f"uses {name!r}, which is assigned again, or not yet assigned")
        elif isinstance(operand, Const):
            known[name] = operand.value
        elif name != node.name:
            captured[name] = b.read(name, node)
    if captured and node.name in code.co_freevars:
        _refuse(b, node, f"uses {next(iter(captured))!r} of the function, and itself")
    make = _maker(b, node, code, known)
    try:
        kind = make({})
    except NameError:
        _refuse(b, node, "computes with variables of the function in its body")
    _check(b, node, kind, captured)
    if not captured:
        b.assign(node.name, Const(kind))
        return
    capturing = Capturing(kind, tuple(captured), make)
    b.assign(node.name, b.step(functools.partial, Const(capturing), *captured.values(), like=node.name))


def _refuse(b: Builder, node: gast.ClassDef, why: str) -> NoReturn:
    b.refuse(node, f"The class {node.name}, defined inside a function, {why}.", MODULE_LEVEL)


def _maker(
    b: Builder, node: gast.ClassDef, code: types.CodeType, known: Mapping[str, Any]
) -> Callable[[Mapping[str, Any]], Any]:
    """Makes the class from the values of what its methods capture, of which some may be missing."""
    around = {name: cell for name, cell in b.outside.cells.items() if b.here.env.seen(name) is UNDEFINED}
    variables = b.outside.globals
    bases = [_constant(b, node, base) for base in node.bases]
    keywords = {str(k.arg): _constant(b, node, k.value) for k in node.keywords}
    decorators = [_constant(b, node, decorator) for decorator in node.decorator_list]

    def make(values: Mapping[str, Any]) -> Any:
        given = {**known, **values}
        cells = {name: types.CellType(given[name]) if name in given else types.CellType() for name in code.co_freevars}
        cells |= {name: cell for name, cell in around.items() if name in cells}
        body = types.FunctionType(code, variables, node.name, None, tuple(cells.values()))
        kind: Any = builtins.__build_class__(body, node.name, *bases, **keywords)
        for decorator in reversed(decorators):
            kind = decorator(kind)
        if node.name in cells and node.name not in around:
            cells[node.name].cell_contents = kind
        return kind

    return make


def _check(b: Builder, node: gast.ClassDef, kind: Any, captured: Collection[str]) -> None:
    """Refuses a class that calls of the function cannot share, and notes what each method captures."""
    if not isinstance(kind, type) or captured and not is_object_class(kind):
        _refuse(b, node, "is of a kind that is not understood")
    for name, value in vars(kind).items():
        of_python = name.startswith("_") and name.endswith("_") or name == "_abc_impl" or issubclass(kind, tuple)
        if not (of_python or _is_fixed(value) or isinstance(value, enum.Enum)):
            _refuse(b, node, f"holds in {name!r} what may change")
        for function in _functions(value):
            captures = tuple(v for v in function.__code__.co_freevars if v in captured)
            if captures and isinstance(value, (staticmethod, classmethod)):
                _refuse(b, node, f"captures {captures[0]!r} in {name!r}, which is given no instance")
            function.__srcad_captured__ = captures  # type: ignore[attr-defined]


def _constant(b: Builder, node: gast.ClassDef, part: gast.AST) -> Any:
    """The value of a base or a decorator."""
    operand = b.expr(part) if not isinstance(part, gast.Call) else None
    if isinstance(operand, Const):
        return operand.value
    if isinstance(part, gast.Call) and not part.args and all(isinstance(k.value, gast.Constant) for k in part.keywords):
        return _constant(b, node, part.func)(**{str(k.arg): k.value.value for k in part.keywords})
    _refuse(b, node, "has a base or a decorator that is computed")


def _code_of(b: Builder, node: gast.ClassDef) -> types.CodeType:
    """The code of the class's body."""
    lines = {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}
    found = [c for c in _codes(b.outside.code) if c.co_name == node.name and c.co_firstlineno in lines]
    if len(found) != 1:
        _refuse(b, node, "stands on a line with another of this name")
    return found[0]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _codes(inner)


def _functions(value: Any) -> Iterator[types.FunctionType]:
    """The functions that an entry of a class stands for."""
    if isinstance(value, property):
        yield from (f for f in (value.fget, value.fset, value.fdel) if isinstance(f, types.FunctionType))
    elif isinstance(value := getattr(value, "func", getattr(value, "__func__", value)), types.FunctionType):
        yield value


def _is_fixed(value: Any) -> bool:
    """Whether an entry of a class can be shared by all calls of the function around it."""
    if isinstance(value, tuple):
        return all(map(_is_fixed, value))
    return isinstance(value, _PLAIN) or callable(value) or hasattr(type(value), "__get__")


def _refuse_class_variables_changed(b: Builder, node: gast.ClassDef) -> None:
    """A class is made once for all calls, so nothing may be stored in it."""
    for part in gast.walk(b.scope.node):
        if isinstance(part, gast.Attribute) and not isinstance(part.ctx, gast.Load):
            owner = part.value
            is_class = isinstance(owner, gast.Call) or isinstance(owner, gast.Name) and owner.id in ("cls", node.name)
            if is_class or isinstance(owner, gast.Attribute) and owner.attr == "__class__":
                _refuse(b, node, "is written to")


def read_captured(b: Builder, function: types.FunctionType) -> None:
    """Lets a method of such a class find what it captures: it is in the object."""
    for name in getattr(function, "__srcad_captured__", ()):
        b.assign(name, b.step(operator.getitem, b.scope.params[0], Const(Capturing.slot(name)), like=name))
