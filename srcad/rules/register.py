"""The one registry of what srcad knows of primitives, and the decorators that fill it.

A primitive is a callable without source to transform (`np.sin`, `math.sin`, `operator.mul`), or a method
or attribute of arrays (`Method("sum")`, `Attribute("T")`).  What is known of it stands in one `Primitive`:
how cotangents pass through it, what is known of its result, which arguments the result shares memory with,
which it writes, and samples on which the test harness checks every one of these claims.

A rule is an ordinary `def` that really runs.  Its text is inlined into generated source, it is called where
the primitive is only known at run time, and it is differentiated again for higher orders; so its body is
written in the language that srcad supports.  The parameters after `d_out` and `out` are the primitive's own,
with NumPy's names, order and defaults.  What a body reads is what a derivative has to keep: a body that
reads `np.shape(x)` keeps a shape, not x.  Zeros never reach a rule.

The forms follow ChainRules.jl (partials once, both modes) and JAX (linear primitives and their transposes).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import numpy as np

from srcad.errors import RuleError
from srcad.facts import UNKNOWN, Array, Fact, Known, constant_fact
from srcad.rules.axes import MISSING, value_of
from srcad.rules.primitives import Parameters, Primitive, Rule, Sample, parameters_of
from srcad.wengert import Attribute, Method

_registry: dict[Any, Primitive] = {}


def lookup(callee: Any) -> Primitive | None:
    """What is known of a callee, or None."""
    try:
        found = _registry.get(callee)
        return found if found is not None or not _register_imported() else _registry.get(callee)
    except TypeError:  # an unhashable callable object is no primitive
        return None


_awaited: dict[str, list[str]] = {}


def when_imported(package: str, rules: str) -> None:
    """Has the module `rules` register what it knows once somebody has imported an optional package.

    A callee of the package exists only then; so that is when the first one is looked up.
    """
    _awaited.setdefault(package, []).append(rules)


def _register_imported() -> bool:
    """Imports the rules of optional packages that have been imported since; whether there were any."""
    imported = [package for package in _awaited if package in sys.modules]
    for rules in [rules for package in imported for rules in _awaited.pop(package)]:
        importlib.import_module(rules)
    return bool(imported)


_given_by_users: list[Any] = []
"""The functions with Python source that users registered something of, as often as they did."""


def generation() -> int:
    """A number that grows whenever something is registered of a function that programs may have been made from."""
    return len(_given_by_users)


def _count(callee: Any, by: Callable) -> None:
    """Notes that a function with Python source is given a rule by a user of srcad."""
    if isinstance(callee, FunctionType) and by.__module__.partition(".")[0] not in ("srcad", "numpy", "scipy"):
        _given_by_users.append(callee)


def primitives() -> tuple[Primitive, ...]:
    """All primitives, in the order of their registration."""
    return tuple(_registry.values())


def _entry(callee: Any) -> Primitive:
    if not (callable(callee) or isinstance(callee, (Method, Attribute))):
        raise RuleError(f"{callee!r} is no callable", "register a rule for a function, a Method or an Attribute")
    try:
        return _registry.setdefault(callee, Primitive(callee))
    except TypeError:
        name = getattr(callee, "__name__", callee)
        raise RuleError(f"{name} cannot be hashed", "write a function that calls it, and register its rule") from None


def _register(form: str, skip: int, primitive: Any, wrt: tuple[str, ...], options: dict) -> Callable:
    def decorator(body: Callable) -> Callable:
        parameters = parameters_of(body, skip)
        known = (*parameters.names, parameters.starred)
        for name in (*wrt, *options.get("refuses", ()), *options.get("describes", ())):
            if name not in known:
                raise RuleError(f"the rule for {primitive!r} has no parameter {name!r}", f"name one of {known}")
        _count(primitive, body)
        entry = _entry(primitive)
        lists = options.get("lists", () if _makes_arrays(primitive) else wrt)
        arrays = (*(name for name in wrt if name not in lists), *options.get("arrays", ()))
        entry.rule = Rule(form, wrt, body, parameters, options.get("singular", False), arrays)
        entry.refuses = tuple(options.get("refuses", ()))
        entry.describes = tuple(options.get("describes", ()))
        entry.sources = [options.get("samples", ())]
        if "shares" in options:
            shares(primitive, options["shares"], always=options.get("always", False), alone=options.get("alone", False))
        return body

    return decorator


def _makes_arrays(primitive: Any) -> bool:
    """Whether a primitive is one of NumPy's, which take lists for arrays."""
    of_ufunc = isinstance(getattr(primitive, "__self__", None), np.ufunc)
    return of_ufunc or isinstance(primitive, Method) or str(getattr(primitive, "__module__", "")).startswith("numpy")


