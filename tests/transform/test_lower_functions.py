"""Nested functions, names from outside, and what is known about them while lowering."""

# ruff: noqa: F841, PLC3002 (functions as users write them)

import functools
import math

import numpy as np
import pytest

from srcad.errors import UnsupportedError
from srcad.transform.lower import lower
from srcad.wengert import CALL, Const, Method, Step, make_dict, walk
from tests.interpreter import agrees, run

scale = 3.0
table = [1.0, 2.0]


def helper(x, by=2):
    return x * by


def other_helper(x, by=2):
    return x - by


class Affine:
    def __init__(self, a):
        self.a = a

    def __call__(self, x):
        return self.a * x


affine = Affine(4)
partial_helper = functools.partial(helper, by=7)


@functools.lru_cache
def cached(x):
    return x + 0.5


def uses_globals(x):
    return helper(x) * scale + table[1] + affine(x) + partial_helper(x) + cached(x) + len(table)


def as_values(x):
    functions = [helper, np.sin, abs, lambda v: v + 1, Affine(2), math.sqrt]
    return [f(x) for f in functions], helper is functions[0], list(map(helper, [x, 2]))


def nested(x):
    y = x * 2

    def g(z, w=y + 1, *rest, k=x):
        def h(v):
            return v * y + scale

        return h(z) + w * k + sum(rest)

    return g(1), g(1, 2), g(1, 2, 3, k=4), (lambda a, b=y: a * b + x)(5)


def lambdas_in_a_dict(x):
    table = {"double": lambda v: 2 * v, "add": lambda v: v + x}
    return {k: f(x) for k, f in table.items()}


def decorated_inside(x):
    def twice(f):
        return lambda *args: f(f(*args))

    @twice
    @functools.lru_cache
    def g(v):
        return v * x + 1

    return g(3)


def function_argument(x):
    def apply(f, v):
        return f(v)

    return apply(lambda v: v - x, 10) + apply(helper, x)


def local_import_captured(x):
    import math as m

    def g(v):
        return m.sqrt(v) + helper(v)

    return g(x)


def captured_before_use_only(x):
    y = x
    y = y + 1

    def g():
        return y

    z = g()
    return g() + z


def ufunc_methods(x):
    a = np.zeros(3)
    np.add.at(a, [0, 0, 1], x)
    return np.add.reduce(a), np.multiply.outer(a, a)


@pytest.mark.parametrize(
    "function",
    [
        uses_globals,
        as_values,
        nested,
        lambdas_in_a_dict,
        decorated_inside,
        function_argument,
        local_import_captured,
        captured_before_use_only,
        ufunc_methods,
    ],
    ids=lambda f: f.__name__,
)
def test_does_what_the_function_does(function, monkeypatch):
    if function is as_values:
        lowered = lower(function)
        expected, got = function(4), run(lowered, 4)
        assert expected == got
        return
    for x in range(4):
        agrees(function, x)


def test_globals_are_resolved_or_captured():
    lowered = lower(uses_globals)
    assert {c.name for c in lowered.captures} == {"scale", "table", "affine"}
    assert {g.key for g in lowered.guards} == {"helper", "partial_helper", "cached"}
    callees = [s.callee for s in walk(lowered.body) if isinstance(s, Step)]
    assert helper in callees and cached in callees and partial_helper in callees and CALL in callees


def test_data_is_read_at_each_call_and_functions_are_guarded(monkeypatch):
    module = uses_globals.__globals__
    lowered = lower(uses_globals)
    monkeypatch.setitem(module, "scale", 100.0)
    assert run(lowered, 2.0) == uses_globals(2.0)
    assert all(g.holds() for g in lowered.guards)
    monkeypatch.setitem(module, "helper", other_helper)
    assert [g.key for g in lowered.guards if not g.holds()] == ["helper"]
    agrees(uses_globals, 2.0)


def test_closures():
    def make(k, f):
        shift = [k]

        def g(x):
            return f(x) * k + shift[0] + late(x)

        def late(x):
            return -x

        return g, shift

    g, shift = make(3.0, np.sin)
    lowered = agrees(g, 0.3)
    assert {c.key for c in lowered.captures} == {"cell_contents"} and {c.name for c in lowered.captures} == {
        "k",
        "shift",
    }
    shift[0] = 10.0
    assert run(lowered, 0.3) == g(0.3)


def test_a_cell_that_is_not_assigned_yet_is_read_when_called():
    def outer():
        def g(x):
            return later(x) + value

        lowered = lower(g)
        later = helper
        value = 3
        return g, lowered

    g, lowered = outer()
    assert run(lowered, 5) == g(5)
    assert {c.name for c in lowered.captures} == {"later", "value"}


def test_recursion_refers_to_the_function_itself():
    def fact(n):
        return 1 if n == 0 else n * fact(n - 1)

    lowered = agrees(fact, 5)
    assert [g.value for g in lowered.guards] == [fact]


def test_names_that_do_not_exist_raise_when_read():
    def f(x):
        return x + not_defined_anywhere  # noqa: F821

    agrees(f, 1)


def test_methods_and_super():
    class Base:
        def value(self, x):
            return x

    class Derived(Base):
        def value(self, x):
            self.__seen = x
            return super().value(x) + self.__seen

    agrees(Derived.value, Derived(), 3)


