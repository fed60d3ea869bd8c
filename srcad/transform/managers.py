"""The managers of `with`, written out as the calls that Python makes around the block.

Guarantee.  A `Within` keeps the text of a `with` whose manager has nothing to do with derivatives.  One of which that
proves false is written out: entered, its block an `Attempt`, left by one of two calls of `__exit__`, which are calls
like others.  A manager that a generator function makes (`contextlib.contextmanager`) is the generator's body,
with the block where it yields; an error of the block is then raised where it yields, as Python has it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from srcad.errors import Site, UnsupportedError
from srcad.facts import Fact
from srcad.transform.iterators import Generator
from srcad.transform.lower.managers import ENTER, EXIT
from srcad.wengert import (
    Attempt,
    Attribute,
    Branch,
    Const,
    ForLoop,
    Function,
    MakeFunction,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
    always_raises,
    never_raises,
    raise_error,
    walk,
    yield_item,
)


@dataclass(frozen=True, slots=True, eq=False)
class MakesManagers(Fact):
    """What `contextlib.contextmanager` makes of the operand `generator`, a function of the program itself."""

    generator: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Manager(Fact):
    """A manager that the program itself makes of a generator."""

    generator: Generator


# ------------------------------------------------------------------------------------------------ written out


class ActiveManagersError(Exception):
    """Managers that carry a derivative stand at these sites in a `Within`, for which `refusal` is raised otherwise."""

    def __init__(self, sites: Collection[Site | None], refusal: UnsupportedError):
        super().__init__(sites)
        self.sites = frozenset(sites)
        self.refusal = refusal


T = TypeVar("T")
Lower = Callable[[Any], Function]


def with_managers(function: Function, lower: Lower, build: Callable[[Function, Lower], T]) -> T:
    """What `build` makes of a function, in which the managers that carry a derivative are written out.

    `lower` gives the lists of other functions; `build` is given one that writes out managers in these as well.
    Raises UnsupportedError if a manager carries a derivative and cannot be written out.
    """
    sites: frozenset[Site | None] = frozenset()
    while True:
        try:
            return build(*_opened(function, lower, sites))
        except ActiveManagersError as found:
            if found.sites <= sites:
                raise found.refusal from None
            sites |= found.sites


def _opened(function: Function, lower: Lower, sites: Collection[Site | None]) -> tuple[Function, Lower]:
    if not sites:
        return function, lower
    known: dict[Function, Function] = {}  # a list is known by its identity

    def opened(callee: Any) -> Function:
        list_ = lower(callee)
        if list_ not in known:
            known[list_] = written_out(list_, sites)
        return known[list_]

    known[function] = written_out(function, sites)
    return known[function], opened


def written_out(function: Function, sites: Collection[Site | None]) -> Function:
    """The function with the managers at these sites written out."""
    if not any(
        isinstance(n, Within) or isinstance(getattr(n, "callee", None), MakeFunction) for n in walk(function.body)
    ):
        return function
    names = Names.of(function)

    def block(nodes: Iterable[Node]) -> tuple[Node, ...]:
        return tuple(new for node in nodes for new in one(node))

    def one(node: Node) -> tuple[Node, ...]:
        match node:
            case Step(callee=MakeFunction(function=Function() as inner) as making):
                return (replace(node, callee=replace(making, function=written_out(inner, sites))),)
            case Within() if node.site in sites:
                return _calls(replace(node, then=block(node.then)), names)
            case Branch():
                return (replace(node, then=block(node.then), orelse=block(node.orelse)),)
            case ForLoop():
                return (replace(node, body=block(node.body)),)
            case WhileLoop():
                return (replace(node, test_steps=block(node.test_steps), body=block(node.body)),)
        return (node,)

    return replace(function, body=block(function.body))


def _calls(node: Within, names: Names) -> tuple[Node, ...]:
    """A block with the calls that Python makes around it, of a manager that lets every error pass."""
    enter, *inside, leave = node.then
    manager, error = node.test, names.fresh("error")
    kind, traceback = names.fresh("t"), names.fresh("t")
    handler = (
        Step((kind,), type, (error,), (), node.site),
        Step((traceback,), Attribute("__traceback__"), (error,), (), node.site),
        Step((), EXIT, (manager, kind, error, traceback), (), node.site),
        Step((), raise_error, (error,), (), node.site),
    )
    return (
        replace(enter, callee=ENTER, operands=(manager,)),
        Attempt(Const(BaseException), tuple(inside), handler, node.merges, node.site, error),
        replace(leave, callee=EXIT, operands=(manager, *[Const(None)] * 3)),
    )


# ----------------------------------------------------------------------------------------------- generators


def refuse_many_yields(function: Function) -> None:
    """Raises for a generator that may yield more than once, as no manager may."""
    if _most(function.body) > 1:
        raise UnsupportedError(
            f"the context manager {function.name} may yield more than once",
            "yield in one place, outside of loops",
            function.site,
        )


def _yields(node: Node) -> bool:
    return isinstance(node, Step) and node.callee is yield_item


def _most(nodes: Iterable[Node]) -> int:
    """How often these nodes may yield; two stands for any more."""
    count = 0
    for node in nodes:
        match node:
            case Attempt():
                count += _most(node.then) + _most(node.orelse)
            case Branch():
                count += max(_most(node.then), _most(node.orelse))
            case ForLoop() | WhileLoop():
                count += 2 * any(map(_yields, walk((node,))))
            case _:
                count += _yields(node)
    return count


def certainly_yields(nodes: Iterable[Node]) -> bool:
    """Whether control comes to the end of these nodes only after a `yield`."""
    for node in nodes:
        match node:
            case Attempt():
                found = certainly_yields(node.then) and (always_raises(node.orelse) or _yields_at_once(node.then))
            case Within():
                found = certainly_yields(node.then)
            case Branch():
                found = all(always_raises(arm) or certainly_yields(arm) for arm in (node.then, node.orelse))
            case _:
                found = _yields(node)
        if found:
            return True
    return False


def _yields_at_once(nodes: Iterable[Node]) -> bool:
    """Whether nothing raises before the `yield`."""
    return _yields(next((node for node in nodes if not never_raises(node)), Step((), None)))
