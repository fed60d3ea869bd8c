"""Walking Wengert lists, the names in them, and replacing names.

Guarantee: nothing here changes a list; what is replaced is replaced in a new one.  All costs are linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from srcad.wengert.nodes import (
    Attempt,
    Branch,
    Carried,
    ForLoop,
    Function,
    MakeFunction,
    Merge,
    Node,
    Operand,
    Recursion,
    Step,
    WhileLoop,
)


def blocks(node: Node) -> tuple[tuple[Node, ...], ...]:
    """The blocks of steps directly inside a node."""
    match node:
        case Step():
            return ()
        case Branch():
            return (node.then, node.orelse)
        case ForLoop():
            return (node.body,)
        case WhileLoop():
            return (node.test_steps, node.body)
    raise TypeError(f"not a node: {node!r}")


def with_blocks(node: Node, inside: Sequence[tuple[Node, ...]]) -> Node:
    """The node with other blocks inside, in the order of `blocks`; the very node if they are its own."""
    if all(new is old for new, old in zip(inside, blocks(node), strict=True)):
        return node
    match node:
        case Branch():
            return replace(node, then=inside[0], orelse=inside[1])
        case ForLoop():
            return replace(node, body=inside[0])
        case WhileLoop():
            return replace(node, test_steps=inside[0], body=inside[1])
    return node


def map_blocks(change: Callable[[tuple[Node, ...]], tuple[Node, ...]], node: Node) -> Node:
    """The node with every block inside it changed; the very node where nothing is."""
    return node if isinstance(node, Step) else with_blocks(node, tuple(map(change, blocks(node))))


def as_before(new: Sequence[Node], old: tuple[Node, ...]) -> tuple[Node, ...]:
    """The new nodes; the old tuple if they are the same ones, so that what did not change can be told by identity."""
    return old if len(new) == len(old) and all(a is b for a, b in zip(new, old, strict=True)) else tuple(new)


def node_as_before(new: Node, old: Node) -> Node:
    """The new node; the old one if it has the very same blocks and equal operands."""
    for part in old.__dataclass_fields__:
        a, b = getattr(new, part), getattr(old, part)
        if a is not b and (part in _BLOCKS or a != b):
            return new
    return old


_BLOCKS = frozenset({"then", "orelse", "test_steps", "body"})


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """All nodes, outer ones first, in program order."""
    open_blocks = [iter(nodes)]
    while open_blocks:
        for node in open_blocks[-1]:
            yield node
            if not isinstance(node, Step):
                open_blocks.append(chain.from_iterable(blocks(node)))
                break
        else:
            open_blocks.pop()


def callees(function: Function) -> list[Function | Recursion]:
    """The lists that a function's steps call, each as it is called, with those that these call."""
    found: list[Function | Recursion] = []
    todo, seen = [function], {function}
    while todo:
        for node in walk(todo.pop().body):
            if isinstance(node, Step) and isinstance(node.callee, (Function, Recursion)):
                found.append(node.callee)
                called = node.callee.function if isinstance(node.callee, Recursion) else node.callee
                if called is not None and called not in seen:
                    seen.add(called)
                    todo.append(called)
    return found


def own_operands(node: Node) -> tuple[Operand, ...]:
    """The operands a node reads itself, not counting the blocks inside it."""
    if type(node) is Step:  # most nodes are
        return node.operands + tuple(v for _, v in node.keywords) if node.keywords else node.operands
    match node:
        case Branch():
            return (node.test, *(o for m in node.merges for o in (m.then, m.orelse)))
        case ForLoop():
            ends = (node.until,) if node.until is not None else ()
            return (node.iterable, *(o for c in node.carried for o in (c.init, c.next)), *ends)
        case WhileLoop():
            ends = (node.until,) if node.until is not None else ()
            return (node.test, *(o for c in node.carried for o in (c.init, c.next)), *ends)
    raise TypeError(f"not a node: {node!r}")


def outer_names(node: Node) -> tuple[str, ...]:
    """The names a node defines for the steps after it."""
    if type(node) is Step:  # most nodes are
        return node.targets
    match node:
        case Branch():
            return tuple(m.target for m in node.merges)
        case _:
            return tuple(c.result for c in node.carried)


def inner_names(node: Node) -> tuple[str, ...]:
    """The names a node itself defines for its own blocks."""
    match node:
        case ForLoop():
            return (node.target, *(c.name for c in node.carried))
        case WhileLoop():
            return tuple(c.name for c in node.carried)
        case Attempt(error=str() as error):
            return (error,)
        case _:
            return ()


def defined_names(nodes: Iterable[Node]) -> set[str]:
    """All names defined in the nodes, at any depth."""
    found: set[str] = set()
    for node in walk(nodes):
        found.update(outer_names(node))
        if not isinstance(node, Step):
            found.update(inner_names(node))
    return found


def used_names(nodes: Iterable[Node]) -> set[str]:
    """All names read in the nodes, at any depth."""
    return {o for node in walk(nodes) for o in own_operands(node) if isinstance(o, str)}


