"""Every pass of simplify on hand-built lists: exact results, and the cases that would break it."""

import math
import operator

import numpy as np
import pytest

from srcad.errors import Site
from srcad.facts import BOOL, FLOAT, INT, ONE, UNKNOWN, Array, Dim, Known, Number, Tuple
from srcad.runtime import unbroadcast
from srcad.transform.simplify.accumulate import accumulate_in_place
from srcad.transform.simplify.algebra import apply_algebra
from srcad.transform.simplify.broadcasts import remove_broadcasts
from srcad.transform.simplify.common import share_subexpressions
from srcad.transform.simplify.containers import fold_containers
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.decide import decide_tests
from srcad.transform.simplify.fold import fold_constants
from srcad.transform.simplify.own import own_results
from srcad.transform.simplify.pipeline import simplify, simplify_block
from srcad.transform.simplify.rewrite import rewrite
from srcad.transform.simplify.unbroadcast import resolve_unbroadcast
from srcad.wengert import (
    UNDEFINED,
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
    WhileLoop,
    format_nodes,
    free_names,
    identity,
    make_dict,
    make_list,
    make_tuple,
    validate,
)

ADJOINT = Site("f", "m.py", 1, adjoint=True)
N, M = Dim("n", False), Dim("m", False)
VECTOR, MATRIX = Array("float64", (N,)), Array("float64", (M, N))


def operand(o):
    return o if isinstance(o, (str, Const)) else Const(o)


def s(targets, callee, *operands, site=None, **keywords):
    """A step; `targets` separated by spaces, operands that are no strings are constants."""
    keywords = tuple((k, operand(v)) for k, v in keywords.items())
    return Step(tuple(targets.split()), callee, tuple(map(operand, operands)), keywords, site)


def a(targets, callee, *operands, **keywords):
    """An adjoint step."""
    return s(targets, callee, *operands, site=ADJOINT, **keywords)


def function(*nodes, result="y"):
    result = operand(result)
    free = free_names(nodes) | ({result} - {n for n in [result] if not isinstance(n, str)})
    defined = {t for n in nodes if isinstance(n, Step) for t in n.targets}
    outer = {m.target for n in nodes if isinstance(n, Branch) for m in n.merges}
    outer |= {c.result for n in nodes if isinstance(n, (ForLoop, WhileLoop)) for c in n.carried}
    return validate(Function("f", tuple(map(Param, sorted(free - defined - outer))), nodes, result))


def text(f):
    validate(f)
    return format_nodes(f.body)


def lines(body):
    import textwrap

    return textwrap.dedent(body).strip("\n")


# --------------------------------------------------------------------------------------------------- dead


def test_dead_carried_values_that_feed_only_themselves():
    body = (s("j.2", operator.add, "j.1", 1), s("t.2", operator.mul, "t.1", "i"))
    carried = (Carried("j.1", Const(0), "j.2", "j.3"), Carried("t.1", Const(1.0), "t.2", "t.3"))
    f = function(s("r", range, "n"), ForLoop("i", "r", body, carried), result="t.3")
    assert text(remove_dead_steps(f, {})) == lines("""
        r = range(n)
        for i in r with t.1 = 1.0, then t.2:
            t.2 = mul(t.1, i)
        t.3 = last t.1
    """)


def test_dead_loops_and_branches_go_with_their_tests():
    loop = ForLoop("i", "r", (s("t", operator.mul, "i", 2),))
    branch = Branch("c", (s("u", operator.neg, "x"),), (), (Merge("v", "u", "x"),))
    f = function(s("r", range, "n"), loop, s("c", operator.lt, "x", 0), branch, s("y", operator.neg, "x"))
    assert text(remove_dead_steps(f, {})) == "y = neg(x)"


def test_effects_stay_in_order_and_keep_what_is_around_them():
    branch = Branch("c", (s("", print, "x"),), (s("u", operator.neg, "x"),))
    f = function(s("", print, 1), s("c", operator.lt, "x", 0), branch, s("z", unknown, "x"), result=None)
    assert text(remove_dead_steps(f, {})) == lines("""
        print(1)
        c = lt(x, 0)
        if c:
            print(x)
        z = unknown(x)
    """)


def unknown(*args):
    raise AssertionError("not called by any pass")


