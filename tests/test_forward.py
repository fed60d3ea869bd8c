"""jvp and hvp as people call them.  Expected values are worked out by hand."""

import collections
import dataclasses
import linecache
import math

import numpy as np
import pytest

import srcad
from srcad import hvp, jvp
from srcad.errors import ArgumentError, MissingRuleError
from srcad.transform.pipeline import derive_tangent, lowered

X = np.array([1.0, 2.0, 4.0])
V = np.array([0.5, -1.0, 2.0])


def product(x, y=3.0, *, scale=1.0):
    """The product of both, scaled."""
    return np.sum(x * y) * scale


def test_value_and_tangent():
    assert jvp(math.sin, (0.5,), (2.0,)) == (math.sin(0.5), 2.0 * math.cos(0.5))
    y, dot = jvp(product, (X, V), (V, X))
    assert (y, dot) == (np.sum(X * V), np.sum(V * V + X * X))


def test_results_need_not_be_scalars():
    y, dot = jvp(lambda x: (x * x, {"s": np.sum(x)}), (X,), (V,))
    np.testing.assert_array_equal(y[0], X * X)
    np.testing.assert_array_equal(dot[0], 2 * X * V)
    assert dot[1] == {"s": np.sum(V)}


def test_what_carries_no_derivative_has_none_in_the_tangent_of_the_result():
    y, dot = jvp(lambda x: (x * 2.0, "name", len(x), None), (X,), (V,))
    np.testing.assert_array_equal(y[0], 2 * X)
    np.testing.assert_array_equal(dot[0], 2 * V)
    assert dot[1:] == (None, 0.0, None)


def test_a_result_that_does_not_depend_on_the_arguments_has_a_tangent_of_zero():
    assert jvp(lambda x: 2.0, (1.0,), (1.0,)) == (2.0, 0.0)
    y, dot = jvp(lambda x: np.ones(3), (X,), (V,))
    np.testing.assert_array_equal(y, np.ones(3))
    np.testing.assert_array_equal(dot, np.zeros(3))


def test_primals_without_a_tangent_are_constant():
    assert jvp(product, (2.0, 5.0), (1.0, None)) == (10.0, 5.0)
    assert jvp(lambda x, n: x**n, (2.0, 3), (1.0, None)) == (8.0, 12.0)
    assert jvp(lambda x, n, m=2.0: x * n * m, (2.0, 3), (1.0, None)) == (12.0, 6.0)


Pair = collections.namedtuple("Pair", "a b")


@dataclasses.dataclass
class Point:
    x: float
    y: np.ndarray
    name: str = "p"


def test_structures():
    def f(p):
        return p["w"][0] * p["b"].a + p["b"].b

    y, dot = jvp(f, ({"b": Pair(2.0, 3.0), "w": [5.0]},), ({"w": [1.0], "b": Pair(0.5, 0.25)},))
    assert (y, dot) == (13.0, 1.0 * 2.0 + 5.0 * 0.5 + 0.25)


def test_objects():
    def f(p):
        p.y[0] *= p.x
        return Point(p.x * 2.0, p.y + 1.0, p.name)

    given, dots = Point(2.0, X.copy()), Point(1.0, V.copy(), None)
    y, dot = jvp(f, (given,), (dots,))
    assert (y.x, dot.x, y.name, dot.name) == (4.0, 2.0, "p", None)
    np.testing.assert_array_equal(y.y, [3.0, 3.0, 5.0])
    np.testing.assert_array_equal(dot.y, [V[0] * 2.0 + X[0], V[1], V[2]])
    np.testing.assert_array_equal(given.y, X)
    np.testing.assert_array_equal(dots.y, V)


def test_dicts_keep_the_order_of_the_primal():
    def f(d):
        total = 0.0
        for key, value in d.items():
            total = total * 10.0 + value * (2.0 if key == "b" else 1.0)
        return total

    primal, dots = {"a": 1.0, "b": 2.0}, {"b": 5.0, "a": 3.0}
    assert jvp(f, (primal,), (dots,)) == (14.0, 40.0)


def test_single_precision_stays():
    x, v = X.astype("float32"), V.astype("float32")
    y, dot = jvp(lambda x: np.exp(x) / 2.0 + np.where(x > 1.0, x, 0.0), (x,), (v,))
    assert (y.dtype, dot.dtype) == (np.float32, np.float32)
    y, dot = jvp(lambda x: x * 2.0, (np.float32(1.5),), (np.float32(1.0),))
    assert (type(y), type(dot)) == (np.float32, np.float32)


