"""srcad: automatic differentiation of plain NumPy code by rewriting its source."""

from srcad import optim, pullbacks, pushforwards  # noqa: F401 (these two install themselves)
from srcad.api import grad, hvp, jvp, value_and_grad
from srcad.check import check_grads
from srcad.errors import DifferentiationError
from srcad.rules.register import adjoint, constant, linear, multilinear, partials, sample, tangent
from srcad.rules.testing import check_rule

__all__ = [
    "DifferentiationError",
    "adjoint",
    "check_grads",
    "check_rule",
    "constant",
    "grad",
    "hvp",
    "jvp",
    "linear",
    "multilinear",
    "optim",
    "partials",
    "sample",
    "tangent",
    "value_and_grad",
]
