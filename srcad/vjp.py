"""The pullback of a function at a point, as an object that is called with cotangents of the result.

Guarantee: the value is the function's own, bit for bit.  The pullback may be called any number of times, in any order
and from several threads, each time with the same result: nothing that happens to arguments, result or variables outside
after the forward sweep changes it, and what the reverse sweep undoes is put back.  Cotangents that do not fit the
result are refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from srcad import arrays
from srcad import facts as fa
from srcad.arguments import bound, check_arrays, check_differentiable, refuse_overlap, wanted, with_own_parameters
from srcad.contents import repeatable
from srcad.forms import Form
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.signatures import signature
from srcad.transform.pipeline import primal_list
from srcad.transform.pullback import derive_pullback

_programs = Programs(1024)


class Pullback:
    """The linear function from cotangents of a result to those of the arguments.  Made by `srcad.vjp`.

    It returns a tuple, an item for each argument that is differentiated.  `source` is its program, `forward_source` the
    one that computed the value and what this one needs of it.
    """

    def __init__(self, compiled: Compiled, saved: Any, result: Any):
        self._derived = compiled.derived
        self._run, *more = [repeatable(f, saved, compiled.derived.restored) for f in compiled.functions[1:]]
        self._run_batch = more[0] if more else None
        self.result = Form(result, f"the cotangent of {self._derived.primal.name}")

    @property
    def source(self) -> str:
        """The program of the reverse sweep."""
        return self._derived.backward.source

    @property
    def forward_source(self) -> str:
        """The program of the forward sweep."""
        return self._derived.forward.source

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """The cotangents of the arguments, for one of the result."""
        return self.pull(self.result.fitted(cotangent))

    def pull(self, cotangent: Any) -> tuple[Any, ...]:
        """The same for a cotangent that is known to fit."""
        return self._pulled(self._run, cotangent)

    @property
    def has_batch(self) -> bool:
        """Whether there is a program for many cotangents at once."""
        return self._run_batch is not None

    def pull_batch(self, cotangents: Any) -> tuple[Any, ...]:
        """The same for many cotangents along a leading axis."""
        if self._run_batch is None:
            raise TypeError("there is no program for many cotangents at once")
        return self._pulled(self._run_batch, cotangents)

    def _pulled(self, run: Callable[[Any], Any], cotangent: Any) -> tuple[Any, ...]:
        try:
            found = run(cotangent)
        except Exception as error:
            explain(error)
            raise
        return found if len(self._derived.active) > 1 else (found,)

    def __repr__(self) -> str:
        return f"<pullback of {self._derived.primal.name}>"


@dataclass(frozen=True)
class Asked:
    """What is asked of a pair: with respect to which arguments, whether of `(value, aux)`, of complex numbers only.

    For a Jacobian it is asked for many cotangents at once, too, `in_batches`.
    """

    wrt: tuple[int | str, ...]
    has_aux: bool = False
    holomorphic: bool = False
    otherwise: str = "choose other argnums"
    in_batches: bool = False


def linearised(
    f: Callable[..., Any], primals: tuple[Any, ...], kwargs: Mapping[str, Any], asked: Asked
) -> tuple[Any, Pullback]:
    """The result of the function, and its pullback; with `has_aux` that of the value."""
    compiled = program_for(f, primals, kwargs, asked)
    derived = compiled.derived
    if derived.written:
        given = {**compiled.values(), **bound(derived.primal, primals, kwargs)}
        refuse_overlap(derived.written, given, derived.primal)
    try:
        out, saved = compiled.functions[0](*primals, **kwargs)
    except Exception as error:
        explain(error)
        raise
    return out, Pullback(compiled, saved, out[0] if asked.has_aux else out)


def program_for(f: Callable[..., Any], primals: tuple[Any, ...], kwargs: Mapping[str, Any], asked: Asked) -> Compiled:
    """The programs of both sweeps for arguments like these."""
    named = tuple([(k, signature(v)) for k, v in kwargs.items()])
    key = (signature(f), tuple(map(signature, primals)), named, asked)
    compiled = _programs.find(key)
    if compiled is None:
        compiled = _make(f, primals, kwargs, asked)
        _programs.add(key, compiled)
    return compiled


def _make(f: Callable[..., Any], primals: tuple[Any, ...], kwargs: Mapping[str, Any], asked: Asked) -> Compiled:
    function = with_own_parameters(primal_list(f), asked.wrt, primals, kwargs)
    values = bound(function, primals, kwargs)
    names = wanted(function, asked.wrt)
    check_arrays(values, function)
    for name in names:
        check_differentiable(values[name], name, function, holomorphic=asked.holomorphic, otherwise=asked.otherwise)
    module = arrays.array_module_of_trees(*values.values(), names=tuple(values))
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    facts = facts | captured_facts(function) | device_facts(module)
    pair = derive_pullback(function, facts, names, asked.has_aux, asked.in_batches)
    return Compiled(pair, pair.programs, [pair.primal], module)
