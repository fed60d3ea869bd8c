"""Iteration over objects: what Python asks their class for.

Guarantee: a loop or a call that takes the items of an object takes them from what the `__iter__` of its class returns,
which is called once, where Python calls it; from an object with `__next__` by this, until that raises StopIteration.
The items of an object that has `__getitem__` alone are taken by number, until that raises IndexError.
"""

from __future__ import annotations

import builtins
import math
import types
from collections.abc import Callable
from dataclasses import replace

from srcad.errors import Site
from srcad.library.iteration import items_by_next, items_by_number
from srcad.objects import MISSING, static_attribute
from srcad.transform.helpers import Rewriting
from srcad.transform.instances import guarded
from srcad.transform.special import class_of
from srcad.wengert import Method, Operand, Step, identity

TAKING = (
    *(builtins.list, builtins.tuple, builtins.sum, builtins.max, builtins.min, builtins.sorted, builtins.any),
    *(builtins.all, builtins.zip, builtins.enumerate, builtins.set, builtins.frozenset, math.fsum, math.prod),
    Method("extend"),
)
"""Callees that take the items of each of their operands, but for the list that is extended."""


def with_iterables(run: Rewriting, step: Step) -> Step:
    """The step given what its objects hand out, if it takes the items of what it is given."""
    if step.callee is builtins.iter and len(step.operands) == 1:
        items = iterable_of(run, step.operands[0], step.site)
        return step if items == step.operands[0] else replace(step, callee=identity, operands=(items,))
    unpacks = step.callee is identity and len(step.targets) > 1
    if not (unpacks or step.callee in TAKING):
        return step
    kept = step.operands[:1] if step.callee == Method("extend") else ()
    if step.callee in (builtins.max, builtins.min) and len(step.operands) > 1:
        return step  # these are compared
    operands = (*kept, *(iterable_of(run, o, step.site) for o in step.operands[len(kept) :]))
    return step if operands == step.operands else replace(step, operands=operands)


def iterable_of(run: Rewriting, operand: Operand, site: Site | None) -> Operand:
    """What a loop over an operand goes over: for an object, what its `__iter__` returns."""
    kind = class_of(run.fact(operand))
    if kind is None or issubclass(kind, tuple):
        return operand
    member = static_attribute(kind, "__iter__")
    if member is MISSING and static_attribute(kind, "__getitem__") is not MISSING:
        return _by(run, items_by_number, operand, site)
    if not isinstance(member, types.FunctionType):
        return operand  # not iterable, which Python says when it runs, or its own affair
    items = run.builder.names.fresh("items")
    run.step(Step((items,), guarded(run, kind, "__iter__", member), (operand,), (), site))
    found = _begun(run, run.use(items))
    made = class_of(run.fact(found))
    if made is not None and static_attribute(made, "__next__") is not MISSING:
        return _by(run, items_by_next, found, site)
    return found


def _by(run: Rewriting, program: Callable, operand: Operand, site: Site | None) -> Operand:
    """The generator of the items of an object."""
    items = run.builder.names.fresh("items")
    run.step(Step((items,), program, (operand,), (), site))
    return run.use(items)


def _begun(run: Rewriting, items: Operand) -> Operand:
    """What an iterator goes over, if the last thing that happened is that `iter` made it; else the iterator."""
    steps, last = run.builder.steps, len(run.builder.steps)
    name = items
    while last and isinstance(made := steps[last - 1], Step) and made.targets == (name,) and len(made.operands) == 1:
        name, last = made.operands[0], last - 1
        if made.callee is builtins.iter:
            del steps[last:]
            return name
        if made.callee is not identity:
            break
    return items
