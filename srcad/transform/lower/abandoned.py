"""What variables stand for where the body of a `try` is abandoned.

Guarantee: a variable that has one value at all steps which can raise has that value in the handler.  Any other is
`Lost`: single assignment cannot say which of its values it has, so reading it is refused, wherever that happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from srcad.errors import Site, UnsupportedError
from srcad.wengert import Const, Function, Node, Operand, never_raises, own_operands, walk


@dataclass(frozen=True, eq=False)
class Lost:
    """The value of a variable that depends on where a body was abandoned.

    Whether a manager swallows the error of its block, `in_with`, may be known later: if not, nobody reads it.
    """

    variable: str
    site: Site | None
    in_with: bool = False

    def __repr__(self) -> str:
        return f"lost {self.variable}"

    def error(self, site: Site | None) -> UnsupportedError:
        """The refusal to read it."""
        block, elsewhere = ("with", "after it") if self.in_with else ("try", "in its `else`, or in every handler")
        return UnsupportedError(
            f"{self.variable!r} may be read after an error was caught, and what it is then depends on which step of "
            f"the `{block}` raised it.",
            f"assign {self.variable!r} in the last statement of the `{block}`, or {elsewhere}.",
            site or self.site,
        )


def is_lost(operand: Operand) -> bool:
    """Whether an operand stands for no certain value."""
    return isinstance(operand, Const) and isinstance(operand.value, Lost)


def refuse_lost(operand: Operand, site: Site | None = None) -> None:
    """Raises if an operand that is read stands for no certain value."""
    if isinstance(operand, Const) and isinstance(operand.value, Lost):
        raise operand.value.error(site)


def refuse_lost_in(function: Function, in_with: bool) -> Function:
    """The function, in which no step reads what is lost, directly or through merges; the others are gone by now.

    What is lost by a manager is left, unless that is known by now (`in_with`).
    """
    for operand in (*(o for node in walk(function.body) for o in own_operands(node)), function.result):
        if isinstance(operand, Const) and isinstance(operand.value, Lost) and (in_with or not operand.value.in_with):
            raise operand.value.error(None)
    return function


class Variables(Protocol):
    """What variables stand for at one point."""

    def seen(self, key: str) -> Operand:
        """What one stands for."""


class Watch:
    """Looks at variables at each step of a block that can raise."""

    def __init__(self, variables: tuple[str, ...]):
        self._seen: dict[str, set[Operand]] = {variable: set() for variable in variables}

    def note(self, node: Node, env: Variables) -> None:
        """Looks at the variables where a node is about to run."""
        if never_raises(node):
            return
        for variable, values in self._seen.items():
            if len(values) < 3:  # two may turn out to be aliases of one
                values.add(env.seen(variable))

    def values(self, aliases: Mapping[str, Operand]) -> Iterator[tuple[str, Operand | None]]:
        """What each variable stands for where the block may be abandoned; None if that differs."""
        for variable, values in self._seen.items():
            found = {_resolved(value, aliases) for value in values}
            if found:
                yield variable, found.pop() if len(found) == 1 else None


def _resolved(operand: Operand, aliases: Mapping[str, Operand]) -> Operand:
    while isinstance(operand, str) and operand in aliases:
        operand = aliases[operand]
    return operand
