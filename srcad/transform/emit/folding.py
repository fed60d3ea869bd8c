"""Folds steps into the one place that reads them, so that the list reads as expressions again.

Guarantee: evaluating the result runs the same steps, with every pair of steps of which one writes memory and the
other reads or writes it in the same order as before.  Only a value that is read once, in the same block, is
folded; nothing moves into a loop or into a nested function.

In the result an operand may be an *expression*: a name, a `Const`, a `Step` with one target, or a `Branch` with
empty arms and one merge (`a if test else b`, `a and b`, `a or b`).  A loop's target may be a tuple of targets.
Values that the user named are not folded: they stay statements, as written.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from srcad import wengert as w
from srcad.errors import Site
from srcad.transform.analyses.undefined import undefined_names
from srcad.transform.emit import effects
from srcad.transform.emit.effects import NOTHING, READS, WRITES
from srcad.transform.emit.forms import AugmentedAttribute, bound, comprehension, raising_again
from srcad.transform.emit.widths import Expression, callee_width, widest, width_of

_STATEMENTS = (w.check, w.raise_error, operator.setitem, operator.delitem)


FLAGS = ("returned", "stopped", "skipped")
"""What lowering calls the flags that stand for `return`, `break` and `continue`."""


def is_temporary(name: str) -> bool:
    """Whether the user did not name this value.

    >>> is_temporary("t.4"), is_temporary("d_t"), is_temporary("h")
    (True, True, False)
    """
    return w.base(name) in ("t", "d_t", "d", "_")


def steps_of(expression: Expression) -> Iterator[w.Step]:
    """The steps folded in an expression, in the order in which they run."""
    if isinstance(expression, (w.Step, w.Branch)):
        for operand in reading_order(expression):
            yield from steps_of(operand)
        if isinstance(expression, w.Step):
            yield expression


def bound_names(node: w.Node) -> Iterator[str]:
    """The names that comprehensions inside a node's expressions have for their own."""
    for operand in (node,) if isinstance(node, w.Step) else w.own_operands(node):
        for step in steps_of(operand):
            yield from bound(step)


def reading_order(node: w.Node) -> tuple[Expression, ...]:
    """A node's own operands in the order in which the printed statement evaluates them."""
    if isinstance(node, w.Step):
        operands = node.operands
        if node.callee is operator.setitem:
            operands = (operands[2], operands[0], operands[1])
        elif isinstance(node.callee, w.SetAttribute) or node.callee is operator.contains:
            operands = (operands[1], operands[0])
        return (*operands, *(v for _, v in node.keywords))
    if isinstance(node, w.Branch):
        return (node.test, *(o for m in node.merges for o in (m.then, m.orelse)))
    if isinstance(node, w.ForLoop):
        return (node.iterable,)
    return ()


def fold(function: w.Function) -> w.Function:
    """The function with expressions folded; its result may be an expression."""
    function = _named(function)
    folder = _Folder(function)
    body, result = folder.block(function.body, 1, function.result)
    return replace(function, body=body.nodes(), result=result)


def _named(function: w.Function) -> w.Function:
    """The function with what the user called `t`, and an `if` statement may leave without a value, given another name.

    An expression in its place would read it on the path where it has none.
    """
    joined = {m.target: (m.then, m.orelse) for node in w.walk(function.body) if _is_block(node) for m in node.merges}
    undefined = undefined_names(function.body, {w.UNDEFINED}) if joined else frozenset()
    names = w.Names.of(function) if undefined else w.Names()
    loose = (name for name, sources in joined.items() if not undefined.isdisjoint(sources))
    new = {name: names.fresh(f"{w.base(name)}_") for name in loose}
    if not new:
        return function
    result = new.get(function.result, function.result) if isinstance(function.result, str) else function.result
    return replace(function, body=w.substitute(function.body, new), result=result)


def _is_block(node: w.Node) -> bool:
    """Whether a node looks like an expression, and was a statement with blocks where it was written."""
    return (
        isinstance(node, w.Branch) and is_choice(node) and bool(node.site and re.match(_COMPOUND, node.site.statement))
    )


_COMPOUND = r"(if|elif|match|for|while|try|with)\b"


@dataclass(frozen=True, slots=True)
class _Folded:
    """Operands with what was folded into them: its effect, the time of its first step, and its width as text."""

    operands: tuple[Expression, ...]
    effect: int = NOTHING
    first: int = 0
    width: int = 0


@dataclass(slots=True)
class _Item:
    """A node of a block; `target` is the value that may still be folded into a later node, if any."""

    node: w.Node
    target: str | None
    effect: int
    first: int
    width: int


