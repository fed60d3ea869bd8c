"""Which names a function binds, reads and hands to the functions inside it, found in one walk over its tree.

Guarantee.  Everything the lowering asks about names later is a look-up, so that its cost stays linear: what a
loop assigns, what a nested function reads from outside, and which variables a nested function cannot capture by
value, because they are assigned after it is made, or by it.  These are kept in cells.

Names bound by a comprehension belong to it alone and are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import gast

FunctionNode: TypeAlias = gast.FunctionDef | gast.Lambda | gast.GeneratorExp
CONSUMERS = frozenset(
    ["sum", "min", "max", "any", "all", "list", "tuple", "set", "frozenset", "dict", "sorted", "join"]
)
"""Functions by whose names a generator expression in a call is taken to be used up at once, and needs no function."""

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(frozen=True)
class Binding:
    """One place where a name is bound: its turn in the order of evaluation, and the loops around it."""

    time: int
    loops: tuple[int, ...]


@dataclass(frozen=True)
class Use:
    """One place where a name is read: the blocks around it, and whether it is only called there."""

    time: int
    blocks: tuple[int, ...]
    called: bool


@dataclass
class Scope:
    """What the walk found in one function.

    `bindings` are its local names; `free` the names read but not bound here, in order of first reading;
    `uses` where each is read; `inner` the scopes of the functions directly inside it, by node; `assigned` what
    each loop, comprehension, `try` or `with` binds, by node.  Of each nested function, `made_at` is its turn,
    `loops_around` and `blocks_around` say where it is, `called_by` the variable it is put in.  `shared` are the
    variables of each comprehension that functions capture, `nonlocals` what `nonlocal` says are variables of a
    function around.  `used_up` are the generator expressions that need no function.  `generator`: it has a `yield`;
    `yields` holds those that are statements.
    """

    node: FunctionNode
    params: tuple[str, ...]
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    uses: dict[str, list[Use]] = field(default_factory=dict)
    inner: dict[int, Scope] = field(default_factory=dict)
    assigned: dict[int, tuple[str, ...]] = field(default_factory=dict)
    loops_around: dict[int, tuple[int, ...]] = field(default_factory=dict)
    blocks_around: dict[int, tuple[int, ...]] = field(default_factory=dict)
    made_at: dict[int, int] = field(default_factory=dict)
    called_by: dict[int, str] = field(default_factory=dict)
    shared: dict[int, dict[str, None]] = field(default_factory=dict)
    nonlocals: set[str] = field(default_factory=set)
    used_up: set[int] = field(default_factory=set)
    generator: bool = False
    yields: set[int] = field(default_factory=set)

    @property
    def free(self) -> tuple[str, ...]:
        """The names that come from outside this function."""
        return tuple(name for name in self.uses if name not in self.bindings)

    @cached_property
    def assigned_outside(self) -> set[str]:
        """The variables of functions around that this function, or one inside it, assigns."""
        inner = (name for scope in self.inner.values() for name in scope.assigned_outside)
        return self.nonlocals | {name for name in inner if name not in self.bindings}

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The local variables that are kept in cells, in the order in which they are first bound."""
        found = {
            name
            for nested, scope in self.inner.items()
            for name in scope.free
            if name in self.bindings and (name in scope.assigned_outside or self._changes_after(name, nested))
        }
        return tuple(name for name in self.bindings if name in found)

    def _changes_after(self, name: str, nested: int) -> bool:
        """Whether `name` is bound after `nested` has captured it, or may be, in a loop around both.

        In a loop that is no harm if each call of `nested` follows its definition in the same trip.
        """
        loops = () if self._only_called_after(nested) else self.loops_around[nested]
        made = self.made_at[nested]
        return any(b.time > made or any(loop in loops for loop in b.loops) for b in self.bindings[name])

    def _only_called_after(self, nested: int) -> bool:
        """Whether a function is never handed on: it is called by its name, later in the block that defines it.

        A function that makes functions hands those on.
        """
        name, blocks = self.called_by.get(nested), self.blocks_around[nested]
        if name is None or len(self.bindings[name]) != 1 or self.inner[nested].inner:
            return False
        made = self.made_at[nested]
        return all(
            use.called and use.time > made and use.blocks[: len(blocks)] == blocks for use in self.uses.get(name, ())
        )


def scope_of(node: FunctionNode) -> Scope:
    r"""The scope of a function and those inside it.

    >>> tree = gast.parse("def f(x):\n    y = k * x\n    def g(z): return y * z\n    return g(2)").body[0]
    >>> scope = scope_of(tree)
    >>> list(scope.bindings), scope.free, scope.inner[id(tree.body[1])].free
    (['x', 'y', 'g'], ('k',), ('y',))
    """
    arguments = node.args
    params = (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg)
    scope = Scope(node, tuple(p.id for p in params if p is not None))
    for name in scope.params:
        scope.bindings[name] = [Binding(0, ())]
    walker = _Walker(scope)
    walker.visit(node.body)
    return scope


