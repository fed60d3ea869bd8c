"""Constants as expressions.

Guarantee.  The expression evaluates to the constant: same type, same value, the same object where identity matters.
Numbers that Python has no literal for (negative, infinite, not a number, complex, NumPy's) become expressions that
printers set parentheses around where needed: `Constant(-1) ** 2` would be printed `-1 ** 2`.
"""

from __future__ import annotations

import math
from typing import Any

import gast
import numpy as np

from srcad.objects import Field
from srcad.transform.emit.references import References
from srcad.wengert import UNDEFINED, UNSET, Const, Variable


def name(identifier: str) -> gast.expr:
    """A name that is read."""
    return gast.Name(identifier, gast.Load(), None, None)


def dotted(text: str) -> gast.expr:
    """`a.b.c`."""
    root, *rest = text.split(".")
    node = name(root)
    for part in rest:
        node = gast.Attribute(node, part, gast.Load())
    return node


def call(function: gast.expr, *args: gast.expr) -> gast.expr:
    """`function(*args)`."""
    return gast.Call(function, list(args), [])


def literal(value: Any) -> gast.expr:
    """A constant that has a literal."""
    return gast.Constant(value, None)


def constant(const: Const, references: References) -> gast.expr:
    """The expression of a `Const`."""
    if const in (UNDEFINED, UNSET):
        return literal(None)
    if const.text and references.holds(const.text, const.value):
        return dotted(const.text)
    return expression(const.value, references)


def expression(value: Any, references: References) -> gast.expr:
    """The expression of a value."""
    kind = str if isinstance(value, (Field, Variable)) else type(value)
    if value is None or value is Ellipsis or kind in (bool, str, bytes):
        return literal(str(value) if kind is str else value)
    if kind is int:
        return literal(value) if value >= 0 else gast.UnaryOp(gast.USub(), literal(-value))
    if kind is float:
        return _float(value, references)
    if kind is complex:
        return _complex(value, references)
    if kind is tuple:
        return gast.Tuple([expression(v, references) for v in value], gast.Load())
    if kind is slice:
        parts = (value.start, value.stop, value.step)
        return call(name(references.dotted(slice)), *(expression(v, references) for v in parts))
    if kind is frozenset and value and all(type(v) in (int, str, float, bool) for v in value):
        items = [expression(v, references) for v in sorted(value, key=repr)]
        return call(name(references.dotted(frozenset)), gast.Set(items))
    if isinstance(value, np.generic):
        return _scalar(value, references)
    if isinstance(value, np.dtype) and value.isbuiltin == 1 and value.isnative:
        return call(dotted(references.dotted(np.dtype)), literal(value.name))
    return dotted(references.dotted(value))


def _float(value: float, references: References) -> gast.expr:
    if math.isnan(value):
        return dotted(f"{references.dotted(np)}.nan")
    if math.copysign(1.0, value) < 0:
        return gast.UnaryOp(gast.USub(), _float(-value, references))
    return dotted(f"{references.dotted(np)}.inf") if math.isinf(value) else literal(value)


def _complex(value: complex, references: References) -> gast.expr:
    real, imag = value.real, value.imag
    if math.isfinite(imag) and math.copysign(1.0, imag) > 0:
        if real == 0 and math.copysign(1.0, real) > 0:
            return literal(complex(0.0, imag))
        if real != 0 and math.isfinite(real) and imag != 0:
            return gast.BinOp(_float(real, references), gast.Add(), literal(complex(0.0, imag)))
    parts = (_float(real, references), _float(imag, references))
    return call(name(references.dotted(complex)), *parts)


def _scalar(value: np.generic, references: References) -> gast.expr:
    plain = value.item()
    if type(plain) not in (bool, int, float, complex):
        return dotted(references.dotted(value))
    made = type(value)(plain)
    if made.tobytes() != value.tobytes() or type(made) is not type(value):
        return dotted(references.dotted(value))
    return call(dotted(references.dotted(type(value))), expression(plain, references))
