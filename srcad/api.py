"""What users call: functions that take a function and return its derivative.

Names and meanings follow JAX where it has them.  Each works as a function, as a decorator, and as a decorator
with arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from srcad.arguments import Argnums, Options, is_single
from srcad.checkpoints import Checkpointed
from srcad.derivative import Derivative
from srcad.errors import ArgumentError
from srcad.forward import Pushforward, checked
from srcad.jacobians import ForwardJacobian, Hessian, Jacobian
from srcad.vjp import Asked, linearised


def grad(
    f: Any = None,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    optimize: bool = True,
) -> Any:
    """The gradient of a scalar function of floats and arrays, by reverse mode.

    `argnums` says with respect to which arguments: a number, a name, or a sequence of them; a sequence gives a
    tuple of gradients.  A gradient has the structure, shapes and dtypes of its argument; an argument the
    result does not depend on gets zeros.  With `has_aux` the function returns `(value, aux)`, and the
    derivative `(gradient, aux)`.

    The gradient of a real function u with respect to a complex argument x + i y is du/dx - i du/dy.  With `holomorphic`
    the arguments and the result are complex, and the gradient is the complex derivative.

    A long program computes cotangents into arrays that are read no more (`np.multiply(d, y, out=y)`) and says so in its
    docstring; a loop may record its trips in one array.  With `optimize=False` it makes new ones, and reads a little
    better.  Gradients are the same.

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
    return _transform(f, Options(argnums, False, has_aux, holomorphic, optimize))


def value_and_grad(
    f: Any = None,
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    optimize: bool = True,
) -> Any:
    """The value of a scalar function together with its gradient; arguments as for `grad`.

    With `has_aux` it returns `((value, aux), gradient)`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _transform(f, Options(argnums, True, has_aux, holomorphic, optimize))


def vjp(f: Any, *primals: Any, has_aux: bool = False, **kwargs: Any) -> Any:
    """The value of a function, and its pullback: `(y, pull)`, by reverse mode.

    `pull(cotangent)` gives a tuple, the cotangents of all `primals`; the cotangent has the structure, shapes and dtypes
    of `y`, None for what carries no derivative.  It can be called any number of times; `pull.source` is its program.
    Arguments given by keyword are passed on and not differentiated.  With `has_aux` the function returns
    `(value, aux)`, and this `(value, pull, aux)`.

    Raises ArgumentError for arguments that carry no derivative and for a cotangent of another structure or dtype,
    CotangentError for one of another shape, and errors as `grad` does.

    >>> y, pull = vjp(lambda x, y: {"product": x * y, "sum": x + y}, 2.0, 5.0)
    >>> pull({"product": 1.0, "sum": 0.0}), pull({"product": 0.0, "sum": 1.0})
    ((5.0, 2.0), (1.0, 1.0))

    Method: Griewank and Walther, Evaluating Derivatives (2008), section 3.2.
    """
    if not primals:
        raise ArgumentError("vjp is given no primals", "pass the arguments of the function: vjp(f, x)")
    asked = Asked(tuple(range(len(primals))), has_aux, otherwise="pass it by keyword")
    out, pull = linearised(_callable(f), primals, kwargs, asked)
    return (out[0], pull, out[1]) if has_aux else (out, pull)


def jacrev(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The Jacobian of a function, by reverse mode: a forward sweep, and a reverse sweep for each element of the result.

    For an array it is an array of the result's shape followed by the argument's.  Where result or argument are
    structures, it is a structure like the result, of structures like the argument (tuples of them for several argnums).
    Other arguments as for `grad`; the result is real unless `holomorphic` says otherwise.

    >>> import numpy as np
    >>> jacrev(lambda x: x[1:] * x[:-1])(np.array([1.0, 2.0, 4.0]))
    array([[2., 1., 0.],
           [0., 4., 2.]])
    """
    return _transform(f, Options(argnums, False, has_aux, holomorphic), Jacobian)


def jacfwd(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The Jacobian of a function, by forward mode: a sweep for each element of the arguments.

    The better one where the arguments are smaller than the result.  Arguments, shapes and structures as for `jacrev`.

    >>> import numpy as np
    >>> jacfwd(lambda t: t ** np.arange(4.0))(2.0)
    array([ 0.,  1.,  4., 12.])

    Method: Griewank and Walther, Evaluating Derivatives (2008), section 3.1.
    """
    return _transform(f, Options(argnums, False, has_aux, holomorphic), ForwardJacobian)


def jacobian(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The Jacobian of a function, by reverse mode; arguments, shapes and structures as for `jacrev`.

    >>> jacobian(lambda x, p: {"y": x * p["a"]}, argnums=("x", "p"))(2.0, {"a": 3.0})
    {'y': (3.0, {'a': 2.0})}
    """
    return _transform(f, Options(argnums, False, has_aux, holomorphic), Jacobian)


def hessian(f: Any = None, argnums: Argnums = 0, *, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The matrix of second derivatives of a scalar function, by forward mode over reverse mode.

    It is the Jacobian of the gradient: for an array of shape s an array of shape s + s; structures as for `jacrev`.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] * x[1] ** 2)(np.array([2.0, 5.0]))
    array([[ 0., 10.],
           [10.,  4.]])
    """
    return _transform(f, Options(argnums, False, has_aux, holomorphic), _hessian)


def _hessian(f: Any, options: Options) -> Hessian:
    return Hessian(Derivative(f, options), options)


def checkpoint(f: Any) -> Any:
    """The same function, of whose calls only the arguments are kept: the backward sweep computes them again.

    Memory is paid for with one more evaluation of `f`.  It works as a decorator, too.  Refused are functions whose
    second evaluation would be noticed: those that draw random numbers, print, or write to their arguments.

    >>> step = checkpoint(lambda x: x * x + 1.0)
    >>> grad(lambda x: step(step(x)))(1.0)
    8.0

    Method: Griewank and Walther, Evaluating Derivatives (2008), chapter 12.
    """
    return Checkpointed(_callable(f))


checkpoint.__srcad_checkpoints__ = True  # type: ignore[attr-defined]
vjp.__srcad_pulls__ = True  # type: ignore[attr-defined]


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
for _makes_jacobian in (jacrev, jacfwd, jacobian, hessian):
    _makes_jacobian.__srcad_options__ = Options()  # type: ignore[attr-defined]
hessian.__srcad_of_gradient__ = True  # type: ignore[attr-defined]
value_and_grad.__srcad_options__ = Options(with_value=True)  # type: ignore[attr-defined]


def _transform(f: Any, options: Options, make: Callable[[Any, Options], Any] = Derivative) -> Any:
    if f is None or isinstance(f, Sequence) or is_single(f):
        chosen = options if f is None else replace(options, argnums=f)
        return lambda function: _transform(function, chosen, make)
    return make(_callable(f), options)


def _callable(f: Any) -> Any:
    if not callable(f):
        raise ArgumentError(f"{f!r} is no function", "pass the function to differentiate")
    return f
