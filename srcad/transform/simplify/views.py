"""Writes through a view that was made for the write alone: `v = x[i]; v[...] += d` is `x[i] += d`."""

from __future__ import annotations

import operator

from srcad.facts import Array, Fact, Instance, Known, Number, Tuple, widen
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Augmented, Const, Step

WHOLE = Const(...)
"""The subscript of a whole array."""


def write_directly(step: Step, context: Context) -> Rewriting:
    """A write to a whole view as a write to the part of the array that the view shows.  Exact.

    >>> from srcad.facts import Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> x = Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("v",), operator.getitem, ("x", Const(slice(1, None)))),
    ...     Step((), Augmented(operator.iadd), ("v", WHOLE, "d")),
    ... )
    >>> f = Function("f", (Param("x"), Param("d")), steps, Const(None))
    >>> print(rewrite(f, {"x": x, "v": x}, [write_directly]))
    f(x, d):
        v = getitem(x, slice(1, None, None))
        iadd_item(x, slice(1, None, None), d)
        return None
    """
    if step.targets or not (isinstance(step.callee, Augmented) or step.callee is operator.setitem):
        return None
    view, index, value = step.operands
    read = context.definition(view, operator.getitem) if index == WHOLE else None
    if read is None or not isinstance(context.fact(view), Array):
        return None
    array, part = read.operands
    if not isinstance(widen(context.fact(array)), Array) or not is_basic(context.fact(part)):
        return None
    return Step((), step.callee, (array, part, value), (), step.site)


def is_basic(index: Fact) -> bool:
    """Whether a subscript is known to be basic, so that it gives a view (or a number)."""
    match index:
        case Known(value=tuple() as parts):
            return all(is_basic(Known(p)) for p in parts)
        case Known(value=value):
            return value is None or value is ... or isinstance(value, (int, slice)) and not isinstance(value, bool)
        case Tuple(items=items):
            return all(map(is_basic, items))
        case Number(dtype=str() as dtype):
            return dtype != "bool"
        case Instance(type=kind):
            return kind is slice
    return False
