"""Jacobians: one forward sweep, and a reverse sweep for each element of the result.

Guarantee: a Jacobian has, for every leaf of the result, the structure of the differentiated argument (a tuple of them
for several).  In it, the place of each leaf is taken by an array of the shape of the result's leaf followed by its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import trees
from srcad.arguments import asked_for, is_single
from srcad.errors import ResultError
from srcad.forms import Leaf
from srcad.transformed import Transformed
from srcad.vjp import Asked, Pullback, linearised, program_for


class Jacobian(Transformed):
    """The Jacobian of a function.  Made by `srcad.jacrev`, `srcad.jacobian` and `srcad.hessian`.

    `source_for(*args)` is the text of both sweeps for arguments like these.
    """

    __srcad_opaque__ = "call grad or value_and_grad there"

    @property
    def asked_by(self) -> str:
        """The function of srcad that asks for this."""
        return "jacobian"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments, which are those of the primal."""
        out, pull = linearised(self.primal, args, kwargs, self._asked)
        for leaf in pull.result.leaves:
            self._check(leaf)
        rows = [_block(pull, number, leaf) for number, leaf in enumerate(pull.result.leaves)]
        if is_single(self.options.argnums):
            rows = [row[0] for row in rows]
        found = pull.result.together(rows)
        return (found, out[1]) if self.options.has_aux else found

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The programs of both sweeps for arguments like these, which are not used otherwise."""
        derived = program_for(self.primal, args, kwargs, self._asked).derived
        return f"{derived.forward.source}\n\n{derived.backward.source}"

    @property
    def _asked(self) -> Asked:
        options = self.options
        return Asked(tuple(asked_for(options.argnums)), options.has_aux, options.holomorphic)

    def _check(self, leaf: Leaf) -> None:
        """Raises ResultError if a leaf of the result has no Jacobian of the kind that is asked for."""
        name = self.__qualname__
        what = "nothing that carries a derivative" if leaf.dtype is None else f"a result of dtype {leaf.dtype}"
        reason = f"the Jacobian of {name} cannot be had: {leaf.path.partition(' of ')[2]} is {what}"
        if leaf.dtype is None:
            raise ResultError(reason, "return floats and arrays of floats; with has_aux=True a pair (value, aux)")
        if self.options.holomorphic and leaf.dtype.kind != "c":
            raise ResultError(f"{reason}, and holomorphic=True asks for complex ones", "leave holomorphic=True out")
        if leaf.dtype.kind == "c" and not self.options.holomorphic:
            raise ResultError(reason, "return real and imaginary part, or pass holomorphic=True")


def _block(pull: Pullback, number: int, leaf: Leaf) -> tuple[Any, ...]:
    """The cotangents of the arguments for every element of one leaf of the result, along leading axes."""
    cotangents = pull.result.zeros()
    if leaf.module is None:
        cotangents[number] = leaf.kind(1)
        return pull.pull(pull.result.together(cotangents))
    whole = pull.result.together(cotangents)
    element = cotangents[number]
    gathered: list[Any] = []
    structure = None
    for index in np.ndindex(leaf.shape):
        element[index] = 1
        leaves, structure = trees.flatten(pull.pull(whole))
        element[index] = 0
        if not gathered:
            gathered = [_room(leaf, d) for d in leaves]
        for block, d in zip(gathered, leaves, strict=True):
            if block is not None:
                block[index] = d
    if structure is None:  # the result has no elements
        leaves, structure = trees.flatten(pull.pull(whole))
        gathered = [_room(leaf, d) for d in leaves]
    return trees.unflatten(structure, gathered)


def _room(leaf: Leaf, d: Any) -> Any:
    """An array for the derivatives of all elements of a leaf of the result; None for what has no derivative."""
    if not trees.is_differentiable(d):
        return None
    return leaf.module.empty((*leaf.shape, *getattr(d, "shape", ())), np.dtype(getattr(d, "dtype", type(d))))
