"""python -m tests.language: writes docs/language.md from the table of the language."""

from .document import PAGE, text

PAGE.write_text(text(), encoding="utf-8")