def test_bound_methods_lower_their_function():
    assert lower(affine.__call__).params[0].name == "self"


def test_values_of_unknown_objects_are_called_dynamically():
    def f(obj, g):
        return obj.method(1) + g(2)

    callees = [s.callee for s in walk(lower(f).body) if isinstance(s, Step)][:2]
    assert callees == [Method("method"), CALL]


def test_attributes_of_modules_that_are_data_are_read_at_run_time():
    def f(x):
        return x + np.__version__

    (read, _) = lower(f).body
    assert read.operands == (Const(np),)


def test_captures_that_change_are_seen_as_they_are_when_called():
    def rebound(x):
        g = lambda y: x * y
        x = 2
        return g(x)

    def in_a_loop(n):
        fs = []
        for i in range(n):
            fs.append(lambda: i)
        return [f() for f in fs]

    def in_a_comprehension(n):
        i = 10
        fs = [lambda: (i, j) for j in range(n)] + [lambda: i for i in range(n)]
        i = 20
        return [f() for f in fs], i, [i for i in range(n)]

    def later(x):
        def g():
            return y

        y = x
        return g()

    def itself(x):
        def g(n):
            return g(n - 1) if n else x

        return g(3)

    def walrus_later(x):
        def g():
            return x

        return g() + (x := 3) + g()

    def in_the_same_statement(x):
        x, g = 3, lambda: x
        return g() + (x := g() + 1) + g()

    def each_other(n):
        def even(k):
            return k == 0 or odd(k - 1)

        def odd(k):
            return k != 0 and even(k - 1)

        return even(n), odd(n)

    def deleted(n):
        def g():
            return n

        first = g()
        del n
        n = first + 1
        return g()

    def caught_twice(n):
        def outer():
            def inner():
                nonlocal n
                n += 2
                return n

            inner()
            return inner

        g = outer()
        return n, g(), n, (lambda: n)()

    functions = (rebound, in_a_loop, in_a_comprehension, later, itself, walrus_later)
    for f in (*functions, in_the_same_statement, each_other, deleted, caught_twice):
        for n in range(4):
            agrees(f, n)


def test_only_what_changes_is_kept_in_a_cell():
    def f(x):
        a = x + 1
        b = 0

        def g(y):
            nonlocal b
            b = b + a * y
            return sorted([y], key=lambda v: b)

        return g(2), b

    cells = [s.target for s in walk(lower(f).body) if isinstance(s, Step) and s.callee is make_dict]
    assert cells == ["b_cell"]


def test_a_variable_outside_the_function_is_not_assigned():
    count = 0

    def f(x):
        nonlocal count
        count += 1
        return x

    with pytest.raises(UnsupportedError, match="outside the one that is differentiated") as caught:
        lower(f)
    assert caught.value.site is not None and caught.value.remedy


def test_captures_that_cannot_outlive_the_trip_may_change():
    def called_in_the_same_trip(n):
        total = 0
        for i in range(n):
            w = i * 2

            def g(y):
                return w * y + i

            h = lambda y: g(y) - w
            total += h(3) + sum([h(v) for v in range(i)])
            for j in range(2):
                k = lambda y: y * j + w
                if j:
                    total += k(i)
        return total

    def used_up(n):
        out = []
        for i in range(n):
            out.append(sorted(range(5), key=lambda v: (v * i) % 5))
            out.append(list(map(lambda v: v + i, range(3))))
            out[0].sort(key=lambda v: v * (-1) ** i)
        return out, [max(range(4), key=lambda v: (v + i) % 4) for i in range(n)]

    for n in range(4):
        agrees(used_up, n)

    def simpler(n):
        total = 0
        for i in range(n):
            w = i * 2

            def g(y):
                return w * y + i

            if i % 2:
                continue
            total += g(3) + sum([g(v) for v in range(i)])
            for j in range(2):
                k = lambda y: y * j + w
                if j:
                    total += k(i)
        return total

    for n in range(5):
        agrees(called_in_the_same_trip, n)
        agrees(simpler, n)


def test_functions_made_in_loops_see_the_last_value():
    def called_in_a_later_trip(n):
        total = 0
        for i in range(n):
            w = i
            if i == 0:

                def g():
                    return w

            total += g()
        return total

    def called_after_the_loop(n):
        for i in range(n):
            w = i
            if i == 2:
                break
            g = lambda: w
        return g()

    def called_in_its_own_default(n):
        for i in range(n):
            w = i
            if i:
                total = g()  # noqa: F821
            g = lambda: w
        return total

    def makes_functions(n):
        fs = []
        for i in range(n):
            g = lambda: lambda: i
            fs.append(g())
        return [f() for f in fs]

    def kept(n):
        fs = []
        for i in range(n):
            g = lambda: i
            g()
            fs.append(g)
        return [f() for f in fs]

    for f in (called_in_a_later_trip, called_after_the_loop, called_in_its_own_default, makes_functions, kept):
        for n in range(5):
            agrees(f, n)


def test_a_default_fixes_the_value_in_a_loop():
    def f(n):
        fs = []
        for i in range(n):
            fs.append(lambda v, i=i: v + i)
        return [g(10) for g in fs], [h() for h in [lambda i=i: i for i in range(n)]]

    agrees(f, 4)
