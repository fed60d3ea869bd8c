"""Generators are inlined where a loop asks for their values: the loop's body goes where each `yield` is.

Guarantee.  The steps of the generator and those of its consumer run in the order in which Python interleaves them.
What the consumer's loop carries is kept in cells meanwhile, which scalar replacement takes away again.  The consumer
has stopped where its loop would be left; then the generator returns.

That is right for a generator that one loop uses up or leaves, and nobody else asks for values.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from srcad.errors import UnsupportedError
from srcad.transform.iterators import AskedAgainError, Generator, Made
from srcad.wengert import (
    UNDEFINED,
    Attempt,
    Branch,
    Carried,
    CarriedVariable,
    Const,
    ForLoop,
    Function,
    Names,
    Node,
    Operand,
    Param,
    Step,
    WhileLoop,
    Within,
    base,
    make_dict,
    make_tuple,
    raise_error,
    walk,
    yield_item,
)

MOST_YIELDS = 12
"""A consumer's body is written once for each `yield`."""


@dataclass
class Pulls:
    """Which generators were made in which loops, which of them a loop has asked for values, and which others may.

    Those made at the places `several` are known to be asked in several places; `makers` are the steps that made others.
    """

    several: set[str] = field(default_factory=set)
    makers: dict[Operand, Step] = field(default_factory=dict)
    made: dict[str, tuple[object, ...]] = field(default_factory=dict)
    pulled: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def make(self, generator: Generator | Made, loops: tuple[object, ...]) -> None:
        """Notes a generator that has not begun."""
        self.made[generator.name] = loops
        self.pulled.discard(generator.name)
        self.elsewhere.discard(generator.name)

    def pull(self, generator: Generator | Made, loops: tuple[object, ...], node: Node) -> bool:
        """Notes that a loop asks for all values.  False if others may ask too, so that it must stay a generator.

        Raises AskedAgainError if others do, and all who ask are seen.
        """
        name = generator.name
        again = name in self.pulled
        if again or name not in self.elsewhere and self.made[name] != loops:
            if name not in self.elsewhere and generator.place not in self.several:
                raise AskedAgainError(generator.place)
            raise UnsupportedError(
                f"the generator {base(name)!r} is asked for values in more than one place, or in a loop around",
                "make a generator for each loop, or a list of its values: list(...)",
                node.site,
            )
        if name not in self.elsewhere:
            self.pulled.add(name)
        return name not in self.elsewhere

    def hand_on(self, generator: Generator, step: Step | None) -> bool:
        """Notes that a generator is given to a step that may ask it for values; whether that is news."""
        if generator.name in self.pulled:
            raise UnsupportedError(
                f"the generator {base(generator.name)!r} is used by a loop, and again here",
                "make another generator, or a list of its values: list(...)",
                None if step is None else step.site,
            )
        news = generator.name not in self.elsewhere
        self.elsewhere.add(generator.name)
        return news


def consumption(
    loop: ForLoop, start: Operand | None, names: Names
) -> tuple[tuple[Node, ...], Function, tuple[Node, ...]]:
    """A loop as steps before, a function of one item that says whether it stops, and steps after."""
    before: list[Node] = []
    first: list[Node] = []
    last: list[Node] = []
    after: list[Node] = []

    def keep(name: str, init: Operand, following: Operand) -> tuple[Operand, Operand]:
        cell, key = names.fresh(f"{base(name)}_cell"), Const(CarriedVariable(base(name)))
        before.append(Step((cell,), make_dict, () if init == UNDEFINED else (key, init), (), loop.site))
        first.append(Step((name,), operator.getitem, (cell, key), (), loop.site))
        last.append(Step((), operator.setitem, (cell, key, following), (), loop.site))
        return cell, key

    for c in loop.carried:
        after.append(Step((c.result,), operator.getitem, keep(c.name, c.init, c.next), (), loop.site))
    item = loop.target
    if start is not None:
        item, count, following = names.fresh("item"), names.fresh("count"), names.fresh("count")
        keep(count, start, following)
        first.append(Step((loop.target,), make_tuple, (count, item), (), loop.site))
        first.append(Step((following,), operator.add, (count, Const(1)), (), loop.site))
    stopped = Const(False) if loop.until is None else loop.until
    body = (*first, *loop.body, *last)
    return tuple(before), Function("consumer", (Param(item),), body, stopped, site=loop.site), tuple(after)


def first_of(step: Step, names: Names) -> tuple[Node, ...]:
    """`next(generator)` and `next(generator, default)`: a loop that is left at the first value."""
    generator, *default = step.operands
    item, value, found, any_ = names.fresh("item"), names.fresh("t"), names.fresh("found"), names.fresh("found")
    carried = [Carried(value, default[0] if default else UNDEFINED, item, step.target)]
    if default:
        return (ForLoop(item, generator, (), tuple(carried), Const(True), step.site),)
    carried.append(Carried(any_, Const(False), Const(True), found))
    error = names.fresh("error")
    missing = (Step((error,), StopIteration, (), (), step.site), Step((), raise_error, (error,), (), step.site))
    loop = ForLoop(item, generator, (), tuple(carried), Const(True), step.site)
    return loop, Branch(found, (), missing, (), step.site)


def refuse_guarded_yields(generator: Function) -> None:
    """Raises for a generator that a loop cannot consume in its place: leaving the loop would run code in it."""
    for guarded in walk(generator.body):
        for node in walk((guarded,)) if isinstance(guarded, (Attempt, Within)) else ():
            if isinstance(node, Step) and node.callee is yield_item:
                raise UnsupportedError(
                    "A `yield` inside `try` or `with` runs code of the generator when its consumer stops.",
                    "leave the `try` or `with` before the value is handed out.",
                    node.site,
                )


def handed_to(consumer: Function, generator: Function) -> tuple[Node, ...]:
    """The body of a generator that calls the consumer where it yields."""
    yields = [n for n in walk(generator.body) if isinstance(n, Step) and n.callee is yield_item]
    if len(yields) > MOST_YIELDS:
        raise UnsupportedError(
            f"the generator {generator.name} has more than {MOST_YIELDS} `yield`s; the loop is written for each",
            "yield from a list of the values, or collect the values in a list",
            generator.site,
        )

    return with_yields(consumer, generator)


def with_yields(callee: Function, generator: Function) -> tuple[Node, ...]:
    """The body of a generator that calls a function where it yields."""

    def block(nodes: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(map(one, nodes))

    def one(node: Node) -> Node:
        match node:
            case Step():
                return replace(node, callee=callee) if node.callee is yield_item else node
            case Branch():
                return replace(node, then=block(node.then), orelse=block(node.orelse))
            case ForLoop():
                return replace(node, body=block(node.body))
            case WhileLoop():
                return replace(node, test_steps=block(node.test_steps), body=block(node.body))
        raise TypeError(f"not a node: {node!r}")

    return block(generator.body)
