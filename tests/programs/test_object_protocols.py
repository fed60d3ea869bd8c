"""What Python asks classes for behind the scenes: iteration, and other protocols of objects in active programs."""

import copy
import dataclasses
import functools

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.5, -1.2, 2.0])
programs = Programs()


# ------------------------------------------------------------------------------------------------ iteration


class Bag:
    """Hands out the iterator of a list."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)


class Doubled:
    """Hands out values by a generator."""

    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for v in self.x:
            yield 2.0 * v


class Sequence:
    """Is asked for items by number until there are none."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


class Multiples:
    """Is its own iterator."""

    def __init__(self, x, n):
        self.x, self.n, self.i = x, n, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.i >= self.n:
            raise StopIteration
        self.i += 1
        return self.x * self.i


@programs.on((V,))
def loop_over_an_object(x):
    total = 0.0
    for v in Bag([x[0], x[1] * x[2]]):
        total += v**2
    return total


@programs.on((V,))
def loop_over_an_object_in_a_loop(x):
    bag = Bag([x[0], x[1] * x[2]])
    total = 1.0
    for k in range(3):
        for v in bag:
            if v * k > 5.0:
                break
            total = total + np.sin(v * total)
    return total


@programs.on((V,))
def loop_over_an_object_that_generates(x):
    total = 0.0
    for i, v in enumerate(Doubled(x)):
        total += v ** (i + 1)
    return total


@programs.on((V,))
def items_of_an_object_collected(x):
    bag = Bag([x[0] ** 2, x[1] * x[2]])
    first, second = bag
    return sum(bag) * first + list(bag)[1] * second + max(*bag) + sum([v * v for v in Doubled(x)])


@programs.on((V,))
def objects_zipped(x):
    total = 0.0
    for a, b in zip(Bag([x[0], x[1]]), Bag([x[1], x[2]]), strict=True):
        total += a * b
    return total


@programs.on((V,))
def object_given_to_a_helper_that_loops(x):
    return squares(Bag([x[0], x[2]])) * squares(Doubled(x))


def squares(items):
    total = 0.0
    for v in items:
        total += v * v
    return total


@programs.on((V,))
def sequence_by_number(x):
    items = Sequence([x[0], x[1], x[2]])
    total = 0.0
    for i in range(len(items)):
        total += items[i] * items[-1]
    return total * items[0:2][1]


@programs.on((V,))
def loop_until_an_index_error(x):
    total = 0.0
    for v in Sequence([x[0], x[1]]):
        total += v**2
    return total


@programs.on((V,))
def loop_over_an_iterator_object(x):
    total = 0.0
    for v in Multiples(x, 3):
        total += np.sum(v**2)
    return total


def keyed(a, b):
    return len(a) + len(b)


@programs.on(({"a": 2.0, "bc": 3.0},))
def keys_of_a_dict_spread(p):
    return keyed(*p) * p["a"] ** 2


# ------------------------------------------------------------------------------------ attributes by their names


class Plain:
    """Has the attributes that it is given."""


@programs.on((V,))
def attribute_with_a_default(x):
    p = Plain()
    p.a = x[0]
    return getattr(p, "a", 1.0) * getattr(p, "b", x[1])


@programs.on((V, True), (V, False))
def attribute_that_may_be_there(x, there):
    p = Plain()
    p.a = x[0]
    if there:
        p.b = x[1] ** 2
    scale = p.b if hasattr(p, "b") else 3.0
    return getattr(p, "b", x[2]) * p.a * scale


class Cached:
    """Computes its square once."""

    def __init__(self, x):
        self.x = x
        self.calls = 0

    @functools.cached_property
    def square(self):
        self.calls += 1
        return self.x**2


@programs.on((V,))
def cached_property(x):
    c = Cached(x)
    return np.sum(c.square * c.square) + c.calls * x[0]


@programs.on((V, 0), (V, 3))
def cached_property_in_a_loop(x, n):
    c = Cached(x)
    total = np.sum(x)
    for i in range(n):
        total = total * np.sum(c.square) + i
    return total + c.calls * x[0]


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b


class Pairs(Pair):
    pass


@programs.on((V,))
def classes_of_objects_called(x):
    p = Pairs(x[0], x[1])
    q = type(p)(p.b, p.a)
    r = q.__class__(q.a * x[2], 2.0)
    return r.a * r.b + (1.0 if r.__class__ is Pairs else x[0])


class Record:
    """Has an attribute for each keyword."""

    def __init__(self, **fields):
        for name, value in fields.items():
            setattr(self, name, value)


@programs.on((V,))
def attributes_of_keywords(x):
    r = Record(a=x[0], b=x * 1.0)
    b = r.b
    r.b += r.a
    r.b *= b
    return np.sum(b * r.b) * r.a


@programs.on(({"w": V, "b": 2.0},))
def parameters_spread_into_an_object(params):
    r = Record(**params)
    return np.sum(r.w**2) * r.b


@programs.on((V,))
def attributes_with_numbers(x):
    p = Plain()
    for i in range(3):
        setattr(p, f"p{i}", x[i] * getattr(p, "p" + str(i - 1), 2.0))
    total = 1.0
    for i, name in enumerate(["p0", "p1", "p2"]):
        if i == 2:
            break
        total = total * getattr(p, name)
    return total + p.p2


@programs.on((V,))
def functions_and_methods_by_name(x):
    total = Sequence([x[0], x[1]])
    y = x
    for name in ("sin", "cos", "exp"):
        y = y + getattr(np, name)(y) * total.__len__()
    return np.sum(y)


@programs.on((V,))
def attribute_deleted(x):
    r = Record(a=x[0], b=x[1])
    a = r.a
    del r.a
    scale = 2.0 if hasattr(r, "a") else 0.5
    r.a = scale * x[2] ** 2
    return a * r.b * getattr(r, "a", 3.0) * (1.0 if hasattr(r, "c") else x[2])


# ---------------------------------------------------------------------------------------------- dataclasses


@dataclasses.dataclass
class State:
    x: np.ndarray
    rate: float = 2.0
    history: list = dataclasses.field(default_factory=list)
    named: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Fixed:
    x: np.ndarray
    y: float = 3.0

    def scaled(self, factor):
        return dataclasses.replace(self, x=self.x * factor)


@programs.on((V,))
def containers_of_a_dataclass(x):
    s, other = State(x), State(x**2)
    s.history.append(x * 2.0)
    s.named["a"] = x**2
    for i in range(3):
        s.history.append(s.history[-1] * x[i])
    return np.sum(s.history[-1] * s.named["a"]) + len(other.history) + np.sum(other.x * s.rate)


@programs.on((V,))
def dataclass_replaced(x):
    s = dataclasses.replace(State(x, 1.5), rate=x[0])
    f = Fixed(x).scaled(x[1])
    for _ in range(2):
        f = f.scaled(s.rate)
    return np.sum(f.x**2) * f.y + np.sum(s.x * s.rate)


@programs.on((V,))
def dataclass_as_dict_and_tuple(x):
    fixed = Fixed(x * 1.0, x[0])
    d = dataclasses.asdict(fixed)
    d["x"][0] = 0.0
    a, b = dataclasses.astuple(fixed)
    return np.sum(d["x"] * d["y"]) + np.sum(a * fixed.x) * b


@programs.on((V,))
def shallow_copy_of_a_dataclass(x):
    s = State(x)
    t = copy.copy(s)
    t.rate = x[0]
    t.history.append(x[1])
    return s.history[0] * t.rate * s.rate


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
