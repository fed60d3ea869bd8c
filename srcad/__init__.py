"""srcad: automatic differentiation of plain NumPy code by rewriting its source."""

from srcad import optim, pullbacks  # noqa: F401 (pullbacks installs itself)
from srcad.api import grad, value_and_grad
from srcad.check import check_grads
from srcad.errors import DifferentiationError
from srcad.rules.register import adjoint, constant, linear, partials, sample
from srcad.rules.testing import check_rule

__all__ = [
    "DifferentiationError",
    "adjoint",
    "check_grads",
    "check_rule",
    "constant",
    "grad",
    "linear",
    "optim",
    "partials",
    "sample",
    "value_and_grad",
]
