"""Expressions and assignments: the list of a function does what the function does."""

# ruff: noqa: F541, F821, F841, F842, PIE804, T201 (functions as users write them, right or wrong)

import math
import operator

import numpy as np
import pytest

from srcad.transform.lower import lower
from srcad.wengert import Augmented, Const, Step, walk
from tests.interpreter import agrees


class Point:
    def __init__(self, x):
        self.x = x
        self.__hidden = 2 * x

    def move(self, by=1, *, scale=1):
        self.x = self.x + by * scale
        return self

    def hidden(self):
        self.__hidden += 1
        return self.__hidden


class Far(Point):
    def move(self, by=1):
        super().move(by, scale=10)
        return self


def say(x):
    print("say", x)
    return x


def grow(x):
    x.append(len(x))
    x[0] = 100
    return 1


def operators(x):
    return x + 1, x - 2, x * 3, x / 4, x // 2, x % 3, x**2, -x, +x, ~x, x << 1, x >> 1, x & 3, x | 8, x ^ 5


def matrix_product(x):
    return np.arange(4.0).reshape(2, 2) @ np.array([x, 1.0])


def comparisons(x):
    return x < 1, x <= 1, x > 1, x >= 1, x == 1, x != 1, x is None, x is not None, x in (1, 2), x not in (1, 2)


def chained(x):
    return say(0) < say(x) < say(3) <= say(x + 1)


def chained_in_test(x):
    if 0 < x <= 2 and not x == 5:
        return "in"
    return "out"


def boolean_values(x):
    return (x and "yes"), (x or "no"), (say(x) and say(x - 1) and say(7)), (say(x) or say(x - 1) or say(0))


def mixed_boolean(x):
    return (x > 1 and x < 3) or (x == 0 and "zero") or not x


def conditional(x):
    return say("a") if say(x) else say("b") if x is None else say("c")


def walrus(x):
    if (y := x + 1) > 2 and (z := y * 2) > 4:
        return y, z
    w = (q := x) + (q := q + 1) + q
    return y, w, q


def walrus_may_not_run(x):
    x > 1 and (y := x)
    return y


def literals(x):
    return -1, -2.5, -1j, (0, (1, -2)), [1, 2], {1, 2}, {"a": 1, "b": x}, "text", b"bytes", None, ..., True, 1 + 2j


def starred_displays(x):
    a, k = [1, x], {"k": 1}
    return [*a, 2, *range(x)], (*a, 3), {*a, 4}, [*a], {**k, "l": x, **k}, {"a": 0, **k, "k": x, "m": 1}


def starred_subscripts(x):
    a = np.zeros((3, 3))
    a[*[x % 3, 1]] = x
    return a[*[x % 3], 1], a


def subscripts(x):
    a = np.arange(24).reshape(2, 3, 4)
    i = x % 2
    return a[1], a[i, 1:], a[..., -1], a[:, ::2, None], a[i:, [0, 2]], a[a > 5], a[slice(None), i], a[1:, i:x, ::-1]


def strings(x):
    w = 8
    return f"{x}", f"{x!r:>{w}} and {x:+.2f}{{}}", f"{'a'}{x=}", f"{x:{'>'}{w}}", f""


def numbers(x):
    return np.pi * x, math.e + x, np.inf, -np.inf, math.tau, np.newaxis, float("nan")


def methods(x):
    p = Point(x)
    q = p.move(2).move(by=3, scale=2)
    p.x += 5
    p.x = p.x * 2
    return p is q, p.x, p.hidden(), p


def inherited(x):
    return Far(x).move(2).x


def list_methods(x):
    a = [x]
    a.append(2)
    a.extend([3, x])
    a.insert(0, 9)
    b = a.pop()
    del a[0]
    a[1:1] = [5, 6]
    a *= 2
    return a, b, a.index(2)


def spreads(x):
    def show(*args, **kwargs):
        return args, kwargs

    a, k = (x, 2), {"c": 3}
    return show(*a), show(0, *a, 1, *a), show(**k), show(0, *a, d=4, **k), max(*a), Point(*a[:1]).move(**{"by": 2}).x


def swap(x):
    a, b = x, 2
    a, b = b, a
    a, b, c = b + 1, a, b
    return a, b, c


def rows_do_not_swap(x):
    b = np.arange(4).reshape(2, 2) + x
    b[0], b[1] = b[1], b[0]
    return b


