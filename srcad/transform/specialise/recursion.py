"""Functions that call themselves, directly or by way of others: one definition, whose list calls itself.

Guarantee: what is assumed of the arguments and the result of the inner calls holds of the list that was made under
this assumption; it is found as a fixed point, beginning with a function that never returns (Cousot and Cousot,
"Abstract interpretation", 1977).  Where there is none, or the function deals in memory, the callee stays unresolved,
and is differentiated when the program runs.  What the forward function of a recursion saves is a tuple that holds what
its inner calls saved: these are of one kind for each function and kind of arguments, and part of the fixed point.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad import facts as fa
from srcad.checkpoints import Checkpointed
from srcad.facts import NOTHING, UNKNOWN, Dict, Fact, List, Nested, Nothing, Structure, Tuple
from srcad.transform.analyses.containers import holds_container
from srcad.transform.analyses.facts import refreshed
from srcad.transform.binding import bind
from srcad.transform.helpers import (
    Closure,
    Helper,
    Specialised,
    canonical,
    changed_parameters,
    deals_in_its_arguments,
    deals_in_values,
    fact_of_result,
    is_plain,
    returning_fresh,
    without_sites,
)
from srcad.transform.specialise import calls, ending, returning
from srcad.wengert import (
    CALL,
    Const,
    Function,
    MakeFunction,
    Node,
    Operand,
    Recursion,
    Step,
    Variable,
    blocks,
    callees,
    own_operands,
    walk,
    with_blocks,
)

if TYPE_CHECKING:
    from srcad.transform.specialise.run import Specialiser


_ROUNDS = 8
"""How often a function is rewritten under weaker facts before its definition is given up."""

_DEPTH = 4
"""How deep the structure of a result is known: each level of calls may put another around it."""


@dataclass(eq=False)
class Recursive:
    """A function whose list is being made under assumptions; `given` are the facts of what it calls itself with."""

    callable: Callable
    function: Function
    facts: Mapping[str, Fact]
    result: Fact
    token: Recursion
    given: tuple[dict[str, Fact], ...] = ()
    possible: bool = True

    def note(self, facts: Mapping[str, Fact]) -> None:
        """Notes the arguments of an inner call."""
        self.given = (*self.given, dict(facts))


def noted(run: object) -> list[tuple[Recursive, tuple, bool]]:
    """What is known at this moment of the functions whose lists are being made by a run."""
    return [(r, r.given, r.possible) for r in getattr(run, "recursions", ())]


def forget(before: list[tuple[Recursive, tuple, bool]]) -> None:
    """Takes back what was noted since."""
    for this, given, possible in before:
        this.given, this.possible = given, possible


def helper(run: Specialiser, callee: Callable, function: Function, facts: Mapping[str, Fact]) -> Helper | None:
    """The definition of a function for parameters with these facts; None if it must be inlined."""
    found = _helper(run, callee, function, facts, None)
    if found is None and not isinstance(callee, Checkpointed):
        names = [p.name for p in function.params]
        for name in sorted(returning.sources(function, facts).intersection(names)):
            found = found or _helper(run, callee, function, facts, names.index(name))
    return found


def _helper(
    run: Specialiser, callee: Callable, function: Function, facts: Mapping[str, Fact], returns: int | None
) -> Helper | None:
    """The definition, assuming that the function returns the argument at a position, to which it writes."""
    waiting = {r: r.given for r in run.recursions}
    known, result = dict(facts), NOTHING
    structures: dict[tuple[int, ...], Structure] = {}
    kind = _kind_of_saved(run, function, facts)
    changed: tuple[tuple[int, ...], tuple[int, ...]] = (), ()
    for _ in range(_ROUNDS):
        token = Recursion(function.name, None, *changed, returns, apart=any(changed))
        this = Recursive(callee, function, known, result, token)
        specialised = _made(run, this)
        before = kind.fact
        _give_kind(specialised, kind)
        if not this.given:
            break
        wider = known | joined(*({name: facts[name] for name in this.given[0]} for facts in (known, *this.given)))
        wider |= _left_in_arguments(specialised, wider)
        returned = fa.join(result, _result(specialised, structures)) if returns is None else NOTHING
        changes = changed_parameters(specialised)
        if wider == known and returned == result and changes == changed and kind.fact == before:
            break
        this.possible &= all(wider[n] != UNKNOWN or facts[n] == UNKNOWN for n in wider)
        if not this.possible:
            return None
        known, result, changed = wider, returned, changes
    else:
        return None
    # What a derivative hands out of what it was given, it hands to another.
    sharing = isinstance(callee, (Function, Checkpointed))
    if not this.possible:
        return None
    if returns is not None and any(changed):
        if not returning.returns_only(specialised.function, specialised.facts, returns):
            return None
        nothing = replace(specialised.function, result=Const(None), returns=returns)
        specialised = replace(specialised, function=nothing)
    if any(changed) and not isinstance(callee, Checkpointed):
        if not deals_in_its_arguments(specialised):
            return None
        specialised = _changing(specialised, *changed)
    elif returns is not None or not deals_in_values(specialised, sharing):
        return None
    final = (callee, tuple((p.name, known[p.name]) for p in function.params))
    if final in run.helpers:
        return run.helpers[final]
    specialised = returning_fresh(specialised)
    this.token.function = specialised.function
    found = Helper(callee, specialised, all(r.given is given for r, given in waiting.items()), sharing)
    if found.is_final:
        run.helpers[final] = found
    return found


def _left_in_arguments(specialised: Specialised, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What is known of the containers given to a function, as it leaves them."""
    given = {p.name: specialised.facts[p.name] for p in specialised.function.params if p.name in facts}
    held = {name: without_sites(fact) for name, fact in given.items() if holds_container(fact)}
    return joined({name: facts[name] for name in held}, held)


