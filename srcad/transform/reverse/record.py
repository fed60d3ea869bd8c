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
from dataclasses import dataclass, replace

import numpy as np

from srcad import facts as fa
from srcad import runtime as rt
from srcad.errors import UnsupportedError
from srcad.facts import Fact
from srcad.transform.analyses import effects
from srcad.transform.reverse.handing import handed_memory
from srcad.transform.reverse.sweep import Sweep
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
    as_before,
    base,
    callee_name,
    identity,
    make_list,
    make_tuple,
    map_blocks,
    outer_names,
    own_operands,
    substitute,
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


@dataclass
class Tape:
    """What is known of one tape: the forward loop, its entry, and the reverse loop's way of taking it."""

    name: str
    loop: ForLoop | WhileLoop
    append: Step
    entry: Step | None
    reverse: ForLoop
    take: Step | None
    keep: tuple[int, ...] = ()


def prune_tapes(
    function: Function, tapes: Mapping[str, str | None], facts: dict[str, Fact], origins: Mapping[str, str]
) -> Function:
    """The program with tapes of what its reverse loops use; `tapes` names the tuples that are appended to them.

    `origins` gives the name in the forward sweep of what an outer tape hands to the reverse sweep.
    """
    used = used_names(function.body) | ({function.result} if isinstance(function.result, str) else set())
    names = Names.of(function)
    definitions = {t: n for n in walk(function.body) if isinstance(n, Step) for t in n.targets}
    for tape, entry in tapes.items():
        found = find_tape(function, tape, entry, definitions, origins)
        if found is None:
            continue
        function = _pruned(function, found, used, names, facts, definitions)
        definitions = {t: n for n in walk(function.body) if isinstance(n, Step) for t in n.targets}
    return function


def find_tape(
    function: Function, tape: str, packed: str | None, definitions: dict[str, Step], origins: Mapping[str, str]
) -> Tape | None:
    """Finds the parts of a tape; None if it is used in another way than the reverse transformation left it."""
    loop = append = reverse = None
    for node in walk(function.body):
        if isinstance(node, (ForLoop, WhileLoop)):
            for inner in node.body:
                if isinstance(inner, Step) and inner.callee == Method("append") and inner.operands[0] == tape:
                    loop, append = node, inner
            if isinstance(node, ForLoop) and _iterates(node.iterable, tape, definitions, origins):
                reverse = node
    if loop is None or append is None or reverse is None or not reverse.body:
        return None
    entry = definitions[packed] if packed is not None and append.operands[1] == packed else None
    take = next((n for n in reverse.body if isinstance(n, Step) and n.callee is identity and len(n.targets) > 1), None)
    zipped = definitions[reverse.iterable].callee is zip
    if zipped:
        take = None
        for node in reverse.body[1:2]:
            if isinstance(node, Step) and node.callee is identity and len(node.targets) > 1 and entry is not None:
                take = node
    return Tape(tape, loop, append, entry, reverse, take if entry is not None else None)


def _iterates(iterable: Operand, tape: str, definitions: dict[str, Step], origins: Mapping[str, str]) -> bool:
    step = definitions.get(iterable) if isinstance(iterable, str) else None
    if step is None:
        return False
    if step.callee is reversed:
        name = step.operands[0]
        while name in origins and name != tape:
            name = origins[name]
        return name == tape
    return step.callee is zip and len(step.operands) == 2 and _iterates(step.operands[1], tape, definitions, origins)


