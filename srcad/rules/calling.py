"""A primitive called now, with its rule: where the callee is first known at run time, and in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from srcad.errors import RuleError
from srcad.rules.register import lookup
from srcad.wengert import Attribute, Method


def pullback(callee: Any, args: tuple, kwargs: Mapping[str, Any], unbroadcast: Callable) -> tuple[Any, Callable]:
    """Calls a primitive now: its result, and the function from `d_out` to a dict of cotangents by parameter.

    `unbroadcast(d, like)` undoes the broadcasting of elementwise primitives.  Arguments that are None have no
    cotangent.  This is how a rule is used where the callee is only known at run time, and how the test harness
    runs it.
    """
    entry = lookup(callee)
    if entry is None or entry.rule is None:
        raise RuleError(f"{callee!r} has no rule")
    rule, parameters = entry.rule, entry.rule.parameters
    bound = parameters.bind(args, kwargs, lambda v: v)
    out = call(callee, args, kwargs)

    def pull(d_out: Any) -> dict[str, Any]:
        leading = {"out": out, "d_out": d_out}
        given = {n: _array_of_list(v) if n in rule.arrays and n != parameters.starred else v for n, v in bound.items()}
        starred = given.get(parameters.starred, ()) if parameters.starred else ()
        values = [given[name] for name in parameters.by_position]
        named = {name: given[name] for name in parameters.by_keyword}
        result = rule.body(*(leading[name] for name in rule.leading), *values, *starred, **named)
        results = result if len(rule.wrt) > 1 else (result,)
        if len(results) != len(rule.wrt):
            raise RuleError(f"the rule of {callee!r} returned {len(results)} results for {rule.wrt}")
        if rule.form == "partials":
            wanted = {w: p for w, p in zip(rule.wrt, results, strict=True) if bound[w] is not None}
            return {w: unbroadcast(d_out * p, given[w]) for w, p in wanted.items()}
        return {w: _fitted(d, bound[w], unbroadcast) for w, d in zip(rule.wrt, results, strict=True)}

    return out, pull


def _array_of_list(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, (list, tuple)) else value


def _fitted(d: Any, like: Any, unbroadcast: Callable) -> Any:
    """A cotangent in the dtype of what it belongs to; of a list, each of its items."""
    if isinstance(like, (list, tuple)):
        return d if d is None else [_fitted(part, item, unbroadcast) for part, item in zip(d, like, strict=True)]
    if d is None or not (hasattr(like, "dtype") or isinstance(like, (int, float, complex))):
        return d
    return unbroadcast(d, like)


def call(callee: Any, args: tuple, kwargs: Mapping[str, Any]) -> Any:
    """Calls a primitive: a function, or a method or attribute of the first argument."""
    match callee:
        case Method(name):
            return getattr(args[0], name)(*args[1:], **kwargs)
        case Attribute(name):
            return getattr(args[0], name)
    return callee(*args, **kwargs)
