"""The list of a function's value and its pullback, for programs that make and call it themselves.

Guarantee: there are two lists, one for the value and what the reverse sweep needs, and one for the reverse sweep, a
nested function that captured these.  So the sweep runs as often as it is called, each time with what was there when the
value was computed; and what it does can be differentiated like all else in the program.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import Site, UnsupportedError
from srcad.facts import Array, Dict, Fact, List, Number, Tuple
from srcad.transform.reverse.calls import Sweeps
from srcad.transform.reverse.repeatable import Repeatable
from srcad.wengert import (
    Const,
    Function,
    MakeFunction,
    Method,
    Names,
    Operand,
    Param,
    Step,
    all_names,
    check,
    identity,
    make_dict,
    make_list,
    make_tuple,
)


def linearisation(parts: Sweeps, pair: Repeatable, has_aux: bool) -> Function:
    """The function that returns the value and its pullback, and the auxiliary value if there is one."""
    names = Names(all_names(parts.function))
    both, out, saved, pull, result = map(names.fresh, ("t", "out", "saved", "pull", "t"))
    forward, site = replace(pair.forward, site=None), parts.function.site
    steps = [
        Step((both,), forward, tuple(p.name for p in forward.params), (), site),
        Step((out, saved), identity, (both,), (), site),
    ]
    value, items = out, (out, pull)
    fact = parts.facts.get(parts.value, fa.UNKNOWN) if isinstance(parts.value, str) else fa.UNKNOWN
    if has_aux:
        value, aux = names.fresh("value"), names.fresh("aux")
        steps.append(Step((value, aux), identity, (out,), (), site))
        items, fact = (value, pull, aux), fact.items[0] if isinstance(fact, Tuple) else fa.UNKNOWN
    function = MakeFunction(_pullback(parts, pair, fact), 2)
    steps.append(Step((pull,), function, (saved, value), (), site))
    steps.append(Step((result,), make_tuple, items, (), site))
    params = tuple(replace(p, default=None, kind="POSITIONAL_OR_KEYWORD") for p in forward.params)
    return Function(f"{parts.function.name}_vjp", params, tuple(steps), result)


def _pullback(parts: Sweeps, pair: Repeatable, fact: Fact) -> Function:
    """The function of what was saved, the value and a cotangent of it that runs the reverse sweep.

    Afterwards the memory that the sweep wrote to is as it was before.
    """
    backward, site = replace(pair.backward, site=None), parts.function.site
    names = Names(("saved", "value", "cotangent"))
    fit = _Fitting(names, site)
    d = fit.fitted("cotangent", "value", fact)
    steps, after = list(fit.steps), []
    for place in pair.restored:
        name = parts.saved[place or 0]
        if not isinstance(fa.widen(parts.facts.get(name, fa.UNKNOWN)), Array):
            raise UnsupportedError(
                f"the pullback of {parts.function.name} is made in a function that is differentiated, and its reverse "
                "sweep changes a list or dict",
                "have it return arrays, numbers or tuples of them, and change no lists or dicts",
                site,
            )
        part = "saved"
        if place is not None:
            part = names.fresh(name)
            steps.append(Step((part,), operator.getitem, ("saved", Const(place)), (), site))
        kept = names.fresh("kept")
        steps.append(Step((kept,), Method("copy"), (part,), (), site))
        after.append(Step((), operator.setitem, (part, Const(...), kept), (), site))
    found, result = names.fresh("t"), names.fresh("t")
    steps += [Step((found,), backward, ("saved", d), (), site), *after]
    single = len(parts.active) == 1
    steps.append(Step((result,), make_tuple if single else identity, (found,), (), site))
    params = (Param("saved"), Param("value"), Param("cotangent"))
    return Function(f"{parts.function.name}_pullback", params, tuple(steps), result)


class _Fitting:
    """Writes the steps that look whether a cotangent fits a value, leaf by leaf."""

    def __init__(self, names: Names, site: Site | None):
        self._names, self._site = names, site
        self.steps: list[Step] = []

    def _step(self, callee: Any, *operands: Operand, like: str = "d") -> str:
        name = self._names.fresh(like)
        self.steps.append(Step((name,), callee, operands, (), self._site))
        return name

    def fitted(self, d: Operand, value: Operand, fact: Fact) -> Operand:
        """The cotangent of a value with this fact, None for what carries none."""
        match fa.widen(fact):
            case Number() | Array() as numeric if fa.is_active_type(numeric):
                return self._step(rt.as_tangent, d, value)
            case Tuple(items=items, type=kind):
                parts = self._parts(d, value, list(enumerate(items)))
                return self._step(make_tuple if kind is tuple else kind, *parts)
            case List(items=tuple() as items):
                return self._step(make_list, *self._parts(d, value, list(enumerate(items))))
            case Dict(items=tuple() as named, type=kind) if kind is dict:
                parts = self._parts(d, value, list(named))
                keys = [Const(key) for key, _ in named]
                return self._step(make_dict, *(o for pair in zip(keys, parts, strict=True) for o in pair))
            case fact if fa.is_active_type(fact) is False:
                return Const(None)
        return self._step(rt.as_tangent, d, value)  # which refuses what is neither a number nor an array

    def _parts(self, d: Operand, value: Operand, slots: list[tuple[Any, Fact]]) -> list[Operand]:
        """The cotangents of the slots of a container, which must have as many."""
        count = self._step(len, d, like="t")
        alike = self._step(operator.eq, count, Const(len(slots)), like="t")
        text = Const("the cotangent has another structure than the result")
        self.steps.append(Step((), check, (alike, text), (), self._site))
        return [
            self.fitted(
                self._step(operator.getitem, d, Const(key)), self._step(operator.getitem, value, Const(key)), fact
            )
            for key, fact in slots
        ]
