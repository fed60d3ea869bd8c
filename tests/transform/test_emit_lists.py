"""Emission of lists built by hand: what the front end never makes, but later passes may."""

import copy
import math
import operator
import traceback
from pathlib import PurePosixPath

import numpy as np
import pytest

from srcad import wengert as w
from srcad.transform.emit import compile_program, emit
from srcad.wengert import Branch, Capture, Carried, Const, ForLoop, Function, MakeFunction, Merge, Param, Step
from tests.interpreter import run, same

add, mul, iadd = operator.add, operator.mul, operator.iadd


def function(params, body, result, name="f", **options):
    return w.validate(Function(name, tuple(map(Param, params.split())), tuple(body), result, **options))


def check(f, *args):
    """Asserts that the program does what the list does, and returns its text."""
    program = emit(f)
    got, expected = compile_program(program)(*copy.deepcopy(args)), run(f, *copy.deepcopy(args))
    assert same(got, expected), program.source
    return program.source


# ------------------------------------------------------------------------------------------------------- constants

CONSTANTS = [
    -1,
    0,
    10**30,
    -0.0,
    1e-320,
    -1e22,
    0.1,
    math.inf,
    -math.inf,
    math.nan,
    2j,
    -2j,
    1 + 2j,
    -1 - 2j,
    complex(0.0, -0.0),
    complex(-0.0, 1.0),
    complex(math.inf, math.nan),
    complex(1.0, 0.0),
    True,
    None,
    ...,
    'it\'s "so"\n',
    b"\x00",
    (),
    (1,),
    (-1, (2.0, None)),
    slice(1, None, -1),
    frozenset({1, 2}),
    np.float32(0.1),
    np.float64(-0.0),
    np.int8(-3),
    np.bool_(True),
    np.complex64(1 - 2j),
    np.float32,
    np.ndarray,
    np.dtype("float32"),
    np.dtype(">i4"),
    np.dtype([("a", "f4")]),
    np.newaxis,
    np.longdouble(1) / 3,
    float,
    PurePosixPath("a"),
    np.linalg.norm,
    np.add,
    np.random.default_rng,
    math,
    np,
    np.linalg,
]


@pytest.mark.parametrize("value", CONSTANTS, ids=lambda value: type(value).__name__)
def test_constants(value):
    got = compile_program(emit(function("", [], Const(value))))()
    assert got is value or isinstance(value, np.dtype) and got == value or same(got, value) and type(got) is type(value)


@pytest.mark.parametrize("value", [-1, -1.5, -2j, 1 + 2j, np.float64(-2.0)], ids=repr)
def test_constants_as_operands(value):
    for callee in (operator.pow, operator.mul, operator.sub):
        step = Step(("t",), callee, (Const(value), Const(2)))
        assert same(compile_program(emit(function("", [step], "t")))(), callee(value, 2))
    steps = [Step(("t",), operator.pow, ("x", Const(2))), Step(("t.1",), operator.neg, ("t",))]
    assert check(function("x", steps, "t.1"), 3.0) == "def f(x):\n    return -x ** 2\n"
    steps = [Step(("t",), operator.neg, ("x",)), Step(("t.1",), operator.pow, ("t", Const(2)))]
    assert check(function("x", steps, "t.1"), 3.0) == "def f(x):\n    return (-x) ** 2\n"


def test_the_text_of_a_constant_is_used_if_it_says_the_same():
    assert emit(function("", [], Const(np.pi, "np.pi"))).source.endswith("return np.pi\n")
    assert emit(function("", [], Const(3.0, "np.pi"))).source.endswith("return 3.0\n")


# ----------------------------------------------------------------------------------------------------------- names


def test_nothing_hides_what_the_program_refers_to():
    body = [
        Step(("sum",), np.sum, ("x",)),
        Step(("np.1",), add, ("sum", Const(1.0))),
        Step(("t",), sum, ("x",)),
        Step(("lambda",), mul, ("t", "np.1")),
        Step(("_",), add, ("lambda", "sum")),
        Step(("y",), add, ("_", "lambda")),
    ]
    check(function("x", body, "y"), np.arange(3.0))
    check(function("np", [Step(("y",), np.sum, ("np",))], "y"), np.arange(3.0))
    assert "np_2.sum(np)" in emit(function("np", [Step(("y",), np.sum, ("np",))], "y")).source


