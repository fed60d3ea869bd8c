"""SciPy's question which library its arguments are arrays of: for arrays of NumPy, the answer is known.

Guarantee: SciPy's own module for arrays of NumPy gives them the values that NumPy itself gives, so that NumPy stands
for it; unless the environment has SciPy look at its arguments first (`SCIPY_ARRAY_API`), when nothing stands for it.
"""

import numpy as np
from scipy._lib import _array_api

from srcad.facts import Known
from srcad.library.kinds import an_array, exactly
from srcad.library.register import implements, speaks_for
from srcad.rules.register import constant, facts

speaks_for(np, _array_api.np_compat)

if not _array_api.SCIPY_ARRAY_API:

    @implements(_array_api.array_namespace)
    def _(*arrays):
        return np

    constant(_array_api.array_namespace)

    @facts(_array_api.array_namespace)
    def _(*arrays):
        return Known(np)


def numpy_itself(fact):
    """NumPy."""
    return fact == Known(np)


@implements(_array_api.is_numpy)
def _(xp: numpy_itself):
    return True


NAMES = ("is_array_api_strict", "is_cupy", "is_dask", "is_jax", "is_marray", "is_torch")


@implements(*(getattr(_array_api, name) for name in NAMES if hasattr(_array_api, name)))
def _(xp: numpy_itself):
    return False


def promoted(arguments, force_floating):
    """The dtype of all of these."""
    return _array_api.xp_result_type(*arguments, force_floating=force_floating, xp=np)


constant(promoted)


if hasattr(_array_api, "xp_promote"):

    @implements(_array_api.xp_promote)
    def _(*args, broadcast: exactly(False) = False, force_floating=False, xp: numpy_itself):
        dtype = promoted(args, force_floating)
        found = [None if one is None else np.asanyarray(one, dtype=dtype) for one in args]
        return found[0] if len(args) == 1 else found

    @implements(_array_api.xp_promote)
    def _(one, other, *, broadcast: exactly(True), force_floating=False, xp: numpy_itself):
        dtype = promoted((one, other), force_floating)
        first, second = np.asanyarray(one, dtype=dtype), np.asanyarray(other, dtype=dtype)
        shape = np.broadcast_shapes(np.shape(first), np.shape(second))
        if np.shape(first) != shape:
            first = np.broadcast_to(first, shape)
        if np.shape(second) != shape:
            second = np.broadcast_to(second, shape)
        return first, second

    constant(_array_api.xp_result_type)  # a dtype


if hasattr(_array_api.xpx, "atleast_nd"):

    @implements(_array_api.xpx.atleast_nd)
    def _(x, /, *, ndim: exactly(1), xp: numpy_itself = np):
        return np.atleast_1d(x)

    @implements(_array_api.xpx.atleast_nd)
    def _(x, /, *, ndim: exactly(2), xp: numpy_itself = np):
        return np.atleast_2d(x)


if hasattr(_array_api, "xp_device"):

    @implements(_array_api.xp_device)
    def _(x: an_array):
        return "cpu"
