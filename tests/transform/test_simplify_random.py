"""Random lists give the same before and after simplification: values, dtypes, shapes, and what is left of arguments."""

import operator
import random

import interpreter
import numpy as np
import pytest

from srcad.errors import Site
from srcad.facts import Array, Dim, Number, fact_of, join
from srcad.runtime import unbroadcast
from srcad.transform.simplify.accumulate import accumulate_in_place
from srcad.transform.simplify.own import own_results
from srcad.transform.simplify.pipeline import simplify, simplify_block
from srcad.wengert import (
    Augmented,
    Branch,
    Carried,
    Const,
    ForLoop,
    Function,
    Merge,
    Method,
    Names,
    Param,
    Step,
    free_names,
    identity,
    make_list,
    make_tuple,
    validate,
)

ADJOINT = Site("f", "m.py", 1, adjoint=True)
CONSTANTS = [1, 0, -1, 2, 1.0, 0.0, -0.0, -1.0, 2.0, 0.5]


class Maker:
    """Makes a random function of two vectors, a matrix, an integer vector and two numbers."""

    def __init__(self, seed, writes):
        self.random = random.Random(seed)
        self.names = Names({"x", "z", "m", "n", "p", "q"})
        self.writes = writes

    def function(self):
        scope = {"x": "a", "z": "a", "m": "a", "n": "a", "p": "n", "q": "n"}
        body = self.block(scope, self.random.randint(3, 14), 2)
        results = self.random.sample(sorted(k for k, v in scope.items() if v in "an"), 3)
        body += (Step(("result",), make_tuple, tuple(results)),)
        return validate(Function("f", tuple(map(Param, "xzmnpq")), body, "result"))

    def pick(self, scope, kinds="an"):
        return self.random.choice(sorted(k for k, v in scope.items() if v in kinds))

    def operand(self, scope):
        return Const(self.random.choice(CONSTANTS)) if self.random.random() < 0.3 else self.pick(scope)

    def block(self, scope, length, depth):
        nodes = []
        for _ in range(length):
            nodes += self.node(scope, depth)
        return tuple(nodes)

    def node(self, scope, depth):
        kind = self.random.random()
        if depth and kind < 0.08:
            return [self.branch(scope, depth)]
        if depth and kind < 0.16:
            return [self.loop(scope, depth)]
        if self.writes and kind < 0.3:
            return self.write(scope)
        if kind < 0.4:
            return self.part(scope)
        return self.arithmetic(scope)

    def new(self, scope, kind):
        name = self.names.fresh(self.random.choice(("t", "d_x")))
        scope[name] = kind
        return name

    def arithmetic(self, scope):
        site = self.random.choice((None, ADJOINT, ADJOINT))
        choice = self.random.randrange(10)
        if choice < 6:
            callee = self.random.choice((operator.add, operator.sub, operator.mul, operator.mul, np.multiply))
            operands = (self.operand(scope), self.pick(scope))
            operands = operands if self.random.random() < 0.5 else operands[::-1]
        elif choice == 6:
            callee, operands = operator.truediv, (self.operand(scope), Const(self.random.choice((1.0, 2.0, -1))))
        elif choice == 7:
            callee, operands = operator.pow, (self.pick(scope), Const(self.random.choice((1, 2, 1.0))))
        else:
            callee, operands = self.random.choice((operator.neg, np.exp, np.tanh)), (self.pick(scope),)
        kind = "a" if any(scope.get(o) == "a" for o in operands) else "n"
        return [Step((self.new(scope, kind),), callee, operands, (), site)]

    def part(self, scope):
        choice = self.random.randrange(7)
        x = self.pick(scope, "a")
        if choice == 0:
            return [Step((self.new(scope, "a"),), identity, (x,))]
        if choice == 1:
            return [Step((self.new(scope, "a"),), operator.getitem, (x, Const(slice(None))))]
        if choice == 2:
            return [Step((self.new(scope, "a"),), operator.getitem, (x, Const(...)))]
        if choice == 3:
            return [Step((self.new(scope, "n"),), np.sum, (x,))]
        if choice == 4:
            shape = self.names.fresh("shape")
            number = self.pick(scope, "n")
            spread = Step((self.new(scope, "a"),), np.broadcast_to, (number, shape), (), ADJOINT)
            return [Step((shape,), np.shape, (x,)), spread]
        if choice == 5:
            pair, item = self.names.fresh("pair"), self.pick(scope, "a")
            made = Step((pair,), self.random.choice((make_tuple, make_list)), (x, item))
            return [made, Step((self.new(scope, "a"),), operator.getitem, (pair, Const(1)))]
        number = self.pick(scope, "n")
        return [Step((self.new(scope, "n"),), unbroadcast, (x, number), (), ADJOINT)]

    def write(self, scope):
        x = self.pick(scope, "a")
        choice = self.random.randrange(4)
        if choice == 0:
            return [Step((), operator.setitem, (x, Const(0), Const(2)))]
        if choice == 1:
            return [Step((), Augmented(operator.iadd), (x, Const(0), Const(1)))]
        if choice == 2:
            return [Step((self.new(scope, "a"),), operator.iadd, (x, Const(1)))]
        return [Step((), Method("fill"), (x, Const(3)))]

    def branch(self, scope, depth):
        test = Const(self.random.random() < 0.5) if self.random.random() < 0.3 else "p"
        then_scope, else_scope = dict(scope), dict(scope)
        then = self.block(then_scope, self.random.randint(0, 3), depth - 1)
        orelse = self.block(else_scope, self.random.randint(0, 3), depth - 1)
        kind = self.random.choice("an")
        merge = Merge(self.new(scope, kind), self.pick(then_scope, kind), self.pick(else_scope, kind))
        return Branch(test, then, orelse, (merge,))

    def loop(self, scope, depth):
        kinds = [self.random.choice("an") for _ in range(self.random.randint(0, 2))]
        inits = [self.pick(scope, kind) for kind in kinds]
        inner = dict(scope)
        starts = [self.new(inner, kind) for kind in kinds]
        body = self.block(inner, self.random.randint(0, 4), depth - 1)
        ends = [self.pick(inner, kind) for kind in kinds]
        results = [self.new(scope, kind) for kind in kinds]
        carried = tuple(map(Carried, starts, inits, ends, results))
        return ForLoop(self.names.fresh("i"), Const(tuple(range(self.random.randint(0, 2)))), body, carried)


