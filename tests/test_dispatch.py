"""Which program a call gets: by facts of the arguments, and by what names outside refer to now."""

import contextlib
import types

import numpy as np
import pytest

from srcad import DifferentiationError, grad
from srcad.errors import UnsupportedError
from srcad.programs import Programs
from srcad.signatures import signature

X = np.array([1.0, 2.0, 4.0])


def made(derivative):
    """How many programs a derivative keeps."""
    return len(derivative._programs)


# ------------------------------------------------------------------------------------------- by arguments


def test_one_program_serves_all_sizes_and_an_axis_of_length_one_is_another():
    def f(x, b):
        return np.sum((x + b) ** 2)

    derivative = grad(f, "b")
    for n in (2, 3, 100):
        x = np.arange(4.0 * n).reshape(n, 4)
        assert np.array_equal(derivative(x, np.ones(4)), np.sum(2 * (x + 1), axis=0))
    assert made(derivative) == 1
    x = np.arange(4.0).reshape(1, 4)
    assert np.array_equal(derivative(x, np.ones(4)), 2 * (x[0] + 1))
    assert made(derivative) == 2
    x = np.arange(8.0).reshape(2, 4)
    assert np.array_equal(derivative(x, np.ones(1)), [np.sum(2 * (x + 1))])
    assert np.array_equal(derivative(x, np.ones((2, 1))), np.sum(2 * (x + 1), axis=1, keepdims=True))
    assert made(derivative) == 4


def test_zero_is_not_one():
    derivative = grad(lambda x, b: np.sum(x * b), "b")
    assert np.array_equal(derivative(np.ones((3, 2)), np.ones((1, 2))), [[3.0, 3.0]])
    assert np.array_equal(derivative(np.ones((0, 2)), np.ones((1, 2))), [[0.0, 0.0]])


def test_kinds_dtypes_and_axes_have_programs_of_their_own():
    derivative = grad(lambda x: (x * x).sum() if isinstance(x, np.ndarray) else x * x * x)
    assert derivative(2.0) == 12.0
    assert np.array_equal(derivative(X), 2 * X)
    assert derivative(X.astype(np.float32)).dtype == np.float32
    assert np.array_equal(derivative(np.ones((2, 2))), np.full((2, 2), 2.0))
    assert derivative(np.float32(2.0)) == 12.0
    assert made(derivative) == 5


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (True, 1),
        (1.0, np.float64(1.0)),
        (np.float64(1.0), np.float32(1.0)),
        (np.ones(()), np.float64(1.0)),
        (np.ones(2), np.ones(2, np.float32)),
        (np.ones(2), np.ones((2, 2))),
        (np.ones((2, 1)), np.ones((2, 2))),
        (np.ones((1, 2)), np.ones((2, 1))),
        ((1.0, 2.0), [1.0, 2.0]),
        ([1.0], [1.0, 2.0]),
        ([1.0], [np.ones(2)]),
        ({"a": 1.0}, {"b": 1.0}),
        ({"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}),
        ("a", "b"),
        (None, 0.0),
        (np.sin, np.cos),
        ([1.0] * 70, [1.0] * 69 + [1]),
        (types.SimpleNamespace(), object()),
        (range(3), [0, 1, 2]),
    ],
)
def test_signatures_tell_apart(a, b):
    assert signature(a) != signature(b)
    assert hash(signature(a)) == hash(signature(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 2.0),
        (np.ones((2, 3)), np.ones((5, 7))),
        (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))),
        ([1.0] * 70, [1.0] * 90),
        ((1.0, (np.ones(2),)), (3.0, (np.ones(9),))),
    ],
)
def test_signatures_join(a, b):
    assert signature(a) == signature(b)


def test_a_lambda_that_captures_nothing_is_the_same_each_time_it_is_made():
    first, second = [lambda t: t * t for _ in range(2)]
    assert signature(first) == signature(second)
    first, second = [lambda t, k=k: t * k for k in range(2)]
    assert signature(first) != signature(second)


def test_strings_that_decide_are_told_apart_also_in_subclasses():
    class Kind(str):
        __slots__ = ()

    def f(x, kind):
        return x * x if kind == "square" else x * x * x

    derivative = grad(f)
    assert derivative(2.0, "square") == 4.0
    assert derivative(2.0, "cube") == 12.0
    assert derivative(2.0, Kind("square")) == 4.0
    assert derivative(2.0, Kind("cube")) == 12.0


def test_functions_as_arguments():
    def f(x, g):
        return np.sum(g(x))

    derivative = grad(f)
    assert np.allclose(derivative(X, np.sin), np.cos(X))
    assert np.allclose(derivative(X, np.exp), np.exp(X))
    for k in (2.0, 3.0):
        assert np.allclose(derivative(X, lambda t: t * k), k)
    for _ in range(3):
        assert np.allclose(derivative(X, lambda t: t * t), 2 * X)


def test_functions_made_for_every_call_do_not_fill_the_memory():
    derivative = grad(lambda x, g: g(x))
    derivative._programs = Programs(limit=4)
    for k in range(10):
        assert derivative(2.0, lambda t, k=k: t * k) == k
    assert made(derivative) == 4


# ------------------------------------------------------------------------------------- by what is outside


def test_closures_see_the_values_of_now():
    scale, shift = 2.0, X

    def f(x):
        return np.sum(x * scale + x * shift)

    derivative = grad(f)
    assert np.array_equal(derivative(X), 2.0 + X)
    scale, shift = 3.0, X + 1
    assert np.array_equal(derivative(X), 4.0 + X)
    shift[0] = 7.0
    assert derivative(X)[0] == 10.0
    scale, shift = X, 1.0  # of another kind
    assert np.array_equal(derivative(X), X + 1.0)
    scale, shift = 2.0, X
    assert np.array_equal(derivative(X), 2.0 + X)
    assert made(derivative) == 1


