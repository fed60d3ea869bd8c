"""The command `python -m benchmarks`."""

from __future__ import annotations

import argparse

from benchmarks.pin import pin

NAMES = ("mlp-f32", "mlp-f64", "toy", "scalar", "recurrence")


def main() -> None:
    """Measures the chosen workloads and prints a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="srcad beside its peers.")
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (default 15)")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--threads", type=int, default=1, help="cores to use (default 1)")
    options = parser.parse_args()
    pin(options.threads)

    from benchmarks.workloads import WORKLOADS  # after pinning: BLAS reads its settings when it is imported

    print(f"value and gradient, median of {options.rounds} interleaved rounds, {options.threads} core(s)")
    print(f"{'workload':12} {'program':10} {'time':>12} {'/ hand':>8} {'/ function':>11} {'first call':>12}")
    for name in options.only:
        workload = WORKLOADS[name]()
        workload.check()
        times = workload.measure(options.rounds)
        for program, seconds in times.items():
            first = workload.first_calls.get(program)
            print(
                f"{name:12} {program:10} {seconds * 1e6:9.1f} µs {seconds / times['hand']:8.2f} "
                f"{seconds / times['function']:11.2f} {f'{first * 1e3:9.1f} ms' if first else '':>12}",
                flush=True,
            )


if __name__ == "__main__":
    main()
