"""Second derivatives of every program in one of the four mixes of modes: right, or refused for the stated reason.

`python -m tests.programs.orders` checks every program in all mixes.
"""

import pytest
from programs.checking import refused_with
from programs.orders import check_second_order, sampled

CASES = [pytest.param(mix, *case.values, id=f"{mix}-{case.id}") for mix, case in sampled()]


@pytest.mark.parametrize(("mix", "function", "args", "reason"), CASES)
def test_program(mix, function, args, reason):
    if reason is not None:
        refused_with(lambda: check_second_order(mix, function, args), reason)
    else:
        check_second_order(mix, function, args)