def items_swap(x):
    b = [x, 2]
    i, b[i] = 1, 7
    b[0], b[1] = b[1], b[0]
    return b, i


items_swap.__doc__ = "raises: i is a local that is not assigned yet"


def sequential_targets(x):
    b = [x, 2]
    i = 0
    i, b[i] = 1, 7
    return b, i


def chained_targets(x):
    b = [0, 0]
    a = b[0] = c = x + 1
    d = e = []
    e.append(1)
    f, g = h = (x, 2)
    return a, b, c, d, f, g, h


def unpacking(x):
    a, (b, [c, d]) = x, (2, [3, 4])
    (e, f), g = np.array([[1, 2], [x, 4]])[0], 5
    h, i = np.array([[1, 2], [x, 4]])
    p = Point(0)
    y = [0, 0]
    p.x, (y[1], j) = 1, (x, 3)
    v = {1: "one", 2: "two"}
    k, m = v
    return a, b, c, d, e, f, g, h, i, p.x, y, j, k, m


def starred_targets(x):
    a, *b, c = range(x)
    d, *e = "abc"
    *f, g = (x,)
    (h,) = [x]
    [[i, *j], k] = [(1, 2, 3), x]
    y = [0]
    *y[0], z = [1, 2, 3]
    return a, b, c, d, e, f, g, h, i, j, k, y, z


def wrong_lengths(x):
    if x == 0:
        (a,) = [1, 2]
    elif x == 1:
        a, b, *c = [1]
    elif x == 2:
        a, b = [1, 2, 3]
    return a


def augmented(x):
    a = x
    a += 1
    a *= a
    b = np.zeros(3)
    c = b
    b += a
    b[1] += 5
    b[1:] *= 2
    d = [1]
    e = d
    e += [x]
    k = {"a": [1]}
    k["a"] += [2]
    return a, b, c, d, k


def augmented_reads_first(x):
    a = [x, 2]
    a[0] += grow(a)
    b = [x]
    b[0] += b.pop() + (b.append(5) or 0)
    return a, b


def augmented_index_once(x):
    a = [x, 2, 3]
    a[say(1)] += say(2)
    a[(i := 0)] -= (i := 5)
    return a, i


def aliases(x):
    a = [x]
    b = a
    b.append(1)
    c = d = b
    d += [3]
    return a, c is a


def annotated(x: int) -> "float":
    y: float = x + 1
    z: undefined_name
    a = [0]
    a[0]: int = y
    return y, a


def comprehensions(x):
    i = "kept"
    a = [i * i for i in range(x)]
    b = {i % 3 for i in a if i > 1}
    c = {i: j for i, j in zip("abc", range(x))}
    d = [[i + j for j in range(i)] for i in range(x) if i % 2 if i > 1]
    e = [(i, j) for i in range(x) for j in range(i) if (i + j) % 2]
    return a, b, c, d, e, i


def comprehension_walrus(x):
    last = -1
    a = [last := i + x for i in range(x)]
    return a, last


def comprehension_targets(x):
    return [a + len(b) for a, *b in [(1, 2, 3), (x,)]], {k: [v for v in range(k)] for k in range(x)}


def generator_arguments(x):
    total = sum(i * i for i in range(x))
    return total, max((i % 3 for i in range(x + 1)), default=0), sorted(-i for i in range(x)), tuple(i for i in "ab")


def generators_for_numpy(x):
    return (
        np.sum(np.array(list(i + 1.0 for i in range(x)))),
        ",".join(str(i) for i in range(x)),
        dict((i, i) for i in (1, x)),
    )


def any_and_all_stop(x):
    a = any(say(i) > 1 for i in range(5) if i != x)
    b = all(say(i) < x for i in range(5))
    c = any(say(i * j) == 4 for i in range(x) for j in range(3))
    d = any(i for i in [])
    return a, b, c, d, all(i for i in [])


def asserts(x):
    assert x < 4
    assert x != 3, "three"
    assert x != 2, say(f"{x} is two")
    return x


def raises(x):
    if x == 0:
        raise ValueError
    if x == 1:
        raise ValueError("one") from KeyError(say(1))
    if x == 2:
        raise ValueError("two") from None
    return x


def imports(x):
    import math as m
    import os.path
    from math import pi, sin
    from operator import add as plus

    return m.sqrt(x), os.path.join("a", "b"), sin(x) + pi, plus(x, 1)


