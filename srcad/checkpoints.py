"""Calls whose intermediate values are not kept: the backward sweep computes them again.

Guarantee: values and derivatives are those of the function itself; between the sweeps a call keeps its arguments and
its result alone.
"""

from __future__ import annotations

from typing import Any

from srcad.arguments import Options
from srcad.transformed import Transformed


class Checkpointed(Transformed):
    """A function whose calls are computed again in the backward sweep.  Made by `srcad.checkpoint`."""

    __srcad_opaque__ = "call it by name"
    __srcad_function__ = True

    def __init__(self, primal: Any, options: Options | None = None):
        super().__init__(primal, options or Options())

    @property
    def asked_by(self) -> str:
        """The function of srcad that asks for this."""
        return "checkpoint"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's own value."""
        return self.primal(*args, **kwargs)


def call_again(f: Any, *args: Any, **kwargs: Any) -> Any:
    """What a call of `checkpoint(f)` is in a function that makes it itself, until it is known what `f` is."""
    return f(*args, **kwargs)
