"""The builder: steps are appended here, names become single assignments, arms of control flow join.

Guarantee.  At every point `here.env` maps each variable to the operand that holds its value.  Where two arms
meet, a variable that they leave different becomes a merge.  How control leaves (`return`, `break`, `continue`)
is kept in the same environment under `Flag`s, so that it is merged and carried by the same means; a flag that
is known while lowering costs nothing.

A variable that nested functions share is kept in a cell instead, a dict with one entry, which they capture: each
reading and each assignment of it is a step.

Merges and carried values are made for every variable assigned; `tidy` takes out those that nothing reads.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NoReturn

import gast

from srcad.errors import Site, UnsupportedError
from srcad.transform.lower.abandoned import Watch, is_lost, refuse_lost
from srcad.transform.lower.language import TABLE
from srcad.transform.lower.outside import Outside
from srcad.transform.lower.scopes import Scope
from srcad.transform.lower.sites import Sites
from srcad.wengert import UNDEFINED, Branch, Const, Merge, Names, Node, Operand, Step, Variable, make_dict

TRUE, FALSE = Const(True), Const(False)


class Flag(Enum):
    """How control has left: the value is the base of the names that hold it.

    `RETURNED`: the function has returned, `VALUE` is what.  `STOPPED`: the loop around ends (`break`, `return`).
    `SKIPPED`: the rest of this block does not run (these and `continue`).  Each implies the ones after it.
    """

    VALUE = "value"
    RETURNED = "returned"
    STOPPED = "stopped"
    SKIPPED = "skipped"


Key = str | Flag
NOT_LEFT: dict[Key, Operand] = {Flag.VALUE: UNDEFINED, Flag.RETURNED: FALSE, Flag.STOPPED: FALSE, Flag.SKIPPED: FALSE}


class Env(dict[Key, Operand]):
    """What variables stand for: those a block assigns, over those of the block around it, which stays as it is.

    Only the former are copied and joined, so that a branch costs what it assigns, not what there is.
    """

    def __init__(self, around: Env | None, own: Mapping[Key, Operand]):
        super().__init__(own)
        self._around = around

    def __missing__(self, key: Key) -> Operand:
        env = self._around
        while env is not None:
            if key in env:
                return dict.__getitem__(env, key)
            env = env._around
        raise KeyError(key)

    def seen(self, key: Key) -> Operand:
        """What a variable stands for; UNDEFINED if it is not assigned."""
        try:
            return self[key]
        except KeyError:
            return UNDEFINED


@dataclass
class Arm:
    """A block being filled, and what the variables are at its end.

    `raised`: its end is never reached, because it raises or loops for ever.
    """

    env: Env
    nodes: list[Node] = field(default_factory=list)
    raised: bool = False

    @property
    def left(self) -> bool:
        """Whether the end of the block is certainly not reached."""
        return self.raised or self.env[Flag.SKIPPED] == TRUE

    @property
    def forgets(self) -> bool:
        """Whether nobody reads the variables after this block."""
        return self.raised or self.env[Flag.RETURNED] == TRUE


@dataclass(frozen=True)
class Choice:
    """What a statement with two ways on comes to: a test, the first way, and what lowers the second.

    `orelse` is given the statements that are to follow it in the same arm.
    """

    test: Operand
    then: Arm
    orelse: Callable[[list[gast.AST]], None]


@dataclass
class Fork:
    """Where a block goes on after a statement: with `act`, unless `test` holds, then with the rest of the block.

    `taken` and `other` are what is known of variables and flags if `test` holds and if it does not.
    """

    test: Operand
    taken: dict[Key, Operand]
    other: dict[Key, Operand]
    act: Callable[[], None]


Handler = Callable[["Builder", Any, str], Operand]
EXPRESSIONS: dict[type, Handler] = {}
STATEMENTS: dict[type, Callable[[Builder, Any], None]] = {}


def expression(*kinds: type) -> Callable[[Handler], Handler]:
    """Registers the lowering of expression nodes: takes the builder, the node and the base for the result's name."""

    def register(handler: Handler) -> Handler:
        EXPRESSIONS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


def statement(*kinds: type) -> Callable[[Callable], Callable]:
    """Registers the lowering of statement nodes."""

    def register(handler: Callable[[Builder, Any], None]) -> Callable[[Builder, Any], None]:
        STATEMENTS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


