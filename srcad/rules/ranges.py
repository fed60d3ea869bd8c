"""Evenly spaced numbers, on a line, by powers and by factors, and matrices of powers.

A number of a range is a mean of both ends, whose weights only its place decides: arithmetic for `linspace`, geometric
for `geomspace`.  Those of `arange` are whole numbers of steps from the start, and its stop says how many there are.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array, Number, Tuple, dtype_of, shape_of, some_dim, widen
from srcad.rules.axes import array_or_number, as_array, dtype_from, length_of, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts, linear
from srcad.rules.samples import array


def to_ends(d, start, stop, num, endpoint):
    """The cotangents of both ends from that of numbers between them, which lie along the first axis."""
    weights = np.linspace(0.0, 1.0, num, endpoint=endpoint)
    d_stop = np.tensordot(weights, d, axes=(0, 0))
    return rt.unbroadcast(np.sum(d, axis=0) - d_stop, start), rt.unbroadcast(d_stop, stop)


@linear(
    np.linspace,
    "start",
    "stop",
    samples=[
        sample(0.5, 2.0),
        sample(0.5, 2.0, 5),
        sample(0.5, 2.0, 4, endpoint=False),
        sample(0.5, 2.0, 1),
        sample(array(3), array(3, seed=1), num=4),
        sample(1.5, array(3), 3),
        sample(0.5, 2.0, 5, retstep=True),
        sample(array(3), 2.0, 4, False, True),
        sample(array(3), array(3, seed=1), num=4, axis=-1),
        sample(array(2, 3), 1.0, num=4, axis=1),
    ],
)
def _(d_out, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    if not retstep:
        return to_ends(np.moveaxis(d_out, axis, 0), start, stop, num, endpoint)
    d, d_step = d_out
    share = d_step / (num - 1 if endpoint else num)
    d = np.zeros((num,) + np.shape(share)) if np.ndim(d) == 0 else np.moveaxis(d, axis, 0)
    d_start, d_stop = to_ends(d, start, stop, num, endpoint)
    return d_start - rt.unbroadcast(share, start), d_stop + rt.unbroadcast(share, stop)


@facts(np.linspace)
def _(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    plain = {dtype_of(start), dtype_of(stop)} <= {"float64", "int64"}
    numbers = shape_of(start) == () and shape_of(stop) == ()
    made = Array(dtype_from(dtype, "float64" if plain else None), (length_of(num),) if numbers else None)
    if value_of(retstep) is True:
        return Tuple((made, array_or_number("float64" if plain else None, () if numbers else None)))
    return made if value_of(retstep) is False else UNKNOWN


@adjoint(
    np.arange,
    "start",
    "step",
    describes=("stop",),
    samples=[
        sample(4),
        sample(1),
        sample(1, 5),
        sample(0, 0.9, 0.25),
        sample(0, 3, dtype="float32"),
        sample(1.7),
        sample(0),
        sample(0.3, 4.2),
        sample(0.3, 4.2, 0.7),
        sample(0.3, step=0.7, stop=4.2),
        sample(2.2, -1.1, -0.5, dtype="float32"),
        sample(np.float32(0.3), np.float32(4.2)),
        sample(4.0, step=0.7),
        sample(4.2, 0.3),
    ],
)
def _(d_out, out, start, stop=None, step=1, *, dtype=None, device=None, like=None):
    d_step = np.sum(d_out * np.arange(np.size(d_out)))
    return (None if stop is None else np.sum(d_out)), d_step


@facts(np.arange)
def _(start, stop=None, step=1, *, dtype=None, device=None, like=None):
    kinds = [widen(f) for f in (start, stop, step) if value_of(f) is not None]
    name = dtype_from(dtype, None)
    if value_of(dtype) is None and all(isinstance(f, Number) and f.weak and f.dtype for f in kinds):
        name = np.result_type(*(f.dtype for f in kinds)).name
    from_zero = value_of(stop) is None and value_of(step) == 1
    integer = isinstance(value_of(start), int) or (isinstance(start, Number) and start.dtype == "int64")
    return Array(name, (length_of(start) if from_zero and integer else some_dim(),))


@adjoint(
    np.logspace,
    "start",
    "stop",
    "base",
    samples=[
        sample(0.5, 1.0, 4),
        sample(0.5, 1.0, 4, endpoint=False, base=2.0),
        sample(array(3), 1.0, num=4),
        sample(array(2), array(2, seed=1), num=3, axis=-1),
    ],
)
def _(d_out, out, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    d = np.moveaxis(d_out * out, axis, 0)
    d_start, d_stop = to_ends(d * np.log(base), start, stop, num, endpoint)
    exponents = np.linspace(start, stop, num, endpoint=endpoint, axis=0)
    return d_start, d_stop, rt.unbroadcast(np.sum(d * exponents, axis=0) / base, base)


@adjoint(
    np.geomspace,
    "start",
    "stop",
    samples=[
        sample(0.5, 8.0, 4),
        sample(0.5, 8.0, 4, endpoint=False),
        sample(-2.0, -0.5, 3),
        sample(array(3, low=0.5), 2.0, num=4),
        sample(array(2, low=0.5), array(2, low=0.5, seed=1), num=3, axis=-1),
        sample(1.0 + 0.5j, 2.0 + 1.5j, 4),
    ],
)
def _(d_out, out, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    d = np.moveaxis(d_out * out, axis, 0)
    weights = np.linspace(0.0, 1.0, num, endpoint=endpoint)
    d_stop = np.tensordot(weights, d, axes=(0, 0))
    return rt.unbroadcast((np.sum(d, axis=0) - d_stop) / start, start), rt.unbroadcast(d_stop / stop, stop)


@facts(np.logspace)
def _(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    numbers = shape_of(start) == () and shape_of(stop) == () and shape_of(base) == ()
    return Array(dtype_from(dtype, None), (length_of(num),) if numbers else None)


@facts(np.geomspace)
def _(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    numbers = shape_of(start) == () and shape_of(stop) == ()
    return Array(dtype_from(dtype, None), (length_of(num),) if numbers else None)


@adjoint(
    np.vander,
    "x",
    samples=[
        sample(array(3)),
        sample(array(3), 4),
        sample(array(3), 2, increasing=True),
        sample(array(3), 1),
        sample(array(2, dtype="float32"), 3, True),
    ],
)
def _(d_out, out, x, N=None, increasing=False):  # noqa: N803 (NumPy's own name)
    powers = np.arange(1, np.shape(out)[1]).astype(out.dtype)
    if increasing:
        return np.sum(d_out[:, 1:] * powers * out[:, :-1], axis=1)
    return np.sum(d_out[:, :-1] * powers[::-1] * out[:, 1:], axis=1)


@facts(np.vander)
def _(x, N=None, increasing=False):  # noqa: N803
    x = as_array(x)
    if x.ndim != 1:
        return Array(x.dtype, None)
    columns = x.shape[0] if value_of(N) is None else length_of(N)
    return Array(x.dtype if x.dtype == "float64" else None, (x.shape[0], columns))