def free_names(nodes: Iterable[Node]) -> set[str]:
    """The names read in the nodes and defined outside them."""
    nodes = tuple(nodes)
    return used_names(nodes) - defined_names(nodes)


def base(name: str) -> str:
    """The identifier a name goes back to.

    >>> base("h.3"), base("x")
    ('h', 'x')
    """
    return name.partition(".")[0]


class Names:
    """A supply of fresh names.

    >>> names = Names({"x", "x.1"})
    >>> names.fresh("x"), names.fresh("x.1"), names.fresh("y")
    ('x.2', 'x.3', 'y')
    """

    def __init__(self, taken: Iterable[str] = ()):
        self._taken = set(taken)
        self._count: dict[str, int] = {}

    @classmethod
    def of(cls, function: Function) -> Names:
        """A supply that avoids the names of a function."""
        return cls(all_names(function))

    def take(self, names: Iterable[str]) -> None:
        """Marks further names as taken."""
        self._taken.update(names)

    def fresh(self, like: str) -> str:
        """A name not given before, with the base of `like`."""
        stem = base(like)
        if stem not in self._taken:
            self._taken.add(stem)
            return stem
        count = self._count.get(stem, 0)
        while (name := f"{stem}.{(count := count + 1)}") in self._taken:
            pass
        self._count[stem] = count
        self._taken.add(name)
        return name

    def parameter(self, like: str) -> str:
        """A name not given before that is printed as it is."""
        name, count = like, 1
        while self.fresh(name) != name:
            count += 1
            name = f"{like}_{count}"
        return name


def all_names(function: Function) -> set[str]:
    """Every name of a function."""
    found = {p.name for p in function.params} | {c.name for c in function.captures}
    for node in walk(function.body):
        found.update(outer_names(node))
        if not isinstance(node, Step):
            found.update(inner_names(node))
        found.update(o for o in own_operands(node) if isinstance(o, str))
    return found


# --------------------------------------------------------------------------------------------- rewriting


def substitute(nodes: Iterable[Node], names: Mapping[str, Operand]) -> tuple[Node, ...]:
    """Replaces names, where they are read and where they are defined.

    A name that is defined in the nodes must be replaced by a name.
    """

    def use(o: Operand | None) -> Any:
        return names.get(o, o) if isinstance(o, str) else o

    def carried(entries: tuple[Carried, ...]) -> tuple[Carried, ...]:
        return tuple(Carried(use(c.name), use(c.init), use(c.next), use(c.result)) for c in entries)

    def one(node: Node) -> Node:
        if type(node) is Step:  # most nodes are
            return Step(
                tuple(map(use, node.targets)),
                node.callee,
                tuple(map(use, node.operands)),
                tuple((k, use(o)) for k, o in node.keywords),
                node.site,
            )
        match node:
            case Branch():
                merges = tuple(Merge(use(m.target), use(m.then), use(m.orelse)) for m in node.merges)
                new = replace(node, test=use(node.test), then=many(node.then), orelse=many(node.orelse), merges=merges)
                return replace(new, error=use(new.error)) if isinstance(new, Attempt) else new
            case ForLoop():
                return ForLoop(
                    use(node.target),
                    use(node.iterable),
                    many(node.body),
                    carried(node.carried),
                    use(node.until),
                    node.site,
                )
            case WhileLoop():
                return WhileLoop(
                    many(node.test_steps),
                    use(node.test),
                    many(node.body),
                    carried(node.carried),
                    use(node.until),
                    node.site,
                )
        raise TypeError(f"not a node: {node!r}")

    def many(block: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(one(node) for node in block)

    return many(nodes)


def renamed(function: Function, names: Names) -> Function:
    """The function with all names of its body replaced by fresh ones (parameters too, captures not)."""
    kept = {c.name for c in function.captures}
    own = [p.name for p in function.params]
    own += sorted(defined_names(function.body) - set(own) - kept)
    new = {name: names.fresh(name) for name in own}
    return replace(
        function,
        params=tuple(replace(p, name=new[p.name]) for p in function.params),
        body=substitute(function.body, new),
        result=new.get(function.result, function.result) if isinstance(function.result, str) else function.result,
    )


def placeless(function: Function) -> Function:
    """The function without sites: its steps belong to whatever statement calls it."""

    def many(nodes: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(map(one, nodes))

    def one(node: Node) -> Node:
        if isinstance(node, Step) and isinstance(node.callee, MakeFunction):
            node = replace(node, callee=replace(node.callee, function=placeless(node.callee.function)))
        return with_blocks(replace(node, site=None), tuple(map(many, blocks(node))))

    return replace(function, body=many(function.body), site=None)


def as_forward(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes as steps of a forward sweep: what differentiates a derivative must find its very values.

    >>> from srcad.errors import Site
    >>> (step,) = as_forward([Step(("d_x",), abs, ("d_y",), (), Site("f", "m.py", 1, adjoint=True))])
    >>> step.site.adjoint
    False
    """

    def one(node: Node) -> Node:
        if node.site is not None and node.site.adjoint:
            node = replace(node, site=replace(node.site, adjoint=False))
        return with_blocks(node, tuple(map(as_forward, blocks(node))))

    return tuple(map(one, nodes))
