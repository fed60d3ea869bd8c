"""What forward mode knows of primitives besides their adjoints.

Products are linear in each factor, so their tangents are products with the tangent of one factor each.  All others
have a tangent rule here where that is better than the transpose of the adjoint, which forward mode makes itself.
"""

from __future__ import annotations

import builtins
import math

import numpy as np

# the rules that these belong to are registered first
from srcad.rules import array_api, einsum, products, python_builtins, scalar_math, signals, vectors  # noqa: F401
from srcad.rules.register import jointly_linear, multilinear

multilinear(np.matmul, np.dot, np.inner, np.vdot, np.outer, np.tensordot, np.kron, np.einsum)
multilinear(np.convolve, np.correlate, np.cross)
multilinear(np.linalg.vecdot, np.vecdot, np.linalg.outer, np.linalg.tensordot, np.linalg.cross)

jointly_linear(builtins.sum, math.fsum)
