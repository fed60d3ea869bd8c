"""The forward transformation of blocks: branches merge tangents beside values, loops carry them.

Guarantee: every node of the function is written once, in its place; tangents are made beside it.  Tests, iterables and
the ways that are taken are those of the function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad import facts as fa
from srcad.errors import UnsupportedError
from srcad.transform.analyses.facts import element_of
from srcad.transform.forward.attempts import catches_arithmetic, letting_refusals_pass
from srcad.transform.forward.containers import are_keys
from srcad.transform.forward.iteration import begin_trip
from srcad.transform.forward.state import Forward
from srcad.transform.forward.steps import forward_step
from srcad.wengert import (
    Attempt,
    Branch,
    Carried,
    ForLoop,
    Merge,
    Node,
    Operand,
    Step,
    WhileLoop,
    always_raises,
    base,
    identity,
)


def forward_block(fw: Forward, nodes: Iterable[Node]) -> None:
    """Writes a block with its tangents."""
    for node in nodes:
        match node:
            case Step():
                forward_step(fw, node)
            case Branch():
                forward_branch(fw, node)
            case ForLoop():
                forward_for(fw, node)
            case WhileLoop():
                forward_while(fw, node)


# ------------------------------------------------------------------------------------------------- branches


def forward_branch(fw: Forward, node: Branch) -> None:
    """Both arms with their tangents, which are merged as the values are."""
    live = [m for m in node.merges if fw.is_active(m.target)]
    if isinstance(node, Attempt):
        fw.attempts.append(catches_arithmetic(node) and not always_raises(node.orelse))
    then, from_then = arm(fw, node.then, [m.then for m in live], node)
    if isinstance(node, Attempt):
        if node.error is not None and fw.is_active(node.error):
            raise UnsupportedError(
                f"the error {base(node.error)!r} carries values that have a derivative out of the `try`",
                "return these values, or keep them in variables",
                node.site,
            )
        fw.attempts.pop()
    orelse, from_orelse = arm(fw, node.orelse, [m.orelse for m in live], node)
    merges = [*node.merges]
    for m, a, b in zip(live, from_then, from_orelse, strict=True):
        merges.append(Merge(fw.new_dot(m.target), a, b))
    new = replace(node, then=then, orelse=orelse, merges=tuple(merges))
    fw.builder.add(letting_refusals_pass(fw, new) if isinstance(new, Attempt) else new)


def arm(
    fw: Forward, nodes: tuple[Node, ...], results: list[Operand], node: Branch
) -> tuple[tuple[Node, ...], list[Operand]]:
    """One arm with its tangents, and the tangents of what it hands on."""
    found: list[Operand] = []

    def write() -> None:
        forward_block(fw, nodes)
        fw.at(node.site)
        found.extend(fw.tangent(result) for result in results)

    return fw.builder.nested(write), found


# ---------------------------------------------------------------------------------------------------- loops


def forward_for(fw: Forward, node: ForLoop) -> None:
    """A loop over the items and their tangents together, if the items are active."""
    fw.at(node.site)
    begin = carried_in(fw, node)
    iterable, target, first = node.iterable, node.target, ()
    joined = node.iterable in fw.joined
    if joined:
        iterable, target = fw.iterables[str(node.iterable)], fw.names.fresh("t")
        fw.facts[target] = element_of(fw.facts[iterable])
    elif fw.is_active(target) and not are_keys(fw.fact(iterable)):
        dot = fw.new_dot(target)
        target = fw.names.fresh("t")
        fw.facts[target] = fa.Tuple((fw.facts.get(node.target, fa.UNKNOWN), fw.facts[dot]))
        fw.at(node.site)
        iterable = fw.builder.step(zip, node.iterable, fw.tangent(node.iterable))
        first = (Step((node.target, dot), identity, (target,), (), node.site),)
    body, carried = loop_body(fw, node, begin, target if joined else None)
    new = replace(node, target=target, iterable=iterable, body=(*first, *body), carried=(*node.carried, *carried))
    fw.builder.add(new)


def forward_while(fw: Forward, node: WhileLoop) -> None:
    """A loop whose test is that of the function."""
    fw.at(node.site)
    begin = carried_in(fw, node)
    tests = fw.builder.nested(lambda: forward_block(fw, node.test_steps))
    body, carried = loop_body(fw, node, begin)
    fw.builder.add(replace(node, test_steps=tests, body=body, carried=(*node.carried, *carried)))


def carried_in(fw: Forward, node: ForLoop | WhileLoop) -> list[tuple[Carried, str, Operand]]:
    """The active values that a loop carries, with the tangents they begin with."""
    found = []
    for c in node.carried:
        if fw.is_active(c.name) or fw.is_active(c.result):
            init = fw.tangent(c.init)
            found.append((c, fw.new_dot(c.name), init))
    return found


def loop_body(
    fw: Forward, node: ForLoop | WhileLoop, begin: list[tuple[Carried, str, Operand]], joined: str | None = None
) -> tuple[tuple[Node, ...], list[Carried]]:
    """The body with its tangents, and what the loop carries of these.

    `joined` is the item of a trip of an iterator that gives tangents as well.
    """
    nexts: list[Operand] = []

    def write() -> None:
        if joined is not None and isinstance(node, ForLoop):
            fw.at(node.site)
            begin_trip(fw, node, joined)
        elif isinstance(node, ForLoop) and fw.is_active(node.target) and node.target not in fw.dots:
            fw.at(node.site)
            fw.dots[node.target] = fw.zero(node.target)  # a key of a dict
        forward_block(fw, node.body)
        fw.at(node.site)
        nexts.extend(fw.tangent(c.next) for c, _, _ in begin)

    body = fw.builder.nested(write)
    carried = []
    for (c, name, init), after in zip(begin, nexts, strict=True):
        carried.append(Carried(name, init, after, fw.new_dot(c.result)))
    return body, carried
