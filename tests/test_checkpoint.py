"""checkpoint: the values and derivatives of the function itself, and less memory between the sweeps."""

import pickle
import tracemalloc

import numpy as np
import pytest

import srcad
from srcad import check_grads, checkpoint, grad, value_and_grad, vjp
from srcad.errors import UnsupportedError

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 3))
WS = [rng.normal(size=(3, 3)) for _ in range(3)]
calls = []


def plain_layer(h, w, steps=3):
    """Some steps."""
    for _ in range(steps):
        h = np.tanh(h @ w) + h
    return h


layer = checkpoint(plain_layer)


@checkpoint
def in_place(x, scale):
    y = np.array(x)
    for i in range(1, len(y)):
        y[i] *= y[i - 1] * scale
        if y[i] > 2.0:
            y[i] = 0.5
    return y * x


@checkpoint
def short(x):
    return x * x + 1.0


@checkpoint
def of_structures(p):
    a = p["a"] * 2.0
    return {"a": a, "b": (a * p["b"], 3)}


@checkpoint
def inner(x):
    y = np.sin(x)
    return short(y) * y


@checkpoint
def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


def in_a_loop(x, ws):
    for w in ws:
        x = layer(x, w)
    return np.sum(x * x)


def with_defaults_and_keywords(x):
    w = WS[0]
    return np.sum(layer(x, w, steps=2) * layer(w=w, h=x))


def local_writes(x):
    v = x[0] * 1.0
    for k in range(3):
        v = in_place(v, 0.7 + k)
        v[0] = x[1, 0]
    return np.sum(v)


def in_branches(x):
    y = short(x) if x[0, 0] > 0 else inner(x)
    return np.sum(y * inner(x))


def nested(x):
    return np.sum(inner(inner(x)))


def structured(x):
    found = of_structures({"a": x, "b": 2.0})
    return np.sum(found["a"] * found["b"][0])


def chosen_at_run_time(x):
    total = 0.0
    for f in [short, np.sin, inner]:
        total += np.sum(f(x))
    return total


def recursive(x):
    return power(x[0, 0], 4)


@pytest.mark.parametrize(
    "f",
    [
        with_defaults_and_keywords,
        local_writes,
        in_branches,
        nested,
        structured,
        chosen_at_run_time,
        recursive,
    ],
)
def test_values_and_derivatives_are_those_of_the_function(f):
    given = X.copy()
    value, _ = value_and_grad(f)(given)
    assert value == f(X)
    assert np.array_equal(given, X)
    check_grads(f, (X,))


def test_in_a_loop_by_both_arguments():
    check_grads(in_a_loop, (X, WS))
    source = grad(in_a_loop, (0, 1)).source_for(X, WS)
    assert "plain_layer(x, w, 3)" in source and "def plain_layer_pullback(h, w, steps, d_out):" in source


def test_second_derivatives():
    check_grads(nested, (X,), order=2)
    check_grads(lambda x, w: np.sum(layer(x, w) ** 2), (X, WS[0]), order=2)


def test_by_itself():
    assert grad(short)(3.0) == 6.0
    assert layer.__name__ == "plain_layer" and layer.__doc__ == "Some steps."
    assert repr(layer) == "<checkpoint of plain_layer>"
    assert np.array_equal(layer(X, WS[0]), plain_layer(X, WS[0]))
    assert np.allclose(vjp(layer, X, WS[0])[1](X)[1], vjp(plain_layer, X, WS[0])[1](X)[1])
    assert pickle.loads(pickle.dumps(in_place)) is in_place


def test_no_intermediate_value_is_kept():
    def kept(f):
        def total(x):
            for _ in range(20):
                x = f(x, WS[0], 20)
            return np.sum(x)

        x = np.zeros((2000, 3))
        vjp(total, x)
        tracemalloc.start()
        try:
            pull = vjp(total, x)[1]
            return tracemalloc.get_traced_memory()[0], pull
        finally:
            tracemalloc.stop()

    without, _ = kept(plain_layer)
    with_checkpoints, _ = kept(layer)
    assert with_checkpoints < without / 10


@checkpoint
def draws(x):
    return x * np.random.normal()


@checkpoint
def prints(x):
    print("at", x)  # noqa: T201
    return x * x


@checkpoint
def writes(x):
    x[0] = 1.0
    return x * 2.0


@checkpoint
def draws_in_a_helper(x):
    y = x * 2.0
    return noisy(y) + y


def noisy(x):
    return x * np.random.uniform()


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (draws, "must not happen twice: normal"),
        (prints, "must not happen twice: print"),
        (draws_in_a_helper, "must not happen twice: uniform"),
        (writes, "writes to its argument x"),
    ],
)
def test_what_would_be_noticed_twice_is_refused(f, words):
    with pytest.raises(srcad.DifferentiationError, match=f"{words}(.|\n)*Instead:"):
        grad(lambda x: np.sum(f(x)))(X)


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="3 is no function"):
        checkpoint(3)


# ---------------------------------------------------------------------------- made in the function that calls it

V = np.array([0.5, -1.2, 0.8])


def made_of_a_function(x):
    step = checkpoint(plain_step)
    return np.sum(step(step(x)))


def plain_step(x):
    return np.sin(x) * x


def made_of_a_nested_function(x):
    @checkpoint
    def step(v):
        return np.sin(v) * x

    return np.sum(step(step(x)) * step(V))


def made_in_a_loop(x):
    total = 0.0
    for k in range(3):
        total += np.sum(checkpoint(lambda v, k=k: np.tanh(v * x[k]))(x))
    return total


def made_of_a_gradient(x):
    return np.sum(checkpoint(grad(lambda v: np.sum(v**3 * x)))(x))


@pytest.mark.parametrize("f", [made_of_a_function, made_of_a_nested_function, made_in_a_loop, made_of_a_gradient])
def test_checkpoints_made_inside(f):
    check_grads(f, (V,), order=2)


def test_what_is_captured_is_passed_and_computed_again():
    text = grad(made_of_a_nested_function).source_for(V)
    assert "def step_pullback(x, v, d_out):" in text
    assert "np.sin(v)" in text.partition("def step_pullback")[2]


def captures_what_changes(x):
    s = 1.0

    @checkpoint
    def step(v):
        return v * s

    y = step(x)
    s = x[0]
    return np.sum(step(y))


def takes_any_number(x):
    return np.sum(checkpoint(lambda *v: v[0] * x)(x, x))


@pytest.mark.parametrize("f", [captures_what_changes, takes_any_number])
def test_checkpoints_made_inside_that_are_refused(f):
    with pytest.raises(UnsupportedError, match=r"is checkpointed where it is made, and captures what may change"):
        grad(f)(V)
