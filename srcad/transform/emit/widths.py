"""How long expressions will be as text: estimates, by which folding keeps lines within a page."""

from __future__ import annotations

from typing import Any

from srcad import wengert as w
from srcad.errors import Site
from srcad.transform.emit.forms import Comprehension, pattern_names

Expression = Any  # str | Const | Step | Branch

WIDTH = 104
MOST = 168
"""What a statement that fills a line may be estimated at; subscripts are taken for longer than they are."""


def widest(site: Site | None, depth: int) -> int:
    """The widest text allowed: what fits on a line, or what the user put on one."""
    most = WIDTH - 4 * depth
    if site is not None and not site.adjoint and len(site.statement) <= 130:
        most = max(most, len(site.statement) + 12, min(2 * len(site.statement), MOST))
    return most


def width_of(operand: Expression) -> int:
    """A rough estimate of the length of an expression's text."""
    if isinstance(operand, str):
        return len(w.base(operand))
    if isinstance(operand, w.Const):
        return len(operand.text) if operand.text else _constant_width(operand.value)
    if isinstance(operand, (w.Step, w.Branch)):
        own = callee_width(operand.callee) if isinstance(operand, w.Step) else 10
        if isinstance(operand, w.Step) and isinstance(operand.callee, Comprehension):
            own += sum(10 + sum(map(len, pattern_names(c))) for c in operand.callee.clauses)
        return own + sum(width_of(o) + 2 for o in w.own_operands(operand))
    return 0


def _constant_width(value: Any) -> int:
    if isinstance(value, slice):
        return 1 + sum(len(repr(v)) for v in (value.start, value.stop, value.step) if v is not None)
    if isinstance(value, tuple):
        return sum(_constant_width(v) + 2 for v in value)
    return min(len(repr(w.Const(value))), 24)


def callee_width(callee: Any) -> int:
    """The same of what a step calls, with the parentheses or blanks around it."""
    if isinstance(callee, (w.Method, w.Attribute)):
        return len(callee.name) + 1
    name = getattr(callee, "__name__", None) or getattr(callee, "name", None) or "callee"
    return 2 if getattr(callee, "__module__", None) == "_operator" else len(name) + 3
