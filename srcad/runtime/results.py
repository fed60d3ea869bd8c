"""What a differentiated function returns, and what NumPy cannot be asked: checks with errors that say what to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.errors import ResultError, UnsupportedError
from srcad.runtime.structures import is_number


def checked_scalar(value: Any, name: str, holomorphic: bool = False) -> Any:
    """The value, if a gradient of it is defined.  Raises ResultError otherwise."""
    shape = getattr(value, "shape", ())
    kind = (
        np.dtype(getattr(value, "dtype", None) or type(value)).kind
        if is_number(value) or hasattr(value, "dtype")
        else ""
    )
    if kind != ("c" if holomorphic else "f"):
        dtype = f" of dtype {value.dtype}" if hasattr(value, "dtype") else ""
        raise ResultError(*no_scalar(f"{name} returned {type(value).__name__}{dtype}", kind, holomorphic))
    if all(n == 1 for n in shape):
        return value
    raise ResultError(
        f"grad needs a function that returns one number; {name} returned an array of shape {shape}",
        "return a scalar, for instance by np.sum or np.mean",
    )


def no_scalar(found: str, kind: str, holomorphic: bool) -> tuple[str, str]:
    """Reason and remedy where a function returns something of another kind than its gradient asks for."""
    if holomorphic:
        reason = f"grad with holomorphic=True needs a function that returns a complex number; {found}"
        return (
            reason,
            "leave holomorphic=True out" if kind == "f" else "return a complex number",
        )
    remedy = "return a real scalar computed from the arguments"
    if kind == "c":
        remedy += ", or pass holomorphic=True for the derivative of a complex function"
    return f"grad needs a function that returns a float; {found}", remedy


def check_vectors(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> None:
    """Raises UnsupportedError unless `np.cross` of these arguments is one of vectors of length three."""
    places = (axisa, axisb) if axis is None else (axis, axis)
    if any(np.shape(v)[place] != 3 for v, place in zip((a, b), places, strict=True)):
        raise UnsupportedError(
            "np.cross of vectors of length two cannot be differentiated", "write a[0] * b[1] - a[1] * b[0]"
        )
