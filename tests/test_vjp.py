"""vjp: values, pullbacks and what they refuse.  Expected values are worked out by hand or by central differences."""

import dataclasses
import threading
from typing import NamedTuple

import numpy as np
import pytest

import srcad
from srcad import vjp
from srcad.errors import ArgumentError, CotangentError, ResultError

X = np.array([0.5, -1.2, 0.8, 1.4])
E = np.eye(4)


def differences(f, x, step=1e-6):
    """The Jacobian of an array function of an array by central differences, result axes first."""
    columns = [(f(x + step * e) - f(x - step * e)) / (2 * step) for e in np.eye(x.size).reshape(-1, *x.shape)]
    return np.moveaxis(np.array(columns).reshape(*x.shape, *columns[0].shape), range(x.ndim), range(-x.ndim, 0))


# ------------------------------------------------------------------- functions that write, with results of arrays


def in_place(x):
    y = np.tanh(x)
    for _ in range(3):
        y[1:] *= 0.5 + y[:-1]
        y[0] = y[-1] * x[0]
    return y


def swapped_buffers(x):
    old, new = x * 1.0, np.zeros_like(x)
    for _ in range(5):
        new[1:-1] = old[:-2] * old[2:] + old[1:-1]
        new[0], new[-1] = old[0], old[-1] ** 2
        old, new = new, old
    return old


def arrays_in_a_list(x):
    rows = [x * k for k in range(1, 4)]
    for k in range(2):
        rows[k][1:] *= rows[k + 1][:-1]
        rows.append(rows[k] * rows[k][0])
    return rows[-1] + rows[0]


def left_early(x):
    y = x.copy()
    for k in range(10):
        y *= 1.0 + x * x
        if y[0] > 5.0:
            y[k % 4] = x[0]
            break
    return y


class Cell:
    def __init__(self, value):
        self.value = value
        self.seen = []

    def add(self, d):
        self.seen.append(self.value)
        self.value = self.value * d + self.seen[0]


def objects_that_change(x):
    cell = Cell(x)
    for k in range(3):
        cell.add(np.sin(x) * k + x)
    return cell.value * cell.seen[-1]


def writing(x, n):
    y = np.array(x)
    if n:
        y[n] *= y[0]
        y[0] += np.sum(writing(y, n - 1))
    return y * x


def recursion_that_writes(x):
    return writing(x, 3)


def called_by_value(x):
    steps = [in_place, left_early] if x[0] > 0 else [left_early, in_place]
    for step in steps:
        x = step(x)
    return x


WRITING = [
    in_place,
    swapped_buffers,
    arrays_in_a_list,
    left_early,
    objects_that_change,
    recursion_that_writes,
    called_by_value,
]


@pytest.mark.parametrize("f", WRITING)
def test_every_row_of_the_jacobian_in_any_order(f):
    given = X.copy()
    y, pull = vjp(f, given)
    assert np.array_equal(y, f(X))
    assert np.array_equal(given, X)
    expected = differences(f, X)
    rows = [pull(e)[0] for e in E]
    assert np.allclose(rows, expected, atol=1e-7)
    for i in (2, 0, 3, 3):
        assert np.array_equal(pull(E[i])[0], rows[i])


@pytest.mark.parametrize("f", WRITING)
def test_nothing_that_happens_later_changes_a_pullback(f):
    given = X.copy()
    y, pull = vjp(f, given)
    first = pull(E[1])[0]
    kept = first.copy()
    for array in (given, y, first):
        array[...] = np.nan
    assert np.array_equal(pull(E[1])[0], kept)


def test_a_reverse_sweep_that_is_interrupted_is_put_back():
    _, pull = vjp(in_place, X)
    kept = pull(E[0])[0]
    with pytest.raises(ValueError, match="broadcast"):
        pull.pull(np.ones(1))  # too short: fails after the first writes
    assert np.array_equal(pull(E[0])[0], kept)


def test_threads_may_share_a_pullback():
    _, pull = vjp(swapped_buffers, np.linspace(0.1, 1.0, 300))
    cotangent = np.linspace(1.0, 2.0, 300)
    expected = pull(cotangent)[0]
    found = []

    def run():
        found.extend(pull(cotangent)[0] for _ in range(20))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(np.array_equal(d, expected) for d in found)


