"""Which callee a step reaches, where facts decide it.

Guarantee: the step does what it did before; what facts leave open stays open.
"""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, Instance, Known, List, Number, Tuple, widen
from srcad.library.register import chosen
from srcad.rules.register import lookup
from srcad.transform.analyses.effects import hashable
from srcad.transform.binding import call_method
from srcad.transform.helpers import Closure, Partial, is_user_object
from srcad.wengert import (
    CALL,
    Attribute,
    Augmented,
    Branch,
    Const,
    Merge,
    Method,
    SetAttribute,
    Step,
    identity,
    make_dict,
    make_list,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


IN_PLACE: dict[Any, Callable] = {
    getattr(operator, "i" + name.strip("_")): getattr(operator, name)
    for name in (
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "lshift",
        "rshift",
        "and_",
        "or_",
        "xor",
    )
}
"""The in-place functions of the operator module, and what they do to a value that cannot be written."""


def resolved(run: Specialiser, step: Step) -> Step:
    """The step with its callee decided as far as facts decide it."""
    callee = step.callee
    if callee is CALL:
        function = run.fact(step.operands[0])
        if isinstance(function, Partial) and "**" not in dict(step.keywords):
            named = dict(function.keywords) | dict(step.keywords)
            given = (function.function, *function.operands, *step.operands[1:])
            return resolved(run, replace(step, operands=given, keywords=tuple(named.items())))
        if isinstance(function, Known):
            return resolved(run, replace(step, callee=function.value, operands=step.operands[1:]))
    if isinstance(callee, functools.partial) and "**" not in dict(step.keywords):
        fixed = tuple(Const(a) for a in callee.args)
        named = {k: Const(v) for k, v in callee.keywords.items()} | dict(step.keywords)
        called = Step(step.targets, callee.func, fixed + step.operands, tuple(named.items()), step.site)
        return resolved(run, called)
    if isinstance(callee, Method) and is_operator(run, step):
        return resolved(run, replace(step, callee=getattr(operator, callee.name)))
    if step.targets and (callee is operator.setitem or callee is operator.delitem):
        run.step(replace(step, targets=()))
        return replace(step, callee=identity, operands=(Const(None),))
    if isinstance(callee, Attribute) and callee.name in _BYTES and isinstance(widen(run.fact(step.operands[0])), Array):
        raise UnsupportedError(
            f"the attribute {callee.name!r} of an array leads to its bytes, through which it could be changed unseen",
            "use views and functions of NumPy",
            step.site,
        )
    if isinstance(callee, Method) and (function := held_function(run, step)) is not None:
        return replace(step, callee=function, operands=step.operands[1:])
    if (function := method_with_rule(run, step)) is not None:
        return replace(step, callee=function)
    if callee in _PARTS and isinstance(widen(run.fact(step.operands[0])), Array):
        part = run.builder.step(Attribute(callee.name), step.operands[0], like=callee.name)
        return replace(step, callee=operator.setitem, operands=(part, Const(...), step.operands[1]))
    if isinstance(callee, Attribute) and isinstance(pair := run.fact(step.operands[0]), Tuple):
        fields = getattr(pair.type, "_fields", ())
        if callee.name in fields:
            operands = (step.operands[0], Const(fields.index(callee.name)))
            return replace(step, callee=operator.getitem, operands=operands)
    if (callee is operator.is_ or callee is operator.is_not) and all(isinstance(o, Const) for o in step.operands):
        value = callee(*(o.value for o in step.operands))  # such as `2 is None`, which warns where it is printed
        return replace(step, callee=identity, operands=(Const(value),))
    if (callee is list or callee is dict) and not step.operands and not step.keywords:
        return replace(step, callee=make_list if callee is list else make_dict)
    if isinstance(callee, np.ufunc) and "out" in dict(step.keywords):
        step = with_one_output(run, step)
    if callee is getattr and len(step.operands) == 2 and isinstance(name := run.fact(step.operands[1]), Known):
        return resolved(run, replace(step, callee=Attribute(name.value), operands=step.operands[:1]))
    if callee is operator.getitem and (program := of_subscript(run, step)) is not None:
        return replace(step, callee=program, operands=step.operands[1:])
    method = call_method(type(callee))
    if method is not None and is_user_object(callee):
        return replace(step, callee=method, operands=(Const(callee), *step.operands))
    if callee is functools.update_wrapper and isinstance(run.fact(step.operands[0]), Closure):
        return replace(step, callee=identity, operands=step.operands[:1], keywords=())  # it names the function
    if hashable(callee) and callee in IN_PLACE and is_immutable(run.fact(step.operands[0])):
        return replace(step, callee=IN_PLACE[callee])
    if isinstance(callee, Augmented) and isinstance(run.fact(step.operands[0]), (List, Dict)):
        return augmented_slot(run, step, callee)
    return step


def of_subscript(run: Specialiser, step: Step) -> Callable | None:
    """The program that stands for what an object of its own kind (`np.r_`) makes of subscripts."""
    owner = run.fact(step.operands[0])
    if not isinstance(owner, Known) or isinstance(owner.value, (str, bytes, tuple, range)):
        return None
    value = hashable(owner.value)
    return None if value is None else chosen(value, step.operands[1:], {}, run.fact)


_PARTS = (SetAttribute("real"), SetAttribute("imag"))
"""What stores into the real or the imaginary parts of an array."""

_BYTES = ("__array_interface__", "__array_struct__", "ctypes", "data")


def is_operator(run: Specialiser, step: Step) -> bool:
    """Whether a method of a number, an array or a container is called by the name that stands for an operator."""
    name = step.callee.name
    known = isinstance(widen(run.fact(step.operands[0])), (Number, Array, List, Dict))
    return known and name.startswith("__") and not step.keywords and callable(getattr(operator, name, None))


def bound_method(run: Specialiser, step: Step) -> Fact | None:
    """What is known of `c.append`, a method of a list, a dict or an array that is read and not called yet."""
    if not isinstance(step.callee, Attribute):
        return None
    name = step.callee.name
    match widen(run.fact(step.operands[0])):
        case List():
            kind: type = list
        case Dict(type=owner) if owner is dict:
            kind = dict
        case Array():
            kind = np.ndarray
        case _:
            return None
    return Partial(Const(Method(name)), step.operands, ()) if callable(getattr(kind, name, None)) else None


def held_function(run: Specialiser, step: Step) -> Callable | None:
    """The function that a method of a known ufunc or module is, or of another known object if it has a rule."""
    receiver = getattr(run.fact(step.operands[0]), "value", None) if step.operands else None
    if isinstance(receiver, (np.ufunc, types.ModuleType)):
        return getattr(receiver, step.callee.name, None)
    if receiver is None or isinstance(receiver, (str, bytes, bool, int, float, complex, tuple)):
        return None
    if not isinstance(getattr(type(receiver), step.callee.name, None), types.FunctionType):
        return None  # no method, or a property, which is not to be asked now
    held = getattr(receiver, step.callee.name)
    return held if hashable(held) and lookup(held) is not None else None


def with_one_output(run: Specialiser, step: Step) -> Step:
    """A ufunc with `out=` as an array, or without: NumPy takes a tuple as well, and None."""
    keywords = dict(step.keywords)
    match run.fact(keywords["out"]):
        case Known(value=None):
            del keywords["out"]
        case Tuple(items=(_,)):
            keywords["out"] = run.builder.step(operator.getitem, keywords["out"], Const(0))
        case Tuple() | Known():
            raise UnsupportedError(
                f"{step.callee.__name__} is given several arrays in out=",
                "leave out= out, and store each result",
                step.site,
            )
        case _:
            return step
    return replace(step, keywords=tuple(keywords.items()))


def dict_get(run: Specialiser, step: Step) -> bool:
    """Rewrites `d.get(k, default)` on a dict as the choice that it is; False if it is something else."""
    if (
        getattr(run.fact(step.operands[0]), "type", None) is not dict
        or len(step.targets) != 1
        or len(step.operands) < 2
    ):
        return False
    container, key, *rest = step.operands
    default = rest[0] if rest else Const(None)
    items = run.fact(container).items
    if items is not None and isinstance(run.fact(key), Known):
        found = run.fact(key).value in dict(items)
        callee, operands = (operator.getitem, (container, key)) if found else (identity, (default,))
        run.step(Step(step.targets, callee, operands, (), step.site))
        return True
    test, item = run.builder.names.fresh("t"), run.builder.names.fresh("t")
    contains = Step((test,), operator.contains, (container, key), (), step.site)
    then = (Step((item,), operator.getitem, (container, key), (), step.site),)
    run.nodes((contains, Branch(test, then, (), (Merge(step.target, item, default),), step.site)))
    return True


def is_immutable(fact: Fact) -> bool:
    """Whether `op=` on such a value rebinds the name."""
    return isinstance(fact, (Number, Tuple)) or isinstance(fact, Known) and not callable(fact.value)


def augmented_slot(run: Specialiser, step: Step, callee: Augmented) -> Step:
    """`c[i] op= v` on a list or dict: the item is updated, then stored."""
    container, index, value = step.operands
    old = run.builder.step(operator.getitem, container, index)
    update = resolved(run, Step((run.builder.names.fresh("t"),), callee.operation, (old, value), (), step.site))
    run.builder.append(update)
    return Step((), operator.setitem, (container, index, update.target), (), step.site)


def method_with_rule(run: Specialiser, step: Step) -> Callable | None:
    """The function that a method of an instance is, or a call of it, if something is registered of the function."""
    if not (isinstance(step.callee, Method) or step.callee is CALL) or not step.operands:
        return None
    match run.fact(step.operands[0]):
        case Known(value) if not isinstance(value, (type, types.FunctionType, types.ModuleType)):
            kind = type(value)
        case Instance(type=kind):
            pass
        case _:
            return None
    found = getattr(kind, "__call__" if step.callee is CALL else step.callee.name, None)
    return found if isinstance(found, types.FunctionType) and lookup(found) is not None else None
