"""Turns exit values back into jumps: `break`, `continue` and early `return`.

Guarantee.  The result computes what the folded function does.  Wherever the end of a block can be shown to lead
past everything else in a loop's body, out of a loop, or out of the function, a `Jump` says so, with the values that
are carried along; flags that nothing reads any more then need no variables.  Where that cannot be shown the flag
stays a variable and is tested, as the list says.

A last step of the whole function returns its result.  What follows an arm that always jumps stands behind the
branch, not in its other arm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from srcad import wengert as w
from srcad.transform.emit.folding import is_expression, is_lambda, is_statement, is_temporary
from srcad.transform.emit.forms import leaves
from srcad.transform.emit.widths import Expression

FALSE, TRUE = w.Const(False), w.Const(True)


@dataclass(frozen=True, slots=True)
class Jump:
    """Callee of a step that leaves a block.

    `kind` is "break", "continue" or "return".  The operands are the values which the carried `names` have
    afterwards; of a return, its value.
    """

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _After:
    """What follows the node at `index` of a block."""

    nodes: tuple[w.Node, ...]
    index: int
    up: Any


@dataclass(frozen=True, slots=True)
class _Arm:
    """The end of an arm of a branch; `alone` if it stays an `else`, so that a branch in it is an `elif`."""

    node: w.Branch
    then: bool
    up: Any
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Trip:
    """The end of a loop's body; `exits` collects the values carried along jumps: (kind, values by name)."""

    loop: w.ForLoop | w.WhileLoop
    exits: list[tuple[str, dict[str, Expression]]]
    up: Any


@dataclass(frozen=True, slots=True)
class _End:
    """The end of the function."""

    result: Expression


def is_raise(node: w.Node) -> bool:
    """Whether control never comes to what follows a node."""
    return isinstance(node, w.Step) and (node.callee is w.raise_error or isinstance(node.callee, Jump))


def with_jumps(function: w.Function) -> w.Function:
    """The folded function with jumps; its body ends in a return wherever its end is reached."""
    threader = _Threader(function)
    body, falls = threader.block(function.body, _End(function.result))
    if falls:
        threader.append_return(body, threader.rewrite(function.result))
    return replace(function, body=tuple(body), result=w.Const(None))