def deletes(x):
    a = [1, 2, 3]
    p = Point(1)
    del a[0], p.x
    del a[:1]
    b = x
    del b
    return a, p


def statements_without_effect(x):
    """Docstring."""
    "text"
    x
    x.real
    (say(x), say(1))
    return x


def nothing(x):
    pass


def keyword_forms(x, /, y=2, *args, z=3, **kwargs):
    return x, y, args, z, kwargs


NOT_TESTED_HERE = (say, grow, keyword_forms, items_swap, annotated, *vars(Point).values())
FUNCTIONS = [
    f for f in list(globals().values()) if getattr(f, "__module__", None) == __name__ and hasattr(f, "__code__")
]


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f not in NOT_TESTED_HERE], ids=lambda f: f.__name__)
def test_does_what_the_function_does(function):
    for x in range(5):
        agrees(function, x)


def test_arguments_are_written_as_python_writes_them():
    def writes(a, b, c):
        a[0], a[-1] = a[-1], a[0]
        b += a
        view = b[1:]
        view *= 2.0
        c.append(view)
        c[0][:] = 7
        return view

    agrees(writes, np.arange(3.0), np.ones(3), [np.zeros(2)])


def test_annotations_are_ignored():
    agrees(annotated, 3)


def test_parameters():
    lowered = lower(keyword_forms)
    assert [p.kind for p in lowered.params] == [
        "POSITIONAL_ONLY",
        "POSITIONAL_OR_KEYWORD",
        "VAR_POSITIONAL",
        "KEYWORD_ONLY",
        "VAR_KEYWORD",
    ]
    for args, kwargs in [((1,), {}), ((1, 2, 3, 4), {"z": 5, "w": 6}), ((1,), {"y": 0}), ((), {}), ((1,), {"x": 2})]:
        agrees(keyword_forms, *args, **kwargs)


def test_defaults_are_the_objects_of_the_function():
    shared = []

    def remembers(x, seen=shared, *, also=shared):
        return seen, also

    lowered = lower(remembers)
    assert lowered.params[1].default.value is shared and lowered.params[2].default.value is shared
    remembers.__defaults__ = (None,)
    assert lower(remembers).params[1].default == Const(None)


def steps(function):
    return [n for n in walk(lower(function).body) if isinstance(n, Step)]


def test_literals_are_constants_and_arithmetic_is_not():
    def f(x):
        return x[-1, 1:-1, None], 2 * 3

    callees = [s.callee for s in steps(f)]
    assert callees == [operator.getitem, operator.mul, lower(f).body[-1].callee]
    assert steps(f)[0].operands[1] == Const((-1, slice(1, -1), None))


def test_names_follow_the_user():
    def f(x):
        y = np.sin(x) * 2
        y = y + x
        z = w = y
        y += z
        return y

    assert [(s.targets, s.operands) for s in steps(f)] == [
        (("t",), ("x",)),
        (("y",), ("t", Const(2))),
        (("y.1",), ("y", "x")),
        (("z",), ("y.1",)),
        (("w",), ("y.1",)),
        (("y.2",), ("y.1", "z")),
    ]


def test_module_numbers_print_as_paths():
    def f(x):
        return np.pi * x + math.tau

    texts = [o.text for s in steps(f) for o in s.operands if isinstance(o, Const)]
    assert texts == ["np.pi", "math.tau"]


def test_augmented_item_is_one_step_if_the_value_writes_nothing():
    def f(x, k, u):
        x[1:] += k * np.sum(u) + u.mean()
        x[0] += grow(x)

    assert [isinstance(s.callee, Augmented) for s in steps(f)].count(True) == 1


def test_a_long_sum_and_a_long_function(define):
    terms = " + ".join(f"{i} * x" for i in range(1500))
    agrees(define(f"def f(x):\n    return {terms}\n")["f"], 0.1)
    lines = "\n".join(f"    x = x * 1.0001 + {i}\n    if x > {i * 10}:\n        x -= 1.0" for i in range(3000))
    agrees(define(f"def f(x):\n{lines}\n    return x\n")["f"], 0.1)
    chain = "\n".join(f"    if x == {i}:\n        return {i} * x" for i in range(200))
    f = define(f"def f(x):\n{chain}\n    return x\n")["f"]
    for x in (0, 77, 199, 200):
        agrees(f, x)
