"""What a tape holds twice, under two names that turned out to be one value, it holds once.

Guarantee: the program computes what it computed before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad.transform.reverse.tapes import Changes, find_tapes, step_definitions
from srcad.wengert import Function


def record_once(function: Function, tapes: Mapping[str, str | None], origins: Mapping[str, str]) -> Function:
    """The program with tapes of different values."""
    changes = Changes()
    for tape in find_tapes(function, tapes, step_definitions(function), origins):
        if tape.entry is None or tape.take is None:
            continue
        first: dict[str, str] = {}
        again: dict[str, str] = {}
        for saved, taken in zip(tape.entry.operands, tape.take.targets, strict=True):
            if isinstance(saved, str) and first.setdefault(saved, taken) != taken:
                again[taken] = first[saved]
        if again and len(again) + 2 <= len(tape.take.targets):  # a tuple of two or more stays one
            kept = [i for i, t in enumerate(tape.take.targets) if t not in again]
            entry = replace(tape.entry, operands=tuple(tape.entry.operands[i] for i in kept))
            take = replace(tape.take, targets=tuple(tape.take.targets[i] for i in kept))
            changes.replaced.update({id(tape.entry): (entry,), id(tape.take): (take,)})
            changes.renamed.update(again)
    return changes.applied(function)
