"""Classes defined inside functions: their methods, and what these capture of the function."""

import abc
import dataclasses
from dataclasses import dataclass, field

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.5, -1.2, 2.0, -0.7])
SCALE = 1.5
programs = Programs()


@programs.on((V,))
def without_captured_variables(x):
    class Net:
        """Has a constant, and a method that uses a global."""

        power = 2

        def __init__(self, w):
            self.w = w

        def __call__(self, v):
            return np.sum(np.tanh(self.w * v * SCALE) ** self.power)

    net = Net(x)
    first = net(x * 2)
    net.w = net.w * first
    return net(x) * first


@programs.on((1.5, -0.4))
def dataclasses_and_inheritance(x, y):
    @dataclass
    class Point:
        a: float
        b: float = 2.0
        seen: list = field(default_factory=list)

        def __add__(self, other):
            return Point(self.a + other.a, self.b * other.b)

        def norm(self):
            self.seen.append(self.a)
            return self.a * self.a + self.b

    class Weighted(Point):
        def norm(self):
            return super().norm() * self.b

    @dataclass(frozen=True)
    class Fixed:
        z: float

        @property
        def square(self):
            return self.z**2

        @staticmethod
        def twice(v):
            return v + v

        @classmethod
        def of(cls, v):
            return cls(v * v)

    p = Point(x) + Point(y, b=x)
    q = Weighted(y, p.norm())
    f = Fixed.of(q.norm() * p.a)
    g = dataclasses.replace(f, z=f.square * Fixed.twice(y))
    return g.square * p.norm() * sum(p.seen) * (isinstance(q, Point) + isinstance(f, Point))


@programs.on((V,))
def captures_active_values(x):
    total = np.sum(x)

    class Square:
        def __init__(self, side):
            self.side = side * total

        def area(self):
            def part(v):
                return v * x[0]

            return part(self.side) * self.side

        @property
        def double(self):
            return self.area() + x[1]

    shapes = [Square(v) for v in x]
    return sum(s.area() * s.double for s in shapes)


def family(k):
    @dataclass
    class Member:
        v: float

        def value(self):
            return self.v * k

    return Member


@programs.on((1.5, -0.4))
def class_that_a_helper_makes(x, y):
    first, second = family(x), family(y)
    a, b = first(y), second(x * x)
    return a.value() * b.value() + first(b.value()).value()


@programs.on((V, 3), (V, 0))
def instances_of_a_loop(x, n):
    total = x[0]
    kept = []

    class Term:
        def __init__(self, v, i):
            self.v, self.i = v, i

        def __mul__(self, other):
            return self.v * other * x[self.i]

    for i in range(n):
        term = Term(x[i], i)
        kept.append(term * total)
        total = total + Term(total, i + 1) * x[1]
    return total + sum(kept)


@programs.on((1.5, 0), (1.5, 1))
def errors_and_base_classes(x, n):
    class Missing(KeyError):
        pass

    class Shape(abc.ABC):
        @abc.abstractmethod
        def area(self): ...

    class Disc(Shape):
        def __init__(self, r):
            self.r = r

        def area(self):
            if n:
                raise Missing("no area")
            return self.r * self.r

    try:
        y = Disc(x).area()
    except Missing:
        y = x**3
    return y * x


class Outer:
    """Defined at module level."""

    def __init__(self, v):
        self.v = v


@programs.on((1.5,))
def class_tests_as_numbers(x):
    class Inner(Outer):
        pass

    a, b = Outer(x), Inner(x * x)
    kinds = isinstance(a, Outer) + 2 * isinstance(b, (Inner, dict)) + 4 * isinstance(a, Inner) + 8 * isinstance(b, dict)
    return a.v * b.v * kinds


@programs.on((V,))
def manager_defined_inside(x):
    net = {"w": x}

    class Using:
        def __init__(self, w):
            self.w = w

        def __enter__(self):
            net["w"], self.w = self.w, net["w"]
            return net["w"]

        def __exit__(self, *details):
            net["w"] = self.w * x[0]

    with Using(x * x) as w:
        y = np.sum(w * net["w"])
    return y * np.sum(net["w"])


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def variable_assigned_again(x):
    k = x

    class A:
        def f(self):
            return k

    k = k * k
    return A().f() * k


def mutable_class_variable(x):
    class A:
        seen = []  # noqa: RUF012

        def f(self):
            self.seen.append(x)
            return x * len(self.seen)

    return A().f()


def class_variable_written(x):
    class A:
        count = 0

    A.count += 1
    return x * A.count


def class_variable_computed(x):
    class A:
        k = x * x

    return A.k


def captured_without_an_instance(x):
    class A:
        @staticmethod
        def f(v):
            return v * x

    return A.f(x)


def capturing_and_itself(x):
    class A:
        def __init__(self, v):
            self.v = v * x

        def again(self):
            return A(self.v)

    return A(x).again().v


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (variable_assigned_again, "uses 'k', which is assigned again"),
        (mutable_class_variable, "holds in 'seen' what may change"),
        (class_variable_written, "is written to"),
        (class_variable_computed, "computes with variables of the function"),
        (captured_without_an_instance, "captures 'x' in 'f', which is given no instance"),
        (capturing_and_itself, "uses 'x' of the function, and itself"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_refused(function, words):
    refused(function, (1.5,), words)
