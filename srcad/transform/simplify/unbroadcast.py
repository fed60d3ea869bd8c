"""`rt.unbroadcast(d, like)` decided by facts: nothing, a sum over known axes, or the general helper."""

from __future__ import annotations

import numpy as np

from srcad.facts import Array, Fact, Number, shape_of, widen
from srcad.runtime import unbroadcast
from srcad.transform.simplify.rewrite import Context, Rewriting
from srcad.wengert import Const, Method, Operand, Step


def resolve_unbroadcast(step: Step, context: Context) -> Rewriting:
    """The cotangent itself, or its sum over the axes that broadcasting added or stretched, in the right dtype.

    Relies on what the helper is for: `d` has the shape that `like` was broadcast to, or a smaller one.  Where
    facts leave an axis or the dtype open, the helper stays.

    >>> from srcad.facts import Dim
    >>> from srcad.transform.simplify.rewrite import rewrite
    >>> from srcad.wengert import Function, Param
    >>> n, m = Dim("n", False), Dim("m", False)
    >>> steps = (Step(("d_b",), unbroadcast, ("d", "b")),)
    >>> facts = {"d": Array("float64", (n, m)), "b": Array("float64", (m,))}
    >>> print(rewrite(Function("f", (Param("d"), Param("b")), steps, "d_b"), facts, [resolve_unbroadcast]))
    f(d, b):
        d_b = sum(d, axis=0)
        return d_b
    """
    if step.callee is not unbroadcast or step.keywords or len(step.targets) != 1:
        return None
    d, like = step.operands
    have, want = widen(context.fact(d)), widen(context.fact(like))
    dtype = _cast(have, want)
    if dtype is None or shape_of(have) is None or shape_of(want) is None:
        return None
    if len(shape_of(have)) < len(shape_of(want)):
        return _spread(step, context, have, want)
    axes = _summed(have, want, step, context)
    return None if axes is None else _sums(step, context, d, *axes, dtype)


def _cast(have: Fact, want: Fact) -> str | None:
    """The dtype to convert to, "" for none, or None if that is not known."""
    if not isinstance(have, (Number, Array)) or not isinstance(want, (Number, Array)) or have.dtype is None:
        return None
    if have.dtype == want.dtype:
        return ""
    if np.dtype(have.dtype).kind == "c" and (want.dtype is None or np.dtype(want.dtype).kind != "c"):
        return None  # the real part is taken
    if isinstance(want, Number) and isinstance(have, Number) and have.dtype == want.dtype:
        return ""
    if isinstance(want, Number) and want.weak is not False:
        return "" if want.weak and np.dtype(have.dtype).kind != "c" else None
    if want.dtype is None or isinstance(have, Number) and have.weak is None:
        return None
    if np.dtype(want.dtype).kind not in "fc" or isinstance(have, Number) and have.weak:
        return ""
    return None if np.dtype(have.dtype).kind == "c" else want.dtype


def _summed(
    have: Array | Number, want: Array | Number, step: Step, context: Context
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The axes that broadcasting added, and those it stretched (counted without the added ones)."""
    shape, like = shape_of(have), shape_of(want)
    extra = len(shape) - len(like)
    stretched = []
    for i, (dim, small) in enumerate(zip(shape[extra:], like, strict=True)):
        if dim.one is False and small.one is False or context.have_one_length(dim, small, step.site):
            continue
        if not (small.one is True and dim.one is False):
            return None
        stretched.append(i)
    return tuple(range(extra)), tuple(stretched)


def _sums(
    step: Step, context: Context, d: Operand, added: tuple[int, ...], stretched: tuple[int, ...], dtype: str
) -> Rewriting:
    calls: list[tuple[tuple[Operand, ...], tuple[tuple[str, Operand], ...], object]] = []
    fact = widen(context.fact(d))
    if added:
        whole = len(added) == len(shape_of(fact))
        keywords = () if whole else (("axis", _axes(added)),)
        calls.append(((), keywords, np.sum))
    if stretched:
        calls.append(((), (("axis", _axes(stretched)), ("keepdims", Const(True))), np.sum))
    if dtype:
        calls.append(((Const(getattr(np, dtype)),), (), Method("astype")))
    if not calls:
        return d
    steps = []
    for k, (operands, keywords, callee) in enumerate(calls):
        targets = step.targets if k == len(calls) - 1 else (_fresh(context, fact, added if k == 0 else ()),)
        steps.append(Step(targets, callee, (d, *operands), keywords, step.site))
        d = targets[0]
    return tuple(steps)


def _fresh(context: Context, fact: Fact, added: tuple[int, ...]) -> str:
    """A name for a sum on the way; its axes are known as far as only leading ones went."""
    name = context.names.fresh("t")
    shape = shape_of(fact)[len(added) :]
    context.facts[name] = Array(fact.dtype, shape if added else None) if shape else Number(fact.dtype, False)
    return name


def _axes(axes: tuple[int, ...]) -> Const:
    return Const(axes[0] if len(axes) == 1 else axes)


def _spread(step: Step, context: Context, have: Fact, want: Fact) -> Rewriting:
    """The cotangent of an array is a number so far: the array filled with it, in the dtype of the array."""
    if isinstance(have, Number) and isinstance(want, Array) and np.dtype(want.dtype).kind == np.dtype(have.dtype).kind:
        return Step(step.targets, np.full_like, (step.operands[1], step.operands[0]), (), step.site)
    return None
