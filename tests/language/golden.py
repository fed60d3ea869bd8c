"""The programs that srcad generates for the examples of supported constructs, as they stand in `generated/`."""

from __future__ import annotations

import copy
import inspect
import re
from pathlib import Path

import numpy as np

import srcad
from srcad.transform.lower.language import TABLE

from .document import EXAMPLES

FOLDER = Path(__file__).parent / "generated"
QUOTING = {"nested_decorated"}
"""Constructs whose programs quote Python's own library, which differs from version to version."""


def names() -> list[str]:
    """The supported constructs that this version of Python can read."""
    return [name for name in EXAMPLES if TABLE[name].supported and name not in QUOTING]


def path(name: str) -> Path:
    """The file of a construct."""
    return FOLDER / f"{name}.txt"


def generate(name: str) -> str:
    """The example and what is generated for it: one program for each kind of arguments."""
    example = EXAMPLES[name]
    source = re.sub(r"^@example\(.*\)\n", "", inspect.getsource(example.function))
    programs = dict.fromkeys(program(example.function, args) for args in example.inputs)
    return "\n# generated\n".join([source, *programs])


def program(function, args: tuple) -> str:
    """The gradient's program with respect to all arguments that have one, without where the function stands."""
    wrt = tuple(i for i, arg in enumerate(args) if is_differentiable(arg))
    derivative = srcad.grad(function, wrt if len(wrt) > 1 else wrt[0])
    return re.sub(r" \(\w+\.py:\d+\)", "", derivative.source_for(*copy.deepcopy(args)))


def is_differentiable(arg) -> bool:
    """Whether an argument has a gradient."""
    leaves, _ = srcad.trees.flatten(arg)
    return bool(leaves) and all(np.asarray(leaf).dtype.kind == "f" for leaf in leaves)
