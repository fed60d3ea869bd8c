"""What operators and builtin functions do with objects: they call special methods, in the order in which Python asks.

Guarantee: a step that is given an object of a class written in Python becomes the call that Python would make; or it
is left as it is, where Python itself makes no call that could hand on a derivative (`is`, a test of truth, the
comparison that a dataclass generates, an operator that the class does not have); or it is refused.

After the data model of the Python language reference, "Special method names": a method that returns NotImplemented
leaves the operation to the other operand, and a subclass on the right is asked first.
"""

from __future__ import annotations

import builtins
import cmath
import dataclasses
import math
import operator
import types
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, Known, Tuple
from srcad.library.iteration import next_or
from srcad.objects import MISSING, Field, static_attribute
from srcad.transform.helpers import Rewriting
from srcad.wengert import Branch, Const, Guard, Operand, Step, callee_name, identity, raise_error

_ARITHMETIC: dict[Any, str] = {
    operator.add: "add",
    operator.sub: "sub",
    operator.mul: "mul",
    operator.truediv: "truediv",
    operator.floordiv: "floordiv",
    operator.mod: "mod",
    operator.pow: "pow",
    operator.matmul: "matmul",
    operator.lshift: "lshift",
    operator.rshift: "rshift",
    operator.and_: "and",
    operator.or_: "or",
    operator.xor: "xor",
    builtins.divmod: "divmod",
    builtins.pow: "pow",
}
_COMPARISONS = {"lt": "gt", "le": "ge", "eq": "eq", "ne": "ne", "gt": "lt", "ge": "le"}

BINARY: dict[Any, tuple[str, str]] = {
    **{callee: (f"__{name}__", f"__r{name}__") for callee, name in _ARITHMETIC.items()},
    **{getattr(operator, name): (f"__{name}__", f"__{other}__") for name, other in _COMPARISONS.items()},
}
"""Callees that ask the left operand, and then the right one by another name."""

_REFLEXIVE = frozenset(getattr(operator, name) for name in _COMPARISONS)
"""Callees that ask the right operand even if it is of the same class."""

IN_PLACE: dict[Any, Any] = {
    getattr(operator, f"i{name}"): callee
    for callee, name in _ARITHMETIC.items()
    if hasattr(operator, f"i{name}") and callee is not builtins.pow
}
"""The in-place operators, which ask for `__iadd__` and its like first."""

UNARY: dict[Any, tuple[str, ...]] = {
    operator.neg: ("__neg__",),
    operator.pos: ("__pos__",),
    operator.abs: ("__abs__",),
    operator.invert: ("__invert__",),
    builtins.abs: ("__abs__",),
    builtins.float: ("__float__",),
    builtins.complex: ("__complex__", "__float__"),
    builtins.len: ("__len__",),
    builtins.round: ("__round__",),
    builtins.reversed: ("__reversed__",),
    builtins.next: ("__next__",),
    math.floor: ("__floor__",),
    math.ceil: ("__ceil__",),
    math.trunc: ("__trunc__",),
    operator.getitem: ("__getitem__",),
    operator.setitem: ("__setitem__",),
    operator.delitem: ("__delitem__",),
    operator.contains: ("__contains__",),
}
"""Callees that call a method of their first operand, the first of these that there is."""


def class_of(fact: Fact) -> type | None:
    """The class of an object, or of a named tuple with methods; None for everything else."""
    match fact:
        case Dict(type=kind) if kind is not dict:
            return kind
        case Tuple(type=kind) if kind is not tuple:
            return kind
    return None


def dispatched(run: Rewriting, step: Step) -> Step | None:
    """The step that does what an operator or builtin does with the objects it is given; None if that is done."""
    callee = step.callee
    if isinstance(callee, np.ufunc):
        return _refused_by_numpy(run, step)
    if not isinstance(callee, types.BuiltinFunctionType | type):
        return step
    kinds = [class_of(run.fact(o)) for o in step.operands]
    if not any(kinds):
        return step
    if callee in IN_PLACE:
        return _in_place(run, step, kinds[0])
    if callee in BINARY and len(step.operands) == 2:
        return _binary(run, step)
    if callee is builtins.next and len(step.operands) > 1:
        return replace(step, callee=next_or)
    if callee is builtins.pow and kinds[0] is not None:
        return _asked(run, step, [(kinds[0], "__pow__", step.operands)])
    if callee in UNARY and (kind := kinds[0]) is not None and not _is_slot(step):
        names = [name for name in UNARY[callee] if _is_written(kind, name)]
        return _asked(run, step, [(kind, name, step.operands) for name in names[:1]])
    if callee in _OF_FLOATS:
        return _of_floats(run, step, kinds)
    return step


def _is_slot(step: Step) -> bool:
    """Whether a subscript stands for an attribute."""
    return len(step.operands) > 1 and isinstance(getattr(step.operands[1], "value", None), Field)


# ---------------------------------------------------------------------------------------------- two operands


def _in_place(run: Rewriting, step: Step, kind: type | None) -> Step | None:
    """`x op= y`: what `__iop__` returns, or else `x op y`."""
    plain = IN_PLACE[step.callee]
    name = f"__i{_ARITHMETIC[plain]}__"
    otherwise = replace(step, callee=plain)
    if kind is None or not _is_written(kind, name):
        return _binary(run, otherwise) if otherwise.callee in BINARY else otherwise
    found = _asked(run, step, [(kind, name, step.operands)])
    return otherwise if found is step else found


