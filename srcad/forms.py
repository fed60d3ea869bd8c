"""The form of a result: what a cotangent of it must look like.

Guarantee: what `Form.fitted` returns has the structure, shapes, dtypes and array module of the result; everything else
is refused, by the path to the leaf.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad import arrays, trees
from srcad.errors import ArgumentError, CotangentError


class Form:
    """The structure of a result, and of each leaf its type, dtype and shape: what a cotangent of it must have."""

    def __init__(self, result: Any, what: str):
        leaves, self._structure = trees.flatten(result)
        self._what = what
        self._example = trees.unflatten(self._structure, [None] * len(leaves))
        self.paths = trees.paths(result, what)
        self.leaves = [Leaf.of(leaf, path) for leaf, path in zip(leaves, self.paths, strict=True)]

    def fitted(self, cotangent: Any) -> Any:
        """The cotangent with numbers in the dtypes of the result.  Raises CotangentError or ArgumentError."""
        leaves, structure = trees.flatten(cotangent)
        if structure != self._structure:
            trees.check_same(self._example, cotangent, self._what)
        return trees.unflatten(structure, [leaf.fitted(d) for leaf, d in zip(self.leaves, leaves, strict=True)])

    def zeros(self) -> list[Any]:
        """Cotangents of zero of the leaves, None for those that carry no derivative."""
        return [leaf.zero() for leaf in self.leaves]

    def together(self, leaves: list[Any]) -> Any:
        """A structure like the result of other leaves."""
        return trees.unflatten(self._structure, leaves)


class Leaf:
    """What is known of a leaf of a result: its path, shape, and what zeros like it are made of."""

    def __init__(self, path: str, kind: type, dtype: Any, shape: tuple[int, ...], module: Any):
        self.path, self.kind, self.dtype, self.shape, self.module = path, kind, dtype, shape, module

    @staticmethod
    def of(leaf: Any, path: str) -> Leaf:
        """The form of a leaf; its dtype is None if it carries no derivative."""
        dtype = np.dtype(getattr(leaf, "dtype", type(leaf))) if trees.is_differentiable(leaf) else None
        return Leaf(path, type(leaf), dtype, getattr(leaf, "shape", ()), arrays.module_of(leaf))

    def zero(self) -> Any:
        """A cotangent of zero."""
        if self.dtype is None:
            return None
        return self.kind(0) if self.module is None else self.module.zeros(self.shape, self.dtype)

    def fitted(self, d: Any) -> Any:
        """A cotangent of the leaf, in its type if it is a number.  Raises CotangentError or ArgumentError."""
        if self.dtype is None:
            if d is None:
                return None
            raise ArgumentError(f"{self.path} belongs to what carries no derivative", "pass None there")
        if isinstance(d, (bool, np.bool_)) or not (isinstance(d, (int, float, complex)) or hasattr(d, "dtype")):
            raise ArgumentError(f"{self.path} is a {type(d).__name__}, no number or array", f"pass {self._asked()}")
        shape, dtype = getattr(d, "shape", ()), getattr(d, "dtype", None)
        if shape != self.shape:
            raise CotangentError(
                f"{self.path} has the shape {shape}, the result has {self.shape}", f"pass {self._asked()}"
            )
        if not self._takes(d, dtype):
            have = dtype or type(d).__name__
            raise ArgumentError(f"{self.path} is of dtype {have}, the result of {self.dtype}", f"pass {self._asked()}")
        if self.module is not None and dtype is not None and arrays.module_of(d) is not self.module:
            raise ArgumentError(
                f"{self.path} is a {type(d).__module__}.{type(d).__name__}, the result one of {self.module.__name__}",
                f"pass {self._asked()}",
            )
        return self.kind(d) if self.module is None else self.module.asarray(d, self.dtype)

    def _takes(self, d: Any, dtype: Any) -> bool:
        """Whether a number or array can stand for a cotangent: arrays of the very dtype, numbers of no wider kind."""
        if self.module is not None and dtype is not None:
            return dtype == self.dtype
        return self.dtype.kind == "c" or np.dtype(dtype or type(d)).kind in "iuf"

    def _asked(self) -> str:
        if self.module is None:
            return f"a {self.kind.__name__}"
        return f"an array of shape {self.shape} and dtype {self.dtype}"
