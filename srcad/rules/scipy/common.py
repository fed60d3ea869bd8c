"""What the rules of SciPy share: facts of the ufuncs of `scipy.special`, and their samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.facts import UNKNOWN, Fact, Tuple
from srcad.rules.primitives import sample
from srcad.rules.register import facts
from srcad.rules.samples import array
from srcad.rules.ufunc_facts import ufunc_fact


def real_like(d: Any, a: Any) -> Any:
    """A cotangent without what a real value has no use for."""
    return d if np.iscomplexobj(a) else np.real(d)


def of_ufuncs(*ufuncs: np.ufunc) -> None:
    """Registers the facts of ufuncs with any number of operands, and with one result or a tuple of them."""
    for ufunc in ufuncs:
        _register(ufunc)


def _register(ufunc: np.ufunc) -> None:
    @facts(ufunc)
    def _(*operands: Fact) -> Fact:
        known = ufunc_fact(ufunc, *operands) if len(operands) == ufunc.nin else UNKNOWN
        return known if ufunc.nout == 1 or known == UNKNOWN else Tuple((known,) * ufunc.nout)


def on(*domains: tuple[float, float], complex: bool = False) -> list[Any]:
    """Samples of operands from these domains: numbers, arrays, and arrays that are broadcast."""
    numbers = sample(*(0.3 * low + 0.7 * high for low, high in domains))
    matrices = sample(*(array(2, 3, low=low, high=high, seed=i) for i, (low, high) in enumerate(domains)))
    grids = [array(*((3, 1) if i % 2 else (2,)), low=low, high=high, seed=i) for i, (low, high) in enumerate(domains)]
    single = sample(*(array(3, low=low, high=high, dtype="float32", seed=i) for i, (low, high) in enumerate(domains)))
    plane = [array(3, low=low, high=high, dtype="complex128", seed=i) for i, (low, high) in enumerate(domains)]
    return [numbers, matrices, sample(*grids), single, *([sample(*plane)] if complex else [])]


def at(*leading: Any, domain: tuple[float, float], complex: bool = False) -> list[Any]:
    """Samples whose first operands, orders or parameters, are given."""
    double = [one for one in on(domain, complex=complex) if getattr(one.args[0], "dtype", None) != np.float32]
    return [sample(*leading, *one.args) for one in double]