class _Folder:
    def __init__(self, function: w.Function):
        self.uses = Counter(o for node in w.walk(function.body) for o in w.own_operands(node) if isinstance(o, str))
        self.uses.update(o for o in (function.result,) if isinstance(o, str))

    def block(self, nodes: Iterable[w.Node], depth: int, tail: Expression = None) -> tuple[_Pending, Expression]:
        """The folded block, and `tail` (read at its end) with what folds into it."""
        pending = _Pending(self.uses, depth)
        for node in nodes:
            self._node(node, pending, depth)
        return pending, pending.consume((tail,), 8).operands[0] if tail is not None else None

    def _node(self, node: w.Node, pending: _Pending, depth: int) -> None:
        match node:
            case w.Step():
                self._step(node, pending)
            case w.Attempt() | w.Within():
                self._guarded(node, pending, depth)
            case w.Branch():
                self._branch(node, pending, depth)
            case w.ForLoop():
                (iterable,) = pending.consume((node.iterable,), 20).operands
                body, until = self.block(node.body, depth + 1, node.until)
                target, nodes = self._unpacked(node.target, body.nodes())
                folded = replace(node, iterable=iterable, target=target, body=nodes, until=until)
                self._for(node, folded, body.strongest, pending)
            case w.WhileLoop():
                tests, test = self.block(node.test_steps, depth, node.test)
                body, until = self.block(node.body, depth + 1, node.until)
                folded = replace(node, test_steps=tests.nodes(), test=test, body=body.nodes(), until=until)
                pending.add(folded, max(tests.strongest, body.strongest))
            case _:
                raise TypeError(f"not a node: {node!r}")

    def _for(self, original: w.ForLoop, folded: w.ForLoop, strongest: int, pending: _Pending) -> None:
        """Adds a loop, or the comprehension it comes from."""
        step = comprehension(pending.last(), folded)
        if step is None:
            pending.add(folded, max(strongest, READS))
            return
        made = pending.pop()
        self.uses[made.target] -= 1
        inside = [n for n in w.walk((original,)) if isinstance(n, w.Step) and made.target not in n.operands]
        effect = max((effects.effect(n) for n in inside), default=READS)
        pending.add(step, max(effect, READS), _Folded((), width=width_of(step)), _foldable_target(step))

    def _unpacked(self, target: str, body: tuple[w.Node, ...]) -> tuple[Any, tuple[w.Node, ...]]:
        """`for t in ...: a, b = t` as `for a, b in ...`; also nested ones."""
        if not body or not isinstance(body[0], w.Step) or self.uses[target] != 1:
            return target, body
        first = body[0]
        if first.callee is not w.identity or len(first.targets) < 2 or first.operands != (target,):
            return target, body
        body, parts = body[1:], []
        for name in first.targets:
            part, body = self._unpacked(name, body) if is_temporary(name) else (name, body)
            parts.append(part)
        return tuple(parts), body

    def _step(self, step: w.Step, pending: _Pending) -> None:
        callee, effect = step.callee, effects.effect(step)
        if isinstance(callee, w.MakeFunction):
            nested = fold(callee.function)
            step = replace(step, callee=replace(callee, function=nested))
            folded = _Folded(step.operands, width=12 + width_of(nested.result))
            target = _foldable_target(step) if is_lambda(nested) else None
        else:
            step, effect = pending.augmented(step, self.uses), effects.effect(step)
            callee = step.callee
            site = None if callee is w.make_tuple else step.site
            folded = pending.consume(reading_order(step), callee_width(callee), _limits(step), site)
            step = _with_operands(step, folded.operands)
            target = None if is_statement(callee) else _foldable_target(step)
        pending.add(step, effect, folded, target)

    def _branch(self, node: w.Branch, pending: _Pending, depth: int) -> None:
        (then, _), (orelse, _) = self.block(node.then, depth + 1), self.block(node.orelse, depth + 1)
        effect = max(then.strongest, orelse.strongest)
        if is_choice(node):
            (merge,) = node.merges
            tails = then.only(merge.then), orelse.only(merge.orelse)
            if None not in tails:
                self._choice(replace(node, then=(), orelse=()), *tails, effect, pending)
                return
        (test,) = pending.consume((node.test,), 8).operands
        pending.add(replace(node, test=test, then=then.nodes(), orelse=orelse.nodes()), effect)

    def _guarded(self, node: w.Attempt | w.Within, pending: _Pending, depth: int) -> None:
        """Adds a `try` or `with`, past which nothing is folded that could be seen to move."""
        within = isinstance(node, w.Within)
        first, inside = (node.then[:1], node.then[1:-1]) if within else ((), node.then)
        (then, _), (orelse, _) = self.block(inside, depth + 1), self.block(node.orelse, depth + 1)
        new = replace(node, then=then.nodes(), orelse=orelse.nodes())
        if within:  # of the first step only what follows `as` is left
            (test,) = pending.consume((node.test,), 6, reads=3).operands  # the first and the last step read it too
            new = replace(new, test=test, then=(*(replace(step, operands=()) for step in first), *new.then))
        elif new.error is not None:
            new = replace(new, orelse=raising_again(new.orelse, new.error))
        pending.add(new, WRITES)

    def _choice(self, node: w.Branch, then: Expression, orelse: Expression, effect: int, pending: _Pending) -> None:
        """Adds a branch that is an expression."""
        own, (merge,) = node.test, node.merges
        shared = isinstance(own, str) and own in (merge.then, merge.orelse)
        folded = pending.consume((own,), 10 + width_of(then) + width_of(orelse), reads=2 if shared else 1)
        (test,) = folded.operands
        if shared:
            then, orelse = (test if merge.then == own else then), (test if merge.orelse == own else orelse)
        node = replace(node, test=test, merges=(w.Merge(merge.target, then, orelse),))
        pending.add(node, effect, folded, merge.target if is_temporary(merge.target) else None)


