"""What is not differentiated yet is refused: with the file, the line and a way out, never with a wrong number."""

import numpy as np
import pytest
from programs.checking import refused

V = np.array([0.3, -1.1, 0.7, 1.9])
cases = []


def refusing(*words):
    """Notes a function of a vector, and what its refusal says."""

    def note(function):
        cases.append(pytest.param(function, words, id=function.__name__))
        return function

    return note


@refusing("A `global` statement")
def global_statement(x):
    global KEPT
    KEPT = x
    return np.sum(x)


@refusing("read-only view")
def rows_of_a_broadcast_array(x):
    y = x * 1.0
    t = 0.0
    for row in np.broadcast_to(y, (3, 4)):
        t = t + np.sum(row * row)
        y[0] = t
    return t


@pytest.mark.parametrize(("function", "words"), cases)
def test_refused(function, words):
    refused(function, (V,), *words)