def test_one_effect_at_two_places_is_kept_at_both():
    shout = s("", print, 1)
    f = function(Branch("c", (shout,), ()), Branch("d", (shout,), ()), result=None)
    assert remove_dead_steps(f, {}) == f or text(remove_dead_steps(f, {})) == text(f)


def test_a_loop_that_uses_up_an_iterator_stays():
    f = function(ForLoop("i", "g", ()), result=None)
    assert text(remove_dead_steps(f, {})) == "for i in g:"
    assert text(remove_dead_steps(f, {"g": VECTOR})) == ""


def test_writes_to_a_local_array_nobody_reads_go():
    facts = {"x": VECTOR, "d": VECTOR, "v": VECTOR}
    nodes = (
        s("d", np.zeros_like, "x"),
        s("", Augmented(operator.iadd), "d", 0, 1.0),
        s("v", operator.getitem, "d", Const(slice(0, 2))),
        s("", operator.setitem, "v", 0, 2.0),
        s("y", operator.neg, "x"),
    )
    assert text(remove_dead_steps(function(*nodes), facts)) == "y = neg(x)"


def test_writes_through_a_view_and_a_container_stay():
    facts = {"x": VECTOR, "d": VECTOR, "v": VECTOR, "y": VECTOR}
    nodes = (
        s("d", np.zeros_like, "x"),
        s("l", make_list, "d"),
        s("v", operator.getitem, "d", Const(slice(0, 2))),
        s("", operator.setitem, "v", 0, 2.0),
        s("y", operator.getitem, "l", 0),
    )
    f = function(*nodes)
    assert remove_dead_steps(f, facts).body == f.body


def test_writes_to_arguments_stay():
    f = function(s("", operator.setitem, "x", 0, 2.0), result=None)
    assert remove_dead_steps(f, {"x": VECTOR}).body == f.body


def test_appends_to_a_tape_nobody_pops_go():
    body = (s("t.2", operator.mul, "t.1", "i"), s("", Method("append"), "tape", "t.1"))
    loop = ForLoop("i", "r", body, (Carried("t.1", Const(1.0), "t.2", "t.3"),))
    f = function(s("tape", make_list), s("r", range, "n"), loop, result="t.3")
    assert "tape" not in text(remove_dead_steps(f, {"t.1": FLOAT, "t.2": FLOAT, "t.3": FLOAT}))


# ------------------------------------------------------------------------------------------------- copies


def test_copies_through_merges_and_carried_values():
    branch = Branch("c", (s("a", identity, "x"),), (s("b", identity, "x"),), (Merge("m", "a", "b"),))
    loop = ForLoop("i", "r", (s("k.2", identity, "k.1"),), (Carried("k.1", "m", "k.2", "k.3"),))
    f = function(branch, loop, s("y", operator.neg, "k.3"))
    assert text(rewrite(f, {})) == "for i in r:\ny = neg(x)"


def test_invariants_of_nested_loops_resolve_to_the_outermost():
    inner = ForLoop("j", "r", (s("u", operator.mul, "b", "j"),), (Carried("b", "k", "b", "b.3"),))
    outer = ForLoop("i", "r", (inner,), (Carried("k", "x", "b.3", "k.3"),))
    once = rewrite(function(outer, result="k.3"), {})
    assert "u = mul(x, j)" in text(once) and once.result == "x"


def test_swapped_values_are_no_copies():
    loop = ForLoop("i", "r", (), (Carried("p", "x", "q", "p.1"), Carried("q", "z", "p", "q.1")))
    f = function(loop, s("y", make_tuple, "p.1", "q.1"))
    assert simplify(f, {}) == f or text(simplify(f, {})) == text(f)


def test_undefined_is_not_read_as_the_other_side():
    f = function(Branch("c", (s("u", operator.neg, "x"),), (), (Merge("y", "u", UNDEFINED),)))
    assert text(simplify(f, {})) == text(f)


def test_a_decided_branch_is_inlined():
    branch = Branch("c", (s("u", operator.neg, "x"),), (s("v", operator.pos, "x"),), (Merge("y", "u", "v"),))
    f = function(s("c", operator.lt, 1, 2), branch)
    result = rewrite(f, {}, [fold_constants])
    assert text(result) == "u = neg(x)" and result.result == "u"
    kept = rewrite(function(branch), {"c": Known(False)})
    assert text(kept) == "v = pos(x)"


