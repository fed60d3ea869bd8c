"""Loops whose states are not all kept: the binomial schedule of checkpoints.

Guarantee: no more than `slots` states are kept at any time, the first one among them, and no schedule with as many
slots runs fewer trips (`fewest`).

Griewank and Walther, Algorithm 799: revolve, ACM Transactions on Mathematical Software 26 (2000), 19-45.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from math import comb
from typing import Any

from srcad.errors import ArgumentError
from srcad.runtime import add


def reach(slots: int, repeats: int) -> int:
    """How many trips can be reversed with so many slots if no trip is run more than `repeats` times before.

    >>> reach(3, 2)
    10
    """
    return comb(slots + repeats, slots)


def repeats_for(trips: int, slots: int) -> int:
    """How often trips are run, at most, before they are reversed."""
    repeats = 0
    while reach(slots, repeats) < trips:
        repeats += 1
    return repeats


def first_part(trips: int, slots: int) -> int:
    """After how many trips the next state is kept, where the state before them is kept already.

    >>> first_part(10, 3), first_part(4, 1)
    (4, 3)
    """
    repeats = repeats_for(trips, slots)
    return min(reach(slots, repeats - 1), trips - reach(slots - 1, repeats - 1))


def fewest(trips: int, slots: int) -> int:
    """How many trips any schedule has to run before the last one, in the forward sweep and again for the reversals.

    >>> fewest(10, 3), fewest(4, 1)
    (15, 6)
    """
    repeats = repeats_for(trips, slots)
    return repeats * trips - reach(slots + 1, repeats - 1) if repeats else 0


class States:
    """What a forward sweep hands to the reverse one: the loop, and the states that are kept, with their places."""

    def __init__(self, step: Callable[..., tuple], items: Any, slots: int, outer: tuple):
        self.step, self.items, self.slots, self.outer = step, items, slots, outer
        self.kept: list[tuple[int, tuple]] = []
        self.last: tuple[int, tuple] | None = None  # the one that is at hand when the forward sweep ends
        self._lock = threading.Lock()

    def take(self) -> tuple[list[tuple[int, tuple]], tuple[int, tuple] | None]:
        """The states kept, and the one at hand.  All but the first are given away: whoever comes later runs to them."""
        with self._lock:
            kept, last = self.kept, self.last
            self.kept, self.last = kept[:1], None
        return kept, last

    def run(self, state: tuple, begin: int, end: int) -> tuple:
        """The state after the trips from `begin` to `end`."""
        for i in range(begin, end):
            state = self.step(*state, self.items[i], *self.outer)
        return state

    def keep(self, place: int, state: tuple, end: int, kept: list[tuple[int, tuple]]) -> tuple[int, tuple]:
        """Runs on to the trip before `end`, keeping states where the schedule says; the place and state there."""
        while end - place > 1:
            free = self.slots - len(kept) + 1
            further = place + first_part(end - place, free)
            state = self.run(state, place, further)
            place = further
            if free > 1:
                kept.append((place, state))
        return place, state


def advance(step: Callable[..., tuple], items: Iterable[Any], slots: int, state: tuple, outer: tuple) -> tuple:
    """The state after a loop over the items, and what `retreat` needs."""
    if slots < 1:
        raise ArgumentError(f"{slots} slots hold no state", "give at least one")
    states = States(step, items if isinstance(items, range) else list(items), slots, outer)
    count = len(states.items)
    states.kept.append((0, state))
    place, state = states.keep(0, state, count, states.kept)
    states.last = (place, state)
    return states.run(state, place, count), states


def retreat(pull: Callable[..., tuple], states: States, d_state: tuple, d_outer: tuple) -> tuple[tuple, tuple]:
    """The cotangents of the first state and of what the loop reads from outside, for that of the last state.

    `pull` reverses one trip: of the state before it, the item, what is outside, and the cotangent after it, it gives
    the cotangents before it and those of what is outside.
    """
    kept, at_hand = states.take()
    end = len(states.items)
    while end:
        place, state = at_hand or states.keep(*kept[-1], end, kept)
        at_hand = None
        d_state, more = pull(*state, states.items[place], *states.outer, d_state)
        d_outer = tuple([add(d, e) for d, e in zip(d_outer, more, strict=True)])
        end = place
        if kept[-1][0] == end:
            kept.pop()
    return d_state, d_outer


for _of_a_loop in (advance, retreat):
    _of_a_loop.__srcad_opaque__ = "leave checkpointed out, or checkpoint a call"  # type: ignore[attr-defined]
    _of_a_loop.__srcad_reason__ = "the derivative of a checkpointed loop is differentiated once more"  # type: ignore[attr-defined]
