"""Rules given what NumPy takes for arrays: lists, and complex numbers beside real ones.

One sample of each rule, the one with the most numbers, is changed in each way in which NumPy takes it, and is then a
program whose gradient is compared with differences.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from rules.in_programs import check_gradient, program
from rules.registered import primitives

import srcad
from srcad.rules import calling
from srcad.rules.primitives import Primitive, Sample
from srcad.wengert import Attribute, Method, callee_name

RULES = [entry for entry in primitives() if entry.rule is not None and not entry.writes and entry.rule.arrays]


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and value.size > 0


def varied(entry: Primitive, change: Callable[[np.ndarray], Any]) -> Iterator[tuple[Callable, tuple]]:
    """The programs of the largest sample with one of its arrays changed, for each of them, where NumPy takes it."""
    sample = max(entry.samples, key=lambda one: sum(map(np.size, filter(is_array, one.args))), default=None)
    of_array = isinstance(entry.callee, (Method, Attribute))
    for place, value in enumerate(sample.args if sample else ()):
        if not is_array(value) or of_array and place == 0 and isinstance(change(value), list):
            continue
        args = (*sample.args[:place], change(value), *sample.args[place + 1 :])
        try:
            calling.call(entry.callee, copy.deepcopy(args), copy.deepcopy(dict(sample.kwargs)))
        except (TypeError, ValueError, AttributeError):
            continue  # NumPy does not take it
        made = program(entry, Sample(args, sample.kwargs))
        if made is not None:
            yield made


NOT_AS_LISTS = {
    np.nan_to_num: "infinite numbers have no differences",
    np.dsplit: "NumPy mistakes the length of an axis of a list",
    np.array_split: "NumPy mistakes the length of an axis of a list",
    np.split: "NumPy mistakes the length of an axis of a list",
    np.histogramdd: "a list is one of columns",
}


@pytest.mark.parametrize("entry", RULES, ids=[callee_name(entry.callee) for entry in RULES])
def test_lists_are_arrays(entry):
    if entry.callee in NOT_AS_LISTS:
        return
    for function, args in varied(entry, lambda array: array if np.iscomplexobj(array) else array.tolist()):
        check_gradient(function, args)


def to_complex(array: np.ndarray) -> np.ndarray:
    """Complex numbers in place of floats."""
    return array * (1.0 + 0.3j) + 0.1j if array.dtype.kind == "f" else array


NOT_COMPLEX = {
    np.unique_values: "the order of its results changes with their bits",
    **dict.fromkeys((np.linalg.eigh, np.linalg.eig, np.linalg.svd), "functions of phases are refused"),
    np.linalg.qr: "refused for complex matrices",
    np.lib.stride_tricks.as_strided: "steps of bytes belong to a dtype",
}


@pytest.mark.parametrize("entry", RULES, ids=[callee_name(entry.callee) for entry in RULES])
def test_complex_numbers_meet_real_ones(entry):
    if entry.callee in NOT_COMPLEX:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for function, args in varied(entry, to_complex):
            check_gradient(function, args)


def test_the_numbers_of_a_range_depend_on_its_start_and_its_step():
    def squares(start, step):
        return np.sum(np.arange(start, 4.2, step) ** 2) + np.sum(np.fft.fftfreq(5, step) ** 2)

    srcad.check_grads(squares, (0.3, 0.7))


def test_a_frozen_set_of_values_that_carry_a_derivative_is_refused():
    with pytest.raises(srcad.DifferentiationError, match="frozenset"):
        srcad.grad(lambda x: sum(frozenset([x, 3.0])))(1.3)
