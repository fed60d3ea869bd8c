"""The tangent of a primitive, from whatever is registered of it.

- partials: the sum of partial derivatives times tangents; broadcasting needs no undoing.
- linear: the same call on tangents.
- products, linear in each operand: the call on one tangent after the other, added up.
- a tangent rule: its body, one contribution for each operand.
- an adjoint alone: transposed (see `transposed`).

Guarantee: the tangent has the shape and dtype of the result, and shares memory with other tangents only where the
result shares memory with what these belong to.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Array, Known, List, Number, Tuple
from srcad.rules import primitives, register
from srcad.transform.analyses import effects
from srcad.transform.analyses.varied import is_constant
from srcad.transform.forward.attempts import never_raising
from srcad.transform.forward.state import Forward, dot_name, tangent_fact
from srcad.transform.forward.transposed import transposed
from srcad.transform.reverse.steps import (
    as_array,
    bind_rule,
    inline,
    missing_rule,
    named,
    other_parameter,
    split_result,
)
from srcad.transform.reverse.views import is_certain_view
from srcad.transform.scalars.unread import without_unread
from srcad.wengert import Const, Method, Operand, Step, callee_name, make_tuple

ONE = Const(1.0)
MINUS_ONE = Const(-1.0)


def rule_tangent(fw: Forward, step: Step, target: str) -> Operand:
    """The tangent of a step's target by what is registered of its callee.

    Raises DifferentiationError if nothing is.
    """
    entry, begin = register.lookup(step.callee), len(fw.builder.steps)
    if entry is not None and is_constant(step, fw.facts):
        if any(map(fw.is_active, effects.arguments(step, entry, entry.shares) if entry.shares else ())):
            raise UnsupportedError(
                f"{callee_name(step.callee)} is declared constant, and returns memory that carries a derivative",
                "register it as linear",
                step.site,
            )
        return fw.zero(target)
    if entry is None or entry.rule is None:
        raise missing_rule(fw, step)
    bound = bind_rule(fw, step, entry)
    for name, operand in bound.items():
        if name not in entry.rule.wrt and name not in entry.describes and active_in(fw, operand):
            raise other_parameter(step, name)
    if entry.rule.form == "linear" or entry.jointly:
        found: Operand = called_on_tangents(fw, step, entry)
    elif entry.multilinear:
        found = by_product(fw, step, target, entry)
    elif entry.tangent is not None:
        found = by_tangent_rule(fw, target, entry.tangent, bound)
    elif entry.rule.form == "partials":
        found = by_partials(fw, step, target, entry.rule, bound)
    else:
        lists = {n: as_array(fw, o) for n, o in bound.items() if n in entry.rule.arrays and not active_in(fw, o)}
        found = transposed(fw, step, entry.rule, bound | lists, target)
    found = named(fw, found, dot_name(target), begin)
    if (
        entry.rule.form != "linear"
        or fa.is_numeric(fw.fact(target))
        and not fits_as_it_is(fw, entry, bound, found, target)
    ):
        found = fitted(fw, found, target)
    return own_view(fw, step, target, found, entry) if entry.shares else own(fw, step, target, found, begin)


# --------------------------------------------------------------------------------------------------- forms


def by_partials(fw: Forward, step: Step, target: str, rule: primitives.Rule, bound: dict[str, Any]) -> Operand:
    """The sum of the partial derivatives times the tangents."""
    wanted = [w for w in rule.wrt if fw.is_active(bound[w])]
    dots = {w: array_of(fw, bound[w], fw.tangent(bound[w])) for w in wanted}
    arguments = {name: as_array(fw, operand) for name, operand in bound.items()}
    begin = len(fw.builder.steps)
    result = inline(fw, rule, {"out": target}, arguments)
    results = dict(zip(rule.wrt, split_result(fw, result, len(rule.wrt), begin), strict=True))
    never_raising(fw, begin)
    like = dot_name(target) if len(wanted) == 1 else "d"
    if rule.singular:
        results |= {w: where_used(fw, bound[w], dots[w], results[w]) for w in wanted}
    return added(fw, [times(fw, dots[w], results[w], like) for w in wanted], target)


def where_used(fw: Forward, operand: Operand, dot: Operand, partial: Operand) -> Operand:
    """A partial derivative that may be infinite, replaced by 1 where the operand has no tangent."""
    if operand not in fw.partly_zero or not isinstance(fw.fact(dot), Array) or isinstance(partial, Const):
        return partial
    used = fw.builder.step(operator.ne, dot, Const(0.0))
    return fw.builder.step(np.where, used, partial, ONE)


def times(fw: Forward, dot: Operand, partial: Operand, like: str) -> Operand:
    """A tangent times a partial derivative."""
    if partial == ONE:
        return dot
    if partial == MINUS_ONE:
        return fw.builder.step(operator.neg, dot, like=like)
    return fw.builder.step(operator.mul, dot, partial, like=like)


def array_of(fw: Forward, operand: Operand, dot: Operand) -> Operand:
    """The tangent of a list or tuple as the array that NumPy makes of it."""
    return fw.builder.step(np.asarray, dot, like="t") if isinstance(fw.fact(operand), (List, Tuple)) else dot


def added(fw: Forward, terms: list[Operand], target: str) -> Operand:
    """The sum of the contributions of the operands; of tuples, that of each item."""
    known = fw.fact(terms[0])
    if len(terms) > 1 and isinstance(known, Tuple):
        places = range(len(known.items))
        items = [[fw.builder.step(operator.getitem, term, Const(i), like="d") for term in terms] for i in places]
        return fw.builder.step(make_tuple, *(added(fw, column, target) for column in items), like=dot_name(target))
    total = terms[0]
    for place, more in enumerate(terms[1:], 2):
        total = fw.builder.step(operator.add, total, more, like=dot_name(target) if place == len(terms) else "d")
    return total


def called_on_tangents(fw: Forward, step: Step, entry: primitives.Primitive, only: int | None = None) -> str:
    """The step with tangents in the place of the operands that its rule differentiates, or of one of them."""
    rule = entry.rule
    assert rule is not None
    names = [*rule.parameters.by_position, *[rule.parameters.starred] * len(step.operands)]
    operands = [
        fw.tangent(o) if name in rule.wrt and only in (None, i) and carries(fw, o) else o
        for i, (name, o) in enumerate(zip(names, step.operands, strict=False))
    ]
    like = dot_name(step.target) if only is None else "d"
    keywords = {k: fw.tangent(o) if k in rule.wrt and only is None and carries(fw, o) else o for k, o in step.keywords}
    return fw.builder.step(step.callee, *operands, keywords=keywords, like=like)


def carries(fw: Forward, operand: Operand) -> bool:
    """Whether an operand is a number, an array or a container, and not None, for instance, which stands for nothing."""
    return fw.is_active(operand) or not isinstance(fw.fact(operand), (Known, fa.Instance))


def by_product(fw: Forward, step: Step, target: str, entry: primitives.Primitive) -> Operand:
    """The sum of the products with the tangent of one factor each."""
    step = by_position(step, entry)
    active = [i for i, o in enumerate(step.operands) if fw.is_active(o)]
    return added(fw, [called_on_tangents(fw, step, entry, i) for i in active], target)


def by_position(step: Step, entry: primitives.Primitive) -> Step:
    """The step with the operands that its rule differentiates given by position, where it gives them by keyword."""
    rule = entry.rule
    assert rule is not None
    named = dict(step.keywords)
    operands = list(step.operands)
    for name in rule.parameters.by_position[len(operands) :]:
        if name not in named or name not in rule.wrt:
            break
        operands.append(named.pop(name))
    return replace(step, operands=tuple(operands), keywords=tuple(named.items()))


def by_tangent_rule(fw: Forward, target: str, rule: primitives.Rule, bound: dict[str, Any]) -> Operand:
    """The sum of what the body of a tangent rule returns for the active operands.

    What it computes for the others is left out at once: in a `try` it could raise an error of its own.
    """
    wanted = [w for w in rule.wrt if active_in(fw, bound[w])]
    dots = {f"dot_{w}": fw.tangent(bound[w]) if w in wanted else ONE for w in rule.wrt}
    begin = len(fw.builder.steps)
    result = inline(fw, rule, {"out": target, **dots}, bound)
    results = dict(zip(rule.wrt, split_result(fw, result, len(rule.wrt), begin), strict=True))
    found = added(fw, [results[w] for w in wanted], target)
    steps = tuple(fw.builder.steps[begin:])
    fw.builder.steps[begin:] = without_unread(steps, found, lambda step: effects.is_pure(step, fw.facts))
    return found


def active_in(fw: Forward, operand: Any) -> bool:
    """Whether an operand, or one of several, is active."""
    return any(map(fw.is_active, operand)) if isinstance(operand, tuple) else fw.is_active(operand)


# ---------------------------------------------------------------------------------------------- guarantees


def fits_as_it_is(fw: Forward, entry: primitives.Primitive, bound: dict[str, Any], dot: Operand, target: str) -> bool:
    """Whether the call that gives a tangent has the shape and dtype of the result, as tangents have those of operands.

    If so, it is known of the tangent what is known of the result.
    """
    assert entry.rule is not None
    whole = all(isinstance(bound[w], str) and fw.is_active(bound[w]) for w in entry.rule.wrt)
    have, want = fw.fact(dot), fw.fact(target)
    if not whole or not isinstance(dot, str) or not isinstance(have, Array) or not isinstance(want, Array):
        return False
    if not alike(have, want):
        return False
    fw.facts[dot] = want
    return True


def fitted(fw: Forward, dot: Operand, target: str) -> Operand:
    """The tangent in the shape and dtype of the result, where facts do not show that it has them."""
    have, want = fw.fact(dot), fw.fact(target)
    fact = tangent_fact(want)
    if isinstance(have, (Number, Array)) and isinstance(want, (Number, Array)):
        if fa.shape_of(have) is not None and fa.shape_of(have) == fa.shape_of(want) and alike(have, want):
            return dot
    elif isinstance(want, (Tuple, List, fa.Dict)):
        return dot
    callee = rt.unbroadcast if fa.is_numeric(want) or isinstance(want, fa.Either) else rt.project
    return fw.builder.step(callee, dot, target, like=dot_name(target), fact=fact)


def alike(have: Number | Array, want: Number | Array) -> bool:
    """Whether a tangent certainly has the dtype of the result."""
    if have.dtype is None or want.dtype is None:
        return False
    if have.dtype == want.dtype:
        return True
    weak = isinstance(want, Number) and isinstance(have, Number) and want.weak is True
    return weak and np.dtype(have.dtype).kind == np.dtype(want.dtype).kind


def own(fw: Forward, step: Step, target: str, dot: Operand, begin: int) -> Operand:
    """The tangent as memory of its own, where the result is, and something may be written to one of the operands.

    The steps from `begin` on made it, unless it is the tangent of an operand.
    """
    if not isinstance(fw.fact(target), (Array, fa.Either, fa.Unknown)) or not isinstance(dot, str):
        return dot
    if not any(isinstance(o, str) and fw.memory.is_written(o) for o in (target, *step.operands)):
        return dot
    made = next((n for n in fw.builder.steps[begin:] if isinstance(n, Step) and n.targets == (dot,)), None)
    if made is not None and is_new(made):
        return dot
    callee: Any = Method("copy") if isinstance(fw.fact(target), Array) else rt.copied
    return fw.builder.step(callee, dot, like=dot_name(target), fact=fw.facts[dot])


def is_new(step: Step) -> bool:
    """Whether the result of a step certainly shares memory with nothing else."""
    callee = effects.hashable(step.callee)
    if callee in effects.OPERATORS or callee in effects.FRESH:
        return True
    entry = register.lookup(step.callee)
    return entry is not None and entry.rule is not None and not entry.shares and callee is not rt.unbroadcast


def own_view(fw: Forward, step: Step, target: str, dot: Operand, entry: primitives.Primitive) -> Operand:
    """The tangent of what may be a view: one exactly if that is one, where something is written to it."""
    certain = is_certain_view(step, entry, fw.facts) and entry.rule is not None and entry.rule.form == "linear"
    if certain or not isinstance(dot, str):
        return dot
    shared = [o for o in effects.arguments(step, entry, entry.shares) if fw.is_active(o)]
    if not isinstance(fw.fact(target), (Array, fa.Either, fa.Unknown)):
        return dot
    if not any(isinstance(o, str) and fw.memory.is_written(o) for o in (target, *shared)):
        return dot
    for of in shared:
        if isinstance(fw.fact(of), (Array, fa.Either, fa.Unknown)):
            operands = (dot, target, of, fw.tangent(of))
            fact = fw.facts[dot]
            dot = fw.builder.step(rt.tangent_of_view, *operands, like=dot_name(target), fact=fact)
    return dot
