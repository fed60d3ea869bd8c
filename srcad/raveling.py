"""Structures as vectors, for optimisers and solvers that know only vectors.

Guarantee: `back` undoes `ravel` exactly, leaf by leaf in its dtype, and gives any other vector of that length the same
structure; what carries no derivative stays as it was and is not in the vector.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import arrays, trees
from srcad.errors import ArgumentError, CotangentError


def ravel(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The numbers and arrays of a structure as one vector, and the function from such a vector back to the structure.

    The vector is of the dtype to which the leaves promote; they stand in it in the order of `srcad.trees.flatten`.
    A gradient is brought into the same form by `ravel(gradient)[0]`.

    Raises ArgumentError if there is nothing in the structure that carries a derivative, CotangentError if a vector of
    another length is given back.

    >>> vector, back = ravel({"w": np.array([1.0, 2.0]), "b": 3.0, "name": "line"})
    >>> vector
    array([3., 1., 2.])
    >>> back(10 * vector)
    {'w': array([10., 20.]), 'b': 30.0, 'name': 'line'}
    """
    leaves, structure = trees.flatten(tree)
    carrying = [i for i, leaf in enumerate(leaves) if trees.is_differentiable(leaf)]
    if not carrying:
        raise ArgumentError("the structure holds nothing that carries a derivative", "pass floats or arrays of floats")
    module = arrays.array_module(*leaves)
    parts = [module.asarray(leaves[i]).ravel() for i in carrying]
    vector = module.concatenate(parts)
    ends = np.cumsum([part.size for part in parts]).tolist()

    def back(x: Any) -> Any:
        if getattr(x, "shape", ()) != (ends[-1],):
            raise CotangentError(
                f"the vector has the shape {getattr(x, 'shape', ())}, the structure {ends[-1]} numbers",
                f"pass a vector of shape ({ends[-1]},)",
            )
        new = list(leaves)
        for i, begin, end in zip(carrying, [0, *ends], ends, strict=False):
            new[i] = _in_form_of(leaves[i], x[begin:end])
        return trees.unflatten(structure, new)

    back.__srcad_opaque__ = (  # type: ignore[attr-defined]
        "differentiate the function of the structure, and bring its gradient into the form of the vector: "
        "ravel(gradient)[0]"
    )
    return vector, back


def _in_form_of(leaf: Any, part: Any) -> Any:
    """The elements of a vector as a number or an array like a leaf."""
    real = np.asarray(leaf).dtype.kind == "f" if arrays.module_of(leaf) is None else leaf.dtype.kind == "f"
    part = part.real if real else part
    if arrays.module_of(leaf) is None:
        return type(leaf)(part[0])
    return part.astype(leaf.dtype).reshape(leaf.shape)
