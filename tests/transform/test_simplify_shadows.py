"""The passes over shadows and tapes: exact results, and the cases in which they must not do what they do."""

import operator
import textwrap

import numpy as np
import pytest

import srcad
from srcad.errors import Site
from srcad.facts import BOOL, FLOAT, INT, Array, Dim, Instance
from srcad.transform.reverse.recompute import recompute_cheap
from srcad.transform.simplify.copies import remove_copies
from srcad.transform.simplify.elements import join_updates
from srcad.transform.simplify.first import assign_first
from srcad.transform.simplify.late import store_zeros_late
from srcad.transform.simplify.order import bring_together
from srcad.transform.simplify.pipeline import simplify
from srcad.wengert import (
    Augmented,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Param,
    Step,
    format_nodes,
    free_names,
    identity,
    make_list,
    make_tuple,
    validate,
)

ADJOINT = Site("f", "m.py", 1, adjoint=True)
VECTOR = Array("float64", (Dim("n", False),))
MATRIX = Array("float64", (Dim("m", False), Dim("n", False)))
ADD, SUBTRACT = Augmented(operator.iadd), Augmented(operator.isub)
ALL, INNER = slice(None), slice(1, -1)


def a(targets, callee, *operands, **keywords):
    """An adjoint step; `targets` separated by spaces, operands that are no strings are constants."""
    named = tuple((k, const(v)) for k, v in keywords.items())
    return Step(tuple(targets.split()), callee, tuple(map(const, operands)), named, ADJOINT)


def const(o):
    return o if isinstance(o, (str, Const)) else Const(o)


def function(*nodes, result="y"):
    free = free_names(nodes) | ({result} if isinstance(result, str) else set())
    defined = {t for n in nodes for t in getattr(n, "targets", ())}
    defined |= {x.target for n in nodes if isinstance(n, Branch) for x in n.merges}
    defined |= {c.result for n in nodes if isinstance(n, ForLoop) for c in n.carried}
    return validate(Function("f", tuple(map(Param, sorted(free - defined))), nodes, const(result)))


def check(got, expected):
    validate(got)
    assert format_nodes(got.body) == textwrap.dedent(expected).strip("\n")


# ------------------------------------------------------------------------------------- first contributions


def first(*nodes, result="d_x", **facts):
    return assign_first(
        function(a("d_x", np.zeros_like, "x"), *nodes, result=result), {"x": VECTOR, "d_x": VECTOR, **facts}
    )


def test_what_is_not_the_shadows_own_is_copied():
    check(first(a("", ADD, "d_x", ..., "c"), c=VECTOR), "d_x = .copy(c)")
    twice = first(a("t", operator.neg, "c"), a("", ADD, "d_x", ..., "t"), a("u", np.sum, "t"), c=VECTOR, t=VECTOR)
    check(twice, "t = neg(c)\nd_x = .copy(t)\nu = sum(t)")


def test_another_shape_or_dtype_fills_the_array():
    check(first(a("", ADD, "d_x", ..., "c"), c=FLOAT), "d_x = full_like(x, c)")
    check(first(a("", ADD, "d_x", ..., "c"), c=Array("float32", VECTOR.shape)), "d_x = full_like(x, c)")
    check(first(a("", ADD, "d_x", ..., "c")), "d_x = full_like(x, c)")


def test_repeated_numbers_fill_the_array():
    ones = (a("s", np.shape, "x"), a("t", np.broadcast_to, 1.0, "s"), a("", ADD, "d_x", ..., "t"))
    check(first(*ones, t=VECTOR), "s = shape(x)\nt = broadcast_to(1.0, s)\nd_x = ones_like(x)")


def test_a_subtraction_assigns_the_negative():
    got = first(a("t", operator.mul, "c", "c"), a("", SUBTRACT, "d_x", ..., "t"), c=VECTOR, t=VECTOR)
    check(got, "t = mul(c, c)\nd_x = neg(t)")


