"""Buffers: a cotangent is computed into the array of a value that nothing reads any more.

A large new array costs more than the arithmetic that fills it, for its pages have to be mapped and cleared.  Whoever
writes a reverse sweep for large arrays by hand therefore writes `d_b = np.multiply(d_c, a, out=a)` where `a` is read
for the last time.  This is register allocation over live ranges, with arrays for registers.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from srcad import wengert
from srcad.facts import DEVICE, Array, Fact, is_numeric, widen
from srcad.transform.analyses import effects
from srcad.transform.analyses.memory import Memory
from srcad.transform.analyses.shapes import Shapes
from srcad.transform.simplify.accumulate import makes_new_array
from srcad.wengert import Augmented, Function, Node, Step

FEWEST = 4
"""So many arrays have to be saved: below that a program is short, and left as it reads best."""

_FUNCTIONS = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.divide,
    operator.neg: np.negative,
}
_IN_PLACE = {
    np.add: operator.iadd,
    np.subtract: operator.isub,
    np.multiply: operator.imul,
    np.divide: operator.itruediv,
}
_COMMUTATIVE = frozenset({np.add, np.multiply})


def reuse_buffers(function: Function, facts: Mapping[str, Fact], fewest: int | None = None) -> Function:
    """The function with adjoint steps that write into arrays which are read no more.

    For the last stage before printing.  An array serves again if the function made it, if nothing else can reach its
    memory, and if all reads of it have come; if its dtype is that of the new value, and its shape is known to be, by
    `Shapes`.  Forward steps stay as they are, so that the value of the function does, bit for bit.  So does
    the last operation of a statement alone change: what is inside an expression NumPy reuses itself.  Where
    fewer than `fewest` arrays would be saved, and where arrays are not NumPy's, the function is returned as it is.

    >>> from srcad.errors import Site
    >>> from srcad.facts import Dim
    >>> from srcad.wengert import Param
    >>> site, x = Site("f", "m.py", 1, adjoint=True), Array("float64", (Dim("n", False),))
    >>> steps = (
    ...     Step(("y",), np.exp, ("x",)),
    ...     Step(("s",), np.sum, ("y",)),
    ...     Step(("d_x",), operator.mul, ("y", "x"), site=site),
    ...     Step(("result",), wengert.make_tuple, ("s", "d_x")),
    ... )
    >>> f = Function("f", (Param("x"),), steps, "result")
    >>> print(reuse_buffers(f, {"x": x, "y": x, "d_x": x}, fewest=1))
    f(x):
        y = exp(x)
        s = sum(y)
        d_x = multiply(y, x, out=y)
        result = make_tuple(s, d_x)
        return result
    """
    if DEVICE in facts:
        return function
    pass_ = _Pass(function, facts)
    body = pass_.block(function.body)
    return replace(function, body=body) if pass_.saved >= (FEWEST if fewest is None else fewest) else function


@dataclass
class _Block:
    """The nodes of one block, and where in it each region is met last, and which name is its whole array."""

    defined: set[str]
    last: dict[int, int] = field(default_factory=dict)
    whole: dict[int, str] = field(default_factory=dict)


class _Pass:
    def __init__(self, function: Function, facts: Mapping[str, Fact]):
        self.saved = 0
        self._facts = facts
        outside = [p.name for p in function.params] + [c.name for c in function.captures]
        self._memory = Memory(function.body, facts, outside=outside)
        self._shapes = Shapes(function.body, facts)
        self._members: dict[int, set[str]] = {}
        self._lost: set[int] = set(self._memory.reach(str(function.result)))
        self._parts = _parts(function)
        for node in wengert.walk(function.body):
            self._note(node)

    def _note(self, node: Node) -> None:
        """Notes which names a region has, and which regions something else may hold on to."""
        operands = [o for o in wengert.own_operands(node) if isinstance(o, str)]
        made = [*wengert.outer_names(node), *wengert.inner_names(node)]
        for name in (*operands, *made):
            for region in self._memory.reach(name):
                self._members.setdefault(region, set()).add(name)
        kept = (*operands, *made) if not isinstance(node, Step) else operands if _keeps(node, self._facts) else ()
        self._lost.update(region for name in kept for region in self._memory.reach(name))

    def block(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """The block and the blocks in it, with arrays that serve again."""
        nodes = tuple(wengert.map_blocks(self.block, node) for node in nodes)
        here = _Block(wengert.defined_names(nodes))
        for position, node in enumerate(nodes):
            for name in wengert.used_names((node,)) | wengert.defined_names((node,)):
                here.last.update(dict.fromkeys(self._memory.reach(name), position))
        new: list[Node] = []
        for position, node in enumerate(nodes):
            step = node
            if isinstance(node, Step) and len(node.targets) == 1:
                region = self._free(node, position, here) if self._may_change(node) else None
                step = node if region is None else self._into(node, here.whole.pop(region))
                self._made(node, here)
            new.append(step)
        return wengert.as_before(new, nodes)

    def _made(self, step: Step, here: _Block) -> None:
        """Notes which name is the whole array of a region from this step on."""
        region = self._memory.region(step.target)
        if region is None or region in self._lost or not self._members[region] <= here.defined:
            return
        in_place = effects.hashable(step.callee) in effects.IN_PLACE
        if in_place and here.whole.get(region) == step.operands[0] or makes_new_array(step, self._facts):
            here.whole[region] = step.target

    def _may_change(self, step: Step) -> bool:
        """Whether a step is the last operation of an adjoint statement, elementwise, and has a new array as result."""
        if step.site is None or not step.site.adjoint or step.keywords or ufunc_of(step) is None:
            return False
        fact = self._facts.get(step.target)
        if not isinstance(fact, Array) or not fact.dtype or not fact.shape or not makes_new_array(step, self._facts):
            return False
        if not all(is_numeric(effects.fact_of_operand(o, self._facts)) for o in step.operands):
            return False
        return step.target not in self._parts

    def _free(self, step: Step, position: int, here: _Block) -> int | None:
        """The region of an array that the result may be written into: of an operand, or the one read last."""
        fitting = [
            (name in step.operands, here.last[region], region)
            for region, name in here.whole.items()
            if here.last[region] <= position and name not in self._parts and self._fits(name, step.target)
        ]
        return max(fitting)[-1] if fitting else None

    def _fits(self, name: str, target: str) -> bool:
        """Whether the array of a name has the dtype and the shape of a new value."""
        have, want = self._facts.get(name), self._facts.get(target)
        alike = isinstance(have, Array) and isinstance(want, Array) and have.dtype == want.dtype
        return alike and self._shapes.are_same(name, target)

    def _into(self, step: Step, name: str) -> Step:
        """The step with its result in the array of a name: `d *= x`, or `d_y = np.multiply(d, x, out=d)`."""
        self.saved += 1
        ufunc = ufunc_of(step)
        operation = _IN_PLACE.get(ufunc)
        if operation is not None and _is_same_variable(step.target, name):
            for first, second in (step.operands, step.operands[::-1]) if ufunc in _COMMUTATIVE else (step.operands,):
                if first == name:
                    return replace(step, callee=operation, operands=(first, second))
        return replace(step, callee=ufunc, keywords=(("out", name),))


def _parts(function: Function) -> set[str]:
    """The names of values that are parts of an expression: read once, in the statement that computes them."""
    made: dict[str, Step] = {}
    reads: Counter = Counter([function.result])
    found: set[str] = set()
    for node in wengert.walk(function.body):
        operands = wengert.own_operands(node)
        reads.update(operands)
        if isinstance(node, Step):
            begin = 1 if effects.hashable(node.callee) in effects.IN_PLACE else 0  # `x += v` needs a name
            found.update(o for o in operands[begin:] if o in made and _are_one_statement(o, made[o], node))
            made.update(dict.fromkeys(node.targets, node))
    return {name for name in found if reads[name] == 1}


def _are_one_statement(name: str, step: Step, reader: Step) -> bool:
    """Whether a person would write a value inside the statement that reads it."""
    a, b = step.site, reader.site
    if a is None or b is None or a.adjoint != b.adjoint or not a.adjoint and wengert.base(name) != "t":
        return False
    return (a.statement_line, a.statement) == (b.statement_line, b.statement)


def ufunc_of(step: Step) -> np.ufunc | None:
    """The function with an `out` that a step calls."""
    callee = step.callee
    if isinstance(callee, np.ufunc):
        return callee if callee.nout == 1 and callee.signature is None and len(step.operands) == callee.nin else None
    return _FUNCTIONS.get(effects.hashable(callee))


def _is_same_variable(target: str, name: str) -> bool:
    """Whether a person would go on to call a cotangent by a name."""
    own, other = wengert.base(target), wengert.base(name)
    return other.startswith("d") and (own == other or own in ("d", "d_t"))


def _keeps(step: Step, facts: Mapping[str, Fact]) -> bool:
    """Whether a step may hold on to its operands otherwise than through its results."""
    if effects.is_pure(step, facts):
        return False
    if isinstance(step.callee, Augmented) or effects.hashable(step.callee) in (operator.setitem, *effects.IN_PLACE):
        return not isinstance(widen(effects.fact_of_operand(step.operands[0], facts)), Array)
    return True
