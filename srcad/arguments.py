"""The arguments of a derivative: which are differentiated, what they may be, and which may overlap.

Guarantee: what passes the checks here has a gradient of its own structure; everything else is refused by the name of
the parameter and, inside structures, the path to the leaf.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad import arrays, trees
from srcad.errors import ArgnumsError, ArgumentError, UnsupportedError
from srcad.facts import Array, Dict, Fact, Known, List, Number, Tuple
from srcad.objects import is_sparse_class
from srcad.transform.binding import bind
from srcad.wengert import Const, Function, Names, Node, Param, Step, make_dict, make_tuple, substitute

Argnums = int | str | Sequence[int | str]

_POSITIONAL = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")


@dataclass(frozen=True)
class Options:
    """What is asked for: which arguments, the value too, an auxiliary value, the derivative of a complex function.

    Without `optimize` the program is the most readable one.
    """

    argnums: Argnums = 0
    with_value: bool = False
    has_aux: bool = False
    holomorphic: bool = False
    optimize: bool = True

    @property
    def kind(self) -> str:
        """The function of srcad that asks for this."""
        return "value_and_grad" if self.with_value else "grad"


# ------------------------------------------------------------------------------------------------ argnums


def is_single(argnums: Argnums) -> bool:
    """Whether one gradient is asked for, as opposed to a tuple of them."""
    return isinstance(argnums, (int, str, np.integer))


def asked_for(argnums: Any) -> Sequence[Any]:
    """The single numbers and names."""
    return argnums if isinstance(argnums, Sequence) and not isinstance(argnums, str) else [argnums]


def wanted(function: Function, argnums: Argnums) -> tuple[str, ...]:
    """The parameters that `argnums` means.  Raises ArgnumsError if it means none, or one twice."""
    found = tuple(_parameter(function, argnum) for argnum in asked_for(argnums))
    names = ", ".join(p.name for p in function.params)
    if not found:
        reason = f"argnums={argnums!r} names no parameter of {function.name}({names})"
        raise ArgnumsError(reason, f"choose from {names}", function.site)
    for name in found:
        if found.count(name) > 1:
            reason = f"argnums={argnums!r} names the parameter {name} of {function.name} twice"
            raise ArgnumsError(reason, "name it once", function.site)
    return found


def _parameter(function: Function, argnum: Any) -> str:
    """The parameter that one of argnums means; a number counts those that are given by position."""
    names = [p.name for p in function.params]
    positional = [p.name for p in function.params if p.kind in _POSITIONAL]
    if isinstance(argnum, str) and argnum in names:
        return argnum
    if isinstance(argnum, (int, np.integer)) and not isinstance(argnum, bool):
        if -len(positional) <= argnum < len(positional):
            return positional[argnum]
    remedy = "differentiate a function that has parameters"
    if positional:
        remedy = f"give a number from 0 to {len(positional) - 1}, or a name: {', '.join(names)}"
    elif names:
        remedy = f"give a name: {', '.join(names)}"
    raise ArgnumsError(
        f"argnums={argnum!r} names no parameter of {function.name}({', '.join(names)})", remedy, function.site
    )


def with_own_parameters(
    function: Function, argnums: Argnums, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Function:
    """The function with a parameter for each of `*args` and `**kwargs`, if argnums asks for any of these.

    >>> from srcad.transform.pipeline import lowered
    >>> def f(x, *rest, **options):
    ...     return x * rest[0]
    >>> print(with_own_parameters(lowered(f), 1, (1.0, 2.0), {}))
    f(x, rest_0, options):
        rest = make_tuple(rest_0)
        t = getitem(rest, 0)
        t.1 = mul(x, t)
        return t.1
    """
    asked = asked_for(argnums)
    names = [p.name for p in function.params]
    count = sum(p.kind in _POSITIONAL for p in function.params)
    starred = next((p for p in function.params if p.kind == "VAR_POSITIONAL"), None)
    gather = next((p for p in function.params if p.kind == "VAR_KEYWORD"), None)
    if starred is not None and any(isinstance(a, int) and (a >= count or a < 0) for a in asked):
        extra = max(len(args) - count, 0)
        function = _spelt_out(function, starred, extra)
    if gather is not None and any(isinstance(a, str) and a not in names for a in asked):
        function = _keywords_spelt_out(function, gather, [k for k in kwargs if k not in names])
    return function


def _spelt_out(function: Function, starred: Param, count: int) -> Function:
    names = Names.of(function)
    new = []
    for i in range(count):
        name = f"{starred.name}_{i}"
        while names.fresh(name) != name:
            name += "_"
        new.append(name)
    params = [Param(n) for p in function.params for n in (new if p is starred else ())]
    at = function.params.index(starred)
    gathered = Step((starred.name,), make_tuple, tuple(new), (), function.site)
    return replace(
        function,
        params=(*function.params[:at], *params, *function.params[at + 1 :]),
        body=(gathered, *function.body),
    )


def _keywords_spelt_out(function: Function, gather: Param, keys: list[str]) -> Function:
    names = Names.of(function)
    taken = {key: names.fresh(key) for key in keys}
    renamed = {key: names.fresh(key) for key, name in taken.items() if name != key}
    body: tuple[Node, ...] = substitute(function.body, renamed)
    result = renamed.get(function.result, function.result) if isinstance(function.result, str) else function.result
    pairs = tuple(o for key in keys for o in (Const(key), key))
    gathered = Step((gather.name,), make_dict, pairs, (), function.site)
    params = (*(p for p in function.params if p is not gather), *(Param(key, None, "KEYWORD_ONLY") for key in keys))
    return replace(function, params=params, body=(gathered, *body), result=result)


# ------------------------------------------------------------------------------------------------- binding


def bound(function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by parameter, defaults filled in.  Raises TypeError where the call does not fit."""
    found = bind(function, args, kwargs, tuple, dict)
    return {name: value.value if isinstance(value, Const) else value for name, value in found.items()}