def test_a_part_is_stored():
    check(first(a("", ADD, "d_x", INNER, "c")), "d_x = zeros_like(x)\nsetitem(d_x, slice(1, -1, None), c)")


@pytest.mark.parametrize(
    "before",
    [
        (a("v", operator.getitem, "d_x", INNER),),
        (a("s", np.sum, "d_x"),),
        (a("", np.add.at, "d_x", "i", "c"),),
        (Branch("b", (a("", ADD, "d_x", ..., "c"),), ()),),
    ],
    ids=["view", "read", "scatter", "branch"],
)
def test_zeros_that_something_sees_stay(before):
    got = first(*before, a("", ADD, "d_x", ..., "c"), c=VECTOR, v=VECTOR, s=FLOAT, b=BOOL)
    assert got.body[0] == a("d_x", np.zeros_like, "x")


def test_the_user_s_own_zeros_stay():
    f = function(Step(("y",), np.zeros_like, (Const(1.0),), (), Site("f", "m.py", 1)), a("", ADD, "y", ..., "c"))
    assert assign_first(f, {"y": VECTOR, "c": VECTOR}).body == f.body


# ------------------------------------------------------------------------------------------------- copies


def copies(*nodes, result="y", **facts):
    known = {"z": VECTOR, "v": VECTOR, "d": VECTOR, "y": VECTOR, "k": FLOAT}
    start = (a("z", operator.mul, "x", "x"), a("v", operator.getitem, "z", INNER), a("d", np.copy, "v"))
    return remove_copies(function(*start, *nodes, result=result), known | {"x": VECTOR} | facts)


def test_a_copy_that_is_read_before_the_write_goes():
    got = copies(a("y", operator.mul, "k", "d"), a("", ADD, "z", INNER, "y"))
    check(
        got,
        """
        z = mul(x, x)
        v = getitem(z, slice(1, -1, None))
        y = mul(k, v)
        iadd_item(z, slice(1, -1, None), y)
        """,
    )


@pytest.mark.parametrize(
    ("nodes", "result"),
    [
        ((a("", operator.setitem, "z", 0, 0.0), a("y", operator.neg, "d")), "y"),
        ((a("y", operator.neg, "d"),), "d"),
        ((a("", ADD, "z", slice(2, None), "d"), a("y", operator.neg, "x")), "y"),
        ((a("l", make_list, "d"), a("", operator.setitem, "z", 0, 0.0), a("y", np.stack, "l")), "y"),
        ((Branch("b", (a("", operator.setitem, "z", 0, 0.0),), ()), a("y", operator.neg, "d")), "y"),
    ],
    ids=["written", "returned", "overlap", "held", "branch"],
)
def test_a_copy_that_somebody_could_tell_from_the_original_stays(nodes, result):
    assert any(n.callee is np.copy for n in copies(*nodes, result=result, b=BOOL).body if isinstance(n, Step))


# ----------------------------------------------------------------------------------------------- elements


def updates(*nodes, **facts):
    f = function(*nodes, result="z")
    return join_updates(f, {"z": VECTOR, **dict.fromkeys(["u", "v", "w"], FLOAT), **facts})


def test_numbers_are_added_at_once():
    got = updates(a("", ADD, "z", "i", "u"), a("", SUBTRACT, "z", "i", "v"), a("", ADD, "z", "i", "w"))
    check(got, "t = sub(u, v)\nt.1 = add(t, w)\niadd_item(z, i, t.1)")
    check(updates(a("", SUBTRACT, "z", 0, "u"), a("", SUBTRACT, "z", 0, "v")), "t = add(u, v)\nisub_item(z, 0, t)")


def test_arrays_are_added_one_by_one():
    nodes = (a("", ADD, "z", INNER, "u"), a("", ADD, "z", INNER, "v"))
    assert updates(*nodes, u=VECTOR, v=VECTOR).body == nodes


