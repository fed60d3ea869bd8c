"""Objects in the program: what a step on an object comes to, once facts tell the class.

Guarantee: a step on an object of known class is rewritten into what Python would do: a read or store of a slot
(`getitem`, `setitem` with a `Field` as the key), or a call of the function that the class has for it.  What is found in
a class leaves a guard, so that a later change of the class is noticed.  What cannot be decided stays as it is, and an
operator that would have to look for the method while running is refused.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import types
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Dict, Fact, Known, Number, Tuple
from srcad.library import register as library
from srcad.objects import (
    MISSING,
    Field,
    fields_of,
    generated_init,
    is_frozen,
    is_object_class,
    is_slot,
    static_attribute,
)
from srcad.transform import reflection, standins
from srcad.transform.copying import COPYING, copied
from srcad.transform.helpers import Partial, Rewriting, Super
from srcad.wengert import (
    CALL,
    Attribute,
    Augmented,
    Capture,
    Const,
    Guard,
    Method,
    Operand,
    SetAttribute,
    Step,
    identity,
    make_named_tuple,
    make_object,
)

BINARY = {
    operator.add: "add",
    operator.sub: "sub",
    operator.mul: "mul",
    operator.truediv: "truediv",
    operator.floordiv: "floordiv",
    operator.mod: "mod",
    operator.pow: "pow",
    operator.matmul: "matmul",
}
"""Operators that ask the left operand, then the right one; in place they ask for `__iadd__` and its like first."""

UNARY: dict[Any, str] = {
    operator.neg: "__neg__",
    operator.pos: "__pos__",
    operator.abs: "__abs__",
    abs: "__abs__",
    float: "__float__",
    len: "__len__",
    operator.getitem: "__getitem__",
    operator.setitem: "__setitem__",
    operator.delitem: "__delitem__",
    operator.contains: "__contains__",
    round: "__round__",
}
"""Callees that call a method of their first operand."""

_INPLACE = {getattr(operator, "i" + name): (function, name) for function, name in BINARY.items()}


def class_of(fact: Fact) -> type | None:
    """The class of an object, or of a named tuple with methods; None for everything else."""
    match fact:
        case Dict(type=kind) if kind is not dict:
            return kind
        case Tuple(type=kind) if kind is not tuple:
            return kind
    return None


def reads(callee: Any) -> bool:
    """Whether a callee reads an attribute."""
    return callee is getattr or isinstance(callee, Attribute)


def rewritten(run: Rewriting, step: Step) -> Step | None:
    """The step that does what this one does; None if that is done already."""
    callee = step.callee
    if (kind := library.stand_in(callee)) is not None:
        return replace(step, callee=kind)
    if (told := standins.told(step, run.fact)) is not None:
        return replace(step, callee=identity, operands=(told,))
    if isinstance(callee, type) and is_object_class(callee):
        return construct(run, step, callee)
    if isinstance(callee, type) and issubclass(callee, tuple) and hasattr(callee, "_fields"):
        return named_tuple(step, callee)
    if not step.operands:
        return step
    first = run.fact(step.operands[0])
    if isinstance(first, Super):
        return of_super(run, step, first)
    if callee is super and len(step.operands) == 2 and isinstance(first, Known):
        run.builder.append(step, Super(first.value, step.operands[1]))
        return None
    if callee is CALL and isinstance(first, Known) and isinstance(first.value, type):
        return rewritten(run, replace(step, callee=first.value, operands=step.operands[1:]))
    if isinstance(first, Known) and isinstance(first.value, type) and isinstance(callee, (Attribute, Method)):
        return class_member(run, step, first.value)
    kind = class_of(first)
    if isinstance(first, Known) and isinstance(first.value, types.ModuleType) and reads(callee):
        return reflection.of_module(run, step, first.value)
    if callee in COPYING:
        return copied(run, step)
    if callee in reflection.BY_NAME and kind is not None and not fa.may_be_none(first):
        return reflection.BY_NAME[callee](run, step)
    if kind is None:
        return reflected(run, step)
    match callee:
        case Attribute(name):
            return attribute(run, step, first, kind, name)
        case SetAttribute(name):
            return set_attribute(run, step, kind, name)
        case Method(name):
            return method(run, step, first, kind, name)
    if callee is CALL:
        return calling(run, step, kind, "__call__", step.operands) or step
    if isinstance(callee, Augmented):
        return augmented(run, step, kind)
    return operation(run, step, kind)


# ---------------------------------------------------------------------------------------------- attributes


def attribute(run: Rewriting, step: Step, fact: Fact, kind: type, name: str) -> Step | None:
    """Reading an attribute: a property, a slot, a method, or what the class holds, in this order."""
    member = static_attribute(kind, name)
    owner = step.operands[0]
    if isinstance(member, property):
        return called(run, step, kind, name, member.fget, (owner,)) or step
    if name == "__class__":
        return replace(step, callee=identity, operands=(Const(kind),))
    if not isinstance(fact, Dict):
        return step
    if isinstance(member, functools.cached_property) and len(step.targets) == 1:
        reflection.cached(run, step, member, name)
        return None
    if not is_slot(member) and member is not MISSING:
        return step
    known = fact.items if fact.items is not None else fact.slots
    names = {k for k, _ in known} if known is not None else None
    if names is not None and name not in names and member is not MISSING:
        return of_class(run, step, kind, name, member)
    if names is not None and name not in names:  # an AttributeError, unless more is known of the object later
        append_noted(run, replace(step, callee=rt.attribute, operands=(owner, Const(name))))
        return None
    result = None
    if known is not None and fact.items is None and member is not MISSING and not isinstance(member, _SLOT):
        result = fa.join(dict(known)[name], fa.fact_of(member, ("class", kind, name)))  # it may not be set yet
    run.builder.append(replace(step, callee=operator.getitem, operands=(owner, Const(Field(name)))), result)
    run.note_containers(run.builder.steps[-1])
    return None


_SLOT = types.MemberDescriptorType


def of_class(run: Rewriting, step: Step, kind: type, name: str, member: Any) -> Step | None:
    """What the class holds for its instances: a method bound to the object, or a value."""
    owner = step.operands[0]
    if isinstance(member, types.FunctionType):
        run.builder.append(step, Partial(Const(guarded(run, kind, name, member)), (owner,), ()))
        return None
    if isinstance(member, staticmethod):
        guarded(run, kind, name, member)
        return replace(step, callee=identity, operands=(Const(member.__func__),))
    if isinstance(member, classmethod):
        guarded(run, kind, name, member)
        run.builder.append(step, Partial(Const(member.__func__), (Const(kind),), ()))
        return None
    if hasattr(type(member), "__get__"):
        return step
    return replace(step, callee=identity, operands=(captured(run, Capture(name, kind, name)),))


def captured(run: Rewriting, capture: Capture) -> str:
    """The name in the list of a variable outside."""
    key = (id(capture.scope), capture.key)
    if key not in run.captured:
        fresh = run.builder.names.fresh(capture.name)
        run.captured[key] = fresh
        run.captures.append(replace(capture, name=fresh))
        run.facts[fresh] = fa.fact_of(capture.read(), ("captured", fresh))
    return run.captured[key]


def guarded(run: Rewriting, kind: type, name: str, member: Any) -> Any:
    """What a class holds under a name, guarded against being replaced."""
    run.guards.append(Guard(kind, name, member))
    return member


def set_attribute(run: Rewriting, step: Step, kind: type, name: str) -> Step | None:
    """Writing an attribute: a property's setter, or the slot."""
    member = static_attribute(kind, name)
    owner, value = step.operands
    if isinstance(member, property):
        return called(run, step, kind, name, member.fset, (owner, value)) or step
    if is_frozen(kind) or not (member is MISSING or is_slot(member)):
        return step
    return replace(step, callee=operator.setitem, operands=(owner, Const(Field(name)), value))


