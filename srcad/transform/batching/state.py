"""What is known while a list is rewritten for a batch: which names have a leading axis, and how many axes before."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad import facts as fa
from srcad.facts import Array, Dim, Fact, Number
from srcad.transform.analyses.memory import Memory
from srcad.transform.builder import Builder
from srcad.wengert import Const, Operand, Step

AXIS = Dim("batch", None)
"""The leading axis."""

ALL = Const(slice(None))
"""The index of everything along an axis."""


class NotBatchedError(Exception):
    """Something for which no form with a leading axis is known."""


class Batch:
    """A list being rewritten: the names with a leading axis, what is known of single examples, and the new steps.

    `like` is a parameter with the leading axis.  Tuples and lists are `made` by these steps; what is
    the transpose of a matrix without that axis is in `transposes`.
    """

    def __init__(
        self,
        names: frozenset[str],
        facts: Mapping[str, Fact],
        memory: Memory,
        made: Mapping[str, Step],
        builder: Builder,
        like: str,
    ):
        self.names, self.memory, self.made, self.builder = names, memory, made, builder
        self._single, self._like = dict(facts), like
        self.transposes: dict[str, Operand] = {}

    def has_axis(self, operand: Operand) -> bool:
        """Whether an operand has the leading axis."""
        return isinstance(operand, str) and operand in self.names

    def fact(self, operand: Operand) -> Fact:
        """What is known of one example."""
        if isinstance(operand, str) and operand in self._single:
            return fa.widen(self._single[operand])
        return fa.widen(self.builder.fact(operand))

    def rank(self, operand: Operand) -> int:
        """The number of axes of one example.  Raises NotBatchedError where it is not known."""
        match self.fact(operand):
            case Number():
                return 0
            case Array(shape=tuple() as shape):
                return len(shape)
        raise NotBatchedError(f"how many axes {operand} has is not known")

    def size(self) -> str:
        """The number of examples."""
        return self.step(len, self._like)

    def dtype_of(self, name: str) -> tuple[Operand, ...]:
        """The dtype of an array, as an argument for functions that make float64 without it."""
        dtype = fa.dtype_of(self.fact(name))
        if dtype is None:
            raise NotBatchedError(f"the dtype of {name} is not known")
        return () if dtype == "float64" else (Const(dtype),)

    def step(self, callee: Any, *operands: Operand, **keywords: Operand) -> str:
        """A new step, and the name of its target."""
        return self.builder.step(callee, *operands, keywords=keywords)

    def example(self, operand: Operand) -> Operand:
        """The first of the examples."""
        if not self.has_axis(operand):
            return operand
        if operand in self.made:
            raise NotBatchedError("the shape of a tuple or list is asked for")
        return self.step(operator.getitem, operand, Const(0))

    def aligned(self, operand: Operand, rank: int) -> Operand:
        """An operand that meets others of a rank: one of fewer axes gets axes of length one after the leading one."""
        missing = rank - self.rank(operand)
        if not self.has_axis(operand) or missing <= 0:
            return operand
        return self.step(operator.getitem, operand, Const((slice(None), *(None,) * missing)))

    def repeated(self, value: Operand) -> Operand:
        """A value with the leading axis; one that has none yet is the same for all examples, in memory of its own."""
        if self.has_axis(value):
            return value
        if value == Const(0.0):
            return self.step(np.zeros, self.size())
        return self.step(np.repeat, self.step(np.expand_dims, value, Const(0)), self.size(), Const(0))


def with_axis(fact: Fact) -> Array:
    """What is known of a batch of numbers or arrays of which this is known.  Raises NotBatchedError for others."""
    match fa.widen(fact):
        case Number(dtype=str() as dtype):
            return Array(dtype, (AXIS,))
        case Array(dtype=str() as dtype, shape=tuple() as shape):
            return Array(dtype, (AXIS, *shape))
    raise NotBatchedError(f"no batch is known of values with {fact}")