def test_globals_see_the_values_of_now(define):
    space = define(
        """
import numpy as np
SCALE = 2.0
MODE = "single"
TABLE = {"a": 2.0}
def f(x):
    if MODE == "double":
        x = x * 2.0
    return np.sum(x) * SCALE * TABLE["a"]
"""
    )
    derivative = grad(space["f"])
    assert derivative(1.0) == 4.0
    space["SCALE"] = 5.0
    assert derivative(1.0) == 10.0
    space["MODE"] = "double"
    assert derivative(1.0) == 20.0
    space["MODE"] = "single"
    space["TABLE"]["a"] = 3.0
    assert derivative(1.0) == 15.0
    space["TABLE"] = {"b": 1.0, "a": np.float64(4.0)}
    assert derivative(1.0) == 20.0
    space["SCALE"] = np.array([[5.0]])
    assert derivative(1.0) == 20.0
    del space["SCALE"]
    with pytest.raises(NameError, match="SCALE"):
        derivative(1.0)


def test_helpers_that_are_redefined(define):
    space = define(
        """
def inner(x):
    return x * 2.0
def helper(x):
    y = inner(x)
    return y * x
def f(x):
    return helper(x)
"""
    )
    derivative = grad(space["f"])
    assert derivative(3.0) == 12.0
    space["inner"] = define("def inner(x):\n    return x * 5.0\n")["inner"]
    assert derivative(3.0) == 30.0
    first = space["helper"]
    space["helper"] = define("def helper(x):\n    return x * x * x\n")["helper"]
    assert derivative(3.0) == 27.0
    space["helper"] = first
    assert derivative(3.0) == 30.0


def test_a_name_that_turns_from_a_function_into_a_number(define):
    space = define("k = abs\ndef f(x):\n    return (k(x) if callable(k) else k) * x\n")
    derivative = grad(space["f"])
    assert derivative(-3.0) == 6.0
    space["k"] = 5.0
    assert derivative(-3.0) == 5.0


def test_modules_whose_functions_are_replaced(define):
    module = types.ModuleType("helpers")
    vars(module).update(define("def g(x):\n    return x * 2.0\n"))
    space = define("def f(x):\n    return helpers.g(x)\n", helpers=module)
    derivative = grad(space["f"])
    assert derivative(1.0) == 2.0
    module.g = define("def g(x):\n    return x * 3.0\n")["g"]
    assert derivative(1.0) == 3.0


def test_a_name_that_is_assigned_later(define):
    space = define("def f(x):\n    return x * LATER if x < 0 else x * x\n")
    derivative = grad(space["f"])
    assert derivative(3.0) == 6.0
    with pytest.raises(NameError, match="LATER"):
        derivative(-3.0)
    space["LATER"] = 7.0
    assert derivative(-3.0) == 7.0
    assert derivative(3.0) == 6.0


def test_a_captured_array_of_another_shape():
    weights = np.ones((3, 1))

    def f(x):
        return np.sum(x * weights)

    derivative = grad(f)
    assert np.array_equal(derivative(np.ones((3, 2))), np.ones((3, 2)))
    assert np.array_equal(derivative(np.ones((1, 2))), np.full((1, 2), 3.0))
    weights = np.arange(6.0).reshape(3, 2)
    assert np.array_equal(derivative(np.ones((3, 1))), [[1.0], [5.0], [9.0]])


# ------------------------------------------------------------------------- arguments that share memory


def writes_first(x, y):
    x[0] = 2.0 * y[0]
    return np.sum(x * y)


def test_overlapping_arguments_of_a_function_that_writes_are_refused():
    derivative = grad(writes_first, (0, 1))
    base = np.arange(1.0, 7.0)
    derivative(base[:3], base[3:])  # neighbours do not overlap
    derivative(base[::2], base[1::2])  # nor do columns
    for pair in ((base, base), (base[:4], base[2:]), (base[::-1], base)):
        with pytest.raises(
            UnsupportedError, match="x and y of writes_first share memory, and the function writes to x"
        ):
            derivative(*pair)
    assert np.array_equal(base, np.arange(1.0, 7.0))


def test_overlapping_arguments_of_a_function_that_only_reads_are_fine():
    d_x, d_y = grad(lambda x, y: np.sum(x * x * y), (0, 1))(X, X)
    assert np.array_equal(d_x, 2 * X * X)
    assert np.array_equal(d_y, X * X)


def test_an_argument_that_is_also_a_variable_outside():
    outside = X.copy()

    def f(x):
        x[0] = 5.0
        return np.sum(x * outside)

    assert np.array_equal(grad(f)(X.copy()), [0.0, 2.0, 4.0])
    with pytest.raises(UnsupportedError, match="share memory"):
        grad(f)(outside)


def test_nothing_the_caller_passes_is_modified():
    def f(p, n):
        p["w"][0] = 3.0
        p["w"] *= 2.0
        p["l"].append(p["w"])
        p["new"] = 1.0
        n[0] = 9
        return np.sum(p["w"])

    w, n, listed = X.copy(), np.arange(3), [1.0]
    params = {"w": w, "l": listed}
    with contextlib.suppress(DifferentiationError):  # refused or not, but not touched
        grad(f)(params, n)
    assert list(params) == ["w", "l"]
    assert params["w"] is w
    assert params["l"] is listed
    assert np.array_equal(w, X)
    assert listed == [1.0]
    assert np.array_equal(n, np.arange(3))
