"""Nested functions that are left as functions, because it is not known where they are called.

Guarantee: such a function writes to nothing that it captured.  All analyses of memory rest on that: a call of an
unknown function is taken to write to none of what it can reach.
"""

from __future__ import annotations

from collections.abc import Mapping

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Fact, constant_fact
from srcad.transform.analyses.memory import Memory
from srcad.wengert import Const, Function, MakeFunction, Operand, Recursion, Step, identity, own_operands, walk


def refuse_writing_closures(function: Function, facts: Mapping[str, Fact]) -> None:
    """Raises for a nested function that is read, not only called where it is known, and writes to what it captured."""
    steps = [n for n in walk(function.body) if isinstance(n, Step) and isinstance(n.callee, MakeFunction)]
    if not steps:
        return
    read = _read(function)
    for step in steps:
        if step.target in read and _written(step, facts):
            raise UnsupportedError(
                "a nested function that changes what it captured is called where it is not known which function it is",
                "call it by its name, or let it return the new values",
                step.site,
            )


def _read(function: Function) -> set[Operand]:
    """The names that are read, but for giving them a second name, and for functions that are not read themselves."""
    sources: dict[str, tuple[Operand, ...]] = {}
    read: set[Operand] = {function.result}
    for node in walk(function.body):
        if isinstance(node, Step) and (node.callee is identity or isinstance(node.callee, MakeFunction)):
            sources.update(dict.fromkeys(node.targets, node.operands))
        else:
            read.update(own_operands(node))
    todo = [name for name in read if name in sources]
    while todo:
        new = set(sources.pop(todo.pop(), ())) - read
        read |= new
        todo += [name for name in new if name in sources]
    return read


def _written(step: Step, facts: Mapping[str, Fact], around: tuple[Function, ...] = ()) -> list[Operand]:
    """The captured operands of a step that makes a function, whose memory the function, or one inside it, writes to.

    One that is made inside itself, of those `around`, writes to nothing else.
    """
    function = step.callee.function
    function = function.finished() if isinstance(function, Recursion) else function
    if any(function is other for other in around):
        return []
    captured = dict(zip((p.name for p in function.params), step.operands, strict=False))
    known = {p: _fact(operand, facts) for p, operand in captured.items()}
    memory = Memory(function.body, known, separate=frozenset(p.name for p in function.params))
    nested = [n for n in walk(function.body) if isinstance(n, Step) and isinstance(n.callee, MakeFunction)]
    inner = [memory.reach(o) for n in nested for o in _written(n, known, (*around, function)) if isinstance(o, str)]
    return [
        operand
        for name, operand in captured.items()
        if memory.is_written(name) or any(region & memory.reach(name) for region in inner)
    ]


def _fact(operand: Operand, facts: Mapping[str, Fact]) -> Fact:
    return constant_fact(operand.value) if isinstance(operand, Const) else facts.get(operand, UNKNOWN)