def _pruned(
    function: Function, tape: Tape, used: set[str], names: Names, facts: dict[str, Fact], definitions: dict[str, Step]
) -> Function:
    zipped = definitions[tape.reverse.iterable].callee is zip
    if not tape.reverse.body:
        return function
    index_step = tape.reverse.body[0] if zipped else None
    if tape.entry is not None and tape.take is not None:
        saved, taken = tape.entry.operands, tape.take.targets
    elif tape.entry is not None:
        saved, taken = (), ()
    else:
        item = index_step.targets[1] if isinstance(index_step, Step) else tape.reverse.target
        saved, taken = (tape.append.operands[1],), (item,)
    keep = [(s, t) for s, t in zip(saved, taken, strict=True) if t in used]
    plain = _plain_range(function, tape, keep, facts, definitions)
    if plain is not None:
        return _without_tape(function, tape, keep, index_step, names, facts, definitions)
    if len(keep) == len(saved) and saved:
        return function
    return _smaller(function, tape, keep, index_step, names, facts)


def _plain_range(
    function: Function, tape: Tape, keep: list, facts: dict[str, Fact], definitions: dict[str, Step]
) -> Operand | None:
    """What the reverse loop can iterate over backwards instead of a tape."""
    loop = tape.loop
    visible = {n for node in function.body for n in outer_names(node)} | {p.name for p in function.params}
    if not isinstance(loop, ForLoop) or loop.until is not None or not isinstance(loop.iterable, str):
        return None
    if not all(s == loop.target for s, _ in keep):
        return None
    step = definitions.get(loop.iterable)
    if step is not None and step.callee is range:
        return loop.iterable if all(isinstance(o, Const) or o in visible for o in step.operands) else None
    if keep or loop.iterable not in visible:
        return None
    sized = isinstance(fa.widen(facts.get(loop.iterable, fa.UNKNOWN)), (fa.Array, fa.List, fa.Tuple))
    return loop.iterable if sized else None


def _without_tape(
    function: Function,
    tape: Tape,
    keep: list,
    index_step: Node | None,
    names: Names,
    facts: dict[str, Fact],
    definitions: dict[str, Step],
) -> Function:
    """The reverse loop over the reversed range, and no tape."""
    loop = tape.loop
    step = definitions.get(loop.iterable)
    site = tape.reverse.site
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
        body = substitute(body, {keep[0][1]: target}) if keep else body
    else:
        target = keep[0][1] if keep else names.fresh(loop.target)
    facts[target] = fa.INT
    new = replace(tape.reverse, target=target, iterable=backwards, body=body)
    dropped = {id(tape.append)}
    return replaced(function, {id(tape.reverse): (*before, new)}, dropped)


def _smaller(
    function: Function, tape: Tape, keep: list, index_step: Node | None, names: Names, facts: dict[str, Fact]
) -> Function:
    """The tape with only the values that are kept."""
    changes: dict[int, tuple[Node, ...]] = {}
    body = tuple(n for n in tape.reverse.body if n is not tape.take)
    item = index_step.targets[1] if isinstance(index_step, Step) else tape.reverse.target
    if not keep:
        append = replace(tape.append, operands=(tape.name, Const(None)))
    elif len(keep) == 1:
        append = replace(tape.append, operands=(tape.name, keep[0][0]))
        body = substitute(body, {item: keep[0][1]}) if isinstance(index_step, Step) else body
        item = keep[0][1]
    else:
        assert tape.entry is not None and tape.take is not None
        append = tape.append
        changes[id(tape.entry)] = (replace(tape.entry, operands=tuple(s for s, _ in keep)),)
        take = replace(tape.take, targets=tuple(t for _, t in keep))
        position = 1 if index_step is not None else 0
        body = (*body[:position], take, *body[position:])
    changes[id(tape.append)] = (append,)
    target = tape.reverse.target if isinstance(index_step, Step) else item
    changes[id(tape.reverse)] = (replace(tape.reverse, target=target, body=body),)
    return replaced(function, changes, set())


def replaced(function: Function, changes: dict[int, tuple[Node, ...]], dropped: set[int]) -> Function:
    """The function with some nodes replaced by others and some left out."""

    def block(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        new: list[Node] = []
        for node in nodes:
            if id(node) in dropped:
                continue
            for one in changes.get(id(node), (node,)):
                new.append(map_blocks(block, one))
        return as_before(new, nodes)

    return replace(function, body=block(function.body))