Candidate = tuple[type, str, tuple[Operand, ...]]
"""A class, the name of its method to be asked, and the operands of the call."""


def _binary(run: Rewriting, step: Step) -> Step | None:
    """`x op y`: the left operand is asked, and then the right one; a subclass on the right first."""
    left, right = map(run.fact, step.operands)
    one, other = class_of(left), class_of(right)
    name, swapped = BINARY[step.callee]
    candidates: list[Candidate] = []
    if one is not None and _is_written(one, name):
        candidates.append((one, name, step.operands))
    if other is not None and (other is not one or step.callee in _REFLEXIVE) and _is_written(other, swapped):
        overrides = one is None or static_attribute(other, swapped) is not static_attribute(one, swapped)
        is_first = one is not None and other is not one and issubclass(other, one) and overrides
        candidates.insert(0 if is_first else len(candidates), (other, swapped, step.operands[::-1]))
    if one is None and not _defers(step, left, right):
        return step
    return _asked(run, step, candidates)


def _defers(step: Step, left: Fact, right: Fact) -> bool:
    """Whether a left operand that is no object leaves an operation to the object on the right.

    Raises where NumPy would take the object for an item of arrays.
    """
    if left == fa.UNKNOWN or fa.is_text(left):
        return False  # it may be an object too, and more is known of it later; texts are formatted by themselves
    kind = class_of(right)
    if kind is None or issubclass(kind, tuple) or not isinstance(fa.widen(left), Array):
        return True
    if static_attribute(kind, "__array_ufunc__") is None:
        return True
    name, swapped = BINARY[step.callee]
    raise UnsupportedError(
        f"which method computes this {callee_name(step.callee)} with an object of class {kind.__name__} is not known",
        f"give the class the methods {name} and {swapped}, and `__array_ufunc__ = None`, or call a method by name",
        step.site,
    )


# -------------------------------------------------------------------------------------------------- asking


def _is_written(kind: type, name: str) -> bool:
    """Whether a class has a method that is written in Python, by hand."""
    method = static_attribute(kind, name)
    if not isinstance(method, types.FunctionType):
        return False
    owner = next(base for base in kind.__mro__ if name in vars(base))
    return not (dataclasses.is_dataclass(owner) and method.__code__.co_filename == "<string>")


def _asked(run: Rewriting, step: Step, candidates: Iterable[Candidate]) -> Step | None:
    """The call of the first method that does not leave the operation to the others; the step itself if all do."""
    for kind, name, operands in candidates:
        method = static_attribute(kind, name)
        if not isinstance(method, types.FunctionType):
            return step
        run.guards.append(Guard(kind, name, method))
        call = replace(step, callee=method, operands=operands)
        if not _may_decline(method) or not step.targets:
            return call
        answer = run.builder.names.fresh("t")
        run.step(replace(call, targets=(answer,)))
        result = run.use(answer)
        if run.fact(result) == _DECLINED:
            continue
        if run.fact(result) == fa.UNKNOWN:
            _refuse_declined(run, call, kind, result)
        return replace(step, callee=identity, operands=(result,), keywords=())
    return step


_DECLINED = Known(NotImplemented)


def _may_decline(method: types.FunctionType) -> bool:
    """Whether a method names NotImplemented, or hands the question on to a class further up."""
    return not {"NotImplemented", "super"}.isdisjoint(method.__code__.co_names)


def _refuse_declined(run: Rewriting, call: Step, kind: type, answer: Operand) -> None:
    """Raises when the program runs if a method returned NotImplemented, and who is asked next was not foreseen."""
    declined, error = run.builder.names.fresh("t"), run.builder.names.fresh("t")
    message = Const(f"{kind.__name__}.{call.callee.__name__} returned NotImplemented for a value of unknown class")
    raising = (Step((error,), TypeError, (message,), (), call.site), Step((), raise_error, (error,), (), call.site))
    run.step(Step((declined,), operator.is_, (answer, Const(NotImplemented)), (), call.site))
    run.nodes((Branch(declined, raising, (), (), call.site),))


# ------------------------------------------------------------------------------------- functions of numbers

_OF_FLOATS: frozenset[Callable] = frozenset(
    function
    for module in (math, cmath)
    for name, function in vars(module).items()
    if callable(function) and name not in ("dist", "fsum", "prod", "sumprod", "gcd", "lcm", "comb", "perm", "isqrt")
)
"""Functions that ask an object for a float."""


def _of_floats(run: Rewriting, step: Step, kinds: list[type | None]) -> Step | None:
    """`math.sin(x)` of an object, which is that of `float(x)`."""
    asked = [kind is not None and _is_written(kind, "__float__") for kind in kinds]
    operands = list(step.operands)
    for i, operand in enumerate(step.operands):
        if asked[i]:
            operands[i] = run.builder.names.fresh("t")
            run.step(Step((str(operands[i]),), builtins.float, (operand,), (), step.site))
    return replace(step, operands=tuple(operands)) if any(asked) else step


def _refused_by_numpy(run: Rewriting, step: Step) -> Step:
    """Raises for a function of NumPy that is given an object, of which it would make an array of objects."""
    for operand in step.operands:
        kind = class_of(run.fact(operand))
        if kind is not None and not issubclass(kind, tuple) and static_attribute(kind, "__array__") is MISSING:
            raise UnsupportedError(
                f"{callee_name(step.callee)} is given an object of class {kind.__name__}, whose methods it would call",
                "call a method of the object by name, or give it the array that the object holds",
                step.site,
            )
    return step