@pytest.mark.parametrize(
    "between",
    [
        a("t", operator.getitem, "z", "j"),
        a("", operator.setitem, "z", "j", "w"),
        a("", operator.setitem, "z", "i", "w"),
        Branch("b", (), (a("t", np.sum, "z"),), ()),
    ],
    ids=["read", "store", "same store", "branch"],
)
def test_updates_stay_apart_where_something_could_see_the_first(between):
    nodes = (a("", operator.setitem, "z", "i", 0.0), between, a("", ADD, "z", "i", "v"))
    assert updates(*nodes, b=BOOL, t=FLOAT).body == nodes


# ------------------------------------------------------------------------------------------ zeros, later


def test_zeros_wait_for_the_next_use():
    f = function(
        a("z", np.ones_like, "x"),
        a("d", operator.getitem, "z", "i"),
        a("", operator.setitem, "z", "i", 0.0),
        a("y", operator.mul, "d", "k"),
        a("", ADD, "z", "j", "y"),
        result="z",
    )
    got = store_zeros_late(f, {"x": VECTOR, "z": VECTOR, "d": FLOAT, "y": FLOAT, "k": FLOAT})
    check(
        got,
        """
        z = ones_like(x)
        d = getitem(z, i)
        y = mul(d, k)
        setitem(z, i, 0.0)
        iadd_item(z, j, y)
        """,
    )


def test_zeros_of_what_is_returned_or_belongs_to_the_caller_are_stored():
    own = function(a("z", np.ones_like, "x"), a("", operator.setitem, "z", 0, 0.0), result="z")
    assert len(store_zeros_late(own, {"x": VECTOR, "z": VECTOR}).body) == 2
    theirs = function(a("", operator.setitem, "x", 0, 0.0), result=None)
    assert store_zeros_late(theirs, {"x": VECTOR}).body == theirs.body


# -------------------------------------------------------------------------------------------------- order


def test_nothing_moves_past_a_write_of_what_it_reads():
    nodes = (
        a("t", operator.getitem, "z", "i"),
        a("", operator.setitem, "z", "i", 0.0),
        a("y", operator.mul, "t", "t.1"),
    )
    f = function(*nodes)
    assert bring_together(f, {"z": VECTOR, "t": FLOAT, "y": FLOAT}).body == nodes


def test_a_part_of_a_part_that_moves_must_pass_the_same_writes():
    nodes = (
        a("t", np.sum, "z"),
        a("u", operator.neg, "t"),
        a("", operator.setitem, "z", "i", 0.0),
        a("y", operator.mul, "u", "k"),
    )
    got = bring_together(function(*nodes), {"z": VECTOR, "t": FLOAT, "u": FLOAT, "y": FLOAT, "k": FLOAT})
    check(got, "t = sum(z)\nsetitem(z, i, 0.0)\nu = neg(t)\ny = mul(u, k)")


def test_statements_stay_apart():
    other = Site("f", "m.py", 2, adjoint=True)
    nodes = (
        a("t", operator.mul, "x", "x"),
        Step(("u",), operator.neg, ("x",), (), other),
        Step(("y",), operator.mul, ("t", "u"), (), other),
    )
    assert bring_together(function(*nodes), dict.fromkeys("txuy", FLOAT)).body == nodes


# -------------------------------------------------------------------------------------------------- tapes


def taped(*made, saved, facts):
    """A loop that records, and one that adds up what was recorded."""
    forward = (*made, a("e", make_tuple, *saved), a("", Method("append"), "tape", "e"))
    taken = [f"r{k}" for k in range(len(saved))]
    sums = [a(f"s{k}", operator.add, f"s{k - 1}" if k else "d", r) for k, r in enumerate(taken)]
    backward = (a(" ".join(taken), identity, "item"), *sums)
    f = function(
        a("tape", make_list),
        a("numbers", range, "n"),
        ForLoop("i", "numbers", forward),
        a("back", reversed, "tape"),
        ForLoop("item", "back", backward, (Carried("d", Const(0.0), sums[-1].target, "y"),)),
    )
    known = {"n": INT, "i": INT, "x": VECTOR, "k": FLOAT, "numbers": Instance(range, INT), **facts}
    loops = [n for n in recompute_cheap(f, {"tape": "e"}, known, {}).body if isinstance(n, ForLoop)]
    return format_nodes(loops[1].body).splitlines()


