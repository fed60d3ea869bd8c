"""No public name of five packages of SciPy is merely missing, and docs/scipy-coverage.md is as the registry says."""

from __future__ import annotations

import re

import pytest

import srcad

scipy = pytest.importorskip("scipy", reason="SciPy is not installed")

from .scipy_document import PAGE, VERSION, text  # noqa: E402  SciPy may be missing
from .scipy_names import DIFFERENTIATED, PACKAGES, scipy_names, share  # noqa: E402
from .scipy_reasons import BY_SOURCE, NOT_YET, REASONS, X, by_source  # noqa: E402

WRITTEN_FOR = re.search(r"of SciPy (\d+\.\d+):", PAGE.read_text(encoding="utf-8")).group(1)
of_this_version = pytest.mark.skipif(
    WRITTEN_FOR != VERSION, reason=f"the page lists the names of SciPy {WRITTEN_FOR}, this is {VERSION}"
)


@of_this_version
@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_has_a_rule_a_declaration_or_a_reason(package):
    assert [name.full for name in scipy_names(package) if name.state == "missing"] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reasons_only_shrink(package):
    covered = {name.full for name in scipy_names(package) if name.state in (*DIFFERENTIATED, "constant")}
    assert sorted(covered & (REASONS.keys() | NOT_YET)) == [], "these need no reason any more"


SHARES = {"special": 0.91, "linalg": 0.90, "signal": 0.92, "ndimage": 0.94, "fft": 0.92}


@of_this_version
@pytest.mark.parametrize("package", PACKAGES)
def test_the_share_of_what_is_differentiated_does_not_fall(package):
    assert share(list(scipy_names(package))) >= SHARES[package]


def test_no_name_has_two_reasons():
    assert sorted(REASONS.keys() & NOT_YET) + sorted(BY_SOURCE & (REASONS.keys() | NOT_YET)) == []


@pytest.mark.parametrize("name", sorted(BY_SOURCE))
def test_what_needs_no_rule_is_differentiated_through_its_source(name):
    srcad.check_grads(by_source()[name], (X,))


@of_this_version
def test_the_page_is_as_the_registry_says():
    assert PAGE.read_text(encoding="utf-8") == text(), "python -m tests.coverage writes it anew"
