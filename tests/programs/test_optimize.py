"""Programs with arrays that serve again wherever they can, beside the same without.

One program in four is taken; with SRCAD_EVERY=1 in the environment, each.
"""

import copy
import os

import numpy as np
import pytest
from programs.checking import is_differentiable
from programs.every import cases

from srcad import DifferentiationError, trees, value_and_grad
from srcad.transform.simplify import buffers

CHOSEN = list(cases({}))[:: int(os.environ.get("SRCAD_EVERY", "4"))]


@pytest.mark.parametrize(("function", "args", "reason"), CHOSEN)
def test_program(function, args, reason, monkeypatch):
    monkeypatch.setattr(buffers, "FEWEST", 1)
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    try:
        expected = value_and_grad(function, argnums=wrt, optimize=False)(*copy.deepcopy(args))
    except (DifferentiationError, ArithmeticError) as error:
        with pytest.raises(type(error)):
            value_and_grad(function, argnums=wrt)(*copy.deepcopy(args))
        return
    given = copy.deepcopy(args)
    found = value_and_grad(function, argnums=wrt)(*given)
    for tree, other in ((found, expected), (given, args)):
        for have, want in zip(trees.flatten(tree)[0], trees.flatten(other)[0], strict=True):
            assert type(have) is type(want)
            np.testing.assert_array_equal(have, want)
