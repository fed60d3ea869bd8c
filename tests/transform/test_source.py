"""Where functions come from: prompts, notebooks, archives, exec.  Always their own source, or an error."""

# ruff: noqa: B008, E501, PLC3002, RUF012, RUF015 (as users write it, and source texts)

import ast
import collections
import dataclasses
import importlib
import linecache
import py_compile
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import srcad
from srcad.errors import SourceError
from srcad.transform.lower import lower
from srcad.transform.parse import parse
from tests.interpreter import run

ROOT = Path(__file__).parent.parent.parent
REPORT = """
def gradient(f, x=3.0):
    try:
        return srcad.grad(f)(x)
    except srcad.DifferentiationError as error:
        return f"{type(error).__name__}: {error.reason} {error.remedy}"
"""


def python(*arguments, text=None, folder=None, executable=sys.executable):
    """What Python prints."""
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder or ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [executable, *arguments], input=text, capture_output=True, text=True, cwd=folder, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ------------------------------------------------------------------------------------------------ lambdas


def text_of(function):
    parsed = parse(function)
    node = parsed.node
    assert node.lineno == node.end_lineno
    return parsed.lines[node.lineno - 1][node.col_offset : node.end_col_offset]


def keep(*functions, **named):
    return [*functions, *named.values()]


def made(n):
    return keep(lambda: n, lambda: n + 1), keep(*(lambda x, k=k: x + k for k in range(2)), lambda x: x)


class Table:
    rows = {"a": lambda x: x + 1, "b": [lambda x: x + 2, (lambda x: x + 3, lambda x: x + 4)]}

    def method(self, f=lambda x: x * 5, *, g=lambda x: x * 6):
        return f, g