def test_arithmetic_on_what_is_there_is_done_again():
    made = (a("t", operator.getitem, "x", "i"), a("u", operator.mul, "t", "k"))
    got = taped(*made, saved=("i", "t", "u"), facts={"t": FLOAT, "u": FLOAT})
    assert got[:3] == ["r0, r1.1, r2.1 = identity(item)", "r1 = getitem(x, r0)", "r2 = mul(r1, k)"]


def test_what_is_needed_on_the_way_is_computed_too():
    made = (a("j", operator.add, "i", 1), a("t", operator.getitem, "x", "j"))
    got = taped(*made, saved=("i", "t"), facts={"t": FLOAT, "j": INT})
    assert got[:3] == ["r0, r1.1 = identity(item)", "j.1 = add(r0, 1)", "r1 = getitem(x, j.1)"]


def test_slices_and_views_are_made_again():
    made = (a("s", slice, "i", "n"), a("t", operator.getitem, "x", "s"))
    got = taped(*made, saved=("i", "s", "t"), facts={"t": VECTOR, "s": Instance(slice)})
    assert got[:3] == ["r0, r1.1, r2.1 = identity(item)", "r1 = slice(r0, n)", "r2 = getitem(x, r1)"]


def test_the_number_of_the_trip_is_recorded_where_that_saves_more():
    made = (a("j", operator.add, "i", 1), a("s", slice, "i", "j"), a("t", operator.getitem, "x", "i"))
    got = taped(*made, saved=("s", "t"), facts={"t": FLOAT, "j": INT, "s": Instance(slice)})
    assert got[0] == "r0.1, r1.1, i.1 = identity(item)"
    assert got[-1] != got[0]


@pytest.mark.parametrize(
    ("made", "facts"),
    [
        (a("t", np.sin, "i"), {"t": FLOAT}),
        (a("t", operator.mul, "x", "k"), {"t": VECTOR}),
        (a("t", operator.mul, "k", "k"), {}),
    ],
    ids=["function", "array", "unknown"],
)
def test_what_is_not_cheap_is_recorded(made, facts):
    assert taped(made, saved=("i", "t"), facts=facts)[0] == "r0, r1 = identity(item)"


def growing(offset_read, offset_written, start=0):
    """A loop that reads element i + offset_read and then writes element i + offset_written."""

    def f(x, n):
        y = np.zeros(n + 4)
        y[start] = x
        for i in range(start, n):
            y[i + offset_written] = np.sin(y[i + offset_read]) * y[i + offset_read]
        return np.sum(y)

    return f


def test_elements_that_are_not_written_again_are_read_again():
    derivative = srcad.grad(growing(0, 1))
    got = derivative(0.7, 5)
    expected = (growing(0, 1)(0.7 + 1e-6, 5) - growing(0, 1)(0.7 - 1e-6, 5)) / 2e-6
    assert got == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("offsets", [(0, 0), (1, 0), (0, 2), (2, 2), (1, 3)])
def test_elements_that_are_written_again_are_recorded(offsets):
    f = growing(*offsets)
    expected = (f(0.7 + 1e-6, 5) - f(0.7 - 1e-6, 5)) / 2e-6
    assert srcad.grad(f)(0.7, 5) == pytest.approx(expected, rel=1e-6, abs=1e-9)


# ----------------------------------------------------------------------------------- numbers and quotients


