"""How `scipy.ndimage` continues an array beyond its borders, and the transpose of that.

Each mode repeats elements of the array in places outside; a cotangent there belongs to the element that is repeated.
Modes are those of the filters; SciPy calls `grid-mirror`, `grid-wrap` and `grid-constant` what is the same for them.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import Array, some_dim
from srcad.rules.axes import as_array, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import constant, facts, linear
from srcad.rules.samples import array


def sources(n, before, after, mode):
    """The places of the elements that stand at -before to n + after once n elements are continued; -1 for none.

    >>> print(sources(3, 2, 2, "reflect"), sources(3, 2, 2, "mirror"))
    [1 0 0 1 2 2 1] [2 1 0 1 2 1 0]
    """
    places = np.arange(-before, n + after)
    if mode == "nearest":
        return np.clip(places, 0, n - 1)
    if mode in ("wrap", "grid-wrap"):
        return places % n
    if mode in ("constant", "grid-constant"):
        return np.where((places < 0) | (places >= n), -1, places)
    period = 2 * n if mode in ("reflect", "grid-mirror") else max(2 * n - 2, 1)
    places = places % period
    return np.minimum(places, period - places - (1 if mode in ("reflect", "grid-mirror") else 0))


def extended(x, axis, before, after, mode):
    """An array that is continued along an axis; with zeros where `mode` is constant."""
    if before == 0 and after == 0:
        return x
    n = np.shape(x)[axis]
    places = sources(n, before, after, mode)
    if mode not in ("constant", "grid-constant"):
        return np.take(x, places, axis=axis)
    shape = np.array(np.shape(x))
    shape[axis] += before + after
    whole = np.zeros_like(x, shape=tuple(shape))
    np.moveaxis(whole, axis, -1)[..., before : before + n] = np.moveaxis(x, axis, -1)
    return whole


def folded(d, axis, before, after, mode):
    """The cotangent of an array from that of the array continued along an axis."""
    if before == 0 and after == 0:
        return d
    lines = np.moveaxis(d, axis, 0)
    n = len(lines) - before - after
    inside = lines[before : before + n].copy()
    if mode not in ("constant", "grid-constant"):
        places = sources(n, before, after, mode)
        np.add.at(inside, places[:before], lines[:before])
        np.add.at(inside, places[before + n :], lines[before + n :])
    return np.moveaxis(inside, 0, axis)


CONTINUED = [(0, 2, 1, "reflect"), (1, 2, 3, "mirror"), (-1, 1, 2, "nearest"), (0, 4, 5, "wrap"), (0, 2, 1, "constant")]


@linear(extended, "x", shares="x", samples=[sample(array(3, 2), *rest) for rest in [*CONTINUED, (0, 0, 0, "wrap")]])
def _(d_out, x, axis, before, after, mode):
    return folded(d_out, axis, before, after, mode)


@linear(folded, "d", shares="d", samples=[sample(array(12, 9), *rest) for rest in [*CONTINUED, (0, 0, 0, "wrap")]])
def _(d_out, d, axis, before, after, mode):
    return extended(d_out, axis, before, after, mode)


@facts(extended)
def _(x, axis, before, after, mode):
    return other_length(x, axis)


@facts(folded)
def _(d, axis, before, after, mode):
    return other_length(d, axis)


def other_length(fact, axis):
    """An array with another length along an axis."""
    known = as_array(fact)
    if known.shape is None or not isinstance(value_of(axis), int):
        return Array(known.dtype, None)
    places = normalized(value_of(axis), len(known.shape)) or ()
    return Array(known.dtype, tuple(some_dim() if i in places else dim for i, dim in enumerate(known.shape)))


constant(sources)
