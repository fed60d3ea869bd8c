"""Iterators that several places ask for values: each asks a function that goes on to the next one.

Guarantee: see `transform.resumable`; all that is done with such an iterator is seen, or it is refused.
"""

from __future__ import annotations

import builtins
import operator
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.errors import Site, UnsupportedError
from srcad.facts import Dict, Fact, Instance, List, Tuple
from srcad.library.kinds import indexed as is_indexed
from srcad.transform.analyses import effects
from srcad.transform.courses import is_maker
from srcad.transform.iterators import AskedAgainError, Generator, Made, Suspended
from srcad.transform.resumable import resumable
from srcad.wengert import (
    ASKING,
    LAST,
    Branch,
    Const,
    ForLoop,
    Function,
    Merge,
    Node,
    Operand,
    Param,
    Step,
    WhileLoop,
    after_last,
    base,
    has_more,
    identity,
    indexed,
    item_at,
    make_tuple,
    raise_error,
    renamed,
    walk,
    yield_item,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser

_ITERATORS = (zip, enumerate, reversed)
REMEDY = "make a list of the items first: items = list(...)"


def begun(run: Specialiser, generator: Generator) -> Suspended:
    """A generator in the form in which several places may ask it: makes its cells."""
    own = generator.function.site is None
    if generator.callee in run.inlining and not own:
        raise UnsupportedError(
            f"the generator {generator.function.name} asks for values of one that it makes by calling itself",
            "collect the values in a list and return it",
            generator.site,
        )
    function = renamed(run.shared_captures(generator.function), run.builder.names)
    given = (generator.bound[p.name] for p in generator.function.params)
    known = dict(zip((p.name for p in function.params), given, strict=True))
    run.replaced.update(known)
    run.guards.extend(function.guards)
    makers = {name: run.pulls.makers[o] for name, o in known.items() if o in run.pulls.makers}
    parts = resumable(function, run.builder.names, makers)
    place, made_here = run.place, run.made_here
    run.enter(parts.before, f"{place}:{made_here} iterator")
    around = run.calling
    run.calling = generator.site
    run.nodes(parts.before)
    run.calling = around
    run.place, run.made_here = place, made_here + 1
    run.consumers[parts.advance] = [*run.inlining, *(() if own else (generator.callee,))], generator.site
    attempts = None if own else run.attempts
    return Suspended(generator.name, parts.advance, parts.item, attempts)


def remade(run: Specialiser, step: Step) -> Generator | None:
    """An iterator of `zip`, `enumerate` or `reversed` as a generator of its items; notes what makes iterables."""
    if len(step.targets) != 1 or not effects.hashable(step.callee) or not is_maker(step):
        return None
    run.pulls.makers[step.target] = step
    if step.callee not in _ITERATORS or run.place not in run.pulls.several:
        return None
    names = run.builder.names
    items, item = names.fresh("items"), names.fresh("item")
    params = {o: names.fresh(base(o)) for o in step.operands if isinstance(o, str)}
    made = replace(step, targets=(items,), operands=tuple(params.get(o, o) for o in step.operands))
    loop = ForLoop(item, items, (Step((names.fresh("stopped"),), yield_item, (item,), (), step.site),), site=step.site)
    function = Function("items", tuple(map(Param, params.values())), (made, loop), Const(None), generator=True)
    bound = {name: o for o, name in params.items()}
    return Generator(step.target, step.callee, function, bound, step.site, place=run.place)


def noted(run: Specialiser, step: Step) -> None:
    """Notes an iterator that a step makes, and those that it takes the items of."""
    if not effects.hashable(step.callee) or step.callee not in _ITERATORS or len(step.targets) != 1:
        return
    for operand in step.operands:
        if isinstance(source := run.fact(operand), Made):
            run.pulls.pull(source, run.loops, step)
    fact = run.facts[step.target]
    if isinstance(fact, Instance) and fa.is_active_type(fact.element) is not False:
        made = Made(fact.type, fact.element, step.target, step, run.place)
        run.facts[step.target] = made
        run.pulls.make(made, run.loops)


def resolved(run: Specialiser, step: Step, source: Fact) -> bool:
    """Rewrites a step that asks an iterator; False if it is none."""
    if step.callee is builtins.next and len(step.targets) < 2:
        if isinstance(source, Made):
            raise AskedAgainError(source.place)
        if isinstance(source, Suspended):
            _run(run, _next(run, step, source))
            return True
    if step.callee in (builtins.iter, identity) and isinstance(source, Suspended) and len(step.targets) == 1:
        run.builder.append(step)
        run.facts[step.target] = source
        run.pulls.names.add(step.target)
        return True
    if step.callee is identity and len(step.targets) > 1 and (parts := _parts(run, step, source)) is not None:
        for target, part in zip(step.targets, parts, strict=True):
            run.step(Step((target,), identity, (part,), (), step.site))
        return True
    if not any(step.callee is known for known in ASKING):
        return False
    if isinstance(source, Generator):
        raise AskedAgainError(source.place)
    if isinstance(source, (fa.Unknown, fa.Nothing)):
        run.append(step, step.operands, ())  # more is known of it later, or `refuse_unknown` finds it
        return True
    _run(run, _item_step(run, step, source))
    return True


def _parts(run: Specialiser, step: Step, source: Fact) -> tuple[Operand, ...] | None:
    """The operands of the tuple that a step unpacks, if an iterator is among them and it was made in this block."""
    if not isinstance(source, Tuple) or not any(isinstance(fact, fa.Iterator) for fact in source.items):
        return None
    made = next((s for s in run.builder.steps if isinstance(s, Step) and s.targets == step.operands), None)
    if made is None or made.callee is not make_tuple or len(made.operands) != len(step.targets):
        return None
    run.pulls.names.add(made.target)
    return made.operands


def refuse_unknown(function: Function) -> None:
    """Raises where it has not become known what an iterator goes over."""
    for node in walk(function.body):
        if isinstance(node, Step) and any(node.callee is known for known in ASKING):
            raise _refusal(node)


def _run(run: Specialiser, nodes: tuple[Node, ...]) -> None:
    run.enter(nodes, f"{run.place}:{run.made_here} next")
    place, made_here = run.place, run.made_here
    run.nodes(nodes)
    run.place, run.made_here = place, made_here + 1


def asked(run: Specialiser, source: Suspended, more: str, site: Site | None) -> Step:
    """The step that goes on to the next value.  Raises UnsupportedError where an error that ends it may be caught."""
    if source.attempts is not None and run.attempts > source.attempts:
        raise UnsupportedError(
            f"the generator {base(source.name)!r} is asked for values in a `try`, and in other places",
            "make the generator inside the `try`, or a list of its values before: list(...)",
            site,
        )
    return Step((more,), source.advance, (), (), site)


def _next(run: Specialiser, step: Step, source: Suspended) -> tuple[Node, ...]:
    """`next(iterator)` and `next(iterator, default)`"""
    more, item = run.builder.names.fresh("more"), run.builder.names.fresh("item")
    target = step.targets[0] if step.targets else run.builder.names.fresh("item")
    asks = asked(run, source, more, step.site)
    if step.operands[1:]:
        read = Step((item,), operator.getitem, source.item, (), step.site)
        merge = Merge(target, item, step.operands[1])
        return asks, Branch(more, (read,), (), (merge,), step.site)
    error = run.builder.names.fresh("error")
    missing = (Step((error,), StopIteration, (), (), step.site), Step((), raise_error, (error,), (), step.site))
    return (
        asks,
        Branch(more, (), missing, (), step.site),
        Step(step.targets, operator.getitem, source.item, (), step.site),
    )


def _item_step(run: Specialiser, step: Step, source: Fact) -> tuple[Node, ...]:
    """What a step of `transform.courses` comes to."""
    owner = step.operands[0]
    if isinstance(source, Suspended):
        if step.callee is after_last:
            return (replace(step, callee=identity, operands=step.operands[1:]),)
        if step.callee is has_more:
            return (asked(run, source, step.target, step.site),)
        if step.callee is item_at:
            return (replace(step, callee=operator.getitem, operands=source.item),)
        if step.callee is indexed and step.operands[1] == Const(True):
            return (replace(step, callee=identity, operands=(owner,)),)
    elif step.callee is item_at:
        return (replace(step, callee=operator.getitem),)
    elif step.callee is has_more:
        length = run.builder.names.fresh("length")
        return Step((length,), len, (owner,), (), step.site), replace(
            step, callee=operator.lt, operands=(step.operands[1], length)
        )
    if step.callee is after_last:
        grows = isinstance(source, List) and source.items is None
        return (replace(step, callee=identity, operands=(Const(LAST) if grows else step.operands[1],)),)
    if isinstance(source, Dict) and source.type is dict and (source.items is not None or len(step.operands) < 3):
        return (replace(step, callee=builtins.list, operands=(owner,)),)
    if step.callee is indexed and is_indexed(source):
        return (replace(step, callee=identity, operands=(owner,)),)
    raise _refusal(step)


def _refusal(step: Step) -> UnsupportedError:
    return UnsupportedError(
        "values of this are asked for in several places, and it is not known to be a list, tuple, array or dict",
        REMEDY,
        step.site,
    )


def go_on(run: Specialiser, node: ForLoop, source: Suspended) -> None:
    """Rewrites a loop over what is left."""
    more = run.builder.names.fresh("more")
    asks = asked(run, source, more, node.site)
    read = Step((node.target,), operator.getitem, source.item, (), node.site)
    loop = WhileLoop((asks,), more, (read, *node.body), node.carried, node.until, node.site)
    run.enter((loop,), run.places.get(id(node), run.place))
    run.nodes((loop,))


def handed_on(iterator: Suspended, step: Step | None) -> UnsupportedError:
    """The refusal of an iterator that is kept or given to something that is not seen."""
    return UnsupportedError(
        f"the iterator {base(iterator.name)!r} is asked for values in several places, and merged, kept or given away",
        REMEDY,
        None if step is None else step.site,
    )
