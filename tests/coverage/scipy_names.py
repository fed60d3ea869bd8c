"""The public names of SciPy's packages, and what srcad knows of each."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass

from srcad.library import register as library
from srcad.rules import register

from .scipy_reasons import BY_SOURCE, NOT_YET, REASONS
from .walk import public

PACKAGES = ("special", "linalg", "signal", "ndimage", "fft")


@dataclass(frozen=True)
class ScipyName:
    """A public name of a package: whether it has a rule, a program, or why it has neither."""

    package: str
    name: str
    state: str
    refuses: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The name as a user writes it, without `scipy`."""
        return f"{self.package}.{self.name}"


def scipy_names(package: str) -> Iterator[ScipyName]:
    """The functions and classes of a package of SciPy, which is imported now."""
    for name, value in public(importlib.import_module(f"scipy.{package}")):
        entry = register.lookup(value)
        full = f"{package}.{name}"
        if entry is not None and entry.rule is not None:
            yield ScipyName(package, name, "rule", entry.refuses)
        elif entry is not None and entry.constant:
            yield ScipyName(package, name, "constant")
        elif library.has_program(value):
            yield ScipyName(package, name, "program")
        elif full in BY_SOURCE:
            yield ScipyName(package, name, "source")
        else:
            state = REASONS.get(full) or ("not yet" if full in NOT_YET else "missing")
            yield ScipyName(package, name, state)


DIFFERENTIATED = ("rule", "program", "source")


def share(names: list[ScipyName]) -> float:
    """How much of what is smooth is differentiated."""
    done = sum(name.state in DIFFERENTIATED for name in names)
    return done / (done + sum(name.state in ("not yet", "missing") for name in names))
