"""What all objects have in common that a transformation of a function returns.

Guarantee: such an object shows the name, signature and documentation of the function that was transformed, works as a
method where it stands in a class, and pickles by reference: to itself where it has a name, else to the function.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any

from srcad.arguments import Options


class Transformed:
    """A function made from another one, `primal`, by a transformation with these options."""

    def __init__(self, primal: Callable[..., Any], options: Options):
        self.primal = primal
        self.options = options
        self.__wrapped__ = primal
        self.__name__: str = getattr(primal, "__name__", self.asked_by)
        self.__qualname__: str = getattr(primal, "__qualname__", self.__name__)
        self.__module__ = getattr(primal, "__module__", None) or __name__
        self.__doc__ = getattr(primal, "__doc__", None)

    @property
    def asked_by(self) -> str:
        """The function of srcad that asks for this."""
        return self.options.kind

    def __repr__(self) -> str:
        return f"<{self.asked_by} of {self.__qualname__}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        if _lookup(self.__module__, self.__qualname__) is self:
            return self.__qualname__
        return type(self), (self.primal, self.options)


def _lookup(module: str, qualname: str) -> Any:
    """What a pickle would find under a name."""
    found: Any = sys.modules.get(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found