class Builder:
    """The state of lowering one function."""

    def __init__(
        self, scope: Scope, outside: Outside, sites: Sites, names: Names, class_name: str | None, block, outermost=True
    ):
        self.scope = scope
        self.outside = outside
        self.sites = sites
        self.names = names
        self.class_name = class_name
        self.here = Arm(Env(None, NOT_LEFT))
        self.site: Site | None = None
        self.flags: set[str] = set()
        self.aliases: dict[str, Operand] = {}
        self.outermost = outermost
        self.consumed: set[int] = set()
        self.cells: dict[str, str] = {}
        self.statements = lambda nodes: block(self, nodes)
        self.watches: list[Watch] = []
        self.handled: list[Operand] = []
        self.lost: set[Operand] = set()
        self.certain: dict[Operand, dict[Key, Operand]] = {}
        self._made: dict[str, int] = {}

    # ------------------------------------------------------------------------------------ nodes of the tree

    def expr(self, node: gast.AST, like: str = "t") -> Operand:
        """Lowers an expression; a new result is called `like`."""
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            self.refuse_node(node)
        outer, self.site = self.site, self.sites.of(node)
        operand = handler(self, node, like)
        self.site = outer
        return operand

    def refuse(self, node: gast.AST, reason: str, remedy: str) -> NoReturn:
        """Raises for a node."""
        raise UnsupportedError(reason, remedy, self.sites.of(node))

    def refuse_node(self, node: gast.AST) -> NoReturn:
        """Raises for a node of a kind that is not supported."""
        row = TABLE[type(node).__name__]
        self.refuse(node, row.reason, row.remedy)

    # --------------------------------------------------------------------------------------------- steps

    def fresh(self, like: str) -> str:
        """A new name."""
        name = self.names.fresh(like)
        self._made[name] = len(self._made)
        return name

    def mark(self) -> int:
        """A point in time, for `made_since`."""
        return len(self._made)

    def made_since(self, operand: Operand, mark: int) -> bool:
        """Whether an operand is a name made after the mark."""
        return isinstance(operand, str) and self._made.get(operand, -1) >= mark

    def step(self, callee: Any, *operands: Operand, like: str = "t", keywords: tuple = ()) -> str:
        """Appends a step with one target and returns the target."""
        target = self.fresh(like)
        self.append(Step((target,), callee, operands, keywords, self.site))
        return target

    def effect(self, callee: Any, *operands: Operand, keywords: tuple = ()) -> None:
        """Appends a step without a target."""
        self.append(Step((), callee, operands, keywords, self.site))

    def append(self, node: Node) -> None:
        """Appends a node."""
        for watch in self.watches:
            watch.note(node, self.here.env)
        self.here.nodes.append(node)

    # --------------------------------------------------------------------------------------------- names

    def peek(self, name: str) -> Operand | None:
        """What a name stands for now; None for a local variable that is certainly not assigned."""
        operand = self.here.env.seen(name)
        if operand is not UNDEFINED:
            return operand
        return None if name in self.scope.bindings else self.outside.look_up(name)

    def read(self, name: str, node: gast.AST) -> Operand:
        """What a name stands for where `node` reads it."""
        if name in self.cells:
            return self.step(operator.getitem, self.cells[name], Const(Variable(name)), like=name)
        operand = self.peek(name)
        if operand is None:
            self.refuse(node, f"{name!r} is read before it is assigned.", f"assign {name!r} first.")
        refuse_lost(operand, self.sites.of(node))
        return operand

    def assign(self, name: str, operand: Operand) -> None:
        """Lets a variable stand for an operand."""
        if name in self.cells:
            self.effect(operator.setitem, self.cells[name], Const(Variable(name)), operand)
        else:
            self.here.env[name] = operand

    def delete(self, name: str) -> None:
        """Lets a variable stand for nothing."""
        if name in self.cells:
            self.effect(operator.delitem, self.cells[name], Const(Variable(name)))
        else:
            self.here.env[name] = UNDEFINED

    def make_cells(self, variables: Iterable[str]) -> None:
        """Keeps variables in cells from here on; a cell begins with the value there is."""
        for name in variables:
            value = self.here.env.get(name)
            given = () if value is None else (Const(Variable(name)), value)
            self.cells[name] = self.step(make_dict, *given, like=f"{name}_cell")

    # ---------------------------------------------------------------------------------------------- arms

    @contextmanager
    def inside(self, arm: Arm) -> Iterator[Arm]:
        """Appends to `arm`; what comes after it belongs to the same place in the source as what came before."""
        outer, site, self.here = self.here, self.site, arm
        yield arm
        self.here, self.site = outer, site

    def arm(self, lower: Callable[[], Any] | None = None, given: Mapping[Key, Operand] | None = None) -> Arm:
        """A new block that starts from the variables here (and those given), filled by `lower`."""
        with self.inside(Arm(Env(self.here.env, given or {}))) as arm:
            if lower is not None:
                lower()
        return arm

    def choose(self, test: Operand, then: Callable[[], Operand], orelse: Callable[[], Operand], like: str) -> str:
        """A branch with a value: the operand that one arm or the other returns."""
        values: list[Operand] = []
        arms = []
        for lower in (then, orelse):
            with self.inside(Arm(Env(self.here.env, {}))) as arm:
                values.append(lower())
            arms.append(arm)
        target = self.fresh(like)
        self.join(test, arms[0], arms[1], (Merge(target, values[0], values[1]),))
        return target

    def join(
        self,
        test: Operand,
        then: Arm,
        orelse: Arm,
        merges: tuple[Merge, ...] = (),
        kind: Callable[..., Branch] = Branch,
    ) -> dict[Key, Operand]:
        """Appends the branch of two arms; from here on variables stand for what the arm taken left.

        Returns what those that the second arm has lost stand for where it was the first one.
        """
        before, extra = self.here.env, []
        lost: dict[Key, tuple[Operand, Operand]] = {}
        env: dict[Key, Operand] = {}
        flags: dict[tuple[Operand, Operand], str] = {}
        for key in {**then.env, **orelse.env}:
            a, b = then.env.seen(key), orelse.env.seen(key)
            same = self._joined(key, a, b, before.seen(key), then, orelse)
            if same is not None:
                env[key] = same
                continue
            if isinstance(key, str) and then.forgets != orelse.forgets:
                a, b = (UNDEFINED, b) if then.forgets else (a, UNDEFINED)
            if isinstance(key, Flag) and (a, b) in flags:
                env[key] = flags[a, b]
                continue
            env[key] = target = self.fresh(key.value if isinstance(key, Flag) else key)
            extra.append(Merge(target, a, b))
            if self.is_lost(a) or self.is_lost(b):
                lost[key] = (a, b)
            if isinstance(key, Flag) and key is not Flag.VALUE:
                flags[a, b] = target
                self.flags.add(target)
        certain = {key: self._merged(extra, key, a, UNDEFINED) for key, (a, b) in lost.items() if is_lost(b)}
        skipped = env.get(Flag.SKIPPED, before[Flag.SKIPPED])
        for key, (a, b) in lost.items():
            self.lost.add(env[key])
            left, right = self._certain(then, key, a), self._certain(orelse, key, b)
            if left is not None and right is not None:
                self.certain.setdefault(skipped, {})[key] = self._merged(extra, key, left, right)
        self.append(kind(test, tuple(then.nodes), tuple(orelse.nodes), (*merges, *extra), self.site))
        before.update(env)
        self.here.raised = then.raised and orelse.raised
        return certain

    # --------------------------------------------------------------------------------- lost and certain values

    def is_lost(self, operand: Operand) -> bool:
        """Whether an operand may stand for no certain value."""
        return is_lost(operand) or operand in self.lost

    def unless_left(self) -> dict[Key, Operand]:
        """What the variables that may be lost stand for where the flag `SKIPPED` does not hold."""
        known = self.certain.get(self.here.env[Flag.SKIPPED], {})
        return {key: operand for key, operand in known.items() if self.is_lost(self.here.env.seen(key))}

    def _certain(self, arm: Arm, key: Key, operand: Operand) -> Operand | None:
        """What a variable stands for at the end of an arm, where that is reached; None if that is not certain."""
        if arm.left:
            return UNDEFINED
        return self.certain.get(arm.env[Flag.SKIPPED], {}).get(key) if self.is_lost(operand) else operand

    def _merged(self, merges: list[Merge], key: Key, then: Operand, orelse: Operand) -> str:
        target = self.fresh(str(key))
        merges.append(Merge(target, then, orelse))
        return target

    def _joined(self, key: Key, a: Operand, b: Operand, before: Operand, then: Arm, orelse: Arm) -> Operand | None:
        """What a variable stands for after two arms if that needs no merge."""
        if a == b:
            return a
        silent = (then.raised, orelse.raised) if isinstance(key, Flag) else (then.forgets, orelse.forgets)
        if all(silent):
            return before
        if any(silent):
            heard = b if silent[0] else a
            if isinstance(heard, Const) or heard == before:
                return heard
        return None
