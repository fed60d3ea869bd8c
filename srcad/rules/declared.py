"""What of NumPy deals in files, text, settings, dates and whole numbers: none of it carries a derivative.

What reads or writes outside of the program happens as often, and in the order, as in a plain call.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import Array
from srcad.rules.axes import array_or_number, as_array, length_of
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts
from srcad.wengert import Attribute

# ---------------------------------------------------------------------------------------- files and memory

constant(np.save, np.savetxt, np.savez, np.savez_compressed, np.load, np.loadtxt, np.genfromtxt, pure=False)
constant(np.fromfile, np.fromregex, pure=False)
constant(Attribute("device"))
constant(np.packbits, np.unpackbits, np.base_repr, np.binary_repr, np.typename, np.mintypecode)
constant(np.isfortran, np.iterable, np.isdtype, np.common_type, np.einsum_path)

# ------------------------------------------------------------------------------------------------ settings

constant(np.info, np.show_config, np.show_runtime, pure=False)
constant(np.get_include, np.get_printoptions, np.getbufsize, np.geterrcall, np.setbufsize, np.seterrcall, pure=False)

# --------------------------------------------------------------------------------------------------- dates

constant(np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string, np.datetime_data, np.isnat)

# -------------------------------------------------------------------------- windows, counts and whole numbers

WINDOWS = (np.bartlett, np.blackman, np.hamming, np.hanning)
constant(*WINDOWS, samples=[sample(5), sample(1)])
constant(np.diag_indices_from, np.mask_indices, np.linalg.matrix_rank)


@facts(*WINDOWS)
def _(M):  # noqa: N803 (NumPy's own name)
    return Array("float64", (length_of(M),))


@facts(np.linalg.matrix_rank)
def _(A, tol=None, hermitian=False, *, rtol=None):  # noqa: N803
    a = as_array(A)
    if a.ndim is None or a.ndim < 2:
        return array_or_number("int64", () if a.ndim is not None else None)
    return array_or_number("int64", a.shape[:-2])
