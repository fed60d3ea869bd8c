"""Every primitive of the registry, on every sample beside its rule."""

from __future__ import annotations

import pytest
from rules.registered import primitives

from srcad.rules import testing
from srcad.wengert import callee_name

PRIMITIVES = primitives()
NAMES = [callee_name(entry.callee) for entry in PRIMITIVES]


@pytest.mark.parametrize("entry", PRIMITIVES, ids=NAMES)
def test_primitive(entry):
    testing.check_rule(entry.callee)
