"""Callees that ask an iterable for its items one by one.

Guarantee: facts resolve each of them, by what they are given; none is left in a list that is run.
"""

from __future__ import annotations


def indexed(items, alone):
    """Callee: the sequence that a loop over `items` goes through; an iterator only if it goes through nothing else.

    A third operand says that this is asked before the loop begins.
    """
    raise TypeError("resolved where it is known what is given")


def keys_of(mapping):
    """Callee: the keys of a dict, as a list.  Resolved by facts."""
    raise TypeError("resolved where it is known what is given")


def has_more(items, number):
    """Callee: whether there is an item of this number; an iterator goes on to it.  Resolved by facts."""
    raise TypeError("resolved where it is known what is given")


def item_at(items, number):
    """Callee: the item of this number, if there is one.  Resolved by facts."""
    raise TypeError("resolved where it is known what is given")


def after_last(items, number):
    """Callee: the number to ask for once there was none: an iterator over a list that grows has ended for good."""
    raise TypeError("resolved where it is known what is given")


ASKING = (indexed, keys_of, has_more, item_at, after_last)
LAST = 1 << 30
"""A number that no item has."""
