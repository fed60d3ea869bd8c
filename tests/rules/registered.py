"""The primitives of Python and NumPy, whatever optional packages other tests have imported before."""

from __future__ import annotations

import numpy as np

import srcad.rules  # noqa: F401  fills the registry
from srcad.rules import register
from srcad.rules.primitives import Primitive


def is_of_scipy(entry: Primitive) -> bool:
    """Whether a primitive is SciPy's, whose rules register themselves once somebody has imported it."""
    callee = entry.callee
    if isinstance(callee, np.ufunc):
        return getattr(np, callee.__name__, None) is not callee
    body = entry.rule.body if entry.rule is not None else None
    return "scipy" in f"{getattr(callee, '__module__', '')} {getattr(body, '__module__', '')}"


def primitives() -> list[Primitive]:
    """All of them, in the order of their registration."""
    return [entry for entry in register.primitives() if not is_of_scipy(entry)]
