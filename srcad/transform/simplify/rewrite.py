"""Rewriting step by step: one walk over a function that applies small local rewriters, and propagates copies.

A rewriter looks at one step, whose operands are rewritten already, and through the `Context` at the steps that
define them.  It returns None to leave the step, an operand that replaces its target, a mapping that replaces
several targets, or the steps to put in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any

from srcad import wengert
from srcad.facts import UNKNOWN, Fact, Known, Number, widen
from srcad.transform.analyses.memory import Regions
from srcad.transform.simplify.context import Context
from srcad.wengert import (
    Attempt,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
)

Rewriting = None | Operand | Mapping[str, Operand] | Step | tuple[Step, ...]
Rewriter = Callable[[Step, "Context"], Rewriting]


def rewrite(
    function: Function,
    facts: MutableMapping[str, Fact],
    rewriters: Iterable[Rewriter] = (),
    regions: Regions | None = None,
) -> Function:
    """The function after every step went through the rewriters, with copies and constants propagated.

    Copies are steps `a = b`, merges of twice the same, and carried values that never change.  Branches whose test
    is a constant are replaced by the arm that is taken.  Every name still has one definition before its reads.

    >>> import operator
    >>> from srcad.wengert import Param, identity
    >>> steps = (Step(("y",), identity, ("x",)), Step(("z",), operator.add, ("y", "y")))
    >>> print(rewrite(Function("f", (Param("x"),), steps, "z"), {}))
    f(x):
        z = add(x, x)
        return z
    """
    walk = _Walk(Context(function, facts, regions or Regions(facts)), tuple(rewriters))
    body = walk.block(function.body)
    result = walk.use(function.result)
    late = walk.late
    if late:
        late = {name: _resolve(name, late) for name in late}
        body = wengert.substitute(body, late)
        result = late.get(result, result) if isinstance(result, str) else result
    if result == function.result and body is function.body:
        return function
    return replace(function, body=body, result=result)


def _resolve(name: str, names: Mapping[str, Operand]) -> Operand:
    operand: Operand = name
    while isinstance(operand, str) and operand in names:
        operand = names[operand]
    return operand


class _Walk:
    """One walk: `mapping` replaces names in what follows, `late` names in what is already rewritten."""

    def __init__(self, context: Context, rewriters: tuple[Rewriter, ...]):
        self.context = context
        self.rewriters = rewriters
        self.mapping: dict[str, Operand] = {}
        self.late: dict[str, Operand] = {}

    def use(self, operand: Any) -> Any:
        return self.mapping.get(operand, operand) if isinstance(operand, str) else operand

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        result: list[Node] = []
        for node in nodes:
            match node:
                case Step():
                    self._step(self._used(node), result, 8)
                case Branch():
                    self._branch(node, result)
                case ForLoop() | WhileLoop():
                    result.append(self._loop(node))
        return wengert.as_before(result, nodes)

    def _scope(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """A block that may not run."""
        mark = self.context.mark()
        nodes = self.block(nodes)
        self.context.leave(mark)
        return nodes

    def _used(self, step: Step) -> Step:
        mapping = self.mapping
        if not mapping or not any(o in mapping for o in wengert.own_operands(step) if isinstance(o, str)):
            return step
        operands = tuple(map(self.use, step.operands))
        return Step(step.targets, step.callee, operands, tuple((k, self.use(o)) for k, o in step.keywords), step.site)

    def _step(self, step: Step, result: list[Node], fuel: int) -> None:
        """Appends what becomes of a step; new steps go through the rewriters again, `fuel` times at most."""
        if step.callee is wengert.identity and len(step.targets) == 1:
            self._replace(step, step.operands[0])
            return
        for rewriter in self.rewriters if fuel else ():
            new = rewriter(step, self.context)
            if new is None:
                continue
            if isinstance(new, Step):
                self._step(new, result, fuel - 1)
            elif isinstance(new, tuple):
                for one in new:
                    self._step(self._used(one), result, fuel - 1)
            elif isinstance(new, Mapping):
                self.mapping.update(new)
            else:
                self._replace(step, new)
            return
        self.context.follow(step)
        self.context.define(step)
        result.append(step)

    def _replace(self, step: Step, operand: Operand) -> None:
        """Puts an operand in the place of a target.  A cotangent's name goes over to a temporary of its rule."""
        target = step.target
        self.mapping[target] = operand
        self.context.read_instead(operand, target)
        made = self.context.definition(operand)
        if made is None or operand in self.late or made.site is None or not made.site.adjoint:
            return
        if wengert.base(operand) in ("t", "d_t") and wengert.base(target) not in ("t", "d_t", "d"):
            if wengert.base(target).startswith("d_"):
                self.late[operand] = target
                self.context.facts[target] = self.context.fact(operand)

    def _branch(self, node: Branch, result: list[Node]) -> None:
        test = self.use(node.test)
        decided = _way(node, test, self.context)
        if decided is not None:
            result.extend(self.block(node.then if decided else node.orelse))
            for m in node.merges:
                self.mapping[m.target] = self.use(m.then if decided else m.orelse)
            return
        then, orelse = self._scope(node.then), self._scope(node.orelse)
        merges = []
        for m in node.merges:
            new = Merge(m.target, self.use(m.then), self.use(m.orelse))
            self._join(m.target, new.then, new.orelse)
            if new.then == new.orelse:
                self.mapping[m.target] = new.then
            elif (new.then, new.orelse) == (Const(True), Const(False)) and self._is_truth(node, test, m.target):
                self.mapping[m.target] = test
            else:
                merges.append(m if new == m else new)
        if then or orelse or merges:
            new_node = replace(node, test=test, then=then, orelse=orelse, merges=tuple(merges))
            result.append(wengert.node_as_before(new_node, node))

    def _is_truth(self, node: Branch, test: Operand, flag: str) -> bool:
        """Whether a flag that says which way a branch went is as good as the branch's test."""
        if type(node) is not Branch:
            return False
        fact = widen(self.context.fact(test))
        if not isinstance(fact, Number) or fact.dtype != "bool":
            return False
        return fact.weak is True or self.context.is_only_tested(flag)

    def _loop(self, node: ForLoop | WhileLoop) -> Node:
        inits = [self.use(c.init) for c in node.carried]
        iterable = self.use(node.iterable) if isinstance(node, ForLoop) else None
        self.context.clock += 1  # earlier trips may have written
        mark = self.context.mark()
        test_steps = self.block(node.test_steps) if isinstance(node, WhileLoop) else ()
        body = self.block(node.body)
        self.context.leave(mark)
        self.context.clock += 1
        again = False
        for c, init in zip(node.carried, inits, strict=True):
            again |= self._join(c.name, init, self.use(c.next))
            self._join(c.result, init, self.use(c.next))
        if again:  # the facts that the body was rewritten by were too strong
            for name in wengert.defined_names((node,)):
                self.mapping.pop(name, None)
                self.late.pop(name, None)
            return self._loop(node)
        until = self.use(node.until)
        if until is not None and _truth(until, self.context) is False:
            until = None
        carried = []
        for c, init in zip(node.carried, inits, strict=True):
            after = self.use(c.next)
            if after in (c.name, init):
                self.late[c.name] = self.mapping[c.result] = init
            else:
                carried.append(c if init == c.init and after == c.next else Carried(c.name, init, after, c.result))
        if isinstance(node, ForLoop):
            new: Node = ForLoop(node.target, iterable, body, tuple(carried), until, node.site)
        else:
            new = WhileLoop(test_steps, self.use(node.test), body, tuple(carried), until, node.site)
        return wengert.node_as_before(new, node)

    def _join(self, target: str, *sources: Operand) -> bool:
        """Whether a merged or carried name lost its dtype, because one of its values did."""
        retyped = self.context.retyped
        if not retyped or target in retyped or retyped.isdisjoint(s for s in sources if isinstance(s, str)):
            return False
        self.context.retype(target, UNKNOWN)
        return target in retyped


def _way(node: Branch, test: Operand, context: Context) -> bool | None:
    """Which way a branch goes, if that is known."""
    match node:
        case Attempt(orelse=(Step(callee=wengert.raise_error, operands=(error,)),)) if error == node.error:
            return True  # it only raises again what it catches
        case Attempt():
            return True if all(map(wengert.never_raises, node.then)) else None
        case Within():
            return None
    return _truth(test, context)


def _truth(test: Operand, context: Context) -> bool | None:
    """What a test is, if that is known."""
    fact = context.fact(test)
    if isinstance(fact, Known) and isinstance(fact.value, (bool, int, float, complex, str, tuple, type(None))):
        return bool(fact.value)
    return None
