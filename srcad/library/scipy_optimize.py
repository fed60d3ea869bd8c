"""Functions of `scipy.optimize` that are small programs: the banana that optimisers are tried on.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.
"""

import numpy as np
from scipy import optimize

from srcad.library.kinds import a_float_array
from srcad.library.register import implements


@implements(optimize.rosen)
def _(x: a_float_array):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0, dtype=x.dtype)
