"""srcad: automatic differentiation of plain NumPy code by rewriting its source."""

from srcad import optim, pullbacks, pushforwards  # noqa: F401 (these two install themselves)
from srcad.api import checkpoint, grad, hessian, hvp, jacobian, jacrev, jvp, value_and_grad, vjp
from srcad.check import check_grads
from srcad.errors import DifferentiationError
from srcad.graphs import graph
from srcad.raveling import ravel
from srcad.rules.flow import checkpointed, on_cotangent, stop_gradient
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, linear, multilinear, partials, tangent
from srcad.rules.testing import check_rule

__all__ = [
    "DifferentiationError",
    "adjoint",
    "check_grads",
    "check_rule",
    "checkpoint",
    "checkpointed",
    "constant",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "jacobian",
    "jacrev",
    "jvp",
    "linear",
    "multilinear",
    "on_cotangent",
    "optim",
    "partials",
    "ravel",
    "sample",
    "stop_gradient",
    "tangent",
    "value_and_grad",
    "vjp",
]
