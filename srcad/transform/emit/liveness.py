"""Which values are alive where, which therefore cannot share a variable, and which copies are needed at all.

Guarantee.  In the printed program a merge is a copy at the end of each arm, a carried value a copy before the loop
and one at the end of every trip; copies at one place happen at once.  Two names *interfere* if one is assigned
where the other is alive with a possibly different value.  Names that do not interfere may be one variable.

The value of a carried name after a loop stands in the same variable as in it, so `result` is taken for `name`
from the start.  A value that crosses the back edge of a loop is a carried name or comes from outside, so one
pass backwards suffices (structured SSA needs no fixed point).

Interference is recorded only within `groups` of names that could become one variable: those of one base, and
those related by copies.  The cost is that of the live sets, not their square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from srcad import wengert as w
from srcad.transform.emit import effects
from srcad.transform.emit.folding import bound_names
from srcad.transform.emit.forms import leaves, pattern_names
from srcad.transform.emit.jumps import Jump


class Classes:
    """Disjoint sets of names.

    >>> classes = Classes()
    >>> classes.union("a", "b"); classes.find("a") == classes.find("b")
    True
    """

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The representative of the set of a name."""
        root = name
        while (up := self._parent.get(root, root)) != root:
            root = up
        while (up := self._parent.get(name, name)) != root:
            self._parent[name], name = root, up
        return root

    def union(self, a: str, b: str) -> None:
        """Makes the sets of two names one, represented as that of the first."""
        a, b = self.find(a), self.find(b)
        if a != b:
            self._parent[b] = a


def reads_within(nodes: Iterable[w.Node]) -> set[str]:
    """The names read in folded nodes, at any depth."""
    return {leaf for node in w.walk(nodes) for o in _reads(node) for leaf in leaves(o)}


def _reads(node: w.Node) -> Iterator[Any]:
    """What a node reads; a carried value that stays as it is is not read for that."""
    if isinstance(node, w.Step) and isinstance(node.callee, Jump) and node.callee.kind != "return":
        yield from (o for name, o in zip(node.callee.names, node.operands, strict=True) if o != name)
    elif isinstance(node, (w.ForLoop, w.WhileLoop)):
        yield from w.own_operands(replace(node, carried=()))
        yield from (c.init for c in node.carried)
        yield from (c.next for c in node.carried if c.next != c.name)
    elif isinstance(node, w.Step):
        yield node
    else:
        yield from w.own_operands(node)


def copies(nodes: Iterable[w.Node]) -> Iterator[tuple[str, str]]:
    """The pairs (target, source) of names that a copy relates, with in-place operators among them."""
    for node in w.walk(nodes):
        match node:
            case w.Step(callee=callee, targets=(target,)):
                first = node.operands[0] if node.operands else None
                if isinstance(first, str) and (callee is w.identity or effects.in_place(callee)):
                    yield target, first
            case w.Branch():
                for m in node.merges:
                    yield from ((m.target, o) for o in (m.then, m.orelse) if isinstance(o, str))
            case w.ForLoop() | w.WhileLoop():
                for c in node.carried:
                    yield from ((c.name, o) for o in (c.next, c.init, c.result) if isinstance(o, str))