# ------------------------------------------------------------------------------------------------ folding


@pytest.mark.parametrize(
    ("callee", "operands", "result"),
    [
        (operator.mul, (2.0, 0.5), 1.0),
        (operator.mul, (2, 0.5), 1.0),
        (operator.add, (True, True), 2),
        (operator.eq, (1, 1.0), True),
        (operator.neg, (0.0,), -0.0),
        (operator.not_, (Const(""),), True),
        (operator.sub, (2, 1), 1),
        (len, ((1, 2),), 2),
        (operator.getitem, ((1, 2.0), -1), 2.0),
    ],
)
def test_folding_gives_pythons_value_and_type(callee, operands, result):
    folded = rewrite(function(s("y", callee, *operands)), {}, [fold_constants])
    assert folded.result == Const(result)


@pytest.mark.parametrize(
    ("callee", "operands"),
    [
        (operator.truediv, (1, 0)),
        (operator.mul, (1e308, 10.0)),
        (operator.sub, (math.inf, math.inf)),
        (operator.pow, (2, 100000)),
        (operator.is_, (1.0, 1.0)),
        (operator.mul, ("ab", 100)),
        (operator.mul, (Const(np.pi, "np.pi"), 2.0)),
        (operator.add, (UNDEFINED, 1.0)),
        (operator.mul, (np.float64(2.0), 2.0)),
    ],
)
def test_not_folded(callee, operands):
    f = function(s("y", callee, *operands))
    assert rewrite(f, {}, [fold_constants]).result == "y"


def test_what_the_user_wrote_is_not_folded():
    f = function(Step(("y",), operator.mul, (Const(0.5), Const(1e-4)), (), Site("f", "m.py", 1)))
    assert simplify(f, {}).body == f.body


def test_items_of_containers():
    nodes = (
        s("t", make_tuple, "x", 1.0),
        s("a b", identity, "t"),
        s("d", make_dict, "k", "a", "k", "x", site=None),
        s("l", make_list, "b"),
        s("y", operator.getitem, "l", 0),
    )
    assert rewrite(function(*nodes), {}, [fold_containers]).result == Const(1.0)


def test_items_of_a_list_that_changes_stay():
    nodes = (s("l", make_list, "x"), s("", operator.setitem, "l", 0, "z"), s("y", operator.getitem, "l", 0))
    assert rewrite(function(*nodes), {}, [fold_containers]).result == "y"


def test_the_last_of_equal_keys_counts():
    nodes = (s("d", make_dict, Const("k"), "x", Const("k"), "z"), s("y", operator.getitem, "d", Const("k")))
    assert rewrite(function(*nodes), {}, [fold_containers]).result == "z"


@pytest.mark.parametrize(
    ("fact", "classes", "answer"),
    [
        (FLOAT, float, True),
        (FLOAT, (int, str), False),
        (BOOL, int, True),
        (Number("float64", False), float, True),
        (Number("float64", None), float, None),
        (VECTOR, np.ndarray, True),
        (VECTOR, (float, tuple), False),
        (VECTOR, object, None),
        (Tuple((FLOAT,)), tuple, True),
        (UNKNOWN, float, None),
        (Known("a"), str, True),
    ],
)
def test_isinstance_by_facts(fact, classes, answer):
    f = function(s("y", isinstance, "x", Const(classes)))
    assert rewrite(f, {"x": fact}, [decide_tests]).result == ("y" if answer is None else Const(answer))


# ------------------------------------------------------------------------------------------------ algebra


def algebra(*nodes, facts, result="y"):
    return simplify_with(apply_algebra, *nodes, facts=facts, result=result)


def simplify_with(rewriter, *nodes, facts, result="y"):
    f = rewrite(function(*nodes, result=result), facts, [rewriter])
    f = remove_dead_steps(f, facts)
    return (text(f) + f"\nreturn {f.result if isinstance(f.result, str) else repr(f.result)}").strip()


FLOATS = dict.fromkeys("xyzabcde", FLOAT)
VECTORS = dict.fromkeys("xyzabcde", VECTOR)
INTS = dict.fromkeys("xyzabcde", Array("int64", (N,)))


