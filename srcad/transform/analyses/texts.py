"""Numbers that went through text: `float(str(x))` would silently lose its derivative.

Guarantee: text that is made of a value which carries a derivative is shown, compared, or used as a key, but no number
that the result depends on is read from it.  A program that does so is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from srcad import facts as fa
from srcad.errors import Site, UnsupportedError
from srcad.facts import Array, Dict, Either, Fact, Instance, Known, List, Nothing, Number, Tuple
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.varied import Varied, useful_names
from srcad.wengert import Attribute, Function, Method, Node, Operand, Step, callee_name, identity, walk

_BY_KEY = (operator.getitem, operator.delitem, operator.contains)
_BY_KEY_METHODS = ("get", "pop")


def check_text(
    function: Function,
    facts: Mapping[str, Fact],
    memory: Memory,
    varied: frozenset[str],
    useful: frozenset[str],
    inside: Callable[[Function], tuple[Function, Mapping[str, Fact]]],
) -> None:
    """Raises where a number that the result depends on is read from text made of what varies.

    `inside` gives a called list with the facts of its names.
    """
    run = _Texts(facts, memory, varied)
    if not any(isinstance(node, Step) and run.makes_text(node) for node in walk(function.body)):
        return
    while True:
        before = (len(run.names), len(run.regions))
        run.block(function.body)
        if before == (len(run.names), len(run.regions)):
            break
    for step in run.readers(function.body):
        if any(t in useful for t in step.targets) and not _only_shown(step, run, inside):
            raise _refused(f"{callee_name(step.callee)} reads a number from text", step.site)
    if isinstance(function.result, str) and run.varies(function.result) and _may_be_read(run.facts[function.result]):
        raise _refused("the result may come from text", function.site)


def _may_be_read(fact: Fact) -> bool:
    """Whether a result that is, or holds, text may also be a number that was read from it."""
    return fact == fa.UNKNOWN or isinstance(fact, Tuple) and any(map(_may_be_read, fact.items))


def _refused(what: str, site: Site | None) -> UnsupportedError:
    return UnsupportedError(
        f"{what} that was made of a value which carries a derivative; text carries none",
        "compute with the number itself, and make text of it only to show it",
        site,
    )


class _Texts(Varied):
    """What is, or holds, text made of values that vary."""

    def __init__(self, facts: Mapping[str, Fact], memory: Memory, varied: frozenset[str]):
        super().__init__(facts, memory)
        self.varied = varied

    def mark(self, name: str) -> None:
        """Marks a name, unless it cannot be text, or hold any."""
        if may_hold_text(self.facts.get(name, fa.UNKNOWN)):
            self.names.add(name)

    def makes_text(self, step: Step) -> bool:
        """Whether a step makes text of something that varies."""
        given = any(o in self.varied for o in (*step.operands, *(o for _, o in step.keywords)))
        return given and any(is_text(self.facts.get(t, fa.UNKNOWN)) for t in step.targets) and not self.takes(step)

    def step(self, step: Step) -> None:
        """Marks the targets of a step and the memory it writes."""
        if self.makes_text(step) or self.is_given(step):
            for target in step.targets:
                self.mark(target)
            for written in effects.writes_of(step, self.facts):
                if isinstance(written, str):
                    self.regions.update(self.memory.reach(written))
        for target in step.targets:
            self.varies(target)

    def is_given(self, step: Step) -> bool:
        """Whether text is among what a step is given, otherwise than as a key to look for."""
        operands = step.operands
        if step.callee in _BY_KEY or isinstance(step.callee, Method) and step.callee.name in _BY_KEY_METHODS:
            operands = (*operands[:1], *operands[2:])
        return any(map(self.varies, (*operands, *(o for _, o in step.keywords))))

    def readers(self, nodes: Iterable[Node]) -> Iterator[Step]:
        """The steps that make numbers of what is, or may be, text; numbers taken from containers are none."""
        for node in walk(nodes):
            if isinstance(node, Step) and not self.takes(node) and self.is_given(node):
                if any(map(self.may_be_read, node.targets)):
                    yield node

    def may_be_read(self, name: str) -> bool:
        """Whether a name is a number or an array of numbers, for all that is known, and no text."""
        fact = self.facts.get(name, fa.UNKNOWN)
        numeric = fa.is_active_type(fact) or not may_hold_text(fact) and fa.is_active_type(fact) is None
        return numeric and not self.holds(name)

    def takes(self, step: Step) -> bool:
        """Whether a step takes something out of a container, as it is."""
        if isinstance(step.callee, (Attribute, Method)):
            return self.holds(step.operands[0])
        return step.callee in (operator.getitem, identity)

    def holds(self, name: Operand) -> bool:
        """Whether a name is a container, which may hold text beside numbers."""
        return isinstance(effects.fact_of_operand(name, self.facts), (Tuple, List, Dict))


def _only_shown(step: Step, run: _Texts, inside: Callable[[Function], tuple[Function, Mapping[str, Fact]]]) -> bool:
    """Whether a called list does not need, for its result, the text that it is given."""
    if not isinstance(step.callee, Function):
        return False
    function, facts = inside(step.callee)
    params = frozenset(p.name for p in function.params)
    needed = useful_names(function, facts, Memory(function.body, facts, separate=params))
    pairs = zip(function.params, step.operands, strict=False)
    return not step.keywords and not any(p.name in needed and run.varies(o) for p, o in pairs)


def is_text(fact: Fact) -> bool:
    """Whether values with this fact are text."""
    match fact:
        case Instance(type=kind):
            return kind in (str, bytes)
        case Array(dtype=str() as dtype):
            return np.dtype(dtype).kind in "US"
    return False


def may_hold_text(fact: Fact) -> bool:
    """Whether values with this fact may be text that was made while running, or hold such text."""
    match fact:
        case Number() | Either() | Known() | Nothing():
            return False
        case Array(dtype=dtype):
            return dtype is None or is_text(fact)
        case Tuple(items=items) | List(items=tuple() as items):
            return any(map(may_hold_text, items))
        case Dict(items=tuple() as items):
            return any(may_hold_text(f) for _, f in items)
    return True