class Liveness:
    """The result of one pass over a folded function.

    `conflicts` holds what each name interferes with; `alive` those merge targets and carried names that anything
    reads, for the others need no copies; `variable` the carried name for the result of a loop.
    """

    def __init__(self, function: w.Function, group: Callable[[str], str], pinned: Iterable[str] = ()):
        self.conflicts: defaultdict[str, set[str]] = defaultdict(set)
        self.alive: set[str] = set()
        self._result_of: dict[str, str] = {}
        self._handlers: list[set[str]] = []
        self._ways_out: list[dict[str, set[str]]] = []
        self._members: defaultdict[str, set[str]] = defaultdict(set)
        self._group = group
        for node in w.walk(function.body):
            if isinstance(node, (w.ForLoop, w.WhileLoop)):
                self._result_of.update((c.result, c.name) for c in node.carried)
        params = [p.name for p in function.params]
        for name in (*params, *definitions(function.body)):
            self._members[group(name)].add(self.variable(name))
        self._pinned = {self.variable(n) for n in pinned}
        live = self._block(function.body, set(self._pinned))
        for name in params:
            self._define(name, live | set(params))

    def variable(self, name: str) -> str:
        """The name that stands for the same variable: a loop's result for the carried name."""
        while name in self._result_of:
            name = self._result_of[name]
        return name

    def _define(self, name: str, live: set[str], same: str | None = None) -> None:
        """`name` is assigned where `live` is alive afterwards; `same` has the same value."""
        others = live & self._members[self._group(name)]
        others -= {name, same}
        self.conflicts[name] |= others
        for other in others:
            self.conflicts[other].add(name)

    def _use(self, live: set[str], *expressions: Any) -> None:
        live.update(self.variable(leaf) for e in expressions for leaf in leaves(e))

    def _block(self, nodes: tuple[w.Node, ...], live: set[str]) -> set[str]:
        """What is alive before the nodes; `live`, alive after them, is used up."""
        for node in reversed(nodes):
            self._bound(node, live)
            match node:
                case w.Step(callee=Jump()):
                    live = self._jump(node)
                    self._may_leave(live)
                case w.Step():
                    self._step(node, live)
                    if not w.never_raises(node):
                        self._may_leave(live)
                case w.Attempt():
                    live = self._attempt(node, live)
                case w.Branch():
                    live = self._branch(node, live)
                case _:
                    live = self._loop(node, live)
        return live

    def _bound(self, node: w.Node, live: set[str]) -> None:
        """A comprehension's own names must hide nothing that is read inside it, or behind it."""
        for name in bound_names(node):
            around = set(live)
            self._use(around, *w.own_operands(node), *bound_names(node))
            self._define(name, around)

    def _jump(self, step: w.Step) -> set[str]:
        """What is alive before a jump: nothing that follows it in the text counts."""
        if step.callee.kind == "return":
            live = set(self._pinned)
            self._use(live, *step.operands)
            return live
        live = set(self._ways_out[-1][step.callee.kind])
        pairs = zip(step.callee.names, step.operands, strict=True)
        return self._copy([(name, value) for name, value in pairs if name in self.alive], live)

    def _step(self, step: w.Step, live: set[str]) -> None:
        names = list(pattern_names(step.targets))
        same = step.operands[0] if step.callee is w.identity and len(names) == 1 else None
        same = self.variable(same) if isinstance(same, str) else None
        after = live | set(names) if len(names) > 1 else live
        for name in names:
            self._define(name, after, same)
        if effects.in_place(step.callee):
            rest = {self.variable(leaf) for leaf in leaves(step.operands[1])}
            self._may_leave(rest)
            for name in names:  # may have to be printed as `y = x; y += v`
                self._define(name, rest - {step.operands[0]})
        live.difference_update(names)
        self._use(live, step)

    def _branch(self, node: w.Branch, live: set[str]) -> set[str]:
        self.alive.update(m.target for m in node.merges if m.target in live)
        merges = [m for m in node.merges if m.target in live]
        then = self._block(node.then, self._copy([(m.target, m.then) for m in merges], set(live)))
        orelse = self._block(node.orelse, self._copy([(m.target, m.orelse) for m in merges], live))
        then |= orelse
        self._use(then, node.test)
        self._may_leave(then)
        return then

    def _attempt(self, node: w.Attempt, live: set[str]) -> set[str]:
        """What the handler reads is alive wherever the body may be abandoned; the name of the error ends with it."""
        self.alive.update(m.target for m in node.merges if m.target in live)
        merges = [m for m in node.merges if m.target in live]
        if node.error is not None:
            self._define(node.error, live)  # Python deletes it at the end of the handler
        handler = self._block(node.orelse, self._copy([(m.target, m.orelse) for m in merges], set(live)))
        if node.error is not None:
            self._define(node.error, handler)
            handler.discard(node.error)
        self._use(handler, node.test)
        self._handlers.append(handler)
        then = self._block(node.then, self._copy([(m.target, m.then) for m in merges], live))
        self._handlers.pop()
        return then | handler

    def _may_leave(self, live: set[str]) -> None:
        """At a place that may raise all is alive that the handlers around it read."""
        for handler in self._handlers:
            live |= handler

    def _copy(self, pairs: list[tuple[str, Any]], live: set[str]) -> set[str]:
        """What is alive before all of `target = source` at once."""
        pairs = [(t, s) for t, s in pairs if t != s]
        targets = {t for t, _ in pairs}
        after = live | targets
        for target, source in pairs:
            if source == w.UNDEFINED:
                continue  # keeps whatever the variable holds; nothing reads it
            same = self.variable(source) if isinstance(source, str) else None
            self._define(target, after, None if same in targets else same)
        live -= {t for t, _ in pairs}
        self._use(live, *(s for _, s in pairs))
        return live

    def _loop(self, node: w.ForLoop | w.WhileLoop, live: set[str]) -> set[str]:
        tests = node.test_steps if isinstance(node, w.WhileLoop) else ()
        inside = (*tests, *node.body)
        read = {self.variable(n) for n in reads_within(inside)}
        ends = [node.test] if isinstance(node, w.WhileLoop) else []
        if node.until is not None:
            ends.append(node.until)
        self._use(read, *ends, *(c.next for c in node.carried if c.next != c.name))
        header = live | (read - {self.variable(n) for n in definitions(inside)})
        self._may_leave(header)
        if isinstance(node, w.ForLoop):
            header.difference_update(pattern_names(node.target))
        carried = [c for c in node.carried if c.name in header]
        self.alive.update(c.name for c in carried)
        after = set(header)
        if node.until is not None:
            self._use(after, node.until)
        self._ways_out.append({"break": live, "continue": header})
        start = self._block(node.body, self._copy([(c.name, c.next) for c in carried], after))
        self._ways_out.pop()
        if isinstance(node, w.WhileLoop):
            start |= live
            self._use(start, node.test)
            self._block(tests, start)
        else:
            targets = set(pattern_names(node.target))
            for name in targets:
                self._define(name, start | targets)
        if isinstance(node, w.ForLoop):
            self._use(header, node.iterable)  # evaluated after the carried values got their first ones
        return self._copy([(c.name, c.init) for c in carried], header)


def definitions(nodes: Iterable[w.Node]) -> Iterator[str]:
    """The names defined in folded nodes, at any depth."""
    for node in w.walk(nodes):
        match node:
            case w.ForLoop():
                yield from pattern_names(node.target)
                yield from (c.name for c in node.carried)
            case w.WhileLoop():
                yield from (c.name for c in node.carried)
            case w.Attempt(error=str() as error):
                yield error
        yield from pattern_names(w.outer_names(node))
        yield from bound_names(node)
