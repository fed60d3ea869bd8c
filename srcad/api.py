"""What users call: functions that take a function and return its derivative.

Names and meanings follow JAX where it has them.  Each works as a function, as a decorator, and as a decorator
with arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from srcad.arguments import Argnums, Options, is_single
from srcad.derivative import Derivative
from srcad.errors import ArgumentError
from srcad.forward import Pushforward, checked


def grad(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """The gradient of a scalar function of floats and arrays, by reverse mode.

    `argnums` says with respect to which arguments: a number, a name, or a sequence of them; a sequence gives a
    tuple of gradients.  A gradient has the structure, shapes and dtypes of its argument; an argument the
    result does not depend on gets zeros.  With `has_aux` the function returns `(value, aux)`, and the
    derivative `(gradient, aux)`.

    Raises ArgumentError for arguments that carry no derivative, ResultError if the result is no real scalar,
    ArgnumsError, and UnsupportedError, MissingRuleError or SourceError for code that cannot be differentiated.

    >>> import numpy as np
    >>> def f(x, y):
    ...     return np.sum(x * y)
    >>> grad(f)(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([3., 4.])
    >>> grad(f, argnums=("x", "y"))(2.0, 3.0)
    (3.0, 2.0)

    Method: Griewank and Walther, Evaluating Derivatives (2008), chapters 3 and 6.
    """
    return _transform(f, argnums, with_value=False, has_aux=has_aux)


def value_and_grad(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False) -> Any:
    """The value of a scalar function together with its gradient; arguments as for `grad`.

    With `has_aux` it returns `((value, aux), gradient)`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _transform(f, argnums, with_value=True, has_aux=has_aux)


def jvp(f: Any, primals: Sequence[Any] | None = None, tangents: Sequence[Any] | None = None) -> Any:
    """The value of a function and its derivative along tangents, by forward mode: `(y, dot_y)`.

    `primals` are the arguments, `tangents` a direction for each of them with its structure, shapes and dtypes; None for
    one that is not differentiated.  Without them it returns the function of both, whose `source_for(primals, tangents)`
    is the program.

    Raises ArgumentError for tangents that do not fit their primals, and errors as `grad` does.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)

    Method: Griewank and Walther, Evaluating Derivatives (2008), section 3.1.
    """
    if not callable(f):
        raise ArgumentError(f"{f!r} is no function", "pass the function to differentiate")
    push = Pushforward(f)
    if primals is None and tangents is None:
        return push
    if primals is None or tangents is None:
        raise ArgumentError("of primals and tangents only one is given", "pass both: jvp(f, primals, tangents)")
    return push(primals, tangents)


def hvp(f: Any, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The product of the Hessian of a scalar function with tangents, by forward mode over reverse mode.

    It has the structure of the primals whose tangents are not None; bare for one primal.

    >>> hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0))
    (4.0, 6.0)
    """
    primals, tangents = checked(primals, tangents)
    wrt = tuple(i for i, tangent in enumerate(tangents) if tangent is not None)
    _, product = jvp(grad(f, wrt[0] if len(primals) == 1 else wrt), primals, tangents)
    return product


jvp.__srcad_pushes__ = "jvp"  # type: ignore[attr-defined]
hvp.__srcad_pushes__ = "hvp"  # type: ignore[attr-defined]
grad.__srcad_options__ = Options()  # type: ignore[attr-defined]
value_and_grad.__srcad_options__ = Options(with_value=True)  # type: ignore[attr-defined]


def _transform(f: Any, argnums: Argnums, *, with_value: bool, has_aux: bool) -> Any:
    if f is None or isinstance(f, (list, tuple)) or is_single(f):
        chosen = argnums if f is None else f
        return lambda function: _transform(function, chosen, with_value=with_value, has_aux=has_aux)
    if not callable(f):
        raise ArgumentError(f"{f!r} is no function", "pass the function to differentiate")
    return Derivative(f, Options(argnums, with_value, has_aux))
