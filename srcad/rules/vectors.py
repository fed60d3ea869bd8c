"""The vector product of vectors of length three.

Cyclic exchange gives its derivative: d · (a × b) = a · (b × d) = b · (d × a).  Vectors of length two, which NumPy takes
to lie in a plane, are refused.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import Array, Dim, Fact, broadcast
from srcad.rules.axes import MISSING, as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.products import product_dtype
from srcad.rules.register import adjoint, checks, facts
from srcad.rules.samples import array


@adjoint(
    np.cross,
    "a",
    "b",
    samples=[
        sample(array(3), array(3, seed=1)),
        sample(array(2, 3), array(3, seed=1)),
        sample(array(3), array(2, 3, seed=1)),
        sample(array(4, 1, 3), array(2, 3, seed=1)),
        sample(array(3, 2), array(2, 3, seed=1), axisa=0),
        sample(array(3, 2), array(3, 2, seed=1), axis=0),
        sample(array(3, 2), array(2, 3, seed=1), 0, 1, 0),
        sample(array(3, dtype="complex128"), array(3, seed=1)),
        sample(array(3, dtype="float32"), array(2, 3, dtype="float32", seed=1)),
    ],
)
def _(d_out, out, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is None:
        return cross_rule(d_out, a, b, axisa, axisb, axisc)
    return cross_rule(d_out, a, b, axis, axis, axis)


def cross_rule(d_out, a, b, axisa, axisb, axisc):
    """The cotangents of two fields of vectors, which lie along these axes, from that of their product."""
    if axisa == -1 and axisb == -1 and axisc == -1:
        return rt.unbroadcast(np.cross(b, d_out), a), rt.unbroadcast(np.cross(d_out, a), b)
    d, x, y = np.moveaxis(d_out, axisc, -1), np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    d_a = rt.unbroadcast(np.cross(y, d), x)
    d_b = rt.unbroadcast(np.cross(d, x), y)
    return np.moveaxis(d_a, -1, axisa), np.moveaxis(d_b, -1, axisb)


@facts(np.cross)
def _(a: Fact, b: Fact, axisa=-1, axisb=-1, axisc=-1, axis=None) -> Fact:
    x, y = as_array(a).shape, as_array(b).shape
    places = [
        value_of(place) for place in ((axis, axis, axis) if value_of(axis) is not None else (axisa, axisb, axisc))
    ]
    if not x or not y or MISSING in places:
        return Array(product_dtype(a, b), None)
    shape = broadcast(_without(x, places[0]), _without(y, places[1])) or ()
    place = places[2] % (len(shape) + 1)
    return Array(product_dtype(a, b), (*shape[:place], Dim("3", False), *shape[place:]))


checks(np.cross, rt.check_vectors)


def _without(shape: tuple[Dim, ...], axis: int) -> tuple[Dim, ...]:
    axis %= len(shape)
    return (*shape[:axis], *shape[axis + 1 :])
