"""The pullback of every program gives the gradient each time it is called, whatever happened meanwhile."""

import copy

import numpy as np
import pytest
from programs.checking import TOLERANCE, check_gradients, close, is_differentiable, refused_with, same
from programs.every import cases

from srcad import DifferentiationError, trees, value_and_grad
from srcad.vjp import Asked, linearised


def spoilt(tree):
    """Overwrites all that can be overwritten: what a caller may do with what is his."""
    for leaf in trees.flatten(tree)[0]:
        if isinstance(leaf, np.ndarray) and leaf.flags.writeable and leaf.dtype.kind == "f":
            leaf[...] = np.nan
    if isinstance(tree, list):
        tree.clear()


@pytest.mark.parametrize(("function", "args"), [pytest.param(*c.values[:2], id=c.id) for c in cases({})])
def test_program(function, args):
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    expected = function(*copy.deepcopy(args))
    given = copy.deepcopy(args)
    try:
        value, pull = linearised(function, given, {}, Asked(wrt))
    except DifferentiationError:
        refused_with(lambda: value_and_grad(function, argnums=wrt)(*given))  # as its gradient is, for the same reason
        return
    assert same(value, expected), f"value {value!r}, not {expected!r}"
    assert same(given, args), "the arguments were modified"
    one = np.ones_like(value) if isinstance(value, np.ndarray) else 1.0
    first = pull(one)
    check_gradients(function, args, wrt, first, TOLERANCE)
    kept = copy.deepcopy(first)
    spoilt(given)
    spoilt(value)
    twice = pull(2.0 * one)
    spoilt(first)
    assert same(pull(one), kept), "the pullback gives something else the second time"
    doubled = trees.map(lambda d: 2.0 * d, kept)
    assert close(twice, doubled), f"{twice!r}, not twice {kept!r}"
    assert np.array_equal(one, np.ones_like(one)), "the cotangent was modified"
