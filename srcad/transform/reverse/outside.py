"""What lives outside the function: it is read when a call begins, and nothing in the program may change it unseen.

Guarantee: refused is a program that gives what carries a derivative to a variable outside; that changes a class, a
module, a function or a default, which the source refers to as constants; and that calls a function by its name which
assigns a variable anew that the program reads too.  A list, dict, object or array outside may be changed: it is memory
like others, read where the source reads it.
"""

from __future__ import annotations

import dis
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from srcad.errors import DifferentiationError, UnsupportedError
from srcad.facts import Known, fact_of
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.wengert import Capture, Const, Step, base, identity, own_operands, walk

if TYPE_CHECKING:
    from srcad.transform.helpers import Transformation

_CHANGEABLE = (type, types.ModuleType, types.FunctionType)
"""What has attributes that can be assigned, and counts as immutable all the same."""

_MOST = 200
"""How many functions are looked through that a call may lead to."""


def refuse_writes_outside(sweep: Transformation) -> None:
    """Raises where a value that carries a derivative is written to a variable outside, or a constant is changed."""
    for capture in sweep.function.captures:
        if not capture.is_argument and capture.name in sweep.varied and sweep.memory.is_written(capture.name):
            raise UnsupportedError(
                f"{capture.key!r} lives outside the function and is given values that carry a derivative",
                "pass it as an argument and return it",
                sweep.function.site,
            )
    for step in walk(sweep.function.body):
        if isinstance(step, Step):
            _refuse_constants(sweep, step)
            _refuse_assigning(sweep, step)


def _refuse_constants(sweep: Transformation, step: Step) -> None:
    if step.callee is identity:
        constant = isinstance(step.operands[0], Const) and not effects.is_immutable_object(step.operands[0].value)
        if constant and any(t in sweep.varied and sweep.memory.is_written(t) for t in step.targets):
            raise _given(step)
        return
    changed = [o for o in effects.writes_of(step, sweep.facts) if _is_constant(sweep, o)]
    if changed and any(o in sweep.varied for o in own_operands(step)):
        raise _given(step)
    if changed:
        raise UnsupportedError(
            "a class, a module, a function or a default is changed, which the program takes for constant",
            "keep what changes in a variable, or in an object that is passed as an argument",
            step.site,
        )


def _given(step: Step) -> UnsupportedError:
    return UnsupportedError(
        "what lives outside the function (a default, for instance) is given values that carry a derivative",
        "pass it as an argument and return it",
        step.site,
    )


def _is_constant(sweep: Transformation, operand: Any) -> bool:
    if isinstance(operand, Const):
        return isinstance(operand.value, _CHANGEABLE) or not effects.is_immutable_object(operand.value)
    fact = sweep.builder.fact(operand)
    return isinstance(fact, Known) and isinstance(fact.value, _CHANGEABLE)


# ---------------------------------------------------------------------------------------- variables outside


def _refuse_assigning(sweep: Transformation, step: Step) -> None:
    called = step.callee if isinstance(step.callee, types.FunctionType) else None
    if called is None or not effects.is_python_call(step):
        return
    for function in _reached(called):
        for capture in sweep.function.captures:
            if _assigns(function, capture):
                variable = base(capture.name)
                raise UnsupportedError(
                    f"{called.__name__} assigns {variable!r}, which is read here as it was when the call began",
                    f"let {called.__name__} return the new value",
                    step.site,
                )


def changed_outside(sweep: Transformation, called: Any) -> Iterator[str]:
    """The names of variables outside whose lists, arrays or objects a plain call of a function may change."""
    for function in _reached(called) if isinstance(called, types.FunctionType) else ():
        changed = _changed(sweep, function)
        for capture in sweep.function.captures:
            if (id(capture.scope), capture.key) in changed:
                yield capture.name


def _changed(sweep: Transformation, function: types.FunctionType) -> set[tuple[int, str]]:
    """The variables outside whose contents a function may change: all that it mentions, if it has no list."""
    try:
        list_ = sweep.lower(function)
    except DifferentiationError:
        return {(id(function.__globals__), name) for code in _codes(function.__code__) for name in code.co_names}
    memory = Memory(list_.body, {c.name: fact_of(c.read(), c.name) for c in list_.captures})
    return {(id(c.scope), c.key) for c in list_.captures if memory.is_written(c.name)}


def _reached(function: types.FunctionType) -> Iterator[types.FunctionType]:
    """A function and those that it may call by their names, and so on."""
    todo, seen = [function], {function}
    while todo and len(seen) <= _MOST:
        yield (found := todo.pop())
        for code in _codes(found.__code__):
            inner = {f for n in code.co_names if isinstance(f := found.__globals__.get(n), types.FunctionType)} - seen
            seen |= inner
            todo += inner


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _assigns(function: types.FunctionType, capture: Capture) -> bool:
    """Whether a function contains an assignment to the very variable, or to an attribute of this name of some class."""
    key = capture.key
    if isinstance(capture.scope, type):
        names = {"STORE_ATTR"}
    elif isinstance(capture.scope, dict):
        names = {"STORE_GLOBAL", "DELETE_GLOBAL"} if capture.scope is function.__globals__ else set()
    else:
        cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        key = next((name for name, cell in cells if cell is capture.scope), "")
        names = {"STORE_DEREF", "DELETE_DEREF"} if key else set()
    codes = _codes(function.__code__) if names else ()
    return any(i.opname in names and i.argval == key for code in codes for i in dis.get_instructions(code))
