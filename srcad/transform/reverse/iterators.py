"""Iterators in the reverse sweep: a loop follows its items to where they come from, by counting its trips.

Guarantee: the items of `zip`, `enumerate`, `reversed` and the views of a dict, if they carry a derivative, are taken by
loops only, and an iterator is used up by one loop, which begins it; so trip i takes item i.  All else is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from srcad.errors import UnsupportedError
from srcad.facts import Fact, Instance
from srcad.transform.analyses import effects
from srcad.transform.iterators import ITERATORS, VIEWS
from srcad.transform.reverse.definitions import Definitions
from srcad.wengert import ForLoop, Node, Operand, Step, WhileLoop, base, blocks, callee_name, identity, own_operands

MAKERS = (zip, enumerate, reversed)


def check_iterators(
    body: Iterable[Node], facts: Mapping[str, Fact], definitions: Definitions, active: frozenset[str]
) -> None:
    """Raises where a derivative passes through an iterator that cannot be followed."""
    _Uses(facts, definitions, active).block(body, 0)


class _Uses:
    """The iterators met so far that are used up by a loop, or handed on to an iterator."""

    def __init__(self, facts: Mapping[str, Fact], definitions: Definitions, active: frozenset[str]):
        self.facts = facts
        self.definitions = definitions
        self.active = active
        self.used: set[str] = set()

    def block(self, nodes: Iterable[Node], depth: int) -> None:
        for node in nodes:
            if not (isinstance(node, Step) and node.callee is identity and len(node.targets) == 1):
                for operand in own_operands(node):
                    self.use(node, operand, depth)
            for block in blocks(node):
                self.block(block, depth + isinstance(node, (ForLoop, WhileLoop)))

    def use(self, node: Node, operand: Operand, depth: int) -> None:
        fact = effects.fact_of_operand(operand, self.facts)
        if operand not in self.active or not isinstance(fact, Instance) or fact.type not in ITERATORS:
            return
        kind, name = fact.type.__name__, self.definitions.same(str(operand))
        if isinstance(node, Step) and node.callee not in MAKERS and any(t in self.active for t in node.targets):
            raise UnsupportedError(
                f"{callee_name(node.callee)} is given an iterator ({kind}) whose items carry a derivative",
                "make a list of the items first: items = list(...)",
                node.site,
            )
        again = name in self.used or depth > len(self.definitions[name].loops)
        if again and fact.type not in VIEWS:
            raise UnsupportedError(
                f"the items of {base(name)!r} ({kind}) carry a derivative, and are taken in more than one place",
                "make an iterator for each loop, or a list of the items: list(...)",
                node.site,
            )
        self.used.add(name)
