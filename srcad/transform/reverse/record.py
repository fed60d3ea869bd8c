"""To-be-recorded analysis: the forward sweep keeps what the reverse sweep reads, and nothing else.

Guarantee: the program computes what it computed before.  Two passes over a program of both sweeps:

- `drop_restores` removes the restores of memory whose contents nobody reads afterwards (and dead-step removal then
  removes the saves they used);
- `prune_tapes` takes off the tapes what the reverse loops do not use.  A tape that would only count trips gives
  way to the range of the loop, where there is one.

After L. Hascoet and M. Araya-Polo, "The adjoint data-flow analyses" (2006).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Fact
from srcad.transform.analyses import effects
from srcad.transform.reverse.handing import handed_memory
from srcad.transform.reverse.sweep import Sweep
from srcad.transform.reverse.tapes import Changes, Tape, find_tapes, step_definitions
from srcad.wengert import (
    Attempt,
    Branch,
    Const,
    ForLoop,
    Function,
    Method,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    base,
    callee_name,
    identity,
    make_list,
    make_tuple,
    outer_names,
    own_operands,
    used_names,
    walk,
)

_SHAPE_ONLY = {np.zeros_like: 0, np.ones_like: 0, rt.unbroadcast: 1, rt.zeros_like: 0}
"""Callees that look only at the shape and dtype of the operand at this position."""


# ------------------------------------------------------------------------------------------------ restores


def drop_restores(function: Function, sweep: Sweep) -> Function:
    """The program without the restores whose effect nobody reads.

    Raises UnsupportedError where something that cannot be undone changed what the reverse sweep reads.
    """
    run = _Restores(sweep, function)
    handed = map(sweep.memory.reach, handed_memory(sweep.function))  # which the caller reads as it was before
    body, _ = run.block(function.body, frozenset().union(*handed))
    for operand, step in sweep.opaque_writes:
        if run.read & sweep.memory.reach(str(operand)):
            raise UnsupportedError(
                f"{callee_name(step.callee)} may change an array whose earlier contents the gradient needs",
                "pass it a copy (x.copy())",
                step.site,
            )
    return replace(function, body=body)


class _Restores:
    """A backward walk with the regions whose contents are read later."""

    def __init__(self, sweep: Sweep, function: Function):
        self.sweep = sweep
        self.read: set[int] = set()
        self.looked_at = {o for n in walk(function.body) for o in operands_looked_at(n) if isinstance(o, str)}
        self.looked_at.update(o for o in (function.result,) if isinstance(o, str))

    def block(self, nodes: Iterable[Node], live: frozenset[int]) -> tuple[tuple[Node, ...], frozenset[int]]:
        """The block without dead restores, and the regions live before it, given those live after it."""
        kept: list[Node] = []
        for node in reversed(tuple(nodes)):
            match node:
                case Step():
                    if self.is_restore(node):
                        if live & self.reach(node.operands[0]):
                            self.refuse_abandoned(node)
                            kept.append(node)
                        continue
                    live |= self.contents_read(node)
                    kept.append(node)
                case Branch():
                    orelse, after_else = self.block(node.orelse, live)
                    then, after_then = self.block(node.then, live | after_else if isinstance(node, Attempt) else live)
                    live = after_then | after_else | self.itself_read(node)
                    kept.append(replace(node, then=then, orelse=orelse))
                case ForLoop() | WhileLoop():
                    while True:
                        body, before = self.block(node.body, live)
                        if before <= live:
                            break
                        live |= before
                    live |= self.itself_read(node)
                    kept.append(replace(node, body=body))
        return tuple(reversed(kept)), live

    def is_restore(self, step: Step) -> bool:
        """Whether a step puts back what a write destroyed."""
        if step.callee in (operator.setitem, rt.restore_slot, rt.restore_item, rt.restore_key):
            return step.operands[2] in self.sweep.restoring
        if step.callee == Method("extend"):
            return step.operands[1] in self.sweep.restoring
        return (
            step.callee in (Method("pop"), rt.take_tail) and bool(step.targets) and step.target in self.sweep.restoring
        )

    def refuse_abandoned(self, step: Step) -> None:
        """Raises for a restore that is needed, but does not happen where the body of a `try` was abandoned."""
        for saved in (*step.operands[2:], *step.targets):
            origin = str(saved)
            while origin in self.sweep.origins:
                origin = self.sweep.origins[origin]
            if origin in self.sweep.abandoned:
                write = self.sweep.abandoned[origin]
                raise UnsupportedError(
                    f"{base(str(write.operands[0]))!r} is written to in a `try`, before a step that may raise, and the "
                    "gradient needs its earlier contents",
                    "write to it in the last statement of the `try`, or in its `else`; or write to a copy",
                    write.site,
                )

    def reach(self, operand: Operand) -> frozenset[int]:
        """The regions of the forward sweep that a name stands for."""
        if not isinstance(operand, str):
            return frozenset()
        while operand in self.sweep.origins:
            operand = self.sweep.origins[operand]
        if operand in self.sweep.kept:
            return frozenset().union(*map(self.reach, self.sweep.kept[operand]))
        return self.sweep.memory.reach(operand)

    def itself_read(self, node: Branch | ForLoop | WhileLoop) -> frozenset[int]:
        """The regions whose contents decide which way a branch goes, or how many trips a loop makes."""
        found = self.reach(node.iterable if isinstance(node, ForLoop) else node.test)
        if node.site is not None and node.site.adjoint:
            self.read |= found
        return found

    def contents_read(self, step: Step) -> frozenset[int]:
        """The regions whose contents a step reads."""
        if not effects.reads_memory(step, self.sweep.facts):
            return frozenset()
        if step.callee is identity or step.callee in (make_tuple, make_list):
            return frozenset()
        if step.callee is operator.getitem and self.looked_at.isdisjoint(step.targets):
            return frozenset()
        found: frozenset[int] = frozenset()
        for operand in operands_looked_at(step):
            if step.callee is not operator.setitem or operand != step.operands[0]:
                found |= self.reach(operand)
        is_save = not self.sweep.restoring.isdisjoint(step.targets)  # made in the forward sweep, before the write
        if step.site is not None and step.site.adjoint and not is_save:
            self.read |= found
        return found


def operands_looked_at(node: Node) -> Iterator[Operand]:
    """The operands of a node of which more than the shape and the dtype matters."""
    if not isinstance(node, Step):
        yield from own_operands(node)
        return
    if effects.hashable(node.callee) in effects.DESCRIPTIONS - {len}:
        return
    for position, operand in enumerate(own_operands(node)):
        if _SHAPE_ONLY.get(effects.hashable(node.callee)) != position:
            yield operand


# --------------------------------------------------------------------------------------------------- tapes


def prune_tapes(
    function: Function, tapes: Mapping[str, str | None], facts: dict[str, Fact], origins: Mapping[str, str]
) -> Function:
    """The program with tapes of what its reverse loops use; `tapes` names the tuples that are appended to them.

    `origins` gives the name in the forward sweep of what an outer tape hands to the reverse sweep.
    """
    used = used_names(function.body) | ({function.result} if isinstance(function.result, str) else set())
    definitions = step_definitions(function)
    run = _Pruning(function, used, Names.of(function), facts, definitions)
    for tape in find_tapes(function, tapes, definitions, origins):
        run.prune(tape)
    return run.changes.applied(function)


class _Pruning:
    """The work on all tapes of a function, of which the names `used` are read."""

    def __init__(
        self, function: Function, used: set[str], names: Names, facts: dict[str, Fact], definitions: Mapping[str, Step]
    ):
        self.changes = Changes()
        self._used = used
        self._names = names
        self._facts = facts
        self._definitions = definitions
        self._visible = {n for node in function.body for n in outer_names(node)} | {p.name for p in function.params}

    def prune(self, tape: Tape) -> None:
        """Takes off a tape what its reverse loop does not use, or does without the tape."""
        is_zipped = self._definitions[str(tape.reverse.iterable)].callee is zip
        index_step = tape.reverse.body[0] if is_zipped else None
        if tape.entry is not None and tape.take is not None:
            saved, taken = tape.entry.operands, tape.take.targets
        elif tape.entry is not None:
            saved, taken = (), ()
        else:
            item = index_step.targets[1] if isinstance(index_step, Step) else tape.reverse.target
            saved, taken = (tape.append.operands[1],), (item,)
        keep = [(s, t) for s, t in zip(saved, taken, strict=True) if t in self._used]
        if self._has_plain_range(tape, keep):
            self._go_without(tape, keep, index_step)
        elif len(keep) < len(saved) or not saved:
            self._make_smaller(tape, keep, index_step)

    def _has_plain_range(self, tape: Tape, keep: list) -> bool:
        """Whether the reverse loop can go backwards through what the forward loop goes through, instead of a tape."""
        loop = tape.loop
        if not isinstance(loop, ForLoop) or loop.until is not None or not isinstance(loop.iterable, str):
            return False
        if not all(s == loop.target for s, _ in keep):
            return False
        step = self._definitions.get(loop.iterable)
        if step is not None and step.callee is range:
            return all(isinstance(o, Const) or o in self._visible for o in step.operands)
        if keep or loop.iterable not in self._visible:
            return False
        return isinstance(fa.widen(self._facts.get(loop.iterable, fa.UNKNOWN)), (fa.Array, fa.List, fa.Tuple))

    def _go_without(self, tape: Tape, keep: list, index_step: Node | None) -> None:
        """The reverse loop goes over the reversed range, and there is no tape."""
        loop, facts, names, site = tape.loop, self._facts, self._names, tape.reverse.site
        assert isinstance(loop, ForLoop)
        step = self._definitions.get(str(loop.iterable))
        numbers = names.fresh("t")
        facts[numbers] = fa.Instance(range, fa.INT)
        if step is not None and step.callee is range:
            before: list[Node] = [replace(step, targets=(numbers,), site=site)]
        else:
            length = names.fresh("n")
            facts[length] = fa.INT
            before = [Step((length,), len, (loop.iterable,), (), site), Step((numbers,), range, (length,), (), site)]
        backwards = names.fresh("t")
        facts[backwards] = fa.Instance(reversed, fa.INT)
        before.append(Step((backwards,), reversed, (numbers,), (), site))
        body = tape.reverse.body[1:] if index_step is not None else tape.reverse.body
        body = tuple(n for n in body if n is not tape.take)
        if isinstance(index_step, Step):
            target = index_step.targets[0]
            self.changes.renamed.update({keep[0][1]: target} if keep else {})
        else:
            target = keep[0][1] if keep else names.fresh(loop.target)
        facts[target] = fa.INT
        new = replace(tape.reverse, target=target, iterable=backwards, body=body)
        self.changes.dropped.add(id(tape.append))
        self.changes.replaced[id(tape.reverse)] = (*before, new)

    def _make_smaller(self, tape: Tape, keep: list, index_step: Node | None) -> None:
        """The tape keeps only the values that are kept."""
        replaced = self.changes.replaced
        body = tuple(n for n in tape.reverse.body if n is not tape.take)
        item = index_step.targets[1] if isinstance(index_step, Step) else tape.reverse.target
        if not keep:
            replaced[id(tape.append)] = (replace(tape.append, operands=(tape.name, Const(None))),)
        elif len(keep) == 1:
            saved, taken = keep[0]
            replaced[id(tape.append)] = (replace(tape.append, operands=(tape.name, saved)),)
            self.changes.renamed.update({item: taken} if isinstance(index_step, Step) else {})
            item = taken
        else:
            assert tape.entry is not None and tape.take is not None
            replaced[id(tape.entry)] = (replace(tape.entry, operands=tuple(s for s, _ in keep)),)
            take = replace(tape.take, targets=tuple(t for _, t in keep))
            position = 1 if index_step is not None else 0
            body = (*body[:position], take, *body[position:])
        target = tape.reverse.target if isinstance(index_step, Step) else item
        replaced[id(tape.reverse)] = (replace(tape.reverse, target=target, body=body),)
