"""Reversing, rolling, tiling and padding: every element of the result is one of the argument.

The derivative sends each cotangent back to the element it was read from; elements read more than once get
the sum.
"""

from __future__ import annotations

import numpy as np

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Instance, Tuple, some_dim
from srcad.rules.axes import MISSING, as_array, items_of, normalized, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array

# ------------------------------------------------------------------------------------------ flip and roll


@linear(
    np.flip,
    "m",
    shares="m",
    always=True,
    samples=[
        sample(array(4)),
        sample(array(2, 3)),
        sample(array(2, 3), 0),
        sample(array(2, 3), axis=-1),
        sample(array(2, 3, 4), (0, 2)),
    ],
)
def _(d_out, m, axis=None):
    return np.flip(d_out, axis)


@linear(np.fliplr, "m", shares="m", always=True, samples=[sample(array(2, 3)), sample(array(2, 3, 2))])
def _(d_out, m):
    return np.fliplr(d_out)


@linear(np.flipud, "m", shares="m", always=True, samples=[sample(array(3)), sample(array(2, 3))])
def _(d_out, m):
    return np.flipud(d_out)


@linear(
    np.roll,
    "a",
    samples=[
        sample(array(4), 1),
        sample(array(4), -2),
        sample(array(2, 3), 2),
        sample(array(2, 3), 1, 0),
        sample(array(2, 3), -1, axis=1),
        sample(array(2, 3), (1, 2), (0, 1)),
        sample(array(2, 3), 1, (0, 1)),
        sample(array(2, 3), np.array([1, 2]), axis=(0, 1)),
        sample(array(4, dtype="float32"), 1),
    ],
)
def _(d_out, a, shift, axis=None):
    if isinstance(shift, (tuple, list)):
        return np.roll(d_out, tuple(-s for s in shift), axis)
    return np.roll(d_out, -shift, axis)


@facts(np.flip, np.fliplr, np.flipud)
def _(m, axis=None):
    return as_array(m)


@facts(np.roll)
def _(a, shift, axis=None):
    return as_array(a)


@linear(
    np.rot90,
    "m",
    shares="m",
    always=True,
    samples=[
        sample(array(2, 3)),
        sample(array(2, 3), 2),
        sample(array(2, 3), -1),
        sample(array(2, 3), 0),
        sample(array(2, 3, 4), 3, (1, 2)),
        sample(array(2, 3, 4), 1, axes=(2, 0)),
    ],
)
def _(d_out, m, k=1, axes=(0, 1)):
    return np.rot90(d_out, -k, axes)


@facts(np.rot90)
def _(m, k=1, axes=(0, 1)):
    m, k, axes = as_array(m), value_of(k), value_of(axes)
    if m.shape is None or k is MISSING or axes is MISSING or normalized(axes, len(m.shape)) is None:
        return Array(m.dtype, None)
    shape = list(m.shape)
    if k % 2:
        shape[axes[0]], shape[axes[1]] = shape[axes[1]], shape[axes[0]]
    return Array(m.dtype, tuple(shape))


# ---------------------------------------------------------------------------------------- tile and repeat


@linear(
    np.tile,
    "A",
    samples=[
        sample(array(3), 2),
        sample(array(3), (2, 2)),
        sample(array(2, 3), 2),
        sample(array(2, 3), (2, 1)),
        sample(array(2, 3), [3, 1, 2]),
        sample(array(2, 3), (1, 1)),
        sample(2.0, 3),
        sample(array(3), 0),
        sample(array(3, dtype="float32"), (2, 2)),
    ],
)
def _(d_out, A, reps):  # noqa: N803 (NumPy's own name)
    if isinstance(reps, int) and np.ndim(A) == 1:
        return np.sum(np.reshape(d_out, (reps, np.shape(A)[0])), axis=0)
    blocks = np.reshape(d_out, in_blocks(np.shape(d_out), np.shape(A)))
    return np.reshape(np.sum(blocks, axis=every_other(np.ndim(d_out))), np.shape(A))


