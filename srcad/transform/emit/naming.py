"""Chooses the identifiers of the printed program: which names share a variable, and what it is called.

Guarantee.  Names share a variable only if they do not interfere (see `liveness`), so the printed program computes
what the list says.  Parameters and captures keep their names; every variable has an identifier of its own, which is
no keyword and hides nothing that the function refers to.

`h`, `h.1` and `h.2` become one `h` where that is right, and `h_2` appears where it is not.  Values the user did not
name join the variable they are copied to, or are named after what they hold.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from srcad import wengert as w
from srcad.transform.emit.folding import is_temporary
from srcad.transform.emit.forms import pattern_names
from srcad.transform.emit.liveness import Classes, Liveness, copies, definitions

_HINTS = {
    "sum": "s",
    "exp": "e",
    "sin": "s",
    "cos": "c",
    "sqrt": "r",
    "shape": "shape",
    "len": "n",
    "lt": "test",
    "gt": "test",
    "le": "test",
    "ge": "test",
    "eq": "test",
    "ne": "test",
}


@dataclass(frozen=True)
class Naming:
    """The identifier of every name, the merge targets and carried names that need copies, and the captured names
    that nested functions may read as they are.
    """

    identifiers: Mapping[str, str]
    alive: frozenset[str]
    pinned: frozenset[str]

    def __getitem__(self, name: str) -> str:
        return self.identifiers[name]


def choose(
    function: w.Function, fixed: Mapping[str, str], reserved: Iterable[str], ignored: Iterable[str] = ()
) -> Naming:
    """The naming of a folded function.

    `fixed` gives the identifiers of captured names, `reserved` those that the function's text refers to.
    """
    related = [pair for pair in copies(function.body) if fixed.keys().isdisjoint(pair)]
    defined = list(dict.fromkeys(definitions(function.body)))
    params = [p.name for p in function.params if p.name not in fixed]
    hints = _hints(function.body)
    groups = Classes()
    for name in params:
        groups.union("base " + w.base(name), name)  # what the user calls `d` or `t` is no temporary
    for name in defined:
        groups.union("base " + _base(name, hints), name)
    for a, b in related:
        groups.union(a, b)
    pinned = _pinned(function)
    live = Liveness(function, groups.find, pinned)
    classes = _coalesce([*params, *defined], params, related, hints, live)
    names = _identifiers([*params, *defined], params, classes, hints, live, {*reserved, *fixed.values()})
    return Naming({**names, **fixed}, frozenset(live.alive), pinned)


def _base(name: str, hints: Mapping[str, str]) -> str:
    return hints.get(name, "t") if is_temporary(name) else w.base(name)


def _hints(nodes: Iterable[w.Node]) -> dict[str, str]:
    """What to call values the user did not name, by what computes them."""
    hints = {}
    for node in w.walk(nodes):
        if isinstance(node, w.ForLoop):
            hints.update((n, w.base(n)) for n in pattern_names(node.target) if is_temporary(n))
        if isinstance(node, w.Step) and len(node.targets) == 1 and is_temporary(target := node.targets[0]):
            adjoint = w.base(target).startswith("d")
            hints[target] = "d" if adjoint else _HINTS.get(getattr(node.callee, "__name__", ""), "t")
    return hints


def _pinned(function: w.Function) -> frozenset[str]:
    """The captured names that nested functions may read where they stand.

    They are assigned once, outside all loops, and are kept apart from any name assigned later.
    """
    once = {p.name for p in function.params} | {c.name for c in function.captures}
    blocks = [function.body]
    while blocks:
        for node in blocks.pop():
            once.update(pattern_names(w.outer_names(node)))
            if isinstance(node, w.Branch):
                blocks += [node.then, node.orelse]
    captured = {n for node in w.walk(function.body) for n in _captured(node)} | _captured(function.result)
    return frozenset(captured & once)


def _captured(expression: Any) -> set[str]:
    if not isinstance(expression, w.Node):
        return set()
    if isinstance(expression, w.Step) and isinstance(expression.callee, w.MakeFunction):
        return {o for o in expression.operands if isinstance(o, str)}
    return {name for o in w.own_operands(expression) for name in _captured(o)}


def _coalesce(
    names: list[str], params: list[str], related: list[tuple[str, str]], hints: Mapping[str, str], live: Liveness
) -> Classes:
    """Joins names to variables: first along copies, then those of one base."""
    classes = Classes()
    variables = {live.variable(n) for n in names}
    conflicts = {v: live.conflicts[v] & variables for v in variables}  # between classes, by their representatives
    bases = {live.variable(n): None if is_temporary(n) else w.base(n) for n in names}
    bases.update((p, w.base(p)) for p in params)

    def join(a: str, b: str) -> None:
        a, b = classes.find(live.variable(a)), classes.find(live.variable(b))
        if a == b or bases[a] and bases[b] and bases[a] != bases[b]:
            return
        if b in conflicts[a]:
            return
        small, large = sorted((a, b), key=lambda n: len(conflicts[n]))
        base = bases[a] or bases[b]
        classes.union(large, small)
        for other in conflicts.pop(small):
            conflicts[other].discard(small)
            conflicts[other].add(large)
            conflicts[large].add(other)
        bases[large] = base

    for same in (True, False):
        for a, b in related:
            if (_base(a, hints) == _base(b, hints)) is same:
                join(a, b)
    firsts: dict[str, list[str]] = {}
    for name in names:
        root = classes.find(live.variable(name))
        base = bases[root] or _base(name, hints)
        for first in firsts.setdefault(base, [])[-8:]:  # enough to find one, and the cost stays linear
            join(first, name)
            if classes.find(live.variable(first)) == classes.find(live.variable(name)):
                break
        else:
            firsts[base].append(name)
    return classes


def _identifiers(
    names: list[str],
    params: list[str],
    classes: Classes,
    hints: Mapping[str, str],
    live: Liveness,
    taken: set[str],
) -> dict[str, str]:
    """An identifier for each name; names of one class share it."""
    chosen: dict[str, str] = {}
    for name in params:
        chosen[classes.find(live.variable(name))] = name
        taken.add(name)
    bases: dict[str, str] = {}
    for name in names:
        root = classes.find(live.variable(name))
        if root not in bases or not is_temporary(name):
            bases[root] = _base(name, hints)
    for root, base in bases.items():
        if root not in chosen:
            chosen[root] = unused(base, taken)
    return {name: chosen[classes.find(live.variable(name))] for name in names}


def unused(base: str, taken: set[str]) -> str:
    """An identifier like `base` that is not taken, marked as taken.

    >>> unused("h", {"h"}), unused("lambda", set())
    ('h_2', 'lambda_')
    """
    stem = re.sub(r"\W", "_", base) or "t"
    if stem[0].isdigit():
        stem = f"_{stem}"
    if keyword.iskeyword(stem):
        stem += "_"
    name, count = stem, 1
    while name in taken:
        count += 1
        name = f"{stem}_{count}"
    taken.add(name)
    return name
