"""What reverse sweeps keep: `python -m benchmarks.memory`.

A loop of T trips that writes to s elements of an array of n must keep O(T s) for its reverse, never O(T n), and nothing
where the adjoint reads nothing.  Each row runs a gradient under `tracemalloc` (NumPy reports to it) and sets the peak
beside a bound: `whole` arrays of n elements, `kept` arrays of s elements a trip, and a few hundred bytes a trip for
the tape itself.  The second table gives the time of a trip for loops of 10^4 and 10^5 trips, which must be the same.
The third one shows checkpointed loops of up to 10^5 trips: their memory goes with the slots, and the trips that are run
again are the fewest for so many slots (Griewank and Walther, 2000).
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import srcad
from srcad import revolve

TRIP = 400
"""Bytes that a trip may take on the tape beside the elements it keeps: a tuple, an array's header, numbers."""

# ------------------------------------------------------------------------------------------- programs


def sine(x, steps, size):
    """The adjoint reads what is overwritten."""
    for k in range(steps):
        i = k * size % (len(x) - size)
        x[i : i + size] = np.sin(x[i : i + size])
    return np.sum(x)


def product(x, c, steps, size):
    """The adjoint of the factor reads what is overwritten."""
    for k in range(steps):
        i = k * size % (len(x) - size)
        x[i : i + size] *= c
    return np.sum(x)


def scaled(x, steps, size):
    """Linear: the adjoint reads nothing."""
    for k in range(steps):
        i = k * size % (len(x) - size)
        x[i : i + size] *= 0.5
    return np.sum(x)


def added(x, y, steps, size):
    """Linear, from another array."""
    for k in range(steps):
        i = k * size % (len(x) - size)
        x[i : i + size] += 0.5 * y[i : i + size]
    return np.sum(x * x)


def shifted(x, steps, size):
    """Linear, from the same array."""
    for k in range(steps):
        i = k * size % (len(x) - size)
        x[i + 1 : i + size] += 0.5 * x[i : i + size - 1]
    return np.sum(x * x)


