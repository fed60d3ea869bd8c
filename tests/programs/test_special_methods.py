"""What operators and builtins do with objects of the users' classes: every special method, asked in Python's order."""

import enum
import functools
import math
import operator
from dataclasses import dataclass

import numpy as np
import pytest
from programs.checking import Programs, check, refused

POINT = (2.5, 1.3)
programs = Programs()


class Term:
    """Every operator gives something of its own, the comparisons too."""

    __hash__ = None

    def __init__(self, s):
        self.s = s

    def __lshift__(self, o):
        return self.s * o

    def __rlshift__(self, o):
        return 2.0 * self.s * o

    def __rshift__(self, o):
        return 3.0 * self.s * o

    def __rrshift__(self, o):
        return 4.0 * self.s * o

    def __and__(self, o):
        return 5.0 * self.s * o

    def __rand__(self, o):
        return 6.0 * self.s * o

    def __or__(self, o):
        return 7.0 * self.s * o

    def __ror__(self, o):
        return 8.0 * self.s * o

    def __xor__(self, o):
        return 9.0 * self.s * o

    def __rxor__(self, o):
        return 10.0 * self.s * o

    def __matmul__(self, o):
        return self.s - o

    def __rmatmul__(self, o):
        return self.s - 2.0 * o

    def __lt__(self, o):
        return 12.0 * self.s * o

    def __le__(self, o):
        return 13.0 * self.s * o

    def __gt__(self, o):
        return 14.0 * self.s * o

    def __ge__(self, o):
        return 15.0 * self.s * o

    def __eq__(self, o):
        return 16.0 * self.s * o

    def __ne__(self, o):
        return 17.0 * self.s * o

    def __divmod__(self, o):
        return self.s * o, 2.0 * self.s

    def __rdivmod__(self, o):
        return self.s * o, 3.0 * self.s

    def __pow__(self, o, modulo=None):
        return self.s * o * (1.0 if modulo is None else modulo)

    def __invert__(self):
        return 11.0 * self.s

    def __complex__(self):
        return complex(self.s, 2.0 * self.s)

    def __float__(self):
        return 0.5 * self.s

    def __floor__(self):
        return 2.0 * self.s

    def __ceil__(self):
        return 3.0 * self.s

    def __trunc__(self):
        return 4.0 * self.s

    def __round__(self, digits=0):
        return 5.0 * self.s + digits

    def __reversed__(self):
        return [self.s, 2.0]

    def __ilshift__(self, o):
        self.s = self.s * o
        return self

    def __imatmul__(self, o):
        return Term(self.s - 3.0 * o)


BINARY = (
    *(operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor, operator.matmul),
    *(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne),
)


@pytest.mark.parametrize("operation", BINARY, ids=lambda o: o.__name__)
def test_binary_operators(operation):
    def left(x, s):
        return 1.0 * operation(Term(s), x)

    def right(x, s):
        return 1.0 * operation(x, Term(s)) * x

    check(left, POINT)
    check(right, POINT)


@programs.on(POINT)
def written_as_operators(x, s):
    return (Term(s) << x) + (x >> Term(s)) * (Term(x) & s) - (Term(s) < x) * ~Term(x)


@programs.on(POINT)
def chained_comparison(x, s):
    return 1.0 * (0.0 < Term(s) < x)


@programs.on(POINT)
def quotient_and_remainder(x, s):
    a, b = divmod(Term(s), x)
    c, d = divmod(x, Term(s))
    return a * b + c * d


@programs.on(POINT)
def power_of_three_arguments(x, s):
    return pow(Term(s), x) + pow(Term(s), x, 3.0)


@programs.on(POINT)
def numbers_made_of_objects(x, s):
    t = Term(s)
    return abs(complex(t)) * x + float(t) + math.floor(t) * math.ceil(t) + math.trunc(t) + round(t) * round(t, 2)


@programs.on(POINT)
def functions_that_ask_for_a_float(x, s):
    return math.sin(Term(s)) * x + math.hypot(Term(x), s)


@programs.on(POINT)
def reversed_by_a_method(x, s):
    total = 0.0
    for v in reversed(Term(s)):
        total = total * x + v
    return total


@programs.on(POINT)
def in_place(x, s):
    a, b = Term(s), Term(x)
    for _ in range(2):
        a <<= x
        b @= s
    return a.s * b.s


# ------------------------------------------------------------------------------------------ who is asked first


class Left:
    """Multiplies its own kind, and leaves everything else to the other operand."""

    def __init__(self, s):
        self.s = s

    def __add__(self, o):
        if not isinstance(o, Left):
            return NotImplemented
        return Left(self.s * o.s)

    def __mul__(self, o):
        if isinstance(o, (int, float)):
            return Left(self.s * o)
        return NotImplemented

    def __sub__(self, o):
        return 2.0 * self.s - o.s


