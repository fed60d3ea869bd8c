"""Interleaved timing of competitors, after checking that they compute the same."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Clock = Callable[[], float]
SHORTEST = 0.02  # seconds that one measurement should last at least


def seconds(time: float) -> str:
    """A time as people say it.

    >>> seconds(0.0123), seconds(4.56e-6), seconds(1.5)
    ('12.3 ms', '4.56 µs', '1.50 s')
    """
    value, unit = (time, "s") if time >= 1.0 else (time * 1e3, "ms") if time >= 1e-3 else (time * 1e6, "µs")
    return f"{value:.3g} {unit}" if value >= 10 else f"{value:.2f} {unit}"


@dataclass
class Workload:
    """One function at fixed arguments, and the programs that compute its value and gradient.

    Each competitor is a function without arguments that returns `(value, leaves of the gradient)`; "hand" is the
    one that others are compared with.  `function` runs the plain function.
    """

    name: str
    function: Callable[[], Any]
    competitors: dict[str, Callable[[], tuple[Any, list]]]
    rtol: float
    first_calls: dict[str, float] = field(default_factory=dict)

    def check(self) -> None:
        """Raises AssertionError if a competitor's value or gradient is not that of the hand-written program."""
        value, gradient = self.competitors["hand"]()
        np.testing.assert_allclose(self.function(), value, rtol=self.rtol, err_msg=f"hand: value of {self.name}")
        for name, run in self.competitors.items():
            start = time.perf_counter()
            its_value, its_gradient = run()
            self.first_calls[name] = time.perf_counter() - start
            np.testing.assert_allclose(its_value, value, rtol=self.rtol, err_msg=f"{name}: value of {self.name}")
            for got, expected in zip(its_gradient, gradient, strict=True):
                size = max(float(np.max(np.abs(expected))), 1e-30)
                np.testing.assert_allclose(
                    got, expected, rtol=self.rtol, atol=self.rtol * size, err_msg=f"{name}: gradient of {self.name}"
                )

    def measure(self, rounds: int, clock: Clock = time.perf_counter) -> dict[str, float]:
        """Median seconds per call for each competitor and the plain function, over interleaved rounds."""
        times = interleaved({"function": self.function, **self.competitors}, rounds, clock)
        return {name: statistics.median(values) for name, values in times.items()}


def interleaved(
    programs: Mapping[str, Callable[[], Any]], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Seconds per call of each program in each round; each round begins with another program."""
    repeats = {name: _repeats(run, clock) for name, run in programs.items()}
    times: dict[str, list[float]] = {name: [] for name in programs}
    names = list(programs)
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds):
            start = turn % len(names)
            for name in names[start:] + names[:start]:
                times[name].append(_time(programs[name], repeats[name], clock) / repeats[name])
    finally:
        gc.enable()
    return times


def _time(run: Callable[[], Any], repeat: int, clock: Clock) -> float:
    start = clock()
    for _ in range(repeat):
        run()
    return clock() - start


def _repeats(run: Callable[[], Any], clock: Clock) -> int:
    """How many calls one measurement takes."""
    repeat = 1
    while (spent := _time(run, repeat, clock)) < SHORTEST:
        repeat = max(repeat * 2, int(repeat * SHORTEST / max(spent, 1e-7)))
    return repeat
