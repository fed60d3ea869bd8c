"""Which steps may raise, and what they leave behind when they do.

Guarantee: a step that `never_raises` gives its result whatever its operands are, facts or not.  Of all others it is
assumed that they may be the point at which the body of a `try` is abandoned, with all `exposed` steps before done.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

from srcad.wengert.names import walk
from srcad.wengert.nodes import (
    Attempt,
    Augmented,
    Branch,
    Const,
    MakeFunction,
    Method,
    Node,
    SetAttribute,
    Step,
    Variable,
    enter,
    identity,
    leave,
    make_list,
    make_tuple,
    raise_error,
)

_CERTAIN = (make_tuple, make_list, operator.is_, operator.is_not)

_IN_PLACE = frozenset(
    getattr(operator, f"i{name}")
    for name in "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor concat".split()
)


def never_raises(node: Node) -> bool:
    """Whether a node is a step that cannot raise: a name for something, a tuple, a function being made.

    >>> never_raises(Step(("y",), identity, ("x",))), never_raises(Step(("y",), operator.neg, ("x",)))
    (True, False)
    """
    if not isinstance(node, Step) or node.keywords:
        return False
    if node.callee is identity:
        return len(node.targets) == 1
    if node.callee is enter or node.callee is leave:
        return len(node.operands) == 1  # a manager that touches nothing of the program's
    if node.callee is operator.setitem:
        return isinstance(node.operands[1], Const) and isinstance(node.operands[1].value, Variable)
    return isinstance(node.callee, MakeFunction) or any(node.callee is callee for callee in _CERTAIN)


def exposed(nodes: Iterable[Node], followed: bool = False) -> Iterator[Step]:
    """The steps whose writes, if they write, may stand when the nodes are abandoned: some step after them may raise.

    `followed` says that something which may raise comes after the nodes.

    >>> key = Const(0)
    >>> write, risky = Step((), operator.setitem, ("x", key, "v")), Step(("t",), operator.neg, ("v",))
    >>> write in exposed((risky, write)), write in exposed((write, risky))
    (False, True)
    """
    for node in reversed(tuple(nodes)):
        match node:
            case Step():
                if followed or not (is_atomic(node) or never_raises(node)):
                    yield node
            case Branch():
                yield from exposed(node.then, followed)
                yield from exposed(node.orelse, followed)
            case _:
                yield from (n for n in walk((node,)) if isinstance(n, Step))  # the next trip may raise
        followed = followed or not never_raises(node)


def is_atomic(step: Step) -> bool:
    """Whether a step that raises has not written anything yet."""
    callee = step.callee
    if isinstance(callee, (SetAttribute, Augmented)):
        return True
    if any(callee is known for known in (operator.setitem, operator.delitem, *_IN_PLACE)):
        return True
    return isinstance(callee, Method) and callee.name in ("append", "pop")


def always_raises(nodes: tuple[Node, ...]) -> bool:
    """Whether control never comes to the end of the nodes."""
    match nodes[-1:]:
        case (Step(callee=callee),):
            return callee is raise_error
        case (Branch() as node,) if not isinstance(node, Attempt):
            return always_raises(node.then) and always_raises(node.orelse)
    return False