def _changing(specialised: Specialised, changes: tuple[int, ...], changes_held: tuple[int, ...]) -> Specialised:
    """The function, which says what a call of it writes to."""
    function = replace(specialised.function, changes=changes, changes_held=changes_held, apart=True)
    return replace(specialised, function=function)


def _made(run: Specialiser, this: Recursive) -> Specialised:
    run.recursions.append(this)
    run.inlining.append(this.callable)
    specialised = run.specialised(this.function, this.facts)
    run.inlining.pop()
    run.recursions.pop()
    return specialised


def _kind_of_saved(run: Specialiser, function: Function, facts: Mapping[str, Fact]) -> Structure:
    """What is known, so far, of what a function saves that is called with arguments like these."""
    given = tuple((p.name, fa.widen(facts[p.name])) for p in function.params)
    return run.helpers.setdefault((_kind_of_saved, function, given), Structure(NOTHING))


def _give_kind(specialised: Specialised, kind: Structure) -> None:
    """Notes of which kind it is what a function saves."""
    function, facts = specialised.function, specialised.facts
    if function.saves is not None and isinstance(function.result, str):
        facts[function.result] = _with_kind(without_sites(fact_of_result(specialised)), function.saves, kind)


def _with_kind(fact: Fact, path: tuple[int, ...], kind: Structure) -> Fact:
    """The fact of a result, in which what is saved is one of its kind, of which more may be known by now."""
    if not isinstance(fact, Tuple):
        return fact
    if not path:
        kind.fact = fa.with_own_axes(fa.join(kind.fact, fact), "saved")
        return Nested(kind)
    inner = _with_kind(fact.items[path[0]], path[1:], kind)
    return replace(fact, items=(*fact.items[: path[0]], inner, *fact.items[path[0] + 1 :]))


def _result(specialised: Specialised, structures: dict[tuple[int, ...], Structure]) -> Fact:
    fact = _folded(without_sites(fact_of_result(specialised)), structures)
    return canonical({"": _bounded(fact, _DEPTH)})[""]


def _folded(fact: Fact, structures: dict[tuple[int, ...], Structure], path: tuple[int, ...] = ()) -> Fact:
    """The fact with `Nested` for tuples that stand inside tuples of the same kind."""
    if not isinstance(fact, Tuple):
        return fact
    structure = structures.setdefault(path, Structure())
    items = tuple(
        _folded(f, structures, (*path, i)) if (inner := _nested(f, fact, structure)) is f else inner
        for i, f in enumerate(fact.items)
    )
    folded = replace(fact, items=items)
    structure.fact = replace(folded, absent=False)
    return folded


def _nested(fact: Fact, kind: Tuple, structure: Structure) -> Fact:
    """The fact with `Nested` for tuples of this kind."""
    if not isinstance(fact, Tuple):
        return fact
    if len(fact.items) == len(kind.items) and fact.type is kind.type and all(map(_alike, fact.items, kind.items)):
        return Nested(structure)
    items = tuple(_nested(f, kind, structure) for f in fact.items)
    return fact if all(a is b for a, b in zip(items, fact.items, strict=True)) else replace(fact, items=items)


def _alike(a: Fact, b: Fact) -> bool:
    """Whether two facts may be of values at the same place of a structure."""
    if isinstance(a, Nothing) or isinstance(b, Nothing):
        return True
    if isinstance(a, (Tuple, Nested)):
        return isinstance(b, (Tuple, Nested))
    return a == b or fa.join(a, b) != UNKNOWN


def _bounded(fact: Fact, depth: int) -> Fact:
    """The fact with nothing known of structures inside structures beyond a depth."""
    if isinstance(fact, Tuple):
        return replace(fact, items=tuple(_bounded(f, depth - 1) for f in fact.items)) if depth else UNKNOWN
    return fact if depth or not isinstance(fact, (List, Dict)) else UNKNOWN


def joined(*arguments: Mapping[str, Fact]) -> dict[str, Fact]:
    """What holds of the arguments of several calls."""
    return canonical({name: ending.joined([facts[name] for facts in arguments]) for name in arguments[0]})


