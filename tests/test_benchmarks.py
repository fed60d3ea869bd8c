"""The benchmark command runs; how fast things are is not for a test to say."""

import subprocess
import sys
from pathlib import Path


def test_small_workloads_are_checked_and_timed():
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rounds", "1", "--only", "toy", "scalar"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert result.returncode == 0, result.stderr
    rows = [line.split()[:2] for line in result.stdout.splitlines()[2:]]
    assert ["toy", "srcad"] in rows
    assert ["scalar", "hand"] in rows


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