def partials(
    primitive: Any, *wrt: str, samples: Iterable[Sample] = (), refuses: Iterable[str] = (), singular: bool = False
) -> Callable:
    """Registers an elementwise primitive by its partial derivatives.

    The body takes `out` and the primitive's parameters and returns the partial derivative with respect to each
    of `wrt` (one value, or a tuple), elementwise.  Broadcasting is undone, and dtypes are matched, by srcad.
    `refuses` names parameters that must keep their defaults; `singular` says that partials can be infinite or
    not a number, as that of `np.sqrt` at 0, so that a zero cotangent must not be multiplied by them.

    >>> from srcad import sample
    >>> def hypot(x, y): return (x * x + y * y) ** 0.5
    >>> @partials(hypot, "x", "y", samples=[sample(3.0, 4.0)])
    ... def _(out, x, y):
    ...     return x / out, y / out
    """
    options = {"samples": samples, "refuses": refuses, "singular": singular}
    return _register("partials", 1, primitive, wrt, options)


def linear(primitive: Any, *wrt: str, **options: Any) -> Callable:
    """Registers a primitive that is linear in `wrt` together; the body maps `d_out` to their cotangents.

    Options: `samples`, `refuses`, `describes` (parameters on which the result depends by their shapes
    and dtypes only, or in steps), `shares` (the parameter whose memory the result may be a view of; `always=True` if
    it always is), `arrays` (other parameters than `wrt` of which the body is to be given arrays where they are lists),
    and `lists` (those of `wrt` whose lists stay lists, which is so with all parameters of what is not NumPy's).
    """
    return _register("linear", 1, primitive, wrt, options)


def adjoint(primitive: Any, *wrt: str, **options: Any) -> Callable:
    """Registers any other primitive: the body takes `d_out`, `out` and the parameters and returns the cotangents."""
    return _register("adjoint", 2, primitive, wrt, options)


def tangent(primitive: Any, *wrt: str) -> Callable:
    """Registers how tangents pass through a primitive that has an adjoint, where forward mode can do better.

    The body takes a tangent for each of `wrt`, then `out` and the primitive's parameters, and returns what each tangent
    contributes to that of the result: one value, or a tuple.  Each contribution depends on its own tangent only.
    Without such a rule forward mode uses the transpose of the adjoint, which is as right.

    >>> from srcad import sample
    >>> def twice(x): return x + x
    >>> @adjoint(twice, "x", samples=[sample(3.0)])
    ... def _(d_out, out, x):
    ...     return d_out + d_out
    >>> @tangent(twice, "x")
    ... def _(dot_x, out, x):
    ...     return dot_x + dot_x
    """

    def decorator(body: Callable) -> Callable:
        entry = _entry(primitive)
        if entry.rule is None or entry.rule.form == "linear":
            raise RuleError(f"{primitive!r} has no adjoint to which a tangent belongs", "register its adjoint first")
        parameters = parameters_of(body, len(wrt) + 1)
        missing = [name for name in wrt if name not in (*parameters.names, parameters.starred)]
        if missing or wrt != entry.rule.wrt:
            raise RuleError(
                f"the tangent of {primitive!r} is one of {wrt}, its adjoint one of {entry.rule.wrt}", "name the same"
            )
        for known in _of_one_rule(entry):
            known.tangent = Rule("tangent", wrt, body, parameters)
        return body

    return decorator


def multilinear(*callees: Any) -> None:
    """Declares that primitives with adjoints are linear in each of the operands that these differentiate by itself.

    The tangent of a product is then the sum of the products with the tangent of one factor each.
    """
    for callee in callees:
        for known in _of_one_rule(_entry(callee)):
            known.multilinear = True


def jointly_linear(*callees: Any) -> None:
    """Declares that primitives with adjoints are linear in all operands that these differentiate together.

    The tangent is then the same call on tangents, as that of primitives registered as `linear`.
    """
    for callee in callees:
        for known in _of_one_rule(_entry(callee)):
            known.jointly = True


def _of_one_rule(entry: Primitive) -> list[Primitive]:
    """A primitive and its aliases."""
    return [known for known in _registry.values() if known is entry or known.rule is entry.rule is not None]


def constant(*callees: Any, pure: bool = True, folds: bool = False, samples: Iterable[Sample] = ()) -> None:
    """Declares that results of these carry no derivative (integers, booleans, shapes, and piecewise constants).

    `pure=False` for those whose calls must all happen, in their order (`print`).  `folds=True` for Python functions
    that compute plain constants (numbers, strings, tuples of them) from plain constants: where their arguments are
    known, their results are written into the generated source.  On the `samples` their facts are checked.
    """
    for callee in callees:
        _count(callee, callee)
        entry = _entry(callee)
        entry.constant = True
        entry.pure = pure
        entry.sources.append(samples)
        if folds:
            entry.folds = True
            entry.facts, entry.facts_parameters = _folded(callee), parameters_of(callee)


def undifferentiated(function: Callable, samples: Iterable[Sample]) -> None:
    """Declares that a function has no rule in any argument: one that carries a derivative is refused.

    That of a `constant` is zero; but what designs a filter, say, may depend on its arguments smoothly.
    """
    entry = _entry(function)
    entry.rule = Rule("linear", (), function, parameters_of(function))
    entry.sources = [samples]