def has_definition(run: Specialiser, callee: Any) -> bool:
    """Whether a callee is a function that was defined outside, or a list that calls itself."""
    if isinstance(callee, Function):
        return (_LIFTED, callee) in run.helpers or any(isinstance(c, Recursion) for c in callees(callee))
    return isinstance(callee, types.FunctionType)


def with_definition(run: Specialiser, function: Function) -> Function:
    """The list, which is to be kept as one that is called."""
    run.helpers[_LIFTED, function] = function
    return function


def list_of(function: Function | Recursion) -> Function:
    """The list that a callee is or stands for."""
    return function.finished() if isinstance(function, Recursion) else function


# ---------------------------------------------------------------------------------------------- inner calls


def called_again(run: Specialiser, step: Step) -> bool:
    """Writes the call of a function whose list is being made; False if the step is something else."""
    this = next((r for r in reversed(run.recursions) if r.callable is step.callee), None)
    if this is None:
        return False
    bound = _bound(run, step, this)
    if bound is None:
        this.possible = False
        return False
    this.note(canonical({name: run.fact(operand) for name, operand in bound.items()}))
    operands = tuple(bound[p.name] for p in this.function.params)
    call = calls.call_of(run, step, this.token, operands)
    run.builder.append(call, refreshed(this.result))
    calls.note_call(run, call, this.function.params, this.facts)
    calls.give_argument(run, step, call)
    return True


def _bound(run: Specialiser, step: Step, this: Recursive) -> dict | None:
    """The arguments by parameter; None if the call is not one of values that fits the function."""
    given = [run.fact(o) for o in (*step.operands, *(o for _, o in step.keywords))]
    if len(step.targets) > 1 or not all(map(is_plain, given)) or not calls.by_position(this.function, step):
        return None
    if this.token.returns is None and holds_container(this.result) and any(map(holds_container, given)):
        return None  # it may return a container it was given
    try:
        return bind(this.function, step.operands, dict(step.keywords), run.make_tuple, run.make_dict)
    except TypeError:
        return None  # the call raises this itself, when it runs


def opened(run: Specialiser, step: Step) -> Step:
    """A call that a list makes of itself, as it was before: of the function the list was made from."""
    token: Recursion = step.callee
    this = next((r for r in run.recursions if r.token is token), None)
    if this is not None:
        return replace(step, callee=this.callable)
    function = token.finished()
    return replace(step, callee=run.helpers[function].callable if function in run.helpers else function)


# ----------------------------------------------------------------------------------------- nested functions


_LIFTED = "lifted"
"""With a nested function's list, a key of its list as one that is given what it captures (Johnsson, 1985)."""


def lifted_call(run: Specialiser, step: Step) -> Step | None:
    """The call of a nested function that calls itself, given what it captured; None if the step is something else."""
    closure = run.fact(step.operands[0]) if step.callee is CALL else None
    if not isinstance(closure, Closure):
        return None
    function, captured = closure.function, closure.captured
    if (_LIFTED, function) not in run.helpers:
        own = _cells_of_its_own(run, closure)
        if not own:
            return None
        captured = tuple(o for p, o in zip(function.params, captured, strict=False) if p.name not in own)
        function = run.helpers.setdefault((_LIFTED, function, own), _lifted(function, own, len(captured)))
        with_definition(run, function)
    return replace(step, callee=function, operands=(*captured, *step.operands[1:]))


def _cells_of_its_own(run: Specialiser, closure: Closure) -> frozenset[str]:
    """The parameters of a nested function for cells in which it finds nothing but itself."""
    function, found = closure.function, set()
    if any(isinstance(p.default, str) for p in function.params):
        return frozenset()
    for param, cell in zip(function.params, closure.captured, strict=False):
        reads = [n for n in walk(function.body) if param.name in own_operands(n)]
        if reads and all(_reads_itself(run, n, param.name, cell, function) for n in reads):
            found.add(param.name)
    return frozenset(found)


def _reads_itself(run: Specialiser, node: Node, param: str, cell: Operand, function: Function) -> bool:
    if not isinstance(node, Step) or node.callee is not operator.getitem or node.operands[0] != param:
        return False
    key, known = node.operands[1], run.fact(cell)
    if not isinstance(key, Const) or not isinstance(key.value, Variable) or not isinstance(known, Dict):
        return False
    kept = known.get(key.value)
    return isinstance(kept, Closure) and kept.function is function


def _lifted(function: Function, own: frozenset[str], captured: int) -> Function:
    """The function that makes itself where it read itself from a cell."""
    token = Recursion(function.name)
    params = tuple(p for p in function.params if p.name not in own)
    again = MakeFunction(token, captured)
    given = tuple(p.name for p in params[:captured])

    def rewritten(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(map(read, nodes))

    def read(node: Node) -> Node:
        if isinstance(node, Step):
            return replace(node, callee=again, operands=given) if own.intersection(node.operands) else node
        return with_blocks(node, [rewritten(block) for block in blocks(node)])

    token.function = replace(function, params=params, body=rewritten(function.body))
    return token.function
