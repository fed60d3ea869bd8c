"""srcad: automatic differentiation of plain NumPy code by rewriting its source."""

from srcad import optim, pullbacks  # noqa: F401 (pullbacks installs itself)
from srcad.api import checkpoint, grad, hessian, jacobian, jacrev, value_and_grad, vjp
from srcad.check import check_grads
from srcad.errors import DifferentiationError
from srcad.raveling import ravel
from srcad.rules.flow import checkpointed, on_cotangent, stop_gradient
from srcad.rules.register import adjoint, constant, linear, partials

__all__ = [
    "DifferentiationError",
    "adjoint",
    "check_grads",
    "checkpoint",
    "checkpointed",
    "constant",
    "grad",
    "hessian",
    "jacobian",
    "jacrev",
    "linear",
    "on_cotangent",
    "optim",
    "partials",
    "ravel",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