# ------------------------------------------------------------------------------------------------- calls


def called(run: Rewriting, step: Step, kind: type, name: str, function: Any, operands: tuple) -> Step | None:
    """The call of a function that a class holds; None if it is not written in Python."""
    if not isinstance(function, types.FunctionType):
        return None
    run.guards.append(Guard(kind, name, static_attribute(kind, name)))
    return replace(step, callee=function, operands=operands)


def method(run: Rewriting, step: Step, fact: Fact, kind: type, name: str) -> Step | None:
    """`x.name(...)`."""
    member = static_attribute(kind, name)
    in_slot = isinstance(fact, Dict) and name in {k for k, _ in (fact.items or fact.slots or ())}
    if name == "__class__":
        return replace(step, callee=kind, operands=step.operands[1:])
    if isinstance(fact, Tuple) and name == "_replace":
        return replaced_fields(run, step, fact)
    if in_slot and (member is MISSING or is_slot(member)) or isinstance(member, property):
        return through_attribute(run, step, name)
    if isinstance(member, staticmethod):
        return called(run, step, kind, name, member.__func__, step.operands[1:]) or step
    if isinstance(member, classmethod):
        return called(run, step, kind, name, member.__func__, (Const(kind), *step.operands[1:])) or step
    return called(run, step, kind, name, member, step.operands) or step


