"""NumPy's functions and methods that write into an array: fill, put, sort in place, ufunc.at, ...

Guarantee: each element that NumPy writes is written, with the value that NumPy writes last.
"""

import numpy as np

from srcad import runtime as rt
from srcad.library.kinds import a_double_array, a_matrix, a_number, an_array, naming_once
from srcad.library.register import implements
from srcad.rules.taking import grid_along
from srcad.rules.ufunc_facts import elementwise_ufuncs
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


# ---------------------------------------------------------------------------------------------------- ufunc.at


def unary_at(ufunc):
    """Registers what `ufunc.at` does with one operand."""

    @implements(ufunc.at)
    def at_once(a: an_array, indices: naming_once):
        a[indices] = ufunc(a[indices])

    @implements(ufunc.at)
    def in_turns(a: an_array, indices):
        for places, _ in rt.turns(np.shape(a), indices):
            a[places] = ufunc(a[places])


def binary_at(ufunc):
    """Registers what `ufunc.at` does with two operands, of which it makes arrays."""

    @implements(ufunc.at)
    def at_once(a: a_double_array, indices: naming_once, b):
        a[indices] = ufunc(a[indices], b)

    @implements(ufunc.at)
    def in_turns(a: an_array, indices, b):
        values = np.broadcast_to(b, np.shape(a[indices])).flatten()
        for places, chosen in rt.turns(np.shape(a), indices):
            a[places] = ufunc(a[places], values[chosen])


for _ufunc in elementwise_ufuncs(1):
    unary_at(_ufunc)
for _ufunc in elementwise_ufuncs(2):
    if _ufunc not in (np.add, np.subtract):  # which need no turns
        binary_at(_ufunc)
