"""A few operations on an array of three elements: what is measured is overhead."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.case import Case


def vector(x):
    """Five small array operations."""
    y = np.exp(-x * x)
    return np.sum(y * np.sin(x))


def vector_by_hand(x):
    """Value and gradient."""
    y = np.exp(-x * x)
    s = np.sin(x)
    return (y * s).sum(), y * (np.cos(x) - 2.0 * x * s)


CASES = [Case("vector3", vector, vector_by_hand, lambda: (np.array([0.3, -0.7, 1.1]),))]