class _Threader:
    def __init__(self, function: w.Function):
        self._known: dict[str, Expression] = {}
        self._uses = Counter(n for node in w.walk(function.body) for o in w.own_operands(node) for n in leaves(o))
        self._uses.update(leaves(function.result))
        tests = (
            getattr(node, "until" if isinstance(node, w.ForLoop) else "test", None) for node in w.walk(function.body)
        )
        self._tests = Counter(test for test in tests if isinstance(test, str))

    # ----------------------------------------------------------------------------------------- known values

    def _resolve(self, operand: Expression, path: Mapping[str, Expression] | None = None) -> Expression:
        """What an operand stands for, here and on a path."""
        while isinstance(operand, str):
            if path and operand in path:
                operand = path[operand]
            elif operand in self._known:
                operand = self._known[operand]
            else:
                break
        return operand

    def rewrite(self, expression: Expression) -> Expression:
        """An expression with the names in it that stand for others replaced."""
        if isinstance(expression, str):
            known = self._resolve(expression)
            return expression if known == w.UNDEFINED else known  # a name that is not assigned must raise NameError
        if not isinstance(expression, (w.Step, w.Branch)) or not any(n in self._known for n in leaves(expression)):
            return expression
        if isinstance(expression, w.Step):
            return replace(
                expression,
                operands=tuple(map(self.rewrite, expression.operands)),
                keywords=tuple((k, self.rewrite(v)) for k, v in expression.keywords),
            )
        (merge,) = expression.merges
        test = self.rewrite(expression.test)  # an arm may be the very test (`a and b`)
        arms = (test if arm is expression.test else self.rewrite(arm) for arm in (merge.then, merge.orelse))
        return replace(expression, test=test, merges=(w.Merge(merge.target, *arms),))

    # --------------------------------------------------------------------------------------------- blocks

    def block(self, nodes: tuple[w.Node, ...], end: Any) -> tuple[list[w.Node], bool]:
        """The nodes with jumps, and whether control comes to their end."""
        out: list[w.Node] = []
        for i, node in enumerate(nodes):
            match node:
                case w.Step():
                    out.append(self.rewrite(node))
                    falls = not is_raise(node)
                case w.Branch():
                    falls = self._branch(node, _After(nodes, i, end), out)
                case _:
                    falls = self._loop(node, _After(nodes, i, end), out)
            if not falls:
                return out, False
        return out, True

    def _arm(self, node: w.Branch, then: bool, after: _After, alone: bool = False) -> tuple[list[w.Node], bool]:
        """An arm, ended by a jump if it leads anywhere but to what follows the branch."""
        end = _Arm(node, then, after, alone)
        block, falls = self.block(node.then if then else node.orelse, end)
        if not falls:
            return block, False
        last = after.index == len(after.nodes) - 1 and isinstance(after.up, _Trip)
        jump = self._destination(end, last and then and not block and bool(node.orelse))
        if jump is None:
            return block, True
        if jump.callee.kind == "return":
            self.append_return(block, jump.operands[0])
        else:
            block.append(jump)
        return block, False

    def append_return(self, block: list[w.Node], value: Expression) -> None:
        """Ends a block with a return; a last step that only makes the value goes into it."""
        last = block[-1] if block else None
        if (
            isinstance(last, w.Step)
            and not is_statement(last.callee)
            or isinstance(last, w.Branch)
            and is_expression(last)
        ):
            adjoint = last.site is not None and last.site.adjoint
            if w.outer_names(last) == (value,) and self._uses[value] == 1 and (adjoint or is_temporary(value)):
                value = block.pop()
        block.append(w.Step((), Jump("return"), (value,)))

    def _branch(self, node: w.Branch, after: _After, out: list[w.Node]) -> bool:
        if is_expression(node):
            out.append(self.rewrite(node))
            return True
        if type(node) is not w.Branch:
            return self._guarded(node, after, out)
        test = self._resolve(node.test)
        if isinstance(test, w.Const) and type(test.value) is bool:
            return self._decided(node, test.value, after, out)
        then, then_falls = self._arm(node, True, after)
        orelse, orelse_falls = self._arm(node, False, after, then_falls)
        merges = []
        for m in node.merges:
            arms = [self._resolve(m.then) if then_falls else None, self._resolve(m.orelse) if orelse_falls else None]
            values = [a for a in arms if a is not None]
            same = values and all(v == values[0] and not isinstance(v, (w.Step, w.Branch)) for v in values)
            if arms == [TRUE, FALSE] and not then and not orelse and isinstance(test, str):
                if self._tests[m.target] == self._uses[m.target]:  # only the truth of it matters
                    self._known[m.target] = test
                    continue
            if same:
                self._known[m.target] = values[0]
            if not same or values[0] == w.UNDEFINED:
                merges.append(w.Merge(m.target, *(w.UNDEFINED if a is None else a for a in arms)))
        test = self.rewrite(node.test)
        elif_ = len(after.nodes) == 1 and isinstance(after.up, _Arm) and after.up.alone
        if then and not then_falls and not elif_:
            out.append(replace(node, test=test, then=tuple(then), orelse=(), merges=tuple(merges)))
            out += orelse
        else:
            out.append(replace(node, test=test, then=tuple(then), orelse=tuple(orelse), merges=tuple(merges)))
        return then_falls or orelse_falls

    def _guarded(self, node: w.Attempt | w.Within, after: _After, out: list[w.Node]) -> bool:
        """A `try` or `with`, whose arms stay where they are: what follows it is not guarded."""
        then, falls = self._arm(node, True, after)
        handler, handler_falls = ([], False) if isinstance(node, w.Within) else self._arm(node, False, after)
        merges = []
        for m in node.merges:
            ways = [self._resolve(m.then) if falls else None, self._resolve(m.orelse) if handler_falls else None]
            values = [way for way in ways if way is not None]
            if values and all(v == values[0] and not isinstance(v, (w.Step, w.Branch)) for v in values):
                self._known[m.target] = values[0]
                if values[0] != w.UNDEFINED:
                    continue
            merges.append(w.Merge(m.target, *(w.UNDEFINED if way is None else way for way in ways)))
        test = self.rewrite(node.test)
        out.append(replace(node, test=test, then=tuple(then), orelse=tuple(handler), merges=tuple(merges)))
        return falls or handler_falls

    def _decided(self, node: w.Branch, taken: bool, after: _After, out: list[w.Node]) -> bool:
        """A branch whose test is known there: only one arm is left."""
        block, falls = self._arm(node, taken, after)
        out += block
        kept = []
        for m in node.merges:
            value = self._resolve(m.then if taken else m.orelse)
            composed = isinstance(value, (w.Step, w.Branch))
            if composed or value == w.UNDEFINED:
                kept.append(w.Merge(m.target, value, value))
            if not composed:
                self._known[m.target] = value
        if kept and falls:
            out.append(w.Branch(w.Const(taken), (), (), tuple(kept), node.site))
        return falls

    # ---------------------------------------------------------------------------------------------- loops

    def _loop(self, node: w.ForLoop | w.WhileLoop, after: _After, out: list[w.Node]) -> bool:
        before = dict(self._known)
        assumed = {c.name: c.init for c in node.carried if c.init in (FALSE, w.UNDEFINED)}
        first = True
        while True:
            self._known.update(assumed)
            trip = _Trip(node, [], after)
            if isinstance(node, w.WhileLoop):
                tests, _ = self.block(node.test_steps, None)
            body, falls = self.block(node.body, trip)
            until = self._resolve(node.until) if node.until is not None and falls else None
            if falls:
                kind = "break" if until == TRUE else "continue"
                trip.exits.append((kind, {c.name: self._resolve(c.next) for c in node.carried}))
            again = {n: v for n, v in assumed.items() if all(e[n] == v for k, e in trip.exits if k == "continue")}
            if len(again) == len(assumed):
                break
            assumed = again if first else {}
            first = False
            self._known = dict(before)
        return self._finished(node, tests if isinstance(node, w.WhileLoop) else [], body, until, trip, out)

    def _finished(
        self,
        node: w.ForLoop | w.WhileLoop,
        tests: list[w.Node],
        body: list[w.Node],
        until: Expression,
        trip: _Trip,
        out: list[w.Node],
    ) -> bool:
        """Appends the new loop; what every way out of it agrees on is known after it."""
        exits = [e for kind, e in trip.exits if kind == "break"]
        endless = isinstance(node, w.WhileLoop) and not tests and node.test == TRUE
        natural = not endless or until not in (None, FALSE, TRUE)
        last = trip.exits[-1][1] if trip.exits else {}
        for c in node.carried:
            ways = [e[c.name] for e in exits]
            if natural:
                ways.append(self._known.get(c.name, c.name))
                if until not in (None, FALSE, TRUE):
                    ways.append(last[c.name])
            if ways and isinstance(ways[0], w.Const) and ways[0] != w.UNDEFINED and all(v == ways[0] for v in ways):
                self._known[c.result] = ways[0]
        if until == TRUE:
            names = tuple(c.name for c in node.carried)
            body.append(w.Step((), Jump("break", names), tuple(self._resolve(c.next) for c in node.carried)))
        carried = tuple(
            replace(c, init=self._resolve(c.init), next=self._kept(c.name, self._resolve(c.next))) for c in node.carried
        )
        until = None if until in (None, FALSE, TRUE) else self.rewrite(node.until)
        new = replace(node, body=tuple(body), carried=carried, until=until)
        if isinstance(new, w.ForLoop):
            out.append(replace(new, iterable=self.rewrite(new.iterable)))
        else:
            out.append(replace(new, test_steps=tuple(tests), test=self.rewrite(new.test)))
        return natural or bool(exits)

    # ------------------------------------------------------------------------------------------- where to

    def _destination(self, end: Any, skipped: bool) -> w.Step | None:
        """The jump at the end of an arm, or None if control just goes on behind the branch.

        Follows the end outwards while it leads past nothing but branches known to do nothing.  `skipped` says
        that code lies between the end and where it leads.
        """
        path: dict[str, Expression] = {}
        leaving: tuple[_Trip, dict[str, Expression]] | None = None
        decided = False  # a branch behind the loop that is left depends on how it was left
        while True:
            match end:
                case _Arm(node, then, up):
                    self._assign(path, [(m.target, m.then if then else m.orelse) for m in node.merges])
                    end = up
                case _After(nodes, index, up):
                    for node in nodes[index + 1 :]:
                        arm = self._empty_arm(node, path)
                        if arm is None:
                            return _break(leaving)
                        skipped = skipped or bool(node.then or node.orelse)
                        decided = leaving is not None
                        self._assign(path, [(m.target, m.then if arm else m.orelse) for m in node.merges])
                    end = up
                case _Trip(loop, _, up):
                    until = FALSE if loop.until is None else self._resolve(loop.until, path)
                    values = {c.name: self._resolve(c.next, path) for c in loop.carried}
                    if until != TRUE:
                        return _break(leaving) if leaving else self._continue(end, values, until == FALSE and skipped)
                    leaving = leaving or (end, values)
                    self._assign(path, [(c.result, values[c.name]) for c in loop.carried])
                    end = up
                case _End(result):
                    value = self._resolve(result, path)
                    returned = isinstance(result, str) and w.base(result) == "value"
                    composed = isinstance(value, (w.Step, w.Branch))  # belongs to one place
                    if composed or value == w.UNDEFINED or leaving and not decided and not returned:
                        return _break(leaving)
                    if leaving or skipped or isinstance(result, str) and result in path:
                        return w.Step((), Jump("return"), (value,))
                    return None
                case _:
                    return None

    def _continue(self, trip: _Trip, values: dict[str, Expression], needed: bool) -> w.Step | None:
        if not needed:
            return None
        trip.exits.append(("continue", values))
        return w.Step((), Jump("continue", tuple(values)), tuple(map(self._kept, values, values.values())))

    def _kept(self, name: str, value: Expression) -> Expression:
        """The new value of a carried name; the name itself, which is no copy, where it has that value anyway."""
        return name if self._known.get(name) == value else value

    def _assign(self, path: dict[str, Expression], pairs: list[tuple[str, Expression]]) -> None:
        path.update({target: self._resolve(source, path) for target, source in pairs})

    def _empty_arm(self, node: w.Node, path: Mapping[str, Expression]) -> bool | None:
        """Which arm of a branch a path takes, if that is known and the arm is empty."""
        if not isinstance(node, w.Branch) or is_expression(node):
            return None
        test = self._resolve(node.test, path)
        if not isinstance(test, w.Const) or type(test.value) is not bool:
            return None
        return None if (node.then if test.value else node.orelse) else test.value


def is_value(node: w.Node | None) -> bool:
    """Whether a node is printed as an expression, or as an assignment of one."""
    if isinstance(node, w.Step):
        nested = node.callee.function if isinstance(node.callee, w.MakeFunction) else None
        return not is_statement(node.callee) and (nested is None or is_lambda(nested))
    return isinstance(node, w.Branch) and is_expression(node)


def _break(leaving: tuple[_Trip, dict[str, Expression]] | None) -> w.Step | None:
    if leaving is None:
        return None
    trip, values = leaving
    trip.exits.append(("break", values))
    return w.Step((), Jump("break", tuple(values)), tuple(values.values()))
