"""`copy.copy` and `copy.deepcopy`, written out by what is known of the value.

Guarantee: what is copied is new and holds copies of what Python would copy; the rest is shared.  A deep copy keeps what
two places of a value share, which a copy written out place by place does not: values that hold one array or container
twice are refused, by a check where the program runs.
"""

from __future__ import annotations

import copy
import operator
from dataclasses import replace

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Dict, Fact, Known, List, Number, Tuple
from srcad.objects import MISSING, static_attribute
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import element_of
from srcad.transform.helpers import Rewriting
from srcad.wengert import (
    Const,
    ForLoop,
    Method,
    Operand,
    Step,
    identity,
    make_dict,
    make_list,
    make_named_tuple,
    make_object,
    make_tuple,
)

COPYING = (copy.copy, copy.deepcopy)


def copied(run: Rewriting, step: Step) -> Step:
    """The step that copies, or gives what was copied by steps appended before it."""
    fact = fa.widen(run.fact(step.operands[0]))
    if len(step.operands) != 1 or step.keywords or isinstance(fact, (fa.Unknown, fa.Instance)):
        return step
    deep = step.callee is copy.deepcopy
    if deep and not isinstance(fact, (Array, Number, Known)) and not effects.is_immutable(fact):
        run.builder.effect(rt.check_unshared, step.operands[0])
    result = _copy(run, step, step.operands[0], fact, deep)
    return replace(step, callee=identity, operands=(result,))


def _copy(run: Rewriting, step: Step, operand: Operand, fact: Fact, deep: bool, inner: bool = False) -> Operand:
    if effects.is_immutable(fact) or (inner or isinstance(fact, Tuple)) and not deep:
        return operand
    match fa.widen(fact):
        case Array():
            return _made(run, step, Method("copy"), operand)
        case Tuple(items=items, type=kind):
            parts = [_part(run, step, operand, Const(i), f, deep) for i, f in enumerate(items)]
            if kind is tuple:
                return _made(run, step, make_tuple, *parts)
            return _made(run, step, make_named_tuple, Const(kind), *parts)
        case List(items=tuple() as items) if deep:
            parts = [_part(run, step, operand, Const(i), f, deep) for i, f in enumerate(items)]
            return _made(run, step, make_list, *parts)
        case List():
            return _each(run, step, operand, fact) if deep else _made(run, step, list, operand)
        case Dict(type=kind) as container if kind is not dict:
            return _object(run, step, operand, container, deep)
        case Dict(items=tuple() as items) if deep:
            pairs = [o for k, f in items for o in (Const(k), _part(run, step, operand, Const(k), f, deep))]
            return _made(run, step, make_dict, *pairs)
        case Dict(element=element) if not deep or effects.is_immutable(element):
            return _made(run, step, Method("copy"), operand)
    raise _refused(step, "what it holds is not known")


def _part(run: Rewriting, step: Step, owner: Operand, key: Const, fact: Fact, deep: bool) -> Operand:
    """A copy of what stands in a slot, or what stands there."""
    return _copy(run, step, _made(run, step, operator.getitem, owner, key), fact, deep, inner=True)


def _made(run: Rewriting, step: Step, callee: object, *operands: Operand) -> Operand:
    target = run.builder.names.fresh("t")
    run.step(Step((target,), callee, operands, (), step.site))
    return run.use(target)


def _object(run: Rewriting, step: Step, owner: Operand, fact: Dict, deep: bool) -> Operand:
    """Another object of the class with the same attributes, as `copy` makes it if the class does not say otherwise."""
    known = fact.items if fact.items is not None else fact.slots
    own = any(static_attribute(fact.type, name) is not MISSING for name in ("__copy__", "__deepcopy__", "__setstate__"))
    if known is None or own or fact.type.__reduce_ex__ is not object.__reduce_ex__:
        raise _refused(step, f"how {fact.type.__name__} is copied is its own affair")
    slots = [o for k, f in known for o in (Const(k), _part(run, step, owner, Const(k), f, deep))]
    return _made(run, step, make_object, Const(fact.type), *slots)


def _each(run: Rewriting, step: Step, container: Operand, fact: Fact) -> Operand:
    """A list of copies of the items."""
    if element_of(fact) == fa.UNKNOWN:
        raise _refused(step, "what it holds is not known")
    items = _made(run, step, make_list)
    names = run.builder.names
    item, copied_item = names.fresh("item"), names.fresh("item")
    body = (
        Step((copied_item,), copy.deepcopy, (item,), (), step.site),
        Step((), Method("append"), (items, copied_item), (), step.site),
    )
    run.nodes((ForLoop(item, container, body, (), None, step.site),))
    return items


def _refused(step: Step, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"a copy of a container cannot be differentiated where {why}", "copy the arrays (x.copy())", step.site
    )