def test_tangents_are_the_callers_own():
    x, v = X.copy(), V.copy()
    for f in (lambda x: x, lambda x: x[:], lambda x: (x, x), lambda x: x.reshape(3, 1)):
        _, dot = jvp(f, (x,), (v,))
        leaves = dot if isinstance(dot, tuple) else (dot,)
        for leaf in leaves:
            assert not np.shares_memory(leaf, v)
        assert not (len(leaves) == 2 and np.shares_memory(*leaves))


def test_the_tangent_has_the_shape_of_the_result():
    y, dot = jvp(lambda s, x: s + np.ones((2, 3)) + x, (1.0, X), (1.0, None))
    assert y.shape == dot.shape == (2, 3)
    np.testing.assert_array_equal(dot, np.ones((2, 3)))
    _, dot = jvp(lambda x: np.where(X > 1.0, 2.0, x), (1.0,), (0.5,))
    np.testing.assert_array_equal(dot, [0.5, 0.0, 0.0])


def test_zeros_of_what_has_no_derivative_stay_zero():
    x = np.array([4.0, -1.0, 9.0])
    with np.errstate(invalid="ignore"):
        _, dot = jvp(lambda x: np.where(x > 0, np.sqrt(x), 0.0), (x,), (np.ones(3),))
    np.testing.assert_allclose(dot, [0.25, 0.0, 1 / 6])

    def stored(x):
        y = np.zeros(3)
        y[1] = x
        return np.sqrt(y)

    with np.errstate(divide="ignore"):
        _, dot = jvp(stored, (4.0,), (1.0,))
        np.testing.assert_array_equal(dot, [0.0, 0.25, 0.0])
        _, dot = jvp(lambda x: np.sqrt(np.concatenate((x, np.zeros(2)))), (np.array([4.0]),), (np.ones(1),))
        np.testing.assert_array_equal(dot, [0.25, 0.0, 0.0])


