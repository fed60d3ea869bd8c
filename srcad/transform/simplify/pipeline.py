"""The passes in their order, over a whole function and over a block of steps."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from srcad import wengert
from srcad.facts import Fact
from srcad.transform.analyses.memory import Regions
from srcad.transform.simplify.algebra import apply_algebra
from srcad.transform.simplify.broadcasts import remove_broadcasts
from srcad.transform.simplify.common import share_subexpressions
from srcad.transform.simplify.containers import fold_containers
from srcad.transform.simplify.copies import remove_copies
from srcad.transform.simplify.dead import remove_dead_steps
from srcad.transform.simplify.decide import decide_tests
from srcad.transform.simplify.elements import join_updates
from srcad.transform.simplify.first import assign_first
from srcad.transform.simplify.fold import fold_constants
from srcad.transform.simplify.lengths import ask_arguments
from srcad.transform.simplify.logistic import write_logistic
from srcad.transform.simplify.regroup import regroup
from srcad.transform.simplify.rewrite import rewrite
from srcad.transform.simplify.signs import pull_out_signs
from srcad.transform.simplify.unbroadcast import resolve_unbroadcast
from srcad.transform.simplify.vanishing import drop_vanishing
from srcad.transform.simplify.views import write_directly
from srcad.wengert import Function, Node, Operand, Param, Step

REWRITERS = (
    fold_constants,
    fold_containers,
    decide_tests,
    ask_arguments,
    resolve_unbroadcast,
    remove_broadcasts,
    write_logistic,
    apply_algebra,
    regroup,
    pull_out_signs,
    drop_vanishing,
    write_directly,
)

ROUNDS = 6
"""How often the passes are repeated at most.  Each is exact by itself, so stopping early costs only beauty."""


def simplify(
    function: Function,
    facts: MutableMapping[str, Fact],
    values: frozenset[str] = frozenset(),
    *,
    rounds: int = ROUNDS,
) -> Function:
    """The function without what a careful person would not have written; it returns the same.

    Forward steps keep their results bit for bit; adjoint steps may be rounded differently.  Facts of new names
    are added to `facts`.  `values` are free names of which the caller knows that nothing writes to their memory.

    >>> import operator
    >>> from srcad.wengert import Const, identity
    >>> steps = (
    ...     Step(("y",), identity, ("x",)),
    ...     Step(("z",), operator.mul, ("y", "y")),
    ...     Step(("unused",), operator.neg, ("z",)),
    ... )
    >>> print(simplify(Function("f", (Param("x"),), steps, "z"), {}))
    f(x):
        z = mul(x, x)
        return z
    """
    regions = Regions(facts, values)
    for _ in range(rounds):
        before = function
        function = rewrite(function, facts, REWRITERS, regions)
        function = share_subexpressions(function, facts, regions)
        function = remove_copies(function, facts, regions)
        function = join_updates(function, facts, regions)
        function = assign_first(function, facts, regions)
        is_settled = function is before or function.body == before.body and function.result == before.result
        function = remove_dead_steps(function, facts, regions)
        if is_settled:
            break
    return function


def simplify_block(
    nodes: Iterable[Node],
    live: frozenset[str],
    facts: MutableMapping[str, Fact],
    values: frozenset[str] = frozenset(),
) -> tuple[tuple[Node, ...], dict[str, Operand]]:
    """Steps that leave the same in the names `live`, and for those that became superfluous what replaces them.

    The block counts as a function of its free names that returns the live ones.  `values` are free names of
    which the caller knows that nothing writes to their memory; others are taken to share memory with each other.

    >>> from srcad.wengert import Const, identity
    >>> simplify_block((Step(("y",), identity, ("x",)),), frozenset({"y"}), {})
    ((), {'y': 'x'})
    """
    nodes = tuple(nodes)
    names = sorted(live)
    free = sorted(wengert.free_names(nodes).union(live - wengert.defined_names(nodes)))
    closing = Step(("live results",), wengert.make_tuple, tuple(names))
    function = Function("block", tuple(map(Param, free)), (*nodes, closing), closing.target)
    function = simplify(function, facts, values)
    body = [node for node in function.body if outer_target(node) != closing.target]
    (closed,) = (node for node in function.body if outer_target(node) == closing.target)
    return tuple(body), {a: b for a, b in zip(names, closed.operands, strict=True) if a != b}


def outer_target(node: Node) -> str | None:
    """The only target of a step."""
    return node.targets[0] if isinstance(node, Step) and len(node.targets) == 1 else None
