"""`scipy.linalg`: Riccati equations of optimal control.

The change of a solution obeys the Lyapunov equation of the closed loop, and so does its cotangent, transposed.  SciPy
demands symmetric weights q and r; their cotangents are symmetric.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad.errors import UnsupportedError
from srcad.facts import Array
from srcad.rules.axes import as_array
from srcad.rules.linear_algebra import regular
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array

SYSTEMS = [
    sample(array(3, 3), array(3, 2, seed=1), np.eye(3, dtype=int), np.eye(2, dtype=int)),
    sample(regular(2, 2), array(2, 1, seed=1), np.array([[2, 1], [1, 3]]), np.array([[2]])),
]


def refuse_complex_system(*matrices):
    """Raises UnsupportedError for complex systems."""
    if any(np.iscomplexobj(matrix) for matrix in matrices):
        raise UnsupportedError("Riccati equations of complex matrices have no rule", "use real matrices")


constant(refuse_complex_system, pure=False)


@adjoint(linalg.solve_continuous_are, "a", "b", "q", "r", refuses=("e", "s"), samples=SYSTEMS)
def _(d_out, out, a, b, q, r, e=None, s=None, balanced=True):
    refuse_complex_system(a, b, q, r)
    gain = np.linalg.solve(r, b.T @ out)
    d = linalg.solve_continuous_lyapunov(a - b @ gain, -0.5 * (d_out + d_out.T))
    around = out @ d
    return 2.0 * around, -2.0 * around @ gain.T, d, gain @ d @ gain.T


@adjoint(linalg.solve_discrete_are, "a", "b", "q", "r", refuses=("e", "s"), samples=SYSTEMS)
def _(d_out, out, a, b, q, r, e=None, s=None, balanced=True):
    refuse_complex_system(a, b, q, r)
    gain = np.linalg.solve(r + b.T @ out @ b, b.T @ out @ a)
    closed = a - b @ gain
    d = linalg.solve_discrete_lyapunov(closed, 0.5 * (d_out + d_out.T))
    around = out @ closed @ d
    return 2.0 * around, -2.0 * around @ gain.T, d, gain @ d @ gain.T


@facts(linalg.solve_continuous_are, linalg.solve_discrete_are)
def _(a, b, q, r, e=None, s=None, balanced=True):
    matrices = [as_array(one) for one in (a, b, q, r)]
    return Array("float64" if all(one.dtype == "float64" for one in matrices) else None, matrices[0].shape)
