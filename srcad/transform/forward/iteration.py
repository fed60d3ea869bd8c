"""Loops over `zip` and `enumerate`: one iterator gives values and tangents together.

Guarantee: what an iterator takes from another one is taken once.  An iterator of the program that a loop alone uses is
made anew, of the same things and their tangents, at the same place.
"""

from __future__ import annotations

from collections import Counter

from srcad.transform.forward.containers import are_keys
from srcad.transform.forward.state import ZERO, Forward, Joined
from srcad.wengert import (
    ForLoop,
    Function,
    Operand,
    Step,
    identity,
    make_tuple,
    own_operands,
    walk,
)


def joinable(function: Function) -> frozenset[str]:
    """The iterators that are made by `zip` or `enumerate` and used in one place only: by a loop, or by another such."""
    nodes = list(walk(function.body))
    uses = Counter(o for node in nodes for o in own_operands(node) if isinstance(o, str))
    looped: set[Operand] = {n.iterable for n in nodes if isinstance(n, ForLoop)}
    found: set[str] = set()
    for step in reversed(nodes):
        if not isinstance(step, Step) or step.callee not in (zip, enumerate) or len(step.targets) != 1:
            continue
        enough = len(step.operands) > (step.callee is zip)
        if enough and uses[step.target] == 1 and step.target in looped:
            found.add(step.target)
            looped.update(() if step.keywords else step.operands)
    return frozenset(found)


def join(fw: Forward, step: Step) -> None:
    """Makes an iterator of values and tangents in the place of one of values."""
    operands = step.operands[:1] if step.callee is enumerate else step.operands
    parts = tuple(fw.joined[o] if o in fw.joined else alone(fw, o) for o in operands)
    sources = tuple(source for p in parts for source in p.sources)
    if step.callee is enumerate:
        inner = sources[0] if len(sources) == 1 else fw.builder.step(zip, *sources)
        made = fw.builder.step(enumerate, inner, *step.operands[1:], keywords=dict(step.keywords))
        fw.joined[step.target] = Joined((made,), parts, numbered=True)
    else:
        made = fw.builder.step(zip, *sources, keywords=dict(step.keywords))
        fw.joined[step.target] = Joined(sources, parts)
    fw.iterables[step.target] = made


def alone(fw: Forward, operand: Operand) -> Joined:
    """What an iterator goes through that is none of those joined."""
    if not fw.is_active(operand) or are_keys(fw.fact(operand)):
        return Joined((operand,))
    return Joined((operand, fw.tangent(operand)))


def begin_trip(fw: Forward, node: ForLoop, target: str) -> None:
    """Gives the item of a trip and its tangent, which come together as `target`."""
    joined = fw.joined[str(node.iterable)]
    value, dot = parts_of(fw, joined, taken_apart(fw, target, 1 if joined.numbered else len(joined.sources)))
    fw.builder.append(Step((node.target,), identity, (value,), (), fw.builder.site), fw.facts[node.target])
    fw.dots[node.target] = dot


def taken_apart(fw: Forward, item: str, count: int) -> list[str]:
    """The parts of an item that comes from several sources."""
    return [item] if count == 1 else list(fw.builder.unpack(item, ["t"] * count))


def parts_of(fw: Forward, joined: Joined, given: list[str]) -> tuple[Operand, Operand]:
    """An item and its tangent, of what each source gave."""
    if joined.parts is None:
        return given[0], given[1] if len(given) == 2 else fw.zero(given[0])
    values: list[Operand] = []
    dots: list[Operand] = []
    if joined.numbered:
        index, inner = fw.builder.unpack(given[0], ["i", "t"])
        values, dots = [index], [ZERO]
        given = taken_apart(fw, inner, sum(len(p.sources) for p in joined.parts))
    for p in joined.parts:
        mine, given = given[: len(p.sources)], given[len(p.sources) :]
        value, dot = parts_of(fw, p, mine)
        values.append(value)
        dots.append(dot)
    return fw.builder.step(make_tuple, *values), fw.builder.step(make_tuple, *dots)