# -------------------------------------------------------------------------------------------------- checks


def check_differentiable(
    value: Any, name: str, function: Function, *, holomorphic: bool = False, otherwise: str = "choose other argnums"
) -> None:
    """Raises ArgumentError if an argument, or what is in it, cannot be differentiated.

    Strings, flags, functions and None may stand among the parameters of a structure; integers may not, because
    whoever writes 2 for 2.0 there would never notice that nothing is learnt.  Attributes of objects may be anything.
    The derivative of a `holomorphic` function is one with respect to complex numbers only.  `otherwise` is how
    the caller says that he does not want a derivative with respect to it.
    """
    leaves, structure = trees.flatten(value)
    places = trees.paths(value, name)
    for path, leaf, is_attribute in zip(places, leaves, trees.are_attributes(value), strict=True):
        if trees.is_differentiable(leaf):
            if holomorphic and getattr(leaf, "dtype", np.dtype(type(leaf))).kind != "c":
                raise ArgumentError(
                    f"the argument {path} of {function.name} is {_described(leaf)}, and holomorphic=True asks for the "
                    "derivative with respect to complex numbers",
                    f"pass a complex one ({path} + 0j), or leave holomorphic=True out",
                    function.site,
                )
        elif structure.is_leaf() or _is_numeric(leaf) and not is_attribute:
            raise ArgumentError(
                f"the argument {path} of {function.name} is {_described(leaf)}, which carries no derivative",
                _remedy(leaf, path, otherwise),
                function.site,
            )
    if leaves and not any(map(trees.is_differentiable, leaves)):
        raise ArgumentError(
            f"the argument {name} of {function.name} holds nothing that carries a derivative: {places[0]} is "
            f"{_described(leaves[0])}",
            _remedy(leaves[0], places[0], otherwise),
            function.site,
        )


def check_fact(fact: Fact, name: str, function: Function, *, holomorphic: bool = False) -> None:
    """Raises ArgumentError if what is known of an argument shows that it cannot be differentiated."""
    example = _example(fact, "complex128" if holomorphic else "float64")
    check_differentiable(example, name, function, holomorphic=holomorphic)


