"""Programs with a leading axis: every rule against one direction after the other, what they say, what has none."""

import numpy as np
import pytest

from srcad import grad, hessian, jacfwd, jacrev, jvp, trees
from srcad.sweeps import pushed
from srcad.vjp import Asked, linearised

V = np.array([0.5, -1.2, 0.8])
M = np.array([[0.3, -0.7, 1.1], [0.9, 0.2, -0.4], [0.5, 1.4, -0.3]])
CUBE = np.linspace(-1.0, 1.0, 12).reshape(3, 2, 2)


def columns(f, x):
    """The Jacobian, one direction after the other."""
    units = np.eye(x.size).reshape(-1, *x.shape)
    found = [trees.flatten(jvp(f, (x,), (unit,))[1])[0] for unit in units]
    return [np.moveaxis(np.array(row), 0, -1).reshape(*np.shape(row[0]), *x.shape) for row in zip(*found, strict=True)]


OF_VECTORS = [
    lambda x: x * x[0] + x[1] * V,
    lambda x: x[:, None] * M - M[0] * x[0],
    lambda x: np.sum(x * M, axis=0) * np.sum(x[:, None] * M, axis=(0, 1)),
    lambda x: (x[:, None] * M).sum(axis=-1, keepdims=True) + np.mean(x * x),
    lambda x: M @ x + x @ M + (x @ V) * V,
    lambda x: np.dot(M * x, V) + np.dot(M, x) * np.dot(x, V) + np.dot(x[0], M),
    lambda x: (x[:, None] * M) @ M + M @ (x * M) + V @ (x * M),
    lambda x: np.outer(x, V) + np.outer(V, x * x),
    lambda x: np.einsum("ij,j->i", M, x) * np.einsum("ij, ij -> j", x * M, M),
    lambda x: np.reshape(x * M, (9,)).reshape(3, 3) + np.ravel(np.outer(x, x)).reshape((3, -1)),
    lambda x: (x * M).T + np.transpose(x[:, None] * M) + np.swapaxes(x * M, 0, 1) + np.moveaxis(x * M, 0, -1),
    lambda x: np.expand_dims(x, -1) * np.expand_dims(x, 0) + np.squeeze(np.expand_dims(x * M, (0, 2))),
    lambda x: np.transpose(np.expand_dims(x, (0, -1)) * M, (2, 0, 1)),
    lambda x: np.concatenate([x, V, x * x]) * np.stack([x[0], 1.0, x[1]])[0],
    lambda x: np.concatenate((x * M, M), axis=-1) + np.stack([x * M, M], axis=1).reshape(3, 6),
    lambda x: np.array([x[0], 2.0, x[1]]) + np.flip(x, axis=0) * V + np.cumsum(x, axis=0),
    lambda x: np.where(x > 0.0, x * x, -x) + np.where(V > 0.0, 0.5, x[0]),
    lambda x: x[[2, 0, 0]] * x[np.array([True, False, True])][0] + (x * M)[1, ::-1] + (x * M)[:, [0, 2]].sum(),
    lambda x: np.broadcast_to(x[:2, None], (2, 3)) * V + np.broadcast_to(x[0], (2, 3)),
    lambda x: np.linalg.solve(M + np.diag(x), x) + np.sort(x) * np.max(x),
    lambda x: (x[0], (x * x, 1.0), x[1] * 0.0),
    lambda x: np.tanh(x.copy()).astype(np.float64) + float(x[0]),
]
OF_CUBES = [
    lambda x: np.sum(x, axis=(0, -1)) * np.mean(x, axis=-2)[0],
    lambda x: x @ x + np.transpose(x, (0, 2, 1)) * x[:, :1],
    lambda x: np.einsum("abc,bc->a", x, x[0]) + x[..., 0].sum(axis=1) + x[1, ..., 1].sum(),
]


