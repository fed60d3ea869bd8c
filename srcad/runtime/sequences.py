"""What programs of the library ask of sequences and of calls: orders, places, turns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def sorting_order(keys: Any, reverse: bool = False) -> list[int]:
    """The places of the items in the order in which `sorted` puts them.

    >>> sorting_order([2.0, 0.5, 2.0]), sorting_order([2.0, 0.5, 2.0], reverse=True)
    ([1, 0, 2], [0, 2, 1])
    """
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def first_largest(keys: Any) -> int:
    """The place of the item that `max` chooses."""
    return max(range(len(keys)), key=keys.__getitem__)


def first_smallest(keys: Any) -> int:
    """The place of the item that `min` chooses."""
    return min(range(len(keys)), key=keys.__getitem__)


def needs_unsafe_cast(have: Any, want: Any) -> bool:
    """Whether NumPy refuses to store a result of one dtype in an `out=` of another."""
    return not np.can_cast(have, want, "same_kind")


def turns(shape: tuple[int, ...], index: Any) -> list[tuple[tuple, Any]]:
    """The elements that an index names, one turn after the other, in each of which no element occurs twice.

    A turn is the elements' places, and their positions among all that the index names.

    >>> [(places[0].tolist(), chosen.tolist()) for places, chosen in turns((4,), [3, 0, 3])]
    [([0, 3], [1, 0]), ([3], [2])]
    """
    named = np.arange(math.prod(shape)).reshape(shape)[index].ravel()
    order = np.argsort(named, kind="stable")
    begins = np.flatnonzero(np.diff(named[order], prepend=-1))
    times = np.arange(named.size) - np.repeat(begins, np.diff(begins, append=named.size))
    by_turn = np.split(order[np.argsort(times, kind="stable")], np.cumsum(np.bincount(times))[:-1])
    return [(np.unravel_index(named[chosen], shape), chosen) for chosen in by_turn if chosen.size]


def differ_from_first(results: list) -> bool:
    """Whether some results have a type that an array of the type of the first cannot hold."""
    return bool(results) and np.asarray(results).dtype != np.asarray(results[0]).dtype


def has_step(index: slice) -> bool:
    """Whether a slice of a list is replaced item by item."""
    return index.step is not None and index.step != 1


def ends(length: int, index: slice) -> tuple[int, int]:
    """Where a slice of a list without a step begins and ends.

    >>> ends(5, slice(-2, None)), ends(5, slice(3, 1))
    ((3, 5), (3, 3))
    """
    start, stop, _ = index.indices(length)
    return start, max(start, stop)


def places(length: int, index: slice) -> list[int]:
    """The places of a list that a slice names."""
    return list(range(length)[index])
