"""Objects of the library's own classes, which stand for instances of classes without source, such as a deque.

Guarantee: nothing notices that they are of another class.  Their methods do what those of the original do, `isinstance`
and `type` answer for the original; what else is done with such an object, and a function that is differentiated and
returns one, is refused.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import Site, UnsupportedError
from srcad.facts import Dict, Fact, Known, List, Tuple
from srcad.library import register as library
from srcad.objects import Field
from srcad.transform.analyses import effects
from srcad.wengert import Const, Method, Operand, Step, callee_name, identity

_HANDING_ON = effects.MAKERS | {identity, operator.is_, operator.is_not, Method("append"), Method("insert")}
_HANDING_ON |= {rt.attribute}
"""Callees that do nothing with an object but keep it, name it, or say that it has no such attribute."""

_OF_SLOTS = (operator.getitem, operator.setitem, operator.delitem, operator.contains)


def told(step: Step, fact: Callable[[Operand], Fact]) -> Const | None:
    """What `isinstance` and `type` say of such an object: what they would say of the original."""
    original = _original(fact(step.operands[0])) if step.operands else None
    if original is None or step.keywords:
        return None
    if step.callee is builtins.type and len(step.operands) == 1:
        return Const(original)
    if step.callee is builtins.isinstance and isinstance(classes := fact(step.operands[1]), Known):
        return Const(issubclass(original, classes.value))
    return None


def refuse_telling(step: Step, fact: Callable[[Operand], Fact]) -> None:
    """Raises for a step that is given such an object, and could tell what class it is of."""
    for position, operand in enumerate((*step.operands, *(o for _, o in step.keywords))):
        original = _original(fact(operand))
        if original is None or effects.hashable(step.callee) in _HANDING_ON:
            continue
        if step.callee is operator.setitem and position == 2 or step.callee in _OF_SLOTS and _is_slot(step):
            continue
        raise UnsupportedError(
            f"{callee_name(step.callee)} is given a {original.__name__}, of which only methods can be differentiated",
            "make a list or dict of it first (list(...), dict(...))",
            step.site,
        )


def refuse_returned(result: Fact, site: Site | None) -> None:
    """Raises where a function that is differentiated returns such an object."""
    match fa.widen(result):
        case Dict() as container if (original := _original(container)) is not None:
            raise UnsupportedError(
                f"the function returns a {original.__name__}",
                "return a list or dict of what it holds (list(...), dict(...))",
                site,
            )
        case Tuple(items=items):
            held: tuple[Fact, ...] = items
        case List(items=items, element=element):
            held = (element, *(items or ()))
        case Dict(items=items, element=element, slots=slots):
            held = (element, *(f for _, f in (*(items or ()), *(slots or ()))))
        case _:
            return
    for fact in held:
        refuse_returned(fact, site)


def _original(fact: Fact) -> type | None:
    return library.original_of(fact.type) if isinstance(fact, Dict) else None


def _is_slot(step: Step) -> bool:
    key = step.operands[1]
    return isinstance(key, Const) and isinstance(key.value, Field)