@pytest.mark.parametrize(("f", "x"), [*((f, V) for f in OF_VECTORS), *((f, CUBE) for f in OF_CUBES)])
def test_rules(f, x):
    assert pushed(f, (x,), {}, Asked((0,))).compiled.is_batch
    for found, expected in zip(trees.flatten(jacfwd(f)(x))[0], columns(f, x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14)
    if not isinstance(f(x), tuple):
        _, pull = linearised(f, (x,), {}, Asked((0,), in_batches=True))
        assert pull.has_batch
        np.testing.assert_allclose(jacrev(f)(x), *columns(f, x), rtol=1e-12, atol=1e-13)


# ------------------------------------------------------------------------------------- memory and control flow


def numbers_that_are_read_before_a_write(x):
    y = x * 1.0
    for i in range(3):
        first = y[0]
        y[0] = y[i] * x[i]
        y[i] += first
    return y


def swapped(x):
    y = x * 2.0
    for i in range(2):
        y[i], y[i + 1] = y[i + 1], y[i] * y[0]
    return y


def written_through_views(x):
    y = np.zeros((2, 3))
    rows = y.T
    rows[1:] = x[:2]
    y[1] *= x
    last = y[:, 2]
    last += x[0]
    return y


def carried_from_a_constant(x):
    total, y = 0.0, np.zeros(3)
    for i in range(3):
        total = total + x[i] * total if i > 0 else x[0]
        y = y + total
    return y * total


def branch_of_a_constant(x, flag=True):
    y = V
    if flag and x[0] > 0:
        y = x * x
    return y * 2.0


def while_loop(x):
    n = 0
    while np.sum(x * x) < 50.0:
        x = x * 1.5 + x[0]
        n += 1
    return x


def scattered(x):
    y = np.zeros(4)
    np.add.at(y, [0, 0, 3], x)
    y[[1, 2]] = x[:2] * x[2]
    return y


WRITING = [
    numbers_that_are_read_before_a_write,
    swapped,
    written_through_views,
    carried_from_a_constant,
    branch_of_a_constant,
    while_loop,
]


@pytest.mark.parametrize("f", [*WRITING, scattered])
def test_memory_and_control_flow(f):
    given = V.copy()
    np.testing.assert_allclose(jacfwd(f)(given), *columns(f, V), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(jacrev(f)(given), *columns(f, V), rtol=1e-12, atol=1e-13)
    assert np.array_equal(given, V)


@pytest.mark.parametrize("f", WRITING)
def test_these_are_batches_forward(f):
    assert pushed(f, (V,), {}, Asked((0,))).compiled.is_batch


# ------------------------------------------------------------------------------------- numbers, dtypes, sizes


def test_numbers_and_several_arguments():
    def f(s, x, c):
        return x * s + c, s * s

    (d_s, d_x, d_c), (e_s, e_x, e_c) = jacfwd(f, (0, 1, 2))(2.0, V, np.float64(3.0))
    assert pushed(f, (2.0, V, np.float64(3.0)), {}, Asked((0, 1, 2))).compiled.is_batch
    np.testing.assert_array_equal(d_s, V)
    np.testing.assert_array_equal(d_x, 2 * np.eye(3))
    np.testing.assert_array_equal(d_c, np.ones(3))
    assert (e_s, e_c) == (4.0, 0.0)
    np.testing.assert_array_equal(e_x, np.zeros(3))


def test_single_precision_stays():
    x = V.astype(np.float32)
    for make in (jacfwd, jacrev):
        found = make(lambda x: np.tanh(x) * x[0] + 2.0)(x)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, make(lambda x: np.tanh(x) * x[0] + 2.0)(V), rtol=1e-5)


def test_more_directions_than_a_batch_takes():
    x = np.linspace(-1.0, 1.0, 300)
    for make in (jacfwd, jacrev):
        np.testing.assert_allclose(
            make(lambda x: x**2 * x[0])(x), np.diag(2 * x * x[0]) + np.outer(x**2, np.eye(300)[0])
        )


def test_complex_numbers():
    z = np.array([1 + 2j, 0.5 - 1j])
    want = np.diag(2 * z) * z[0] + np.outer(z**2, [1, 0])
    for make in (jacfwd, jacrev):
        np.testing.assert_allclose(make(lambda z: z**2 * z[0], holomorphic=True)(z), want)


# ------------------------------------------------------------------------------------- what the programs say


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_the_program_is_the_one_a_person_would_write():
    text = hessian(rosenbrock).source_for(V)
    assert "dot_x[:, 1:] - dot_x[:, :-1] *" in text
    assert "dot_d_x = np.zeros((len(dot_x),) + np.shape(d_x))" in text
    assert "for " not in text
    text = jacrev(lambda x: np.tanh(M @ x)).source_for(V)
    assert "d_out * (1.0 - t * t) @ M" in text


@pytest.mark.parametrize(
    "f",
    [
        lambda x: sum([v * v for v in x]),
        lambda x: {"y": x * x, "n": 3}["y"] * np.sum([x[0], x[1]]),
        lambda x: np.sum(sorted(x, key=abs)) * x,
    ],
)
def test_what_has_no_batch_is_done_one_by_one(f):
    np.testing.assert_allclose(jacfwd(f)(V), *columns(f, V))


def test_gradients_with_tapes_are_done_one_by_one():
    def f(x):
        for i in range(2):
            x = np.sin(x) * x[i]
        return np.sum(x)

    assert not pushed(grad(f), (V,), {}, Asked((0,))).compiled.is_batch
    step = 1e-6
    want = [(grad(f)(V + step * e) - grad(f)(V - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(hessian(f)(V), want, atol=1e-7)
