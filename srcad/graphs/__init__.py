"""Computational graphs: every step of a function with its value and, below, the gradient that reverse mode gives it.

`trace.py` writes out what the function did for some arguments as a straight list, `reading.py` makes nodes of its
steps, `cotangents.py` has the reverse transformation report the cotangent of each, `drawing.py` draws them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad import trees
from srcad.arguments import Argnums, bound, check_arrays, check_differentiable, wanted, with_own_parameters
from srcad.errors import ArgumentError
from srcad.graphs.cotangents import with_cotangents
from srcad.graphs.picture import Graph
from srcad.graphs.values import copied
from srcad.transform.pipeline import primal_list, refuse_generator

__all__ = ["Graph", "graph"]


def graph(f: Any, argnums: Argnums | None = None, *, limit: int = 400) -> Callable[..., Graph]:
    """The computational graph of a scalar function: `graph(f)(*args)` has a node for every step that `f` takes.

    A node has the value of its step and the gradient of the result with respect to it.  A notebook shows the graph as a
    picture, with values above the edges and gradients below, and functions and loops as boxes; `save` writes it to a
    file.  Drawing needs pygraphviz (`pip install "srcad[graph]"`), printing does not.

    `argnums` are the arguments that gradients are asked for, as for `grad`; all that can have one if it is None.

    Raises UnsupportedError for functions of more than `limit` steps, and for loops over iterators other than `zip`,
    `enumerate` and `reversed`; ResultError if the result is no real scalar; and errors as `grad` does.

    >>> def f(x, y, z):
    ...     q = x + y
    ...     return q * z
    >>> print(graph(f)(-2.0, 5.0, -4.0))
    step        value  gradient
    x              -2        -4
    y               5        -4
    z              -4         3
    q = x + y       3        -4
    t4 = q * z    -12         1

    Method: Griewank and Walther, Evaluating Derivatives (2008), section 2.2.
    """
    if not callable(f):
        raise ArgumentError(f"{f!r} is no function", "pass the function to draw")

    def graph_of(*args: Any, **kwargs: Any) -> Graph:
        function = primal_list(f)
        refuse_generator(function)
        if argnums is not None:
            function = with_own_parameters(function, argnums, args, kwargs)
        values = bound(function, args, kwargs)
        check_arrays(values, function)
        if argnums is None:
            wrt = tuple(n for n, v in values.items() if any(map(trees.is_differentiable, trees.flatten(v)[0])))
        else:
            wrt = wanted(function, argnums)
            for name in wrt:
                check_differentiable(values[name], name, function)
        result = f(*copied(args), **copied(kwargs))
        return Graph(function.name, with_cotangents(function, values, wrt, limit, result))

    return graph_of


graph.__srcad_opaque__ = "draw it outside of it"  # type: ignore[attr-defined]
