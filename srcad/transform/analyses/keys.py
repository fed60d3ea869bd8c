"""Keys of dicts that carry a derivative.

Guarantee: a number that a dict has as a key, and that the program reads from there again, carries no derivative.
Cotangents and tangents of a dict belong to its values, so that of a key would be lost: such a program is refused.  A
key that is only looked up by, in a table of results, say, is fine.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping

from srcad import facts as fa
from srcad.errors import UnsupportedError
from srcad.facts import Dict, Fact, Instance
from srcad.transform.analyses import effects
from srcad.wengert import ForLoop, Function, Method, Node, Operand, Step, make_dict, walk

_BY_KEY = (operator.getitem, operator.setitem, operator.delitem, operator.contains, len, Method("values"))
"""Callees that show nobody the keys of a dict."""


def refuse_active_keys(function: Function, facts: Mapping[str, Fact], varied: frozenset[str]) -> None:
    """Raises UnsupportedError where a key carries a derivative, and keys are read."""
    nodes = list(walk(function.body))
    storing = next((n for n in nodes for key in _stored(n, facts) if key in varied and _is_active(key, facts)), None)
    if storing is not None and any(_may_carry(f) for n in nodes for f in _read(n, facts)):
        raise UnsupportedError(
            "the key of a dict carries a derivative", "keep the number in the value as well", storing.site
        )


def _stored(node: Node, facts: Mapping[str, Fact]) -> tuple[Operand, ...]:
    """The keys under which a step stores something."""
    if not isinstance(node, Step):
        return ()
    if node.callee is make_dict:
        return node.operands[::2]
    if node.callee is operator.setitem and isinstance(effects.fact_of_operand(node.operands[0], facts), Dict):
        return node.operands[1:2]
    return ()


def _is_active(key: Operand, facts: Mapping[str, Fact]) -> bool:
    return fa.is_active_type(effects.fact_of_operand(key, facts)) is True


def _read(node: Node, facts: Mapping[str, Fact]) -> Iterator[Fact]:
    """What is known of the keys that a node may read."""
    operands: tuple[Operand, ...] = ()
    if isinstance(node, ForLoop):
        operands = (node.iterable,)
    elif isinstance(node, Step) and effects.hashable(node.callee) not in _BY_KEY:
        operands = (*node.operands, *(o for _, o in node.keywords))
    for fact in (effects.fact_of_operand(o, facts) for o in operands):
        if isinstance(fact, Dict) and fact.type is dict:
            yield fact.keys
        elif isinstance(fact, Instance) and fact.type in (type({}.keys()), type({}.items())):
            yield fact.element.items[0] if isinstance(fact.element, fa.Tuple) else fact.element


def _may_carry(keys: Fact) -> bool:
    return fa.is_active_type(keys) is not False
