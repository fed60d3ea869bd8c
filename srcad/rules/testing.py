"""Checks that what is registered of a primitive is true: `check_rule(callee)` for your own rules and srcad's.

Every sample of the primitive is run.  Cotangents are compared with central differences in random directions in
double precision, tangents with cotangents by the dot-product identity <d_out, J t> = <d_out J, t>, and both
with their arguments in type, shape and dtype (float32 stays float32).  Facts, sharing and writes are compared with
what happens.  A failed check raises AssertionError, which names the primitive, the sample and what differs.

The product of a cotangent and a tangent is the real part of the sum of d * t, without conjugation: cotangents of
complex values are du/dx - i du/dy.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.rules import calling, register
from srcad.rules.primitives import Primitive, Sample
from srcad.rules.testing_facts import degrees, mismatch
from srcad.wengert import callee_name

STEP = 1e-6


def check_rule(callee: Any) -> None:
    """Checks everything registered of a primitive on all its samples.

    >>> check_rule(np.tanh)
    """
    entry = register.lookup(callee)
    assert entry is not None, f"nothing is registered of {callee!r}"
    check_declared(entry)
    for sample in entry.samples:
        check_sample(entry, sample)


def check_declared(entry: Primitive) -> None:
    """Every primitive has a rule with samples, or is declared constant."""
    name = callee_name(entry.callee)
    known = entry.rule or entry.constant or entry.writes or entry.facts
    assert known, f"{name}: neither a rule nor declared constant"
    assert entry.samples or not entry.rule, f"{name}: a rule without samples"


def check_sample(entry: Primitive, sample: Sample) -> None:
    """Checks everything registered of a primitive on one sample."""
    checks: list[Callable] = [check_facts, check_memory]
    if entry.rule is not None and entry.rule.wrt and not entry.writes:  # what writes has another rule: the shadow's
        checks += [check_cotangents, check_differences, check_tangents]
    for check in checks:
        try:
            check(entry, sample)
        except Exception as error:
            error.add_note(f"in {check.__name__} of {describe(entry, sample)}")
            raise


def describe(entry: Primitive, sample: Sample) -> str:
    """A sample as a call, one line, arrays by dtype and shape."""
    parts = [_brief(a) for a in sample.args] + [f"{k}={_brief(v)}" for k, v in sample.kwargs.items()]
    return f"{callee_name(entry.callee)}({', '.join(parts)})"


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, (list, tuple)):
        return type(value).__name__ + "(" + ", ".join(map(_brief, value)) + ")"
    return repr(value)


# ------------------------------------------------------------------------------ values as vector spaces


def is_active(value: Any) -> bool:
    """Whether a value is a float or complex number or array, of which there are derivatives."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex))


