"""Programs from which simplification leaves much out, and their siblings from which it must not."""

import numpy as np
import pytest
from programs.checking import check

import srcad


def doubled_in_memory(x):
    y = x.copy()
    y[1:] += x[:-1]
    return np.sum(y * y)


def stored_whole(k, u):
    u = u.copy()
    u[1:-1] += k * k
    return np.sum(u * u)


def stored_and_stretched(k, u):
    u = u.copy()
    u[1:-1] += k * u[:1]
    return np.sum(u * u)


def rod(k, u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def add_inside(u, k):
    u[1:-1] += k * (u[2:] - u[:-2])


def by_helper(k, r, u):
    u = u.copy()
    add_inside(u, k)
    if u[0] > 5.0:
        add_inside(u, r)
    return np.sum(u * u)


def single(x):
    return np.sum(np.sin(x) * x)


def weighed_mask(x):
    return np.sum(np.where(x > 0.6, x, 0.0)) + np.sum(x > 0.6)


def in_double(x):
    return np.sum(x) * np.float64(3.0) + np.sum(x.astype(np.float64) * x)


def gates(w, xs):
    h = xs[0]
    n = len(h)
    for x in xs:
        z = np.outer(h, w) + x[:, None]
        h = np.tanh(z[:, :n][0]) * np.exp(-z[1, n : 2 * n]) + np.sin(z[:, 2 * n :][2])
    return np.sum(h)


X = np.linspace(0.1, 0.9, 5)
XS = np.sin(np.arange(12.0)).reshape(4, 3)
W = np.cos(np.arange(9.0))


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (doubled_in_memory, (X,)),
        (stored_whole, (X[:3].copy(), X)),
        (stored_whole, (X[:1].copy(), X)),
        (stored_whole, (X[:1].copy(), X[:3].copy())),
        (stored_and_stretched, (X[:3].copy(), X)),
        (stored_and_stretched, (X[:1].copy(), X)),
        (rod, (X[:3].copy(), X, 3)),
        (rod, (X[:1].copy(), X, 3)),
        (rod, (X[:1].copy(), X[:3].copy(), 3)),
        (rod, (X[:3].copy(), X, 0)),
        (by_helper, (X[:3].copy(), X[:1].copy(), X)),
        (by_helper, (X[:3].copy(), X[:1].copy(), X + 5.0)),
        (single, (X,)),
        (weighed_mask, (X,)),
        (in_double, (X,)),
    ],
)
def test_what_is_left_out_is_not_missed(program, args):
    check(program, args)


def test_subscripts_of_several_axes_are_neither_recorded_nor_named():
    source = srcad.grad(gates, argnums=(0, 1)).source_for(W, XS)
    assert "slice(" not in source
    assert "[:, :n]" in source.split("# return")[1] and ", n:" in source.split("# return")[1]
    check(gates, (W, XS))


def test_what_is_added_twice_is_added_once():
    assert "d_y = 2.0 * y\n" in srcad.grad(doubled_in_memory).source_for(X)


def test_a_value_that_was_stored_has_the_axes_of_where_it_is():
    assert "unbroadcast" not in srcad.grad(stored_whole).source_for(X[:3], X)
    assert "unbroadcast" in srcad.grad(stored_whole).source_for(X[:1], X)


def test_what_is_computed_from_a_value_that_was_stored_has_them_too():
    assert "unbroadcast" not in srcad.grad(rod, argnums=(0, 1)).source_for(X[:3], X, 3)
    assert "unbroadcast" in srcad.grad(rod).source_for(X[:1], X, 3)


@pytest.mark.parametrize("program", [single, weighed_mask, in_double])
def test_a_seed_in_single_precision_is_no_array(program):
    x = X.astype(np.float32)
    gradient = srcad.grad(program)
    assert gradient(x).dtype == np.float32
    np.testing.assert_allclose(gradient(x), gradient(X), rtol=1e-5)
    if program is single:
        assert "broadcast" not in gradient.source_for(x)
