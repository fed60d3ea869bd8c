"""The public names of NumPy, and what srcad's registry says of each."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib import stride_tricks

import srcad.rules  # noqa: F401  fills the registry
from srcad.rules import register
from srcad.wengert import Attribute, Method

from .reasons import NOT_YET, REASONS

MODULES = {
    "numpy": np,
    "numpy.linalg": np.linalg,
    "numpy.fft": np.fft,
    "numpy.emath": np.emath,
    "numpy.lib.stride_tricks": stride_tricks,
    "numpy.polynomial.polynomial": np.polynomial.polynomial,
    "numpy.polynomial.chebyshev": np.polynomial.chebyshev,
    "numpy.polynomial.legendre": np.polynomial.legendre,
    "numpy.polynomial.hermite": np.polynomial.hermite,
    "numpy.polynomial.hermite_e": np.polynomial.hermite_e,
    "numpy.polynomial.laguerre": np.polynomial.laguerre,
}
UFUNC_METHODS = ("reduce", "accumulate", "outer", "reduceat", "at")


@dataclass(frozen=True)
class Name:
    """A public name: the section it stands in, and what is registered of it."""

    section: str
    name: str
    entry: register.Primitive | None

    @property
    def full(self) -> str:
        """The name as a user writes it."""
        return f"{self.section}.{self.name}"

    @property
    def state(self) -> str:
        """What is known: "rule", "constant", "writes", a reason, "not yet" or "missing"."""
        entry = self.entry
        if entry is not None and entry.writes:
            return "writes"
        if entry is not None and entry.rule is not None:
            return "rule"
        if entry is not None and entry.constant:
            return "constant"
        return REASONS.get(self.full) or ("not yet" if self.full in NOT_YET else "missing")


def names() -> Iterator[Name]:
    """All of them: functions and classes of the modules, methods of ufuncs, members of arrays."""
    for section, module in MODULES.items():
        for name, value in public(module):
            yield Name(section, name, register.lookup(value))
    for name, ufunc in public(np):
        if isinstance(ufunc, np.ufunc) and ufunc.__name__ == name:  # not its aliases
            for method in UFUNC_METHODS:
                if takes(ufunc, method):
                    yield Name(f"numpy.{name}", method, register.lookup(getattr(ufunc, method)))
    for name in dir(np.ndarray):
        if not name.startswith("_"):
            member = Method(name) if callable(getattr(np.ndarray, name)) else Attribute(name)
            yield Name("numpy.ndarray", name, register.lookup(member))


def takes(ufunc: np.ufunc, method: str) -> bool:
    """Whether a ufunc has this method: all but `at` are for two operands and one result."""
    elementwise = ufunc.signature is None and ufunc.nout == 1
    return elementwise and (ufunc.nin == 2 or method == "at" and ufunc.nin == 1)


def public(module: Any) -> Iterator[tuple[str, Any]]:
    """The callables of a module by their public names, no modules among them."""
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if not name.startswith("_") and callable(value) and not isinstance(value, types.ModuleType):
            yield name, value
