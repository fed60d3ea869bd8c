"""The command line: what it prints, and what it says where it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

import srcad.__main__ as command

EXAMPLE = Path(__file__).parent.parent / "examples" / "digits_mlp.py"

FILE = """
import numpy as np

def f(x, y):
    return np.sum(np.sin(x) * y)

class Model:
    @staticmethod
    def loss(w):
        return w * w

number = 3

if __name__ == "__main__":
    raise SystemExit("the main block ran")
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "functions_to_show.py"
    path.write_text(FILE)
    return path


def test_source_prints_a_program(file, capsys):
    assert command.main(["source", f"{file}:f"]) == 0
    printed = capsys.readouterr().out
    compile(printed, "printed", "exec")
    assert "np.cos(x)" in printed and "d_x" in printed


def test_argnums_chooses_arguments(file, capsys):
    assert command.main(["source", f"{file}:f", "--argnums", "y"]) == 0
    printed = capsys.readouterr().out
    assert "d_y" in printed and "np.cos(x)" not in printed
    assert command.main(["source", f"{file}:f", "--argnums", "0,1"]) == 0


def test_args_makes_the_program_for_arguments_like_these(file, capsys):
    assert command.main(["source", f"{file}:f", "--args", "np.ones(3), np.ones((2, 3))"]) == 0
    printed = capsys.readouterr().out
    assert "np.sum(" in printed and "axis=0" in printed and "rt." not in printed


def test_a_file_may_bring_example_arguments(file, capsys):
    file.write_text(FILE + "\ndef f_arguments():\n    return np.ones(3), np.ones((2, 3))\n")
    assert command.main(["source", f"{file}:f"]) == 0
    assert "axis=0" in capsys.readouterr().out


def test_wengert_prints_the_list(file, capsys):
    assert command.main(["wengert", f"{file}:f"]) == 0
    assert "sin" in capsys.readouterr().out


def test_functions_in_classes(file, capsys):
    assert command.main(["source", f"{file}:Model.loss"]) == 0
    assert "d_w" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("{file}", "names no function"),
        ("{file}:g", "defines no g"),
        ("{file}:number", "is no function"),
        ("missing.py:f", "there is no file missing.py"),
        ("{file}:f --argnums z", "z"),
        ("{file}:f --args missing", "--args 'missing' cannot be evaluated: NameError"),
        ("{file}:f --argnums 0,,1", "is no list of arguments"),
    ],
)
def test_errors_go_to_stderr_with_status_1(file, capsys, target, message):
    assert command.main(["source", *target.format(file=file).split()]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("srcad: ")
    assert message in printed.err


def test_a_file_that_fails_is_named(tmp_path, capsys):
    path = tmp_path / "failing_module.py"
    path.write_text("import does_not_exist_anywhere\n")
    assert command.main(["source", f"{path}:f"]) == 1
    assert "cannot be imported: ModuleNotFoundError" in capsys.readouterr().err


def test_python_m_srcad_on_the_example():
    result = subprocess.run(
        [sys.executable, "-m", "srcad", "source", f"{EXAMPLE}:loss"], capture_output=True, text=True, check=True
    )
    assert "d_w1" in result.stdout
    compile(result.stdout, "printed", "exec")
