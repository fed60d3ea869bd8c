"""Takes out merges and carried values that nothing reads, and numbers the names in order of definition.

Guarantee.  The steps stay as they are.  The cost is linear: what is read is marked from the steps backwards
through merges and loops, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from srcad.wengert import (
    Branch,
    Capture,
    Function,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    inner_names,
    outer_names,
    substitute,
    walk,
)


def tidy(function: Function, aliases: Mapping[str, Operand], flags: set[str]) -> Function:
    """The function without what its builder made in vain.

    `aliases` are names that turned out to stand for others; a branch on one of `flags` that has become empty
    is dropped (one that the user wrote still evaluates its test).
    """
    aliases = {name: _resolve(name, aliases) for name in aliases}
    body = substitute(function.body, aliases) if aliases else function.body
    result = aliases.get(function.result, function.result) if isinstance(function.result, str) else function.result
    body = _prune(body, _read(body, result), flags)
    return _number(replace(function, body=body, result=result))


def _resolve(name: str, aliases: Mapping[str, Operand]) -> Operand:
    operand: Operand = name
    while isinstance(operand, str) and operand in aliases:
        operand = aliases[operand]
    return operand


def _read(body: tuple[Node, ...], result: Operand) -> set[str]:
    """The names that steps, tests, loops and the result read, directly or through merges."""
    sources: dict[str, tuple[Operand, ...]] = {}
    todo: list[Operand | None] = [result]
    for node in walk(body):
        match node:
            case Step():
                todo += [*node.operands, *(o for _, o in node.keywords)]
            case Branch():
                todo.append(node.test)
                sources.update((m.target, (m.then, m.orelse)) for m in node.merges)
            case _:
                todo += [node.test if isinstance(node, WhileLoop) else node.iterable, node.until]
                for c in node.carried:
                    sources[c.name] = sources[c.result] = (c.init, c.next)
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if isinstance(name, str) and name not in seen:
            seen.add(name)
            todo += sources.get(name, ())
    return seen


def _prune(nodes: tuple[Node, ...], read: set[str], flags: set[str]) -> tuple[Node, ...]:
    kept: list[Node] = []
    for node in nodes:
        match node:
            case Branch():
                then, orelse = _prune(node.then, read, flags), _prune(node.orelse, read, flags)
                merges = tuple(m for m in node.merges if m.target in read)
                if then or orelse or merges or node.test not in flags:
                    kept.append(replace(node, then=then, orelse=orelse, merges=merges))
            case Step():
                kept.append(node)
            case _:
                carried = tuple(c for c in node.carried if c.name in read or c.result in read)
                new = replace(node, body=_prune(node.body, read, flags), carried=carried)
                if isinstance(new, WhileLoop):
                    new = replace(new, test_steps=_prune(new.test_steps, read, flags))
                kept.append(new)
    return tuple(kept)


def _number(function: Function) -> Function:
    """Names as if they had been given in the order in which they are now defined."""
    names = Names()
    for p in function.params:
        names.fresh(p.name)
    new = {c.name: names.fresh(c.name) for c in function.captures}
    params = {p.name for p in function.params}
    for name in _definitions(function.body):
        if name not in params:
            new[name] = names.fresh(name)
    return replace(
        function,
        body=substitute(function.body, new),
        result=new.get(function.result, function.result) if isinstance(function.result, str) else function.result,
        captures=tuple(Capture(new[c.name], c.scope, c.key) for c in function.captures),
    )


def _definitions(nodes: Iterable[Node]) -> Iterable[str]:
    """The names nodes define, in the order in which a reader meets them."""
    for node in nodes:
        yield from inner_names(node)
        match node:
            case Branch():
                yield from _definitions(node.then)
                yield from _definitions(node.orelse)
            case Step():
                pass
            case _:
                yield from _definitions(getattr(node, "test_steps", ()))
                yield from _definitions(node.body)
        yield from outer_names(node)
