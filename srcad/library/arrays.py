"""NumPy's functions that are short compositions of others: array with ndmin, apply_over_axes, sort_complex.

Guarantee: dtypes and shapes are those that NumPy gives.
"""

import numpy as np

from srcad.library.kinds import a_complex_array, a_float_array, a_number, an_array
from srcad.library.register import implements


@implements(np.array)
def _(object, dtype=None, *, ndmin: a_number):
    made = np.array(object, dtype)
    return np.reshape(made, (1,) * (ndmin - np.ndim(made)) + np.shape(made))


@implements(np.apply_over_axes)
def _(func, a: an_array, axes: a_number):
    return over_axis(func, a, axes)


@implements(np.apply_over_axes)
def _(func, a: an_array, axes):
    for axis in axes:
        a = over_axis(func, a, axis)
    return a


def over_axis(func, a, axis):
    """What a function gives for an axis, with this axis left in place, of length one, if the function takes it away."""
    axis = axis + np.ndim(a) if axis < 0 else axis
    reduced = func(a, axis)
    return reduced if np.ndim(reduced) == np.ndim(a) else np.expand_dims(reduced, axis)


@implements(np.sort_complex)
def _(a: a_float_array):
    return np.sort(a).astype(complex)


@implements(np.sort_complex)
def _(a: a_complex_array):
    return np.sort(a)