def test_variables_outside_are_those_of_the_forward_sweep():
    scale, shift = 2.0, X.copy()

    def f(x):
        return np.sum(x * x * scale * shift)

    _, pull = vjp(f, X)
    scale = 100.0
    shift[...] = 0.0
    _, later = vjp(f, X)
    assert np.allclose(pull(1.0)[0], 4 * X * X)
    assert np.array_equal(later(1.0)[0], np.zeros(4))


# ------------------------------------------------------------------------------------------------ structures


class Pair(NamedTuple):
    left: object
    right: object


@dataclasses.dataclass
class Point:
    x: float
    y: object
    name: str = "point"


def structured(p, q):
    return {
        "pair": Pair(p["a"] * q.x, [q.y * 2.0, p["a"] ** 2]),
        "count": 3,
        "none": None,
        "point": Point(q.x**2, np.sum(q.y)),
    }


def test_results_and_arguments_of_any_structure():
    out, pull = vjp(structured, {"a": 3.0}, Point(2.0, X))
    assert out["pair"].left == 6.0 and out["count"] == 3 and out["point"].x == 4.0
    ct = {"pair": Pair(1.0, [E[0], 10.0]), "count": None, "none": None, "point": Point(100.0, 1000.0, None)}
    d_p, d_q = pull(ct)
    assert d_p == {"a": 2.0 + 60.0}
    assert type(d_q) is Point and d_q.name is None
    assert d_q.x == 3.0 + 400.0
    assert np.array_equal(d_q.y, 2 * E[0] + 1000.0)
    nothing = {"pair": Pair(0.0, [0 * X, 0.0]), "count": None, "none": None, "point": Point(0.0, 0.0, None)}
    assert pull(nothing)[0] == {"a": 0.0}


def test_aux_keywords_and_arguments_that_do_not_matter():
    def f(x, y, *, k, flag=False):
        z = x**k
        return (z + 0 * 1.0 if flag else z), {"y": y, "k": k}

    value, pull, aux = vjp(f, 3.0, X, has_aux=True, k=2)
    assert value == 9.0 and aux["k"] == 2 and np.array_equal(aux["y"], X)
    d_x, d_y = pull(2.0)
    assert d_x == 12.0 and np.array_equal(d_y, np.zeros(4))


def test_results_that_are_arguments_constants_or_views():
    y, pull = vjp(lambda x: x, X)
    assert np.array_equal(y, X) and np.array_equal(pull(E[1])[0], E[1])
    y, pull = vjp(lambda x: (3.0, x[1:3]), X)
    assert y[0] == 3.0 and np.array_equal(pull((5.0, np.ones(2)))[0], [0.0, 1.0, 1.0, 0.0])
    y, pull = vjp(lambda x: 3.0, 2.0)
    assert pull(1.0) == (0.0,)
    y, pull = vjp(lambda x: [x, x], X)
    assert np.array_equal(pull([E[0], E[1]])[0], E[0] + E[1])


def test_the_result_is_the_callers_own():
    y, pull = vjp(np.exp, X)
    y -= 5.0
    assert np.allclose(pull(np.ones(4))[0], np.exp(X))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_dtypes_of_arrays_and_numbers(dtype):
    x = X.astype(dtype)
    _, pull = vjp(lambda x: (x * x, x[0] * 2), x)
    found = pull((np.ones(4, dtype), 1))[0]
    assert found.dtype == dtype
    assert np.allclose(found, 2 * x + 2 * E[0])
    _, pull = vjp(lambda s: s * s, dtype(3))
    assert pull(1)[0] == 6 and np.asarray(pull(1.0)[0]).dtype == dtype


def test_complex_pullbacks_are_transposes_without_conjugation():
    z = np.array([1 + 2j, 0.5 - 1j])
    _, pull = vjp(lambda z: z * z, z)
    assert np.allclose(pull(np.array([1j, 2.0 + 0j]))[0], np.array([1j, 2.0]) * 2 * z)


def test_empty_arrays():
    y, pull = vjp(lambda x: x * x, np.ones((0, 3)))
    assert y.shape == pull(np.ones((0, 3)))[0].shape == (0, 3)


def test_derivatives_can_be_pulled_back_too():
    y, pull = vjp(srcad.grad(lambda x: np.sum(x**3)), X)
    assert np.allclose(y, 3 * X**2)
    assert np.allclose(pull(E[1])[0], 6 * X * E[1])


