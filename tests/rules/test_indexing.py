"""Indices that repeat, and what is known of the axes that an index leaves."""

from __future__ import annotations

import numpy as np
import pytest

from srcad import runtime as rt
from srcad.facts import ONE, Array, Dim, Known, Number, Tuple
from srcad.rules import calling, indexing

N, M = Dim("n", False), Dim("m", False)


def gradient(function, *args, d_out, **kwargs):
    _out, pull = calling.pullback(function, args, kwargs, rt.unbroadcast)
    return next(iter(pull(d_out).values()))


def test_repeated_indices_add():
    import operator

    d = gradient(operator.getitem, np.zeros(3), np.array([0, 2, 0]), d_out=np.array([1.0, 2.0, 4.0]))
    np.testing.assert_array_equal(d, [5.0, 0.0, 2.0])
    d = gradient(np.take, np.zeros(3), [1, 1, -2], d_out=np.array([1.0, 2.0, 4.0]))
    np.testing.assert_array_equal(d, [0.0, 7.0, 0.0])


def test_slices_of_equal_length_are_known_to_agree():
    """The stencil u[2:] - 2 u[1:-1] + u[:-2] has no broadcasting to undo."""
    lengths = {indexing.sliced(N, cut) for cut in (slice(2, None), slice(1, -1), slice(None, -2))}
    assert len(lengths) == 1
    assert indexing.sliced(indexing.sliced(N, slice(1, None)), slice(1, None)) in lengths
    assert indexing.sliced(N, slice(None)) == N == indexing.sliced(N, slice(None, None, -1))
    assert indexing.sliced(N, slice(1, None)) not in lengths


@pytest.mark.parametrize(
    ("index", "fact"),
    [
        (Known(0), Array("float32", (M,))),
        (Known((0, 1)), Number("float32", False)),
        (Known((slice(None), None)), Array("float32", (N, ONE, M))),
        (Known((..., 0)), Array("float32", (N,))),
        (Tuple((Number("int64", True), Known(slice(None)))), Array("float32", (M,))),
        (Array("int64", (ONE, ONE)), Array("float32", (ONE, ONE, M))),
        (Tuple((Known(slice(None)), Array("int64", (ONE,)))), Array("float32", (N, ONE))),
        (Known(None), Array("float32", (ONE, N, M))),
    ],
)
def test_facts_of_indices(index, fact):
    assert indexing.indexed(Array("float32", (N, M)), index) == fact


def test_the_length_of_a_mask_is_not_known():
    (chosen,) = indexing.indexed(Array("float64", (N,)), Array("bool", (N,))).shape
    assert chosen.one is None
