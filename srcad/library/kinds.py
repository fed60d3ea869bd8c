"""Kinds of arguments: what a program of the library may demand of them, as predicates on facts.

Guarantee: a kind holds only where it is certain.
"""

from __future__ import annotations

from srcad.facts import Array, Dict, Fact, Instance, Iterator, Known, List, Number, Tuple, widen


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


def a_number(fact: Fact) -> bool:
    """A number."""
    return isinstance(widen(fact), Number)


def a_slice(fact: Fact) -> bool:
    """A slice."""
    return isinstance(fact, Known) and isinstance(fact.value, slice) or fact == Instance(slice)


def of_tuples(fact: Fact) -> bool:
    """A list or tuple of tuples."""
    known = widen(fact)
    if isinstance(known, List):
        return isinstance(widen(known.element), Tuple)
    return isinstance(known, Tuple) and bool(known.items) and all(isinstance(widen(f), Tuple) for f in known.items)


def none(fact: Fact) -> bool:
    """None."""
    return fact == Known(None)


def exactly(value: object) -> object:
    """The kind of arguments that are known to be this value."""
    return lambda fact: isinstance(fact, Known) and type(fact.value) is type(value) and fact.value == value


TRUE = exactly(True)
TWO = exactly(2)
THREE = exactly(3)