def simplified(*nodes, result="y", **facts):
    f = function(*nodes, result=result)
    known = {"x": VECTOR, "k": FLOAT, "n": FLOAT, **dict.fromkeys(["t", "u", "v", "y"], VECTOR), **facts}
    return simplify(f, known)


def test_numbers_meet_before_arrays():
    check(simplified(a("t", operator.mul, 2, "x"), a("y", operator.mul, "k", "t")), "t.1 = mul(2, k)\ny = mul(t.1, x)")
    check(
        simplified(a("t", operator.truediv, 0.5, "x"), a("y", operator.mul, "k", "t")),
        "t.1 = mul(0.5, k)\ny = truediv(t.1, x)",
    )


def test_a_product_that_others_read_stays():
    got = simplified(a("t", operator.mul, "k", "x"), a("u", operator.mul, 2.0, "t"), a("y", make_tuple, "t", "u"))
    check(got, "t = mul(k, x)\nu = mul(2.0, t)\ny = make_tuple(t, u)")


def test_a_quotient_at_hand_is_used():
    nodes = (a("t", operator.truediv, "x", "w"), a("u", operator.truediv, "p", "w"), a("v", operator.mul, "x", "u"))
    got = simplified(*nodes, a("y", make_tuple, "t", "v"), w=VECTOR, p=VECTOR)
    check(got, "t = truediv(x, w)\nv = mul(t, p)\ny = make_tuple(t, v)")


def test_a_quotient_of_an_arm_is_not_at_hand_after_it():
    nodes = (
        Branch("b", (a("t", operator.truediv, "x", "w"),), (), (Merge("q", "t", "x"),)),
        a("u", operator.truediv, "p", "w"),
        a("v", operator.mul, "x", "u"),
        a("y", operator.add, "q", "v"),
    )
    got = simplified(*nodes, w=VECTOR, p=VECTOR, q=VECTOR, b=BOOL)
    assert "u = truediv(p, w)\nv = mul(x, u)" in format_nodes(got.body)


def test_equal_terms_are_one_term():
    got = simplified(a("t", operator.mul, "x", "x"), a("u", operator.add, "v", "t"), a("y", operator.add, "u", "t"))
    check(got, "t = mul(x, x)\nt.1 = mul(2.0, t)\ny = add(v, t.1)")
    check(simplified(a("t", operator.neg, "x"), a("y", operator.sub, "t", "x")), "t.1 = mul(2.0, x)\ny = neg(t.1)")


def test_signs_come_out_of_sums():
    got = simplified(a("t", operator.neg, "x"), a("u", np.sum, "t"), a("y", operator.add, "n", "u"), u=FLOAT, y=FLOAT)
    check(got, "t.1 = sum(x)\ny = sub(n, t.1)")


def test_a_flag_is_the_test_that_set_it():
    branch = Branch("b", (), (), (Merge("flag", Const(True), Const(False)),))
    got = simplify(function(branch, Branch("flag", (a("", print, 1),), ())), {"b": BOOL, "flag": BOOL})
    check(got, "if b:\n    print(1)")


# ------------------------------------------------------------------------------------------------ lengths


def test_lengths_are_asked_of_arguments():
    sizes = (a("t", np.sum, "m", axis=1), a("y", np.size, "t"))
    check(simplified(*sizes, m=MATRIX, t=Array("float64", MATRIX.shape[:1]), y=INT), "y = len(m)")
    shapes = (a("t", np.exp, "m"), a("u", np.shape, "t"), a("y", operator.getitem, "u", -1))
    check(simplified(*shapes, m=MATRIX, t=MATRIX, y=INT), "t.1 = attribute shape(m)\ny = getitem(t.1, 1)")


def test_lengths_of_what_has_more_axes_or_other_ones_are_not():
    for fact in (MATRIX, Array("float64", (Dim("other", False),)), Array("float64", None)):
        nodes = (a("t", np.exp, "w"), a("y", np.size, "t"))
        check(simplified(*nodes, t=fact, y=INT), "t = exp(w)\ny = size(t)")