@pytest.mark.parametrize("facts", [FLOATS, VECTORS, dict.fromkeys("xyz", Array("float32", (N,)))])
@pytest.mark.parametrize(
    ("step", "result"),
    [
        (a("y", operator.mul, "x", 1.0), "return x"),
        (a("y", operator.mul, 1, "x"), "return x"),
        (a("y", operator.truediv, "x", 1.0), "return x"),
        (a("y", operator.pow, "x", 1), "return x"),
        (a("y", operator.add, 0.0, "x"), "return x"),
        (a("y", operator.sub, "x", 0), "return x"),
        (a("y", np.multiply, "x", -1.0), "y = neg(x)\nreturn y"),
        (a("y", operator.sub, 0.0, "x"), "y = neg(x)\nreturn y"),
        (a("y", operator.pow, "x", 2), "y = pow(x, 2)\nreturn y"),
    ],
)
def test_ones_and_zeros(step, result, facts):
    assert algebra(step, facts=dict(facts)) == result


@pytest.mark.parametrize("callee", [operator.mul, operator.truediv, operator.add, operator.sub, operator.pow])
def test_integers_become_floats(callee):
    """`n * 1.0` is a float; leaving the 1.0 out would change the dtype."""
    one = 0.0 if callee in (operator.add, operator.sub) else 1.0
    facts = dict(INTS) | {"y": VECTOR}
    assert algebra(a("y", callee, "x", one), facts=facts).endswith("return y")


def test_a_one_that_is_no_weak_number_changes_the_dtype():
    facts = {"x": Array("float32", (N,)), "y": VECTOR}
    assert algebra(a("y", operator.mul, "x", Const(np.float64(1.0))), facts=facts).endswith("return y")


def test_unknown_values_are_left_alone():
    assert algebra(a("y", operator.mul, "x", 1.0), facts={}).endswith("return y")


def test_forward_steps_are_left_alone():
    assert algebra(s("y", operator.mul, "x", 1.0), facts=dict(VECTORS)).endswith("return y")


def test_signs_and_quotients():
    got = algebra(
        a("a", operator.neg, "x"),
        a("b", operator.mul, "a", "z"),
        a("c", operator.truediv, 1.0, "z"),
        a("d", operator.mul, "b", "c"),
        a("e", operator.sub, "x", "d"),
        facts=dict(VECTORS),
        result="e",
    )
    assert got == "t = mul(x, z)\nt.1 = truediv(t, z)\ne = add(x, t.1)\nreturn e"


def test_constants_meet():
    f = function(a("a", operator.mul, 0.5, "x"), a("y", operator.mul, "a", 2.0))
    assert simplify(f, dict(VECTORS)).result == "x"


def test_the_sign_of_a_number_stays_with_the_number():
    facts = {"x": FLOAT, "a": FLOAT, "z": VECTOR, "y": VECTOR}
    got = algebra(a("a", operator.neg, "x"), a("y", operator.mul, "a", "z"), facts=facts)
    assert got == "a = neg(x)\ny = mul(a, z)\nreturn y"


def test_nothing_is_read_after_a_write():
    """1 / z is computed before z changes; x / z would not be."""
    nodes = (
        a("a", operator.truediv, 1.0, "z"),
        s("", operator.setitem, "z", 0, 5.0),
        a("y", operator.mul, "x", "a"),
    )
    assert "mul(x, a)" in algebra(*nodes, facts=dict(VECTORS))


def test_a_product_that_is_written_to_is_a_copy():
    nodes = (a("a", operator.mul, 1.0, "x"), s("", operator.setitem, "a", 0, 5.0), a("y", operator.add, "a", "x"))
    assert "a = mul(1.0, x)" in algebra(*nodes, facts=dict(VECTORS))


def test_an_array_without_axes_becomes_a_number():
    facts = {"x": Array("float64", ()), "y": Number("float64", False)}
    assert algebra(a("y", operator.mul, "x", 1.0), facts=facts).endswith("return y")


# ------------------------------------------------------------------------------------- common subexpressions


def share(*nodes, facts, result="y"):
    return text(share_subexpressions(function(*nodes, result=result), facts))


def test_equal_steps_are_computed_once_and_products_commute():
    nodes = (s("a", operator.mul, "x", "z"), a("b", operator.mul, "z", "x"), s("y", operator.sub, "a", "b"))
    assert share(*nodes, facts=dict(VECTORS)) == "a = mul(x, z)\ny = sub(a, a)"
    assert "b = mul" in share(*nodes, facts={})


