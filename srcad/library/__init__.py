"""Callables of Python and NumPy that are small programs themselves, written in the language that srcad differentiates.

Guarantee: none of them is known to any pass.  A call of one is lowered and inlined as a call of a user's function would
be, and its steps belong to the statement of the call.  `register` says which program stands for which call.
"""

from srcad.library import (  # noqa: F401 (fills the registry)
    applying,
    arrays,
    containers,
    heaps,
    iteration,
    joins,
    mappings,
    operators,
    outputs,
    polynomials,
    sequences,
    stores,
    views,
)
from srcad.rules.register import when_imported

when_imported("scipy._lib._array_api", "srcad.library.scipy_array_api")
when_imported("scipy._lib._array_api", "srcad.library.scipy_elements")
when_imported("scipy.integrate", "srcad.library.scipy_integrate")
when_imported("scipy.interpolate", "srcad.library.scipy_interpolate")
when_imported("scipy.optimize", "srcad.library.scipy_optimize")
when_imported("scipy.signal", "srcad.library.scipy_signal")
when_imported("scipy.signal", "srcad.library.scipy_windows")
when_imported("scipy.signal", "srcad.library.scipy_spectra")
when_imported("scipy.signal", "srcad.library.scipy_designs")
when_imported("scipy.signal", "srcad.library.scipy_systems")
when_imported("scipy.signal", "srcad.library.scipy_sections")
when_imported("scipy.signal", "srcad.library.scipy_fractions")
when_imported("scipy.signal", "srcad.library.scipy_responses")
