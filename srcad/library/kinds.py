"""Kinds of arguments: what a program of the library may demand of them, as predicates on facts.

Guarantee: a kind holds only where it is certain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from srcad.facts import UNKNOWN, Array, Dict, Fact, Instance, Iterator, Known, List, Number, Tuple, widen
from srcad.rules.indexing import names_once

Kind = Callable[[Fact], bool]


def a_list(fact: Fact) -> bool:
    """A list."""
    return isinstance(widen(fact), List)


def a_dict(fact: Fact) -> bool:
    """A plain dict."""
    known = widen(fact)
    return isinstance(known, Dict) and known.type is dict


def a_sequence(fact: Fact) -> bool:
    """A list, a tuple, or an array with axes."""
    known = widen(fact)
    return isinstance(known, (List, Tuple)) or an_array(fact) and known.shape != ()


def indexed(fact: Fact) -> bool:
    """A sequence, a range or a string."""
    if isinstance(fact, Known):
        return isinstance(fact.value, (tuple, range, str))
    return a_sequence(fact) or isinstance(fact, Instance) and fact.type in (range, str)


def an_iterator(fact: Fact) -> bool:
    """A generator, or another iterator that the program itself makes."""
    return isinstance(fact, Iterator)


def an_array(fact: Fact) -> bool:
    """An array."""
    return isinstance(widen(fact), Array)


def a_float_array(fact: Fact) -> bool:
    """An array of floating-point numbers."""
    known = widen(fact)
    return isinstance(known, Array) and known.dtype is not None and np.dtype(known.dtype).kind == "f"


def a_complex_array(fact: Fact) -> bool:
    """An array of complex numbers."""
    known = widen(fact)
    return isinstance(known, Array) and known.dtype is not None and np.dtype(known.dtype).kind == "c"


def a_double_array(fact: Fact) -> bool:
    """An array of double-precision numbers."""
    known = widen(fact)
    return isinstance(known, Array) and known.dtype == "float64"


def a_vector(fact: Fact) -> bool:
    """An array with one axis."""
    return isinstance(known := widen(fact), Array) and known.ndim == 1


def a_matrix(fact: Fact) -> bool:
    """An array with two axes."""
    return isinstance(known := widen(fact), Array) and known.ndim == 2


def a_cube(fact: Fact) -> bool:
    """An array with three axes."""
    return isinstance(known := widen(fact), Array) and known.ndim == 3


def of_length(length: int) -> Kind:
    """The kind of tuples of this length."""
    return lambda fact: isinstance(known := widen(fact), Tuple) and len(known.items) == length


def like_dtypes(*names: str) -> Callable[[Mapping[str, Fact]], bool]:
    """That these arguments have one dtype, a floating-point one."""

    def alike(facts: Mapping[str, Fact]) -> bool:
        dtypes = {getattr(widen(facts[name]), "dtype", None) for name in names}
        return len(dtypes) == 1 and None not in dtypes and np.dtype(dtypes.pop()).kind in "fc"

    return alike


def varies(*names: str) -> Callable[[Mapping[str, Fact]], bool]:
    """That not all of these arguments are known before the program runs: else a call is left as it is."""

    def not_all_known(facts: Mapping[str, Fact]) -> bool:
        return not all(isinstance(facts[name], Known) for name in names)

    return not_all_known


def a_number(fact: Fact) -> bool:
    """A number."""
    return isinstance(widen(fact), Number)


def a_slice(fact: Fact) -> bool:
    """A slice."""
    return isinstance(fact, Known) and isinstance(fact.value, slice) or fact == Instance(slice)


def naming_once(fact: Fact) -> bool:
    """A subscript that names no element twice: integers, slices and masks."""
    return names_once(fact) is True


def of_tuples(fact: Fact) -> bool:
    """A list or tuple of tuples."""
    known = widen(fact)
    if isinstance(known, List):
        return isinstance(widen(known.element), Tuple)
    return isinstance(known, Tuple) and bool(known.items) and all(isinstance(widen(f), Tuple) for f in known.items)


def none(fact: Fact) -> bool:
    """None."""
    return fact == Known(None)


def not_none(fact: Fact) -> bool:
    """Anything but None."""
    return fact not in (UNKNOWN, Known(None))


def of_arrays(fact: Fact) -> bool:
    """A list or tuple of arrays."""
    known = widen(fact)
    if isinstance(known, Tuple):
        return bool(known.items) and all(map(an_array, known.items))
    return isinstance(known, List) and an_array(known.element)


def exactly(value: object) -> Kind:
    """The kind of arguments that are known to be this value."""
    return lambda fact: isinstance(fact, Known) and type(fact.value) is type(value) and fact.value == value


TRUE = exactly(True)
TWO = exactly(2)
THREE = exactly(3)
