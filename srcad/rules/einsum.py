"""`np.einsum`: its derivative is another einsum.

The cotangent of an operand is the product of `d_out` and the other operands, summed over what the operand lacks:
of `ij,jk->ik` it is `ik,jk->ij` and `ik,ij->jk`.  Two things need more.  An index that only this operand has
("i" in `ij->j`) was summed over, so the cotangent is the same all along it; and a letter that stands twice in one
operand (`ii->i`) reads a diagonal, so the cotangent is put there.
"""

from __future__ import annotations

import string

import numpy as np

from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, some_dim
from srcad.rules.axes import MISSING, array_or_number, as_array, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array


def explicit(subscripts, ndims):
    """The terms of the operands and of the result, without ellipsis, implicit result or spaces.

    >>> explicit("ij,jk", (2, 2)), explicit("...i->...", (3,))
    (('ij', 'jk', 'ik'), ('ABi', 'AB'))
    """
    if not isinstance(subscripts, str):
        raise UnsupportedError("np.einsum has a rule for subscripts as a string", "write np.einsum('ij,jk->ik', x, y)")
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    rests = [ndim - len(term.replace("...", "")) for term, ndim in zip(terms, ndims, strict=True)]
    longest = max((rest for rest, term in zip(rests, terms, strict=True) if "..." in term), default=0)
    letters = "".join(letter for letter in string.ascii_uppercase if letter not in subscripts)[:longest]
    if not arrow:
        seen = inputs.replace(",", "").replace("...", "")
        output = ("..." if "..." in inputs else "") + "".join(sorted(c for c in set(seen) if seen.count(c) == 1))
    filled = [term.replace("...", letters[longest - rest :]) for term, rest in zip(terms, rests, strict=True)]
    return (*filled, output.replace("...", letters))


def distinct(term):
    """The letters of a term, each once.

    >>> distinct("iij")
    'ij'
    """
    return "".join(dict.fromkeys(term))


def backward(subscripts, ndims, i):
    """The subscripts of the einsum of `d_out` and all other operands that gives the cotangent of operand i.

    >>> backward("ij,jk->ik", (2, 2), 0), backward("ij->j", (2,), 0)
    ('ik,jk->ij', 'j->j')
    """
    *terms, output = explicit(subscripts, ndims)
    others = [term for j, term in enumerate(terms) if j != i]
    found = "".join(c for c in distinct(terms[i]) if any(c in term for term in (output, *others)))
    return ",".join((output, *others)) + "->" + found


def is_whole(subscripts, ndims, i):
    """Whether that einsum gives the cotangent of operand i as it is."""
    *terms, _output = explicit(subscripts, ndims)
    return backward(subscripts, ndims, i).partition("->")[2] == terms[i]


def diagonal_of(subscripts, ndims, i):
    """The subscripts that read from operand i each letter once."""
    term = explicit(subscripts, ndims)[i]
    return f"{term}->{distinct(term)}"


def open_shape(subscripts, ndims, i, shape):
    """The shape in which the cotangent has an axis for each letter of operand i, of length one where it is the same."""
    term = distinct(explicit(subscripts, ndims)[i])
    found = backward(subscripts, ndims, i).partition("->")[2]
    lengths = iter(shape)
    return tuple(next(lengths) if c in found else 1 for c in term)


constant(explicit, backward, is_whole, diagonal_of, folds=True)
constant(open_shape)


def cotangent(d_out, subscripts, ndims, i, operand, others):
    """The cotangent of operand i."""
    d = np.einsum(backward(subscripts, ndims, i), d_out, *others)
    if is_whole(subscripts, ndims, i):
        return rt.unbroadcast(d, operand)
    d_operand = np.zeros_like(operand)
    place = np.einsum(diagonal_of(subscripts, ndims, i), d_operand)
    place[...] = rt.unbroadcast(np.reshape(d, open_shape(subscripts, ndims, i, np.shape(d))), place)
    return d_operand


