"""The methods of ufuncs: reduce, accumulate, outer, reduceat, and what `at` writes to.

The sums, products and extremes among them are NumPy's functions under another name.  Of any other ufunc of two operands
the partial derivatives are known, so a reduction is undone step by step along its axis, and an outer table by them.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime as rt
from srcad.facts import UNKNOWN, Array
from srcad.rules.accumulations import sum_from_end, through_product, through_products
from srcad.rules.axes import array_or_number, as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.reductions import expanded, extreme_rule, masked, reduced, sum_dtype
from srcad.rules.register import adjoint, constant, facts, linear, lookup, writes
from srcad.rules.samples import array
from srcad.rules.ufunc_facts import elementwise_ufuncs, ufunc_dtype

# ------------------------------------------------------------------------------------------------------ reduce

REDUCED = [
    sample(array(4)),
    sample(array(2, 3)),
    sample(array(2, 3), 1),
    sample(array(2, 3), axis=-1, keepdims=True),
    sample(array(2, 3), axis=None),
    sample(array(2, 3, 2), axis=(0, 2)),
    sample(array(4), initial=0.5),
    sample(array(2, 3), where=np.array([True, False, True]), initial=0.3),
    sample(array(4, dtype="float32")),
]


@linear(np.add.reduce, "array", "initial", refuses=("out",), samples=REDUCED)
def _(d_out, array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    return masked(expanded(d_out, array, axis, keepdims), array, where), np.sum(d_out)


@adjoint(np.multiply.reduce, "array", "initial", refuses=("out_",), samples=REDUCED)
def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    factors = array if where is None else np.where(where, array, 1.0)
    product = np.prod(factors, axis=axis, keepdims=keepdims)
    if initial is None:
        return masked(through_product(d_out, product, factors, axis, keepdims), array, where), None
    d_array = masked(through_product(d_out * initial, product, factors, axis, keepdims), array, where)
    return d_array, np.sum(d_out * product)


@adjoint(np.maximum.reduce, "array", "initial", refuses=("out_",), samples=REDUCED)
@adjoint(np.minimum.reduce, "array", "initial", refuses=("out_",), samples=REDUCED)
@adjoint(np.fmax.reduce, "array", "initial", refuses=("out_",), samples=REDUCED)
@adjoint(np.fmin.reduce, "array", "initial", refuses=("out_",), samples=REDUCED)
def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    compared = array if dtype is None else np.asarray(array, dtype)
    return extreme_rule(d_out, out, compared, axis, keepdims, initial, where)


@adjoint(np.hypot.reduce, "array", refuses=("out_", "initial", "where"), samples=REDUCED[:4])
def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    length = expanded(out, array, axis, keepdims)
    return expanded(d_out, array, axis, keepdims) * array / (length + (length == 0))


@adjoint(np.logaddexp.reduce, "array", refuses=("out_", "initial", "where"), samples=REDUCED[:5])
def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    return expanded(d_out, array, axis, keepdims) * np.exp(array - expanded(out, array, axis, keepdims))


@adjoint(np.logaddexp2.reduce, "array", refuses=("out_", "initial", "where"), samples=REDUCED[:5])
def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
    return expanded(d_out, array, axis, keepdims) * np.exp2(array - expanded(out, array, axis, keepdims))


@facts(np.add.reduce, np.multiply.reduce)
def _(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=None):
    plain = value_of(dtype) is None and value_of(initial) is None
    return reduced(array, axis, keepdims, sum_dtype(as_array(array).dtype) if plain else None)


# ---------------------------------------------------------------------------------------- accumulate and reduceat

ACCUMULATED = [sample(array(4)), sample(array(2, 3)), sample(array(2, 3), 1), sample(array(2, 3), axis=-1)]


@linear(np.add.accumulate, "array", refuses=("out",), samples=ACCUMULATED)
def _(d_out, array, axis=0, dtype=None, out=None):
    return sum_from_end(d_out, axis)


@adjoint(np.multiply.accumulate, "array", refuses=("out_",), samples=[*ACCUMULATED, sample(np.array([2.0, 0.0, 3.0]))])
def _(d_out, out, array, axis=0, dtype=None, out_=None):
    moved = through_products(np.moveaxis(d_out, axis, -1), np.moveaxis(array, axis, -1), np.moveaxis(out, axis, -1))
    return np.moveaxis(moved, -1, axis)


def _register_chain(ufunc: np.ufunc, reduces: bool) -> None:
    """Accumulation, and reduction if that has no rule of its own, by any ufunc of two operands, step by step."""
    partial_derivatives = lookup(ufunc).rule.body

    def through_chain(d, a, results):
        """The cotangent of the elements along the first axis from those of the results after each step."""
        d_a = np.zeros_like(a)
        if np.size(a) == 0:
            return d_a
        carried = d[-1]
        for i in range(np.shape(a)[0] - 1, 0, -1):
            d_before, d_element = partial_derivatives(results[i], results[i - 1], a[i])
            d_a[i] = carried * d_element
            carried = carried * d_before + d[i - 1]
        d_a[0] = carried
        return d_a

    @adjoint(ufunc.accumulate, "array", refuses=("out_",), samples=POSITIVE)
    def _(d_out, out, array, axis=0, dtype=None, out_=None):
        d_a = through_chain(np.moveaxis(d_out, axis, 0), np.moveaxis(array, axis, 0), np.moveaxis(out, axis, 0))
        return np.moveaxis(d_a, 0, axis)

    if not reduces:
        return

    @adjoint(ufunc.reduce, "array", refuses=("out_", "initial", "where", "keepdims"), samples=POSITIVE)
    def _(d_out, out, array, axis=0, dtype=None, out_=None, keepdims=False, initial=None, where=None):
        results = np.moveaxis(ufunc.accumulate(array, axis), axis, 0)
        d = np.zeros_like(results)
        d[-1] = d_out
        return np.moveaxis(through_chain(d, np.moveaxis(array, axis, 0), results), 0, axis)


POSITIVE = [
    sample(array(4, low=0.5)),
    sample(array(2, 3, low=0.5)),
    sample(array(2, 3, low=0.5), 1),
    sample(array(2, 3, low=0.5), axis=-1),
]

for _ufunc in (np.maximum, np.minimum, np.fmax, np.fmin, np.hypot, np.logaddexp, np.logaddexp2):
    _register_chain(_ufunc, reduces=False)
for _ufunc in (np.power, np.float_power, np.arctan2, np.remainder, np.fmod, np.copysign):
    _register_chain(_ufunc, reduces=False)  # their reductions depend on the order in which NumPy goes
for _ufunc in (np.subtract, np.divide):
    _register_chain(_ufunc, reduces=True)


@facts(
    *(ufunc.accumulate for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot)),
    *(ufunc.accumulate for ufunc in (np.subtract, np.divide, np.power, np.logaddexp, np.logaddexp2)),
)
def _(array, axis=0, dtype=None, out=None):
    a = as_array(array)
    known = a.dtype if a.dtype is not None and np.dtype(a.dtype).kind in "fc" else None
    return Array(known if value_of(dtype) is None else None, a.shape)


@linear(
    np.add.reduceat,
    "array",
    refuses=("out",),
    samples=[
        sample(array(6), [0, 2, 5]),
        sample(array(6), np.array([1, 4])),
        sample(array(2, 6), [0, 3], axis=1),
        sample(array(6), [0, 4, 1, 5]),
        sample(array(6), [2, 2, 4]),
    ],
)
def _(d_out, array, indices, axis=0, dtype=None, out=None):
    d = np.moveaxis(d_out, axis, 0)
    d_a = np.zeros_like(np.moveaxis(array, axis, 0))
    ends = np.append(indices[1:], np.shape(d_a)[0])
    for i in range(len(indices)):
        if indices[i] < ends[i]:
            d_a[indices[i] : ends[i]] += d[i]
        else:
            d_a[indices[i]] += d[i]
    return np.moveaxis(d_a, 0, axis)


# -------------------------------------------------------------------------------------------------------- outer

PAIRS = [
    sample(array(3, low=0.5), array(2, low=0.5, seed=1)),
    sample(array(2, 3, low=0.5), array(2, low=0.5, seed=1)),
    sample(1.5, array(2, low=0.5)),
    sample(array(2, low=0.5), array(2, 2, low=0.5, seed=1)),
    sample(array(3, low=0.5, dtype="float32"), array(2, low=0.5, seed=1, dtype="float32")),
]


def with_axes(x, count):
    """An array with axes of length one behind its own, to be broadcast against an array of so many axes."""
    return np.reshape(x, np.shape(x) + (1,) * count)


def _register_outer(ufunc: np.ufunc) -> None:
    partial_derivatives = lookup(ufunc).rule.body

    @adjoint(ufunc.outer, "A", "B", samples=PAIRS)
    def _(d_out, out, A, B):  # noqa: N803 (NumPy's own names)
        rows = with_axes(A, np.ndim(B))
        d_rows, d_columns = partial_derivatives(out, rows, B)
        d_a = rt.unbroadcast(d_out * d_rows, rows)
        return np.reshape(d_a, np.shape(A)), rt.unbroadcast(d_out * d_columns, B)

    _register_outer_facts(ufunc)


def _register_outer_facts(ufunc: np.ufunc) -> None:
    @facts(ufunc.outer)
    def _(A, B):  # noqa: N803
        a, b = as_array(A), as_array(B)
        if a.shape is None or b.shape is None:
            return UNKNOWN
        return array_or_number(ufunc_dtype(ufunc, a, b) if a.shape and b.shape else None, (*a.shape, *b.shape))


for _ufunc in (
    *(np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.maximum, np.minimum, np.fmax, np.fmin),
    *(np.hypot, np.arctan2, np.logaddexp, np.logaddexp2, np.remainder, np.fmod, np.copysign, np.heaviside),
):
    _register_outer(_ufunc)

# -------------------------------------------------------------------------------- what has no derivative anywhere

for _ufunc in (
    *(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.gcd, np.lcm, np.left_shift, np.right_shift, np.floor_divide),
    *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    *(np.logical_and, np.logical_or, np.logical_xor),
):
    constant(_ufunc.reduce, _ufunc.accumulate, _ufunc.outer, _ufunc.reduceat)

# ----------------------------------------------------------------------------------------------------------- at

for _ufunc in (*elementwise_ufuncs(1), *elementwise_ufuncs(2)):
    facts(_ufunc.at)(lambda a, indices, b=None: UNKNOWN)
    writes(_ufunc.at, "a")
