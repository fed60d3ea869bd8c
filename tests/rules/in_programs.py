"""Every sample of a rule as a program: what generated code makes of the rule, to first and to second order.

A sample becomes the function of its floats and complex numbers that calls the primitive and adds up the result with
random weights.  Its gradient is compared with central differences, and so is the derivative of the gradient's product
with a random direction.  Complex directions count as well: products are real parts, without conjugation.
"""

from __future__ import annotations

import copy
import linecache
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import srcad
from srcad.rules import calling, register
from srcad.rules.primitives import Primitive, Sample
from srcad.rules.testing import STEP, describe, in_double, inner, is_active, leaves, map_tree, moved, random_like
from srcad.wengert import Attribute, Method, callee_name

PLAIN = (int, str, bool, type(None))


def program(entry: Primitive, sample: Sample) -> tuple[Callable, tuple] | None:
    """The function of a sample and its arguments; None if there is nothing to differentiate."""
    sample = Sample(in_double(sample.args), in_double(dict(sample.kwargs)))
    callee = in_double(entry.callee)
    out = calling.call(callee, copy.deepcopy(sample.args), copy.deepcopy(dict(sample.kwargs)))
    names: dict[str, Any] = {"np": np, "primitive": callee}
    given: list[Any] = []
    own = entry.rule.parameters
    known = [*own.by_position, *[own.starred] * len(sample.args)]
    wrt = [name in entry.rule.wrt for name in known]
    args = [_argument(value, names, given if active else None) for value, active in zip(sample.args, wrt, strict=False)]
    keywords = [
        f"{key}={_argument(value, names, given if key in entry.rule.wrt else None)}"
        for key, value in sample.kwargs.items()
    ]
    terms = list(_terms(out, "out", names, np.random.default_rng(5)))
    if not given or not terms:
        return None
    call = _call(callee, args, keywords)
    parameters = ", ".join(f"a{i}" for i in range(len(given)))
    text = f"def function({parameters}):\n    out = {call}\n    return {' + '.join(terms)}\n"
    return defined(text, names), tuple(given)


def _argument(value: Any, names: dict[str, Any], given: list[Any] | None) -> str:
    """How an argument is written in the program: a parameter if it is active, else a constant or a captured value."""
    if given is not None and is_active(value) and np.iscomplexobj(value):
        given += [value.real, value.imag]  # gradients are those of real arguments
        return f"(a{len(given) - 2} + 1j * a{len(given) - 1})"
    if given is not None and any(map(is_active, leaves(value))) and all(map(is_active, leaves(value))):
        given.append(value)
        return f"a{len(given) - 1}"
    if _is_plain(value):
        return repr(value)
    names[f"k{len(names)}"] = value
    return f"k{len(names) - 1}"


def _is_plain(value: Any) -> bool:
    return all(map(_is_plain, value)) if type(value) in (tuple, list) else type(value) in PLAIN


def _terms(out: Any, path: str, names: dict[str, Any], rng: np.random.Generator) -> Iterator[str]:
    """The weighted sums of the active parts of a result."""
    if isinstance(out, (tuple, list)):
        for i, part in enumerate(out):
            yield from _terms(part, f"{path}[{i}]", names, rng)
    elif is_active(out):
        weight = f"w{len(names)}"
        names[weight] = random_like(np.asarray(out), rng)
        yield f"np.sum(np.real({path} * {weight}))" if np.iscomplexobj(out) else f"np.sum({path} * {weight})"


def _call(callee: Any, args: list[str], keywords: list[str]) -> str:
    match callee:
        case Method(name):
            return f"{args[0]}.{name}({', '.join([*args[1:], *keywords])})"
        case Attribute(name):
            return f"{args[0]}.{name}"
    return f"primitive({', '.join([*args, *keywords])})"


def defined(text: str, names: dict[str, Any]) -> Callable:
    """The function of a text, which is kept where its source is looked for."""
    file = f"<sample {len(linecache.cache)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), names)
    return names["function"]


def check_gradient(function: Callable, args: tuple, tolerance: float = 1e-6) -> None:
    """Compares the gradient with central differences in two directions."""
    gradients = srcad.grad(function, argnums=tuple(range(len(args))))(*copy.deepcopy(args))
    for seed in (3, 4):
        tangents = random_like(args, np.random.default_rng(seed))
        above, below = (function(*moved(copy.deepcopy(args), tangents, step)) for step in (STEP, -STEP))
        want, have = (above - below) / (2.0 * STEP), sum(map(inner, gradients, tangents))
        scale = max(1.0, abs(want), abs(above) * 1e-3)
        assert abs(have - want) <= tolerance * scale, f"the gradient gives {have}, differences {want}"


def check_tangent(function: Callable, args: tuple, tolerance: float = 1e-6) -> None:
    """Compares the tangent by forward mode with central differences; the value is that of a plain call."""
    tangents = random_like(args, np.random.default_rng(3))
    value, have = srcad.jvp(function, copy.deepcopy(args), tangents)
    assert value == function(*copy.deepcopy(args))
    above, below = (function(*moved(copy.deepcopy(args), tangents, step)) for step in (STEP, -STEP))
    want = (above - below) / (2.0 * STEP)
    scale = max(1.0, abs(want), abs(above) * 1e-3)
    assert abs(have - want) <= tolerance * scale, f"the tangent is {have}, by differences {want}"


def along(function: Callable, args: tuple) -> Callable:
    """The product of the gradient with a random direction, as a function to be differentiated."""
    tangents = random_like(args, np.random.default_rng(6))
    parameters = ", ".join(f"a{i}" for i in range(len(args)))
    gradient = srcad.grad(function, argnums=tuple(range(len(args))))
    names: dict[str, Any] = {"np": np, "gradient": gradient}
    terms = [term for i, t in enumerate(tangents) for term in _products(t, f"g[{i}]", names)]
    text = f"def function({parameters}):\n    g = gradient({parameters})\n    return {' + '.join(terms)}\n"
    return defined(text, names)


def _products(tangent: Any, path: str, names: dict[str, Any]) -> Iterator[str]:
    if isinstance(tangent, (tuple, list)):
        for i, part in enumerate(tangent):
            yield from _products(part, f"{path}[{i}]", names)
    else:
        weight = f"t{len(names)}"
        names[weight] = map_tree(lambda leaf: leaf, tangent)
        yield f"np.sum(np.real({path} * {weight}))"


def main() -> None:
    """Tries every sample of every rule, or of the rules named, and prints what is wrong or refused."""
    for entry in register.primitives():
        wanted = len(sys.argv) == 1 or callee_name(entry.callee) in sys.argv[1:]
        if entry.rule is None or entry.writes or not wanted:
            continue
        for sample in entry.samples:
            made = program(entry, sample)
            try:
                if made is not None:
                    check_gradient(*made)
                    check_tangent(*made)
                    check_gradient(along(*made), made[1], tolerance=1e-5)
            except (AssertionError, srcad.DifferentiationError) as error:
                print(f"{describe(entry, sample)}: {error}\n")


if __name__ == "__main__":
    main()
