"""The shift that a softmax does not feel has no part in its derivative; a shift that is felt has."""

import numpy as np
import pytest
from programs.checking import check

import srcad

X = np.array([[0.3, -0.2, 0.9], [0.1, 0.8, -0.4]])
Y = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])


def cross_entropy(z, y):
    z = z - np.max(z, axis=1, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(np.sum(y * log_p, axis=1))


def softmax(z, y):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.sum(np.sin(e / np.sum(e, axis=-1, keepdims=True)) * y)


def softmax_of_vector(z, y):
    e = np.exp(z - np.max(z))
    return np.sum(np.sin(e / np.sum(e)) * y)


def softmax_of_row(z, y):
    e = np.exp(z[0] - np.max(z[0]))
    return np.sum(np.sin(e / np.sum(e)) * y)


def log_sum_exp(z, y):
    m = np.max(z, axis=0, keepdims=True)
    return np.sum((m + np.log(np.sum(np.exp(z - m), axis=0, keepdims=True))) * y[0])


def over_all(z, y):
    e = np.exp(z - np.max(z))
    p = e / np.sum(e)
    return np.sum(p * p * y)


def in_a_loop(z, y, n):
    for _ in range(n):
        e = np.exp(z - np.max(z, axis=1, keepdims=True))
        z = e / np.sum(e, axis=1, keepdims=True) + 0.1 * z
    return np.sum(z * y)


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (cross_entropy, (X, Y)),
        (softmax, (X, Y)),
        (softmax, (X[0], Y)),
        (softmax_of_vector, (X[0], Y)),
        (softmax_of_row, (X, Y)),
        (log_sum_exp, (X, Y)),
        (over_all, (X, Y)),
        (in_a_loop, (X, Y, 3)),
    ],
)
def test_the_maximum_is_left_out(program, args):
    check(program, args)
    assert "==" not in srcad.grad(program).source_for(*args)


def other_axis(z, y):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum(e / np.sum(e, axis=0, keepdims=True) * y)


def not_divided(z, y):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum(e / (1.0 + np.sum(e, axis=1, keepdims=True)) * y)


def shifted_twice(z, y):
    m = np.max(z, axis=1, keepdims=True)
    return np.sum((m + np.log(np.sum(np.exp(z - 2.0 * m), axis=1, keepdims=True))) * y)


def used_besides(z, y):
    z = z - np.max(z, axis=1, keepdims=True)
    return np.sum((z - np.log(np.sum(np.exp(z), axis=1, keepdims=True)) + z * z) * y)


def written_between(z, y):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    s = np.sum(e, axis=1, keepdims=True)
    e[:, 0] *= 2.0
    return np.sum(e / s * y)


def of_the_product(z, y):
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    return np.sum(e * y / np.sum(e * e, axis=1, keepdims=True))


@pytest.mark.parametrize(
    "program", [other_axis, not_divided, shifted_twice, used_besides, written_between, of_the_product]
)
def test_a_maximum_that_matters_stays(program):
    check(program, (X, Y))
    assert "==" in srcad.grad(program).source_for(X, Y)


def test_in_single_precision_too():
    x, y = X.astype(np.float32), Y.astype(np.float32)
    gradient = srcad.grad(softmax)(x, y)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, srcad.grad(softmax)(X, Y), rtol=1e-5, atol=1e-7)