def test_both_sweeps_can_be_read():
    _, pull = vjp(in_place, X)
    assert "def in_place_forward(x):" in pull.forward_source
    assert "def in_place_backward(saved, d_out):" in pull.source
    assert repr(pull) == "<pullback of in_place>"


# --------------------------------------------------------------------------------------------- what is refused


def pair(x):
    return {"y": x * 2.0, "s": np.sum(x), "n": 3}


OK = {"y": np.ones(4), "s": 1.0, "n": None}


@pytest.mark.parametrize(
    ("cotangent", "kind", "words"),
    [
        (OK | {"y": np.ones(3)}, CotangentError, r"the cotangent of pair\['y'\] has the shape \(3,\), .* \(4,\)"),
        (OK | {"y": 1.0}, CotangentError, r"shape \(\), the result has \(4,\)"),
        (OK | {"s": np.ones(1)}, CotangentError, r"pair\['s'\] has the shape \(1,\), the result has \(\)"),
        (OK | {"y": np.ones(4, "f")}, ArgumentError, r"dtype float32, the result of float64(.|\n)*dtype float64"),
        (OK | {"y": np.ones(4, int)}, ArgumentError, r"of dtype int64"),
        (OK | {"y": np.ones(4, complex)}, ArgumentError, r"of dtype complex128"),
        (OK | {"s": 1j}, ArgumentError, r"pair\['s'\] is of dtype complex"),
        (OK | {"s": None}, ArgumentError, r"pair\['s'\] is a NoneType, no number or array"),
        (OK | {"s": True}, ArgumentError, r"is a bool, no number"),
        (OK | {"s": "1"}, ArgumentError, r"is a str, no number"),
        (OK | {"n": 1.0}, ArgumentError, r"pair\['n'\] belongs to what carries no derivative(.|\n)*pass None"),
        ({"y": np.ones(4), "s": 1.0}, ArgumentError, r"keys 'n', 's', 'y' against a dict with keys 's', 'y'"),
        (OK | {"y": [1.0] * 4}, ArgumentError, r"differ at the cotangent of pair\['y'\]"),
        (1.0, ArgumentError, r"a leaf of type float"),
    ],
)
def test_cotangents_that_do_not_fit(cotangent, kind, words):
    _, pull = vjp(pair, X)
    with pytest.raises(kind, match=words) as caught:
        pull(cotangent)
    assert isinstance(caught.value, ValueError if kind is CotangentError else TypeError)
    assert "Instead:" in str(caught.value)
    assert np.array_equal(pull(OK)[0], np.full(4, 3.0))


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((X, 3), r"the argument n of f is an int(.|\n)*or pass it by keyword"),
        ((X, True), r"the argument n of f is a bool"),
        ((np.arange(3), 1.0), r"the argument x of f is an array of dtype int64(.|\n)*x.astype\(float\)"),
        ((), r"no primals"),
    ],
)
def test_primals_that_carry_no_derivative(args, words):
    def f(x, n):
        return x * n

    with pytest.raises(TypeError, match=words):
        vjp(f, *args)


def test_other_refusals():
    with pytest.raises(ArgumentError, match="3 is no function"):
        vjp(3, 1.0)
    with pytest.raises(ResultError, match="must return a pair"):
        vjp(lambda x: x, X, has_aux=True)
    with pytest.raises(TypeError, match="argument"):
        vjp(lambda x: x, X, X)


recorded = []
seen = np.zeros(4)


def note(d):
    seen[:] = d


def test_what_a_cotangent_is_noted_in_is_the_variable_itself():
    recorded.clear()
    _, pull = vjp(lambda x: srcad.on_cotangent(x * x, recorded.append) * 3.0, X)
    for scale in (1.0, 2.0):
        np.testing.assert_array_equal(pull(scale * X)[0], 6.0 * scale * X * X)
    np.testing.assert_array_equal(recorded, [3.0 * X, 6.0 * X])
    _, pull = vjp(lambda x: srcad.on_cotangent(x * x, note) * 3.0, X)
    pull(X)
    np.testing.assert_array_equal(seen, 3.0 * X)
    recorded.clear()
    srcad.jacrev(lambda x: srcad.on_cotangent(x * x, recorded.append))(X)
    np.testing.assert_array_equal(recorded, np.eye(4))
