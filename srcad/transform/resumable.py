"""A generator as a function that runs it up to the next value, for consumers that ask for values in several places.

Guarantee.  Each call of the function runs what Python runs of the generator when its next value is asked for, in the
same order, and says whether there is a value.  What the generator keeps meanwhile is in cells, which scalar replacement
takes away again: the names that are defined before a `yield` and read after it, and a number that says at which `yield`
it waits.

The number is 0 where the generator runs, -k where it has come to `yield` k, k where it goes on from there, and LAST
when it has ended.  A block is entered in any of these states; what stands between the yields runs where the number is
0.  That is how compilers make state machines of coroutines; here control flow stays structured.
A generator that is nothing but a loop whose trips end with a `yield` needs no such number (`stepwise`).
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from srcad.errors import Site
from srcad.transform.courses import Course, Courses
from srcad.transform.stepwise import Cell, Resumable, stepwise
from srcad.transform.straightened import straightened
from srcad.wengert import (
    LAST,
    UNDEFINED,
    Branch,
    CarriedVariable,
    Const,
    ForLoop,
    Function,
    Merge,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    base,
    defined_names,
    free_names,
    indexed,
    make_dict,
    outer_names,
    own_operands,
    substitute,
    walk,
    yield_item,
)

PAUSED = -1
"""Stands for all negative numbers among the states that are possible at a point of the program."""

States = frozenset[int]
Written = tuple[list[Node], States]
"""Nodes, and the states that are possible after them."""


def resumable(generator: Function, names: Names, makers: Mapping[Operand, Step]) -> Resumable:
    """The generator in this form.  `makers` are the steps that made iterables outside of it, by their targets."""
    generator = straightened(generator)
    return stepwise(generator, names, makers) or _Writer(generator, names, makers).written()


class _Writer:
    """Writes the body of `advance` block by block, and notes the cells it needs."""

    def __init__(self, generator: Function, names: Names, makers: Mapping[Operand, Step]):
        self.generator = generator
        self.names = names
        self.site: Site | None = generator.site
        self.before: list[Node] = []
        self.cells: dict[str, Cell] = {}
        self.own = defined_names(generator.body)
        self.uses = _uses(generator.body)
        self.courses = Courses(names, dict(makers))
        self.courses.note(walk(generator.body))
        yields = (n for n in walk(generator.body) if isinstance(n, Step) and n.callee is yield_item)
        self.labels = {id(node): i for i, node in enumerate(yields, 1)}
        self.at, self.item = self.cell("at"), self.cell("item")

    def written(self) -> Resumable:
        """The whole."""
        labels = self.labels_in(self.generator.body)
        nodes, possible = self.block(self.generator.body, frozenset({0, LAST}) | labels)
        nodes += self.where_running(possible, [self.store(self.at, Const(LAST))])
        now, more, label = self.names.fresh("at"), self.names.fresh("more"), self.names.fresh("at")
        nodes += [Step((now,), operator.getitem, self.at), Step((more,), operator.lt, (now, Const(0)))]
        waits = (Step((label,), operator.neg, (now,)), self.store(self.at, label))
        nodes.append(Branch(more, waits, (), (), self.site))
        self.before.append(self.store(self.at, Const(0)))
        advance = Function("advance", (), tuple(nodes), more)
        return Resumable(tuple(self.before), advance, self.item)

    # ------------------------------------------------------------------------------------------------ cells

    def cell(self, name: str) -> Cell:
        """A new cell."""
        like = "value" if base(name) == "t" else base(name)
        made = self.names.fresh(f"{like}_cell"), Const(CarriedVariable(like))
        self.before.append(Step((made[0],), make_dict, (), (), self.site))
        return made

    def cell_of(self, name: str) -> Cell:
        """The cell of a name of the generator."""
        if name not in self.cells:
            self.cells[name] = self.cell(name)
        return self.cells[name]

    def store(self, cell: Cell, value: Operand) -> Step:
        """The step that puts a value into a cell."""
        return Step((), operator.setitem, (*cell, value), (), self.site)

    def read(self, name: Operand, nodes: list[Node]) -> Operand:
        """A name of the generator, read from its cell where it has one that is meant; appends the step."""
        if name not in self.own:
            return name
        target = self.names.fresh(str(name))
        nodes.append(Step((target,), operator.getitem, self.cell_of(str(name)), (), self.site))
        return target

    def alone(self, nodes: Sequence[Node], values: Iterable[Operand] = ()) -> tuple[list[Node], list[Operand]]:
        """Nodes between two yields, which read what they use from cells, and leave there what others read.

        Also what these values are after them.
        """
        values = list(values)
        defined = [name for node in nodes for name in outer_names(node)]
        free = (free_names(nodes) | {v for v in values if isinstance(v, str)}) & self.own - defined_names(nodes)
        new: list[Node] = []
        read = {name: self.read(name, new) for name in sorted(free)}
        new += substitute(nodes, read)
        inside = _uses(nodes)
        new += [self.store(self.cell_of(name), name) for name in defined if self.uses[name] > inside[name]]
        return new, [read.get(v, v) if isinstance(v, str) else v for v in values]

    def assigned(self, pairs: Iterable[tuple[str, Operand]]) -> list[Node]:
        """Values put into the cells of these names, all read before."""
        pairs = [(name, value) for name, value in pairs if value != UNDEFINED]
        nodes, values = self.alone((), [value for _, value in pairs])
        stores = (self.store(self.cell_of(name), v) for (name, _), v in zip(pairs, values, strict=True))
        return [*nodes, *stores]

    # ----------------------------------------------------------------------------------------------- states

    def labels_in(self, nodes: Iterable[Node]) -> States:
        """The yields in some nodes."""
        return frozenset(self.labels[id(n)] for n in walk(nodes) if id(n) in self.labels)

    def is_at(self, states: Iterable[int], nodes: list[Node]) -> Operand:
        """Whether the generator is in one of these states; appends the steps."""
        here, found = self.names.fresh("at"), self.names.fresh("t")
        nodes.append(Step((here,), operator.getitem, self.at, (), self.site))
        first, *others = sorted(states)
        if others:
            nodes.append(Step((found,), operator.contains, (Const((first, *others)), here), (), self.site))
        else:
            nodes.append(Step((found,), operator.eq, (here, Const(first)), (), self.site))
        return found

    def where(self, states: States, possible: States, nodes: Sequence[Node]) -> list[Node]:
        """Nodes that run in these states only."""
        if not nodes or not states & possible:
            return []
        if possible <= states:
            return list(nodes)
        steps: list[Node] = []
        test = self.is_at(states & possible, steps)
        return [*steps, Branch(test, tuple(nodes), (), (), self.site)]

    def where_running(self, possible: States, nodes: Sequence[Node]) -> list[Node]:
        """Nodes that run where the generator runs."""
        return self.where(frozenset({0}), possible, nodes)

    # ----------------------------------------------------------------------------------------------- blocks

    def block(self, nodes: Sequence[Node], possible: States) -> Written:
        """A block, entered in one of the possible states."""
        new: list[Node] = []
        plain: list[Node] = []
        for node in nodes:
            labels = self.labels_in((node,))
            if not labels:
                plain.append(node)
                continue
            written, possible = self.suspending(plain, node, labels, possible)
            new += written
            plain = []
        return new + self.where_running(possible, self.alone(plain)[0]), possible

    def suspending(self, plain: Sequence[Node], node: Node, labels: States, possible: States) -> Written:
        """A node that has a yield inside, after nodes that have none."""
        others = possible - labels - {0}
        match node:
            case Step():
                return self.yielding(plain, node, possible)
            case Branch():
                new, after = self.branch(plain, node, possible - others)
            case ForLoop():
                new, after = self.for_loop(plain, node, labels, possible - others)
            case WhileLoop():
                new, after = self.while_loop(plain, node, labels, possible - others)
        return self.where(labels | {0}, possible, new), after | others

    def yielding(self, plain: Sequence[Node], node: Step, possible: States) -> Written:
        """Hands out a value and waits, or goes on from there."""
        label = self.labels[id(node)]
        nodes, (value,) = self.alone(plain, node.operands)
        nodes += [self.store(self.item, value), self.store(self.at, Const(-label))]
        if label not in possible:
            return self.where_running(possible, nodes), possible - {0} | {PAUSED}
        goes_on = self.where(frozenset({label}), possible - {0}, [self.store(self.at, Const(0))])
        after = possible - {label} | {0} | ({PAUSED} if 0 in possible else set())
        if 0 not in possible:
            return goes_on, after
        steps: list[Node] = []
        test = self.is_at({0}, steps)
        return [*steps, Branch(test, tuple(nodes), tuple(goes_on), (), self.site)], after

    def branch(self, plain: Sequence[Node], node: Branch, possible: States) -> Written:
        """A branch: the arm that it takes, or that it was left in."""
        arms = self.labels_in(node.then), self.labels_in(node.orelse)
        new: list[Node] = []
        running, (test,) = self.alone(plain, (node.test,))
        if possible == {0}:
            new += running
        else:
            resumes = self.is_at(arms[0], new) if possible & arms[0] else Const(False)
            here, chosen = self.is_at({0}, new) if 0 in possible else Const(False), self.names.fresh("t")
            new.append(Branch(here, tuple(running), (), (Merge(chosen, test, resumes),), self.site))
            test = chosen
        ran, possible_after = [], frozenset[int]()
        for block, labels, side in ((node.then, arms[0], 0), (node.orelse, arms[1], 1)):
            nodes, after = self.block(block, possible & (labels | {0}))
            merged = self.assigned((m.target, m.orelse if side else m.then) for m in node.merges)
            ran.append((*nodes, *self.where_running(after, merged)))
            possible_after |= after
        return [*new, Branch(test, ran[0], ran[1], (), self.site)], possible_after

    # ------------------------------------------------------------------------------------------------ loops

    def for_loop(self, plain: Sequence[Node], node: ForLoop, labels: States, possible: States) -> Written:
        """A loop over an iterable, as one over the numbers of its items."""
        course, begin = self.begun(plain, node.iterable)
        number = self.cell("number")
        new = self.where_running(possible, [*begin, *self.carried(node), self.store(number, Const(0))])

        def tests() -> tuple[list[Node], Operand]:
            steps: list[Step] = []
            place = self.names.fresh("number")
            more = self.courses.more(course, place, steps)
            nodes, _ = self.alone(steps)
            return [Step((place,), operator.getitem, number), *nodes], more

        def first() -> list[Node]:
            steps: list[Step] = []
            place, following = self.names.fresh("number"), self.names.fresh("number")
            item = self.courses.taken(course, place, steps)
            nodes, _ = self.alone(steps)
            ends = [Step((following,), operator.add, (place, Const(1))), self.store(number, following)]
            kept = [self.store(self.cell_of(node.target), item)] if self.uses[node.target] else []
            return [Step((place,), operator.getitem, number), *nodes, *ends, *kept]

        written, after = self.loop(node, labels, possible, tests, first)
        return new + written, after

    def begun(self, plain: Sequence[Node], iterable: Operand) -> tuple[Course, list[Node]]:
        """How the items are taken, and the steps that begin it; what the generator does not make begins before."""
        steps: list[Step] = []
        course = self.courses.begun(iterable, steps)
        inside: list[Node] = []
        for step in steps:
            if step.callee is indexed and step.operands[0] not in self.own:
                self.before.append(replace(step, operands=(*step.operands, Const(True)), site=self.site))
                continue
            self.own.add(step.target)
            inside.append(step)
        nodes, _ = self.alone((*plain, *inside))
        return course, [*nodes, *(self.store(self.cell_of(s.targets[0]), s.targets[0]) for s in inside)]

    def while_loop(self, plain: Sequence[Node], node: WhileLoop, labels: States, possible: States) -> Written:
        """A loop with a test."""

        def tests() -> tuple[list[Node], Operand]:
            nodes, (test,) = self.alone(node.test_steps, (node.test,))
            return nodes, test

        written, after = self.loop(node, labels, possible, tests, list)
        begin = [*self.alone(plain)[0], *self.carried(node)]
        return self.where_running(possible, begin) + written, after

    def carried(self, node: ForLoop | WhileLoop) -> list[Node]:
        """What a loop carries, when it begins."""
        return self.assigned((c.name, c.init) for c in node.carried)

    def loop(
        self,
        node: ForLoop | WhileLoop,
        labels: States,
        possible: States,
        tests: Callable[[], tuple[list[Node], Operand]],
        first: Callable[[], list[Node]],
    ) -> Written:
        """The loop that runs `tests` and, where they hold, `first` and the body; left where the generator waits."""
        pending = possible & labels
        inside = pending | {0}
        new, test = self.tested(pending, tests)
        body, after = self.block(node.body, inside)
        body = [*self.where_running(inside, first()), *body]
        ends = self.assigned((c.name, c.next) for c in node.carried)
        until = self.left(node, after, ends, body)
        after = after - pending | {0}
        for c in node.carried:
            self.cells[c.result] = self.cell_of(c.name)
        return [WhileLoop(tuple(new), test, tuple(body), (), until, node.site or self.site)], after

    def tested(self, pending: States, tests: Callable[[], tuple[list[Node], Operand]]) -> tuple[list[Node], Operand]:
        """The steps of a loop's test: a generator that goes on in the body goes there without one."""
        nodes, test = tests()
        if not pending:
            return nodes, test
        new: list[Node] = []
        goes_on, chosen = self.is_at(pending, new), self.names.fresh("t")
        return [*new, Branch(goes_on, (), tuple(nodes), (Merge(chosen, Const(True), test),), self.site)], chosen

    def left(self, node: ForLoop | WhileLoop, after: States, ends: list[Node], body: list[Node]) -> Operand | None:
        """Whether the loop is left when the body ends: the generator waits, or the loop says so; appends the steps."""
        nodes, values = self.alone((), () if node.until is None else (node.until,))
        if PAUSED not in after:
            body += [*nodes, *ends]
            return values[0] if values else None
        running, until = self.is_at({0}, body), self.names.fresh("stopped")
        left = values[0] if values else Const(False)
        body.append(Branch(running, (*nodes, *ends), (), (Merge(until, left, Const(True)),), self.site))
        return until


def _uses(nodes: Iterable[Node]) -> Counter[Operand]:
    """How often each name is read."""
    return Counter(o for node in walk(nodes) for o in own_operands(node) if isinstance(o, str))