class _Pending:
    """The nodes of a block so far, and which of them may still be folded into a later one.

    `strongest` is the strongest effect of any of them.
    """

    def __init__(self, uses: Counter, depth: int):
        self._items: list[_Item | None] = []
        self._uses = uses
        self._at: dict[str, int] = {}
        self._depth = depth
        self._clock = 0
        self._last_write = -1
        self.strongest = NOTHING

    def nodes(self) -> tuple[w.Node, ...]:
        """The nodes that were not folded, in order."""
        return tuple(item.node for item in self._items if item is not None)

    def only(self, operand: Expression) -> Expression | None:
        """An operand read at the end of the block, as an expression, if nothing else is left of the block."""
        items = [item for item in self._items if item is not None]
        if not items:
            return operand
        if len(items) > 1 or items[0].target is None or items[0].target != operand or self._uses[operand] != 1:
            return None
        return items[0].node

    def last(self) -> w.Node | None:
        """The node at the end."""
        while self._items and self._items[-1] is None:
            self._items.pop()
        return self._items[-1].node if self._items else None

    def pop(self) -> w.Node:
        """Takes out the node at the end."""
        node, item = self.last(), self._items.pop()
        if item.target is not None:
            del self._at[item.target]
        return node

    def augmented(self, step: w.Step, uses: Counter) -> w.Step:
        """`x.name op= v` of a step that sets an attribute, if the steps before it say so."""
        changed = self.last()
        if not isinstance(step.callee, w.SetAttribute) or not isinstance(changed, w.Step):
            return step
        owner, value = step.operands
        if not effects.in_place(changed.callee) or changed.targets != (value,) or uses[value] != 1:
            return step
        self.pop()
        read = self.last()
        same = isinstance(read, w.Step) and read.callee == w.Attribute(step.callee.name) and read.operands == (owner,)
        if same and isinstance(owner, str) and read.targets == changed.operands[:1] and uses[read.target] == 1:
            self.pop()
            callee = AugmentedAttribute(step.callee.name, changed.callee)
            return replace(step, callee=callee, operands=(owner, changed.operands[1]))
        self._items.append(_Item(changed, None, WRITES, self._clock, 0))
        return step

    def add(self, node: w.Node, effect: int, folded: _Folded | None = None, target: str | None = None) -> None:
        """Puts a node at the end; `target` is its value, if that may be folded into a later node."""
        self._clock += 1
        self.strongest = max(self.strongest, effect)
        if effect == WRITES:
            self._last_write = self._clock
        first, width = self._clock, 0
        if folded is not None:
            first, width = (folded.first if folded.effect else self._clock), folded.width
            effect = max(effect, folded.effect)
        if target is not None:
            self._at[target] = len(self._items)
        self._items.append(_Item(node, target, effect, first, width))

    def consume(
        self,
        operands: tuple[Expression, ...],
        width: int,
        limits: dict[int, int] | None = None,
        site: Site | None = None,
        reads: int = 1,
    ) -> _Folded:
        """The operands, in reading order, with what can be folded put in their place.

        `width` is that of the text around them, `limits` the strongest effect allowed at a position, `reads`
        how often the consumer reads each operand.
        """
        found: list[Expression] = list(operands)
        effect, first = NOTHING, self._clock + 1
        width += sum(width_of(o) + 2 for o in operands)
        most = widest(site, self._depth)
        node = self.last()
        last = node.site if node is not None else None
        for i in range(len(operands) - 1, -1, -1):
            item = self._movable(operands[i], reads)
            if item is None or limits is not None and item.effect > limits.get(i, WRITES):
                continue
            if not _belongs(item, site, last) or width + item.width - width_of(item.target) > most:
                continue
            width += item.width - width_of(item.target)
            self._items[self._at.pop(item.target)] = None
            found[i] = item.node
            if item.effect:
                effect, first = max(effect, item.effect), min(first, item.first)
        return _Folded(tuple(found), effect, first, width)

    def _movable(self, operand: Expression, reads: int) -> _Item | None:
        """The pending node that computes an operand, if it may move to the end of the block."""
        if not isinstance(operand, str) or operand not in self._at or self._uses[operand] != reads:
            return None
        index = self._at[operand]
        item = self._items[index]
        if item.effect == NOTHING:
            return item
        self.last()
        end = len(self._items) - 1
        while end > index and (self._items[end] is None or self._items[end].effect == NOTHING):
            end -= 1
        if index == end:
            return item
        return item if item.effect == READS and self._last_write < item.first else None


