"""No public name of NumPy is merely missing, and docs/numpy-coverage.md says what the registry says."""

from __future__ import annotations

import re

import numpy as np
import pytest

from .document import PAGE, text
from .reasons import REASONS
from .walk import names

NAMES = list(names())


def test_every_name_has_a_rule_a_declaration_or_a_reason():
    assert [name.full for name in NAMES if name.state == "missing"] == []


def test_the_reasons_only_shrink():
    covered = {name.full for name in NAMES if name.state in ("rule", "constant", "writes", "program")}
    assert sorted(covered & REASONS.keys()) == [], "these need no reason any more"


def test_the_page_is_as_the_registry_says():
    page = PAGE.read_text(encoding="utf-8")
    written_for = re.search(r"of NumPy (\d+\.\d+):", page).group(1)
    if written_for != np.__version__.rpartition(".")[0]:
        pytest.skip(f"the page lists the names of NumPy {written_for}, this is {np.__version__}")
    assert page == text(), "python -m tests.coverage writes it anew"