def class_member(run: Rewriting, step: Step, kind: type) -> Step:
    """An attribute or method of a class itself."""
    name = step.callee.name
    member = static_attribute(kind, name)
    if isinstance(step.callee, Method) and isinstance(member, types.ClassMethodDescriptorType):
        return replace(step, callee=getattr(kind, name), operands=step.operands[1:])
    if isinstance(step.callee, Method) and isinstance(member, types.MethodDescriptorType):
        return replace(step, operands=step.operands[1:])
    if not is_object_class(kind) or member is MISSING:
        return step
    if isinstance(step.callee, Method):
        if isinstance(member, classmethod):
            return called(run, step, kind, name, member.__func__, step.operands) or step
        function = member.__func__ if isinstance(member, staticmethod) else member
        return called(run, step, kind, name, function, step.operands[1:]) or step
    if isinstance(member, types.FunctionType):
        return replace(step, callee=identity, operands=(Const(guarded(run, kind, name, member)),))
    if hasattr(type(member), "__get__"):
        return step
    return replace(step, callee=identity, operands=(captured(run, Capture(name, kind, name)),))


def through_attribute(run: Rewriting, step: Step, name: str) -> Step:
    """A call of what an attribute holds."""
    function = run.builder.names.fresh(name)
    run.step(Step((function,), Attribute(name), step.operands[:1], (), step.site))
    return replace(step, callee=CALL, operands=(run.use(function), *step.operands[1:]))


def calling(run: Rewriting, step: Step, kind: type, name: str, operands: tuple) -> Step | None:
    """The call of a special method; None if the class has none that is written in Python."""
    return called(run, step, kind, name, static_attribute(kind, name), operands)


def of_super(run: Rewriting, step: Step, fact: Super) -> Step | None:
    """A method of a class further up."""
    bound = run.fact(fact.self)
    if isinstance(bound, Known) and isinstance(bound.value, type):
        kind = bound.value
    else:
        found = class_of(bound)
        if found is None:
            return step
        kind = found
    if not isinstance(step.callee, Method):
        return step
    for base in kind.__mro__[kind.__mro__.index(fact.after) + 1 :]:
        member = vars(base).get(step.callee.name, MISSING)
        if isinstance(member, types.FunctionType):
            return called(run, step, base, step.callee.name, member, (fact.self, *step.operands[1:]))
        if isinstance(member, classmethod):
            first = fact.self if isinstance(bound, Known) else Const(kind)
            return called(run, step, base, step.callee.name, member.__func__, (first, *step.operands[1:]))
        if isinstance(member, staticmethod):
            return called(run, step, base, step.callee.name, member.__func__, step.operands[1:])
        if base is object and step.callee.name in ("__init__", "__init_subclass__"):
            return replace(step, callee=identity, operands=(Const(None),)) if step.targets else None
        if member is not MISSING:
            return step
    return step


# ---------------------------------------------------------------------------------------------- operators


def operation(run: Rewriting, step: Step, kind: type) -> Step | None:
    """An operator or builtin whose first operand is an object."""
    callee = step.callee
    if not isinstance(callee, types.BuiltinFunctionType | type):
        return step
    if callee in UNARY and not (len(step.operands) > 1 and isinstance(getattr(step.operands[1], "value", None), Field)):
        return calling(run, step, kind, UNARY[callee], step.operands) or step
    if callee in _INPLACE:
        plain, name = _INPLACE[callee]
        found = calling(run, step, kind, f"__i{name}__", step.operands)
        return found or rewritten(run, replace(step, callee=plain))
    if callee in BINARY and len(step.operands) == 2:
        name = f"__{BINARY[callee]}__"
        if isinstance(static_attribute(kind, name), types.FunctionType):
            return calling(run, step, kind, name, step.operands)
        if kind is not tuple and issubclass(kind, tuple):
            return step
        return reflected(run, step)
    return step


def reflected(run: Rewriting, step: Step) -> Step | None:
    """A binary operator whose second operand is an object, which the first one leaves it to."""
    callee = _INPLACE[step.callee][0] if step.callee in _INPLACE else step.callee
    if not isinstance(callee, types.BuiltinFunctionType) or callee not in BINARY or len(step.operands) != 2:
        return step
    left, right = map(run.fact, step.operands)
    kind = class_of(right)
    if kind is None or issubclass(kind, tuple):
        return step
    name = f"__r{BINARY[callee]}__"
    defers = isinstance(fa.widen(left), Number) or class_of(left) is not None
    if defers or static_attribute(kind, "__array_ufunc__") is None:
        found = calling(run, step, kind, name, (step.operands[1], step.operands[0]))
        if found is not None:
            return found
    if left == fa.UNKNOWN:
        return step  # it may be an object too; more is known of it later
    raise UnsupportedError(
        f"which method computes this {BINARY[callee]} with an object of class {kind.__name__} is not known",
        f"give the class the methods __{BINARY[callee]}__ and {name}, or call a method by name",
        step.site,
    )


