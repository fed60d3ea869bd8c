"""What is demanded of the derivative of every program: the right number, or an error that says where and what to do.

The expected gradient comes from difference quotients of the plain function in random directions (five points,
so that an error of 1e-7 shows); the expected value from running the plain function on copies of the arguments.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcad import DifferentiationError, trees, value_and_grad
from srcad.facts import fact_of
from srcad.transform.emit import compile_program, emit
from srcad.transform.pipeline import Request, lowered, stages
from srcad.wengert import Function, validate

STEP = 1e-4
TOLERANCE = 2e-7
DIRECTIONS = 3


class Programs:
    """The programs of a test file, each with the arguments it is checked for."""

    def __init__(self) -> None:
        self.cases: list[Any] = []

    def on(self, *arguments: tuple) -> Callable[[Callable], Callable]:
        """Notes a function together with tuples of arguments."""

        def note(function: Callable) -> Callable:
            for i, args in enumerate(arguments):
                name = function.__name__ if len(arguments) == 1 else f"{function.__name__}-{i}"
                self.cases.append(pytest.param(function, args, id=name))
            return function

        return note


def check(function: Callable, args: tuple, tolerance: float = TOLERANCE) -> None:
    """Checks value, gradients, untouched arguments, and every stage of the transformation."""
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    check_stages(function, args, wrt)
    derivative = value_and_grad(function, argnums=wrt)
    given = copy.deepcopy(args)
    expected = function(*copy.deepcopy(args))
    for _ in range(2):
        value, gradients = derivative(*given)
        assert same(value, expected), f"value {value!r}, not {expected!r}"
        assert same(given, args), "the arguments were modified"
    check_gradients(function, args, wrt, gradients, tolerance)
    if len(wrt) > 1:
        for i, whole in zip(wrt, gradients, strict=True):
            _, alone = value_and_grad(function, argnums=i)(*given)
            assert close(alone, whole), f"the gradient of argument {i} alone is {alone!r}, not {whole!r}"


def check_gradients(function: Callable, args: tuple, wrt: tuple[int, ...], gradients: tuple, tolerance: float) -> None:
    """Compares with difference quotients; structures, shapes and dtypes with those of the arguments."""
    for i, gradient in zip(wrt, gradients, strict=True):
        leaves, structure = trees.flatten(args[i])
        found, same_structure = trees.flatten(gradient)
        assert structure == same_structure, f"gradient {gradient!r} for {args[i]!r}"
        for leaf, d in zip(leaves, found, strict=True):
            if np.asarray(leaf).dtype.kind == "f":
                assert np.shape(leaf) == np.shape(d), f"{d!r} for {leaf!r}"
                assert np.asarray(leaf).dtype == np.asarray(d).dtype, f"{d!r} for {leaf!r}"
    random = np.random.default_rng(1)
    for _ in range(DIRECTIONS):
        direction = [directions(args[i], random) for i in wrt]
        have = sum(inner(g, d) for g, d in zip(gradients, direction, strict=True))
        want, scale = difference_quotient(function, args, wrt, direction)
        assert abs(have - want) <= tolerance * max(1.0, abs(want), scale), (
            f"{have} by the gradient, {want} by differences"
        )


def check_stages(function: Callable, args: tuple, wrt: tuple[int, ...]) -> None:
    """Validates the list of every stage; what comes before the reverse sweep is run as well."""
    primal = lowered(function)
    names = [p.name for p in primal.params][: len(args)]
    facts = {name: fact_of(arg, name) for name, arg in zip(names, args, strict=True)}
    facts |= {c.name: fact_of(c.read(), ("captured", c.name)) for c in primal.captures}
    request = Request(tuple(names[i] for i in wrt), False, True, False)
    for stage, result in stages(primal, facts, request):
        if isinstance(result, Function):
            validate(result)
        if stage in ("lower", "specialise"):
            value = compile_program(emit(result))(*copy.deepcopy(args))
            expected = function(*copy.deepcopy(args))
            assert same(value, expected), f"{stage} gives {value!r}, not {expected!r}"


def refused(function: Callable, args: tuple, *words: str) -> DifferentiationError:
    """Checks that the derivative is refused, with the words, this very file, a line and a way out."""
    error = refused_with(lambda: value_and_grad(function)(*copy.deepcopy(args)), *words)
    text = str(error)
    assert re.search(re.escape(function.__code__.co_filename) + r":\d+", text), text
    return error


def refused_with(call: Callable[[], Any], *words: str) -> DifferentiationError:
    """Checks that a call is refused, with the words, a line and a way out."""
    with pytest.raises(DifferentiationError) as caught:
        call()
    text = str(caught.value)
    for word in words:
        assert word in text, text
    assert (caught.value.site or getattr(caught.value, "__notes__", ())) and "Instead:" in text, text
    return caught.value


# ---------------------------------------------------------------------------------------------- arithmetic


def is_differentiable(arg: Any) -> bool:
    """Whether all leaves are floats, so that the argument can be differentiated; a structure may end in None."""
    leaves = [leaf for leaf in trees.flatten(arg)[0] if leaf is not None]
    return bool(leaves) and all(np.asarray(leaf).dtype.kind == "f" for leaf in leaves)


def directions(arg: Any, random: np.random.Generator) -> list[Any]:
    """A random direction for every leaf; None for None."""
    return [None if leaf is None else random.normal(size=np.shape(leaf)) for leaf in trees.flatten(arg)[0]]


def inner(gradient: Any, direction: list[Any]) -> float:
    """The inner product of a gradient and a direction."""
    pairs = zip(trees.flatten(gradient)[0], direction, strict=True)
    return sum(float(np.sum(g * d)) for g, d in pairs if d is not None)


def moved(args: tuple, wrt: tuple[int, ...], direction: list[list], step: float) -> tuple:
    """The arguments a step along the direction; as fresh objects that share memory as before."""
    new = list(copy.deepcopy(args))
    for i, change in zip(wrt, direction, strict=True):
        leaves, structure = trees.flatten(new[i])
        new[i] = trees.unflatten(structure, [_plus(v, step, d) for v, d in zip(leaves, change, strict=True)])
    return tuple(new)


def _plus(leaf: Any, step: float, direction: Any) -> Any:
    if direction is None:
        return leaf
    if isinstance(leaf, np.ndarray):
        return np.asarray(leaf + step * direction, leaf.dtype)
    return type(leaf)(leaf + float(step * direction))


def difference_quotient(function: Callable, args: tuple, wrt: tuple[int, ...], direction: list) -> tuple[float, float]:
    """The derivative along a direction, of the fourth order in the step, and the scale of its error."""
    values = [float(np.sum(function(*moved(args, wrt, direction, k * STEP)))) for k in (-2, -1, 1, 2)]
    far, near, near_right, far_right = values
    return (far - 8 * near + 8 * near_right - far_right) / (12 * STEP), max(map(abs, values))


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal bit for bit, with the same types."""
    left, structure = trees.flatten(a)
    right, other = trees.flatten(b)
    if structure != other:
        return False
    return all(
        type(p) is type(q) and np.array_equal(p, q, equal_nan=_is_float(p)) for p, q in zip(left, right, strict=True)
    )


def close(a: Any, b: Any) -> bool:
    """Whether two gradients agree but for rounding."""
    pairs = zip(trees.flatten(a)[0], trees.flatten(b)[0], strict=True)
    return all(p is q is None or np.allclose(p, q, rtol=1e-10, atol=1e-12) for p, q in pairs)


def _is_float(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"
