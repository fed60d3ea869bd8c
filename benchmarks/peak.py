"""What the gradients of the workloads take in memory at their peak: `python -m benchmarks.peak`.

Each program runs twice in a process of its own; of the second call the peak is taken that comes on top of what was
there before.  Programs that compute with NumPy are measured by `tracemalloc`, to which it reports; JAX and PyTorch by
the resident memory of the process, which Linux alone can reset to tell the peak of a call.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import subprocess
import sys
import tracemalloc
from pathlib import Path

from benchmarks.__main__ import selected
from benchmarks.peers import PEERS
from benchmarks.workloads import CASES

DEFAULT = ("mlp-medium-f32", "mlp-large-f32", "lstm", "heat", "heat-state", "jacobi", "cheap-f64", "curved-f64")
TRACED = frozenset({"hand", "srcad", "autograd"})


def peak(name: str, program: str) -> int | None:
    """Bytes that a call takes at its peak in this process; None if the program is not there."""
    run = CASES[name].workload(frozenset({program})).competitors.get(program)
    if run is None:
        return None
    run()
    gc.collect()
    if program in TRACED:
        tracemalloc.start()
        run()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found
    ctypes.CDLL(None).malloc_trim(0)  # hands back what the first call has left
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _status("VmRSS")
    run()
    return _status("VmHWM") - before


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))


def in_process(name: str, program: str) -> int | None:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peak", "--only", name, "--program", program]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(out[-1]) if out and out[-1].isdigit() else None


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peak", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=DEFAULT, metavar="NAME", help=f"default: {', '.join(DEFAULT)}")
    parser.add_argument("--program", help="prints only what this program takes, in bytes")
    options = parser.parse_args()
    names = selected(options.only)
    if options.program:
        for name in names:
            print(peak(name, options.program))
        return
    programs = ["srcad", *PEERS]
    print("| workload | by hand | " + " | ".join(programs) + " |")
    print("|---|---:|" + "---:|" * len(programs))
    for name in names:
        hand = in_process(name, "hand")
        assert hand is not None
        ratios = [(found / hand) if (found := in_process(name, p)) is not None else None for p in programs]
        cells = [f"{r:.2f}" if r is not None else "-" for r in ratios]
        print(f"| {name} | {hand / 1e6:.1f} MB | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
