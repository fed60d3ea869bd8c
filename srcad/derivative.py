"""The object that `grad` and its relatives return: a function that makes its program when it is called.

Guarantee: the program that runs was made for arguments of exactly the kind, dtype and axes (one or not one) given,
and for what the names in the primal's source refer to now.  Programs are kept and found again by these;
sizes do not matter.  Nothing the caller passes is modified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from srcad import arrays
from srcad import facts as fa
from srcad.arguments import (
    Options,
    bound,
    check_arrays,
    check_differentiable,
    refuse_overlap,
    with_own_parameters,
)
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.signatures import signature, signatures
from srcad.transform.nesting import Request, request_for
from srcad.transform.pipeline import Derived, derive, primal_list
from srcad.transformed import Transformed
from srcad.wengert import Function


class Derivative(Transformed):
    """A derivative function.  Made by `srcad.grad` and `srcad.value_and_grad`.

    `source` is the program used last (before any call the generic one), `source_for(*args)` the one for
    arguments like these, `wengert` the list of the primal, `primal` the function itself.  It keeps
    the primal's signature and documentation, and pickles by reference to it.
    """

    __srcad_callee__ = True

    def __init__(self, primal: Callable[..., Any], options: Options):
        super().__init__(primal, options)
        self._programs = Programs()
        self._last: Derived | None = None

    # ---------------------------------------------------------------------------------------- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The derivative at these arguments, which are those of the primal."""
        compiled = self._program(args, kwargs)
        self._last = compiled.derived
        (run,) = compiled.functions
        if compiled.derived.written:
            function = compiled.derived.primal
            refuse_overlap(compiled.derived.written, {**compiled.values(), **bound(function, args, kwargs)}, function)
        try:
            return run(*args, **kwargs)
        except Exception as error:
            explain(error)
            raise

    def _program(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Compiled:
        """The program for these arguments."""
        key: Any = signatures(args)
        if kwargs:
            key = (key, tuple([(k, signature(v)) for k, v in kwargs.items()]))
        compiled = self._programs.find(key)
        if compiled is None:
            compiled = self._make(args, kwargs)
            self._programs.add(key, compiled)
        return compiled

    def _make(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Compiled:
        function = with_own_parameters(self.wengert, self.options.argnums, args, kwargs)
        request = self._request(function)
        values = bound(function, args, kwargs)
        check_arrays(values, function)
        for name in request.wrt:
            check_differentiable(values[name], name, function, holomorphic=self.options.holomorphic)
        module = arrays.array_module_of_trees(*values.values(), names=tuple(values))
        facts = {name: fa.fact_of(value, name) for name, value in values.items()}
        derived = derive(function, facts | captured_facts(function) | device_facts(module), request)
        return Compiled(derived, [derived.program], [derived.primal, derived.function], module)

    def _request(self, function: Function) -> Request:
        return request_for(function, self.options)

    # ---------------------------------------------------------------------------------------- showing

    @property
    def source(self) -> str:
        """The program used last; before any call the generic one, which is right for all arguments."""
        if self._last is None:
            function = with_own_parameters(self.wengert, self.options.argnums, (), {})
            self._last = derive(function, captured_facts(function), self._request(function))
        return self._last.program.source

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The program for arguments like these, which are not used otherwise."""
        derived: Derived = self._program(args, kwargs).derived
        return derived.program.source

    @property
    def wengert(self) -> Function:
        """The Wengert list of the primal, as it was lowered.  Raises SourceError if it cannot be had."""
        return primal_list(self.primal)