def _example(fact: Fact, unknown: str = "float64") -> Any:
    """A value with a fact; of what is not known, the best that it can be: a number of the dtype `unknown`."""
    match fact:
        case Number(dtype=dtype, weak=weak):
            number = np.dtype(dtype or unknown).type(2)
            return number.item() if weak else number
        case Array(dtype=dtype, shape=shape):
            return np.zeros((1,) * len(shape or ()), dtype or unknown)
        case Tuple(items=items, type=kind):
            made = [_example(f, unknown) for f in items]
            return kind(*made) if hasattr(kind, "_fields") else tuple(made)
        case List(items=items, element=element):
            return [_example(f, unknown) for f in (items if items is not None else (element,))]
        case Dict(items=items, element=element):
            return {k: _example(f, unknown) for k, f in (items if items is not None else ((None, element),))}
        case Known(value=value):
            return value
    return np.dtype(unknown).type(2).item()


def _is_numeric(leaf: Any) -> bool:
    """Whether a leaf is a number or array, and no flag."""
    return not isinstance(leaf, bool) and (isinstance(leaf, int) or hasattr(leaf, "dtype"))


def _described(leaf: Any) -> str:
    dtype = getattr(leaf, "dtype", None)
    if dtype is not None and not isinstance(leaf, np.generic) and not is_sparse_class(type(leaf)):
        return f"an array of dtype {dtype}"
    if leaf is None:
        return "None"
    kind = type(leaf).__name__
    return f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"


def _remedy(leaf: Any, path: str, otherwise: str) -> str:
    if isinstance(leaf, int) and not isinstance(leaf, bool):
        return f"use a float ({float(leaf)} instead of {leaf}), or {otherwise}"
    if getattr(getattr(leaf, "dtype", None), "kind", "") in ("i", "u", "b"):
        return f"use floats ({path}.astype(float)), or {otherwise}"
    return f"{otherwise}, or pass it as an argument that is not differentiated"


def check_arrays(values: Mapping[str, Any], function: Function) -> None:
    """Raises ArgumentError for arrays, of all arguments, that do not behave as NumPy's or a known module's do."""
    for name, value in values.items():
        leaves, _ = trees.flatten(value)
        for i, leaf in enumerate(leaves):
            if not (hasattr(leaf, "dtype") and hasattr(leaf, "shape")) or isinstance(leaf, np.generic):
                continue
            kind = type(leaf)
            own = kind in (np.ndarray, np.memmap) or not issubclass(kind, np.ndarray)
            if own and arrays.module_of(leaf) is not None or is_sparse_class(kind):
                continue
            path = trees.paths(value, name)[i]
            known = issubclass(kind, np.ndarray)
            what = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
            why = "whose operators are not those of arrays" if known else "an array of no module that srcad knows"
            raise ArgumentError(
                f"the argument {path} of {function.name} is a {what}, {why}",
                f"pass np.asarray({path})" + ("" if known else ", or call srcad.arrays.register_array_module"),
                function.site,
            )


def refuse_overlap(written: Iterable[str], values: Mapping[str, Any], function: Function) -> None:
    """Raises UnsupportedError if an argument that the function writes to shares memory with another array it sees."""
    written = frozenset(written)
    found = [
        (name, i, leaf)
        for name, value in values.items()
        for i, leaf in enumerate(trees.flatten(value)[0])
        if arrays.module_of(leaf) is not None and leaf.size
    ]
    for position, (name, i, leaf) in enumerate(found):
        for other, j, array in found[position + 1 :]:
            if (name in written or other in written) and _overlap(leaf, array):
                one, two = trees.paths(values[name], name)[i], trees.paths(values[other], other)[j]
                raise UnsupportedError(
                    f"{one} and {two} of {function.name} share memory, and the function writes to "
                    f"{one if name in written else two}: there is no telling whose gradient is whose",
                    f"pass a copy of one of them ({two}.copy())",
                    function.site,
                )


def _overlap(a: Any, b: Any) -> bool:
    module = arrays.array_module(a, b)
    may: Callable[[Any, Any], bool] = module.may_share_memory
    if not may(a, b):
        return False
    if module is not np:
        return True
    try:
        return np.shares_memory(a, b, max_work=10_000)  # type: ignore[arg-type]  # the stubs know less than the documentation
    except np.exceptions.TooHardError:
        return True
