"""Calls of NumPy in the forms that people write: lists for arrays, complex beside real, axes of all kinds, dtypes."""

import numpy as np
import pytest
from programs.checking import Programs, check

import srcad

V = np.array([0.3, 1.1, -0.7, 1.9])
M = np.array([[0.3, 1.1, -0.7], [1.9, 0.4, 0.8]])
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def products_with_lists(x):
    y = np.outer(x, x)
    dot = np.dot(y, [1.0, 2.0, 3.0, 4.0]) + np.dot([x[0], x[1], 2.0, 1.0], y)
    return (
        weigh(dot) + np.inner([1, 2, 3, 4], x) * x.dot([1, 2, 3, 4]) + weigh(np.linalg.solve([[2, 1], [0, 3]], x[:2]))
    )


@programs.on((V,))
def lists_of_active_numbers(x):
    y = [x[0], x[1] * x[2], 2.0]
    cumulated = np.cumprod(y)
    lengths = np.linalg.norm([y, [1.0, x[3], x[0]]], axis=1)
    crossed = np.cross(y, [x[1], 0.5, 1.0])
    return weigh(cumulated) + weigh(lengths) + weigh(crossed) + np.var(y) + np.trace([[x[0], 1.0], [2.0, x[1]]])


@programs.on((V,))
def positions_as_lists(x):
    chosen = np.choose([0, 1, 0, 1], [x, x * x])
    nested = np.choose([1, 0], [[x[0], x[1]], [2.0, x[2]]])
    taken = np.take(x, (0, 3, 3))
    counted = np.bincount((0, 2, 2, 1), x)
    between = np.interp(x, [-1.0, 0.0, 2.0], x[:3])
    return weigh(chosen) + weigh(nested) + weigh(taken) + weigh(counted) + weigh(between)


@programs.on((V,))
def selected_with_a_list_as_default(x):
    return weigh(np.select([x > 1, x > 0.5], [x, x * x], default=[1.0, x[0], 3.0, x[1]]))


@programs.on((V,))
def real_beside_complex(x):
    z = x + 1j * x[::-1] * x
    joined = np.concatenate([z, x]) + np.kron(z[:2], x)
    stacked = np.stack([z, x]).sum(0) * np.array([z, x])[1]
    product = np.polymul(z, x) if x[0] > 0 else np.polymul(x, z)
    chained = np.linalg.multi_dot([np.outer(z, z), np.outer(x, x), x])
    whole = np.sum(joined * np.conj(joined)) + np.sum(stacked**2) + np.sum(product**2) + np.sum(chained)
    return np.real(whole) + np.imag(np.sum(np.roots(x) * z[0]))


@programs.on((V,))
def axes_in_front(x):
    y = np.array(x, ndmin=3)
    z = np.array([x[0], 2.0], dtype=float, ndmin=1)
    x[0] = 5.0
    return weigh(y) + weigh(z) + weigh(np.array(x[1], ndmin=2) @ np.array([[2.0]]))


@programs.on((M,))
def axes(x):
    y = x * x + x
    averages = np.average(y, axis=(1,), weights=[1.0, 2.0, 3.0]) + np.average(y, axis=[1])
    quantiles = np.quantile(y, 0.3, axis=[0]) + np.nanmedian(y, axis=[0])
    norms = np.linalg.norm(y, axis=(1,), ord=1) + np.linalg.norm(y, axis=(-1,))
    return weigh(averages) + weigh(quantiles) + weigh(norms)


@programs.on((M,))
def differences(x):
    total = np.sum(np.diff(x, axis=0, n=2)) + np.sum(np.diff(x[:, :1]))
    for axis in range(2):
        total += weigh(np.diff(x, axis=axis))
    return total + weigh(np.diff(x)) + weigh(np.diff(x[0], 2)) + weigh(np.diff(x[:, :, None] * x[1], axis=1))


@programs.on((M,))
def without_a_place_for_the_result(x):
    y = np.prod(x, axis=1, out=None) + np.max(x, axis=1, out=None)
    return weigh(y) + np.var(x, out=None)


@programs.on((M,))
def extremes_of_another_dtype(x):
    return weigh(np.maximum.reduce(x, axis=1, dtype=float)) + weigh(np.minimum.reduce(x, dtype=float, keepdims=True))


@programs.on((M,))
def rows_of_nested_lists(x):
    rows = (x * x).tolist()
    total = rows[1][2] * 3.0
    for row in (x * 2).tolist():
        total += row[0] * row[0]
    return total * total


@programs.on((V,))
def nothing_at_all(x):
    none = x[x > 5.0]
    made = np.cumsum(none), np.diff(none), np.polynomial.polynomial.polyfromroots(none), np.append(none, x)
    _counts, edges = np.histogram(none, 3)
    return weigh(x) + np.sum(made[0]) + np.sum(made[1]) + np.sum(made[2]) + weigh(made[3]) + np.sum(edges)


@programs.on((V,))
def drawn_inside(x):
    rng = np.random.default_rng(0)
    total = 0.0
    for _ in range(3):
        total += np.sum(rng.normal(size=4) * x * x) * rng.uniform()
    return total + np.sum(np.random.default_rng(1).normal(size=4) * x)


@programs.on((np.random.default_rng(3).normal(size=(6, 2)), np.array([1.0, 2.0, 0.5, 1.5, 3.0, 0.7])))
def counted_in_cells(x, w):
    table, edges = np.histogramdd(x, (2, 3), weights=w)
    plane, first, second = np.histogram2d(x[:, 0], x[:, 1], [np.array([-2.0, 0.0, 2.0]), 3], density=True, weights=w)
    return weigh(table) + weigh(edges[0]) + weigh(edges[1]) + weigh(plane) + weigh(second) + np.sum(first)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def single_precision_extreme(x):
    return np.sum(np.maximum.reduce(x * 1, axis=1, dtype=np.float32) * [1.0, 2.0])


def test_an_extreme_is_found_among_what_was_compared():
    np.testing.assert_allclose(srcad.grad(single_precision_extreme)(M), [[0, 1, 0], [2, 0, 0]])
