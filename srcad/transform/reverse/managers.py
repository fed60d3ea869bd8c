"""The managers of `with` in both sweeps.

Guarantee: no derivative passes through a manager.  The reverse of a block under `np.errstate` stands under another one
made alike, so that it reports what the user wants to hear of, and nothing else; other managers are not entered again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from srcad.errors import UnsupportedError
from srcad.transform.managers import ActiveManagersError
from srcad.wengert import UNDEFINED, Merge, Node, Operand, Step, Within, enter, leave, walk

if TYPE_CHECKING:
    from srcad.transform.helpers import Transformation
    from srcad.transform.reverse.sweep import Key, Sweep


def refuse_active_managers(sweep: Transformation) -> None:
    """Raises ActiveManagersError where managers are given, or give, what carries a derivative."""
    found = []
    for node in walk(sweep.function.body):
        if isinstance(node, Within) and isinstance(node.then[0], Step):
            passed = (*node.then[0].operands, *node.then[0].targets)
            if sweep.active.intersection(o for o in passed if isinstance(o, str)):
                found.append(node.site)
    if found:
        refusal = UnsupportedError(
            "a context manager is given values that carry a derivative, or gives them",
            "compute these values outside of it; a `with` that only measures or configures something may stay",
            found[0],
        )
        raise ActiveManagersError(found, refusal)


def write_within(sweep: Sweep, node: Within, steps: tuple[Node, ...], before: dict[Key, Operand]) -> None:
    """Writes the reverse of a block: as it is, or under `np.errstate` if the block was."""
    made = sweep.definitions[str(node.test)].by if isinstance(node.test, str) else None
    if not isinstance(made, Step) or made.callee is not np.errstate or not steps:
        sweep.builder.steps.extend(steps)
        return
    manager, site = sweep.names.fresh("t"), sweep.builder.site
    sweep.builder.append(Step((manager,), np.errstate, made.operands, made.keywords, site))
    begin, end = Step((), enter, (manager,), (), site), Step((), leave, (manager,), (), site)
    merges = []
    for key, d in sweep.entries.items():
        if isinstance(d, str) and before.get(key) != d:
            name = sweep.names.fresh(sweep.cotangent_name(key[0]))
            sweep.facts[name] = sweep.builder.fact(d)
            sweep.mark_selected(name, d)
            merges.append(Merge(name, d, UNDEFINED))
            sweep.entries[key] = name
    sweep.builder.add(Within(manager, (begin, *steps, end), (), tuple(merges), site))
