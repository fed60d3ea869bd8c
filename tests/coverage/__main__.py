"""python -m tests.coverage: writes docs/numpy-coverage.md and docs/scipy-coverage.md from the registry."""

from . import document, scipy_document

document.PAGE.write_text(document.text(), encoding="utf-8")
scipy_document.PAGE.write_text(scipy_document.text(), encoding="utf-8")
