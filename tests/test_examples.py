"""The examples run, in their short form, and do what they promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name, *options):
    result = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *options], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_mlp_learns(tmp_path, dtype):
    picture = tmp_path / "curves.png"
    printed = run("digits_mlp.py", "--quick", "--quiet", "--show-source", "--plot", str(picture), "--dtype", dtype)
    assert float(re.search(r"test accuracy ([\d.]+)%", printed)[1]) > 90
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "d_w1" in printed  # the source


def test_digits_mlp_is_reproducible():
    first, second = (run("digits_mlp.py", "--quick", "--quiet", "--seed", "7").splitlines()[-2:] for _ in range(2))
    assert first == second


def test_digits_mlp_reaches_its_accuracy():
    assert float(re.search(r"test accuracy ([\d.]+)%", run("digits_mlp.py", "--quiet"))[1]) >= 97
