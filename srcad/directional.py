"""The derivative of a function along a direction, as a program that can be differentiated itself.

Guarantee: `derivative_along(f, args, wrt, direction)` returns, for arguments of the structure of `args`, the inner
product of the gradient of `f` with the direction.  The program names each part of the gradient, as a person would write
it, and its source is in `linecache`; so its own derivative, a Hessian-vector product, is made like any other.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Sequence
from typing import Any

from srcad import api, trees

_numbers = itertools.count()


def differentiable(args: Sequence[Any]) -> tuple[int, ...]:
    """The positions of the arguments in which there is anything to differentiate."""
    return tuple(i for i, arg in enumerate(args) if any(map(trees.is_differentiable, trees.flatten(arg)[0])))


def derivative_along(
    f: Callable[..., Any], args: Sequence[Any], wrt: Sequence[int], direction: Sequence[Any], cotangent: Any = None
) -> Callable[..., Any]:
    """The function of arguments like `args` that returns the derivative of `f` along a direction.

    `direction` holds a number or array for each leaf that can be differentiated of the arguments `wrt`, in their order.
    If the result of `f` is no scalar, it is that of its inner product with a `cotangent`.

    >>> slope = derivative_along(lambda x, p: x * x * p["a"], (3.0, {"a": 2.0}), (0, 1), [1.0, 10.0])
    >>> slope(3.0, {"a": 2.0})  # 1.0 * 2 x a + 10.0 * x ** 2
    102.0
    >>> api.grad(slope, argnums=0)(3.0, {"a": 2.0})  # 1.0 * 2 a + 10.0 * 2 x
    64.0
    """
    terms = []
    for position, i in enumerate(wrt):
        leaves, _ = trees.flatten(args[i])
        for path, leaf in zip(trees.paths(args[i], f"g[{position}]"), leaves, strict=True):
            if trees.is_differentiable(leaf):
                term = f"{path} * direction[{len(terms)}]"
                terms.append(f"({term}).sum()" if getattr(leaf, "shape", ()) else term)
    names = ", ".join(f"x{i}" for i in range(len(args)))
    name = "derivative_along"
    gradient = f"g = gradient({names})"
    if cotangent is not None:
        active = ", ".join(f"x{i}" for i in wrt)
        gradient = f"_, pull = vjp(lambda {active}: f({names}), {active})\n    g = pull(cotangent)"
    source = f"def {name}({names}):\n    {gradient}\n    return {' + '.join(terms)}\n"
    file = f"<{name} {next(_numbers)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    namespace = {"gradient": api.grad(f, argnums=tuple(wrt)), "direction": tuple(direction)}
    namespace |= {"vjp": api.vjp, "f": f, "cotangent": cotangent}
    exec(compile(source, file, "exec"), namespace)
    along: Any = namespace[name]
    along.__qualname__ = f"the derivative of {getattr(f, '__name__', repr(f))} along a direction"
    return along
