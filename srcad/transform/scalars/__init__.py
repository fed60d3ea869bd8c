"""Scalar replacement: containers that only this function can see become plain values.

Guarantee.  The new list computes what the list computed.  A list or dict whose entries are all stored and read
under constant keys, and that is itself neither stored, passed on, merged nor captured, is gone from it: a store is
an assignment, with merges at branches and values carried by loops.  This is what takes away the cells that nested
functions share with the function around them, once their calls are inlined.

Control flow is structured, so one walk does it: it keeps the value that each entry has at that point.  Every other
container stays, and is right too.  A dict stays if an entry may be missing where it is read, for the sake of its
KeyError, or if what it holds depends on where a `try` was abandoned; a variable that is not assigned raises what
Python raises, because the value is undefined then.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from srcad.objects import Field
from srcad.transform.lower.tidy import tidy
from srcad.transform.scalars.candidates import candidates
from srcad.transform.scalars.tuples import take_functions_out
from srcad.transform.scalars.unread import looked_at, without_unread, without_vain_stores
from srcad.wengert import (
    UNDEFINED,
    Attempt,
    Branch,
    Carried,
    CarriedVariable,
    Const,
    ForLoop,
    Function,
    MakeFunction,
    Merge,
    Names,
    Node,
    Operand,
    Step,
    Variable,
    WhileLoop,
    Within,
    always_raises,
    base,
    exposed,
    identity,
    made_slots,
    make_list,
    make_tuple,
    own_operands,
    raise_error,
    walk,
)

Slot = tuple[str, Any]
"""A container's name and a key."""

State = dict[Slot, Operand]

_DECIDED = (Const(True), Const(False))
_UNREAD = (identity, make_tuple, functools.partial)


def replace_containers(function: Function) -> Function:
    """The function with plain values in place of containers of its own; the function itself if there are none.

    >>> from srcad.wengert import Param, make_dict
    >>> key, t = Const(Variable("t")), Step(("t.1",), operator.mul, ("t", "t"))
    >>> body = [Step(("cell",), make_dict, (key, "x")), Step(("t",), operator.getitem, ("cell", key)), t]
    >>> body += [Step((), operator.setitem, ("cell", key, "t.1")), Step(("y",), operator.getitem, ("cell", key))]
    >>> print(replace_containers(Function("f", (Param("x"),), tuple(body), "y")))
    f(x):
        t = mul(x, x)
        return t
    """
    taken = take_functions_out(function)
    body = without_unread(taken.body, taken.result, _makes_no_difference)
    roots = candidates(body, taken.result)
    while roots:
        walker = _Walker(taken, roots)
        new, _ = walker.block(body, {})
        if not walker.missing:
            return tidy(replace(taken, body=new, result=walker.use(taken.result)), {}, set())
        roots = {name: root for name, root in roots.items() if root not in walker.missing}
    return function if taken is function else tidy(replace(taken, body=body), {}, set())


def _makes_no_difference(step: Step) -> bool:
    """Whether a step only makes a function or a tuple, or a second name."""
    return isinstance(step.callee, MakeFunction) or any(step.callee is callee for callee in _UNREAD)