def test_constants_of_different_types_stay_apart():
    nodes = (s("a", operator.mul, "x", 1), s("b", operator.mul, "x", 1.0), s("c", operator.mul, "x", True))
    f = share(*nodes, s("y", make_tuple, "a", "b", "c"), facts=dict(FLOATS))
    assert f.count("mul") == 3


def test_reads_on_both_sides_of_a_write_stay_apart():
    nodes = (
        s("a", np.sum, "x"),
        s("v", operator.getitem, "x", Const(slice(1, None))),
        s("", Augmented(operator.imul), "v", 0, 2.0),
        s("b", np.sum, "x"),
        s("y", operator.sub, "a", "b"),
    )
    facts = {"x": VECTOR, "v": VECTOR, "a": FLOAT, "b": FLOAT}
    assert share(*nodes, facts=facts).count("sum") == 2
    without = (*nodes[:2], *nodes[3:])
    assert share(*without, facts=facts).count("sum") == 1


def test_reads_in_a_loop_that_writes_differ_from_those_before():
    body = (s("b", np.sum, "x"), s("", operator.setitem, "x", "i", "b"))
    nodes = (s("a", np.sum, "x"), ForLoop("i", "r", body), s("c", np.sum, "x"), s("y", operator.sub, "a", "c"))
    facts = {"x": VECTOR, "a": FLOAT, "b": FLOAT, "c": FLOAT, "i": INT}
    assert share(*nodes, facts=facts).count("= sum") == 3


def test_arms_do_not_share_with_each_other_or_with_what_follows():
    arm = Branch("c", (s("a", operator.neg, "x"),), (s("b", operator.neg, "x"),), (Merge("m", "a", "b"),))
    nodes = (arm, s("d", operator.neg, "x"), s("y", make_tuple, "m", "d"))
    assert share(*nodes, facts=dict(FLOATS)).count("neg") == 3


def test_new_memory_is_not_shared():
    nodes = (
        s("a", np.zeros, 3),
        s("b", np.zeros, 3),
        s("", operator.setitem, "a", 0, 1.0),
        s("y", make_tuple, "a", "b"),
    )
    assert share(*nodes, facts=dict(VECTORS)).count("zeros") == 2
    nodes = (s("a", operator.neg, "x"), s("b", operator.neg, "x"), s("", operator.setitem, "a", 0, 1.0))
    assert share(*nodes, s("y", operator.sub, "a", "b"), facts=dict(VECTORS)).count("neg") == 2


def test_iterators_are_used_once():
    nodes = (s("a", enumerate, "x"), s("b", enumerate, "x"), s("y", zip, "a", "b"))
    assert share(*nodes, facts=dict(VECTORS)).count("enumerate") == 2


def test_cheap_steps_are_repeated_but_count_as_equal():
    nodes = (
        s("a", operator.getitem, "x", Const(slice(1, None))),
        s("b", operator.getitem, "x", Const(slice(1, None))),
        s("c", operator.neg, "a"),
        s("d", operator.neg, "b"),
        s("y", operator.sub, "c", "d"),
    )
    assert share(*nodes, facts=dict(VECTORS)).count("neg") == 1


# ------------------------------------------------------------------------------------------- broadcasts

SHAPE = a("shape", np.shape, "x")
SPREAD = a("d", np.broadcast_to, "s", "shape")


def broadcasts(*nodes, facts, result="y"):
    return simplify_with(remove_broadcasts, *nodes, facts=facts, result=result)


def test_an_operand_of_the_same_shape_makes_the_broadcast_superfluous():
    facts = {"x": MATRIX, "s": FLOAT, "d": MATRIX, "y": MATRIX}
    assert broadcasts(SHAPE, SPREAD, a("y", operator.mul, "d", "x"), facts=facts) == "y = mul(s, x)\nreturn y"


@pytest.mark.parametrize("other", [VECTOR, Array("float64", (ONE, N)), Array("float64", (Dim("k"), N)), UNKNOWN])
def test_an_operand_that_may_be_smaller_does_not(other):
    facts = {"x": MATRIX, "s": FLOAT, "d": MATRIX, "y": MATRIX, "z": other}
    assert "mul(d, z)" in broadcasts(SHAPE, SPREAD, a("y", operator.mul, "d", "z"), facts=facts)


