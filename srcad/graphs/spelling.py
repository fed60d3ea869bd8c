"""What stands in the picture for a step: symbols for operators, constants where they were given, values in short.

>>> import operator
>>> spelt(Step(("y",), operator.mul, (Const(2.0), "x"))), spelt(Step(("y",), operator.add, ("a", "b")))
('2.0 * ·', '+')
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.wengert import Attribute, Augmented, Call, Const, Method, Operand, SetAttribute, Step, callee_name

SYMBOLS = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
    operator.matmul: "@",
    operator.neg: "-",
    operator.pos: "+",
    operator.iadd: "+=",
    operator.isub: "-=",
    operator.imul: "*=",
    operator.itruediv: "/=",
    operator.imatmul: "@=",
    operator.ipow: "**=",
}


def spelt(step: Step) -> str:
    """The label of a step; a dot stands for each value that varies, where there are constants beside."""
    callee, operands = step.callee, step.operands
    constants = any(isinstance(o, Const) for o in operands)
    match callee:
        case Augmented(operation):
            return f"{_subscript(operands[1])} {SYMBOLS.get(operation, operation.__name__)}"
        case SetAttribute(name):
            return f".{name} ="
        case Attribute(name):
            return f".{name}"
        case Method(name):
            return f".{name}{_arguments(operands[1:], step.keywords)}"
        case Call():
            return f"call{_arguments(operands[1:], step.keywords)}"
    if callee is operator.getitem:
        return _subscript(operands[1])
    if callee is operator.setitem:
        return f"{_subscript(operands[1])} ="
    if callee in SYMBOLS:
        symbol = SYMBOLS[callee]
        if len(operands) == 1 or not constants:
            return symbol
        left, right = map(_constant, operands)
        return f"{left} {symbol} {right}"
    if not constants and not step.keywords:
        return callee_name(callee)
    if len(operands) == 1:
        return callee_name(callee) + " " + ", ".join(f"{k}={_constant(o)}" for k, o in step.keywords)
    return f"{callee_name(callee)}{_arguments(operands, step.keywords)}"


def _arguments(operands: tuple[Operand, ...], keywords: tuple) -> str:
    given = [*map(_constant, operands), *(f"{k}={_constant(o)}" for k, o in keywords)]
    return f"({', '.join(given)})" if given else ""


def _subscript(index: Operand) -> str:
    return f"[{_index(index.value) if isinstance(index, Const) else '·'}]"


def _index(value: Any) -> str:
    """An index as it is written.

    >>> _index((slice(None), 0, None)), _index(slice(1, None, None)), _index((slice(None, None, -1), ...))
    (':, 0, None', '1:', '::-1, ...')
    """
    if isinstance(value, tuple):
        return ", ".join(map(_index, value))
    if isinstance(value, slice):
        start, stop, step = ("" if part is None else str(part) for part in (value.start, value.stop, value.step))
        return f"{start}:{stop}" + (f":{step}" if step else "")
    return "..." if value is ... else str(value)


def _constant(operand: Operand) -> str:
    return repr(operand) if isinstance(operand, Const) else "·"


def shown(value: Any) -> str:
    """A value in few characters: small arrays in full, of large ones the shape and the norm.

    >>> shown(0.73105), shown(np.array([[0.1, 0.5], [-0.3, 0.8]])), shown(np.ones((10, 10)))
    ('0.731', '[[0.1 0.5] [-0.3 0.8]]', '10x10, norm 10')
    """
    if isinstance(value, np.ndarray):
        text = _nested(value) if value.size <= 6 else ""
        if 0 < len(text) <= 24 and value.ndim <= 2:
            return text
        shape = "x".join(map(str, value.shape))
        return f"{shape}, norm {np.linalg.norm(value):.3g}" if value.dtype.kind in "fc" else shape
    if isinstance(value, (bool, int, str)) or not np.isscalar(value):
        return str(value) if np.isscalar(value) else type(value).__name__
    return f"{value + 0.0:.3g}"  # no negative zero


def _nested(array: np.ndarray) -> str:
    return f"[{' '.join(map(_nested, array))}]" if array.ndim else f"{array.item() + 0.0:.3g}"
