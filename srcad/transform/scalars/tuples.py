"""Functions are taken out of the tuples they were put in, so that nothing but the tuple holds what they captured.

Guarantee: what is unpacked from a tuple that a step of the list makes, or read from it under a constant index, is the
item itself.  Other tuples are left to the simplification, which knows more.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.transform.scalars.unread import without
from srcad.wengert import (
    Const,
    Function,
    MakeFunction,
    Operand,
    Step,
    identity,
    make_tuple,
    substitute,
    walk,
)


def take_functions_out(function: Function) -> Function:
    """The function reading functions, and what stands beside them, past the tuples; itself if there are none.

    >>> one = MakeFunction(Function("f", (), (), Const(1)), 0)
    >>> steps = [Step(("f",), one), Step(("pair",), make_tuple, ("f", "x"))]
    >>> steps += [Step(("g", "y"), identity, ("pair",)), Step(("z",), operator.mul, ("y", "y"))]
    >>> print(take_functions_out(Function("h", (), tuple(steps), "z")))
    h():
        f = function f()
        pair = make_tuple(f, x)
        z = mul(x, x)
        return z
    """
    holding: set[Operand] = set()
    tuples: dict[Operand, tuple[Operand, ...]] = {}
    items: dict[str, Operand] = {}

    def item(operand: Operand) -> Operand:
        return items.get(operand, operand) if isinstance(operand, str) else operand

    for step in walk(function.body):
        if not isinstance(step, Step) or not step.targets:
            continue
        operands = tuple(map(item, step.operands))
        held = tuples.get(operands[0]) if operands else None
        if isinstance(step.callee, MakeFunction):
            holding.add(step.target)
        elif step.callee is make_tuple and not holding.isdisjoint(operands):
            holding.add(step.target)
            tuples[step.target] = operands
        elif step.callee is identity and len(step.targets) == 1 and operands[0] in holding:
            items[step.target] = operands[0]
        elif step.callee is identity and held is not None and len(held) == len(step.targets):
            items.update(zip(step.targets, held, strict=True))
        elif step.callee is operator.getitem and held is not None and _is_index(operands[1], len(held)):
            items[step.target] = held[operands[1].value]
    if not items:
        return function
    body = substitute(without(function.body, lambda step: items.keys() >= set(step.targets) > set()), items)
    return replace(function, body=body, result=item(function.result))


def _is_index(operand: Operand, length: int) -> bool:
    return isinstance(operand, Const) and isinstance(operand.value, int) and -length <= operand.value < length
