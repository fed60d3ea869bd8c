"""What is asked of the result of a function whose gradient is taken: one real number, or one complex number.

Guarantee: where facts show that the result is another, the function is refused; where they leave it open, the program
checks it when it runs.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import ResultError
from srcad.facts import Array, Fact, Number
from srcad.transform.reverse.sweep import Sweep, cotangent_fact, slots_of
from srcad.wengert import Const, Function, Operand


def result_path(sweep: Sweep, function: Function, has_aux: bool) -> tuple:
    """Where in the result the value is.  Raises ResultError where that is to be a pair and is none."""
    if not has_aux:
        return ()
    slots = slots_of(sweep.builder.fact(function.result))
    if slots is None or len(slots) != 2:
        raise no_pair(function)
    return (0,)


def no_pair(function: Function) -> ResultError:
    """The error for a function that returns something else than value and auxiliary value."""
    reason = f"with has_aux=True, {function.name} must return a pair (value, aux)"
    return ResultError(reason, "return value, aux", function.site)


def given_cotangent_fact(fact: Fact) -> Fact:
    """What is known of a cotangent that was checked to fit a result: its structure, and the shapes of its leaves."""
    match fa.widen(fact):
        case fa.Tuple(items=items) as known:
            return replace(known, items=tuple(map(given_cotangent_fact, items)))
        case fa.List(items=tuple() as items):
            return fa.List(tuple(map(given_cotangent_fact, items)))
        case fa.Dict(items=tuple() as named, type=kind, keys=keys):
            return fa.Dict(tuple((key, given_cotangent_fact(item)) for key, item in named), type=kind, keys=keys)
        case Number() | Array() as number if fa.is_active_type(number):
            return cotangent_fact(number)
    return fa.UNKNOWN


def scalar_seed(sweep: Sweep, result: Operand, path: tuple, holomorphic: bool) -> Operand:
    """The cotangent 1 of the result.  Raises ResultError, or emits the check, where it is not what is asked for."""
    site, name = sweep.function.site, sweep.function.name
    fact = sweep.fact_at(result, path) if isinstance(result, str) else fa.widen(sweep.builder.fact(result))
    asked = "c" if holomorphic else "f"
    sweep.builder.site = None
    match fact:
        case Number(dtype=str() as dtype) if np.dtype(dtype).kind == asked:
            return Const(1.0)
        case Array(dtype=str() as dtype, shape=shape) if np.dtype(dtype).kind == asked:
            if shape is not None and all(d.one is True for d in shape):
                return sweep.builder.step(np.ones_like, sweep.primal_at(str(result), path), like="d", fact=fact)
            if shape is not None and any(d.one is False for d in shape):
                raise ResultError(
                    f"grad needs a function that returns one number; {name} returns an array of {len(shape)} axes",
                    "return a scalar, for instance by np.sum or np.mean",
                    site,
                )
        case Number(dtype=str() as dtype) | Array(dtype=str() as dtype):
            python = {"i": "an int", "b": "a bool", "c": "a complex number", "f": "a float"}
            what = python.get(np.dtype(dtype).kind, dtype) if isinstance(fact, Number) and fact.weak else dtype
            raise ResultError(*rt.no_scalar(f"{name} returns {what}", np.dtype(dtype).kind, holomorphic), site)
        case fa.Tuple() | fa.List() | fa.Dict() | fa.Known() | fa.Instance():
            value = fact.value if isinstance(fact, fa.Known) else ...
            kind = type(fact).__name__.lower() if value is ... else type(value).__name__
            reason, _ = rt.no_scalar(f"{name} returns {'None' if value is None else f'a {kind}'}", "", holomorphic)
            raise ResultError(reason, "return a real scalar; with has_aux=True a pair (value, aux)", site)
    primal = sweep.primal_at(result, path) if isinstance(result, str) else result
    more = (Const(True),) if holomorphic else ()
    sweep.builder.effect(rt.checked_scalar, primal, Const(name), *more)
    return sweep.builder.step(rt.one_like, primal, like="d")
