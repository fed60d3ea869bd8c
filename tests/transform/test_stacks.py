"""Tapes that are arrays: programs in which they are, and siblings in which they must not be."""

import numpy as np
import pytest
from programs.checking import check

import srcad

X = np.linspace(0.1, 0.9, 5)
M = X[:3, None] * X


def rod(k, u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def overwritten(x, n):
    y = np.exp(x)
    for i in range(n):
        y[1:] *= y[:-1] + i
    return np.sum(y)


def fixed(x):
    y = x.copy()
    for _ in range(3):
        y = np.exp(-y)
    return np.sum(y)


def lengths(x, w):
    y = x * 2.0
    for i in range(len(w)):
        y += w[i] * np.sin(x * i)
    return np.sum(y)


def matrix(x, n):
    y = x * 1.0
    for i in range(n):
        y[...] += 0.5 * np.exp(x * i)
    return np.sum(y)


def added_matrix(x, n):
    y = x * 1.0
    for i in range(n):
        y = y + np.exp(x * i)
    return np.sum(y)


def summed_matrix(x, n):
    s = 0.0
    for i in range(n):
        s += np.sum(np.exp(x * i))
    return s


def written_later(x, n):
    y = x * 1.0
    for i in range(n):
        t = np.tanh(y)
        y = t * 1.0
        y[i] = 0.0
        t[0] = 2.0
        y += t * x
    return np.sum(y)


def summed(x, n):
    s = 0.0
    for i in range(n):
        t = np.exp(x * i)
        s += np.sum(t)
    return s


def returned(x, n):
    y = x
    for _ in range(n):
        y = np.exp(-y)
    return np.sum(y), y


def left(x, n):
    y = x
    for _ in range(n):
        y = np.exp(-y)
        if y[0] > 0.9:
            break
    return np.sum(y)


def other_lengths(x, n):
    s = 0.0
    for i in range(n):
        s += np.sum(np.exp(x[i:]))
    return s


def in_a_branch(x, n):
    y = x
    for i in range(n):
        if i % 2:
            y = np.exp(-y)
    return np.sum(y)


def from_the_second(x, n):
    y = x
    for _ in range(1, n):
        y = np.exp(-y)
    return np.sum(y)


def inside_another(x, n):
    y = x * 1.0
    for _ in range(n):
        for _ in range(2):
            y = np.exp(-y)
    return np.sum(y)


@pytest.mark.parametrize(
    ("program", "args", "stacks"),
    [
        (rod, (X[:3].copy(), X, 3), 1),
        (rod, (X[:3].copy(), X, 0), 1),
        (rod, (X[:3].copy(), X, -2), 1),
        (rod, (X[:3].astype(np.float32), X.astype(np.float32), 3), 1),
        (overwritten, (X, 3), 2),
        (overwritten, (X[:2], 3), 2),
        (fixed, (X,), 1),
        (lengths, (X, X[:3]), 1),
        (lengths, (X, X[:0]), 1),
        (matrix, (M, 3), 1),
        (matrix, (M.T, 3), 1),
        (summed, (X, 3), 1),
    ],
)
def test_recorded_arrays_are_one_array(program, args, stacks):
    gradient = srcad.value_and_grad(program)
    source = gradient.source_for(*args)
    assert source.count("np.empty(") == stacks and "append" not in source
    value, found = gradient(*args)
    np.testing.assert_array_equal(value, program(*args))
    np.testing.assert_allclose(found, srcad.grad(program, optimize=False)(*args), rtol=1e-15)
    if args[0].dtype == np.float64:
        check(program, args)


@pytest.mark.parametrize(
    ("program", "x"),
    [
        (returned, X),  # would keep the whole tape
        (left, X),  # leaves the loop: how many trips there are is not known before
        (other_lengths, X),
        (in_a_branch, X),
        (from_the_second, X),
        (inside_another, X),
        (written_later, X),
        (added_matrix, M.T),
        (summed_matrix, M.T),  # which is summed up in the order of its columns
    ],
)
def test_what_cannot_be_one_array_is_a_list(program, x):
    gradient = srcad.value_and_grad(program, has_aux=program is returned)
    source = gradient.source_for(x, 3)
    assert "np.empty(" not in source and "append" in source
    if program is not returned:
        check(program, (x, 3))
