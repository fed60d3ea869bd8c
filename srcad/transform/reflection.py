"""Functions that look into objects by name: getattr, setattr, hasattr, delattr, and those of `dataclasses`.

Guarantee: a call whose attributes are named by constants is rewritten into the reads and stores that it comes to.
Whether an object has an attribute at this moment is asked of the object where it is not known.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import operator
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from srcad.facts import Dict, Fact, List, Tuple
from srcad.objects import MISSING, Field, is_frozen, is_plain_slot, static_attribute
from srcad.transform.analyses import effects
from srcad.transform.helpers import Rewriting
from srcad.transform.lower.outside import member, must_be_guarded
from srcad.wengert import (
    Attribute,
    Branch,
    Const,
    Guard,
    Merge,
    Node,
    Operand,
    SetAttribute,
    Step,
    identity,
    make_dict,
    make_list,
    make_named_tuple,
    make_tuple,
)


def name_in(run: Rewriting, operand: Operand) -> str | None:
    """The name that an operand states, if it states one."""
    name = getattr(run.fact(operand), "value", None)
    return name if isinstance(name, str) else None


def attributes_of(fact: Fact) -> set[str] | None:
    """The names of all attributes that an object itself may have; None if they are not known."""
    if not isinstance(fact, Dict):
        return None
    known = fact.items if fact.items is not None else fact.slots
    return None if known is None else {name for name, _ in known}


def if_there(run: Rewriting, step: Step, owner: Operand, name: str, nodes: tuple[Node, ...], value: Operand) -> None:
    """The attribute of an object that may have it; else what `nodes` give as `value`."""
    test, item = run.builder.names.fresh("t"), run.builder.names.fresh(name)
    key = Const(Field(name))
    contains = Step((test,), operator.contains, (owner, key), (), step.site)
    read = Step((item,), operator.getitem, (owner, key), (), step.site)
    run.nodes((contains, Branch(test, (read,), nodes, (Merge(step.target, item, value),), step.site)))


def _getattr(run: Rewriting, step: Step) -> Step | None:
    owner, _, *otherwise = step.operands
    name, fact = name_in(run, step.operands[1]), run.fact(owner)
    if name is None or step.keywords or len(step.targets) != 1:
        return step
    names = attributes_of(fact)
    if otherwise and isinstance(fact, Dict) and static_attribute(fact.type, name) is MISSING:
        if names is None:
            return step
        if name not in names:
            return replace(step, callee=identity, operands=(otherwise[0],))
        if fact.items is None:
            if not is_plain_slot(fact.type, name):
                return step
            if_there(run, step, owner, name, (), otherwise[0])
            return None
    return replace(step, callee=Attribute(name), operands=(owner,))


def of_module(run: Rewriting, step: Step, module: types.ModuleType) -> Step:
    """`getattr(module, name)` or `module.name`: what the module holds now, guarded against being replaced."""
    name = name_in(run, step.operands[1]) if step.callee is getattr else step.callee.name
    found = member(module, name) if name is not None else None
    if found is None:
        return step
    if must_be_guarded(module, found):
        run.guards.append(Guard(vars(module), name, found.value))
    return replace(step, callee=identity, operands=(found,))


def _setattr(run: Rewriting, step: Step) -> Step:
    name = name_in(run, step.operands[1])
    if name is None or len(step.operands) != 3 or step.targets:
        return step
    return replace(step, callee=SetAttribute(name), operands=(step.operands[0], step.operands[2]))


def _hasattr(run: Rewriting, step: Step) -> Step:
    fact, name = run.fact(step.operands[0]), name_in(run, step.operands[1])
    names = attributes_of(fact)
    if not isinstance(fact, Dict) or names is None or name is None:
        return step
    in_class = static_attribute(fact.type, name)
    if in_class is not MISSING and not isinstance(in_class, types.MemberDescriptorType):
        return step if isinstance(in_class, property) else replace(step, callee=identity, operands=(Const(True),))
    if name not in names or fact.items is not None:
        return replace(step, callee=identity, operands=(Const(name in names),))
    if not is_plain_slot(fact.type, name):
        return step
    return replace(step, callee=operator.contains, operands=(step.operands[0], Const(Field(name))))


def _delattr(run: Rewriting, step: Step) -> Step:
    fact, name = run.fact(step.operands[0]), name_in(run, step.operands[1])
    if not isinstance(fact, Dict) or name is None or not is_plain_slot(fact.type, name) or is_frozen(fact.type):
        return step
    return replace(step, callee=operator.delitem, operands=(step.operands[0], Const(Field(name))))


def cached(run: Rewriting, step: Step, member: functools.cached_property, name: str) -> None:
    """A cached property: what was stored under its name, or else the result of the function, which is stored."""
    (owner,) = step.operands
    made = run.builder.names.fresh(name)
    call = Step((made,), member.func, (owner,), (), step.site)
    store = Step((), operator.setitem, (owner, Const(Field(name)), made), (), step.site)
    if_there(run, step, owner, name, (call, store), made)


# ------------------------------------------------------------------------------------------------ dataclasses


def _replace(run: Rewriting, step: Step) -> Step:
    fact, named = run.fact(step.operands[0]), dict(step.keywords)
    if (
        len(step.operands) != 1
        or not isinstance(fact, Dict)
        or "**" in named
        or not dataclasses.is_dataclass(fact.type)
    ):
        return step
    fields = dataclasses.fields(fact.type)
    if any(not f.init for f in fields) or named.keys() - {f.name for f in fields}:
        return step
    for field in fields:
        if field.name not in named:
            named[field.name] = _read(run, step, step.operands[0], field.name)
    ordered = tuple((f.name, named[f.name]) for f in fields)
    return replace(step, callee=fact.type, operands=(), keywords=ordered)


def _asdict(run: Rewriting, step: Step) -> Step:
    return _taken_apart(run, step, lambda pairs: (make_dict, tuple(o for k, v in pairs for o in (Const(k), v))))


def _astuple(run: Rewriting, step: Step) -> Step:
    return _taken_apart(run, step, lambda pairs: (make_tuple, tuple(v for _, v in pairs)))


Making = Callable[[list[tuple[str, Operand]]], tuple[Any, tuple[Operand, ...]]]


def _taken_apart(run: Rewriting, step: Step, making: Making) -> Step:
    fact = run.fact(step.operands[0])
    if len(step.operands) != 1 or step.keywords or not _is_dataclass(fact):
        return step
    callee, operands = making(_fields(run, step, step.operands[0], making))
    return replace(step, callee=callee, operands=operands)


def _is_dataclass(fact: Fact) -> bool:
    return isinstance(fact, Dict) and dataclasses.is_dataclass(fact.type) and attributes_of(fact) is not None


def _fields(run: Rewriting, step: Step, owner: Operand, making: Making) -> list[tuple[str, Operand]]:
    names = [f.name for f in dataclasses.fields(run.fact(owner).type)]  # type: ignore[attr-defined]
    return [(name, _inner(run, step, _read(run, step, owner, name), making)) for name in names]


def _inner(run: Rewriting, step: Step, operand: Operand, making: Making) -> Operand:
    """What `asdict` and `astuple` make of a value that they find: copies, and the same of dataclasses inside."""
    fact = run.fact(operand)
    if effects.is_immutable(fact):
        return operand
    if _is_dataclass(fact):
        callee, operands = making(_fields(run, step, operand, making))
        return _made(run, step, callee, *operands)
    match fact:
        case Tuple(items=items, type=kind):
            parts = [_item(run, step, operand, Const(i), making) for i in range(len(items))]
            return _made(run, step, *((make_tuple,) if kind is tuple else (make_named_tuple, Const(kind))), *parts)
        case List(items=tuple() as items):
            return _made(
                run, step, make_list, *(_item(run, step, operand, Const(i), making) for i in range(len(items)))
            )
        case Dict(items=tuple() as items, type=kind) if kind is dict:
            pairs = [o for k, _ in items for o in (Const(k), _item(run, step, operand, Const(k), making))]
            return _made(run, step, make_dict, *pairs)
    return _made(run, step, copy.deepcopy, operand)


def _item(run: Rewriting, step: Step, owner: Operand, key: Const, making: Making) -> Operand:
    return _inner(run, step, _made(run, step, operator.getitem, owner, key), making)


def _read(run: Rewriting, step: Step, owner: Operand, name: str) -> Operand:
    return _made(run, step, Attribute(name), owner)


def _made(run: Rewriting, step: Step, callee: Any, *operands: Operand) -> Operand:
    target = run.builder.names.fresh(getattr(callee, "name", "t"))
    run.step(Step((target,), callee, operands, (), step.site))
    return run.use(target)


BY_NAME: dict[Any, Callable[[Rewriting, Step], Step | None]] = {
    getattr: _getattr,
    setattr: _setattr,
    hasattr: _hasattr,
    delattr: _delattr,
    dataclasses.replace: _replace,
    dataclasses.asdict: _asdict,
    dataclasses.astuple: _astuple,
}
"""What these functions come to when their first argument is an object."""
