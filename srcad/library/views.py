"""NumPy's functions whose views of arrays are best said by others: broadcast_arrays, trim_zeros.

Guarantee: what NumPy gives as a view is a view, so that writes are seen through it.
"""

import numpy as np

from srcad.library.kinds import a_vector
from srcad.library.register import implements


@implements(np.broadcast_arrays)
def _(one, other):
    shape = np.broadcast_shapes(np.shape(one), np.shape(other))
    return np.broadcast_to(one, shape), np.broadcast_to(other, shape)


@implements(np.broadcast_arrays)
def _(one, two, three):
    shape = np.broadcast_shapes(np.shape(one), np.shape(two), np.shape(three))
    return np.broadcast_to(one, shape), np.broadcast_to(two, shape), np.broadcast_to(three, shape)


@implements(np.broadcast_arrays)
def _(one, two, three, four):
    shape = np.broadcast_shapes(np.shape(one), np.shape(two), np.shape(three), np.shape(four))
    first, second = np.broadcast_to(one, shape), np.broadcast_to(two, shape)
    return first, second, np.broadcast_to(three, shape), np.broadcast_to(four, shape)


@implements(np.trim_zeros)
def _(filt: a_vector, trim="fb"):
    found = np.flatnonzero(filt)
    begin, end = 0, len(filt)
    if "f" in trim.lower():
        begin = found[0] if len(found) > 0 else end
    if "b" in trim.lower():
        end = found[-1] + 1 if len(found) > 0 else begin
    return filt[begin:end]
