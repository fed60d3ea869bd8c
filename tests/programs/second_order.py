"""What is demanded of second derivatives: the derivative of the gradient's inner product with a direction.

The gradient itself is checked at first order.  Its derivative, a Hessian-vector product, is compared with difference
quotients of it, like the gradient of any other function; its value must be that of a plain call, bit for bit.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from programs.checking import TOLERANCE, check_gradients, directions, is_differentiable, same

from srcad import value_and_grad
from srcad.directional import derivative_along


def check_second_order(function: Callable, args: tuple, tolerance: float = TOLERANCE) -> None:
    """Checks value and gradient of the gradient along a direction, and that the arguments are untouched."""
    wrt = differentiated(args)
    given = copy.deepcopy(args)
    along, value, gradients = second_derivative(function, given)
    expected = along(*copy.deepcopy(args))
    assert same(value, expected), f"value {value!r}, not {expected!r}"
    assert same(given, args), "the arguments were modified"
    check_gradients(along, args, wrt, gradients, tolerance)


def differentiated(args: tuple) -> tuple[int, ...]:
    """The arguments that are differentiated."""
    return tuple(i for i, arg in enumerate(args) if is_differentiable(arg))


def second_derivative(function: Callable, args: tuple) -> tuple[Callable, Any, Any]:
    """The derivative along a direction, its value and its gradient."""
    wrt = differentiated(args)
    random = np.random.default_rng(2)
    direction = [d for i in wrt for d in directions(args[i], random) if d is not None]
    along = derivative_along(function, args, wrt, direction)
    return (along, *value_and_grad(along, argnums=wrt)(*args))
