"""What generated text calls the objects outside it: functions, classes, modules, and what captures hold.

Guarantee.  Every name a program uses stands for one object.  NumPy's objects are called `np....`, so that the whole
program follows `np` to another array module; the objects of importable libraries by their module; functions and
classes of the user by their own name.  A name that is taken already gets a suffix.
"""

from __future__ import annotations

import builtins
import re
import sys
import types
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from srcad import runtime
from srcad.transform.emit.naming import unused
from srcad.wengert import Capture

_SUBMODULES = ("linalg", "fft", "random", "lib.stride_tricks", "lib.scimath", "polynomial", "char", "ma", "emath")
_PREFERRED = ("abs", "conj", "mod", "max", "min")


@cache
def _numpy_names() -> dict[int, str]:
    """The dotted name after `np` of every public object of NumPy, by identity."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some names warn that they will go, and are only looked at here
        return _collect_numpy_names()


def _collect_numpy_names() -> dict[int, str]:
    names: dict[int, str] = {}
    for path in ("", *_SUBMODULES):
        module: Any = np
        for part in path.split(".") if path else ():
            module = getattr(module, part, None)
        prefix = f"{path}." if path else ""
        public = sorted(getattr(module, "__all__", None) or ())
        for name in sorted(public, key=lambda n: (n not in _PREFERRED, n != _name(getattr(module, n, None)), n)):
            value = getattr(module, name, None)
            if callable(value) or isinstance(value, types.ModuleType):
                names.setdefault(id(value), prefix + name)
    names[id(np.bool_)] = "bool_"
    return names


def _name(value: Any) -> str | None:
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else None


class References:
    """The global names of one program.

    `avoid` are names that functions of the program use for parameters, which would hide a global of that name.
    """

    def __init__(self, avoid: Iterable[str] = ()):
        self.objects: dict[str, Any] = {}
        self.captures: dict[str, Capture] = {}
        self._taken = set(avoid)
        self._names: dict[int, str] = {}
        self._capture_names: dict[tuple[int, str], str] = {}
        self._kept: list[Any] = []
        self._recorded: list[set[str]] = []

    @contextmanager
    def recording(self) -> Iterator[set[str]]:
        """Collects the global names that are asked for inside."""
        self._recorded.append(set())
        try:
            yield self._recorded[-1]
        finally:
            inner = self._recorded.pop()
            if self._recorded:
                self._recorded[-1] |= inner

    def record(self, name: str) -> str:
        """Notes that a global name is asked for."""
        if self._recorded:
            self._recorded[-1].add(name)
        return name

    def reserve(self, base: str) -> str:
        """A new global name, for a function that the program defines."""
        return unused(base, self._taken)

    def capture(self, capture: Capture, base: str) -> str:
        """The name of a captured variable."""
        key = (id(capture.scope), capture.key)
        if key not in self._capture_names:
            self._capture_names[key] = name = unused(base, self._taken)
            self.captures[name] = capture
        return self.record(self._capture_names[key])

    def dotted(self, value: Any) -> str:
        """The text that stands for an object."""
        if isinstance(value, types.ModuleType):
            if value is np:
                return self._global(np, "np")
            if value.__name__.startswith("srcad.runtime"):
                return self._global(runtime, "rt")
        path = _numpy_names().get(id(value))
        if path is not None:
            return f"{self._global(np, 'np')}.{path}"
        owner = getattr(value, "__self__", None)
        if isinstance(value, types.BuiltinMethodType) and isinstance(owner, (type, np.ufunc)):
            return f"{self.dotted(owner)}.{value.__name__}"
        home = _home(value)
        if home is not None:
            module, path = home
            if module is builtins:
                return self._global(value, path) if "." not in path else f"{self._builtin(path)}"
            return f"{self.dotted(module)}.{path}"
        return self._global(value, _base_of(value))

    def _builtin(self, path: str) -> str:
        first, _, rest = path.partition(".")
        return f"{self._global(getattr(builtins, first), first)}.{rest}"

    def _global(self, value: Any, base: str) -> str:
        """The name of an object that is a reference itself."""
        if id(value) not in self._names:
            self._kept.append(value)  # an id means something as long as its object lives
            self._names[id(value)] = name = unused(base, self._taken)
            self.objects[name] = value
        return self.record(self._names[id(value)])

    def holds(self, text: str, value: Any) -> bool:
        """Whether a text such as `np.pi` stands for this value in the program; makes its root a reference."""
        root, *rest = text.split(".")
        found: Any = {"np": np, "numpy": np}.get(root) or sys.modules.get(root)
        if not re.fullmatch(r"\w+(\.\w+)+", text) or found is None:
            return False
        for part in rest:
            found = getattr(found, part, None)
        same = found is value or type(found) is type(value) and repr(found) == repr(value)
        if not same or isinstance(value, types.ModuleType):
            return False
        module = np if root in ("np", "numpy") else sys.modules[root]
        return self._global(module, root) == root


def _base_of(value: Any) -> str:
    """What to call an object that has no better name."""
    name = _name(value)
    if isinstance(value, types.ModuleType):
        return value.__name__.rpartition(".")[2]
    if name is None:
        name = type(value).__name__.lower()
    return name if name.isidentifier() else "function" if callable(value) else "value"


def _home(value: Any) -> tuple[types.ModuleType, str] | None:
    """The library module an object is found in and its path there; None for what is the user's own."""
    name = getattr(value, "__qualname__", None) or _name(value)
    module_name = getattr(value, "__module__", "scipy.special" if isinstance(value, np.ufunc) else None)
    if not isinstance(name, str) or not isinstance(module_name, str):
        return None
    module_name = {"_operator": "operator", "_functools": "functools"}.get(module_name, module_name)
    top = module_name.partition(".")[0]
    if top not in sys.stdlib_module_names and top not in ("numpy", "scipy", "srcad") or top == "__main__":
        return None
    for place in (module_name.partition("._")[0], module_name):  # where users find it, where it was written
        module = sys.modules.get(place)
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part, None)
        if module is not None and found is value:
            return module, name
    return None
