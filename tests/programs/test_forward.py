"""Forward mode of every program: right, or refused for the reason that is stated here."""

import pytest
from programs.checking import refused_with
from programs.every import cases
from programs.forward import check_forward

REFUSED = {
    "call_forms.lists_of_active_numbers": "is a number or an array",
    "call_forms.counted_in_cells": "is a number or an array",
    "managers.with_around_try": "may raise an error that the handler catches",
    "managers.the_same_step_under_another_state": "may raise an error that the handler catches",
}
"""What the refusal of a program in forward mode says at present, by file and function, or by case."""


@pytest.mark.parametrize(("function", "args", "reason"), list(cases(REFUSED)))
def test_program(function, args, reason):
    if reason is not None:
        refused_with(lambda: check_forward(function, args), reason)
    else:
        check_forward(function, args)
