"""Where each step comes from: `errors.Site`s in the user's own coordinates.

Guarantee.  A site's line and columns are those of the user's file, in characters (Python's trees count UTF-8
bytes), and its `statement` is the user's statement on one line, without comments; of a compound statement only
the header.  Generated code quotes it.
"""

from __future__ import annotations

import io
import tokenize

import gast

from srcad.errors import Site
from srcad.transform.parse import Parsed

_INVISIBLE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class Sites:
    """Makes the sites of one function; nested functions have their own, with their name."""

    def __init__(self, parsed: Parsed, name: str | None = None):
        self._parsed = parsed
        self._lines = parsed.lines
        self._name = name or parsed.name
        self._statement = ""
        self._statement_line = 0

    def inside(self, name: str) -> Sites:
        """The sites of a function nested in this one."""
        return Sites(self._parsed, name)

    def enter(self, statement: gast.AST) -> tuple[str, int]:
        """From here on sites belong to `statement`.  Returns what `leave` needs to go back."""
        before = (self._statement, self._statement_line)
        self._statement, self._statement_line = self.text(statement), statement.lineno
        return before

    def enter_case(self, case: gast.match_case) -> tuple[str, int]:
        """From here on sites belong to a case of a `match`; as `enter`."""
        before = (self._statement, self._statement_line)
        text = one_line(self._cut((case.pattern.lineno, 0), self._start(case.body[0])))
        self._statement = text if text.startswith("case") else f"case {text}"
        self._statement_line = case.pattern.lineno
        return before

    def leave(self, before: tuple[str, int]) -> None:
        """Sites belong to the statement before `enter` again."""
        self._statement, self._statement_line = before

    def of(self, node: gast.AST) -> Site:
        """The place of a node."""
        source = self._lines[node.lineno - 1]
        end = self._column(node.end_lineno, node.end_col_offset) if node.end_lineno == node.lineno else len(source)
        return Site(
            self._name,
            self._parsed.file,
            node.lineno,
            self._start(node)[1],
            end,
            source,
            self._statement,
            self._statement_line,
        )

    def text(self, statement: gast.AST) -> str:
        """A statement, or the header of a compound one, on one line."""
        start = self._start(statement)
        if isinstance(statement, gast.Match):
            return one_line(self._cut(start, self._start(statement.cases[0].pattern))).rpartition(" case")[0]
        body = getattr(statement, "body", None)
        if isinstance(body, list):
            decorators = getattr(body[0], "decorator_list", [])
            end = (decorators[0].lineno, 0) if decorators else self._start(body[0])
        else:
            end = (statement.end_lineno, self._column(statement.end_lineno, statement.end_col_offset))
        return one_line(self._cut(start, end))

    def _start(self, node: gast.AST) -> tuple[int, int]:
        return node.lineno, self._column(node.lineno, node.col_offset)

    def _cut(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        lines = list(self._lines[start[0] - 1 : end[0]])
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][start[1] :]
        return "\n".join(lines)

    def _column(self, line: int, offset: int) -> int:
        text = self._lines[line - 1]
        return offset if text.isascii() else len(text.encode()[:offset].decode(errors="ignore"))


def one_line(text: str) -> str:
    r"""Source text with comments dropped and line breaks made spaces.

    >>> one_line("y = f(a,  # the first\n      b)")
    'y = f(a, b)'
    >>> one_line("for t in range(n):  # time\n    ")
    'for t in range(n):'
    """
    if "\n" not in text and "#" not in text:
        return text.strip()
    pieces: list[str] = []
    line = column = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _INVISIBLE:
                continue
            same_line = token.start[0] == line
            space = token.start[1] > column if same_line else _spaced(pieces, token.string)
            pieces += [" "] * (space and bool(pieces)) + [token.string.replace("\n", "\\n")]
            line, column = token.end
    except (tokenize.TokenError, IndentationError):
        # What is cut off a file need not be complete in itself; all its tokens have been seen by then.
        pass
    return "".join(pieces)


def _spaced(pieces: list[str], following: str) -> bool:
    return bool(pieces) and pieces[-1] not in "([{" and following not in ")]},:"
