"""Random programs are right or refused, and few are refused.

The seeds are fixed here; `python -m tests.programs.search` tries others for as long as one likes.
"""

import numpy as np
import pytest

from srcad import DifferentiationError
from tests.programs import checking, search
from tests.programs.generator import Writer

CHUNK = 20


@pytest.mark.parametrize("start", range(0, 60, CHUNK))
def test_random_programs(start):
    outcomes = [search.run(seed) for seed in range(start, start + CHUNK)]
    wrong = [search.report(seed, why) for seed, what, why in outcomes if what == "WRONG"]
    assert not wrong, "\n".join(wrong)
    assert sum(what == "right" for _, what, _ in outcomes) > 0.6 * CHUNK, outcomes


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_every_stage_of_a_random_program_is_valid(seed):
    function, args = search.define(Writer(seed).write(), seed), search.arguments(seed)
    with np.errstate(all="ignore"):
        try:
            function(*search.copy.deepcopy(args))
            checking.check_stages(function, args, search.WRT)
        except (DifferentiationError, UnboundLocalError) as error:
            pytest.skip(str(error).splitlines()[-1])


def test_a_wrong_program_is_made_small(monkeypatch):
    monkeypatch.setattr(
        search, "outcome", lambda text, seed, mode: ("WRONG" if "np.add.at" in text else "right", "a number")
    )
    seed = next(seed for seed in range(100) if "np.add.at" in Writer(seed).write())
    small = search.shrunk(Writer(seed).write(), seed)
    body = small[small.index("def f(") :].splitlines()
    assert "np.add.at" in small
    assert len(body) == 3, small
