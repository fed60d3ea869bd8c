"""The tapes of a program of both sweeps: where each is filled and taken from, and changes to all of them at once.

Guarantee: finding all tapes costs one walk over the program, and so does changing them, however many there are.
Passes that work tape by tape therefore decide everything on one program, and note what they change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from srcad.wengert import (
    ForLoop,
    Function,
    Method,
    Node,
    Operand,
    Step,
    WhileLoop,
    as_before,
    identity,
    map_blocks,
    substitute,
    walk,
)


@dataclass
class Tape:
    """What is known of one tape: the forward loop, its entry, and the reverse loop's way of taking it."""

    name: str
    loop: ForLoop | WhileLoop
    append: Step
    entry: Step | None
    reverse: ForLoop
    take: Step | None


def step_definitions(function: Function) -> dict[str, Step]:
    """The steps that define the names of a function."""
    return {t: n for n in walk(function.body) if isinstance(n, Step) for t in n.targets}


def find_tapes(
    function: Function,
    tapes: Mapping[str, str | None],
    definitions: Mapping[str, Step],
    origins: Mapping[str, str],
) -> Iterator[Tape]:
    """The tapes, in their order, but for those used in another way than the reverse transformation left them.

    `tapes` names the tuples that are appended to them; `origins` gives the name in the forward sweep of what an
    outer tape hands to the reverse sweep.
    """
    filled: dict[str, tuple[ForLoop | WhileLoop, Step]] = {}
    taken: dict[str, ForLoop] = {}
    for node in walk(function.body):
        if isinstance(node, (ForLoop, WhileLoop)):
            for inner in node.body:
                if isinstance(inner, Step) and inner.callee == _APPEND and inner.operands[0] in tapes:
                    filled[str(inner.operands[0])] = node, inner
            if isinstance(node, ForLoop):
                taken.update((name, node) for name in _reversed_names(node.iterable, definitions, origins))
    for name, packed in tapes.items():
        if name in filled and name in taken and taken[name].body:
            loop, append = filled[name]
            entry = definitions[packed] if packed is not None and append.operands[1] == packed else None
            take = _take(taken[name], entry, definitions) if entry is not None else None
            yield Tape(name, loop, append, entry, taken[name], take)


_APPEND = Method("append")


def _take(reverse: ForLoop, entry: Step | None, definitions: Mapping[str, Step]) -> Step | None:
    """The step of a reverse loop that unpacks an entry: behind the one that unpacks the pairs of a `zip`."""
    is_zipped = definitions[str(reverse.iterable)].callee is zip
    for node in reverse.body[1:2] if is_zipped else reverse.body:
        if isinstance(node, Step) and node.callee is identity and len(node.targets) > 1:
            return node
    return None


def _reversed_names(iterable: Operand, definitions: Mapping[str, Step], origins: Mapping[str, str]) -> tuple[str, ...]:
    """What a reverse loop goes through backwards, by all names that it has in the sweeps."""
    step = definitions.get(iterable) if isinstance(iterable, str) else None
    if step is not None and step.callee is zip and len(step.operands) == 2:
        return _reversed_names(step.operands[1], definitions, origins)
    if step is None or step.callee is not reversed or not isinstance(step.operands[0], str):
        return ()
    names = [step.operands[0]]
    while names[-1] in origins:
        names.append(origins[names[-1]])
    return tuple(names)


@dataclass
class Changes:
    """What becomes of a program: nodes `replaced` (by their identity) or `dropped`, and names `renamed`."""

    replaced: dict[int, tuple[Node, ...]] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    renamed: dict[str, Operand] = field(default_factory=dict)

    def applied(self, function: Function) -> Function:
        """The function with the changes, which are made inside of nodes that were put in, too."""
        if not (self.replaced or self.dropped or self.renamed):
            return function
        body = self._block(function.body)
        return replace(function, body=substitute(body, self.renamed) if self.renamed else body)

    def _block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        new: list[Node] = []
        for node in nodes:
            if id(node) not in self.dropped:
                new += [map_blocks(self._block, one) for one in self.replaced.get(id(node), (node,))]
        return as_before(new, nodes)
