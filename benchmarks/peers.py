"""The same function for srcad, autograd and JAX, as far as these are installed.

Peers get the function's own code with `np` and `math` bound to their modules, and arguments in their own kind of
array, so that no conversion is timed.
"""

from __future__ import annotations

import importlib
import importlib.util
import types
from collections.abc import Callable
from typing import Any

import numpy as np

import srcad
from srcad import trees

Competitor = Callable[[], tuple[Any, list]]


def competitors(
    function: Callable,
    args: tuple,
    hand: Callable,
    jax_function: Callable | None = None,
    jax_args: tuple | None = None,
) -> dict[str, Competitor]:
    """All competitors for the gradient of a function with respect to its first argument.

    `jax_function` and `jax_args` replace function and arguments for JAX, where that cannot run a loop.
    """
    found = {"hand": _plain(hand, args), "srcad": _plain(srcad.value_and_grad(function), args)}
    if _installed("autograd"):
        found["autograd"] = _autograd(function, args)
    if _installed("jax"):
        found["jax jit"] = _jax(jax_function or function, jax_args or args)
    return found


def _plain(value_and_gradient: Callable, args: tuple) -> Competitor:
    def run() -> tuple[Any, list]:
        value, gradient = value_and_gradient(*args)
        return value, _leaves(gradient)

    return run


def _autograd(function: Callable, args: tuple) -> Competitor:
    autograd = importlib.import_module("autograd")
    return _plain(autograd.value_and_grad(rebound(function, importlib.import_module("autograd.numpy"))), args)


def _jax(function: Callable, args: tuple) -> Competitor:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.value_and_grad(rebound(function, importlib.import_module("jax.numpy"))))
    own = trees.map(jax.numpy.asarray, args)

    def run() -> tuple[Any, list]:
        value, gradient = jax.block_until_ready(compiled(*own))
        return value, _leaves(gradient)

    return run


def _leaves(gradient: Any) -> list:
    """The leaves of a gradient; a bare one costs nothing, as the toys are smaller than a tree walk."""
    return trees.flatten(gradient)[0] if isinstance(gradient, (tuple, list, dict)) else [gradient]


def rebound(function: Callable, module: Any) -> Callable:
    """The function with `np` and `math` bound to another module."""
    names = {**function.__globals__, "np": module, "math": module}
    return types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def directional_error(function: Callable, args: tuple, gradient: Any, seed: int = 0) -> float:
    """How far a float64 gradient is from a central difference along a random direction, relatively."""
    rng = np.random.default_rng(seed)
    leaves, structure = trees.flatten(args[0])
    v = [rng.normal(size=np.shape(leaf)) for leaf in leaves]
    h = 1e-5

    def moved(sign: float) -> float:
        first = trees.unflatten(structure, [leaf + sign * h * d for leaf, d in zip(leaves, v, strict=True)])
        return float(function(first, *args[1:]))

    expected = (moved(1.0) - moved(-1.0)) / (2 * h)
    got = sum(float(np.sum(g * d)) for g, d in zip(_leaves(gradient), v, strict=True))
    return abs(got - expected) / max(abs(expected), 1e-12)
