"""What is demanded of forward mode of every program: the value of a plain call, and the right tangent beside it.

The expected tangent comes from difference quotients of the plain function along the same direction.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import jvp, trees
from srcad.facts import fact_of
from srcad.transform.pipeline import lowered, tangent_stages
from srcad.wengert import Function, validate

from .checking import TOLERANCE, difference_quotient, directions, is_differentiable, same


def check_forward(function: Callable, args: tuple, tolerance: float = TOLERANCE) -> None:
    """Checks value, tangent, untouched arguments, and every stage of the transformation."""
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    check_stages(function, args, wrt)
    random = np.random.default_rng(3)
    expected = function(*copy.deepcopy(args))
    for _ in range(2):
        direction = [directions(args[i], random) for i in wrt]
        dots = tangents(args, wrt, direction)
        given, given_dots = copy.deepcopy(args), copy.deepcopy(dots)
        value, dot = jvp(function, given, given_dots)
        assert same(value, expected), f"value {value!r}, not {expected!r}"
        assert same(given, args), "the arguments were modified"
        assert same(given_dots, dots), "the tangents were modified"
        want, scale = difference_quotient(function, args, wrt, direction)
        have = float(np.sum(dot))
        assert abs(have - want) <= tolerance * max(1.0, abs(want), scale), f"{have} forward, {want} by differences"


def tangents(args: tuple, wrt: tuple[int, ...], direction: list[list[Any]]) -> tuple:
    """The direction as tangents of the arguments."""
    found: list[Any] = [None] * len(args)
    for i, change in zip(wrt, direction, strict=True):
        leaves, structure = trees.flatten(args[i])
        found[i] = trees.unflatten(structure, [_like(leaf, d) for leaf, d in zip(leaves, change, strict=True)])
    return tuple(found)


def _like(leaf: Any, d: Any) -> Any:
    if d is None:
        return None
    return np.asarray(d, leaf.dtype) if isinstance(leaf, np.ndarray) else type(leaf)(d)


def check_stages(function: Callable, args: tuple, wrt: tuple[int, ...]) -> None:
    """Validates the list of every stage."""
    primal = lowered(function)
    names = [p.name for p in primal.params][: len(args)]
    facts = {name: fact_of(arg, name) for name, arg in zip(names, args, strict=True)}
    facts |= {c.name: fact_of(c.read(), ("captured", c.name)) for c in primal.captures}
    for _, result in tangent_stages(primal, facts, tuple(names[i] for i in wrt), len(args)):
        if isinstance(result, Function):
            validate(result)
