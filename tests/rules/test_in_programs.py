"""Every rule inside a program, in both modes and to second order; see `in_programs`.

One sample of each rule is tried here, the one with the largest argument.  `python -m rules.in_programs` from the folder
`tests` tries them all, which takes minutes.
"""

from __future__ import annotations

import builtins

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, check_tangent, program
from rules.registered import primitives

import srcad.rules  # noqa: F401  fills the registry
from srcad.errors import DifferentiationError
from srcad.rules.testing import leaves
from srcad.wengert import Method, callee_name

RULES = [entry for entry in primitives() if entry.rule is not None and not entry.writes]


def telling(entry):
    """The function of the sample with the most numbers, and its arguments."""
    found = [made for one in entry.samples if (made := program(entry, one)) is not None]
    return max(found, key=lambda made: sum(np.size(leaf) for leaf in leaves(list(made[1]))), default=None)


REFUSED = {
    Method("tolist"): "decides what writing to it means",
    **dict.fromkeys((builtins.max, builtins.min), "decides what writing to it means"),
    **dict.fromkeys((np.linalg.svd, np.linalg.svdvals, np.linalg.lstsq), "have no rule for complex matrices"),
    getattr(np, "unstack", None): "neither Python source nor a rule",
    builtins.sum: "where what it holds is not known",
}
"""Rules whose sample has no second derivative at present, and words of the refusal."""


@pytest.mark.parametrize("entry", RULES, ids=[callee_name(entry.callee) for entry in RULES])
def test_a_rule_is_right_in_programs(entry):
    made = telling(entry)
    if made is None:
        return  # of integers, or with integers as results: there is no derivative
    function, args = made
    check_gradient(function, args)
    check_tangent(function, args)
    derivative = along(function, args)
    if entry.callee in REFUSED:
        with pytest.raises(DifferentiationError, match=REFUSED[entry.callee]):
            check_gradient(derivative, args)
    else:
        check_gradient(derivative, args, tolerance=1e-5)
