"""Folded nodes as blocks of statements.

Guarantee.  The block computes what the nodes do, given a naming under which names that share a variable do not
interfere: merges become copies at the end of each arm, carried values copies before the loop and at the end of
each trip, and copies at one place happen at once (`a, b = b, a` where their order matters).
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import gast

from srcad import wengert as w
from srcad.errors import Site
from srcad.transform.emit import effects
from srcad.transform.emit.constants import literal
from srcad.transform.emit.expressions import IN_PLACE, Expressions
from srcad.transform.emit.folding import is_expression, steps_of
from srcad.transform.emit.forms import AugmentedAttribute, leaves
from srcad.transform.emit.handlers import clauses
from srcad.transform.emit.jumps import Jump, is_raise, is_value
from srcad.transform.emit.liveness import reads_within
from srcad.transform.emit.naming import Naming
from srcad.transform.emit.printing import Block, Comment


def store(identifier: str) -> gast.expr:
    """A name that is assigned."""
    return gast.Name(identifier, gast.Store(), None, None)


class Statements:
    """Makes the blocks of one function.

    `define(step, identifier)` makes the `def` of a nested function; `origins` receives the sites of statements.
    """

    def __init__(
        self,
        naming: Naming,
        expressions: Expressions,
        define: Callable[[w.Step, str], gast.stmt],
        origins: dict[gast.stmt, Site],
    ):
        self._naming = naming
        self._expressions = expressions
        self._define = define
        self._origins = origins
        self._group: tuple[int, str] | None = None
        self._reversing = False
        self._uses: Counter[str] = Counter()

    def function(self, function: w.Function) -> Block:
        """The body of a function with jumps."""
        for node in w.walk(function.body):
            self._uses.update(leaf for operand in w.own_operands(node) for leaf in leaves(operand))
        block = self._block(function.body)
        while len(block) > 1 and _returns_none(block[-1]):
            block.pop()
        return block or [gast.Pass()]

    # ---------------------------------------------------------------------------------------------- blocks

    def _block(self, nodes: tuple[w.Node, ...]) -> Block:
        block: Block = []
        for node in nodes:
            done = len(block)
            match node:
                case w.Step(callee=Jump()):
                    block += self._jump(node)
                case w.Step():
                    self._comment(block, node.site)
                    block += self._step(node)
                case w.Attempt():
                    block += self._attempt(node)
                case w.Within():
                    block += self._within(node)
                case w.Branch():
                    block += self._branch(node)
                case w.ForLoop():
                    block += self._for(node)
                case w.WhileLoop():
                    block += self._while(node)
            self._originate(block[done:], node)
        return block

    def _originate(self, block: Block, node: w.Node) -> None:
        """Notes where the statements of a node come from."""
        inside = (step.site for operand in w.own_operands(node) for step in steps_of(operand))
        site = node.site or next((site for site in inside if site is not None), None)
        if site is not None:
            self._origins.update((statement, site) for statement in block if isinstance(statement, gast.stmt))

    def _inner(self, nodes: tuple[w.Node, ...], pairs: list[tuple[str, Any]]) -> Block:
        """A block of its own and the copies at its end.  A statement quoted above it is not quoted again in it."""
        before = self._group
        nodes, pairs = self._at_once(nodes, pairs)
        block = self._block(nodes)
        if not (nodes and is_raise(nodes[-1])):
            block += self._copies(pairs)
        self._group = before if self._group == before else None
        return block

    # -------------------------------------------------------------------------------------------- comments

    def _comment(self, block: Block, site: Any) -> None:
        """Quotes the original statement where the reverse sweep comes to another one."""
        if site is None or not site.adjoint:
            return
        group = (site.statement_line, site.statement)
        if group != self._group and site.statement:
            block.append(Comment(site.statement, spaced=not self._reversing))
        self._group, self._reversing = group, True

    def _comments(self, block: Block, expression: Any) -> None:
        for step in steps_of(expression):
            self._comment(block, step.site)

    # ------------------------------------------------------------------------------------------------ steps

    def _jump(self, step: w.Step) -> Block:
        kind, block = step.callee.kind, []
        if kind == "return":
            (value,) = step.operands
            self._comments(block, value)
            return [*block, gast.Return(None if value == w.Const(None) else self._expressions.of(value))]
        pairs = zip(step.callee.names, step.operands, strict=True)
        block += self._copies([(name, value) for name, value in pairs if name in self._naming.alive])
        return [*block, gast.Break() if kind == "break" else gast.Continue()]

    def _step(self, step: w.Step) -> Block:
        expressions, callee, operands = self._expressions, step.callee, step.operands
        if isinstance(callee, w.MakeFunction) and callee.function.body:
            return [self._define(step, self._naming[step.target])]
        if isinstance(callee, w.SetAttribute):
            target = gast.Attribute(expressions.of(operands[0]), callee.name, gast.Store())
            return [gast.Assign([target], expressions.of(operands[1]), None)]
        if isinstance(callee, w.Augmented):
            target = expressions.item(operands[0], operands[1], gast.Store())
            if operands[1] == w.Const(...) and step.site is not None and step.site.adjoint:
                whole = expressions.of(operands[0])  # the adjoint's own array: `d_x += c` and `d_x[...] += c` are one
                if isinstance(whole, gast.Name):
                    target = gast.Name(whole.id, gast.Store(), None, None)
            return [gast.AugAssign(target, IN_PLACE[callee.operation](), expressions.of(operands[2]))]
        if isinstance(callee, AugmentedAttribute):
            target = gast.Attribute(expressions.of(operands[0]), callee.name, gast.Store())
            return [gast.AugAssign(target, IN_PLACE[callee.operation](), expressions.of(operands[1]))]
        if callee is operator.setitem:
            target = expressions.item(operands[0], operands[1], gast.Store())
            return [gast.Assign([target], expressions.of(operands[2]), None)]
        if callee is operator.delitem:
            return [gast.Delete([expressions.item(operands[0], operands[1], gast.Del())])]
        if callee is w.check:
            return [gast.Assert(*self._optional(operands))]
        if callee is w.raise_error:
            return [gast.Raise(*(*self._expressions.many(operands), None, None)[:2])]
        if effects.in_place(callee):
            return self._augmented(step)
        if callee is w.identity and len(step.targets) == 1 and isinstance(operands[0], str):
            return self._copies([(step.target, operands[0])])
        value = expressions.step(step)
        if not step.targets:
            return [gast.Expr(value)]
        return [gast.Assign([self._expressions.target(step.targets)], value, None)]

    def _optional(self, operands: tuple[Any, ...]) -> list[gast.expr | None]:
        """Two operands of which the second may be missing or None."""
        first, second = (*operands, None)[:2]
        missing = second is None or second == w.Const(None)
        return [self._expressions.of(first), None if missing else self._expressions.of(second)]

    def _augmented(self, step: w.Step) -> Block:
        """`x += v`, where the list has `y = iadd(x, v)`."""
        first, second = step.operands
        operation = IN_PLACE[step.callee]()
        if not step.targets:
            return [gast.AugAssign(self._expressions.of(first), operation, self._expressions.of(second))]
        block = self._copies([(step.target, first)])
        target = store(self._naming[step.target])
        return [*block, gast.AugAssign(target, operation, self._expressions.of(second))]

    # ----------------------------------------------------------------------------------------------- copies

    def _at_once(
        self, nodes: tuple[w.Node, ...], pairs: list[tuple[str, Any]]
    ) -> tuple[tuple[w.Node, ...], list[tuple[str, Any]]]:
        """Last steps that only make values to be copied go into the copies: `a, b = b, a + b`."""
        sources = {source: target for target, source in pairs if isinstance(source, str)}
        taken: dict[str, w.Step] = {}
        while nodes and self._goes_along(nodes[-1], sources, taken):
            taken[nodes[-1].target] = nodes[-1]
            nodes = nodes[:-1]
        if len(taken) < 2 or not any(self._is_needed(sources[name], name) for name in taken):
            return (*nodes, *reversed(taken.values())), pairs
        return nodes, [(t, taken.get(source, source) if isinstance(source, str) else source) for t, source in pairs]

    def _goes_along(self, node: w.Node, sources: Mapping[str, str], taken: Mapping[str, w.Step]) -> bool:
        """Whether a step makes a value of the same tuple as the steps taken already."""
        if not isinstance(node, w.Step) or not is_value(node) or len(node.targets) != 1 or node.site is None:
            return False
        if node.target not in sources or self._uses[node.target] != 1:
            return False
        if any(effects.effect(step) == effects.WRITES for step in steps_of(node)):
            return False
        return all(step.site.statement == node.site.statement for step in taken.values())

    def _is_needed(self, target: str, source: Any) -> bool:
        if isinstance(source, str):
            return self._naming[source] != self._naming[target]
        return source != w.UNDEFINED

    def _copies(self, pairs: list[tuple[str, Any]]) -> Block:
        """The assignments `target = source`, all at once, of those that are needed."""
        waiting = {}
        for target, source in pairs:
            if self._is_needed(target, source):
                waiting[self._naming[target]] = source
        block: Block = []
        while waiting:
            read = {t: {self._naming[n] for n in leaves(source)} for t, source in waiting.items()}
            free = [t for t in waiting if not any(t in names for other, names in read.items() if other != t)]
            free = [t for t in free[:1] if t in waiting]
            if not free:  # a cycle
                targets = gast.Tuple([store(t) for t in waiting], gast.Store())
                values = gast.Tuple(self._expressions.many(waiting.values()), gast.Load())
                return [*block, gast.Assign([targets], values, None)]
            block.append(gast.Assign([store(free[0])], self._expressions.of(waiting.pop(free[0])), None))
        return block

    # ------------------------------------------------------------------------------------- branches, loops

    def _branch(self, node: w.Branch) -> Block:
        block: Block = []
        if is_expression(node):
            self._comment(block, node.site)
            target = store(self._naming[node.merges[0].target])
            return [*block, gast.Assign([target], self._expressions.of(node), None)]
        self._comments(block, node.test)
        test = self._expressions.of(node.test)
        merges = [m for m in node.merges if m.target in self._naming.alive]
        before = self._group
        then = self._inner(node.then, [(m.target, m.then) for m in merges])
        after, self._group = self._group, before
        orelse = self._inner(node.orelse, [(m.target, m.orelse) for m in merges])
        self._group = after if after != before else self._group
        if then:
            return [*block, gast.If(test, then, orelse)]
        if orelse:
            return [*block, gast.If(negated(test), orelse, [])]
        return [*block, gast.Expr(test)] if not isinstance(node.test, (str, w.Const)) else block

    def _attempt(self, node: w.Attempt) -> Block:
        merges = [m for m in node.merges if m.target in self._naming.alive]
        body = self._inner(node.then, [(m.target, m.then) for m in merges])
        handlers = []
        for classes, nodes, pairs in clauses(node, [(m.target, m.orelse) for m in merges]):
            read = reads_within(nodes) | {leaf for _, source in pairs for leaf in leaves(source)}
            name = store(self._naming[node.error]) if node.error in read else None
            block = self._inner(nodes, pairs) or [gast.Pass()]
            handlers.append(gast.ExceptHandler(self._expressions.of(classes), name, block))
        return [gast.Try(body or [gast.Pass()], handlers, [], [])]

    def _within(self, node: w.Within) -> Block:
        enter, *nodes = node.then
        target = self._expressions.target(enter.targets) if enter.targets else None
        merges = [m for m in node.merges if m.target in self._naming.alive]
        item = gast.withitem(self._expressions.of(node.test), target)
        body = self._inner(tuple(nodes), [(m.target, m.then) for m in merges])
        return [gast.With([item], body or [gast.Pass()], None)]

    def _carried(self, node: w.ForLoop | w.WhileLoop) -> list[w.Carried]:
        return [c for c in node.carried if c.name in self._naming.alive]

    def _for(self, node: w.ForLoop) -> Block:
        carried = self._carried(node)
        block: Block = []
        self._comments(block, node.iterable)
        block += self._copies([(c.name, c.init) for c in carried])
        iterable = self._expressions.of(node.iterable)
        body = self._trip(node)
        return [*block, gast.For(self._expressions.target(node.target), iterable, body or [gast.Pass()], [], None)]

    def _trip(self, node: w.ForLoop | w.WhileLoop) -> Block:
        body = self._inner(node.body, [(c.name, c.next) for c in self._carried(node)])
        if node.until is not None and not (node.body and is_raise(node.body[-1])):
            body.append(gast.If(self._expressions.of(node.until), [gast.Break()], []))
        return body

    def _while(self, node: w.WhileLoop) -> Block:
        block = self._copies([(c.name, c.init) for c in self._carried(node)])
        test = self._expressions.of(node.test)
        if not node.test_steps:
            return [*block, gast.While(test, self._trip(node) or [gast.Pass()], [])]
        tests = self._inner(node.test_steps, [])
        body = [*tests, gast.If(negated(test), [gast.Break()], []), *self._trip(node)]
        return [*block, gast.While(literal(True), body, [])]


def negated(test: gast.expr) -> gast.expr:
    """`not test`, without a double negation.  Comparisons of arrays and nan forbid turning `<` into `>=`."""
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    opposite = {gast.Is: gast.IsNot, gast.IsNot: gast.Is, gast.In: gast.NotIn, gast.NotIn: gast.In}
    if isinstance(test, gast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in opposite:
        return gast.Compare(test.left, [opposite[type(test.ops[0])]()], test.comparators)
    return gast.UnaryOp(gast.Not(), test)


def _returns_none(statement: Any) -> bool:
    return isinstance(statement, gast.Return) and statement.value is None
