"""Every row of the table of the language has an example, which does what the row says, and docs/language.md says it."""

import sys

import gast
import pytest
from programs.checking import check

from srcad.errors import ArgnumsError, ArgumentError, ResultError
from srcad.transform.lower.builder import EXPRESSIONS, STATEMENTS
from srcad.transform.lower.language import SECTIONS, TABLE

from . import golden
from .document import PAGE, refusal, text
from .registry import EXAMPLES

NEWER = {"TypeAlias": (3, 12), "TemplateStr": (3, 14)}
HERE = [row for row in TABLE.values() if NEWER.get(row.name, ()) <= sys.version_info]


def named(row):
    return row.name


def test_rows_and_examples_are_the_same():
    assert sum(map(len, SECTIONS.values())) == len(TABLE)
    assert EXAMPLES.keys() == {row.name for row in HERE}


@pytest.mark.parametrize("row", [row for row in HERE if row.supported], ids=named)
def test_a_supported_construct_is_differentiated(row):
    example = EXAMPLES[row.name]
    for args in example.inputs:
        check(example.function, args)


@pytest.mark.parametrize("row", [row for row in HERE if not row.supported], ids=named)
def test_a_refused_construct_says_where_and_what_instead(row):
    error = refusal(row)
    assert error.reason and error.remedy
    if row.reason:
        assert (error.reason, error.remedy) == (row.reason, row.remedy)
    if not isinstance(error, (ArgumentError, ArgnumsError, ResultError)):  # these concern the call, and not a line
        assert error.site is not None and error.site.source.strip()
        assert str(error).startswith(f"{error.site.file}:{error.site.line} in {error.site.function}\n")


def test_a_node_is_supported_exactly_if_it_is_lowered():
    parts = {"FormattedValue", "Starred"}  # lowered by what they are part of
    handled = {kind.__name__ for kind in (*STATEMENTS, *EXPRESSIONS)} - parts
    nodes = [row for section in ("Statements", "Expressions") for row in SECTIONS[section]]
    assert {row.name for row in nodes if row.supported} - parts == handled


def test_every_node_of_the_syntax_has_a_row():
    parts = {"FormattedValue", "Interpolation", "Exec", "Print", "Repr"}
    kinds = [k for k in vars(gast).values() if isinstance(k, type) and issubclass(k, (gast.stmt, gast.expr))]
    assert {k.__name__ for k in kinds} - {"stmt", "expr"} - parts <= set(TABLE)


@pytest.mark.parametrize("name", golden.names())
def test_what_is_generated_is_in_the_file(name):
    assert golden.path(name).read_text(encoding="utf-8") == golden.generate(name), "run python -m tests.language"


def test_there_are_no_other_files():
    assert {file.stem for file in golden.FOLDER.glob("*.txt")} == set(golden.names())


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8") == text(), "run python -m tests.language"
