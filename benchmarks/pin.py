"""Runs this process on a fixed number of cores, for BLAS, XLA and all else alike.

The libraries read their settings when they are first imported, so the process replaces itself by one that has
them from the start.
"""

from __future__ import annotations

import os
import sys

_MARK = "SRCAD_BENCHMARKS_PINNED"
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def pin(threads: int, module: str = "benchmarks") -> None:
    """Comes back in a process of `python -m module` that uses `threads` cores; does nothing if this is one already."""
    if os.environ.get(_MARK) == str(threads):
        if hasattr(os, "sched_setaffinity"):  # Linux
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
        return
    environment = {**os.environ, _MARK: str(threads), **dict.fromkeys(_THREADS, str(threads))}
    os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], environment)