@adjoint(
    np.einsum,
    "operands",
    samples=[
        sample("ij,jk->ik", array(2, 3), array(3, 4, seed=1)),
        sample("ij,jk", array(2, 3), array(3, 4, seed=1)),
        sample("i,i->", array(3), array(3, seed=1)),
        sample("i,j->ij", array(3), array(2, seed=1)),
        sample("ij->ji", array(2, 3)),
        sample("ij->j", array(2, 3)),
        sample("ij->", array(2, 3)),
        sample("ii->i", array(3, 3)),
        sample("ii", array(3, 3)),
        sample("iij,j->i", array(2, 2, 3), array(3, seed=1)),
        sample("bij, bjk -> bik", array(2, 3, 2), array(2, 2, 4, seed=1)),
        sample("...ij,...jk->...ik", array(2, 3, 2), array(2, 2, 4, seed=1)),
        sample("...ij,jk", array(2, 3, 2), array(2, 4, seed=1)),
        sample("...i,...i->...", array(2, 1, 3), array(4, 3, seed=1)),
        sample("ij,ij->i", array(2, 3), array(1, 3, seed=1)),
        sample("ij,k->i", array(2, 3), array(4, seed=1)),
        sample("i,ij,j->", array(2), array(2, 3, seed=1), array(3, seed=2)),
        sample("ij,jk,kl->il", array(2, 3), array(3, 2, seed=1), array(2, 2, seed=2), optimize=True),
        sample("i,j,k,i->jk", array(2), array(3, seed=1), array(2, seed=2), array(2, seed=3)),
        sample("ij,jk->ik", array(2, 3, dtype="float32"), array(3, 4, dtype="float32", seed=1)),
        sample("ij,jk->ik", array(2, 3, dtype="complex128"), array(3, 4, dtype="complex128", seed=1)),
    ],
    shares="operands",
    alone=True,
)
def _(d_out, out, subscripts, *operands, optimize=False):
    if len(operands) == 1:
        return [cotangent(d_out, subscripts, (np.ndim(operands[0]),), 0, operands[0], ())]
    if len(operands) == 2:
        x, y = operands
        ndims = (np.ndim(x), np.ndim(y))
        return cotangent(d_out, subscripts, ndims, 0, x, (y,)), cotangent(d_out, subscripts, ndims, 1, y, (x,))
    if len(operands) == 3:
        x, y, z = operands
        ndims = (np.ndim(x), np.ndim(y), np.ndim(z))
        return (
            cotangent(d_out, subscripts, ndims, 0, x, (y, z)),
            cotangent(d_out, subscripts, ndims, 1, y, (x, z)),
            cotangent(d_out, subscripts, ndims, 2, z, (x, y)),
        )
    ndims = tuple([np.ndim(x) for x in operands])
    return [
        cotangent(d_out, subscripts, ndims, i, operands[i], operands[:i] + operands[i + 1 :])
        for i in range(len(operands))
    ]


@facts(np.einsum)
def _(subscripts, *operands, optimize=False):
    arrays = [as_array(operand) for operand in operands]
    subscripts = value_of(subscripts)
    if subscripts is MISSING or any(a.shape is None or a.dtype is None for a in arrays):
        return UNKNOWN
    try:
        *terms, output = explicit(subscripts, tuple(len(a.shape) for a in arrays))
    except (UnsupportedError, ValueError):
        return UNKNOWN
    lengths = {}
    for term, a in zip(terms, arrays, strict=True):
        for letter, dim in zip(term, a.shape, strict=True):
            lengths[letter] = joint(lengths[letter], dim) if letter in lengths else dim
    shape = tuple(lengths[letter] for letter in output)
    dtype = np.result_type(*(a.dtype for a in arrays)).name
    # Without axes, and of one operand, the result may be a scalar or an array: `optimize` and views decide.
    return array_or_number(dtype, shape) if shape else UNKNOWN


def joint(a, b):
    """The length of an index that two operands share: the longer one, where one of them is one."""
    if a == b or b.one is True:
        return a
    if a.one is True:
        return b
    return a if a.one is False else b if b.one is False else some_dim()
