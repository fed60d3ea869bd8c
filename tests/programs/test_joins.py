"""Joins that are written as subscripts (`np.r_`, `np.c_`), and modules that functions hand on."""

import math

import numpy as np
import pytest
from numpy import r_ as rows
from programs.checking import Programs, check, refused

V = np.array([0.3, -0.6, 0.7, 0.9])
M = np.array([[0.5, 1.5, -0.3], [2.5, -0.5, 0.2]])
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def of_vectors_and_numbers(x):
    return weigh(np.r_[x, 1.0, x[0], 2]) + weigh(np.r_[x])


@programs.on((V, M))
def columns(x, a):
    return weigh(np.c_[x, 2.0 * x]) + weigh(np.c_[a, x[:2]]) + weigh(np.c_[x]) + weigh(np.c_[a])


@programs.on((M,))
def of_matrices(a):
    return weigh(rows[a, np.ones((1, 3))]) + weigh(np.r_[-np.array([a[0]]), np.eye(2, 3)])


@programs.on((V,))
def in_a_loop(x):
    y = x
    for i in range(3):
        y = np.r_[y[1:], x[i] * y[0]]
    return weigh(y)


def numbers_of(x, exact=False):
    return math if exact else np


@programs.on((V,))
def of_a_module_that_a_function_gives(x):
    try:
        xp = numbers_of(x)
    except TypeError:
        xp = None
    return xp.sum(xp.sin(x) * xp.pi) + numbers_of(x, True).exp(x[0]) + numbers_of(x).prod(x)


@programs.on((V, None), (V, 2.0))
def with_errors_beside_it(x, scale):
    y = np.asarray(x)
    if scale is not None and scale < 0.0:
        raise ValueError(f"the scale must not be negative, but is {scale}")
    if y.ndim > 1:
        raise ValueError("no matrix, please")
    return weigh(y) if scale is None else weigh(scale * y)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_subscripts_with_slices_are_refused():
    def space(x):
        return np.sum(np.mgrid[0 : x[0] : 3j] ** 2) + np.sum(np.r_[0 : x[1] : 3j])

    refused(space, (V,), "a subscript is made of a value that carries a derivative", "np.mgrid")


def test_other_joins_are_refused():
    def joined(x):
        return np.sum(np.r_["0,2", x, x] ** 2)

    refused(joined, (V,), "a subscript is made of a value that carries a derivative")
