"""The tables that `python -m benchmarks` prints: ratios in Markdown, or a row for each program."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.peers import PEERS
from benchmarks.timing import Clock, seconds
from benchmarks.workloads import CASES


class Ratios:
    """A row for each workload: the time of the hand-written program, and the others' time divided by it."""

    def __init__(self, clock: Clock, peers: Iterable[str] | None = None):
        self._clock = clock
        self._columns = ["srcad", *(PEERS if peers is None else peers)]

    def print(self, names: Iterable[str], rounds: int, programs: frozenset[str] | None) -> None:
        """Prints the table as it is measured."""
        titles = ["workload", "by hand", *self._columns, "gradient / function", "first call"]
        print("| " + " | ".join(titles) + " |")
        print("|---|" + "---:|" * (len(titles) - 1))
        for name in names:
            workload = CASES[name].workload(programs)
            workload.check()
            times = workload.measure(rounds, self._clock)
            cells = [name, seconds(times["hand"])]
            cells += [f"{times[c] / times['hand']:.2f}" if c in times else "-" for c in self._columns]
            cells += [f"{times['srcad'] / times['function']:.1f}", seconds(workload.first_calls["srcad"])]
            print("| " + " | ".join(cells) + " |", flush=True)
            for other in sorted(times.keys() - {"hand", "function", *self._columns}):
                cells = [f"{name}, by hand {other}", seconds(times[other]), *[""] * (len(titles) - 2)]
                print("| " + " | ".join(cells) + " |", flush=True)


class Long:
    """A row for each program of each workload."""

    def __init__(self, clock: Clock):
        self._clock = clock

    def print(self, names: Iterable[str], rounds: int, programs: frozenset[str] | None) -> None:
        """Prints the table as it is measured."""
        print(f"{'workload':15} {'program':10} {'time':>10} {'/ hand':>8} {'/ function':>11} {'first call':>12}")
        for name in names:
            workload = CASES[name].workload(programs)
            workload.check()
            times = workload.measure(rounds, self._clock)
            for program, spent in times.items():
                first = workload.first_calls.get(program)
                print(
                    f"{name:15} {program:10} {seconds(spent):>10} {spent / times['hand']:8.2f} "
                    f"{spent / times['function']:11.2f} {seconds(first) if first else '':>12}",
                    flush=True,
                )