def test_the_smaller_value_may_give_an_axis_itself():
    column = Array("float64", (M, ONE))
    facts = {"x": MATRIX, "s": column, "d": MATRIX, "y": MATRIX, "z": VECTOR}
    assert broadcasts(SHAPE, SPREAD, a("y", operator.mul, "d", "z"), facts=facts) == "y = mul(s, z)\nreturn y"


def test_numbers_meet_before_the_broadcast():
    facts = {"x": VECTOR, "s": FLOAT, "d": VECTOR, "y": VECTOR, "z": FLOAT, "c": VECTOR}
    got = broadcasts(SHAPE, SPREAD, a("c", operator.neg, "d"), a("y", operator.mul, "c", "z"), facts=facts)
    assert got == "shape = shape(x)\nt = neg(s)\nt.1 = mul(t, z)\ny = broadcast_to(t.1, shape)\nreturn y"


def test_a_division_that_might_raise_does_not_sink():
    facts = {"x": VECTOR, "s": FLOAT, "d": VECTOR, "y": VECTOR, "z": FLOAT}
    assert "truediv(d, z)" in broadcasts(SHAPE, SPREAD, a("y", operator.truediv, "d", "z"), facts=facts)


def test_the_dtype_that_follows_is_known():
    """Without the broadcast a Python number leaves float32 alone, and what is cast later must know it."""
    single = Array("float32", (N,))
    facts = {"x": VECTOR, "z": single, "s": FLOAT, "d": VECTOR, "b": VECTOR, "c": VECTOR}
    nodes = (SHAPE, SPREAD, a("b", operator.mul, "d", "z"), a("c", operator.neg, "b"), a("y", unbroadcast, "c", "x"))
    f = simplify(function(*nodes), facts)
    assert facts["c"].dtype == "float32" and ".astype" in text(f)


def test_a_carried_dtype_that_follows_is_known():
    single = Array("float32", (N,))
    facts = {"x": VECTOR, "z": single, "s": FLOAT, "d": VECTOR, "b": VECTOR, "c": VECTOR, "k": VECTOR, "k.2": VECTOR}
    body = (a("c", unbroadcast, "k", "x"), SPREAD, a("b", operator.mul, "d", "z"), s("", print, "c"))
    loop = ForLoop("i", "r", body, (Carried("k", "x", "b", "k.2"),))
    f = simplify(function(SHAPE, loop, result="k.2"), facts)
    assert "unbroadcast(k, x)" in text(f)


@pytest.mark.parametrize(
    ("d", "like", "result"),
    [
        (VECTOR, VECTOR, "return d"),
        (FLOAT, FLOAT, "return d"),
        (MATRIX, VECTOR, "y = sum(d, axis=0)\nreturn y"),
        (MATRIX, FLOAT, "y = sum(d)\nreturn y"),
        (MATRIX, Array("float64", (M, ONE)), "y = sum(d, axis=1, keepdims=True)\nreturn y"),
        (MATRIX, Array("float64", (ONE,)), "t = sum(d, axis=0)\ny = sum(t, axis=0, keepdims=True)\nreturn y"),
        (Array("float64", (M, M, N)), VECTOR, "y = sum(d, axis=(0, 1))\nreturn y"),
        (MATRIX, Array("float32", (N,)), "t = sum(d, axis=0)\ny = .astype(t, float32)\nreturn y"),
        (FLOAT, VECTOR, "y = full_like(z, d)\nreturn y"),
        (MATRIX, Array("float64", (Dim("k"),)), "y = unbroadcast(d, z)\nreturn y"),
        (MATRIX, Array(None, (M, N)), "y = unbroadcast(d, z)\nreturn y"),
        (Array("complex128", (N,)), VECTOR, "y = unbroadcast(d, z)\nreturn y"),
        (UNKNOWN, VECTOR, "y = unbroadcast(d, z)\nreturn y"),
        (VECTOR, Array("float64", (ONE, N)), "y = unbroadcast(d, z)\nreturn y"),
    ],
)
def test_unbroadcast_by_facts(d, like, result):
    facts = {"d": d, "z": like, "y": like}
    assert simplify_with(resolve_unbroadcast, a("y", unbroadcast, "d", "z"), facts=facts) == result


# ---------------------------------------------------------------------------------- accumulation, ownership