class _Walker:
    """Fills a `Scope`.  `visit_X` handles the node types that bind names or open scopes; others are passed through."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.loops: list[tuple[int, dict[str, None]]] = []
        self.attempts: list[dict[str, None]] = []
        self.hidden: list[tuple[int, set[str]]] = []
        self.blocks: list[int] = []
        self.time = 0

    def visit(self, node: gast.AST | Iterable | None) -> None:
        if isinstance(node, list):
            self.blocks.append(id(node))
            for item in node:
                self.visit(item)
            self.blocks.pop()
        elif isinstance(node, gast.AST):
            getattr(self, f"visit_{type(node).__name__}", self.visit_others)(node)

    def visit_others(self, node: gast.AST) -> None:
        for name in node._fields:
            self.visit(getattr(node, name, None))

    def tick(self) -> int:
        self.time += 1
        return self.time

    def bind(self, name: str) -> None:
        if name in self.scope.nonlocals:
            self.read(name)
            return
        place = Binding(self.tick(), tuple(loop for loop, _ in self.loops))
        self.scope.bindings.setdefault(name, []).append(place)
        for assigned in (*(assigned for _, assigned in self.loops), *self.attempts):
            assigned[name] = None

    def read(self, name: str, called: bool = False) -> None:
        if not any(name in names for _, names in self.hidden):
            self.scope.uses.setdefault(name, []).append(Use(self.tick(), tuple(self.blocks), called))

    def visit_Nonlocal(self, node: gast.Nonlocal) -> None:
        self.scope.nonlocals.update(node.names)

    def visit_Try(self, node: gast.Try) -> None:
        self.attempts.append({})
        self.visit(node.body)
        if not node.finalbody:
            self.scope.assigned[id(node)] = tuple(self.attempts.pop())
        self.visit(node.handlers)
        self.visit(node.orelse)
        if node.finalbody:
            self.scope.assigned[id(node)] = tuple(self.attempts.pop())
        self.visit(node.finalbody)

    def visit_With(self, node: gast.With) -> None:
        self.attempts.append({})
        self.visit_others(node)
        self.scope.assigned[id(node)] = tuple(self.attempts.pop())

    def visit_ExceptHandler(self, node: gast.ExceptHandler) -> None:
        self.visit(node.type)
        if node.name is not None:  # has no position of its own
            self.bind(getattr(node.name, "id", node.name))
        self.visit(node.body)

    def visit_MatchAs(self, node: gast.MatchAs) -> None:
        self.pattern(node, node.name)

    def visit_MatchStar(self, node: gast.MatchStar) -> None:
        self.pattern(node, node.name)

    def visit_MatchMapping(self, node: gast.MatchMapping) -> None:
        self.pattern(node, node.rest)

    def pattern(self, node: gast.AST, name: str | None) -> None:
        self.visit_others(node)
        if name is not None:
            self.bind(name)

    def visit_Name(self, node: gast.Name) -> None:
        if isinstance(node.ctx, gast.Load):
            self.read(node.id)
        else:
            self.bind(node.id)

    def visit_Call(self, node: gast.Call) -> None:
        if isinstance(node.func, gast.Name):
            self.read(node.func.id, called=True)
        else:
            self.visit(node.func)
        if _uses_up(node.func):
            for generator in (a for a in node.args if isinstance(a, gast.GeneratorExp)):
                self.scope.used_up.add(id(generator))
        self.visit(node.args)
        self.visit(node.keywords)

    def visit_Expr(self, node: gast.Expr) -> None:
        self.scope.yields.add(id(node.value))
        self.visit(node.value)

    def visit_Yield(self, node: gast.Yield | gast.YieldFrom) -> None:
        self.scope.generator = True
        self.visit(node.value)

    def visit_YieldFrom(self, node: gast.YieldFrom) -> None:
        self.visit_Yield(node)

    def visit_Assign(self, node: gast.Assign) -> None:
        if isinstance(node.value, gast.Lambda) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
            self.scope.called_by[id(node.value)] = node.targets[0].id
        if isinstance(node.value, gast.Yield):
            self.scope.yields.add(id(node.value))
        self.visit(node.value)
        self.visit(node.targets)

    def visit_AugAssign(self, node: gast.AugAssign) -> None:
        self.value_first(node)

    def visit_AnnAssign(self, node: gast.AnnAssign) -> None:
        self.value_first(node)

    def visit_NamedExpr(self, node: gast.NamedExpr) -> None:
        self.value_first(node)

    def value_first(self, node: gast.AugAssign | gast.AnnAssign | gast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_alias(self, node: gast.alias) -> None:
        self.bind((node.asname or node.name).partition(".")[0])

    def in_loop(self, node: gast.AST, parts: Iterable) -> None:
        assigned: dict[str, None] = {}
        self.loops.append((id(node), assigned))
        for part in parts:
            self.visit(part)
        self.loops.pop()
        self.scope.assigned[id(node)] = tuple(assigned)

    def visit_For(self, node: gast.For) -> None:
        self.visit(node.iter)
        self.in_loop(node, (node.target, node.body))
        self.visit(node.orelse)

    def visit_While(self, node: gast.While) -> None:
        self.in_loop(node, (node.test, node.body))
        self.visit(node.orelse)

    def visit_FunctionDef(self, node: gast.FunctionDef) -> None:
        if not node.decorator_list:
            self.scope.called_by[id(node)] = node.name
        self.function(node)
        self.bind(node.name)

    def visit_ClassDef(self, node: gast.ClassDef) -> None:
        """What its body binds is the class's; its methods are functions, which may refer to the class itself."""
        self.visit(node.decorator_list)
        self.visit(node.bases)
        for method in (n for n in node.body if isinstance(n, gast.FunctionDef)):
            inner = scope_of(method)
            inner.uses.pop(node.name, None)
            self.inside(method, inner)
        self.bind(node.name)

    def visit_Lambda(self, node: gast.Lambda) -> None:
        self.function(node)

    def function(self, node: FunctionNode) -> None:
        self.visit(getattr(node, "decorator_list", []))
        self.visit(node.args.defaults)
        self.visit(node.args.kw_defaults)
        self.inside(node, scope_of(node))

    def inside(self, node: FunctionNode, inner: Scope) -> None:
        """Notes a function directly inside this one."""
        self.scope.inner[id(node)] = inner
        self.scope.made_at[id(node)] = self.tick()
        self.scope.loops_around[id(node)] = tuple(loop for loop, _ in self.loops)
        self.scope.blocks_around[id(node)] = tuple(self.blocks)
        for name in inner.free:
            hiding = [comprehension for comprehension, names in self.hidden if name in names]
            if hiding:
                self.scope.shared.setdefault(hiding[-1], {})[name] = None
            self.read(name)

    def visit_ListComp(self, node: gast.ListComp) -> None:
        self.comprehension(node, [node.elt])

    def visit_SetComp(self, node: gast.SetComp) -> None:
        self.comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> None:
        """A function, unless it is used up at once."""
        if id(node) in self.scope.used_up:
            self.comprehension(node, [node.elt])
            return
        self.visit(node.generators[0].iter)
        assigned = [n.target.id for n in gast.walk(node) if isinstance(n, gast.NamedExpr)]
        for name in assigned:
            self.bind(name)
        inner = Scope(node, (), nonlocals=set(assigned), generator=True)
        _Walker(inner).clauses(node, [node.elt])
        self.inside(node, inner)

    def visit_DictComp(self, node: gast.DictComp) -> None:
        self.comprehension(node, [node.key, node.value])

    def comprehension(self, node: gast.AST, results: list) -> None:
        """The first iterable is read outside; the other parts see the variables, which nobody else does."""
        self.visit(node.generators[0].iter)
        self.clauses(node, results)

    def clauses(self, node: gast.AST, results: list) -> None:
        parts = [p for g in node.generators for p in (g.iter, *g.ifs)][1:]
        self.hidden.append((id(node), bound_by(node)))
        targets = [n for g in node.generators for n in _read_in_target(g.target)]
        self.in_loop(node, [*targets, *parts, *results])
        self.hidden.pop()


def _uses_up(callee: gast.AST) -> bool:
    """Whether a call is taken to use up a generator expression at once; `calls` refuses it if it does not."""
    if isinstance(callee, gast.Attribute):
        root = callee.value
        return callee.attr in CONSUMERS or isinstance(root, gast.Name) and root.id in ("np", "numpy", "math")
    return isinstance(callee, gast.Name) and callee.id in CONSUMERS


def bound_by(comprehension: gast.AST) -> set[str]:
    """The variables of a comprehension."""
    targets = (n for g in comprehension.generators for n in gast.walk(g.target) if isinstance(n, gast.Name))
    return {n.id for n in targets if not isinstance(n.ctx, gast.Load)}


def _read_in_target(target: gast.AST) -> list[gast.AST]:
    """The expressions evaluated in a comprehension's target, as in ``for x[i] in ...``."""
    found: list[gast.AST] = []
    for node in gast.walk(target):
        if isinstance(node, gast.Subscript):
            found += [node.value, node.slice]
        elif isinstance(node, gast.Attribute):
            found.append(node.value)
    return found
