"""Every primitive of the registry, on every sample beside its rule."""

from __future__ import annotations

import pytest

import srcad.rules  # noqa: F401  fills the registry
from srcad.rules import register, testing
from srcad.wengert import callee_name

PRIMITIVES = register.primitives()
NAMES = [callee_name(entry.callee) for entry in PRIMITIVES]


@pytest.mark.parametrize("entry", PRIMITIVES, ids=NAMES)
def test_primitive(entry):
    testing.check_rule(entry.callee)