def accumulated(*nodes, facts, result="y"):
    return text(accumulate_in_place(function(*nodes, result=result), facts))


def test_a_chain_of_sums_goes_into_the_first():
    nodes = (a("a", operator.mul, "x", 2.0), a("b", operator.add, "a", "z"), a("y", operator.sub, "b", "x"))
    assert accumulated(*nodes, facts=dict(VECTORS)) == "a = mul(x, 2.0)\nb = iadd(a, z)\ny = isub(b, x)"


@pytest.mark.parametrize(
    "first",
    [
        a("a", identity, "x"),
        a("a", operator.getitem, "x", Const(slice(1, None))),
        a("a", np.broadcast_to, 1.0, "shape"),
    ],
)
def test_what_is_not_new_is_not_added_to(first):
    assert "iadd" not in accumulated(first, a("y", operator.add, "a", "z"), facts=dict(VECTORS))


@pytest.mark.parametrize(
    "other",
    [
        a("b", operator.getitem, "a", Const(slice(1, None))),
        a("b", make_tuple, "a"),
        a("", Method("append"), "tape", "a"),
        a("b", unknown, "a"),
    ],
)
def test_what_somebody_keeps_is_not_added_to(other):
    nodes = (a("a", operator.mul, "x", 2.0), other, a("y", operator.add, "a", "z"))
    assert "iadd" not in accumulated(*nodes, facts=dict(VECTORS) | {"b": UNKNOWN})


def test_what_is_read_later_is_not_added_to():
    nodes = (a("a", operator.mul, "x", 2.0), a("b", operator.add, "a", "z"), a("y", operator.mul, "a", "b"))
    assert "iadd" not in accumulated(*nodes, facts=dict(VECTORS))
    nodes = (a("a", operator.mul, "x", 2.0), a("b", operator.mul, "a", "z"), a("y", operator.add, "a", "b"))
    assert "iadd(a, b)" in accumulated(*nodes, facts=dict(VECTORS))


def test_sums_of_another_dtype_or_shape_stay():
    facts = {"x": VECTOR, "a": VECTOR, "z": Array("complex128", (N,)), "y": Array("complex128", (N,))}
    nodes = (a("a", operator.mul, "x", 2.0), a("y", operator.add, "a", "z"))
    assert "iadd" not in accumulated(*nodes, facts=facts)
    facts = {"x": VECTOR, "a": VECTOR, "z": MATRIX, "y": MATRIX}
    assert "iadd" not in accumulated(*nodes, facts=facts)


def loop_sum(init, *body, next_="d.2"):
    return (init, ForLoop("i", "r", body, (Carried("d.1", "d", next_, "d.3"),)))


LOOP_FACTS = {"d": VECTOR, "d.1": VECTOR, "d.2": VECTOR, "d.3": VECTOR, "x": VECTOR, "c": VECTOR}


def test_sums_carried_by_a_loop():
    nodes = loop_sum(a("d", np.zeros_like, "x"), a("d.2", operator.add, "d.1", "x"))
    assert "d.2 = iadd(d.1, x)" in accumulated(*nodes, facts=LOOP_FACTS, result="d.3")


def test_sums_carried_by_nested_loops():
    inner = ForLoop("j", "r", (a("d.5", operator.add, "d.4", "x"),), (Carried("d.4", "d.1", "d.5", "d.2"),))
    nodes = loop_sum(a("d", np.zeros_like, "x"), inner)
    assert "d.5 = iadd(d.4, x)" in accumulated(
        *nodes, facts=LOOP_FACTS | dict.fromkeys(("d.4", "d.5"), VECTOR), result="d.3"
    )


@pytest.mark.parametrize(
    "nodes",
    [
        loop_sum(a("d", identity, "x"), a("d.2", operator.add, "d.1", "x")),
        loop_sum(a("d", np.zeros_like, "x"), a("c", identity, "x"), a("e", operator.add, "d.1", "x"), next_="c"),
        loop_sum(
            a("d", np.zeros_like, "x"), s("", Method("append"), "tape", "d.1"), a("d.2", operator.add, "d.1", "x")
        ),
        (*loop_sum(a("d", np.zeros_like, "x"), a("d.2", operator.add, "d.1", "x")), s("", print, "d")),
    ],
)
def test_loops_that_do_not_own_their_sum(nodes):
    assert "iadd" not in accumulated(*nodes, facts=LOOP_FACTS | {"e": VECTOR}, result="d.3")


