"""Primitives on operands with a leading axis: the same values for each example, in one call for all.

Guarantee: a rule writes steps whose result has the leading axis, or raises NotBatchedError.  Programs are linear in
what has the leading axis, so of a product one factor has it; for others there is no rule.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.facts import Array, Number, Tuple
from srcad.rules import register
from srcad.rules.axes import MISSING, value_of
from srcad.rules.indexing import index_part, indexed
from srcad.transform.analyses.effects import DESCRIBING_ATTRIBUTES, DESCRIPTIONS, IN_PLACE, hashable
from srcad.transform.batching.state import ALL, Batch, NotBatchedError
from srcad.wengert import Attribute, Augmented, Const, Method, Operand, Step, identity, make_tuple

Rule = Callable[[Batch, Step], Operand]


def rule_for(callee: Any) -> Rule | None:
    """The rule of a callee; None if there is none."""
    if isinstance(callee, np.ufunc):
        return elementwise
    try:
        return _RULES.get(callee)
    except TypeError:  # an unhashable callable object
        return None


def elementwise(b: Batch, step: Step) -> Operand:
    """Operands meet at their last axes, so those with fewer get some after the leading one."""
    if step.keywords:
        raise NotBatchedError("an elementwise function with keywords")
    rank = max(map(b.rank, step.operands))
    return b.step(step.callee, *(b.aligned(o, rank) for o in step.operands))


def same_shape(b: Batch, step: Step) -> Operand:
    """What gives an array of the same shape, whatever that is."""
    if any(map(b.has_axis, (*step.operands[1:], *(o for _, o in step.keywords)))):
        raise NotBatchedError("a parameter has the leading axis")
    return b.step(step.callee, *step.operands, **dict(step.keywords))


def itself(b: Batch, step: Step) -> Operand:
    """Casts of numbers: an array of them has the dtype already, or what is known of the result is found not to fit."""
    return step.operands[0]


def copied(b: Batch, step: Step) -> Operand:
    """A copy of an array."""
    return b.step(Method("copy"), step.operands[0])


# ------------------------------------------------------------------------------------------------- subscripts


def longer_key(b: Batch, key: Operand) -> Operand:
    """The subscript of the same elements in every example."""
    if b.has_axis(key):
        raise NotBatchedError("a subscript has the leading axis")
    if isinstance(key, Const):
        parts = key.value if isinstance(key.value, tuple) else (key.value,)
        return Const((slice(None), *parts))
    fact = b.fact(key)
    if not isinstance(fact, Tuple):
        if index_part(fact) is None:
            raise NotBatchedError("a subscript of which nothing is known")
        return b.step(make_tuple, ALL, key)
    kinds = [(index_part(part) or ("unknown", None))[0] for part in fact.items]
    chosen = [kind for kind in kinds if kind in ("integers", "mask")]
    if "unknown" in kinds or chosen and (len(chosen) > 1 or "integer" in kinds):
        raise NotBatchedError("a subscript of several arrays")
    made = b.made.get(str(key))
    parts = made.operands if made else (b.step(operator.getitem, key, Const(i)) for i in range(len(kinds)))
    return b.step(make_tuple, ALL, *parts)


def item(b: Batch, step: Step) -> Operand:
    """Items and parts of arrays."""
    x, key = step.operands
    if not b.has_axis(x):
        raise NotBatchedError("a subscript has the leading axis")
    if x in b.made:
        return b.repeated(b.made[str(x)].operands[constant(b, key)])
    part = b.step(operator.getitem, x, longer_key(b, key))
    if isinstance(b.fact(step.target), Number) and b.memory.is_written(str(x)):
        return b.step(Method("copy"), part)  # a number stays what it was, a view does not
    return part


def stored(b: Batch, step: Step) -> None:
    """Writes to items and parts of arrays, also of what is the same for all examples."""
    x, key, value = step.operands
    array, index = b.fact(x), b.builder.fact(key)
    if not b.has_axis(x) or not isinstance(array, Array):
        raise NotBatchedError("a write to what has no leading axis")
    part = indexed(array, index)
    rank = len(part.shape) if isinstance(part, Array) and part.shape is not None else 0
    if isinstance(part, Array) and part.shape is None or not fa.is_numeric(part) or b.rank(value) > rank:
        raise NotBatchedError("a write to a part of which the shape is not known")
    operands = (x, longer_key(b, key), b.aligned(value, rank))
    b.builder.add(replace(step, operands=operands, targets=()))


def in_place(b: Batch, step: Step) -> Operand:
    """`x op= y` for arrays."""
    x, y = step.operands
    if not b.has_axis(x) or b.rank(y) > b.rank(x) or b.rank(x) == 0:
        raise NotBatchedError("an operator in place of what has no leading axis")
    return b.step(step.callee, x, b.aligned(y, b.rank(x)))


# ------------------------------------------------------------------------------------------------- axes


def bound(step: Step) -> dict[str, Any]:
    """The operands by parameter.  Raises NotBatchedError where they do not fit."""
    entry = register.lookup(step.callee)
    if entry is None or entry.parameters is None:
        raise NotBatchedError("a primitive of unknown parameters")
    try:
        return entry.parameters.bind(step.operands, dict(step.keywords), Const)
    except TypeError as error:
        raise NotBatchedError(str(error)) from None


def constant(b: Batch, operand: Operand) -> Any:
    """The value of an operand.  Raises NotBatchedError if it is not known."""
    value = operand.value if isinstance(operand, Const) else value_of(b.builder.fact(operand))
    if value is MISSING:
        raise NotBatchedError("a parameter whose value is not known")
    return value


def later(axis: Any, rank: int) -> Any:
    """The same axes where there is one more before them."""
    if isinstance(axis, tuple):
        return tuple(later(a, rank) for a in axis)
    return axis % rank + 1 if rank else axis


def reduction(b: Batch, step: Step) -> Operand:
    """Sums and means over some axes of each example."""
    given = bound(step)
    x, axis, keepdims = step.operands[0], constant(b, given["axis"]), constant(b, given["keepdims"])
    others = [o for name, o in list(given.items())[1:] if name not in ("axis", "keepdims")]
    if not b.has_axis(x) or any(o != Const(None) for o in others):
        raise NotBatchedError("a reduction with options")
    rank = b.rank(x)
    if rank == 0:
        return x
    axes = later(tuple(range(rank)) if axis is None else axis, rank)
    axes = axes[0] if isinstance(axes, tuple) and len(axes) == 1 else axes
    return b.step(step.callee, x, axis=Const(axes), **({"keepdims": Const(True)} if keepdims else {}))


def along(*axes: str) -> Rule:
    """The rule of a primitive that does the same to each example, and counts axes by these parameters."""

    def apply(b: Batch, step: Step) -> Operand:
        given = bound(step)
        x, *others = given.values()
        rank = b.rank(step.target if step.callee is np.expand_dims else x)
        found = {name: constant(b, given[name]) for name in axes}
        if found == {"axis": None} and (step.callee is np.flip or rank == 1):
            found = {"axis": tuple(range(rank)) if step.callee is np.flip else 0}
        if not b.has_axis(x) or any(map(b.has_axis, others)) or None in found.values() or rank == 0:
            raise NotBatchedError("no axis is named")
        shifted = {name: Const(later(axis, rank)) for name, axis in found.items()}
        by_position = dict(zip(given, step.operands, strict=False))
        named = {name: o for name, o in step.keywords if name not in axes}
        named |= {name: o for name, o in shifted.items() if name not in by_position}
        return b.step(step.callee, *({**by_position, **shifted}[name] for name in by_position), **named)

    return apply


def transposition(b: Batch, step: Step) -> Operand:
    """The axes of each example in another order."""
    x, *rest = step.operands
    if (rest or step.keywords) and step.callee is not np.transpose:
        raise NotBatchedError("a method that takes axes")
    order = constant(b, bound(step)["axes"]) if rest or step.keywords else None
    rank = b.rank(x)
    axes = tuple(reversed(range(rank))) if order is None else tuple(order)
    return b.step(np.transpose, x, Const((0, *later(axes, rank))))


def longer_shape(b: Batch, shape: Operand) -> Operand:
    """The shape with the leading axis before it."""
    if isinstance(shape, Const):
        return b.step(
            make_tuple, b.size(), *map(Const, shape.value if isinstance(shape.value, tuple) else (shape.value,))
        )
    if str(shape) in b.made:
        return b.step(make_tuple, b.size(), *b.made[str(shape)].operands)
    if isinstance(b.fact(shape), Tuple):
        return b.step(operator.add, b.step(make_tuple, b.size()), shape)
    return b.step(make_tuple, b.size(), shape)


def reshaped(b: Batch, step: Step) -> Operand:
    """Each example in another shape."""
    x, *shape = step.operands
    if not b.has_axis(x) or step.keywords or not shape:
        raise NotBatchedError("a shape that is not given by position")
    if len(shape) > 1 and step.callee is np.reshape:
        raise NotBatchedError("an order of elements")
    new = b.step(make_tuple, b.size(), *shape) if len(shape) > 1 else longer_shape(b, shape[0])
    return b.step(np.reshape, x, new)


def raveled(b: Batch, step: Step) -> Operand:
    """The elements of each example in a row."""
    if len(step.operands) > 1 or step.keywords:
        raise NotBatchedError("an order of elements")
    return b.step(np.reshape, step.operands[0], b.step(make_tuple, b.size(), Const(-1)))


def broadcast(b: Batch, step: Step) -> Operand:
    """Each example broadcast to a shape."""
    x, shape = step.operands
    return b.step(np.broadcast_to, b.aligned(x, b.rank(step.target)), longer_shape(b, shape))


# ------------------------------------------------------------------------------------------------- products


def product(b: Batch, step: Step) -> Operand:
    """Products of vectors and matrices."""
    x, y = step.operands
    p, q = b.rank(x), b.rank(y)
    if step.keywords or b.has_axis(x) and b.has_axis(y) or p > 2 or q > 2:
        raise NotBatchedError("a product of arrays of several axes")
    if p == 0 or q == 0:
        return b.step(operator.mul, b.aligned(x, q), b.aligned(y, p))
    if b.has_axis(x) or q == 2:
        return b.step(operator.matmul, x, y)
    return b.step(operator.matmul, y, x if p == 1 else b.transposes.get(str(x)) or b.step(Attribute("T"), x))


def outer(b: Batch, step: Step) -> Operand:
    """Products of all elements of two vectors."""
    x, y = step.operands
    if step.keywords or b.has_axis(x) and b.has_axis(y) or b.rank(x) != 1 or b.rank(y) != 1:
        raise NotBatchedError("an outer product of other arrays than vectors")
    column = Const((slice(None), slice(None), None)) if b.has_axis(x) else Const((slice(None), None))
    row = b.aligned(y, 2) if b.has_axis(y) else y
    return b.step(operator.mul, b.step(operator.getitem, x, column), row)


def einsum(b: Batch, step: Step) -> Operand:
    """A letter that is not there yet stands for the leading axis."""
    text, *operands = step.operands
    if step.keywords or not isinstance(text, Const) or "->" not in str(text.value) or "." in text.value:
        raise NotBatchedError("an einsum without explicit letters")
    letter = next(c for c in "zyxwvutsrqponmlkjihgfedcba" if c not in text.value)
    inputs, _, out = text.value.replace(" ", "").partition("->")
    parts = [(letter if b.has_axis(o) else "") + part for part, o in zip(inputs.split(","), operands, strict=True)]
    return b.step(step.callee, Const(f"{','.join(parts)}->{letter}{out}"), *operands)


# ------------------------------------------------------------------------------------------------- joining


def joined(b: Batch, step: Step) -> Operand:
    """Arrays put together along an axis; those that are the same for all examples are repeated."""
    made = b.made.get(str(step.operands[0]))
    if made is None:
        raise NotBatchedError("arrays of which it is not known how many there are")
    items = made.operands
    if step.callee is np.array:
        if len(step.operands) > 1 or step.keywords:
            raise NotBatchedError("a cast")
        return b.step(np.stack, b.step(make_tuple, *map(b.repeated, items)), axis=Const(1))
    axis = constant(b, bound(step)["axis"])
    rank = b.rank(step.target)
    return b.step(step.callee, b.step(make_tuple, *map(b.repeated, items)), axis=Const(later(axis, rank)))


_OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pos)

_RULES: dict[Any, Rule] = {
    **dict.fromkeys((*_OPERATORS, np.where), elementwise),
    **dict.fromkeys((identity, np.copy, Method("copy"), np.real, np.imag, np.conj, Method("conj")), same_shape),
    **dict.fromkeys((Attribute("real"), Attribute("imag"), np.asarray, Method("astype")), same_shape),
    **dict.fromkeys((float, complex, np.float64, np.float32, np.complex128), itself),
    rt.copied: copied,
    operator.getitem: item,
    **dict.fromkeys((np.sum, Method("sum"), np.mean, Method("mean")), reduction),
    **dict.fromkeys((np.flip, np.cumsum, np.squeeze, np.expand_dims), along("axis")),
    np.swapaxes: along("axis1", "axis2"),
    np.moveaxis: along("source", "destination"),
    **dict.fromkeys((np.transpose, Method("transpose"), Attribute("T")), transposition),
    **dict.fromkeys((np.reshape, Method("reshape")), reshaped),
    **dict.fromkeys((np.ravel, Method("ravel"), Method("flatten")), raveled),
    np.broadcast_to: broadcast,
    **dict.fromkeys((operator.matmul, np.matmul, np.dot, Method("dot")), product),
    np.outer: outer,
    np.einsum: einsum,
    **dict.fromkeys((np.concatenate, np.stack, np.array), joined),
    **dict.fromkeys(IN_PLACE, in_place),
}

VIEWS = frozenset({identity, operator.getitem, np.swapaxes, np.moveaxis, np.transpose, Attribute("T"), *IN_PLACE})
"""Callees whose results are views of a batch wherever they are views of the examples."""


_DESCRIPTIONS = (
    DESCRIPTIONS
    | {np.zeros_like, np.ones_like, np.empty_like, np.result_type}
    | {
        rt.zeros_like,
        rt.zero_tangent,
        rt.check_tangent,
    }
)


def looks_at_shapes(step: Step) -> bool:
    """Whether a step looks at nothing but shapes and dtypes, which are those of any example."""
    if isinstance(step.callee, Attribute):
        return step.callee.name in DESCRIBING_ATTRIBUTES
    return hashable(step.callee) in _DESCRIPTIONS


def is_store(step: Step) -> bool:
    """Whether a step writes to items or parts of an array."""
    if step.targets or step.keywords:
        return False
    return isinstance(step.callee, Augmented) or hashable(step.callee) in (operator.setitem, np.add.at)