def heat(u, steps, size):
    """Linear: an explicit scheme in place."""
    for _ in range(steps):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def heat_in_two_buffers(u, steps, size):
    """Linear: two buffers that take turns."""
    new = np.empty_like(u)
    for _ in range(steps):
        new[:] = u
        new[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u, new = new, u
    return np.sum(u * u)


def growth(y, rate, steps, size):
    """The adjoint reads the array before each trip, and the factor."""
    for _ in range(steps):
        y[1:] *= rate - 0.01 * y[:-1]
    return np.sum(y * y)


def swept(x, steps, size):
    """One element after the other."""
    for k in range(steps):
        i = k % (len(x) - 1)
        x[i + 1] = np.sin(x[i]) * x[i + 1]
    return np.sum(x)


def counted(x, steps):
    """Plain numbers in a long loop."""
    y = x
    for _ in range(steps):
        y = y - 1e-5 * np.sin(y)
    return y


def written(x, steps):
    """An element of an array in each trip of a long loop."""
    for k in range(steps):
        x[k % 7] *= 1.0 - 1e-5 * x[(k + 1) % 7]
    return np.sum(x)


def pendulum(x, steps, slots):
    """A state of n elements, in a loop of which so many states are kept."""
    y, v = x, 0.0 * x
    for _ in srcad.checkpointed(range(steps), slots=slots):
        v = v - 1e-3 * np.sin(y)
        y = y + 1e-3 * v
    return np.sum(y * y)


# ------------------------------------------------------------------------------------------- measuring


@dataclass(frozen=True)
class Case:
    """A program, how many of its arguments are differentiated, and what its gradient may hold at its peak."""

    function: Callable
    kept: float
    whole: float
    arrays: int = 1
    numbers: tuple[float, ...] = ()
    everything: bool = False
    """Whether a trip writes to all n elements, and not to s of them."""

    def arguments(self, steps: int, size: int, length: int) -> tuple:
        """Arguments for T, s and n."""
        arrays = [np.linspace(0.1, 1.0, length) + k for k in range(self.arrays)]
        return (*arrays, *self.numbers, steps, size)

    def peak(self, steps: int, size: int, length: int) -> int:
        """The bytes that the gradient takes at its peak."""
        args = self.arguments(steps, size, length)
        gradient = srcad.grad(self.function, argnums=tuple(range(self.arrays + len(self.numbers))))
        gradient(*self.arguments(1, size, length))
        tracemalloc.start()
        gradient(*args)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def bound(self, steps: int, size: int, length: int) -> int:
        """The bytes that it may take."""
        part = length if self.everything else size
        return int(8 * (self.whole * length + self.kept * steps * part)) + TRIP * steps + 20_000


CASES = (
    Case(sine, kept=1, whole=3),
    Case(product, kept=1, whole=3, numbers=(1.01,)),
    Case(scaled, kept=0, whole=3),
    Case(added, kept=0, whole=5, arrays=2),
    Case(shifted, kept=0, whole=4),
    Case(heat, kept=0, whole=6, everything=True),
    Case(heat_in_two_buffers, kept=0, whole=8, everything=True),
    Case(growth, kept=2, whole=6, numbers=(1.01,), everything=True),
    Case(swept, kept=0, whole=3),
)

SIZES = ((100, 100, 100_000), (1000, 100, 100_000), (1000, 1000, 100_000))
WHOLE = ((20, 0, 100_000), (100, 0, 100_000))


def seconds_per_trip(function: Callable, argument: object, steps: int) -> float:
    """The time that a trip takes in value and gradient."""
    run = srcad.value_and_grad(function)
    run(argument, 10)
    start = time.perf_counter()
    run(argument, steps)
    return (time.perf_counter() - start) / steps


def checkpointed_row(steps: int, slots: int, length: int) -> tuple[int, int, float]:
    """Peak and bound in bytes of a checkpointed loop, and how many of its trips ran for each trip reversed."""
    x = np.linspace(0.1, 1.0, length)
    gradient = srcad.grad(pendulum)
    gradient(x, 2, slots)
    tracemalloc.start()
    gradient(x, steps, slots)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, 8 * length * (2 * slots + 30) + 300 * slots + 20_000, revolve.fewest(steps, slots) / steps


def main() -> None:
    """Prints the tables; fails if a bound does not hold."""
    argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__.splitlines()[0]).parse_args()
    print(f"{'program':20} {'T':>6} {'s':>6} {'n':>8} {'peak':>12} {'bound':>12}")
    over = []
    for case in CASES:
        for steps, size, length in WHOLE if case.everything else SIZES:
            peak, bound = case.peak(steps, size, length), case.bound(steps, size, length)
            name, part = case.function.__name__, length if case.everything else size
            print(f"{name:20} {steps:6} {part:6} {length:8} {peak:12,} {bound:12,}", flush=True)
            over += [name] * (peak > bound)
    print(f"\n{'program':20} {'trips':>8} {'µs a trip':>10}")
    for function, argument in ((counted, 0.3), (written, np.linspace(0.1, 1.0, 7))):
        for steps in (10_000, 100_000):
            spent = seconds_per_trip(function, argument, steps)
            print(f"{function.__name__:20} {steps:8} {spent * 1e6:10.2f}", flush=True)
    print(f"\n{'checkpointed':20} {'trips':>8} {'slots':>6} {'n':>6} {'peak':>12} {'bound':>12} {'runs a trip':>12}")
    for steps, slots in ((1_000, 10), (10_000, 10), (100_000, 10), (100_000, 20), (100_000, 50)):
        peak, bound, runs = checkpointed_row(steps, slots, 1000)
        print(f"{'pendulum':20} {steps:8} {slots:6} {1000:6} {peak:12,} {bound:12,} {runs:12.2f}", flush=True)
        over += ["pendulum"] * (peak > bound)
    if over:
        raise SystemExit(f"more than the bound: {', '.join(over)}")


if __name__ == "__main__":
    main()