def map_tree(function: Callable, value: Any) -> Any:
    """Applies a function to what the tuples, lists and dicts of a value hold.

    >>> map_tree(abs, (-1.0, [2.0, -3.0]))
    (1.0, [2.0, 3.0])
    """
    if isinstance(value, tuple):
        items = [map_tree(function, v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return [map_tree(function, v) for v in value]
    if isinstance(value, dict):
        return {k: map_tree(function, v) for k, v in value.items()}
    return function(value)


def leaves(value: Any) -> Iterator[Any]:
    """What the tuples, lists and dicts of a value hold."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        yield from leaves(list(value.values()))
    else:
        yield value


def in_double(value: Any) -> Any:
    """The value in double precision; a dtype as the dtype in double precision."""

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, (str, type, np.dtype)):
            return _DOUBLE.get(leaf, leaf)
        if not isinstance(leaf, (np.ndarray, np.generic)) or leaf.dtype.kind not in "fc":
            return leaf
        return leaf.astype(np.float64 if leaf.dtype.kind == "f" else np.complex128)

    return map_tree(convert, value)


_DOUBLE: dict[Any, Any] = {
    "float32": "float64",
    np.dtype("float32"): np.dtype("float64"),
    np.float16: np.float64,
    np.float32: np.float64,
    np.complex64: np.complex128,
}


def entry_in_double(entry: Primitive) -> Primitive:
    """What is registered of a conversion to single precision, in double precision; of anything else, itself."""
    return register.lookup(in_double(entry.callee)) if isinstance(entry.callee, type) else entry


def random_like(value: Any, rng: np.random.Generator) -> Any:
    """A random tangent or cotangent of a value: its type, shapes and dtypes; zero where it is not active."""

    def one(leaf: Any) -> Any:
        if not is_active(leaf):
            return np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else 0 if isinstance(leaf, int) else leaf
        noise: Any = rng.uniform(0.5, 1.5, np.shape(leaf)) * rng.choice([-1.0, 1.0], np.shape(leaf))
        if np.iscomplexobj(leaf):
            noise = noise + 1j * rng.uniform(-1.0, 1.0, np.shape(leaf))
        if isinstance(leaf, np.ndarray):
            return np.asarray(noise, leaf.dtype)
        return type(leaf)(noise)

    return map_tree(one, value)


def moved(value: Any, tangent: Any, step: float) -> Any:
    """value + step * tangent, where it is active."""
    if isinstance(value, (tuple, list)):
        items = [moved(v, t, step) for v, t in zip(value, tangent, strict=True)]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {k: moved(v, tangent[k], step) for k, v in value.items()}
    return value + step * tangent if is_active(value) else value


def inner(cotangent: Any, tangent: Any) -> float:
    """The product of a cotangent and a tangent; None is a cotangent of zero."""
    if cotangent is None:
        return 0.0
    if isinstance(tangent, (tuple, list)):
        return sum(inner(d, t) for d, t in zip(cotangent, tangent, strict=True))
    if isinstance(tangent, dict):
        return sum(inner(cotangent[k], t) for k, t in tangent.items() if k in cotangent)
    return float(np.sum(np.asarray(cotangent) * tangent).real) if is_active(tangent) else 0.0


# -------------------------------------------------------------------------------------------- derivatives


def _bound(entry: Primitive, sample: Sample) -> dict[str, Any]:
    """The arguments of a sample that the rule differentiates and that are active, by parameter."""
    bound = entry.rule.parameters.bind(sample.args, sample.kwargs, lambda default: None)
    return {w: bound[w] for w in entry.rule.wrt if any(map(is_active, leaves(bound[w])))}


def _double(sample: Sample) -> Sample:
    return Sample(in_double(sample.args), in_double(dict(sample.kwargs)))


def _replaced(entry: Primitive, sample: Sample, new: Mapping[str, Any]) -> Sample:
    """The sample with the arguments of some parameters replaced."""
    parameters = entry.rule.parameters
    args = list(sample.args)
    for i, name in enumerate(parameters.by_position[: len(args)]):
        args[i] = new.get(name, args[i])
    if parameters.starred in new:
        args[len(parameters.by_position) :] = new[parameters.starred]
    return Sample(tuple(args), {k: new.get(k, v) for k, v in sample.kwargs.items()})


def _call(entry: Primitive, sample: Sample) -> Any:
    return calling.call(entry.callee, copy.deepcopy(sample.args), copy.deepcopy(dict(sample.kwargs)))


def _pull(entry: Primitive, sample: Sample, d_out: Any = None) -> tuple[Any, Any, dict[str, Any]]:
    """The result of a sample, a cotangent of it (random if none is given), and the cotangents of the arguments."""
    out, pull = calling.pullback(entry.callee, sample.args, sample.kwargs, rt.unbroadcast)
    if d_out is None:
        d_out = random_like(out, np.random.default_rng(1))
    return out, d_out, pull(d_out)


def check_cotangents(entry: Primitive, sample: Sample) -> None:
    """Cotangents have the shape and dtype of their arguments, and the values of those in double precision."""
    if not (arguments := _bound(entry, sample)):
        return
    out, d_out, cotangents = _pull(entry, sample)
    wide = entry_in_double(entry)
    reference = _pull(wide, _double(sample), in_double(d_out))[2] if any(map(is_active, leaves(out))) else cotangents
    tolerance = 1e-3 if _has_single((sample.args, dict(sample.kwargs), out)) else 1e-9
    for name, argument in arguments.items():
        _check_like(cotangents[name], argument, f"the cotangent of {name}")
        for have, want in zip(leaves(cotangents[name]), leaves(reference[name]), strict=True):
            if have is not None and is_active(have):
                np.testing.assert_allclose(have, want, tolerance, tolerance, err_msg=f"the cotangent of {name}")


def _check_like(d: Any, argument: Any, what: str) -> None:
    if isinstance(argument, (tuple, list)):
        assert d is None or len(d) == len(argument), f"{what} has {len(d)} parts, not {len(argument)}"
        for part, item in zip(d or (), argument, strict=False):
            _check_like(part, item, what)
    elif d is not None and is_active(argument):
        assert np.shape(d) == np.shape(argument), f"{what} has shape {np.shape(d)}, not {np.shape(argument)}"
        if hasattr(argument, "dtype") and hasattr(d, "dtype"):
            assert d.dtype == argument.dtype, f"{what} has dtype {d.dtype}, not {argument.dtype}"
        assert np.iscomplexobj(argument) or not np.iscomplexobj(d), f"{what} is complex, the argument is real"


def _has_single(value: Any) -> bool:
    arrays = (leaf for leaf in leaves(value) if isinstance(leaf, (np.ndarray, np.generic)) and is_active(leaf))
    return any(np.finfo(leaf.dtype).eps > 1e-10 for leaf in arrays)


def check_differences(entry: Primitive, sample: Sample) -> None:
    """Cotangents agree with central differences of the primitive."""
    entry, sample = entry_in_double(entry), _double(sample)
    arguments = _bound(entry, sample)
    out, d_out, cotangents = _pull(entry, sample)
    for trial in range(2 if arguments else 0):
        tangents = random_like(arguments, np.random.default_rng(10 + trial))
        ends = [_replaced(entry, sample, moved(arguments, tangents, step)) for step in (STEP, -STEP)]
        above, below = (inner_out(d_out, _call(entry, end), out) for end in ends)
        want = (above - below) / (2.0 * STEP)
        have = sum(inner(cotangents[w], tangents[w]) for w in arguments)
        assert abs(have - want) <= 1e-6 * max(1.0, abs(want)), f"the rule gives {have}, central differences {want}"


def inner_out(d_out: Any, value: Any, around: Any) -> float:
    """The product of a cotangent with a value, seen from a value near it, so that no digits are lost."""
    if isinstance(value, (tuple, list)):
        return sum(inner_out(d, v, a) for d, v, a in zip(d_out, value, around, strict=True))
    return inner(d_out, value - around) if is_active(value) else 0.0


def check_tangents(entry: Primitive, sample: Sample) -> None:
    """Tangents, as forward mode computes them, agree with cotangents by the dot-product identity."""
    entry, sample = entry_in_double(entry), _double(sample)
    arguments = _bound(entry, sample)
    has_own = entry.tangent is not None or entry.multilinear or entry.jointly
    if not arguments or entry.rule.form == "adjoint" and not has_own:
        return  # forward mode takes the transpose of the adjoint
    out, d_out, cotangents = _pull(entry, sample)
    tangents = random_like(arguments, np.random.default_rng(20))
    have = inner(d_out, pushed(entry, sample, out, tangents))
    want = sum(inner(cotangents[w], tangents[w]) for w in arguments)
    assert abs(have - want) <= 1e-9 * max(1.0, abs(want)), f"forward mode gives {have}, reverse mode {want}"


def pushed(entry: Primitive, sample: Sample, out: Any, tangents: Mapping[str, Any]) -> Any:
    """The tangent of a result: a linear primitive is called on tangents, partials are multiplied with them."""
    rule = entry.rule
    bound = rule.parameters.bind(sample.args, sample.kwargs, lambda default: default)
    if entry.multilinear:
        return sum(_call(entry, _replaced(entry, sample, one)) for one in _one_by_one(tangents, bound))
    if entry.tangent is not None:
        dots = [tangents.get(w, 1.0) for w in rule.wrt]
        given = [bound[name] for name in entry.tangent.parameters.by_position]
        named = {name: bound[name] for name in entry.tangent.parameters.by_keyword}
        parts = entry.tangent.body(*dots, out, *given, **named)
        parts = parts if len(rule.wrt) > 1 else (parts,)
        return total([part for w, part in zip(rule.wrt, parts, strict=True) if w in tangents])
    if rule.form == "linear" or entry.jointly:
        zeros = {w: map_tree(lambda leaf: leaf * 0 if is_active(leaf) else leaf, bound[w]) for w in rule.wrt}
        still = {w: random_like(zeros[w], np.random.default_rng(0)) for w in rule.wrt if w not in tangents}
        return _call(entry, _replaced(entry, sample, {**still, **tangents}))
    results = rule.body(out, *(bound[name] for name in rule.parameters.names))
    results = results if len(rule.wrt) > 1 else (results,)
    tangent = sum(p * tangents[w] for w, p in zip(rule.wrt, results, strict=True) if w in tangents)
    return tangent if np.iscomplexobj(out) else np.real(tangent)


def total(parts: Sequence[Any]) -> Any:
    """The sum of tangents, item by item where they are tuples."""
    if isinstance(parts[0], tuple):
        return tuple(map(total, zip(*parts, strict=True)))
    return sum(parts[1:], start=parts[0])


def _one_by_one(tangents: Mapping[str, Any], bound: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The tangent of one factor of a product after the other; of `*factors`, among the factors themselves."""
    for name, tangent in tangents.items():
        if not isinstance(tangent, tuple):
            yield {name: tangent}
            continue
        for i, one in enumerate(tangent):
            if is_active(one):
                yield {name: (*bound[name][:i], one, *bound[name][i + 1 :])}


# ------------------------------------------------------------------------------------- memory and facts


def check_memory(entry: Primitive, sample: Sample) -> None:
    """A result shares memory with an argument, and an argument is written, only where that is declared."""
    args, kwargs = copy.deepcopy(sample.args), copy.deepcopy(dict(sample.kwargs))
    out = calling.call(entry.callee, args, kwargs)
    if entry.parameters is None:
        return
    before = entry.parameters.bind(sample.args, sample.kwargs, lambda default: default)
    after = entry.parameters.bind(args, kwargs, lambda default: default)
    for name, argument in after.items():
        if name not in entry.writes:
            assert _same(before[name], argument), f"{name} is written"
        arrays = [leaf for leaf in leaves(argument) if isinstance(leaf, np.ndarray) and leaf.size]
        results = [leaf for leaf in leaves(out) if isinstance(leaf, np.ndarray) and leaf.size]
        sharing = any(np.shares_memory(a, b) for a, b in itertools.product(arrays, results))
        if name not in entry.shares:
            assert not sharing, f"the result shares memory with {name}"
        elif entry.shares_always and arrays and results:
            assert sharing, f"the result does not share memory with {name}"


def _same(a: Any, b: Any) -> bool:
    pairs = itertools.zip_longest(leaves(a), leaves(b))
    return all(np.array_equal(x, y, equal_nan=is_active(x)) if isinstance(x, np.ndarray) else True for x, y in pairs)


def check_facts(entry: Primitive, sample: Sample) -> None:
    """The fact of the result holds, whatever is known of the arguments."""
    if entry.facts is None:
        return
    parameters = entry.facts_parameters
    starred = parameters.starred
    values = parameters.bind(sample.args, sample.kwargs, lambda default: default)
    out = _call(entry, sample)
    for knowledge in degrees(values, starred):
        lengths: dict[Any, int] = {}
        for name, fact in knowledge.items():
            mismatch(fa.Tuple(fact) if name == starred else fact, values[name], lengths)
        rest = knowledge[starred] if starred else ()
        result = entry.facts(*(knowledge[name] for name in parameters.names), *rest)
        assert isinstance(result, fa.Fact), f"the facts of {knowledge} are {result!r}, which is no fact"
        difference = mismatch(result, out, lengths)
        assert not difference, f"from {knowledge} follows {result}: {difference}"
