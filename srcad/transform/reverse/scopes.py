"""Which names can be read where: those defined before a node, in its own block or in one around it.

Guarantee: one walk over a function finds all places, and whether a name can be read at one is then a look-up.
"""

from __future__ import annotations

from collections.abc import Mapping

from srcad.wengert import Function, Node, blocks, inner_names, outer_names

Place = Mapping[int, int]
"""How far each scope that a node stands in is done when the node begins."""


class Scopes:
    """The places of a function's nodes and names.

    >>> from srcad.wengert import Const, ForLoop, Param, Step
    >>> inside = Step(("y",), abs, ("k",))
    >>> loop = ForLoop("k", "n", (inside,), ())
    >>> scopes = Scopes(Function("f", (Param("n"),), (loop, Step(("z",), abs, (Const(1),))), "z"))
    >>> [scopes.sees(scopes.place(inside), name) for name in ("n", "k", "y", "z")]
    [True, True, False, False]
    """

    def __init__(self, function: Function):
        self._around: list[tuple[int, int]] = [(0, 0)]  # for each scope the one around it, and where it begins there
        self._nodes: dict[int, tuple[int, int]] = {}
        self._names = {p.name: (0, -1) for p in function.params} | {c.name: (0, -1) for c in function.captures}
        todo: list[tuple[int, tuple[Node, ...]]] = [(0, function.body)]
        while todo:
            scope, nodes = todo.pop()
            for position, node in enumerate(nodes):
                self._nodes[id(node)] = scope, position
                self._names.update((name, (scope, position)) for name in outer_names(node))
                if inside := blocks(node):
                    own = self._new(scope, position)  # of the names that all its blocks see
                    self._names.update((name, (own, -1)) for name in inner_names(node))
                    todo += [(self._new(own, 0), block) for block in inside]

    def _new(self, scope: int, position: int) -> int:
        self._around.append((scope, position))
        return len(self._around) - 1

    def place(self, node: Node) -> Place:
        """Where a node stands."""
        scope, position = self._nodes[id(node)]
        found = {scope: position}
        while scope:
            scope, position = self._around[scope]
            found[scope] = position
        return found

    def sees(self, place: Place, name: str) -> bool:
        """Whether a name is defined at a place."""
        if name not in self._names:
            return False
        scope, position = self._names[name]
        return position < place.get(scope, -1)

    def position(self, node: Node) -> int | None:
        """Where a node stands in the function's own block; None if it is inside of others."""
        scope, position = self._nodes[id(node)]
        return None if scope else position
