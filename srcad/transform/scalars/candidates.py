"""Which containers only this function can see, so that scalar replacement may take them away.

Guarantee.  Of a container found here the list has every use: it is made by one step, known under that name and second
names of it, and otherwise only the first operand of steps that read or store one entry under a constant key.
"""

from __future__ import annotations

import operator

from srcad.objects import Field
from srcad.wengert import (
    Const,
    MakeFunction,
    Node,
    Operand,
    Step,
    Variable,
    identity,
    made_slots,
    make_dict,
    make_list,
    make_object,
    own_operands,
    walk,
)

_ACCESSES = {operator.getitem: 2, operator.setitem: 3, operator.delitem: 2, operator.contains: 2}


def candidates(body: tuple[Node, ...], result: Operand) -> dict[str, str]:
    """The containers to replace: each name of one, and the name it was made under.

    Of containers that nothing changes these are only those that hold functions: facts know the others well enough.
    """
    roots: dict[Operand, str] = {}
    lengths: dict[str, int] = {}
    functions: set[Operand] = set()
    changed: set[str] = set()
    for node in walk(body):
        if isinstance(node, Step) and isinstance(node.callee, MakeFunction):
            functions.add(node.target)
        elif isinstance(node, Step) and _makes(node):
            roots[node.target] = node.target
            if not functions.isdisjoint(node.operands):
                changed.add(node.target)
            if node.callee is make_list:
                lengths[node.target] = len(node.operands)
        elif isinstance(node, Step) and _is_second_name(node) and node.operands[0] in roots:
            roots[node.target] = roots[node.operands[0]]
    lost = {roots[result]} if result in roots else set()
    for node in walk(body):
        operands = own_operands(node)
        if isinstance(node, Step) and operands and operands[0] in roots:
            root = roots[operands[0]]
            if _is_access(node, lengths.get(root)):
                reads = node.callee in (operator.getitem, operator.contains)
                if not reads or isinstance(operands[1].value, Variable):
                    changed.add(root)
                operands = operands[1:]
            elif _is_second_name(node):
                continue
        lost.update(roots[o] for o in operands if o in roots)
    return {name: root for name, root in roots.items() if root in changed and root not in lost}


def _is_second_name(step: Step) -> bool:
    return step.callee is identity and len(step.targets) == 1


def _makes(step: Step) -> bool:
    if len(step.targets) != 1 or step.keywords:
        return False
    return (
        step.callee is make_list
        or step.callee in (make_dict, make_object)
        and all(_is_key(key) for key, _ in made_slots(step))
    )


def _is_key(operand: Operand) -> bool:
    return isinstance(operand, Const) and isinstance(operand.value, (str, int, tuple, type(None)))


def _is_access(step: Step, length: int | None) -> bool:
    """Whether a step is about one entry, of a list of this length or (None) of a dict, under a constant key."""
    if len(step.operands) != _ACCESSES.get(step.callee) or step.keywords or not _is_key(step.operands[1]):
        return False
    key = step.operands[1].value
    if step.callee is operator.delitem:
        return isinstance(key, (Variable, Field))
    if step.callee is operator.contains:
        return length is None and len(step.targets) == 1
    return length is None or type(key) is int and -length <= key < length
