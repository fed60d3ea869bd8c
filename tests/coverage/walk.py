"""The public names of NumPy, and what srcad's registry says of each."""

from __future__ import annotations

import types
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib import stride_tricks

import srcad.library
import srcad.rules  # noqa: F401  fills the registry
from srcad.library.register import Program, programs
from srcad.rules import primitives, register
from srcad.wengert import Attribute, Method

from .reasons import REASONS

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
    entry: primitives.Primitive | None
    programs: tuple[Program, ...] = ()

    @property
    def full(self) -> str:
        """The name as a user writes it."""
        return f"{self.section}.{self.name}"

    @property
    def state(self) -> str:
        """What is known: "rule", "constant", "writes", "program", a reason, or "missing"."""
        entry = self.entry
        if entry is not None and entry.writes:
            return "writes"
        if entry is not None and entry.rule is not None:
            return "rule"
        if entry is not None and entry.constant:
            return "constant"
        if self.programs:
            return "program"
        return REASONS.get(self.full, "missing")

    @property
    def refuses(self) -> list[str]:
        """The parameters that must keep their defaults: of the rule, if no program takes them."""
        taken = {parameter for program in self.programs for parameter in program.parameters.names}
        refused = self.entry.refuses if self.entry is not None and self.state == "rule" else ()
        return [parameter.rstrip("_") for parameter in refused if parameter.rstrip("_") not in taken]


def named(section: str, name: str, callee: Any) -> Name:
    """A public name, and what is registered of the callable."""
    return Name(section, name, register.lookup(callee), programs(callee) if isinstance(callee, Hashable) else ())


def names() -> Iterator[Name]:
    """All of them: functions and classes of the modules, methods of ufuncs, members of arrays."""
    for section, module in MODULES.items():
        for name, value in public(module):
            yield named(section, name, value)
    for name, ufunc in public(np):
        if isinstance(ufunc, np.ufunc) and ufunc.__name__ == name:  # not its aliases
            for method in UFUNC_METHODS:
                if takes(ufunc, method):
                    yield named(f"numpy.{name}", method, getattr(ufunc, method))
    for name in dir(np.ndarray):
        if not name.startswith("_"):
            member = Method(name) if callable(getattr(np.ndarray, name)) else Attribute(name)
            yield named("numpy.ndarray", name, member)


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
