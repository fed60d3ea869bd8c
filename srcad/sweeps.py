"""Functions linearised at a point by forward mode: value and tangent for a batch of directions, or one after the other.

Guarantee: as for `forward`; arguments may be given by keyword, and what is differentiated may be the default of one.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from srcad import arrays
from srcad import facts as fa
from srcad.arguments import bound, check_arrays, check_differentiable, refuse_overlap, wanted, with_own_parameters
from srcad.forward import identity_of
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.pushforwards import by_position
from srcad.signatures import signature
from srcad.transform.batching import NotBatchedError
from srcad.transform.pipeline import Derived, derive_tangent, primal_list
from srcad.vjp import Asked
from srcad.wengert import Function

_programs = Programs(1024)


class Linearised(Compiled):
    """The program for the arguments `given`, by parameter, and tangents of those named in `wrt`, or batches of them."""

    def __init__(
        self,
        derived: Derived,
        is_batch: bool,
        given: tuple[str, ...],
        wrt: tuple[str, ...],
        module: types.ModuleType,
    ):
        super().__init__(derived, [derived.program], [derived.primal, derived.function], module)
        self.is_batch, self.given, self.wrt = is_batch, given, wrt


@dataclass(frozen=True)
class Pushed:
    """A function at a point, to be called with a tangent for each of the values that are differentiated, or a batch."""

    compiled: Linearised
    given: tuple[Any, ...]
    differentiated: tuple[Any, ...]

    def __call__(self, dots: tuple[Any, ...]) -> tuple[Any, Any]:
        """The result of the function, and its tangent; of a pair with an auxiliary value, that of the value alone."""
        (run,) = self.compiled.functions
        try:
            return run(*self.given, *dots)
        except Exception as error:
            explain(error)
            raise

    @property
    def name(self) -> str:
        """The name of the function."""
        name: str = self.compiled.derived.primal.name
        return name


def pushed(f: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], asked: Asked) -> Pushed:
    """The function linearised at these arguments.  Raises ArgumentError where they carry no derivative."""
    compiled = program_for(f, args, kwargs, asked)
    derived = compiled.derived
    values = bound(derived.primal, (*args, *kwargs.values()), {})
    if derived.written:
        refuse_overlap(derived.written, {**compiled.values(), **values}, derived.primal)
    return Pushed(compiled, tuple(values[n] for n in compiled.given), tuple(values[n] for n in compiled.wrt))


def program_for(f: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], asked: Asked) -> Linearised:
    """The program for arguments like these."""
    named = tuple([(k, signature(v)) for k, v in kwargs.items()])
    key = (identity_of(f), tuple(map(signature, args)), named, asked)
    compiled: Any = _programs.find(key)
    if compiled is None:
        compiled = _make(f, args, dict(kwargs), asked)
        _programs.add(key, compiled)
    return compiled


def _make(f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], asked: Asked) -> Linearised:
    plain = primal_list(f)
    own = with_own_parameters(plain, asked.wrt, args, kwargs)
    bound(own, args, kwargs)  # raises TypeError where the call does not fit
    wrt = wanted(own, asked.wrt)
    function, given = _given_first(by_position(plain, args, kwargs), len(args) + len(kwargs), wrt)
    values = bound(function, (*args, *kwargs.values()), {})
    check_arrays(values, function)
    for name in wrt:
        check_differentiable(values[name], name, function, holomorphic=asked.holomorphic, otherwise=asked.otherwise)
    module = arrays.array_module_of_trees(*values.values(), names=tuple(values))
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    facts = facts | captured_facts(function) | device_facts(module)
    try:
        derived = derive_tangent(function, facts, wrt, len(given), has_aux=asked.has_aux, is_batch=True)
    except NotBatchedError:
        derived = derive_tangent(function, facts, wrt, len(given), has_aux=asked.has_aux)
        return Linearised(derived, False, given, wrt, module)
    return Linearised(derived, True, given, wrt, module)


def _given_first(function: Function, count: int, wrt: tuple[str, ...]) -> tuple[Function, tuple[str, ...]]:
    """The function with all that is passed before what is not: `count` arguments, and the defaults of `wrt`."""
    first, rest = function.params[:count], function.params[count:]
    defaults = tuple(replace(p, kind="POSITIONAL_OR_KEYWORD") for p in rest if p.name in wrt)
    others = tuple(p for p in rest if p.name not in wrt)
    return replace(function, params=(*first, *defaults, *others)), tuple(p.name for p in (*first, *defaults))
