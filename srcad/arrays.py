"""Which array module serves a call: NumPy, or CuPy where the arguments live on a GPU.

The module of an array is that of the top-level package its type comes from: arrays of `numpy` belong to
NumPy, arrays of `cupy` to CuPy.  Arrays of different modules never meet in one call: CuPy itself would refuse
them in the middle of a computation, and converting them silently would hide a transfer.  Numbers, NumPy's
scalars among them, belong to no module and go with every one.

Nothing here imports CuPy unless somebody asks for it by name; an array of CuPy can only exist where CuPy is
imported already.  Other modules with NumPy's interface join by `register_array_module`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from srcad import trees
from srcad.errors import ArgumentError

_PACKAGES = ("numpy", "cupy")
_registered: dict[type, Any] = {}
_module_of_type: dict[type, Any] = {}  # what was found for the types seen so far


def register_array_module(array_type: type, module: Any) -> None:
    """Lets arrays of `array_type` and its subclasses be served by `module`.

    `module` offers NumPy's functions under NumPy's names, `asarray` for NumPy's arrays, and `asnumpy` for the
    way back (as CuPy does).  Generated code that meets such an array runs with `np` bound to `module`.
    """
    if not isinstance(array_type, type):
        raise ArgumentError(f"{array_type!r} is no class", "pass the class of the arrays")
    _registered[array_type] = module
    _module_of_type.clear()


def module_of(leaf: Any) -> Any:
    """The array module of an array, or None for whatever is no array (numbers and NumPy's scalars too).

    >>> module_of(np.ones(2)).__name__
    'numpy'
    >>> module_of(np.float64(1.0)) is module_of(2.0) is None
    True
    """
    cls = type(leaf)
    if cls not in _module_of_type:
        _module_of_type[cls] = _find_module(cls)
    return _module_of_type[cls]


def _find_module(cls: type) -> Any:
    for base in cls.__mro__:
        if base in _registered:
            return _registered[base]
        package = base.__module__.partition(".")[0]
        if package in _PACKAGES and not issubclass(base, np.generic) and base.__name__ == "ndarray":
            return np if package == "numpy" else sys.modules[package]
    return None


def array_module(*leaves: Any) -> Any:
    """The one array module of all arrays among the leaves; NumPy if there are none.

    Raises ArgumentError if arrays of two modules are among them.

    >>> array_module(1.0, np.ones(3), "text").__name__
    'numpy'
    """
    found: dict[int, tuple[Any, Any]] = {}
    for leaf in leaves:
        module = module_of(leaf)
        if module is not None:
            found.setdefault(id(module), (module, leaf))
    if not found:
        return np
    if len(found) > 1:
        raise _mixed([module for module, _ in found.values()])
    return next(iter(found.values()))[0]


def array_module_of_trees(*arguments: Any, names: tuple[str, ...] = ()) -> Any:
    """As `array_module`, for whole arguments; the error for mixed arguments says which array is whose."""
    leaves = [leaf for argument in arguments for leaf in trees.flatten(argument)[0]]
    try:
        return array_module(*leaves)
    except ArgumentError:
        raise _mixed_arguments(arguments, names) from None


def to_device(tree: Any, device: Any) -> Any:
    """The tree with all its arrays moved to a device: "numpy", "cupy", or a registered array module.

    Arrays that are there already are returned as they are; numbers, strings and None pass through.
    """
    target = _module_named(device)
    leaves, structure = trees.flatten(tree)
    return trees.unflatten(structure, [_move(leaf, target) for leaf in leaves])


def _move(leaf: Any, target: Any) -> Any:
    source = module_of(leaf)
    if source is None or source is target:
        return leaf
    on_host = leaf if source is np else source.asnumpy(leaf)
    return on_host if target is np else target.asarray(on_host)


def _module_named(device: Any) -> Any:
    if not isinstance(device, str):
        if device is np or any(device is module for module in (*_registered.values(), sys.modules.get("cupy"))):
            return device
        raise ArgumentError(f"{device!r} is no array module", 'pass "numpy", "cupy" or a registered module')
    if device == "numpy":
        return np
    if device != "cupy":
        raise ArgumentError(f"there is no device {device!r}", 'pass "numpy" or "cupy"')
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise ArgumentError(
            f"CuPy cannot be imported ({error})",
            "install it with `pip install srcad[cuda12]` or `pip install srcad[cuda13]`, as your CUDA driver needs",
        ) from error
    if not cupy.is_available():
        raise ArgumentError("CuPy finds no GPU", "use device 'numpy' on this machine")
    return cupy


def name_of(module: Any) -> str:
    """The name of an array module as errors print it."""
    return {"numpy": "NumPy", "cupy": "CuPy"}.get(module.__name__, module.__name__)


def _mixed(modules: list[Any], where: str = "") -> ArgumentError:
    names = [name_of(module) for module in modules]
    device = next((module.__name__ for module in modules if module is not np), "cupy")
    return ArgumentError(
        f"arrays of {' and '.join(names)} meet in one call{where}",
        f"move all arrays to one device first, for example with srcad.arrays.to_device(x, {device!r})",
    )


def _mixed_arguments(arguments: tuple, names: tuple[str, ...]) -> ArgumentError:
    """The error that shows one array of each module by its path."""
    names = names or tuple(f"args[{i}]" for i in range(len(arguments)))
    first: dict[int, tuple[Any, str]] = {}
    for argument, name in zip(arguments, names, strict=True):
        for leaf, path in zip(trees.flatten(argument)[0], trees.paths(argument, name), strict=True):
            module = module_of(leaf)
            if module is not None:
                first.setdefault(id(module), (module, path))
    places = ", ".join([f"{path} is of {name_of(module)}" for module, path in first.values()])
    return _mixed([module for module, _ in first.values()], f": {places}")