def owned(*nodes, facts, result="y", primal=()):
    return text(own_results(function(*nodes, result=result), facts, primal))


def test_fresh_gradients_are_not_copied():
    nodes = (a("a", operator.mul, "x", 2.0), a("b", operator.neg, "x"), s("y", make_tuple, "a", "b"))
    assert "copy" not in owned(*nodes, facts=dict(VECTORS))


def test_gradients_that_share_are_copied():
    nodes = (
        a("a", operator.mul, "x", 2.0),
        a("b", operator.getitem, "a", Const(slice(1, None))),
        s("y", make_tuple, "a", "b", "x", 1.0),
    )
    assert owned(*nodes, facts=dict(VECTORS)).endswith(
        "b.1 = .copy(b)\nx.1 = .copy(x)\ny = make_tuple(a, b.1, x.1, 1.0)"
    )


def test_the_value_is_not_copied_but_not_shared_either():
    nodes = (a("a", operator.mul, "x", 2.0), s("y", make_tuple, "a", "a"))
    assert owned(*nodes, facts=dict(VECTORS), primal=(0,)).endswith("a.1 = .copy(a)\ny = make_tuple(a, a.1)")


def test_broadcasts_become_arrays():
    facts = {"x": VECTOR, "d": VECTOR, "s": FLOAT, "y": VECTOR}
    assert owned(SHAPE, SPREAD, facts=facts, result="d") == "d.1 = full_like(x, s)"
    assert owned(SHAPE, a("d", np.broadcast_to, 1.0, "shape"), facts=facts, result="d") == "d.1 = ones_like(x)"
    facts["x"] = Array(None, (N,))
    assert owned(SHAPE, SPREAD, facts=facts, result="d").endswith("d.1 = .copy(d)")


def test_gradients_made_in_the_arms_of_a_branch():
    branch = Branch(
        "c", (a("t", make_tuple, "x"),), (a("u", operator.neg, "x"), a("v", make_tuple, "u")), (Merge("y", "t", "v"),)
    )
    got = owned(branch, facts={"x": VECTOR, "u": VECTOR})
    assert "x.1 = .copy(x)" in got and got.count("copy") == 1


# --------------------------------------------------------------------------------------------- the pipeline


def test_a_block_reports_what_replaces_its_live_names():
    nodes = (a("d_a", operator.mul, "d", 1.0), a("d_b", operator.mul, "d_a", "x"), a("u", operator.neg, "x"))
    got, mapping = simplify_block(nodes, frozenset({"d_a", "d_b"}), dict.fromkeys(("d", "d_a", "d_b", "x"), FLOAT))
    assert format_nodes(got) == "d_b = mul(d, x)" and mapping == {"d_a": "d"}


def test_free_names_of_a_block_may_share_memory_unless_they_are_values():
    nodes = (
        a("a", operator.truediv, 1.0, "z"),
        a("", Augmented(operator.iadd), "d_x", 0, 1.0),
        a("y", operator.mul, "x", "a"),
    )
    facts = dict(VECTORS) | {"d_x": VECTOR}
    assert "mul(x, a)" in format_nodes(simplify_block(nodes, frozenset("y"), dict(facts))[0])
    got, _ = simplify_block(nodes, frozenset("y"), dict(facts), values=frozenset("xz"))
    assert "truediv(x, z)" in format_nodes(got)


def test_cost_is_linear():
    import time

    def chain(n):
        nodes = [a("d.0", operator.mul, "x", 1.5)]
        for i in range(n):
            nodes += [a(f"t.{i}", operator.mul, f"d.{i}", "z"), a(f"d.{i + 1}", operator.add, f"t.{i}", "x")]
        return Function("f", (Param("x"), Param("z")), tuple(nodes), f"d.{n}")

    def cost(n):
        f = chain(n)
        facts = {name: VECTOR for node in f.body for name in node.targets} | {"x": VECTOR, "z": VECTOR}
        start = time.perf_counter()
        accumulate_in_place(own_results(simplify(f, facts), facts), facts)
        return time.perf_counter() - start

    cost(100)
    small, large = (min(cost(n) for _ in range(3)) for n in (300, 1800))
    assert large < 3 * 6 * small
