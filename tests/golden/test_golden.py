"""The generated programs are those in the files, to the byte, and their gradients are right."""

import copy

import numpy as np
import pytest

from .files import names, read


@pytest.mark.parametrize("name", names())
def test_the_source_is_the_one_in_the_file(name):
    case = read(name)
    assert case.generate() == case.generated


@pytest.mark.parametrize("name", names())
def test_the_gradient_is_that_of_central_differences(name):
    case = read(name)
    derivative = case.derivative()
    for seed in range(3):
        args = case.arguments(seed)
        before = copy.deepcopy(args)
        got = derivative(*args)
        np.testing.assert_equal(args, before)
        wrt = case.module.wrt
        positions = (wrt,) if isinstance(wrt, int) else wrt
        got = (got,) if isinstance(wrt, int) else got
        rng = np.random.default_rng(seed)
        directions = {i: direction(args[i], rng) for i in positions}
        values = [
            case.function(*[moved(a, directions.get(i), step) for i, a in enumerate(copy.deepcopy(args))])
            for step in (1e-6, -1e-6)
        ]
        want = (values[0] - values[1]) / 2e-6
        have = sum(inner(g, directions[i]) for g, i in zip(got, positions, strict=True))
        np.testing.assert_allclose(have, want, rtol=2e-6, atol=1e-7)


def direction(x, rng):
    return tuple(direction(v, rng) for v in x) if isinstance(x, tuple) else rng.normal(size=np.shape(x))


def moved(x, d, step):
    if d is None:
        return x
    return tuple(moved(v, e, step) for v, e in zip(x, d, strict=True)) if isinstance(x, tuple) else x + step * d


def inner(g, d):
    return sum(map(inner, g, d)) if isinstance(g, tuple) else float(np.sum(np.asarray(g) * d))
