"""Sums that begin as a number and become an array: `s = 0.0`, and `s += x` in a loop.

The first `+=` makes a new array, the later ones write into it.  Where nobody else can see that array, and adding
changes neither its dtype nor its shape, whether it is written to or replaced makes no difference.  Replaced, it needs
no shadow, of which nobody could say whether it is one of a number or of an array.  Where facts do not tell dtype and
shape, the program looks at them as it runs.

Guarantee: the function computes what it computed before, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad import runtime as rt
from srcad.facts import Array, Either, Fact, Unknown
from srcad.transform.analyses import effects
from srcad.transform.analyses.facts import step_fact
from srcad.transform.analyses.memory import Memory
from srcad.transform.helpers import Specialised
from srcad.wengert import (
    Attempt,
    Branch,
    ForLoop,
    Function,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    all_names,
    blocks,
    defined_names,
    exposed,
    identity,
    own_operands,
    walk,
    with_blocks,
)


def rebind_sums(specialised: Specialised) -> Specialised:
    """The function with `op=` on what is a number or an array replaced by `op`, where that is the same."""
    function, facts = specialised.function, specialised.facts
    candidates = [n for n in walk(function.body) if isinstance(n, Step) and _is_undecided(n, facts)]
    if not candidates:
        return specialised
    memory = Memory(function.body, facts, separate=frozenset(p.name for p in function.params))
    owners = _Owners(function)
    names = Names.of(function)
    chosen = {
        id(n): _plain(n, names, specialised.facts)
        for n in candidates
        if _is_private(str(n.operands[0]), function, memory, owners)
    }
    return replace(specialised, function=replace(function, body=_rebound(function.body, chosen)))


def _rebound(nodes: tuple[Node, ...], chosen: Mapping[int, tuple[Step, ...]]) -> tuple[Node, ...]:
    new: list[Node] = []
    for node in nodes:
        inside = with_blocks(node, [_rebound(block, chosen) for block in blocks(node)])
        new.extend(chosen.get(id(node), (inside,)))
    return tuple(new)


def _is_undecided(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step is `op=` on what may be a number and may be an array."""
    if effects.hashable(step.callee) not in effects.IN_PLACE or len(step.targets) != 1:
        return False
    return isinstance(effects.fact_of_operand(step.operands[0], facts), (Either, Unknown))


def _plain(step: Step, names: Names, facts: dict[str, Fact]) -> tuple[Step, ...]:
    """The operator in place of `op=`, with a check that it is the same where facts do not say so."""
    plain = replace(step, callee=effects.IN_PLACE[step.callee])
    if _keeps_its_kind(plain, facts):
        return (plain,)
    new = names.fresh("t")
    facts[new] = facts[step.target]
    return replace(plain, targets=(new,)), Step(step.targets, rt.rebound, (new, step.operands[0]), (), step.site)


def _keeps_its_kind(plain: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether an operator on an array certainly gives an array of the same dtype and shape."""
    old, value = (effects.fact_of_operand(o, facts) for o in plain.operands)
    if not isinstance(old, Either) or old.array.shape is None:
        return False
    new = step_fact(plain.callee, [old.array, value], {})
    if not isinstance(new, Array) or new.dtype is None or new.dtype != old.array.dtype or new.ndim != old.array.ndim:
        return False
    return all(d.one is False or d == n for d, n in zip(old.array.shape, new.shape or (), strict=True))


def _is_private(name: str, function: Function, memory: Memory, owners: _Owners) -> bool:
    """Whether the memory of a name is known by this name and those that follow each other in its place, only."""
    region = memory.region(name)
    if region is None or memory.is_given(name):
        return False
    own = owners.of(name)
    for other in all_names(function):
        if other not in own and region in memory.reach(other) or other in own and other in owners.shared:
            return False
    return True


class _Owners:
    """Sets of names that hand one value on to each other; `shared` are those still read after they were handed on."""

    def __init__(self, function: Function):
        self._next: dict[str, str] = {}
        self.shared: set[str] = set()
        moved: set[str] = set()
        self._block(function.body, moved)
        self._read(function.result, moved)

    def of(self, name: str) -> frozenset[str]:
        """The names that hand a value on to each other, this one among them."""
        root = self._root(name)
        return frozenset(n for n in (*self._next, name) if self._root(n) == root)

    def _root(self, name: str) -> str:
        while self._next.get(name, name) != name:
            name = self._next[name]
        return name

    def _hand_on(self, source: Operand, target: str, moved: set[str]) -> None:
        self._next.setdefault(target, target)
        if isinstance(source, str):
            self._read(source, moved)
            self._next.setdefault(source, source)
            self._next[self._root(source)] = self._root(target)
            moved.add(source)

    def _read(self, operand: Operand, moved: set[str]) -> None:
        if isinstance(operand, str) and operand in moved:
            self.shared.add(operand)

    def _block(self, nodes: tuple[Node, ...], moved: set[str]) -> None:
        """Follows the values through a block; `moved` are the names handed on so far."""
        for node in nodes:
            match node:
                case Step():
                    self._step(node, moved)
                case Branch():
                    self._read(node.test, moved)
                    after, abandoned = [], set[str]()
                    for block, arm in ((node.then, "then"), (node.orelse, "orelse")):
                        inside = moved | abandoned
                        self._block(block, inside)
                        abandoned = inside - _kept(node) if isinstance(node, Attempt) else abandoned
                        for merge in node.merges:
                            self._hand_on(getattr(merge, arm), merge.target, inside)
                        after.append(inside)
                    moved |= after[0] | after[1]
                case ForLoop() | WhileLoop():
                    self._loop(node, moved)

    def _step(self, step: Step, moved: set[str]) -> None:
        for operand in own_operands(step):
            self._read(operand, moved)
        in_place = effects.hashable(step.callee) in effects.IN_PLACE
        if len(step.targets) == 1 and (in_place or step.callee is identity):
            self._hand_on(step.operands[0], step.target, moved)

    def _loop(self, node: ForLoop | WhileLoop, moved: set[str]) -> None:
        if isinstance(node, ForLoop):
            self._read(node.iterable, moved)
        for c in node.carried:
            self._hand_on(c.init, c.name, moved)
        inside = set(moved)
        for block in blocks(node):
            self._block(block, inside)
        for c in node.carried:
            self._hand_on(c.next, c.result, inside)
            self._hand_on(c.name, c.result, set())
        for name in inside - moved - defined_names((node,)):
            self.shared.add(name)  # it is handed on in each trip
        moved |= inside


def _kept(node: Attempt) -> set[Operand]:
    """What the last steps of a body read: where it is abandoned, they have not handed it on."""
    done = {id(step) for step in exposed(node.then)}
    return {o for n in node.then if isinstance(n, Step) and id(n) not in done for o in own_operands(n)}
