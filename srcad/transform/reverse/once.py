"""What a tape holds twice, under two names that turned out to be one value, it holds once.

Guarantee: the program computes what it computed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad.transform.reverse.record import find_tape, replaced
from srcad.wengert import Function, Step, substitute, walk


def record_once(function: Function, tapes: Mapping[str, str | None], origins: Mapping[str, str]) -> Function:
    """The program with tapes of different values."""
    for tape, entry in tapes.items():
        definitions = {t: n for n in walk(function.body) if isinstance(n, Step) for t in n.targets}
        found = find_tape(function, tape, entry, definitions, origins)
        if found is None or found.entry is None or found.take is None:
            continue
        first: dict[str, str] = {}
        again: dict[str, str] = {}
        for saved, taken in zip(found.entry.operands, found.take.targets, strict=True):
            if isinstance(saved, str) and first.setdefault(saved, taken) != taken:
                again[taken] = first[saved]
        if again and len(again) + 2 <= len(found.take.targets):  # a tuple of two or more stays one
            kept = [i for i, t in enumerate(found.take.targets) if t not in again]
            entry_step = replace(found.entry, operands=tuple(found.entry.operands[i] for i in kept))
            take = replace(found.take, targets=tuple(found.take.targets[i] for i in kept))
            function = replaced(function, {id(found.entry): (entry_step,), id(found.take): (take,)}, set())
            function = replace(function, body=substitute(function.body, {**again}))
    return function
