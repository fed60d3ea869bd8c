"""What is known of values that come off a tape: how they were made of other values of the same trip.

Guarantee: what is found held when the values were put on the tape, for these very values.  Of memory that is written to
later it need not hold any more; who asks has to see to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad.wengert import (
    Const,
    ForLoop,
    Method,
    Node,
    Operand,
    Step,
    identity,
    make_list,
    make_tuple,
    own_operands,
    walk,
)


def recorded_definitions(nodes: Iterable[Node]) -> dict[str, Step]:
    """For names of values off a tape: the steps that made them, in the names that their operands have off the tape.

    >>> import operator
    >>> loop = ForLoop("k", "n", (
    ...     Step(("y",), operator.mul, ("x", Const(2.0))),
    ...     Step(("entry",), make_tuple, ("x", "y")),
    ...     Step((), Method("append"), ("tape", "entry")),
    ... ), ())
    >>> back = ForLoop("item", "r", (Step(("x.1", "y.1"), identity, ("item",)),), ())
    >>> steps = (Step(("tape",), make_list, ()), loop, Step(("r",), reversed, ("tape",)), back)
    >>> recorded_definitions(steps)["y.1"].operands
    ('x.1', 2.0)
    """
    nodes = tuple(nodes)
    made = {n.targets[0]: n for n in walk(nodes) if isinstance(n, Step) and len(n.targets) == 1}
    tapes = {n.target for n in made.values() if n.callee is make_list and not n.operands}
    readers: dict[Operand, list[Node]] = {tape: [] for tape in tapes}
    for node in walk(nodes) if tapes else ():
        for operand in own_operands(node):
            if operand in readers:
                readers[operand].append(node)
    found: dict[str, Step] = {}
    for loop in walk(nodes) if tapes else ():
        tape = _tape(loop, made)
        if not isinstance(loop, ForLoop) or tape not in tapes:
            continue
        entry, take = _entry(readers[tape], made), _take(loop)
        if entry is not None and take is not None and len(entry.operands) == len(take.targets):
            found.update(_off_tape(entry, take, made))
    return found


def _tape(loop: Node, made: dict[str, Step]) -> Operand | None:
    """The list that a loop goes through backwards."""
    step = made.get(loop.iterable) if isinstance(loop, ForLoop) and isinstance(loop.iterable, str) else None
    return step.operands[0] if step is not None and step.callee is reversed else None


def _entry(readers: list[Node], made: dict[str, Step]) -> Step | None:
    """The tuple that is appended to a tape, if nothing else is ever done with the tape but to read it backwards."""
    steps = [n for n in readers if isinstance(n, Step) and n.callee is not reversed]
    if len(steps) != 1 or steps[0].callee != Method("append") or not all(isinstance(n, Step) for n in readers):
        return None
    entry = made.get(str(steps[0].operands[1]))
    return entry if entry is not None and entry.callee is make_tuple else None


def _take(loop: ForLoop) -> Step | None:
    """The step that takes an entry apart."""
    steps = (n for n in loop.body if isinstance(n, Step) and n.callee is identity and n.operands == (loop.target,))
    return next((step for step in steps if len(step.targets) > 1), None)


def _off_tape(entry: Step, take: Step, made: dict[str, Step]) -> dict[str, Step]:
    names: dict[Operand, str] = {}
    for saved, taken in zip(entry.operands, take.targets, strict=True):
        names.setdefault(saved, taken)
    found = {}
    for saved, taken in zip(entry.operands, take.targets, strict=True):
        step = made.get(str(saved))
        if step is None or not all(isinstance(o, Const) for _, o in step.keywords):
            continue
        if all(isinstance(o, Const) or o in names for o in step.operands):
            operands = tuple(o if isinstance(o, Const) else names[o] for o in step.operands)
            found[taken] = replace(step, targets=(taken,), operands=operands)
    return found