def augmented(run: Rewriting, step: Step, kind: type) -> Step | None:
    """`x[i] op= v` on an object that has `__getitem__` and `__setitem__`."""
    owner, index, value = step.operands
    old, new = run.builder.names.fresh("t"), run.builder.names.fresh("t")
    run.step(Step((old,), operator.getitem, (owner, index), (), step.site))
    run.step(Step((new,), step.callee.operation, (old, value), (), step.site))
    run.step(Step((), operator.setitem, (owner, index, new), (), step.site))
    return None


# ------------------------------------------------------------------------------------------- constructing


def construct(run: Rewriting, step: Step, kind: type) -> Step | None:
    """`Class(...)`: a new instance, and its `__init__`."""
    made_by = generated_init(kind)
    target = step.targets[0] if step.targets else run.builder.names.fresh("t")
    if static_attribute(kind, "__new__") is not MISSING and kind.__new__ is not object.__new__:
        return step
    if made_by is not None:
        slots = bound_fields(run, step, made_by)
        if slots is None:
            return step
        pairs = tuple(o for name, operand in slots.items() for o in (Const(Field(name)), operand))
        append_noted(run, Step((target,), make_object, (Const(kind), *pairs), (), step.site))
        post = static_attribute(kind, "__post_init__")
        if isinstance(post, types.FunctionType):
            run.step(Step((), post, (target,), (), step.site))
        return None
    append_noted(run, Step((target,), make_object, (Const(kind),), (), step.site))
    init = static_attribute(kind, "__init__")
    if isinstance(init, types.FunctionType):
        run.guards.append(Guard(kind, "__init__", init))
        run.step(Step((), init, (target, *step.operands), step.keywords, step.site))
    return None


def append_noted(run: Rewriting, step: Step) -> None:
    """Appends a step that makes a container."""
    run.builder.append(step)
    run.note_containers(step)


def bound_fields(run: Rewriting, step: Step, kind: type) -> dict[str, Operand] | None:
    """The operands of a dataclass's generated `__init__` by field; None if the call does not fit."""
    fields = fields_of(kind)
    if any(f._field_type is not dataclasses._FIELD for f in kind.__dataclass_fields__.values()):  # type: ignore[attr-defined]
        return None  # InitVar and ClassVar
    given = list(step.operands)
    named = dict(step.keywords)
    found: dict[str, Operand] = {}
    for field in fields:
        if field.init and given and not field.kw_only:
            found[field.name] = given.pop(0)
        elif field.init and field.name in named:
            found[field.name] = named.pop(field.name)
        elif field.default is not dataclasses.MISSING:
            found[field.name] = captured(run, Capture(field.name, kind, field.name))
        elif field.default_factory is not dataclasses.MISSING:
            found[field.name] = made = run.builder.names.fresh(field.name)
            run.step(Step((made,), field.default_factory, (), (), step.site))
            found[field.name] = run.use(made)
        elif field.init:
            return None
    return None if given or named else found


def named_tuple(step: Step, kind: Any) -> Step:
    """`NamedTuple(...)`."""
    names, named = kind._fields, dict(step.keywords)
    missing = names[len(step.operands) :]
    if len(step.operands) > len(names) or any(n not in named and n not in kind._field_defaults for n in missing):
        return step
    if any(name not in missing for name in named):
        return step
    rest = tuple(named[n] if n in named else Const(kind._field_defaults[n]) for n in missing)
    return replace(step, callee=make_named_tuple, operands=(Const(kind), *step.operands, *rest), keywords=())


def replaced_fields(run: Rewriting, step: Step, fact: Tuple) -> Step:
    """`named_tuple._replace(...)`."""
    named = dict(step.keywords)
    names = fact.type._fields  # type: ignore[attr-defined]
    if len(step.operands) > 1 or any(name not in names for name in named):
        return step
    items = []
    for i, name in enumerate(names):
        items.append(named.get(name) or run.builder.step(operator.getitem, step.operands[0], Const(i), like=name))
    return replace(step, callee=make_named_tuple, operands=(Const(fact.type), *items), keywords=())
