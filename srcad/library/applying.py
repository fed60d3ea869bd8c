"""NumPy's functions that call functions for the elements, rows or indices of arrays, and its iterators over indices.

Guarantee: functions are given what NumPy gives them, in the same order.
"""

import numpy as np

from srcad import runtime as rt
from srcad.library.kinds import a_cube, a_matrix, a_number, a_vector, an_array, of_arrays, of_length
from srcad.library.register import implements


@implements(np.ndindex)
def _(rows: a_number):
    for i in range(rows):
        yield (i,)


@implements(np.ndindex)
def _(rows: a_number, columns: a_number):
    for i in range(rows):
        for j in range(columns):
            yield i, j


@implements(np.ndindex)
def _(rows: a_number, columns: a_number, layers: a_number):
    for i in range(rows):
        for j in range(columns):
            for k in range(layers):
                yield i, j, k


@implements(np.ndindex)
def _(shape: of_length(1)):
    for i in range(shape[0]):
        yield (i,)


@implements(np.ndindex)
def _(shape: of_length(2)):
    for i in range(shape[0]):
        for j in range(shape[1]):
            yield i, j


@implements(np.ndindex)
def _(shape: of_length(3)):
    for i in range(shape[0]):
        for j in range(shape[1]):
            for k in range(shape[2]):
                yield i, j, k


@implements(np.ndenumerate)
def _(arr: a_vector):
    for i in range(len(arr)):
        yield (i,), arr[i]


@implements(np.ndenumerate)
def _(arr: a_matrix):
    rows, columns = np.shape(arr)
    for i in range(rows):
        for j in range(columns):
            yield (i, j), arr[i, j]


@implements(np.ndenumerate)
def _(arr: a_cube):
    rows, columns, layers = np.shape(arr)
    for i in range(rows):
        for j in range(columns):
            for k in range(layers):
                yield (i, j, k), arr[i, j, k]


@implements(np.fromiter)
def _(iter, dtype, count=-1):
    return np.array(list(iter), dtype=dtype)


@implements(np.fromfunction)
def _(function, shape: of_length(1)):
    return function(np.arange(shape[0]) * 1.0)


@implements(np.fromfunction)
def _(function, shape: of_length(2)):
    grid = np.indices(shape, dtype=float)
    return function(grid[0], grid[1])


@implements(np.apply_along_axis)
def _(func1d, axis, arr: a_vector):
    return np.array(func1d(arr))


@implements(np.apply_along_axis)
def _(func1d, axis, arr: a_matrix):
    rows = np.moveaxis(arr, axis, -1)
    results = np.array([func1d(row) for row in rows])
    if results.ndim > 2:
        raise TypeError("a gradient through np.apply_along_axis takes functions that return numbers or vectors")
    return results if results.ndim == 1 else np.moveaxis(results, -1, axis)


@implements(np.piecewise)
def _(x: an_array, condlist: of_arrays, funclist):
    y = np.zeros_like(x)
    rest = np.ones(np.shape(x), bool)
    for condition, function in zip(condlist, funclist):
        store_piece(y, x, condition, function)
        rest = rest & ~condition
    if len(funclist) > len(condlist):
        store_piece(y, x, rest, funclist[-1])
    return y


def store_piece(y, x, condition, function):
    """Stores a number, or what a function makes of the elements for which a condition holds, if there are any."""
    if callable(function):
        values = x[condition]
        if np.size(values) > 0:
            y[condition] = function(values)
    else:
        y[condition] = function


@implements(np.select)
def _(condlist, choicelist, default=0):
    selected = np.asarray(default) if isinstance(default, (list, tuple)) else default
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        selected = np.where(condition, choice, selected)
    return selected


@implements(np.vectorize)
def _(pyfunc):
    def over(*arrays):
        if len(arrays) == 1:
            return for_each(pyfunc, arrays[0])
        if len(arrays) == 2:
            return for_each_pair(pyfunc, arrays[0], arrays[1])
        raise TypeError("a gradient through np.vectorize takes functions of one or two arguments")

    return over


def for_each(function, array):
    """The results of a function for the elements of an array, which it is given as Python numbers."""
    results = [function(item) for item in np.ravel(array).tolist()]
    if rt.differ_from_first(results):
        raise TypeError("np.vectorize casts all results to the type of the first: return floats for all arguments")
    return np.reshape(np.array(results), np.shape(array))


def for_each_pair(function, one, other):
    """The results of a function for pairs of elements, which it is given as Python numbers."""
    shape = np.broadcast_shapes(np.shape(one), np.shape(other))
    firsts, seconds = np.ravel(np.broadcast_to(one, shape)).tolist(), np.ravel(np.broadcast_to(other, shape)).tolist()
    results = [function(first, second) for first, second in zip(firsts, seconds)]
    if rt.differ_from_first(results):
        raise TypeError("np.vectorize casts all results to the type of the first: return floats for all arguments")
    return np.reshape(np.array(results), shape)
