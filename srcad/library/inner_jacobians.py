"""Jacobians that are called in functions which are differentiated themselves: blocks for one argument.

Guarantee: a block has the shape of the result followed by that of the argument, like that of a Jacobian which is called
outside.  One by forward mode is a loop over the elements of the argument, one by reverse mode a single forward sweep
and a loop over the elements of the result.
"""

import numpy as np

from srcad.api import hessian, jacfwd, jacobian, jacrev, jvp, vjp
from srcad.jacobians import ForwardJacobian, Jacobian
from srcad.library.kinds import a_number, an_array
from srcad.library.register import implements


def by_columns(f, x, is_complex):
    """The Jacobian of a function at a number or array: a tangent for each element of that."""
    y = f(x)
    if np.iscomplexobj(y) != is_complex:
        raise TypeError("a Jacobian is one of real numbers, or with holomorphic=True of complex ones")
    return columns(f, x, y)


def by_rows(f, x, is_complex):
    """The Jacobian of a function at a number or array: a cotangent for each element of its result."""
    y, pull = vjp(f, x)
    if np.iscomplexobj(y) != is_complex:
        raise TypeError("a Jacobian is one of real numbers, or with holomorphic=True of complex ones")
    return rows(pull, x, y)


def columns(f, x, y):
    """The tangents of a result along all elements of an argument; there is a program for numbers and arrays."""
    raise TypeError("a Jacobian in a function that is differentiated takes functions that return a number or an array")


@implements(columns)
def _(f, x: a_number, y: a_number):
    return jvp(f, (x,), (1.0,))[1]


@implements(columns)
def _(f, x: a_number, y: an_array):
    return jvp(f, (x,), (1.0,))[1]


@implements(columns)
def _(f, x: an_array, y: a_number):
    table = np.zeros(np.size(x), x.dtype)
    units = basis(x)
    for i in range(np.size(x)):
        table[i] = jvp(f, (x,), (units[i],))[1]
    return np.reshape(table.copy(), np.shape(x))


@implements(columns)
def _(f, x: an_array, y: an_array):
    table = np.zeros((np.size(x),) + np.shape(y), y.dtype)
    units = basis(x)
    for i in range(np.size(x)):
        table[i] = jvp(f, (x,), (units[i],))[1]
    return np.reshape(np.moveaxis(table.copy(), 0, -1), np.shape(y) + np.shape(x))


def rows(pull, x, y):
    """The cotangents of an argument for all elements of a result; there is a program for numbers and arrays."""
    raise TypeError("a Jacobian in a function that is differentiated takes functions that return a number or an array")


@implements(rows)
def _(pull, x, y: a_number):
    return pull(1.0)[0]


@implements(rows)
def _(pull, x: a_number, y: an_array):
    table = np.zeros(np.size(y), y.dtype)
    units = basis(y)
    for i in range(np.size(y)):
        table[i] = pull(units[i])[0]
    return np.reshape(table.copy(), np.shape(y))


@implements(rows)
def _(pull, x: an_array, y: an_array):
    table = np.zeros((np.size(y),) + np.shape(x), x.dtype)
    units = basis(y)
    for i in range(np.size(y)):
        table[i] = pull(units[i])[0]
    return np.reshape(table.copy(), np.shape(y) + np.shape(x))


def basis(x):
    """The arrays like this one that are zero but for a single one, in the order of its elements."""
    return np.reshape(np.eye(np.size(x), dtype=x.dtype), (np.size(x),) + np.shape(x))


for _maker, _program in ((jacfwd, by_columns), (hessian, by_columns), (jacrev, by_rows), (jacobian, by_rows)):
    _maker.__srcad_block__ = _program
ForwardJacobian.__srcad_block__ = staticmethod(by_columns)
Jacobian.__srcad_block__ = staticmethod(by_rows)
