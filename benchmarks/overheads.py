"""What srcad costs beside the computation itself: `python -m benchmarks.overheads`.

The time that `import srcad` takes beyond NumPy's own import; the time from a function's source to its compiled
gradient, for functions of 25 to 400 lines; and what a call costs before the generated program begins: the time
of a call less that of the same program called as a plain function.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np

import srcad
from benchmarks.timing import interleaved, seconds

IMPORT = """
import time, numpy
start = time.perf_counter()
import srcad
print(time.perf_counter() - start)
"""

BLOCK = """
    a{0} = np.tanh(x * w[{1}] + {0}.0)
    b{0} = a{0} * a{0} - 0.5 * x
    for _ in range(3):
        b{0} = b{0} + 0.1 * np.sin(a{0})
    if np.sum(b{0}) > {0}.0:
        c{0} = np.exp(-b{0} * b{0})
    else:
        c{0} = np.sqrt(1.0 + a{0} * a{0})
    x = x + c{0} / (1.0 + a{0})
"""
LINES_OF_BLOCK = 9


def import_time(runs: int) -> float:
    """Seconds that `import srcad` takes in a process that has imported NumPy, at best."""
    command = [sys.executable, "-c", IMPORT]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def run() -> float:
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            return float(done.stdout)

        run()  # which compiles it
        return min(run() for _ in range(runs))


def written(lines: int, folder: str, turn: int) -> Callable:
    """A new function of so many lines, or a few more."""
    blocks = -(-(lines - 3) // LINES_OF_BLOCK)
    body = "".join(BLOCK.format(k, k % 4) for k in range(blocks))
    source = f"import numpy as np\n\n\ndef long(x, w):\n{body}\n    return np.sum(x)\n"
    source = "\n".join(line for line in source.splitlines() if line.strip()) + "\n"
    path = Path(folder) / f"long_{lines}_{turn}.py"
    path.write_text(source, encoding="utf-8")
    module = types.ModuleType(path.stem)
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module.long


def transformation_time(lines: int, runs: int) -> float:
    """Seconds from the function to its compiled gradient, the median of several functions that were not seen before."""
    spent = []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs + 1):
            function = written(lines, folder, turn)
            start = time.perf_counter()
            srcad.grad(function, argnums=(0, 1)).source_for(np.ones(3), np.ones(4))
            spent.append(time.perf_counter() - start)
    return statistics.median(spent[1:])


def ten(a, b, c, d, e, f, g, h, i, j):
    """A function of ten arrays of which nearly nothing is computed."""
    return a[0] * j[0]


def two(x, y):
    """A function of two numbers."""
    return x * y


def dispatch_time(function: Callable, args: tuple, rounds: int) -> float:
    """Seconds that a call takes beyond those of the program that it runs."""
    derivative = srcad.grad(function)
    names: dict = {"np": np}
    exec(derivative.source_for(*args), names)
    program = names[f"{function.__name__}_grad"]
    programs = {"all": lambda: derivative(*args), "program": lambda: program(*args)}
    times = interleaved(programs, rounds)
    return statistics.median(a - b for a, b in zip(times["all"], times["program"], strict=True))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overheads", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each measurement (default 5)")
    rounds = parser.parse_args().rounds
    print("| what | time | at most |\n|---|---:|---:|")
    print(f"| `import srcad`, beyond NumPy | {seconds(import_time(rounds))} | 150 ms |", flush=True)
    for lines in (25, 50, 100, 200, 400):
        bound = "50 ms" if lines == 100 else ""
        print(f"| gradient of a function of {lines} lines | {seconds(transformation_time(lines, rounds))} | {bound} |")
    arrays = tuple(np.ones(3) for _ in range(10))
    print(f"| dispatch, ten arrays | {seconds(dispatch_time(ten, arrays, rounds))} | 5 µs |", flush=True)
    print(f"| dispatch, two floats | {seconds(dispatch_time(two, (2.0, 3.0), rounds))} | 1 µs |", flush=True)


if __name__ == "__main__":
    main()
