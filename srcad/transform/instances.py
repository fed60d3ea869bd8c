"""Objects in the program: what a step on an object comes to, once facts tell the class.

Guarantee: a step on an object of known class is rewritten into what Python would do: a read or store of a slot
(`getitem`, `setitem` with a `Field` as the key), or a call of the function that the class has for it.  What is found in
a class leaves a guard, so that a later change of the class is noticed.  What cannot be decided stays as it is, and an
operator that would have to look for the method while running is refused.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import operator
import types
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Dict, Fact, Known, Tuple
from srcad.library import register as library
from srcad.objects import (
    MISSING,
    Capturing,
    Field,
    fields_of,
    generated_init,
    is_frozen,
    is_object_class,
    is_slot,
    static_attribute,
)
from srcad.transform import reflection, special, standins
from srcad.transform.copying import COPYING, copied
from srcad.transform.helpers import Partial, Rewriting, Super
from srcad.transform.special import class_of
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


def reads(callee: Any) -> bool:
    """Whether a callee reads an attribute."""
    return callee is getattr or isinstance(callee, Attribute)


def rewritten(run: Rewriting, step: Step) -> Step | None:
    """The step that does what this one does; None if that is done already."""
    callee = step.callee
    if (kind := library.stand_in(callee)) is not None and run.within.isdisjoint(step.targets):
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
    if (capturing := _capturing(run, first)) is not None and callee is CALL:
        slots = tuple(zip(capturing.names, first.operands, strict=True))  # type: ignore[attr-defined]
        return construct(run, replace(step, operands=step.operands[1:]), capturing.kind, slots)
    if callee is isinstance and len(step.operands) == 2:
        if (capturing := _capturing(run, run.fact(step.operands[1]))) is not None:
            return replace(step, operands=(step.operands[0], Const(capturing.kind)))
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
        return special.dispatched(run, step)
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
    return special.dispatched(run, step)


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
    if isinstance(kind, enum.EnumMeta) and name in kind.__members__:
        if isinstance(step.callee, Method):
            return replace(step, callee=kind[name], operands=step.operands[1:])
        return replace(step, callee=identity, operands=(Const(kind[name]),))
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


def augmented(run: Rewriting, step: Step, kind: type) -> Step | None:
    """`x[i] op= v` on an object that has `__getitem__` and `__setitem__`."""
    owner, index, value = step.operands
    old, new = run.builder.names.fresh("t"), run.builder.names.fresh("t")
    run.step(Step((old,), operator.getitem, (owner, index), (), step.site))
    run.step(Step((new,), step.callee.operation, (old, value), (), step.site))
    run.step(Step((), operator.setitem, (owner, index, new), (), step.site))
    return None


# ------------------------------------------------------------------------------------------- constructing


def _capturing(run: Rewriting, fact: Fact) -> Capturing | None:
    """The class defined in the program, with the variables that it captures."""
    if not isinstance(fact, Partial):
        return None
    made = run.fact(fact.function)
    return made.value if isinstance(made, Known) and isinstance(made.value, Capturing) else None


def construct(run: Rewriting, step: Step, kind: type, captured: tuple[tuple[str, Operand], ...] = ()) -> Step | None:
    """`Class(...)`: a new instance, and its `__init__`."""
    kept = tuple(o for name, operand in captured for o in (Const(Capturing.slot(name)), operand))
    made_by = generated_init(kind)
    target = step.targets[0] if step.targets else run.builder.names.fresh("t")
    if static_attribute(kind, "__new__") is not MISSING and kind.__new__ is not object.__new__:
        return step
    if made_by is not None:
        slots = bound_fields(run, step, made_by)
        if slots is None:
            return step
        pairs = tuple(o for name, operand in slots.items() for o in (Const(Field(name)), operand))
        append_noted(run, Step((target,), make_object, (Const(kind), *pairs, *kept), (), step.site))
        post = static_attribute(kind, "__post_init__")
        if isinstance(post, types.FunctionType):
            run.step(Step((), post, (target,), (), step.site))
        return None
    append_noted(run, Step((target,), make_object, (Const(kind), *kept), (), step.site))
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
