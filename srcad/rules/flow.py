"""What users write into their functions to say how a cotangent flows: that it stops, or what becomes of it.

Both give a copy of the value, so that nothing written to the one later is seen in the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Number, widen
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array


def stop_gradient(x: Any) -> Any:
    """The value, which counts as a constant: no derivative passes through it.  Of a structure, a copy.

    >>> import srcad
    >>> srcad.grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return rt.copied(x)


def on_cotangent(x: Any, f: Callable[[Any], Any]) -> Any:
    """The number or array itself; on the way back, its cotangent `d_x` becomes `f(d_x)`, or stays if that is None.

    For clipping, printing or recording the cotangent of one value.  The call of `f` stands in the generated source;
    there is none where no derivative passes through the value.

    >>> import numpy as np, srcad
    >>> srcad.grad(lambda x: on_cotangent(x * x, lambda d: np.clip(d, -0.5, 0.5)) * 3.0)(5.0)
    np.float64(5.0)
    """
    return rt.copied(x)


def checkpointed(items: Iterable[Any], slots: int) -> Iterable[Any]:
    """The items, for a loop of which no more than `slots` states are kept between the sweeps.

    `for t in checkpointed(range(n), slots=k):` runs as without it.  Its state is what it carries from one trip to the
    next; the backward sweep runs trips again, as few as so many slots allow (binomial checkpointing).  The loop must go
    over this itself, not over an enumeration of it.  Trips may read what is outside the loop, but write to nothing that
    was there before them.

    >>> import srcad
    >>> def grown(x):
    ...     y = x
    ...     for _ in srcad.checkpointed(range(4), slots=2):
    ...         y = y * x
    ...     return y
    >>> srcad.grad(grown)(2.0)
    80.0

    Method: Griewank and Walther, Algorithm 799: revolve (2000).
    """
    return items


for _public in (stop_gradient, on_cotangent, checkpointed):
    _public.__module__ = "srcad"  # so that generated code calls them by the names that users know

constant(stop_gradient, samples=[sample(array(3)), sample(2.0), sample((1.5, [2.0]))])


@facts(stop_gradient)
def _(x):
    known = widen(x)
    return known if isinstance(known, (Number, Array)) else UNKNOWN


@linear(checkpointed, "items", shares="items", samples=[sample(array(3), 2), sample(array(2), slots=1)])
def _(d_out, items, slots):
    return d_out


@facts(checkpointed)
def _(items, slots):
    return items


@linear(on_cotangent, "x", samples=[sample(array(3), np.positive), sample(2.0, np.positive)])
def _(d_out, x, f):
    replaced = f(d_out)
    return d_out if replaced is None else replaced


@facts(on_cotangent)
def _(x, f):
    known = widen(x)
    return known if isinstance(known, (Number, Array)) else UNKNOWN
