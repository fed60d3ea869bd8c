"""Covariances and correlations of the rows (or columns) of matrices.

A covariance is the product of the deviations from the mean with themselves; the mean needs no derivative of its own,
since the deviations add up to zero.
"""

from __future__ import annotations

import numpy as np

from srcad.facts import UNKNOWN, Array, some_dim
from srcad.rules.axes import as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, facts
from srcad.rules.samples import array


def variables(m, rowvar):
    """The variables in the rows of a matrix."""
    if np.ndim(m) < 2:
        return np.reshape(m, (1, -1))
    return m if rowvar or np.shape(m)[0] == 1 else m.T


def weights_of(fweights, aweights, n):
    """The weight of each observation."""
    if fweights is None:
        return np.ones(n) if aweights is None else aweights
    return fweights if aweights is None else fweights * aweights


def denominator(w, aweights, bias, ddof):
    """What the sum of products is divided by."""
    total = np.sum(w)
    if ddof is None:
        ddof = 0 if bias else 1
    if aweights is None or ddof == 0:
        return total - ddof
    return total - ddof * np.sum(w * aweights) / total


def to_variables(d_c, x, w, divisor):
    """The cotangent of variables from that of their covariances."""
    deviations = x - np.expand_dims(np.sum(x * w, axis=1) / np.sum(w), 1)
    if np.iscomplexobj(x):
        return (d_c @ np.conj(deviations) + np.conj(d_c.T @ deviations)) * (w / divisor)
    return (d_c + d_c.T) @ deviations * (w / divisor)


def to_arguments(d_x, m, y, rowvar):
    """The cotangents of one or two sets of variables from that of all variables in rows."""
    rows = np.shape(variables(m, rowvar))[0]
    if y is None:
        return own_form(d_x, m, rowvar), None
    return own_form(d_x[:rows], m, rowvar), own_form(d_x[rows:], y, rowvar)


def own_form(d_x, m, rowvar):
    """The cotangent of variables as they were given."""
    if np.ndim(m) < 2:
        return np.reshape(d_x, np.shape(m))
    return d_x if rowvar or np.shape(m)[0] == 1 else d_x.T


def all_variables(m, y, rowvar):
    """The variables of one or two sets in the rows of one matrix."""
    if y is None:
        return variables(m, rowvar)
    return np.concatenate((variables(m, rowvar), variables(y, rowvar)))


SETS = [
    sample(array(3, 5)),
    sample(array(5)),
    sample(array(5), array(5, seed=1)),
    sample(array(2, 5), array(3, 5, seed=1)),
    sample(array(5, 2), rowvar=False),
    sample(array(5, 2), array(5, 3, seed=1), False),
    sample(array(2, 5, dtype="complex128")),
]


@adjoint(
    np.cov,
    "m",
    "y",
    arrays=("fweights", "aweights"),
    samples=[
        *SETS,
        sample(array(3, 5), bias=True),
        sample(array(3, 5), ddof=2),
        sample(array(3, 5), fweights=np.array([1, 2, 1, 3, 1])),
        sample(array(3, 5), aweights=np.array([1.0, 0.5, 1.5, 2.0, 1.0])),
        sample(array(3, 5), None, True, False, 0, np.array([1, 2, 1, 3, 1]), np.array([1.0, 0.5, 1.5, 2.0, 1.0])),
        sample(array(3, 5, dtype="float32")),
    ],
)
def _(d_out, out, m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    x = all_variables(m, y, rowvar)
    w = weights_of(fweights, aweights, np.shape(x)[1])
    d_c = np.reshape(d_out, (np.shape(x)[0], np.shape(x)[0]))
    return to_arguments(to_variables(d_c, x, w, denominator(w, aweights, bias, ddof)), m, y, rowvar)


@facts(np.cov)
def _(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    return square(m, y, rowvar, dtype)


def square(m, y, rowvar, dtype):
    """The fact of a matrix with a row and a column for each variable."""
    a = as_array(m)
    kinds = [part.dtype for part in (a, *(() if value_of(y) is None else (as_array(y),)))]
    if a.ndim is None or value_of(dtype) is not None or not all(kinds):
        return UNKNOWN
    name = np.result_type("float64", *kinds).name
    if value_of(y) is not None:
        return Array(name, (some_dim(False), some_dim(False)))
    if a.ndim < 2 or value_of(rowvar) is not True or a.shape[0].one is not False:
        return UNKNOWN
    return Array(name, (a.shape[0], a.shape[0]))


@adjoint(np.corrcoef, "x", "y", samples=SETS[:-1])
def _(d_out, out, x, y=None, rowvar=True, *, dtype=None):
    rows = all_variables(x, y, rowvar)
    n = np.shape(rows)[0]
    w = np.ones(np.shape(rows)[1])
    spread = np.std(rows, axis=1)
    d, r = np.reshape(d_out, (n, n)), np.reshape(out, (n, n))
    own = np.sum(d * r + (d * r).T, axis=1) / (2.0 * spread**2)
    d_c = d / np.outer(spread, spread) - np.diag(own)
    return to_arguments(to_variables(d_c, rows, w, np.shape(rows)[1]), x, y, rowvar)


@facts(np.corrcoef)
def _(x, y=None, rowvar=True, *, dtype=None):
    return square(x, y, rowvar, dtype)
