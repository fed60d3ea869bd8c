"""Generators that the program makes: which loop consumes one, and how its body gets there.

Guarantee: a generator is inlined in one loop or stays a generator; see `transform.generators`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN
from srcad.transform.binding import bind
from srcad.transform.generators import consumption, first_of, handed_to
from srcad.transform.iterators import Generator
from srcad.transform.specialise import suspended
from srcad.transform.specialise.calls import called_function, with_captured_defaults
from srcad.wengert import CALL, Const, ForLoop, Function, Operand, Spread, Step, identity, renamed

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


def iterates(run: Specialiser, step: Step) -> bool:
    """Notes a generator that a step makes, or counts the values of; False if the step does something else."""
    made: Generator | None = None
    source = run.fact(step.operands[0]) if step.operands else UNKNOWN
    if suspended.resolved(run, step, source):
        return True
    if isinstance(source, Generator) and step.callee is next and len(step.targets) < 2:
        step = step if step.targets else replace(step, targets=(run.builder.names.fresh("item"),))
        run.nodes(first_of(step, run.builder.names))
        return True
    if isinstance(source, Generator) and step.callee in (enumerate, identity, iter) and len(step.targets) == 1:
        made = counted(source, step) if step.callee is enumerate else source
    elif len(step.targets) == 1 and (target := called_function(run, step)) and target[0].generator:
        made = generator(run, step, *target)
    elif (remade := suspended.remade(run, step)) is not None:
        made = remade
    if made is None:
        return False
    run.builder.append(step)
    run.pulls.names.add(step.target)
    run.facts[step.target] = suspended.begun(run, made) if made.place in run.pulls.several else made
    return True


def generator(run: Specialiser, step: Step, function: Function, captured: tuple[Operand, ...]) -> Generator | None:
    """The generator that a call makes; None if the call does not fit."""
    operands = step.operands[1:] if step.callee is CALL else step.operands
    keywords = dict(step.keywords)
    if "**" in keywords or isinstance(step.callee, Spread):
        return None
    callee = function if step.callee is CALL else step.callee
    function = with_captured_defaults(function, captured)
    try:
        bound = bind(function, (*captured, *operands), keywords, run.make_tuple, run.make_dict)
    except TypeError:
        return None  # the call raises this itself, when it runs
    made = Generator(step.target, callee, function, bound, step.site, place=run.place)
    run.pulls.make(made, run.loops)
    return made


def generate(run: Specialiser, node: ForLoop, generator: Generator) -> None:
    """Rewrites a loop over a generator."""
    own = generator.function.site is None  # programs of the library do not call themselves
    if generator.callee in run.inlining and not own:
        raise UnsupportedError(
            f"the generator {generator.function.name} asks for values of one that it makes by calling itself",
            "collect the values in a list and return it",
            node.site,
        )
    function = renamed(run.shared_captures(generator.function), run.builder.names)
    given = (generator.bound[p.name] for p in generator.function.params)
    run.replaced.update(zip((p.name for p in function.params), given, strict=True))
    run.guards.extend(function.guards)
    before, consumer, after = consumption(node, generator.start, run.builder.names)
    run.consumers[consumer] = list(run.inlining), run.calling
    inside = handed_to(consumer, function)
    run.enter((*before, *inside, *after), run.places.get(id(node), run.place))
    run.nodes(before)
    around = run.inlining, run.calling
    run.inlining, run.calling = [*run.inlining, *(() if own else (generator.callee,))], generator.site
    run.nodes(inside)
    run.inlining, run.calling = around
    run.nodes(after)


def counted(generator: Generator, step: Step) -> Generator | None:
    """`enumerate(generator, start)`"""
    given = (*step.operands[1:], *(o for _, o in step.keywords))
    if generator.start is not None or len(given) > 1:
        return None
    return replace(generator, start=given[0] if given else Const(0))
