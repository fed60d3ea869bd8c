"""Compiled programs, what they are valid for besides the arguments, and where they are kept.

Guarantee: a program that `Programs.find` returns was made for arguments of this key, for the functions, classes and
modules that the names in the user's source refer to now, and for values of the kinds that the variables outside the
user's functions hold now; it sees those values.  No more than `limit` programs are kept, the latest ones.
"""

from __future__ import annotations

import traceback
import types
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.rules import register
from srcad.signatures import signature
from srcad.transform.emit import Program, compile_program, origin
from srcad.wengert import Capture, Function, Guard

_UNASSIGNED = object()
_FIXED = frozenset((float, int, bool, complex, str, type(None)))
"""Types of which the same object always has the same signature."""


class Compiled:
    """Programs that were made together, compiled for one array module; `functions` are their entry points.

    `lists` are the functions they were made from: what those were resolved through is what is checked.
    """

    def __init__(self, derived: Any, programs: Iterable[Program], lists: Iterable[Function], module: types.ModuleType):
        self.derived = derived
        self._generation = register.generation()
        self.functions: tuple[Callable[..., Any], ...] = tuple(compile_program(p, module) for p in programs)
        lists = tuple(lists)
        guards = _distinct(g for function in lists for g in function.guards)
        self._names = [(g.scope.get, g.key, g.value) for g in guards if type(g.scope) is dict]
        self._guards = [g for g in guards if type(g.scope) is not dict]
        self._variables = [_Variable(c) for c in _distinct(c for function in lists for c in function.captures)]
        known = {(id(v.capture.scope), v.capture.key): v for v in self._variables}
        for program, function in zip(programs, self.functions, strict=True):
            for name, capture in program.captures.items():
                key = (id(capture.scope), capture.key)
                if key not in known:
                    known[key] = _Variable(capture)
                    self._variables.append(known[key])
                known[key].shown.append((function.__globals__, name))

    def values(self) -> dict[str, Any]:
        """The variables outside the user's functions, as they are now."""
        return {v.capture.name: v.value for v in self._variables}

    def is_current(self) -> bool:
        """Whether it is valid still; lets it see the variables outside as they are now."""
        if self._generation != register.generation():
            return False
        for look_up, name, value in self._names:  # nearly all of them, and this is run in every call
            if look_up(name) is not value:
                return False
        for guard in self._guards:
            if not _holds(guard):
                return False
        return not self._variables or all(variable.update() for variable in self._variables)


class _Variable:
    """A variable outside the user's functions: its signature when the program was made, its value when last seen."""

    def __init__(self, capture: Capture):
        self.capture = capture
        self.value = read(capture)
        self.signature = signature(self.value)
        self.shown: list[tuple[dict[str, Any], str]] = []

    def update(self) -> bool:
        """Hands the value of now to the programs; False if it is of another kind."""
        value = read(self.capture)
        if value is self.value and type(value) in _FIXED:
            return True
        if signature(value) != self.signature:
            return False
        if value is not self.value:
            self.value = value
            for namespace, name in self.shown:
                namespace[name] = value
        return True


def read(capture: Capture) -> Any:
    """The value of a variable outside, or a mark that it has none."""
    try:
        return capture.read()
    except NameError:
        return _UNASSIGNED


def device_facts(array_module: Any) -> dict[str, fa.Fact]:
    """What the array module says of a program: whether elements of its arrays are arrays themselves."""
    return {} if array_module is np else {fa.DEVICE: fa.Known(True)}


def captured_facts(function: Function) -> dict[str, fa.Fact]:
    """What is known of the variables outside a function; nothing of those that have no value yet."""
    values = ((c.name, read(c)) for c in function.captures)
    return {name: fa.fact_of(value, ("captured", name)) for name, value in values if value is not _UNASSIGNED}


def _holds(guard: Guard) -> bool:
    try:
        return guard.holds()
    except ValueError:  # the cell is empty now
        return False


def _distinct(items: Iterable[Any]) -> list[Any]:
    """Guards or captures, one for each variable."""
    return list({(id(item.scope), item.key): item for item in items}.values())


class Programs:
    """Compiled programs by the signature of their arguments.

    There may be several for one signature, made for variables outside of different kinds.
    """

    def __init__(self, limit: int = 256):
        self._limit = limit
        self._by_key: dict[Hashable, list[Compiled]] = {}

    def find(self, key: Hashable) -> Compiled | None:
        """The program for these arguments that is valid now, if there is one."""
        for compiled in self._by_key.get(key, ()):
            if compiled.is_current():
                return compiled
        return None

    def add(self, key: Hashable, compiled: Compiled) -> None:
        """Keeps a program; the oldest ones make room."""
        before = self._by_key.pop(key, [])
        self._by_key[key] = [compiled, *before[:3]]
        if len(self._by_key) > self._limit:
            del self._by_key[next(iter(self._by_key))]

    def __len__(self) -> int:
        return len(self._by_key)


_NOTE = "srcad: raised by the code generated for"


def explain(error: Exception) -> None:
    """Notes on an error of generated code which statement of the user's it comes from.

    The traceback itself shows the generated code, which is in `linecache`.
    """
    if any(note.startswith(_NOTE) for note in getattr(error, "__notes__", ())):
        return
    site = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        site = origin(frame.f_code.co_filename, line) or site
    if site is not None:
        part = "the derivative of " if site.adjoint else ""
        place = f"{site.file}:{site.statement_line or site.line} in {site.function}"
        error.add_note(f"{_NOTE} {part}{place}\n    {site.statement}")
