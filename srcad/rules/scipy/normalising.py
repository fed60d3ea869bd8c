"""`logsumexp`, `softmax` and `log_softmax` of `scipy.special`, without an overflow where they have none."""

from __future__ import annotations

import numpy as np
from scipy import special

from srcad import runtime as rt
from srcad.facts import UNKNOWN
from srcad.rules.axes import as_array, is_none, value_of
from srcad.rules.primitives import sample
from srcad.rules.reductions import expanded, reduced
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array

ALONG = [
    sample(array(4)),
    sample(array(2, 3)),
    sample(array(2, 3), 1),
    sample(array(2, 3), axis=0),
    sample(array(2, 3, 2), axis=(0, 2)),
    sample(array(4, dtype="float32")),
]


@adjoint(
    special.logsumexp,
    "a",
    "b",
    refuses=("return_sign",),
    samples=[
        *ALONG,
        sample(array(2, 3), axis=1, keepdims=True),
        sample(array(4) + 800.0),
        sample(array(2, 3), 1, array(3, low=0.5, seed=1)),
        sample(array(2, 3), b=array(2, 3, low=0.5, seed=1)),
    ],
)
def _(d_out, out, a, axis=None, b=None, keepdims=False, return_sign=False):
    d = expanded(d_out, a, axis, keepdims) * np.exp(a - expanded(out, a, axis, keepdims))
    if b is None:
        return d, None
    return rt.unbroadcast(d * b, a), rt.unbroadcast(d, b)


@facts(special.logsumexp)
def _(a, axis=None, b=None, keepdims=False, return_sign=False):
    known = as_array(a).dtype == "float64" and is_none(b) and value_of(return_sign) is False
    return reduced(a, axis, keepdims, "float64") if known else UNKNOWN


@adjoint(special.softmax, "x", samples=ALONG)
def _(d_out, out, x, axis=None):
    return out * (d_out - np.sum(d_out * out, axis=axis, keepdims=True))


@adjoint(special.log_softmax, "x", samples=ALONG)
def _(d_out, out, x, axis=None):
    return d_out - np.exp(out) * np.sum(d_out, axis=axis, keepdims=True)


@facts(special.softmax, special.log_softmax)
def _(x, axis=None):
    a = as_array(x)
    return a if a.shape else UNKNOWN
