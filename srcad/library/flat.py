"""`.flat` of an array, as an object in the language that holds the array and the number of the next element.

Guarantee: elements are read and written where they are, in the order of the axes, whatever the memory's order is; what
is read by a slice or by indices is a copy.  A value that is written is repeated until there is enough of it, as NumPy
does.
"""

import numpy as np

from srcad.library.kinds import a_cube, a_matrix, a_number, a_vector, an_array
from srcad.library.register import implements, stands_for
from srcad.wengert import Attribute, SetAttribute


@stands_for(np.flatiter)
class Flat:
    """The iterator over the elements; it begins again where a subscript is read or written."""

    def __init__(self, array):
        self.base = array
        self.index = 0

    def __getitem__(self, index):
        self.index = 0
        return taken(self.base, index)

    def __setitem__(self, index, value):
        self.index = 0
        put(self.base, index, value)

    def __len__(self):
        return np.size(self.base)

    def __iter__(self):
        return self

    def __next__(self):
        if self.index >= np.size(self.base):
            raise StopIteration
        number = self.index
        self.index = number + 1
        return element(self.base, number)

    def copy(self):
        """All elements, with one axis."""
        return np.array(np.ravel(self.base))


@implements(Attribute("flat"))
def _(array: an_array):
    return Flat(array)


@implements(SetAttribute("flat"))
def _(array: an_array, value: a_number):
    array[...] = value


@implements(SetAttribute("flat"))
def _(array: an_array, value):
    array[...] = np.reshape(np.resize(value, np.size(array)), np.shape(array))


# --------------------------------------------------------------------------------------------- by a number


def element(array, number):
    """The element of this number, which is one of the array."""


def taken(array, index):
    """What `array.flat[index]` reads."""


def put(array, index, value):
    """What `array.flat[index] = value` does."""


def counted(array, number):
    """The number without a sign; an IndexError if the array has no such element."""
    size = np.size(array)
    if number < -size or number >= size:
        raise IndexError(f"index {number} is out of bounds for size {size}")
    return number + size if number < 0 else number


@implements(element)
def _(array: a_vector, number):
    return array[number]


@implements(element)
def _(array: a_matrix, number):
    columns = np.shape(array)[1]
    return array[number // columns, number % columns]


@implements(element)
def _(array: a_cube, number):
    _, rows, columns = np.shape(array)
    return array[number // (rows * columns), number // columns % rows, number % columns]


@implements(element)
def _(array, number):
    return np.ravel(array)[number]


@implements(taken)
def _(array, index: a_number):
    return element(array, counted(array, index))


@implements(taken)
def _(array, index):
    return np.array(np.ravel(array)[index])


@implements(put)
def _(array: a_vector, index: a_number, value):
    array[index] = value


@implements(put)
def _(array: a_matrix, index: a_number, value):
    columns, number = np.shape(array)[1], counted(array, index)
    array[number // columns, number % columns] = value


@implements(put)
def _(array: a_cube, index: a_number, value):
    _, rows, columns = np.shape(array)
    number = counted(array, index)
    array[number // (rows * columns), number // columns % rows, number % columns] = value


@implements(put)
def _(array, index: a_number, value):
    array[np.unravel_index(counted(array, index), np.shape(array))] = value


@implements(put)
def _(array, index, value: a_number):
    array[np.unravel_index(np.arange(np.size(array))[index], np.shape(array))] = value


@implements(put)
def _(array, index, value):
    numbers = np.arange(np.size(array))[index]
    array[np.unravel_index(numbers, np.shape(array))] = np.resize(value, np.shape(numbers))
