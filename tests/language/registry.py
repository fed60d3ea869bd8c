"""Where the examples note themselves down."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Example:
    """A program, and the tuples of arguments it is checked for."""

    function: Callable
    inputs: tuple[tuple, ...]


EXAMPLES: dict[str, Example] = {}
FILES: dict[str, str] = {}
"""The files of all examples, of those as well that need a newer Python than this one."""


def example(*inputs: tuple) -> Callable[[Callable], Callable]:
    """Notes a function down under its name, which is the name of its row; the function stays as it is."""

    def note(function: Callable) -> Callable:
        if function.__name__ in EXAMPLES:
            raise ValueError(f"there are two examples of {function.__name__}")
        FILES[function.__name__] = Path(function.__code__.co_filename).name
        EXAMPLES[function.__name__] = Example(function, inputs)
        return function

    return note


def example_of(version: tuple[int, int], file: str, name: str, source: str, *inputs: tuple) -> None:
    """Notes a function down that only newer versions of Python can read."""
    FILES[name] = file
    if sys.version_info < version:
        return
    cell = f"<{name}>"
    linecache.cache[cell] = (len(source), None, source.splitlines(True), cell)
    namespace: dict = {}
    exec(compile(source, cell, "exec"), namespace)
    EXAMPLES[name] = Example(namespace[name], inputs)
