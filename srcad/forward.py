"""The object that `jvp` returns: a function of primals and tangents that makes its program when it is called.

Guarantee: the value is the function's own, bit for bit; the tangent is the derivative along the tangents given, in the
structure, shapes and dtypes of the value.  Tangents that do not fit their primals are refused by name.  Nothing the
caller passes is modified, and the tangent shares memory with nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcad import arrays, runtime, trees
from srcad import facts as fa
from srcad.arguments import bound, check_arrays, check_differentiable, refuse_overlap, wanted, with_own_parameters
from srcad.errors import ArgumentError
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.signatures import signature
from srcad.transform.pipeline import Derived, derive_tangent, primal_list
from srcad.wengert import Function

_programs = Programs(1024)


class Pushforward:
    """The forward derivative of a function.  Made by `srcad.jvp`.

    `source` is the program used last (before any call the generic one), `source_for(primals, tangents)` the one for
    arguments like these, `primal` the function itself.
    """

    __srcad_callee__ = True
    __srcad_pushes__ = True

    def __init__(self, primal: Callable[..., Any]):
        self.primal = primal
        self._last: Derived | None = None
        self.__wrapped__ = primal
        self.__name__: str = getattr(primal, "__name__", "jvp")
        self.__qualname__: str = getattr(primal, "__qualname__", self.__name__)
        self.__doc__ = getattr(primal, "__doc__", None)

    def __call__(self, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The value at the primals, and the derivative of it along the tangents."""
        primals, tangents = checked(primals, tangents)
        compiled = program_for(self.primal, primals, tangents)
        derived = self._last = compiled.derived
        (run,) = compiled.functions
        names = [p.name for p in derived.primal.params]
        dots = [
            fitting(tangent, primal, name, derived.primal)
            for tangent, primal, name in zip(tangents, primals, names, strict=False)
            if tangent is not None
        ]
        if derived.written:
            given = {**compiled.values(), **bound(derived.primal, tuple(primals), {})}
            refuse_overlap(derived.written, given, derived.primal)
        try:
            return run(*primals, *dots)
        except Exception as error:
            explain(error)
            raise

    @property
    def source(self) -> str:
        """The program used last; before any call the generic one, for tangents of all arguments."""
        if self._last is None:
            function = primal_list(self.primal)
            names = tuple(p.name for p in function.params if p.kind.startswith("POSITIONAL"))
            self._last = derive_tangent(function, captured_facts(function), names, len(names))
        return self._last.program.source

    def source_for(self, primals: Sequence[Any], tangents: Sequence[Any]) -> str:
        """The program for primals and tangents like these, which are not used otherwise."""
        derived: Derived = program_for(self.primal, *checked(primals, tangents)).derived
        return derived.program.source

    def __repr__(self) -> str:
        return f"<jvp of {self.__qualname__}>"


def checked(primals: Any, tangents: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Primals and tangents as tuples of one length.  Raises ArgumentError if they are no such."""
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentError(
                f"{name} is a {type(given).__name__}, not a tuple of one value for each argument", f"pass ({name},)"
            )
    if len(primals) != len(tangents):
        raise ArgumentError(
            f"there are {len(primals)} primals and {len(tangents)} tangents",
            "pass a tangent for each primal, None for one that is not differentiated",
        )
    if all(tangent is None for tangent in tangents):
        raise ArgumentError("no tangent is given", "pass a tangent for at least one of the primals")
    return tuple(primals), tuple(tangents)


def program_for(primal: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Compiled:
    """The program for primals and tangents like these."""
    asked = tuple(tangent is not None for tangent in tangents)
    key = (identity_of(primal), tuple(map(signature, primals)), asked)
    compiled = _programs.find(key)
    if compiled is None:
        compiled = _make(primal, primals, asked)
        _programs.add(key, compiled)
    return compiled


def identity_of(primal: Any) -> Any:
    """What a function is known by: a derivative, which may be made anew for every call, by what it is one of."""
    if hasattr(primal, "options") and hasattr(primal, "primal"):
        return (type(primal), identity_of(primal.primal), repr(primal.options))
    return signature(primal)


def _make(primal: Callable[..., Any], primals: tuple[Any, ...], asked: tuple[bool, ...]) -> Compiled:
    positions = tuple(range(len(primals)))
    function = with_own_parameters(primal_list(primal), positions, primals, {})
    values = bound(function, primals, {})
    check_arrays(values, function)
    wrt = tuple(n for n, given in zip(wanted(function, positions), asked, strict=True) if given)
    for name in wrt:
        check_differentiable(values[name], name, function)
    module = arrays.array_module_of_trees(*values.values(), names=tuple(values))
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    derived = derive_tangent(function, facts | captured_facts(function) | device_facts(module), wrt, len(primals))
    return Compiled(derived, [derived.program], [derived.primal, derived.function], module)


# ------------------------------------------------------------------------------------------------- tangents


def fitting(tangent: Any, primal: Any, name: str, function: Function) -> Any:
    """The tangent of an argument, with zeros for what carries none.  Raises ArgumentError if it does not fit."""
    leaves, structure = trees.flatten(primal)
    if structure.is_leaf():
        return _leaf(tangent, primal, f"the tangent of {name}", function)
    trees.check_same(primal, tangent, f"the tangent of {name}")
    places = trees.paths(primal, name)
    rows = zip(trees.flatten(tangent)[0], leaves, places, strict=True)
    found = [_leaf(dot, leaf, f"the tangent of {path}", function) for dot, leaf, path in rows]
    return trees.unflatten(structure, found)


def _leaf(dot: Any, leaf: Any, what: str, function: Function) -> Any:
    """The tangent of a number or an array."""
    if not trees.is_differentiable(leaf):
        if dot is None or dot is leaf or isinstance(dot, float) and dot == 0.0:
            return runtime.zero_tangent(leaf)
        raise ArgumentError(f"{what} in {function.name} belongs to what carries no derivative", "pass None for it")
    shape, given = np.shape(leaf), getattr(dot, "shape", () if isinstance(dot, (int, float, complex)) else None)
    if given != shape:
        found = f"of shape {given}" if given is not None else f"a {type(dot).__name__}"
        raise ArgumentError(f"{what} in {function.name} is {found}, not of shape {shape}", "pass one of the same shape")
    dtype, have = _dtype(leaf), _dtype(dot)
    if dtype != have and not (isinstance(leaf, float) and have.kind == "f") and not isinstance(dot, float):
        raise ArgumentError(
            f"{what} in {function.name} is of dtype {have}, not of {dtype}", f"convert it (to {dtype}), or the primal"
        )
    return type(leaf)(dot) if isinstance(leaf, (float, complex, np.generic)) else dot


def _dtype(leaf: Any) -> np.dtype:
    return np.dtype(getattr(leaf, "dtype", type(leaf)))
