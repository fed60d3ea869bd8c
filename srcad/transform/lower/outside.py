"""Names from outside a function: closure cells, globals and builtins, resolved while lowering.

Guarantee.  A function, class or module becomes a constant, and a `Guard` remembers through which name, so that a
cached derivative notices when the name is given to something else.  Everything else is data, read anew at each
call through a `Capture`.
"""

from __future__ import annotations

import builtins
import functools
import sys
import types
from typing import Any

from srcad.library.register import has_program, known_module
from srcad.rules.register import lookup
from srcad.wengert import Capture, Const, Guard, Names, Operand

NUMBER_MODULES = {"numpy": "np", "math": "math", "cmath": "cmath"}
"""Modules whose numbers are constants, and how generated code calls the modules."""

_STABLE = sys.stdlib_module_names | {"numpy", "scipy"}
"""Modules whose attributes nobody replaces; those of other modules are guarded one by one."""


def is_callee(value: Any) -> bool:
    """Whether a value is a function, class or module, as opposed to data that can also be called.

    An instance of a Python class with `__call__` is data, unless something is registered of it, or the class says that
    its instances stand for functions by an attribute ``__srcad_callee__ = True`` (derivatives) or
    ``__srcad_function__ = True`` (others).

    >>> is_callee(len), is_callee(int), is_callee(functools.partial(pow, 2)), is_callee(3.0)
    (True, True, True, False)
    """
    kinds = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial)
    if isinstance(value, kinds):
        return True
    if not callable(value):
        return stands_for_a_program(value)
    written_in_python = isinstance(type(value).__call__, types.FunctionType)
    if not written_in_python:
        return hasattr(value, "__name__")
    stands = hasattr(type(value), "__srcad_callee__") or hasattr(type(value), "__srcad_function__")
    return stands or lookup(value) is not None


def member(module: types.ModuleType, name: str) -> Const | None:
    """A function, class, submodule or mathematical number of a module; None for other attributes."""
    value = getattr(module, name, None)
    if is_callee(value):
        return constant(value)
    short = NUMBER_MODULES.get(module.__name__)
    if short and hasattr(module, name) and isinstance(value, (int, float, complex, type(None))):
        return Const(value, f"{short}.{name}")
    return None


def constant(value: Any) -> Const:
    """A function, class or module as a constant: of a module, the one that speaks for it."""
    return Const(known_module(value) if isinstance(value, types.ModuleType) else value)


def must_be_guarded(module: types.ModuleType, found: Const) -> bool:
    """Whether what a module holds under a name may be replaced."""
    return is_callee(found.value) and module.__name__.partition(".")[0] not in _STABLE


def stands_for_a_program(value: Any) -> bool:
    """Whether subscripts of an object are calls of a program (`np.r_`)."""
    return type(value).__hash__ is object.__hash__ and has_program(value)


class Outside:
    """The outside of one function object, shared by the functions nested in it."""

    def __init__(self, function: types.FunctionType, names: Names):
        self.globals: dict[str, Any] = function.__globals__
        code = function.__code__
        self.cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
        given = self.globals.get("__builtins__", builtins)
        self.builtins: dict[str, Any] = given if isinstance(given, dict) else vars(given)
        self._names = names
        self._captures: dict[str, Capture] = {}
        self._guards: dict[tuple[int, str], Guard] = {}

    @property
    def captures(self) -> tuple[Capture, ...]:
        """The data read, in order of first reading."""
        return tuple(self._captures.values())

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The names that were resolved, in order of first use."""
        return tuple(self._guards.values())

    def look_up(self, name: str) -> Operand:
        """The constant or captured name that `name` stands for."""
        if name in self.cells:
            try:
                value = self.cells[name].cell_contents
            except ValueError:
                return self._capture(name, self.cells[name], "cell_contents")
            return self._resolve(name, self.cells[name], "cell_contents", value)
        if name in self.globals:
            return self._resolve(name, self.globals, name, self.globals[name])
        if name in self.builtins:
            return Const(self.builtins[name])
        return self._capture(name, self.globals, name)

    def attribute(self, module: types.ModuleType, name: str) -> Const | None:
        """A function, class, submodule or mathematical number of a module; None for other attributes."""
        found = member(module, name)
        if found is not None and must_be_guarded(module, found):
            self._guard(vars(module), name, getattr(module, name))
        return found

    def _resolve(self, name: str, scope: Any, key: str, value: Any) -> Operand:
        if not is_callee(value):
            return self._capture(name, scope, key)
        self._guard(scope, key, value)
        return constant(value)

    def _guard(self, scope: Any, key: str, value: Any) -> None:
        self._guards.setdefault((id(scope), key), Guard(scope, key, value))

    def _capture(self, name: str, scope: Any, key: str) -> str:
        if name not in self._captures:
            self._captures[name] = Capture(self._names.fresh(name), scope, key)
        return self._captures[name].name
