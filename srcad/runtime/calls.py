"""Calls of functions that are first known when the program runs, and marks in generated lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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


class Pushed:
    """A function that is only known now, as a function of arguments and tangents: of those that are `asked` for.

    It returns the result and the tangent of it.
    """

    __srcad_callee__ = True

    def __init__(self, primal: Any, asked: tuple[bool, ...]):
        self.primal = primal
        self.__name__ = f"{getattr(primal, '__name__', 'function')}_pushed"
        self.asked = asked

    @property
    def __srcad_made_of__(self) -> tuple:
        """By what such functions are known: the same program serves all that were made of these."""
        return self.primal, tuple(map(str, self.asked))

    def __call__(self, *given: Any) -> tuple[Any, Any]:
        """The result and its tangent, for the arguments and then the tangents."""
        dots = iter(given[len(self.asked) :])
        return pushforward(
            self.primal, given[: len(self.asked)], tuple(next(dots) if asked else None for asked in self.asked)
        )


class Pulled:
    """A function that is only known now, as a function of arguments and of the cotangent of its result.

    It returns what the pullback does.
    """

    __srcad_callee__ = True

    def __init__(self, primal: Any):
        self.primal = primal
        self.__name__ = f"{getattr(primal, '__name__', 'function')}_pulled"

    @property
    def __srcad_made_of__(self) -> tuple:
        """By what such functions are known: the same program serves all that were made of these."""
        return (self.primal,)

    def __call__(self, *given: Any) -> tuple:
        """The cotangents of the arguments, and last that of the callee."""
        return pullback(self.primal, *given[:-1])[1](given[-1])


class Pull(NamedTuple):
    """A pullback that remembers what was called, and computes it once more when it is called itself."""

    callee: Any
    args: tuple

    def __call__(self, d: Any) -> tuple:
        """The cotangents of the arguments, and last that of the callee."""
        return pullback(self.callee, *self.args)[1](d)