def arguments(seed):
    r = np.random.default_rng(seed)
    x = r.normal(size=3)
    z = x if seed % 5 == 0 else x[::-1] if seed % 5 == 1 else r.normal(size=3).astype(np.float32)
    m = r.normal(size=(1, 3) if seed % 2 else (2, 3))
    return x, z, m, np.arange(1, 4), float(r.normal()), [2.0, np.float32(1.5), 3][seed % 3]


class Observer(dict):
    """An environment that notes facts of all values; axes of the same length have the same symbol."""

    def __init__(self):
        self.facts = {}

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        fact = fact_of(value)
        if isinstance(fact, Array):
            dims = tuple(Dim("1", True) if k == 1 else Dim(("length", k), False) for k in value.shape)
            fact = Array(fact.dtype, dims)
        self.facts[name] = join(self.facts[name], fact) if name in self.facts else fact

    def update(self, other):
        for name, value in dict(other).items():
            self[name] = value


def observed(function, args):
    env = Observer()
    env.update(dict(zip([p.name for p in function.params], args, strict=True)))
    interpreter.block(function.body, env)
    return {k: f for k, f in env.facts.items() if not (isinstance(f, Array) and f.dtype is None)}


def close(got, expected):
    for a, b in zip(got, expected, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.shape == b.shape
        assert a.dtype == b.dtype or b.dtype == np.float64 and a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def outcome(function, seed):
    args = arguments(seed)
    with np.errstate(all="ignore"):
        return interpreter.run(function, *args), args


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("part", range(10))
def test_simplified_lists_give_the_same(part, known, writes):
    done = 0
    for seed in range(100 * part, 100 * part + 100):
        function = Maker(seed, writes).function()
        try:
            expected, after = outcome(function, seed)
            facts = observed(function, arguments(seed)) if known else {}
        except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
            continue
        if not all(np.all(np.isfinite(v)) and np.all(np.abs(v) < 1e6) for v in expected):
            continue
        done += 1
        simple = validate(simplify(function, facts))
        got, left = outcome(simple, seed)
        close(got, expected)
        close(left, after)
        late = validate(accumulate_in_place(own_results(simple, facts), facts))
        got, left = outcome(late, seed)
        close(got, expected)
        close(left, after)
        arrays = [a for a in (*got, *left) if isinstance(a, np.ndarray)]
        for i, a in enumerate(got):
            others = [b for b in arrays if b is not a]
            assert not isinstance(a, np.ndarray) or not any(np.shares_memory(a, b) for b in others)
            assert not isinstance(a, np.ndarray) or not any(a is b for b in got[:i])
    assert done > 20


@pytest.mark.parametrize("part", range(5))
def test_simplified_blocks_give_the_same(part):
    """Any names of a block may be the live ones, and the mapping says what became of them."""
    for seed in range(100 * part, 100 * part + 100):
        function = Maker(seed, seed % 2 == 0).function()
        block, r = function.body[:-1], random.Random(seed)
        try:
            outcome(function, seed)
            facts = observed(function, arguments(seed))
        except (TypeError, ValueError, IndexError, OverflowError, ZeroDivisionError):
            continue
        top = sorted(
            {
                n
                for n in facts
                if isinstance(facts[n], (Array, Number)) and any(n in getattr(node, "targets", ()) for node in block)
            }
        )
        live = sorted(r.sample(top, min(3, len(top))))
        whole = Function("g", function.params, (*block, Step(("r",), make_tuple, tuple(live))), "r")
        expected, after = outcome(whole, seed)
        if not all(np.all(np.isfinite(v)) and np.all(np.abs(v) < 1e6) for v in expected):
            continue
        nodes, mapping = simplify_block(block, frozenset(live), facts)
        closing = Step(("r",), make_tuple, tuple(mapping.get(n, n) for n in live))
        got, left = outcome(validate(Function("g", function.params, (*nodes, closing), "r")), seed)
        close(got, expected)
        close(left, after)
        assert free_names(nodes) <= {p.name for p in function.params}
