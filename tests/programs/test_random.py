"""Random programs are right or refused, and few are refused.

The seeds are fixed here; `python -m tests.programs.search` tries others for as long as one likes.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from srcad import DifferentiationError
from tests.programs import checking, search
from tests.programs.generator import Writer

CHUNK = 20
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("start", "mode"), [(start, mode) for start in range(0, 60, CHUNK) for mode in ("rev", "fwd")])
def test_random_programs(start, mode):
    outcomes = [search.run(seed, mode) for seed in range(start, start + CHUNK)]
    wrong = [search.report(seed, why, mode) for seed, what, why in outcomes if what == "WRONG"]
    assert not wrong, "\n".join(wrong)
    assert sum(what == "right" for _, what, _ in outcomes) > 0.6 * CHUNK, outcomes


def test_the_documented_command_searches():
    command = [sys.executable, "-m", "tests.programs.search", "--seeds", "0:2", "--jobs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "2 of 2" in done.stdout, done.stderr


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
