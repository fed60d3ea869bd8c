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
        wrt = case.module.wrt
        positions = (wrt,) if isinstance(wrt, int) else wrt
        rng = np.random.default_rng(seed)
        directions = {i: direction(args[i], rng) for i in positions}
        have = along(case, derivative, args, directions)
        np.testing.assert_equal(args, before)
        values = [
            case.function(*[moved(a, directions.get(i), step) for i, a in enumerate(copy.deepcopy(args))])
            for step in (1e-6, -1e-6)
        ]
        want = (values[0] - values[1]) / 2e-6
        np.testing.assert_allclose(have, want, rtol=2e-6, atol=1e-7)


def along(case, derivative, args, directions):
    if case.is_forward:
        value, dot = derivative(args, case.tangents(args, directions))
        assert value == case.function(*copy.deepcopy(args))
        return dot
    got = derivative(*args)
    got = (got,) if isinstance(case.module.wrt, int) else got
    return sum(inner(g, d) for g, d in zip(got, directions.values(), strict=True))


def direction(x, rng):
    if isinstance(x, tuple):
        return tuple(direction(v, rng) for v in x)
    return rng.normal(size=np.shape(x)) if np.shape(x) else float(rng.normal())


def moved(x, d, step):
    if d is None:
        return x
    return tuple(moved(v, e, step) for v, e in zip(x, d, strict=True)) if isinstance(x, tuple) else x + step * d


def inner(g, d):
    return sum(map(inner, g, d)) if isinstance(g, tuple) else float(np.sum(np.asarray(g) * d))
