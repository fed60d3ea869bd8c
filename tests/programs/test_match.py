"""The `match` statement: every kind of pattern, and what is bound when."""

import collections
import dataclasses
import math
import typing

import numpy as np
import pytest
from programs.checking import Programs, check

from srcad.errors import UnsupportedError
from srcad.transform.lower import lower
from tests.interpreter import run

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


class Mode:
    LINEAR = "linear"
    LIMIT = 25


class Pair(typing.NamedTuple):
    left: float
    right: float


@dataclasses.dataclass
class Point:
    factor: int
    offset: int = 0


class Loose:
    """Has an attribute that its class does not declare."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def __eq__(self, other):
        return vars(self) == vars(other)

    __hash__ = None


@programs.on((1.5, "linear"), (1.5, "other"), (1.5, 25), (1.5, -1), (1.5, 2j))
def values(x, key):
    match key:
        case Mode.LINEAR:
            return x * 3
        case Mode.LIMIT:
            return x**3
        case -1:
            return math.sin(x)
        case 0 + 2j:
            return math.cos(x)
    return x * x


@programs.on((1.5, None), (1.5, True), (1.5, 1), (1.5, False), (1.5, 0))
def singletons(x, flag):
    match flag:
        case None:
            return x
        case True:
            return x * x
        case False:
            return x**3
        case 1:
            return x**4
        case _:
            return x**5


@programs.on((2.0, 3.0), (2.0, 2.0))
def value_that_is_active(x, y):
    match x:
        case 3.0:
            z = x * y
        case _:
            z = x - y * y
    return z * x


SUBJECTS = [(), (1,), (1, 2), [1, 2, 3], (1, 2, 3, 4), "ab", b"ab", range(1, 3), {0: 1, 1: 2}, None]
SUBJECTS += [np.array([1, 2]), 2.5, {1, 2}]


@programs.on(*((1.5, s) for s in SUBJECTS))
def sequences(x, items):
    match items:
        case []:
            return x
        case [a]:
            return x * a
        case (a, b):
            return x * a + b * x * x
        case [a, _, c]:
            return x**a * c
        case [a, *_, d]:
            return x * a * d
    return x**5


@programs.on(*((1.5, s) for s in SUBJECTS))
def sequences_with_a_star(x, items):
    match items:
        case [2 | 1, second, *rest]:
            return x * second + sum(rest) * x * x + len(rest)
        case [*everything]:
            return x * len(everything)
    return x**5


@programs.on((1.5, [1, 2, 3]), (1.5, [1, 5]), (1.5, [7]))
def stars_in_other_places(x, items):
    match items:
        case [*start, 3]:
            return x * start[0] + x * x * start[-1] * len(start)
        case [first, *middle, 5]:
            return x * first + len(middle)
        case _:
            return x * items[0]


@programs.on(((0.5, (1.5, 2.5)),), ((0.5, 1.5),), (0.5,), ((0.5, (1.5, 2.5, 0.5)),))
def active_parts(tree):
    match tree:
        case (a, (b, c)):
            return a * b * c
        case (a, (b, *rest)):
            return a * b * rest[0] * rest[-1]
        case (a, b):
            return a * b
        case a:
            return a * a


@programs.on((1.5, 0.5), (-1.5, 0.5), (-1.5, -0.5))
def several_subjects(x, y):
    match x > 0, y > 0:
        case (True, _):
            z = x * y
        case (_, True):
            z = x * x * y
        case _:
            z = x + y * y
    return z * x


MAPPINGS = [{}, {"a": 2.0}, {"a": 2.0, "b": 3.0}, {"b": 3.0, "c": 4.0, "d": 0.5}, {"kind": "cube"}, [("a", 2.0)]]


@programs.on(*((1.5, m) for m in MAPPINGS))
def mappings(x, given):
    match given:
        case {"kind": "cube"}:
            return x**3
        case {"a": a, "b": b}:
            return x * a * b
        case {"a": a}:
            return x * x * a
        case {"b": b, **others}:
            return x * b + sum(others.values()) * x * x + len(others)
        case {}:
            return x * 2
    return x


@programs.on(({"w": 1.5, "b": 0.5, "c": 2.0},), ({"w": 1.5},))
def active_mappings(given):
    match given:
        case {"b": b, **others}:
            return b * b * sum(others.values()) * others["w"]
        case {"w": w}:
            return w * w


def test_a_defaultdict_stays_as_it_is():
    given = collections.defaultdict(int, a=2)
    assert run(lower(mappings), 1.5, given) == mappings(1.5, given) == 4.5
    assert list(given) == ["a"]


def test_a_deque_is_a_sequence():
    given = collections.deque([1, 2, 3])
    assert run(lower(sequences_with_a_star), 1.5, given) == sequences_with_a_star(1.5, given)


CLASSES = [Point(2), Point(2, 3), Pair(2.0, 3.0), Loose(size=4), Loose(), 2.0, 3, True, "word", [1.0], (1.0, 2.0)]


@programs.on(*((1.5, c) for c in CLASSES))
def classes(x, given):
    match given:
        case Point(factor, offset=3):
            return x * factor
        case Point(factor, offset):
            return x * x * factor + offset
        case Pair(left=left, right=right):
            return x * left * right
        case Loose(size=size):
            return x * size
        case Loose():
            return x + 1
        case float(number):
            return x**number
        case bool():
            return x * 5
        case int() as number:
            return x * number
        case str(word):
            return x * len(word)
        case list([item]):
            return x * item
    return x**3


@programs.on((Pair(1.5, 0.5),))
def active_classes(pair):
    match pair:
        case Pair(a, b):
            return a * b * b


@programs.on((1.5, (0, 2.0)), (1.5, (3.0, 1)), (1.5, [5.0]), (1.5, {"v": 4.0}), (1.5, 0.5))
def alternatives_that_bind(x, given):
    match given:
        case (0, v) | (v, 1) | {"v": v}:
            return x * v
        case [v] | v:
            return x * x * (v[0] if isinstance(v, list) else v)


@programs.on((1.5, ("a", (1.0, 2.0))), (1.5, ("b", (1.0, 2.0))), (1.5, ("c", 1.0)))
def named_parts(x, given):
    match given:
        case ("a" | "b" as key, (first, _) as pair) as whole:
            return x * first * pair[1] * len(whole) + len(key) + (key == "b") * x * x
        case whole:
            return x * len(whole)


@programs.on((1.5,), (0.5,), (-0.5,), (-1.5,))
def guards(x):
    y = 2.0
    match x * 2:
        case y if y > 2:
            z = x * y
        case z if z > 0:
            z = z * z
        case float(w) if w < -2 and math.sin(w) < 0:
            z = w**3
        case _:
            z = x
    return z * y


@programs.on((1.5, (1.0, 2.0)), (1.5, (2.0, 1.0)), (1.5, (1.0,)))
def names_stay_bound_where_the_guard_refuses(x, pair):
    a = 7.0
    match pair:
        case (a, b) if a > b:
            x = x * b
        case (c, d) if c > d:
            x = x * c
    return x * x * a


@programs.on((1.5, (1, 2)), (1.5, (2, 5)))
def names_stay_as_they_were_where_the_pattern_fails(x, pair):
    a = 7.0
    match pair:
        case (a, 5):
            pass
        case (_, b):
            x = x * b
    return x * a


@programs.on((V,), (-V,), (V[:0],))
def in_a_loop(x):
    total = 0.0
    for i, a in enumerate(x):
        match i % 3, a > 0:
            case (0, _):
                total = total + a * a
            case (_, False):
                continue
            case (2, True):
                total = total * a + a
                if total > 3:
                    break
            case (_, found):
                total = total - a * found
    else:
        total = total * 2
    return total


@programs.on((V,), (-V,))
def returns_from_a_loop(x):
    for a in x:
        match float(a):
            case b if b > 0.6:
                return a * x[0]
            case b if b < -1:
                return b * b * a
        x = x * 1.5
    return np.sum(x)


def area(shape):
    match shape:
        case ("circle", r):
            return math.pi * r * r
        case ("box", w, h):
            return w * h
        case ("all", *shapes):
            return sum([area(s) for s in shapes])
        case _:
            raise ValueError("no such shape")


@programs.on(
    (1.5, 0.5),
)
def in_a_helper(x, y):
    return area(("circle", x)) * area(("box", x, y)) + area(("all", ("box", y, y), ("circle", y)))


@programs.on((1.5,))
def the_subject_is_evaluated_once(x):
    calls = []

    def subject(y):
        calls.append(y)
        return (y, y * 2)

    match subject(x):
        case (0.0, _):
            z = x
        case (_, 0.0):
            z = x * x
        case (a, b):
            z = a * b
    return z * len(calls) * calls[0]


@programs.on((1.5,))
def no_case_matches(x):
    match x:
        case "a":
            x = x * 2
        case []:
            x = x * 3
    return x * x


@programs.on((V,))
def arrays_written_in_a_case(x):
    y = x * 1.0
    match {"rows": y, "n": 2}:
        case {"rows": rows, "n": n}:
            rows[n] *= x[0]
            rows += 1.0
    return np.sum(y * x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_gradient(function, args):
    check(function, args)


def test_an_error_of_the_original_is_raised():
    with pytest.raises(ValueError, match="no such shape"):
        check(lambda x: area(x), (1.5,))


def unknown_class(x, cls):
    match x:
        case cls():
            return x
    return x * x


def too_many_positions(x):
    match x:
        case Point(_, _, _):
            return x
    return x


@pytest.mark.parametrize(
    ("function", "words"), [(unknown_class, "class of this pattern"), (too_many_positions, "accepts 2")]
)
def test_refused(function, words):
    with pytest.raises(UnsupportedError, match=words) as caught:
        lower(function)
    assert caught.value.site.source.strip().startswith("case")


def test_where_cases_are():
    function = lower(sequences)
    lines = {node.site.statement for node in function.body if node.site is not None}
    assert lines == {"case []:"}
