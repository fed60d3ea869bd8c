"""Functions kept in containers: each becomes the record of what it captured, and a call the body of its function.

Guarantee: a record stands only where everything that is done with the function is seen: it is put into containers,
taken out, given other names, and called.  Then a call through a container is a call like any other, and what the
function captured has its cotangent in that of the record.  The method is defunctionalisation (Reynolds, "Definitional
interpreters for higher-order programming languages", 1972).
"""

from __future__ import annotations

import operator
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad import facts as fa
from srcad.facts import UNKNOWN, Dict, Fact, Instance, List, Tuple
from srcad.transform.analyses import effects
from srcad.transform.helpers import Specialised, functions_of_record
from srcad.transform.specialise import calls
from srcad.wengert import (
    CALL,
    UNSET,
    Branch,
    Const,
    Function,
    MakeFunction,
    Merge,
    Method,
    Node,
    Operand,
    Recursion,
    Step,
    base,
    identity,
    make_named_tuple,
    own_operands,
    walk,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser

_METHODS = ("append", "insert", "extend", "pop", "reverse", "items", "values", "keys", "get")
_HOLDING = (
    effects.MAKERS
    | effects.COPYING_CONTAINERS
    | effects.ITERATORS
    | {
        identity,
        make_named_tuple,
        operator.getitem,
        operator.setitem,
        operator.delitem,
        operator.add,
        operator.mul,
        len,
    }
    | set(map(Method, _METHODS))
)
"""What may be done with a record, or a container that holds some."""


def wanted(found: Specialised) -> list[dict[Function, type]]:
    """The classes of records to try for functions that are still made as values, if any captured something active.

    First one for each function; then one for all, whose records say first which function they stand for.
    """
    making = [step for step in _making(found.function) if _is_plain(step.callee.function)]
    callees = {step.callee.function: step.callee for step in making}
    known = [found.facts.get(o, UNKNOWN) for step in making for o in step.operands if isinstance(o, str)]
    if not any(fa.is_active_type(fact) is not False for fact in known):
        return []
    apart = {function: _record([callee]) for function, callee in callees.items()}
    return [apart, dict.fromkeys(callees, _record(list(callees.values())))] if len(apart) > 1 else [apart]


def _is_plain(function: Function | Recursion) -> bool:
    """Whether a call of a function runs its body there and then."""
    return isinstance(function, Function) and not function.generator


def _making(function: Function) -> list[Step]:
    return [n for n in walk(function.body) if isinstance(n, Step) and isinstance(n.callee, MakeFunction)]


def _record(callees: list[MakeFunction]) -> type:
    """A class of records of what nested functions capture; if there are several, the first field says which it is."""
    names = [_name(callee.function.name) for callee in callees]
    fields = [_name(p.name) for callee in callees for p in callee.function.params[: callee.captured]]
    record = namedtuple("_or_".join(dict.fromkeys(names)), ["which"] * (len(callees) > 1) + fields, rename=True)
    record.functions_of_record = tuple(callees)
    return record


def _name(name: str) -> str:
    return name.replace("<lambda>", "function").replace(".", "_")


def stand(trial: Specialised, classes: Mapping[Function, type]) -> bool:
    """Whether all that is done with the records is known."""
    function, facts = trial.function, trial.facts
    if any(step.callee.function in classes for step in _making(function)) or _holds(facts.get(function.result)):
        return False
    return all(_is_seen(node, facts) for node in walk(function.body) if isinstance(node, Step))


def _is_seen(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step certainly does nothing but keep records, if it is given any."""
    if effects.hashable(step.callee) in _HOLDING:
        return True
    known = [facts.get(o, UNKNOWN) for o in own_operands(step) if isinstance(o, str)]
    return not any(fact == UNKNOWN or _holds(fact) for fact in known)


def _holds(fact: Fact | None) -> bool:
    """Whether a value is a record, or may hold one."""
    match fact:
        case Tuple(items=items, type=kind):
            return functions_of_record(kind) or any(map(_holds, items))
        case List(items=items, element=element):
            return any(map(_holds, (element, *(items or ()))))
        case Dict(items=items, element=element, slots=slots):
            return any(map(_holds, (element, *(f for _, f in (*(items or ()), *(slots or ()))))))
        case Instance(element=element):
            return _holds(element)
    return False


# -------------------------------------------------------------------------------------- making and calling


def made(run: Specialiser, step: Step) -> bool:
    """Makes the record of a function that is to be one; False if the step is something else."""
    record = run.records.get(step.callee.function) if isinstance(step.callee, MakeFunction) else None
    if record is None:
        return False
    fields: list[Operand] = []
    for number, callee in enumerate(functions_of_record(record)):
        if callee.function is step.callee.function:
            fields += step.operands
            which = Const(number)
        else:
            fields += [UNSET] * callee.captured
    tag = (which,) if len(functions_of_record(record)) > 1 else ()
    run.step(replace(step, callee=make_named_tuple, operands=(Const(record), *tag, *fields)))
    return True


def called(run: Specialiser, step: Step) -> bool:
    """Writes the body of the function that a record stands for; False if the step calls something else."""
    known = run.fact(step.operands[0]) if step.callee is CALL else None
    callees = functions_of_record(known.type) if isinstance(known, Tuple) else ()
    if not callees or any(callee.function in run.inlining for callee in callees):
        return False
    if len(callees) == 1:
        reads = _reads(run, step, callees[0], 0)
        run.nodes(tuple(reads))
        return calls.inline(run, step, callees[0].function, tuple(run.use(read.target) for read in reads))
    which = run.builder.names.fresh("which")
    tag = Step((which,), operator.getitem, (step.operands[0], Const(0)), (), step.site)
    run.nodes((tag, *_one_of(run, step, which, list(callees), 0, 1)))
    return True


def _reads(run: Specialiser, step: Step, callee: MakeFunction, first: int) -> list[Step]:
    """The steps that read what a function captured from its record, from a field on."""
    params = callee.function.params[: callee.captured]
    names = [run.builder.names.fresh(base(p.name)) for p in params]
    record = step.operands[0]
    return [Step((n,), operator.getitem, (record, Const(first + i)), (), step.site) for i, n in enumerate(names)]


def _one_of(
    run: Specialiser, step: Step, which: str, callees: list[MakeFunction], number: int, first: int
) -> tuple[Node, ...]:
    """The call of the function that a record says it stands for, of those from a number and a field on."""
    callee, *others = callees
    reads = _reads(run, step, callee, first)
    captured = tuple(read.target for read in reads)
    function, operands = calls.with_captured_defaults(callee.function, captured), (*captured, *step.operands[1:])
    if not others:
        return (*reads, replace(step, callee=function, operands=operands))
    test, *results = (run.builder.names.fresh("t") for _ in range(3))
    targets = [(name,) if step.targets else () for name in results]
    then = (*reads, replace(step, callee=function, operands=operands, targets=targets[0]))
    rest = replace(step, targets=targets[1])
    orelse = _one_of(run, rest, which, others, number + 1, first + callee.captured)
    merges = tuple(Merge(target, results[0], results[1]) for target in step.targets)
    compared = Step((test,), operator.eq, (which, Const(number)), (), step.site)
    return (compared, Branch(test, then, orelse, merges, step.site))
