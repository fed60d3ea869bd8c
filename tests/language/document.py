"""docs/language.md, written from the table of the language and from what the examples raise."""

from __future__ import annotations

import copy
from pathlib import Path

import srcad
from srcad.transform.lower.language import SECTIONS, Construct

# The examples note themselves down when they are imported.
from . import control_flow, data, functions, mutation, numbers, refused, syntax  # noqa: F401
from .registry import EXAMPLES, FILES

PAGE = Path(__file__).parent.parent.parent / "docs" / "language.md"

HEAD = """# The language

What srcad differentiates of Python, construct by construct, and what it refuses. A refusal is an error that names the
function, the file, the line and the way out; nothing is ever differentiated wrongly instead. Every row has an example
program in `tests/language`, which bears the row's name and is checked: gradients of supported constructs against
difference quotients, refusals for what they say.

The page is written by `python -m tests.language` from the table in `srcad/transform/lower/language.py`, which the
transformation itself reads.
"""


def text() -> str:
    """The page."""
    return "\n".join([HEAD, *(_section(title, rows) for title, rows in SECTIONS.items())])


def _section(title: str, rows: tuple[Construct, ...]) -> str:
    table = ["| construct | state | instead | example |", "| --- | --- | --- | --- |", *map(_row, rows)]
    return "\n".join([f"## {title}", "", *table, ""])


def _row(row: Construct) -> str:
    what = row.what[0].upper() + row.what[1:] if row.what[0].isalpha() else row.what
    cells = [what, "supported" if row.supported else "refused", _cell(_remedy(row)), _link(row)]
    return f"| {' | '.join(cells)} |"


def _link(row: Construct) -> str:
    return f"[`{row.name}`](../tests/language/{FILES[row.name]})"


def _remedy(row: Construct) -> str:
    """The way out as the error gives it, which may know more than the table."""
    if row.supported or row.remedy:
        return row.remedy
    return refusal(row).remedy


def refusal(row: Construct) -> srcad.DifferentiationError:
    """The error that the example of a refused construct raises."""
    shown = EXAMPLES[row.name]
    try:
        srcad.grad(shown.function)(*copy.deepcopy(shown.inputs[0]))
    except srcad.DifferentiationError as error:
        return error
    raise AssertionError(f"{row.name} is not refused: its row should say so, and its example have all its inputs")


def _cell(remedy: str) -> str:
    return remedy.replace("|", "\\|").replace("\n", " ")
