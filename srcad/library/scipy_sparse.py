"""Factorisations of `scipy.sparse.linalg` as objects: their solutions are those of a function with a rule.

Guarantee: the value is what the object's own method returns.
"""

from scipy.sparse import linalg

from srcad.facts import Instance
from srcad.library.register import implements
from srcad.rules.scipy.sparse import solution
from srcad.wengert import Method


def factors(fact):
    """What `splu` and `spilu` return."""
    return fact == Instance(linalg.SuperLU)


@implements(Method("solve"))
def _(self: factors, rhs, trans="N"):
    return solution(self, rhs, trans)