def _folded(function: Callable) -> Callable:
    """The facts of a function that folds: its result, where its arguments are known."""

    def folded(*arguments: Fact) -> Fact:
        values = [value_of(argument) for argument in arguments]
        if any(value is MISSING for value in values):
            return UNKNOWN
        try:
            return constant_fact(function(*values))
        except (TypeError, ValueError, ArithmeticError, LookupError):
            return UNKNOWN  # the call raises this itself, when it runs

    return folded


def facts(*callees: Any, partly: bool = False) -> Callable:
    """Registers what is known of results: the function takes the facts of the arguments and returns a `Fact`.

    Its parameters are the primitive's own; arguments that are not given arrive as `Known(default)`.  If the primitive
    has a rule already, it may take `partly` those of the rule, by name: the others do not matter to the result.  A
    result that is put into `out=` is that array: where one is given, the function is not asked.
    """

    def decorator(function: Callable) -> Callable:
        for callee in callees:
            entry = _entry(callee)
            if partly:
                if entry.rule is None:
                    raise RuleError(f"{callee!r} has no rule yet that gives its parameters", "register the rule first")
                entry.facts_parameters = entry.rule.parameters
                entry.facts = _by_name(function, entry.rule.parameters)
            else:
                entry.facts_parameters = parameters_of(function)
                entry.facts = _by_position(function, entry.facts_parameters)
        return function

    return decorator


def _by_name(function: Callable, parameters: Parameters) -> Callable:
    """Facts as a function of the values that `Parameters.bind` gives, of those that the function names."""
    names = parameters_of(function).names
    places = [parameters.names.index(name) for name in names]

    def from_values(*values: Fact) -> Fact:
        return function(**{name: values[place] for name, place in zip(names, places, strict=True)})

    return from_values


def _by_position(function: Callable, parameters: Parameters) -> Callable:
    """Facts as a function of the values that `Parameters.bind` gives, in their order."""
    given = len(parameters.names)
    first = len(parameters.by_position)
    out = parameters.names.index("out") if "out" in parameters.names else None

    def from_values(*values: Fact) -> Fact:
        if out is not None and values[out] != Known(None):
            return values[out] if isinstance(values[out], Array) else UNKNOWN
        named = dict(zip(parameters.by_keyword, values[first:given], strict=True))
        return function(*values[:first], *values[given:], **named)

    return from_values


def _of_array(function: Callable) -> Callable:
    """Facts of a method, from those of a function, where the receiver is known to be an array."""

    def of_array(receiver: Fact, *values: Fact) -> Fact:
        return function(receiver, *values) if isinstance(receiver, Array) else UNKNOWN

    return of_array


def shares(callee: Any, *parameters: str, always: bool = False, alone: bool = False) -> None:
    """Declares that a result may share memory with these arguments, or `always` is a view of them.

    `alone` says of a parameter that gathers arguments that it does so only if one is gathered.
    """
    entry = _entry(callee)
    entry.shares = parameters if len(parameters) != 1 or isinstance(parameters[0], str) else tuple(parameters[0])
    entry.shares_always = always
    entry.shares_alone = alone


def writes(callee: Any, *parameters: str) -> None:
    """Declares that a callee writes to the memory of these arguments."""
    entry = _entry(callee)
    entry.writes = parameters
    if entry.parameters is None and hasattr(callee, "__code__"):
        entry.facts_parameters = parameters_of(callee)


def checks(callee: Any, check: Callable) -> None:
    """Declares that facts and rule rest on what facts cannot say: generated code calls `check` with the arguments."""
    _entry(callee).check = check
    constant(check, pure=False)


def selects(*callees: Any) -> None:
    """Declares that results leave out some of the arguments' elements, whose cotangents are then zero.

    Such zeros stay zero, even where a partial derivative before the selection is infinite.
    """
    for callee in callees:
        _entry(callee).selects = True


def alias(callee: Any, existing: Any, samples: Iterable[Sample] | None = None) -> None:
    """Declares that `callee` is `existing` under another name, with the same parameters (and other `samples`).

    A method or attribute is that of arrays: of other objects that have one of the same name, nothing is known.

    >>> import operator, numpy as np
    >>> alias(operator.mul, np.multiply)     # doctest: +SKIP
    """
    known = lookup(existing)
    if known is None:
        raise RuleError(f"{existing!r} has no rule yet", "register it before its aliases")
    entry = _entry(callee)
    for name in (
        "rule",
        "tangent",
        "multilinear",
        "jointly",
        "constant",
        "facts",
        "facts_parameters",
        "shares",
        "shares_always",
        "shares_alone",
        "writes",
        "refuses",
        "describes",
        "selects",
        "pure",
        "folds",
    ):
        setattr(entry, name, getattr(known, name))
    if entry.facts is not None and isinstance(callee, (Method, Attribute)):
        entry.facts = _of_array(entry.facts)
    entry.sources = list(known.sources) if samples is None else [samples]
