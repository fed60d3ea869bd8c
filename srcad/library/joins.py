"""`np.r_` and `np.c_`: joins of numbers and arrays that are written as subscripts.

Guarantee: subscripts with slices or text, which are ranges and instructions, have no program.
"""

from collections.abc import Iterable

import numpy as np

from srcad.facts import Array, Fact, Tuple, widen
from srcad.library.kinds import Kind, a_number
from srcad.library.register import implements

_DOUBLE = ("int64", "float64", "complex128")


def with_axes(*counts: int) -> Kind:
    """A number, or an array with so many axes in double precision, whose join has the dtype that NumPy gives it."""

    def joinable(fact: Fact) -> bool:
        known = widen(fact)
        if isinstance(known, Array):
            return known.dtype in _DOUBLE and known.ndim in counts
        return 0 in counts and a_number(fact)

    return joinable


def several(counts: Iterable[int]) -> Kind:
    """A tuple of such numbers and arrays."""
    joinable = with_axes(*counts)

    def of_items(fact: Fact) -> bool:
        known = widen(fact)
        return isinstance(known, Tuple) and bool(known.items) and all(map(joinable, known.items))

    return of_items


@implements(np.r_)
def _(key: with_axes(0, 1, 2)):
    return np.atleast_1d(key).copy()


@implements(np.r_)
def _(key: several((0, 1))):
    return np.hstack(key)


@implements(np.r_)
def _(key: several((2,))):
    return np.concatenate(key)


@implements(np.c_)
def _(key: with_axes(0, 1, 2)):
    return np.column_stack((key,))


@implements(np.c_)
def _(key: several((0, 1, 2))):
    return np.column_stack(key)
