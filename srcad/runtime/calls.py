"""Calls of functions that are first known when the program runs, and marks in generated lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.errors import DifferentiationError


def boundary() -> None:
    """Marks the end of the forward sweep while a helper's program is made; never printed."""


def let_refusal_pass(error: BaseException) -> None:
    """At the start of a handler: what refuses to differentiate a callee is no error of the function's own."""
    if isinstance(error, DifferentiationError):
        raise error


_installed: list[Callable[..., tuple[Any, Callable]]] = []


def install(make_pullback: Callable[..., tuple[Any, Callable]]) -> None:
    """Says how pullbacks are made: the transformation, which stands above this module, installs itself here."""
    _installed[:] = [make_pullback]


def pullback(callee: Any, *args: Any, **kwargs: Any) -> tuple[Any, Callable]:
    """Calls a function that is only known now: its result, and the function from a cotangent to the arguments'."""
    (make_pullback,) = _installed
    return make_pullback(callee, args, kwargs)


def install_pushforward(push: Callable[..., tuple[Any, Any]]) -> None:
    """Says how tangents are pushed through callees that are first seen at run time."""
    _pushing[:] = [push]


_pushing: list[Callable[..., tuple[Any, Any]]] = []


def pushforward(
    callee: Any, args: tuple, dots: tuple, own: Any = None, named: Any = None, named_dots: Any = None
) -> tuple[Any, Any]:
    """Calls a function that is only known now: its result and the tangent of it; None is a tangent of zero.

    `own` is the tangent of the object that is called.
    """
    (push,) = _pushing
    return push(callee, args, dots, own, named or {}, named_dots or {})
