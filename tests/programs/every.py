"""The programs of all test files, for what is demanded of each of them."""

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

DEMANDS = ("test_batches", "test_forward", "test_orders", "test_pullbacks")
"""The files that demand something of all programs and have none of their own."""


def cases(reasons: Mapping[str, str]) -> Iterator[Any]:
    """Function, arguments, and why it is refused (None if it is not), by file and case or by file and function."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem not in DEMANDS:
            module = importlib.import_module(f"programs.{path.stem}")
            for case in module.programs.cases if hasattr(module, "programs") else ():
                file = path.stem.removeprefix("test_")
                function, args = case.values
                reason = reasons.get(f"{file}.{case.id}") or reasons.get(f"{file}.{function.__name__}")
                yield pytest.param(function, args, reason, id=f"{file}-{case.id}")
