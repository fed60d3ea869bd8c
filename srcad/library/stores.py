"""NumPy's functions and methods that write into an array: fill, put, sort in place, ufunc.at, ...

Guarantee: each element that NumPy writes is written, with the value that NumPy writes last.
"""

import numpy as np

from srcad.library.kinds import a_matrix, a_number, a_vector, an_array
from srcad.library.register import implements
from srcad.rules.taking import grid_along
from srcad.wengert import Method


def cycled(values, count):
    """As many values as there are places, again from the first when they are used up."""
    return np.ravel(values)[np.arange(count) % np.size(values)]


@implements(Method("fill"))
def _(self: an_array, value):
    self[...] = value


@implements(np.fill_diagonal)
def _(a: a_matrix, val: a_number):
    places = np.arange(min(np.shape(a)))
    a[places, places] = val


@implements(np.fill_diagonal)
def _(a: a_matrix, val):
    places = np.arange(min(np.shape(a)))
    a[places, places] = cycled(val, np.size(places))


@implements(np.put, Method("put"))
def _(a: an_array, ind, v):
    places = np.ravel(np.arange(np.size(a))[ind])
    a[np.unravel_index(places, np.shape(a))] = cycled(v, np.size(places))


@implements(np.place)
def _(arr: an_array, mask, vals):
    chosen = np.reshape(mask, np.shape(arr)).astype(bool)
    arr[chosen] = cycled(vals, np.count_nonzero(chosen))


@implements(np.putmask)
def _(a: an_array, mask, values: a_number):
    a[np.reshape(mask, np.shape(a)).astype(bool)] = values


@implements(np.putmask)
def _(a: an_array, mask, values):
    chosen = np.reshape(mask, np.shape(a)).astype(bool)
    a[chosen] = np.ravel(values)[np.flatnonzero(chosen) % np.size(values)]


@implements(np.put_along_axis)
def _(arr: an_array, indices, values, axis):
    arr[grid_along(indices, np.shape(arr), axis)] = values


@implements(Method("sort"))
def _(self: an_array, axis=-1):
    self[...] = np.sort(self, axis=axis)


@implements(Method("partition"))
def _(self: an_array, kth, axis=-1):
    self[...] = np.partition(self, kth, axis=axis)


def at_each(function):
    """Registers what `function.at` does: one place after the other, each seeing what was written before."""

    @implements(function.at)
    def one_by_one(a: a_vector, indices, b):
        places = np.arange(np.size(a))[indices]
        values = np.ravel(np.broadcast_to(b, np.shape(places)))
        for i, place in enumerate(np.ravel(places)):
            a[place] = function(a[place], values[i])


for _ufunc in (np.multiply, np.divide, np.maximum, np.minimum, np.power, np.fmax, np.fmin):
    at_each(_ufunc)
