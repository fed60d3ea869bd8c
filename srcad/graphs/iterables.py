"""What a loop of a traced program goes through: a step that takes out each item, when it is asked for."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from srcad.errors import Site, UnsupportedError
from srcad.wengert import Const, Method, Operand, Step, make_tuple

if TYPE_CHECKING:
    from srcad.graphs.trace import Box, Tracer


def items(
    tracer: Tracer, iterable: Operand, site: Site | None, path: tuple[Box, ...], names: Sequence[str] = ("item",)
) -> Iterator[Operand]:
    """What a loop goes through, each item when it is asked for; it is called by the names, in turn."""
    made = tracer.made.get(iterable) if isinstance(iterable, str) else None
    value = tracer.value(iterable)
    if made is not None and made.callee in (zip, enumerate, reversed):
        yield from _of_iterator(tracer, made, site, path)
    elif isinstance(value, (list, tuple)) or hasattr(value, "shape"):
        index = 0
        while index < len(value):
            like = names[index % len(names)]
            yield tracer.emit(operator.getitem, iterable, Const(index), like=like, site=site, path=path)
            index += 1
    elif isinstance(value, (dict, range, str, set, frozenset)):
        yield from map(Const, value)
    elif made is not None and made.callee in (Method("items"), Method("values"), Method("keys")):
        yield from _of_dict(tracer, made, site, path)
    else:
        raise UnsupportedError(f"a graph does not go through a {type(value).__name__}", "make a list of it first", site)


def _of_iterator(tracer: Tracer, made: Step, site: Site | None, path: tuple[Box, ...]) -> Iterator[Operand]:
    """The items of zip, enumerate or reversed."""
    if made.callee is reversed:
        yield from reversed(list(items(tracer, made.operands[0], site, path)))
    elif made.callee is enumerate:
        (start,) = made.operands[1:] or (dict(made.keywords).get("start", Const(0)),)
        for index, item in enumerate(items(tracer, made.operands[0], site, path), tracer.value(start)):
            yield tracer.emit(make_tuple, Const(index), item, like="item", site=site, path=path)
    else:
        columns = [items(tracer, o, site, path) for o in made.operands]
        for row in zip(*columns, strict=any(tracer.value(o) for _, o in made.keywords)):
            yield tracer.emit(make_tuple, *row, like="item", site=site, path=path)


def _of_dict(tracer: Tracer, made: Step, site: Site | None, path: tuple[Box, ...]) -> Iterator[Operand]:
    """The items of a view of a dict."""
    (owner,) = made.operands
    for key in tracer.value(owner):
        if made.callee == Method("keys"):
            yield Const(key)
            continue
        item = tracer.emit(operator.getitem, owner, Const(key), like="item", site=site, path=path)
        pair = made.callee == Method("items")
        yield tracer.emit(make_tuple, Const(key), item, like="item", site=site, path=path) if pair else item
