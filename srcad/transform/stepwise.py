"""Generators that are a loop whose trips end with their `yield`, as a function that goes on to the next value.

Guarantee.  A call of the function makes the trips that Python makes when the next value is asked for, and says whether
there is a value.  Between calls the generator is known by the number of the next trip and what the loop carries, which
are in cells; scalar replacement takes these away again.  So are iterators over sequences, and `zip` of them.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from srcad.transform.courses import Courses
from srcad.wengert import (
    UNDEFINED,
    Branch,
    CarriedVariable,
    Const,
    ForLoop,
    Function,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    base,
    identity,
    indexed,
    make_dict,
    walk,
    yield_item,
)

Cell = tuple[str, Const]


@dataclass(frozen=True)
class Resumable:
    """The steps that make the cells, the function that goes on to the next value, and the cell that then holds it."""

    before: tuple[Node, ...]
    advance: Function
    item: Cell


def stepwise(generator: Function, names: Names, makers: Mapping[Operand, Step]) -> Resumable | None:
    """The generator in this form; None for others."""
    *first, loop = generator.body or (None,)
    if not isinstance(loop, ForLoop) or loop.until is not None or not _ends(loop.body):
        return None
    if any(not isinstance(n, Step) or n.callee not in (zip, enumerate, range, identity) for n in first):
        return None
    return _written(generator, first, loop, names, Courses(names, dict(makers)))


def _written(generator: Function, first: Sequence[Node], loop: ForLoop, names: Names, courses: Courses) -> Resumable:
    before: list[Node] = [*first]

    def cell(name: str, *init: Operand) -> Cell:
        made = names.fresh(f"{base(name)}_cell"), Const(CarriedVariable(base(name)))
        held = (made[1], *init) if init and init != (UNDEFINED,) else ()
        before.append(Step((made[0],), make_dict, held, (), generator.site))
        return made

    courses.note(first)
    begin: list[Step] = []
    course = courses.begun(loop.iterable, begin)
    early = () if generator.site is None else (Const(True),)  # a function of the user's begins when it is asked first
    for step in begin:
        late = early if step.callee is indexed else ()
        before.append(replace(step, operands=(*step.operands, *late), site=generator.site))
    number, item, found = cell("number", Const(0)), cell("item"), cell("found")
    carried = [(c, cell(c.name, c.init)) for c in loop.carried]

    place, following = names.fresh("number"), names.fresh("number")
    tests: list[Step] = [Step((place,), operator.getitem, number)]
    more = courses.more(course, place, tests)
    trip: list[Step] = []
    taken = courses.taken(course, place, trip)
    trip += [Step((loop.target,), identity, (taken,)), Step((following,), operator.add, (place, Const(1)))]
    trip.append(_store(number, following))
    trip += [Step((c.name,), operator.getitem, held) for c, held in carried]
    stores = [_store(held, c.next) for c, held in carried]
    ends: list[Step] = []
    last = courses.ended(course, place, ends)
    ends += [_store(number, last)] if last != place else []

    if _always(loop.body):
        body = _answering(loop.body, lambda value: (_store(item, value),))
        nodes: tuple[Node, ...] = (*tests, Branch(more, (*trip, *body, *stores), tuple(ends), (), loop.site))
        return Resumable(tuple(before), Function("advance", (), nodes, more), item)
    body = _answering(loop.body, lambda value: (_store(item, value), _store(found, Const(True))))
    until, answer = names.fresh("found"), names.fresh("more")
    search = WhileLoop(
        tuple(tests), more, (*trip, *body, *stores, Step((until,), operator.getitem, found)), (), until, loop.site
    )
    nodes = (_store(found, Const(False)), search, Step((answer,), operator.getitem, found))
    if ends:
        ends = [Step((place,), operator.getitem, number), *ends]
        nodes = (*nodes, Branch(answer, (), tuple(ends), (), loop.site))
    return Resumable(tuple(before), Function("advance", (), nodes, answer), item)


def _store(cell: Cell, value: Operand) -> Step:
    return Step((), operator.setitem, (*cell, value))


def _ends(nodes: Sequence[Node]) -> bool:
    """Whether nothing comes after the yields in a block, and no loop is around them."""
    *others, last = nodes or (None,)
    if any(_yields(node) for node in others):
        return False
    match last:
        case Step() | None:
            return True
        case Branch():
            return type(last) is Branch and _ends(last.then) and _ends(last.orelse)
    return not _yields(last)


def _always(nodes: Sequence[Node]) -> bool:
    """Whether a block of this kind hands out a value whichever way it goes."""
    match nodes[-1:]:
        case (Branch() as last,):
            return _always(last.then) and _always(last.orelse)
        case (Step() as last,):
            return last.callee is yield_item
    return False


def _yields(node: Node) -> bool:
    return any(isinstance(n, Step) and n.callee is yield_item for n in walk((node,)))


def _answering(nodes: Sequence[Node], answer) -> tuple[Node, ...]:
    """The block with other steps in the place of its yields."""
    *others, last = nodes or (None,)
    match last:
        case Branch():
            new = (replace(last, then=_answering(last.then, answer), orelse=_answering(last.orelse, answer)),)
        case Step() if last.callee is yield_item:
            new = answer(last.operands[0])
        case _:
            return tuple(nodes)
    return (*others, *new)
