"""Arrays that serve again: where they do, and where somebody could tell."""

import numpy as np
import pytest
from programs.checking import check

import srcad
from srcad.transform.simplify import buffers

X = np.linspace(0.2, 0.9, 6)
M = np.linspace(0.2, 1.4, 12).reshape(3, 4)


@pytest.fixture(autouse=True)
def _always(monkeypatch):
    monkeypatch.setattr(buffers, "FEWEST", 1)


def chain(x, y):
    a = x * y
    b = np.sin(a)
    c = np.exp(b) * a
    d = np.tanh(c)
    return np.sum(d * c)


def returned(x):
    a = np.sin(x)
    b = np.exp(a)
    return np.sum(a * b), (a, b)


def seen_through_a_view(x):
    a = np.sin(x)
    b = a[1:]
    c = np.exp(a)
    return np.sum(c * c * a) + np.sum(np.cos(b) * b)


def transposed(m):
    a = np.sin(m)
    b = np.exp(a.T)
    return np.sum(b * b) + np.sum(a * a)


def kept_in_a_list(x):
    a = np.sin(x)
    kept = [a]
    b = np.exp(a) * x
    kept.append(b)
    return np.sum(b * b) + np.sum(kept[0] * kept[1])


def kept_by_a_function(x):
    a = np.sin(x)

    def later(y):
        return np.sum(y * a)

    b = np.exp(a)
    return np.sum(b * b) + later(b)


def stretched(m, row):
    a = np.exp(row)
    b = np.sin(m) * a
    c = np.tanh(b)
    return np.sum(c * b)


def one_column(m, column):
    a = np.exp(column)
    b = np.sin(m) * a
    return np.sum(np.tanh(b) * b)


def single_and_double(x):
    a = np.sin(x)
    b = a.astype(np.float32)
    c = np.exp(b) * b
    return np.sum(c * c) + np.sum(a * a)


def carried(x, steps):
    y = np.sin(x)
    for _ in range(steps):
        z = np.exp(-y * y)
        y = z * y + x
    return np.sum(y * y)


def in_an_arm(x, flag):
    a = np.sin(x)
    if flag:
        b = np.exp(a)
        c = b * a * b
    else:
        c = a * a
    return np.sum(c * np.cos(c))


def of_matrices(w, m):
    h = np.tanh(m @ w)
    g = np.tanh(h @ w)
    return np.sum(g * g * h)


def written(x):
    a = np.sin(x)
    a[1:] *= np.exp(a[:-1])
    b = np.cos(a)
    return np.sum(b * b * a)


def complex_numbers(x):
    z = np.exp(1j * x)
    w = z * z
    return np.sum(np.abs(w * x) ** 2)


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (chain, (X, X + 1.0)),
        (chain, (X[:1], X)),
        (chain, (M, M[0])),
        (seen_through_a_view, (X,)),
        (transposed, (M,)),
        (transposed, (M[:, :3].copy(),)),
        (kept_in_a_list, (X,)),
        (kept_by_a_function, (X,)),
        (stretched, (M, M[0])),
        (stretched, (M[0], M)),
        (one_column, (M, M[:, :1])),
        (one_column, (M[:, :1], M)),
        (carried, (X, 3)),
        (carried, (X, 0)),
        (in_an_arm, (X, True)),
        (in_an_arm, (X, False)),
        (of_matrices, (M[:, :3].copy(), M[:, :3].T.copy())),
        (written, (X,)),
        (complex_numbers, (X,)),
    ],
)
def test_nobody_can_tell(program, args):
    check(program, args)


def test_a_chain_makes_few_arrays():
    source = srcad.grad(chain).source_for(X, X)
    assert source.count("out=") >= 3
    assert "optimize=False" in source
    plain = srcad.grad(chain, optimize=False).source_for(X, X)
    assert "out=" not in plain
    assert "optimize" not in plain
    assert source.count("\n    #") == plain.count("\n    #")


def test_what_is_returned_is_not_written_to():
    (_, (a, b)), gradient = srcad.value_and_grad(returned, has_aux=True)(X)
    np.testing.assert_array_equal(a, np.sin(X))
    np.testing.assert_array_equal(b, np.exp(np.sin(X)))
    expected = np.cos(X) * np.exp(np.sin(X)) * (1.0 + np.sin(X))
    np.testing.assert_allclose(gradient, expected, rtol=1e-13)


def test_arguments_are_not_written_to():
    x, y = X.copy(), X + 1.0
    srcad.value_and_grad(chain, argnums=(0, 1))(x, y)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, X + 1.0)


def test_gradients_share_no_memory():
    d_x, d_y = srcad.grad(chain, argnums=(0, 1))(X, X + 1.0)
    assert not np.shares_memory(d_x, d_y)


def test_other_dtypes_and_shapes_are_left_alone():
    gradient = srcad.grad(single_and_double)(X)
    a, e = np.sin(X), np.exp(np.sin(X))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, np.cos(X) * (2 * e * a * (e * a + e) + 2 * a), rtol=1e-5)


def test_what_is_kept_elsewhere_is_not_written_to():
    seen = []

    def program(x):
        a = np.sin(x)
        seen.append(a)
        b = np.exp(a)
        return np.sum(b * b * a)

    try:
        srcad.grad(program)(X)
    except srcad.DifferentiationError:
        return
    np.testing.assert_array_equal(seen[0], np.sin(X))


def test_short_programs_are_left_as_they_read_best(monkeypatch):
    monkeypatch.undo()
    assert "out=" not in srcad.grad(carried).source_for(X, 3)


def test_the_option_is_one_of_all_forms():
    @srcad.grad(optimize=False)
    def decorated(x, y):
        return chain(x, y)

    assert "out=" not in decorated.source_for(X, X)
    np.testing.assert_array_equal(decorated(X, X), srcad.grad(chain)(X, X))

    def nested(x):
        return np.sum(srcad.grad(chain, optimize=False)(x, x) ** 2)

    check(nested, (X,), tolerance=1e-6)