def test_functions_of_one_name_stay_apart():
    def helper(x):
        return x + 1

    one, other = helper, lambda x: x * 10
    other.__name__ = "helper"
    backward = function("x", [Step(("y",), one, ("x",))], "y", "helper")
    body = [Step(("a",), one, ("x",)), Step(("b",), other, ("a",)), Step(("c",), backward, ("b",))]
    assert check(function("x", body, "c", "helper"), 2) == (
        "def helper_2(x):\n    y = helper_3(x)\n    return y\n\n\n"
        "def helper(x):\n    a = helper_3(x)\n    b = helper_4(a)\n    c = helper_2(b)\n    return c\n"
    )


def test_captures_are_read_when_asked():
    scope = {"scale": 2.0}
    f = function("x", [Step(("y",), mul, ("x", "scale"))], "y", captures=(Capture("scale", scope, "scale"),))
    program = emit(f)
    compiled = compile_program(program)
    assert compiled(3.0) == 6.0
    scope["scale"] = 5.0
    program.refresh(compiled.__globals__)
    assert compiled(3.0) == 15.0
    del scope["scale"]
    program.refresh(compiled.__globals__)
    with pytest.raises(NameError):
        compiled(3.0)


def test_another_array_module_and_tracebacks():
    class Strict:
        """Stands for another array module."""

        sin = staticmethod(lambda x: ("sin", x))

    body = [Step(("y",), np.sin, ("x",)), Step(("z",), operator.truediv, (Const(1), "k"))]
    program = emit(function("x k", body, "y"))
    assert compile_program(program, Strict)(2.0, 1) == ("sin", 2.0)
    with pytest.raises(ZeroDivisionError) as caught:
        compile_program(program)(2.0, 0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.line == "z = 1 / k" and last.filename.startswith("<srcad f #")


# ------------------------------------------------------------------------------------------------------ out of SSA


def loop(*carried, body=(), target="i", n=3):
    return [Step(("t",), range, (Const(n),)), ForLoop(target, "t", tuple(body), tuple(Carried(*c) for c in carried))]


def test_swap_in_a_loop():
    body = loop(("a.1", "a", "b.1", "a.2"), ("b.1", "b", "a.1", "b.2"))
    source = check(function("a b", [*body, Step(("r",), w.make_tuple, ("a.2", "b.2"))], "r"), 1, 2)
    assert "        a, b = b, a\n" in source


def test_rotation_of_three_with_a_constant():
    carried = [("a.1", "a", "b.1", "a.2"), ("b.1", "b", "c.1", "b.2"), ("c.1", "c", Const(7), "c.2")]
    result = Step(("r",), w.make_tuple, ("a.2", "b.2", "c.2", "a"))
    check(function("a b c", [*loop(*carried), result], "r"), 1, 2, 3)


def test_a_copy_is_not_lost():
    """The value before the last trip is read after the loop, as well as the one it started from."""
    body = [Step(("x.2",), add, ("x.1", Const(1)))]
    nodes = loop(("x.1", "x", "x.2", "x.3"), ("y.1", Const(0), "x.1", "y.2"), body=body)
    check(function("x", [*nodes, Step(("r",), w.make_tuple, ("x", "x.3", "y.2"))], "r"), 5)


def test_a_value_alive_in_a_loop_keeps_its_variable():
    body = [Step(("h.2",), mul, ("h.1", Const(2))), Step(("h.3",), add, ("h.2", "h"))]
    nodes = loop(("h.1", "h", "h.3", "h.4"), body=body)
    source = check(function("h", [*nodes, Step(("r",), w.make_tuple, ("h", "h.4"))], "r"), 1.5)
    assert "h_2" in source


def test_in_place_operators_on_names_that_stay_alive():
    body = [Step(("y",), iadd, ("x", "v")), Step(("r",), w.make_tuple, ("x", "y"))]
    assert "y = x\n    y += v\n" in check(function("x v", body, "r"), 1, 2)
    check(function("x v", body, "r"), np.ones(2), np.ones(2))
    body = [Step(("x.1",), iadd, ("x", "x")), Step(("x.2",), iadd, ("x.1", "v"))]
    assert check(function("x v", body, "x.2"), 1, 2) == "def f(x, v):\n    x += x\n    x += v\n    return x\n"


def test_merges_that_swap():
    branch = Branch("c", (), (), (Merge("a.1", "b", "a"), Merge("b.1", "a", "b")))
    f = function("a b c", [branch, Step(("r",), w.make_tuple, ("a.1", "b.1"))], "r")
    check(f, 1, 2, True)
    assert "a, b = b, a" in check(f, 1, 2, False)


def test_a_flag_that_is_a_value_stays_one():
    branch = Branch("c", (), (), (Merge("stopped", Const(True), Const(False)),))
    assert compile_program(emit(function("c", [branch], "stopped")))(3) is True
    loop = ForLoop("x", "xs", (branch,), (), "stopped")
    assert "        if c:\n            break\n" in check(function("xs c", [loop], Const(None)), [1], 3)


def test_a_path_without_a_value():
    branch = Branch("c", (Step(("y",), add, ("x", Const(1))),), (), (Merge("y.1", "y", w.UNDEFINED),))
    after = Branch("c", (Step(("z",), add, ("y.1", "x")),), (), (Merge("z.1", "z", "x"),))
    f = function("x c", [branch, after], "z.1")
    check(f, 2, True)
    check(f, 2, False)


# -------------------------------------------------------------------------------------------------- order of effects


def test_reads_do_not_move_across_writes():
    body = [
        Step(("t",), operator.getitem, ("x", Const(0))),
        Step((), operator.setitem, ("x", Const(0), Const(9.0))),
        Step(("t.1",), operator.getitem, ("x", Const(0))),
        Step(("t.2",), operator.sub, ("t.1", "t")),
    ]
    check(function("x", body, "t.2"), np.zeros(2))


def test_unknown_calls_keep_their_order():
    calls = []

    def note(v):
        calls.append(v)
        return v

    body = [
        Step(("t",), note, (Const(1),)),
        Step(("t.1",), note, (Const(2),)),
        Step(("t.2",), note, (Const(3),)),
        Step(("t.3",), operator.sub, ("t.1", "t")),
        Step(("t.4",), operator.contains, ("xs", "t.2")),
        Step(("t.5",), w.make_tuple, ("t.3", "t.4")),
    ]
    assert compile_program(emit(function("xs", body, "t.5")))([3]) == (1, True)
    assert calls == [1, 2, 3]


def test_iterators_are_drawn_from_in_order():
    body = [
        Step(("t",), list, ("it",)),
        Step(("t.1",), sum, ("it",)),
        Step(("t.2",), w.make_tuple, ("t.1", "t")),
    ]
    assert compile_program(emit(function("it", body, "t.2")))(iter([1, 2])) == (0, [1, 2])


def test_long_expressions_are_broken_where_they_would_leave_the_page():
    body = [Step(("t",), add, ("x", "x"))]
    body += [Step((f"t.{i}",), mul, (f"t.{i - 1}" if i > 1 else "t", "coefficient")) for i in range(1, 60)]
    source = check(function("x coefficient", body, "t.59"), 1.0, 1.01)
    assert 5 < source.count("\n") < 25 and max(map(len, source.splitlines())) <= 120


# ------------------------------------------------------------------------------------------------ nested functions


def nested(captured, params, body, result, name="<lambda>"):
    inner = Function(name, tuple(map(Param, (captured + " " + params).split())), tuple(body), result)
    return MakeFunction(inner, len(captured.split()))


def test_lambdas_capture_values_in_loops():
    make = nested("i", "x", [Step(("t",), mul, ("i", "x"))], "t")
    body = [Step(("g",), make, ("i",)), Step((), w.Method("append"), ("out", "g"))]
    f = function("", [Step(("out",), w.make_list), *loop(body=body)], "out")
    assert [g(10) for g in compile_program(emit(f))()] == [0, 10, 20]


def test_a_variable_captured_is_not_assigned_again():
    make = nested("h", "x", [Step(("t",), add, ("h", "x"))], "t")
    body = [
        Step(("h",), mul, ("a", Const(2))),
        Step(("g",), make, ("h",)),
        Step(("h.1",), mul, ("a", Const(3))),
        Step(("t",), w.CALL, ("g", "h.1")),
    ]
    assert "g = lambda x: h + x\n    h_2 = a * 3" in check(function("a", body, "t"), 1)


def test_a_nested_def_may_call_what_it_captures_by_another_name():
    inner = [Step(("total",), add, ("v", "x")), Step((), w.check, ("total",))]
    make = nested("v", "x", inner, "total", "g")
    body = [Step(("w",), mul, ("x", Const(2))), Step(("g",), make, ("w",)), Step(("t",), w.CALL, ("g", "x"))]
    assert check(function("x", body, "t"), 1) == (
        "def f(x):\n    w = x * 2\n    def g(x):\n        total = w + x\n        assert total\n        return total\n"
        "    return g(x)\n"
    )
