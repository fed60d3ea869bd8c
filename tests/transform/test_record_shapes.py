"""A tape keeps the shape of an array where zeros like it are all that the reverse loop makes."""

import re

import numpy as np
import pytest
from programs.checking import check

import srcad

W = np.linspace(-0.5, 0.5, 24).reshape(4, 6)
X = np.linspace(0.1, 0.9, 12).reshape(3, 4)


def gates(w, x, n, steps):
    h = x
    for _ in range(steps):
        z = h @ w
        h = np.tanh(z[:, :n]) * np.exp(-z[:, n : 2 * n]) @ np.ones((n, h.shape[1]))
    return np.sum(h * h)


def squeezed(w, x, n, steps):
    h = x
    for _ in range(steps):
        z = h @ w
        h = np.tanh(z[:, 1:5]) * np.exp(z[:, :4])
    return np.sum(h * h)


def seen_whole_too(w, x, n, steps):
    h = x
    for _ in range(steps):
        z = h @ w
        h = np.tanh(z[:, :n]) * np.sum(z * z) @ np.ones((n, h.shape[1]))
    return np.sum(h * h)


def reshaped(w, x, n, steps):
    h = x
    for _ in range(steps):
        z = (w.T @ h.T).T
        y = z.reshape(-1)
        h = np.tanh(z[:, :n]) @ np.ones((n, h.shape[1])) * y[1]
    return np.sum(h * h)


def in_branches(w, x, n, steps):
    h = x
    for k in range(steps):
        z = h @ w
        if k % 2:
            h = np.tanh(z[:, :n]) * z[:, n : 2 * n] @ np.ones((n, h.shape[1]))
        else:
            h = np.sin(z[:, 1 : n + 1]) @ np.ones((n, h.shape[1]))
    return np.sum(h * h)


@pytest.mark.parametrize("program", [gates, squeezed, seen_whole_too, reshaped, in_branches])
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_gradients(program, steps):
    check(program, (W, X, 2, steps))


def test_the_shape_is_kept():
    source = srcad.grad(squeezed).source_for(W.astype(np.float32), X.astype(np.float32), 2, 3)
    assert "shape = np.shape(z)" in source
    assert "np.zeros(shape, np.float32)" in source


def test_the_array_is_kept_where_it_is_read():
    assert "np.shape(z)" not in srcad.grad(seen_whole_too).source_for(W, X, 2, 3)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def gated(w, x, n, steps):
    h = x
    for _ in range(steps):
        f = logistic(h @ w)
        h = f[:, :4] * h + np.tanh(f[:, 1:5])
    return np.sum(h * h)


@pytest.mark.parametrize("steps", [0, 3])
def test_a_tape_holds_a_value_once(steps):
    check(gated, (W, X, 2, steps))
    source = srcad.grad(gated).source_for(W, X, 2, 3)
    (entry,) = re.findall(r"tape\.append\(\((.*)\)\)", source)
    names = entry.split(", ")
    assert len(names) == len(set(names)) <= 4
