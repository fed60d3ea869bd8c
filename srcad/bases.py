"""Linear functions of structures as tables: what they give for each vector of a basis.

Guarantee: row `i` of a table belongs to element `i` of the structure that the function takes, whose leaves are counted
in the order of `trees.flatten`, and the elements of each in C order.  What carries no derivative has neither rows nor
columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import arrays, trees
from srcad.forms import Form, Leaf

LIMIT = 128
"""How many vectors there are in a batch at most: their intermediate values are all kept at the same time."""


class Basis:
    """The unit vectors of a form, one after the other."""

    def __init__(self, form: Form):
        self.form = form
        sizes = [0 if leaf.dtype is None else int(np.prod(leaf.shape)) for leaf in form.leaves]
        ends = np.cumsum(sizes).tolist()
        self.size = sum(sizes)
        self.ranges = list(zip([0, *ends], ends, strict=False))

    def vectors(self, unit: complex = 1) -> Iterator[Any]:
        """Structures of zeros in which one element after the other is one, or `unit` if it is complex."""
        zeros = self.form.zeros()
        for number, leaf in enumerate(self.form.leaves):
            if leaf.dtype is None:
                continue
            one = unit if leaf.dtype.kind == "c" else 1
            for index in np.ndindex(leaf.shape):
                changed = leaf.kind(one) if leaf.module is None else leaf.zero()
                if leaf.module is not None:
                    changed[index] = one
                yield self.form.together([*zeros[:number], changed, *zeros[number + 1 :]])

    def batches(self, unit: complex = 1) -> Iterator[tuple[int, int, Any]]:
        """The same with a leading axis for many vectors at once, and which ones these are."""
        for begin in range(0, self.size, LIMIT):
            end = min(begin + LIMIT, self.size)
            blocks = [(leaf.module or np).zeros((end - begin, *leaf.shape), leaf.dtype) for leaf in self.form.leaves]
            for block, leaf, (first, last) in zip(blocks, self.form.leaves, self.ranges, strict=True):
                rows = np.arange(max(first, begin), min(last, end))
                if len(rows):
                    block.reshape(end - begin, -1)[rows - begin, rows - first] = unit if leaf.dtype.kind == "c" else 1
            yield begin, end, self.form.together(blocks)

    def table(self, linear: Callable[[Any], Any], unit: complex = 1, *, is_batch: bool = False) -> Table:
        """What a linear function gives for each of the vectors; in a batch, for many at once along a leading axis."""
        if is_batch:
            return self._table_of_batches(linear, unit)
        room: list[Any] = []
        kept = None
        for i, vector in enumerate(self.vectors(unit)):
            image = linear(vector)
            leaves, _ = trees.flatten(image)
            if kept is None:
                kept = image
                room = [_room(d, self.size) for d in leaves]
            for rows, d in zip(room, leaves, strict=True):
                if rows is not None:
                    rows[i] = d
        if kept is None:  # there are no elements, but shapes of what does not depend on them
            kept = linear(self.form.together(self.form.zeros()))
            room = [_room(d, 0) for d in trees.flatten(kept)[0]]
        return Table(Form(kept, "the derivative"), room)

    def _table_of_batches(self, linear: Callable[[Any], Any], unit: complex) -> Table:
        """The table of a function that takes many vectors at once."""
        parts = [linear(vectors) for _, _, vectors in self.batches(unit)]
        if not parts:  # there are no elements, but shapes of what does not depend on them
            zeros = [(leaf.module or np).zeros((1, *leaf.shape), leaf.dtype) for leaf in self.form.leaves]
            parts = [linear(self.form.together(zeros))]
        columns = list(zip(*(trees.flatten(part)[0] for part in parts), strict=True))
        rows = [c[0] if len(c) == 1 else arrays.array_module(*c).concatenate(c) for c in columns]
        structure = trees.flatten(parts[0])[1]
        first = trees.unflatten(structure, [leaf[0] for leaf in rows])
        return Table(Form(first, "the derivative"), [leaf[: self.size] for leaf in rows])


@dataclass(frozen=True)
class Table:
    """The rows for each leaf of an image, and the form of the image; None for what has no derivative."""

    image: Form
    rows: list[Any]

    def block(self, number: int, begin: int, end: int, leaf: Leaf) -> Any:
        """The rows of one leaf of the image that belong to one leaf of the basis, with the axes of that first."""
        rows = self.rows[number]
        return None if rows is None or leaf.dtype is None else rows[begin:end].reshape((*leaf.shape, *rows.shape[1:]))


def _room(d: Any, count: int) -> Any:
    """An array for as many derivatives like this one; None for what is no derivative."""
    if not trees.is_differentiable(d):
        return None
    module = arrays.module_of(d) or np
    return module.empty((count, *getattr(d, "shape", ())), np.dtype(getattr(d, "dtype", type(d))))
