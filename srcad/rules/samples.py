"""Samples for elementwise primitives: every combination of shapes and dtypes, from one domain per operand.

Guarantees.  The values are the same in every run.  They lie inside the domain that was asked for, away from
its ends, and no two of one sample are nearly equal, so that finite differences never step over a kink.

>>> for one in elementwise((1.0, 2.0))[:3]: print(np.round(one.args[0], 2), type(one.args[0]).__name__)
1.62 float
1.51 float64
1.29 ndarray
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from srcad.rules.primitives import Sample

Domain = tuple[float, float]

_PYTHON = {"float": float, "int": int, "complex": complex}
_ZERO_D = "0-d"

# One operand: (dtype, shape); a Python type has no shape, the shape () is a NumPy scalar.
_ONE = (
    ("float", ()),
    ("f8", ()),
    ("f8", _ZERO_D),
    ("f8", (3,)),
    ("f8", (2, 3)),
    ("f8", (1,)),
    ("f8", (0,)),
    ("f4", ()),
    ("f4", _ZERO_D),
    ("f4", (2, 3)),
    ("int", ()),
    ("i8", ()),
    ("i8", (3,)),
    ("i1", (3,)),
)
_ONE_COMPLEX = (("complex", ()), ("c16", ()), ("c16", _ZERO_D), ("c16", (2, 3)), ("c8", (3,)))

_TWO = (
    (("float", ()), ("float", ())),
    (("float", ()), ("int", ())),
    (("int", ()), ("float", ())),
    (("int", ()), ("int", ())),
    (("f8", ()), ("float", ())),
    (("f8", _ZERO_D), ("float", ())),
    (("f8", (3,)), ("f8", (3,))),
    (("f8", (3,)), ("float", ())),
    (("float", ()), ("f8", (3,))),
    (("f8", (3,)), ("f8", _ZERO_D)),
    (("f8", (3, 1)), ("f8", (4,))),
    (("f8", (2, 3)), ("f8", (3,))),
    (("f8", (1,)), ("f8", (2, 3))),
    (("f8", (1, 1)), ("f8", (1,))),
    (("f8", (0, 3)), ("f8", (3,))),
    (("f8", (0,)), ("f8", (1,))),
    (("f4", (3,)), ("f4", (2, 3))),
    (("f4", (3,)), ("float", ())),
    (("int", ()), ("f4", (3,))),
    (("f4", ()), ("float", ())),
    (("f4", ()), ("f8", ())),
    (("f4", (3,)), ("f8", (3,))),
    (("f8", ()), ("f4", (3,))),
    (("i8", (3,)), ("f8", (3,))),
    (("f4", (3,)), ("i8", (2, 3))),
    (("i1", (3,)), ("f4", (3,))),
    (("i1", (3,)), ("i1", (3,))),
)
_TWO_COMPLEX = (
    (("complex", ()), ("float", ())),
    (("complex", ()), ("complex", ())),
    (("c16", (3,)), ("c16", (2, 3))),
    (("c16", (3, 1)), ("f8", (4,))),
    (("f8", (3,)), ("complex", ())),
    (("f4", (3,)), ("c8", (3,))),
    (("c8", (3,)), ("complex", ())),
)


def value(dtype: str, shape: Any, domain: Domain, rng: np.random.Generator) -> Any:
    """A number or array of this dtype and shape with values inside the domain; None if it holds no integer."""
    low, high = domain
    size = () if shape == _ZERO_D else shape
    if dtype[0] == "i":
        first, last = int(np.ceil(low)), int(np.floor(high))
        if first > last:
            return None
        values = rng.integers(first, last + 1, size)
    else:
        margin = 0.05 * (high - low)
        values = rng.uniform(low + margin, high - margin, size)
        if dtype[0] == "c":
            values = values + 1j * rng.uniform(0.2, 1.0, size)
    if dtype in _PYTHON:
        return _PYTHON[dtype](values)
    array = np.asarray(values).astype(dtype)
    return array[()] if shape == () else array


class Samples:
    """Samples that are made when somebody asks for them, which no derivative does."""

    def __init__(self, make: Callable[[], Iterable[Sample]]):
        self._make = make

    def __iter__(self) -> Iterator[Sample]:
        return iter(self._make())

    def __add__(self, more: Iterable[Sample]) -> Samples:
        return Samples(lambda: [*self, *more])

    def __getitem__(self, part: slice) -> Samples:
        return Samples(lambda: list(self)[part])


def elementwise(*domains: Domain, complex: bool = False) -> Samples:
    """Samples for a function of one or two operands, whose values lie in these domains."""
    return Samples(lambda: _elementwise(domains, complex))


def _elementwise(domains: tuple[Domain, ...], complex: bool) -> list[Sample]:
    layouts: tuple = tuple((one,) for one in _ONE) if len(domains) == 1 else _TWO
    if complex:
        layouts += tuple((one,) for one in _ONE_COMPLEX) if len(domains) == 1 else _TWO_COMPLEX
    samples = []
    for number, layout in enumerate(layouts):
        args = _distinct(layout, domains, np.random.default_rng(number))
        if args is not None:
            samples.append(Sample(args, {}))
    return samples


def _distinct(layout: tuple, domains: tuple[Domain, ...], rng: np.random.Generator) -> tuple | None:
    """Operands of which no two values are nearly equal, if that can be had, or None if there are no integers."""
    for _ in range(100):
        args = tuple(value(*one, domain, rng) for one, domain in zip(layout, domains, strict=True))
        if any(arg is None for arg in args):
            return None
        values = np.sort(np.concatenate([np.ravel(arg).real for arg in args]))
        if values.size < 2 or np.min(np.diff(values)) > 1e-3:
            return args
    return args


def array(*shape: int, dtype: Any = "f8", low: float = -2.0, high: float = 2.0, seed: int = 0) -> np.ndarray:
    """An array for a sample that is written by hand."""
    return copy.copy(_drawn(np.dtype(dtype).str[1:], shape or _ZERO_D, (low, high), seed))


@functools.cache
def _drawn(dtype: str, shape: Any, domain: Domain, seed: int) -> Any:
    """The same few shapes are asked for a thousand times while the rules are imported."""
    return value(dtype, shape, domain, np.random.default_rng(seed))
