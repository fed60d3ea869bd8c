"""The same function for srcad, autograd, JAX and PyTorch, as far as these are installed.

Peers get the function's own code with `np` and `math` bound to their modules, and arguments in their own kind of
array, so that no conversion is timed.
"""

from __future__ import annotations

import importlib
import os
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import srcad
from srcad import trees

Competitor = Callable[[], tuple[Any, list]]


def competitors(
    function: Callable,
    args: tuple,
    written: Mapping[str, Callable],
    forms: Mapping[str, Callable],
    programs: frozenset[str] | None = None,
) -> dict[str, Competitor]:
    """All competitors for value and gradient of a function with respect to its first argument.

    `written` are programs written by hand.  `forms` replaces the function for peers that cannot run it.  With
    `programs` only those named there are made, and what is written by hand.
    """
    found = {name: _plain(program, args) for name, program in written.items()}
    found["srcad"] = _plain(srcad.value_and_grad(function), args)
    for name, (module, make) in PEERS.items():
        if (programs is None or name in programs) and _installed(module):
            found[name] = make(forms.get(module, function), args)
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
    own = trees.map(lambda leaf: leaf if type(leaf) is int else jax.numpy.asarray(leaf), args)
    counts = tuple(i for i, arg in enumerate(args) if type(arg) is int)
    bound = rebound(function, importlib.import_module("jax.numpy"))
    compiled = jax.jit(jax.value_and_grad(bound), static_argnums=counts)

    def run() -> tuple[Any, list]:
        value, gradient = jax.block_until_ready(compiled(*own))
        return value, _leaves(gradient)

    return run


def _torch(function: Callable, args: tuple) -> Competitor:
    torch = importlib.import_module("torch")
    torch.set_num_threads(_threads())
    own = trees.map(lambda leaf: leaf if type(leaf) is int else torch.asarray(np.asarray(leaf)), args)
    leaves = [leaf.requires_grad_() for leaf in trees.flatten(own[0])[0]]
    bound = rebound(function, _Torch(torch))

    def run() -> tuple[Any, list]:
        value = bound(*own)
        return value.detach(), list(torch.autograd.grad(value, leaves))

    return run


class _Torch:
    """PyTorch under the names of NumPy."""

    def __init__(self, torch: Any):
        self._torch = torch
        self.max = torch.amax

    def pad(self, x: Any, width: int, mode: str) -> Any:
        return self._torch.nn.functional.pad(x, (width,) * 2 * x.ndim, mode)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._torch, name)


PEERS = {"autograd": ("autograd", _autograd), "jax jit": ("jax", _jax), "torch": ("torch", _torch)}
"""Names of peers in the table, the module that has to be there, and what makes a competitor."""


def _installed(module: str) -> bool:
    """Whether a module can be imported: a peer may be there in part."""
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _leaves(gradient: Any) -> list:
    """The leaves of a gradient; a bare one costs nothing, as small workloads are smaller than a tree walk."""
    return trees.flatten(gradient)[0] if isinstance(gradient, (tuple, list, dict)) else [gradient]


def rebound(function: Callable, module: Any) -> Callable:
    """The function, and the functions of its module that it calls, with `np` and `math` bound to another module."""
    names = {**function.__globals__, "np": module, "math": module}
    for name, value in function.__globals__.items():
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            names[name] = _with_globals(value, names)
    return _with_globals(function, names)


def _with_globals(function: Callable, names: dict) -> Callable:
    return types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)


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
