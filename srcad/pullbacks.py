"""Pullbacks of functions that are only known when the program runs.

Guarantee: the result is the function's own, and the pullback returns a cotangent for every argument, in the order in
which they were given (None for those that carry no derivative), and last for the callee itself.  Programs are made
once for each function and kind of arguments, and made anew when what the function refers to changes.  Refused is a
function that writes to its arguments, because its caller's shadows would not see it, and one of which neither source
nor a rule is known.

What a closure holds is taken for constant here: the reverse sweep calls a function in this way only where it has made
sure of that.  An object that is called is an argument like others.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from srcad import arrays, runtime, trees
from srcad import facts as fa
from srcad.arguments import bound
from srcad.checkpoints import Checkpointed
from srcad.contents import repeatable
from srcad.errors import UnsupportedError
from srcad.objects import is_object
from srcad.programs import Compiled, Programs, captured_facts, device_facts, explain
from srcad.rules import calling, primitives, register
from srcad.signatures import signature
from srcad.transform.binding import call_method
from srcad.transform.pipeline import derive_pair
from srcad.unresolved import list_for, name_of, writing

Args = tuple[Any, ...]
Pull = Callable[[Any], Args]

_programs = Programs(1024)


def make_pullback(callee: Any, args: Args, kwargs: dict[str, Any]) -> tuple[Any, Pull]:
    """Calls `callee`; returns its result, and the function from a cotangent to those of the arguments and the callee.

    An object that is called is an argument of its class's `__call__`; what a function captured is taken for constant.
    """
    if isinstance(callee, types.MethodType) and is_object(callee.__self__):
        out, pull = make_pullback(callee.__func__, (callee.__self__, *args), kwargs)
        return out, lambda d: (*pull(d)[1:-1], None)
    if is_object(callee) and (method := call_method(type(callee))) is not None:
        out, pull = make_pullback(method, (callee, *args), kwargs)
        return out, lambda d: _last_first(pull(d))
    if isinstance(callee, Checkpointed):
        out, pull = _computed_again(callee, args, kwargs)
        return out, lambda d: (*pull(d), None)
    out, pull = _pullback(callee, args, kwargs)
    return out, lambda d: (*pull(d), None)


def _last_first(cotangents: Args) -> Args:
    """The cotangent of the object that was called goes to the end."""
    return (*cotangents[1:-1], cotangents[0])


def _pullback(callee: Any, args: Args, kwargs: dict[str, Any]) -> tuple[Any, Pull]:
    entry = register.lookup(callee)
    if entry is not None and entry.rule is not None:
        return _by_rule(callee, entry, args, kwargs)
    if entry is not None and entry.constant or not _carries(args, kwargs):
        return callee(*args, **kwargs), lambda d: (None,) * (len(args) + len(kwargs))
    return _by_program(_pair_for(callee, args, kwargs), args, kwargs)


def _pair_for(callee: Any, args: Args, kwargs: dict[str, Any], *, is_repeated: bool = False) -> Compiled:
    """The pair for a function and arguments like these.  Refused is one that `is_repeated`, and noticed if it is."""
    named = tuple((k, signature(v)) for k, v in kwargs.items())
    key = (signature(callee), tuple(map(signature, args)), named, is_repeated)
    compiled = _programs.find(key)
    if compiled is None:
        compiled = _make(callee, args, kwargs, is_repeated)
        _programs.add(key, compiled)
    return compiled


def _computed_again(callee: Checkpointed, args: Args, kwargs: dict[str, Any]) -> tuple[Any, Pull]:
    """The result of a call of which only the arguments are kept."""
    primal = callee.primal
    if register.lookup(primal) is None and _carries(args, kwargs):
        _pair_for(primal, args, kwargs, is_repeated=True)  # or it is refused

    def pull(d: Any) -> Args:
        _, again = _by_program(_pair_for(primal, args, kwargs, is_repeated=True), args, kwargs)
        return again(d)

    return primal(*args, **kwargs), pull


def _carries(args: Args, kwargs: dict[str, Any]) -> bool:
    return any(fa.is_active_type(fa.fact_of(value)) is not False for value in (*args, *kwargs.values()))


def _by_rule(callee: Any, entry: primitives.Primitive, args: Args, kwargs: dict[str, Any]) -> tuple[Any, Pull]:
    rule = entry.rule
    assert rule is not None
    name = name_of(callee)
    try:
        given = rule.parameters.bind(args, kwargs, lambda value: value)
    except TypeError as error:
        reason = f"this form of {name} cannot be differentiated: {error}"
        raise UnsupportedError(reason, "use a form its rule handles") from None
    for refused in entry.refuses:
        if given[refused] is not rule.parameters.defaults.get(refused):
            raise UnsupportedError(f"{name} with {refused}= cannot be differentiated", f"leave {refused}= out")
    if entry.writes:
        raise writing(name, entry.writes[0])
    out, pull = calling.pullback(callee, args, kwargs, runtime.unbroadcast)
    names = [*rule.parameters.by_position[: len(args)], *kwargs]

    def ordered(d: Any) -> Args:
        found = pull(d)
        rest = tuple(found.get(rule.parameters.starred, ())) if rule.parameters.starred else ()
        return (*(found.get(name) for name in names[: len(args)]), *rest, *(found.get(name) for name in kwargs))

    return out, ordered


def _by_program(compiled: Compiled, args: Args, kwargs: dict[str, Any]) -> tuple[Any, Pull]:
    forward, backward = compiled.functions
    function, active = compiled.derived.primal, compiled.derived.active
    try:
        out, saved = forward(*args, **kwargs)
    except Exception as error:
        explain(error)
        raise

    run = repeatable(backward, saved, compiled.derived.restored)

    def pull(d: Any) -> Args:
        found = run(d)
        cotangents = dict(zip(active, found if len(active) > 1 else (found,), strict=True))
        return tuple(_of_arguments(function, cotangents, len(args), kwargs))

    return out, pull


def _of_arguments(function: Any, cotangents: dict[str, Any], count: int, kwargs: dict[str, Any]) -> list[Any]:
    """The cotangents of the arguments as they were given, from those of the parameters."""
    found: list[Any] = []
    for p in function.params:
        d = cotangents.get(p.name)
        if p.kind == "VAR_POSITIONAL":
            extra = max(count - len(found), 0)
            found += [None] * extra if d is None else d
        elif p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD") and len(found) < count:
            found.append(d)
    gathered = next((p.name for p in function.params if p.kind == "VAR_KEYWORD"), None)
    rest = cotangents.get(gathered) or {} if gathered else {}
    names = {p.name for p in function.params}
    return found + [cotangents.get(k) if k in names else rest.get(k) for k in kwargs]


def _make(callee: Any, args: Args, kwargs: dict[str, Any], is_repeated: bool) -> Compiled:
    function = list_for(callee, args)
    values = bound(function, args, kwargs)
    facts = {name: fa.fact_of(value, name) for name, value in values.items()}
    active = tuple(name for name, fact in facts.items() if fa.is_active_type(fact) is not False)
    module = arrays.array_module(*trees.flatten(tuple(values.values()))[0])
    pair = derive_pair(
        function, facts | captured_facts(function) | device_facts(module), active, is_repeated=is_repeated
    )
    if pair.written:
        raise writing(function.name, pair.written[0], function.site)
    return Compiled(pair, [pair.forward, pair.backward], [pair.primal], module)


runtime.install(make_pullback)