class Special(Left):
    """Overrides what is asked of a right operand."""

    def __radd__(self, o):
        return Left(3.0 * self.s * (o.s if isinstance(o, Left) else o))

    def __rmul__(self, o):
        return 5.0 * self.s * o.s

    def __rsub__(self, o):
        return 7.0 * self.s - o.s


class Other:
    """Has nothing in common with them."""

    def __init__(self, s):
        self.s = s

    def __radd__(self, o):
        return Left(11.0 * self.s * (o.s if isinstance(o, Left) else o))

    def __add__(self, o):
        return self.__radd__(o)

    def __rmul__(self, o):
        return 13.0 * self.s * o.s


OUTSIDE = Left(1.5)


@programs.on(POINT)
def subclass_on_the_right_is_asked_first(x, s):
    return (Left(x) + Special(s)).s * (Left(x) - Special(s))


@programs.on(POINT)
def declined_by_the_left(x, s):
    return (Left(x) + Other(s)).s + Left(x) * Other(s) + Left(x) * Special(s)


@programs.on(POINT)
def number_or_object(x, s):
    return (Left(x) * s).s + (2.0 + Other(s)).s


@programs.on(POINT)
def object_outside(x, s):
    return (OUTSIDE + Left(x)).s * (Left(x) + OUTSIDE).s * s


@programs.on(POINT)
def sum_of_objects(x, s):
    return sum([Other(x), Other(s)]).s


@programs.on(POINT)
def declined_in_a_loop(x, s):
    total = Left(x)
    for k in range(3):
        total = total + Other(s) if k % 2 else total * s
    return total.s


# -------------------------------------------------------------------------------------- generated comparisons


@functools.total_ordering
class Ordered:
    """Compares by what it holds; the other comparisons are made by the decorator."""

    def __init__(self, s):
        self.s = s

    def __eq__(self, o):
        return self.s == o.s

    def __lt__(self, o):
        return self.s < o.s


@dataclass(order=True)
class Pair:
    a: float
    b: float = 1.0


@programs.on(POINT, POINT[::-1])
def ordered_by_a_decorator(x, s):
    return x * s if Ordered(x) >= Ordered(s) else x


@programs.on(POINT, POINT[::-1])
def largest_and_smallest_objects(x, s):
    return max(Ordered(x), Ordered(s)).s * x + min([Ordered(x), Ordered(1.0), Ordered(s)]).s * s


@programs.on(POINT, POINT[::-1])
def dataclasses_compared(x, s):
    first = min(Pair(x, s), Pair(s, x))
    return first.b * (x if Pair(x) > Pair(s) and Pair(x) == Pair(x) != Pair(s) else s)


class Activation(enum.Enum):
    RELU = "relu"
    TANH = "tanh"

    def __call__(self, x):
        return np.maximum(x, 0.0) if self is Activation.RELU else np.tanh(x)


@dataclass
class Dense:
    w: np.ndarray
    activation: Activation = Activation.TANH

    def __call__(self, x):
        return self.activation(x @ self.w)

    def __rshift__(self, other):
        return Chain((self, other))


@dataclass
class Chain:
    parts: tuple

    def __call__(self, x):
        return functools.reduce(lambda h, part: part(h), self.parts, x)

    def __rshift__(self, other):
        return Chain((*self.parts, other))


W = np.array([[0.3, -0.7], [0.5, 0.2]])


@programs.on((W, np.array([0.4, 1.5])))
def layers_joined_by_an_operator(w, x):
    network = Dense(w) >> Dense(w.T, Activation.RELU) >> Dense(2.0 * w)
    return np.sum(network(x)) + np.sum(Activation.TANH(x))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_programs(function, args):
    check(function, args)


# ------------------------------------------------------------------------------------------------- refusals


def test_a_function_of_numpy_given_an_object():
    def f(x, s):
        return 1.0 * np.sign(Term(x)) * s

    refused(f, POINT, "sign", "object of class Term", "by name")


def test_an_array_on_the_left():
    def f(x, s):
        return np.sum(x << Term(s))

    refused(f, (np.array([1.0, 2.0]), 1.3), "lshift", "object of class Term", "by name")


class Odd(np.ndarray):
    """An array that multiplies in a way of its own."""

    def __mul__(self, other):
        return np.asarray(self) ** 2 * other


ODD = np.array([3.0, 4.0]).view(Odd)
MASKED = np.ma.masked_array([3.0, 4.0], mask=[False, True])


def test_a_view_of_another_class():
    def f(x):
        return np.sum(x.view(Odd) * x)

    refused(f, (np.array([1.0, 2.0]),), "seen as a Odd", "the array itself")


@pytest.mark.parametrize("other", [ODD, MASKED], ids=["user's", "masked"])
def test_an_array_of_another_class_outside(other):
    def f(x):
        return np.sum(2.0 * other * x)

    def g(x):
        return np.sum(np.asarray(other) * x)

    refused(f, (np.array([1.0, 2.0]),), type(other).__name__, "operators are not those of arrays", "np.asarray")
    check(g, (np.array([1.0, 2.0]),))
