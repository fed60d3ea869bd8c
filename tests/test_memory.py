"""Reverse sweeps keep what a trip overwrites and the adjoint reads, and no more; long loops are only long."""

import numpy as np
import pytest
from programs.checking import check

from benchmarks.memory import CASES, TRIP, counted, written
from srcad import value_and_grad


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function.__name__)
def test_the_peak_is_within_its_bound(case):
    steps, size, length = (40, 0, 5_000) if case.everything else (200, 50, 20_000)
    peak, bound = case.peak(steps, size, length), case.bound(steps, size, length)
    assert peak <= bound
    assert peak > 8 * case.kept * steps * (length if case.everything else size), "then the bound says nothing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function.__name__)
def test_memory_for_trips_does_not_depend_on_the_length_of_the_array(case):
    if case.everything:
        return
    few, many = (case.peak(steps, 20, 5_000) for steps in (50, 250))
    assert many - few <= 200 * (8 * case.kept * 20 + TRIP)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function.__name__)
def test_the_gradients_measured_are_right(case):
    check(case.function, case.arguments(7, 3, 11))


@pytest.mark.parametrize(("function", "argument"), [(counted, 0.3), (written, np.linspace(0.1, 1.0, 7))])
def test_long_loops(function, argument):
    value, gradient = value_and_grad(function)(argument, 20_000)
    assert value == function(np.copy(argument), 20_000)
    change = 1e-6
    ahead, behind = (function(np.array(argument + step), 20_000) for step in (change, -change))
    np.testing.assert_allclose(np.sum(gradient), (ahead - behind) / (2 * change), rtol=1e-5)
