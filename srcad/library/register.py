"""Which programs stand for which callables, and for what arguments.

Guarantee: a program that is chosen for a call does what the callable does with these arguments: same result, same
effects in the same order, same errors.  A parameter's annotation is a kind, a predicate on facts; a program is for
calls that fit its parameters and whose annotated arguments are certainly of these kinds.  The first that fits counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from srcad.facts import Fact
from srcad.rules.register import Parameters, lookup, parameters_of
from srcad.wengert import Const, Operand

Kind = Callable[[Fact], bool]


@dataclass(frozen=True)
class Program:
    """A Python function that stands for a callable, and the kinds of its arguments."""

    body: Callable
    parameters: Parameters
    kinds: Mapping[str, Kind]
    when: Callable[[Mapping[str, Fact]], bool] | None = None

    @property
    def gathers(self) -> bool:
        """Whether it has a parameter `**keywords`."""
        return bool(self.body.__code__.co_flags & 0x08)

    def fits(self, facts: Mapping[str, Fact]) -> bool:
        """Whether the program is for arguments with these facts."""
        of_kinds = all(kind(facts[name]) for name, kind in self.kinds.items())
        return of_kinds and (self.when is None or self.when(facts))


_programs: dict[Any, list[Program]] = {}


def implements(
    *callees: Any, when: Callable[[Mapping[str, Fact]], bool] | None = None
) -> Callable[[Callable], Callable]:
    """Registers a function in the supported language as what these callables do, `when` says of which arguments.

    >>> def twice(x): ...
    >>> @implements(twice)
    ... def _(x):
    ...     return x + x
    >>> chosen(twice, ["x"], {}, lambda operand: None).__name__
    '_'
    """

    def note(body: Callable) -> Callable:
        kinds = {name: kind for name, kind in body.__annotations__.items() if name != "return"}
        for callee in callees:
            _programs.setdefault(callee, []).append(Program(body, parameters_of(body), kinds, when))
        return body

    return note


_classes: dict[type, type] = {}


def stands_for(original: type) -> Callable[[type], type]:
    """Registers a class in the supported language as what instances of a class without source are made of instead.

    >>> class Original: ...
    >>> @stands_for(Original)
    ... class Readable: ...
    >>> stand_in(Original) is Readable, original_of(Readable) is Original
    (True, True)
    """

    def note(kind: type) -> type:
        kind.__srcad_stands_for__ = original  # type: ignore[attr-defined]
        _classes[original] = kind
        return kind

    return note


def stand_in(original: Any) -> type | None:
    """The class in the place of another one, None if there is none."""
    return _classes.get(original) if isinstance(original, type) else None


def original_of(kind: type | None) -> type | None:
    """The class in whose place this one stands, None for other classes."""
    return getattr(kind, "__srcad_stands_for__", None)


_modules: dict[ModuleType, ModuleType] = {}


def speaks_for(module: ModuleType, original: ModuleType) -> None:
    """Registers a module whose names mean what those of another module mean, and are known."""
    _modules[original] = module


def known_module(module: ModuleType) -> ModuleType:
    """The module that speaks for another one, or this one itself.

    >>> import math
    >>> known_module(math) is math
    True
    """
    if module not in _modules:
        lookup(module)  # the first name of an optional package has the package's programs registered
    return _modules.get(module, module)


def chosen(
    callee: Any, operands: Iterable[Operand], keywords: Mapping[str, Operand], fact: Callable[[Operand], Fact]
) -> Callable | None:
    """The program for a call of a hashable callee with these operands, None if there is none."""
    if callee not in _programs:
        lookup(callee)  # the first callee of an optional package has the package's programs registered
    operands = tuple(operands)
    for program in _programs.get(callee, ()):
        own = {k: o for k, o in keywords.items() if k in program.parameters.names or not program.gathers}
        if len(operands) + len(keywords) < len(program.parameters.names) - len(program.parameters.defaults):
            continue
        try:
            given = program.parameters.bind(operands, own, Const)
        except TypeError:
            continue
        starred = program.parameters.starred
        if program.fits({name: fact(operand) for name, operand in given.items() if name != starred}):
            return program.body
    return None


def programs(callee: Any) -> tuple[Program, ...]:
    """The programs that stand for calls of a hashable callee."""
    return tuple(_programs.get(callee, ()))


def has_program(callee: Any) -> bool:
    """Whether a program stands for a hashable callee, at least for some arguments."""
    return callee in _programs


def is_own(function: Callable) -> bool:
    """Whether a function is part of the library."""
    return str(getattr(function, "__module__", None)).startswith(__name__.rpartition(".")[0] + ".")
