"""The command `python -m benchmarks`."""

from __future__ import annotations

import argparse
import fnmatch
import time
from collections.abc import Iterable

from benchmarks.pin import pin

DESCRIPTION = """srcad beside gradients written by hand, autograd, JAX and PyTorch.

Other commands: python -m benchmarks.peak (peak memory of the same workloads), python -m benchmarks.overheads
(import, transformation, dispatch), python -m benchmarks.memory (what tapes keep)."""

NAMES = (
    *(f"mlp-{size}-{kind}" for kind in ("f32", "f64") for size in ("tiny", "small", "medium", "large")),
    *("lstm", "thirty", "newton", "recurrence", "vector3", "heat", "heat-state", "jacobi"),
    *("cheap-f64", "cheap-f32", "curved-f64", "curved-f32"),
)


def main() -> None:
    """Measures the chosen workloads and prints a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (default 15)")
    parser.add_argument(
        "--only", nargs="+", default=["*"], metavar="NAME", help=f"workloads, or patterns (mlp-*): {', '.join(NAMES)}"
    )
    parser.add_argument(
        "--peers", nargs="*", metavar="PEER", help="autograd, 'jax jit', torch; all that are installed if not given"
    )
    parser.add_argument("--threads", type=int, default=1, help="cores to use (default 1)")
    parser.add_argument("--cpu", action="store_true", help="processor time, not wall time: for a busy machine")
    parser.add_argument("--long", action="store_true", help="a row for each program, with times and first calls")
    options = parser.parse_args()
    chosen = selected(options.only)
    if not chosen:
        parser.error(f"no workload is called {' or '.join(options.only)}")
    pin(options.threads)

    from benchmarks import tables  # after pinning: BLAS reads its settings when it is imported

    kind = "processor time" if options.cpu else "time"
    print(f"{kind} of value and gradient, median of {options.rounds} interleaved rounds, {options.threads} core(s)\n")
    clock = time.process_time if options.cpu else time.perf_counter
    table = tables.Long(clock) if options.long else tables.Ratios(clock, options.peers)
    table.print(chosen, options.rounds, None if options.peers is None else frozenset(options.peers))


def selected(patterns: Iterable[str]) -> list[str]:
    """The names of workloads that match a pattern.

    >>> selected(["vec*", "heat"])
    ['vector3', 'heat']
    """
    return [name for name in NAMES if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


if __name__ == "__main__":
    main()
