"""What is known of one primitive: its parameters, its rules, and samples to test them on.

Guarantee: a call binds to the parameters of a rule as Python binds it, or is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from srcad.errors import RuleError


@dataclass(frozen=True)
class Sample:
    """Arguments to test a primitive on.  Built by `sample(*args, **kwargs)`."""

    args: tuple
    kwargs: Mapping[str, Any]


def sample(*args: Any, **kwargs: Any) -> Sample:
    """A call of a primitive to test its rule on."""
    return Sample(args, kwargs)


@dataclass(frozen=True)
class Parameters:
    """The parameters of a primitive: names in order, defaults, and the name of `*args` if there is one.

    Only the first `positional` of the names (all if None) can be given by position.
    """

    names: tuple[str, ...]
    defaults: Mapping[str, Any]
    starred: str | None = None
    positional: int | None = None

    @property
    def by_position(self) -> tuple[str, ...]:
        """The names that can be given by position."""
        return self.names[: self.positional]

    @property
    def by_keyword(self) -> tuple[str, ...]:
        """The names that can only be given by keyword."""
        return () if self.positional is None else self.names[self.positional :]

    def bind(self, args: Iterable[Any], kwargs: Mapping[str, Any], wrap: Callable[[Any], Any]) -> dict[str, Any]:
        """Arguments by parameter name, defaults wrapped by `wrap`.  Raises TypeError where the call does not fit.

        >>> Parameters(("a", "axis"), {"axis": None}).bind(["x"], {}, lambda v: v)
        {'a': 'x', 'axis': None}
        """
        args = tuple(args)
        by_position = self.by_position
        if len(args) > len(by_position) and self.starred is None:
            raise TypeError(f"its rule takes {len(by_position)} positional arguments, {len(args)} were given")
        bound: dict[str, Any] = dict(zip(by_position, args, strict=False))
        for name, value in kwargs.items():
            if name not in self.names:
                raise TypeError(f"its rule does not handle the argument {name!r}")
            if name in bound:
                raise TypeError(f"the argument {name!r} is given twice")
            bound[name] = value
        for name in self.names:
            if name not in bound:
                if name not in self.defaults:
                    raise TypeError(f"the argument {name!r} is missing")
                bound[name] = wrap(self.defaults[name])
        if self.starred is not None:
            bound[self.starred] = args[len(by_position) :]
        return {name: bound[name] for name in (*self.names, self.starred) if name is not None}


@dataclass(frozen=True)
class Rule:
    """How cotangents pass through a primitive.

    `form` is "partials" (elementwise: the body returns the partial derivative with respect to each of
    `wrt`), "linear" (the body maps `d_out` to the cotangents of `wrt`; the primitive is linear in them
    together), "adjoint" (as linear, and the body also takes `out`) or "tangent" (the body takes a tangent `dot_x` of
    each x of `wrt`, then `out`, and returns what each contributes to the tangent of the result).  `singular` says that
    a partial derivative can be infinite or not a number at points where the primitive itself is finite, or where it is
    not.
    `arrays` are the parameters of which the primitive makes arrays, so that the body is given arrays for lists.
    """

    form: str
    wrt: tuple[str, ...]
    body: Callable
    parameters: Parameters
    singular: bool = False
    arrays: tuple[str, ...] = ()

    @property
    def leading(self) -> tuple[str, ...]:
        """The parameters of the body before the primitive's own."""
        if self.form == "tangent":
            return (*(f"dot_{name}" for name in self.wrt), "out")
        return {"partials": ("out",), "linear": ("d_out",), "adjoint": ("d_out", "out")}[self.form]


@dataclass
class Primitive:
    """All that is known of one primitive."""

    callee: Any
    rule: Rule | None = None
    tangent: Rule | None = None
    multilinear: bool = False
    jointly: bool = False
    constant: bool = False
    facts: Callable | None = None
    facts_parameters: Parameters | None = None
    shares: tuple[str, ...] = ()
    shares_always: bool = False
    shares_alone: bool = False
    writes: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    describes: tuple[str, ...] = ()
    check: Callable | None = None
    pure: bool = True
    folds: bool = False
    selects: bool = False
    sources: list[Iterable[Sample]] = field(default_factory=list)

    @property
    def samples(self) -> list[Sample]:
        """The samples, which may only be made now."""
        return [sample for source in self.sources for sample in source]

    @property
    def parameters(self) -> Parameters | None:
        """The parameters, as the rule or the facts state them."""
        return self.rule.parameters if self.rule else self.facts_parameters


def parameters_of(function: Callable, skip: int = 0) -> Parameters:
    """The parameters of a rule or facts function, without the first `skip`.

    Raises RuleError if it is no plain function.
    """
    code = getattr(function, "__code__", None)
    if code is None:
        raise RuleError(f"{function!r} is no Python function", "write the rule as a def")
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    positional = function.__defaults__ or ()
    defaults = dict(
        zip(code.co_varnames[code.co_argcount - len(positional) : code.co_argcount], positional, strict=True)
    )
    defaults.update(function.__kwdefaults__ or {})
    starred = code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if code.co_flags & 0x04 else None
    if code.co_argcount < skip:
        raise RuleError(f"the rule {function.__name__!r} of {code.co_filename} lacks its first parameters")
    return Parameters(names[skip:], defaults, starred, code.co_argcount - skip)
