"""Every error srcad raises, and the place in a user's file that it points at.

A refusal is worth as much as the way out it names, so a `DifferentiationError` that concerns source
code always carries a `Site` and prints four things: where, the source line with a caret, what is not
possible, and what to write instead.  Errors about arguments also derive from `TypeError` or
`ValueError`, so that callers may catch what they would catch from NumPy or JAX.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Site:
    """A stretch of source text: where a step of the Wengert list comes from.

    `line` and `column` (1-based and 0-based, as in tracebacks) locate the expression, `source` is its
    physical line, `statement` the whole statement on one line (of a compound statement its header), as
    the comments of generated code quote it.  `adjoint` marks steps of a reverse sweep, which belong to
    the statement without being it.
    """

    function: str
    file: str
    line: int
    column: int = 0
    end_column: int | None = None
    source: str = ""
    statement: str = ""
    statement_line: int = 0
    adjoint: bool = False

    def reversed(self) -> Site:
        """The same place, for a step of the reverse sweep."""
        return replace(self, adjoint=True)

    def marked(self) -> str:
        """The location, the source line and a caret line under the expression.

        >>> print(Site("f", "m.py", 3, 4, 9, "y = a @ b", "y = a @ b", 3).marked())
        m.py:3 in f
            y = a @ b
                ^^^^^
        """
        width = max(1, (self.end_column or self.column + 1) - self.column)
        text = self.source.rstrip("\n")
        indent = len(text) - len(text.lstrip())
        width = max(1, min(width, len(text) - self.column)) if text else 1
        caret = " " * (self.column - indent) + "^" * width
        return f"{self.file}:{self.line} in {self.function}\n    {text.lstrip()}\n    {caret}"


class DifferentiationError(Exception):
    """The base of all of srcad's errors: what is not possible, where, and what to do instead."""

    def __init__(self, reason: str, remedy: str = "", site: Site | None = None):
        self.reason = reason
        self.remedy = remedy
        self.site = site
        super().__init__(reason, remedy, site)

    def __str__(self) -> str:
        parts = [self.site.marked()] if self.site else []
        parts.append(self.reason)
        if self.remedy:
            parts.append(f"Instead: {self.remedy}")
        return "\n".join(parts)


class SourceError(DifferentiationError):
    """The source of a function cannot be found, or is not the function's own."""


class UnsupportedError(DifferentiationError):
    """A construct of the language, or an argument form, that srcad does not differentiate."""


class MissingRuleError(DifferentiationError):
    """A function without Python source and without a rule was given a value that carries a derivative."""


class ArgumentError(DifferentiationError, TypeError):
    """An argument of a derivative function has a type that cannot be differentiated."""


class ArgnumsError(DifferentiationError, ValueError):
    """`argnums` names no parameter of the function."""


class ResultError(DifferentiationError, TypeError):
    """The result of a function is not what the transformation asked of it needs."""


class CotangentError(DifferentiationError, ValueError):
    """A cotangent or tangent does not match the value it belongs to."""


class RuleError(DifferentiationError):
    """A rule is registered wrongly, or returned something that is no derivative of its primitive."""


class CheckError(DifferentiationError, AssertionError):
    """`check_grads` found a derivative that differs from difference quotients, or could not decide."""


class FactsNeededError(UnsupportedError):
    """What the code means depends on the types of its arguments, which are not known yet."""
