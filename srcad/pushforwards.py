"""Tangents of the results of functions that are only known when the program runs.

Guarantee: the result is the function's own, beside its tangent.  Programs are made once for each function, kind of
arguments, and choice of those that have a tangent, and made anew when what the function refers to changes.  Refused is
a function that writes to its arguments, and one of which neither source nor a rule is known.

What a closure holds is taken for constant here: the program calls a function in this way only where it has made sure of
that.  An object that is called is an argument like others.
"""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from srcad import arrays, runtime, trees
from srcad import facts as fa
from srcad.arguments import bound
from srcad.objects import is_object
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.rules import register
from srcad.signatures import signature
from srcad.transform.binding import call_method
from srcad.transform.pipeline import derive_tangent
from srcad.unresolved import by_position, list_for, writing

Args = tuple[Any, ...]
Named = dict[str, Any]

_programs = Programs(1024)


def push(callee: Any, args: Args, dots: Args, own: Any, named: Named, named_dots: Named) -> tuple[Any, Any]:
    """Calls `callee`; returns its result and the tangent of that, for tangents of which None is one of zero."""
    if isinstance(callee, types.MethodType) and is_object(callee.__self__):
        return push(callee.__func__, (callee.__self__, *args), (own, *dots), None, named, named_dots)
    if is_object(callee) and (method := call_method(type(callee))) is not None:
        return push(method, (callee, *args), (own, *dots), None, named, named_dots)
    entry = register.lookup(callee)
    asked = (*dots, *(named_dots.get(k) for k in named))
    if entry is not None and entry.constant and entry.rule is None or not any(d is not None for d in asked):
        out = callee(*args, **named)
        return out, runtime.zero_tangent(out)
    given = (*args, *named.values())
    given_dots = tuple(_of_its_type(dot, value) for dot, value in zip(asked, given, strict=True))
    key = (
        signature(callee),
        tuple(map(signature, args)),
        tuple((k, signature(v)) for k, v in named.items()),
        tuple(d is not None for d in asked),
    )
    compiled = _programs.find(key)
    if compiled is None:
        compiled = _make(callee, args, named, given_dots)
        _programs.add(key, compiled)
    (run,) = compiled.functions
    try:
        return run(*given, *(d for d in given_dots if d is not None))
    except Exception as error:
        explain(error)
        raise


def _of_its_type(dot: Any, value: Any) -> Any:
    """The tangent of a number as a number of its type."""
    return type(value)(dot) if dot is not None and isinstance(value, (float, complex, np.generic)) else dot


def _make(callee: Any, args: Args, named: Named, dots: Args) -> Compiled:
    function = by_position(list_for(callee, args), args, named)
    given = (*args, *named.values())
    values = bound(function, given, {})
    names = [p.name for p in function.params][: len(given)]
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    wrt = tuple(name for name, dot in zip(names, dots, strict=True) if dot is not None)
    module = arrays.array_module(*trees.flatten(tuple(values.values()))[0])
    derived = derive_tangent(function, facts | captured_facts(function) | device_facts(module), wrt, len(given))
    if derived.copied:
        raise writing(function.name, derived.copied[0], function.site)
    return Compiled(derived, [derived.program], [derived.primal, derived.function], module)


runtime.install_pushforward(push)
