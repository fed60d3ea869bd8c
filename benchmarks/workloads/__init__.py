"""The workloads: one module a topic, each with functions, their gradients written by hand, and forms for peers."""

from benchmarks.workloads import chains, layers, lstm, scalars, small, stencils
from benchmarks.workloads.case import Case

CASES: dict[str, Case] = {
    case.name: case for module in (layers, lstm, scalars, small, stencils, chains) for case in module.CASES
}

__all__ = ["CASES", "Case"]
