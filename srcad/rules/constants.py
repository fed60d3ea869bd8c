"""NumPy's functions whose results have no derivative: booleans, integers, and functions that are constant piecewise.

They are declared, never merely missing: of a callee that is neither here nor has a rule nothing is assumed.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import BOOL, UNKNOWN, Array, Fact, Known, Number, broadcast, dtype_of, is_numeric, widen
from srcad.rules.axes import shape_from
from srcad.rules.creation import shape_fact
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import Samples, array, elementwise
from srcad.rules.ufunc_facts import array_or_scalar, binary_facts, unary_facts

REAL = elementwise((-2, 2))
COMPLEX = elementwise((-2, 2), complex=True)
REAL_PAIRS = elementwise((-2, 2), (-2, 2))
INTEGERS = [sample(np.array([4, 6, 9]), np.array([2, 3, 1])), sample(12, 9), sample(np.array([4, 6], np.int8), 3)]

# ------------------------------------------------------------------------------------- rounding and signs

ROUNDING = (np.floor, np.ceil, np.trunc)
constant(*ROUNDING, samples=REAL)
constant(np.rint, samples=COMPLEX)
constant(np.spacing, samples=elementwise((0.5, 2))[:8])
unary_facts(*ROUNDING, np.sign, np.rint, np.spacing)


@adjoint(np.sign, "x", samples=elementwise((0.2, 2), complex=True))
def _(d_out, out, x):
    if np.isrealobj(x):
        return 0.0 * d_out
    size = np.abs(x)
    size = size + (size == 0)
    return (d_out - np.real(d_out * out) * np.conj(out)) / size  # of z / |z|; 0 at 0 as that of |z|


constant(np.sign)  # of real numbers


constant(np.fix, samples=Samples(lambda: [one for one in REAL if np.ndim(one.args[0])]))
constant(np.round, np.around, samples=COMPLEX + [sample(array(3), 1), sample(array(3), decimals=1), sample(0.76, 1)])


@facts(np.round, np.around)
def _(a: Fact, decimals=0, out=None) -> Fact:
    return (
        array_or_scalar(dtype_of(a), a) if is_numeric(a) and out == Known(None) and dtype_of(a) != "bool" else UNKNOWN
    )


# ------------------------------------------------------------------------------------------------ tests

TESTS = (np.isnan, np.isfinite, np.isinf)
constant(*TESTS, samples=COMPLEX)
constant(np.signbit, samples=REAL)
constant(np.logical_not, samples=COMPLEX)
unary_facts(*TESTS, np.signbit, np.logical_not)

CONNECTIVES = (np.logical_and, np.logical_or, np.logical_xor)
constant(*CONNECTIVES, samples=REAL_PAIRS)
binary_facts(*CONNECTIVES)

for _comparison in (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal):
    constant(_comparison, samples=REAL_PAIRS)

constant(np.isclose, samples=REAL_PAIRS)
constant(np.allclose, np.array_equal, np.array_equiv, samples=REAL_PAIRS)
constant(np.isreal, np.iscomplex, samples=COMPLEX)
constant(np.isposinf, np.isneginf, samples=REAL)
constant(np.iscomplexobj, np.isrealobj, samples=COMPLEX)
constant(np.isscalar, samples=COMPLEX)


@facts(np.isclose)
def _(a: Fact, b: Fact, rtol=1e-05, atol=1e-08, equal_nan=False) -> Fact:
    return array_or_scalar("bool", a, b)


@facts(np.allclose)
def _(a: Fact, b: Fact, rtol=1e-05, atol=1e-08, equal_nan=False) -> Fact:
    return BOOL


@facts(np.array_equal)
def _(a1: Fact, a2: Fact, equal_nan=False) -> Fact:
    return BOOL


@facts(np.array_equiv)
def _(a1: Fact, a2: Fact) -> Fact:
    return BOOL


@facts(np.iscomplexobj)
def _(x: Fact) -> Fact:
    dtype = dtype_of(x)
    return BOOL if dtype is None else Known(np.dtype(dtype).kind == "c")


@facts(np.isrealobj)
def _(x: Fact) -> Fact:
    dtype = dtype_of(x)
    return BOOL if dtype is None else Known(np.dtype(dtype).kind != "c")


@facts(np.isscalar)
def _(element: Fact) -> Fact:
    match widen(element):
        case Number():
            return Known(True)
        case Array():
            return Known(False)
    return BOOL


# --------------------------------------------------------------------------------------------- integers

constant(np.floor_divide, samples=elementwise((-2, 2), (0.5, 2)))
constant(np.gcd, np.lcm, np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift, samples=INTEGERS)
constant(np.invert, np.bitwise_count, samples=[sample(np.array([4, 6])), sample(5)])
binary_facts(np.gcd, np.lcm)
unary_facts(np.bitwise_count)

# ------------------------------------------------------------------------------------- dtypes and settings

constant(np.result_type, np.promote_types, np.can_cast, np.issubdtype, np.min_scalar_type, np.dtype)
constant(np.finfo, np.iinfo, np.shares_memory, np.may_share_memory)
constant(np.broadcast_shapes, samples=[sample((3,), (2, 1)), sample((2, 3)), sample((), (4,), 4)])


@facts(np.broadcast_shapes)
def _(*args):
    shapes = [shape_from(arg) for arg in args]
    return UNKNOWN if None in shapes else shape_fact(Array(None, broadcast(*shapes)))


constant(np.errstate, np.seterr, np.geterr, np.printoptions, np.set_printoptions, pure=False)
constant(np.array2string, np.array_repr, np.array_str, np.format_float_positional, np.format_float_scientific)


@facts(np.shares_memory, np.may_share_memory)
def _(a: Fact, b: Fact, max_work=None) -> Fact:
    return BOOL
