"""From a program that is linear in some of its parameters to one that takes many of these at once.

Guarantee: the new program computes, for parameters with a leading axis, the results for all the examples along it, with
a leading axis of their own; what does not depend on them is computed once.  Where no such program is known,
NotBatchedError is raised.

    dot_y = dot_x[1:] * t          becomes    dot_y = dot_x[:, 1:] * t
    dot_s = np.sum(dot_y)                     dot_s = np.sum(dot_y, axis=1)

What varies with the parameters, by itself or by the memory it is in, is what has the leading axis (the same analysis
finds what has a derivative).  A primitive without a rule is called in a loop over the examples.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from srcad import facts as fa
from srcad.facts import Fact
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.varied import varied_names
from srcad.transform.batching.rules import VIEWS, is_store, looks_at_shapes, rule_for, stored
from srcad.transform.batching.state import Batch, NotBatchedError, with_axis
from srcad.transform.builder import Builder
from srcad.transform.simplify import simplify
from srcad.wengert import (
    Attempt,
    Attribute,
    Branch,
    Carried,
    ForLoop,
    Function,
    Method,
    Names,
    Node,
    Operand,
    Step,
    WhileLoop,
    Within,
    identity,
    make_list,
    make_tuple,
    walk,
)

__all__ = ["NotBatchedError", "batched"]


def batched(
    function: Function, facts: Mapping[str, Fact], params: Iterable[str], items: int | None
) -> tuple[Function, dict]:
    """The program for a batch of these parameters, and what is known of its names.

    The result, or of a tuple of them the last `items` or all, has the leading axis, if it depends on them or not.
    """
    params = tuple(params)
    given = frozenset(p.name for p in function.params)
    inner, closing = without_result(function)
    memory = Memory(inner.body, facts, separate=given)
    names = varied_names(inner, facts, memory, params)
    if names & given != set(params):
        raise NotBatchedError("a parameter that has no leading axis is written to")
    known = dict(facts)
    batch = Batch(names, facts, memory, made_of(function), Builder(Names.of(function), known), params[0])
    for name in params:
        known[name] = with_axis(facts.get(name, fa.UNKNOWN))
    run = _Run(batch)
    result: list[Operand] = []

    def write() -> None:
        run.block(inner.body)
        result.append(run.result(closing, function.result, items))

    body = batch.builder.nested(write)
    return simplify(replace(function, body=body, result=result[0]), known), known


def without_result(function: Function) -> tuple[Function, dict[str, Step]]:
    """The function without the steps at its end that make tuples for its result, which would mix up what they hold."""
    body, closing = list(function.body), {}
    wanted = {function.result}
    while body and isinstance(last := body[-1], Step) and last.callee is make_tuple and last.target in wanted:
        closing[last.target] = body.pop()
        wanted.update(last.operands)
    return replace(function, body=tuple(body)), closing


def made_of(function: Function) -> dict[str, Step]:
    """The steps that make tuples and lists which nobody changes."""
    memory = Memory(function.body, {})
    steps = [n for n in walk(function.body) if isinstance(n, Step) and n.callee in (make_tuple, make_list)]
    return {n.target: n for n in steps if not memory.is_changed(n.target)}


class _Run:
    """The walk over the list."""

    def __init__(self, batch: Batch):
        self.b = batch

    def block(self, nodes: Iterable[Node]) -> None:
        """Rewrites a block."""
        for node in nodes:
            match node:
                case Step():
                    self.b.builder.site = node.site
                    self.step(node)
                case Attempt() | Within():
                    raise NotBatchedError("a try or with statement")
                case Branch():
                    self.branch(node)
                case ForLoop() | WhileLoop():
                    self.loop(node)

    def branch(self, node: Branch) -> None:
        """Both arms; what they merge has the leading axis on both ways if on one."""
        if self.b.has_axis(node.test):
            raise NotBatchedError("a test that differs between the examples")
        merges = list(node.merges)
        arms = []
        for arm, nodes in (("then", node.then), ("orelse", node.orelse)):
            with self.b.builder.block() as steps:
                self.block(nodes)
                for i, merge in enumerate(merges):
                    if self.b.has_axis(merge.target):
                        merges[i] = replace(merges[i], **{arm: self.b.repeated(getattr(merge, arm))})
            arms.append(tuple(steps))
        self.note(m.target for m in merges)
        self.b.builder.add(replace(node, then=arms[0], orelse=arms[1], merges=tuple(merges)))

    def loop(self, node: ForLoop | WhileLoop) -> None:
        """The same trips; what a loop carries has the leading axis from the first one on if it ever has."""
        b = self.b
        decides = (node.until, node.iterable if isinstance(node, ForLoop) else node.test)
        if any(o is not None and b.has_axis(o) for o in decides):
            raise NotBatchedError("a loop that differs between the examples")
        inits = [b.repeated(c.init) if b.has_axis(c.name) else c.init for c in node.carried]
        self.note(c.name for c in node.carried)
        nexts: list[Operand] = []
        parts = []
        for nodes in (node.body,) if isinstance(node, ForLoop) else (node.test_steps, node.body):
            with b.builder.block() as steps:
                self.block(nodes)
                if nodes is node.body:
                    nexts = [b.repeated(c.next) if b.has_axis(c.name) else c.next for c in node.carried]
            parts.append(tuple(steps))
        self.note(c.result for c in node.carried)
        rows = zip(node.carried, inits, nexts, strict=True)
        carried = tuple(Carried(c.name, init, following, c.result) for c, init, following in rows)
        if isinstance(node, ForLoop):
            b.builder.add(replace(node, body=parts[0], carried=carried))
        else:
            b.builder.add(replace(node, test_steps=parts[0], body=parts[1], carried=carried))

    def note(self, names: Iterable[str]) -> None:
        """Notes what is known of names that are no target of a step."""
        for name in names:
            if self.b.has_axis(name):
                self.b.builder.facts[name] = with_axis(self.b.fact(name))

    def step(self, step: Step) -> None:
        """Rewrites one step."""
        b = self.b
        given = any(map(b.has_axis, (*step.operands, *(o for _, o in step.keywords))))
        if given and looks_at_shapes(step):
            keywords = tuple((k, b.example(o)) for k, o in step.keywords)
            step, given = replace(step, operands=tuple(map(b.example, step.operands)), keywords=keywords), False
        gives = any(map(b.has_axis, step.targets))
        if not given and not gives:
            b.builder.add(step)
            if step.callee == Attribute("T") and b.rank(step.operands[0]) == 2:
                b.transposes[step.target] = step.operands[0]
        elif given and is_store(step):
            stored(b, step)
        elif step.callee is identity and step.operands[0] in b.made:
            for target, operand in zip(step.targets, b.made[str(step.operands[0])].operands, strict=True):
                self.step(replace(step, targets=(target,), operands=(operand,)))
        elif len(step.targets) != 1 or not gives:
            raise NotBatchedError("a value that differs between the examples, and is no number or array")
        elif step.target not in b.made:
            self.give(step, self.computed(step) if given else self.repeated(step))

    def repeated(self, step: Step) -> Operand:
        """What is the same for all examples to begin with, and written to later."""
        if step.callee is np.zeros_like and not step.keywords:
            shape = self.b.step(
                operator.add, self.b.step(make_tuple, self.b.size()), self.b.step(np.shape, *step.operands)
            )
            return self.b.step(np.zeros, shape, *self.b.dtype_of(step.target))
        once = self.b.builder.names.fresh(step.target)
        self.b.builder.append(replace(step, targets=(once,)), self.b.fact(step.target))
        return self.b.repeated(once)

    def computed(self, step: Step) -> Operand:
        """The results for all examples, by the rule of the callee or by a loop."""
        b = self.b
        rule = rule_for(step.callee)
        views = step.callee in VIEWS if effects.hashable(step.callee) else False
        if (
            b.memory.is_written(step.target)
            and not views
            and b.memory.region(step.target) in map(b.memory.region, filter(b.has_axis, step.operands))
        ):
            raise NotBatchedError("a view that may be a copy")
        if rule is not None:
            with b.builder.block() as steps:
                try:
                    found = rule(b, step)
                except NotBatchedError:
                    steps.clear()
                    found = None
            if found is not None:
                b.builder.steps.extend(steps)
                return found
        return self.one_by_one(step)

    def one_by_one(self, step: Step) -> Operand:
        """A loop over the examples."""
        b = self.b
        if not effects.is_pure(step, b.builder.facts) or b.memory.is_written(step.target):
            raise NotBatchedError("a call that must happen once, or gives memory that is written to")
        if any(b.has_axis(o) and o in b.made for o in (*step.operands, *(o for _, o in step.keywords))):
            raise NotBatchedError("a call that is given a tuple or list")
        found = b.step(make_list)
        count = b.step(range, b.size())
        index = b.builder.names.fresh("i")
        b.builder.facts[index] = fa.INT
        with b.builder.block() as steps:
            part = {o: b.step(operator.getitem, o, index) for o in dict.fromkeys(step.operands) if b.has_axis(o)}
            part |= {o: b.step(operator.getitem, o, index) for _, o in step.keywords if b.has_axis(o)}
            one = b.builder.names.fresh(step.target)
            operands = tuple(part.get(o, o) for o in step.operands)
            keywords = tuple((k, part.get(o, o)) for k, o in step.keywords)
            b.builder.append(Step((one,), step.callee, operands, keywords, step.site), b.fact(step.target))
            b.builder.effect(Method("append"), found, one)
        b.builder.add(ForLoop(index, count, tuple(steps), (), None, step.site))
        return b.builder.step(np.array, found, fact=with_axis(b.fact(step.target)))

    def give(self, step: Step, found: Operand) -> None:
        """Names what was computed.  Raises NotBatchedError if it is not like the target, with one more axis."""
        b = self.b
        want, have = with_axis(b.fact(step.target)), fa.widen(b.builder.fact(found))
        if not isinstance(have, fa.Array) or have.dtype != want.dtype or len(have.shape or ()) != len(want.shape or ()):
            raise NotBatchedError(f"{step.target} is {have}, and {want} was expected")
        last = b.builder.steps[-1]
        if isinstance(last, Step) and last.targets == (found,):
            b.builder.steps[-1] = replace(last, targets=step.targets)
        else:
            b.builder.add(Step(step.targets, identity, (found,), (), step.site))
        b.builder.facts[step.target] = have

    def result(self, closing: Mapping[str, Step], result: Operand, items: int | None) -> Operand:
        """The result, or the last items of the tuple, with the leading axis."""
        self.b.builder.site = None
        step = closing.get(str(result)) or self.b.made.get(str(result))
        if step is None:
            self.check(result)
            return self.b.repeated(result)
        first = () if items is None else step.operands[: len(step.operands) - items]
        last = [self.result(closing, o, None) for o in step.operands[len(first) :]]
        return self.b.step(step.callee, *(self.kept(closing, o) for o in first), *last)

    def kept(self, closing: Mapping[str, Step], result: Operand) -> Operand:
        """A part of the result that has no leading axis."""
        step = closing.get(str(result))
        return result if step is None else self.b.step(make_tuple, *(self.kept(closing, o) for o in step.operands))

    def check(self, operand: Operand) -> None:
        """Raises NotBatchedError for what is no number or array."""
        if not fa.is_numeric(self.b.fact(operand)):
            raise NotBatchedError("a result that is no number or array")
