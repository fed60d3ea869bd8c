"""Data: tuples, lists, dicts, objects, and what is done with them."""

import collections
import copy
import dataclasses
import functools
import heapq
import math
import typing

import numpy as np

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
SCALE = np.array([1.0, 2.0, 3.0, 4.0])


class Pair(typing.NamedTuple):
    left: float
    right: float


@dataclasses.dataclass
class Line:
    slope: float
    offset: float = 0.0


class Bag:
    """Holds numbers, and hands them out one by one."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    @functools.cached_property
    def total(self):
        return sum(self.items)


class Row:
    """Holds numbers, and is asked for them by their index."""

    def __init__(self, items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]


class Layer:
    def __init__(self, weight):
        self.weight = weight
        self.seen = 0.0

    def __call__(self, x):
        return self.weight * x

    def __add__(self, other):
        return Layer(self.weight + other.weight)

    @property
    def square(self):
        return self.weight * self.weight

    def step(self, x):
        self.seen = self.seen + x * self.weight
        return self.seen

    @staticmethod
    def half(x):
        return x / 2

    @classmethod
    def of(cls, x):
        return cls(x * 2)


class Deep(Layer):
    def step(self, x):
        return super().step(x) * 2


@example((V,))
def unpacking_nested(x):
    (a, b), [c, d] = (x[0], x[1]), [x[2], x[3]]
    return a * b + c * d


@example((V,), (V[:2],))
def unpacking_starred(x):
    first, *middle, last = x
    return first * last + sum(middle)


@example((1.5, 0.5))
def swap(x, y):
    x, y = y, x * y
    return x * x + y


@example((V,))
def tuple_concatenation(x):
    items = (x[0], x[1]) + (x[2],) * 2
    return items[0] * items[3]


@example((V,))
def list_append(x):
    items = []
    for a in x:
        items.append(a * a)
    return items[0] * items[-1]


@example((V,))
def list_extend(x):
    items = [x[0]]
    items.extend([x[1] * x[1], x[2]])
    return items[0] * items[1] * items[2]


@example((V,))
def list_insert(x):
    items = [x[0], x[1]]
    items.insert(1, x[2] * x[2])
    return items[0] * items[1] + items[2]


@example((V,))
def list_pop(x):
    items = [x[0], x[1] * x[1], x[2]]
    last = items.pop()
    return last * items.pop(0) + items[0]


@example((V,))
def list_item_assignment(x):
    items = [x[0], x[1]]
    items[0] = items[1] * x[2]
    items[1] *= 2
    return items[0] * items[1]


@example((V,))
def list_slices(x):
    items = [a * a for a in x]
    return sum(items[1:]) * items[::-1][0]


@example((V,))
def list_slice_assignment(x):
    items = [x[0], x[1], x[2]]
    items[1:] = [x[3] * x[0], x[2]]
    return items[0] * items[1] * items[2]


@example((V,))
def list_concatenation(x):
    items = [x[0]] + [x[1], x[2]] * 2
    items += [x[3]]
    return items[0] * items[3] * items[5]


@example((V,))
def list_delete_item(x):
    items = [x[0], x[1], x[2]]
    del items[0]
    return items[0] * items[1]


@example((V,))
def list_sort_in_place(x):
    items = [x[0], x[1], x[2]]
    items.sort()
    return items[0] * items[0] + items[2]


@example((V,))
def list_sorted(x):
    items = sorted([x[0], x[1], x[2]])
    return items[0] * items[0] + items[2]


@example((V,))
def extreme_by_a_key(x):
    return max(x, key=lambda a: a * a) ** 2


@example((V,))
def list_index_and_count(x):
    items = [x[0], x[1]]
    return items.index(x[1]) * x[2] + items.count(x[0])


@example((V,))
def list_reverse_in_place(x):
    items = [x[0], x[1], x[2]]
    items.reverse()
    return items[0] * items[0] + items[1]


@example((V,))
def one_array_three_times(x):
    rows = [np.zeros(4)] * 3
    rows[0] += x
    return np.sum(rows[2] * x)


@example((V,))
def dict_item_assignment(x):
    items = {}
    for i, a in enumerate(x):
        items[i] = a * a
    items[0] += x[1]
    return items[0] * items[3]


@example((V,))
def dict_get(x):
    items = {"a": x[0]}
    return items.get("a", 0.0) * items.get("b", x[1])


@example((V,))
def dict_values(x):
    items = {"a": x[0] * x[1], "b": x[1]}
    return sum(items.values()) * len(items.keys())


@example((V,))
def dict_update(x):
    items = {"a": x[0]}
    items.update({"b": x[1], "a": x[2]})
    return items["a"] * items["b"]


@example((V,))
def dict_merge(x):
    items = {"a": x[0], "b": x[1]} | {"b": x[2] * x[2]}
    return items["a"] * {**items, "c": 1.0}["b"]


@example((V,))
def dict_update_by_operator(x):
    items = {"a": x[0]}
    items |= {"b": x[1] * x[1]}
    return items["a"] * items["b"]


@example((V,))
def dict_called(x):
    items = dict(a=x[0], b=x[1] * x[1])
    return items["a"] * items["b"]


@example((V,))
def dict_of_pairs(x):
    items = dict(zip("abcd", map(math.sin, x)))
    return items["a"] * items["b"] ** 2


@example((V,))
def set_of_active_values(x):
    return sum({x[0] * x[0], x[1]})


@example((V,))
def dict_pop(x):
    items = {"a": x[0], "b": x[1]}
    a = items.pop("a")
    return a * a * items["b"]


@example((V,))
def dict_setdefault(x):
    items = {"a": x[0]}
    return items.setdefault("a", 1.0) * items.setdefault("b", x[1])


@example((V,))
def defaultdict(x):
    items = collections.defaultdict(float)
    for i, a in enumerate(x):
        items[i % 2] += a * a
    return items[0] * items[1]


@example((V,))
def deque(x):
    last, total = collections.deque(maxlen=2), 0.0
    for a in x:
        last.append(a)
        total += last[0] * last[-1]
    return total


@example((V,))
def heap(x):
    items = []
    for i, a in enumerate(x):
        heapq.heappush(items, (a, i))
    a, i = heapq.heappop(items)
    return a * a * (i + 1) + items[0][0]


@example((V,))
def shallow_copy_of_dict(x):
    items = {"a": x * 1.0}
    other = dict(items)
    other["a"] += x
    return np.sum(items["a"] * x)


@example((V,), (-V,))
def string_keys(x):
    order = "badc"
    return sum(x[i] ** (order.index(c) + 1) for i, c in enumerate("abcd"))


@example(((1.5, [0.5, {"a": 2.0}]),))
def nested_parameters(params):
    a, (b, c) = params
    return a * b * c["a"]


@example((Pair(1.5, 0.5),))
def named_tuple(pair):
    other = pair._replace(left=pair.right * 2)
    return pair.left * other.left + Pair(pair.right, 1.0).left


@example((Line(1.5, 0.5), 2.0))
def dataclass_parameter(line, x):
    return line.slope * x * x + line.offset


@example((1.5,))
def dataclass_made(x):
    line = Line(x * x)
    line = dataclasses.replace(line, offset=x)
    return line.slope * line.offset


@example((V,))
def object_iterated(x):
    total = 0.0
    for v in Bag([x[0], x[1] * x[2]]):
        total += v * v
    return total


@example((V,))
def object_iterated_by_index(x):
    total = 0.0
    for v in Row([x[0], x[1] * x[2]]):
        total += v * v
    return total


@example((1.5, True), (1.5, False))
def attribute_looked_for(x, biased):
    bag = Bag([x])
    if biased:
        bag.bias = x * x
    return getattr(bag, "bias", 1.0) * x if hasattr(bag, "items") else x


@example((1.5,))
def cached_property_read(x):
    bag = Bag([x, x * x])
    return bag.total * bag.total


@example((1.5,))
def instance_attributes(x):
    layer = Layer(x * x)
    layer.weight = layer.weight * x
    layer.seen += x
    return layer.weight * layer.seen


@example((1.5,))
def methods(x):
    layer = Layer(x)
    layer.step(x)
    return layer.step(2.0) * x


class Remembering:
    def __init__(self, rate):
        self.rate = rate
        self.last = None

    def step(self, v):
        self.last = v if self.last is None else self.last + self.rate * v
        return self.last


class Squaring:
    def __init__(self):
        self.given = None

    def step(self, v):
        self.given = v
        return v * v


@example((V,))
def attribute_none_at_first(x):
    memory = Remembering(x[0])
    for v in x:
        memory.step(v)
    return memory.last**2


@example((V,))
def layers_of_several_classes(x):
    layers = [Remembering(x[0]), Squaring(), Remembering(2.0)]
    for v in x:
        for layer in layers:
            v = layer.step(v)
    return v * layers[1].given


class Link:
    def __init__(self, value, following):
        self.value = value
        self.following = following


@example((V,))
def linked_objects(x):
    first = None
    for v in x:
        first = Link(v, first)
    t, link = 0.0, first
    while link is not None:
        link.value *= x[0]
        t = t * 0.5 + link.value**2
        link = link.following
    return t * first.value


@example((1.5,))
def property_read(x):
    return Layer(x).square * x


@example((1.5,))
def callable_instance(x):
    return Layer(x)(x * 2)


@example((1.5,))
def operator_methods(x):
    return (Layer(x) + Layer(x * x)).weight


@example((1.5,))
def static_and_class_methods(x):
    return Layer.half(x) * Layer.of(x).weight


@example((1.5,))
def inheritance(x):
    return Deep(x).step(x)


@example((V,))
def module_constant(x):
    return np.sum(SCALE * x * x)


@example((A,))
def slice_objects(x):
    rows, all_of_it = slice(0, 1), ...
    return np.sum(x[rows] * x[all_of_it]) + np.sum(x[np.newaxis, :, ::-1] * x)


@example((V,))
def copy_copy(x):
    y = copy.copy(x)
    y[0] = 2.0
    return np.sum(y * x)


@example((V,))
def copy_deepcopy(x):
    items = [x * 1.0, {"a": x[0]}]
    other = copy.deepcopy(items)
    other[0] += 1.0
    return np.sum(items[0] * other[0]) * other[1]["a"]


@example((1.5,), (V,))
def isinstance_test(x):
    if isinstance(x, float):
        return x * x
    return np.sum(x) if type(x) is np.ndarray else x
