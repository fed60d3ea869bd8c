"""The benchmark commands run and compare what is the same; how fast things are is not for a test to say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import NAMES
from benchmarks.overheads import transformation_time
from benchmarks.peak import peak
from benchmarks.workloads import CASES


def test_small_workloads_are_checked_and_timed():
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rounds", "1", "--long", "--only", "vector3", "thirty", "--peers"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split()[:2] for line in result.stdout.splitlines()[2:]]
    assert ["vector3", "srcad"] in rows
    assert ["thirty", "hand"] in rows


def test_the_command_knows_all_workloads():
    assert list(NAMES) == list(CASES)


@pytest.mark.parametrize("name", [name for name in CASES if "large" not in name])
def test_gradients_agree_with_those_written_by_hand(name):
    CASES[name].workload(frozenset()).check()


def test_the_peak_counts_what_a_program_keeps():
    tape = 500 * 9_998 * 8
    assert tape <= peak("heat", "hand") <= 1.1 * tape


def test_functions_of_any_length_are_transformed():
    assert 0.0 < transformation_time(25, 1) < np.inf


def test_jacobians_are_checked_and_timed():
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.jacobians", "--rounds", "1", "--only", "hessian", "dense"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split()[:2] for line in result.stdout.splitlines()[1:]]
    assert ["hessian", "srcad"] in rows and ["dense", "srcad"] in rows