class _Walker:
    """Rewrites blocks.  `missing` collects the containers that were read where an entry may not be there."""

    def __init__(self, function: Function, roots: dict[str, str]):
        self.missing: set[str] = set()
        self._names = Names.of(function)
        self._roots = roots
        self._made: set[str | None] = set()
        self._lengths: dict[str, int] = {}
        self._replaced: dict[str, Operand] = {}
        self._partly: set[Operand] = {UNDEFINED}
        self._asked: set[str] = set()  # the containers that handlers around may look at

    def use(self, operand: Operand) -> Operand:
        """What an operand of the old list is in the new one."""
        return self._replaced.get(operand, operand) if isinstance(operand, str) else operand

    def _slot(self, container: str, key: Const) -> Slot:
        root = self._roots[container]
        value = key.value
        if type(value) is int and value < 0 and root in self._lengths:
            value += self._lengths[root]
        return root, value

    def _fresh(self, slot: Slot, *sources: Operand) -> str:
        """A new value of an entry; it may be undefined where a source is."""
        container, key = slot
        like = key if isinstance(key, Variable) else base(container)
        name = self._names.fresh(f"{like}_{key}" if isinstance(key, Field) else like)
        if not self._partly.isdisjoint(sources):
            self._partly.add(name)
        return name

    def block(self, nodes: tuple[Node, ...], state: State) -> tuple[tuple[Node, ...], State]:
        """A block, and the entries at its end, given those at its beginning."""
        new: list[Node] = []
        state = dict(state)
        for node in nodes:
            tested = node.iterable if isinstance(node, ForLoop) else getattr(node, "test", None)
            if isinstance(tested, str) and self.use(tested) == UNDEFINED:
                new += self._unassigned(node, base(tested))
            match node:
                case Step():
                    new += self._step(node, state)
                case Branch() if self.use(node.test) in _DECIDED and type(node) is Branch:
                    taken, state = self.block(node.then if self.use(node.test) == Const(True) else node.orelse, state)
                    new += taken
                    self._merge(node, self.use(node.test) == Const(True))
                case Branch():
                    new.append(self._branch(node, state))
                case ForLoop():
                    new.append(self._for(node, state))
                case WhileLoop():
                    new.append(self._while(self._test_inside(node) if self._stored(node.test_steps) else node, state))
        return tuple(new), state

    def _step(self, node: Step, state: State) -> list[Node]:
        step = replace(
            node,
            operands=tuple(o if o in self._roots else self.use(o) for o in node.operands),
            keywords=tuple((k, self.use(o)) for k, o in node.keywords),
        )
        first = step.operands[0] if step.operands else None
        if len(step.targets) == 1 and self._roots.get(step.target) == step.target:
            self._make(step, state)
        elif first not in self._roots:
            undefined = [base(o) for o in own_operands(node) if isinstance(o, str) and self.use(o) == UNDEFINED]
            return [*(self._unassigned(step, undefined[0]) if undefined else ()), step]
        elif step.callee is operator.setitem:
            state[self._slot(first, step.operands[1])] = step.operands[2]
        elif step.callee is operator.delitem:
            self._remove(self._slot(first, step.operands[1]), state)
        elif step.callee is operator.contains:
            self._look(step, self._slot(first, step.operands[1]), state)
        elif step.callee is operator.getitem:
            return self._read(step, self._slot(first, step.operands[1]), state)
        return []

    def _make(self, step: Step, state: State) -> None:
        pairs: Iterable[tuple[Any, Operand]]
        self._made.add(step.target)
        if step.callee is make_list:
            self._lengths[step.target] = len(step.operands)
            pairs = enumerate(step.operands)
        else:
            pairs = ((k.value, v) for k, v in made_slots(step) if isinstance(k, Const))
        state.update(((step.target, key), value) for key, value in pairs)

    def _remove(self, slot: Slot, state: State) -> None:
        if not isinstance(slot[1], Variable) and state.get(slot, UNDEFINED) in self._partly:
            self.missing.add(slot[0])
        state[slot] = UNDEFINED

    def _look(self, step: Step, slot: Slot, state: State) -> None:
        value = state.get(slot, UNDEFINED)
        if value != UNDEFINED and value in self._partly:
            self.missing.add(slot[0])
        self._replaced[step.target] = Const(value != UNDEFINED)

    def _read(self, step: Step, slot: Slot, state: State) -> list[Node]:
        value = state.get(slot, UNDEFINED)
        if not isinstance(slot[1], Variable) and value in self._partly:
            self.missing.add(slot[0])
        if value == UNDEFINED and not isinstance(slot[1], CarriedVariable):
            self._replaced.update(dict.fromkeys(step.targets, Const(None)))
            return self._unassigned(step, slot[1])
        if len(step.targets) == 1:
            self._replaced[step.target] = value
            return []
        return [replace(step, callee=identity, operands=(value,))]

    def _unassigned(self, node: Node, name: str) -> list[Node]:
        """The steps that raise what Python raises where a variable is read that is not assigned."""
        error, message = self._names.fresh("error"), Const(f"{name!r} is read before it is assigned")
        return [
            Step((error,), NameError, (message,), (), node.site),
            Step((), raise_error, (error,), (), node.site),
        ]

    def _branch(self, node: Branch, state: State) -> Branch:
        test, slots = self.use(node.test), self._stored((node,))
        around = self._asked
        if isinstance(node, Attempt):  # what an abandoned body stored is not known: its handler asks the container
            exposing = {self._roots[str(s.operands[0])] for s in exposed(node.then) if self._stored((s,))}
            asked = set(self._roots.values())
            if always_raises(node.orelse):
                node = replace(node, orelse=without_vain_stores(node.orelse, self._roots, self._asked))
                asked = looked_at(node.orelse, self._roots)
            self.missing.update(exposing & asked)
            self._asked = around | asked
        then, left = self.block(node.then, state)
        self._asked = around
        orelse, right = self.block(node.orelse, state)
        merges = [Merge(m.target, self.use(m.then), self.use(m.orelse)) for m in node.merges]
        one_way = isinstance(node, Within) or isinstance(node, Attempt) and always_raises(orelse)
        for slot in slots:
            a, b = left.get(slot, UNDEFINED), UNDEFINED if one_way else right.get(slot, UNDEFINED)
            if a != b:
                merges.append(Merge(self._fresh(slot, a, a if one_way else b), a, b))
            state[slot] = a if a == b else merges[-1].target
        return replace(node, test=test, then=then, orelse=orelse, merges=tuple(merges))

    def _merge(self, node: Branch, is_true: bool) -> None:
        """What a branch merges, where it is known which arm it takes: an entry was looked for."""
        for m in node.merges:
            self._replaced[m.target] = self.use(m.then if is_true else m.orelse)

    def _stored(self, nodes: Iterable[Node]) -> list[Slot]:
        """The entries, of containers made before, that the nodes store, in order."""
        found: dict[Slot, None] = {}
        for node in walk(nodes):
            if isinstance(node, Step) and node.callee in (operator.setitem, operator.delitem):
                if self._roots.get(node.operands[0]) in self._made:
                    found[self._slot(node.operands[0], node.operands[1])] = None
        return list(found)

    # ------------------------------------------------------------------------------------------------- loops

    def _for(self, node: ForLoop, state: State) -> ForLoop:
        iterable = self.use(node.iterable)
        slots, names, inner = self._entered(node, state)
        body, last = self.block(node.body, inner)
        carried = self._carried(node, slots, names, state, last)
        until = None if node.until is None else self.use(node.until)
        return replace(node, iterable=iterable, body=body, carried=carried, until=until)

    def _while(self, node: WhileLoop, state: State) -> WhileLoop:
        slots, names, inner = self._entered(node, state)
        test_steps, tested = self.block(node.test_steps, inner)
        test = self.use(node.test)
        body, last = self.block(node.body, tested)
        carried = self._carried(node, slots, names, state, last)
        until = None if node.until is None else self.use(node.until)
        return WhileLoop(test_steps, test, body, carried, until, node.site)

    def _entered(self, node: ForLoop | WhileLoop, state: State) -> tuple[list[Slot], list[str], State]:
        """The entries that a loop stores, the values they have when a trip begins, and all entries then."""
        slots = self._stored((node,))
        names = [self._fresh(slot, state.get(slot, UNDEFINED)) for slot in slots]
        return slots, names, state | dict(zip(slots, names, strict=True))

    def _carried(
        self, node: ForLoop | WhileLoop, slots: list[Slot], names: list[str], state: State, last: State
    ) -> tuple[Carried, ...]:
        """What the loop carries; from here on the entries have the values they have after the loop."""
        carried = [Carried(c.name, self.use(c.init), self.use(c.next), c.result) for c in node.carried]
        for slot, name in zip(slots, names, strict=True):
            init = state.get(slot, UNDEFINED)
            state[slot] = self._fresh(slot, init)
            carried.append(Carried(name, init, last.get(slot, UNDEFINED), state[slot]))
        return tuple(carried)

    def _test_inside(self, node: WhileLoop) -> WhileLoop:
        """`while True: if test: body else: break`, in which what the test stores is stored by the body."""
        stopped, carried = self._names.fresh("stopped"), []
        merges = [Merge(stopped, Const(False) if node.until is None else node.until, Const(True))]
        for c in node.carried:
            merges.append(Merge(self._names.fresh(c.name), c.next, c.name))
            carried.append(replace(c, next=merges[-1].target))
        choice = Branch(node.test, node.body, (), tuple(merges), node.site)
        return WhileLoop((), Const(True), (*node.test_steps, choice), tuple(carried), stopped, node.site)
