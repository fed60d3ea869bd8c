"""Functions called for elements, rows and indices of arrays."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def indices(x):
    t = 0.0
    m = np.outer(x, x)
    for i, j in np.ndindex(m.shape):
        t += m[i, j] * i * x[j]
    for i, j in np.ndindex(2, 3):
        t += m[i, j]
    for idx in np.ndindex(*m.shape):
        t += m[idx] ** 2
    return t


@programs.on((V,))
def enumerated(x):
    t = 0.0
    m = np.outer(x, x)
    for (i, j), v in np.ndenumerate(m):
        t += v * v * i * j
    for (i,), v in np.ndenumerate(x):
        t += v * i
    for idx, v in np.ndenumerate(m):
        m[idx] = v * 2
    return t + weigh(m)


@programs.on((V,))
def from_an_iterator(x):
    return weigh(np.fromiter((v * v for v in x), float))


@programs.on((V,))
def from_a_map(x):
    return weigh(np.fromiter(map(math.sin, x), dtype=float, count=4))


@programs.on((V,))
def from_a_function(x):
    return np.sum(np.fromfunction(lambda i, j: x[0] * i + x[1] * j * j, (2, 3)))


@programs.on((V,))
def from_a_function_of_one_index(x):
    return np.sum(np.fromfunction(lambda i: x[0] * i**2, (4,)))


@programs.on((V,))
def numbers_along_an_axis(x):
    return np.sum(np.apply_along_axis(lambda r: r[0] * r[1] + np.sum(r * r), 1, np.outer(x, x + 1)))


@programs.on((V,))
def arrays_along_an_axis(x):
    return weigh(np.apply_along_axis(lambda r: r * r[0], 0, np.outer(x, x + 1)[:3]))


@programs.on((V,))
def sorted_along_an_axis(x):
    return weigh(np.apply_along_axis(np.sort, 0, np.outer(x, x + 1)[:3]))


@programs.on((V,))
def along_the_only_axis(x):
    return np.apply_along_axis(lambda r: np.sum(r * r), 0, x) * x[0]


@programs.on((V,))
def pieces_and_a_default(x):
    return weigh(np.piecewise(x, [x < 0, x >= 1], [lambda v: v * v, lambda v: v * v * v, 0.5]))


@programs.on((V,))
def pieces_of_ufuncs(x):
    return weigh(np.piecewise(x, [x < 0, x >= 0], [np.sin, np.exp]))


@programs.on((V,))
def vectorised(x):
    return weigh(np.vectorize(lambda v: v * v if v > 0 else -v)(x))


@programs.on((V,))
def vectorised_with_broadcasting(x):
    f = np.vectorize(lambda a, b: a * b if a > b else a + b)
    return weigh(f(x, x[0]))


@programs.on((V,))
def vectorised_over_a_matrix(x):
    f = np.vectorize(math.sin)
    return weigh(f(np.outer(x, x)))


@programs.on((V,))
def selected(x):
    return weigh(np.select([x < 0, x > 1], [x * x, x**3], default=x[0]))


@programs.on((V,))
def piece_without_elements(x):
    return np.sum(np.piecewise(x, [x < -5, x >= -5], [lambda v: np.max(v) * v, np.exp]))


@programs.on((V, np.array([[0.5, 1.5], [2.5, -0.5]])))
def blocks(x, m):
    return weigh(np.block([[m, x[:2, None]], [x[None, :2] * x[2], np.zeros((1, 1))]]))


@programs.on((V, np.array([[0.5, 1.5], [2.5, -0.5]])))
def blocks_of_what_is_written(x, m):
    b = np.block([[m, x[:2, None]], [x[None, :2] * x[2], np.zeros((1, 1))]])
    m[0, 0] = x[3]
    return weigh(b) + weigh(np.block([x, 2.0, x[:2]])) + weigh(np.block([[x], [x * x]]))


@programs.on((V,))
def over_axes(x):
    m = np.outer(x, x + 1)
    kept = np.apply_over_axes(np.sum, m, (0, -1))
    cube = np.reshape(np.outer(m[:2], x), (2, 4, 4))
    return (
        np.sum(kept) ** 2 + weigh(np.apply_over_axes(np.mean, cube, [2, 0])) + weigh(np.apply_over_axes(np.max, m, 1))
    )


@programs.on((V,))
def accumulated_over_axes(x):
    return weigh(np.apply_over_axes(lambda a, axis: np.cumsum(a, axis) * x[0], np.outer(x, x), [0, 1]))


@programs.on((V,))
def sorted_as_complex(x):
    z = np.sort_complex(x * x) * (1 + 2j)
    y = np.sort_complex(x + 1j * x[::-1])
    return weigh(z.real) + np.sum(z.imag * y.real * y.imag)


@programs.on((V,))
def described(x):
    if x.device == "cpu":
        return weigh(x[(x * x).argpartition(2)[:2]])
    return np.sum(x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