def in_blocks(tiled, shape):
    """The shape of a tiled array with the axes of its tiles apart: (how many, how long) for each axis.

    >>> in_blocks((4, 6), (3,))
    (4, 1, 2, 3)
    """
    shape = (1,) * (len(tiled) - len(shape)) + tuple(shape)
    return tuple(n for whole, part in zip(tiled, shape, strict=True) for n in (whole // part if part else 1, part))


def every_other(count):
    """So many axes: every other one from the first."""
    return tuple(range(0, 2 * count, 2))


constant(in_blocks)
constant(every_other, folds=True)


@facts(np.tile)
def _(A, reps):  # noqa: N803
    a, counts = as_array(A), value_of(reps)
    if a.shape is None or counts is MISSING:
        return Array(a.dtype, None)
    counts = tuple(counts) if isinstance(counts, (tuple, list)) else (counts,)
    if not all(isinstance(n, (int, np.integer)) for n in counts):
        return Array(a.dtype, None)
    ndim = max(len(counts), len(a.shape))
    counts = (1,) * (ndim - len(counts)) + counts
    new = (some_dim(True),) * (ndim - len(a.shape)) + a.shape
    return Array(
        a.dtype,
        tuple(dim if n == 1 else some_dim(False if n > 1 else None) for n, dim in zip(counts, new, strict=True)),
    )


@linear(
    np.repeat,
    "a",
    samples=[
        sample(array(3), 2),
        sample(array(2, 3), 2),
        sample(array(2, 3), 3, axis=0),
        sample(array(2, 3), 2, -1),
        sample(array(2, 3), np.array([2, 0, 1]), axis=1),
        sample(array(3), [1, 2, 0]),
        sample(array(2, 2), np.array([1, 0, 2, 1])),
        sample(array(2, 3), [2], axis=0),
        sample(array(3), 0),
        sample(2.0, 3),
        sample(array(3, dtype="float32"), 2),
    ],
)
def _(d_out, a, repeats, axis=None):
    if np.ndim(repeats) == 0 and np.ndim(a) == 1:
        return np.sum(np.reshape(d_out, (np.shape(a)[0], repeats)), axis=1)
    if axis is None:
        return np.reshape(sum_repeats(d_out, np.size(a), repeats), np.shape(a))
    return np.moveaxis(sum_repeats(np.moveaxis(d_out, axis, 0), np.shape(a)[axis], repeats), 0, axis)


def sum_repeats(d, n, repeats):
    """The sum over the repeats of each of n elements along the first axis."""
    if np.ndim(repeats) == 0:
        return np.sum(np.reshape(d, (n, repeats) + np.shape(d)[1:]), axis=1)
    total = np.zeros((n,) + np.shape(d)[1:], dtype=np.result_type(d))
    np.add.at(total, np.repeat(np.arange(n), repeats), d)
    return total


@facts(np.repeat)
def _(a, repeats, axis=None):
    a, axis = as_array(a), value_of(axis)
    if axis is None:
        return Array(a.dtype, (some_dim(),))
    if a.shape is None or axis is MISSING or normalized(axis, len(a.shape)) is None:
        return Array(a.dtype, None)
    return Array(a.dtype, tuple(some_dim() if i == axis % len(a.shape) else n for i, n in enumerate(a.shape)))


# ------------------------------------------------------------------------------------------------ padding


def inner(pad_width, shape):
    """The index of the argument of `np.pad` inside its result."""
    widths = np.broadcast_to(pad_width, (len(shape), 2))
    return tuple(slice(int(before), int(before) + n) for (before, _after), n in zip(widths, shape, strict=True))


def element_numbers(shape, pad_width, mode):
    """For each element of a padded array the number of the element of the argument that it repeats."""
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise UnsupportedError(f"np.pad with mode={mode!r} has no rule", "pad with constants, or index the array")
    return np.pad(np.reshape(np.arange(np.prod(shape, dtype=int)), shape), pad_width, mode=mode)


constant(inner, element_numbers)


@facts(inner)
def _(pad_width, shape):
    axes = items_of(shape)
    return UNKNOWN if axes is None else Tuple((Instance(slice),) * len(axes))


@adjoint(
    np.pad,
    "array",
    refuses=("reflect_type",),
    samples=[
        sample(array(3), 1),
        sample(array(3), (1, 2)),
        sample(array(2, 3), ((1, 0), (0, 2))),
        sample(array(2, 3), ((1, 2),)),
        sample(array(2, 3), [(0, 1), (2, 0)], "constant"),
        sample(array(2, 3), 1, constant_values=3.0),
        sample(array(2, 3, dtype="float32"), 2, mode="constant"),
        sample(array(2, 3), 2, "edge"),
        sample(array(3), (2, 1), mode="reflect"),
        sample(array(3), 2, mode="wrap"),
        sample(array(2, 3), ((1, 0), (2, 2)), mode="symmetric"),
    ],
)
def _(d_out, out, array, pad_width, mode="constant", *, constant_values=0, reflect_type="even"):
    if mode == "constant" and isinstance(pad_width, int) and np.ndim(array) == 1:
        return d_out[pad_width : pad_width + np.shape(array)[0]]
    if mode == "constant":
        return d_out[inner(pad_width, np.shape(array))]
    d_flat = np.zeros_like(array, shape=np.size(array))
    np.add.at(d_flat, element_numbers(np.shape(array), pad_width, mode), d_out)
    return np.reshape(d_flat, np.shape(array))


@facts(np.pad)
def _(array, pad_width, mode="constant", *, constant_values=0, reflect_type="even"):
    a = as_array(array)
    return Array(a.dtype, a.shape and tuple(some_dim() for _dim in a.shape))