# ---------------------------------------------------------------------------------------- what may be folded


def is_lambda(function: w.Function) -> bool:
    """Whether a nested function is to be printed as a lambda (once it is folded to one expression)."""
    return not function.body and function.name in ("<lambda>", "lambda")


def is_statement(callee: Any) -> bool:
    """Whether a step is printed as a statement of its own kind, not as an expression."""
    if isinstance(callee, (w.SetAttribute, w.Augmented, AugmentedAttribute)) or effects.in_place(callee):
        return True
    return any(callee is c for c in (w.check, w.raise_error, w.enter, operator.setitem, operator.delitem))


def _foldable_target(step: w.Step) -> str | None:
    """The step's value, if it needs no name of its own."""
    if len(step.targets) != 1:
        return None
    made = step.callee is w.make_tuple and w.base(step.target) in ("entry", "saved")  # of a tape, of a forward function
    adjoint = step.site is not None and step.site.adjoint
    return step.target if made or adjoint or is_temporary(step.target) else None


def is_choice(node: w.Branch) -> bool:
    """Whether a branch was an expression where it was written, and no `if` statement: it chooses one value."""
    if type(node) is not w.Branch or len(node.merges) != 1:
        return False
    if w.UNDEFINED in (node.merges[0].then, node.merges[0].orelse):
        return False
    if is_temporary(target := node.merges[0].target):
        return True
    if w.base(target) == "value" or w.base(target) in FLAGS:
        return False  # what `return`, `break` and `continue` became
    statement = node.site.statement if node.site else ""
    if re.match(_COMPOUND, statement):
        return False
    return re.search(r"\b(if\b.*\belse|and|or)\b", statement) is not None


def is_expression(node: w.Branch) -> bool:
    """Whether a folded branch is printed as an expression: its arms are."""
    return not node.then and not node.orelse and is_choice(node)


def _limits(step: w.Step) -> dict[int, int] | None:
    """The strongest effect that may be folded at a position in reading order, where not any may."""
    if isinstance(step.callee, w.Augmented):
        return {2: READS}  # Python reads x[i] before it evaluates v
    if step.callee is w.check:
        return {1: READS}  # evaluated only if the check fails
    if effects.in_place(step.callee):
        return {0: -1}  # `x += v` needs a name
    return None


def _belongs(item: _Item, site: Site | None, last: Site | None) -> bool:
    """Whether a person would write the item inside its consumer, whose site is given.

    A consumer without one is what the function returns: it takes from the statement that comes `last`.
    """
    own = item.node.site
    if own is None or is_temporary(item.target) and own.adjoint:
        return True
    if not own.adjoint:
        return site is None or not site.adjoint  # what the reverse sweep reads was computed before it
    if site is None:
        return item.width <= 44 and last is not None and _group(own) == _group(last)
    return _group(own) == _group(site)


def _group(site: Site) -> tuple[int, str]:
    """The original statement that a site belongs to."""
    return (site.statement_line, site.statement)


def _with_operands(step: w.Step, ordered: tuple[Expression, ...]) -> w.Step:
    """The step with operands given in reading order."""
    count = len(step.operands)
    operands, keywords = list(ordered[:count]), ordered[count:]
    if step.callee is operator.setitem:
        operands = [operands[1], operands[2], operands[0]]
    elif isinstance(step.callee, w.SetAttribute) or step.callee is operator.contains:
        operands.reverse()
    named = tuple((k, v) for (k, _), v in zip(step.keywords, keywords, strict=True))
    return replace(step, operands=tuple(operands), keywords=named)