# ------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("primals", "tangents", "words"),
    [
        ((X,), (V[:2],), "the tangent of x in product is of shape (2,), not of shape (3,)"),
        ((X,), (1.0,), "is of shape (), not of shape (3,)"),
        ((X,), (V.astype("float32"),), "is of dtype float32, not of float64"),
        ((X,), (np.arange(3),), "is of dtype int64, not of float64"),
        ((2.0,), (1,), "is of dtype int64, not of float64"),
        ((X,), ([1.0, 2.0, 3.0],), "is a list, not of shape (3,)"),
        ((2,), (1.0,), "is an int, which carries no derivative"),
        ((np.arange(3),), (V,), "is an array of dtype int64, which carries no derivative"),
        ((X, 2.0), (V,), "there are 2 primals and 1 tangents"),
        (X, (V,), "primals is a ndarray, not a tuple"),
        ((X,), V, "tangents is a ndarray, not a tuple"),
        ((X, 1.0), (None, None), "no tangent is given"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(primals, tangents, words):
    with pytest.raises(ArgumentError) as caught:
        jvp(product, primals, tangents)
    assert words in str(caught.value)
    assert "Instead:" in str(caught.value)


def test_structures_that_differ_are_refused_by_their_path():
    def f(p):
        return p["w"] * p["b"][0]

    with pytest.raises(ArgumentError, match=r"the tangent of p\['b'\]: a list of 1 against a list of 2"):
        jvp(f, ({"w": 1.0, "b": [2.0]},), ({"w": 1.0, "b": [2.0, 1.0]},))
    with pytest.raises(ArgumentError, match=r"the tangent of p\['w'\] in f is of shape \(3,\), not of shape \(\)"):
        jvp(f, ({"w": 1.0, "b": [2.0]},), ({"w": V, "b": [2.0]},))
    with pytest.raises(ArgumentError, match="belongs to what carries no derivative"):
        jvp(lambda p: p[0], ((1.0, "name"),), ((1.0, 2.0),))


def test_what_is_no_function_is_refused():
    with pytest.raises(ArgumentError, match="is no function"):
        jvp(2.0, (1.0,), (1.0,))
    with pytest.raises(ArgumentError, match="only one is given"):
        jvp(product, (1.0,))


def test_a_callee_without_a_rule_is_refused_with_its_line():
    opaque = np.frompyfunc(lambda x: x, 1, 1)
    with pytest.raises(MissingRuleError, match="neither Python source nor a rule") as caught:
        jvp(lambda x: opaque(x) * x, (X,), (V,))
    assert __file__ in str(caught.value)


def test_arguments_that_overlap_and_are_written_to_are_refused():
    def f(x, y):
        x[0] = y[1]
        return x

    with pytest.raises(srcad.DifferentiationError, match="share memory"):
        jvp(f, (X, X[:2]), (V, V[:2]))


# ---------------------------------------------------------------------------------------------------- source


def test_the_source_can_be_seen():
    push, line = jvp(product), product.__code__.co_firstlineno
    assert "def product_jvp(x, y, dot_x, dot_y" in push.source
    text = push.source_for((X, 2.0), (V, None))
    assert text == (
        "def product_jvp(x, y, dot_x, *, scale=1.0):\n"
        f'    """Value and tangent of product (test_forward.py:{line}) with respect to x.\n\n'
        "    For x: array 1-d float64; y: float; scale: float.\n"
        '    """\n'
        "    return np.sum(x * y) * scale, np.sum(y * dot_x) * scale\n"
    )
    assert push((X, 2.0), (V, None)) == (14.0, 3.0)
    assert repr(push) == "<jvp of product>"


def test_the_generic_program_is_right_for_all_arguments():
    function = lowered(product)
    run = derive_tangent(function, {}, ("x", "y"), 2).compile()
    for x, v in ((X, V), (2.0, 0.5), (np.float32(2.0), np.float32(0.5))):
        y, dot = run(x, 3.0, v, 1.0)
        assert (y, dot) == (np.sum(x * 3.0), np.sum(v * 3.0 + x))


def test_a_program_is_made_anew_when_what_it_refers_to_changes():
    namespace = {"factor": lambda x: x * 2.0}
    exec("def f(x): return factor(x)", namespace)
    text = "def f(x):\n    return factor(x)\n"
    linecache.cache["<changing>"] = (len(text), None, text.splitlines(True), "<changing>")
    exec(compile(text, "<changing>", "exec"), namespace)
    namespace["factor"] = math.sin
    assert jvp(namespace["f"], (0.5,), (1.0,)) == (math.sin(0.5), math.cos(0.5))
    namespace["factor"] = math.exp
    assert jvp(namespace["f"], (0.5,), (1.0,)) == (math.exp(0.5), math.exp(0.5))


# ------------------------------------------------------------------------------------------------- own rules


def test_a_tangent_rule_of_the_users():
    opaque = np.frompyfunc(lambda x: x**3, 1, 1)

    @srcad.adjoint(opaque, "x")
    def _(d_out, out, x):
        return d_out * 3 * x**2

    def f(x):
        return opaque(x) * 2.0

    assert jvp(f, (2.0,), (1.0,)) == (16.0, 24.0)  # by the transpose of the adjoint

    @srcad.tangent(opaque, "x")
    def _(dot_x, out, x):
        return 3 * x**2 * dot_x + 0.5 * dot_x  # so that it can be told from the adjoint

    def g(x):
        return opaque(x) * 2.0

    assert jvp(g, (2.0,), (1.0,)) == (16.0, 25.0)


# ------------------------------------------------------------------------------------------------------- hvp


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_hessian_vector_products():
    x = np.array([1.2, 0.8, -0.5])
    n = len(x)
    hessian = np.zeros((n, n))
    for i in range(n - 1):
        hessian[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        hessian[i, i + 1] = hessian[i + 1, i] = -400 * x[i]
        hessian[i + 1, i + 1] += 200
    np.testing.assert_allclose(hvp(rosenbrock, (x,), (V,)), hessian @ V, rtol=1e-13)


def test_products_for_several_primals_have_their_structure():
    def f(p, s):
        return np.sum(p["w"] ** 2 * s) * p["b"] * s

    d_p, d_s = hvp(f, ({"w": X, "b": 2.0}, 3.0), ({"w": V, "b": 1.0}, 0.5))
    # f = b s^2 sum w^2
    total, mixed = np.sum(X**2), np.sum(X * V)
    np.testing.assert_allclose(d_p["w"], 2 * 2 * 9 * V + 2 * X * 9 * 1.0 + 2 * 2 * 2 * 3 * X * 0.5)
    np.testing.assert_allclose(d_p["b"], 9 * 2 * mixed + 2 * 3 * total * 0.5)
    np.testing.assert_allclose(d_s, 2 * 2 * 3 * 2 * mixed + 2 * 3 * total * 1.0 + 2 * 2 * total * 0.5)
    assert hvp(f, ({"w": X, "b": 2.0}, 3.0), (None, 1.0)) == (2 * 2 * total,)
