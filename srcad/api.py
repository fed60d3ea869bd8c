"""What users call: functions that take a function and return its derivative.

Names and meanings follow JAX where it has them.  Each works as a function, as a decorator, and as a decorator
with arguments.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcad.arguments import Argnums, Options, is_single
from srcad.derivative import Derivative
from srcad.errors import ArgumentError


def grad(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The gradient of a scalar function of floats and arrays, by reverse mode.

    `argnums` says with respect to which arguments: a number, a name, or a sequence of them; a sequence gives a
    tuple of gradients.  A gradient has the structure, shapes and dtypes of its argument; an argument the
    result does not depend on gets zeros.  With `has_aux` the function returns `(value, aux)`, and the
    derivative `(gradient, aux)`.

    The gradient of a real function u with respect to a complex argument x + i y is du/dx - i du/dy.  With `holomorphic`
    the arguments and the result are complex, and the gradient is the complex derivative.

    Raises ArgumentError for arguments that carry no derivative, ResultError if the result is no real scalar,
    ArgnumsError, and UnsupportedError, MissingRuleError or SourceError for code that cannot be differentiated.

    >>> import numpy as np
    >>> def f(x, y):
    ...     return np.sum(x * y)
    >>> grad(f)(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([3., 4.])
    >>> grad(f, argnums=("x", "y"))(2.0, 3.0)
    (3.0, 2.0)
    >>> grad(lambda z: z.real**2 + z.imag)(3 + 4j), grad(lambda z: z * z, holomorphic=True)(3 + 4j)
    ((6-1j), (6+8j))

    Method: Griewank and Walther, Evaluating Derivatives (2008), chapters 3 and 6.
    """
    return _transform(f, Options(argnums, False, has_aux, holomorphic))


def value_and_grad(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The value of a scalar function together with its gradient; arguments as for `grad`.

    With `has_aux` it returns `((value, aux), gradient)`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _transform(f, Options(argnums, True, has_aux, holomorphic))


grad.__srcad_options__ = Options()  # type: ignore[attr-defined]
value_and_grad.__srcad_options__ = Options(with_value=True)  # type: ignore[attr-defined]


def _transform(f: Any, options: Options) -> Any:
    if f is None or isinstance(f, (list, tuple)) or is_single(f):
        chosen = options if f is None else replace(options, argnums=f)
        return lambda function: _transform(function, chosen)
    if not callable(f):
        raise ArgumentError(f"{f!r} is no function", "pass the function to differentiate")
    return Derivative(f, options)
