"""docs/numpy-coverage.md, written from the registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import numpy as np

from .walk import Name, names

PAGE = Path(__file__).parent.parent.parent / "docs" / "numpy-coverage.md"

HEAD = f"""# What of NumPy is differentiated

Every public name of NumPy {np.__version__.rpartition(".")[0]}: whether it has a rule, is a small program
itself (which is differentiated like any other), is declared to carry no derivative, writes to an array (whose
derivative is that of the store), or why it has none. A call form that a rule does not handle is refused with an error,
never ignored. The page is written by `python -m tests.coverage` from the registry, and checked by the tests.
"""

HOW = {
    "rule": "differentiated",
    "program": "differentiated, as a program",
    "constant": "carries no derivative",
    "writes": "writes to its argument",
    "missing": "missing",
}


def text() -> str:
    """The page."""
    found = list(names())
    sections = [(section, list(group)) for section, group in groupby(found, lambda name: name.section)]
    ufuncs = [name for section, group in sections if is_ufunc(section) for name in group]
    others = [(section, group) for section, group in sections if not is_ufunc(section)]
    parts = [HEAD, summary(found), *(table(section, group) for section, group in others), ufunc_table(ufuncs)]
    return "\n".join(parts)


def is_ufunc(section: str) -> bool:
    """Whether a section is that of the methods of one ufunc."""
    return isinstance(getattr(np, section.removeprefix("numpy."), None), np.ufunc)


def summary(found: Iterable[Name]) -> str:
    """How many names are in which state."""
    counts = Counter(name.state if name.state in HOW else "for a reason" for name in found)
    rows = [f"| {HOW.get(state, 'left out for the reason given')} | {count} |" for state, count in counts.most_common()]
    return "\n".join(["| state | names |", "| --- | --- |", *rows, ""])


def table(section: str, group: Iterable[Name]) -> str:
    """The names of one section."""
    return "\n".join([f"## {section}", "", "| name | state |", "| --- | --- |", *map(row, group), ""])


def row(name: Name) -> str:
    """One name: what is registered, and which arguments must keep their defaults."""
    state = HOW.get(name.state, name.state)
    refused = [f"`{parameter}=`" for parameter in name.refuses]
    return f"| `{name.name}` | {state}{' (refuses ' + ', '.join(refused) + ')' if refused else ''} |"


def ufunc_table(found: list[Name]) -> str:
    """The methods of the ufuncs, a row for each ufunc."""
    rows = []
    for section, group in groupby(found, lambda name: name.section):
        states: dict[str, list[str]] = {}
        for name in group:
            states.setdefault(HOW.get(name.state, name.state), []).append(f"`{name.name}`")
        cells = "; ".join(f"{', '.join(methods)}: {state}" for state, methods in states.items())
        rows.append(f"| `{section.removeprefix('numpy.')}` | {cells} |")
    return "\n".join(["## Methods of ufuncs", "", "| ufunc | methods |", "| --- | --- |", *rows, ""])