LAMBDAS = [  # each with what it returns for 10
    (keep(lambda x: x + 1, lambda x: x + 2)[1], 12),
    (keep(lambda x: x + 1, key=lambda x: x - 1)[1], 9),
    (Table.rows["a"], 11),
    (Table.rows["b"][0], 12),
    (Table.rows["b"][1][0], 13),
    (Table.rows["b"][1][1], 14),
    (Table().method()[0], 50),
    (Table().method()[1], 60),
    ([lambda x: x * i for i in (7,)][0], 70),
    ({k: (lambda x: x - 1, lambda x: x - 2)[k] for k in range(2)}[1], 8),
    ((lambda x: (lambda y: y * 2)(x), lambda x: (lambda y: y * 3)(x))[1], 30),
    ((lambda x: x if x < 3 else -x, lambda x: x)[0], -10),
    ((f := lambda x: x // 3, lambda x: x // 4)[1], 2),
    ((lambda x, k=(lambda: 4)(): x * k, lambda x, k=(lambda: 5)(): x * k)[1], 50),
    ((lambda *a, **k: sum(a), lambda *a, **k: -sum(a))[1], -10),
    (keep(
        lambda x:
            x * 8, lambda x: (
            x
            * 9))[1], 90),
    ((lambda x: "é" and x, lambda x: "ü" and -x)[1], -10),
    (eval("lambda x: x") if False else (lambda x: x % 7), 3),
]  # fmt: skip


@pytest.mark.parametrize(("function", "value"), LAMBDAS)
def test_lambdas(function, value):
    assert function(10) == value == run(lower(function), 10)


def test_lambdas_without_arguments():
    (a, b), (c, d, e) = made(3)
    assert [run(lower(f)) for f in (a, b)] == [3, 4]
    assert [text_of(f) for f in (a, b, c, d, e)] == [
        "lambda: n",
        "lambda: n + 1",
        "lambda x, k=k: x + k",
        "lambda x, k=k: x + k",
        "lambda x: x",
    ]


def test_lambdas_that_return_constants():
    functions = keep(lambda: 1, lambda: 2.0, lambda: None, lambda x=1: 1, lambda: (1, 2), lambda: 2)
    assert [run(lower(f)) for f in functions] == [1, 2.0, None, 1, (1, 2), 2]


def test_lambdas_inside_an_assert():
    assert srcad.grad(lambda x: x * x)(2.0) == 4.0 and srcad.grad(lambda x: x**3)(1.0) == 3.0


# ------------------------------------------------------------------------------------------------- prompts

TYPED = """import srcad
{report}

def f(x):
    return x * x

g = lambda x: x ** 3; h = lambda x: x ** 4
print(gradient(f), gradient(g), gradient(h))
"""


def test_the_prompt():
    printed = python("-i", "-q", text=TYPED.format(report=REPORT))
    if sys.version_info >= (3, 13):
        assert printed == "6.0 27.0 108.0\n"
    else:
        assert printed.count("SourceError: The source of") == 3 and "IPython" in printed


def test_a_command():
    printed = python("-c", TYPED.format(report=REPORT))
    assert printed == "6.0 27.0 108.0\n" or printed.count("SourceError: The source of") == 3


def test_a_script_that_changes_the_folder(tmp_path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "helper.py").write_text("def square(x):\n    return x * x\n")
    text = f"import os\nos.chdir('inside')\nfrom helper import square\nimport srcad\n{REPORT}\n"
    (tmp_path / "script.py").write_text(text + "def f(x):\n    return square(x) * x\nprint(gradient(f))\n")
    assert python("script.py", folder=tmp_path) == "27.0\n"


CELLS = [
    "\n\nimport srcad, numpy as np\ndef f(x):\n    return np.sum(x * x)\nprint(gradient(f), gradient(lambda x: np.exp(0 * x) * x))",
    "def f(x):\n    return x * 7\nprint(gradient(f))\ndf = srcad.grad(f)",
    "def f(x):\n    return x * 8\nprint(df(3.0), gradient(f))",
    "import asyncio\nawait asyncio.sleep(0)\ng, h = (lambda x: x**3), (lambda x: x**4)\nprint(gradient(g), gradient(h))",
    "from __future__ import annotations\ndef f(x: unknown):\n    return x * 9\nprint(gradient(f))",
    "def f(x: unknown):\n    return x * 10\nprint(gradient(f))",
    "%%time\nf = lambda x: x * 11\nprint(gradient(f)[:25])",
]


def test_notebooks(tmp_path):
    runner = f"""
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell({("import srcad" + REPORT)!r}).raise_error()
for cell in {CELLS!r}:
    shell.run_cell(cell).raise_error()
"""
    lines = python("-c", runner, folder=tmp_path).splitlines()
    assert lines[:6] == ["6.0 1.0", "7.0", "7.0 8.0", "27.0 108.0", "9.0", "10.0"]
    assert lines[6] == "SourceError: The source o"


# --------------------------------------------------------------------------------------------------- files


@pytest.fixture
def importing(tmp_path, monkeypatch):
    """Imports a module from a folder, and forgets it in the end."""

    def load(name, path=tmp_path):
        monkeypatch.syspath_prepend(str(path))
        importlib.invalidate_caches()
        module = importlib.import_module(name)
        monkeypatch.delitem(sys.modules, name)
        return module

    return load


def test_a_package_in_an_archive(tmp_path, importing):
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("packed_module.py", "def f(x):\n    return x * 3 + 1\n\n\ng, h = lambda x: x, lambda x: -x\n")
    module = importing("packed_module", tmp_path / "packed.zip")
    assert [run(lower(f), 2) for f in (module.f, module.g, module.h)] == [7, 2, -2]
    assert "packed.zip" in parse(module.f).file


def test_a_module_without_source(tmp_path, importing):
    source = tmp_path / "compiled_module.py"
    source.write_text("def f(x):\n    return x * 3\n")
    py_compile.compile(str(source), str(tmp_path / "compiled_module.pyc"))
    source.unlink()
    with pytest.raises(SourceError, match="cannot be found"):
        parse(importing("compiled_module").f)


@pytest.mark.parametrize("character", ["\x0b", "\x1c", "\u2028"])
def test_what_breaks_no_line_for_python(tmp_path, importing, character):
    text = f"TEXT = 'a{character}b'\n\f\ndef f(x):\n    return x * TEXT\n"
    (tmp_path / "broken_lines.py").write_text(text, encoding="utf-8")
    (step,) = lower(importing("broken_lines").f).body
    assert step.site.source.strip() == "return x * TEXT" and step.site.line == 4


def test_windows_line_ends_and_other_encodings(tmp_path, importing):
    text = "# -*- coding: latin-1 -*-\r\n\r\ndef f(x):\r\n    é = x * 2\r\n    return é\r\n"
    (tmp_path / "windows_lines.py").write_bytes(text.encode("latin-1"))
    (step,) = lower(importing("windows_lines").f).body
    assert step.site.source.strip() == "é = x * 2" and step.site.line == 4


# ------------------------------------------------------------------------------------- made without source


@dataclasses.dataclass(order=True)
class Made:
    a: float
    b: float = 1.0


Pair = collections.namedtuple("Pair", "a b")
executed = {}
exec("def f(x):\n    return x\n\n\ng = lambda x: x", executed)


@pytest.mark.parametrize("function", [Made.__init__, Made.__lt__, Pair.__new__, executed["f"], executed["g"]])
def test_no_source(function):
    with pytest.raises(SourceError, match="cannot be found") as caught:
        parse(function)
    assert function.__code__.co_name in caught.value.reason and "linecache" in caught.value.remedy


def test_what_a_library_writes_out():
    assert parse(Pair._replace).node.name == "_replace"


def test_statements_that_were_compiled_one_by_one():
    text = "import numpy as np\ndef f(x):\n    return np.sin(x)\ng, h = lambda x: np.cos(x), lambda x: np.sin(x)\n"
    linecache.cache["<one by one>"] = (len(text), None, text.splitlines(True), "<one by one>")
    namespace = {}
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), "<one by one>", "exec"), namespace)
    assert parse(namespace["f"]).node.name == "f"
    assert [text_of(namespace[name]) for name in "gh"] == ["lambda x: np.cos(x)", "lambda x: np.sin(x)"]


def test_text_of_another_function_is_not_taken():
    text = textwrap.dedent(
        """
        def f(x):
            return x + 1
        """
    )
    linecache.cache["<not this>"] = (len(text), None, text.splitlines(True), "<not this>")
    namespace = {}
    exec(compile(text.replace("+", "-"), "<not this>", "exec"), namespace)
    with pytest.raises(SourceError, match="is not that of the function f"):
        parse(namespace["f"])
