"""Which calls are written out: those of functions with source that may carry a derivative, and have no rule."""

from __future__ import annotations

import inspect
import types
from typing import TYPE_CHECKING, Any

from srcad import trees
from srcad.checkpoints import Checkpointed
from srcad.errors import DifferentiationError, Site, UnsupportedError
from srcad.library import register as library
from srcad.transform.analyses import effects
from srcad.transform.binding import call_method
from srcad.wengert import CALL, Const, Function, MakeFunction, Method, Operand, Recursion, Step

if TYPE_CHECKING:
    from srcad.graphs.trace import Tracer


class Closure:
    """A function made in the traced program.  Called by what is not traced, it leaves no steps."""

    __srcad_opaque__ = "differentiate a function of the module"
    __srcad_reason__ = "a graph does not go through derivatives of functions that are made in the function itself"

    def __init__(self, tracer: Tracer, made: MakeFunction, captured: tuple[Operand, ...]):
        self.tracer, self.captured = tracer, captured
        self.function = made.function.finished() if isinstance(made.function, Recursion) else made.function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value of a call."""
        if self.function.generator:
            raise no_generators(self.function.site)
        return self.tracer.untraced(self.function, self.captured, args, kwargs)


def entered(tracer: Tracer, callee: Any, operands: tuple[Operand, ...]) -> tuple[Function, tuple[Operand, ...]] | None:
    """The list of the function that is called and the operands it is given, None for what stays one step."""
    if callee is CALL:
        return _entered_value(tracer, tracer.value(operands[0]), operands[0], operands[1:])
    if isinstance(callee, Method):
        receiver = tracer.value(operands[0])
        own = getattr(receiver, "__dict__", {}).get(callee.name)
        if own is not None:
            return _entered_value(tracer, own, Const(own), operands[1:])
        method = inspect.getattr_static(type(receiver), callee.name, None)
        return entered(tracer, method, operands) if isinstance(method, types.FunctionType) else None
    if isinstance(callee, (Function, Recursion)):
        function = callee.finished() if isinstance(callee, Recursion) else callee
        if function.generator:
            raise no_generators(function.site)
        return function, operands
    if isinstance(callee, Checkpointed):
        return entered(tracer, callee.primal, operands)
    if not isinstance(callee, types.FunctionType) or inspect.isgeneratorfunction(callee):
        return None
    own = callee.__module__ is not None and callee.__module__.startswith("srcad.")
    if own or library.has_program(callee) or not effects.is_python_call(Step((), callee)):
        return None
    if not _may_carry(tracer, operands):
        return None
    try:
        function = tracer.lower(callee)
    except DifferentiationError:
        return None  # its steps are not to be seen; whether it has a derivative is asked later
    return None if function.generator else (function, operands)


def _entered_value(
    tracer: Tracer, called: Any, itself: Operand, operands: tuple[Operand, ...]
) -> tuple[Function, tuple[Operand, ...]] | None:
    """The same for a callee that is a value of the program."""
    if isinstance(called, Closure):
        if called.function.generator:
            raise no_generators(called.function.site)
        return called.function, (*called.captured, *operands)
    if isinstance(called, types.FunctionType):
        return entered(tracer, called, operands)
    method = call_method(type(called))
    known = getattr(type(called), "__srcad_callee__", False) or isinstance(called, Checkpointed)
    return entered(tracer, method, (itself, *operands)) if method is not None and not known else None


def _may_carry(tracer: Tracer, operands: tuple[Operand, ...]) -> bool:
    """Whether a call is given anything that may carry a derivative."""
    values = map(tracer.value, operands)
    return any(callable(leaf) or trees.is_differentiable(leaf) for v in values for leaf in trees.flatten(v)[0])


def no_generators(site: Site | None) -> UnsupportedError:
    """The refusal of a function that yields."""
    return UnsupportedError("a graph does not go through generators", "make a list of the items", site)
