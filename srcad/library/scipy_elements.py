"""Elements of arrays that SciPy changes through an object, `xpx.at(x)[i].set(y)`, as other libraries demand.

Guarantee: an array of NumPy is changed in place and returned, unless a copy is asked for, as SciPy does it; one that is
read only is not copied, but NumPy's error.
"""

import numpy as np
from scipy._lib._array_api import xpx

from srcad.library.register import stands_for


@stands_for(xpx.at)
class At:
    """Elements of an array that are to be changed: in place, where not a copy is asked for, as an array of NumPy is."""

    def __init__(self, x, idx=None, /):
        self.x = x
        self.idx = idx

    def __getitem__(self, idx, /):
        return At(self.x, idx)

    def set(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] = y
        return x

    def add(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] += y
        return x

    def subtract(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] -= y
        return x

    def multiply(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] *= y
        return x

    def divide(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] /= y
        return x

    def power(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] **= y
        return x

    def min(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] = np.minimum(x[self.idx], y)
        return x

    def max(self, y, /, copy=None, xp=None):
        x = np.copy(self.x) if copy else self.x
        x[self.idx] = np.maximum(x[self.idx], y)
        return x
