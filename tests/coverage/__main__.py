"""python -m tests.coverage: writes docs/numpy-coverage.md from the registry."""

from .document import PAGE, text

PAGE.write_text(text(), encoding="utf-8")
