"""The list of a generator whose consumer always goes on: what would run where the consumer has stopped is gone.

Guarantee: the steps that are left are those that run, in their order, when every `yield_item` answers False.  Branches
whose tests become constants are taken out, and so is what loops carry if it never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad.wengert import (
    UNDEFINED,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Node,
    Operand,
    Step,
    WhileLoop,
    yield_item,
)


def straightened(generator: Function) -> Function:
    """The generator without the ways that lead past a `yield` to its end."""
    return replace(generator, body=_Straightening().block(generator.body))


class _Straightening:
    """A walk over the list that knows which names stand for constants."""

    def __init__(self) -> None:
        self._known: dict[Operand, Operand] = {}

    def _use(self, operand: Operand) -> Operand:
        return self._known.get(operand, operand) if isinstance(operand, str) else operand

    def block(self, nodes: Iterable[Node]) -> tuple[Node, ...]:
        """The nodes that are left of a block."""
        return tuple(new for node in nodes for new in self._node(node))

    def _node(self, node: Node) -> tuple[Node, ...]:
        match node:
            case Step():
                self._known.update(dict.fromkeys(node.targets if node.callee is yield_item else (), Const(False)))
                operands = tuple(map(self._use, node.operands))
                keywords = tuple((k, self._use(o)) for k, o in node.keywords)
                targets = () if node.callee is yield_item else node.targets
                return (replace(node, targets=targets, operands=operands, keywords=keywords),)
            case Branch():
                return self._branch(node)
            case ForLoop():
                iterable = self._use(node.iterable)
                carried, (body,), until = self._loop(node, lambda: (self.block(node.body),))
                return (replace(node, iterable=iterable, body=body, carried=carried, until=until),)
            case WhileLoop():
                parts = lambda: (self.block(node.test_steps), self.block(node.body))  # noqa: E731
                carried, (tests, body), until = self._loop(node, parts)
                test = self._use(node.test)
                return (WhileLoop(tests, test, body, carried, until, node.site),)
        raise TypeError(f"not a node: {node!r}")

    def _branch(self, node: Branch) -> tuple[Node, ...]:
        test = self._use(node.test)
        if type(node) is Branch and isinstance(test, Const):
            taken = self.block(node.then if test.value else node.orelse)
            self._known.update((m.target, self._use(m.then if test.value else m.orelse)) for m in node.merges)
            return taken
        then, orelse = self.block(node.then), self.block(node.orelse)
        merges = []
        for m in node.merges:
            merged = Merge(m.target, self._use(m.then), self._use(m.orelse))
            if merged.then == merged.orelse and isinstance(merged.then, Const) and merged.then != UNDEFINED:
                self._known[m.target] = merged.then
            else:
                merges.append(merged)
        return (replace(node, test=test, then=then, orelse=orelse, merges=tuple(merges)),)

    def _loop(self, node, parts) -> tuple[tuple[Carried, ...], tuple, Operand | None]:
        """The loop's blocks, if what it carries that begins as a constant stays that wherever this can be."""
        fixed = {c.name: c for c in node.carried if isinstance(init := self._use(c.init), Const) and init != UNDEFINED}
        around = dict(self._known)
        while True:
            self._known = around | {name: self._use(c.init) for name, c in fixed.items()}
            blocks = parts()
            changing = [name for name, c in fixed.items() if self._use(c.next) != self._known[name]]
            if not changing:
                break
            for name in changing:
                del fixed[name]
        self._known.update((c.result, self._known[name]) for name, c in fixed.items())
        carried = tuple(
            Carried(c.name, self._use(c.init), self._use(c.next), c.result) for c in node.carried if c.name not in fixed
        )
        until = None if node.until is None else self._use(node.until)
        return carried, blocks, None if until == Const(False) else until
