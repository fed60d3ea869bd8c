"""The reverse of blocks, branches and loops.

Guarantee: the reverse of a block refers only to names that are defined where it runs.  Values of a branch's arm
leave it through merges; values of a loop's body are appended to the loop's tape, one entry a trip, and the
reverse loop takes them from there.  What is put on a tape here is all that the reverse of the body mentions; `record`
takes off what turns out not to be needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from srcad import facts as fa
from srcad.transform.analyses import effects
from srcad.transform.reverse import checkpointed, containers, iteration, travelling
from srcad.transform.reverse.attempts import letting_refusals_pass, note_restores, refuse_unsound, way_back
from srcad.transform.reverse.calls import reverse_helper_call, reverse_python_call
from srcad.transform.reverse.handing import with_views_again
from srcad.transform.reverse.homes import Home
from srcad.transform.reverse.managers import write_within
from srcad.transform.reverse.steps import reverse_step
from srcad.transform.reverse.sweep import Context, Key, Sweep
from srcad.transform.reverse.views import shadow_of_view
from srcad.transform.reverse.writes import reverse_write
from srcad.wengert import (
    UNDEFINED,
    UNSET,
    Attempt,
    Branch,
    Carried,
    ForLoop,
    Function,
    Merge,
    Method,
    Node,
    Operand,
    Recursion,
    Step,
    WhileLoop,
    Within,
    free_names,
    identity,
    inner_names,
    make_list,
    make_tuple,
    outer_names,
    substitute,
)


def reverse_block(
    sweep: Sweep,
    nodes: tuple[Node, ...],
    also: frozenset[str] = frozenset(),
    is_loop: bool = False,
    begin: Callable[[], None] | None = None,
    finish: Callable[[Context], None] | None = None,
) -> tuple[list[tuple[Node, ...]], list[Node], Context]:
    """Reverses a block: for each node what the forward sweep does, the reverse steps, and the block's context.

    `also` are further names defined for the block (a loop's target and carried values).  `begin` writes what the
    reverse starts with, `finish` what it ends with.
    """
    own = frozenset(n for node in nodes for n in outer_names(node)) | also
    context = Context(own, is_loop=is_loop)
    sweep.contexts.append(context)
    forward: list[tuple[Node, ...]] = []
    with sweep.builder.block() as steps:
        if begin is not None:
            begin()
        for node in reversed(nodes):
            sweep.builder.site = node.site.reversed() if node.site else None
            forward.append(reverse_node(sweep, node))
        if finish is not None:
            finish(context)
    sweep.contexts.pop()
    forward.reverse()
    return forward, with_views_again(sweep, flat(forward), [*context.start, *steps]), context


def flat(groups: list[tuple[Node, ...]]) -> tuple[Node, ...]:
    """The forward nodes of a block."""
    return tuple(node for group in groups for node in group)


def reverse_node(sweep: Sweep, node: Node) -> tuple[Node, ...]:
    """Writes the reverse of a node; returns what the forward sweep does for it."""
    match node:
        case Step():
            return (*note_restores(sweep, node, reverse_call_or_step), *travelling.define(sweep, node))
        case Within():
            return (reverse_within(sweep, node),)
        case Branch():
            return (reverse_branch(sweep, node),)
        case ForLoop() if (asked := checkpointed.asked(sweep, node)) is not None:
            return checkpointed.reverse_checkpointed(sweep, node, *asked)
        case ForLoop() | WhileLoop():
            return reverse_loop(sweep, node)
    raise TypeError(f"not a node: {node!r}")


def reverse_call_or_step(sweep: Sweep, step: Step) -> tuple[Node, ...]:
    """Writes the reverse of a step; returns what the forward sweep does for it."""
    if containers.changes_list(sweep, step) and effects.writes_of(step, sweep.facts):
        return containers.reverse_change(sweep, step)
    if isinstance(step.callee, (Function, Recursion)):
        return reverse_helper_call(sweep, step)
    if effects.writes_of(step, sweep.facts):
        return (*reverse_write(sweep, step), step)
    if effects.is_python_call(step):
        return reverse_python_call(sweep, step)
    reverse_step(sweep, step)
    return (step,)


# ------------------------------------------------------------------------------------------------ branches


def reverse_branch(sweep: Sweep, node: Branch) -> Branch:
    """The reverse of a branch takes the same arm, backwards."""
    if isinstance(node, Attempt):
        refuse_unsound(sweep, node)
    site = sweep.builder.site
    incoming = take_merged(sweep, node)
    before = dict(sweep.entries)
    arms = []
    for block, arm in ((node.then, "then"), (node.orelse, "orelse")):
        sweep.entries = dict(before)

        def begin(arm: str = arm) -> None:
            for merge, leaves in incoming:
                for path, d in leaves.items():
                    sweep.add(getattr(merge, arm), d, path)

        forward, steps, _ = reverse_block(sweep, block, begin=begin)
        own = {n for inner in flat(forward) for n in outer_names(inner)}
        entries = {k: d for k, d in sweep.entries.items() if k[0] not in own}
        arms.append([flat(forward), steps, entries])
    sweep.builder.site = site
    sweep.entries = before
    merges = merge_entries(sweep, node.test, arms, before)
    return export_arms(sweep, node, arms, merges)


def take_merged(sweep: Sweep, node: Branch) -> list[tuple[Merge, dict]]:
    """The merges of a branch through which a derivative passes, with the cotangents of their targets."""
    return [
        (m, sweep.take_leaves(m.target))
        for m in node.merges
        if sweep.home(m.target) is not Home.NONE and not is_shared(sweep, m.target)
    ]


def is_shared(sweep: Sweep, name: str) -> bool:
    """Whether a merged or carried name is a shadowed object; raises if it could be one of several that are written."""
    if sweep.home(name) is not Home.SHADOW:
        return False
    if travelling.travels(sweep, name):
        return True
    if sweep.definitions.same(name) != name:
        return True
    if sweep.memory.is_written(name):
        shadow_of_view(sweep, name)
    return False


def merge_entries(sweep: Sweep, test: Operand, arms: list, before: dict[Key, Operand]) -> list[Merge]:
    """Merges for the cotangents that an arm changed; an arm without a contribution gives what there was, or zero.

    It gives nothing for a name that has no value there: where the test went this way, nobody asks.
    """
    changed = [k for _, _, entries in arms for k, d in entries.items() if before.get(k) != d]
    merges = []
    for key in dict.fromkeys(changed):
        sides = []
        for arm, side in zip(arms, ("then", "orelse"), strict=True):
            if key not in arm[2] and sweep.undefined_arms.get(key[0]) == (test, side):
                arm[2][key] = UNDEFINED
            elif key not in arm[2]:
                with sweep.builder.block() as steps:
                    arm[2][key] = sweep.zero_at(*key)
                arm[1].extend(steps)
            sides.append(arm[2][key])
        target = sweep.names.fresh(sweep.cotangent_name(key[0]))
        sweep.facts[target] = sweep.cotangent_fact_at(*key)
        merges.append(Merge(target, *sides))
        sweep.mark_selected(target, *sides)
        sweep.entries[key] = target
    return merges


def export_arms(sweep: Sweep, node: Branch, arms: list, merges: list[Merge]) -> Branch:
    """Writes the reverse branch; returns the forward one, which hands out what the reverse arms need."""
    (then, reverse_then, _), (orelse, reverse_orelse, _) = arms
    exports = list(travelling.merged(sweep, node.merges))
    packed = sweep.is_helper or any(c.is_loop for c in sweep.contexts)  # what goes into a tuple must have a value
    nothing = UNSET if packed else UNDEFINED
    reversed_arms = []
    for block, steps, is_then in ((then, reverse_then, True), (orelse, reverse_orelse, False)):
        own = {n for inner in block for n in outer_names(inner)}
        operands = {o for m in merges for o in (m.then if is_then else m.orelse,) if isinstance(o, str)}
        needed = sorted((free_names(steps) | operands) & own)
        new = {name: sweep.names.fresh(name) for name in needed}
        sweep.moved(new)
        for name, outside in new.items():
            exports.append(Merge(outside, name, nothing) if is_then else Merge(outside, nothing, name))
        merges = [replace_side(m, is_then, new) for m in merges]
        reversed_arms.append(substitute(steps, new))
    if reversed_arms[0] or reversed_arms[1] or merges:
        back, recorded = way_back(sweep, node)
        sweep.builder.add(back(*reversed_arms, tuple(merges), sweep.builder.site))
        exports += recorded
    new = replace(node, then=then, orelse=orelse, merges=tuple(exports))
    return letting_refusals_pass(sweep, new) if isinstance(new, Attempt) else new


def replace_side(merge: Merge, is_then: bool, new: dict[str, str]) -> Merge:
    """A merge with one side renamed."""
    if is_then:
        return Merge(merge.target, new.get(merge.then, merge.then), merge.orelse)
    return Merge(merge.target, merge.then, new.get(merge.orelse, merge.orelse))


def reverse_within(sweep: Sweep, node: Within) -> Within:
    """The reverse of the block of a `with`, which needs the manager only if it is one for arithmetic."""
    site, before = sweep.builder.site, dict(sweep.entries)
    incoming = take_merged(sweep, node)

    def begin() -> None:
        for merge, leaves in incoming:
            for path, d in leaves.items():
                sweep.add(merge.then, d, path)

    forward, steps, _ = reverse_block(sweep, node.then, begin=begin)
    sweep.builder.site = site
    block = flat(forward)
    own = {n for inner in block for n in outer_names(inner)}
    sweep.entries = {k: d for k, d in sweep.entries.items() if k[0] not in own}
    handed = {d for d in sweep.entries.values() if isinstance(d, str)}
    new = {name: sweep.names.fresh(name) for name in sorted((free_names(steps) | handed) & own)}
    sweep.moved(new)
    steps = substitute(steps, new)
    sweep.entries = {k: new.get(d, d) if isinstance(d, str) else d for k, d in sweep.entries.items()}
    write_within(sweep, node, steps, before)
    exports = (*travelling.merged(sweep, node.merges), *(Merge(new[n], n, UNDEFINED) for n in new))
    return replace(node, then=block, merges=exports)


# --------------------------------------------------------------------------------------------------- loops


def reverse_loop(sweep: Sweep, node: ForLoop | WhileLoop) -> tuple[Node, ...]:
    """The reverse of a loop: a loop over its tape, backwards, that carries cotangents."""
    site = sweep.builder.site
    flowing = [c for c in node.carried if sweep.home(c.name) is not Home.NONE and not is_shared(sweep, c.name)]
    results = {c.result: (c, sweep.take_leaves(c.result)) for c in flowing}
    before = dict(sweep.entries)
    carried: dict[Key, tuple[Carried, tuple]] = {
        (c.name, path): (c, path) for c, leaves in results.values() for path in leaves
    }
    outer: list[Key] = []
    while True:
        state = reverse_body(sweep, node, carried, outer, before)
        entries = state[2]
        own = state[3]
        more = [(c.name, path) for c in flowing for (root, path) in entries if root == c.name]
        new_carried = [k for k in more if k not in carried]
        new_outer = [k for k in entries if k[0] not in own and k not in outer and entries[k] != before.get(k)]
        if not new_carried and not new_outer:
            break
        by_name = {c.name: c for c in flowing}
        carried |= {k: (by_name[k[0]], k[1]) for k in new_carried}
        outer += new_outer
    sweep.builder.site = site
    sweep.entries = before
    return write_loop(sweep, node, state, carried, outer, results)


def reverse_body(sweep: Sweep, node: ForLoop | WhileLoop, carried: dict, outer: list[Key], before: dict) -> tuple:
    """One attempt at the reverse of a loop's body, given which cotangents it carries."""
    phis: dict[Key, str] = {}
    for key in [*carried, *outer]:
        phi = sweep.names.fresh(sweep.cotangent_name(key[0]))
        sweep.facts[phi] = sweep.cotangent_fact_at(*key)
        phis[key] = phi
    sweep.entries = {key: phis[key] for key in outer}
    sweep.entries.update({k: d for k, d in before.items() if k not in outer})
    nodes = (*node.test_steps, *node.body) if isinstance(node, WhileLoop) else node.body

    def begin() -> None:
        for key, (c, path) in carried.items():
            sweep.add(c.next, phis[key], path)

    def finish(context: Context) -> None:
        if isinstance(node, ForLoop):
            iteration.reverse_item(sweep, node, context)
        for c in node.carried:
            if sweep.home(c.name) is Home.SHADOW and not is_shared(sweep, c.name):
                d = sweep.take(c.name)
                if d is not None:
                    sweep.entries[c.name, ()] = d

    forward, steps, context = reverse_block(sweep, nodes, frozenset(inner_names(node)), True, begin, finish)
    own = frozenset(inner_names(node)) | {n for inner in flat(forward) for n in outer_names(inner)}
    own |= {sweep.travelled[n] for n in own if n in sweep.travelled}
    return forward, steps, sweep.entries, own, context, phis


def write_loop(
    sweep: Sweep, node: ForLoop | WhileLoop, state: tuple, carried: dict, outer: list[Key], results: dict
) -> tuple[Node, ...]:
    """Writes the reverse loop, and returns the forward loop with its tape."""
    forward, steps, entries, own, context, phis = state
    entries_out: list[Carried] = []
    after: dict[Key, str] = {}
    with sweep.builder.block() as closing:
        nexts = {key: entries[key] if key in entries else sweep.zero_at(*key) for key in phis}
    steps = [*steps, *closing]
    for key in phis:
        if key in carried:
            c, path = carried[key]
            leaves = results[c.result][1]
            init = leaves[path] if path in leaves else sweep.zero_at(c.result, path)
        else:
            init = sweep.entries[key] if key in sweep.entries else sweep.zero_at(*key)
        result = sweep.names.fresh(sweep.cotangent_name(key[0]))
        sweep.facts[result] = sweep.facts[phis[key]]
        entries_out.append(Carried(phis[key], init, nexts[key], result))
        after[key] = result
    tail = [o for o in nexts.values() if isinstance(o, str)]
    needed = sorted((free_names(steps) | set(tail)) & own)
    if not steps and not entries_out:
        return rebuilt(sweep, node, forward, ())
    tape = sweep.names.fresh("tape")
    new = {name: sweep.names.fresh(name) for name in needed}
    sweep.moved(new)
    body = tuple(substitute(steps, new))
    entries_out = [Carried(c.name, c.init, new.get(c.next, c.next), c.result) for c in entries_out]
    add_reverse_loop(sweep, tape, new, body, tuple(entries_out), context)
    sweep.entries.update((key, name) for key, name in after.items() if key not in carried)
    for key, (c, path) in carried.items():  # what a value began with may also be read in the loop: added to the above
        sweep.add(c.init, after[key], path)
    record, start = tape_steps(sweep, tape, needed, node)
    return (start, *rebuilt(sweep, node, forward, record))


def add_reverse_loop(
    sweep: Sweep, tape: str, new: dict[str, str], body: tuple[Node, ...], carried: tuple[Carried, ...], context: Context
) -> None:
    """Writes the loop over the reversed tape."""
    builder = sweep.builder
    sweep.facts[tape] = fa.List(None, fa.UNKNOWN)
    targets = tuple(new.values())
    item = targets[0] if len(targets) == 1 else sweep.names.fresh("item")
    sweep.facts.setdefault(item, fa.UNKNOWN)
    taking: tuple[Node, ...] = ()
    if len(targets) > 1:
        taking = (Step(targets, identity, (item,), (), builder.site),)
    backwards = builder.step(reversed, tape)
    target = item
    if context.index is not None:
        length = builder.step(len, tape)
        numbers = builder.step(reversed, builder.step(range, length))
        backwards = builder.step(zip, numbers, backwards)
        target = sweep.names.fresh("item")
        sweep.facts[target] = fa.UNKNOWN
        taking = (Step((context.index, item), identity, (target,), (), builder.site), *taking)
        sweep.facts[context.index] = fa.INT
    builder.add(ForLoop(target, backwards, (*taking, *body), carried, None, builder.site))


def tape_steps(sweep: Sweep, tape: str, needed: list[str], node: Node) -> tuple[tuple[Node, ...], Step]:
    """The steps that append a trip's values to the tape, and the one that makes it."""
    start = Step((tape,), make_list, (), (), node.site)
    if len(needed) == 1:
        sweep.tapes[tape] = None
        return (Step((), Method("append"), (tape, needed[0]), (), node.site),), start
    entry = sweep.tapes[tape] = sweep.names.fresh("entry")
    sweep.facts[entry] = fa.Tuple(tuple(sweep.facts.get(n, fa.UNKNOWN) for n in needed))
    together = Step((entry,), make_tuple, tuple(needed), (), node.site)
    return (together, Step((), Method("append"), (tape, entry), (), node.site)), start


def rebuilt(
    sweep: Sweep, node: ForLoop | WhileLoop, forward: list[tuple[Node, ...]], record: tuple[Node, ...]
) -> tuple[Node, ...]:
    """The forward loop that does what `forward` says for each node, and records each trip."""
    carried = travelling.carried(sweep, node)
    if isinstance(node, ForLoop):
        target, iterable, before, taking = iteration.items(sweep, node)
        body = (*taking, *flat(forward), *record)
        return (*before, ForLoop(target, iterable, body, carried, node.until, node.site))
    tests = len(node.test_steps)
    body = (*flat(forward[tests:]), *record)
    return (WhileLoop(flat(forward[:tests]), node.test, body, carried, node.until, node.site),)
