"""The source found is the function's own, or none is."""

# ruff: noqa: E501 (source texts)

import doctest
import functools
import importlib.util
import linecache
import os
import types

import numpy as np
import pytest

from srcad.errors import SourceError, UnsupportedError
from srcad.transform.lower import lower
from srcad.transform.parse import parse
from tests.interpreter import run


def text_of(function):
    parsed = parse(function)
    node = parsed.node
    return parsed.lines[node.lineno - 1][node.col_offset : node.end_col_offset]


pair = (lambda x: x + 1, lambda x: x + 2)
same = [lambda x: x, lambda x: x]
inner = (lambda x: lambda y: y + x, 0)
spread_out = (
    lambda x: x
    * 2
)  # fmt: skip


def test_lambdas_on_one_line_are_told_apart():
    assert [text_of(f) for f in pair] == ["lambda x: x + 1", "lambda x: x + 2"]
    assert [parse(f).node.col_offset for f in same] == [8, 21]
    assert text_of(inner[0]) == "lambda x: lambda y: y + x" and text_of(inner[0](1)) == "lambda y: y + x"
    assert run(lower(spread_out), 4) == 8
    default = (lambda f=lambda: 1: f, lambda f=lambda: 2: f)  # fmt: skip
    assert [run(lower(f())) for f in default] == [1, 2]


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) + 1

    return wrapper


def doubled(x):
    return 2 * x


@logged
def decorated(x):
    return doubled(x)


def same_name(x):
    return x


first_of_the_name = same_name


def same_name(x):
    return -x


def test_a_wrapper_is_the_wrapper_itself():
    assert parse(decorated).node.name == "wrapper" and parse(decorated.__wrapped__).node.name == "decorated"


def test_functions_of_the_same_name():
    assert run(lower(first_of_the_name), 1) == 1 and run(lower(same_name), 1) == -1


def test_asserts_rewritten_by_pytest_do_not_hide_a_function():
    def f(x):
        assert x > 0
        return x

    assert run(lower(f), 3) == 3


def test_methods_know_their_class():
    class Outer:
        class Inner:
            def method(self):
                return [v for v in (1, 2)]

    assert parse(Outer.Inner.method).class_name == "Inner" and parse(Outer.Inner().method).class_name == "Inner"
    assert parse(doubled).class_name is None


@pytest.mark.parametrize("value", [len, np.sin, np.sum, print, 3, int, functools.partial(doubled)])
def test_no_python_source(value):
    with pytest.raises(SourceError) as caught:
        parse(value)
    assert caught.value.remedy


def test_exec_without_an_entry_in_linecache():
    namespace = {}
    exec("def f(x): return x", namespace)
    with pytest.raises(SourceError, match="cannot be found"):
        parse(namespace["f"])


def test_notebook_cells(define):
    f = define("def f(x):\n    return x + 1\n")["f"]
    assert parse(f).node.name == "f" and run(lower(f), 1) == 2


def test_future_annotations(define):
    source = (
        "from __future__ import annotations\ndef f(x: unknown):\n    def g(y: unknown): return y\n    return g(x)\n"
    )
    assert run(lower(define(source)["f"]), 1) == 1


def load(path):
    spec = importlib.util.spec_from_file_location("changing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "changed",
    [
        "def f(x):\n    return x + 2\n",
        "\ndef f(x):\n    return x + 1\n",
        "def g(x):\n    return x + 1\n",
        "def f(x:\n",
        "",
    ],
)
def test_a_file_changed_on_disk(tmp_path, changed):
    path = tmp_path / "changing.py"
    path.write_text("def f(x):\n    return x + 1\n")
    f = load(path).f
    assert parse(f).node.name == "f"
    linecache.clearcache()
    path.write_text(changed)
    os.utime(path, (1, 1))
    with pytest.raises(SourceError):
        parse(f)
    path.unlink()
    linecache.clearcache()
    with pytest.raises(SourceError, match="cannot be found"):
        parse(f)


def test_a_reloaded_file_is_read_again(tmp_path):
    path = tmp_path / "changing.py"
    for constant in (1, 22):
        path.write_text(f"def f(x):\n    return x + {constant}\n")
        os.utime(path, (constant, constant))
        importlib.invalidate_caches()
        f = types.FunctionType(compile(path.read_text(), str(path), "exec").co_consts[0], {})
        assert run(lower(f), 1) == 1 + constant


def test_doctests():
    text = ">>> def f(x):\n...     return x * 3\n>>> from srcad.transform.parse import parse\n>>> parse(f).node.name\n'f'\n"
    test = doctest.DocTestParser().get_doctest(text, {}, "cells", None, None)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_coroutines_are_refused():
    async def coroutine(x):
        return x

    with pytest.raises(UnsupportedError, match="Asynchronous") as caught:
        parse(coroutine)
    assert caught.value.site.source.strip().endswith("(x):")
