"""Forward mode of every program: right, or refused for the reason that is stated here."""

import importlib
from pathlib import Path

import pytest
from programs.checking import refused_with
from programs.forward import check_forward

REFUSED = {
    "call_forms.lists_of_active_numbers": "is a number or an array",
    "call_forms.counted_in_cells": "is a number or an array",
    "managers.with_around_try": "may raise an error that the handler catches",
    "managers.the_same_step_under_another_state": "may raise an error that the handler catches",
}
"""What the refusal of a program in forward mode says at present, by file and function, or by case."""


def cases():
    """The programs of all files, with their arguments."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem not in (Path(__file__).stem, "test_second_order", "test_forward_over_reverse"):
            module = importlib.import_module(f"programs.{path.stem}")
            for case in module.programs.cases if hasattr(module, "programs") else ():
                file = path.stem.removeprefix("test_")
                function, args = case.values
                reason = REFUSED.get(f"{file}.{case.id}") or REFUSED.get(f"{file}.{function.__name__}")
                yield pytest.param(function, args, reason, id=f"{file}-{case.id}")


@pytest.mark.parametrize(("function", "args", "reason"), list(cases()))
def test_program(function, args, reason):
    if reason is not None:
        refused_with(lambda: check_forward(function, args), reason)
    else:
        check_forward(function, args)
