"""Programs for a batch of tangents or cotangents give what they give for one after the other, or there is none."""

import copy

import numpy as np
import pytest
from programs.every import cases

from srcad import jvp, trees
from srcad.directional import differentiable
from srcad.errors import DifferentiationError
from srcad.sweeps import pushed
from srcad.vjp import Asked, linearised

COUNT = 3


def directions(arg, random):
    """A batch of directions of a number or array, and the same one by one."""
    batch = random.normal(size=(COUNT, *np.shape(arg)))
    if np.iscomplexobj(arg):
        batch = batch + 1j * random.normal(size=batch.shape)
    dtype = getattr(arg, "dtype", type(arg))
    batch = batch.astype(dtype)
    return batch, [row if isinstance(arg, np.ndarray) else type(arg)(row) for row in batch]


def compare(function, args):
    """Whether there is a program for a batch; raises AssertionError if it gives something else."""
    wrt = differentiable(args)
    numeric = all(isinstance(args[i], (float, complex, np.ndarray, np.generic)) for i in wrt)
    if not wrt or not numeric:
        return False
    push = pushed(function, copy.deepcopy(args), {}, Asked(wrt))
    if not push.compiled.is_batch:
        return False
    random = np.random.default_rng(5)
    batches, rows = zip(*(directions(args[i], random) for i in wrt), strict=True)
    value, found = push(batches)
    leaves = trees.flatten(found)[0]
    for k in range(COUNT):
        tangents = [None] * len(args)
        for i, row in zip(wrt, rows, strict=True):
            tangents[i] = row[k]
        want_value, want = jvp(function, copy.deepcopy(args), tangents)
        for leaf, expected in zip(leaves, trees.flatten(want)[0], strict=True):
            assert_row(leaf, k, expected)
        for leaf, expected in zip(trees.flatten(value)[0], trees.flatten(want_value)[0], strict=True):
            np.testing.assert_array_equal(leaf, expected)
    return True


def compare_pullbacks(function, args):
    """The same for cotangents, of a result that is a number or an array."""
    wrt = differentiable(args)
    if not wrt:
        return False
    value, pull = linearised(function, copy.deepcopy(args), {}, Asked(wrt, in_batches=True))
    if not pull.has_batch or not isinstance(value, (float, complex, np.ndarray, np.generic)):
        return False
    batch, rows = directions(value, np.random.default_rng(6))
    found = trees.flatten(pull.pull_batch(batch))[0]
    for k in range(COUNT):
        for leaf, expected in zip(found, trees.flatten(pull.pull(rows[k]))[0], strict=True):
            assert_row(leaf, k, expected)
    again = trees.flatten(pull.pull_batch(batch))[0]
    for leaf, expected in zip(again, found, strict=True):
        np.testing.assert_array_equal(leaf, expected)
    return True


def assert_row(leaf, k, expected):
    """Asserts that a row of a batch is what it is alone."""
    assert np.shape(leaf) == (COUNT, *np.shape(expected))
    assert leaf.dtype == np.asarray(expected).dtype
    size = max(1.0, np.max(np.abs(expected), initial=0))
    np.testing.assert_allclose(leaf[k], expected, rtol=1e-9, atol=1e-9 * size)


EVERY = 3


@pytest.mark.parametrize(("function", "args"), [pytest.param(*c.values[:2], id=c.id) for c in list(cases({}))[::EVERY]])
def test_program(function, args):
    for run in (compare, compare_pullbacks):
        try:
            run(function, args)
        except DifferentiationError:
            continue  # for the reasons that test_forward and test_pullbacks know
